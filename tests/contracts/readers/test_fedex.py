"""FedEx's answers, checked against the payloads themselves."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from crossborder.adapters.readers.fedex import STATES, Reader
from crossborder.errors import Unreadable
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.testing.contracts import TrackingReaderContract
from where import contracts_root

NOW = datetime(2026, 11, 3, tzinfo=UTC)
WISHES = {"CH", "RC", "RM", "RR", "SP"}


def published(name: str = "tracking_response.json") -> bytes:
    return (contracts_root() / "carriers" / "fedex" / name).read_bytes()


def read(answer: Any) -> Reading:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return Reader().read(body, received_at=NOW)


def scan(code: str, date: str = "2026-02-02T12:01:00-07:00", **more: Any) -> dict[str, Any]:
    return {"eventType": code, "eventDescription": "Said", "date": date, **more}


def answer(*scans: Any, number: str = "1", **more: Any) -> dict[str, Any]:
    result = {"trackingNumberInfo": {"trackingNumber": number}, "scanEvents": list(scans), **more}
    asked = {"trackingNumber": number, "trackResults": [result]}
    return {"output": {"completeTrackResults": [asked]}}


@pytest.mark.contracts
class TestReader(TrackingReaderContract):
    def reader(self) -> TrackingReader:
        return Reader()

    def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
        return ((published(), 1, 1),)

    def problems(self) -> tuple[tuple[bytes, int], ...]:
        names = ("error_response.json", "proof_of_delivery_response.json")
        return ((published(), 2), *((published(name), 1) for name in names))


@pytest.mark.contracts
def test_the_parcel_is_what_the_payload_says() -> None:
    asked, lost = json.loads(published())["output"]["completeTrackResults"]
    reading = read(published())
    (parcel,) = reading.parcels
    assert (parcel.number, parcel.carrier) == (asked["trackingNumber"], "fedex")
    (result,) = asked["trackResults"]
    assert parcel.numbers == (parcel.number, result["trackingNumberInfo"]["trackingNumber"])
    assert (parcel.state.stage, parcel.state.health) == (Stage.ACCEPTED, Health.OK)
    assert parcel.state.reason == "consignee_not_available"
    (event,) = parcel.events
    (said,) = result["scanEvents"]
    assert (event.code, event.text) == (said["eventType"], said["eventDescription"])
    # karrio drops the seven hours of this time and writes a Z.
    assert event.at == datetime.fromisoformat(said["date"])
    assert (event.stage, event.reason) == (Stage.ACCEPTED, "weather_delay")
    # karrio expects it on 2021-10-01; that begin of the window has no zone, so nothing is said.
    assert parcel.expected is None
    assert parcel.extra["estimatedDeliveryTimeWindow"]["window"]["begins"] == "2021-10-01T08:00:00"
    errors = [result["error"]["code"], lost["trackResults"][0]["error"]["code"]]
    assert [problem.code for problem in reading.problems] == errors
    assert reading.problems[1].extra["number"] == lost["trackingNumber"]


@pytest.mark.contracts
def test_every_published_code_has_a_meaning_or_is_a_wish() -> None:
    text = re.sub(r"<[^>]+>", "|", published("tracking_status_codes.html").decode())
    codes = set(re.findall(r"\|\s*([A-Z][A-Za-z])\s*\|", text))
    assert len(codes) > 50
    assert codes - set(STATES) == WISHES


@pytest.mark.contracts
def test_a_proof_of_delivery_is_no_tracking_and_says_so() -> None:
    reading = read(published("proof_of_delivery_response.json"))
    assert reading.parcels == ()
    assert [problem.code for problem in reading.problems] == ["no_tracking"]


def test_a_refused_call_is_a_problem() -> None:
    reading = read({"transactionId": "t", "errors": [{"code": "NOT.AUTHORIZED", "message": "No"}]})
    assert (reading.parcels, reading.problems[0].raw) == ((), "NOT.AUTHORIZED")


def test_an_unknown_code_is_kept_and_its_derived_code_counts() -> None:
    first, second = scan("ZZ"), scan("ZZ", "2026-02-03T12:01:00-07:00", derivedStatusCode="IT")
    events = read(answer(first, second)).parcels[0].events
    assert [event.code for event in events] == ["ZZ", "ZZ"]
    assert [event.stage for event in events] == [Stage.UNKNOWN, Stage.LINE_HAUL]


def test_an_exception_code_is_the_reason_of_a_failed_delivery() -> None:
    (event,) = read(answer(scan("DE", exceptionCode="07"))).parcels[0].events
    assert event.stage is Stage.LAST_MILE
    assert (event.health, event.reason) == (Health.FAILED, "consignee_refused")


def test_going_back_is_not_having_come_back() -> None:
    assert read(answer(scan("RS"))).parcels[0].state.stage is Stage.RETURNING


def test_a_scan_without_a_zone_stays_local() -> None:
    (event,) = read(answer(scan("OD", "2026-02-02T12:01:00"))).parcels[0].events
    assert (event.at, event.local) == (None, "2026-02-02 12:01:00")


def test_both_shipments_of_one_number_are_read() -> None:
    given = answer(scan("DL"))
    (asked,) = given["output"]["completeTrackResults"]
    asked["trackResults"].append({"scanEvents": [scan("PU")]})
    parcels = read(given).parcels
    assert [parcel.number for parcel in parcels] == ["1", "1"]
    assert [parcel.state.stage for parcel in parcels] == [Stage.DELIVERED, Stage.ACCEPTED]


def test_an_estimate_and_a_pickup_with_a_zone_are_read() -> None:
    dates = [
        {"type": "ESTIMATED_DELIVERY", "dateTime": "2026-02-05T20:00:00-05:00"},
        {"type": "ACTUAL_PICKUP", "dateTime": "2026-02-02T09:00:00-07:00"},
    ]
    parcel = read(answer(scan("IT"), dateAndTimes=dates)).parcels[0]
    assert parcel.expected is not None
    assert parcel.expected.likely == datetime.fromisoformat(dates[0]["dateTime"])
    assert parcel.ship_date == datetime.fromisoformat(dates[1]["dateTime"])


def test_one_scan_that_cannot_be_read_is_a_problem_and_the_rest_stands() -> None:
    reading = read(answer(scan("PU"), "not a scan", scan("DL", "2026-02-03T12:01:00-07:00")))
    assert [event.code for event in reading.parcels[0].events] == ["PU", "DL"]
    assert [problem.code for problem in reading.problems] == ["unreadable"]


def test_an_empty_error_beside_a_good_result_is_none() -> None:
    reading = read(answer(scan("DL"), error={}))
    assert (len(reading.parcels), reading.problems) == (1, ())


@pytest.mark.parametrize(
    "alerts",
    [
        "TRACKING.DATA.NOTFOUND -  Tracking data unavailable",
        [{"code": "TRACKING.DATA.NOTFOUND", "message": "Tracking data unavailable"}],
    ],
)
def test_an_alert_that_stands_alone_is_a_problem_with_its_code(alerts: Any) -> None:
    (problem,) = read({"output": {"alerts": alerts, "completeTrackResults": []}}).problems
    assert (problem.raw, problem.text) == ("TRACKING.DATA.NOTFOUND", "Tracking data unavailable")
    beside = answer(scan("IT"))
    beside["output"]["alerts"] = alerts
    assert read(beside).problems == ()


def test_the_answer_of_another_vendor_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        read({"trackResponse": {}})
