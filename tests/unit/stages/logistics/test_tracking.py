from datetime import UTC, datetime, timedelta, timezone

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import NaiveTime
from crossborder.model.extra import Extra
from crossborder.model.ids import Ref, ShipmentId
from crossborder.model.place import Place
from crossborder.model.shipment import Leg, Shipment
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
    if state.stage is Stage.RETURNED:
        assert said & {Stage.RETURNED, Stage.RETURNING}
    else:
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


def test_the_carriers_own_word_is_kept_until_scans_say_more() -> None:
    early = scan(Stage.LINE_HAUL, 1, received_at=AT + timedelta(hours=2))
    read = evolve(PARCEL, events=(early,), state=ParcelState(Stage.DELIVERED))
    there = track(PARCEL, read, now=AT)
    assert there.value.state.stage is Stage.DELIVERED
    assert "reported" in there.codes
    for again in ((), (early,), read):
        assert track(there.value, again, now=AT).value == there.value
    late = scan(Stage.LAST_MILE, 2, text="told late")
    assert track(there.value, (late,), now=AT).value.state == ParcelState(Stage.DELIVERED)
    after = scan(Stage.LAST_MILE, 30)
    assert track(there.value, (late, after), now=AT).value.state.reopened
    back = track(there.value, (scan(Stage.RETURNING, 40),), now=AT)
    assert back.value.state.stage is Stage.RETURNING


def test_a_word_that_says_less_than_the_scans_changes_nothing() -> None:
    seen = (scan(Stage.LAST_MILE, 1), scan(Stage.DELIVERED, 2))
    there = track(PARCEL, seen, now=AT).value
    for word in (ParcelState(Stage.LINE_HAUL), ParcelState(Stage.OUT_FOR_DELIVERY), ParcelState()):
        assert track(there, evolve(PARCEL, state=word), now=AT).value == there


def test_reported_trouble_stands_until_the_next_scan() -> None:
    held = ParcelState(Stage.UNKNOWN, Health.ACTION_REQUIRED, "customs_documentation")
    known = track(PARCEL, (scan(Stage.IMPORT_CUSTOMS, 1),), now=AT).value
    told = track(known, evolve(PARCEL, state=held), now=AT).value
    assert told.state == evolve(held, stage=Stage.IMPORT_CUSTOMS)
    assert track(told, (), now=AT).value == told
    late = evolve(told, state=evolve(told.state, health=Health.SILENT))
    assert track(late, (), now=AT).value.state.health is not Health.SILENT
    assert track(told, (scan(Stage.HANDOVER, 3),), now=AT).value.state == ParcelState(
        Stage.HANDOVER
    )


def test_a_parcel_of_a_reading_brings_all_it_holds_and_ours_stays() -> None:
    known = evolve(PARCEL, line="FAST", refs=(Ref("shop", "1"),), extra=Extra({"a": 1}))
    read = Shipment(
        ShipmentId("YT1"),
        "yunexpress",
        "YT1",
        AT,
        legs=(Leg("usps", number="92001"), Leg("yunexpress", number="YT1")),
        line="THEIRS",
        refs=(Ref("yunexpress", "7"),),
        extra=Extra({"b": 2}),
    )
    found = track(known, read, now=AT).value
    assert (found.id, found.line, found.ship_date) == (known.id, "FAST", AT)
    assert [str(ref) for ref in found.refs] == ["shop:1", "yunexpress:7"]
    assert found.extra == {"a": 1, "b": 2}
    assert found.numbers == ("YT1", "92001")
    assert track(found, read, now=AT).value == found


def test_a_stated_leg_takes_the_place_of_one_that_a_scan_brought_in_any_order() -> None:
    told = scan(Stage.LAST_MILE, 2, number="92001")
    stated = evolve(PARCEL, legs=(Leg("usps", number="92001", handed_at=AT),))
    one = track(track(PARCEL, (told,), now=AT).value, stated, now=AT)
    other = track(track(PARCEL, stated, now=AT).value, (told,), now=AT)
    assert one.value.legs == other.value.legs == stated.legs
    assert "new_number" not in one.codes


def test_new_numbers_are_named_whatever_their_place_among_the_legs() -> None:
    later = track(PARCEL, (scan(Stage.LAST_MILE, 5, number="N2"),), now=AT).value
    found = track(later, (scan(Stage.EXPORT, 1, number="N1"),), now=AT)
    assert [reason.text for reason in found.reasons if reason.code == "new_number"] == ["N1"]


@pytest.mark.parametrize("year", [1, 9999])
def test_a_clock_that_was_never_set_stands_before_everything(year: int) -> None:
    at = datetime(year, 1 if year == 1 else 12, 31, 23, tzinfo=CHINA)
    broken = [
        TrackingEvent("x", "A", at=at),
        TrackingEvent("x", "B", local=f"{year:04}-12-31 23:59:59", place=Place(country="PE")),
        TrackingEvent("x", "C", local=f"{year:04}-01-01 00:00:00", place=Place(country="CN")),
    ]
    fine = TrackingEvent("x", "D", at=AT, received_at=at)
    assert merge((fine, *broken))[-1] == fine
    assert {event.code for event in merge((fine, *broken))} == {"A", "B", "C", "D"}


