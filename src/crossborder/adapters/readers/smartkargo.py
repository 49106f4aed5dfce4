"""SmartKargo: answers of `GET /tracking` (iHub, air cargo for parcels).

Source: nine codes by answers and public client code; the others are those of IATA Cargo-IMP status
messages (FSU), which airlines share, and were not seen in an answer. The answer is a list with a row an event, of several
pieces together; each `pieceReference` is a parcel. Times are those of the place, without a zone.
"""

from datetime import datetime

from attrs import frozen

from crossborder.model.shipment import Leg
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.scans import ScanShape, Sheet, When, Where, states
from crossborder.wire.scans.refusals import plain

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


NUMBER = ("pieceReference", "packageReference", "airWaybill")


@frozen
class Reader(TrackingReader):
    """Reads what SmartKargo answers about pieces under an air waybill."""

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """One parcel a piece, with the waybill as its number in the air.

        Raises:
            Unreadable: the bytes are no answer of SmartKargo.
        """
        sheet = Sheet.json(body, source=VENDOR, received_at=received_at, charset=charset)
        sheet.expect("errors", "eventType")
        sheet.refusals(sheet.top, "errors")
        for number, item in sheet.grouped(sheet.top, "all", number=NUMBER):
            with sheet.parcel(item, number) as parcel:
                parcel.add(SCAN, item, "rows")
                said = parcel.scans[0].extra if parcel.scans else {}
                waybill = "".join(plain(said.get(part)) for part in ("prefix", "airWaybill"))
                parcel.legs.extend(Leg(VENDOR, "air", it) for it in (waybill,) if it)
                parcel.refer(plain(said.get("packageReference")))
        sheet.nothing_known()
        return Reading(*sheet.found())
