"""DHL Express: answers of the XML Services tracking call (`TrackingResponse`, XML-PI).

Source: DHL XML Services, "Tracking", and DHL's list of checkpoints of its express division. Times
are those of the service area and have no zone; the expected time has one, or is in UTC by its name.
One answer has any number of waybills, each with its own status.
"""

from datetime import UTC, datetime

from attrs import frozen

from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.payload import Payload
from crossborder.wire.scans import ScanShape, Sheet, When, Where, many, one, states

__all__ = ["Reader"]

VENDOR = "dhl_express"

_AT_DOOR = (Stage.LAST_MILE, Health.FAILED)
_CUSTOMS = (Stage.IMPORT_CUSTOMS, Health.ACTION_REQUIRED)

STATES = states(
    {
        "104": Stage.REGISTERED,
        **dict.fromkeys(("PU", "SA"), Stage.ACCEPTED),
        **dict.fromkeys("102 AF DF FD PL PO RW SM TR".split(), Stage.LINE_HAUL),
        **dict.fromkeys(("MC", "MS"), (Stage.LINE_HAUL, Health.OK, "carrier_sorting_error")),
        **dict.fromkeys("BR CR IC RR".split(), Stage.IMPORT_CUSTOMS),
        "BN": (*_CUSTOMS, "customs_info_required"),
        **dict.fromkeys(("CD", "UD"), (*_CUSTOMS, "customs_delay")),
        "HP": (*_CUSTOMS, "customs_duties_unpaid"),
        "TP": Stage.HANDOVER,
        **dict.fromkeys(("AD", "AR"), Stage.LAST_MILE),
        "MD": (Stage.LAST_MILE, Health.OK, "carrier_not_enough_time"),
        "WC": Stage.OUT_FOR_DELIVERY,
        "CC": Stage.COLLECT,
        **dict.fromkeys(("BA", "CM"), (*_AT_DOOR, "consignee_incorrect_address")),
        "CA": (*_AT_DOOR, "consignee_business_closed"),
        "NH": (*_AT_DOOR, "consignee_not_home"),
        "RD": (*_AT_DOOR, "consignee_refused"),
        "ND": (*_AT_DOOR, "unknown"),
        "PD": (Stage.LAST_MILE, Health.ACTION_REQUIRED, "unknown"),
        **dict.fromkeys(("OH", "SS"), (Stage.UNKNOWN, Health.ACTION_REQUIRED, "unknown")),
        "103": (Stage.UNKNOWN, Health.FAILED, "unknown"),
        "RT": (Stage.RETURNED, Health.FAILED, "unknown"),
        "DS": (Stage.DESTROYED, Health.FAILED, "unknown"),
        "DD": (Stage.DELIVERED, Health.FAILED, "carrier_damaged_parcel"),
        **dict.fromkeys(("OK", "101"), Stage.DELIVERED),
    }
)
"""Checkpoints; PO leaves the origin, RW is weighed again there. CS (closed), SC (service changed) and
PY (paid) say nothing of where it is."""

SCAN = ScanShape(
    VENDOR,
    When(("Date", "Time")),
    code="ServiceEvent.EventCode",
    text="ServiceEvent.Description",
    where=Where(facility="ServiceArea.ServiceAreaCode", text="ServiceArea.Description"),
    states=STATES,
)

EXPECTED = (
    When("EstDlvyDate", layouts=("%Y-%m-%d %H:%M:%S GMT%z", "%Y%m%d %H%M%S %z")),
    When("EstDlvyDateUTC", zone=UTC),
)

_ERRORS = ("ShipmentTrackingErrorResponse", "ErrorResponse")


def _refused(sheet: Sheet, status: Payload, number: str) -> bool:
    """Whether a status refuses, and what it says then; a success may have its warnings."""
    names = {"code": "ConditionCode", "text": "ConditionData"}
    conditions = sheet.refusals(status, "Condition", number=number, **names)
    word = status.maybe_text("ActionStatus") or ""
    if word.casefold() in ("", "success"):
        return False
    if not conditions:
        sheet.refused("", word, number=number)
    return True


@frozen
class Reader(TrackingReader):
    """Reads what DHL Express answers about waybills and their pieces, in XML."""

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """One parcel a waybill, and one a piece where several pieces have scans of their own.

        Raises:
            Unreadable: the bytes are no answer of DHL Express.
        """
        sheet = Sheet.xml(body, source=VENDOR, received_at=received_at, charset=charset)
        sheet.expect("TrackingResponse", *_ERRORS)
        for name in ("TrackingResponse", *_ERRORS):
            for status in sheet.each(sheet.top, name, "Response", "Status"):
                _refused(sheet, status, "")
        for item in sheet.each(sheet.top, "TrackingResponse", "AWBInfo"):
            number = item.maybe_text("AWBNumber") or ""
            refused = _refused(sheet, one(item, "Status"), number)
            if not refused or item.peek().get("ShipmentInfo"):
                _waybill(sheet, item, number)
        return Reading(*sheet.found())


def _waybill(sheet: Sheet, item: Payload, number: str) -> None:
    info = one(item, "ShipmentInfo")
    pieces = [part for part in many(item, "Pieces", "PieceInfo") if part.has("PieceEvent")]
    plates = [one(piece, "PieceDetails").maybe_text("LicensePlate") for piece in pieces]
    with sheet.parcel(item, number) as parcel:
        parcel.add(SCAN, info, "ShipmentEvent")
        parcel.line = info.maybe_text("GlobalProductCode") or ""
        for when in EXPECTED:
            if parcel.expected is None:
                parcel.expects(info, when)
        parcel.refer(*plates)
        parcel.around.append(info)
    for piece, plate in zip(pieces, plates, strict=True):
        if len(pieces) > 1 or not info.has("ShipmentEvent"):
            with sheet.parcel(piece, plate) as parcel:
                parcel.add(SCAN, piece, "PieceEvent")
                parcel.refer(number)
