"""DHL Express's answers, checked against the payloads themselves."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from crossborder.adapters.readers.dhl_express_rest import STATES, Reader
from crossborder.errors import Unreadable
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.testing.contracts import TrackingReaderContract
from where import contracts_root

NOW = datetime(2026, 11, 3, tzinfo=UTC)
SAMPLE = "tracking_response_sample"
NOT_OF_THE_WAY = {"CS", "SC", "PY"}


def published(name: str = "tracking_response") -> bytes:
    return (contracts_root() / "carriers" / "dhl_express_rest" / f"{name}.json").read_bytes()


def read(answer: Any) -> Reading:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return Reader().read(body, received_at=NOW)


def event(code: str, time: str = "17:00:00", **more: Any) -> dict[str, Any]:
    return {"date": "2026-11-02", "time": time, "typeCode": code, "description": "Said", **more}


def answer(*events: Any, **more: Any) -> dict[str, Any]:
    waybill = {"shipmentTrackingNumber": "93", "status": "Success", "events": list(events), **more}
    return {"shipments": [waybill]}


@pytest.mark.contracts
class TestReader(TrackingReaderContract):
    def reader(self) -> TrackingReader:
        return Reader()

    def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
        return ((published(), 1, 2), (published(SAMPLE), 1, 3))

    def problems(self) -> tuple[tuple[bytes, int], ...]:
        return ((published("error_response"), 1), (published("proof_of_delivery_response"), 1))


@pytest.mark.contracts
@pytest.mark.parametrize("name", ["tracking_response", SAMPLE])
def test_the_waybill_is_what_the_payload_says(name: str) -> None:
    (stated,) = json.loads(published(name))["shipments"]
    (parcel,) = read(published(name)).parcels
    assert (parcel.number, parcel.line) == (stated["shipmentTrackingNumber"], stated["productCode"])
    assert (parcel.state.stage, parcel.state.health) == (Stage.DELIVERED, Health.OK)
    codes = [entry["typeCode"] for entry in stated["events"]]
    assert [entry.code for entry in parcel.events] == codes[::-1]
    newest, last = stated["events"][0], parcel.events[-1]
    clock = f"{newest['date']} {newest['time']}"
    # karrio stamps both with a Z; only the sample states an offset.
    if "GMTOffset" in newest:
        assert last.at == datetime.fromisoformat(clock + newest["GMTOffset"])
    else:
        assert (last.at, last.local) == (None, clock)
    assert last.place is not None
    assert last.place.facility == newest["serviceArea"][0]["code"]
    assert parcel.expected is None
    assert parcel.extra["estimatedTimeOfDelivery"] == stated["estimatedTimeOfDelivery"]


@pytest.mark.contracts
def test_every_published_checkpoint_has_a_meaning_or_says_nothing_of_the_way() -> None:
    path = contracts_root() / "carriers" / "dhl_status" / "dhl_status_codes_by_service.csv"
    rows = [line.split(";") for line in path.read_text("latin-1").splitlines()]
    codes = {row[1] for row in rows if row[0] == "express" and len(row[1]) == 2}
    assert len(codes) > 35
    assert codes - set(STATES) == NOT_OF_THE_WAY


@pytest.mark.contracts
def test_a_proof_of_delivery_is_no_tracking_and_says_so() -> None:
    reading = read(published("proof_of_delivery_response"))
    assert reading.parcels == ()
    assert [problem.code for problem in reading.problems] == ["no_tracking"]


@pytest.mark.contracts
def test_a_waybill_nobody_knows_is_a_problem_with_the_status_of_the_call() -> None:
    reading = read(published("error_response"))
    assert (reading.parcels, reading.problems[0].raw) == ((), "404")


def test_success_of_the_call_is_no_delivery() -> None:
    assert read(answer(event("WC"))).parcels[0].state.stage is Stage.OUT_FOR_DELIVERY


def test_customs_that_hold_want_something_and_customs_that_release_do_not() -> None:
    for code, health in (("CD", Health.ACTION_REQUIRED), ("CR", Health.OK)):
        (scan,) = read(answer(event(code))).parcels[0].events
        assert (scan.stage, scan.health) == (Stage.IMPORT_CUSTOMS, health)


def test_an_unknown_checkpoint_keeps_its_code_whatever_its_words() -> None:
    (scan,) = read(answer(event("ZZ", description="Delivered"))).parcels[0].events
    assert (scan.code, scan.stage) == ("ZZ", Stage.UNKNOWN)


def test_several_pieces_with_scans_are_parcels_of_their_own() -> None:
    pieces = [
        {"trackingNumber": "JD1", "events": [event("OK")]},
        {"trackingNumber": "JD2", "events": [event("OH")]},
    ]
    parcels = read(answer(event("PD"), pieces=pieces)).parcels
    assert [parcel.number for parcel in parcels] == ["93", "JD1", "JD2"]
    assert [parcel.state.stage for parcel in parcels[:2]] == [Stage.LAST_MILE, Stage.DELIVERED]
    assert str(parcels[1].refs[0]) == "dhl_express:93"


def test_a_waybill_that_leaves_the_scans_to_its_pieces_loses_none() -> None:
    pieces = [{"trackingNumber": "JD1", "events": [event("OK")]}]
    (parcel,) = read(answer(pieces=pieces)).parcels
    assert (parcel.number, parcel.state.stage) == ("JD1", Stage.DELIVERED)


def test_one_scan_that_cannot_be_read_is_a_problem_and_the_rest_stands() -> None:
    reading = read(answer(event("PU", "08:00:00"), {"typeCode": "DF"}, event("OK")))
    assert [scan.code for scan in reading.parcels[0].events] == ["PU", "OK"]
    assert [problem.code for problem in reading.problems] == ["unreadable"]


def test_the_reasons_of_a_refused_call_are_problems() -> None:
    (problem,) = read({"reasons": [{"msg": "Invalid credentials"}], "details": {"id": 1}}).problems
    assert (problem.code, problem.text) == ("refused", "Invalid credentials")


def test_the_answer_of_another_vendor_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        read({"trackResponse": {}})
