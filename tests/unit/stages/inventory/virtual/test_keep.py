from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import product
from math import exp
from statistics import NormalDist

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.predict.calendar import WorkCalendar
from crossborder.predict.chinese import chinese_calendar
from crossborder.predict.quantiles import Distribution
from crossborder.stages.inventory.virtual import LeadPart, LeadTime, latest_purchase
from crossborder.stages.inventory.virtual.keep import Starts, arrival, fastest, starts

SHIP_BY = datetime(2026, 11, 20, 10, tzinfo=UTC)
HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
OFFICE = WorkCalendar(cut_off=time(16))
DEPOT = WorkCalendar(weekend=frozenset({7}), opens=time(8), closes=time(20))
DOOR = WorkCalendar(zone="America/New_York", weekend=frozenset({7}))
CALENDARS = st.sampled_from([None, OFFICE, DEPOT, DOOR])
LAWS = st.lists(st.integers(0, 60), min_size=1, max_size=4).map(Distribution.of)
LEVELS = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99])


@st.composite
def leads(draw: st.DrawFn) -> LeadTime:
    names = iter("abcdef")
    parts, transit = (
        tuple(
            LeadPart(next(names), draw(LAWS), draw(CALENDARS))
            for _ in range(draw(st.integers(least, 2)))
        )
        for least in (1, 0)
    )
    return LeadTime(parts, transit, draw(st.integers(0, 5)) * HOUR)


def over(parts: tuple[LeadPart, ...], drawn: tuple[float, ...], begun: datetime) -> datetime:
    """One course of things, walked forward through the calendars."""
    for part, hours in zip(parts, drawn, strict=True):
        takes = max(timedelta(hours=hours), SECOND)
        begun = begun + takes if part.calendar is None else part.calendar.after(begun, takes)
    return begun


def brute(lead: LeadTime, bought: datetime, deliver_by: datetime | None) -> float:
    """The chance of keeping the promise, by every course of things."""
    every = (*lead.parts, *lead.transit)
    kept = 0.0
    for atoms in product(*(zip(p.law.values, p.law.weights, strict=True) for p in every)):
        share, drawn = 1.0, tuple(value for value, _ in atoms)
        for (_, weight), part in zip(atoms, every, strict=True):
            share *= weight / part.law.evidence
        count = len(lead.parts)
        handed = over(lead.parts, drawn[:count], bought) + lead.margin
        there = over(lead.transit, drawn[count:], handed - lead.margin + lead.margin)
        if handed <= SHIP_BY and (deliver_by is None or there <= deliver_by):
            kept += share
    return kept


@given(leads(), st.integers(0, 20 * 24), st.sampled_from([None, 2 * DAY, 6 * DAY, 15 * DAY]))
def test_the_chance_is_that_of_every_course_of_things(
    lead: LeadTime, ago: int, after: timedelta | None
) -> None:
    deliver_by = None if after is None else SHIP_BY + after
    bought = SHIP_BY - ago * HOUR
    law = starts(lead, ship_by=SHIP_BY, deliver_by=deliver_by)
    assert law.chance(bought) == pytest.approx(brute(lead, bought, deliver_by), abs=1e-9)


@given(leads(), LEVELS, st.sampled_from([None, 3 * DAY, 15 * DAY]))
def test_the_deadline_is_the_latest_time_that_holds_the_level(
    lead: LeadTime, level: float, after: timedelta | None
) -> None:
    deliver_by = None if after is None else SHIP_BY + after
    order_by = starts(lead, ship_by=SHIP_BY, deliver_by=deliver_by).latest(level)
    assert brute(lead, order_by, deliver_by) >= level - 1e-9
    # A cut-off lies at the last moment of a second: hence two of them.
    assert brute(lead, order_by + 2 * SECOND, deliver_by) < level


@given(leads(), LEVELS, LEVELS, st.integers(0, 100), st.integers(0, 100))
def test_the_deadline_follows_the_level_and_the_time_to_ship(
    lead: LeadTime, one: float, other: float, first: int, second: int
) -> None:
    sooner, later = (SHIP_BY + hours * HOUR for hours in sorted((first, second)))
    low, high = sorted((one, other))
    early = starts(lead, ship_by=sooner, deliver_by=None)
    late = starts(lead, ship_by=later, deliver_by=None)
    assert early.latest(high) <= early.latest(low)
    assert early.latest(low) <= late.latest(low)


def many(middle: float, size: int = 200) -> Distribution:
    """A skewed law of so many different values."""
    normal = NormalDist(middle, 0.6)
    return Distribution.of(exp(normal.inv_cdf((at + 0.5) / size)) for at in range(size))


