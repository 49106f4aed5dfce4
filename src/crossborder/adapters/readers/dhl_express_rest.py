"""DHL Express: answers of `GET /shipments/{number}/tracking` and `/tracking` (MyDHL API 3).

Source: MyDHL API 3.1 OpenAPI document, and DHL's list of checkpoints of its express division. Times
are those of the place; `GMTOffset` stands beside them only when it was asked for. The pieces of a
waybill have scans of their own, also only when asked for.
"""

from datetime import datetime

from attrs import frozen

from crossborder.adapters.readers.dhl_divisions import DIVISIONS
from crossborder.model.outcome import Problem
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.scans import ScanShape, Sheet, When, Where, many, states

__all__ = ["Reader"]

VENDOR = "dhl_express"

STATES = DIVISIONS["express"]
"""Checkpoints. RR is an answer of customs or the consignee; PD is a delivery of a part. CS (closed),
SC (service changed) and PY (paid) say nothing of where it is, and are in no table."""

STATUS = states(
    {
        "pre-transit": Stage.REGISTERED,
        "transit": Stage.LINE_HAUL,
        "delivered": Stage.DELIVERED,
        "failure": (Stage.UNKNOWN, Health.FAILED, "unknown"),
    }
)
"""The words of a shipment's `status`; `Success` there is only said of the call."""

SCAN = ScanShape(
    VENDOR,
    When(("date", "time"), offset="GMTOffset"),
    code="typeCode",
    text="description",
    where=Where(text="serviceArea.description", facility="serviceArea.code"),
    states=STATES,
)


@frozen
class Reader(TrackingReader):
    """Reads what DHL Express answers about waybills and their pieces."""

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """One parcel a waybill, and one a piece where several pieces have scans of their own.

        Raises:
            Unreadable: the bytes are no answer of DHL Express.
        """
        sheet = Sheet.json(body, source=VENDOR, received_at=received_at, charset=charset)
        sheet.expect("shipments", "documents", "detail", "title", "reasons")
        top = sheet.top
        if top.has("detail") or top.has("title"):
            text = top.maybe_text("detail") or top.maybe_text("title", "message") or ""
            sheet.refused(top.maybe_text("status") or "", text)
        sheet.refusals(top, "reasons", text="msg")
        if top.has("documents") and not top.has("shipments"):
            text = "documents of a delivery, and nothing of where a parcel is"
            sheet.problems.append(Problem("no_tracking", text, field="documents"))
        for item in sheet.each(top, "shipments"):
            number = item.maybe_text("shipmentTrackingNumber") or ""
            pieces = [piece for piece in many(item, "pieces") if piece.has("events")]
            whole = bool(item.raw("events")) or not pieces
            if whole:
                with sheet.parcel(item, number) as parcel:
                    parcel.add(SCAN, item, "events")
                    parcel.reports(STATUS, item, "status")
                    parcel.line = item.maybe_text("productCode") or ""
                    parcel.refer(*(it.maybe_text("trackingNumber") for it in many(item, "pieces")))
                    parcel.extra.update({"pieces": item.raw("pieces")} if pieces else {})
            for piece in pieces if len(pieces) > 1 or not whole else ():
                with sheet.parcel(piece, piece.maybe_text("trackingNumber")) as parcel:
                    parcel.add(SCAN, piece, "events")
                    parcel.refer(number)
        sheet.nothing_known()
        return Reading(*sheet.found())
