"""Australia Post: answers of `GET /shipping/v1/track` (Shipping and Tracking API).

Source: developers.auspost.com.au, "Track items". The vendor sends no codes for scans: a summary
`status` for each article, and sentences, of which `WORDING` reads those that its help pages and
answers show. Ten numbers a call at most.
"""

from datetime import datetime

from attrs import frozen

from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.scans import ScanShape, Sheet, When, Where, Wording, many, states

__all__ = ["Reader"]

VENDOR = "australiapost"

STATES = states(
    {
        "Created": Stage.REGISTERED,
        "Sealed": Stage.REGISTERED,
        "Initiated": Stage.REGISTERED,
        "In transit": Stage.LINE_HAUL,
        "Awaiting collection": Stage.COLLECT,
        "Possible delay": (Stage.UNKNOWN, Health.OK, "carrier_delay"),
        "Unsuccessful Delivery": (Stage.LAST_MILE, Health.FAILED, "unknown"),
        "Article damaged": (Stage.UNKNOWN, Health.FAILED, "carrier_damaged_parcel"),
        "Delivered": Stage.DELIVERED,
        "Cancelled": Stage.CANCELLED,
        "Held by courier": (Stage.UNKNOWN, Health.ACTION_REQUIRED, "carrier_parcel_held"),
        "Cannot be delivered": (Stage.UNKNOWN, Health.FAILED, "unknown"),
        "Track items for detailed delivery information": Stage.LINE_HAUL,
    }
)
"""The values of an article's `status`; one that only says "moving" is line haul."""

WORDING = Wording(
    {
        "Delivered": Stage.DELIVERED,
        "Delivered - Left in a safe place": Stage.DELIVERED,
        "Delivered to agreed location": Stage.DELIVERED,
        "Returned to sender": (Stage.RETURNED, Health.FAILED),
    },
    {
        "Shipping information received by Australia Post": Stage.REGISTERED,
        "Shipping information approved": Stage.REGISTERED,
        "Received by Australia Post": Stage.ACCEPTED,
        "Lodged": Stage.ACCEPTED,
        "Accepted": Stage.ACCEPTED,
        "Cleared and awaiting international departure": Stage.EXPORT,
        "International departure": Stage.EXPORT,
        "Processed by air carrier": Stage.LINE_HAUL,
        "In transit": Stage.LINE_HAUL,
        "Processed": Stage.LINE_HAUL,
        "Arrived at": Stage.LINE_HAUL,
        "Held by customs": (Stage.IMPORT_CUSTOMS, Health.ACTION_REQUIRED, "customs_delay"),
        "With customs": Stage.IMPORT_CUSTOMS,
        "Cleared customs": Stage.IMPORT_CUSTOMS,
        "Onboard for delivery": Stage.OUT_FOR_DELIVERY,
        "On board for delivery": Stage.OUT_FOR_DELIVERY,
        "Out for delivery": Stage.OUT_FOR_DELIVERY,
        "Attempted delivery": (Stage.LAST_MILE, Health.FAILED, "consignee_not_home"),
        "Awaiting collection": Stage.COLLECT,
    },
)

SCAN = ScanShape(
    VENDOR, When("date"), text="description", where=Where(text="location"), wording=WORDING
)


@frozen
class Reader(TrackingReader):
    """Reads what Australia Post answers about articles and consignments."""

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """One parcel an article; numbers it does not know and refused calls are problems.

        Raises:
            Unreadable: the bytes are no answer of Australia Post.
        """
        sheet = Sheet.json(body, source=VENDOR, received_at=received_at, charset=charset)
        sheet.expect("tracking_results", "errors")
        for error in many(sheet.top, "errors"):
            sheet.refused(error.maybe_text("code") or "", error.maybe_text("message", "name") or "")
        for result in many(sheet.top, "tracking_results"):
            number = result.maybe_text("tracking_id") or ""
            for error in many(result, "errors"):
                text = error.maybe_text("name", "message") or ""
                sheet.refused(error.maybe_text("code") or "", text, number=number)
            found = many(result, "trackable_items")
            for item in (part for whole in found for part in many(whole, "items") or (whole,)):
                article = item.maybe_text("article_id", "consignment_id") or number
                with sheet.parcel(item, article) as parcel:
                    parcel.add(SCAN, item, "events")
                    parcel.reports(STATES, item, "status")
                    parcel.line = item.maybe_text("product_type") or ""
        return Reading(*sheet.found())
