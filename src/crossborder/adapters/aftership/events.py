"""One checkpoint as AfterShip tells it."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from crossborder.adapters.aftership.countries import COUNTRIES
from crossborder.adapters.aftership.rules import STATUSES, SUB_STATUSES, VENDOR
from crossborder.model.extra import Extra
from crossborder.model.place import Place
from crossborder.model.tracking import ParcelState, TrackingEvent, scan
from crossborder.wire.payload import Payload
from crossborder.wire.scans import When, unread

__all__ = ["event", "event_of", "reported"]

_UNKNOWN = ParcelState()
_TIME = When("checkpoint_time")
_READ = frozenset({"checkpoint_time", "message", "location", "city", "state", "postal_code"})


def reported(tag: str | None, subtag: str | None) -> ParcelState:
    """What a tag and its subtag mean; the tag counts where we do not know the subtag.

    >>> reported("Delivered", "Delivered_001").stage.value, reported("Delivered", "New_1").stage.value
    ('delivered', 'delivered')
    """
    return _said(tag, subtag)[1]


def event(entry: Any, number: str, received_at: datetime, *, at: str = "") -> TrackingEvent:
    """The event of a checkpoint; what its subtag means is in `rules.SUB_STATUSES`.

    Its code is the subtag, or the tag where we know that one alone. What else is said is kept in
    `extra`, both of them and the carrier's own `raw_tag` with it.

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
        moment, _ = _TIME.read(entry, VENDOR)
        code, state = _said(get("tag"), get("subtag"))
        text = get("message") or get("subtag_message") or ""
        place = _place(
            get("country_region") or get("country_iso3"),
            get("state"),
            get("city"),
            get("postal_code") or get("zip"),
            get("location"),
            get("country_region_name") or get("country_name"),
        )
        extra = unread(entry, _READ)
        # JSON is read without floats; an `Extra` refuses them.
        plain = moment is not None and type(text) is str and float not in map(type, extra.values())
    except (AttributeError, TypeError, ValueError):
        plain = False
    if plain:
        return scan(VENDOR, code, text, state, moment, None, place, number, received_at, extra)
    return event_of(Payload(entry, source=VENDOR, at=at), number, received_at)


def event_of(entry: Payload, number: str, received_at: datetime) -> TrackingEvent:
    """The same, of whatever spelling: numbers for texts, times without a zone."""
    subtag = entry.maybe_text("subtag")
    code, state = _said(None if subtag in SUB_STATUSES else entry.maybe_text("tag"), subtag)
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
        code=code,
        text=entry.maybe_text("message") or entry.maybe_text("subtag_message") or "",
        stage=state.stage,
        at=at,
        local=local,
        reason=state.reason,
        health=state.health,
        place=_place(*parts),
        number=number,
        received_at=received_at,
        extra=Extra(unread(entry.peek(), _READ)),
    )


def _when(entry: Payload) -> tuple[datetime | None, str | None]:
    """The carrier's time; one without a zone, and what is no time at all, stays text.

    The first day of a clock is no time.
    """
    at, local = _TIME.read(entry.peek(), VENDOR)
    if at is None and not local:
        raise entry.refuse("checkpoint_time", entry.raw("checkpoint_time"), "states no time")
    return at, local


@lru_cache(maxsize=8192)
def _said(tag: str | None, subtag: str | None) -> tuple[str, ParcelState]:
    """The code of a checkpoint, and what it means."""
    _texts(tag, subtag)
    if subtag and (subtag in SUB_STATUSES or tag not in STATUSES):
        return subtag, SUB_STATUSES.get(subtag, _UNKNOWN)
    return tag or "", STATUSES.get(tag or "", _UNKNOWN)


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


def _texts(*parts: object) -> None:
    if not all(part is None or type(part) is str for part in parts):
        raise TypeError("a part is no text")
