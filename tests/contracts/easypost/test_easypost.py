import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from contracts.easypost.fake import (  # type: ignore[import-not-found,unused-ignore]
    KEY,
    FakeEasyPost,
    sample,
)
from crossborder.adapters.easypost import EasyPost, Reader
from crossborder.adapters.easypost.rules import DETAILS, STATUSES
from crossborder.adapters.easypost.sign import proven
from crossborder.clients import Client
from crossborder.errors import Unauthorized
from crossborder.model.ids import Ref, ShipmentId
from crossborder.model.outcome import Done, Refused
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Stage
from crossborder.secret import Secret
from crossborder.testing.play import play, reply

pytestmark = pytest.mark.contracts

NOW = datetime(2026, 7, 1, tzinfo=UTC)
TRACKER = EasyPost.connect(KEY)
ONE = ("trackers_create", "trackers_list", "trackers_retrieve", "tracking_response")


@pytest.fixture
def vendor(contracts: Path) -> Any:
    return FakeEasyPost(contracts)


def parcel(number: str, carrier: str = "usps") -> Shipment:
    return Shipment(ShipmentId(f"id-{number}"), carrier, number)


def test_every_documented_status_and_detail_is_in_our_tables_and_no_other(contracts: Path) -> None:
    path = contracts / "carriers" / "status_taxonomies.json"
    documented = json.loads(path.read_bytes())["easypost"]
    assert set(STATUSES) == set(documented["statuses"])
    assert set(DETAILS) == set(documented["sub"])


@pytest.mark.parametrize("name", ONE)
def test_the_published_trackers_are_read_whole(contracts: Path, name: str) -> None:
    path = contracts / "carriers" / "easypost" / f"{name}.json"
    reading = Reader().read(path.read_bytes(), received_at=NOW)
    (found,) = reading.parcels
    assert reading.problems == ()
    assert (found.number, found.carrier, found.state.stage) == (
        "EZ1000000001",
        "usps",
        Stage.REGISTERED,
    )
    assert found.refs[0].value.startswith("trk_")
    first, second = found.events
    assert [one.code for one in found.events] == ["pre_transit/status_update"] * 2
    assert (first.place, second.place is not None) == (None, True)
    assert [one.stage for one in found.events] == [Stage.REGISTERED] * 2
    assert found.legs[0].line == "First-Class Package Service"
    assert found.expected is not None
    assert found.extra["carrier_detail"]["origin_location"] == "HOUSTON TX, 77001"


def test_the_published_event_is_proven_and_read(contracts: Path) -> None:
    folder = contracts / "carriers"
    vectors = json.loads((folder / "webhook_vectors.json").read_bytes())
    vector = next(one for one in vectors if one["vendor"] == "easypost")
    body = (folder / vector["body_file"]).read_bytes()
    headers = {vector["header"]: vector["signature"]}
    secrets = [Secret("another"), Secret(vector["secret"])]
    event = TRACKER.webhook(body, headers, secrets=secrets, now=NOW)
    assert (event.id, event.topic) == ("evt_1", "tracker.updated")
    assert event.at == datetime(2024, 8, 2, 19, 26, 52, tzinfo=UTC)
    assert not proven(body + b"\n", headers, secrets)
    (found,) = TRACKER.reader.read(body, received_at=NOW).parcels
    assert [one.code for one in found.events] == [
        "pre_transit/label_created",
        "in_transit/arrived_at_facility",
        "in_transit/arrived_at_facility",
        "in_transit/departed_facility",
        "in_transit/unknown",
        "in_transit/unknown",
        "in_transit/arrived_at_facility",
    ]
    assert found.state.stage is Stage.LINE_HAUL
    assert found.expected is not None
    assert datetime(2024, 8, 5, 12, tzinfo=UTC) in found.expected.window
    last = found.events[-1]
    assert (last.at, last.text) == (
        datetime(2024, 8, 2, 18, 50, tzinfo=UTC),
        "Arrived at FedEx location",
    )
    assert last.place is not None
    assert (last.place.country, last.place.city) == ("US", "EDISON")


def test_the_published_answers_are_outcomes(contracts: Path) -> None:
    shipments = (parcel("1234"), parcel("EZ1000000001"))
    answers = [
        reply(422, sample(contracts, "error_response")),
        reply(200, sample(contracts, "trackers_create")),
    ]
    first, second = play(TRACKER.register(shipments), answers).value
    assert isinstance(first, Refused)
    assert first.codes == ("TRACKER.CREATE.ERROR",)
    assert isinstance(second, Done)
    assert second.value.refs == (Ref("easypost", "trk_9135862729734d96ad2f9ed0f0565a27"),)


def test_a_tracker_is_made_once_whatever_gets_lost(vendor: Any) -> None:
    vendor.lose = 2
    shipments = tuple(parcel(f"EZ000000000{place}") for place in range(3))
    with Client(http=vendor) as client:
        outcomes = client.run(TRACKER.register(shipments), key="k")
    done = [outcome.value for outcome in outcomes if isinstance(outcome, Done)]
    assert [one.refs[0].value for one in done] == ["trk_0", "trk_1", "trk_2"]
    assert len(vendor.trackers) == 3
    # Of the two that were lost nothing was answered: each was looked up instead.
    assert vendor.operations == ("list", "list", "create")


def test_a_parcel_with_an_id_is_read_by_it_and_another_is_searched_for(vendor: Any) -> None:
    with Client(http=vendor) as client:
        outcomes = client.run(TRACKER.register((parcel("EZ0000000001"),)), key="k")
        (known,) = [outcome.value for outcome in outcomes if isinstance(outcome, Done)]
        strangers = (known, parcel("EZ0000000001"), parcel("EZ0000000009"))
        reading = client.run(TRACKER.track(strangers, now=NOW))
    assert [one.id for one in reading.parcels] == ["id-EZ0000000001"] * 2
    assert [one.extra["number"] for one in reading.problems] == ["EZ0000000009"]
    assert vendor.operations == ("create", "get", "list", "list")


def test_a_wrong_key_is_unauthorized(vendor: Any) -> None:
    with Client(http=vendor) as client, pytest.raises(Unauthorized) as caught:
        client.run(EasyPost.connect("wrong").register((parcel("AAAAA"),)), key="k")
    assert [problem.code for problem in caught.value.problems] == ["APIKEY.INACTIVE"]
