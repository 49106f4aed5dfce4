"""USPS: answers of the Web Tools "Track and Confirm" call with fields (`TrackFieldRequest`, XML).

Source: USPS Web Tools, "Track and Confirm API", and the event codes of Publication 199. The newest
scan is the `TrackSummary`, the others are `TrackDetail`s, all local times without a zone; days that
are expected have none either and stay in `extra`. Of several numbers each may fail alone.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import frozen

from crossborder.model.tracking import Health, ParcelState, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.payload import Payload
from crossborder.wire.scans import (
    ParcelDraft,
    ScanShape,
    Sheet,
    When,
    Where,
    Wording,
    many,
    one,
    states,
)

__all__ = ["Reader"]

VENDOR = "usps"

_AT_DOOR, _BACK = (Stage.LAST_MILE, Health.FAILED), (Stage.RETURNING, Health.FAILED)

STATES = states(
    {
        **dict.fromkeys("MA GX 89 TM".split(), Stage.REGISTERED),
        **dict.fromkeys("03 80 AD OA PA UA".split(), Stage.ACCEPTED),
        **dict.fromkeys("06 10 19 41 81 82 A1 EF L1 PC SF T1 TL U1".split(), Stage.LINE_HAUL),
        **dict.fromkeys(("08", "15"), (Stage.LINE_HAUL, Health.OK, "carrier_sorting_error")),
        "NT": (Stage.LINE_HAUL, Health.OK, "carrier_delay"),
        **dict.fromkeys(("42", "83"), Stage.HANDOVER),
        **dict.fromkeys(("07", "DX"), Stage.LAST_MILE),
        "71": (Stage.LAST_MILE, Health.OK, "carrier_delay"),
        "OF": Stage.OUT_FOR_DELIVERY,
        **dict.fromkeys(("02", "52"), (*_AT_DOOR, "consignee_not_home")),
        "51": (*_AT_DOOR, "consignee_business_closed"),
        **dict.fromkeys(("30", "53"), (*_AT_DOOR, "consignee_access_restricted")),
        **dict.fromkeys(("54", "55"), (*_AT_DOOR, "consignee_safe_place_unavailable")),
        "56": (*_AT_DOOR, "consignee_not_available"),
        **dict.fromkeys(("14", "16"), Stage.COLLECT),
        **dict.fromkeys(("01", "17", "43"), Stage.DELIVERED),
        "04": (*_BACK, "consignee_refused"),
        **dict.fromkeys("05 21 22 23 24 25 26".split(), (*_BACK, "consignee_incorrect_address")),
        **dict.fromkeys(("27", "31"), (*_BACK, "consignee_not_available")),
        **dict.fromkeys(("09", "28", "29"), (*_BACK, "unknown")),
        "11": (Stage.LOST, Health.FAILED, "parcel_being_researched"),
        "44": Stage.CANCELLED,
    }
)
"""Event codes; 10, EF and their like only say "moving". 17 is fetched by the addressee's agent, 43
by the addressee; 11 is dead letter mail, 44 called back by the mailer; 21 to 31 say why it returns.
"""

CATEGORIES = states(
    {
        "Pre-Shipment": Stage.REGISTERED,
        **dict.fromkeys(("Accepted", "Accept", "USPS in possession of item"), Stage.ACCEPTED),
        **dict.fromkeys(("In Transit", "In-Transit", "On its Way to USPS"), Stage.LINE_HAUL),
        "Out for Delivery": Stage.OUT_FOR_DELIVERY,
        "Available for Pickup": Stage.COLLECT,
        **dict.fromkeys(("Delivered", "Delivered to Agent"), Stage.DELIVERED),
        "Delivery Attempt": (*_AT_DOOR, "unknown"),
        "Delivery Attempt: Action Needed": (Stage.LAST_MILE, Health.ACTION_REQUIRED, "unknown"),
        "Alert": (Stage.UNKNOWN, Health.FAILED, "unknown"),
    }
)
"""`StatusCategory` of a piece; "In Transit" and "Alert" say less than its scans."""

TO_WHOM = Wording(
    {
        "Delivered, To Original Sender": (Stage.RETURNED, Health.FAILED),
        "Delivered to Agent for Final Delivery": Stage.HANDOVER,
    }
)
"""Whole sentences with which the code of a delivery (01) is no delivery to the addressee."""


def _to_whom(text: object) -> ParcelState | None:
    said = TO_WHOM(text) if isinstance(text, str) else None
    return said if said is not None and said.stage is not Stage.UNKNOWN else None


def _event(entry: Mapping[str, Any]) -> ParcelState | None:
    return _to_whom(entry.get("Event")) if entry.get("EventCode") == "01" else None


SCAN = ScanShape(
    VENDOR,
    When(("EventDate", "EventTime"), layouts=("%B %d, %Y %I:%M %p", "%B %d, %Y")),
    code="EventCode",
    text="Event",
    where=Where(
        country="EventCountry",
        region="EventState",
        city="EventCity",
        postal_code="EventZIPCode",
        facility="FirmName",
    ),
    states=STATES,
    state=_event,
)


def _explained(parcel: ParcelDraft) -> bool:
    """Whether the scans, the newest first, say more than "moving" or "something is wrong" does."""
    if parcel.state == CATEGORIES["In Transit"]:
        return any(scan.stage is not Stage.UNKNOWN for scan in parcel.scans)
    vague = parcel.state is not None and parcel.state.reason == "unknown"
    return vague and any(scan.health is not Health.OK for scan in parcel.scans[:1])


def _refused(sheet: Sheet, error: Payload, number: str) -> None:
    text = error.maybe_text("Description") or ""
    sheet.refused(error.maybe_text("Number") or "", text, number=number)


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
        for error in sheet.each(sheet.top, "Error"):
            _refused(sheet, error, "")
        answer = one(sheet.top, "TrackResponse")
        if not (sheet.top.has("Error") or answer.has("TrackInfo")):
            raise answer.refuse("TrackInfo", None, "is missing")
        for item in sheet.each(answer, "TrackInfo"):
            number = item.maybe_text("@ID") or ""
            errors = many(item, "Error")
            for error in errors:
                _refused(sheet, error, number)
            if errors and not item.has("TrackSummary"):
                continue
            with sheet.parcel(item, number) as parcel:
                parcel.add(SCAN, item, "TrackSummary")
                parcel.add(SCAN, item, "TrackDetail")
                parcel.reports(CATEGORIES, item, "StatusCategory")
                if parcel.state == CATEGORIES["Delivered"]:
                    parcel.state = _to_whom(item.peek().get("Status")) or parcel.state
                elif _explained(parcel):
                    parcel.state = None
                parcel.line = item.maybe_text("Class") or ""
        return Reading(*sheet.found())
