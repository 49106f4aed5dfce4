"""Answers of EasyPost that say less, or more, than the published ones."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from crossborder.adapters.easypost import EasyPost, Reader
from crossborder.model.ids import ShipmentId
from crossborder.model.outcome import Refused
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Stage
from crossborder.protocols.logistics import Reading
from crossborder.testing.play import play, reply

NOW = datetime(2026, 7, 1, tzinfo=UTC)
NEVER = "0001-01-01T00:00:00Z"


def detail(**fields: Any) -> dict[str, Any]:
    return {
        "object": "TrackingDetail",
        "message": "said",
        "description": "said at length",
        "status": "delivered",
        "status_detail": "arrived_at_destination",
        "datetime": "2026-06-29T13:05:00Z",
        "source": "UPS",
        "tracking_location": {"city": "Wayne", "country": "US", "plus": "+1"},
        "est_delivery_date": "2026-07-01",
        **fields,
    }


def tracker(*details: Any, **fields: Any) -> dict[str, Any]:
    return {
        "id": "trk_1",
        "tracking_code": "1Z1",
        "carrier": "UPS",
        "status": "delivered",
        "tracking_details": list(details),
        **fields,
    }


def read(*trackers: Any) -> Reading:
    body = json.dumps({"trackers": list(trackers), "has_more": False}).encode()
    return Reader().read(body, received_at=NOW)


def only(*trackers: Any) -> Shipment:
    reading = read(*trackers)
    assert reading.problems == ()
    (parcel,) = reading.parcels
    return parcel


@pytest.mark.parametrize(
    ("error", "text"),
    [({"message": "x"}, "x"), ({"code": None}, ""), ("Unauthorized", "Unauthorized")],
)
def test_an_error_without_a_code_is_a_problem(error: Any, text: str) -> None:
    answer = {"error": error}
    reading = Reader().read(json.dumps(answer).encode(), received_at=NOW)
    assert reading.parcels == ()
    assert [(one.code, one.text) for one in reading.problems] == [("refused", text)]
    shipment = Shipment(ShipmentId("p"), "ups", "1Z1")
    (outcome,) = play(EasyPost.connect("k").register((shipment,)), [reply(422, answer)]).value
    assert isinstance(outcome, Refused)
    assert outcome.codes == ("refused",)


def test_the_first_day_of_a_clock_is_no_time() -> None:
    unset = detail(datetime_local="0001-01-01T00:00:00+08:00")
    reading = read(tracker(unset, detail(datetime=NEVER)))
    (event,) = reading.parcels[0].events
    assert event.at == datetime(2026, 6, 29, 13, 5, tzinfo=UTC)
    (problem,) = reading.problems
    assert (problem.code, problem.extra["raw"]["datetime"]) == ("unreadable", NEVER)
    for day in (NEVER, NEVER[:10], "1970-01-01T08:00:00Z"):
        assert only(tracker(est_delivery_date=day)).expected is None


def test_what_else_a_detail_says_is_kept() -> None:
    (event,) = only(tracker(detail(odd=1, nothing=None, none="", zero=0))).events
    assert (event.code, event.stage) == ("delivered/arrived_at_destination", Stage.DELIVERED)
    assert (event.extra["source"], event.extra["description"]) == ("UPS", "said at length")
    assert event.extra["est_delivery_date"] == "2026-07-01"
    assert event.extra["tracking_location"]["plus"] == "+1"
    assert (event.extra["odd"], event.extra["zero"]) == (1, 0)
    assert not {"nothing", "none", "datetime", "message", "status"} & set(event.extra)


def test_a_detail_of_another_spelling_keeps_as_much() -> None:
    plain, odd = detail(), detail(message=7)
    first, second = (only(tracker(one)).events[0].extra for one in (plain, odd))
    assert first == second


def test_a_day_that_is_not_used_is_kept_with_the_parcel() -> None:
    assert only(tracker(est_delivery_date="soon")).extra["est_delivery_date"] == "soon"


def test_a_detail_or_a_parcel_that_cannot_be_read_is_kept_whole() -> None:
    reading = read(tracker(detail(message=[1], odd=7), detail()), 7)
    assert len(reading.parcels[0].events) == 1
    first, second = reading.problems
    assert (first.extra["raw"], second.extra["raw"]["odd"]) == (7, 7)
