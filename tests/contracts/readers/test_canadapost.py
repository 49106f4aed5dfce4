"""Canada Post's answers, checked file by file against the payloads themselves."""

from datetime import UTC, datetime, timedelta, timezone
from xml.etree import ElementTree

import pytest

from crossborder.adapters.readers.canadapost import Reader
from crossborder.errors import Unreadable
from crossborder.model.place import Place
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.testing.contracts import TrackingReaderContract
from where import contracts_root

NOW = datetime(2026, 11, 3, tzinfo=UTC)

# File → events, stage, health and the code of the newest scan.
DETAILS = {
    # Read as "in transit" elsewhere, after its newest line, which is about a signature; the item
    # was delivered on the first of February and scanned again afterwards.
    "tracking_response": (6, Stage.DELIVERED, Health.OK, "20"),
    "tracking_details_en": (10, Stage.DELIVERED, Health.OK, "1496"),
    "dnc_tracking_details_en": (7, Stage.DELIVERED, Health.OK, "1498"),
    "tracking_details_no_expected_delivery_date": (1, Stage.REGISTERED, Health.OK, "3000"),
}


def published(name: str) -> bytes:
    return (contracts_root() / "carriers" / "canadapost" / f"{name}.xml").read_bytes()


def read(body: bytes | str) -> Reading:
    content = body.encode() if isinstance(body, str) else body
    return Reader().read(content, received_at=NOW)


def detail(scans: str, pin: str = "7023210039414604") -> str:
    events = f"<significant-events>{scans}</significant-events>"
    return f"<tracking-detail><pin>{pin}</pin>{events}</tracking-detail>"


def occurrence(code: str, text: str = "", zone: str = "EST", day: str = "2026-02-03") -> str:
    return (
        f"<occurrence><event-identifier>{code}</event-identifier><event-date>{day}</event-date>"
        f"<event-time>11:59:59</event-time><event-time-zone>{zone}</event-time-zone>"
        f"<event-description>{text}</event-description></occurrence>"
    )


@pytest.mark.contracts
class TestReader(TrackingReaderContract):
    def reader(self) -> TrackingReader:
        return Reader()

    def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
        return tuple((published(name), 1, said[0]) for name, said in DETAILS.items())

    def problems(self) -> tuple[tuple[bytes, int], ...]:
        return ((published("unknown_tracking_number_response"), 1),)


@pytest.mark.contracts
@pytest.mark.parametrize("name", DETAILS)
def test_each_file_is_read_as_it_says(name: str) -> None:
    tree = ElementTree.fromstring(published(name))
    for element in tree.iter():
        element.tag = element.tag.rpartition("}")[2]
    scans = [{part.tag: part.text or "" for part in scan} for scan in tree.iter("occurrence")]
    newest = max(scans, key=lambda scan: (scan["event-date"], scan["event-time"]))
    (parcel,) = read(published(name)).parcels
    events, stage, health, code = DETAILS[name]
    assert parcel.number == next(tree.iter("pin")).text
    assert len(parcel.events) == len(scans) == events
    assert (parcel.state.stage, parcel.state.health) == (stage, health)
    at = datetime.fromisoformat(f"{newest['event-date']}T{newest['event-time']}-05:00")
    assert (parcel.events[-1].at, parcel.events[-1].code) == (at, code)
    assert sorted(event.code for event in parcel.events) == sorted(
        scan["event-identifier"] for scan in scans
    )
    assert parcel.line == next(tree.iter("service-name")).text
    assert all(event.stage is not Stage.UNKNOWN or event.code == "20" for event in parcel.events)


@pytest.mark.contracts
def test_a_number_without_history_is_a_problem_with_its_code() -> None:
    reading = read(published("unknown_tracking_number_response"))
    assert reading.parcels == ()
    assert [(said.raw, said.text) for said in reading.problems] == [("004", "No Pin History")]


def test_zones_are_the_vendors_words_and_no_others() -> None:
    for zone, hours in (("EDT", -4), ("NST", -3.5), ("HNE", -5), ("CSTNO", -6)):
        (parcel,) = read(detail(occurrence("500", zone=zone))).parcels
        clock = datetime(2026, 2, 3, 11, 59, 59, tzinfo=timezone(timedelta(hours=hours)))
        assert parcel.events[0].at == clock
    for zone in ("ISRAEL", ""):
        (parcel,) = read(detail(occurrence("500", zone=zone))).parcels
        assert (parcel.events[0].at, parcel.events[0].local) == (None, "2026-02-03 11:59:59")
        assert parcel.events[0].extra.get("event-time-zone", "") == zone


def test_a_code_decides_and_a_code_in_no_table_stays_unknown() -> None:
    scans = occurrence("9999", "Item successfully delivered") + occurrence("0174", "Not delivered")
    (parcel,) = read(detail(scans)).parcels
    assert {(event.code, event.stage) for event in parcel.events} == {
        ("9999", Stage.UNKNOWN),
        ("0174", Stage.OUT_FOR_DELIVERY),
    }


