import json
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue, NaiveTime
from crossborder.predict.calendar import ALWAYS, WorkCalendar
from crossborder.predict.chinese import _MOVABLE, chinese_calendar
from crossborder.serial import structure, unstructure

MINUTE = timedelta(minutes=1)
INSTANT = timedelta(microseconds=1)
NONE = timedelta()

# Shanghai has no summer time, Lord Howe a half hour of it, Apia left out 30 December 2011,
# Sao Paulo changed at midnight, Havana falls back onto midnight.
ZONES = (
    *("Asia/Shanghai", "UTC", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"),
    *("America/Sao_Paulo", "America/Havana", "Asia/Kathmandu"),
)
DAYS = st.one_of(
    st.dates(date(2011, 12, 20), date(2012, 1, 10)),
    st.dates(date(2012, 2, 20), date(2012, 4, 5)),
    st.dates(date(2012, 10, 10), date(2012, 11, 10)),
)
MOMENTS = st.builds(
    lambda day, second, zone: (
        datetime.combine(day, time(0), ZoneInfo(zone)).astimezone(UTC) + timedelta(seconds=second)
    ),
    DAYS,
    st.one_of(st.integers(0, 86_400), st.integers(0, 96).map(lambda quarter: quarter * 900)),
    st.sampled_from(ZONES),
)
WORK = st.one_of(
    st.just(NONE),
    st.integers(0, 100).map(lambda half: half * timedelta(minutes=30)),
    st.timedeltas(NONE, timedelta(days=5)),
)


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    quarters = st.integers(0, 96)
    opens, cut, closes = sorted(draw(st.lists(quarters, min_size=3, max_size=3)))
    if opens == closes:
        opens, cut, closes = 0, 48, 96
    closed = draw(st.frozensets(DAYS, max_size=8))
    worked = draw(st.frozensets(DAYS, max_size=8)) - closed
    return WorkCalendar(
        zone=draw(st.sampled_from(ZONES)),
        weekend=draw(st.frozensets(st.integers(1, 7), max_size=5)),
        opens=opens * timedelta(minutes=15),
        closes=closes * timedelta(minutes=15),
        cut_off=draw(st.sampled_from([None, cut * timedelta(minutes=15)])),
        closed=tuple(closed),
        worked=tuple(worked),
    )


@given(calendars(), MOMENTS)
def test_work_begins_on_a_working_day_within_the_hours(
    calendar: WorkCalendar, moment: datetime
) -> None:
    begun = calendar.begins(moment)
    assert begun >= moment
    assert begun.tzinfo is UTC
    assert calendar.works(begun)
    assert calendar.begins(begun) == begun
    assert calendar.between(begun, begun + timedelta(days=2)) > NONE


@given(calendars(), MOMENTS, WORK)
def test_after_has_given_exactly_the_working_time(
    calendar: WorkCalendar, moment: datetime, working: timedelta
) -> None:
    begun, done = calendar.begins(moment), calendar.after(moment, working)
    assert calendar.between(begun, done) == working
    if working:
        assert calendar.between(begun, done - INSTANT) == working - INSTANT
    else:
        assert done == begun


@given(calendars(), MOMENTS, MOMENTS, WORK, WORK)
def test_a_later_order_or_more_work_is_never_done_earlier(
    calendar: WorkCalendar, one: datetime, other: datetime, less: timedelta, more: timedelta
) -> None:
    first, last = sorted((one, other))
    assert calendar.after(first, less) <= calendar.after(last, less)
    assert calendar.after(one, min(less, more)) <= calendar.after(one, max(less, more))


@given(calendars(), MOMENTS, WORK)
def test_before_is_the_last_moment_that_makes_the_deadline(
    calendar: WorkCalendar, deadline: datetime, working: timedelta
) -> None:
    last = calendar.before(deadline, working)
    assert calendar.after(last, working) <= deadline
    assert calendar.after(last + INSTANT, working) > deadline


@given(
    st.sampled_from(["Asia/Shanghai", "America/New_York", "Asia/Kathmandu"]),
    st.integers(4, 10),
    st.integers(12, 23),
    DAYS,
    st.integers(0, 1439),
    st.integers(1, 2000),
)
def test_after_agrees_with_watching_the_clock_minute_by_minute(
    zone: str, opens: int, closes: int, holiday: date, minute: int, working: int
) -> None:
    calendar = WorkCalendar(zone=zone, opens=time(opens), closes=time(closes), closed=(holiday,))
    local = ZoneInfo(zone)
    begin = datetime.combine(holiday, time(0), local).astimezone(UTC)
    watch = moment = begin + minute * MINUTE - timedelta(days=1)
    done = 0
    while done < working:
        seen = watch.astimezone(local)
        done += opens <= seen.hour < closes and seen.weekday() < 5 and seen.date() != holiday
        watch += MINUTE
    assert calendar.after(moment, working * MINUTE) == watch


@given(MOMENTS, WORK)
def test_what_is_always_open_reckons_in_elapsed_time(moment: datetime, working: timedelta) -> None:
    assert ALWAYS.begins(moment) == moment
    assert ALWAYS.after(moment, working) == moment + working
    assert ALWAYS.before(moment, working) == moment - working
    assert ALWAYS.is_confirmed(moment)


@given(calendars())
def test_a_calendar_survives_json(calendar: WorkCalendar) -> None:
    data = json.loads(json.dumps(unstructure(calendar, WorkCalendar)))
    assert structure(data, WorkCalendar) == calendar


def shanghai(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of February 2026."""
    return datetime(2026, 2, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_an_order_at_the_cut_off_is_still_begun_and_one_after_it_is_not() -> None:
    calendar = WorkCalendar(cut_off=time(16))
    assert calendar.begins(shanghai(5, 16)) == shanghai(5, 16)
    assert calendar.begins(shanghai(5, 16) + INSTANT) == shanghai(6, 9)
    assert calendar.after(shanghai(5, 16), timedelta(hours=3)) == shanghai(6, 10)
    assert calendar.before(shanghai(6, 9, 30), NONE + 31 * MINUTE) == shanghai(5, 16)


def test_an_order_at_closing_time_begins_at_the_next_opening() -> None:
    for calendar in (WorkCalendar(), WorkCalendar(cut_off=time(18))):
        assert calendar.begins(shanghai(6, 18)) == shanghai(9, 9)
        assert calendar.begins(shanghai(6, 18) - INSTANT) == shanghai(6, 18) - INSTANT


def test_work_that_fills_the_day_is_done_at_closing_time() -> None:
    assert WorkCalendar().after(shanghai(5, 9), timedelta(hours=9)) == shanghai(5, 18)


def test_working_days_are_counted_in_days_of_the_stated_hours() -> None:
    calendar = WorkCalendar()
    assert calendar.days_after(shanghai(5, 9), 1) == shanghai(5, 18)
    assert calendar.days_after(shanghai(5, 12), 2) == shanghai(9, 12)
    assert calendar.days_after(shanghai(5, 9), 1.5) == shanghai(6, 13, 30)


def test_a_make_up_saturday_is_worked_and_a_holiday_is_not() -> None:
    calendar = WorkCalendar(closed=(date(2026, 2, 16),), worked=(date(2026, 2, 14),))
    assert calendar.works(date(2026, 2, 14))
    assert not calendar.works(date(2026, 2, 15))
    assert not calendar.works(date(2026, 2, 16))
    assert not calendar.works(shanghai(16, 12))
    assert calendar.after(shanghai(14, 17), timedelta(hours=2)) == shanghai(17, 10)


def test_the_day_of_a_moment_is_the_day_at_the_place() -> None:
    evening = datetime(2025, 12, 31, 17, tzinfo=UTC)
    assert WorkCalendar(confirmed=(2026,)).is_confirmed(evening)
    assert not WorkCalendar(confirmed=(2025,)).is_confirmed(evening)
    assert WorkCalendar(confirmed=(2025,)).is_confirmed(date(2025, 12, 31))


def test_a_place_with_holidays_needs_their_announcement() -> None:
    assert not evolve(ALWAYS, closed=(date(2026, 2, 17),)).is_confirmed(date(2026, 2, 17))
    assert not evolve(ALWAYS, weekend=frozenset({7})).is_confirmed(date(2026, 2, 17))


def test_a_night_shift_place_loses_the_hour_that_summer_time_takes() -> None:
    york = evolve(ALWAYS, zone="America/New_York")
    zone = ZoneInfo("America/New_York")
    start = datetime(2026, 3, 8, tzinfo=zone)
    assert york.between(start, datetime(2026, 3, 9, tzinfo=zone)) == timedelta(hours=23)
    night = WorkCalendar(
        zone="America/New_York", weekend=frozenset(), opens=time(2), closes=time(3)
    )
    after = night.after(start, timedelta(hours=1))
    assert after == datetime(2026, 3, 9, 3, tzinfo=zone)


def test_a_day_that_a_zone_left_out_is_not_worked_twice() -> None:
    apia = WorkCalendar(zone="Pacific/Apia", weekend=frozenset())
    zone = ZoneInfo("Pacific/Apia")
    thursday = datetime(2011, 12, 29, 9, tzinfo=zone)
    assert apia.days_after(thursday, 2) == datetime(2011, 12, 31, 18, tzinfo=zone)
    assert apia.days_after(thursday, 3) == datetime(2012, 1, 1, 18, tzinfo=zone)
    assert apia.before(datetime(2012, 1, 1, 8, tzinfo=zone), timedelta(hours=18)) == thursday


def test_days_may_come_in_any_order_and_collection() -> None:
    days: Any = [date(2026, 10, 2), date(2026, 10, 1), date(2026, 10, 2)]
    assert WorkCalendar(closed=days).closed == (date(2026, 10, 1), date(2026, 10, 2))


LONG = tuple(date(2026, 1, 1) + timedelta(days=day) for day in range(4000))
REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "a zone that is none": (lambda: WorkCalendar(zone="Mars/Olympus"), "zone"),
    "a zone that is a path": (lambda: WorkCalendar(zone="../etc"), "zone"),
    "a folder of zones": (lambda: WorkCalendar(zone="Asia"), "zone"),
    "an eighth weekday": (lambda: WorkCalendar(weekend=frozenset({8})), "weekend"),
    "a week of weekend": (lambda: WorkCalendar(weekend=frozenset(range(1, 8))), "weekend"),
    "closing before opening": (lambda: WorkCalendar(opens=time(9), closes=time(9)), "closes"),
    "closing tomorrow": (lambda: WorkCalendar(closes=timedelta(hours=25)), "closes"),
    "opening yesterday": (lambda: WorkCalendar(opens=timedelta(hours=-1)), "opens"),
    "opening tomorrow": (
        lambda: WorkCalendar(opens=timedelta(hours=24), closes=timedelta(hours=25)),
        "opens",
    ),
    "hours as a text": (lambda: WorkCalendar(opens="09:00"), "opens"),  # type: ignore[arg-type]
    "hours of a zone": (lambda: WorkCalendar(opens=time(9, tzinfo=UTC)), "opens"),
    "a cut-off before the hours": (lambda: WorkCalendar(cut_off=time(8)), "cut_off"),
    "a cut-off after the hours": (lambda: WorkCalendar(cut_off=time(19)), "cut_off"),
    "a holiday that is a moment": (lambda: WorkCalendar(closed=(shanghai(1, 1),)), "closed"),
    "a holiday that is a text": (
        lambda: WorkCalendar(closed=("2026-02-16",)),  # type: ignore[arg-type]
        "closed",
    ),
    "holidays as a text": (
        lambda: WorkCalendar(closed="2026-02-16"),  # type: ignore[arg-type]
        "closed",
    ),
    "a make-up day that is closed": (
        lambda: WorkCalendar(closed=(date(2026, 2, 14),), worked=(date(2026, 2, 14),)),
        "worked",
    ),
    "negative work": (lambda: ALWAYS.after(shanghai(1, 1), -MINUTE), "working"),
    "negative work before": (lambda: ALWAYS.before(shanghai(1, 1), -MINUTE), "working"),
    "negative days": (lambda: ALWAYS.days_after(shanghai(1, 1), -1), "days"),
    "days of NaN": (lambda: ALWAYS.days_after(shanghai(1, 1), float("nan")), "days"),
    "more days than a lifetime": (lambda: ALWAYS.days_after(shanghai(1, 1), 1e9), "days"),
    "more work than a lifetime": (
        lambda: ALWAYS.after(shanghai(1, 1), timedelta(days=10**6)),
        "working",
    ),
    "more work before than a lifetime": (
        lambda: ALWAYS.before(shanghai(1, 1), timedelta(days=10**5)),
        "working",
    ),
    "a place closed for years": (
        lambda: WorkCalendar(closed=LONG).begins(shanghai(2, 1)),
        "moment",
    ),
    "a span that is a lifetime": (
        lambda: ALWAYS.between(shanghai(1, 1), shanghai(1, 1) + timedelta(days=4000)),
        "end",
    ),
    "an end before the start": (lambda: ALWAYS.between(shanghai(2, 1), shanghai(1, 1)), "end"),
    "the end of time": (
        lambda: WorkCalendar().begins(datetime(9999, 12, 31, 23, tzinfo=UTC)),
        "moment",
    ),
    "the day of the end of time": (
        lambda: WorkCalendar().works(datetime(9999, 12, 31, 23, tzinfo=UTC)),
        "moment",
    ),
    "a moment beyond time": (
        lambda: WorkCalendar().begins(datetime(1, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))),
        "moment",
    ),
    "a year of text": (lambda: chinese_calendar(["2026"]), "years"),  # type: ignore[list-item]
    "one year alone": (lambda: chinese_calendar(2026), "years"),  # type: ignore[arg-type]
    "years and texts": (lambda: chinese_calendar([2026, "2027"]), "years"),  # type: ignore[list-item]
    "a confirmed year that is not covered": (
        lambda: WorkCalendar(confirmed=(2026,), years=(2025,)),
        "confirmed",
    ),
    "a year beyond dates": (lambda: chinese_calendar([10_000]), "years"),
}


@pytest.mark.parametrize(("work", "name"), REFUSED.values(), ids=list(REFUSED))
def test_what_cannot_be_is_refused_by_name(work: Callable[[], object], name: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        work()
    assert caught.value.field == name


def test_a_contradiction_names_the_day() -> None:
    day = date(2026, 2, 14)
    with pytest.raises(InvalidValue, match="2026-02-14"):
        WorkCalendar(closed=(day,), worked=(day,))


def test_a_moment_without_a_zone_is_refused() -> None:
    for work in (ALWAYS.begins, ALWAYS.works):
        with pytest.raises(NaiveTime):
            work(datetime(2026, 2, 14))  # noqa: DTZ001


@pytest.fixture
def no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)


def closures(calendar: WorkCalendar, year: int) -> list[str]:
    """The days off of a year that are no weekend, and the weekends that belong to a closure."""
    return [day.isoformat()[5:] for day in calendar.closed if day.year == year]


def test_the_announced_year_2026_is_known_with_its_make_up_days() -> None:
    calendar = chinese_calendar([2026])
    assert calendar.confirmed == (2026,)
    assert [day.isoformat()[5:] for day in calendar.worked] == (
        "01-04 02-14 02-28 05-09 09-20 10-10".split()
    )
    spring = [day for day in closures(calendar, 2026) if day.startswith("02")]
    assert spring == [f"02-{day}" for day in range(15, 24)]
    assert [day for day in closures(calendar, 2026) if day.startswith("01")] == (
        ["01-01", "01-02", "01-03"]
    )
    assert calendar.begins(shanghai(13, 19)) == shanghai(14, 9)
    assert calendar.begins(shanghai(14, 19)) == shanghai(24, 9)


@pytest.mark.parametrize("year", range(2001, 2027))
def test_every_year_since_2001_was_announced(year: int) -> None:
    calendar = chinese_calendar([year])
    assert calendar.confirmed == (year,)
    assert calendar.worked
    assert all(day.year == year for day in (*calendar.closed, *calendar.worked))
    assert all(day.isoweekday() > 5 for day in calendar.worked)


def test_a_year_not_yet_announced_is_assumed_and_not_confirmed() -> None:
    calendar = chinese_calendar([2035, 2026])
    assert calendar.confirmed == (2026,)
    assert not calendar.is_confirmed(date(2035, 2, 8))
    assert not any(day.year == 2035 for day in calendar.worked)
    for day in range(7, 15):
        assert not calendar.works(date(2035, 2, day))


@pytest.mark.usefixtures("no_package")
def test_without_the_package_nothing_is_confirmed_and_the_closures_are_assumed() -> None:
    calendar = chinese_calendar([2026], cut_off=time(16))
    assert calendar.confirmed == ()
    assert calendar.worked == ()
    assert calendar.cut_off == timedelta(hours=16)
    assert (
        closures(calendar, 2026)
        == (
            "01-01 01-02 02-16 02-17 02-18 02-19 02-20 02-21 02-22 02-23 04-05 04-06 "
            "05-01 05-02 05-03 05-04 05-05 06-19 09-25 10-01 10-02 10-03 10-04 10-05 10-06 10-07"
        ).split()
    )


@pytest.mark.usefixtures("no_package")
def test_a_mid_autumn_within_the_national_week_makes_it_longer() -> None:
    assert "10-08" in closures(chinese_calendar([2028]), 2028)
    assert "10-08" not in closures(chinese_calendar([2027]), 2027)


PARADE = {date(2015, 9, 3), date(2015, 9, 4)}
"""Days off of one year only, which no rule could tell."""


@pytest.mark.parametrize("year", range(2014, 2027))
def test_what_is_assumed_is_closed_on_every_weekday_that_was_announced_as_off(
    year: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = chinese_calendar([year])
    assert told.confirmed == (year,)
    monkeypatch.setitem(sys.modules, "holidays", None)
    assumed = chinese_calendar([year])
    assert assumed.confirmed == ()
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(366)]
    optimistic = [
        day
        for day in days
        if day.year == year and assumed.works(day) and not told.works(day) and day not in PARADE
    ]
    assert optimistic == []
    # Cautious, but no year of holidays.
    longer = [day for day in days if day.isoweekday() < 6 and day in assumed.closed]
    assert len(longer) <= 25


@pytest.mark.usefixtures("no_package")
@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2034, ["01-01", "01-02"]),  # Sunday
        (2029, ["01-01"]),  # Monday
        (2030, ["01-01"]),  # Tuesday: its Monday lies in 2029
        (2031, ["01-01"]),  # Wednesday: that day alone
        (2026, ["01-01", "01-02"]),  # Thursday
        (2027, ["01-01"]),  # Friday
        (2028, ["01-01", "01-03"]),  # Saturday
    ],
)
def test_a_festival_closes_the_weekday_between_it_and_a_weekend(
    year: int, expected: list[str]
) -> None:
    first = [day for day in closures(chinese_calendar([year]), year) if day < "01-10"]
    assert first == expected
    assert closures(chinese_calendar([2029]), 2029)[-1] == "12-31"


@pytest.mark.usefixtures("no_package")
@pytest.mark.parametrize(
    ("year", "april", "december"),
    # In 1 Labour Day and the next New Year are Tuesdays; so is the New Year of 2036.
    [(1, ["04-30"], ["12-31"]), (2013, [], []), (2036, [], []), (9999, [], [])],
)
def test_a_year_beyond_the_table_has_the_fixed_dates_only(
    year: int, april: list[str], december: list[str]
) -> None:
    expected = ["01-01", *april, *(f"05-0{day}" for day in range(1, 6))]
    expected += [*(f"10-0{day}" for day in range(1, 8)), *december]
    assert closures(chinese_calendar([year]), year) == expected


@pytest.mark.parametrize("year", [1, 1949, 2036, 9999])
def test_a_year_the_package_does_not_know_is_not_confirmed(year: int) -> None:
    assert chinese_calendar([year]).confirmed == ()


@pytest.mark.parametrize("year", _MOVABLE)
def test_the_own_table_agrees_with_the_package(year: int) -> None:
    from holidays import country_holidays

    named = country_holidays("CN", years=year, language="en_US")
    words = ("Chinese New Year (Spring Festival)", "Tomb", "Dragon Boat", "Mid-Autumn")
    for word, stated in zip(words, _MOVABLE[year], strict=True):
        day = date.fromisoformat(f"{year}-{stated}")
        assert word in named[day]
        before = named.get(day - timedelta(days=1), "")
        assert word not in before or "Eve" in before


def test_one_year_alone_is_said_to_be_too_few() -> None:
    alone: Any = 2026
    with pytest.raises(InvalidValue, match="must be several years"):
        chinese_calendar(alone)


def test_a_calendar_says_which_years_it_covers() -> None:
    calendar = chinese_calendar(iter((2027, 2026, 2027)))
    assert calendar.years == (2026, 2027)
    assert calendar.confirmed == (2026,)


@given(
    st.integers(0, 36_500).map(lambda day: datetime(1990, 1, 1, tzinfo=UTC) + timedelta(days=day)),
    st.integers(-3, 3),
)
def test_the_years_between_two_moments_are_missing_assumed_or_confirmed(
    moment: datetime, years: int
) -> None:
    other = moment + years * timedelta(days=365)
    covered = (moment.year, moment.year + 1)
    calendar = WorkCalendar(zone="UTC", confirmed=(moment.year,), years=covered)
    missing, assumed = calendar.gaps(moment, other)
    assert (missing, assumed) == calendar.gaps(other, moment)
    passed = range(min(moment.year, other.year), max(moment.year, other.year) + 1)
    assert sorted((*missing, *assumed, moment.year)) == list(passed)
    assert set(assumed) <= {moment.year + 1}


def test_the_years_are_those_at_the_place() -> None:
    evening = datetime(2026, 12, 31, 20, tzinfo=UTC)
    assert chinese_calendar([2026]).gaps(evening, evening) == ((2027,), ())


def test_a_calendar_without_years_or_without_closures_misses_none() -> None:
    moment = datetime(2026, 11, 2, tzinfo=UTC)
    assert WorkCalendar().gaps(moment, moment) == ((), (2026,))
    assert ALWAYS.gaps(moment, moment) == ((), ())


def test_no_years_leave_only_weekends() -> None:
    assert chinese_calendar([]) == WorkCalendar()
