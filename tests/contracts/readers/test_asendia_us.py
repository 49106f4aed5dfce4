"""Asendia USA's answers, checked against the payloads themselves."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from crossborder.adapters.readers.asendia_us import Reader
from crossborder.errors import Unreadable
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.testing.contracts import TrackingReaderContract
from where import contracts_root

NOW = datetime(2026, 11, 3, tzinfo=UTC)


def published(name: str = "tracking_response") -> bytes:
    return (contracts_root() / "carriers" / "asendia_us" / f"{name}.json").read_bytes()


def read(answer: Any) -> Reading:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return Reader().read(body, received_at=NOW)


def milestone(code: str, text: str = "Delivered", at: str = "2026-08-09T11:13:00+00:00") -> Any:
    return {"eventCode": code, "eventDescription": text, "eventLocation": "", "eventOn": at}


def item(number: str, *events: Any) -> dict[str, Any]:
    return {"trackingNumberVendor": number, "trackingMilestoneEvents": list(events)}


@pytest.mark.contracts
class TestReader(TrackingReaderContract):
    def reader(self) -> TrackingReader:
        return Reader()

    def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
        return ((published(), 1, 10),)

    def problems(self) -> tuple[tuple[bytes, int], ...]:
        return ((published("error_response"), 1),)


@pytest.mark.contracts
def test_the_parcel_is_what_the_payload_says() -> None:
    (stated,) = json.loads(published())["data"]
    reading = read(published())
    (parcel,) = reading.parcels
    # A status of 200 is no problem, and s10 is "Delivered" by its own words: read as "in transit"
    # with a message elsewhere, where milestones have no table.
    assert not reading.problems
    assert (parcel.state.stage, parcel.state.health) == (Stage.DELIVERED, Health.OK)
    assert parcel.number == stated["trackingNumberVendor"]
    assert [str(ref) for ref in parcel.refs] == [f"asendia_us:{stated['customerReferenceNumber']}"]
    events = stated["trackingMilestoneEvents"]
    newest = max(events, key=lambda entry: datetime.fromisoformat(entry["eventOn"]))
    assert parcel.events[-1].code == newest["eventCode"] == "s10"
    assert parcel.events[-1].at == datetime.fromisoformat(newest["eventOn"])
    assert sorted(entry.code for entry in parcel.events) == sorted(
        entry["eventCode"] for entry in events
    )
    assert all(entry.stage is not Stage.UNKNOWN for entry in parcel.events)


@pytest.mark.contracts
def test_a_refused_login_is_a_problem() -> None:
    (problem,) = read(published("error_response")).problems
    assert problem.raw == "401"
    assert "incorrect username or password" in problem.text


def test_a_number_without_events_is_a_problem_with_the_vendors_words() -> None:
    status = {"responseStatusCode": 204, "responseStatusMessage": "no tracking events found"}
    reading = read({"trackingMilestone": None, "responseStatus": status})
    assert not reading.parcels
    assert (reading.problems[0].raw, reading.problems[0].text) == (
        "204",
        "no tracking events found",
    )


def test_one_number_is_answered_with_an_object() -> None:
    status = {"responseStatusCode": 200, "responseStatusMessage": ""}
    answer = {"trackingMilestone": item("A1", milestone("s10")), "responseStatus": status}
    (parcel,) = read(answer).parcels
    assert (parcel.number, parcel.state.stage) == ("A1", Stage.DELIVERED)


def test_the_carriers_own_events_are_read_beside_the_milestones() -> None:
    own = milestone("01", "Delivered, Front Door/Porch", "2026-08-09T11:12:00+00:00")
    (parcel,) = read(
        {"data": [item("A1", milestone("s1")) | {"trackingDetailEvents": [own]}]}
    ).parcels
    assert [entry.code for entry in parcel.events] == ["01", "s1"]
    assert parcel.events[0].stage is Stage.UNKNOWN
    assert parcel.state.stage is Stage.REGISTERED


def test_a_milestone_that_is_not_known_says_nothing_whatever_its_text() -> None:
    (parcel,) = read({"data": [item("A1", milestone("s99"))]}).parcels
    assert (parcel.events[0].code, parcel.events[0].stage) == ("s99", Stage.UNKNOWN)
    assert parcel.state.stage is Stage.UNKNOWN


def test_several_parcels_and_one_wrong_event_are_told_apart() -> None:
    wrong = {"eventCode": "s1", "eventDescription": "no time"}
    reading = read({"data": [item("A1", milestone("s1"), wrong), item("A2"), item("")]})
    assert [parcel.number for parcel in reading.parcels] == ["A1", "A2"]
    assert [problem.code for problem in reading.problems] == ["unreadable", "unreadable"]


def test_an_answer_of_another_vendor_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        read({"trackingNumber": "A1", "trackingEvents": []})
