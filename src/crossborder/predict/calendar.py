"""Working time: when an order begins to be worked on, and when that much work is done.

A `WorkCalendar` knows hours, weekend, holidays and make-up days of one place. It reckons in real
elapsed time between the openings and closings of its zone, so a change of summer time costs or
gives the hour that it does; every time it answers is in UTC.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from math import isfinite
from zoneinfo import ZoneInfo

from attrs import field, frozen

from crossborder.errors import InvalidValue
from crossborder.model.check import aware, checked, refuse

__all__ = ["ALWAYS", "WorkCalendar"]

_DAY = timedelta(days=1)
_NOTHING = timedelta()
_INSTANT = timedelta(microseconds=1)

_REACH = 3_660
"""How many days are looked through: ten years. What takes longer is a slip, not a promise."""

_WEEK = frozenset(range(1, 8))


def _since_midnight(value: time | timedelta) -> timedelta:
    """A time of day as the duration since midnight: it has a form in JSON and reaches 24:00."""
    if isinstance(value, time) and value.tzinfo is None:
        return timedelta(
            hours=value.hour,
            minutes=value.minute,
            seconds=value.second,
            microseconds=value.microsecond,
        )
    return value  # type: ignore[return-value]  # anything else is left for the check to refuse


def _maybe_since_midnight(value: time | timedelta | None) -> timedelta | None:
    return None if value is None else _since_midnight(value)


def _ordered(days: Iterable[date]) -> tuple[date, ...]:
    if not isinstance(days, tuple | list | set | frozenset):
        return days  # type: ignore[return-value]  # left for the check to refuse
    return tuple(sorted(set(days))) if all(type(day) is date for day in days) else tuple(days)


@frozen(field_transformer=checked)
class WorkCalendar:
    """When a place works.

    `opens`, `closes` and `cut_off` take a `time` of the place's clock or a duration since
    midnight, and are kept as the latter (`closes` may be 24 hours: the end of the day).

    Attributes:
        zone: the place's IANA time zone.
        weekend: the ISO weekdays off, Monday being 1.
        opens: when work begins.
        closes: when work ends; after `opens`.
        cut_off: an order later than this counts as the next working day's; None: until `closes`.
        closed: holidays.
        worked: make-up days, worked though they fall on a weekend.
        confirmed: the years whose holidays are officially announced.
        years: the years that `closed` and `worked` cover, those of `confirmed` among them; outside
            them only weekends are known. Empty: nothing is said about it.

    >>> from datetime import UTC, datetime, timedelta
    >>> friday = datetime(2026, 11, 6, 9, 30, tzinfo=UTC)  # 17:30 in Shanghai
    >>> WorkCalendar().after(friday, timedelta(hours=1)).isoformat()
    '2026-11-09T01:30:00+00:00'
    """

    zone: str = "Asia/Shanghai"
    weekend: frozenset[int] = frozenset({6, 7})
    opens: timedelta = field(default=timedelta(hours=9), converter=_since_midnight)
    closes: timedelta = field(default=timedelta(hours=18), converter=_since_midnight)
    cut_off: timedelta | None = field(default=None, converter=_maybe_since_midnight)
    closed: tuple[date, ...] = field(default=(), converter=_ordered)
    worked: tuple[date, ...] = field(default=(), converter=_ordered)
    confirmed: tuple[int, ...] = ()
    years: tuple[int, ...] = ()
    _zone: ZoneInfo = field(init=False, eq=False, repr=False)
    _off: frozenset[date] = field(init=False, eq=False, repr=False)
    _on: frozenset[date] = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        try:
            zone = ZoneInfo(self.zone)
        except (ValueError, OSError, LookupError):
            raise refuse(self, "zone", self.zone, "is not a known time zone") from None
        strange = sorted(self.weekend - _WEEK)
        if strange:
            raise refuse(self, "weekend", strange[0], "must be an ISO weekday, 1 to 7")
        if self.weekend == _WEEK and not self.worked:
            raise refuse(self, "weekend", sorted(self.weekend), "leaves no day to work on")
        self._check_hours()
        for name, days in (("closed", self.closed), ("worked", self.worked)):
            for day in days:
                if isinstance(day, datetime):
                    raise refuse(self, name, day, "must be a date without a time")
        for year in self.confirmed if self.years else ():
            if year not in self.years:
                raise refuse(self, "confirmed", year, "is not among the years")
        off, on = frozenset(self.closed), frozenset(self.worked)
        for day in sorted(off & on):
            raise refuse(self, "worked", day.isoformat(), "is a closed day too")
        object.__setattr__(self, "_zone", zone)
        object.__setattr__(self, "_off", off)
        object.__setattr__(self, "_on", on)

    def _check_hours(self) -> None:
        if not _NOTHING <= self.opens < _DAY:
            raise refuse(self, "opens", self.opens, "must be a time of the day")
        if not self.opens < self.closes <= _DAY:
            raise refuse(self, "closes", self.closes, "must be after opens, at most 24 hours")
        if self.cut_off is not None and not self.opens <= self.cut_off <= self.closes:
            raise refuse(self, "cut_off", self.cut_off, "is outside the hours")

    def works(self, day: date) -> bool:
        """Whether work is done on that day; of a moment, on its day at the place."""
        day = self._day(day)
        return day in self._on or (day.isoweekday() not in self.weekend and day not in self._off)

    def is_confirmed(self, moment_or_day: date) -> bool:
        """Whether the holidays of that year are announced; a place that never closes needs none."""
        if not self.weekend and not self.closed:
            return True
        return self._day(moment_or_day).year in self.confirmed

    def gaps(self, start: datetime, end: datetime) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """What is not known of the days between two moments, in either order, by years.

        First the years that lie outside `years`, of which no holiday is known; then those that
        are covered, but not `is_confirmed`.
        """
        first, last = sorted((self._day(start).year, self._day(end).year))
        missing, assumed = list[int](), list[int]()
        for year in range(first, last + 1):
            if self.years and year not in self.years:
                missing.append(year)
            elif not self.is_confirmed(date(year, 1, 1)):
                assumed.append(year)
        return tuple(missing), tuple(assumed)

    def begins(self, moment: datetime) -> datetime:
        """When an order placed at `moment` begins to be worked on, in UTC.

        Itself within the hours, up to and with the cut-off; else the next opening.
        """
        asked = self._utc(moment)
        for opens, cut, _ in self._shifts(asked, _DAY):
            if asked <= cut:
                return max(asked, opens).replace(tzinfo=UTC)
        raise self._endless("moment", moment)

    def after(self, moment: datetime, working: timedelta) -> datetime:
        """When an order placed at `moment` has had that much working time, in UTC."""
        left = self._checked(working)
        asked = self._utc(moment)
        begun = False
        for opens, cut, closes in self._shifts(asked, _DAY):
            if not begun:
                if asked > cut:
                    continue
                begun = True
                opens = max(asked, opens)
            if closes - opens >= left:
                return (opens + left).replace(tzinfo=UTC)
            left -= closes - opens
        raise self._endless("working", working)

    def days_after(self, moment: datetime, days: float) -> datetime:
        """`after` in working days, fractions allowed; one working day is `closes - opens`."""
        if not (isfinite(days) and 0 <= days <= _REACH):
            raise refuse(self, "days", days, f"must be 0 to {_REACH} working days")
        return self.after(moment, (self.closes - self.opens) * days)

    def before(self, deadline: datetime, working: timedelta) -> datetime:
        """The latest moment from which `after` still ends by the deadline, in UTC."""
        left = self._checked(working)
        asked = self._utc(deadline)
        for opens, cut, closes in self._shifts(asked, -_DAY):
            end = min(closes, asked)
            if end < opens:
                continue
            if end - opens >= left:
                return min(end - left, cut).replace(tzinfo=UTC)
            left -= end - opens
        raise self._endless("working", working)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from `start` to `end`: what a history of moments teaches."""
        began, ended = self._utc(start), self._utc(end)
        if ended < began:
            raise refuse(self, "end", end, "is before the start")
        found = _NOTHING
        for opens, _, closes in self._shifts(began, _DAY):
            if opens >= ended:
                return found
            found += max(min(closes, ended) - max(opens, began), _NOTHING)
        raise self._endless("end", end)

    def _checked(self, working: timedelta) -> timedelta:
        if working < _NOTHING:
            raise refuse(self, "working", working, "must not be negative")
        return working

    def _utc(self, moment: datetime) -> datetime:
        """The moment in UTC without its zone: so all reckoning here is plain and quick."""
        try:
            return aware(moment, "moment", type(self).__name__).astimezone(UTC).replace(tzinfo=None)
        except OverflowError:
            raise self._endless("moment", moment) from None

    def _day(self, day: date) -> date:
        if not isinstance(day, datetime):
            return day
        try:
            return self._local(self._utc(day))
        except OverflowError:
            raise self._endless("moment", day) from None

    def _local(self, moment: datetime) -> date:
        return moment.replace(tzinfo=UTC).astimezone(self._zone).date()

    def _endless(self, name: str, value: object) -> InvalidValue:
        return refuse(self, name, value, f"finds no end within {_REACH} days of this calendar")

    def _shifts(
        self, start: datetime, step: timedelta
    ) -> Iterator[tuple[datetime, datetime, datetime]]:
        """Opening, last moment to begin and closing of each working day, in UTC without zone."""
        try:
            midnight = datetime.combine(self._local(start), time(0))
            for _ in range(_REACH):
                if self.works(midnight.date()):
                    shift = self._shift(midnight)
                    if shift is not None:
                        yield shift
                midnight += step
        except OverflowError:
            return

    def _shift(self, midnight: datetime) -> tuple[datetime, datetime, datetime] | None:
        # A day that a change of zone left out, or an hour in its gap, must not be worked twice.
        following = self._at(midnight + _DAY)
        opens = self._at(midnight + self.opens)
        closes = min(self._at(midnight + self.closes), following)
        if closes <= opens:
            return None
        last = closes - _INSTANT
        if self.cut_off is None or self.cut_off == self.closes:
            return opens, last, closes
        return opens, max(opens, min(self._at(midnight + self.cut_off), last)), closes

    def _at(self, wall: datetime) -> datetime:
        return wall - (self._zone.utcoffset(wall) or _NOTHING)


ALWAYS = WorkCalendar(zone="UTC", weekend=frozenset(), opens=time(0), closes=timedelta(hours=24))
"""Open at every hour of every day: what is reckoned in elapsed time."""
