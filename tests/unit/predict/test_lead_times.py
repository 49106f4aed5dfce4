"""Lead times are learnt as they become known, with open orders, and corrected within bounds."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import InvalidValue, NaiveTime
from crossborder.predict.lead import LeadSettings, LeadTimes
from crossborder.predict.lead.effects import additive, level_of
from crossborder.predict.lead.lasting import expected_ends, quantiles
from crossborder.predict.quantiles import Distribution

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
Order = tuple[int, int, str]
"""Placed on which day, for how many days, from which vendor."""

orders = st.lists(
    st.tuples(st.integers(0, 200), st.integers(1, 150), st.sampled_from(["A", "B", "C"])),
    min_size=1,
    max_size=60,
)


def fed(drawn: list[Order], *, now: datetime, seed: int | None = None) -> LeadTimes:
    """All that is known at `now`, told in order or shuffled; each order was quoted when placed."""
    times = LeadTimes(("vendor",))
    told = [(START + DAY * placed, number) for number, (placed, _, _) in enumerate(drawn)]
    ends = [(START + DAY * (p + days), n) for n, (p, days, _) in enumerate(drawn)]
    for placed, number in sorted(told):
        if placed <= now:
            vendor = {"vendor": drawn[number][2]}
            times.place(str(number), vendor, placed_at=placed, now=now)
    known = [(end, number) for end, number in sorted(ends) if end <= now]
    if seed is not None:
        known.sort(key=lambda one: (one[1] * 7919 + seed * 31) % 101)
    for end, number in known:
        times.observe(str(number), end, known_at=end, now=now)
    return times


def steady(days: int, *, count: int = 120, vendor: str = "A") -> list[Order]:
    """One order a day, each of `days` to `days + 9` days."""
    return [(number, days + number % 10, vendor) for number in range(count)]


@settings(deadline=None, max_examples=40)
@given(orders, st.integers(1, 400), st.integers(0, 99))
def test_what_was_told_in_another_order_gives_the_same_quote(
    drawn: list[Order], day: int, seed: int
) -> None:
    now = START + DAY * (day + 201)
    one, other = fed(drawn, now=now), fed(drawn, now=now, seed=seed)
    for vendor in "ABC":
        traits = {"vendor": vendor}
        assert one.quote(traits, now=now) == other.quote(traits, now=now)


@settings(deadline=None, max_examples=40)
@given(orders, st.integers(1, 200))
def test_what_became_known_later_changes_no_quote_of_then(drawn: list[Order], day: int) -> None:
    then, later = START + DAY * (day + 200), START + DAY * 600
    early, late = fed(drawn, now=then), fed(drawn, now=later)
    assert early.quote({"vendor": "A"}, now=then) == late.quote({"vendor": "A"}, now=then)


@settings(deadline=None, max_examples=40)
@given(orders)
def test_quantiles_never_fall_and_lie_within_what_lead_times_can_be(drawn: list[Order]) -> None:
    now = START + DAY * 250
    law = fed(drawn, now=now).quote({"vendor": "B"}, now=now)
    read = [law.quantile(step / 20) for step in range(21)]
    assert read == sorted(read)
    assert read[0] > 0
    assert 0 < law.evidence <= 2 * len(drawn)


def test_an_outcome_of_the_future_is_refused() -> None:
    times = fed([(0, 900, "A")], now=START)
    with pytest.raises(InvalidValue, match="later than now"):
        times.observe("0", START + DAY, known_at=START + DAY, now=START)
    with pytest.raises(InvalidValue, match="before it was delivered"):
        times.observe("0", START + DAY * 2, known_at=START + DAY, now=START + DAY * 3)
    with pytest.raises(InvalidValue, match="later than now"):
        times.place("1", {"vendor": "A"}, placed_at=START + DAY, now=START)


def test_what_makes_no_sense_is_refused_by_name() -> None:
    times = fed([(5, 900, "A")], now=START + DAY * 5)
    now = START + DAY * 9
    with pytest.raises(InvalidValue, match="placed already"):
        times.place("0", {"vendor": "A"}, placed_at=now, now=now)
    with pytest.raises(InvalidValue, match="never placed"):
        times.observe("9", now, known_at=now, now=now)
    with pytest.raises(InvalidValue, match="before the order was placed"):
        times.observe("0", START, known_at=now, now=now)
    with pytest.raises(InvalidValue, match="must be vendor"):
        times.quote({"mode": "air"}, now=now)
    with pytest.raises(InvalidValue, match="before any order"):
        times.quote({"vendor": "A"}, now=START)
    with pytest.raises(NaiveTime):
        times.quote({"vendor": "A"}, now=datetime(2026, 3, 1))  # noqa: DTZ001
    times.observe("0", now, known_at=now, now=now)
    with pytest.raises(InvalidValue, match="ended already"):
        times.observe("0", now, known_at=now, now=now)
    times.quote({"vendor": "A"}, now=now, key="x")
    with pytest.raises(InvalidValue, match="quoted already"):
        times.quote({"vendor": "A"}, now=now, key="x")


def test_open_orders_lengthen_the_quote_before_any_of_them_arrives() -> None:
    quick = steady(20)
    now = START + DAY * 220
    calm = fed(quick, now=now).quote({"vendor": "A"}, now=now)
    waiting = [(140 + number // 2, 900, "A") for number in range(60)]
    worried = fed(quick + waiting, now=now).quote({"vendor": "A"}, now=now)
    assert calm.quantile(0.8) < 30
    assert worried.quantile(0.8) > 40


def test_what_is_told_after_a_quote_is_in_the_next_one_of_the_same_moment() -> None:
    now, traits = START + DAY * 125, {"vendor": "A"}
    drawn = steady(20)
    times = fed(drawn[:-20], now=now)
    before = times.quote(traits, now=now)
    for number in range(len(drawn) - 20, len(drawn)):
        placed = START + DAY * drawn[number][0]
        times.place(str(number), traits, placed_at=placed, now=now)
    between = times.quote(traits, now=now)
    end = now - DAY / 2
    for number in range(len(drawn) - 20, len(drawn)):
        times.observe(str(number), end, known_at=end, now=now)
    after = times.quote(traits, now=now)
    assert before != between != after
    assert after.quantile(0.1) < before.quantile(0.1)


def test_a_vendor_of_few_orders_leans_on_all() -> None:
    now = START + DAY * 260
    few = fed([*steady(20), (119, 90, "B")], now=now)
    many = fed([*steady(20), *steady(90, vendor="B")], now=now)
    usual = few.quote({"vendor": "A"}, now=now).quantile(0.5)
    assert usual < few.quote({"vendor": "B"}, now=now).quantile(0.5) < 40
    assert many.quote({"vendor": "B"}, now=now).quantile(0.5) > 70


def test_a_quote_is_settled_when_its_time_has_passed_and_a_miss_is_known_then() -> None:
    times = fed(steady(20), now=START + DAY * 160)
    now = START + DAY * 160
    days = times.quote({"vendor": "A"}, now=now, key="new").quantile(0.9)
    times.place("new", {"vendor": "A"}, placed_at=now, now=now)
    assert times.coverage(now=now + DAY * (days - 1))[2].quotes == 0
    settled = times.coverage(now=now + DAY * (days + 1))[2]
    assert (settled.quotes, settled.kept) == (1, 0)
    end = now + DAY * days
    times.observe("new", end, known_at=end, now=end)
    assert times.coverage(now=end + DAY)[2].share == 1.0


def test_the_correction_raises_what_was_missed_but_only_so_far() -> None:
    bound = LeadSettings().most

    def level(missing: bool) -> float:
        times = LeadTimes(("vendor",), settings=LeadSettings(correction=1.0))
        for number in range(200):
            day = START + DAY * number
            if number > 40:
                times.quote({"vendor": "A"}, now=day, key=str(number))
            times.place(str(number), {"vendor": "A"}, placed_at=day, now=day)
            # Ever slower, so that quotes are missed, or ever quicker.
            lasts = 20 + number // 2 if missing else 120 - number // 2
            times.observe(
                str(number),
                day + DAY * lasts,
                known_at=day + DAY * lasts,
                now=day + DAY * lasts,
            )
        return times._levels([0.8], START + DAY * 400)[0]

    raised = LeadSettings().raised[1]
    assert level(missing=True) == pytest.approx(0.8 + raised + bound)
    assert level(missing=False) == pytest.approx(0.8 + raised - bound)


def test_a_cancelled_order_counts_as_open_until_then_and_is_never_kept() -> None:
    now = START + DAY * 200
    times = fed([*steady(20), (150, 900, "A")], now=now)
    times.withdraw("120", known_at=now, now=now)
    assert not times._held("120", now + DAY * 900, now)
    assert times.quote({"vendor": "A"}, now=now).quantile(0.5) > 20


@given(st.lists(st.floats(0.1, 500), min_size=1, max_size=40), st.floats(0.05, 0.95))
def test_without_open_ones_the_product_limit_is_the_plain_quantile(
    drawn: list[float], level: float
) -> None:
    values = sorted(drawn)
    ones = [1.0] * len(values)
    found = quantiles(values, [True] * len(values), ones, [level])
    plain = Distribution.of(values)
    # Running products round: a level on a step may be read on either side of it.
    assert plain.quantile(max(level - 1e-6, 0)) <= found[0] <= plain.quantile(level + 1e-6)


@given(st.lists(st.tuples(st.floats(0.1, 500), st.booleans()), min_size=1, max_size=40))
def test_an_open_duration_is_expected_to_end_no_sooner_than_it_has_lasted(
    drawn: list[tuple[float, bool]],
) -> None:
    drawn.sort(key=lambda pair: (pair[0], not pair[1]))
    values, ended = [one for one, _ in drawn], [over for _, over in drawn]
    ends = expected_ends(values, ended, [1.0] * len(values))
    assert all(end >= value for end, value in zip(ends, values, strict=True))
    assert all(e == v for e, v, over in zip(ends, values, ended, strict=True) if over)
    open_ends = [e for e, over in zip(ends, ended, strict=True) if not over]
    assert open_ends == pytest.approx(sorted(open_ends))


def test_effects_are_shrunk_the_more_the_fewer_stand_behind_them() -> None:
    rows = [("a",)] * 100 + [("b",)] * 100 + [("c",)]
    values = [1.0] * 100 + [2.0] * 100 + [9.0]
    found = additive(rows, values, [1.0] * 201, strength=20.0)
    apart = level_of(found, ("b",)) - level_of(found, ("a",))
    assert 0.7 < apart < 1.0
    assert 0 < level_of(found, ("c",)) < 0.6
    assert level_of(found, ("never seen",)) == 0.0
    assert level_of((), ("a",)) == 0.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"strength": 0.0},
        {"kept": (1.0, 2.0, 0.5)},
        {"most": 2.0},
        {"memory": 0},
        {"raised": (0.3, 0.0, 0.0)},
        {"raised": (0.0, 0.0, 0.09)},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidValue):
        LeadSettings(**wrong)  # type: ignore[arg-type]


def test_traits_are_named_once_and_likeness_is_at_least_one() -> None:
    for traits, alike in (((), {}), (("a", "a"), {}), (("a",), {"b": 2.0}), (("a",), {"a": 0.5})):
        with pytest.raises(InvalidValue):
            LeadTimes(traits, alike=alike)
