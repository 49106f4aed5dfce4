"""China's public holidays: the announced ones where known, else a cautious assumption.

The State Council's General Office announces each year's days off and the weekend days worked in
exchange (调休) only in the autumn before. With the extra `calendar` the package `holidays` gives
the announced years; every other year is assumed closed for longer rather than shorter, has no
make-up days, and is not `confirmed`.
"""

from collections.abc import Iterable, Iterator
from datetime import date, time, timedelta
from functools import cache

from crossborder.model.check import refuse
from crossborder.predict.calendar import WorkCalendar

__all__ = ["chinese_calendar"]

_ONE = timedelta(days=1)

_MOVABLE = {
    2014: ("01-31", "04-05", "06-02", "09-08"),
    2015: ("02-19", "04-05", "06-20", "09-27"),
    2016: ("02-08", "04-04", "06-09", "09-15"),
    2017: ("01-28", "04-04", "05-30", "10-04"),
    2018: ("02-16", "04-05", "06-18", "09-24"),
    2019: ("02-05", "04-05", "06-07", "09-13"),
    2020: ("01-25", "04-04", "06-25", "10-01"),
    2021: ("02-12", "04-04", "06-14", "09-21"),
    2022: ("02-01", "04-05", "06-03", "09-10"),
    2023: ("01-22", "04-05", "06-22", "09-29"),
    2024: ("02-10", "04-04", "06-10", "09-17"),
    2025: ("01-29", "04-04", "05-31", "10-06"),
    2026: ("02-17", "04-05", "06-19", "09-25"),
    2027: ("02-06", "04-05", "06-09", "09-15"),
    2028: ("01-26", "04-04", "05-28", "10-03"),
    2029: ("02-13", "04-04", "06-16", "09-22"),
    2030: ("02-03", "04-05", "06-05", "09-12"),
    2031: ("01-23", "04-05", "06-24", "10-01"),
    2032: ("02-11", "04-04", "06-12", "09-19"),
    2033: ("01-31", "04-04", "06-01", "09-08"),
    2034: ("02-19", "04-05", "06-20", "09-27"),
    2035: ("02-08", "04-05", "06-10", "09-16"),
}
"""Spring Festival (春节), Qingming (清明), Dragon Boat (端午) and Mid-Autumn (中秋) by year.

Source: the Chinese calendar of GB/T 33661-2017; the tables of the package `holidays` agree."""


_BRIDGES = {2: -1, 4: 1, 6: 2, 7: 1}
"""From a festival on that ISO weekday, how many days it is to the one closed beside it."""


def chinese_calendar(
    years: Iterable[int],
    *,
    opens: time | timedelta = time(9),
    closes: time | timedelta = time(18),
    cut_off: time | timedelta | None = None,
) -> WorkCalendar:
    """The working calendar of mainland China for these years, Asia/Shanghai, Monday to Friday.

    A year is `confirmed` when its holidays are announced and known here: that takes the extra
    `calendar` (package `holidays`). Every other year, and every year without the extra, is
    assumed: New Year, Qingming, Dragon Boat and Mid-Autumn, each with the Monday or Friday that
    lies between it and a weekend, or with the Monday after when it falls on a weekend; Spring
    Festival from its eve to the seventh day; 1 to 5 May, and a Monday before; 1 to 7 October (8
    when Mid-Autumn falls among them); no make-up days. So assumed, every weekday announced as
    off from 2014 on is closed, but for the two days of the parade of September 2015. The movable
    days are known from 2014 to 2035; other years have the fixed dates only. Outside the given
    years (`WorkCalendar.years`) only weekends are off.

    Raises:
        InvalidValue: the years are one number, or a year is not one of 1 to 9999.
    """
    if not isinstance(years, Iterable):
        raise refuse("chinese_calendar", "years", years, "must be several years, such as [2026]")
    given = tuple(years)
    for year in given:
        if type(year) is not int or not 1 <= year <= 9999:
            raise refuse("chinese_calendar", "years", year, "must be a year, 1 to 9999")
    given = tuple(sorted(set(given)))
    closed: set[date] = set()
    worked: set[date] = set()
    confirmed: list[int] = []
    for year in given:
        off, on = _told(year)
        if on:  # every announcement since 2001 has make-up days; a rule of thumb has none
            confirmed.append(year)
        else:
            off = off | _assumed(year)
        closed |= off
        worked |= on
    return WorkCalendar(
        opens=opens,
        closes=closes,
        cut_off=cut_off,
        closed=tuple(closed - worked),
        worked=tuple(worked),
        confirmed=tuple(confirmed),
        years=given,
    )


def _told(year: int) -> tuple[frozenset[date], frozenset[date]]:
    try:
        import holidays  # noqa: F401  # an extra: only this function needs it
    except ImportError:
        return frozenset(), frozenset()
    return _known(year)


@cache
def _known(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Days off, with the weekends that they touch, and make-up days, as `holidays` knows them."""
    from holidays import country_holidays

    table = country_holidays("CN", years=year)
    on = frozenset(day for day in table.weekend_workdays if day.year == year)
    off = {day for day in table if day.year == year}
    for day in sorted(off):
        for step in (-_ONE, _ONE):
            near = day + step
            while near.isoweekday() > 5 and near not in on and near.year == year:
                off.add(near)
                near += step
    return frozenset(off), on


@cache
def _assumed(year: int) -> frozenset[date]:
    # The bridge to a New Year on a Tuesday lies in the year before.
    years = (year, year + 1) if year < date.max.year else (year,)
    return frozenset(day for each in years for day in _closures(each) if day.year == year)


def _closures(year: int) -> Iterator[date]:
    """What factories and warehouses use to close for; the legal days off are fewer.

    Source of the festivals and of their lengths: the Regulation on Public Holidays
    (全国年节及纪念日放假办法) as revised in November 2024. By it a one-day festival makes three
    days in a row with a weekend, save on a Wednesday.
    """
    yield from _bridged(date(year, 1, 1))
    yield from _bridged(date(year, 5, 1))
    yield from (date(year, 5, day) for day in range(2, 6))
    yield from (date(year, 10, day) for day in range(1, 8))
    if year in _MOVABLE:
        spring, *others = (date.fromisoformat(f"{year}-{day}") for day in _MOVABLE[year])
        yield from (spring + _ONE * day for day in range(-1, 7))
        for festival in others:
            yield from _bridged(festival)
        if others[-1].month == 10:
            yield date(year, 10, 8)


def _bridged(festival: date) -> Iterator[date]:
    """The festival and the weekday that ties it to a weekend, or stands in for one."""
    yield festival
    days = _BRIDGES.get(festival.isoweekday())
    if days is not None:
        yield festival + _ONE * days
