"""17TRACK's tracking answers and webhooks, read into parcels and problems.

One reader for the answer of `gettrackinfo` and for both webhooks, `TRACKING_UPDATED` and
`TRACKING_STOPPED`. A parcel or an event that cannot be read becomes a problem; the rest stands.
"""

from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

from crossborder.adapters.track17.events import event
from crossborder.adapters.track17.rules import (
    CARRIERS,
    STATUSES,
    SUB_STATUSES,
    VENDOR,
    refusals,
    rejection,
)
from crossborder.errors import InvalidValue
from crossborder.model.shipment import Leg
from crossborder.model.tracking import ParcelState
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.payload import Payload
from crossborder.wire.scans import ParcelDraft, Sheet, When
from crossborder.wire.scans.fields import without

__all__ = ["Reader", "carrier_name", "reported"]

_EVENTS = ("tracking", "providers", "events")
_NOBODY = "unknown"


def carrier_name(code: int | None, carriers: Mapping[str, int]) -> str:
    """Our name of a carrier, else 17TRACK's number as text, else `unknown`.

    >>> carrier_name(190012, CARRIERS), carrier_name(100003, CARRIERS), carrier_name(0, CARRIERS)
    ('yanwen', '100003', 'unknown')
    """
    if not code:
        return _NOBODY
    return next((name for name, held in carriers.items() if held == code), str(code))


def reported(status: str | None = None, sub_status: str | None = None) -> ParcelState:
    """The state 17TRACK itself reports: by sub-status where we know it, else by status."""
    found = SUB_STATUSES.get(sub_status or "") or STATUSES.get(status or "")
    return found or ParcelState()


@frozen
class Reader(TrackingReader):
    """Reads what 17TRACK answers and pushes.

    Attributes:
        carriers: our name of a carrier → 17TRACK's number.
    """

    carriers: Mapping[str, int] = field(default=CARRIERS, hash=False)

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """The parcels of an answer or a webhook, and what was refused or could not be read.

        The state of a parcel is 17TRACK's word; where that says nothing, such as `Expired`, it is
        what the scans add up to.

        Raises:
            Unreadable: the bytes are no answer of 17TRACK.
        """
        sheet = Sheet.json(body, source=VENDOR, received_at=received_at, charset=charset)
        answer, topic = sheet.top, ""
        items: tuple[Payload, ...]
        rejected: tuple[Payload, ...] = ()
        if answer.has("event"):
            topic, items = answer.text("event"), (answer.one("data"),)
        else:
            problems = refusals(answer.peek())
            if problems:
                return Reading((), problems)
            data = answer.one("data")
            items = sheet.each(data, "accepted")
            rejected = sheet.each(data, "rejected")
        for item in items:
            with sheet.parcel(item, item.raw("number")) as draft:
                self._fill(draft, item, sheet)
                draft.extra.update({"event": topic} if topic else {})
        for item in rejected:
            try:
                sheet.problems.append(rejection(item))
            except InvalidValue as error:
                sheet.unreadable(error, str(item.raw("number") or ""), item.peek())
        return Reading(*sheet.found())

    def _fill(self, draft: ParcelDraft, item: Payload, sheet: Sheet) -> None:
        code, tag = item.maybe_integer("carrier"), item.maybe_text("tag")
        draft.id = tag or draft.number
        draft.carrier = carrier_name(code, self.carriers)
        draft.extra = {"carrier_code": code}
        info = item.maybe_one("track_info")
        if info is None:
            return
        latest = info.maybe_one("latest_status")
        if latest is not None:
            draft.state = reported(latest.maybe_text("status"), latest.maybe_text("sub_status"))
        self._travelled(draft, info, sheet)
        # All but the events, so that a window not used here is not lost.
        draft.extra |= without(info.peek(), _EVENTS) or {}
        metrics = info.maybe_one("time_metrics")
        window = metrics.maybe_one("estimated_delivery_date") if metrics else None
        if window is not None:
            draft.expects(window, When("from"), When("to"))

    def _travelled(self, draft: ParcelDraft, info: Payload, sheet: Sheet) -> None:
        """The legs by provider, and every scan.

        The number on the last mile stands in `misc_info`, with the carrier it belongs to.
        """
        misc = info.maybe_one("misc_info")
        local = (misc.maybe_text("local_number") or "") if misc else ""
        local_key = misc.maybe_integer("local_key") if misc else None
        tracking = info.maybe_one("tracking")
        for provider in tracking.each("providers") if tracking else ():
            about = provider.maybe_one("provider")
            key = about.maybe_integer("key") if about else None
            number = local if local and key == local_key else draft.number
            line = provider.maybe_text("service_type") or ""
            draft.legs.append(Leg(carrier_name(key, self.carriers), number=number, line=line))
            found = provider.raw("events")
            if found and not isinstance(found, list):
                raise provider.refuse("events", found, "is not a list")
            put, at = draft.scans.append, provider.path("events")
            for place, entry in enumerate(found or ()):
                try:
                    put(event(entry, number, sheet.received_at, at=f"{at}.{place}"))
                except InvalidValue as error:
                    sheet.unreadable(error, draft.number, entry)
        if local and local not in (draft.number, *(leg.number for leg in draft.legs)):
            draft.legs.append(Leg(carrier_name(local_key, self.carriers), number=local))
