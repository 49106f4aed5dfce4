"""AfterShip's answers and webhooks, read into parcels and problems.

One reader for a list of parcels, for a single one, for webhooks, and for a refusal; both the
wrapped form (`data.tracking`, up to version 2023-10) and the plain one are read. A parcel or a
checkpoint that cannot be read becomes a problem; the rest stands.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from crossborder.adapters.aftership.calls import carrier_name
from crossborder.adapters.aftership.events import event, reported, wall_clock
from crossborder.adapters.aftership.expected import expected
from crossborder.adapters.aftership.rules import VENDOR, refusal
from crossborder.errors import InvalidValue
from crossborder.model.extra import Extra
from crossborder.model.ids import OrderId, Ref, ShipmentId
from crossborder.model.outcome import Problem
from crossborder.model.shipment import Leg, Shipment
from crossborder.model.tracking import TrackingEvent
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.payload import Payload
from crossborder.wire.text import read_json

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

        Raises:
            Unreadable: the bytes are no answer of AfterShip.
        """
        value = read_json(body, charset=charset, source=VENDOR)
        answer = Payload(value, source=VENDOR)
        if answer.has("event"):
            topic = answer.text("event")
            return self.parcels((answer.one("msg", "data"),), received_at, topic=topic)
        refused = refusal(value)
        if refused is not None:
            return Reading((), (refused,))
        data = answer.one("data")
        if data.has("trackings"):
            return self.parcels(data.each("trackings"), received_at)
        return self.parcels((data.maybe_one("tracking") or data,), received_at)

    def parcels(
        self, items: tuple[Payload, ...], received_at: datetime, *, topic: str = ""
    ) -> Reading:
        """The parcels of some tracking objects."""
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
        number, slug = item.text("tracking_number"), item.maybe_text("slug")
        custom = item.maybe_one("custom_fields")
        ours = custom.maybe_text("shipment") if custom else None
        order, ref = item.maybe_text("order_id"), item.maybe_text("id")
        legs, numbers = self._legs(item, slug, number)
        return Shipment(
            ShipmentId(ours or number),
            carrier_name(slug, self.carriers),
            number,
            order_id=OrderId(order) if order else None,
            legs=legs,
            events=_events(item, number, numbers, problems=problems, received_at=received_at),
            state=reported(item.maybe_text("tag"), item.maybe_text("subtag")),
            expected=expected(item, received_at),
            refs=(Ref(VENDOR, ref),) if ref else (),
            extra=Extra({**({"event": topic} if topic else {}), **item.unread()}),
        )

    def _legs(
        self, item: Payload, slug: str | None, number: str
    ) -> tuple[tuple[Leg, ...], dict[str, str]]:
        """First, own and last mile, and the number of each further carrier by its slug.

        What is the last mile for one version is the list of next couriers for another.
        """
        line = item.maybe_text("shipment_type") or ""
        first = item.maybe_one("first_mile")
        further = [item.maybe_one("last_mile"), *item.each("next_couriers")]
        around = [(first, 0), *((one, 1) for one in further)]
        sides: tuple[dict[tuple[str, str], Leg], ...] = ({}, {})
        numbers: dict[str, str] = {}
        for one, side in around:
            stated = one.maybe_text("slug") if one else None
            other = (one.maybe_text("tracking_number") if one else None) or ""
            if (stated in (None, "", slug) and other in ("", number)) or one is None:
                continue
            carrier = carrier_name(stated, self.carriers)
            sides[side][carrier, other] = Leg(carrier, number=other)
            if stated and stated != slug and other:
                numbers.setdefault(stated, other)
        own = Leg(carrier_name(slug, self.carriers), number=number, line=line)
        return (*sides[0].values(), own, *sides[1].values()), numbers


def _events(
    item: Payload,
    number: str,
    numbers: Mapping[str, str],
    *,
    problems: list[Problem],
    received_at: datetime,
) -> tuple[TrackingEvent, ...]:
    """Every event once, oldest first."""
    found: list[TrackingEvent] = []
    for entry in item.each("checkpoints"):
        try:
            found.append(event(entry, numbers=numbers, number=number, received_at=received_at))
        except InvalidValue as error:
            problems.append(_unreadable(error, number))
    return tuple(sorted(dict.fromkeys(found), key=wall_clock(found)))


def _unreadable(error: InvalidValue, number: str = "") -> Problem:
    extra: dict[str, Any] = {"number": number} if number else {}
    return Problem("unreadable", str(error), field=error.field, extra=Extra(extra))
