"""What a client tells, and what it never tells."""

import logging
import pickle
import traceback
from typing import Any

import pytest
from attrs import evolve

from crossborder.clients import ClientEvent
from crossborder.conversation import Lost, NotSent, Renewable, Request, Steps, Token
from crossborder.errors import VendorError
from crossborder.policy import Policy, RateLimit
from crossborder.secret import Secret
from unit.clients.stand import (  # type: ignore[import-not-found,unused-ignore]
    COLOURS,
    NOW,
    Line,
    Runner,
    answer,
    desk,
    reading,
    writing,
)

HUSH = "shpat_hush"
DESK = desk()
OK = answer(200, {"X-Request-Id": "r-1"})
colours = pytest.mark.parametrize("colour", COLOURS)


@colours
def test_a_run_is_told_event_by_event(colour: str) -> None:
    script: list[Any] = [NotSent("down"), answer(429, {"Retry-After": "7"}), Lost("cut"), OK]
    runner = Runner(colour, Line(script))
    runner.run(writing(DESK, "PUT"), key="a")
    said = [(event.kind, event.attempt, event.seconds, event.status) for event in runner.events]
    assert said == [
        ("sent", 1, 0.0, None),
        ("retried", 1, 0.5, None),
        ("sent", 2, 0.0, None),
        ("answered", 2, 0.0, 429),
        ("retried", 2, 7.0, None),
        ("sent", 3, 0.0, None),
        ("lost", 3, 0.0, None),
        ("retried", 3, 2.0, None),
        ("sent", 4, 0.0, None),
        ("answered", 4, 0.0, 200),
    ]
    last = runner.events[-1]
    assert last == ClientEvent(
        "answered", "shop", "eu", "things.write", "a/create", 4, status=200, request_id="r-1"
    )


@colours
def test_pacing_and_giving_up_are_told(colour: str) -> None:
    from datetime import timedelta

    limited = desk(Policy(RateLimit(2, timedelta(seconds=3))))
    runner = Runner(colour, Line([OK, answer(404, {"X-Request-Id": "r-2"})]))
    runner.run(reading(limited))
    with pytest.raises(VendorError):
        runner.run(reading(limited))
    assert runner.told == ["sent", "answered", "paced", "sent", "answered", "refused"]
    assert runner.events[2].seconds == 3.0
    assert (runner.events[5].status, runner.events[5].request_id) == (404, "r-2")
    again = Runner(colour, Line([NotSent("down")]))
    with pytest.raises(VendorError):
        again.run(reading(DESK), retry=False)
    assert again.told == ["sent", "failed"]


@colours
def test_a_broken_callback_is_logged_and_changes_nothing(
    colour: str, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(event: ClientEvent) -> None:
        raise ZeroDivisionError

    assert Runner(colour, Line([OK]), on_event=broken).run(writing(DESK)) == OK
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 2
    assert errors[0].name == "crossborder"


@colours
def test_a_client_without_a_callback_only_logs(
    colour: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "crossborder")
    Runner(colour, Line([OK]), on_event=None).run(reading(DESK))
    told = [record for record in caplog.records if record.name == "crossborder"]
    assert [record.message for record in told] == [
        "sent shop things.get",
        "answered shop things.get",
    ]
    assert [record.__dict__["crossborder"].kind for record in told] == ["sent", "answered"]


class Bearer(Renewable):
    """A token in the header and in the query."""

    @property
    def token(self) -> Token | None:
        return Token(Secret(HUSH), refresh=Secret(HUSH))

    def sign(self, request: Request, token: Token | None, now: Any) -> Request:
        held = token.access.reveal() if token else ""
        signed = request.with_headers({"Authorization": f"Bearer {held}", "Cookie": held})
        return signed.with_query({"access_token": held, "sign": held})

    def renew(self, token: Token | None, now: Any) -> Steps[Token]:
        yield from DESK.post("token", "/token", json={"secret": HUSH}, repeatable=True)
        return Token(Secret(f"{HUSH}-2"), NOW)


@colours
@pytest.mark.parametrize(
    "last",
    [
        Lost("cut"),
        NotSent("down"),
        answer(401),
        answer(429, {"Set-Cookie": HUSH}),
        answer(422, {"X-Access-Token": HUSH}, f'{{"access_token": "{HUSH}"}}'),
        answer(500, {}, f"client_secret={HUSH}"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_no_secret_is_in_any_error_event_or_log(
    colour: str, method: str, last: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    runner = Runner(colour, Line(lambda _: last))
    at = evolve(DESK, credentials=Bearer())
    wanted = reading(at) if method == "GET" else writing(at, method)
    with pytest.raises(VendorError) as caught:
        runner.run(wanted, key="a", deadline=10_000)
    error = caught.value
    shown = [
        "".join(traceback.format_exception(error)),
        repr(vars(error)),
        repr(error),
        pickle.dumps(error).decode("latin-1"),
        caplog.text,
        repr([vars(record) for record in caplog.records]),
        repr(runner.events),
    ]
    assert [text for text in shown if HUSH in text] == []
