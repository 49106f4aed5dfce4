"""SmartKargo's answers, checked against the payloads themselves."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from crossborder.adapters.readers.smartkargo import Reader
from crossborder.errors import Unreadable
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.testing.contracts import TrackingReaderContract
from where import contracts_root

NOW = datetime(2026, 11, 3, tzinfo=UTC)


def published(name: str = "tracking_response") -> bytes:
    return (contracts_root() / "carriers" / "smartkargo" / f"{name}.json").read_bytes()


def read(answer: Any) -> Reading:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return Reader().read(body, received_at=NOW)


def row(code: str, time: str = "2026-01-25T13:03:17", **more: Any) -> dict[str, Any]:
    given = {"prefix": "AXB", "airWaybill": "00006510", "pieceReference": "P-001"}
    return {**given, "eventType": code, "eventDate": time, "description": "Said", **more}


@pytest.mark.contracts
class TestReader(TrackingReaderContract):
    def reader(self) -> TrackingReader:
        return Reader()

    def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
        return ((published(), 2, 2),)

    def problems(self) -> tuple[tuple[bytes, int], ...]:
        return ((published("error_response"), 1),)


@pytest.mark.contracts
def test_each_piece_is_a_parcel_with_the_rows_that_name_it() -> None:
    # karrio makes one parcel of the package; one of its two pieces is delivered, one only booked.
    stated = json.loads(published())
    parcels = read(published()).parcels
    assert [parcel.number for parcel in parcels] == [entry["pieceReference"] for entry in stated]
    assert [parcel.state.stage for parcel in parcels] == [Stage.DELIVERED, Stage.REGISTERED]
    for parcel, entry in zip(parcels, stated, strict=True):
        (event,) = parcel.events
        assert (event.code, event.text) == (entry["eventType"], entry["description"])
        # karrio stamps the times with a Z; the payload states no zone.
        assert (event.at, event.local) == (None, entry["eventDate"].replace("T", " "))
        assert event.place is not None
        assert event.place.facility == entry["eventLocation"]
        assert parcel.legs[0].number == entry["prefix"] + entry["airWaybill"]
        assert event.extra["flightNumber"] == entry["flightNumber"]
    assert parcels[0].events[0].extra["bagNumber"] == stated[0]["bagNumber"]


def test_the_rows_of_one_piece_are_one_history_in_order() -> None:
    later = "2026-01-26T14:30:00"
    (parcel,) = read([row("DDL", later), row("BKD"), row("DDL", later)]).parcels
    assert [event.code for event in parcel.events] == ["BKD", "DDL"]
    assert parcel.state.stage is Stage.DELIVERED


def test_a_piece_without_a_reference_has_the_number_of_the_waybill() -> None:
    (parcel,) = read([row("DEP", pieceReference=None)]).parcels
    assert parcel.number == "00006510"


def test_a_failed_attempt_and_a_handover_at_the_airport_are_no_deliveries() -> None:
    failed, handed = read([row("ADL"), row("DLV", pieceReference="P-002")]).parcels
    assert (failed.state.stage, failed.state.health) == (Stage.LAST_MILE, Health.FAILED)
    assert handed.state.stage is Stage.HANDOVER


def test_words_of_a_delivery_do_not_make_one() -> None:
    said = "Package has been successfully delivered to the consignee."
    (parcel,) = read([row("ZZZ", description=said)]).parcels
    assert parcel.state.stage is Stage.UNKNOWN
    assert parcel.events[0].code == "ZZZ"


def test_a_row_that_cannot_be_read_is_a_problem_and_the_rest_stands() -> None:
    reading = read([row("BKD"), row("DEP", eventDate=None), row("DDL", "2026-01-27T09:00:00")])
    assert [event.code for event in reading.parcels[0].events] == ["BKD", "DDL"]
    assert [problem.code for problem in reading.problems] == ["unreadable"]


def test_a_refused_call_is_a_problem_with_its_code() -> None:
    reading = read({"error": {"code": "NOT_FOUND", "message": "Nothing"}})
    assert (reading.parcels, reading.problems[0].raw) == ((), "NOT_FOUND")


@pytest.mark.parametrize(
    ("answer", "code", "text"),
    [
        ({"error": "Unauthorized"}, "Unauthorized", ""),
        ({"error": "Unauthorized", "message": "No key"}, "Unauthorized", "No key"),
        ({"statusCode": 401, "message": "Access denied"}, "401", "Access denied"),
        ({"errors": [{"code": "E1", "message": "No"}, {}]}, "E1", "No"),
        ([], "no_tracking", "nothing is said of where a parcel is"),
    ],
)
def test_a_call_that_was_turned_away_is_a_problem(answer: Any, code: str, text: str) -> None:
    reading = read(answer)
    assert reading.parcels == ()
    assert [(said.code, said.text) for said in reading.problems] == [(code, text)]


def test_a_list_of_another_vendor_is_unreadable() -> None:
    for body in (b'[{"trackingNumber": "1"}]', b'{"trackResponse": {}}'):
        with pytest.raises(Unreadable):
            read(body)
