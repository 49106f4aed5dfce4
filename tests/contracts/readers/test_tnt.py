"""TNT's answers, checked against the payloads themselves."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from crossborder.adapters.readers.tnt import Reader
from crossborder.errors import Unreadable
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.testing.contracts import TrackingReaderContract
from where import contracts_root

NOW = datetime(2026, 11, 3, tzinfo=UTC)


def published(name: str) -> bytes:
    return (contracts_root() / "carriers" / "tnt" / f"{name}.xml").read_bytes()


def read(body: bytes | str) -> Reading:
    content = body.encode() if isinstance(body, str) else body
    return Reader().read(content, received_at=NOW)


def status(code: str, text: str = "", time: str = "0841") -> str:
    return (
        f"<StatusData><StatusCode>{code}</StatusCode>"
        f"<StatusDescription><![CDATA[{text}]]></StatusDescription>"
        f'<LocalEventDate format="YYYYMMDD">20260204</LocalEventDate>'
        f'<LocalEventTime format="HHMM">{time}</LocalEventTime></StatusData>'
    )


def consignment(number: str, *statuses: str, summary: str = "INT") -> str:
    return (
        f"<Consignment><ConsignmentNumber>{number}</ConsignmentNumber>"
        f"<SummaryCode>{summary}</SummaryCode>{''.join(statuses)}</Consignment>"
    )


def answer(*parts: str) -> str:
    return f"<TrackResponse>{''.join(parts)}</TrackResponse>"


@pytest.mark.contracts
class TestReader(TrackingReaderContract):
    def reader(self) -> TrackingReader:
        return Reader()

    def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
        return ((published("tracking_response"), 2, 16),)

    def problems(self) -> tuple[tuple[bytes, int], ...]:
        return ((published("tracking_error_response"), 1), (published("tracking_response"), 1))


@pytest.mark.contracts
def test_the_answer_is_read_as_it_says() -> None:
    tree = ElementTree.fromstring(published("tracking_response"))
    found = [item for item in tree.iter("Consignment") if item.findtext("SummaryCode") != "CNF"]
    reading = read(published("tracking_response"))
    # Elsewhere the consignment that is not found is a parcel without events; here a problem.
    assert len(reading.parcels) == len(found) == 2
    assert [(said.raw, said.extra["number"]) for said in reading.problems] == [("CNF", "22222222")]
    for parcel, item in zip(reading.parcels, found, strict=True):
        # Newest first in the answer; two of one minute keep their order.
        codes = [status.findtext("StatusCode") for status in item.iter("StatusData")][::-1]
        assert parcel.number == item.findtext("ConsignmentNumber")
        assert [event.code for event in parcel.events] == codes
        assert (parcel.state.stage, parcel.state.health) == (Stage.DELIVERED, Health.OK)
        day, hour = item.findtext("DeliveryDate"), item.findtext("DeliveryTime")
        clock = datetime.strptime(f"{day}{hour}+0000", "%Y%m%d%H%M%z")
        assert parcel.events[-1].local == f"{clock:%Y-%m-%d %H:%M:%S}"
        assert all(event.at is None for event in parcel.events)
        assert all(event.stage is not Stage.UNKNOWN for event in parcel.events)
        reference = (item.findtext("CustomerReference") or "").strip()
        assert [ref.value for ref in parcel.refs] == [reference]


@pytest.mark.contracts
def test_a_refused_call_is_a_problem_with_its_code() -> None:
    reading = read(published("tracking_error_response"))
    assert reading.parcels == ()
    assert [(said.raw, said.text) for said in reading.problems] == [("9000", "Unauthorized Access")]


def test_an_exception_keeps_the_reason_of_its_newest_status_or_is_just_wrong() -> None:
    (parcel,) = read(answer(consignment("1", status("TR"), summary="EXC"))).parcels
    assert (parcel.state.stage, parcel.state.health) == (Stage.LINE_HAUL, Health.FAILED)
    assert parcel.state.reason == "unknown"
    late = status("TR"), status("NR", time="0900")
    (parcel,) = read(answer(consignment("1", *late, summary="EXC"))).parcels
    assert (parcel.state.stage, parcel.state.reason) == (Stage.LINE_HAUL, "carrier_delay")
    (bare,) = read(answer(consignment("1", summary="EXC"))).parcels
    assert (bare.state.stage, bare.state.health) == (Stage.UNKNOWN, Health.FAILED)


def test_a_summary_that_only_says_moving_gives_way_to_the_statuses() -> None:
    (parcel,) = read(answer(consignment("1", status("OD"), summary="INT"))).parcels
    assert parcel.state.stage is Stage.OUT_FOR_DELIVERY
    (parcel,) = read(answer(consignment("1", status("ZZZ"), summary="INT"))).parcels
    assert parcel.state.stage is Stage.LINE_HAUL


def test_a_code_in_no_table_stays_unknown_whatever_its_text_says() -> None:
    texts = ("Shipment Delivered Damaged.", "Returned To Sender", "Out For Delivery.")
    scans = [status("ZZZ", text) for text in texts]
    (parcel,) = read(answer(consignment("1", *scans))).parcels
    assert {(event.code, event.stage) for event in parcel.events} == {("ZZZ", Stage.UNKNOWN)}
    assert {event.text for event in parcel.events} == set(texts)


def test_given_to_the_post_is_no_delivery() -> None:
    text = "Delivery By Mail. Delivery Confirmation Available On Request"
    (parcel,) = read(answer(consignment("1", status("PA", text)))).parcels
    assert parcel.events[0].stage is Stage.HANDOVER


def test_an_error_beside_consignments_loses_neither() -> None:
    error = "<Error><Code>7</Code><Message><![CDATA[Slow]]></Message></Error>"
    reading = read(answer(consignment("1", status("OK")), error, consignment("2", status("OD"))))
    assert [parcel.number for parcel in reading.parcels] == ["1", "2"]
    assert [problem.raw for problem in reading.problems] == ["7"]


def test_one_wrong_status_among_good_ones_is_a_problem() -> None:
    wrong = "<StatusData><StatusCode>OD</StatusCode></StatusData>"
    reading = read(answer(consignment("1", status("TR"), wrong, status("OK", time="0900"))))
    assert [event.code for event in reading.parcels[0].events] == ["TR", "OK"]
    assert [problem.code for problem in reading.problems] == ["unreadable"]


def test_a_time_without_an_hour_is_a_day() -> None:
    day = status("OK").replace('<LocalEventTime format="HHMM">0841', "<LocalEventTime>")
    (parcel,) = read(answer(consignment("1", day))).parcels
    assert (parcel.events[0].at, parcel.events[0].local) == (None, "2026-02-04")


def test_a_time_that_is_none_is_told_of_and_stands_first() -> None:
    given = consignment("1", status("OD"), status("CI", time="0"))
    reading = read(answer(given))
    assert [event.code for event in reading.parcels[0].events] == ["CI", "OD"]
    assert [problem.code for problem in reading.problems] == ["time_unreadable"]


def test_a_day_without_an_hour_stands_before_the_times_of_the_next() -> None:
    early = status("CI").replace('<LocalEventTime format="HHMM">0841', "<LocalEventTime>")
    (parcel,) = read(answer(consignment("1", status("OD"), early.replace("0204", "0201")))).parcels
    assert parcel.state.stage is Stage.OUT_FOR_DELIVERY


@pytest.mark.parametrize(
    "body", ["<html/>", "<TrackResponse>no</TrackResponse>", answer("<Result/>")]
)
def test_what_is_not_an_answer_of_tnt_is_unreadable(body: str) -> None:
    with pytest.raises(Unreadable):
        read(body)
