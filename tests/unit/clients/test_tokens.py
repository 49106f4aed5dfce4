"""Tokens: renewed once for everybody, kept before use, never in the journal."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event, Lock
from typing import Any

import pytest
from attrs import evolve, field, frozen

from crossborder.adapters.memory import AsyncMemoryTokenStore, MemoryJournal, MemoryTokenStore
from crossborder.clients import AsyncClient, Client
from crossborder.clients._setup import Tokens
from crossborder.conversation import Desk, Lost, Renewable, Reply, Request, Steps, Token
from crossborder.errors import OutcomeUnknown, SetupError, Unauthorized, Unreachable
from crossborder.policy import Policy, RateLimit
from crossborder.secret import Secret
from crossborder.testing.clock import VirtualClock
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

KINDS = [
    ("sync", MemoryTokenStore),
    ("async", MemoryTokenStore),
    ("async", AsyncMemoryTokenStore),
    ("sync", lambda: None),
    ("async", lambda: None),
]
colours = pytest.mark.parametrize("colour", COLOURS)
OK = answer(200, body="fine")


@frozen
class Bearer(Renewable):
    """A token that is asked for at `/token`."""

    desk: Desk = field(eq=False, repr=False)
    start: Token | None = None
    life: timedelta = timedelta(hours=1)
    step: str | None = None
    repeatable: bool | None = True

    @property
    def token(self) -> Token | None:
        return self.start

    def sign(self, request: Request, token: Token | None, now: Any) -> Request:
        return request.with_headers({"Authorization": token.access.reveal() if token else ""})

    def renew(self, token: Token | None, now: Any) -> Steps[Token]:
        old = token.access.reveal() if token else "none"
        reply = yield from self.desk.post(
            "token", "/token", json={"old": old}, step=self.step, repeatable=self.repeatable
        )
        return Token(Secret(reply.content.decode()), now + self.life)


def account(**more: Any) -> Desk:
    plain = desk(more.pop("policy", None))
    return evolve(plain, credentials=Bearer(plain, **more))


class Far:
    """Gives tokens t1, t2 …; takes only the one named good, or any."""

    def __init__(self, good: str | None = None) -> None:
        self.good = good
        self.given = 0
        self.used: list[str | None] = []
        self.asked: list[bytes] = []
        self._lock = Lock()

    def __call__(self, request: Request) -> Reply:
        with self._lock:
            if request.url.endswith("/token"):
                self.given += 1
                self.asked.append(request.content)
                return answer(200, body=f"t{self.given}")
            self.used.append(request.header("authorization"))
            good = self.good is None or self.used[-1] == self.good
            return OK if good else answer(401)


OLD = Token(Secret("t0"), NOW + timedelta(hours=1))


@pytest.mark.parametrize(("colour", "store"), KINDS)
def test_the_first_call_asks_for_a_token_and_the_next_uses_it(
    colour: str, store: Callable[[], Any]
) -> None:
    far, at = Far(), account()
    runner = Runner(colour, Line(far), tokens=store())
    for _ in range(2):
        assert runner.run(reading(at)) == OK
    assert (far.given, far.used) == (1, ["t1", "t1"])


@pytest.mark.parametrize(("colour", "store"), KINDS)
def test_an_expired_token_is_renewed_once_and_the_call_made_again(
    colour: str, store: Callable[[], Any]
) -> None:
    far, at = Far("t1"), account(start=OLD)
    runner = Runner(colour, Line(far), tokens=store())
    assert runner.run(writing(at)) == OK
    assert far.used == ["t0", "t1"]
    assert far.asked == [b'{"old":"t0"}']
    assert runner.told.count("renewed") == 1


@colours
def test_a_token_that_is_refused_twice_is_unauthorized(colour: str) -> None:
    far, at = Far("never"), account(start=OLD)
    with pytest.raises(Unauthorized) as caught:
        Runner(colour, Line(far)).run(reading(at))
    assert (caught.value.status, far.used) == (401, ["t0", "t1"])


@colours
def test_a_token_near_its_end_is_renewed_before_it_is_used(colour: str) -> None:
    for left, used in ((60, ["t1"]), (61, ["t0"])):
        far = Far()
        start = Token(Secret("t0"), NOW + timedelta(seconds=left))
        Runner(colour, Line(far)).run(reading(account(start=start)))
        assert far.used == used


@colours
def test_a_token_without_an_end_is_used_until_it_is_refused(colour: str) -> None:
    far = Far()
    Runner(colour, Line(far)).run(reading(account(start=Token(Secret("t0")))))
    assert far.used == ["t0"]


@colours
def test_a_new_token_is_kept_before_it_is_used(colour: str) -> None:
    store, steps = MemoryTokenStore(), []

    class Watched(MemoryTokenStore):
        def load(self, vendor: str, account: str) -> Token | None:
            return store.load(vendor, account)

        def swap(self, vendor: str, account: str, old: Token | None, new: Token) -> Token:
            steps.append("kept")
            return store.swap(vendor, account, old, new)

    def far(request: Request) -> Reply:
        steps.append("token" if request.url.endswith("/token") else "used")
        return answer(200, body="t1")

    Runner(colour, Line(far), tokens=Watched()).run(reading(account()))
    assert steps == ["token", "kept", "used"]


@colours
def test_of_two_processes_that_renew_the_winners_token_is_used(colour: str) -> None:
    winner = Token(Secret("theirs"), NOW + timedelta(hours=1))

    class Raced(MemoryTokenStore):
        def swap(self, vendor: str, account: str, old: Token | None, new: Token) -> Token:
            super().swap(vendor, account, None, winner)
            return super().swap(vendor, account, old, new)

    far = Far()
    Runner(colour, Line(far), tokens=Raced()).run(reading(account()))
    assert far.used == ["theirs"]


def test_the_tokens_of_a_client_change_only_for_who_knows_the_one_before() -> None:
    tokens, new = Tokens(), Token(Secret("new"))
    assert tokens.load("shop", "eu") is None
    assert tokens.swap("shop", "eu", None, OLD) == OLD
    assert tokens.swap("shop", "eu", None, new) == OLD
    assert tokens.swap("shop", "eu", OLD, new) == new
    assert tokens.load("shop", "eu") == new


@colours
def test_a_token_that_another_process_renewed_meanwhile_is_used_without_asking(
    colour: str,
) -> None:
    store = MemoryTokenStore()
    store.swap("shop", "eu", None, OLD)
    theirs = Token(Secret("theirs"), NOW + timedelta(hours=1))
    calls: list[str | None] = []

    def far(request: Request) -> Reply:
        calls.append(request.header("authorization"))
        if len(calls) == 1:
            store.swap("shop", "eu", OLD, theirs)
            return answer(401)
        return OK

    assert Runner(colour, Line(far), tokens=store).run(reading(account())) == OK
    assert calls == ["t0", "theirs"]


def test_eight_threads_renew_once() -> None:
    far, at, barrier = Far("t1"), account(start=OLD), Barrier(8)

    def meet(request: Request) -> Reply:
        if request.header("authorization") == "t0":
            barrier.wait(timeout=5)
        return far(request)

    class Open(Line):  # type: ignore[misc,unused-ignore]
        def exchange(self, request: Request, *, connect: float, read: float) -> Reply:
            return meet(request)

    client = Client(http=Open([]), clock=VirtualClock(NOW))
    with ThreadPoolExecutor(8) as pool:
        ran = list(pool.map(lambda _: client.run(reading(at)), range(8)))
    assert ran == [OK] * 8
    assert far.given == 1


def test_two_threads_are_never_in_a_renewal_at_once() -> None:
    inside, both_in, together = [0], Event(), Barrier(2)

    class Open(Line):  # type: ignore[misc,unused-ignore]
        def exchange(self, request: Request, *, connect: float, read: float) -> Reply:
            if not request.url.endswith("/token"):
                if request.header("authorization") == "t0":
                    together.wait(timeout=5)
                return answer(200 if request.header("authorization") == "t1" else 401)
            inside[0] += 1
            if inside[0] == 2:
                both_in.set()
            assert not both_in.wait(0.1)
            return answer(200, body="t1")

    at, client = account(start=OLD), Client(http=Open([]), clock=VirtualClock(NOW))
    with ThreadPoolExecutor(2) as pool:
        ran = list(pool.map(lambda _: client.run(reading(at)).status, range(2)))
    assert (ran, inside) == ([200, 200], [1])


def test_eight_tasks_renew_once() -> None:
    far, at = Far("t1"), account(start=OLD)

    class Open:
        async def exchange(self, request: Request, *, connect: float, read: float) -> Reply:
            reply = far(request)
            for _ in range(20):
                await VirtualClock(NOW).pause(0)
            return reply

    async def go() -> list[Reply]:
        client = AsyncClient(http=Open(), clock=VirtualClock(NOW))
        return list(await asyncio.gather(*(client.run(reading(at)) for _ in range(8))))

    assert asyncio.run(go()) == [OK] * 8
    assert (far.given, far.used.count("t0")) == (1, 8)


@colours
def test_a_renewal_whose_answer_is_lost_says_that_the_call_did_not_leave(colour: str) -> None:
    def far(request: Request) -> Exception:
        assert request.url.endswith("/token")
        return Lost("cut")

    journal = MemoryJournal()
    at = account(repeatable=False)
    with pytest.raises(Unreachable, match="could not be renewed") as caught:
        Runner(colour, Line(far), journal=journal).run(writing(at), key="order-1")
    assert (caught.value.operation, caught.value.retryable) == ("token", True)
    assert isinstance(caught.value.__cause__, OutcomeUnknown)
    assert journal.unfinished() == ()


@colours
def test_a_refused_renewal_is_what_the_flow_hears(colour: str) -> None:
    def far(request: Request) -> Reply:
        return answer(403 if request.url.endswith("/token") else 401)

    for at in (account(), account(start=OLD)):
        with pytest.raises(Unauthorized) as caught:
            Runner(colour, Line(far)).run(writing(at))
        assert caught.value.operation == "token"


@colours
def test_a_renewal_that_fails_after_a_lost_write_leaves_the_write_unknown(colour: str) -> None:
    clock, sent = VirtualClock(NOW), []

    def far(request: Request) -> Any:
        if request.url.endswith("/token"):
            return answer(403)
        sent.append(request)
        clock.advance(3600)
        return Lost("cut")

    journal = MemoryJournal()
    runner = Runner(colour, Line(far), clock=clock, journal=journal, deadline=9999)
    with pytest.raises(OutcomeUnknown):
        runner.run(writing(account(start=OLD), "PUT"), key="order-1")
    assert len(sent) == 1
    assert journal.unfinished() == ("order-1/create",)


@colours
def test_no_answer_with_a_token_stands_in_the_journal(colour: str) -> None:
    journal, far = MemoryJournal(), Far()
    at = account(step="token", life=timedelta(seconds=1))
    runner = Runner(colour, Line(far), journal=journal)
    for _ in range(2):
        runner.run(writing(at), key="order-1")
        runner.run(writing(at, step="again"), key="order-1")
    assert "t1" not in repr(vars(journal))
    assert journal.begin("order-1/token", "x", NOW).__class__.__name__ == "New"
    assert far.given > 1


@colours
def test_a_renewal_that_signs_its_own_calls_is_refused_instead_of_waiting_for_itself(
    colour: str,
) -> None:
    at = account()
    knot = evolve(at, credentials=Bearer(at))
    object.__setattr__(knot.credentials, "desk", knot)
    with pytest.raises(SetupError, match=r"desk\.unsigned"):
        Runner(colour, Line([])).run(reading(knot))


@colours
def test_a_renewal_is_paced_like_any_call(colour: str) -> None:
    policy = Policy(RateLimit(burst=2, every=timedelta(seconds=5)), bucket="all")
    runner = Runner(colour, Line(Far()))
    runner.run(reading(account(policy=policy)))
    assert runner.clock.slept == (5.0,)


@colours
def test_accounts_keep_their_own_tokens(colour: str) -> None:
    far = Far()
    runner = Runner(colour, Line(far))
    runner.run(reading(account()))
    runner.run(reading(evolve(account(), account="us")))
    assert far.used == ["t1", "t2"]


@colours
def test_without_retry_an_expired_token_is_an_error_at_once_but_the_next_run_has_a_new_one(
    colour: str,
) -> None:
    far, at = Far("t1"), account(start=OLD)
    runner = Runner(colour, Line(far))
    with pytest.raises(Unauthorized):
        runner.run(reading(at), retry=False)
    assert runner.run(reading(at), retry=False) == OK
