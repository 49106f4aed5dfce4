"""One tracking detail as EasyPost tells it."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from crossborder.adapters.easypost.rules import VENDOR, reported
from crossborder.model.extra import Extra
from crossborder.model.place import Place
from crossborder.model.tracking import ParcelState, TrackingEvent, scan
from crossborder.wire.payload import Payload
from crossborder.wire.scans import When, unread

__all__ = ["event", "event_of"]

_TIMES = {"datetime_local": When("datetime_local"), "datetime": When("datetime")}
# The location is read too, but may say more than a place can hold: it is kept whole.
_READ = frozenset({"status", "status_detail", "message"})


def event(entry: Any, number: str, received_at: datetime, *, at: str = "") -> TrackingEvent:
    """The event of a detail; its code is status and detail, as `in_transit/arrived_at_facility`.

    What else is said is kept in `extra`, the carrier as `source` and its own code as
    `carrier_code` with it.

    Args:
        entry: the detail, as it came.
        number: the number it is reported under.
        received_at: when we learnt of it.
        at: where it stands in the answer, for errors.

    Raises:
        Unreadable: it is no object, has no time, or a part of it is no text.
    """
    # The ordinary detail, without a second look at each field; `event_of` reads every other.
    try:
        get = entry.get
        time = "datetime_local" if get("datetime_local") else "datetime"
        moment, _ = _TIMES[time].read(entry, VENDOR)
        code, state = _said(get("status"), get("status_detail"))
        text = get("message") or get("description") or ""
        place = None
        where = get("tracking_location")
        if where:
            part = where.get
            place = _place(part("country"), part("state"), part("city"), part("zip"))
        extra = unread(entry, {*_READ, time})
        # JSON is read without floats; an `Extra` refuses them.
        plain = moment is not None and type(text) is str and float not in map(type, extra.values())
    except (AttributeError, TypeError, ValueError):
        plain = False
    if plain:
        return scan(VENDOR, code, text, state, moment, None, place, number, received_at, extra)
    return event_of(Payload(entry, source=VENDOR, at=at), number, received_at)


def event_of(entry: Payload, number: str, received_at: datetime) -> TrackingEvent:
    """The same, of whatever spelling: numbers for texts, times without a zone."""
    code, state = _said(entry.maybe_text("status"), entry.maybe_text("status_detail"))
    at, local, time = _when(entry)
    where = entry.maybe_one("tracking_location")
    names = ("country", "state", "city", "zip")
    return TrackingEvent(
        VENDOR,
        code=code,
        text=entry.maybe_text("message") or entry.maybe_text("description") or "",
        stage=state.stage,
        at=at,
        local=local,
        reason=state.reason,
        health=state.health,
        place=_place(*(where.maybe_text(name) for name in names)) if where else None,
        number=number,
        received_at=received_at,
        extra=Extra(unread(entry.peek(), {*_READ, time})),
    )


def _when(entry: Payload) -> tuple[datetime | None, str | None, str]:
    """The moment of the scan, and where it stands: with an offset where EasyPost knows it, else UTC.

    A time without a zone, and what is no time at all, stays text. The first day of a clock is none.
    """
    data, text, where = entry.peek(), "", ""
    for name, when in _TIMES.items():
        at, local = when.read(data, VENDOR)
        if at is not None:
            return at, None, name
        if local:
            text, where = local, name
    if not text:
        raise entry.refuse("datetime", entry.raw("datetime"), "states no time")
    return None, text, where


@lru_cache(maxsize=8192)
def _said(status: str | None, detail: str | None) -> tuple[str, ParcelState]:
    """The code of a status and its detail, and what it means."""
    _texts(status, detail)
    return "/".join(filter(None, (status, detail))), reported(status, detail)


@lru_cache(maxsize=8192)
def _place(
    country: str | None, region: str | None, city: str | None, code: str | None
) -> Place | None:
    """The place; a country that is no ISO 3166 code of two letters stays text."""
    _texts(country, region, city, code)
    if not any((country, region, city, code)):
        return None
    known = country is not None and len(country) == 2 and country.isascii() and country.isupper()
    alpha2, text = (country, None) if known else (None, country or None)
    return Place(alpha2, region or None, city or None, code or None, text=text)


def _texts(*parts: object) -> None:
    if not all(part is None or type(part) is str for part in parts):
        raise TypeError("a part is no text")
