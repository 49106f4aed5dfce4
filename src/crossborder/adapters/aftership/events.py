"""One checkpoint as AfterShip tells it."""

from datetime import datetime, timezone
from functools import lru_cache
from typing import Any

from crossborder.adapters.aftership.countries import COUNTRIES
from crossborder.adapters.aftership.rules import STATUSES, SUB_STATUSES, VENDOR
from crossborder.errors import InvalidValue, NaiveTime
from crossborder.model.extra import Extra
from crossborder.model.place import Place
from crossborder.model.tracking import ParcelState, TrackingEvent, scan
from crossborder.wire.dates import instant
from crossborder.wire.payload import Payload

__all__ = ["event", "event_of", "reported"]

_UNKNOWN = ParcelState()


def reported(tag: str | None, subtag: str | None) -> ParcelState:
    """What a tag and its subtag mean; the tag counts only where there is no subtag.

    >>> reported("Delivered", "Delivered_001").stage.value, reported("Exception", "New_1").stage.value
    ('delivered', 'unknown')
    """
    if subtag:
        return SUB_STATUSES.get(subtag, _UNKNOWN)
    return STATUSES.get(tag or "", _UNKNOWN)


def event(entry: Any, number: str, received_at: datetime, *, at: str = "") -> TrackingEvent:
    """The event of a checkpoint; what its subtag means is in `rules.SUB_STATUSES`.

    Its slug and the carrier's own code are kept in `extra`, as `slug` and `raw_tag`.

    Args:
        entry: the checkpoint, as it came.
        number: the number it is reported under.
        received_at: when we learnt of it.
        at: where it stands in the answer, for errors.

    Raises:
        Unreadable: it is no object, has no time, or a part of it is no text.
    """
    # The ordinary checkpoint, without a second look at each field; `event_of` reads every other.
    try:
        get = entry.get
        moment = datetime.fromisoformat(get("checkpoint_time"))
        subtag, tag = get("subtag"), get("tag")
        state, code = reported(tag, subtag), subtag or tag or ""
        text = get("message") or get("subtag_message") or ""
        place = _place(
            get("country_region") or get("country_iso3"),
            get("state"),
            get("city"),
            get("postal_code") or get("zip"),
            get("location"),
            get("country_region_name") or get("country_name"),
        )
        extra = _extra(get("slug"), get("raw_tag"))
        plain = type(code) is str and type(text) is str and type(moment.tzinfo) is timezone
    except (AttributeError, TypeError, ValueError):
        plain = False
    if plain:
        told = (VENDOR, code, text, state, moment, None, place, number)
        return scan(*told, received_at, extra)
    return event_of(Payload(entry, source=VENDOR, at=at), number, received_at)


def event_of(entry: Payload, number: str, received_at: datetime) -> TrackingEvent:
    """The same, of whatever spelling: numbers for texts, times without a zone."""
    subtag = entry.maybe_text("subtag")
    tag = None if subtag else entry.maybe_text("tag")
    state = reported(tag, subtag)
    at, local = _when(entry)
    parts = (
        entry.maybe_text("country_region") or entry.maybe_text("country_iso3"),
        entry.maybe_text("state"),
        entry.maybe_text("city"),
        entry.maybe_text("postal_code") or entry.maybe_text("zip"),
        entry.maybe_text("location"),
        entry.maybe_text("country_region_name") or entry.maybe_text("country_name"),
    )
    return TrackingEvent(
        VENDOR,
        code=subtag or tag or "",
        text=entry.maybe_text("message") or entry.maybe_text("subtag_message") or "",
        stage=state.stage,
        at=at,
        local=local,
        reason=state.reason,
        health=state.health,
        place=_place(*parts),
        number=number,
        received_at=received_at,
        extra=_extra(entry.maybe_text("slug"), entry.maybe_text("raw_tag")),
    )


def _when(entry: Payload) -> tuple[datetime | None, str | None]:
    """The carrier's time; one without a zone, and what is no time at all, stays text."""
    stated = entry.text("checkpoint_time").strip()
    if not stated:
        raise entry.refuse("checkpoint_time", stated, "is empty")
    try:
        return instant(stated, field=entry.path("checkpoint_time"), source=VENDOR), None
    except NaiveTime:
        return None, stated.replace("T", " ")
    except InvalidValue:
        return None, stated


@lru_cache(maxsize=8192)
def _place(
    country: str | None,
    region: str | None,
    city: str | None,
    code: str | None,
    text: str | None,
    name: str | None,
) -> Place | None:
    """The place; a country that is no ISO 3166 code stays in its name.

    Raises:
        TypeError: a part is no text.
    """
    _texts(country, region, city, code, text, name)
    alpha2, said = COUNTRIES.get(country or ""), text or name or None
    if not any((alpha2, region, city, code, said)):
        return None
    return Place(alpha2, region or None, city or None, code or None, text=said)


@lru_cache(maxsize=8192)
def _extra(slug: str | None, raw: str | None) -> Extra:
    _texts(slug, raw)
    return Extra({name: said for name, said in (("slug", slug), ("raw_tag", raw)) if said})


def _texts(*parts: object) -> None:
    if not all(part is None or type(part) is str for part in parts):
        raise TypeError("a part is no text")
