"""USPS: answers of the Web Tools "Track and Confirm" calls (`TrackFieldRequest`, `TrackRequest`).

Source: USPS Web Tools, "Track and Confirm API", and the event codes of Publication 199. The newest
scan is the `TrackSummary`, the others are `TrackDetail`s, each with fields or as one sentence; all
local times without a zone. Days that are expected have none either and stay in `extra`. Of several
numbers each may fail alone.
"""

from collections.abc import Iterator
from datetime import datetime

from attrs import frozen

from crossborder.adapters.readers.usps_events import CATEGORIES, STATES, to_whom
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.payload import Payload
from crossborder.wire.scans import (
    ParcelDraft,
    ScanShape,
    Sheet,
    When,
    Where,
    Wording,
    one,
)
from crossborder.wire.scans.fields import as_text

__all__ = ["Reader"]

VENDOR = "usps"

SAID = Wording(
    {
        **dict.fromkeys(
            (
                "Your item was delivered",
                "Your item was delivered in or at the mailbox",
                "Your item was delivered to an individual at the address",
                "Your item was delivered to a parcel locker",
                "Your item has been delivered to the mail room",
                "Your item has been delivered and is available at a PO Box",
                "Your item was picked up at a postal facility",
                "Your item was picked up at the post office",
            ),
            Stage.DELIVERED,
        ),
        **dict.fromkeys(
            (
                "A shipping label has been prepared for your item",
                "Electronic Shipping Info Received",
                "Pre-Shipment Info Sent to USPS",
                "Shipping Label Created",
                "Shipping Label Created, USPS Awaiting Item",
            ),
            Stage.REGISTERED,
        ),
        **dict.fromkeys(
            (
                "Acceptance",
                "Accepted at USPS Facility",
                "Accepted at USPS Origin Sort Facility",
                "Picked Up by Shipping Partner",
                "Picked Up by Shipping Partner, USPS Awaiting Item",
                "USPS in possession of item",
            ),
            Stage.ACCEPTED,
        ),
        **dict.fromkeys(
            (
                "Arrived Shipping Partner Facility",
                "Arrived at USPS Facility",
                "Arrived at USPS Origin Facility",
                "Arrived at USPS Destination Facility",
                "Arrived at USPS Regional Facility",
                "Departed Post Office",
                "Departed Shipping Partner Facility",
                "Departed USPS Facility",
                "Departed USPS Regional Facility",
                "In Transit to Next Facility",
                "Sorting Complete",
            ),
            Stage.LINE_HAUL,
        ),
        **dict.fromkeys(("Arrival at Post Office", "Arrived at Post Office"), Stage.LAST_MILE),
        "Out for Delivery": Stage.OUT_FOR_DELIVERY,
    }
)
"""Whole sentences of scans without fields, as printed answers and public client code show them.

They mean what the code means that stands beside them elsewhere.
"""

_TIME = r"(?P<EventTime>[0-9]{1,2}:[0-9]{2} [ap]m)"
_PLACE = (
    r"(?P<EventCity>[^,]+),? (?P<EventState>[A-Z]{2}) (?P<EventZIPCode>[0-9]{5})|(?P<Place>.+?)"
)
_SUMMARY = (
    rf"(?P<Event>.+?) at {_TIME} on (?P<EventDate>[A-Z][a-z]+ [0-9]{{1,2}}(?:, [0-9]{{4}})?)"
    rf" in (?:{_PLACE})(?:\.(?: (?P<Note>.*))?)?"
)
"""Your item was delivered at 9:01 am on April 28, 2015 in HANNA CITY, IL 61536."""

_DETAIL = (
    r"(?P<Event>.+?), (?P<EventDate>[A-Z][a-z]+ [0-9]{1,2}, [0-9]{4}|[0-9]{2}/[0-9]{2}/[0-9]{4})"
    rf"(?:, {_TIME})?(?:, (?:{_PLACE}))?"
)
"""Out for Delivery, April 28, 2015, 7:10 am, HANNA CITY, IL 61536"""

SCAN = ScanShape(
    VENDOR,
    When(
        ("EventDate", "EventTime"),
        layouts=("%B %d, %Y %I:%M %p", "%B %d, %Y", "%m/%d/%Y %I:%M %p", "%m/%d/%Y"),
    ),
    code="EventCode",
    text="Event",
    where=Where(
        country="EventCountry",
        region="EventState",
        city="EventCity",
        postal_code="EventZIPCode",
        facility="FirmName",
        text="Place",
    ),
    states=STATES,
    wording=SAID,
    state=lambda entry: to_whom(entry.get("EventCode"), entry.get("Event")),
    patterns=(_SUMMARY, _DETAIL),
)


def _explained(parcel: ParcelDraft) -> bool:
    """Whether the scans, the newest first, say more than the word for the whole piece does."""
    if parcel.state == CATEGORIES["In Transit"]:
        return any(scan.stage is not Stage.UNKNOWN for scan in parcel.scans)
    vague = parcel.state is not None and parcel.state.reason == "unknown"
    finer = vague and any(scan.health is not Health.OK for scan in parcel.scans[:1])
    return finer or any(to_whom(scan.code, scan.text) for scan in parcel.scans)


def _pieces(sheet: Sheet, answer: Payload, outer: str = "") -> Iterator[tuple[str, Payload]]:
    """Every piece with its number; one that holds an answer of its own is read in there."""
    for item in sheet.each(answer, "TrackInfo"):
        number = item.maybe_text("@ID") or outer
        inner = sheet.each(item, "TrackResponse")
        for nested in inner:
            if nested.has("TrackInfo"):
                yield from _pieces(sheet, nested, number)
            else:
                yield number, nested
        if not inner:
            yield number, item


@frozen
class Reader(TrackingReader):
    """Reads what USPS Web Tools answer about pieces of mail."""

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """One parcel a `TrackInfo`; numbers it cannot locate and refused calls are problems.

        Raises:
            Unreadable: the bytes are no answer of USPS Web Tools.
        """
        sheet = Sheet.xml(body, source=VENDOR, received_at=received_at, charset=charset)
        sheet.expect("TrackResponse", "Error")
        answer = one(sheet.top, "TrackResponse")
        refused = [_refused(sheet, part, "") for part in (sheet.top, answer)]
        if not (any(refused) or answer.has("TrackInfo")):
            raise answer.refuse("TrackInfo", None, "is missing")
        for number, item in _pieces(sheet, answer):
            if _refused(sheet, item, number) and not item.has("TrackSummary"):
                continue
            with sheet.parcel(item, number) as parcel:
                parcel.add(SCAN, item, "TrackSummary")
                parcel.add(SCAN, item, "TrackDetail")
                parcel.reports(CATEGORIES, item, "StatusCategory")
                if parcel.state == CATEGORIES["Delivered"]:
                    parcel.state = to_whom("01", item.peek().get("Status")) or parcel.state
                if _explained(parcel):
                    parcel.state = None
                parcel.line = as_text(item.raw("Class"), "Class", VENDOR)
        return Reading(*sheet.found())


def _refused(sheet: Sheet, item: Payload, number: str) -> bool:
    return sheet.refusals(item, "Error", code="Number", text="Description", number=number)
