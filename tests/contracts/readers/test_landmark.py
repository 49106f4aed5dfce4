"""Landmark Global's answers, checked file by file against the payloads themselves."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from crossborder.adapters.readers.landmark import Reader
from crossborder.errors import Unreadable
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.testing.contracts import TrackingReaderContract
from where import contracts_root

NOW = datetime(2026, 11, 3, tzinfo=UTC)

# File → events, stage, code and local time of the newest scan, carrier of the last leg.
ANSWERS = {
    # Elsewhere these local times are stamped as UTC; no answer of Landmark states a zone.
    "tracking_response": (2, Stage.IMPORT_CUSTOMS, "250", "2025-10-01 15:02:00", "Sample Carrier"),
    "in_transit_tracking_response": (4, Stage.LAST_MILE, "275", "2025-10-01 17:45:00", None),
    "early_stage_tracking_response": (5, Stage.ACCEPTED, "100", "2025-10-01 12:00:00", None),
    "out_for_delivery_tracking_response": (
        *(5, Stage.OUT_FOR_DELIVERY, "300", "2025-10-02 08:15:00", "La Poste"),
    ),
    "delivered_tracking_response": (5, Stage.DELIVERED, "500", "2025-09-27 14:05:00", None),
    "to_be_routed_tracking_response": (
        *(1, Stage.REGISTERED, "50", "2026-01-28 03:40:52", "unknown"),
    ),
}


def published(name: str) -> bytes:
    return (contracts_root() / "carriers" / "landmark" / f"{name}.xml").read_bytes()


def read(body: bytes | str) -> Reading:
    content = body.encode() if isinstance(body, str) else body
    return Reader().read(content, received_at=NOW)


def event(code: str, text: str = "", time: str = "<DateTime>10/01/2025 03:02 PM</DateTime>") -> str:
    return f"<Event><Status>{text}</Status>{time}<EventCode>{code}</EventCode></Event>"


def package(number: str, *events: str) -> str:
    return (
        f"<Package><LandmarkTrackingNumber>{number}</LandmarkTrackingNumber>"
        f"<Events>{''.join(events)}</Events></Package>"
    )


def answer(packages: str, beside: str = "") -> str:
    result = f"<Result><Success>true</Success><Packages>{packages}</Packages></Result>"
    return f"<TrackResponse>{result}{beside}</TrackResponse>"


@pytest.mark.contracts
class TestReader(TrackingReaderContract):
    def reader(self) -> TrackingReader:
        return Reader()

    def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
        return tuple((published(name), 1, said[0]) for name, said in ANSWERS.items())

    def problems(self) -> tuple[tuple[bytes, int], ...]:
        return ((published("error_response"), 1),)


@pytest.mark.contracts
@pytest.mark.parametrize("name", ANSWERS)
def test_each_file_is_read_as_it_says(name: str) -> None:
    tree = ElementTree.fromstring(published(name))
    codes = [element.text or "" for element in tree.iter("EventCode")]
    (parcel,) = read(published(name)).parcels
    events, stage, code, local, last = ANSWERS[name]
    assert len(parcel.events) == len(codes) == events
    assert (parcel.state.stage, parcel.state.health) == (stage, Health.OK)
    newest = parcel.events[-1]
    assert (newest.code, newest.local, newest.at) == (code, local, None)
    assert sorted(codes) == sorted(event.code for event in parcel.events)
    assert all(event.stage is not Stage.UNKNOWN for event in parcel.events)
    own, other = tree.findtext(".//LandmarkTrackingNumber"), tree.findtext(".//TrackingNumber")
    assert (parcel.number, parcel.carrier) == (own, "landmark")
    carrier = last or tree.findtext(".//EndDeliveryCarrier")
    assert [(leg.carrier, leg.number) for leg in parcel.legs] == [
        ("landmark", own),
        (carrier, other),
    ]
    reference = tree.findtext(".//PackageReference")
    assert [ref.value for ref in parcel.refs] == ([reference] if reference else [])


@pytest.mark.contracts
def test_a_refused_call_is_a_problem_with_its_code() -> None:
    reading = read(published("error_response"))
    assert reading.parcels == ()
    assert [problem.raw for problem in reading.problems] == ["Login"]
    assert "password" in reading.problems[0].text


def test_a_failure_without_errors_says_why() -> None:
    said = "<Success>false</Success><ResultMessage>No such parcel</ResultMessage>"
    reading = read(f"<TrackResponse><Result>{said}</Result></TrackResponse>")
    assert [problem.text for problem in reading.problems] == ["No such parcel"]


def test_trouble_is_read_from_the_code() -> None:
    said = {"135": Stage.IMPORT_CUSTOMS, "900": Stage.LAST_MILE, "410": Stage.COLLECT}
    for code, stage in said.items():
        (parcel,) = read(answer(package("LTN1", event(code)))).parcels
        assert parcel.state.stage is stage
    (parcel,) = read(answer(package("LTN1", event("135")))).parcels
    assert (parcel.state.health, parcel.state.reason) == (Health.ACTION_REQUIRED, "customs_delay")


def test_a_scan_at_the_crossdock_is_no_clearance() -> None:
    texts = {
        "Scanned at Landmark crossdock facility": Stage.LINE_HAUL,
        "Customs Clearance in Progress": Stage.IMPORT_CUSTOMS,
        "Not scanned at Landmark crossdock facility": Stage.IMPORT_CUSTOMS,
    }
    for text, stage in texts.items():
        (parcel,) = read(answer(package("LTN1", event("250", text)))).parcels
        assert parcel.state.stage is stage


def test_a_code_in_no_table_stays_unknown_whatever_its_text_says() -> None:
    (parcel,) = read(answer(package("LTN1", event("777", "Item successfully delivered")))).parcels
    assert (parcel.events[0].code, parcel.events[0].stage) == ("777", Stage.UNKNOWN)


def test_all_packages_are_read_and_errors_stand_beside_them() -> None:
    errors = "<Errors><Error><ErrorCode>X</ErrorCode><ErrorMessage>Gone</ErrorMessage></Error>"
    body = answer(package("A", event("50")) + package("B", event("500")), errors + "</Errors>")
    reading = read(body)
    assert [parcel.number for parcel in reading.parcels] == ["A", "B"]
    assert [(problem.raw, problem.text) for problem in reading.problems] == [("X", "Gone")]


def test_one_wrong_event_and_one_nameless_package_are_problems() -> None:
    good = package("A", event("50"), event("75", time=""))
    reading = read(answer(good + package("", event("50"))))
    assert [(parcel.number, len(parcel.events)) for parcel in reading.parcels] == [("A", 1)]
    assert [problem.code for problem in reading.problems] == ["unreadable", "unreadable"]


def test_what_is_not_an_answer_of_landmark_is_unreadable() -> None:
    others = "<TrackResponse><TrackInfo ID='1'/></TrackResponse>"
    for body in ("<html/>", "<TrackResponse>hello</TrackResponse>", others):
        with pytest.raises(Unreadable):
            read(body)
