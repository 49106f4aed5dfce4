"""When a scan was made, in the fields and the spelling of a vendor."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any

from attrs import field, frozen

from crossborder.errors import InvalidValue, NaiveTime
from crossborder.model.check import aware, refuse
from crossborder.wire.dates import instant, offset
from crossborder.wire.scans.fields import Getter, Spec, as_text, getter, names

__all__ = ["When"]

_FIRST = 1980
"""No parcel was scanned before: the first day of a clock (year 1, 1900, 1970) stands for no time."""
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_TOKENS = {
    "%Y": r"(?P<year>[0-9]{4})",
    "%m": r"(?P<month>[0-9]{1,2})",
    "%d": r"(?P<day>[0-9]{1,2})",
    "%y": r"(?P<short>[0-9]{2})",
    "%B": r"(?P<name>[A-Za-z]{3,9})\.?",
    "%b": r"(?P<name>[A-Za-z]{3,9})\.?",
    "%A": r"[A-Za-z]{2,9}\.?",
    "%a": r"[A-Za-z]{2,9}\.?",
    "%H": r"(?P<hour>[0-9]{1,2})",
    "%I": r"(?P<hour>[0-9]{1,2})",
    "%M": r"(?P<minute>[0-9]{2})",
    "%S": r"(?P<second>[0-9]{2})",
    "%f": r"(?P<fraction>[0-9]{1,9})",
    "%p": r"(?P<half>[AaPp])\.?[Mm]\.?",
    "%z": r"(?P<zone>Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})",
    "%Z": r"(?P<zone>[A-Za-z]{1,5})",
}
_DAY = re.compile(r"[0-9]{4}[-/]?[0-9]{2}[-/]?[0-9]{2}")
_PARTS = re.compile(r"%[A-Za-z]| +|.")


@lru_cache(maxsize=256)
def _pattern(layout: str) -> re.Pattern[str]:
    parts = []
    for part in _PARTS.findall(layout):
        if part.startswith("%"):
            if part not in _TOKENS:
                raise refuse("When", "layouts", layout, f"has {part}, which is not read")
            parts.append(_TOKENS[part])
        else:
            parts.append(r"\s+" if not part.strip() else re.escape(part))
    return re.compile("".join(parts))


def _by_layout(text: str, layouts: tuple[str, ...]) -> tuple[datetime, str, bool] | None:
    """The clock that the first fitting layout reads, its offset, and whether it has an hour."""
    for layout in layouts:
        match = _pattern(layout).fullmatch(text)
        if match is None:
            continue
        said = match.groupdict()
        month = _month(said)
        hour = int(said.get("hour") or 0)
        if said.get("half"):
            hour = hour % 12 + (12 if said["half"] in "pP" else 0)
        if month is None:
            continue
        try:
            read = datetime(
                int(said.get("year") or f"20{said['short']}"),
                month,
                int(said["day"]),
                hour % 24,
                int(said.get("minute") or 0),
                int(said.get("second") or 0),
                int((said.get("fraction") or "").ljust(6, "0")[:6]),
                tzinfo=UTC,
            ).replace(tzinfo=None)
        except ValueError:
            continue
        timed = said.get("hour") is not None
        return read + timedelta(days=hour // 24), said.get("zone") or "", timed
    return None


def _month(said: Mapping[str, str | None]) -> int | None:
    name = said.get("name")
    if name is None:
        return int(said.get("month") or 0)
    short = name[:3].casefold()
    return _MONTHS.index(short) + 1 if short in _MONTHS else None


def _clock(text: str) -> datetime:
    """The wall clock of an ISO 8601 text without a zone; digits alone are none."""
    clock = datetime.fromisoformat(text)
    if text.isdigit() or clock.tzinfo is not None:
        raise ValueError(text)
    return clock


@lru_cache(maxsize=512)
def _zone(text: str) -> timezone | None:
    """The zone of a stated distance from UTC; None for words."""
    try:
        return offset(text)
    except InvalidValue:
        return None


@frozen
class When:
    """Where the time of a scan stands and how it is written.

    The texts of all `parts` are joined by a blank. ISO 8601, `yyyyMMddHHmmss`, `/Date(ms)/` and
    seconds or milliseconds since 1970 are read without saying so; other spellings need a layout.
    A time without a zone stays local text: no zone is ever made up.

    Attributes:
        parts: names or paths, such as `("date", "time")`.
        offset: where the zone stands beside it, as `+8`, `-0500`, `GMT+8`, or None.
        zones: words that may stand there → their distance from UTC in hours, by the vendor's word.
        zone: the zone that the vendor documents for all its times, or None.
        layouts: in the marks of `strptime`: %Y %y %m %d %H %I %M %S %f %p %z; %B or %b for the
            English name of a month and %A or %a for that of a weekday, whole or short; %Z for a
            word among `zones`. They are tried before anything else.

    >>> when = When(("day", "hour"), layouts=("%B %d, %Y %I:%M %p",))
    >>> when.read({"day": "April 28, 2015", "hour": "9:01 am"}, "usps")
    (None, '2015-04-28 09:01:00')
    >>> When("at").read({"at": "2026-02-03T08:08:00+11:00"}, "acme")[0].isoformat()
    '2026-02-03T08:08:00+11:00'
    """

    parts: Spec | tuple[Spec, ...]
    offset: Spec | None = None
    zones: Mapping[str, float] = field(factory=dict)
    zone: tzinfo | None = None
    layouts: tuple[str, ...] = ()
    _get: tuple[Getter, ...] = field(init=False, eq=False, repr=False)
    _zone: Getter | None = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if isinstance(self.layouts, str):
            raise refuse(self, "layouts", self.layouts, "must be a tuple of layouts")
        for layout in self.layouts:
            _pattern(layout)
        for word, hours in self.zones.items():
            if not -14 <= hours <= 14:
                raise refuse(self, "zones", word, "must be 14 hours from UTC or less")
        parts = self.parts if isinstance(self.parts, tuple) else (self.parts,)
        object.__setattr__(self, "_get", tuple(map(getter, parts)))
        object.__setattr__(self, "_zone", None if self.offset is None else getter(self.offset))

    @property
    def names(self) -> frozenset[str]:
        """The keys that are read whole."""
        parts = self.parts if isinstance(self.parts, tuple) else (self.parts,)
        return frozenset().union(*map(names, parts)) - {"*"}

    def read(self, entry: Any, source: str) -> tuple[datetime | None, str | None]:
        """The moment, or the local time as text; two Nones where nothing stands.

        A text that is no time in any known spelling is given back as the local time.
        """
        get = self._get
        if len(get) == 1:
            stated = get[0](entry)
        else:
            stated = " ".join(filter(None, [as_text(one(entry), "time", source) for one in get]))
        # Most times are ISO 8601; digits alone may be seconds since 1970, which come later.
        if (
            type(stated) is str
            and len(stated) > 10
            and not self.layouts
            and not stated.isdigit()
            and (":" in stated or "." not in stated)
        ):
            try:
                clock = datetime.fromisoformat(stated)
            except ValueError:
                pass
            else:
                if clock.year < _FIRST:
                    return None, None
                if type(clock.tzinfo) is timezone:
                    return clock, None
                return self._placed(clock, self._told(entry, source))
        at, local = self._slow(stated, entry, source)
        if at is not None and at.year < _FIRST:
            return None, None
        return at, local

    def _told(self, entry: Any, source: str) -> str:
        """The zone that stands beside the time, as text."""
        return "" if self._zone is None else as_text(self._zone(entry), "offset", source)

    def _slow(self, stated: Any, entry: Any, source: str) -> tuple[datetime | None, str | None]:
        text = as_text(stated, "time", source)
        if not text:
            return None, None
        zone_text = self._told(entry, source)
        found = _by_layout(text, self.layouts)
        if found is not None:
            clock, offset_text, timed = found
            if not timed:
                return None, f"{clock:%Y-%m-%d}"
            return self._placed(clock, offset_text or zone_text)
        if _DAY.fullmatch(text):
            return None, text
        if ":" in text or "." not in text:
            try:
                return self._placed(_clock(text), zone_text)
            except ValueError:
                pass
        try:
            return instant(text, field="time", source=source), None
        except NaiveTime:
            utc = instant(text, zone=UTC, field="time", source=source)
            return self._placed(utc.replace(tzinfo=None), zone_text)
        except InvalidValue:
            return None, text

    def _placed(self, clock: datetime, zone_text: str) -> tuple[datetime | None, str | None]:
        zone: tzinfo | None = self.zone
        if zone_text:
            hours = self.zones.get(zone_text)
            zone = _zone(zone_text) if hours is None else timezone(timedelta(hours=hours))
        if zone is None:  # none is told, or in words, which stay among what else was said
            return None, clock.isoformat(" ")
        at = clock.replace(tzinfo=zone)
        return (at if type(zone) is timezone else aware(at, "zone", "When")), None
