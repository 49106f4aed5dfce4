"""EasyPost's trackers and webhooks, read into parcels and problems.

One reader for a tracker, for a list of them, for an event about one, and for an error. A parcel
or a detail that cannot be read becomes a problem; the rest stands.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

from attrs import field, frozen

from crossborder.adapters.easypost.calls import carrier_name
from crossborder.adapters.easypost.events import event
from crossborder.adapters.easypost.rules import CARRIERS, VENDOR, refusal, reported
from crossborder.errors import InvalidValue
from crossborder.model.ids import Ref
from crossborder.model.shipment import Leg
from crossborder.model.time import Window
from crossborder.model.tracking import Expected
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.dates import instant
from crossborder.wire.payload import Payload
from crossborder.wire.scans import ParcelDraft, Sheet

__all__ = ["Reader"]

# A day is the recipient's, whose zone is not told: it lasts from its beginning where the day
# begins first to its end where it ends last.
_FIRST, _LAST = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# The first day of somebody's clock (year 1, 1900, 1970) stands for no day.
_BEGIN = 1980


@frozen
class Reader(TrackingReader):
    """Reads what EasyPost answers and pushes.

    Attributes:
        carriers: our name of a carrier → EasyPost's.
    """

    carriers: Mapping[str, str] = field(default=CARRIERS, hash=False)

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """The parcels of an answer or a webhook, and what was refused or could not be read.

        The state of a parcel is EasyPost's word; where that says nothing it is what the details
        add up to.

        Raises:
            Unreadable: the bytes are no answer of EasyPost.
        """
        sheet = Sheet.json(body, source=VENDOR, received_at=received_at, charset=charset)
        answer, topic = sheet.top, ""
        refused = refusal(answer.peek())
        if refused is not None:
            return Reading((), (refused,))
        items: tuple[Payload, ...] = (answer,)
        if answer.has("trackers"):
            items = sheet.each(answer, "trackers")
        elif answer.has("result"):
            topic, items = answer.text("description"), (answer.one("result"),)
        else:
            answer.text("tracking_code")
        for item in items:
            with sheet.parcel(item, item.raw("tracking_code")) as draft:
                self._fill(draft, item, sheet)
                draft.extra.update({"event": topic} if topic else {})
        return Reading(*sheet.found())

    def _fill(self, draft: ParcelDraft, item: Payload, sheet: Sheet) -> None:
        self._scanned(draft, item, sheet)
        ref, about = item.maybe_text("id"), item.maybe_one("carrier_detail")
        status, detail = item.maybe_text("status"), item.maybe_text("status_detail")
        draft.carrier = carrier_name(item.maybe_text("carrier"), self.carriers)
        draft.state = reported(status, detail)
        draft.legs = _legs(draft.carrier, draft.number, about)
        draft.refs = [Ref(VENDOR, ref)] if ref else []
        said = (("status", status), ("status_detail", detail))
        draft.extra = {name: value for name, value in said if value}
        if about is not None:
            draft.extra["carrier_detail"] = dict(about.peek())
        # Read from a payload of its own, so that all that was said of it is kept in `extra`.
        alone = Payload(item.peek(), source=VENDOR)
        draft.expected = _expected(alone, about, sheet.received_at)

    def _scanned(self, draft: ParcelDraft, item: Payload, sheet: Sheet) -> None:
        """Every detail."""
        found = item.raw("tracking_details")
        if found and not isinstance(found, list):
            raise item.refuse("tracking_details", found, "is not a list")
        put, at = draft.scans.append, item.path("tracking_details")
        for place, entry in enumerate(found or ()):
            try:
                put(event(entry, draft.number, sheet.received_at, at=f"{at}.{place}"))
            except InvalidValue as error:
                sheet.unreadable(error, draft.number, entry)


def _legs(carrier: str, number: str, about: Payload | None) -> list[Leg]:
    """The carrier's leg, and one of a carrier not told where the parcel has a second number."""
    line = (about.maybe_text("service") if about else None) or ""
    other = about.maybe_text("alternate_identifier") if about else None
    legs = [Leg(carrier, number=number, line=line)]
    return [*legs, Leg("unknown", number=other)] if other and other != number else legs


def _expected(item: Payload, about: Payload | None, as_of: datetime) -> Expected | None:
    """The carrier's day: the local one of the carrier where it is told, else the tracker's.

    A midnight in UTC is how a day is written here. One that cannot be read is left out: the
    parcel is worth more than a guess at its day.
    """
    day = about.maybe_text("est_delivery_date_local") if about else None
    stated = day or item.maybe_text("est_delivery_date")
    if not stated:
        return None
    said = stated.strip().removesuffix("T00:00:00Z")
    try:
        if _DAY.fullmatch(said):
            first = instant(f"{said} 00:00", zone=_FIRST, field="expected", source=VENDOR)
            last = instant(f"{said} 24:00", zone=_LAST, field="expected", source=VENDOR)
        else:
            first = last = instant(said, zone=UTC, field="expected", source=VENDOR)
    except InvalidValue:
        return None
    if first.year < _BEGIN:
        return None
    return Expected(Window(first, last), first + (last - first) / 2, "carrier", 0, as_of)
