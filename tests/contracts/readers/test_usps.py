"""USPS's answers, checked against the payloads themselves."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from crossborder.adapters.readers.usps import Reader
from crossborder.errors import Unreadable
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.testing.contracts import TrackingReaderContract
from where import contracts_root

NOW = datetime(2026, 11, 3, tzinfo=UTC)


def published(name: str = "tracking_response") -> bytes:
    return (contracts_root() / "carriers" / "usps" / f"{name}.json").read_bytes()


def read(answer: Any) -> Reading:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return Reader().read(body, received_at=NOW)


def event(code: str, time: str = "2026-11-02T13:58:00", **more: Any) -> dict[str, Any]:
    return {"eventCode": code, "eventType": "Said", "eventTimestamp": time, **more}


def answer(*events: Any, number: str = "9400", **more: Any) -> dict[str, Any]:
    return {"trackingNumber": number, "trackingEvents": list(events), **more}


@pytest.mark.contracts
class TestReader(TrackingReaderContract):
    def reader(self) -> TrackingReader:
        return Reader()

    def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
        return ((published(), 1, 12), (published("tracking_response_full_sample"), 2, 13))

    def problems(self) -> tuple[tuple[bytes, int], ...]:
        return ((published("error_response"), 1), (published("auth_error_response"), 1))


@pytest.mark.contracts
def test_the_parcel_is_what_the_payload_says() -> None:
    stated = json.loads(published())
    (parcel,) = read(published()).parcels
    assert (parcel.number, parcel.carrier) == (stated["trackingNumber"], "usps")
    assert (parcel.state.stage, parcel.state.health) == (Stage.DELIVERED, Health.OK)
    newest, last = stated["trackingEvents"][0], parcel.events[-1]
    assert (last.code, last.text) == (newest["eventCode"], newest["eventType"])
    # karrio writes 13:58 with a Z; the payload says five hours behind it.
    assert last.at == datetime.fromisoformat(newest["eventTimestamp"] + newest["GMTOffset"])
    codes = [entry["eventCode"] for entry in stated["trackingEvents"]]
    assert [entry.code for entry in parcel.events] == codes[::-1]
    assert all(entry.stage is not Stage.UNKNOWN for entry in parcel.events)
    assert parcel.line == stated["mailClass"]


@pytest.mark.contracts
def test_each_answer_of_a_list_is_a_parcel() -> None:
    first, second = read(published("tracking_response_full_sample")).parcels
    stated = json.loads(published("tracking_response_full_sample"))
    assert [first.number, second.number] == [entry["trackingNumber"] for entry in stated]
    assert second.state.stage is Stage.UNKNOWN
    assert second.expected is not None
    assert second.expected.likely == datetime(2019, 8, 24, 14, 15, 22, tzinfo=UTC)


@pytest.mark.contracts
def test_a_refused_login_and_a_refused_number_are_problems_with_their_words() -> None:
    assert read(published("auth_error_response")).problems[0].raw == "invalid_client"
    (problem,) = read(published("error_response")).problems
    assert problem.extra["errors"]


def test_an_offset_of_one_digit_is_read_and_the_moment_counts_without_one() -> None:
    offset = event("03", GMTOffset="-7:00", GMTTimestamp="2026-11-02T20:58:31Z")
    (first,) = read(answer(offset)).parcels[0].events
    assert first.at is not None
    assert first.at.isoformat() == "2026-11-02T13:58:00-07:00"
    (second,) = read(answer(event("03", GMTTimestamp="2026-11-02T20:58:31Z"))).parcels[0].events
    assert second.at == datetime(2026, 11, 2, 20, 58, 31, tzinfo=UTC)
    (third,) = read(answer(event("03"))).parcels[0].events
    assert (third.at, third.local) == (None, "2026-11-02 13:58:00")


def test_a_delivery_to_its_sender_is_a_return() -> None:
    back = event("01") | {"eventType": "Delivered, To Original Sender"}
    parcel = read(answer(back, statusCategory="Delivered")).parcels[0]
    assert parcel.state.stage is Stage.RETURNED


def test_a_delivery_to_an_agent_goes_on_whatever_word_stands_over_it() -> None:
    agent = event("01") | {"eventType": "Delivered to Agent for Final Delivery"}
    for category in ("Delivered", "Delivered to Agent"):
        for scan in (agent, agent | {"eventCode": "60"}):
            parcel = read(answer(scan, statusCategory=category)).parcels[0]
            assert parcel.events[0].stage is Stage.HANDOVER
            if category == "Delivered to Agent" or scan is agent:
                assert parcel.state.stage is Stage.HANDOVER
    later = event("01", eventTimestamp="2026-11-04T09:00:00") | {"eventType": "Delivered"}
    assert read(answer(later, agent)).parcels[0].state.stage is Stage.DELIVERED


def test_in_transit_to_destination_moves() -> None:
    said = event("EX") | {"eventType": "In Transit to Destination"}
    assert read(answer(said)).parcels[0].events[0].stage is Stage.LINE_HAUL


def test_a_refusal_of_the_gateway_is_a_problem_with_its_code() -> None:
    fault = {"faultstring": "Invalid Access Token", "detail": {"errorcode": "keymanagement.bad"}}
    (problem,) = read({"fault": fault}).problems
    assert (problem.raw, problem.text) == ("keymanagement.bad", "Invalid Access Token")
    (problem,) = read({"error": {"code": "429", "message": "Too Many Requests"}}).problems
    assert (problem.raw, problem.text) == ("429", "Too Many Requests")


def test_no_words_make_a_delivery_of_an_unknown_code() -> None:
    said = event("ZZ") | {"eventType": "Delivered, Front Door"}
    (scan,) = read(answer(said)).parcels[0].events
    assert (scan.code, scan.stage) == ("ZZ", Stage.UNKNOWN)


def test_an_alert_leaves_the_reason_to_the_scans() -> None:
    parcel = read(answer(event("04"), statusCategory="Alert")).parcels[0]
    assert (parcel.state.stage, parcel.state.reason) == (Stage.RETURNING, "consignee_refused")
    unknown = read(answer(event("ZZ"), statusCategory="Alert")).parcels[0]
    assert unknown.state.health is Health.FAILED


def test_one_refused_number_among_many_is_a_problem_and_the_rest_stands() -> None:
    error = {"code": "400", "message": "Not found"}
    reading = read([answer(event("OF")), {"trackingNumber": "2", "error": error}])
    assert [parcel.number for parcel in reading.parcels] == ["9400"]
    (problem,) = reading.problems
    assert (problem.code, problem.extra["number"]) == ("400", "2")


def test_one_scan_that_cannot_be_read_is_a_problem_and_the_rest_stands() -> None:
    reading = read(answer(event("OF"), {"eventCode": "07"}, event("03")))
    assert len(reading.parcels[0].events) == 2
    assert [problem.code for problem in reading.problems] == ["unreadable"]


def test_the_answer_of_another_vendor_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        read({"shipments": []})
