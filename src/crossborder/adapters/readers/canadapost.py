"""Canada Post: answers of `GET /vis/track/pin/{pin}/detail` and `/summary` (REST and SOAP).

Source: Canada Post Developer Program, "Get Tracking Details", "Get Tracking Summary" and "Messages
and code tables". An `event-identifier` decides, with or without its leading zeros; beside it stand
the local time and the vendor's own word for its zone. A summary has the newest event alone, with a
word for a code. Expected days have no zone and stay in `extra`.
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

VENDOR = "canadapost"

OK, ACT, FAILED = Health.OK, Health.ACTION_REQUIRED, Health.FAILED
MOVING, CUSTOMS = Stage.LINE_HAUL, Stage.IMPORT_CUSTOMS
LAST, BACK = Stage.LAST_MILE, Stage.RETURNING

_CODES = (
    ("3000 3002", Stage.REGISTERED),
    ("1300 1301 1302 1303 2300 4000", Stage.ACCEPTED),
    ("100 102 104 105 106 107 170 175 400 405 410 804 1240 1241 1244 2500 2501", MOVING),
    ("113 114 700 4202 4310 4311 4900 4950 8901", MOVING),
    ("115 116", Stage.HANDOVER),
    ("815 4100", Stage.EXPORT),
    ("130 701 800 900 910 1210 2601 4330 4400 4450 4500 5201", CUSTOMS),
    ("127 810", (CUSTOMS, ACT, "customs_delay")),
    ("1487 1495", (CUSTOMS, ACT, "customs_duties_unpaid")),
    ("610 611 612 613 614 615 616 617 618 619 620 1480 1490 1703 1705 4550 4600", LAST),
    ("174 500", Stage.OUT_FOR_DELIVERY),
    ("1405 1407 1701 2407", Stage.COLLECT),
    ("1435 1436 1437 1438 1479 1488", (Stage.COLLECT, ACT, "consignee_not_home")),
    ("156", (Stage.COLLECT, ACT, "consignee_not_available")),
    ("1406 1408 1409 1421 1422 1423 1424 1425 1426 1427 1428 1429 1430 1431", Stage.DELIVERED),
    ("1432 1433 1434 1441 1442 1461 1462 1463 1465 1466 1467 1468 1469", Stage.DELIVERED),
    ("1471 1472 1473 1475 1476 1496 1498", Stage.DELIVERED),
    ("117", (MOVING, ACT, "customs_documentation")),
    ("118", (MOVING, FAILED, "carrier_address_not_found")),
    ("120", (MOVING, ACT, "consignee_incorrect_address")),
    ("121", (MOVING, FAILED, "consignee_refused")),
    ("171 173", (MOVING, OK, "consignee_incorrect_address")),
    ("172", (MOVING, OK, "carrier_sorting_error")),
    ("710", (MOVING, FAILED, "carrier_damaged_parcel")),
    ("159", (Stage.UNKNOWN, OK, "weather_delay")),
    ("160 161 163", (Stage.UNKNOWN, OK, "force_majeure")),
    ("162", (Stage.UNKNOWN, OK, "carrier_delay")),
    ("1414 1444 2414 621 622 623 624 625 626 627 628", (LAST, OK, "carrier_delay")),
    ("1410 2410", (LAST, OK, "consignee_not_available")),
    ("1411 2411", (LAST, FAILED, "consignee_business_closed")),
    ("1412 2412", (LAST, OK, "consignee_incorrect_address")),
    ("1443 629", (LAST, FAILED, "consignee_not_available")),
    ("630", (LAST, FAILED, "consignee_safe_place_unavailable")),
    ("1450 1484 1494 4700", (LAST, ACT, "unknown")),
    ("179 1483 1493 4650", (LAST, FAILED, "unknown")),
    ("1420 2600 2802 3001", (BACK, FAILED, "unknown")),
    ("1415 1416 1481 1491", (BACK, FAILED, "consignee_incorrect_address")),
    ("1417 1482 1492", (BACK, FAILED, "consignee_refused")),
    ("1418", (BACK, FAILED, "consignee_verification_failed")),
    ("1419", (BACK, FAILED, "consignee_not_available")),
    ("167 169 181", (BACK, FAILED, "retailer_incorrect_data")),
    ("168", (BACK, FAILED, "retailer_incorrect_parcel")),
    ("182 1100", (BACK, FAILED, "customs_documentation")),
    ("183", (BACK, FAILED, "regulatory_hold")),
    ("184", (BACK, FAILED, "customs_prohibited")),
    ("150", (Stage.DESTROYED, FAILED)),
    ("190", Stage.CANCELLED),
)

STATES = states(
    {
        spelling: meaning
        for codes, meaning in _CODES
        for code in codes.split()
        for spelling in (code, code.zfill(4))
    }
)
"""Scan events of "Messages and code tables", by number; 0100 and 100 are one.

