"""One tracking detail as EasyPost tells it."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from crossborder.adapters.easypost.rules import VENDOR, reported
from crossborder.errors import NaiveTime
from crossborder.model.place import Place
from crossborder.model.tracking import TrackingEvent
from crossborder.wire.dates import instant
from crossborder.wire.payload import Payload

__all__ = ["event", "wall_clock"]


def event(entry: Payload, *, number: str, received_at: datetime) -> TrackingEvent:
    """The event; its code is status and detail, as `in_transit/arrived_at_facility`.

    Raises:
        Unreadable: it has no time.
    """
    status, detail = entry.maybe_text("status"), entry.maybe_text("status_detail")
    state = reported(status, detail)
    at, local = _when(entry)
    return TrackingEvent(
        VENDOR,
        code="/".join(filter(None, (status, detail))),
        text=entry.maybe_text("message") or entry.maybe_text("description") or "",
        stage=state.stage,
        at=at,
        local=local,
        reason=state.reason,
        health=state.health,
        place=_place(entry),
        number=number,
        received_at=received_at,
    )


def _when(entry: Payload) -> tuple[datetime | None, str | None]:
    """The moment of the scan: in the zone of the place where EasyPost knows it, else in UTC."""
    local = entry.maybe_text("datetime_local")
    for stated in filter(None, (local, entry.text("datetime"))):
        try:
            return instant(stated, field=entry.path("datetime"), source=VENDOR), None
        except NaiveTime:
            local = stated
    return None, (local or "").strip().replace("T", " ")


def _place(entry: Payload) -> Place | None:
    where = entry.maybe_one("tracking_location")
    if where is None:
        return None
    country, region, city, code = (
        where.maybe_text(name) or None for name in ("country", "state", "city", "zip")
    )
    known = country is not None and len(country) == 2 and country.isascii() and country.isupper()
    text = None if known else country
    if not any((country, region, city, code)):
        return None
    return Place(country if known else None, region, city, code, text=text)


def wall_clock(events: Iterable[TrackingEvent]) -> Callable[[TrackingEvent], Any]:
    """The key that sorts these events, oldest first, whatever their order in the answer.

    By moment when all have one; with a local time among them, by what the clocks there showed.
    """
    if all(one.at is not None for one in events):
        return lambda one: (one.at, one.code, one.text)
    return lambda one: (
        f"{one.at:%Y-%m-%d %H:%M:%S}" if one.at else one.local,
        one.code,
        one.text,
    )