def spread(at: int, base: int) -> float:
    """The `at`-th of numbers that fill 0 to 1 evenly, other bases being independent (Halton)."""
    share, found = 1.0, 0.0
    while at:
        share /= base
        at, digit = divmod(at, base)
        found += digit * share
    return found


LONG = LeadTime(
    (
        LeadPart("handling", many(3.0), OFFICE, 200.0),
        LeadPart("domestic", many(3.2), None, 200.0),
        LeadPart("check", many(1.8), DEPOT, 200.0),
    ),
    (LeadPart("line_haul", many(3.4), None, 200.0), LeadPart("last_mile", many(2.5), DOOR, 200.0)),
)


@given(
    st.integers(0, 4),
    st.floats(1, 2),
    st.floats(0, 20),
    st.integers(0, 30 * 24),
    LEVELS,
)
def test_what_takes_longer_is_never_kept_more_often_nor_bought_later(
    place: int, by: float, more: float, ago: int, level: float
) -> None:
    """Also where there are too many courses of things to follow each one."""
    every = [*LONG.parts, *LONG.transit]
    every[place] = evolve(every[place], hours=every[place].law.scaled(by).shifted(more))
    slow = LeadTime(tuple(every[:3]), tuple(every[3:]))
    deliver_by = SHIP_BY + 10 * DAY
    quick_law = starts(LONG, ship_by=SHIP_BY, deliver_by=deliver_by)
    slow_law = starts(slow, ship_by=SHIP_BY, deliver_by=deliver_by)
    bought = SHIP_BY - ago * HOUR
    assert slow_law.chance(bought) <= quick_law.chance(bought)
    assert slow_law.latest(level) <= quick_law.latest(level)


@pytest.mark.parametrize("days", [4, 6, 8, 10, 14])
def test_thinned_laws_agree_with_thousands_of_courses_of_things(days: int) -> None:
    bought, deliver_by = SHIP_BY - days * DAY, SHIP_BY + 6 * DAY
    every = (*LONG.parts, *LONG.transit)
    kept, draws = 0, 4000
    for at in range(1, draws + 1):
        shares = (spread(at, base) for base in (2, 3, 5, 7, 11))
        drawn = tuple(part.law.quantile(share) for part, share in zip(every, shares, strict=True))
        handed = over(LONG.parts, drawn[:3], bought)
        kept += handed <= SHIP_BY and over(LONG.transit, drawn[3:], handed) <= deliver_by
    law = starts(LONG, ship_by=SHIP_BY, deliver_by=deliver_by)
    assert law.chance(bought) == pytest.approx(kept / draws, abs=0.015)


@given(leads(), LEVELS)
def test_an_arrival_holds_its_level(lead: LeadTime, level: float) -> None:
    end = arrival(lead.parts, SHIP_BY, level)
    in_time = 0.0
    for atoms in product(*(zip(p.law.values, p.law.weights, strict=True) for p in lead.parts)):
        share = 1.0
        for (_, weight), part in zip(atoms, lead.parts, strict=True):
            share *= weight / part.law.evidence
        if over(lead.parts, tuple(value for value, _ in atoms), SHIP_BY) <= end:
            in_time += share
    assert in_time >= level - 1e-9
    assert fastest(lead.parts, SHIP_BY) <= end


def test_an_arrival_of_many_courses_lies_between_the_quickest_and_the_slowest() -> None:
    half, most = (arrival(LONG.transit, SHIP_BY, level) for level in (0.5, 0.9))
    assert fastest(LONG.transit, SHIP_BY) < half < most


def test_adding_quantiles_would_be_wrong_at_both_ends() -> None:
    part = LONG.parts[1]
    twice = LeadTime((evolve(part, name="one"), evolve(part, name="two")))
    law = starts(twice, ship_by=SHIP_BY, deliver_by=None)
    for level, sooner in ((0.9, True), (0.3, False)):
        added = SHIP_BY - 2 * timedelta(hours=part.law.quantile(level))
        assert (added < law.latest(level)) is sooner


def shanghai(month: int, day: int, hour: int = 9) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC) - 8 * HOUR


def fixed(days: int, calendar: WorkCalendar) -> LeadTime:
    law = Distribution.point(9.0 * days)
    return LeadTime((LeadPart("handling", law, calendar),))


def days(month: int, first: int, last: int) -> tuple[date, ...]:
    return tuple(date(2026, month, day) for day in range(first, last + 1))


CHINA = WorkCalendar(
    cut_off=time(16),
    closed=(*days(2, 15, 23), *days(9, 25, 27), *days(10, 1, 7)),
    worked=(*days(2, 14, 14), *days(2, 28, 28), *days(9, 20, 20), *days(10, 10, 10)),
    confirmed=(2026,),
)
"""Spring Festival, Mid-Autumn and National Day as the State Council announced them for 2026."""


