"""DHL Express: answers of `GET /shipments/{number}/tracking` and `/tracking` (MyDHL API 3).

Source: MyDHL API 3.1 OpenAPI document, and DHL's list of checkpoints of its express division. Times
are those of the place; `GMTOffset` stands beside them only when it was asked for. The pieces of a
waybill have scans of their own, also only when asked for.
"""

from datetime import datetime

from attrs import frozen

from crossborder.model.ids import Ref
from crossborder.model.outcome import Problem
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.scans import ScanShape, Sheet, When, Where, many, states

__all__ = ["Reader"]

VENDOR = "dhl_express"
_AT_DOOR = (Stage.LAST_MILE, Health.FAILED)
_CUSTOMS = (Stage.IMPORT_CUSTOMS, Health.ACTION_REQUIRED)

STATES = states(
    {
        **dict.fromkeys("PU SA".split(), Stage.ACCEPTED),
        **dict.fromkeys("AF DF PL TR SM FD".split(), Stage.LINE_HAUL),
        **dict.fromkeys("MC MS".split(), (Stage.LINE_HAUL, Health.OK, "carrier_sorting_error")),
        **dict.fromkeys("BR CR IC RR".split(), Stage.IMPORT_CUSTOMS),
        "BN": (*_CUSTOMS, "customs_info_required"),
        **dict.fromkeys("CD UD".split(), (*_CUSTOMS, "customs_delay")),
        "HP": (*_CUSTOMS, "customs_duties_unpaid"),
        "TP": Stage.HANDOVER,
        **dict.fromkeys("AR AD".split(), Stage.LAST_MILE),
        "MD": (Stage.LAST_MILE, Health.OK, "carrier_not_enough_time"),
        "WC": Stage.OUT_FOR_DELIVERY,
        "CC": Stage.COLLECT,
        **dict.fromkeys("BA CM".split(), (*_AT_DOOR, "consignee_incorrect_address")),
        "CA": (*_AT_DOOR, "consignee_business_closed"),
        "NH": (*_AT_DOOR, "consignee_not_home"),
        "RD": (*_AT_DOOR, "consignee_refused"),
        "ND": (*_AT_DOOR, "unknown"),
        "PD": (Stage.LAST_MILE, Health.ACTION_REQUIRED, "unknown"),
        **dict.fromkeys("OH SS".split(), (Stage.UNKNOWN, Health.ACTION_REQUIRED, "unknown")),
        "RT": (Stage.RETURNED, Health.FAILED, "unknown"),
        "DS": (Stage.DESTROYED, Health.FAILED, "unknown"),
        "OK": Stage.DELIVERED,
        "DD": (Stage.DELIVERED, Health.FAILED, "carrier_damaged_parcel"),
    }
)
"""Checkpoints. RR is an answer of customs or the consignee; PD is a delivery of a part. CS (closed),
SC (service changed) and PY (paid) say nothing of where it is."""

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
        sheet.expect("shipments", "documents", "detail", "title")
        top = sheet.top
        if top.has("detail") or top.has("title"):
            text = top.maybe_text("detail") or top.maybe_text("title", "message") or ""
            sheet.refused(top.maybe_text("status") or "", text)
        if top.has("documents") and not top.has("shipments"):
            text = "documents of a delivery, and nothing of where a parcel is"
            sheet.problems.append(Problem("no_tracking", text, field="documents"))
        for item in many(top, "shipments"):
            number = item.maybe_text("shipmentTrackingNumber") or ""
            pieces = [piece for piece in many(item, "pieces") if piece.has("events")]
            whole = bool(item.raw("events")) or not pieces
            if whole:
                with sheet.parcel(item, number) as parcel:
                    parcel.add(SCAN, item, "events")
                    parcel.reports(STATUS, item, "status")
                    parcel.line = item.maybe_text("productCode") or ""
                    for piece in many(item, "pieces"):
                        parcel.refs.append(Ref(VENDOR, piece.maybe_text("trackingNumber") or ""))
                    parcel.extra.update({"pieces": item.raw("pieces")} if pieces else {})
            for piece in pieces if len(pieces) > 1 or not whole else ():
                with sheet.parcel(piece, piece.maybe_text("trackingNumber")) as parcel:
                    parcel.add(SCAN, piece, "events")
                    parcel.refs.append(Ref(VENDOR, number))
        return Reading(*sheet.found())
