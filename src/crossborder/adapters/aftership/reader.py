"""AfterShip's answers and webhooks, read into parcels and problems.

One reader for a list of parcels, for a single one, for webhooks, and for a refusal; both the
wrapped form (`data.tracking`, up to version 2023-10) and the plain one are read, and the names of
fields from before and after version 2026-07. A parcel or a checkpoint that cannot be read becomes
a problem; the rest stands.
"""

from collections.abc import Mapping
from datetime import datetime

from attrs import evolve, field, frozen

from crossborder.adapters.aftership.calls import carrier_name
from crossborder.adapters.aftership.events import event, reported
from crossborder.adapters.aftership.expected import expected
from crossborder.adapters.aftership.rules import VENDOR, refusal
from crossborder.errors import InvalidValue
from crossborder.model.extra import Extra
from crossborder.model.ids import Ref
from crossborder.model.shipment import Leg
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.payload import Payload
from crossborder.wire.scans import ParcelDraft, Sheet, many, one

__all__ = ["Reader"]


@frozen
class Reader(TrackingReader):
    """Reads what AfterShip answers and pushes.

    Attributes:
        carriers: our name of a carrier → AfterShip's slug, where they are not the same.
    """

    carriers: Mapping[str, str] = field(factory=Extra, hash=False)

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """The parcels of an answer or a webhook, and what was refused or could not be read.

        The state of a parcel is AfterShip's word; where that says nothing, such as `Pending` and
        `Expired`, it is what the checkpoints add up to.

        Raises:
            Unreadable: the bytes are no answer of AfterShip.
        """
        sheet = Sheet.json(body, source=VENDOR, received_at=received_at, charset=charset)
        answer, topic = sheet.top, ""
        items: tuple[Payload, ...]
        if answer.has("event"):
            topic, items = answer.text("event"), (answer.one("msg", "data"),)
        else:
            refused = refusal(answer.peek())
            if refused is not None:
                return Reading((), (refused,))
            data = answer.one("data")
            alone = data.maybe_one("tracking") or data
            items = sheet.each(data, "trackings") if data.has("trackings") else (alone,)
        for item in items:
            with sheet.parcel(item, item.raw("tracking_number")) as draft:
                self._fill(draft, item, sheet)
                draft.extra.update({"event": topic} if topic else {})
        return Reading(*sheet.found())

    def _fill(self, draft: ParcelDraft, item: Payload, sheet: Sheet) -> None:
        number = draft.number
        self._scanned(draft, item, sheet)
        slug, ref = item.maybe_text("slug"), item.maybe_text("id")
        tag, subtag = item.maybe_text("tag"), item.maybe_text("subtag")
        draft.carrier = carrier_name(slug, self.carriers)
        draft.id = one(item, "custom_fields").maybe_text("shipment") or number
        draft.state = reported(tag, subtag)
        draft.refs = [Ref(VENDOR, ref)] if ref else []
        draft.extra = {name: said for name, said in (("tag", tag), ("subtag", subtag)) if said}
        draft.legs, numbers = self._legs(item, slug, number)
        if numbers:
            # A checkpoint of a further carrier is reported under the number it has there.
            draft.scans = [
                evolve(told, number=numbers.get(told.extra.get("slug", ""), number))
                for told in draft.scans
            ]
        # Read from a payload of its own, so that all that was said of it is kept in `extra`.
        draft.expected = expected(Payload(item.peek(), source=VENDOR), sheet.received_at)

    def _scanned(self, draft: ParcelDraft, item: Payload, sheet: Sheet) -> None:
        """Every checkpoint; where the last one alone was asked for, it stands as an object."""
        name = "checkpoints" if item.raw("checkpoints") else "checkpoint"
        found = item.raw(name)
        if found and not isinstance(found, list | dict):
            raise item.refuse(name, found, "is not a list")
        put, at = draft.scans.append, item.path(name)
        for place, entry in enumerate([found] if isinstance(found, dict) else found or ()):
            try:
                put(event(entry, draft.number, sheet.received_at, at=f"{at}.{place}"))
            except InvalidValue as error:
                sheet.unreadable(error, draft.number, entry)

    def _legs(
        self, item: Payload, slug: str | None, number: str
    ) -> tuple[list[Leg], dict[str, str]]:
        """First, own and last mile, and the number of each further carrier by its slug.

        What is the last mile for one version is the list of next couriers for another.
        """
        line = item.maybe_text("shipment_type") or ""
        own = Leg(carrier_name(slug, self.carriers), number=number, line=line)
        first, last = many(item, "first_mile"), many(item, "last_mile")
        legs: dict[tuple[str, str], Leg] = {}
        numbers: dict[str, str] = {}
        for mile in (*first, None, *last, *many(item, "next_couriers")):
            if mile is None:
                legs.setdefault((own.carrier, own.number), own)
            if not mile or not mile.peek():
                continue
            stated = mile.maybe_text("slug") or slug or ""
            other = mile.maybe_text("tracking_number") or ("" if stated != slug else number)
            carrier = carrier_name(stated, self.carriers)
            legs.setdefault((carrier, other), Leg(carrier, number=other))
            if stated != slug and other:
                numbers.setdefault(stated, other)
        return list(legs.values()), numbers