An item in a parcel locker (1405) waits to be taken out (1406). Notes that say nothing of where an
item is (preferences, refunds, a new expected day, the signature or photo of a delivery that has a
code of its own: 20, 21, 2001) are not in the table.
"""

BACKWARDS = Wording(
    {
        "Item successfully returned to sender": (Stage.RETURNED, FAILED),
        "Item has been successfully returned to sender": (Stage.RETURNED, FAILED),
        "L'article a été renvoyé avec succès à l'expéditeur": (Stage.RETURNED, FAILED),
        "Item returned to sender is out for delivery": (BACK, FAILED),
        "L'article renvoyé à l'expéditeur est sorti pour livraison": (BACK, FAILED),
        "L'article renvoyé à l'expéditeur est arrivé à l'installation postale": (BACK, FAILED),
        "Tentative de renvoyer article à expéditeur. Carte laissée indiquant où ramasser": BACK,
    }
)
"""Whole sentences under which a code of the way out is used again on the way back (1496, 0174)."""

TYPES = states({"INDUCTION": Stage.ACCEPTED, "DELIVERED": Stage.DELIVERED})
"""Words of `event-type` in a summary, as far as answers show them."""

NOTICES = Wording({"Order information received by Canada Post": Stage.REGISTERED})
"""Whole sentences that a word of `event-type` goes too far for: this is called an induction."""

ZONES = {
    "NST": -3.5,
    "NDT": -2.5,
    "AST": -4,
    "ADT": -3,
    "EST": -5,
    "EDT": -4,
    "CST": -6,
    "CSTNO": -6,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
    "HNT": -3.5,
    "HAT": -2.5,
    "HNA": -4,
    "HAA": -3,
    "HNE": -5,
    "HAE": -4,
    "HNC": -6,
    "HAC": -5,
    "HNR": -7,
    "HAR": -6,
    "HNP": -8,
    "HAP": -7,
}
"""The words of `event-time-zone` for Canada, English and French; abroad it names a country.

CSTNO is Saskatchewan, which has no summer time.
"""

REFS = ("customer-ref-1", "customer-ref-2", "original-pin", "return-pin")
"""Further ids of an item; `extra` says which is which."""


def _backwards(entry: Mapping[str, Any]) -> ParcelState | None:
    code, text = entry.get("event-identifier"), entry.get("event-description")
    if not (isinstance(code, str) and code in STATES and isinstance(text, str)):
        return None
    said = BACKWARDS(text)
    return None if said.stage is Stage.UNKNOWN else said


SCAN = ScanShape(
    VENDOR,
    When(("event-date", "event-time"), offset="event-time-zone", zones=ZONES),
    code="event-identifier",
    text="event-description",
    where=Where(region="event-province", city="event-site", facility="event-retail-name"),
    states=STATES,
    state=_backwards,
)


def _summed(entry: Mapping[str, Any]) -> ParcelState | None:
    text = entry.get("event-description")
    told = (BACKWARDS(text), NOTICES(text)) if isinstance(text, str) else ()
    return next((said for said in told if said.stage is not Stage.UNKNOWN), None)


SUMMARY = ScanShape(
    VENDOR,
    When("event-date-time", layouts=("%Y%m%d:%H%M%S",)),
    code="event-type",
    text="event-description",
    where=Where(text="event-location"),
    states=TYPES,
    state=_summed,
)
NEWEST = ("event-date-time", "event-type", "event-description", "event-location")
"""What a summary says of the newest event."""


_CALLS = ("get-tracking-detail-response", "get-tracking-summary-response")
_KNOWN = ("tracking-detail", "tracking-summary", "messages", "Fault")


def _answers(top: Payload) -> tuple[Payload, ...]:
    """The objects that hold items, messages and faults: the answer, or what is wrapped in it."""
    body = one(top, "Envelope", "Body")
    soap = (*(part for call in _CALLS for part in many(body, call)), body)
    return many(top, "wrapper") or (soap if top.has("Envelope") else (top,))


@frozen
class Reader(TrackingReader):
    """Reads what Canada Post answers about items."""

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """One parcel an item; messages, such as an unknown number, and faults are problems.

        Raises:
            Unreadable: the bytes are no answer of Canada Post.
        """
        sheet = Sheet.xml(body, source=VENDOR, received_at=received_at, charset=charset)
        answers = _answers(sheet.top)
        if not any(answer.has(name) for answer in answers for name in _KNOWN):
            raise answers[0].refuse("tracking-detail", None, "is missing")
        for answer in answers:
            sheet.refusals(answer, "Fault", code="faultcode", text="faultstring")
            sheet.refusals(answer, "messages", "message", text="description")
            for item in sheet.each(answer, "tracking-detail"):
                with sheet.parcel(item, item.maybe_text("pin")) as parcel:
                    parcel.add(SCAN, item, "significant-events", "occurrence")
                    _beside(parcel, item)
            for item in sheet.each(answer, "tracking-summary", "pin-summary"):
                event = {"event": {name: item.raw(name) for name in NEWEST}}
                with sheet.parcel(item, item.maybe_text("pin")) as parcel:
                    parcel.add(SUMMARY, Payload(event, source=VENDOR, at=item.at), "event")
                    _beside(parcel, item)
        return Reading(*sheet.found())


def _beside(parcel: ParcelDraft, item: Payload) -> None:
    parcel.line = item.maybe_text("service-name") or ""
    parcel.refer(*map(item.peek().get, REFS))
