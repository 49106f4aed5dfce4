"""A parcel's history against the plainest way to say it, and the traps of containers."""

import sys
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.shipment import HandlingUnit, NumberUse, Stay, UnitKind
from crossborder.model.tracking import Health, Stage, TrackingEvent
from crossborder.stages.logistics.consolidation import (
    MISSING,
    Stream,
    histories,
    history,
    unclaimed,
)
from crossborder.stages.logistics.tracking import merge, moment, parcel_state

DAY = datetime(2026, 11, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
NAMES = ("p1", "p2", "b1", "b2", "m1")
ABOVE = {"p1": ("b1", "b2"), "p2": ("b1", "b2"), "b1": ("m1",), "b2": ("m1",), "m1": ()}


def at(hour: int) -> datetime:
    """So many hours into the day."""
    return DAY + hour * HOUR


@st.composite
def trees(draw: st.DrawFn) -> tuple[HandlingUnit, ...]:
    """Parcels in bags in a master, for some of the time."""
    units = []
    for name in NAMES:
        count = draw(st.integers(0, 2)) if ABOVE[name] else 0
        times = sorted(draw(st.lists(st.integers(0, 24), min_size=4, max_size=4)))
        stays = [
            Stay(draw(st.sampled_from(ABOVE[name])), at(times[2 * n]), at(times[2 * n + 1]))
            for n in range(count)
        ]
        lasting: bool = draw(st.booleans())
        if stays and lasting:
            stays[-1] = evolve(stays[-1], unloaded_at=None)
        unit = HandlingUnit(name, UnitKind.PARCEL, f"N-{name}", carrier="yun")
        if stays:
            *before, last = stays
            unit = evolve(
                unit,
                inside=last.inside,
                loaded_at=last.loaded_at,
                unloaded_at=last.unloaded_at,
                earlier=tuple(before),
            )
        units.append(unit)
    return tuple(units)


_stages = st.sampled_from([Stage.EXPORT, Stage.LINE_HAUL, Stage.IMPORT_CUSTOMS, Stage.DELIVERED])


@st.composite
def told(draw: st.DrawFn) -> tuple[Stream, ...]:
    """Scans of all numbers, in several tellings."""
    streams = []
    for number in draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=8)):
        found = draw(st.lists(st.tuples(st.integers(0, 24), _stages), max_size=6))
        events = tuple(
            TrackingEvent("yun", stage.value, at=at(hour), stage=stage, number=f"N-{number}")
            for hour, stage in found
        )
        streams.append(Stream(f"N-{number}", events, "yun"))
    return tuple(streams)


def _plain(
    name: str, units: dict[str, HandlingUnit], streams: tuple[Stream, ...]
) -> set[tuple[str, datetime | None, str]]:
    """Every scan whose unit held the parcel at that moment, directly or not."""
    found = set()
    for stream in streams:
        owner = stream.number.removeprefix("N-")
        for event in stream.events:
            holder: str | None = name
            while holder is not None and holder != owner:
                holder = units[holder].held_by(moment(event))
            if holder == owner:
                found.add((event.number, event.at, event.code))
    return found


@given(trees(), told())
def test_a_history_is_every_scan_of_whatever_the_parcel_was_inside_of_at_that_moment(
    units: tuple[HandlingUnit, ...], streams: tuple[Stream, ...]
) -> None:
    by_name = {unit.id: unit for unit in units}
    for name, events in histories(units, streams).items():
        assert {(e.number, e.at, e.code) for e in events} == _plain(name, by_name, streams)
        assert events == history(name, units, streams)
        assert list(map(moment, events)) == sorted(map(moment, events))


@given(trees(), told(), st.randoms(use_true_random=False))
def test_a_history_is_the_same_however_its_parts_are_ordered_repeated_and_grouped(
    units: tuple[HandlingUnit, ...], streams: tuple[Stream, ...], chance: st.DataObject
) -> None:
    pieces = [evolve(s, events=(event,)) for s in streams for event in s.events]
    pieces += pieces[::2]
    chance.shuffle(pieces)  # type: ignore[attr-defined]
    mixed = list(units)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert histories(tuple(mixed), tuple(pieces)) == histories(units, streams)


@given(trees(), told())
def test_no_parcel_is_delivered_by_the_delivery_of_its_container(
    units: tuple[HandlingUnit, ...], streams: tuple[Stream, ...]
) -> None:
    for name, events in histories(units, streams).items():
        own = any(e.stage is Stage.DELIVERED for e in events if e.number == f"N-{name}")
        assert (parcel_state(events).stage is Stage.DELIVERED) <= own


MASTER = HandlingUnit("m", UnitKind.MASTER, "JJD1", carrier="dhl")
BAG = HandlingUnit("b", UnitKind.BAG, "", "m", at(2), at(8))
PARCEL = HandlingUnit("p", UnitKind.PARCEL, "YT1", "b", at(1), at(9), carrier="yun")


def _scan(hour: int, stage: Stage = Stage.LINE_HAUL, number: str = "JJD1") -> TrackingEvent:
    return TrackingEvent("dhl", f"{hour}", at=at(hour), stage=stage, number=number)


