"""One tracking detail as EasyPost tells it."""

from datetime import datetime, timezone
from functools import lru_cache
from typing import Any

from crossborder.adapters.easypost.rules import VENDOR, reported
from crossborder.errors import InvalidValue, NaiveTime
from crossborder.model.extra import Extra
from crossborder.model.place import Place
from crossborder.model.tracking import ParcelState, TrackingEvent, scan
from crossborder.wire.dates import instant
from crossborder.wire.payload import Payload

__all__ = ["event", "event_of"]


def event(entry: Any, number: str, received_at: datetime, *, at: str = "") -> TrackingEvent:
    """The event of a detail; its code is status and detail, as `in_transit/arrived_at_facility`.

    The carrier and its own code are kept in `extra`, as `source` and `carrier_code`.

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
        moment = datetime.fromisoformat(get("datetime_local") or get("datetime"))
        code, state = _said(get("status"), get("status_detail"))
        text = get("message") or get("description") or ""
        place = None
        where = get("tracking_location")
        if where:
            part = where.get
            place = _place(part("country"), part("state"), part("city"), part("zip"))
        extra = _extra(get("source"), get("carrier_code"))
        plain = type(text) is str and type(moment.tzinfo) is timezone
    except (AttributeError, TypeError, ValueError):
        plain = False
    if plain:
        told = (VENDOR, code, text, state, moment, None, place, number)
        return scan(*told, received_at, extra)
    return event_of(Payload(entry, source=VENDOR, at=at), number, received_at)


def event_of(entry: Payload, number: str, received_at: datetime) -> TrackingEvent:
    """The same, of whatever spelling: numbers for texts, times without a zone."""
    code, state = _said(entry.maybe_text("status"), entry.maybe_text("status_detail"))
    at, local = _when(entry)
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
        extra=_extra(entry.maybe_text("source"), entry.maybe_text("carrier_code")),
    )


def _when(entry: Payload) -> tuple[datetime | None, str | None]:
    """The moment of the scan: in the zone of the place where EasyPost knows it, else in UTC.

    A time without a zone, and what is no time at all, stays text.
    """
    local = ""
    for name in ("datetime_local", "datetime"):
        stated = entry.maybe_text(name)
        if stated:
            try:
                return instant(stated, field=entry.path(name), source=VENDOR), None
            except NaiveTime:
                local = stated.strip().replace("T", " ")
            except InvalidValue:
                local = stated.strip()
    if not local:
        raise entry.refuse("datetime", None, "is missing")
    return None, local


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


@lru_cache(maxsize=8192)
def _extra(source: str | None, code: str | None) -> Extra:
    _texts(source, code)
    said = (("source", source), ("carrier_code", code))
    return Extra({name: value for name, value in said if value})


def _texts(*parts: object) -> None:
    if not all(part is None or type(part) is str for part in parts):
        raise TypeError("a part is no text")
