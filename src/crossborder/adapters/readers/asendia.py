"""Asendia: answers of `/api/customers/{id}/tracking` (Asendia Sync).

Source: www.asendia-sync.com, OpenAPI of Asendia Sync, `TrackingResponse` and `TrackingEvent`; one
number is answered with an object, several with a list. The vendor publishes the shape, but no list
of codes.
"""

from datetime import datetime

from attrs import frozen

from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.payload import Payload
from crossborder.wire.scans import ScanShape, Sheet, When, Where, many, states

__all__ = ["Reader"]

VENDOR = "asendia"

STATES = states(
    {
        "PENDING": Stage.REGISTERED,
        "CREATED": Stage.REGISTERED,
        "LABEL_PRINTED": Stage.REGISTERED,
        "PU": Stage.ACCEPTED,
        "PICKED_UP": Stage.ACCEPTED,
        "COLLECTED": Stage.ACCEPTED,
        "ACCEPTED": Stage.ACCEPTED,
        "IT": Stage.LINE_HAUL,
        "IN_TRANSIT": Stage.LINE_HAUL,
        "DEPARTED": Stage.LINE_HAUL,
        "ARRIVED": Stage.LINE_HAUL,
        "PROCESSED": Stage.LINE_HAUL,
        "CUSTOMS": Stage.IMPORT_CUSTOMS,
        "CLEARED": Stage.IMPORT_CUSTOMS,
        "CUSTOMS_DELAY": (Stage.IMPORT_CUSTOMS, Health.ACTION_REQUIRED, "customs_delay"),
        "CUSTOMS_DOCS": (Stage.IMPORT_CUSTOMS, Health.ACTION_REQUIRED, "customs_documentation"),
        "DUTIES_UNPAID": (Stage.IMPORT_CUSTOMS, Health.ACTION_REQUIRED, "customs_duties_unpaid"),
        "OFD": Stage.OUT_FOR_DELIVERY,
        "OUT_FOR_DELIVERY": Stage.OUT_FOR_DELIVERY,
        "WITH_COURIER": Stage.OUT_FOR_DELIVERY,
        "READY_FOR_PICKUP": Stage.COLLECT,
        "DL": Stage.DELIVERED,
        "DELIVERED": Stage.DELIVERED,
        "DELIVERY_FAILED": (Stage.LAST_MILE, Health.FAILED, "unknown"),
        "UNDELIVERABLE": (Stage.LAST_MILE, Health.FAILED, "unknown"),
        "REFUSED": (Stage.LAST_MILE, Health.FAILED, "consignee_refused"),
        "NOT_HOME": (Stage.LAST_MILE, Health.FAILED, "consignee_not_home"),
        "NOT_AVAILABLE": (Stage.LAST_MILE, Health.FAILED, "consignee_not_available"),
        "BUSINESS_CLOSED": (Stage.LAST_MILE, Health.FAILED, "consignee_business_closed"),
        "WRONG_ADDRESS": (Stage.LAST_MILE, Health.FAILED, "consignee_incorrect_address"),
        "ADDRESS_NOT_FOUND": (Stage.LAST_MILE, Health.FAILED, "carrier_address_not_found"),
        "ACCESS_RESTRICTED": (Stage.LAST_MILE, Health.FAILED, "consignee_access_restricted"),
        "HELD": (Stage.UNKNOWN, Health.ACTION_REQUIRED, "carrier_parcel_held"),
        "ON_HOLD": (Stage.UNKNOWN, Health.ACTION_REQUIRED, "carrier_parcel_held"),
        "DELAYED": (Stage.UNKNOWN, Health.OK, "carrier_delay"),
        "RESCHEDULED": (Stage.UNKNOWN, Health.OK, "carrier_delay"),
        "MISROUTED": (Stage.UNKNOWN, Health.OK, "carrier_sorting_error"),
        "WEATHER": (Stage.UNKNOWN, Health.OK, "weather_delay"),
        "DAMAGED": (Stage.UNKNOWN, Health.FAILED, "carrier_damaged_parcel"),
        "LOST": (Stage.LOST, Health.FAILED, "carrier_parcel_lost"),
        "RTS": (Stage.RETURNING, Health.FAILED),
        "RETURNED": (Stage.RETURNED, Health.FAILED),
    }
)
"""The codes that its answers show (PU, IT, DL), and the words that public clients expect.

Those of transit only say "moving" and are line haul. No other two letters are guessed at: AR may be
an arrival as well as restricted access.
"""

NAMES = ("trackingNumber", "trackingEvents", "carrierEventDescription", "title", "errorMessages")
SCAN = ScanShape(
    VENDOR,
    When("time"),
    code="code",
    text="carrierEventDescription",
    where=Where(country="locationCountry", text="locationName"),
    states=STATES,
)


@frozen
class Reader(TrackingReader):
    """Reads what Asendia Sync answers about one number or several."""

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """One parcel a number; refusals, also of single fields, are problems.

        Events without a number around them belong to nobody: each is a problem, kept whole.

        Raises:
            Unreadable: the bytes are no answer of Asendia Sync.
        """
        sheet = Sheet.json(body, source=VENDOR, received_at=received_at, charset=charset)
        sheet.expect(*NAMES)
        for item in sheet.answers():
            number = item.maybe_text("trackingNumber")
            refused = _refused(sheet, item, number or "")
            if not refused or item.has("trackingEvents"):
                with sheet.parcel(item, number) as parcel:
                    parcel.add(SCAN, item, "trackingEvents")
        sheet.nothing_known()
        return Reading(*sheet.found())


def _refused(sheet: Sheet, item: Payload, number: str) -> bool:
    """Whether it is a refusal in the way of RFC 7807, or one of the fields that the vendor names."""
    code = (item.maybe_text("status") or "").strip()
    named = (*many(item, "fieldErrors"), *many(item, "errorMessages"))
    for error in named:
        field = error.maybe_text("field") or ""
        sheet.refused(code, error.maybe_text("message") or "", number=number, field=field)
    if (code or item.has("title")) and not named:
        text = item.maybe_text("detail", "message", "title") or ""
        sheet.refused(code, text, number=number)
    return bool(code or item.has("title") or named)
