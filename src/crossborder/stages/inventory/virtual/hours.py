"""A work calendar laid out as one axis of worked seconds, so that many times move along it fast.

On that axis a stage is a subtraction: what must be done by a deadline must begin where so many
worked seconds are left. Whole seconds since 1970 keep every step exact.
"""

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from crossborder.errors import InvalidValue
from crossborder.predict.calendar import WorkCalendar

__all__ = ["Hours", "TooLong", "hours_around", "hours_for"]

_DAY = timedelta(days=1)
_REACHES = (1, 3)
"""How many years are laid out on either side of what is asked: first few, then more."""


class TooLong(InvalidValue):
    """Work goes on beyond all years that are laid out."""


class Hours:
    """The shifts of a calendar from one year to another, and the seconds worked up to each.

    All moments are whole seconds since 1970; a part takes at least one second.
    """

    __slots__ = ("_closes", "_cuts", "_ends", "_opens", "_rises", "_years")

    def __init__(self, calendar: WorkCalendar, first: int, last: int) -> None:
        shifts = _shifts(calendar, date(first, 1, 1), date(last, 12, 31))
        self._years = (first, last)
        self._opens = [opens for opens, _, _ in shifts]
        self._cuts = [cut for _, cut, _ in shifts]
        self._closes = [closes for _, _, closes in shifts]
        lengths = [closes - opens for opens, _, closes in shifts]
        self._ends = list(accumulate(lengths))
        self._rises = [end - length for end, length in zip(self._ends, lengths, strict=True)]

    def worked(self, moment: int) -> int:
        """Seconds worked up to that moment."""
        place = bisect_right(self._opens, moment) - 1
        self._within(place >= 0, moment)
        return self._rises[place] + min(moment, self._closes[place]) - self._opens[place]

    def begins(self, moment: int) -> int:
        """When what comes in at that moment begins to be worked on: the cut-off counts."""
        place = bisect_left(self._cuts, moment)
        self._within(place < len(self._cuts), moment)
        return max(moment, self._opens[place])

    def latest(self, seconds: int) -> int:
        """The latest moment to come in, from which all but so many worked seconds still follow."""
        place = bisect_right(self._rises, seconds) - 1
        self._within(place >= 0, seconds)
        return min(self._opens[place] + seconds - self._rises[place], self._cuts[place])

    def done(self, seconds: int) -> int:
        """The moment at which so many seconds have been worked."""
        place = bisect_left(self._ends, seconds)
        self._within(place < len(self._ends), seconds)
        return self._opens[place] + seconds - self._rises[place]

    def between(self, came: int, end: int) -> int:
        """Seconds worked on what came in at `came`, up to `end`."""
        return max(0, self.worked(end) - self.worked(self.begins(came)))

    def holds(self, low: int, high: int, back: int, ahead: int) -> bool:
        """Whether so many worked seconds lie before the one and after the other moment."""
        return back <= self.worked(low) and self.worked(self.begins(high)) + ahead <= self._ends[-1]

    def _within(self, good: bool, value: int) -> None:
        if not good:
            text = f"leaves the years {self._years[0]} to {self._years[1]}"
            raise TooLong(text, field="working", value=value, source="WorkCalendar")


def _shifts(calendar: WorkCalendar, first: date, last: date) -> list[tuple[int, int, int]]:
    """Opening, last moment to come in and closing of every working day."""
    zone = ZoneInfo(calendar.zone)

    def at(midnight: datetime, since: timedelta) -> int:
        return int((midnight + since).replace(tzinfo=zone).timestamp())

    found = []
    day = first
    while day <= last:
        if calendar.works(day):
            midnight = datetime.combine(day, time(0))
            opens = at(midnight, calendar.opens)
            closes = min(at(midnight, calendar.closes), at(midnight, _DAY))
            cut = closes - 1
            if calendar.cut_off is not None:
                cut = max(opens, min(at(midnight, calendar.cut_off), cut))
            if opens < closes:
                found.append((opens, cut, closes))
        day += _DAY
    return found


@lru_cache(maxsize=128)
def _years(calendar: WorkCalendar, first: int, last: int) -> Hours:
    return Hours(calendar, first, last)


def hours_around(
    calendar: WorkCalendar, first: int, last: int | None = None, *, reach: int = _REACHES[0]
) -> Hours:
    """The axis of a calendar over the years of these moments and some years beside them."""
    until = first if last is None else last
    low, high = (datetime.fromtimestamp(moment, UTC).year for moment in (first, until))
    return _years(calendar, low - reach, high + reach)


def hours_for(
    calendar: WorkCalendar, first: int, last: int, *, back: int = 0, ahead: int = 0
) -> Hours:
    """The axis that holds so much work before the first and after the last of these moments.

    Raises:
        TooLong: that work takes more than three years.
    """
    for reach in _REACHES:
        hours = hours_around(calendar, first, last, reach=reach)
        if hours.holds(first, last, back, ahead):
            return hours
    text = f"goes on for more than {_REACHES[-1]} years"
    raise TooLong(text, field="working", value=back + ahead, source="WorkCalendar")
