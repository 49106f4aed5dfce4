from datetime import UTC, datetime, timedelta, timezone

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.model.extra import Extra
from crossborder.model.ids import ShipmentId
from crossborder.model.place import Place
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Health, ParcelState, Stage, TrackingEvent
from crossborder.stages.logistics import merge, parcel_state, track

AT = datetime(2026, 11, 2, tzinfo=UTC)
CHINA = timezone(timedelta(hours=8))
PARCEL = Shipment(ShipmentId("s1"), "yunexpress", "YT1")


def scan(stage: Stage, hour: int, **more: object) -> TrackingEvent:
    known = {"source": "17track", "stage": stage, "at": AT + timedelta(hours=hour)} | more
    return TrackingEvent(**known)  # type: ignore[arg-type]


def timed(draw_at: int, local: bool, zone: bool, **more: object) -> TrackingEvent:
    at = AT + timedelta(hours=draw_at)
    if local:
        return TrackingEvent(at=None, local=at.strftime("%Y-%m-%d %H:%M"), **more)  # type: ignore[arg-type]
    return TrackingEvent(at=at.astimezone(CHINA) if zone else at, **more)  # type: ignore[arg-type]


events = st.builds(
    timed,
    st.integers(0, 3),
    st.booleans(),
    st.booleans(),
    source=st.sampled_from(["a", "b"]),
    code=st.sampled_from(["", "X"]),
    text=st.sampled_from(["In", "IN", "out"]),
    stage=st.sampled_from(Stage),
    health=st.sampled_from([Health.OK, Health.FAILED]),
    reason=st.none() | st.just("customs"),
    number=st.sampled_from(["", "YT1"]),
    place=st.none()
    | st.builds(Place, city=st.none() | st.sampled_from(["Rome", ""]))
    | st.just(Place(country="JP")),
    extra=st.sampled_from([Extra(), Extra({"by": "ann"}), Extra({"by": "bob"})]),
    received_at=st.none() | st.integers(0, 2).map(lambda hours: AT + timedelta(hours=hours)),
)
streams = st.lists(events, max_size=6).map(tuple)


@given(streams, streams, streams)
def test_merging_hangs_on_neither_order_nor_grouping_nor_repeats(
    a: tuple[TrackingEvent, ...], b: tuple[TrackingEvent, ...], c: tuple[TrackingEvent, ...]
) -> None:
    assert repr(merge(a, b)) == repr(merge(b, a))
    assert repr(merge(merge(a, b), c)) == repr(merge(a, merge(b, c))) == repr(merge(a, b, c))
    assert repr(merge(a, a)) == repr(merge(merge(a))) == repr(merge(a))


@given(st.lists(events, max_size=6).flatmap(lambda x: st.tuples(st.just(x), st.permutations(x))))
def test_the_state_does_not_hang_on_the_order_of_arrival(
    pair: tuple[list[TrackingEvent], list[TrackingEvent]],
) -> None:
    assert parcel_state(tuple(pair[0])) == parcel_state(tuple(pair[1]))


@given(streams)
def test_a_parcel_is_delivered_only_when_a_scan_says_so(seen: tuple[TrackingEvent, ...]) -> None:
    # Of two tellings of one scan only one stands.
    said = {event.stage for event in merge(seen)}
    state = parcel_state(seen)
    assert state.stage in said | {Stage.UNKNOWN}
    if Stage.DELIVERED in said and not said & {Stage.RETURNING, Stage.RETURNED}:
        assert state.stage is Stage.DELIVERED


@given(streams)
def test_the_same_scans_again_change_nothing(seen: tuple[TrackingEvent, ...]) -> None:
    once = track(PARCEL, seen, now=AT).value
    again = track(once, seen, now=AT)
    assert (again.value, again.events) == (once, ())


def test_one_scan_told_in_two_zones_and_cases_is_one() -> None:
    one = scan(Stage.EXPORT, 1, text="Departed")
    other = evolve(one, at=(AT + timedelta(hours=1)).astimezone(CHINA), text="DEPARTED")
    assert len(merge((one,), (other,))) == 1


def test_of_two_tellings_the_one_that_read_more_stays_with_the_first_receipt() -> None:
    blind = scan(Stage.UNKNOWN, 1, text="Departed", received_at=AT)
    read = scan(Stage.EXPORT, 1, text="Departed", received_at=AT + timedelta(days=2))
    again = evolve(read, received_at=AT + timedelta(days=1))
    (kept,) = merge((blind, read), (again,))
    assert (kept.stage, kept.received_at) == (Stage.EXPORT, AT + timedelta(days=1))


