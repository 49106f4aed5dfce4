"""DHL Express's answers in XML, checked against the payload itself."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from crossborder.adapters.readers.dhl_express_xml import Reader
from crossborder.errors import Unreadable
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.testing.contracts import TrackingReaderContract
from where import contracts_root

NOW = datetime(2026, 11, 3, tzinfo=UTC)
SUCCESS = "<ActionStatus>success</ActionStatus>"
# Number → stage and code of the newest scan. The third was weighed again: moving, as elsewhere.
WAYBILLS = {
    "3180831640": (Stage.DELIVERED, "OK"),
    "7740842550": (Stage.ACCEPTED, "PU"),
    "1815115363": (Stage.LINE_HAUL, "RW"),
}


def published() -> bytes:
    path = contracts_root() / "carriers" / "dhl_express_xml" / "tracking_response.xml"
    return path.read_bytes()


def read(body: bytes | str) -> Reading:
    content = body.encode() if isinstance(body, str) else body
    return Reader().read(content, received_at=NOW)


def answer(*waybills: str) -> str:
    return (
        f'<r:TrackingResponse xmlns:r="http://www.dhl.com">{"".join(waybills)}</r:TrackingResponse>'
    )


def waybill(number: str, info: str = "", status: str = SUCCESS, beside: str = "") -> str:
    inside = f"<ShipmentInfo>{info}</ShipmentInfo>" if info else ""
    return f"<AWBInfo><AWBNumber>{number}</AWBNumber><Status>{status}</Status>{inside}{beside}</AWBInfo>"


def scan(code: str, text: str = "", name: str = "ShipmentEvent", time: str = "10:09:00") -> str:
    said = f"<EventCode>{code}</EventCode><Description>{text}</Description>"
    when = f"<Date>2026-08-31</Date><Time>{time}</Time>" if time else ""
    return f"<{name}>{when}<ServiceEvent>{said}</ServiceEvent></{name}>"


def condition(code: str, text: str) -> str:
    said = f"<ConditionCode>{code}</ConditionCode><ConditionData>{text}</ConditionData>"
    return f"<ActionStatus>Failure</ActionStatus><Condition>{said}</Condition>"


@pytest.mark.contracts
class TestReader(TrackingReaderContract):
    def reader(self) -> TrackingReader:
        return Reader()

    def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
        return ((published(), 3, 19),)


@pytest.mark.contracts
def test_each_waybill_is_read_as_the_answer_says() -> None:
    tree = ElementTree.fromstring(published())
    parcels = read(published()).parcels
    for parcel, item in zip(parcels, tree.iter("AWBInfo"), strict=True):
        scans = [
            (f"{scan.findtext('Date')} {scan.findtext('Time')}", scan.findtext(".//EventCode"))
            for scan in item.iter("ShipmentEvent")
        ]
        stage, code = WAYBILLS[parcel.number]
        assert parcel.number == item.findtext("AWBNumber")
        assert (parcel.carrier, parcel.state.stage) == ("dhl_express", stage)
        assert parcel.state.health is Health.OK
        assert [(event.local, event.code) for event in parcel.events] == scans
        assert parcel.events[-1].code == code
        assert all(event.at is None for event in parcel.events)
        assert all(event.stage is not Stage.UNKNOWN for event in parcel.events)
        assert parcel.extra["ShipmentDate"] == item.findtext(".//ShipmentDate")


def test_a_waybill_without_a_shipment_is_a_problem_beside_the_others() -> None:
    status = condition("209", "No Shipments Found")
    reading = read(answer(waybill("1", scan("OK")), waybill("2", status=status)))
    assert [parcel.number for parcel in reading.parcels] == ["1"]
    (problem,) = reading.problems
    assert (problem.raw, problem.text) == ("209", "No Shipments Found")
    assert problem.extra["number"] == "2"
    (problem,) = read(answer(waybill("3", status="<ActionStatus>No Data</ActionStatus>"))).problems
    assert problem.text == "No Data"
    (parcel,) = read(answer(waybill("4"))).parcels
    assert (parcel.number, parcel.events) == ("4", ())


@pytest.mark.parametrize("root", ["ShipmentTrackingErrorResponse", "ErrorResponse"])
def test_a_refused_call_is_a_problem_with_its_code(root: str) -> None:
    said = f"<Response><Status>{condition('111', 'Error in parsing')}</Status></Response>"
    reading = read(f'<r:{root} xmlns:r="http://www.dhl.com">{said}</r:{root}>')
    assert reading.parcels == ()
    assert [(problem.raw, problem.text) for problem in reading.problems] == [
        ("111", "Error in parsing")
    ]


@pytest.mark.parametrize(
    ("code", "stage", "health", "reason"),
    [
        ("UD", "import_customs", "action_required", "customs_delay"),
        ("NH", "last_mile", "failed", "consignee_not_home"),
        ("DD", "delivered", "failed", "carrier_damaged_parcel"),
        ("RT", "returned", "failed", "unknown"),
        ("TP", "handover", "ok", None),
        ("ND", "last_mile", "failed", "unknown"),
        ("ZZ", "unknown", "ok", None),
    ],
)
def test_the_code_decides_whatever_the_text_says(
    code: str, stage: str, health: str, reason: str | None
) -> None:
    (parcel,) = read(answer(waybill("1", scan(code, "Shipment delivered")))).parcels
    assert (parcel.state.stage, parcel.state.health) == (stage, health)
    assert parcel.state.reason == reason
    assert parcel.events[0].code == code


def test_an_expected_time_needs_a_zone() -> None:
    for said, hour in (
        ("<EstDlvyDate>2026-09-01 23:59:00 GMT+02:00</EstDlvyDate>", "2026-09-01T23:59:00+02:00"),
        ("<EstDlvyDateUTC>2026-09-01 21:59:00</EstDlvyDateUTC>", "2026-09-01T21:59:00+00:00"),
    ):
        (parcel,) = read(answer(waybill("1", said + scan("PU")))).parcels
        assert parcel.expected is not None
        assert parcel.expected.likely == datetime.fromisoformat(hour)
    bare = "<EstDlvyDate>2026-09-01 23:59:00</EstDlvyDate>"
    (parcel,) = read(answer(waybill("1", bare + scan("PU")))).parcels
    assert parcel.expected is None
    assert parcel.extra["EstDlvyDate"] == "2026-09-01 23:59:00"


def test_pieces_with_scans_of_their_own_are_parcels_that_name_their_waybill() -> None:
    pieces = "".join(
        f"<PieceInfo><PieceDetails><LicensePlate>JD{n}</LicensePlate></PieceDetails>"
        f"{scan(code, name='PieceEvent')}</PieceInfo>"
        for n, code in ((1, "OK"), (2, "OH"))
    )
    body = answer(waybill("1", scan("PU"), beside=f"<Pieces>{pieces}</Pieces>"))
    whole, first, second = read(body).parcels
    assert [ref.value for ref in whole.refs] == ["JD1", "JD2"]
    assert (first.number, first.state.stage) == ("JD1", Stage.DELIVERED)
    assert (second.number, second.state.health) == ("JD2", Health.ACTION_REQUIRED)
    assert [ref.value for ref in second.refs] == ["1"]


def test_one_wrong_scan_among_good_ones_is_a_problem() -> None:
    reading = read(answer(waybill("1", scan("PU") + scan("WC", time="") + scan("OK"))))
    assert [event.code for event in reading.parcels[0].events] == ["PU", "OK"]
    assert [problem.code for problem in reading.problems] == ["unreadable"]


def test_what_is_not_an_answer_of_dhl_express_is_unreadable() -> None:
    for body in ("<html/>", "<TrackResponse/>"):
        with pytest.raises(Unreadable):
            read(body)
