"""One scan as 17TRACK tells it."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from crossborder.adapters.track17.rules import MILESTONES, SUB_STATUSES, VENDOR
from crossborder.model.extra import Extra
from crossborder.model.place import Place
from crossborder.model.tracking import ParcelState, TrackingEvent, scan
from crossborder.wire.payload import Payload
from crossborder.wire.scans import When, unread

__all__ = ["event", "event_of"]

_UNKNOWN = ParcelState()
_TIMES = {
    "time_iso": When("time_iso"),
    "time_utc": When("time_utc", zone=UTC),
    "time_raw": When(("time_raw.date", "time_raw.time"), offset="time_raw.timezone"),
}
_ISO = _TIMES["time_iso"]
# The address is read too, but may say more than a place can hold: it is kept whole.
_READ = frozenset({"sub_status", "description", "location"})


def event(entry: Any, number: str, received_at: datetime, *, at: str = "") -> TrackingEvent:
    """The event of a scan; what its sub-status means is in `rules.SUB_STATUSES`.

    A sub-status we do not know keeps its code and has an unknown stage; the milestone beside it
    is read only where there is no sub-status at all. What else is said is kept in `extra`.

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
        moment, _ = _ISO.read(entry, VENDOR)
        code, state = _said(get("sub_status"), get("stage"))
        text, parts = get("description") or "", (None, None, None, None)
        address = get("address")
        if address:
            part = address.get
            parts = (part("country"), part("state"), part("city"), part("postal_code"))
        place = _place(*parts, get("location"))
        extra = unread(entry, {*_READ, "time_iso"})
        # JSON is read without floats; an `Extra` refuses them.
        plain = moment is not None and type(text) is str and float not in map(type, extra.values())
    except (AttributeError, TypeError, ValueError):
        plain = False
    if plain:
        return scan(VENDOR, code, text, state, moment, None, place, number, received_at, extra)
    return event_of(Payload(entry, source=VENDOR, at=at), number, received_at)


def event_of(entry: Payload, number: str, received_at: datetime) -> TrackingEvent:
    """The same, of whatever spelling: numbers for texts, times in other fields or without a zone."""
    code, state = _said(entry.maybe_text("sub_status"), entry.maybe_text("stage"))
    at, local, time = _when(entry)
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
        extra=Extra(unread(entry.peek(), {*_READ, time})),
    )


def _when(entry: Payload) -> tuple[datetime | None, str | None, str]:
    """The first time that can be read, and where it stands: `time_iso`, `time_utc`, `time_raw`.

    A time without a zone stays local text, and so does what is no time at all. The first day of a
    clock is none.
    """
    data, odd, where = entry.peek(), "", ""
    for name, when in _TIMES.items():
        at, local = when.read(data, VENDOR)
        if at is not None:
            return at, None, name
        if local and local[:4].isdigit() and len(local) > 7:
            return None, local + _words(entry, name), name
        if local and not odd:
            odd, where = local, name
    if not odd:
        raise entry.refuse("time_raw", entry.raw("time_raw"), "states no time, as do the others")
    return None, odd, where


def _words(entry: Payload, name: str) -> str:
    """A zone in words, behind a raw time of the day: the wall clock is all we can keep."""
    raw = entry.maybe_one(name) if name == "time_raw" else None
    zone = raw.maybe_text("timezone") if raw is not None and raw.maybe_text("time") else None
    return f" {zone}" if zone else ""


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
    """The place; a country that is no ISO 3166 code stays in the address that `extra` keeps."""
    _texts(country, region, city, code, text)
    said = country or ""
    known = len(said) == 2 and said.isascii() and said.isalpha() and said.isupper()
    if not any((known, region, city, code, text)):
        return None
    return Place(said if known else None, region, city, code, text=text or None)


def _texts(*parts: object) -> None:
    if not all(part is None or type(part) is str for part in parts):
        raise TypeError("a part is no text")
