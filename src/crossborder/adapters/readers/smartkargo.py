"""SmartKargo: answers of `GET /tracking` (iHub, air cargo for parcels).

Source: nine codes by answers and public client code; the others are those of IATA Cargo-IMP status
messages (FSU), which airlines share, and were not seen in an answer. The answer is a list with a row an event, of several
pieces together; each `pieceReference` is a parcel. Times are those of the place, without a zone.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from attrs import frozen

from crossborder.model.shipment import Leg
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.payload import Payload
from crossborder.wire.scans import ScanShape, Sheet, When, Where, many, states

__all__ = ["Reader"]

VENDOR = "smartkargo"

STATES = states(
    {
        **dict.fromkeys(("BKD", "FOH"), Stage.REGISTERED),
        **dict.fromkeys(("RCS", "RCT"), Stage.ACCEPTED),
        **dict.fromkeys(("PRE", "MAN", "TGC"), Stage.EXPORT),
        **dict.fromkeys(("DEP", "ARR", "RCF", "TRM", "TFD"), Stage.LINE_HAUL),
        **dict.fromkeys(("CRC", "CCD"), Stage.IMPORT_CUSTOMS),
        **dict.fromkeys(("NFD", "AWD", "AWR", "DLV"), Stage.HANDOVER),
        "GDL": Stage.OUT_FOR_DELIVERY,
        "ADL": (Stage.LAST_MILE, Health.FAILED, "consignee_not_available"),
        "RCU": (Stage.LAST_MILE, Health.ACTION_REQUIRED, "consignee_not_available"),
        "DIS": (Stage.UNKNOWN, Health.FAILED, "unknown"),
        **dict.fromkeys(("DDL", "DLD"), Stage.DELIVERED),
    }
)
"""Event types. RCF is cargo received from a flight, also when the next carrier fetches it; DLV is
handed to the consignee or an agent at the airport, which is no delivery at a door."""

SCAN = ScanShape(
    VENDOR,
    When("eventDate"),
    code="eventType",
    text="description",
    where=Where(facility="eventLocation"),
    states=STATES,
)


def _text(row: Any, *names: str) -> str:
    """The first of these that the row has, as a text."""
    found = (row.get(name) for name in names) if isinstance(row, dict) else ()
    return next((str(value) for value in found if value and isinstance(value, str | int)), "")


def _rows(sheet: Sheet) -> Sequence[Any]:
    """The rows of the answer, good and bad ones.

    Raises:
        Unreadable: none of them is an event.
    """
    whole = sheet.top.raw("all")
    rows = whole if isinstance(whole, list) else []
    if rows and not any(_text(row, "eventType") for row in rows):
        raise sheet.top.refuse("all", None, "has no row with an eventType")
    return rows


@frozen
class Reader(TrackingReader):
    """Reads what SmartKargo answers about pieces under an air waybill."""

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """One parcel a piece, with the waybill as its number in the air.

        Raises:
            Unreadable: the bytes are no answer of SmartKargo.
        """
        sheet = Sheet.json(body, source=VENDOR, received_at=received_at, charset=charset)
        sheet.expect("error", "errors", "airWaybill", "eventType", "pieceReference")
        for error in (*many(sheet.top, "error"), *many(sheet.top, "errors")):
            sheet.refused(error.maybe_text("code") or "", error.maybe_text("message") or "")
        pieces: dict[str, list[Any]] = {}
        for row in _rows(sheet):
            number = _text(row, "pieceReference", "packageReference", "airWaybill")
            pieces.setdefault(number, []).append(row)
        for number, rows in pieces.items():
            item = Payload({"rows": rows}, source=VENDOR)
            with sheet.parcel(item, number) as parcel:
                parcel.add(SCAN, item, "rows")
                waybill = _text(rows[0], "prefix") + _text(rows[0], "airWaybill")
                parcel.legs.extend(Leg(VENDOR, "air", it) for it in (waybill,) if it)
                parcel.refer(_text(rows[0], "packageReference"))
        return Reading(*sheet.found())
