"""What a flow noted in its first run is what a later run under the same key gets."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crossborder.adapters.memory import AsyncMemoryJournal, Memory, MemoryJournal
from crossborder.clients import AsyncClient, Client
from crossborder.conversation import Steps, as_of, flow, noted, recalled, under
from crossborder.protocols.storage import New
from crossborder.testing.play import play

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=2)


@flow
def decided(now: datetime, plan: str) -> Steps[Any]:
    known = yield from recalled("plan")
    kept = yield from noted("plan", plan)
    at = yield from under("inner", as_of(now))
    return known, kept, at


def _run(colour: str, journal: Any, now: datetime, plan: str) -> Any:
    server = Memory.demo().server
    if colour == "sync":
        return Client(http=server, journal=journal).run(decided(now, plan), key="k")

    async def go() -> Any:
        async with AsyncClient(http=server, journal=journal) as client:
            return await client.run(decided(now, plan), key="k")

    return asyncio.run(go())


@pytest.mark.parametrize(
    ("colour", "make"), [("sync", MemoryJournal), ("async", AsyncMemoryJournal)]
)
def test_a_later_run_gets_the_first_runs_notes(colour: str, make: Any) -> None:
    journal = make()
    assert _run(colour, journal, NOW, "two parcels") == (None, "two parcels", NOW)
    assert _run(colour, journal, LATER, "one") == ("two parcels", "two parcels", NOW)


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_without_a_journal_each_run_has_its_own_notes(colour: str) -> None:
    assert _run(colour, None, NOW, "two") == (None, "two", NOW)
    assert _run(colour, None, LATER, "one") == (None, "one", LATER)


def test_asking_for_a_note_that_is_not_there_leaves_no_trace() -> None:
    @flow
    def ask() -> Steps[str | None]:
        return (yield from recalled("plan"))

    journal = MemoryJournal()
    assert Client(http=Memory.demo().server, journal=journal).run(ask(), key="k") is None
    assert journal.unfinished() == ()


def test_a_note_begun_by_a_run_that_died_is_written_by_the_next() -> None:
    journal = MemoryJournal()
    assert _run("sync", journal, NOW, "two") == (None, "two", NOW)
    other = MemoryJournal()
    from crossborder.model.ids import digest

    assert other.begin("k/plan", digest("note", "plan"), NOW) == New()
    assert _run("sync", other, LATER, "one") == (None, "one", LATER)
    assert other.unfinished() == ()


def test_a_play_gives_a_note_back() -> None:
    assert play(decided(NOW, "two"), []).result == (None, "two", NOW)
