"""Purolator's answers, checked against the payload itself."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from crossborder.adapters.readers.purolator import Reader
from crossborder.errors import Unreadable
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.testing.contracts import TrackingReaderContract
from where import contracts_root

NOW = datetime(2026, 11, 3, tzinfo=UTC)
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
NIL = '<ResponseInformation i:nil="true" xmlns:i="urn:i"/>'


def published() -> bytes:
    path = contracts_root() / "carriers" / "purolator" / "tracking_response.xml"
    return path.read_bytes()


def read(body: bytes | str) -> Reading:
    content = body.encode() if isinstance(body, str) else body
    return Reader().read(content, received_at=NOW)


def envelope(inside: str) -> str:
    return f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{inside}</s:Body></s:Envelope>'


def answer(*items: str, call: str = "TrackPackagesByPinResponse", errors: str = NIL) -> str:
    listing = f"<TrackingInformationList>{''.join(items)}</TrackingInformationList>"
    return envelope(f"<{call}>{errors}{listing}</{call}>")


def error(code: str, text: str) -> str:
    said = f"<Error><Code>{code}</Code><Description>{text}</Description></Error>"
    return f"<ResponseInformation><Errors>{said}</Errors></ResponseInformation>"


def item(pin: str, *scans: str, beside: str = NIL) -> str:
    return (
        f"<TrackingInformation><PIN><Value>{pin}</Value></PIN>"
        f"<Scans>{''.join(scans)}</Scans>{beside}</TrackingInformation>"
    )


def scan(kind: str, text: str = "", time: str = "172300") -> str:
    return (
        f"<Scan><ScanType>{kind}</ScanType><ScanDate>2026-01-13</ScanDate>"
        f"<ScanTime>{time}</ScanTime><Description>{text}</Description></Scan>"
    )


@pytest.mark.contracts
class TestReader(TrackingReaderContract):
    def reader(self) -> TrackingReader:
        return Reader()

    def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
        return ((published(), 1, 1),)


@pytest.mark.contracts
def test_the_answer_is_read_as_it_says() -> None:
    tree = ElementTree.fromstring(published())
    for element in tree.iter():
        element.tag = element.tag.rpartition("}")[2]
    # Two events elsewhere: the answer tells one scan twice, word for word.
    told = {tuple(element.itertext()) for element in tree.iter("Scan")}
    (parcel,) = read(published()).parcels
    assert parcel.number == tree.findtext(".//TrackingInformation/PIN/Value")
    assert len(parcel.events) == len(told) == 1
    event = parcel.events[0]
    assert (event.code, event.at, event.local) == ("Other", None, "2004-01-13 17:23:00")
    assert event.text == tree.findtext(".//Scan/Description")
    assert event.place is not None
    assert event.place.facility == tree.findtext(".//Depot/Name")
    assert (parcel.state.stage, parcel.state.health) == (Stage.LINE_HAUL, Health.OK)


@pytest.mark.parametrize(
    ("kind", "text", "stage", "health"),
    [
        ("ProofOfPickUp", "", Stage.ACCEPTED, Health.OK),
        ("OnDelivery", "Not delivered", Stage.OUT_FOR_DELIVERY, Health.OK),
        ("Delivery", "Shipment delivered", Stage.DELIVERED, Health.OK),
        ("Delivery", "Transferring to Shipping Centre - please wait", Stage.LAST_MILE, Health.OK),
        ("Undeliverable", "Something new", Stage.LAST_MILE, Health.FAILED),
        ("Undeliverable", "Available for pickup for 5 business days", Stage.COLLECT, Health.OK),
        ("Undeliverable", "Unable to deliver - item returned to sender", "returning", "failed"),
        ("Undeliverable", "Shipment unclaimed - to be returned to sender", "last_mile", "failed"),
        ("Undeliverable", "Could not be returned to sender", Stage.LAST_MILE, Health.FAILED),
        ("Other", "Shipment delivered", Stage.UNKNOWN, Health.OK),
        ("Other", "Shipment created - final manifest received", Stage.REGISTERED, Health.OK),
        ("Other", "Departed sort facility", Stage.LINE_HAUL, Health.OK),
        ("Other", "Quitté Guelph", Stage.LINE_HAUL, Health.OK),
        ("Novel", "Departed sort facility", Stage.UNKNOWN, Health.OK),
    ],
)
def test_a_type_decides_and_a_sentence_only_tells_more(
    kind: str, text: str, stage: str, health: str
) -> None:
    (parcel,) = read(answer(item("M1", scan(kind, text)))).parcels
    assert (parcel.events[0].stage, parcel.events[0].health) == (stage, health)


def test_a_new_number_is_a_leg() -> None:
    text = "New Tracking Number Assigned - 329014521622"
    (parcel,) = read(answer(item("M1", scan("Other", text)))).parcels
    assert (parcel.number, [leg.number for leg in parcel.legs]) == ("M1", ["329014521622"])


def test_a_pin_that_is_refused_is_a_problem_beside_the_others() -> None:
    items = item("A", scan("Delivery")), item("B", beside=error("3001", "Invalid PIN"))
    reading = read(answer(*items, call="TrackPackagesByReferenceResponse"))
    assert [parcel.number for parcel in reading.parcels] == ["A"]
    assert [(said.raw, said.extra["number"]) for said in reading.problems] == [("3001", "B")]


def test_an_error_of_the_call_and_a_fault_are_problems() -> None:
    (problem,) = read(answer(errors=error("1100", "No access"))).problems
    assert (problem.raw, problem.text) == ("1100", "No access")
    fault = "<s:Fault><faultcode>s:Client</faultcode><faultstring>Bad</faultstring></s:Fault>"
    (problem,) = read(envelope(fault)).problems
    assert (problem.raw, problem.text) == ("s:Client", "Bad")


def test_one_wrong_scan_among_good_ones_is_a_problem() -> None:
    wrong = "<Scan><ScanType>Other</ScanType></Scan>"
    reading = read(answer(item("A", scan("OnDelivery"), wrong, scan("Delivery", time="180000"))))
    assert [event.code for event in reading.parcels[0].events] == ["OnDelivery", "Delivery"]
    assert [problem.code for problem in reading.problems] == ["unreadable"]


@pytest.mark.parametrize("body", ["<html/>", envelope(""), envelope("<other/>")])
def test_what_is_not_an_answer_of_purolator_is_unreadable(body: str) -> None:
    with pytest.raises(Unreadable):
        read(body)
