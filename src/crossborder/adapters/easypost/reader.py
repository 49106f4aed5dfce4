"""EasyPost's trackers and webhooks, read into parcels and problems.

One reader for a tracker, for a list of them, for an event about one, and for an error. A parcel
or a detail that cannot be read becomes a problem; the rest stands.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from attrs import field, frozen

from crossborder.adapters.easypost.calls import carrier_name
from crossborder.adapters.easypost.events import event, wall_clock
from crossborder.adapters.easypost.rules import CARRIERS, VENDOR, refusal, reported
from crossborder.errors import InvalidValue
from crossborder.model.extra import Extra
from crossborder.model.ids import Ref, ShipmentId
from crossborder.model.outcome import Problem
from crossborder.model.shipment import Leg, Shipment
from crossborder.model.time import Window
from crossborder.model.tracking import Expected, TrackingEvent
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.dates import instant
from crossborder.wire.payload import Payload
from crossborder.wire.text import read_json

__all__ = ["Reader"]

# A day is the recipient's, whose zone is not told: it lasts from its beginning where the day
# begins first to its end where it ends last.
_FIRST, _LAST = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@frozen
class Reader(TrackingReader):
    """Reads what EasyPost answers and pushes.

    Attributes:
        carriers: our name of a carrier → EasyPost's.
    """

    carriers: Mapping[str, str] = field(default=CARRIERS, hash=False)

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """The parcels of an answer or a webhook, and what was refused or could not be read.

        Raises:
            Unreadable: the bytes are no answer of EasyPost.
        """
        value = read_json(body, charset=charset, source=VENDOR)
        answer = Payload(value, source=VENDOR)
        refused = refusal(value)
        if refused is not None:
            return Reading((), (refused,))
        topic = ""
        items: tuple[Payload, ...]
        if answer.has("trackers"):
            items = answer.each("trackers")
        elif answer.has("result"):
            topic, items = answer.text("description"), (answer.one("result"),)
        else:
            answer.text("tracking_code")
            items = (answer,)
        parcels: list[Shipment] = []
        problems: list[Problem] = []
        for item in items:
            try:
                parcels.append(self._parcel(item, received_at, topic, problems))
            except InvalidValue as error:
                problems.append(_unreadable(error))
        return Reading(tuple(parcels), tuple(problems))

    def _parcel(
        self, item: Payload, received_at: datetime, topic: str, problems: list[Problem]
    ) -> Shipment:
        number, ref = item.text("tracking_code"), item.maybe_text("id")
        carrier = carrier_name(item.maybe_text("carrier"), self.carriers)
        about = item.maybe_one("carrier_detail")
        events: list[TrackingEvent] = []
        for entry in item.each("tracking_details"):
            try:
                events.append(event(entry, number=number, received_at=received_at))
            except InvalidValue as error:
                problems.append(_unreadable(error, number))
        legs = _legs(carrier, number, about)
        expected = _expected(item, about, received_at)
        kept = {"carrier_detail": item.raw("carrier_detail")} if about else {}
        return Shipment(
            ShipmentId(number),
            carrier,
            number,
            legs=legs,
            events=tuple(sorted(dict.fromkeys(events), key=wall_clock(events))),
            state=reported(item.maybe_text("status"), item.maybe_text("status_detail")),
            expected=expected,
            refs=(Ref(VENDOR, ref),) if ref else (),
            extra=Extra({**({"event": topic} if topic else {}), **kept, **item.unread()}),
        )


def _legs(carrier: str, number: str, about: Payload | None) -> tuple[Leg, ...]:
    """The carrier's leg, and one of a carrier not told where the parcel has a second number."""
    line = (about.maybe_text("service") if about else None) or ""
    other = about.maybe_text("alternate_identifier") if about else None
    legs = (Leg(carrier, number=number, line=line),)
    return (*legs, Leg("unknown", number=other)) if other and other != number else legs


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
    return Expected(Window(first, last), first + (last - first) / 2, "carrier", 0, as_of)


def _unreadable(error: InvalidValue, number: str = "") -> Problem:
    extra: dict[str, Any] = {"number": number} if number else {}
    return Problem("unreadable", str(error), field=error.field, extra=Extra(extra))
