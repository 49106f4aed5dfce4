from datetime import date
from itertools import pairwise
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.predict.survival import AlarmRule, Course, ScanGaps, TransitTable
from crossborder.predict.survival.hazard import Hazard, Way, logistic
from crossborder.predict.survival.shift import Shift

AGES = st.floats(0, 120)


@given(st.lists(AGES, min_size=1, max_size=40), st.lists(AGES, min_size=2, max_size=10))
def test_survival_falls_from_one_to_never_quite_nothing(
    took: list[float], ages: list[float]
) -> None:
    table = TransitTable()
    for days in took:
        table.add("air", "US", promised=20.0, took=days, day=1)
    said = [table.survival("air", "US", promised=20.0, age=age, day=1) for age in sorted(ages)]
    assert table.survival("air", "US", promised=20.0, age=0.0, day=1) == pytest.approx(1.0)
    assert all(one >= later - 1e-12 for one, later in pairwise(said))
    assert all(0 <= share <= 1 + 1e-12 for share in said)


@given(st.integers(1, 400))
def test_a_cell_counts_beside_twenty_parcels_of_its_parent(count: int) -> None:
    table = TransitTable()
    for _ in range(1000):
        table.add("air", "US", promised=20.0, took=2.25, day=1)
    for _ in range(count):
        table.add("air", "BR", promised=20.0, took=30.25, day=1)
    share = table.survival("air", "BR", promised=20.0, age=10.0, day=1)
    parent = count / (1000 + count)
    # The line and its length of promise hold the same parcels as all: they have their share.
    assert share == pytest.approx((count + 20 * parent) / (count + 20))
    assert table.survival("air", "XX", promised=20.0, age=10.0, day=1) == pytest.approx(parent)
    assert table.survival("sea", "BR", promised=20.0, age=10.0, day=1) == pytest.approx(parent)


def test_an_older_parcel_counts_less() -> None:
    table = TransitTable(half_life=100.0)
    table.add("air", "", promised=20.0, took=2.25, day=0)
    table.add("air", "", promised=20.0, took=9.25, day=200)
    assert table.survival("", "", promised=1.0, age=5.0, day=200) == pytest.approx(0.8)
    assert table.evidence(day=200) == pytest.approx(1.25)
    assert table.evidence(day=300) == pytest.approx(0.625)


def test_before_anything_is_counted_everything_lasts() -> None:
    assert TransitTable().survival("air", "US", promised=9.0, age=99.0) == 1.0
    assert TransitTable().evidence(day=3) == 0.0


@given(st.lists(st.floats(0.1, 30), min_size=20, max_size=60), st.floats(0, 60), st.floats(0, 60))
def test_a_longer_silence_never_says_less(gaps: list[float], one: float, other: float) -> None:
    known = ScanGaps()
    for gap in gaps:
        known.add(gap)
    short, long = sorted((one, other))
    assert 0 <= known.logit(short) <= known.logit(long) <= log(5) + 1e-9


def test_few_gaps_say_nothing() -> None:
    known = ScanGaps()
    for _ in range(19):
        known.add(1.0)
    assert (known.logit(90.0), known.quantile(0.9), known.evidence) == (0.0, None, 19.0)
    known.add(1.0)
    assert known.logit(90.0) > 1
    assert known.quantile(0.9) == pytest.approx(1.0, rel=0.25)


@given(st.lists(st.tuples(st.floats(0.001, 0.999), st.booleans(), st.integers(0, 3)), max_size=300))
def test_the_shift_stays_in_its_bounds(told: list[tuple[float, bool, int]]) -> None:
    shift = Shift()
    for chance, late, days in told:
        shift.tell(chance, late=late)
        for _ in range(days):
            shift.fade()
        assert -0.5 <= shift.value <= 0.5


def test_the_shift_does_not_swing_however_late_outcomes_come() -> None:
    """Chances 1.5 times too high in the odds, outcomes known after twenty days: it settles."""
    shift, values = Shift(), []
    for day in range(400):
        if day >= 20:
            for at in range(20):
                shift.tell(0.3, late=(day * 20 + at) % 9 < 2)
        shift.fade()
        values.append(shift.value)
    settled = values[100:]
    assert all(value <= 0 for value in values)
    assert max(settled) - min(settled) < 0.05
    assert settled[-1] == pytest.approx(log(2 / 7) - log(3 / 7), abs=0.1)