def test_a_delivery_to_the_sender_is_a_return() -> None:
    text = "L'article a été renvoyé avec succès à l'expéditeur."
    (parcel,) = read(detail(occurrence("1496", text))).parcels
    assert parcel.state.stage is Stage.RETURNED
    (other,) = read(detail(occurrence("1496", "Could not be returned to sender"))).parcels
    assert other.state.stage is Stage.DELIVERED


def test_held_by_customs_asks_for_action_and_a_refusal_goes_back() -> None:
    (parcel,) = read(detail(occurrence("810"))).parcels
    assert parcel.state.stage is Stage.IMPORT_CUSTOMS
    assert (parcel.state.health, parcel.state.reason) == (Health.ACTION_REQUIRED, "customs_delay")
    (parcel,) = read(detail(occurrence("1417"))).parcels
    assert (parcel.state.stage, parcel.state.reason) == (Stage.RETURNING, "consignee_refused")


def test_items_and_messages_of_one_answer_are_all_read() -> None:
    message = (
        "<messages><message><code>004</code><description>No</description></message></messages>"
    )
    items = detail(occurrence("500"), "1") + message + detail(occurrence("2300"), "2")
    reading = read(f"<wrapper>{items}</wrapper>")
    assert [parcel.number for parcel in reading.parcels] == ["1", "2"]
    assert [problem.code for problem in reading.problems] == ["004"]


def summary(kind: str, text: str, pin: str = "1") -> str:
    said = (
        f"<event-date-time>20260404:133457</event-date-time><event-type>{kind}</event-type>"
        f"<event-description>{text}</event-description><event-location>LAVAL, QC</event-location>"
    )
    beside = "<service-name>Xpresspost</service-name><customer-ref-1>R7</customer-ref-1>"
    more = "<signatory-name>A B</signatory-name>"
    return f"<pin-summary><pin>{pin}</pin>{beside}{said}{more}</pin-summary>"


def summed(*summaries: str) -> str:
    return f"<tracking-summary>{''.join(summaries)}</tracking-summary>"


def test_a_summary_is_a_parcel_with_its_newest_event() -> None:
    reading = read(
        summed(summary("DELIVERED", "Item successfully delivered"), summary("X", "Y", "2"))
    )
    first, second = reading.parcels
    (event,) = first.events
    assert (first.number, first.line, first.state.stage) == ("1", "Xpresspost", Stage.DELIVERED)
    assert (event.code, event.local, event.at) == ("DELIVERED", "2026-04-04 13:34:57", None)
    assert event.place == Place(text="LAVAL, QC")
    assert [ref.value for ref in first.refs] == ["R7"]
    assert (first.extra["signatory-name"], event.extra) == ("A B", {})
    assert (second.number, second.events[0].code, second.state.stage) == ("2", "X", Stage.UNKNOWN)
    assert reading.problems == ()


@pytest.mark.parametrize(
    ("kind", "text", "stage"),
    [
        ("INDUCTION", "Item accepted at the Post Office", Stage.ACCEPTED),
        ("INDUCTION", "Order information received by Canada Post", Stage.REGISTERED),
        ("DELIVERED", "Item has been successfully returned to sender", Stage.RETURNED),
    ],
)
def test_the_sentence_of_a_summary_is_read_before_its_word(
    kind: str, text: str, stage: Stage
) -> None:
    for body in (summed(summary(kind, text)), f"<wrapper>{summed(summary(kind, text))}</wrapper>"):
        (parcel,) = read(body).parcels
        assert parcel.events[0].stage is stage


def test_a_fault_is_a_problem_and_an_enveloped_answer_is_read() -> None:
    fault = "<s:Fault><faultcode>s:Server</faultcode><faultstring>Rejected</faultstring></s:Fault>"
    envelope = '<s:Envelope xmlns:s="u"><s:Body>{}</s:Body></s:Envelope>'
    (problem,) = read(envelope.format(fault)).problems
    assert (problem.raw, problem.text) == ("s:Server", "Rejected")
    item = summed(summary("INDUCTION", "Item accepted"))
    call = f"<get-tracking-summary-response>{item}</get-tracking-summary-response>"
    assert len(read(envelope.format(call)).parcels) == 1
    with pytest.raises(Unreadable):
        read(envelope.format("<other/>"))


def test_one_wrong_scan_among_good_ones_is_a_problem() -> None:
    wrong = "<occurrence><event-identifier>0500</event-identifier></occurrence>"
    reading = read(detail(occurrence("2300") + wrong + occurrence("0500")))
    assert len(reading.parcels[0].events) == 2
    assert [problem.code for problem in reading.problems] == ["unreadable"]


@pytest.mark.parametrize("body", ["<html/>", "<wrapper/>", "<wrapper><a>1</a></wrapper>", ""])
def test_what_is_not_an_answer_of_canada_post_is_unreadable(body: str) -> None:
    with pytest.raises(Unreadable):
        read(body)
