"""What the journal is told, and what is sent when it knows something."""

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from crossborder.adapters.memory import AsyncMemoryJournal, MemoryJournal
from crossborder.conversation import Desk, Lost, NotSent, Reply, Request, Steps, flow, settled
from crossborder.errors import (
    KeyReused,
    MissingCredential,
    OutcomeUnknown,
    VendorError,
)
from crossborder.policy import Policy
from crossborder.protocols.storage import Begun, Recorded
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

DESK = desk()
OK = answer(201, {"Set-Cookie": "hush", "X-Access-Token": "hush", "X-Request-Id": "r-1"}, "made")
KINDS = [("sync", MemoryJournal), ("async", MemoryJournal), ("async", AsyncMemoryJournal)]
colours = pytest.mark.parametrize("colour", COLOURS)


def known(journal: Any, key: str, request: Request) -> Any:
    plain = getattr(journal, "_plain", journal)
    return plain.begin(key, request.digest, NOW)


REQUEST = DESK.request("POST", "/things", json={"a": 1})


@pytest.mark.parametrize(("colour", "kind"), KINDS)
def test_a_write_is_noted_before_it_is_sent_and_answered_after(colour: str, kind: Any) -> None:
    journal = kind()
    seen: list[Any] = []

    def far(request: Request) -> Reply:
        seen.append(known(journal, "order-1/create", REQUEST))
        return OK

    runner = Runner(colour, Line(far), journal=journal)
    assert runner.run(writing(DESK), key="order-1") == OK
    assert seen == [Begun(NOW)]
    assert known(journal, "order-1/create", REQUEST) == Recorded(OK.recorded)


@pytest.mark.parametrize(("colour", "kind"), KINDS)
def test_the_same_key_again_answers_from_the_journal_and_sends_nothing(
    colour: str, kind: Any
) -> None:
    journal, line = kind(), Line([OK])
    runner = Runner(colour, line, journal=journal)
    runner.run(writing(DESK), key="order-1")
    again = runner.run(writing(DESK), key="order-1")
    assert (again.status, again.content, again.headers) == (
        201,
        b"made",
        (("X-Request-Id", "r-1"),),
    )
    assert runner.told == ["sent", "answered", "recalled"]


@pytest.mark.parametrize(("colour", "kind"), KINDS)
@pytest.mark.parametrize("last", [answer(422), answer(404), NotSent("down"), answer(401)])
def test_a_definite_error_is_forgotten_so_that_the_key_may_be_used_again(
    colour: str, kind: Any, last: Any
) -> None:
    journal = kind()
    runner = Runner(colour, Line(lambda _: last), journal=journal)
    with pytest.raises(VendorError):
        runner.run(writing(DESK), key="order-1")
    again = Runner(colour, Line([OK]), journal=journal)
    assert again.run(writing(DESK, json={"other": 1}), key="order-1") == OK


@pytest.mark.parametrize(("colour", "kind"), KINDS)
def test_an_unknown_outcome_stays_begun_and_the_next_run_sends_nothing(
    colour: str, kind: Any
) -> None:
    journal = kind()
    with pytest.raises(OutcomeUnknown) as first:
        Runner(colour, Line([Lost("cut")]), journal=journal).run(writing(DESK), key="order-1")
    later = Runner(colour, Line([]), journal=journal)
    with pytest.raises(OutcomeUnknown) as second:
        later.run(writing(DESK), key="order-1")
    assert (first.value.fresh, second.value.fresh) == (True, False)
    assert (second.value.key, later.told) == ("order-1/create", ["begun"])


@colours
def test_one_key_for_another_request_is_refused_before_anything_is_sent(colour: str) -> None:
    journal = MemoryJournal()
    Runner(colour, Line([OK]), journal=journal).run(writing(DESK), key="order-1")
    with pytest.raises(KeyReused):
        Runner(colour, Line([]), journal=journal).run(
            writing(DESK, json={"other": 1}), key="order-1"
        )


@colours
def test_other_keys_and_other_steps_are_other_writes(colour: str) -> None:
    journal, line = MemoryJournal(), Line([OK, OK, OK])
    runner = Runner(colour, line, journal=journal)
    runner.run(writing(DESK), key="order-1")
    runner.run(writing(DESK), key="order-2")
    runner.run(writing(DESK, step="create/2"), key="order-1")
    assert line.left == 0


@colours
def test_without_a_key_every_run_stands_for_itself(colour: str) -> None:
    line = Line([OK, OK])
    runner = Runner(colour, line, journal=MemoryJournal())
    runner.run(writing(DESK))
    runner.run(writing(DESK))
    assert line.left == 0