def test_the_graver_of_two_tellings_stands_and_of_two_as_grave_the_first() -> None:
    failed = scan(Stage.LAST_MILE, 1, health=Health.FAILED, reason="address", received_at=AT)
    calm = scan(Stage.LAST_MILE, 1, received_at=AT - timedelta(hours=1))
    assert merge((failed,), (calm,)) == merge((calm,), (failed,)) == (failed,)
    blank = evolve(failed, reason="")
    none = evolve(failed, reason=None)
    assert repr(merge((blank,), (none,))) == repr(merge((none,), (blank,)))


def test_a_local_time_stands_by_the_clock_of_the_scans_beside_it() -> None:
    def local(hour: int, stage: Stage, region: str | None, **more: object) -> TrackingEvent:
        place = Place(country="US", region=region)
        clock = f"2026-11-22 {hour:02}:00"
        return TrackingEvent("usps", stage.name, "", stage, local=clock, place=place, **more)  # type: ignore[arg-type]

    round_, there = local(9, Stage.OUT_FOR_DELIVERY, "CA"), local(12, Stage.DELIVERED, None)
    assert parcel_state((round_, there)) == ParcelState(Stage.DELIVERED)
    handed = local(9, Stage.HANDOVER, "CA")
    failed = local(13, Stage.LAST_MILE, None, health=Health.FAILED)
    assert parcel_state((handed, failed)).health is Health.FAILED
    far = scan(Stage.EXPORT, 480, source="usps", place=Place(country="CN"))
    assert parcel_state((round_, there, far)).stage is Stage.DELIVERED


def test_what_is_delivered_at_the_end_of_a_way_back_is_returned() -> None:
    way = (
        scan(Stage.LAST_MILE, 1, health=Health.FAILED, reason="refused"),
        scan(Stage.RETURNING, 2, health=Health.FAILED),
        scan(Stage.LINE_HAUL, 3),
        scan(Stage.OUT_FOR_DELIVERY, 4),
    )
    assert parcel_state(way).stage is Stage.RETURNING
    assert parcel_state((*way, scan(Stage.DELIVERED, 5))).stage is Stage.RETURNED
    assert parcel_state((*way, scan(Stage.LOST, 5))).stage is Stage.LOST


def test_a_moment_without_a_zone_is_refused_by_every_decision() -> None:
    with pytest.raises(NaiveTime, match=r"track\.now"):
        track(PARCEL, (), now=AT.replace(tzinfo=None))


def test_what_was_reported_to_go_back_and_is_scanned_as_delivered_is_returned() -> None:
    moving = scan(Stage.LAST_MILE, 1)
    read = evolve(PARCEL, events=(moving,), state=ParcelState(Stage.RETURNING))
    back = track(PARCEL, read, now=AT).value
    home = track(back, (scan(Stage.DELIVERED, 9),), now=AT).value
    assert home.state.stage is Stage.RETURNED


def test_lateness_and_silence_that_we_reckoned_are_not_taken_for_the_carriers_word() -> None:
    read = evolve(PARCEL, events=(scan(Stage.LINE_HAUL, 1),), state=ParcelState(Stage.LAST_MILE))
    told = track(PARCEL, read, now=AT).value
    for health in (Health.DELAYED, Health.SILENT):
        reckoned = evolve(told, state=evolve(told.state, health=health))
        assert track(reckoned, (), now=AT).value.state == ParcelState(Stage.LAST_MILE)


def test_a_stated_leg_is_told_once_with_all_that_is_told_of_it_and_never_the_parcels_own() -> None:
    bare = evolve(PARCEL, legs=(Leg("yunexpress", number="YT1"), Leg("usps", number="92001")))
    known = track(PARCEL, bare, now=AT).value
    assert known.legs == (Leg("usps", number="92001"),)
    handed = Leg("usps", number="92001", handed_at=AT)
    assert track(known, evolve(PARCEL, legs=(handed,)), now=AT).value.legs == (handed,)


def test_trouble_counts_without_a_reason_and_a_reason_without_trouble() -> None:
    first = scan(Stage.LAST_MILE, 1, received_at=AT - timedelta(hours=1))
    for more in ({"health": Health.FAILED}, {"reason": "customs"}):
        fuller = evolve(first, received_at=AT, **more)
        assert merge((first,), (fuller,)) == merge((fuller,), (first,)) == (fuller,)


def test_of_several_clocks_the_nearest_one_in_the_same_country_counts() -> None:
    def at(day: int, hour: int, stage: Stage, country: str, offset: int | None) -> TrackingEvent:
        clock = datetime(2026, 11, day, hour, 30, tzinfo=UTC).replace(tzinfo=None)
        zone = None if offset is None else timezone(timedelta(hours=offset))
        known = {"at": clock.replace(tzinfo=zone)} if zone else {"local": clock.isoformat(" ")}
        return TrackingEvent("usps", stage.name, "", stage, place=Place(country=country), **known)

    west, east = at(20, 9, Stage.HANDOVER, "US", -8), at(22, 22, Stage.DELIVERED, "US", -5)
    round_ = at(22, 21, Stage.OUT_FOR_DELIVERY, "US", None)
    assert [event.stage for event in merge((west, east, round_))][1:] == [round_.stage, east.stage]
    china, door = at(22, 11, Stage.EXPORT, "CN", 8), at(22, 9, Stage.OUT_FOR_DELIVERY, "US", -8)
    there = at(22, 12, Stage.DELIVERED, "US", None)
    assert merge((china, door, there)) == (china, door, there)
