"""SF Express's answers, checked against the payloads themselves."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from crossborder.adapters.readers.sf_express import Reader
from crossborder.errors import Unreadable
from crossborder.model.place import Place
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.testing.contracts import TrackingReaderContract
from where import contracts_root

NOW = datetime(2026, 11, 3, tzinfo=UTC)


def published(name: str = "tracking_response") -> bytes:
    return (contracts_root() / "carriers" / "sf_express" / f"{name}.json").read_bytes()


def read(answer: Any) -> Reading:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return Reader().read(body, received_at=NOW)


def route(code: Any, time: str = "2026-05-09 10:11:26", **more: Any) -> dict[str, Any]:
    return {"acceptTime": time, "acceptAddress": "深圳", "opCode": code, "remark": "已签收", **more}


def answer(*routes: Any, number: str = "SF1") -> dict[str, Any]:
    found = {"routeResps": [{"mailNo": number, "routes": list(routes)}]}
    return {"success": True, "errorCode": "S0000", "errorMsg": None, "msgData": found}


@pytest.mark.contracts
class TestReader(TrackingReaderContract):
    def reader(self) -> TrackingReader:
        return Reader()

    def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
        return ((published(), 1, 2),)

    def problems(self) -> tuple[tuple[bytes, int], ...]:
        refused = {"success": False, "errorCode": "S0001", "errorMsg": "缺少参数", "msgData": None}
        return ((json.dumps(refused).encode(), 1),)


@pytest.mark.contracts
def test_the_parcel_is_what_the_payload_says() -> None:
    (stated,) = json.loads(published())["msgData"]["routeResps"]
    (parcel,) = read(published()).parcels
    assert parcel.number == stated["mailNo"]
    # 80 is "signed for": elsewhere the parcel has no status at all.
    assert (parcel.state.stage, parcel.state.health) == (Stage.DELIVERED, Health.OK)
    newest = max(stated["routes"], key=lambda entry: str(entry["acceptTime"]))
    last = parcel.events[-1]
    assert (last.code, last.text) == (newest["opCode"], newest["remark"])
    assert (last.at, last.local) == (None, newest["acceptTime"])
    assert last.place is not None
    assert last.place.city == newest["acceptAddress"]
    assert [entry.stage for entry in parcel.events] == [Stage.ACCEPTED, Stage.DELIVERED]


def test_an_answer_in_the_envelope_of_the_gateway_is_read() -> None:
    inner = json.dumps(answer(route("80")), ensure_ascii=False)
    outer = {"apiErrorMsg": "", "apiResultCode": "A1000", "apiResultData": inner}
    (parcel,) = read(outer).parcels
    assert (parcel.number, parcel.state.stage) == ("SF1", Stage.DELIVERED)


def test_what_gateway_and_service_refuse_is_a_problem() -> None:
    outer = {"apiErrorMsg": "IP无权限", "apiResultCode": "A1004", "apiResultData": None}
    assert [(one.raw, one.text) for one in read(outer).problems] == [("A1004", "IP无权限")]
    refused = {"success": False, "errorCode": "S0001", "errorMsg": "缺少参数", "msgData": None}
    assert [(one.raw, one.text) for one in read(refused).problems] == [("S0001", "缺少参数")]


@pytest.mark.parametrize(
    ("code", "stage", "health", "reason"),
    [
        ("54", Stage.ACCEPTED, Health.OK, None),
        ("30", Stage.LINE_HAUL, Health.OK, None),
        ("44", Stage.OUT_FOR_DELIVERY, Health.OK, None),
        ("70", Stage.LAST_MILE, Health.FAILED, "unknown"),
        ("125", Stage.COLLECT, Health.OK, None),
        ("613", Stage.IMPORT_CUSTOMS, Health.ACTION_REQUIRED, "customs_duties_unpaid"),
        ("648", Stage.RETURNING, Health.FAILED, None),
        (80, Stage.DELIVERED, Health.OK, None),
    ],
)
def test_operation_codes_tell_the_stage(
    code: Any, stage: Stage, health: Health, reason: str | None
) -> None:
    state = read(answer(route(code))).parcels[0].state
    assert (state.stage, state.health, state.reason) == (stage, health, reason)


def test_a_code_that_is_not_known_says_nothing_whatever_its_text() -> None:
    (parcel,) = read(answer(route("99999"))).parcels
    assert (parcel.events[0].code, parcel.events[0].stage) == ("99999", Stage.UNKNOWN)


def test_the_status_codes_stand_in_for_an_operation_code_that_is_not_known() -> None:
    told = {"firstStatusCode": "2", "secondaryStatusCode": "204"}
    assert read(answer(route("9999", **told))).parcels[0].state.stage is Stage.IMPORT_CUSTOMS
    first = {"firstStatusCode": "2", "secondaryStatusCode": "299"}
    assert read(answer(route("9999", **first))).parcels[0].state.stage is Stage.LINE_HAUL
    assert read(answer(route("50", **told))).parcels[0].state.stage is Stage.ACCEPTED


def test_several_waybills_and_one_wrong_scan_are_told_apart() -> None:
    told = answer(route("50"), {"opCode": "30", "remark": "no time"})
    told["msgData"]["routeResps"].append({"mailNo": "SF2", "routes": []})
    reading = read(told)
    assert [(one.number, len(one.events)) for one in reading.parcels] == [("SF1", 1), ("SF2", 0)]
    assert [problem.code for problem in reading.problems] == ["unreadable"]


def test_pushed_rows_are_read_by_their_waybill() -> None:
    rows = [
        route("50", "2026-05-09 08:00:00", mailno="SF1", orderid="O1", id="1"),
        route("501", "2026-05-10 08:00:00", mailno="SF2", orderid="O2", id="2"),
        route("80", "2026-05-11 08:00:00", mailno="SF1", orderid="O1", id="3"),
    ]
    first, second = read({"Body": {"WaybillRoute": rows}}).parcels
    assert (first.number, [event.code for event in first.events]) == ("SF1", ["50", "80"])
    assert (first.state.stage, [ref.value for ref in first.refs]) == (Stage.DELIVERED, ["O1"])
    assert (second.number, second.state.stage) == ("SF2", Stage.LINE_HAUL)
    assert first.events[0].place == Place(city="深圳")


def test_a_pushed_row_without_a_waybill_is_a_problem_and_one_alone_is_read() -> None:
    lone = read({"Body": {"WaybillRoute": route("50", mailno="SF1")}})
    assert [parcel.number for parcel in lone.parcels] == ["SF1"]
    (problem,) = read({"Body": {"WaybillRoute": [route("50")]}}).problems
    assert "has no number" in problem.text
    assert read({"Body": {"WaybillRoute": []}}).problems[0].code == "no_tracking"


def test_an_answer_of_another_vendor_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        read({"result": [], "code": 0})