@pytest.mark.parametrize(
    ("ship_by", "days", "order_by"),
    [
        # Two working days before a Wednesday evening: Tuesday morning.
        (shanghai(11, 18, 18), 2, shanghai(11, 17)),
        # The weekend between is not worked.
        (shanghai(11, 16, 18), 2, shanghai(11, 13)),
        # Over Spring Festival (15 to 23 February) the same two days begin on Saturday the 14th,
        # which is made up.
        (shanghai(2, 24, 18), 2, shanghai(2, 14)),
        (shanghai(2, 25, 18), 2, shanghai(2, 24)),
        # Saturday the 28th is made up too.
        (shanghai(3, 2, 18), 2, shanghai(2, 28)),
        # National Day, 1 to 7 October; Saturday the 10th is made up.
        (shanghai(10, 8, 18), 2, shanghai(9, 30)),
        (shanghai(10, 12, 18), 3, shanghai(10, 9)),
        # What must be over in the middle of the holiday is begun before it.
        (shanghai(10, 4, 12), 1, shanghai(9, 30)),
    ],
)
def test_holidays_and_make_up_days_move_the_deadline(
    ship_by: datetime, days: int, order_by: datetime
) -> None:
    assert latest_purchase(fixed(days, CHINA), ship_by=ship_by) == order_by


def test_the_chinese_calendar_moves_it_the_same_way() -> None:
    """Where its package knows the announced days; else it assumes no make-up days, and says so."""
    assumed = chinese_calendar([2026], cut_off=time(16))
    ship_by = shanghai(2, 24, 18)
    expected = shanghai(2, 14) if assumed.confirmed else shanghai(2, 13)
    assert latest_purchase(fixed(2, assumed), ship_by=ship_by) == expected


def test_an_order_past_the_cut_off_is_the_next_days() -> None:
    short = LeadTime((LeadPart("handling", Distribution.point(1.0), CHINA),))
    assert latest_purchase(short, ship_by=shanghai(11, 17, 18)) == shanghai(11, 17, 16)


def test_of_an_unknown_way_there_is_no_latest_purchase() -> None:
    lead = LeadTime.stated(None, DAY)
    assert latest_purchase(lead, ship_by=SHIP_BY) is None
    with pytest.raises(InvalidValue, match=r"LeadPart.hours is unknown"):
        starts(lead, ship_by=SHIP_BY, deliver_by=None)


def test_a_law_of_one_moment_is_a_step() -> None:
    law = Starts(([1000], [1.0]))
    moments = [datetime.fromtimestamp(at, UTC) for at in (999, 1000, 1001)]
    assert [law.chance(moment) for moment in moments] == [1.0, 1.0, 0.0]
    assert law.latest(0.99) == moments[1]


def sums(laws: list[Distribution]) -> list[tuple[float, float]]:
    """Every sum of the laws with its probability: few figures each, so that all can be followed."""
    found = {0.0: 1.0}
    for law in laws:
        longer: dict[float, float] = {}
        for total, share in found.items():
            for value, weight in zip(law.values, law.weights, strict=True):
                at = total + value
                longer[at] = longer.get(at, 0.0) + share * weight / law.evidence
        found = longer
    return sorted(found.items())


RARE = st.builds(
    lambda usual, hours, share: Distribution.of(
        [*usual, hours], [(1 - share) / len(usual)] * len(usual) + [share]
    ),
    st.lists(st.integers(1, 20), min_size=1, max_size=12, unique=True),
    st.integers(300, 900),
    st.floats(0.0005, 0.02),
)