@colours
def test_reads_are_not_journaled(colour: str) -> None:
    journal, line = MemoryJournal(), Line([OK, OK])
    runner = Runner(colour, line, journal=journal)
    for _ in range(2):
        runner.run(reading(DESK), key="order-1")
    assert (line.left, journal.unfinished()) == (0, ())


def begun(method: str = "POST") -> MemoryJournal:
    journal = MemoryJournal()
    request = evolve(REQUEST, method=method)
    journal.begin("order-1/create", request.digest, NOW)
    return journal


KEPT_A_DAY = desk(Policy(key_life=timedelta(hours=24)))


@colours
@pytest.mark.parametrize(
    ("at", "method", "keyed"),
    [(DESK, "PUT", False), (DESK, "POST", True), (KEPT_A_DAY, "POST", True)],
    ids=["a PUT", "under a key kept for ever", "under a key kept long enough"],
)
def test_a_begun_write_that_may_be_repeated_is_sent_again(
    colour: str, at: Desk, method: str, keyed: bool
) -> None:
    clock = VirtualClock(NOW + timedelta(hours=23))
    runner = Runner(colour, Line([OK]), journal=begun(method), clock=clock)
    assert runner.run(writing(at, method, keyed=keyed), key="order-1") == OK


@colours
def test_a_begun_write_is_not_sent_again_after_the_vendor_has_dropped_its_key(
    colour: str,
) -> None:
    clock = VirtualClock(NOW + timedelta(hours=24))
    runner = Runner(colour, Line([]), journal=begun(), clock=clock)
    with pytest.raises(OutcomeUnknown):
        runner.run(writing(KEPT_A_DAY, keyed=True), key="order-1")


@colours
def test_a_begun_write_of_unknown_age_is_not_sent_again_under_a_key_that_ends(
    colour: str,
) -> None:
    class Ageless(MemoryJournal):
        def begin(self, key: str, digest: str, now: Any) -> Any:
            return Begun()

    runner = Runner(colour, Line([]), journal=Ageless())
    with pytest.raises(OutcomeUnknown):
        runner.run(writing(KEPT_A_DAY, keyed=True), key="order-1")


@colours
def test_a_begun_write_that_cannot_be_sent_again_now_is_still_begun_later(colour: str) -> None:
    journal = begun()
    runner = Runner(colour, Line(lambda _: NotSent("down")), journal=journal)
    with pytest.raises(OutcomeUnknown) as caught:
        runner.run(writing(KEPT_A_DAY, keyed=True), key="order-1")
    assert not caught.value.fresh
    assert journal.unfinished() == ("order-1/create",)


class Unsigned:
    """Credentials that were never given."""

    def sign(self, request: Request, token: object, now: object) -> Request:
        raise MissingCredential("give a secret", name="secret")


@colours
def test_what_failed_before_it_was_sent_is_forgotten(colour: str) -> None:
    journal = MemoryJournal()
    with pytest.raises(MissingCredential):
        Runner(colour, Line([]), journal=journal).run(
            writing(desk(credentials=Unsigned())), key="order-1"
        )
    assert journal.unfinished() == ()


@colours
def test_what_an_earlier_run_had_begun_is_not_forgotten_for_it(colour: str) -> None:
    journal = begun("PUT")
    with pytest.raises(MissingCredential):
        Runner(colour, Line([]), journal=journal).run(
            writing(desk(credentials=Unsigned()), "PUT"), key="order-1"
        )
    assert journal.unfinished() == ("order-1/create",)


@colours
def test_a_failure_nobody_foresaw_leaves_the_write_begun(colour: str) -> None:
    journal = MemoryJournal()
    with pytest.raises(ZeroDivisionError):
        Runner(colour, Line([ZeroDivisionError()]), journal=journal).run(
            writing(DESK), key="order-1"
        )
    assert journal.unfinished() == ("order-1/create",)


@colours
def test_a_settled_write_finds_after_a_crash_what_the_crash_left(colour: str) -> None:
    sent: list[Request] = []

    def far(request: Request) -> Reply | Exception:
        sent.append(request)
        if request.method == "GET":
            return answer(200, body="there" if len(sent) > 3 else "")
        return Lost("cut")

    def attempt(step: str) -> Steps[bytes]:
        reply = yield from DESK.post("things.write", "/things", json={"a": 1}, step=step)
        return reply.content

    def look() -> Steps[bytes | None]:
        reply = yield from DESK.get("things.find", "/things")
        return reply.content or None

    @flow
    def create() -> Steps[bytes]:
        return (yield from settled(attempt, look, step="create"))

    runner = Runner(colour, Line(far), journal=begun())
    assert runner.run(create(), key="order-1") == b"there"
    assert [request.method for request in sent] == ["GET", "POST", "GET", "POST", "GET"][
        : len(sent)
    ]
    assert len(sent) > 3
