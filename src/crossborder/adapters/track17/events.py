"""One scan as 17TRACK tells it."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from crossborder.adapters.track17.rules import MILESTONES, SUB_STATUSES, VENDOR
from crossborder.errors import InvalidValue, NaiveTime
from crossborder.model.place import Place
from crossborder.model.tracking import ParcelState, TrackingEvent
from crossborder.wire.dates import instant, offset
from crossborder.wire.payload import Payload

__all__ = ["event", "wall_clock"]


def event(entry: Payload, *, number: str, received_at: datetime) -> TrackingEvent:
    """The event; what its sub-status means is in `rules.SUB_STATUSES`.

    A sub-status we do not know keeps its code and has an unknown stage; the milestone beside it
    is read only where there is no sub-status at all.

    Raises:
        Unreadable: it has no time in any of its three fields.
    """
    sub_status, milestone = entry.maybe_text("sub_status"), entry.maybe_text("stage")
    if sub_status:
        state = SUB_STATUSES.get(sub_status, ParcelState())
    else:
        state = MILESTONES.get(milestone or "", ParcelState())
    at, local = _when(entry)
    return TrackingEvent(
        VENDOR,
        code=sub_status or milestone or "",
        text=entry.maybe_text("description") or "",
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
    """The first time that is present: `time_iso`, `time_utc`, `time_raw`.

    A time without a zone stays local text.
    """
    for name, zone in (("time_iso", None), ("time_utc", UTC)):
        stated = entry.maybe_text(name)
        if stated:
            try:
                return instant(stated, zone=zone, field=entry.path(name), source=VENDOR), None
            except NaiveTime:
                return None, stated
    raw = entry.one("time_raw")
    said = " ".join(filter(None, (raw.maybe_text("date"), raw.maybe_text("time"))))
    zone_text = raw.maybe_text("timezone")
    if zone_text and raw.maybe_text("time"):
        try:
            stated_zone = offset(zone_text, field=raw.path("timezone"), source=VENDOR)
            return instant(said, zone=stated_zone, field=raw.path("time"), source=VENDOR), None
        except InvalidValue:  # a zone in words: the wall clock is all we can keep
            return None, f"{said} {zone_text}"
    if not said:
        raise raw.refuse("date", None, "is missing, as are the other times")
    return None, said


def _place(entry: Payload) -> Place | None:
    address, text = entry.maybe_one("address"), entry.maybe_text("location") or None
    if address is None:
        return Place(text=text) if text else None
    country = address.maybe_text("country") or ""
    known = len(country) == 2 and country.isascii() and country.isalpha() and country.isupper()
    return Place(
        country=country if known else None,
        region=address.maybe_text("state"),
        city=address.maybe_text("city"),
        postal_code=address.maybe_text("postal_code"),
        text=text,
    )


def wall_clock(events: Iterable[TrackingEvent]) -> Callable[[TrackingEvent], Any]:
    """The key that sorts these events, oldest first, whatever their order in the answer.

    By moment when all have one; with a local time among them, by what the clocks there showed.
    """
    if all(event.at is not None for event in events):
        return lambda event: (event.at, event.code, event.text)
    return lambda event: (
        f"{event.at:%Y-%m-%d %H:%M:%S}" if event.at else event.local,
        event.code,
        event.text,
    )
