"""ShipEngine's answers, checked against the payloads themselves."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from crossborder.adapters.readers.shipengine import STATES, Reader
from crossborder.errors import Unreadable
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.testing.contracts import TrackingReaderContract
from where import contracts_root

NOW = datetime(2026, 11, 3, tzinfo=UTC)
INFORM = {"CARRIER_STATUS_NOT_MAPPED", "COD_AMOUNT_PAID", "INFORMATION", "TRACKING_EXPIRED"} | {
    "PARCEL_UPDATE_NOTIFICATION",
    "POST_TRANSIT_STATUS",
    "PARCEL_OVER_LABELLED",
}


def published(name: str = "tracking_response.json") -> bytes:
    return (contracts_root() / "carriers" / "shipengine" / name).read_bytes()


def read(answer: Any) -> Reading:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return Reader().read(body, received_at=NOW)


def scan(time: str = "2026-11-02T10:30:00Z", **more: Any) -> dict[str, Any]:
    return {"occurred_at": time, "description": "Said", **more}


def answer(*scans: Any, **more: Any) -> dict[str, Any]:
    return {"tracking_number": "1Z1", "carrier_code": "ups", "events": list(scans), **more}


@pytest.mark.contracts
class TestReader(TrackingReaderContract):
    def reader(self) -> TrackingReader:
        return Reader()

    def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
        return ((published(), 1, 2),)

    def problems(self) -> tuple[tuple[bytes, int], ...]:
        return ((published("error_response.json"), 1),)


@pytest.mark.contracts
def test_the_parcel_is_what_the_payload_says() -> None:
    stated = json.loads(published())
    (parcel,) = read(published()).parcels
    assert (parcel.number, parcel.carrier) == (stated["tracking_number"], stated["carrier_code"])
    # karrio says in transit; the answer's own status code is DE, delivered.
    assert (parcel.state.stage, parcel.state.health) == (Stage.DELIVERED, Health.OK)
    newest, last = stated["events"][0], parcel.events[-1]
    assert (last.text, last.at) == (newest["description"], moment(newest["occurred_at"]))
    # The scans of this answer have codes of the carrier only; the parcel's code has its moment.
    assert last.at == moment(stated["actual_delivery_date"])
    assert (last.code, last.stage) == (stated["status_code"], Stage.DELIVERED)
    assert last.extra["event_code"] == newest["event_code"]
    assert parcel.events[0].code == stated["events"][1]["event_code"]
    assert parcel.expected is not None
    assert parcel.expected.likely == moment(stated["estimated_delivery_date"])


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.contracts
def test_every_published_code_has_a_meaning_or_only_informs() -> None:
    text = published("openapi.yaml").decode()
    found = (re.search(rf"\n    {name}:.*?enum:(.*?)type:", text, re.DOTALL) for name in NAMES)
    codes = {code for part in found if part for code in re.findall(r"- ([A-Z_]+)\n", part[1])}
    assert len(codes) > 75
    assert codes - set(STATES) == INFORM


NAMES = ("status_code", "status_detail_code")


@pytest.mark.contracts
def test_a_refused_call_is_a_problem_without_a_parcel() -> None:
    reading = read(published("error_response.json"))
    # karrio makes a parcel of the number that was asked for.
    assert reading.parcels == ()
    assert [problem.raw for problem in reading.problems] == ["tracking_error"]


def test_the_finer_code_counts_and_an_unknown_one_leaves_it_to_the_status() -> None:
    held = scan(status_code="IT", status_detail_code="HELD_BY_CUSTOMS")
    new = scan("2026-11-02T11:30:00Z", status_code="IT", status_detail_code="NEW_CODE")
    first, second = read(answer(held, new)).parcels[0].events
    assert (first.code, first.health) == ("HELD_BY_CUSTOMS", Health.ACTION_REQUIRED)
    assert (first.stage, first.reason) == (Stage.IMPORT_CUSTOMS, "customs_delay")
    assert (second.code, second.stage) == ("IT", Stage.LINE_HAUL)
    assert second.extra["status_detail_code"] == "NEW_CODE"


def test_a_code_of_the_carrier_that_looks_like_a_status_means_nothing() -> None:
    (event,) = read(answer(scan(event_code="DE"))).parcels[0].events
    assert (event.code, event.stage) == ("DE", Stage.UNKNOWN)


def test_a_local_time_is_only_read_where_there_is_no_moment() -> None:
    local = {"carrier_occurred_at": "2026-11-02T05:30:00", "status_code": "IT"}
    (event,) = read(answer(local)).parcels[0].events
    assert (event.at, event.local) == (None, "2026-11-02 05:30:00")


def test_returning_and_returned_are_two_states() -> None:
    for code, stage in (
        ("RETURN_TO_SENDER", Stage.RETURNING),
        ("UNDELIVERABLE_RETURNED_TO_SENDER", Stage.RETURNED),
    ):
        parcel = read(answer(status_code="EX", status_detail_code=code)).parcels[0]
        assert parcel.state.stage is stage


def test_a_webhook_holds_the_same_answer() -> None:
    reading = read({"resource_type": "API_TRACK", "data": answer(scan(status_code="AC"))})
    assert [parcel.state.stage for parcel in reading.parcels] == [Stage.ACCEPTED]


def test_one_scan_that_cannot_be_read_is_a_problem_and_the_rest_stands() -> None:
    reading = read(answer(scan(status_code="AC"), {"description": "When?"}, 7))
    assert len(reading.parcels[0].events) == 1
    assert [problem.code for problem in reading.problems] == ["unreadable"] * 2


def test_the_answer_of_another_vendor_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        read({"trackResponse": {}})
