"""USPS: answers of the Tracking API v3 (`GET /tracking/v3/tracking/{number}`, and many at once).

Source: developers.usps.com, "Tracking". One answer is an object or a list of them. Times are those of the
place, `GMTOffset` is their zone, `GMTTimestamp` the moment.
"""

from collections.abc import Mapping
from datetime import datetime

from attrs import frozen

from crossborder.adapters.readers.usps_events import CATEGORIES, STATES, to_whom
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.scans import ScanShape, Sheet, When, Where

__all__ = ["Reader"]

VENDOR = "usps"


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
    state=lambda entry: to_whom(entry.get("eventCode"), entry.get("eventType")),
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
        sheet.expect("trackingNumber", "trackingEvents")
        for item in sheet.answers():
            number = item.maybe_text("trackingNumber") or ""
            if sheet.refusals(item, "error", number=number) and not item.has("trackingEvents"):
                continue
            with sheet.parcel(item, number) as parcel:
                parcel.add(SCAN, item, "trackingEvents")
                parcel.reports(CATEGORIES, item, "statusCategory")
                if any(to_whom(scan.code, scan.text) for scan in parcel.scans):
                    parcel.state = None  # the scans say more
                parcel.line = item.maybe_text("mailClass") or ""
                parcel.expects(item, EXPECTED)
        return Reading(*sheet.found())
