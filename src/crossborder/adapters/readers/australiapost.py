"""Australia Post: answers of `GET /shipping/v1/track` (Shipping and Tracking API).

Source: developers.auspost.com.au, "Track items". Scans have no codes, only sentences: `WORDING`
reads those that help pages and answers show. Ten numbers a call at most.
"""

from datetime import datetime

from attrs import frozen

from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.payload import Payload
from crossborder.wire.scans import ScanShape, Sheet, When, Where, Wording, states
from crossborder.wire.scans.states import UNKNOWN

__all__ = ["Reader"]

VENDOR = "australiapost"

STATES = states(
    {
        **dict.fromkeys(("created", "sealed", "initiated"), Stage.REGISTERED),
        "in transit": Stage.LINE_HAUL,
        "track items for detailed delivery information": Stage.LINE_HAUL,
        "on board for delivery": Stage.OUT_FOR_DELIVERY,
        "awaiting collection": Stage.COLLECT,
        "ready for pickup": Stage.COLLECT,
        "delivered": Stage.DELIVERED,
        "delivered in full": Stage.DELIVERED,
        "to be re-delivered": (Stage.LAST_MILE, Health.FAILED, "unknown"),
        "unsuccessful delivery": (Stage.LAST_MILE, Health.FAILED, "unknown"),
        "cannot be delivered": (Stage.UNKNOWN, Health.FAILED, "unknown"),
        "article damaged": (Stage.UNKNOWN, Health.FAILED, "carrier_damaged_parcel"),
        "held by courier": (Stage.UNKNOWN, Health.ACTION_REQUIRED, "carrier_parcel_held"),
        "possible delay": (Stage.UNKNOWN, Health.OK, "carrier_delay"),
        "cancelled": Stage.CANCELLED,
    }
)
"""The values of `status`, StarTrack's among them, in small letters: the vendor's capitals vary.

One that only says "moving" is line haul.
"""

WORDING = Wording(
    {
        "Delivered": Stage.DELIVERED,
        "Delivered - Left in a safe place": Stage.DELIVERED,
        "Delivered to agreed location": Stage.DELIVERED,
        "Return to sender": (Stage.RETURNING, Health.FAILED),
        "Returned to sender": (Stage.RETURNED, Health.FAILED),
    },
    {
        "Shipping information": Stage.REGISTERED,
        **dict.fromkeys(("Received by", "Received item from", "Lodged"), Stage.ACCEPTED),
        "Accepted": Stage.ACCEPTED,
        "Cleared and awaiting international departure": Stage.EXPORT,
        "Processed at export facility": Stage.EXPORT,
        "Despatch parcels from export facility": Stage.EXPORT,
        "International departure": Stage.EXPORT,
        "Arrived awaiting clearance": Stage.IMPORT_CUSTOMS,
        **dict.fromkeys(("Item is in customs", "With customs"), Stage.IMPORT_CUSTOMS),
        **dict.fromkeys(("Item cleared by customs", "Cleared customs"), Stage.IMPORT_CUSTOMS),
        "Held by customs": (Stage.IMPORT_CUSTOMS, Health.ACTION_REQUIRED, "customs_delay"),
        **dict.fromkeys(("Processed", "Item processed"), Stage.LINE_HAUL),
        "In transit": Stage.LINE_HAUL,
        **dict.fromkeys(("Arrived", "Departed"), Stage.LINE_HAUL),
        **dict.fromkeys(
            ("Onboard for delivery", "On board for delivery", "Out for delivery"),
            Stage.OUT_FOR_DELIVERY,
        ),
        "Attempted delivery": (Stage.LAST_MILE, Health.FAILED, "consignee_not_home"),
        "Awaiting collection": Stage.COLLECT,
    },
)
"""Its sentences, whole or by their beginning; what ends a parcel is never read from a beginning."""

PLACE = Where(text="location")
SCAN = ScanShape(VENDOR, When("date"), text="description", where=PLACE, wording=WORDING)


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
        sheet.refusals(sheet.top, "errors", text=("message", "name"))
        for result in sheet.each(sheet.top, "tracking_results"):
            number = result.maybe_text("tracking_id") or ""
            sheet.refusals(result, "errors", text=("name", "message"), number=number)
            for whole in sheet.each(result, "trackable_items"):
                for item in sheet.each(whole, "items") or (whole,):
                    around = [part for part in (whole, result) if part is not item]
                    _article(sheet, item, around)
        sheet.nothing_known()
        return Reading(*sheet.found())


def _article(sheet: Sheet, item: Payload, around: list[Payload]) -> None:
    """One article; what stands around it speaks for it where it says nothing itself."""
    own = "article_id" if item.has("article_id") else "consignment_id"
    number = item.maybe_text(own) or around[-1].maybe_text("tracking_id")
    with sheet.parcel(item, number) as parcel:
        parcel.add(SCAN, item, "events")
        told = next((part for part in (item, *around) if part.has("status")), item)
        if status := told.maybe_text("status"):
            parcel.extra["status"] = status
            parcel.state = STATES.get(status.strip().casefold(), UNKNOWN)
        parcel.line = item.maybe_text("product_type") or ""
        parcel.around = around[::-1]