def taught(rate: float, days: int, *, slow_from: int = 9999) -> Hazard:
    """Each day's open parcels arrive with the chance `rate`; later with a third of it."""
    hazard, open_ = Hazard(), list[Way]()
    drawn = 0
    for day in range(days):
        open_ += [Way(day, 20.0, log(20.0), waited=1.0, worth=0.0) for _ in range(30)]
        now = rate / 3 if day >= slow_from else rate
        # Multiples of the golden ratio fill 0 to 1 evenly.
        arrived = [(drawn + at) * 0.6180339887 % 1 < now for at in range(len(open_))]
        drawn += len(open_)
        hazard.learn(day, list(zip(open_, arrived, strict=True)))
        open_ = [way for way, there in zip(open_, arrived, strict=True) if not there]
    return hazard


def test_a_steady_pace_is_learnt() -> None:
    hazard = taught(0.2, 120)
    way = Way(120, 20.0, log(20.0), waited=1.0, worth=0.0)
    assert hazard.outlasts(way, 120.0, 125.0) == pytest.approx(0.8**5, abs=0.06)
    assert abs(hazard.level) < 0.25


def test_the_level_follows_a_slump_within_days() -> None:
    before, after = taught(0.2, 120), taught(0.2, 123, slow_from=120)
    way = Way(121, 20.0, log(20.0), waited=1.0, worth=0.0)
    assert after.level < before.level - 0.3
    assert after.outlasts(way, 123.0, 130.0) > before.outlasts(way, 123.0, 130.0) + 0.1


@given(st.floats(0, 10), st.floats(0, 10), st.floats(0, 10))
def test_to_outlast_two_stretches_is_to_outlast_both(one: float, two: float, three: float) -> None:
    hazard = Hazard((date(1, 1, 4),))
    start, middle, end = sorted((one, two, three))
    way = Way(0, 15.0, 3.0, waited=0.5, worth=1.0)
    whole = hazard.outlasts(way, start, end)
    parts = hazard.outlasts(way, start, middle) * hazard.outlasts(way, middle, end)
    assert whole == pytest.approx(parts)


def test_what_is_quoted_is_what_is_learnt() -> None:
    """A day's chance by the row of coefficients is the one that quotes multiply."""
    hazard = taught(0.3, 40)
    way = Way(38, 31.0, 3.3, waited=4.0, worth=-0.7)
    for day in (38, 40, 44, 47):
        row = way.row(day)
        z = sum(a * b for a, b in zip(hazard.theta, row, strict=False)) + hazard.level
        z += sum(hazard.theta[at] for at in hazard._sparse(day, day == 38))
        assert hazard.outlasts(way, day, day + 1.0) == pytest.approx(1 - logistic(z))


COURSES = st.lists(
    st.builds(
        Course,
        st.lists(st.tuples(st.floats(0, 30), st.floats(0, 1)), max_size=8).map(
            lambda checks: tuple(sorted(checks, reverse=True))
        ),
        st.booleans(),
    ),
    max_size=30,
)


@given(st.floats(0.05, 0.9), st.floats(0.0, 0.09), COURSES)
def test_a_stricter_rule_never_speaks_earlier(
    near: float, more: float, courses: list[Course]
) -> None:
    lax, strict = AlarmRule(near, near), AlarmRule(near + more, near + more)
    for course in courses:
        one, other = lax.first(course), strict.first(course)
        if other is not None:
            assert one is not None
            assert one >= other


def test_the_chosen_rule_is_early_enough_with_the_fewest_false_alarms() -> None:
    """Late ones rise to .9 in steps; those on time stop at .55: only above that is none false."""
    late = Course(tuple((10.0 - day, min(0.1 * day, 0.95)) for day in range(10)), late=True)
    prompt = Course(tuple((10.0 - day, min(0.1 * day, 0.55)) for day in range(7)), late=False)
    courses = [late] * 60 + [prompt] * 60
    careful = AlarmRule.chosen(courses, lead=3.5)
    assert careful.near > 0.55
    assert careful.first(late) == 4.0
    early = AlarmRule.chosen(courses, lead=4.5)
    assert early.first(late) == 8.0  # as many false ones as from 5.0 on, and earlier
    # Nothing is so early: the earliest there is.
    assert AlarmRule.chosen(courses, lead=99.0).near == pytest.approx(0.2)


def test_few_late_parcels_choose_nothing() -> None:
    late = Course(((3.0, 0.9),), late=True)
    assert AlarmRule.chosen([late] * 29) == AlarmRule()
    other = AlarmRule(0.7, 0.6)
    assert AlarmRule.chosen([late] * 29, otherwise=other) == other


def test_a_rule_is_a_probability_over_days() -> None:
    for wrong in ({"near": 0.0}, {"far": 1.0}, {"reach": 0.0}):
        with pytest.raises(InvalidValue):
            AlarmRule(**wrong)
    rule = AlarmRule(0.8, 0.2, 10.0)
    assert rule.calls(1.0, left=-3.0)
    assert not rule.calls(0.0, left=30.0)
    assert rule.calls(0.5, left=5.0001)
    assert not rule.calls(0.5, left=4.9)
