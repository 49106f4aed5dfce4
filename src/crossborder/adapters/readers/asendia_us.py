"""Asendia USA: answers of `Tracking/Milestone` and `Tracking/Detail` (Asendia One API).

Source: the API of a1api.asendiausa.com, method Milestone of its controller Tracking, as its
answers show it. A number is answered with an object, several with a list under `data`.
"""

from datetime import datetime

from attrs import frozen

from crossborder.model.tracking import Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.scans import ScanShape, Sheet, When, Where, many, one, states

__all__ = ["Reader"]

VENDOR = "asendia_us"

STATES = states(
    {
        "s1": Stage.REGISTERED,
        "s2": Stage.ACCEPTED,
        "s2a": Stage.ACCEPTED,
        "s2b": Stage.ACCEPTED,
        "s2c": Stage.EXPORT,
        "s2d": Stage.EXPORT,
        "s4": Stage.EXPORT,
        "s5": Stage.LINE_HAUL,
        "s7": Stage.IMPORT_CUSTOMS,
        "s8": Stage.LAST_MILE,
        "s10": Stage.DELIVERED,
    }
)
"""The milestones that answers show: in Asendia's hands s1 and s2, out of the USA s4, in the other
country s5 to s10. It publishes no list: s3, s6 and s9 stay unknown, as do its carriers' own codes.
"""

SCAN = ScanShape(
    VENDOR,
    When("eventOn"),
    code="eventCode",
    text="eventDescription",
    where=Where(text="eventLocation"),
    states=STATES,
)


@frozen
class Reader(TrackingReader):
    """Reads what Asendia USA answers about one package or several."""

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """One parcel a number, with its milestones and the events of its carriers.

        Raises:
            Unreadable: the bytes are no answer of Asendia USA.
        """
        sheet = Sheet.json(body, source=VENDOR, received_at=received_at, charset=charset)
        top = sheet.top
        sheet.expect("data", "responseStatus", "responseStatusCode")
        for status in (top, one(top, "responseStatus")):
            code = (status.maybe_text("responseStatusCode") or "").strip()
            if code and code != "200":
                sheet.refused(code, status.maybe_text("responseStatusMessage") or "")
        single = (*many(top, "trackingMilestone"), *many(top, "trackingDetail"))
        for item in (*many(top, "data"), *single):
            with sheet.parcel(item, item.maybe_text("trackingNumberVendor")) as parcel:
                parcel.add(SCAN, item, "trackingMilestoneEvents")
                parcel.add(SCAN, item, "trackingDetailEvents")
                parcel.refer(item.maybe_text("customerReferenceNumber"))
        sheet.nothing_known()
        return Reading(*sheet.found())
