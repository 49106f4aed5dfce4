"""Killed anywhere, started again on the same journal: one of each effect, and the same end."""

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from crossborder.adapters.memory import MemoryJournal
from crossborder.clients import Client
from crossborder.conversation import Lost, NotSent, Reply, Request, Transport
from crossborder.demo import Story, World, invariants, walk
from crossborder.demo.walk import Keep
from crossborder.errors import OutcomeUnknown
from crossborder.model.money import Price
from crossborder.model.outcome import Done
from crossborder.testing.crash import Killed, KillSwitch

EFFECTS = {
    "listing": 1,
    "authorization": 1,
    "capture": 1,
    "purchase": 1,
    "debit": 1,
    "parcel": 1,
    "dispatch": 1,
    "message": 1,
}


class _Losing(Transport):
    """Loses the answer of one exchange after its effect, or the request before it."""

    def __init__(self, inner: Transport, number: int, *, after: bool) -> None:
        self._inner, self._number, self._after = inner, number, after
        self.count = 0

    def exchange(self, request: Request, *, connect: float, read: float) -> Reply:
        number, self.count = self.count, self.count + 1
        if number == self._number and not self._after:
            raise NotSent("the line is down")
        reply = self._inner.exchange(request, connect=connect, read=read)
        if number == self._number:
            raise Lost("the line went down")
        return reply


class _Still:
    """A clock that does not wait."""

    def __init__(self, world: World) -> None:
        self._world, self._seconds = world, 0.0

    def now(self) -> Any:
        return self._world.moment

    def monotonic(self) -> float:
        return self._seconds

    def sleep(self, seconds: float) -> None:
        self._seconds += seconds

    async def pause(self, seconds: float) -> None:
        self._seconds += seconds


def _run(
    world: World, journal: MemoryJournal, keep: Keep, switch: KillSwitch, http: Any = None
) -> Story:
    carried = switch.transport(http if http is not None else world.memory.server)
    client = Client(
        http=carried, journal=switch.journal(journal), clock=_Still(world), chance=lambda: 0.5
    )
    return walk(client.run, world, keep)


def _end(world: World, story: Story) -> dict[str, Any]:
    """Everything that matters of how it ended, at the vendor and in the application."""
    state = world.memory.server.state
    counts: dict[str, int] = {}
    for name, _ in state.effects:
        counts[name] = counts.get(name, 0) + 1
    assert story.collected is not None
    assert story.bought is not None
    assert story.sent is not None
    assert story.tracked is not None
    assert story.served is not None
    return {
        "effects": counts,
        "listings": state.listings,
        "stock": state.stock,
        "orders": state.orders,
        "purchases": state.purchases,
        "payments": state.payments,
        "shipments": state.shipments,
        "tickets": state.tickets,
        "ledger": story.collected.order.ledger,
        "commission": story.collected.commission,
        "bought": story.bought.outcomes,
        "sent": story.sent.outcome,
        "warnings": story.tracked.warnings,
        "answers": story.served.sent,
    }


def _baseline() -> tuple[dict[str, Any], int]:
    world, switch = World.make(), KillSwitch()
    story = _run(world, MemoryJournal(), {}, switch)
    return _end(world, story), switch.moments


BASELINE, MOMENTS = _baseline()


def test_the_undisturbed_walk_has_exactly_one_of_each_effect() -> None:
    assert BASELINE["effects"] == EFFECTS
    assert MOMENTS > 60


def _killed_at(*moments: int) -> dict[str, Any]:
    """Kill the first run at the first moment, the next run at the second, and so on."""
    world, journal = World.make(), MemoryJournal()
    keep: Keep = {}
    for moment in moments:
        try:
            story = _run(world, journal, keep, KillSwitch(moment))
        except Killed:
            continue
        return _end(world, story)
    return _end(world, _run(world, journal, keep, KillSwitch()))


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_a_walk_killed_at_any_moment_ends_as_if_nothing_had_happened(moment: int) -> None:
    assert _killed_at(moment) == BASELINE


