import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from contracts.track17.fake import (  # type: ignore[import-not-found,unused-ignore]
    KEY,
    FakeTrack17,
    sample,
)
from crossborder.adapters.track17 import Reader, Track17
from crossborder.adapters.track17.rules import MILESTONES, STATUSES, SUB_STATUSES
from crossborder.adapters.track17.sign import signature
from crossborder.clients import Client
from crossborder.errors import Unauthorized
from crossborder.model.ids import ShipmentId
from crossborder.model.outcome import Done, Refused
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Stage
from crossborder.secret import Secret
from crossborder.testing.play import play, reply

pytestmark = pytest.mark.contracts

NOW = datetime(2026, 7, 1, tzinfo=UTC)
TRACKER = Track17.connect(KEY)
ANSWERS = (
    "china/logistics/17track_v24_gettrackinfo_correios_2151.json",
    "china/logistics/17track_v24_gettrackinfo_yanwen_190012.json",
    "carriers/17track/gettrackinfo_correios_2151.json",
    "carriers/17track/gettrackinfo_yanwen_190012.json",
)


@pytest.fixture
def vendor(contracts: Path) -> Any:
    return FakeTrack17(contracts)


def parcel(number: str, carrier: str = "correios") -> Shipment:
    return Shipment(ShipmentId(f"id-{number}"), carrier, number)


def test_every_documented_status_is_in_our_tables_and_no_other(contracts: Path) -> None:
    path = contracts / "carriers" / "status_taxonomies.json"
    documented = json.loads(path.read_bytes())["17track"]
    assert set(STATUSES) == set(documented["statuses"])
    assert set(SUB_STATUSES) == set(documented["sub"])
    assert set(MILESTONES) == set(documented["milestones"])


def test_the_published_webhook_is_proven_and_read(contracts: Path) -> None:
    china = json.loads((contracts / "china" / "signing_vectors.json").read_bytes())
    carriers = json.loads((contracts / "carriers" / "webhook_vectors.json").read_bytes())
    ours = next(one for one in carriers if one["vendor"] == "17track")
    vectors = [
        *(
            (one["raw_body"], one["api_key"], one["sign"])
            for one in china["17track_webhook"]["vectors"]
        ),
        (ours["body"], ours["secret"], ours["signature"]),
    ]
    for text, key, sign in vectors:
        body = text.encode()
        assert signature(body, Secret(key)) == sign
        secrets = [Secret("another"), Secret(key)]
        event = TRACKER.webhook(body, {"Sign": sign}, secrets=secrets, now=NOW)
        assert event.topic == "TRACKING_UPDATED"
        (found,) = TRACKER.reader.read(body, received_at=NOW).parcels
        assert (found.number, found.carrier) == ("RR123456789CN", "china_post")
        with pytest.raises(Unauthorized):
            TRACKER.webhook(body + b"\n", {"Sign": sign}, secrets=secrets, now=NOW)


@pytest.mark.parametrize("folder", ["china/logistics/17track_v24_", "carriers/17track/"])
def test_the_published_stop_is_read(contracts: Path, folder: str) -> None:
    body = (contracts / f"{folder}webhook_tracking_stopped.json").read_bytes()
    (found,) = Reader().read(body, received_at=NOW).parcels
    assert (found.number, found.extra["event"]) == ("AA123456789BR", "TRACKING_STOPPED")
    event = TRACKER.webhook(body, {"sign": signature(body, KEY)}, secrets=[KEY], now=NOW)
    assert event.body["data"]["carrier"] == 2151


@pytest.mark.parametrize("name", ANSWERS)
def test_the_published_tracks_are_read_whole(contracts: Path, name: str) -> None:
    reading = Reader().read((contracts / name).read_bytes(), received_at=NOW)
    (found,) = reading.parcels
    assert len(found.events) == 3
    assert found.legs
    if "correios" in name:
        assert reading.problems == ()
        assert (found.id, found.state.stage) == ("order-1042", Stage.DELIVERED)
        stages = [event.stage for event in found.events]
        assert stages == [Stage.ACCEPTED, Stage.OUT_FOR_DELIVERY, Stage.DELIVERED]
        assert (found.events[-1].at, found.events[-1].local) == (None, "2026-06-30 14:23:00")
        assert found.expected is None
    else:
        assert [problem.code for problem in reading.problems] == ["not_registered"]
        assert [(event.code, event.stage) for event in found.events] == [
            ("InTransit_PickedUp", Stage.ACCEPTED),
            ("InTransit_QuantumTunnelling", Stage.UNKNOWN),
            ("InTransit_Arrival", Stage.LINE_HAUL),
        ]
        assert found.expected is not None
        assert found.expected.window.earliest.isoformat() == "2026-07-08T00:00:00-07:00"


