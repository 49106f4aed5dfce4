"""USPS: answers of the Tracking API v3 (`GET /tracking/v3/tracking/{number}`, and many at once).

Source: developers.usps.com, "Tracking"; the codes by a public list for the older Web Tools and by
answers: those of customs are few. One answer is an object or a list of them. Times are those of the
place, `GMTOffset` is their zone, `GMTTimestamp` the moment.
"""

from collections.abc import Mapping
from datetime import datetime

from attrs import frozen

from crossborder.model.tracking import Health, ParcelState, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.scans import ScanShape, Sheet, When, Where, states

__all__ = ["Reader"]

VENDOR = "usps"
_AT_DOOR = (Stage.LAST_MILE, Health.FAILED)
_BACK = (Stage.RETURNING, Health.FAILED)

STATES = states(
    {
        **dict.fromkeys("MA GX 89 TM".split(), Stage.REGISTERED),
        **dict.fromkeys("03 80 AD OA PA UA".split(), Stage.ACCEPTED),
        **dict.fromkeys("06 10 19 41 81 82 A1 EF L1 PC SF T1 TL U1".split(), Stage.LINE_HAUL),
        **dict.fromkeys("08 15".split(), (Stage.LINE_HAUL, Health.OK, "carrier_sorting_error")),
        **dict.fromkeys("42 83".split(), Stage.HANDOVER),
        **dict.fromkeys("07 DX".split(), Stage.LAST_MILE),
        **dict.fromkeys(("71", "NT"), (Stage.UNKNOWN, Health.OK, "carrier_delay")),
        "OF": Stage.OUT_FOR_DELIVERY,
        **dict.fromkeys("02 52".split(), (*_AT_DOOR, "consignee_not_home")),
        "51": (*_AT_DOOR, "consignee_business_closed"),
        "30": (*_AT_DOOR, "consignee_access_restricted"),
        **dict.fromkeys("53 54 55".split(), (*_AT_DOOR, "consignee_safe_place_unavailable")),
        "56": (*_AT_DOOR, "consignee_not_available"),
        **dict.fromkeys("14 16".split(), Stage.COLLECT),
        "04": (*_BACK, "consignee_refused"),
        **dict.fromkeys("05 21 22 23 24 25 26".split(), (*_BACK, "consignee_incorrect_address")),
        **dict.fromkeys("27 28 31".split(), (*_BACK, "consignee_not_available")),
        **dict.fromkeys("09 29".split(), (*_BACK, "unknown")),
        "44": (*_BACK, "retailer_cancelled"),
        "11": (Stage.LOST, Health.FAILED, "parcel_being_researched"),
        **dict.fromkeys("01 17 43".split(), Stage.DELIVERED),
    }
)
"""Event codes. 17 and 43: fetched by the addressee or an agent; 44: recalled; 11: a dead letter."""

CATEGORIES = states(
    {
        "Pre-Shipment": Stage.REGISTERED,
        **dict.fromkeys(("Accepted", "Accept"), Stage.ACCEPTED),
        **dict.fromkeys(("In Transit", "In-Transit", "On its Way to USPS"), Stage.LINE_HAUL),
        "Out for Delivery": Stage.OUT_FOR_DELIVERY,
        "Delivery Attempt": (*_AT_DOOR, "unknown"),
        "Available for Pickup": Stage.COLLECT,
        "Alert": (Stage.UNKNOWN, Health.FAILED, "unknown"),
        **dict.fromkeys(("Delivered", "Delivered to Agent"), Stage.DELIVERED),
    }
)
"""The words of `statusCategory`."""


def _scanned(entry: Mapping[str, object]) -> ParcelState | None:
    """A delivery (01) to the one who sent it is a return; the vendor says so in one sentence."""
    said = str(entry.get("eventType")).casefold()
    back = entry.get("eventCode") == "01" and said == "delivered, to original sender"
    return ParcelState(Stage.RETURNED, Health.FAILED) if back else None


def _time(entry: Mapping[str, object]) -> object:
    """The local time where its zone is told, else the moment, else the local time as it is."""
    local, moment = entry.get("eventTimestamp"), entry.get("GMTTimestamp")
    return local if local and entry.get("GMTOffset") else moment or local


SCAN = ScanShape(
    VENDOR,
    When(_time, offset="GMTOffset"),
    code="eventCode",
    text="eventType",
    where=Where("eventCountry", "eventState", "eventCity", "eventZIP", "firm"),
    states=STATES,
    state=_scanned,
)
EXPECTED = When((("predictedDeliveryTimeStamp", "expectedDeliveryTimeStamp"),))


@frozen
class Reader(TrackingReader):
    """Reads what USPS answers about mail pieces."""

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """One parcel a tracking number; errors, also of one number among many, are problems.

        Raises:
            Unreadable: the bytes are no answer of USPS.
        """
        sheet = Sheet.json(body, source=VENDOR, received_at=received_at, charset=charset)
        sheet.expect("trackingNumber", "trackingEvents", "error")
        for item in sheet.each(sheet.top, "all") or (sheet.top,):
            number = item.maybe_text("trackingNumber") or ""
            word = item.raw("error")  # a word from the login, an object from the API
            if isinstance(word, str):
                sheet.refused(word, item.maybe_text("error_description") or "", number=number)
            for error in () if isinstance(word, str) else sheet.each(item, "error"):
                told = [error.maybe_text(name) or "" for name in ("code", "message")]
                sheet.refused(*told, number=number, errors=error.raw("errors"))
            if word is None or item.has("trackingEvents"):
                with sheet.parcel(item, number) as parcel:
                    parcel.add(SCAN, item, "trackingEvents")
                    parcel.reports(CATEGORIES, item, "statusCategory")
                    failed = any(scan.health is Health.FAILED for scan in parcel.scans)
                    returned = any(scan.stage is Stage.RETURNED for scan in parcel.scans)
                    if returned or (failed and parcel.state == CATEGORIES["Alert"]):
                        parcel.state = None  # the scans say more
                    parcel.line = item.maybe_text("mailClass") or ""
                    parcel.expects(item, EXPECTED)
        return Reading(*sheet.found())
