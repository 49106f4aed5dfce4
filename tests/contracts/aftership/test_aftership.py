import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from contracts.aftership.fake import (  # type: ignore[import-not-found,unused-ignore]
    KEY,
    FakeAfterShip,
    sample,
)
from crossborder.adapters.aftership import AfterShip, Reader
from crossborder.adapters.aftership.rules import STATUSES, SUB_STATUSES
from crossborder.clients import Client
from crossborder.errors import Unauthorized
from crossborder.model.ids import Ref, ShipmentId
from crossborder.model.outcome import Done
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Stage
from crossborder.testing.play import play, reply

pytestmark = pytest.mark.contracts

NOW = datetime(2026, 7, 1, tzinfo=UTC)
TRACKER = AfterShip.connect(KEY)


@pytest.fixture
def vendor(contracts: Path) -> Any:
    return FakeAfterShip(contracts)


def parcel(number: str, carrier: str = "usps") -> Shipment:
    return Shipment(ShipmentId(f"id-{number}"), carrier, number)


def test_every_documented_status_is_in_our_tables(contracts: Path) -> None:
    path = contracts / "carriers" / "status_taxonomies.json"
    documented = json.loads(path.read_bytes())["aftership"]
    assert set(STATUSES) == set(documented["statuses"])
    # Three exceptions are told of by the help article of 2026 alone.
    newer = {"Exception_019", "Exception_020", "Exception_021"}
    assert set(SUB_STATUSES) - newer == set(documented["sub"])
    assert not set(SUB_STATUSES) & set(documented["incomplete"])


def test_the_published_page_is_read_whole(contracts: Path) -> None:
    path = contracts / "carriers" / "aftership" / "list_trackings_response.json"
    reading = Reader().read(path.read_bytes(), received_at=NOW)
    first, second = reading.parcels
    assert reading.problems == ()
    assert (first.carrier, first.number) == ("fedex", "1111111111111")
    assert first.extra["order_id"] == "123"
    assert first.refs == (Ref("aftership", "5b74f4958776db0e00b6f5ed"),)
    # Delivered is the vendor's word on the parcel; its only checkpoint is older than that.
    assert (first.state.stage, second.state.stage) == (Stage.DELIVERED, Stage.UNKNOWN)
    (event,) = first.events
    assert (event.code, event.stage) == ("InfoReceived_001", Stage.REGISTERED)
    assert event.at == datetime.fromisoformat("2018-07-31T10:33:00-04:00")
    assert event.at.isoformat() == "2018-07-31T10:33:00-04:00"
    assert event.place is not None
    assert (event.place.country, event.place.region, event.place.postal_code) == (
        "US",
        "NY",
        "100001",
    )
    assert second.events == ()
    for found in reading.parcels:
        assert found.expected is not None
        assert datetime(2018, 8, 16, 12, tzinfo=UTC) in found.expected.window
        assert found.expected.source == "carrier"
        assert found.extra["order_promised_delivery_date"] == "2018-08-16"


def test_the_published_registration_is_an_outcome(contracts: Path) -> None:
    answer = reply(201, sample(contracts, "create_tracking_response"))
    (outcome,) = play(TRACKER.register((parcel("1111111111111", "fedex"),)), [answer]).value
    assert isinstance(outcome, Done)
    assert outcome.value.refs == (Ref("aftership", "5b766a5cc7c33c0e007de3c9"),)
    assert outcome.value.extra["aftership"]["tag"] == "Pending"
    assert outcome.value.events == ()


def test_a_number_is_registered_once_whatever_gets_lost(vendor: Any) -> None:
    vendor.lose = 2
    shipments = tuple(parcel(f"AA00000000{place}US") for place in range(3))
    with Client(http=vendor) as client:
        outcomes = client.run(TRACKER.register(shipments), key="k")
    done = [outcome.value for outcome in outcomes if isinstance(outcome, Done)]
    assert [one.refs[0].value for one in done] == ["id0", "id1", "id2"]
    assert len(vendor.registered) == 3


def test_more_than_one_look_up_takes_is_sent_in_several(vendor: Any) -> None:
    shipments = tuple(parcel(f"AA0000000{place}US") for place in range(10, 70))
    with Client(http=vendor) as client:
        client.run(TRACKER.register(shipments), key="k")
        reading = client.run(TRACKER.track(shipments, now=NOW))
    assert [found.id for found in reading.parcels] == [shipment.id for shipment in shipments]
    # Three pages of twenty for the first fifty numbers, one for the other ten.
    assert vendor.operations.count("list") == 4


def test_what_is_not_registered_is_a_problem_and_the_rest_is_tracked(vendor: Any) -> None:
    shipments = (parcel("BBBBB"), parcel("AAAAA"))
    with Client(http=vendor) as client:
        client.run(TRACKER.register(shipments[1:]), key="k")
        reading = client.run(TRACKER.track(shipments, now=NOW))
    assert [one.id for one in reading.parcels] == ["id-AAAAA"]
    assert [one.extra["number"] for one in reading.problems] == ["BBBBB"]


def test_one_number_at_two_carriers_is_two_parcels(vendor: Any) -> None:
    shipments = (parcel("AAAAA", "fedex"), parcel("AAAAA", "usps"))
    with Client(http=vendor) as client:
        client.run(TRACKER.register(shipments), key="k")
        reading = client.run(TRACKER.track(shipments[::-1], now=NOW))
    assert [one.carrier for one in reading.parcels] == ["usps", "fedex"]
    assert [one.refs[0].value for one in reading.parcels] == ["id1", "id0"]


def test_a_wrong_key_is_unauthorized(vendor: Any) -> None:
    with Client(http=vendor) as client, pytest.raises(Unauthorized):
        client.run(AfterShip.connect("wrong").register((parcel("AAAAA"),)), key="k")
