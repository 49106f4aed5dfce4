"""Chronopost's answers, checked against the payloads themselves."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest

from crossborder.adapters.readers.chronopost import Reader
from crossborder.errors import Unreadable
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.testing.contracts import TrackingReaderContract
from where import contracts_root

NOW = datetime(2026, 11, 3, tzinfo=UTC)
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


def published(name: str) -> bytes:
    return (contracts_root() / "carriers" / "chronopost" / f"{name}.xml").read_bytes()


def read(body: bytes | str) -> Reading:
    content = body.encode() if isinstance(body, str) else body
    return Reader().read(content, received_at=NOW)


def envelope(inside: str) -> str:
    return f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{inside}</s:Body></s:Envelope>'


def answer(listing: str, *, call: str = "trackSkybillV2Response", code: str = "0") -> str:
    return envelope(f"<{call}><return><errorCode>{code}</errorCode>{listing}</return></{call}>")


def parcel(number: str, *events: str, name: str = "listEventInfoComp") -> str:
    return f"<{name}>{''.join(events)}<skybillNumber>{number}</skybillNumber></{name}>"


def event(code: str, label: str = "", at: str = "2026-06-22T08:30:00+02:00") -> str:
    said = f"<code>{code}</code><eventLabel>{label}</eventLabel>"
    return f"<events>{said}<eventDate>{at}</eventDate></events>"


@pytest.mark.contracts
class TestReader(TrackingReaderContract):
    def reader(self) -> TrackingReader:
        return Reader()

    def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
        return ((published("tracking_response"), 1, 9),)

    def problems(self) -> tuple[tuple[bytes, int], ...]:
        return ((published("error_response"), 1),)


@pytest.mark.contracts
def test_the_answer_is_read_as_it_says() -> None:
    tree = ElementTree.fromstring(published("tracking_response"))
    scans = [{part.tag: part.text or "" for part in scan} for scan in tree.iter("events")]
    (found,) = read(published("tracking_response")).parcels
    # Read oldest last elsewhere, although the answer runs forwards; the delivery is the newest.
    newest = max(scans, key=lambda scan: datetime.fromisoformat(scan["eventDate"]))
    assert found.number == tree.findtext(".//skybillNumber")
    assert (found.state.stage, found.state.health) == (Stage.DELIVERED, Health.OK)
    assert [event.code for event in found.events] == [scan["code"] for scan in scans]
    assert found.events[-1].at == datetime.fromisoformat(newest["eventDate"])
    assert all(event.stage is not Stage.UNKNOWN for event in found.events)
    place = found.events[-1].place
    assert place is not None
    assert (place.facility, place.postal_code) == (newest["officeLabel"], newest["zipCode"])


@pytest.mark.contracts
def test_a_system_error_is_a_problem_with_its_code() -> None:
    reading = read(published("error_response"))
    assert reading.parcels == ()
    assert [(said.raw, said.text) for said in reading.problems] == [("1", "System Error")]


def test_a_fault_is_a_problem() -> None:
    fault = "<s:Fault><faultcode>s:Client</faultcode><faultstring>Bad</faultstring></s:Fault>"
    (problem,) = read(envelope(fault)).problems
    assert (problem.raw, problem.text) == ("s:Client", "Bad")


def test_the_older_call_and_several_parcels_are_read() -> None:
    body = answer(
        parcel("A", event("D"), name="listEvents") + parcel("B", event("TA"), name="listEvents"),
        call="trackSkybillResponse",
    )
    stages = [(found.number, found.state.stage) for found in read(body).parcels]
    assert stages == [("A", Stage.DELIVERED), ("B", Stage.OUT_FOR_DELIVERY)]


def test_an_error_beside_a_parcel_loses_neither() -> None:
    reading = read(answer(parcel("A", event("DB")), code="2"))
    assert [found.number for found in reading.parcels] == ["A"]
    assert [problem.raw for problem in reading.problems] == ["2"]


def test_labels_decide_nothing_and_unknown_codes_stay_unknown() -> None:
    (found,) = read(answer(parcel("A", event("ZZ", "Livraison effectuée")))).parcels
    assert (found.events[0].code, found.events[0].stage) == ("ZZ", Stage.UNKNOWN)
    (found,) = read(answer(parcel("A", event("TT", "Colis livré au transitaire")))).parcels
    assert found.state.stage is Stage.HANDOVER


def test_a_driver_who_fetches_at_the_relay_carries_it_on() -> None:
    texts = {
        "Colis remis par le relais Pickup au chauffeur": Stage.LINE_HAUL,
        "Colis remis au transitaire": Stage.HANDOVER,
    }
    for text, stage in texts.items():
        (found,) = read(answer(parcel("A", event("TT", text)))).parcels
        assert found.state.stage is stage


@pytest.mark.parametrize("listing", ["", "<listEventInfoComp/>", "<listEvents></listEvents>"])
def test_an_answer_without_events_and_without_an_error_says_so(listing: str) -> None:
    (problem,) = read(answer(listing)).problems
    assert problem.code == "no_tracking"


def test_an_offset_is_kept_and_none_is_made_up() -> None:
    (found,) = read(answer(parcel("A", event("D", at="2026-06-22T08:30:00")))).parcels
    assert (found.events[0].at, found.events[0].local) == (None, "2026-06-22 08:30:00")
    (found,) = read(answer(parcel("A", event("D")))).parcels
    at = found.events[0].at
    assert at is not None
    assert at.utcoffset() == timedelta(hours=2)


def test_one_wrong_event_among_good_ones_is_a_problem() -> None:
    reading = read(answer(parcel("A", event("DB"), event("TA", at=""), event("D"))))
    assert [event.code for event in reading.parcels[0].events] == ["DB", "D"]
    assert [problem.code for problem in reading.problems] == ["unreadable"]


@pytest.mark.parametrize("body", ["<html/>", envelope(""), envelope("<other/>")])
def test_what_is_not_an_answer_of_chronopost_is_unreadable(body: str) -> None:
    with pytest.raises(Unreadable):
        read(body)