def test_the_published_registrations_are_outcomes(contracts: Path) -> None:
    shipments = (parcel("1234", "nobody"), parcel("AA123456789BR"))
    mixed = reply(200, sample(contracts, "register_mixed"))
    first, second = play(TRACKER.register(shipments), [mixed]).value
    assert isinstance(first, Refused)
    assert isinstance(second, Done)
    assert first.codes == ("invalid_format",)
    again = reply(200, sample(contracts, "register_already_registered"))
    (third,) = play(TRACKER.register(shipments[1:]), [again]).value
    assert isinstance(third, Done)
    assert [problem.severity for problem in third.problems] == ["warning"]


def test_the_published_list_and_quota_are_read_through_a_client(vendor: Any) -> None:
    with Client(http=vendor) as client:
        page = client.run(TRACKER.known())
        quota = client.run(TRACKER.quota())
    assert [(one.number, one.carrier, one.state.stage) for one in page.items] == [
        ("AA123456789BR", "correios", Stage.DELIVERED),
        ("YT2616912345678901", "yanwen", Stage.UNKNOWN),
    ]
    assert (page.cursor, quota.remaining) == ("2", 1098)


def test_a_number_is_registered_once_whatever_gets_lost(vendor: Any) -> None:
    vendor.lose = 1
    shipments = tuple(parcel(f"AA00000000{place}BR") for place in range(3))
    with Client(http=vendor) as client:
        outcomes = client.run(TRACKER.register(shipments), key="k")
    assert all(isinstance(outcome, Done) for outcome in outcomes)
    assert (vendor.credits, len(vendor.registered)) == (97, 3)


def test_more_than_one_call_takes_are_sent_in_several(vendor: Any) -> None:
    shipments = tuple(parcel(f"AA0000000{place}BR") for place in range(10, 55))
    with Client(http=vendor) as client:
        outcomes = client.run(TRACKER.register(shipments), key="k")
    assert len(outcomes) == 45
    assert vendor.operations == ("register", "register")


def test_without_credits_the_rest_is_refused(contracts: Path) -> None:
    vendor = FakeTrack17(contracts, credits=1)
    with Client(http=vendor) as client:
        first, second = client.run(TRACKER.register((parcel("AAAAA"), parcel("BBBBB"))), key="k")
    assert isinstance(first, Done)
    assert isinstance(second, Refused)
    assert second.codes == ("quota_exhausted",)


def test_what_is_not_registered_is_a_problem_and_the_rest_is_tracked(vendor: Any) -> None:
    vendor.registered["AAAAA"] = "tracking"
    with Client(http=vendor) as client:
        reading = client.run(TRACKER.track((parcel("BBBBB"), parcel("AAAAA")), now=NOW))
    assert [one.id for one in reading.parcels] == ["id-AAAAA"]
    assert [one.extra["number"] for one in reading.problems] == ["BBBBB"]


def test_stopping_and_starting_again_come_to_rest(vendor: Any) -> None:
    vendor.registered["AAAAA"] = "tracking"
    with Client(http=vendor) as client:
        first = client.run(TRACKER.stop((parcel("AAAAA"),)), key="a")
        second = client.run(TRACKER.stop((parcel("AAAAA"),)), key="b")
        third = client.run(TRACKER.retrack((parcel("AAAAA"),)), key="c")
    assert all(isinstance(outcome, Done) for outcome in (*first, *second, *third))
    assert vendor.registered == {"AAAAA": "tracking"}


def test_a_wrong_key_is_unauthorized(vendor: Any) -> None:
    with Client(http=vendor) as client, pytest.raises(Unauthorized):
        client.run(Track17.connect("wrong").register((parcel("AAAAA"),)), key="k")
