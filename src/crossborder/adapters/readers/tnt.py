"""TNT: answers of ExpressConnect Tracking 3.1 (`TrackResponse` with `Consignment`s).

Source: TNT ExpressConnect Tracking Technical Guide 1.7, "Delivery summary codes" and "StatusData";
the guide lists no status codes, `STATES` holds those that answers show. Times are local to the
depot and have no zone.
"""

from datetime import datetime

from attrs import frozen

from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.scans import ParcelDraft, ScanShape, Sheet, When, Where, states

__all__ = ["Reader"]

VENDOR = "tnt"

SUMMARY = states(
    {
        "DEL": Stage.DELIVERED,
        "INT": Stage.LINE_HAUL,
        "EXC": (Stage.UNKNOWN, Health.FAILED, "unknown"),
    }
)
"""`SummaryCode` of a consignment; INT only says "moving", EXC only that something is wrong."""

STATES = states(
    {
        "PU": Stage.ACCEPTED,
        "CI": Stage.ACCEPTED,
        "AS": Stage.LINE_HAUL,
        "IR": Stage.LINE_HAUL,
        "IS": Stage.LINE_HAUL,
        "OS": Stage.LINE_HAUL,
        "TR": Stage.LINE_HAUL,
        "NR": (Stage.LINE_HAUL, Health.OK, "carrier_delay"),
        "MLA": (Stage.LINE_HAUL, Health.OK, "carrier_delay"),
        "LAA": (Stage.LINE_HAUL, Health.OK, "regulatory_hold"),
        "LAC": (Stage.LINE_HAUL, Health.OK, "carrier_delay"),
        "CDB": (Stage.LINE_HAUL, Health.OK, "carrier_damaged_parcel"),
        "FDB": (Stage.LINE_HAUL, Health.OK, "carrier_damaged_parcel"),
        "PA": Stage.HANDOVER,
        "OD": Stage.OUT_FOR_DELIVERY,
        "OK": Stage.DELIVERED,
        "RES": Stage.DELIVERED,
    }
)
"""`StatusCode`; PA is given to the post for delivery, CDB and FDB are packed again and go on."""

_NOT_FOUND = "CNF"

SCAN = ScanShape(
    VENDOR,
    When(("LocalEventDate", "LocalEventTime"), layouts=("%Y%m%d %H%M",)),
    code="StatusCode",
    text="StatusDescription",
    where=Where(facility="DepotName", text="Depot"),
    states=STATES,
)


def _explained(parcel: ParcelDraft) -> bool:
    """Whether the statuses say more than a word for "moving" or "wrong" does."""
    if parcel.state == SUMMARY["INT"]:
        return any(scan.stage is not Stage.UNKNOWN for scan in parcel.scans)
    newest = max(parcel.scans, key=lambda scan: scan.local or "", default=None)
    why = newest is not None and newest.reason is not None
    return why and parcel.state == SUMMARY["EXC"]


@frozen
class Reader(TrackingReader):
    """Reads what TNT answers about consignments."""

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """One parcel a consignment; those it does not find and refused calls are problems.

        Raises:
            Unreadable: the bytes are no answer of TNT.
        """
        sheet = Sheet.xml(body, source=VENDOR, received_at=received_at, charset=charset)
        sheet.expect("TrackResponse")
        answer = sheet.top.one("TrackResponse")
        if not (answer.has("Consignment") or answer.has("Error")):
            raise answer.refuse("Consignment", None, "is missing")
        sheet.refusals(answer, "Error", code="Code", text="Message")
        for item in sheet.each(answer, "Consignment"):
            number = item.maybe_text("ConsignmentNumber") or ""
            if item.peek().get("SummaryCode") == _NOT_FOUND:
                sheet.refused(_NOT_FOUND, "the consignment is not found", number=number)
                continue
            with sheet.parcel(item, number) as parcel:
                parcel.add(SCAN, item, "StatusData")
                parcel.reports(SUMMARY, item, "SummaryCode")
                if _explained(parcel):
                    parcel.state = None
                parcel.refer(item.maybe_text("CustomerReference"))
        return Reading(*sheet.found())
