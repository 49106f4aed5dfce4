"""One scan as 17TRACK tells it."""

from datetime import UTC, datetime, timezone
from functools import lru_cache
from typing import Any

from crossborder.adapters.track17.rules import MILESTONES, SUB_STATUSES, VENDOR
from crossborder.errors import InvalidValue, NaiveTime
from crossborder.model.place import Place
from crossborder.model.tracking import ParcelState, TrackingEvent, scan
from crossborder.wire.dates import instant, offset
from crossborder.wire.payload import Payload

__all__ = ["event", "event_of"]

_UNKNOWN = ParcelState()


def event(entry: Any, number: str, received_at: datetime, *, at: str = "") -> TrackingEvent:
    """The event of a scan; what its sub-status means is in `rules.SUB_STATUSES`.

    A sub-status we do not know keeps its code and has an unknown stage; the milestone beside it
    is read only where there is no sub-status at all.

    Args:
        entry: the scan, as it came.
        number: the number it is reported under.
        received_at: when we learnt of it.
        at: where it stands in the answer, for errors.

    Raises:
        Unreadable: it is no object, has no time in any of its three fields, or a part of it is
            no text.
    """
    # The ordinary scan, without a second look at each field; `event_of` reads every other.
    try:
        get = entry.get
        moment = datetime.fromisoformat(get("time_iso"))
        code, state = _said(get("sub_status"), get("stage"))
        text, parts = get("description") or "", (None, None, None, None)
        address = get("address")
        if address:
            part = address.get
            parts = (part("country"), part("state"), part("city"), part("postal_code"))
        place = _place(*parts, get("location"))
        plain = type(text) is str and type(moment.tzinfo) is timezone
    except (AttributeError, TypeError, ValueError):
        plain = False
    if plain:
        return scan(VENDOR, code, text, state, moment, None, place, number, received_at)
    return event_of(Payload(entry, source=VENDOR, at=at), number, received_at)


def event_of(entry: Payload, number: str, received_at: datetime) -> TrackingEvent:
    """The same, of whatever spelling: numbers for texts, times in other fields or without a zone."""
    code, state = _said(entry.maybe_text("sub_status"), entry.maybe_text("stage"))
    at, local = _when(entry)
    address = entry.maybe_one("address")
    names = ("country", "state", "city", "postal_code")
    parts = [address.maybe_text(name) for name in names] if address else [None] * len(names)
    return TrackingEvent(
        VENDOR,
        code=code,
        text=entry.maybe_text("description") or "",
        stage=state.stage,
        at=at,
        local=local,
        reason=state.reason,
        health=state.health,
        place=_place(*parts, entry.maybe_text("location")),
        number=number,
        received_at=received_at,
    )


def _when(entry: Payload) -> tuple[datetime | None, str | None]:
    """The first time that can be read: `time_iso`, `time_utc`, `time_raw`.

    A time without a zone stays local text, and so does what is no time at all.
    """
    odd = ""
    for name, zone in (("time_iso", None), ("time_utc", UTC)):
        stated = entry.maybe_text(name)
        if stated:
            try:
                return instant(stated, zone=zone, field=entry.path(name), source=VENDOR), None
            except NaiveTime:
                return None, stated.strip().replace("T", " ")
            except InvalidValue:
                odd = odd or stated.strip()
    if odd and not entry.has("time_raw"):
        return None, odd
    raw = entry.one("time_raw")
    said = " ".join(filter(None, (raw.maybe_text("date"), raw.maybe_text("time"))))
    zone_text = raw.maybe_text("timezone")
    if zone_text and raw.maybe_text("time"):
        try:
            stated_zone = offset(zone_text, field=raw.path("timezone"), source=VENDOR)
            return instant(said, zone=stated_zone, field=raw.path("time"), source=VENDOR), None
        except InvalidValue:  # a zone in words: the wall clock is all we can keep
            return None, f"{said} {zone_text}"
    said = said or odd
    if not said:
        raise raw.refuse("date", None, "is missing, as are the other times")
    return None, said


@lru_cache(maxsize=8192)
def _said(sub_status: str | None, milestone: str | None) -> tuple[str, ParcelState]:
    """The code of a scan, and what it means."""
    _texts(sub_status, milestone)
    if sub_status:
        return sub_status, SUB_STATUSES.get(sub_status, _UNKNOWN)
    return milestone or "", MILESTONES.get(milestone or "", _UNKNOWN)


@lru_cache(maxsize=8192)
def _place(
    country: str | None,
    region: str | None,
    city: str | None,
    code: str | None,
    text: str | None,
) -> Place | None:
    """The place; a country that is no ISO 3166 code stays in the text."""
    _texts(country, region, city, code, text)
    said = country or ""
    known = len(said) == 2 and said.isascii() and said.isalpha() and said.isupper()
    if not any((known, region, city, code, text)):
        return None
    return Place(said if known else None, region, city, code, text=text or None)


def _texts(*parts: object) -> None:
    if not all(part is None or type(part) is str for part in parts):
        raise TypeError("a part is no text")
