"""When a scan was made, in the fields and the spelling of a vendor."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any

from attrs import field, frozen

from crossborder.errors import InvalidValue, NaiveTime
from crossborder.model.check import aware, refuse
from crossborder.wire.dates import instant, offset
from crossborder.wire.scans.fields import Getter, Spec, as_text, getter, names
from crossborder.wire.scans.layouts import by_layout, pattern

__all__ = ["When"]

_FIRST = 1980
"""No parcel was scanned before: the first day of a clock (year 1, 1900, 1970) stands for no time."""
_DAY = re.compile(
    r"(?P<year>[0-9]{4})(?:(?P<dash>[-/.])(?P<month>[0-9]{1,2})(?P=dash)(?P<day>[0-9]{1,2})"
    r"|(?P<mm>[0-9]{2})(?P<dd>[0-9]{2}))"
)
"""A day alone, its year first; the local times of a parcel are compared as texts."""
_WIDEST = timedelta(hours=14)


def _day(text: str) -> date | None:
    """The day that a text names, when it names nothing else."""
    match = _DAY.fullmatch(text)
    if match is None:
        return None
    month, day = match["month"] or match["mm"], match["day"] or match["dd"]
    try:
        return date(int(match["year"]), int(month), int(day))
    except ValueError:
        return None


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


def _fixed(distance: object) -> timezone | None:
    """The zone of a distance in hours, or of a text such as `+01:00`; None for anything else."""
    if isinstance(distance, str):
        return _zone(distance)
    if isinstance(distance, bool) or not isinstance(distance, int | float | Decimal):
        return None
    try:
        shift = timedelta(hours=float(distance))
    except (ValueError, OverflowError):
        return None
    return timezone(shift) if -_WIDEST <= shift <= _WIDEST else None


@frozen
class When:
    """Where the time of a scan stands and how it is written.

    The texts of all `parts` are joined by a blank. ISO 8601, `yyyyMMddHHmmss`, `/Date(ms)/` and
    seconds or milliseconds since 1970 are read without saying so; other spellings need a layout.
    A time without a zone stays local text: no zone is ever made up.

    Attributes:
        parts: names or paths, such as `("date", "time")`.
        offset: where the zone stands beside it, as `+8`, `-0500`, `GMT+8`, or None.
        zones: words that may stand there, in capitals or not → their distance from UTC by the
            vendor's word, in hours or as a text such as `+01:00`.
        zone: the zone that the vendor documents for all its times, or None.
        layouts: in the marks of `strptime`: %Y %y %m %d %H %I %M %S %f %p %z; %B or %b for the
            English name of a month and %A or %a for that of a weekday, whole or short; %Z for a
            word among `zones` within the time. They are tried before anything else.

    >>> when = When(("day", "hour"), layouts=("%B %d, %Y %I:%M %p",))
    >>> when.read({"day": "April 28, 2015", "hour": "9:01 am"}, "usps")
    (None, '2015-04-28 09:01:00')
    >>> When("at").read({"at": "2026-02-03T08:08:00+11:00"}, "acme")[0].isoformat()
    '2026-02-03T08:08:00+11:00'

    Raises:
        InvalidValue: a mark that is not read, a zone that is none, one word for two zones.
    """

    parts: Spec | tuple[Spec, ...]
    offset: Spec | None = None
    zones: Mapping[str, float | str] = field(factory=dict)
    zone: tzinfo | None = None
    layouts: tuple[str, ...] = ()
    _get: tuple[Getter, ...] = field(init=False, eq=False, repr=False)
    _zone: Getter | None = field(init=False, eq=False, repr=False)
    _words: dict[str, timezone] = field(factory=dict, init=False, eq=False, repr=False)
    _named: bool = field(init=False, eq=False, repr=False)
    zoned: bool = field(init=False, eq=False, repr=False)
    """Whether a zone is looked for, beside the time or in it."""

    def __attrs_post_init__(self) -> None:
        if isinstance(self.layouts, str):
            raise refuse(self, "layouts", self.layouts, "must be a tuple of layouts")
        for layout in self.layouts:
            pattern(layout)
        if self.zone is not None and not isinstance(self.zone, tzinfo):
            said = "must be a zone, such as BEIJING or ZoneInfo('Europe/Berlin')"
            raise refuse(self, "zone", self.zone, said)
        for word, distance in self.zones.items():
            zone = _fixed(distance)
            if zone is None:
                said = f"{word} must be hours from UTC, 14 at most, or a text such as +01:00"
                raise refuse(self, "zones", distance, said)
            if self._words.setdefault(word.casefold(), zone) != zone:
                raise refuse(self, "zones", word, "stands for two zones")
            self._words[word] = zone
        parts = self.parts if isinstance(self.parts, tuple) else (self.parts,)
        object.__setattr__(self, "_get", tuple(map(getter, parts)))
        object.__setattr__(self, "_zone", None if self.offset is None else getter(self.offset))
        object.__setattr__(self, "_named", any("%Z" in layout for layout in self.layouts))
        object.__setattr__(self, "zoned", self._named or self.offset is not None)

    @property
    def names(self) -> frozenset[str]:
        """The keys that are read whole."""
        parts = self.parts if isinstance(self.parts, tuple) else (self.parts,)
        return frozenset().union(*map(names, parts)) - {"*"}

    def read(self, entry: Any, source: str) -> tuple[datetime | None, str | None]:
        """The moment, or the local time as text; two Nones where nothing stands.

        A local time is `YYYY-MM-DD HH:MM:SS`, one without an hour `YYYY-MM-DD`. A text that is no
        time in any known spelling is given back as it is written.
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

    def strange_zone(self, entry: Any, source: str) -> str:
        """The word for a zone that nobody knows, which left the time of an entry local; or ""."""
        word = self._told(entry, source)
        if self._named:
            texts = [as_text(one(entry), "time", source) for one in self._get]
            found = by_layout(" ".join(filter(None, texts)), self.layouts)
            word = (found[1] if found else "") or word
        return word if word and self._known(word) is None else ""

    def _known(self, word: str) -> timezone | None:
        """The zone of a word as it is written, of a distance, or of the word in other capitals."""
        zone = self._words.get(word)
        if zone is None:
            zone = _zone(word)
        return self._words.get(word.casefold()) if zone is None else zone

    def _slow(self, stated: Any, entry: Any, source: str) -> tuple[datetime | None, str | None]:
        text = as_text(stated, "time", source)
        if not text:
            return None, None
        zone_text = self._told(entry, source)
        found = by_layout(text, self.layouts)
        if found is not None:
            clock, offset_text, timed = found
            if timed:
                return self._placed(clock, offset_text or zone_text)
            return _alone(clock)
        day = _day(text)
        if day is not None:
            return _alone(day)
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
        zone: tzinfo | None = self._known(zone_text) if zone_text else self.zone
        if zone is None:  # none is told, or in words, which stay among what else was said
            return None, (clock.isoformat(" ") if clock.year >= _FIRST else None)
        at = clock.replace(tzinfo=zone)
        return (at if type(zone) is timezone else aware(at, "zone", "When")), None


def _alone(day: date) -> tuple[None, str | None]:
    """A day without an hour, as a local time."""
    return None, (f"{day:%Y-%m-%d}" if day.year >= _FIRST else None)