def _recovery_kills(stride: int) -> list[tuple[int, int]]:
    return [
        (first, second)
        for first in range(0, MOMENTS, 1)
        for second in range(first % stride, MOMENTS, stride)
    ]


@pytest.mark.parametrize("first", range(MOMENTS))
def test_a_walk_killed_again_while_it_recovers_ends_the_same(first: int, full_size: bool) -> None:
    stride = 1 if full_size else 9
    for second in range(first % stride, MOMENTS, stride):
        assert _killed_at(first, second) == BASELINE, (first, second)


def test_a_walk_killed_six_times_in_the_same_place_ends_the_same() -> None:
    for moment in range(0, MOMENTS, 5):
        assert _killed_at(*[moment] * 6) == BASELINE, moment


def _exchanges() -> int:
    world = World.make()
    counting = _Losing(world.memory.server, -1, after=True)
    _run(world, MemoryJournal(), {}, KillSwitch(), counting)
    return counting.count


@pytest.mark.parametrize("after", [True, False], ids=["after the effect", "before it"])
@pytest.mark.parametrize("number", range(_exchanges()))
def test_a_walk_that_loses_any_answer_ends_the_same(number: int, after: bool) -> None:
    world = World.make()
    losing = _Losing(world.memory.server, number, after=after)
    story = _run(world, MemoryJournal(), {}, KillSwitch(), losing)
    assert _end(world, story) == BASELINE


@pytest.mark.parametrize("number", range(_exchanges()))
def test_a_lost_answer_and_a_crash_after_it_end_the_same(number: int, full_size: bool) -> None:
    for moment in range(number % 5, MOMENTS, 1 if full_size else 5):
        world, journal = World.make(), MemoryJournal()
        keep: Keep = {}
        losing = _Losing(world.memory.server, number, after=True)
        try:
            story = _run(world, journal, keep, KillSwitch(moment), losing)
        except (Killed, OutcomeUnknown):
            story = _run(world, journal, keep, KillSwitch())
        assert _end(world, story) == BASELINE, (number, moment)


def _changed_meanwhile(world: World) -> None:
    """Two days pass: another line is cheaper now, and the supplier's stock is gone."""
    world.start += timedelta(days=2)
    world.moment = world.start
    state = world.memory.server.state
    state.lines["EXPRESS"] = evolve(state.lines["EXPRESS"], cost=Price("1", "CNY"))
    state.freight = "60.00"


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_a_run_that_goes_on_two_days_later_leaves_one_of_each_effect(moment: int) -> None:
    """What was decided before the crash stands, whatever the clock and the offers say now."""
    world, journal = World.make(), MemoryJournal()
    keep: Keep = {}
    try:
        _run(world, journal, keep, KillSwitch(moment))
    except Killed:
        _changed_meanwhile(world)
    story = _run(world, journal, keep, KillSwitch())
    counts: dict[str, int] = {}
    for name, _ in world.memory.server.state.effects:
        counts[name] = counts.get(name, 0) + 1
    assert all(count == 1 for count in counts.values()), counts
    assert invariants(story, world) == dict.fromkeys(invariants(story, world), True)
    if counts.get("purchase"):
        assert story.bought is not None
        assert story.bought.complete
    if counts.get("parcel"):
        assert story.sent is not None
        assert isinstance(story.sent.outcome, Done)


def test_without_a_journal_the_same_kills_do_leave_two_of_something() -> None:
    """The proof would prove nothing if a journal made no difference."""
    doubled = 0
    for moment in range(MOMENTS // 2):
        world = World.make()
        keep: Keep = {}
        try:
            _run(world, MemoryJournal(), keep, KillSwitch(moment))
        except Killed:
            story = _run(world, MemoryJournal(), keep, KillSwitch())
            doubled += _end(world, story)["effects"] != EFFECTS
    assert doubled > 0
