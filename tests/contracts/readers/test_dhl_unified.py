"""DHL's answers for all its divisions, checked against the payloads themselves."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from crossborder.adapters.readers.dhl_divisions import DIVISIONS
from crossborder.adapters.readers.dhl_unified import STATES, Reader
from crossborder.errors import Unreadable
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.testing.contracts import TrackingReaderContract
from where import contracts_root

NOW = datetime(2026, 11, 3, tzinfo=UTC)


def published(name: str = "tracking_response") -> bytes:
    return (contracts_root() / "carriers" / "dhl_unified" / f"{name}.json").read_bytes()


def read(answer: Any) -> Reading:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return Reader().read(body, received_at=NOW)


def event(word: str | None, code: str = "", time: str = "2026-11-02T07:53:47") -> dict[str, Any]:
    return {"timestamp": time, "statusCode": word, "status": code, "description": "Said"}


def shipment(*events: Any, service: str = "express", **more: Any) -> dict[str, Any]:
    return {"id": "77", "service": service, "events": list(events), **more}


def stage(word: str | None, code: str, service: str = "express") -> Stage:
    given = {"shipments": [shipment(event(word, code), service=service)]}
    return read(given).parcels[0].events[0].stage


@pytest.mark.contracts
class TestReader(TrackingReaderContract):
    def reader(self) -> TrackingReader:
        return Reader()

    def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
        return ((published(), 1, 1),)

    def problems(self) -> tuple[tuple[bytes, int], ...]:
        return ((published("tracking_error_response"), 1),)


@pytest.mark.contracts
def test_the_shipment_is_what_the_payload_says() -> None:
    (stated,) = json.loads(published())["shipments"]
    (parcel,) = read(published()).parcels
    assert (parcel.number, parcel.carrier) == (str(stated["id"]), "dhl")
    # karrio has no `pre-transit` in its map and says in transit.
    assert (parcel.state.stage, parcel.state.health) == (Stage.REGISTERED, Health.OK)
    (scan,) = parcel.events
    (said,) = stated["events"]
    assert (scan.code, scan.text) == (said["statusCode"], said["description"])
    # karrio stamps this time with a Z; the payload states no zone for it.
    assert (scan.at, scan.local) == (None, said["timestamp"].replace("T", " "))
    assert scan.place is not None
    assert scan.place.city == said["location"]["address"]["addressLocality"]
    frame = stated["estimatedDeliveryTimeFrame"]
    assert parcel.expected is not None
    assert parcel.expected.window.earliest == datetime.fromisoformat(frame["estimatedFrom"])
    assert [ref.value for ref in parcel.refs] == stated["details"]["pieceIds"]


@pytest.mark.contracts
def test_a_number_nobody_knows_is_a_problem_with_the_status_of_the_call() -> None:
    reading = read(published("tracking_error_response"))
    assert (reading.parcels, reading.problems[0].raw) == ((), "404")


@pytest.mark.contracts
def test_every_code_of_the_tables_is_a_published_one_of_its_division() -> None:
    path = contracts_root() / "carriers" / "dhl_status" / "dhl_status_codes_by_service.csv"
    rows = {tuple(line.split(";")[:2]) for line in path.read_text("latin-1").splitlines()}
    known = {(division, code) for division, table in DIVISIONS.items() for code in table}
    assert known <= rows
    assert len(known) >= 700


def test_each_word_of_the_status_code_has_a_meaning() -> None:
    assert set(STATES) == {"pre-transit", "transit", "delivered", "failure", "unknown"}
    stages = [stage(word, "") for word in ("pre-transit", "transit", "delivered", "failure")]
    assert stages == [Stage.REGISTERED, Stage.LINE_HAUL, Stage.DELIVERED, Stage.UNKNOWN]


def test_a_code_of_the_division_makes_it_finer() -> None:
    assert stage("transit", "WC") is Stage.OUT_FOR_DELIVERY
    assert stage("transit", "ZO", "parcel-de") is Stage.IMPORT_CUSTOMS
    assert stage("failure", "602", "ecommerce") is Stage.RETURNING
    assert stage("delivered", "RETURNED_TO_SENDER", "svb") is Stage.RETURNED
    assert stage("delivered", "44", "ecommerce-europe") is Stage.COLLECT


def test_the_same_code_of_another_division_means_something_else() -> None:
    assert stage("transit", "100", "ecommerce") is Stage.ACCEPTED
    assert stage("failure", "100", "ecommerce-europe") is Stage.RETURNING
    assert stage("transit", "100", "sameday") is Stage.LINE_HAUL


def test_no_division_code_makes_a_delivery_that_the_word_does_not_say() -> None:
    assert stage("transit", "DELIVERED", "parcel-nl") is Stage.LINE_HAUL
    assert stage("new-word", "DELIVERED", "parcel-nl") is Stage.UNKNOWN
    assert stage("delivered", "PL") is Stage.DELIVERED
    assert stage(None, "OK") is Stage.DELIVERED


def test_words_alone_mean_nothing() -> None:
    said = {"timestamp": "2026-11-02T07:53:47Z", "description": "Delivered"}
    (scan,) = read({"shipments": [shipment(said)]}).parcels[0].events
    assert (scan.stage, scan.text) == (Stage.UNKNOWN, "Delivered")
    assert scan.at == datetime(2026, 11, 2, 7, 53, 47, tzinfo=UTC)


def test_every_shipment_of_one_number_is_read() -> None:
    first, second = shipment(event("delivered")), shipment(event("transit"), service="parcel-nl")
    given = {"shipments": [first, shipment(id=None), second | {"id": 78}]}
    reading = read(given)
    assert [parcel.number for parcel in reading.parcels] == ["77", "78"]
    stages = [parcel.state.stage for parcel in reading.parcels]
    assert stages == [Stage.DELIVERED, Stage.LINE_HAUL]
    assert [problem.code for problem in reading.problems] == ["unreadable"]


def test_the_status_of_the_shipment_counts_where_no_event_came() -> None:
    status = event("failure", "RD")
    (parcel,) = read({"shipments": [shipment(status=status)]}).parcels
    assert (parcel.state.stage, parcel.state.reason) == (Stage.LAST_MILE, "consignee_refused")


def test_one_scan_that_cannot_be_read_is_a_problem_and_the_rest_stands() -> None:
    bad = {"statusCode": {"not": "a text"}, "timestamp": "2026-11-02T07:53:47"}
    reading = read({"shipments": [shipment(event("transit", "PL"), bad)]})
    assert len(reading.parcels[0].events) == 1
    assert [problem.code for problem in reading.problems] == ["unreadable"]


def test_a_number_that_more_than_one_division_may_know_is_a_problem_that_says_where() -> None:
    others = ["/shipments?trackingNumber=77&service=parcel-nl"]
    (problem,) = read({"shipments": [], "possibleAdditionalShipmentsUrl": others}).problems
    assert problem.code == "no_tracking"
    assert problem.extra["possibleAdditionalShipmentsUrl"] == tuple(others)
    given = {"shipments": [shipment(event("transit"))], "possibleAdditionalShipmentsUrl": others}
    assert read(given).problems == ()


def test_a_refusal_of_the_gateway_is_a_problem_with_its_code() -> None:
    fault = {"faultstring": "Quota", "detail": {"errorcode": "policies.ratelimit.QuotaViolation"}}
    (problem,) = read({"fault": fault}).problems
    assert (problem.raw, problem.text) == ("policies.ratelimit.QuotaViolation", "Quota")


def test_the_answer_of_another_vendor_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        read({"trackResponse": {}})
