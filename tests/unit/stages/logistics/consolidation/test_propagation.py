import json
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.decision import recording
from crossborder.model.shipment import HandlingUnit, UnitKind
from crossborder.model.time import Window
from crossborder.model.tracking import Expected, Health
from crossborder.replay import replay, to_record
from crossborder.stages.logistics.consolidation import (
    ContainerDelay,
    Contents,
    Load,
    Reached,
    Unload,
    consolidate,
    later,
    propagate,
)

DAY = datetime(2026, 11, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
EXPECTED = Expected(Window(DAY, DAY + 48 * HOUR), DAY + 24 * HOUR, "history", 9, DAY - HOUR)
PARCELS = tuple(f"p{number}" for number in range(12))


def at(hour: int) -> datetime:
    """So many hours into the day."""
    return DAY + hour * HOUR


UNITS = (
    HandlingUnit("m", UnitKind.MASTER),
    HandlingUnit("b0", UnitKind.BAG),
    HandlingUnit("b1", UnitKind.BAG),
    *(HandlingUnit(name, UnitKind.PARCEL) for name in PARCELS),
)


@st.composite
def loaded(draw: st.DrawFn) -> tuple[HandlingUnit, ...]:
    """Parcels in two bags in a master; some come out at some hour."""
    commands: list[Load | Unload] = [Load("b0", "m", at(0)), Load("b1", "m", at(0))]
    for name in PARCELS:
        commands.append(
            Load(name, draw(st.sampled_from(["b0", "b1"])), at(draw(st.integers(0, 5))))
        )
        if draw(st.booleans()):
            commands.append(Unload(name, at(draw(st.integers(5, 20)))))
    return consolidate(UNITS, tuple(commands)).value.units


delays = st.builds(
    lambda unit, hour, by, reason: ContainerDelay(unit, at(hour), by * HOUR, reason=reason),
    st.sampled_from(["m", "b0", "b1"]),
    st.integers(0, 24),
    st.integers(0, 72),
    st.sampled_from(["weather_delay", "customs_inspection", None]),
)


@given(loaded(), st.lists(delays, max_size=3), st.integers(0, 24))
def test_a_delay_reaches_what_was_and_is_inside_and_nothing_that_is_out(
    units: tuple[HandlingUnit, ...], said: list[ContainerDelay], hour: int
) -> None:
    contents, now = Contents(units), at(hour)
    expected = dict.fromkeys(PARCELS, EXPECTED)
    reached = {
        item.unit: item for item in propagate(units, tuple(said), expected=expected, now=now).value
    }
    for name in PARCELS:
        unit = contents.units[name]
        mine = []
        for delay in said:
            for moment in (delay.at, now):
                bag = unit.held_by(moment)
                if bag is None or delay.unit not in (bag, contents.units[bag].held_by(moment)):
                    break
            else:
                if delay.at <= now:
                    mine.append(delay)
        assert (name in reached) == bool(mine)
        if mine:
            longest: dict[datetime, timedelta] = {}
            for delay in mine:
                longest[delay.at] = max(delay.by, longest.get(delay.at, timedelta(0)))
            by = sum(longest.values(), timedelta(0))
            after = reached[name].expected
            assert after is not None
            assert (reached[name].by, after.likely - EXPECTED.likely) == (by, by)
            assert after.window.latest - EXPECTED.window.latest == by
            assert reached[name].health is Health.DELAYED


_orders = st.lists(delays, max_size=4).flatmap(
    lambda drawn: st.permutations(drawn).map(lambda other: (tuple(drawn), tuple(other)))
)


@given(loaded(), _orders)
def test_delays_in_any_order_and_told_again_come_to_the_same(
    units: tuple[HandlingUnit, ...],
    said: tuple[tuple[ContainerDelay, ...], tuple[ContainerDelay, ...]],
) -> None:
    expected = dict.fromkeys(PARCELS, EXPECTED)
    once = propagate(units, said[0], expected=expected, now=at(24)).value
    assert propagate(units, (*said[1], *said[1]), expected=expected, now=at(24)).value == once
    after = {item.unit: item.expected for item in once if item.expected is not None}
    again = propagate(units, said[0], expected=after, now=at(24)).value
    assert {item.unit: item.expected for item in again if item.unit in after} == after


@given(loaded(), st.lists(delays, min_size=1, max_size=5), st.data())
def test_delays_told_one_after_another_in_any_order_come_to_the_same_as_all_at_once(
    units: tuple[HandlingUnit, ...], said: list[ContainerDelay], data: st.DataObject
) -> None:
    expected = dict.fromkeys(PARCELS, EXPECTED)
    once = propagate(units, tuple(said), expected=expected, now=at(24)).value
    known: dict[str, Expected | Reached] = {**expected}
    reached: tuple[Reached, ...] = ()
    waiting = list(data.draw(st.permutations(said)))
    while waiting:
        count = data.draw(st.integers(1, len(waiting)))
        part, waiting = waiting[:count], waiting[count:]
        part += said[: data.draw(st.integers(0, 1))]  # one of them may be told again
        reached = propagate(units, tuple(part), expected=known, now=at(24)).value
        known |= {item.unit: item for item in reached}
    assert reached == once
    assert propagate(units, (), expected=known, now=at(24)).value == once


BAGGED = (Load("b0", "m", at(0)), Load("p0", "b0", at(0)))


def test_a_delay_told_late_is_added_to_one_that_was_passed_on_before() -> None:
    units = consolidate(UNITS, BAGGED).value.units
    first, second = ContainerDelay("m", at(1), 48 * HOUR), ContainerDelay("m", at(2), 72 * HOUR)
    told = _of(units, (second,), EXPECTED)
    both = _of(units, (first,), told)
    assert both == _of(units, (first, second), EXPECTED)
    assert (both.by, both.delays, both.base) == (120 * HOUR, (first, second), EXPECTED)
    # A new expectation begins anew: it knows of what was said before it was made.
    anew = evolve(EXPECTED, as_of=at(1), likely=at(90))
    after = _of(units, (first, second), anew)
    assert after.expected is not None
    assert (after.by, after.expected.likely) == (72 * HOUR, at(90 + 72))


def test_a_delay_that_no_longer_reaches_a_unit_is_not_kept_in_what_is_expected_of_it() -> None:
    units = consolidate(UNITS, BAGGED).value.units
    delay, other = ContainerDelay("b0", at(3), 5 * HOUR), ContainerDelay("m", at(3), 2 * HOUR)
    told = _of(units, (delay, other), EXPECTED)
    assert told.by == 5 * HOUR
    moved = consolidate(UNITS, (Load("b0", "m", at(0)), Load("p0", "m", at(0)))).value.units
    assert _of(moved, (), told) == _of(moved, (other,), EXPECTED)


def _of(
    units: tuple[HandlingUnit, ...], said: tuple[ContainerDelay, ...], known: Expected | Reached
) -> Reached:
    reached = propagate(units, said, expected={"p0": known}, now=at(5)).value
    return next(item for item in reached if item.unit == "p0")


def test_a_passed_on_delay_is_made_again_from_its_record() -> None:
    units = consolidate(UNITS, BAGGED).value.units
    told = _of(units, (ContainerDelay("m", at(2), HOUR),), EXPECTED)
    with recording():
        late = (ContainerDelay("m", at(1), HOUR),)
        kept = propagate(units, late, expected={"p0": told, "p1": EXPECTED}, now=at(5))
    assert replay(json.dumps(to_record(kept))).value == kept.value


def test_a_delay_beyond_all_measure_is_refused() -> None:
    with pytest.raises(InvalidValue, match="ten years"):
        ContainerDelay("m", DAY, timedelta(days=10**8))
    units = consolidate(UNITS, BAGGED).value.units
    last = datetime(9999, 12, 30, tzinfo=UTC)
    end = evolve(EXPECTED, window=Window(last, last), likely=last)
    with pytest.raises(InvalidValue, match="calendar"):
        _of(units, (ContainerDelay("m", at(1), timedelta(days=9)),), end)


def test_the_gravest_word_counts_and_the_newest_of_those() -> None:
    units = consolidate(UNITS, (Load("b0", "m", at(0)), Load("p0", "b0", at(0)))).value.units
    said = (
        ContainerDelay("m", at(3), reason="customs_info_required", health=Health.ACTION_REQUIRED),
        ContainerDelay("m", at(4), 9 * HOUR, reason="weather_delay"),
        ContainerDelay("m", at(2), reason="customs_delay", health=Health.ACTION_REQUIRED),
    )
    for item in propagate(units, said, expected={}, now=at(5)).value:
        assert (item.health, item.reason) == (Health.ACTION_REQUIRED, "customs_info_required")
        assert item.expected is None
    early = propagate(units, said, expected={}, now=at(2)).value
    assert {item.reason for item in early} == {"customs_delay"}


def test_a_container_that_is_expected_later_than_before_is_late_by_the_difference() -> None:
    after = evolve(EXPECTED, likely=EXPECTED.likely + 5 * HOUR, as_of=at(2))
    assert later(EXPECTED, after, unit="m", reason="weather_delay") == ContainerDelay(
        "m", at(2), 5 * HOUR, reason="weather_delay"
    )
    assert later(after, EXPECTED, unit="m") is None


def test_a_delay_is_never_negative() -> None:
    with pytest.raises(InvalidValue, match="must not be negative"):
        ContainerDelay("m", DAY, -HOUR)


def test_a_delay_of_an_unknown_container_reaches_nobody() -> None:
    assert propagate(UNITS, (ContainerDelay("x", DAY),), expected={}, now=DAY).value == ()
