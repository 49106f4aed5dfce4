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

_LAST, _BACK = (Stage.LAST_MILE, Health.FAILED), (Stage.RETURNING, Health.FAILED)

STATES = states(
    {
        "MA": Stage.REGISTERED,
        "GX": Stage.REGISTERED,
        "89": Stage.REGISTERED,
        "03": Stage.ACCEPTED,
        "43": Stage.ACCEPTED,
        "80": Stage.ACCEPTED,
        "OA": Stage.ACCEPTED,
        "PA": Stage.ACCEPTED,
        "TM": Stage.ACCEPTED,
        "UA": Stage.ACCEPTED,
        "10": Stage.LINE_HAUL,
        "19": Stage.LINE_HAUL,
        "41": Stage.LINE_HAUL,
        "81": Stage.LINE_HAUL,
        "82": Stage.LINE_HAUL,
        "A1": Stage.LINE_HAUL,
        "EF": Stage.LINE_HAUL,
        "L1": Stage.LINE_HAUL,
        "NT": Stage.LINE_HAUL,
        "SF": Stage.LINE_HAUL,
        "T1": Stage.LINE_HAUL,
        "TL": Stage.LINE_HAUL,
        "06": Stage.LINE_HAUL,
        "08": (Stage.LINE_HAUL, Health.OK, "carrier_sorting_error"),
        "15": (Stage.LINE_HAUL, Health.OK, "carrier_sorting_error"),
        "17": Stage.HANDOVER,
        "42": Stage.HANDOVER,
        "83": Stage.HANDOVER,
        "07": Stage.LAST_MILE,
        "AD": Stage.LAST_MILE,
        "PC": Stage.LAST_MILE,
        "71": (Stage.LAST_MILE, Health.OK, "carrier_delay"),
        "DX": (Stage.LAST_MILE, Health.OK, "unknown"),
        "OF": Stage.OUT_FOR_DELIVERY,
        "14": Stage.COLLECT,
        "16": Stage.COLLECT,
        "01": Stage.DELIVERED,
        "02": (*_LAST, "consignee_not_available"),
        "30": (*_LAST, "consignee_access_restricted"),
        "51": (*_LAST, "consignee_business_closed"),
        "52": (*_LAST, "consignee_not_available"),
        "53": (*_LAST, "consignee_access_restricted"),
        "54": (*_LAST, "consignee_safe_place_unavailable"),
        "55": (*_LAST, "consignee_safe_place_unavailable"),
        "56": (*_LAST, "consignee_not_available"),
        "04": (*_LAST, "consignee_refused"),
        "05": (*_LAST, "consignee_incorrect_address"),
        "09": (*_BACK, "unknown"),
        "21": (*_BACK, "consignee_incorrect_address"),
        "22": (*_BACK, "consignee_incorrect_address"),
        "23": (*_BACK, "consignee_incorrect_address"),
        "24": (*_BACK, "consignee_incorrect_address"),
        "25": (*_BACK, "consignee_incorrect_address"),
        "26": (*_BACK, "consignee_incorrect_address"),
        "27": (*_BACK, "consignee_not_available"),
        "28": (*_BACK, "consignee_not_available"),
        "29": (*_BACK, "unknown"),
        "31": (*_BACK, "consignee_not_available"),
        "44": (*_BACK, "retailer_cancelled"),
        "11": (Stage.UNKNOWN, Health.FAILED, "parcel_being_researched"),
    }
)
"""Event codes; 10, EF and their like only say "moving", 11 is sent to the Mail Recovery Center, and
21 to 31 are the reasons for which a piece goes back."""

CATEGORIES = states(
    {
        "Pre-Shipment": Stage.REGISTERED,
        "Accepted": Stage.ACCEPTED,
        "In Transit": Stage.LINE_HAUL,
        "In-Transit": Stage.LINE_HAUL,
        "Out for Delivery": Stage.OUT_FOR_DELIVERY,
        "Available for Pickup": Stage.COLLECT,
        "Delivered": Stage.DELIVERED,
        "Delivered to Agent": Stage.HANDOVER,
        "Delivery Attempt": (Stage.LAST_MILE, Health.FAILED, "consignee_not_available"),
        "Delivery Attempt: Action Needed": (
            *(Stage.LAST_MILE, Health.ACTION_REQUIRED, "consignee_not_available"),
        ),
        "Alert": (Stage.UNKNOWN, Health.FAILED, "unknown"),
    }
)
"""`StatusCategory` of a piece; "Alert" only says that something is wrong."""

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
    """Whether the scans, the newest first, say more than "in transit" or "alert" does."""
    if parcel.state == CATEGORIES["In Transit"]:
        return any(scan.stage is not Stage.UNKNOWN for scan in parcel.scans)
    wrong = any(scan.health is not Health.OK for scan in parcel.scans[:1])
    return wrong and parcel.state == CATEGORIES["Alert"]


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
        for error in many(sheet.top, "Error"):
            _refused(sheet, error, "")
        answer = one(sheet.top, "TrackResponse")
        if not (sheet.top.has("Error") or answer.has("TrackInfo")):
            raise answer.refuse("TrackInfo", None, "is missing")
        for item in many(answer, "TrackInfo"):
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