def test_local_times_stand_beside_instants_and_unreadable_ones_first() -> None:
    local = TrackingEvent("a", local="2026/11/02 00:30", text="local")
    zoned = TrackingEvent("a", local="2026-11-02T01:45:00+01:00", text="zoned")
    odd = TrackingEvent("a", local="yesterday", text="odd")
    seen = merge((scan(Stage.EXPORT, 1, text="last"), zoned, local, odd, scan(Stage.ACCEPTED, 0)))
    assert [event.text for event in seen] == ["odd", "", "local", "zoned", "last"]


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        ((), ParcelState()),
        ((scan(Stage.EXPORT, 1), scan(Stage.UNKNOWN, 2)), ParcelState(Stage.EXPORT)),
        ((scan(Stage.EXPORT, 1), scan(Stage.REGISTERED, 2)), ParcelState(Stage.EXPORT)),
        ((scan(Stage.CANCELLED, 1), scan(Stage.REGISTERED, 2)), ParcelState(Stage.REGISTERED)),
        (
            (scan(Stage.DELIVERED, 1), scan(Stage.LAST_MILE, 2)),
            ParcelState(Stage.DELIVERED, reopened=True),
        ),
        ((scan(Stage.DELIVERED, 1), scan(Stage.DELIVERED, 2)), ParcelState(Stage.DELIVERED)),
        ((scan(Stage.DELIVERED, 1), scan(Stage.REGISTERED, 2)), ParcelState(Stage.DELIVERED)),
        (
            (scan(Stage.DELIVERED, 1), scan(Stage.RETURNING, 2)),
            ParcelState(Stage.RETURNING, reopened=True),
        ),
        ((scan(Stage.LOST, 1), scan(Stage.LAST_MILE, 2)), ParcelState(Stage.LAST_MILE)),
        (
            (scan(Stage.IMPORT_CUSTOMS, 1), scan(Stage.UNKNOWN, 2, health=Health.FAILED)),
            ParcelState(Stage.IMPORT_CUSTOMS, Health.FAILED),
        ),
        (
            (
                scan(Stage.IMPORT_CUSTOMS, 1, health=Health.ACTION_REQUIRED, reason="papers"),
                scan(Stage.HANDOVER, 2),
            ),
            ParcelState(Stage.HANDOVER),
        ),
        (
            (scan(Stage.IMPORT_CUSTOMS, 1, reason="papers"), scan(Stage.UNKNOWN, 2)),
            ParcelState(Stage.IMPORT_CUSTOMS, reason="papers"),
        ),
        ((scan(Stage.DELIVERED, 1), scan(Stage.LAST_MILE, 1)), ParcelState(Stage.DELIVERED)),
    ],
)
def test_events_add_up_to_a_state(seen: tuple[TrackingEvent, ...], state: ParcelState) -> None:
    assert parcel_state(seen) == state


def test_a_new_number_becomes_a_leg_once() -> None:
    seen = (scan(Stage.HANDOVER, 1, number="YT1"), scan(Stage.LAST_MILE, 2, number="92001"))
    decision = track(PARCEL, seen, now=AT)
    assert decision.value.numbers == ("YT1", "92001")
    assert "new_number" in decision.codes
    assert len(track(decision.value, seen, now=AT).value.legs) == 1


def test_what_changed_is_told_as_events() -> None:
    moving = track(PARCEL, (scan(Stage.EXPORT, 1),), now=AT)
    assert [event.name for event in moving.events] == ["logistics.stage_changed"]
    failed = track(moving.value, (scan(Stage.LAST_MILE, 2, health=Health.FAILED),), now=AT)
    assert [event.name for event in failed.events][1:] == ["logistics.exception"]
    there = track(failed.value, (scan(Stage.DELIVERED, 3),), now=AT)
    assert [event.name for event in there.events][1:] == ["logistics.delivered"]
    back = track(there.value, (scan(Stage.LAST_MILE, 4),), now=AT)
    assert [event.name for event in back.events] == ["logistics.reopened"]
    assert back.events[0].at == AT


def test_the_legs_do_not_hang_on_which_scans_came_first() -> None:
    from datetime import UTC, datetime, timedelta

    from crossborder.model.ids import ShipmentId
    from crossborder.model.shipment import Leg, Shipment
    from crossborder.model.tracking import Stage, TrackingEvent
    from crossborder.stages.logistics import track

    at = datetime(2026, 11, 2, tzinfo=UTC)
    first = TrackingEvent("yun", "A", "left", Stage.LINE_HAUL, at, number="N1")
    second = TrackingEvent("17track", "B", "here", Stage.LAST_MILE, at + timedelta(1), number="N2")
    late = TrackingEvent("yun", "C", "old", Stage.ACCEPTED, at - timedelta(1), number="N2")
    parcel = Shipment(ShipmentId("s"), "yun", "N0", legs=(Leg("yun", "air", "N0"),))

    def told(*batches: tuple[TrackingEvent, ...]) -> tuple[Leg, ...]:
        known = parcel
        for batch in batches:
            known = track(known, batch, now=at).value
        return known.legs

    wanted = told((first, second, late))
    assert [(leg.number, leg.carrier) for leg in wanted] == [
        ("N0", "yun"),
        ("N2", "yun"),
        ("N1", "yun"),
    ]
    assert told((second,), (first,), (late,)) == wanted
    assert told((late,), (second, first)) == wanted
