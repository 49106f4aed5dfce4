"""Yanwen (燕文): answers of `GET /api/tracking` (api.track.yw56.com.cn).

Source: opendocs.yw56.com.cn, "物流轨迹查询" (tracking query). Each scan tells its local time and
beside it the zone, such as `+8`. Thirty numbers a call at most.
"""

from datetime import datetime

from attrs import frozen

from crossborder.model.shipment import Leg
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.payload import Payload
from crossborder.wire.scans import ParcelDraft, ScanShape, Sheet, When, Where, many, states

__all__ = ["Reader"]

VENDOR = "yanwen"

STATES = states(
    {
        "OR10": Stage.REGISTERED,
        "PU10": Stage.ACCEPTED,
        "PU30": (Stage.REGISTERED, Health.FAILED, "unknown"),
        "SC20": Stage.ACCEPTED,
        "EC30": (Stage.EXPORT, Health.ACTION_REQUIRED, "customs_delay"),
        "LH20": Stage.EXPORT,
        "S303": Stage.IMPORT_CUSTOMS,
        "IC50": Stage.IMPORT_CUSTOMS,
        "IC51": (Stage.IMPORT_CUSTOMS, Health.ACTION_REQUIRED, "customs_delay"),
        "IC60": Stage.IMPORT_CUSTOMS,
        "IC70": (Stage.IMPORT_CUSTOMS, Health.ACTION_REQUIRED, "customs_delay"),
        "LM10": Stage.LAST_MILE,
        "LM20": Stage.LAST_MILE,
        "LM25": Stage.OUT_FOR_DELIVERY,
        "LM30": Stage.COLLECT,
        "LM40": Stage.DELIVERED,
        "LM50": (Stage.LAST_MILE, Health.FAILED, "unknown"),
        "LM90": (Stage.RETURNED, Health.FAILED),
    }
)
"""The codes known of its list: two letters name the station (order, pick-up, sorting centre, export
customs, line haul, import customs, last mile) and the digits what happened there.

30, 51, 70 and 50 at the last mile are failures. LH20, the flight has left, is the export.
"""

SCAN = ScanShape(
    VENDOR,
    When("time_stamp", offset="time_zone"),
    code="tracking_status",
    text="message",
    where=Where(
        country="extraProperties.Country",
        region="extraProperties.State",
        city="extraProperties.City",
        text="location",
    ),
    states=STATES,
)
ORIGIN, DESTINATION = Where(country="origin_country"), Where(country="destination_country")


@frozen
class Reader(TrackingReader):
    """Reads what Yanwen answers about its own numbers and those of the last mile."""

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """One parcel a number; those it does not know and refused calls are problems.

        Raises:
            Unreadable: the bytes are no answer of Yanwen.
        """
        sheet = Sheet.json(body, source=VENDOR, received_at=received_at, charset=charset)
        sheet.expect("code", "result")
        code = (sheet.top.maybe_text("code") or "").strip()
        text = sheet.top.maybe_text("message") or ""
        if code not in ("", "0"):
            sheet.refused(code, text)
        for item in sheet.each(sheet.top, "result"):
            number = item.maybe_text("tracking_number")
            status = item.maybe_text("tracking_status") or ""
            if status == "NOTFOUND" and not many(item, "checkpoints"):
                sheet.refused(status, text, number=number or "")
                continue
            with sheet.parcel(item, number) as parcel:
                parcel.add(SCAN, item, "checkpoints")
                parcel.reports(STATES, item, "tracking_status")
                _legs(parcel, item)
        sheet.nothing_known()
        return Reading(*sheet.found())


def _legs(parcel: ParcelDraft, item: Payload) -> None:
    """Yanwen's own number, and the one under which another carrier delivers."""
    own = item.maybe_text("waybill_number", "yanwen_number") or parcel.number
    last, carrier = item.maybe_text("exchange_number"), item.maybe_text("last_mile_carrier")
    data = item.peek()
    origin, destination = ORIGIN.place(data, VENDOR), DESTINATION.place(data, VENDOR)
    if last or own != parcel.number or origin or destination:
        way = Leg(VENDOR, number=own, origin=origin, destination=destination)
        parcel.legs.append(way)
    if last and last != own:
        name = (carrier or "").strip().casefold() or "unknown"
        parcel.legs.append(Leg(name, number=last, destination=destination))
