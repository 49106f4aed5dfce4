"""Australia Post's answers, checked against the payloads themselves."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crossborder.adapters.readers.australiapost import Reader
from crossborder.errors import Unreadable
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.testing.contracts import TrackingReaderContract
from where import contracts_root

NOW = datetime(2026, 11, 3, tzinfo=UTC)


def published(name: str = "tracking_response") -> bytes:
    return (contracts_root() / "carriers" / "australiapost" / f"{name}.json").read_bytes()


def read(answer: Any) -> Reading:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return Reader().read(body, received_at=NOW)


def scan(text: str, at: str = "2026-02-03T08:08:00+11:00") -> dict[str, Any]:
    return {"location": "KEW VIC", "description": text, "date": at}


def answer(*items: Any, **result: Any) -> dict[str, Any]:
    return {"tracking_results": [{"tracking_id": "T1", "trackable_items": list(items), **result}]}


def stated(body: bytes) -> list[dict[str, Any]]:
    found = [
        item for one in json.loads(body)["tracking_results"] for item in one["trackable_items"]
    ]
    return [inner for item in found for inner in item.get("items", (item,))]


@pytest.mark.contracts
class TestReader(TrackingReaderContract):
    def reader(self) -> TrackingReader:
        return Reader()

    def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
        return ((published(), 3, 27),)

    def problems(self) -> tuple[tuple[bytes, int], ...]:
        return ((published("error_response"), 1), (published("tracking_error_response"), 1))


@pytest.mark.contracts
def test_each_article_is_what_the_payload_says() -> None:
    parcels = read(published()).parcels
    for parcel, item in zip(parcels, stated(published()), strict=True):
        assert (parcel.number, parcel.line) == (item["article_id"], item["product_type"])
        # The events of the first article, which stands inside a consignment, are lost elsewhere.
        newest = max(item["events"], key=lambda entry: str(entry["date"]))
        assert parcel.events[-1].at == datetime.fromisoformat(newest["date"])
        assert parcel.events[-1].at.utcoffset() == timedelta(hours=11)
        assert parcel.events[-1].text == newest["description"]
        assert len(parcel.events) == len(item["events"])
        assert parcel.extra["status"] == item["status"]
        assert all(event.stage is not Stage.UNKNOWN for event in parcel.events)
    found = [Stage.LINE_HAUL, Stage.DELIVERED, Stage.DELIVERED]
    assert [parcel.state.stage for parcel in parcels] == found
    assert {parcel.state.health for parcel in parcels} == {Health.OK}
    assert parcels[0].extra["number_of_items"] == 1


@pytest.mark.contracts
def test_refusals_keep_their_code_and_the_number() -> None:
    (problem,) = read(published("error_response")).problems
    assert problem.raw == "51101"
    (problem,) = read(published("tracking_error_response")).problems
    assert (problem.raw, problem.extra["number"]) == ("ESB-10001", "7XX1000")


@pytest.mark.parametrize(
    "text",
    [
        "Not delivered",
        "Delivered to local carrier",
        "Delivered, will be returned to sender",
        "Could not be returned to sender",
        "Loading into delivery vehicle",
    ],
)
def test_a_part_of_a_sentence_never_ends_a_parcel(text: str) -> None:
    (parcel,) = read(answer({"article_id": "A1", "events": [scan(text)]})).parcels
    assert (parcel.events[0].stage, parcel.events[0].text) == (Stage.UNKNOWN, text)
    assert parcel.state.stage is Stage.UNKNOWN


def test_a_whole_sentence_ends_a_parcel_in_any_capitals() -> None:
    for text, stage in (("DELIVERED.", Stage.DELIVERED), ("Returned to sender", Stage.RETURNED)):
        (parcel,) = read(answer({"article_id": "A1", "events": [scan(text)]})).parcels
        assert parcel.state.stage is stage


def test_what_encloses_an_article_speaks_for_it_where_it_says_nothing() -> None:
    item = {"article_id": "A1", "events": [scan("Onboard for delivery")]}
    own = {"article_id": "A2", "status": "Possible delay"}
    whole = {"consignment_id": "C1", "status": "Awaiting Collection", "items": [item, own]}
    first, second = read(answer(whole, status="Delivered")).parcels
    assert (first.number, first.state.stage) == ("A1", Stage.COLLECT)
    assert (second.state.health, second.state.reason) == (Health.OK, "carrier_delay")
    assert first.extra["consignment_id"] == second.extra["consignment_id"] == "C1"


def test_a_status_that_is_not_known_leaves_the_state_to_the_events() -> None:
    item = {"article_id": "A1", "status": "Levitating", "events": [scan("Onboard for delivery")]}
    (parcel,) = read(answer(item)).parcels
    assert (parcel.state.stage, parcel.extra["status"]) == (Stage.OUT_FOR_DELIVERY, "Levitating")


def test_errors_and_wrong_scans_stand_beside_the_parcels() -> None:
    item = {"consignment_id": "C1", "events": [scan("Lodged"), {"description": "no time"}]}
    told = answer(item, errors=[{"code": "E1", "name": "partly"}])
    reading = read(told)
    assert [(parcel.number, len(parcel.events)) for parcel in reading.parcels] == [("C1", 1)]
    assert [problem.code for problem in reading.problems] == ["E1", "unreadable"]


def test_a_time_without_a_zone_stays_local() -> None:
    item = {"article_id": "A1", "events": [scan("Lodged", "2026-02-03T08:08:00")]}
    (parcel,) = read(answer(item)).parcels
    assert (parcel.events[0].at, parcel.events[0].local) == (None, "2026-02-03 08:08:00")


def test_an_answer_of_another_vendor_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        read({"trackingNumber": "A1", "trackingEvents": []})
