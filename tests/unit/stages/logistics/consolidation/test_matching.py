from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.model.ids import ShipmentId
from crossborder.model.shipment import Leg, Shipment
from crossborder.model.tracking import Stage, TrackingEvent
from crossborder.stages.logistics.consolidation import Assigned, Unsure, match

DAY = datetime(2026, 11, 2, tzinfo=UTC)
ONE = timedelta(days=1)


def at(day: int) -> datetime:
    """So many days after the first."""
    return DAY + day * ONE


def known(name: str, day: int | None = 0, number: str = "YT1", carrier: str = "yun") -> Shipment:
    """A parcel handed over on a day."""
    return Shipment(ShipmentId(name), carrier, number, None if day is None else at(day))


def read(
    *days: int, number: str = "YT1", carrier: str = "yun", ship: int | None = None
) -> Shipment:
    """A reading with a scan on each of the days."""
    events = tuple(
        TrackingEvent(carrier, "OK", at=at(day), stage=Stage.LINE_HAUL, number=number)
        for day in days
    )
    date = None if ship is None else at(ship)
    return Shipment(ShipmentId("read"), carrier, number, date, events=events)


shipments = st.lists(
    st.tuples(
        st.none() | st.integers(0, 1200), st.sampled_from("12"), st.sampled_from(["yun", "ups"])
    ),
    max_size=5,
).map(
    lambda drawn: tuple(
        known(f"s{place}", day, number, carrier)
        for place, (day, number, carrier) in enumerate(drawn)
    )
)
readings = st.lists(
    st.builds(
        lambda days, number, carrier, ship: read(*days, number=number, carrier=carrier, ship=ship),
        st.lists(st.integers(-20, 1300), max_size=4),
        st.sampled_from("123"),
        st.sampled_from(["yun", "ups", "dpd"]),
        st.none() | st.integers(0, 1200),
    ),
    max_size=5,
).map(tuple)


@given(readings, shipments)
def test_nothing_that_was_read_is_lost_or_told_twice(
    given_: tuple[Shipment, ...], to: tuple[Shipment, ...]
) -> None:
    found = match(given_, to).value
    parts = [
        *(item.reading for item in found.assigned),
        *(item.reading for item in found.ambiguous),
        *found.unknown,
    ]
    scans = Counter(event for part in parts for event in part.events)
    assert scans == Counter(event for reading in given_ for event in reading.events)
    empty = [part for part in parts if not part.events]
    assert Counter(empty) == Counter(reading for reading in given_ if not reading.events)


@given(readings, shipments)
def test_what_is_assigned_fits_by_number_carrier_and_year(
    given_: tuple[Shipment, ...], to: tuple[Shipment, ...]
) -> None:
    by_id = {shipment.id: shipment for shipment in to}
    for item in match(given_, to).value.assigned:
        parcel, reading = by_id[item.shipment_id], item.reading
        assert (parcel.number, parcel.carrier) == (reading.number, reading.carrier)
        if parcel.ship_date is not None and reading.ship_date is not None:
            assert abs(parcel.ship_date - reading.ship_date) <= 30 * ONE
        elif parcel.ship_date is not None:
            for event in reading.events:
                assert event.at is not None
                assert -30 * ONE <= event.at - parcel.ship_date < 365 * ONE


@given(readings, shipments, st.randoms(use_true_random=False))
def test_the_order_of_what_is_known_does_not_matter(
    given_: tuple[Shipment, ...], to: tuple[Shipment, ...], chance: st.DataObject
) -> None:
    mixed = list(to)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = match(given_, to).value, match(given_, tuple(mixed)).value
    assert one.assigned == other.assigned
    assert one.unknown == other.unknown
    assert [set(item.candidates) for item in one.ambiguous] == [
        set(item.candidates) for item in other.ambiguous
    ]


def test_a_poll_under_a_number_that_came_back_is_taken_apart() -> None:
    found = match((read(3, 9, 420, 430),), (known("old"), known("new", 415))).value
    assert found.assigned == (
        Assigned(ShipmentId("old"), read(3, 9)),
        Assigned(ShipmentId("new"), read(420, 430)),
    )
    assert (found.ambiguous, found.unknown) == ((), ())


def test_a_stated_ship_date_is_matched_to_the_nearest_within_the_tolerance() -> None:
    to = (known("old"), known("new", 415))
    assert match((read(ship=412),), to).value.assigned[0].shipment_id == "new"
    assert match((read(ship=200),), to).value.unknown == (read(ship=200),)
    tight = match((read(ship=412),), to, tolerance=ONE).value
    assert tight.unknown == (read(ship=412),)


