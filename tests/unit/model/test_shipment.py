from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given

from crossborder.errors import InvalidValue
from crossborder.model.carriage import CustomsLine, Line, ServiceClass
from crossborder.model.ids import ShipmentId
from crossborder.model.measure import Weight
from crossborder.model.money import Price
from crossborder.model.shipment import Leg, Shipment
from crossborder.model.tracking import Stage, TrackingEvent
from crossborder.testing.strategies import shipments

AT = datetime(2026, 11, 2, 23, 30, tzinfo=UTC)
GOODS = CustomsLine("umbrella", 1, Price("3", "USD"), Weight.g(200))


def test_a_parcel_ends_in_five_stages_only() -> None:
    ends = {Stage.DELIVERED, Stage.RETURNED, Stage.LOST, Stage.DESTROYED, Stage.CANCELLED}
    assert {stage for stage in Stage if stage.ended} == ends


@pytest.mark.parametrize("local", [None, ""])
def test_a_scan_has_a_time_of_one_kind(local: str | None) -> None:
    with pytest.raises(InvalidValue, match="or a local time must be given") as caught:
        TrackingEvent("carrier", local=local)
    assert caught.value.field == "at"
    assert TrackingEvent("carrier", local="2026-11-02 08:30:00").at is None


def test_a_scan_is_the_same_whenever_we_learnt_of_it() -> None:
    scan = TrackingEvent("carrier", "OK", at=AT)
    assert evolve(scan, received_at=AT) == scan
    assert len({scan, evolve(scan, received_at=AT)}) == 1


def test_a_line_does_not_arrive_before_it_could() -> None:
    day = timedelta(days=1)
    with pytest.raises(InvalidValue, match="ends before it begins") as caught:
        Line("E", "c", "Express", ServiceClass.EXPRESS, Price("1", "USD"), (2 * day, day))
    assert caught.value.field == "transit"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"quantity": 0}, "quantity"),
        ({"hs_code": "12345"}, "hs_code"),
        ({"hs_code": "12345678901"}, "hs_code"),
        ({"hs_code": "66O199"}, "hs_code"),
    ],
)
def test_customs_are_told_only_what_can_be(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        evolve(GOODS, **changed)
    assert (caught.value.field, caught.value.source) == (field, "CustomsLine")
    assert caught.value.value == changed[field]


@pytest.mark.parametrize("code", ["", "660199", "6601990000"])
def test_a_customs_code_has_six_to_ten_digits_or_is_left_out(code: str) -> None:
    assert evolve(GOODS, hs_code=code).hs_code == code


@given(shipments())
def test_a_parcel_is_known_by_every_number_it_travels_under_each_once(parcel: Shipment) -> None:
    known = [parcel.number, *(leg.number for leg in parcel.legs if leg.number)]
    assert parcel.numbers[0] == parcel.number
    assert set(parcel.numbers) == set(known)
    assert len(set(parcel.numbers)) == len(parcel.numbers)


def test_a_number_that_comes_back_after_a_year_is_another_parcel() -> None:
    parcel = Shipment(ShipmentId("1"), "yunexpress", "YT1", AT)
    assert parcel.key == ("YT1", "yunexpress", "2026-11-02")
    assert evolve(parcel, ship_date=AT + timedelta(days=365)).key != parcel.key
    assert evolve(parcel, ship_date=None).key == ("YT1", "yunexpress", "")


def test_a_parcel_is_shown_as_a_table_of_its_scans() -> None:
    parcel = Shipment(
        ShipmentId("1"),
        "yunexpress",
        "YT1",
        legs=(Leg("usps", number="9400"),),
        events=(
            TrackingEvent("y", text="<left>", stage=Stage.EXPORT, at=AT),
            TrackingEvent("y", local="2026-11-04 08:30:00"),
        ),
    )
    shown = parcel._repr_html_()
    assert "&lt;left&gt;" in shown
    assert "2026-11-04 08:30:00" in shown


def test_one_moment_told_in_two_zones_is_one_key() -> None:
    beijing = AT.astimezone(timezone(timedelta(hours=8)))
    one, other = (Shipment(ShipmentId("1"), "yunexpress", "YT1", at) for at in (AT, beijing))
    assert one == other
    assert one.key == other.key
