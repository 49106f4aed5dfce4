"""Answers of AfterShip that say less, or more, than the published ones."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from crossborder.adapters.aftership import Reader
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Health, ParcelState, Stage
from crossborder.protocols.logistics import Reading
from crossborder.testing.contracts import TrackingReaderContract

NOW = datetime(2026, 7, 1, tzinfo=UTC)
NEVER = "0001-01-01T00:00:00+08:00"


def checkpoint(tag: str | None = "Delivered", subtag: Any = "Delivered_001", **fields: Any) -> Any:
    return {
        "slug": "ups",
        "created_at": "2026-06-29T14:00:00+00:00",
        "checkpoint_time": "2026-06-29T21:05:00+08:00",
        "country_iso3": "USA",
        "city": "Deal",
        "message": "said",
        "tag": tag,
        "subtag": subtag,
        "raw_tag": "UPS_D",
        "coordinate": {"latitude": 1, "longitude": 2},
        "hash": "h",
        "events": [{"code": "delivered"}],
        **fields,
    }


def tracking(*checkpoints: Any, **fields: Any) -> dict[str, Any]:
    held = {"checkpoints": list(checkpoints)} if checkpoints else {}
    return {"id": "t1", "tracking_number": "1Z1", "slug": "ups", **held, **fields}


def answer(*trackings: Any) -> bytes:
    return json.dumps({"meta": {"code": 200}, "data": {"trackings": list(trackings)}}).encode()


def read(*trackings: Any) -> Reading:
    return Reader().read(answer(*trackings), received_at=NOW)


def only(*trackings: Any) -> Shipment:
    reading = read(*trackings)
    assert reading.problems == ()
    (parcel,) = reading.parcels
    return parcel


def last(**fields: Any) -> bytes:
    """What is answered when the last checkpoint alone is asked for."""
    told = tracking(tag="Delivered", subtag="Delivered_001", checkpoint=checkpoint(), **fields)
    return json.dumps({"meta": {"code": 200}, "data": told}).encode()


class TestReader(TrackingReaderContract):
    def reader(self) -> Reader:
        return Reader()

    def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
        return ((last(), 1, 1),)

    def newest(self) -> tuple[tuple[str, Stage, str], ...]:
        return (("1Z1", Stage.DELIVERED, "2026-06-29T21:05:00+08:00"),)


def test_the_last_checkpoint_alone_is_read_as_a_list_of_one() -> None:
    (parcel,) = Reader().read(last(), received_at=NOW).parcels
    assert [(one.code, one.stage) for one in parcel.events] == [("Delivered_001", Stage.DELIVERED)]
    assert "checkpoint" not in parcel.extra
    assert len(only(tracking(checkpoint(), checkpoint=checkpoint())).events) == 1
    wrong = json.loads(last())
    wrong["data"]["checkpoint"] = "x"
    (problem,) = Reader().read(json.dumps(wrong).encode(), received_at=NOW).problems
    assert problem.code == "unreadable"


@pytest.mark.parametrize(
    ("tag", "subtag", "state"),
    [
        ("Delivered", "Delivered_006", ParcelState(Stage.DELIVERED)),
        ("AttemptFail", "AttemptFail_009", ParcelState(Stage.LAST_MILE, Health.FAILED)),
        ("Exception", "Exception_099", ParcelState(Stage.UNKNOWN, Health.ACTION_REQUIRED)),
        ("Exception", "Delivered_001", ParcelState(Stage.DELIVERED)),
    ],
)
def test_where_nobody_knows_the_subtag_the_tag_counts(
    tag: str, subtag: str, state: ParcelState
) -> None:
    assert only(tracking(tag=tag, subtag=subtag)).state == state
    parcel = only(tracking(checkpoint(tag, subtag)))
    (event,) = parcel.events
    assert (event.stage, event.health) == (state.stage, state.health)
    assert event.extra["subtag"] == subtag
    assert event.code == (subtag if subtag == "Delivered_001" else tag)


def test_where_nobody_knows_either_the_subtag_is_the_code() -> None:
    for tag in ("Moon", None):
        (event,) = only(tracking(checkpoint(tag, "Moon_001"))).events
        assert (event.code, event.stage) == ("Moon_001", Stage.UNKNOWN)


def test_the_first_day_of_a_clock_is_no_time() -> None:
    reading = read(tracking(checkpoint(checkpoint_time=NEVER), checkpoint()))
    assert len(reading.parcels[0].events) == 1
    (problem,) = reading.problems
    assert (problem.code, problem.extra["raw"]["checkpoint_time"]) == ("unreadable", NEVER)
    for day in (NEVER, NEVER[:10]):
        assert only(tracking(expected_delivery=day)).expected is None


def test_what_else_a_checkpoint_says_is_kept() -> None:
    (event,) = only(tracking(checkpoint(odd=1, nothing=None, none="", zero=0))).events
    assert event.extra["coordinate"]["longitude"] == 2
    assert event.extra["events"][0]["code"] == "delivered"
    assert (event.extra["hash"], event.extra["slug"], event.extra["raw_tag"]) == (
        "h",
        "ups",
        "UPS_D",
    )
    assert (event.extra["odd"], event.extra["zero"], event.extra["tag"]) == (1, 0, "Delivered")
    assert not {"nothing", "none", "checkpoint_time", "message", "city"} & set(event.extra)


def test_a_checkpoint_of_another_spelling_keeps_as_much() -> None:
    plain, odd = checkpoint(), checkpoint(city=7)
    first, second = (only(tracking(one)).events[0].extra for one in (plain, odd))
    assert first == second


def test_what_a_parcel_says_beside_what_is_read_is_kept() -> None:
    extra = only(
        tracking(
            checkpoint(),
            custom_fields={"shipment": "p1", "colour": "red"},
            last_mile={"slug": "usps", "tracking_number": "94", "link": "x"},
            latest_estimated_delivery={"datetime": "2026-07-08", "revise_reason": "late"},
        )
    ).extra
    assert extra["custom_fields"] == {"colour": "red"}
    assert extra["last_mile"] == {"link": "x"}
    assert extra["latest_estimated_delivery"]["revise_reason"] == "late"


def test_a_checkpoint_or_a_parcel_that_cannot_be_read_is_kept_whole() -> None:
    reading = read(tracking(checkpoint(message=[1], odd=7), checkpoint()), 7)
    assert len(reading.parcels[0].events) == 1
    first, second = reading.problems
    assert (first.extra["raw"], second.extra["raw"]["odd"]) == (7, 7)