@given(st.lists(RARE, min_size=3, max_size=5), st.sampled_from([0.95, 0.98, 0.99, 0.995]))
def test_no_rare_disaster_is_lost_however_many_courses_there_are(
    laws: list[Distribution], level: float
) -> None:
    """What is told is never surer than the truth, and less sure by at most .004."""
    parts = tuple(LeadPart(str(at), law, None, 50.0) for at, law in enumerate(laws))
    law = starts(LeadTime(parts), ship_by=SHIP_BY, deliver_by=None)
    for begun in (law.latest(level), SHIP_BY - 110 * HOUR, SHIP_BY - 920 * HOUR):
        left = (SHIP_BY - begun) / HOUR
        true = sum(share for hours, share in sums(laws) if hours <= left + 1e-6)
        if true >= 0.9:
            assert -0.004 <= law.chance(begun) - true <= 1e-8
        else:
            assert law.chance(begun) <= true + 1e-8


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99, 0.995])
def test_a_long_history_with_disasters_is_told_as_in_many_draws(level: float) -> None:
    """Five parts of 64 figures each: a thousand million courses; 60,000 even draws stand for them.

    The draws themselves miss by some ten-thousandths.
    """
    every = tuple(
        LeadPart(name, Distribution.of([*many(middle, 63).values, 900.0], [1.0] * 63 + [0.4]))
        for name, middle in zip("abcde", (2.2, 3.6, 1.2, 4.2, 2.5), strict=True)
    )
    law = starts(LeadTime(every), ship_by=SHIP_BY, deliver_by=None)
    left = (SHIP_BY - law.latest(level)) / HOUR
    draws, kept = 60_000, 0
    tables = [[part.law.quantile((at + 0.5) / 4096) for at in range(4096)] for part in every]
    for at in range(1, draws + 1):
        shares = (spread(at, base) for base in (2, 3, 5, 7, 11))
        total = sum(row[int(share * 4096)] for row, share in zip(tables, shares, strict=True))
        kept += total <= left
    assert -0.004 <= law.chance(SHIP_BY - left * HOUR) - kept / draws <= 0.001
    assert law.chance(SHIP_BY - 3000 * HOUR) >= 0.97


@st.composite
def histories(draw: st.DrawFn) -> tuple[LeadTime, LeadTime]:
    """A lead time, and the same where some times are longer."""
    short: list[LeadPart] = []
    long: list[LeadPart] = []
    for name in "abcd"[: draw(st.integers(1, 4))]:
        calendar = draw(st.sampled_from([None, OFFICE]))
        if draw(st.booleans()):
            count = draw(st.sampled_from([1, 3, 20, 61, 127, 130, 150]))
            grain, slow = draw(st.integers(1, 40)), draw(st.integers(0, 300))
            times = [1 + (at * at * grain) % 97 for at in range(count)]
            first = draw(st.integers(0, count - 1))
            until = draw(st.integers(first, count))
            lengthened = [hours + slow * (first <= at <= until) for at, hours in enumerate(times)]
            stated = draw(st.sampled_from([None, DAY]))
            for made, samples in ((short, times), (long, lengthened)):
                spans = [(SHIP_BY - hours * HOUR, SHIP_BY) for hours in samples]
                made.append(
                    LeadPart.learned(name, spans, now=SHIP_BY, calendar=calendar, stated=stated)
                )
        else:
            days, more = draw(st.integers(1, 4)), draw(st.integers(0, 3))
            short.append(LeadPart.stated(name, days * DAY, calendar))
            long.append(LeadPart.stated(name, (days + more) * DAY, calendar))
    said = draw(st.sampled_from([None, 12 * HOUR, DAY, 3 * DAY, 9 * DAY]))
    return LeadTime(tuple(short)), LeadTime(tuple(long)).handled(said)


@given(histories(), LEVELS)
def test_a_longer_history_and_a_slower_word_never_move_the_deadline_later(
    leads: tuple[LeadTime, LeadTime], level: float
) -> None:
    quick, slow = (starts(lead, ship_by=SHIP_BY, deliver_by=None) for lead in leads)
    assert slow.latest(level) <= quick.latest(level)
    bought = quick.latest(level)
    assert slow.chance(bought) <= quick.chance(bought) + 1e-9


def test_a_word_that_leaves_few_courses_does_not_change_the_method() -> None:
    """Bounded from below, 40 times become few: they are still read from the same grid."""
    slow = LeadPart("handling", Distribution.of([*range(1, 40), 400]), None, 40.0)
    other = LeadPart("domestic", Distribution.of([*range(1, 15), *range(300, 310)]), None, 15.0)
    check = LeadPart("check", Distribution.of(range(1, 12)), None, 11.0)
    for parts in ((slow, other), (slow, other, check)):
        lead = LeadTime(parts)
        for level in map(Decimal, ("0.9", "0.95", "0.97", "0.98", "0.99")):
            before = latest_purchase(lead, ship_by=SHIP_BY, level=level)
            for said in (20, 30, 39):
                after = latest_purchase(lead.handled(said * HOUR), ship_by=SHIP_BY, level=level)
                assert before is not None
                assert after is not None
                assert after <= before


def test_one_course_of_more_than_a_year_makes_the_others_no_harder_to_read() -> None:
    """Three hundred working days before January lie beyond the year before."""
    seldom = Distribution.of([10.0, 9 * 300.0], [99.0, 1.0])
    lead = LeadTime((LeadPart("handling", seldom, OFFICE, 100.0), LeadPart.stated("domestic", DAY)))
    january = datetime(2027, 1, 20, 10, tzinfo=UTC)
    order_by = latest_purchase(lead, ship_by=january)
    assert order_by is not None
    assert january - 8 * DAY < order_by < january