@pytest.mark.parametrize("reading", [read(), read(5), read(5, ship=0)])
def test_what_may_be_of_either_of_two_parcels_names_both(reading: Shipment) -> None:
    to = (known("b"), known("a"))
    assert match((reading,), to).value.ambiguous == (
        Unsure((ShipmentId("b"), ShipmentId("a")), reading),
    )


def test_another_carriers_parcel_is_a_candidate_at_best() -> None:
    found = match((read(5, carrier="dpd"),), (known("a"),)).value
    assert found.ambiguous == (Unsure((ShipmentId("a"),), read(5, carrier="dpd")),)
    both = (known("a"), known("b", carrier="dpd"))
    assert match((read(5, carrier="dpd"),), both).value.assigned[0].shipment_id == "b"


def test_a_last_mile_number_leads_to_its_parcel() -> None:
    parcel = evolve(known("a"), legs=(Leg("usps", number="9400 1", handed_at=at(9)),))
    found = match((read(10, number="94001", carrier="USPS"),), (parcel,)).value
    assert [item.shipment_id for item in found.assigned] == ["a"]
    assert parcel.keys == (("YT1", "yun", "2026-11-02"), ("9400 1", "usps", "2026-11-11"))


def test_scans_from_before_a_parcel_and_long_after_it_are_not_its() -> None:
    found = match((read(-40, 5, 366),), (known("a"),)).value
    assert [item.reading for item in found.assigned] == [read(5)]
    assert found.unknown == (read(-40, 366),)


def test_a_parcel_not_yet_handed_over_takes_what_no_earlier_one_can() -> None:
    to = (known("old"), known("label", None))
    assert match((read(380),), to).value.assigned[0].shipment_id == "label"
    assert match((read(300),), to).value.ambiguous[0].candidates == ("old", "label")
    assert match((read(ship=380),), to).value.assigned[0].shipment_id == "label"


def test_one_number_at_two_posts_is_the_parcels_at_each_of_them() -> None:
    number = "RB123456785CN"
    legs = (Leg("china_post", number=number), Leg("usps", number=number, handed_at=at(6)))
    parcel = evolve(known("a", number=number, carrier="china_post"), legs=legs)
    assert len(parcel.keys) == 2
    for carrier in ("china_post", "usps"):
        for reading in (
            read(9, number=number, carrier=carrier),
            read(number=number, carrier=carrier, ship=6),
        ):
            found = match((reading,), (parcel,)).value
            assert found.assigned == (Assigned(parcel.id, reading),)


def test_the_codes_say_what_came_of_the_readings() -> None:
    two, other = (known("a"), known("b")), read(5, number="YT9")
    sure = match((read(5),), (known("a"),))
    assert sure.codes == ("matched",)
    assert match((read(5),), two).codes == ("ambiguous",)
    assert match((other,), two).codes == ("unknown",)
    assert match((), two).codes == ("nothing_read",)
    mixed = match((other, read(5), read(1, number="YT2")), (*two, known("c", number="YT2")))
    assert mixed.codes == ("matched", "ambiguous", "unknown")
    assert [reason.facts["parts"] for reason in mixed.reasons] == [1, 1, 1]


def test_scans_at_a_time_that_cannot_be_read_are_of_the_only_parcel_with_the_number() -> None:
    unread = TrackingEvent("yun", "DLV", stage=Stage.DELIVERED, local="22.11.2026 14:30")
    reading = evolve(read(), events=(unread,))
    assert match((reading,), (known("a"),)).value.assigned == (Assigned(ShipmentId("a"), reading),)
    mixed = evolve(reading, events=(unread, *read(5).events))
    assert match((mixed,), (known("a"),)).value.assigned == (Assigned(ShipmentId("a"), mixed),)
    both = (known("old"), known("new", 415))
    assert match((reading,), both).value.ambiguous == (
        Unsure((ShipmentId("old"), ShipmentId("new")), reading),
    )


@pytest.mark.parametrize(
    "stated",
    [
        "RR 123 456 785 CN",
        "rr-123-456-785-cn",
        " RR123456785CN\n",
        "RR\u00a0123\u2009456\u2011785\u2013CN",
        "\uff32\uff32\uff11\uff12\uff13456785CN",
        "\u200bRR123456785CN",
    ],
)
def test_a_number_is_the_same_however_it_is_set_apart_and_stays_as_it_was_written(
    stated: str,
) -> None:
    parcel = known("a", number="RR123456785CN", carrier="china_post")
    for reading in (
        read(5, number=stated, carrier="China_Post"),
        read(number=stated, carrier="china_post"),
    ):
        assert match((reading,), (parcel,)).value.assigned == (Assigned(parcel.id, reading),)
    turned = known("b", number=stated, carrier="china_post")
    found = match((read(5, number="RR123456785CN", carrier="china_post"),), (turned,)).value
    assert [item.shipment_id for item in found.assigned] == ["b"]
