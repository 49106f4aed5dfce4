from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.predict.calendar import ALWAYS, WorkCalendar
from crossborder.stages.inventory.virtual.hours import Hours, TooLong, hours_around, hours_for
from crossborder.stages.inventory.virtual.part import hours_between

START = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
MOMENTS = st.integers(0, 365 * 24 * 60).map(lambda minutes: START + minutes * 60)
WORK = st.integers(1, 30 * 24 * 60).map(lambda minutes: minutes * 60)
CALENDARS = st.sampled_from(
    [
        WorkCalendar(),
        WorkCalendar(cut_off=time(16)),
        WorkCalendar(
            weekend=frozenset({7}), opens=time(8, 30), closes=time(20), cut_off=time(8, 30)
        ),
        WorkCalendar(
            closed=tuple(date(2026, 2, day) for day in range(15, 24)),
            worked=(date(2026, 2, 14), date(2026, 2, 28)),
        ),
        WorkCalendar(zone="America/New_York", opens=time(0), closes=timedelta(hours=24)),
        WorkCalendar(zone="Europe/Berlin", weekend=frozenset(), opens=time(1), closes=time(5)),
        ALWAYS,
    ]
)


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def axis(calendar: WorkCalendar) -> Hours:
    return hours_around(calendar, START)


@given(CALENDARS, MOMENTS, WORK)
def test_work_ends_when_the_calendar_says(calendar: WorkCalendar, came: int, work: int) -> None:
    hours = axis(calendar)
    done = hours.done(hours.worked(hours.begins(came)) + work)
    assert at(done) == calendar.after(at(came), timedelta(seconds=work))


@given(CALENDARS, MOMENTS, WORK)
def test_the_latest_moment_is_the_calendars(calendar: WorkCalendar, end: int, work: int) -> None:
    hours = axis(calendar)
    latest = hours.latest(hours.worked(end) - work)
    # The calendar counts to the last microsecond before it closes, this axis to the second.
    assert (
        timedelta(0)
        <= calendar.before(at(end), timedelta(seconds=work)) - at(latest)
        < timedelta(seconds=1)
    )
    assert calendar.after(at(latest), timedelta(seconds=work)) <= at(end)
    assert calendar.after(at(latest + 1), timedelta(seconds=work)) > at(end)


@given(CALENDARS, MOMENTS, WORK)
def test_what_was_worked_is_found_again(calendar: WorkCalendar, came: int, work: int) -> None:
    end = int(calendar.after(at(came), timedelta(seconds=work)).timestamp())
    assert axis(calendar).between(came, end) == work


def test_nothing_is_worked_before_it_begins() -> None:
    friday, saturday = (
        datetime(2026, 11, 6, 10, 30, tzinfo=UTC),
        datetime(2026, 11, 7, 6, tzinfo=UTC),
    )
    hours = axis(WorkCalendar())
    assert hours.between(int(friday.timestamp()), int(saturday.timestamp())) == 0


def test_what_takes_longer_than_the_years_laid_out_is_refused() -> None:
    hours = axis(WorkCalendar())
    asked: list[tuple[Callable[[int], int], int]] = [
        (hours.worked, 0),
        (hours.latest, -1),
        (hours.done, 10**10),
        (hours.begins, 10**10),
    ]
    for ask, value in asked:
        with pytest.raises(InvalidValue, match="leaves the years 2025 to 2027"):
            ask(value)


def test_an_hour_that_a_zone_leaves_out_is_no_shift() -> None:
    """In Berlin 02:00 to 03:00 does not exist on 29 March 2026."""
    calendar = WorkCalendar(
        zone="Europe/Berlin", weekend=frozenset(), opens=time(2), closes=time(3)
    )
    before = int(datetime(2026, 3, 28, 3, tzinfo=UTC).timestamp())
    hours = axis(calendar)
    begins = at(hours.begins(before))
    assert begins == calendar.begins(at(before))


@given(st.integers(0, 6 * 365), st.integers(0, 6 * 365))
def test_years_of_work_are_counted_whole(first: int, days: int) -> None:
    """Five working days of nine hours a week, over any number of years."""
    monday = datetime(2018, 1, 1, tzinfo=UTC) + timedelta(days=first)
    end = monday + timedelta(days=days)
    calendar = WorkCalendar()
    assert hours_between(monday, end, calendar) * 3600 == pytest.approx(
        calendar.between(monday, end).total_seconds()
    )


def test_work_beyond_three_years_is_too_long() -> None:
    calendar = WorkCalendar()
    year = 250 * 9 * 3600
    assert hours_for(calendar, START, START, back=2 * year).worked(START) >= 2 * year
    with pytest.raises(TooLong, match="more than 3 years"):
        hours_for(calendar, START, START, ahead=6 * year)
