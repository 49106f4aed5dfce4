"""A parcel's history against the plainest way to say it, and the traps of containers."""

import sys
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.ids import ShipmentId
from crossborder.model.place import Place
from crossborder.model.shipment import HandlingUnit, NumberUse, Shipment, Stay, UnitKind
from crossborder.model.tracking import Health, ParcelState, Stage, TrackingEvent
from crossborder.stages.logistics import delay
from crossborder.stages.logistics.consolidation import (
    FOUND,
    INHERITED,
    MISSING,
    BreakBulk,
    Command,
    Find,
    Load,
    Stream,
    Unload,
    consolidate,
    histories,
    history,
    match,
    retrack,
    unclaimed,
)
from crossborder.stages.logistics.tracking import merge, moment, parcel_state, track

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


def _whose(event: TrackingEvent) -> str:
    """The number of the unit that was scanned."""
    lent = event.extra.get(INHERITED)
    return event.number if lent is None else str(lent["number"])


@given(trees(), told())
def test_a_history_is_every_scan_of_whatever_the_parcel_was_inside_of_at_that_moment(
    units: tuple[HandlingUnit, ...], streams: tuple[Stream, ...]
) -> None:
    by_name = {unit.id: unit for unit in units}
    for name, events in histories(units, streams).items():
        plain = _plain(name, by_name, streams)
        # Scans of two containers in the same words at one time are one scan of what is inside both.
        assert {(e.number, e.at, e.code) for e in events} == {
            (number if number == f"N-{name}" else "", at, code) for number, at, code in plain
        }
        assert {(_whose(e), e.at, e.code) for e in events} <= plain
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


START = (
    HandlingUnit("m", UnitKind.MASTER, "JJD1", carrier="dhl"),
    HandlingUnit("b", UnitKind.BAG),
    HandlingUnit("p", UnitKind.PARCEL, "YT1", carrier="yun"),
)
FLIGHT = (Stream("JJD1", (_scan(3),), "dhl"),)
LOADED = (Load("p", "b", at(0)), Load("b", "m", at(1)))
SHIPMENT = Shipment(ShipmentId("s"), "yun", "YT1", DAY)


def _after(*commands: Command) -> tuple[HandlingUnit, ...]:
    moved = consolidate(START, commands).value
    assert moved.problems == ()
    return moved.units


def _says(events: tuple[TrackingEvent, ...]) -> list[tuple[str, datetime | None]]:
    return [(e.code, e.at) for e in events if e.source == "consolidation"]


@pytest.mark.parametrize("hour", [8, 12])
def test_what_was_found_stands_in_the_history_and_takes_the_trouble_away(hour: int) -> None:
    gone = (*LOADED, BreakBulk("m", at(8), ()))
    before = history("p", _after(*gone), FLIGHT)
    tracked = track(SHIPMENT, before, now=at(9)).value
    assert (tracked.state.health, tracked.state.reason) == (Health.FAILED, MISSING)
    assert delay.alarm(tracked, now=at(9)).value is not None
    units = _after(*gone, Find("b", at(hour)))
    for name in ("b", "p"):
        after = history(name, units, FLIGHT)
        assert _says(after) == [(MISSING, at(8)), (FOUND, at(hour))]
    tracked = track(tracked, after, now=at(13)).value
    assert (tracked.state.stage, tracked.state.health) == (Stage.LINE_HAUL, Health.OK)
    assert delay.alarm(tracked, now=at(13)).value is None


def test_a_parcel_comes_out_of_a_missing_bag_as_it_is_opened_or_is_missing_itself() -> None:
    gone = (*LOADED, BreakBulk("m", at(8), ()))
    opened = history("p", _after(*gone, BreakBulk("b", at(12))), FLIGHT)
    assert _says(opened) == [(MISSING, at(8)), (FOUND, at(12))]
    taken = history("p", _after(*gone, Unload("p", at(12))), FLIGHT)
    assert _says(taken) == [(MISSING, at(8)), (FOUND, at(12))]
    empty = history("p", _after(*gone, BreakBulk("b", at(12), ())), FLIGHT)
    assert _says(empty) == [(MISSING, at(8)), (MISSING, at(12))]
    assert parcel_state(empty).reason == MISSING
    before = history("p", _after(*LOADED, Unload("p", at(7)), BreakBulk("m", at(8), ())), FLIGHT)
    assert _says(before) == []


def test_a_scan_of_a_container_says_whose_it_was_and_is_no_number_of_the_parcel() -> None:
    (scan,) = history("p", _after(*LOADED), FLIGHT)
    assert scan.number == ""
    assert scan.extra[INHERITED] == {"unit": "m", "number": "JJD1"}
    (own,) = history("m", _after(*LOADED), FLIGHT)
    assert (own.number, INHERITED in own.extra) == ("JJD1", False)
    tracked = track(SHIPMENT, (scan,), now=at(5)).value
    assert (tracked.numbers, tracked.legs) == (("YT1",), ())
    reading = Shipment(
        ShipmentId("r"), "dhl", "JJD1", events=(_scan(9, Stage.DELIVERED),), ship_date=DAY
    )
    assert match((reading,), (tracked,)).value.unknown == (reading,)


def test_a_local_time_counts_as_the_moment_it_is_where_the_place_keeps_one_time() -> None:
    local = TrackingEvent("dhl", "AF", local="2026-11-02 09:00:00", place=Place("CN"))
    units = _after(*LOADED, Unload("p", at(4)))
    (scan,) = history("p", units, (Stream("JJD1", (local,), "dhl"),))
    assert scan.at == at(1)


