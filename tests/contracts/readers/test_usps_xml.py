"""What USPS Web Tools answer in XML, checked file by file against the payloads themselves."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from crossborder.adapters.readers.usps_xml import Reader
from crossborder.errors import Unreadable
from crossborder.model.place import Place
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.testing.contracts import TrackingReaderContract
from where import contracts_root

NOW = datetime(2026, 11, 3, tzinfo=UTC)
FAILURES = {
    "tracking_response_failure": "-2147219302",
    "tracking_response_not_available": "-2147219301",
}


def published(name: str) -> bytes:
    return (contracts_root() / "carriers" / "usps_xml" / f"{name}.xml").read_bytes()


def read(body: bytes | str) -> Reading:
    content = body.encode() if isinstance(body, str) else body
    return Reader().read(content, received_at=NOW)


def scan(code: str, text: str = "", name: str = "TrackSummary", hour: str = "9:01 am") -> str:
    return (
        f"<{name}><EventTime>{hour}</EventTime><EventDate>April 28, 2026</EventDate>"
        f"<Event>{text}</Event><EventCode>{code}</EventCode></{name}>"
    )


def piece(number: str, *scans: str, category: str = "", status: str = "") -> str:
    said = f"<Status>{status}</Status><StatusCategory>{category}</StatusCategory>"
    return f'<TrackInfo ID="{number}">{said}{"".join(scans)}</TrackInfo>'


def answer(*pieces: str) -> str:
    return f"<TrackResponse>{''.join(pieces)}</TrackResponse>"


@pytest.mark.contracts
class TestReader(TrackingReaderContract):
    def reader(self) -> TrackingReader:
        return Reader()

    def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
        return ((published("tracking_response"), 1, 10),)

    def problems(self) -> tuple[tuple[bytes, int], ...]:
        return tuple((published(name), 1) for name in FAILURES)


@pytest.mark.contracts
def test_the_answer_is_read_as_it_says() -> None:
    tree = ElementTree.fromstring(published("tracking_response"))
    # The cross-check knows another payload under this name, so there is nothing to compare.
    scans = [*tree.iter("TrackSummary"), *tree.iter("TrackDetail")]
    (parcel,) = read(published("tracking_response")).parcels
    info = next(tree.iter("TrackInfo"))
    assert (parcel.number, parcel.carrier) == (info.get("ID"), "usps")
    assert (parcel.state.stage, parcel.state.health) == (Stage.DELIVERED, Health.OK)
    codes = [scan.findtext("EventCode") for scan in scans]
    assert [event.code for event in parcel.events] == codes[::-1]
    newest = parcel.events[-1]
    said = f"{scans[0].findtext('EventDate')} {scans[0].findtext('EventTime')} +0000"
    clock = datetime.strptime(said, "%B %d, %Y %I:%M %p %z")
    assert (newest.at, newest.local) == (None, f"{clock:%Y-%m-%d %H:%M:%S}")
    assert all(event.stage is not Stage.UNKNOWN for event in parcel.events)
    assert parcel.line == info.findtext("Class")
    assert parcel.expected is None
    assert parcel.extra["ExpectedDeliveryDate"] == info.findtext("ExpectedDeliveryDate")


@pytest.mark.contracts
@pytest.mark.parametrize("name", FAILURES)
def test_a_number_it_cannot_locate_is_a_problem(name: str) -> None:
    reading = read(published(name))
    assert reading.parcels == ()
    (problem,) = reading.problems
    number = ElementTree.fromstring(published(name))[0].get("ID")
    assert (problem.raw, problem.extra["number"]) == (FAILURES[name], number)


def test_one_error_among_several_pieces_loses_none() -> None:
    failed = "<Error><Number>-1</Number><Description>Not found</Description></Error>"
    pieces = piece("A", scan("01")), f'<TrackInfo ID="B">{failed}</TrackInfo>', piece("C")
    reading = read(answer(*pieces))
    assert [parcel.number for parcel in reading.parcels] == ["A", "C"]
    assert [(said.raw, said.extra["number"]) for said in reading.problems] == [("-1", "B")]


def test_an_error_of_the_call_is_a_problem() -> None:
    (problem,) = read(
        "<Error><Number>80040b1a</Number><Description>No</Description></Error>"
    ).problems
    assert (problem.raw, problem.text) == ("80040b1a", "No")


def test_a_delivery_to_the_sender_is_a_return_and_one_to_an_agent_goes_on() -> None:
    said = {"Delivered, To Original Sender": Stage.RETURNED, "Delivered, PO Box": Stage.DELIVERED}
    said["Delivered to Agent for Final Delivery"] = Stage.HANDOVER
    for text, stage in said.items():
        body = answer(piece("A", scan("01", text), category="Delivered", status=text))
        (parcel,) = read(body).parcels
        assert (parcel.events[0].stage, parcel.state.stage) == (stage, stage)


SAID = (
    "Your item was delivered at 2:16 pm on October 12, 2023 in DENVER, CO 80202.",
    "Out for Delivery, 10/12/2023, 10:16 am, DENVER, CO 80202",
    "Departed USPS Regional Facility, October 12, 2023, 4:20 am, DENVER CO DISTRIBUTION CENTER",
    "Picked Up by Shipping Partner, USPS Awaiting Item, October 11, 2023, 3:24 pm, RENO, NV 89502",
    "Electronic Shipping Info Received, October 10, 2023",
)


def told(*details: str, summary: str = "") -> str:
    rest = "".join(f"<TrackDetail>{text}</TrackDetail>" for text in details)
    return piece("A", f"<TrackSummary>{summary}</TrackSummary>{rest}")


def test_scans_that_are_sentences_are_read_like_those_with_fields() -> None:
    reading = read(answer(told(*SAID[1:], summary=SAID[0])))
    (parcel,) = reading.parcels
    assert reading.problems == ()
    assert [(scan.stage, scan.local) for scan in parcel.events] == [
        (Stage.REGISTERED, "2023-10-10"),
        (Stage.ACCEPTED, "2023-10-11 15:24:00"),
        (Stage.LINE_HAUL, "2023-10-12 04:20:00"),
        (Stage.OUT_FOR_DELIVERY, "2023-10-12 10:16:00"),
        (Stage.DELIVERED, "2023-10-12 14:16:00"),
    ]
    assert parcel.events[-1].text == "Your item was delivered"
    assert parcel.events[-1].place == Place(city="DENVER", region="CO", postal_code="80202")
    assert parcel.events[2].place == Place(text="DENVER CO DISTRIBUTION CENTER")
    assert parcel.state.stage is Stage.DELIVERED


@pytest.mark.parametrize(
    ("said", "rest", "stage"),
    [
        ("Your item was delivered in or at the mailbox", "", Stage.DELIVERED),
        ("Your item was picked up at the post office", ". Signed for by A B.", Stage.DELIVERED),
        ("A shipping label has been prepared for your item", ". No receipt.", Stage.REGISTERED),
        ("Your item could not be delivered", ".", Stage.UNKNOWN),
        ("Your item was delivered to the original sender", ".", Stage.UNKNOWN),
    ],
)
def test_a_sentence_means_what_it_says_as_a_whole(said: str, rest: str, stage: Stage) -> None:
    sentence = f"{said} at 8:50 am on May 3, 2023 in ADA, OK 74820{rest}"
    (parcel,) = read(answer(told(summary=sentence))).parcels
    (scan,) = parcel.events
    assert (scan.text, scan.stage, scan.local) == (said, stage, "2023-05-03 08:50:00")
    assert scan.place == Place(city="ADA", region="OK", postal_code="74820")


def test_a_sentence_without_a_year_keeps_its_words_and_warns() -> None:
    summary = "Your item was delivered at 8:10 am on June 1 in Reno NV 89502."
    reading = read(answer(told("Left, June 1", summary=summary)))
    (parcel,) = reading.parcels
    assert [(scan.stage, scan.local) for scan in parcel.events] == [
        (Stage.DELIVERED, "June 1 8:10 am")
    ]
    assert [(said.code, said.severity) for said in reading.problems] == [
        ("time_unreadable", "warning"),
        ("unreadable", "error"),
    ]


def test_an_answer_within_a_piece_belongs_to_it() -> None:
    inner = f"<TrackSummary>{SAID[0]}</TrackSummary>"
    for nested in (
        f"<TrackResponse>{inner}</TrackResponse>",
        f'<TrackResponse><TrackInfo ID="A">{inner}</TrackInfo></TrackResponse>',
        f"<TrackResponse><TrackInfo>{inner}</TrackInfo></TrackResponse>",
    ):
        (parcel,) = read(answer(f'<TrackInfo ID="A">{nested}</TrackInfo>')).parcels
        assert (parcel.number, parcel.state.stage) == ("A", Stage.DELIVERED)


def test_an_error_within_the_answer_is_a_problem_too() -> None:
    error = "<Error><Number>80040b1a</Number><Description>No</Description></Error>"
    (problem,) = read(answer(error)).problems
    assert (problem.raw, problem.text) == ("80040b1a", "No")


def test_a_product_with_a_mark_in_it_is_its_text() -> None:
    marked = "<Class>Priority Mail<SUP>R</SUP></Class>"
    reading = read(answer(f'<TrackInfo ID="A">{marked}{scan("OF")}</TrackInfo>'))
    assert (reading.parcels[0].line, reading.problems) == ("Priority Mail", ())


def test_a_vague_category_gives_way_to_the_scans() -> None:
    for code, category, stage, reason in (
        ("07", "In Transit", Stage.LAST_MILE, None),
        ("53", "Alert", Stage.LAST_MILE, "consignee_access_restricted"),
        ("ZZ", "Alert", Stage.UNKNOWN, "unknown"),
        ("ZZ", "In Transit", Stage.LINE_HAUL, None),
    ):
        (parcel,) = read(answer(piece("A", scan(code), category=category))).parcels
        assert (parcel.state.stage, parcel.state.reason) == (stage, reason)


def test_a_code_in_no_table_stays_unknown_whatever_its_text_says() -> None:
    (parcel,) = read(answer(piece("A", scan("ZZ", "Delivered, In/At Mailbox")))).parcels
    assert (parcel.events[0].code, parcel.state.stage) == ("ZZ", Stage.UNKNOWN)


def test_midnight_and_noon_are_told_apart() -> None:
    for hour, clock in (("12:18 am", "00:18:00"), ("12:18 pm", "12:18:00")):
        (parcel,) = read(answer(piece("A", scan("10", hour=hour)))).parcels
        assert parcel.events[0].local == f"2026-04-28 {clock}"


def test_one_wrong_scan_among_good_ones_is_a_problem() -> None:
    scans = scan("01"), "<TrackDetail>Arrived</TrackDetail>", scan("OF", name="TrackDetail")
    reading = read(answer(piece("A", *scans)))
    assert sorted(event.code for event in reading.parcels[0].events) == ["01", "OF"]
    assert [problem.code for problem in reading.problems] == ["unreadable"]


@pytest.mark.parametrize("body", ["<html/>", answer(), answer("<Result/>")])
def test_what_is_not_an_answer_of_usps_is_unreadable(body: str) -> None:
    with pytest.raises(Unreadable):
        read(body)
