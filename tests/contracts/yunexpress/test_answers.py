"""Answers of today's open platform and of the old OMS, in the shapes that programs in use read."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from crossborder.adapters.yunexpress import Reader, YunExpress
from crossborder.adapters.yunexpress.rules import NODES, PACKAGE_STATES, PACKAGE_STATUSES
from crossborder.model.ids import ShipmentId
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Health, ParcelState, Stage
from crossborder.protocols.logistics import Reading
from crossborder.testing.contracts import TrackingReaderContract
from crossborder.testing.play import play, reply

NOW = datetime(2026, 7, 1, tzinfo=UTC)
CARRIER = YunExpress.connect("app-1", "app-secret")
OURS = Shipment(ShipmentId("parcel-1"), "yunexpress", "YT26150007")


def node(code: str | None, hour: int, **more: Any) -> dict[str, Any]:
    return {
        "process_time": f"2026-05-30T{hour + 8:02}:00:00.000Z",
        "process_utc_time": f"2026-05-30T{hour:02}:00:00",
        "process_content": "said",
        "process_country": "CN",
        "process_province": "",
        "process_city": "Shenzhen",
        "process_location": "Shenzhen hub",
        "track_node_code": code,
        **more,
    }


def info(*events: Any, **more: Any) -> dict[str, Any]:
    return {
        "waybill_number": "YT26150007",
        "tracking_number": "3SWLT01",
        "customer_order_number": "BG1",
        "product_code": "MUZXR",
        "last_mile_name": "PostNL",
        "origin_code": "CN",
        "destination_code": "NL",
        "track_events": list(events),
        **more,
    }


def told(status: str, about: Any, name: str = "track_Info") -> dict[str, Any]:
    return {"order_number": "YT26150007", "package_status": status, name: about}


def platform(*items: Any) -> dict[str, Any]:
    return {"success": True, "t": 1, "result": list(items)}


def old(*details: Any, code: str = "0000", **more: Any) -> dict[str, Any]:
    item = {"WaybillNumber": "YT22", "TrackingNumber": "", **more}
    item["OrderTrackingDetails"] = list(details)
    return {"Item": item, "Code": code, "Message": "提交成功", "RequestId": "r"}


def detail(text: str, day: int, **more: Any) -> dict[str, Any]:
    return {"ProcessContent": text, "ProcessDate": f"2021-12-{day:02}T23:38:38", **more}


def read(answer: Any) -> Reading:
    return Reader().read(json.dumps(answer).encode(), received_at=NOW)


def only(answer: Any) -> Shipment:
    reading = read(answer)
    assert reading.problems == ()
    (parcel,) = reading.parcels
    return parcel


WAY = (node("ORDER_CREATION", 0), node("MAIN_LINE_DEPART", 4, process_content="gone"))
FORMS = {
    "list": platform(told("T", info(*WAY))),
    "object": {"success": True, "result": told("T", info(*WAY))},
    "small": platform(told("T", info(*WAY), "track_info")),
    "push": {"data_code": "tisPushData", "data": info(*WAY, package_status="T")},
}


class TestReader(TrackingReaderContract):
    def reader(self) -> Reader:
        return Reader()

    def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
        answers = (
            FORMS["list"],
            FORMS["push"],
            old(detail("Delivered", 29), detail("x", 28, TrackNodeCode="TRANSIT_IN")),
        )
        return tuple((json.dumps(answer).encode(), 1, 2) for answer in answers)

    def problems(self) -> tuple[tuple[bytes, int], ...]:
        return ((json.dumps(platform(told("N", None))).encode(), 1),)

    def newest(self) -> tuple[tuple[str, Stage, str], ...]:
        return (
            ("YT26150007", Stage.EXPORT, "2026-05-30T04:00:00+00:00"),
            ("YT22", Stage.DELIVERED, "2021-12-29 23:38:38"),
        )


@pytest.mark.parametrize("form", FORMS)
def test_the_platforms_answer_is_read_in_every_form(form: str) -> None:
    parcel = only(FORMS[form])
    assert (parcel.number, parcel.id, parcel.line) == ("YT26150007", "BG1", "MUZXR")
    assert [(leg.carrier, leg.number) for leg in parcel.legs] == [
        ("yunexpress", "YT26150007"),
        ("postnl", "3SWLT01"),
    ]
    assert parcel.state == ParcelState(Stage.EXPORT)
    assert [(one.code, one.stage) for one in parcel.events] == [
        ("ORDER_CREATION", Stage.REGISTERED),
        ("MAIN_LINE_DEPART", Stage.EXPORT),
    ]
    last = parcel.events[-1]
    assert (last.at, last.text) == (datetime(2026, 5, 30, 4, tzinfo=UTC), "gone")
    assert last.place is not None
    assert (last.place.country, last.place.city, last.place.text) == (
        "CN",
        "Shenzhen",
        "Shenzhen hub",
    )
    assert last.extra["process_time"] == "2026-05-30T12:00:00.000Z"
    assert (parcel.extra["package_status"], parcel.extra["destination_code"]) == ("T", "NL")


def test_several_parcels_of_one_answer_are_all_read() -> None:
    more = info(waybill_number="YT2", tracking_number=None, customer_order_number="")
    reading = read(platform(told("T", info(*WAY)), 7, told("F", more)))
    assert [parcel.number for parcel in reading.parcels] == ["YT26150007", "YT2"]
    assert [one.carrier for one in reading.parcels[1].legs] == ["yunexpress"]
    assert [problem.code for problem in reading.problems] == ["unreadable"]
    assert read(platform()) == Reading()


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("F", ParcelState(Stage.REGISTERED)),
        ("T", ParcelState(Stage.LINE_HAUL)),
        ("D", ParcelState(Stage.DELIVERED)),
        ("E", ParcelState(Stage.UNKNOWN, Health.FAILED)),
        ("R", ParcelState(Stage.RETURNING, Health.FAILED)),
        ("C", ParcelState(Stage.CANCELLED)),
        ("moon", ParcelState()),
    ],
)
def test_the_carriers_word_for_the_parcel_counts_without_events(
    status: str, state: ParcelState
) -> None:
    parcel = only(platform(told(status, None)))
    assert (parcel.number, parcel.state) == ("YT26150007", state)
    assert parcel.extra["package_status"] == status


def test_the_carriers_word_and_the_scans_are_joined() -> None:
    failed = only(platform(told("E", info(*WAY)))).state
    assert failed == ParcelState(Stage.EXPORT, Health.FAILED)
    assert only(platform(told("D", info(*WAY)))).state == ParcelState(Stage.DELIVERED)


@pytest.mark.parametrize("about", [None, {}, {"waybill_number": "", "track_events": []}])
def test_a_number_that_is_not_found_is_a_problem(about: Any) -> None:
    reading = read(platform(told("N", about)))
    assert reading.parcels == ()
    (problem,) = reading.problems
    assert (problem.code, problem.raw, problem.extra["number"]) == (
        "not_found",
        "N",
        "YT26150007",
    )


def test_the_tables_say_what_the_sources_say() -> None:
    assert set(PACKAGE_STATUSES) == set("NFTDERC")
    assert set(PACKAGE_STATES) == set("01234567")
    assert "DELIVERY_ATTEMPT" not in NODES
    for code, stage in (
        ("CUSTOMS_INSPCTION", Stage.IMPORT_CUSTOMS),
        ("AIRPORT_HOLD", Stage.EXPORT),
        ("TRANSITHUB_ARRIVE", Stage.HANDOVER),
        ("DELIVERY_FAILURE", Stage.LAST_MILE),
        ("RETURNED_BACK", Stage.RETURNING),
        ("PACKAGE_LOST", Stage.LOST),
    ):
        assert NODES[code].stage is stage
        assert NODES[code].health is not Health.OK or code == "TRANSITHUB_ARRIVE"


def test_a_node_that_nobody_knows_keeps_its_code_and_one_without_is_read_by_its_words() -> None:
    events = (node("DELIVERY_ATTEMPT", 5), node(None, 6, process_content="Parcel delivered"))
    first, second = only(platform(told("T", info(*events)))).events
    assert (first.code, first.stage) == ("DELIVERY_ATTEMPT", Stage.UNKNOWN)
    assert (second.code, second.stage) == ("", Stage.DELIVERED)


@pytest.mark.parametrize("utc", [None, "", "0001-01-01T00:00:00"])
def test_without_a_time_in_utc_the_time_of_the_place_stays_local(utc: str | None) -> None:
    (event,) = only(platform(told("T", info(node("PICKED_UP", 1, process_utc_time=utc))))).events
    assert (event.at, event.local) == (None, "2026-05-30 09:00:00")


def test_the_first_day_of_a_clock_is_no_time() -> None:
    never = "0001-01-01T00:00:00"
    unset = node("PICKED_UP", 1, process_utc_time=never, process_time=f"{never}Z", odd=7)
    reading = read(platform(told("T", info(unset, *WAY))))
    assert len(reading.parcels[0].events) == 2
    (problem,) = reading.problems
    assert (problem.code, problem.extra["raw"]["odd"]) == ("unreadable", 7)


def test_the_old_oms_answer_is_read() -> None:
    parcel = only(
        old(
            detail("Shipment information received", 28, ProcessLocation=None, TrackingStatus=10),
            detail(
                "moved",
                29,
                ProcessCountry="CN",
                ProcessCity="Yiwu",
                ProcessLocation="hub",
                TrackNodeCode="TRANSIT_OUT",
            ),
            PackageState=1,
            CountryCode="US",
        )
    )
    assert (parcel.number, parcel.numbers, parcel.state.stage) == (
        "YT22",
        ("YT22",),
        Stage.LINE_HAUL,
    )
    first, second = parcel.events
    assert (first.at, first.local, first.stage) == (None, "2021-12-28 23:38:38", Stage.REGISTERED)
    assert (first.place, first.extra) == (None, {"TrackingStatus": 10})
    assert (second.code, second.stage) == ("TRANSIT_OUT", Stage.LINE_HAUL)
    assert second.place is not None
    assert (second.place.country, second.place.city, second.place.text) == ("CN", "Yiwu", "hub")
    assert (parcel.extra["PackageState"], parcel.extra["CountryCode"]) == ("1", "US")


@pytest.mark.parametrize(
    ("state", "stage", "health"),
    [
        (0, Stage.UNKNOWN, Health.OK),
        (1, Stage.REGISTERED, Health.OK),
        (2, Stage.LINE_HAUL, Health.OK),
        (3, Stage.DELIVERED, Health.OK),
        (4, Stage.ACCEPTED, Health.OK),
        (5, Stage.CANCELLED, Health.OK),
        (6, Stage.LAST_MILE, Health.FAILED),
        (7, Stage.RETURNED, Health.FAILED),
    ],
)
def test_the_old_oms_says_how_far_a_parcel_is(state: int, stage: Stage, health: Health) -> None:
    assert only(old(PackageState=state)).state == ParcelState(stage, health)


@pytest.mark.parametrize("holder", [{"Items": None}, {"Items": []}, {"Item": None}, {}])
def test_a_refusal_of_the_old_oms_has_its_code_and_words(holder: dict[str, Any]) -> None:
    reading = read({**holder, "Code": "1006", "Message": "未找到数据"})
    assert reading.parcels == ()
    (problem,) = reading.problems
    assert (problem.code, problem.raw, problem.text) == ("1006", "1006", "未找到数据")


def test_an_accepted_answer_of_the_old_oms_is_none_of_its_refusals() -> None:
    verdict = CARRIER.desk.read(reply(200, old(detail("x", 1))))
    assert type(verdict).__name__ == "Ok"
    assert read({"Items": [], "Code": "0000", "Message": "提交成功"}) == Reading()


def printed(**fields: Any) -> dict[str, Any]:
    event = {"description": "said", "location": "Yiwu", **fields}
    result = {"waybill_number": "YT1", "track_info": [{"track_events": [event]}]}
    return {"success": True, "result": result}


def test_a_stated_offset_counts_before_the_zone_beside_it() -> None:
    for zone in ("", None, "+3"):
        (event,) = only(printed(event_date="2024-01-02T10:00:00+08:00", time_zone=zone)).events
        assert (event.at, event.local) == (datetime(2024, 1, 2, 2, tzinfo=UTC), None)


def test_what_is_no_time_is_kept_as_text_with_a_warning() -> None:
    reading = read(printed(event_date="bad", time_zone="+8"))
    (event,) = reading.parcels[0].events
    assert (event.at, event.local, event.text) == (None, "bad", "said")
    (problem,) = reading.problems
    assert (problem.code, problem.severity) == ("time_unreadable", "warning")


def test_what_else_a_scan_says_is_kept_and_what_cannot_be_read_is_kept_whole() -> None:
    (event,) = only(printed(event_date="2024-01-01 10:00:00", time_zone="+8", foo="bar")).events
    assert event.extra == {"time_zone": "+8", "foo": "bar"}
    (problem,) = read(printed(foo="bar")).problems
    assert (problem.extra["number"], problem.extra["raw"]["foo"]) == ("YT1", "bar")


def test_a_number_of_the_last_mile_that_is_not_assigned_makes_no_leg() -> None:
    for number in ("", None, " "):
        parcel = only(platform(told("T", info(*WAY, tracking_number=number))))
        assert [leg.number for leg in parcel.legs] == ["YT26150007"]
    items = [{"WayBillNumber": "YT1", "TrackingNumber": None, "OrderNumber": "o"}]
    parcel = only({"Items": items, "ResultCode": "0000"})
    assert [leg.number for leg in parcel.legs] == ["YT1"]


def test_tracking_reads_what_the_platform_answers_today() -> None:
    script = [reply(200, FORMS["list"])]
    reading = play(CARRIER.track((OURS,), now=NOW), script).value
    (parcel,) = reading.parcels
    assert (parcel.id, parcel.numbers) == ("parcel-1", ("YT26150007", "3SWLT01"))
    assert (parcel.state.stage, len(parcel.events)) == (Stage.EXPORT, 2)
    assert reading.problems == ()


@pytest.mark.parametrize("answer", [platform(told("N", None)), platform()])
def test_tracking_a_number_that_nobody_knows_is_a_problem(answer: Any) -> None:
    reading = play(CARRIER.track((OURS,), now=NOW), [reply(200, answer)]).value
    assert reading.parcels == ()
    assert [(one.code, one.extra["number"]) for one in reading.problems] == [
        ("not_found", "YT26150007")
    ]


def test_tracking_takes_of_several_parcels_the_one_that_was_asked_for() -> None:
    other = told("D", info(waybill_number="YT9"))
    script = [reply(200, platform(other, told("T", info(*WAY))))]
    (parcel,) = play(CARRIER.track((OURS,), now=NOW), script).value.parcels
    assert parcel.state.stage is Stage.EXPORT