def test_the_number_a_container_was_asked_for_by_is_kept_where_its_scan_names_none() -> None:
    streams = (Stream("JJD1", (_scan(3, number=""),), "dhl"),)
    (scan,) = history("p", _after(*LOADED), streams)
    assert scan.extra[INHERITED] == {"unit": "m", "number": "JJD1"}


def test_a_missing_bag_is_named_in_what_its_parcels_inherit_of_it() -> None:
    units = _after(*LOADED, BreakBulk("m", at(8), ()), Find("b", at(9)))
    for scan in history("p", units, ()):
        assert scan.number == ""
        assert scan.extra[INHERITED] == {"unit": "b", "number": ""}
        assert scan.text.startswith("bag b ")


def test_what_a_container_no_longer_lends_is_taken_back_from_the_shipment() -> None:
    lost = (Stream("JJD1", (_scan(3), _scan(6, Stage.LOST)), "dhl"),)
    own = _scan(0, Stage.ACCEPTED, "YT1")
    first = retrack(SHIPMENT, (*history("p", _after(*LOADED), lost), own), now=at(7)).value
    assert first.state.stage is Stage.LOST
    told_late = (*history("p", _after(*LOADED, Unload("p", at(4))), lost), own)
    assert track(first, told_late, now=at(8)).value.state.stage is Stage.LOST
    decision = retrack(first, told_late, now=at(8))
    assert decision.value.state.stage is Stage.LINE_HAUL
    assert decision.value.events == merge(told_late)
    assert decision.codes[0] == "taken_back"
    (taken,) = (e for e in decision.events if e.name == "logistics.scans_taken_back")
    assert taken.facts == {"scans": 1, "from": "lost", "to": "line_haul"}
    again = retrack(decision.value, told_late, now=at(9))
    assert (again.value, again.events) == (decision.value, ())


def test_the_shipments_own_scans_are_never_taken_back() -> None:
    own = _scan(0, Stage.ACCEPTED, "YT1")
    tracked = track(SHIPMENT, (own,), now=at(1)).value
    assert retrack(tracked, (), now=at(2)).value == tracked
    cleared = (Stream("JJD1", (_scan(3, Stage.IMPORT_CUSTOMS),), "dhl"),)
    lent = retrack(tracked, history("p", _after(*LOADED), cleared), now=at(5)).value
    assert lent.state.stage is Stage.IMPORT_CUSTOMS
    for health in (Health.OK, Health.SILENT):
        looked_at = evolve(lent, state=evolve(lent.state, health=health))
        assert retrack(looked_at, (), now=at(6)).value == tracked
    delivered = evolve(lent, state=ParcelState(Stage.DELIVERED))
    assert retrack(delivered, (), now=at(6)).value.state.stage is Stage.DELIVERED


@given(trees(), trees(), told())
def test_a_shipment_tracked_onto_one_history_and_then_another_is_as_if_onto_the_last_alone(
    before: tuple[HandlingUnit, ...], after: tuple[HandlingUnit, ...], streams: tuple[Stream, ...]
) -> None:
    for name in NAMES:
        shipment = Shipment(ShipmentId(name), "yun", f"N-{name}", DAY)
        first = retrack(shipment, history(name, before, streams), now=at(30)).value
        events = history(name, after, streams)
        assert retrack(first, events, now=at(31)).value == (
            retrack(shipment, events, now=at(31)).value
        )


def test_scans_at_a_time_that_cannot_be_read_are_of_the_one_that_had_the_number() -> None:
    scan = TrackingEvent("yun", "DLV", stage=Stage.DELIVERED, local="22.11.2026 14:30")
    streams = (Stream("YT1", (scan,), "yun"),)
    dated = evolve(PARCEL, inside=None, loaded_at=None, unloaded_at=None, shipped_at=DAY)
    assert history("p", (dated,), streams) == (scan,)
    both = (dated, evolve(dated, id="q", shipped_at=DAY + timedelta(days=400)))
    assert histories(both, streams) == {"p": (), "q": ()}
    assert unclaimed(both, streams) == streams


def test_units_that_hold_each_other_by_mistake_are_read_all_the_same() -> None:
    one = HandlingUnit("one", UnitKind.BAG, "N1", "two", at(0))
    two = HandlingUnit("two", UnitKind.BAG, "N2", "one", at(0))
    streams = (Stream("N1", (_scan(1, number="N1"),)), Stream("N2", (_scan(2, number="N2"),)))
    for units in ((one, two), (two, one)):
        for events in histories(units, streams).values():
            assert [event.code for event in events] == ["1", "2"]


def test_a_bag_that_came_out_of_another_and_later_held_it_lent_to_each_what_was_its() -> None:
    parts = tuple(HandlingUnit(name, UnitKind.BAG, name) for name in ("x", "y"))
    moves = (Load("x", "y", at(1)), Unload("x", at(4)), Load("y", "x", at(6)))
    units = consolidate(parts, moves).value.units
    streams = tuple(
        Stream(name, tuple(_scan(hour, number=name) for hour in hours))
        for name, hours in (("x", (2, 5, 7)), ("y", (3, 5, 8)))
    )
    for order in (units, units[::-1]):
        found = histories(order, streams)
        assert [event.code for event in found["x"]] == ["2", "3", "5", "7"]
        assert [event.code for event in found["y"]] == ["3", "5", "7", "8"]


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
