"""SEKO's answers, checked against the payloads themselves."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from crossborder.adapters.readers.seko import Reader
from crossborder.errors import Unreadable
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.testing.contracts import TrackingReaderContract
from where import contracts_root

NOW = datetime(2026, 11, 3, tzinfo=UTC)


def published(name: str = "tracking_response") -> bytes:
    return (contracts_root() / "carriers" / "seko" / f"{name}.json").read_bytes()


def read(answer: Any) -> Reading:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return Reader().read(body, received_at=NOW)


def scan(omni: str | None, day: int = 12, part: int = 1, **more: Any) -> dict[str, Any]:
    told = {"EventDT": f"2026-03-{day}T09:00:00", "Code": None, "OmniCode": omni, "Part": part}
    return {**told, "Description": "DELIVERED", "Location": "NL", **more}


def consignment(number: str, *events: Any, **more: Any) -> dict[str, Any]:
    return {"ConsignmentNo": number, "Events": list(events), **more}


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
    (stated,) = json.loads(published())
    (parcel,) = read(published()).parcels
    assert parcel.number == stated["ConsignmentNo"]
    assert (parcel.state.stage, parcel.state.health) == (Stage.DELIVERED, Health.OK)
    newest = max(stated["Events"], key=lambda entry: str(entry["EventDT"]))
    last = parcel.events[-1]
    assert (last.code, last.text) == (newest["OmniCode"], newest["Description"])
    # The times of the payload have no zone: elsewhere they are stamped as UTC.
    assert (last.at, last.local) == (None, newest["EventDT"].replace("T", " "))
    assert last.extra["Code"] == newest["Code"]
    assert last.place is not None
    assert last.place.text == newest["Location"]
    assert [entry.code for entry in parcel.events] == [one["OmniCode"] for one in stated["Events"]]
    assert all(entry.stage is not Stage.UNKNOWN for entry in parcel.events)
    assert parcel.ship_date is None
    assert parcel.extra["Picked"] == stated["Picked"]


@pytest.mark.contracts
def test_a_refused_field_is_a_problem() -> None:
    (problem,) = read(published("error_response")).problems
    assert (problem.raw, problem.text) == ("CountryCode", "CountryCode is required")
    assert problem.extra["Property"] == "Destination.Address.CountryCode"


@pytest.mark.parametrize(
    ("code", "stage", "reason"),
    [
        ("OP-6", Stage.IMPORT_CUSTOMS, "customs_inspection"),
        ("OP-15", Stage.LOST, "carrier_parcel_lost"),
        ("OP-71", Stage.LAST_MILE, None),
        ("OP-76", Stage.COLLECT, None),
        ("OP-64", Stage.RETURNING, "consignee_refused"),
        ("OP-90", Stage.RETURNED, None),
        ("OP-34", Stage.CANCELLED, None),
    ],
)
def test_codes_tell_the_stage_and_the_reason(code: str, stage: Stage, reason: str | None) -> None:
    (parcel,) = read([consignment("1", scan("OP-1", 10), scan(code))]).parcels
    assert (parcel.state.stage, parcel.state.reason) == (stage, reason)


def test_a_code_that_is_not_known_says_nothing_whatever_its_text() -> None:
    (parcel,) = read([consignment("1", scan("OP-999"), scan(None, Code="3.0"))]).parcels
    assert [entry.stage for entry in parcel.events] == [Stage.UNKNOWN, Stage.UNKNOWN]
    assert parcel.events[1].extra["Code"] == "3.0"
    assert parcel.state.stage is Stage.UNKNOWN


def test_a_consignment_is_delivered_when_its_last_part_is() -> None:
    events = scan("OP-72", 12, 1), scan("OP-50", 11, 2)
    assert read([consignment("1", *events)]).parcels[0].state.stage is Stage.LAST_MILE
    (done,) = read([consignment("1", *events, scan("OP-72", 13, 2))]).parcels
    assert done.state.stage is Stage.DELIVERED
    (stated,) = read([consignment("1", *events, Status="DELIVERED")]).parcels
    assert stated.state.stage is Stage.DELIVERED


def test_an_error_and_a_wrong_event_stand_beside_the_parcels() -> None:
    error = {"ConsignmentNo": "2", "Errors": [{"Key": "ConsignmentNo", "Message": "not found"}]}
    wrong = {"OmniCode": "OP-4", "Description": "no time"}
    reading = read([consignment("1", scan("OP-1"), wrong), error, consignment("3")])
    assert [parcel.number for parcel in reading.parcels] == ["1", "3"]
    assert [problem.text for problem in reading.problems[1:]] == ["not found"]
    assert reading.problems[0].code == "unreadable"
    assert reading.problems[1].extra["number"] == "2"


def test_a_refused_call_is_a_problem() -> None:
    assert read({"Message": "Authorization has been denied."}).problems[0].code == "refused"


@pytest.mark.parametrize("answer", [{"parcels": []}, [{"returnCode": 200}], [7]])
def test_an_answer_of_another_vendor_is_unreadable(answer: Any) -> None:
    with pytest.raises(Unreadable):
        read(answer)
