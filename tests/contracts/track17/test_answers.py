"""Answers of 17TRACK that say less, or more, than the published ones."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from crossborder.adapters.track17 import Reader, Track17
from crossborder.model.ids import ShipmentId
from crossborder.model.outcome import Done, Refused
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Stage
from crossborder.protocols.logistics import Reading
from crossborder.testing.play import play, reply

NOW = datetime(2026, 7, 1, tzinfo=UTC)
NEVER = "0001-01-01T00:00:00+08:00"


def scan(**fields: Any) -> dict[str, Any]:
    return {
        "time_iso": "2026-06-29T21:05:00+08:00",
        "time_utc": "2026-06-29T13:05:00Z",
        "time_raw": {"date": "2026-06-29", "time": "21:05:00", "timezone": None},
        "description": "签收",
        "description_translation": {"lang": "en", "description": "Delivered"},
        "location": "YIWU, CN",
        "stage": "Delivered",
        "sub_status": "Delivered_Other",
        "address": {"country": "CN", "street": "Main 1", "coordinates": {"longitude": "120.1"}},
        **fields,
    }


def item(number: str, *events: Any, **info: Any) -> dict[str, Any]:
    provider = {
        "provider": {"key": 190012, "name": "Yanwen"},
        "latest_sync_status": "Failure",
        "events": list(events),
    }
    about = {"tracking": {"providers_hash": 7, "providers": [provider]}, **info}
    return {"number": number, "carrier": 190012, "track_info": about}


def answer(accepted: list[Any], rejected: list[Any]) -> dict[str, Any]:
    return {"code": 0, "data": {"accepted": accepted, "rejected": rejected}}


def read(*accepted: Any, rejected: tuple[Any, ...] = ()) -> Reading:
    body = json.dumps(answer(list(accepted), list(rejected))).encode()
    return Reader().read(body, received_at=NOW)


@pytest.mark.parametrize(
    ("entry", "code", "number"),
    [
        ({"number": "2"}, "refused", "2"),
        ({"number": "2", "error": None}, "refused", "2"),
        ({"number": "2", "error": {"message": "no"}}, "refused", "2"),
        ({"number": "2", "error": "no"}, "refused", "2"),
        ({"number": "2", "error": {"code": {}}}, "unreadable", "2"),
        ({"number": 2, "error": {"code": -18019902}}, "not_registered", "2"),
        (7, "unreadable", ""),
    ],
)
def test_a_rejected_number_without_a_reason_hides_nothing_else(
    entry: Any, code: str, number: str
) -> None:
    reading = read(item("A", scan()), 7, item("B"), rejected=(entry,))
    assert [parcel.number for parcel in reading.parcels] == ["A", "B"]
    assert [problem.code for problem in reading.problems] == ["unreadable", code]
    assert reading.problems[1].extra["number"] == number


def test_a_registration_that_is_refused_without_a_reason_is_refused() -> None:
    shipments = tuple(Shipment(ShipmentId(one), "correios", one) for one in ("A1", "B2"))
    said = answer([{"number": "B2", "carrier": 2151}], [{"number": "A1"}])
    first, second = play(Track17.connect("k").register(shipments), [reply(200, said)]).value
    assert isinstance(first, Refused)
    assert isinstance(second, Done)
    assert first.codes == ("refused",)


def test_the_first_day_of_a_clock_is_no_time() -> None:
    unset = scan(time_iso=NEVER)
    nowhere = scan(time_iso=NEVER, time_utc="0001-01-01T00:00:00Z", time_raw=None)
    local = scan(time_iso="1970-01-01T00:00:00Z", time_utc=None)
    reading = read(item("A", unset, nowhere, local))
    assert [(one.at, one.local) for one in reading.parcels[0].events] == [
        (datetime(2026, 6, 29, 13, 5, tzinfo=UTC), None),
        (None, "2026-06-29 21:05:00"),
    ]
    (problem,) = reading.problems
    assert (problem.code, problem.extra["raw"]["time_iso"]) == ("unreadable", NEVER)
    window = {"estimated_delivery_date": {"from": NEVER, "to": NEVER}}
    assert read(item("A", time_metrics=window)).parcels[0].expected is None


def test_what_else_a_scan_says_is_kept() -> None:
    (event,) = read(item("A", scan(odd=1, nothing=None, none="", zero=0))).parcels[0].events
    assert (event.code, event.stage) == ("Delivered_Other", Stage.DELIVERED)
    assert event.extra["description_translation"]["description"] == "Delivered"
    assert event.extra["stage"] == "Delivered"
    assert event.extra["address"]["street"] == "Main 1"
    assert event.extra["address"]["coordinates"]["longitude"] == "120.1"
    assert event.extra["time_raw"]["date"] == "2026-06-29"
    assert (event.extra["odd"], event.extra["zero"]) == (1, 0)
    assert not {"nothing", "none", "time_iso", "sub_status", "description"} & set(event.extra)


def test_a_scan_of_another_spelling_keeps_as_much() -> None:
    plain, odd = scan(), scan(time_iso="soon", location=7)
    first, second = (read(item("A", one)).parcels[0].events[0] for one in (plain, odd))
    assert second.at == first.at
    assert second.extra["time_iso"] == "soon"
    kept = {name: value for name, value in second.extra.items() if name != "time_iso"}
    assert kept == {name: value for name, value in first.extra.items() if name != "time_utc"}


def test_what_a_provider_says_beside_its_scans_is_kept_with_the_parcel() -> None:
    (parcel,) = read(item("A", scan(), milestone=[{"key_stage": "Delivered"}], newer=1)).parcels
    (provider,) = parcel.extra["tracking"]["providers"]
    assert provider["latest_sync_status"] == "Failure"
    assert "events" not in provider
    assert parcel.extra["tracking"]["providers_hash"] == 7
    assert (parcel.extra["newer"], parcel.extra["milestone"][0]["key_stage"]) == (1, "Delivered")


def test_a_scan_that_cannot_be_read_is_kept_whole() -> None:
    reading = read(item("A", scan(description=[1], odd=7), scan()))
    assert len(reading.parcels[0].events) == 1
    assert reading.problems[0].extra["raw"]["odd"] == 7
