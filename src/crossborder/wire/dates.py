"""Moments in time, in every spelling vendors use; a time without a zone is never given one.

>>> instant("20170913231916000-0700", field="created", source="shop").isoformat()
'2017-09-13T23:19:16-07:00'
>>> instant("2018-02-07 15:27:58", zone=BEIJING, field="created", source="shop").isoformat()
'2018-02-07T15:27:58+08:00'
>>> instant(1517988478000, field="created", source="shop").isoformat()
'2018-02-07T07:27:58+00:00'
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from crossborder.errors import NaiveTime, Unreadable

__all__ = ["BEIJING", "instant", "offset"]

BEIJING = timezone(timedelta(hours=8))
"""The one time of China: eight hours ahead of UTC, all year."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OFFSET = r"(?P<offset>Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?"
_ISO = re.compile(
    r"(?P<year>[0-9]{4})(?P<dash>[-/])(?P<month>[0-9]{1,2})(?P=dash)(?P<day>[0-9]{1,2})"
    r"(?:T|\s+)(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
    r"\s*" + _OFFSET + r"(?:\[(?P<zone>[A-Za-z0-9_+/-]+)\])?",
    re.IGNORECASE,
)
_COMPACT = re.compile(
    r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})T?"
    r"(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?P<second>[0-9]{2})\.?(?P<fraction>[0-9]{3})?"
    + _OFFSET,
    re.IGNORECASE,
)
_DOTNET = re.compile(r"\\?/Date\((?P<ms>-?[0-9]{1,15})(?P<offset>[+-][0-9]{4})?\)\\?/")
_HOURS = re.compile(
    r"(?:GMT|UTC)?\s*(?:(?P<sign>[+-]?)(?P<hours>[0-9]{1,2})(?::?(?P<minutes>[0-9]{2}))?)?|Z",
    re.IGNORECASE,
)
_WIDEST = timedelta(hours=14)


def instant(
    text: str | int | Decimal, *, zone: tzinfo | None = None, field: str, source: str
) -> datetime:
    """The moment a text or a number states, with its zone.

    Read are ISO 8601 (`T` or a space, `-` or `/`, with `Z`, an offset or a `[Zone]`), the digits
    `yyyyMMddHHmmss` with or without milliseconds and offset, `/Date(ms)/`, and the seconds (10
    digits) or milliseconds (13 digits) since 1970. `24:00:00` is midnight of the next day.

    Args:
        text: as it stands in the payload.
        zone: the zone the vendor documents for times that state none.
        field: the path, for the error.
        source: who said it, for the error.

    Raises:
        NaiveTime: the text states no zone and none is given.
        Unreadable: it is no moment at all; a date alone is none.
    """
    stated = str(text).strip()
    try:
        found = None if isinstance(text, bool) else _read(stated, zone)
    except (ValueError, OverflowError, OSError, KeyError):  # KeyError: a zone nobody knows
        found = None
    if found is None:
        raise Unreadable("is not a moment in time", field=field, value=text, source=source)
    if found.tzinfo is None:
        raise NaiveTime("states no zone", field=field, value=text, source=source)
    return found


def _read(text: str, zone: tzinfo | None) -> datetime | None:
    if text.isascii() and text.isdigit() and len(text) in (10, 13):
        return _EPOCH + timedelta(**{"seconds" if len(text) == 10 else "milliseconds": int(text)})
    dotnet = _DOTNET.fullmatch(text)
    if dotnet:
        moment = _EPOCH + timedelta(milliseconds=int(dotnet["ms"]))
        return moment.astimezone(_offset(dotnet["offset"])) if dotnet["offset"] else moment
    match = _ISO.fullmatch(text) or _COMPACT.fullmatch(text)
    if match is None:
        return None
    parts = match.groupdict()
    if parts["offset"]:
        zone = _offset(parts["offset"])
    elif parts.get("zone"):
        zone = ZoneInfo(parts["zone"])
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    fraction = int((parts["fraction"] or "").ljust(6, "0")[:6])
    next_day = hour == 24 and not (minute or second or fraction)
    moment = datetime(
        int(parts["year"]),
        int(parts["month"]),
        int(parts["day"]),
        0 if next_day else hour,
        minute,
        second,
        fraction,
        tzinfo=zone,
    )
    return moment + timedelta(days=1) if next_day else moment


def offset(text: str, *, field: str = "offset", source: str = "") -> timezone:
    """The zone of a stated distance from UTC: `+8`, `+08:00`, `0800`, `GMT+8`, `UTC`, `Z`.

    Raises:
        Unreadable: it is none, or more than 14 hours.

    >>> offset("GMT+8") == BEIJING, offset("-0330")
    (True, datetime.timezone(datetime.timedelta(days=-1, seconds=73800)))
    """
    try:
        return _offset(text)
    except ValueError:
        said = "is not a distance from UTC"
        raise Unreadable(said, field=field, value=text, source=source) from None


def _offset(text: str) -> timezone:
    stated = text.strip()
    match = _HOURS.fullmatch(stated)
    if not stated or match is None:
        raise ValueError(text)
    minutes = int(match["minutes"] or 0)
    shift = timedelta(hours=int(match["hours"] or 0), minutes=minutes)
    if minutes > 59 or shift > _WIDEST:
        raise ValueError(text)
    return timezone(-shift if match["sign"] == "-" else shift)
