"""A far end, or a library, that repeats a secret: no error, event or log tells it."""

import logging
import pickle
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import frozen

from crossborder.adapters.memory import MemoryJournal
from crossborder.clients import Client
from crossborder.clients._conceal import carried, concealed
from crossborder.conversation import (
    Credentials,
    Desk,
    Lost,
    NotSent,
    Rejected,
    Reply,
    Request,
    Steps,
    Token,
    Transport,
    Verdict,
    flow,
)
from crossborder.errors import CrossborderError
from crossborder.model.outcome import Problem
from crossborder.policy import Policies, Policy, Retry
from crossborder.secret import Secret
from crossborder.testing.clock import VirtualClock

NOW = datetime(2026, 11, 2, tzinfo=UTC)
KEY = "sk_live_0123456789"
SIGNED = "f00dfeedcafe"


@frozen
class Key(Credentials):
    secret: Secret

    def sign(self, request: Request, token: Token | None, now: datetime) -> Request:
        return request.with_headers(
            {"Authorization": f"Bearer {self.secret.reveal()}", "sign": SIGNED}
        )


def read(reply: Reply) -> Verdict:
    text = reply.content.decode()
    return Rejected((Problem("no", text, raw=text),), text=text)


class Echo(Transport):
    """Repeats what it was sent, as an answer or inside its own error."""

    def __init__(self, how: str) -> None:
        self.how = how

    def exchange(self, request: Request, *, connect: float, read: float) -> Reply:
        said = f"{request.headers} {request.content!r} {KEY} {SIGNED}"
        if self.how == "not sent":
            raise NotSent(said)
        if self.how == "lost":
            raise Lost(said)
        return Reply(400, {}, said.encode())


@pytest.mark.parametrize("how", ["answer", "not sent", "lost"])
@pytest.mark.parametrize("step", [None, "write"])
def test_what_a_call_carried_is_told_nowhere(
    how: str, step: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    table = Policies(default=Policy(retry=Retry(attempts=2)))
    desk = Desk("shop", "https://shop.test", "a", table, Key(Secret(KEY)), read)
    events: list[Any] = []

    @flow
    def ask() -> Steps[Reply]:
        body = {"client_secret": "cs_9876543210", "plain": "yes"}
        return (
            yield from desk.post(
                "things", "/things", json=body, step=step, repeatable=None if step else True
            )
        )

    client = Client(
        http=Echo(how),
        journal=MemoryJournal(),
        clock=VirtualClock(NOW),
        on_event=events.append,
        chance=lambda: 0.5,
    )
    with pytest.raises(CrossborderError) as caught:
        client.run(ask(), key="k")
    error = caught.value
    told = f"{error!r} {error} {vars(error)} {events} {caplog.text}"
    told += repr(vars(pickle.loads(pickle.dumps(error))))
    for secret in (KEY, SIGNED, "cs_9876543210"):
        assert secret not in told


def test_the_secrets_of_a_request_are_what_signing_added_and_what_is_named_so() -> None:
    plain = Request("POST", "https://x.test", content=b"client_secret=abcdef&page=22222")
    signed = plain.with_headers({"X-Key": "Bearer 123456"}).with_query({"sig": "abc999"})
    values = carried(plain, signed, Key(Secret("zzzzz")), None)
    assert set(values) == {"abcdef", "Bearer 123456", "Bearer", "123456", "abc999", "zzzzz"}
    assert concealed("key 123456, page 22222", values) == "key ***, page 22222"
    broken = Request("POST", "https://x.test", content=b'{"client_secret": ')
    assert carried(broken, broken) == ()
