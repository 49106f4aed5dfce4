"""Asendia's answers, checked against the payloads themselves."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from crossborder.adapters.readers.asendia import Reader
from crossborder.errors import Unreadable
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.testing.contracts import TrackingReaderContract
from where import contracts_root

NOW = datetime(2026, 11, 3, tzinfo=UTC)


def published(name: str = "tracking_response") -> bytes:
    return (contracts_root() / "carriers" / "asendia" / f"{name}.json").read_bytes()


def read(answer: Any) -> Reading:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return Reader().read(body, received_at=NOW)


def event(code: str, time: str = "2026-04-12T14:30:00Z", **more: Any) -> dict[str, Any]:
    return {"code": code, "time": time, "carrierEventDescription": "Delivered", **more}


@pytest.mark.contracts
class TestReader(TrackingReaderContract):
    def reader(self) -> TrackingReader:
        return Reader()

    def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
        return ((published(), 1, 3),)

    def problems(self) -> tuple[tuple[bytes, int], ...]:
        return ((published("error_response"), 1),)


@pytest.mark.contracts
def test_the_parcel_is_what_the_payload_says() -> None:
    stated = json.loads(published())
    (parcel,) = read(published()).parcels
    assert parcel.number == stated["trackingNumber"]
    assert parcel.carrier == "asendia"
    assert parcel.state.stage is Stage.DELIVERED
    assert parcel.state.health is Health.OK
    newest = max(stated["trackingEvents"], key=lambda entry: str(entry["time"]))
    last = parcel.events[-1]
    assert (last.code, last.text) == (newest["code"], newest["carrierEventDescription"])
    assert last.at == datetime.fromisoformat(newest["time"])
    assert last.place is not None
    assert (last.place.text, last.place.country) == ("New York", "US")
    assert [entry.code for entry in parcel.events] == ["PU", "IT", "DL"]
    assert [entry.extra["id"] for entry in parcel.events] == [1, 2, 3]


@pytest.mark.contracts
def test_a_refusal_keeps_its_number_and_its_sentence() -> None:
    (problem,) = read(published("error_response")).problems
    assert (problem.raw, problem.text) == ("404", "Tracking number not found")


def test_a_code_that_is_not_known_says_nothing_whatever_its_text() -> None:
    answer = {"trackingNumber": "A1", "trackingEvents": [event("PU"), event("XD")]}
    (parcel,) = read(answer).parcels
    (unknown,) = (one for one in parcel.events if one.code == "XD")
    assert unknown.stage is Stage.UNKNOWN
    assert parcel.state.stage is Stage.ACCEPTED


def test_sent_back_and_back_are_two_things() -> None:
    for code, stage in (("RTS", Stage.RETURNING), ("RETURNED", Stage.RETURNED)):
        answer = {"trackingNumber": "A1", "trackingEvents": [event(code)]}
        assert read(answer).parcels[0].state.stage is stage


def test_several_numbers_are_answered_with_a_list() -> None:
    answer = [
        {"trackingNumber": "A1", "trackingEvents": [event("PU")]},
        {"trackingNumber": "A2", "trackingEvents": None},
        {"trackingNumber": "A3", "errorMessages": [{"field": "number", "message": "unknown"}]},
    ]
    reading = read(answer)
    assert [parcel.number for parcel in reading.parcels] == ["A1", "A2"]
    assert [problem.extra["number"] for problem in reading.problems] == ["A3"]
    assert reading.problems[0].text == "unknown"


def test_one_wrong_event_stands_beside_the_good_ones() -> None:
    wrong = {"code": "IT", "carrierEventDescription": "no time"}
    answer = {"trackingNumber": "A1", "trackingEvents": [event("PU"), wrong, event("DL"), 7]}
    reading = read(answer)
    assert [entry.code for entry in reading.parcels[0].events] == ["PU", "DL"]
    assert [problem.code for problem in reading.problems] == ["unreadable", "unreadable"]


def test_events_without_a_number_around_them_belong_to_nobody() -> None:
    reading = read([event("PU"), event("DL")])
    assert not reading.parcels
    assert len(reading.problems) == 2


def test_a_time_without_a_zone_stays_local() -> None:
    answer = {"trackingNumber": "A1", "trackingEvents": [event("PU", "2026-04-12T14:30:00")]}
    (parcel,) = read(answer).parcels
    assert (parcel.events[0].at, parcel.events[0].local) == (None, "2026-04-12 14:30:00")


@pytest.mark.parametrize("answer", [{"parcels": []}, [{"ConsignmentNo": "1"}], [[]]])
def test_an_answer_of_another_vendor_is_unreadable(answer: Any) -> None:
    with pytest.raises(Unreadable):
        read(answer)
