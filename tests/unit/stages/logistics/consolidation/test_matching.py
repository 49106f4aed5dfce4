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
