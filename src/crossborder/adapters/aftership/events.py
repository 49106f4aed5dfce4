"""One checkpoint as AfterShip tells it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from crossborder.adapters.aftership.countries import COUNTRIES
from crossborder.adapters.aftership.rules import STATUSES, SUB_STATUSES, VENDOR
from crossborder.errors import NaiveTime
from crossborder.model.place import Place
from crossborder.model.tracking import ParcelState, TrackingEvent
from crossborder.wire.dates import instant
from crossborder.wire.payload import Payload

__all__ = ["event", "reported", "wall_clock"]


def reported(tag: str | None, subtag: str | None) -> ParcelState:
    """What a tag and its subtag mean; the tag counts only where there is no subtag.

    >>> reported("Delivered", "Delivered_001").stage.value, reported("Exception", "New_1").stage.value
    ('delivered', 'unknown')
    """
    if subtag:
        return SUB_STATUSES.get(subtag, ParcelState())
    return STATUSES.get(tag or "", ParcelState())


def event(
    entry: Payload, *, numbers: Mapping[str, str], number: str, received_at: datetime
) -> TrackingEvent:
    """The event; what its subtag means is in `rules.SUB_STATUSES`.

    Args:
        entry: the checkpoint.
        numbers: the numbers of further carriers, by slug.
        number: the parcel's own, for every other carrier.
        received_at: when we learnt of it.

    Raises:
        Unreadable: it has no time.
    """
    tag, subtag = entry.maybe_text("tag"), entry.maybe_text("subtag")
    state = reported(tag, subtag)
    at, local = _when(entry)
    return TrackingEvent(
        VENDOR,
        code=subtag or tag or "",
        text=entry.maybe_text("message", "subtag_message") or "",
        stage=state.stage,
        at=at,
        local=local,
        reason=state.reason,
        health=state.health,
        place=_place(entry),
        number=numbers.get(entry.maybe_text("slug") or "", number),
        received_at=received_at,
    )


def _when(entry: Payload) -> tuple[datetime | None, str | None]:
    """The carrier's time; one without a zone stays text, as it is that of the place."""
    stated = entry.text("checkpoint_time").strip()
    try:
        return instant(stated, field=entry.path("checkpoint_time"), source=VENDOR), None
    except NaiveTime:
        return None, stated.replace("T", " ")


def _place(entry: Payload) -> Place | None:
    """The place; the names of the fields changed with version 2026-07, both are read."""
    country = entry.maybe_text("country_region", "country_iso3") or ""
    region, city = entry.maybe_text("state"), entry.maybe_text("city")
    code = entry.maybe_text("postal_code", "zip")
    name = entry.maybe_text("country_region_name", "country_name")
    text = entry.maybe_text("location") or name or None
    alpha2 = COUNTRIES.get(country)
    if not any((alpha2, region, city, code, text)):
        return None
    return Place(alpha2, region or None, city or None, code or None, text=text)


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