def test_the_moment_of_loading_counts_and_the_moment_of_unloading_does_not() -> None:
    streams = (Stream("JJD1", tuple(_scan(hour) for hour in (1, 2, 7, 8, 9)), "dhl"),)
    assert [event.code for event in history("p", (MASTER, BAG, PARCEL), streams)] == ["2", "7"]


@pytest.mark.parametrize(
    ("said", "means"),
    [
        (Stage.DELIVERED, Stage.HANDOVER),
        (Stage.OUT_FOR_DELIVERY, Stage.HANDOVER),
        (Stage.COLLECT, Stage.HANDOVER),
        (Stage.RETURNED, Stage.RETURNING),
        (Stage.CANCELLED, Stage.EXPORT),
        (Stage.REGISTERED, Stage.EXPORT),
        (Stage.IMPORT_CUSTOMS, Stage.IMPORT_CUSTOMS),
        (Stage.LOST, Stage.LOST),
        (Stage.DESTROYED, Stage.DESTROYED),
    ],
)
def test_what_happens_to_a_container_means_its_own_for_a_parcel(said: Stage, means: Stage) -> None:
    streams = (
        Stream("JJD1", (_scan(5, said),), "dhl"),
        Stream("YT1", (_scan(0, Stage.EXPORT, "YT1"),), "yun"),
    )
    assert parcel_state(history("p", (MASTER, BAG, PARCEL), streams)).stage is means
    assert history("m", (MASTER, BAG, PARCEL), streams)[0].stage is said


def test_a_reused_number_gives_each_parcel_the_scans_of_its_own_year() -> None:
    year = timedelta(days=400)
    old = evolve(PARCEL, id="old", inside=None, loaded_at=None, unloaded_at=None, shipped_at=DAY)
    new = evolve(old, id="new", shipped_at=DAY + year)
    first, second = _scan(5, Stage.DELIVERED, "YT1"), _scan(5, Stage.EXPORT, "YT1")
    second = evolve(second, at=at(5) + year)
    found = histories((old, new), (Stream("yt 1", (second, first), "YUN"),))
    assert found == {"old": (first,), "new": (second,)}


def test_scans_of_nobody_or_of_either_of_two_are_given_to_none_and_named() -> None:
    one = HandlingUnit("one", UnitKind.PARCEL, "YT1", carrier="yun", shipped_at=DAY)
    two = evolve(one, id="two", shipped_at=at(3))
    streams = (
        Stream("YT1", (_scan(5, number="YT1"),), "yun"),
        Stream("YT9", (_scan(5, number="YT9"),), "yun"),
        Stream("YT1", (_scan(6, number="YT1"),), "ups"),
    )
    assert histories((one, two), streams) == {"one": (), "two": ()}
    assert unclaimed((one, two), streams) == streams


def test_a_number_learnt_late_brings_the_scans_since_it_was_given() -> None:
    link = NumberUse("9400", "usps", at(8))
    scan = _scan(10, Stage.LAST_MILE, "9400")
    streams = (Stream("9400", (scan,), "usps"),)
    assert history("p", (PARCEL,), streams) == ()
    assert history("p", (evolve(PARCEL, later_numbers=(link,)),), streams) == (scan,)


def test_a_parcel_in_a_bag_that_is_missing_says_so_at_once() -> None:
    bag = evolve(BAG, missing_since=at(8))
    inside = evolve(PARCEL, unloaded_at=None)
    events = history("p", (MASTER, bag, inside), (Stream("JJD1", (_scan(3),), "dhl"),))
    state = parcel_state(events)
    assert (state.stage, state.health) == (Stage.LINE_HAUL, Health.FAILED)
    assert state.reason == MISSING
    assert history("m", (MASTER, bag, inside), ()) == ()


def test_units_that_hold_each_other_by_mistake_are_read_all_the_same() -> None:
    one = HandlingUnit("one", UnitKind.BAG, "N1", "two", at(0))
    two = HandlingUnit("two", UnitKind.BAG, "N2", "one", at(0))
    streams = (Stream("N1", (_scan(1, number="N1"),)), Stream("N2", (_scan(2, number="N2"),)))
    assert len(merge(*histories((one, two), streams).values())) == 2


def test_a_history_is_asked_of_a_known_unit_only() -> None:
    with pytest.raises(InvalidValue, match="none of the units"):
        history("q", (PARCEL,), ())


def test_a_containers_scans_are_read_once_however_many_parcels_are_inside() -> None:
    calls = 0
    module = sys.modules[Stream.__module__]

    def counted(event: TrackingEvent) -> datetime:
        nonlocal calls
        calls += 1
        return moment(event)

    def cost(parcels: int) -> int:
        nonlocal calls
        calls = 0
        units = (MASTER, BAG, *(evolve(PARCEL, id=f"p{n}", number="") for n in range(parcels)))
        streams = (Stream("JJD1", tuple(_scan(hour) for hour in range(10)), "dhl"),)
        histories(units, streams)
        return calls

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "moment", counted)
        assert cost(200) == cost(2)
