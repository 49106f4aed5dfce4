"""UPS's answers, checked against the payloads themselves."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from crossborder.adapters.readers.ups import Reader
from crossborder.errors import Unreadable
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.testing.contracts import TrackingReaderContract
from where import contracts_root

NOW = datetime(2026, 11, 3, tzinfo=UTC)


def published(name: str = "tracking_response") -> bytes:
    return (contracts_root() / "carriers" / "ups" / f"{name}.json").read_bytes()


def read(answer: Any) -> Reading:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return Reader().read(body, received_at=NOW)


def activity(kind: str, code: str, step: str = "", time: str = "034100", **more: str) -> Any:
    status = {"type": kind, "code": code, "statusCode": step, "description": "Said"}
    return {"status": status, "date": "20251211", "time": time, **more}


def answer(*activities: Any, **more: Any) -> dict[str, Any]:
    package = {"trackingNumber": "1Z1", "activity": list(activities), **more}
    return {"trackResponse": {"shipment": [{"inquiryNumber": "1Z1", "package": [package]}]}}


def stage(kind: str, code: str, step: str = "") -> Stage:
    return read(answer(activity(kind, code, step))).parcels[0].events[0].stage


@pytest.mark.contracts
class TestReader(TrackingReaderContract):
    def reader(self) -> TrackingReader:
        return Reader()

    def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
        return ((published(), 1, 1),)

    def problems(self) -> tuple[tuple[bytes, int], ...]:
        refused = ("invalid_tracking_number_response", "tracking_number_not_found_response")
        return ((published(), 1), *((published(name), 1) for name in refused))


@pytest.mark.contracts
def test_the_package_is_what_the_payload_says() -> None:
    (shipment,) = json.loads(published())["trackResponse"]["shipment"]
    (package,) = shipment["package"]
    (parcel,) = read(published()).parcels
    assert (parcel.number, parcel.carrier) == (package["trackingNumber"], "ups")
    assert parcel.numbers[1:] == (package["alternateTrackingNumber"][0]["number"],)
    assert parcel.legs[0].carrier == "usps"
    # karrio calls every exception (X) on hold; the code of this one is a release by customs.
    assert (parcel.state.stage, parcel.state.health) == (Stage.IMPORT_CUSTOMS, Health.OK)
    (event,) = parcel.events
    (said,) = package["activity"]
    assert (event.code, event.text) == (said["status"]["code"], said["status"]["description"])
    # karrio stamps this time with a Z; the payload states no zone.
    assert (event.at, event.local) == (None, "2021-02-10 07:13:56")
    assert event.place is not None
    assert (event.place.country, event.place.city) == ("US", "Wayne")
    assert parcel.extra["userRelation"] == shipment["userRelation"]


@pytest.mark.contracts
def test_a_number_nobody_knows_and_a_wrong_one_are_problems_with_their_codes() -> None:
    for name, code in (("invalid_tracking_number_response", "TV1002"),):
        reading = read(published(name))
        assert reading.parcels == ()
        assert [problem.code for problem in reading.problems] == [code]
    assert read(published("tracking_number_not_found_response")).problems[0].raw == "TW0001"


def test_a_stated_offset_makes_a_moment() -> None:
    (event,) = read(answer(activity("I", "AR", "005", gmtOffset="-06:00"))).parcels[0].events
    assert event.at is not None
    assert event.at.isoformat() == "2025-12-11T03:41:00-06:00"


def test_the_type_decides_and_the_status_code_makes_it_finer() -> None:
    assert stage("I", "AR", "005") is Stage.LINE_HAUL
    assert stage("I", "ZZ", "021") is Stage.OUT_FOR_DELIVERY
    assert stage("D", "KB", "011") is Stage.DELIVERED
    assert stage("D", "KB", "040") is Stage.COLLECT
    assert stage("X", "ZZ", "035") is Stage.RETURNING
    assert stage("RS", "ZZ") is Stage.RETURNED
    assert stage("MV", "VP", "007") is Stage.CANCELLED


def test_no_status_code_makes_a_delivery_that_the_type_does_not_say() -> None:
    assert stage("I", "AR", "011") is Stage.LINE_HAUL
    assert stage("X", "ZZ", "011") is Stage.UNKNOWN
    assert stage("DD", "AR") is Stage.LAST_MILE
    assert stage("Q", "D", "") is Stage.UNKNOWN


def test_a_damage_is_told_as_its_reason() -> None:
    (event,) = read(answer(activity("X", "ZZ", "059"))).parcels[0].events
    assert (event.health, event.reason) == (Health.FAILED, "carrier_damaged_parcel")


def test_the_status_of_the_package_counts_with_three_digits_alone() -> None:
    current = {"description": "Delivered", "code": "011"}
    parcel = read(answer(activity("I", "OF"), currentStatus=current)).parcels[0]
    assert parcel.state.stage is Stage.DELIVERED


def test_every_package_of_every_shipment_is_read_with_its_own_number() -> None:
    given = answer(activity("I", "AR"))
    (shipment,) = given["trackResponse"]["shipment"]
    shipment["package"].append({"trackingNumber": "1Z2", "activity": [activity("D", "FS")]})
    given["trackResponse"]["shipment"].append({"inquiryNumber": "1Z3", "package": [{}]})
    parcels = read(given).parcels
    assert [parcel.number for parcel in parcels] == ["1Z1", "1Z2", "1Z3"]
    assert [parcel.state.stage for parcel in parcels[:2]] == [Stage.LINE_HAUL, Stage.DELIVERED]


def test_one_scan_that_cannot_be_read_is_a_problem_and_the_rest_stands() -> None:
    bad = {"status": {"type": "I", "code": "AR"}}
    reading = read(answer(activity("I", "DP"), bad, activity("D", "FS", time="134100")))
    assert [event.code for event in reading.parcels[0].events] == ["DP", "FS"]
    assert [problem.code for problem in reading.problems] == ["unreadable"]


def test_customs_clearance_in_progress_is_no_failure() -> None:
    for given in (
        answer(activity("X", "", "092")),
        answer(activity("I", "AR", "005", "010000"), currentStatus={"code": "092"}),
    ):
        state = read(given).parcels[0].state
        assert (state.stage, state.health) == (Stage.IMPORT_CUSTOMS, Health.OK)


def test_a_day_without_a_time_stands_before_the_times_of_later_days() -> None:
    early = activity("I", "DP", "005", time="") | {"date": "20251209"}
    parcel = read(answer(activity("D", "FS", "011"), early)).parcels[0]
    assert [event.local for event in parcel.events] == ["2025-12-09", "2025-12-11 03:41:00"]
    assert (parcel.state.stage, parcel.state.reopened) == (Stage.DELIVERED, False)


def test_another_number_that_is_not_there_is_no_leg() -> None:
    others = [{"number": None, "type": None}, {"number": " "}, {"number": "92", "type": "USPS_PIC"}]
    parcel = read(answer(activity("I", "AR"), alternateTrackingNumber=others)).parcels[0]
    assert [(leg.carrier, leg.number) for leg in parcel.legs] == [("usps", "92")]


def test_the_answer_of_another_vendor_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        read({"output": {}})
