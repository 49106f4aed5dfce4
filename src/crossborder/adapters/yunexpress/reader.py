"""YunExpress's tracking answers, read into parcels and problems.

Read are the open platform's `{success, result}` and the old gateway's `{ResultCode, Items}`. The
vendor sends no codes: `rules.WORDINGS` reads a few whole sentences, and the rest stays text.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from attrs import frozen

from crossborder.adapters.yunexpress.rules import VENDOR, refusals, wording
from crossborder.adapters.yunexpress.shapes import legs
from crossborder.errors import InvalidValue
from crossborder.model.check import aware
from crossborder.model.extra import Extra
from crossborder.model.ids import Ref, ShipmentId
from crossborder.model.outcome import Problem
from crossborder.model.place import Place
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import ParcelState, TrackingEvent
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.dates import instant, offset
from crossborder.wire.payload import Payload
from crossborder.wire.text import read_json

__all__ = ["Reader"]


@frozen
class Reader(TrackingReader):
    """Reads what YunExpress answers about a parcel's way."""

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """The parcels of an answer, and what was refused or could not be read.

        A parcel's state is what its newest event says.

        Raises:
            Unreadable: the bytes are no answer of YunExpress.
        """
        aware(received_at, "received_at", VENDOR)
        value = read_json(body, charset=charset, source=VENDOR)
        refused = refusals(value)
        if refused:
            return Reading((), refused)
        answer = Payload(value, source=VENDOR)
        if answer.maybe_flag("success") and not answer.has("result"):
            return Reading()
        items = answer.each("Items") if answer.has("Items") else (answer.one("result"),)
        parcels: list[Shipment] = []
        problems: list[Problem] = []
        for item in items:
            try:
                parcels.append(_parcel(item, received_at, problems))
            except InvalidValue as error:
                problems.append(_unreadable(error))
        return Reading(tuple(parcels), tuple(problems))


def _parcel(item: Payload, received_at: datetime, problems: list[Problem]) -> Shipment:
    waybill = item.text("waybill_number", "WayBillNumber")
    tracking = item.maybe_text("tracking_number", "TrackingNumber") or ""
    ours = item.maybe_text("customer_order_number", "OrderNumber")
    events: list[TrackingEvent] = []
    for part in item.each("track_info"):
        for entry in part.each("track_events"):
            try:
                events.append(_event(entry, waybill, received_at))
            except InvalidValue as error:
                problems.append(_unreadable(error, waybill))
    ordered = tuple(sorted(dict.fromkeys(events), key=_order(events)))
    newest = ordered[-1] if ordered else None
    return Shipment(
        ShipmentId((ours or "").strip() or waybill),
        VENDOR,
        waybill,
        legs=legs(waybill, tracking),
        events=ordered,
        state=ParcelState(newest.stage, newest.health, newest.reason) if newest else ParcelState(),
        refs=(Ref(VENDOR, waybill),),
        extra=item.unread(),
    )


def _event(entry: Payload, number: str, received_at: datetime) -> TrackingEvent:
    text, place = entry.maybe_text("description") or "", entry.maybe_text("location")
    at, local = _when(entry)
    state = wording(text)
    return TrackingEvent(
        VENDOR,
        text=text,
        stage=state.stage,
        at=at,
        local=local,
        health=state.health,
        place=Place(text=place) if place else None,
        number=number,
        received_at=received_at,
    )


def _when(entry: Payload) -> tuple[datetime | None, str | None]:
    """The moment of an event; its local time as text where no zone, or none we know, is stated."""
    stated = entry.text("event_date").strip()
    zone = (entry.maybe_text("time_zone") or "").strip()
    if not stated:
        raise entry.refuse("event_date", stated, "is empty")
    try:
        known = offset(zone, field=entry.path("time_zone"), source=VENDOR)
    except InvalidValue:
        return None, stated
    return instant(stated, zone=known, field=entry.path("event_date"), source=VENDOR), None


def _order(events: Iterable[TrackingEvent]) -> Callable[[TrackingEvent], Any]:
    """Oldest first: by moment when all have one, else by what the clocks there showed."""
    if all(event.at is not None for event in events):
        return lambda event: (event.at, event.text)
    return lambda event: (
        f"{event.at:%Y-%m-%d %H:%M:%S}" if event.at else event.local,
        event.text,
    )


def _unreadable(error: InvalidValue, number: str = "") -> Problem:
    extra = Extra({"number": number}) if number else Extra()
    return Problem("unreadable", str(error), field=error.field, extra=extra)
