"""Yanwen's answers, checked against the payloads themselves."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from crossborder.adapters.readers.yanwen import Reader
from crossborder.errors import Unreadable
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.testing.contracts import TrackingReaderContract
from where import contracts_root

NOW = datetime(2026, 11, 3, tzinfo=UTC)


def published(name: str = "tracking_response") -> bytes:
    return (contracts_root() / "carriers" / "yanwen" / f"{name}.json").read_bytes()


def read(answer: Any) -> Reading:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return Reader().read(body, received_at=NOW)


def checkpoint(code: str, zone: str = "+8", **more: Any) -> dict[str, Any]:
    told = {"time_stamp": "2026-08-15T18:52:19", "time_zone": zone, "tracking_status": code}
    return {**told, "message": "妥投成功", "location": "", **more}


def answer(*results: dict[str, Any]) -> dict[str, Any]:
    return {"code": "0", "message": "success", "result": list(results)}


def result(number: str, status: str, *checkpoints: Any, **more: Any) -> dict[str, Any]:
    told = {"tracking_number": number, "tracking_status": status}
    return {**told, "checkpoints": list(checkpoints), **more}


REFUSED = {"code": 500, "message": "invalid authorization", "result": None}


@pytest.mark.contracts
class TestReader(TrackingReaderContract):
    def reader(self) -> TrackingReader:
        return Reader()

    def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
        return ((published(), 1, 1),)

    def problems(self) -> tuple[tuple[bytes, int], ...]:
        return ((json.dumps(REFUSED).encode(), 1),)


@pytest.mark.contracts
def test_the_parcel_is_what_the_payload_says() -> None:
    (stated,) = json.loads(published())["result"]
    (entry,) = stated["checkpoints"]
    (parcel,) = read(published()).parcels
    assert parcel.number == stated["tracking_number"]
    assert (parcel.state.stage, parcel.state.health) == (Stage.ACCEPTED, Health.OK)
    (event,) = parcel.events
    assert (event.code, event.text) == (entry["tracking_status"], entry["message"])
    # The time is ahead of UTC by eight hours: elsewhere it is read as the first of January 1900.
    eight = timezone(timedelta(hours=8))
    assert event.at == datetime.fromisoformat(entry["time_stamp"]).replace(tzinfo=eight)
    assert event.at.utcoffset() == timedelta(hours=8)
    assert parcel.extra["tracking_status"] == stated["tracking_status"]


def test_zones_are_read_in_every_spelling_and_a_missing_one_leaves_the_time_local() -> None:
    for zone in ("+8", "+08", "+08:00", "8", "GMT+8"):
        (parcel,) = read(answer(result("Y1", "PU10", checkpoint("PU10", zone)))).parcels
        assert parcel.events[0].at == datetime(2026, 8, 15, 10, 52, 19, tzinfo=UTC), zone
    for zone in ("", "Beijing"):
        (parcel,) = read(answer(result("Y1", "PU10", checkpoint("PU10", zone)))).parcels
        assert (parcel.events[0].at, parcel.events[0].local) == (None, "2026-08-15 18:52:19")


@pytest.mark.parametrize(
    ("code", "stage", "health", "reason"),
    [
        ("LH20", Stage.EXPORT, Health.OK, None),
        ("IC51", Stage.IMPORT_CUSTOMS, Health.ACTION_REQUIRED, "customs_delay"),
        ("LM25", Stage.OUT_FOR_DELIVERY, Health.OK, None),
        ("LM30", Stage.COLLECT, Health.OK, None),
        ("LM40", Stage.DELIVERED, Health.OK, None),
        ("LM50", Stage.LAST_MILE, Health.FAILED, "unknown"),
        ("LM90", Stage.RETURNED, Health.FAILED, None),
    ],
)
def test_status_codes_tell_the_stage(
    code: str, stage: Stage, health: Health, reason: str | None
) -> None:
    state = read(answer(result("Y1", code, checkpoint(code)))).parcels[0].state
    assert (state.stage, state.health, state.reason) == (stage, health, reason)


def test_a_code_that_is_not_known_says_nothing_whatever_its_text() -> None:
    (parcel,) = read(answer(result("Y1", "ZZ99", checkpoint("ZZ99")))).parcels
    assert (parcel.events[0].code, parcel.events[0].stage) == ("ZZ99", Stage.UNKNOWN)
    assert parcel.state.stage is Stage.UNKNOWN
    assert parcel.extra["tracking_status"] == "ZZ99"


def test_the_numbers_of_both_carriers_are_legs() -> None:
    more = {"waybill_number": "UH1", "exchange_number": "0034", "last_mile_carrier": "DHL"}
    ways = {"origin_country": "CN", "destination_country": "DE"}
    (parcel,) = read(answer(result("0034", "LM10", **more, **ways))).parcels
    assert [(leg.carrier, leg.number) for leg in parcel.legs] == [
        ("yanwen", "UH1"),
        ("dhl", "0034"),
    ]
    assert {leg.destination.country for leg in parcel.legs if leg.destination} == {"DE"}


def test_a_last_mile_without_a_carriers_name_is_a_leg_of_an_unknown_one() -> None:
    for carrier in ({}, {"last_mile_carrier": None}, {"last_mile_carrier": " "}):
        reading = read(answer(result("YP1", "LM40", exchange_number="92", **carrier)))
        assert reading.problems == ()
        legs = [(leg.carrier, leg.number) for leg in reading.parcels[0].legs]
        assert legs == [("yanwen", "YP1"), ("unknown", "92")]


def test_a_number_that_is_not_found_stands_beside_the_parcels() -> None:
    found = result("Y1", "PU10", checkpoint("PU10"), {"tracking_status": "LH20", "message": "-"})
    reading = read(answer(found, result("Y2", "NOTFOUND"), result("Y3", "LM40")))
    assert [parcel.number for parcel in reading.parcels] == ["Y1", "Y3"]
    assert [problem.code for problem in reading.problems] == ["unreadable", "NOTFOUND"]
    assert reading.problems[1].extra["number"] == "Y2"


def test_a_refused_call_is_a_problem() -> None:
    (problem,) = read(REFUSED).problems
    assert (problem.raw, problem.text) == ("500", "invalid authorization")


def test_an_answer_of_another_vendor_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        read({"msgData": {"routeResps": []}})
