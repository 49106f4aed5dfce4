"""Lead times are learnt as they become known, with open orders, and corrected within bounds."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from math import exp, log

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import InvalidValue, NaiveTime
from crossborder.predict.lead import LeadSettings, LeadState, LeadTimes
from crossborder.predict.lead.effects import additive, level_of
from crossborder.predict.lead.lasting import expected_ends, quantiles
from crossborder.predict.quantiles import Distribution
from crossborder.serial import from_json, to_json

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
LONG_AGO = START - 900 * DAY
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
    # One that came at once and long ago: without any there is no quote.
    times.place("ended", {"vendor": "A"}, placed_at=LONG_AGO, known_at=LONG_AGO, now=LONG_AGO)
    times.observe("ended", LONG_AGO + DAY, known_at=LONG_AGO + DAY, now=LONG_AGO + DAY)
    told = [(START + DAY * placed, number) for number, (placed, _, _) in enumerate(drawn)]
    ends = [(START + DAY * (p + days), n) for n, (p, days, _) in enumerate(drawn)]
    for placed, number in sorted(told):
        if placed <= now:
            vendor = {"vendor": drawn[number][2]}
            times.place(str(number), vendor, placed_at=placed, known_at=placed, now=now)
    known = [(end, number) for end, number in sorted(ends) if end <= now]
    if seed is not None:
        known.sort(key=lambda one: (one[1] * 7919 + seed * 31) % 101)
    for end, number in known:
        times.observe(str(number), end, known_at=end, now=now)
    return times


def days_of(moment: datetime) -> float:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) / DAY


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
    assert 0 < law.evidence <= 2 * (len(drawn) + 1)


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
        times.quote({"vendor": "A"}, now=LONG_AGO)
    with pytest.raises(InvalidValue, match="before it was placed"):
        times.place("1", {"vendor": "A"}, placed_at=now, known_at=START, now=now)
    with pytest.raises(InvalidValue, match="later than now"):
        times.place("1", {"vendor": "A"}, placed_at=START, known_at=now + DAY, now=now)
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
            if number > 120:
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
        return times._levels([0.8], days_of(START + DAY * 400))[0]

    raised = LeadSettings().raised[1]
    assert level(missing=True) == pytest.approx(0.8 + raised + bound)
    assert level(missing=False) == pytest.approx(0.8 + raised - bound)


def test_a_cancelled_order_counts_as_open_until_then_and_its_quote_is_not_judged() -> None:
    now = START + DAY * 200
    times = fed([*steady(20), (150, 900, "A")], now=now)
    times.withdraw("120", known_at=now, now=now)
    times.quote({"vendor": "A"}, now=now, key="120")
    assert [kept.quotes for kept in times.coverage(now=now + DAY * 900)] == [0, 0, 0]
    assert times.quote({"vendor": "A"}, now=now).quantile(0.5) > 20


def course(times: LeadTimes, *, more: str = "") -> list[Distribution]:
    """Three orders a day of random length, each quoted; every one has a twin that comes to nothing.

    Of the twins nothing is told, or they are quoted alone, or placed and cancelled a day later.
    """
    said, ends = [], list[tuple[datetime, str, bool]]()
    for number in range(450):
        now = START + DAY * (number // 3)
        for end, key, came in sorted(one for one in ends if one[0] <= now):
            if came:
                times.observe(key, end, known_at=end, now=now)
            else:
                times.withdraw(key, known_at=end, now=now)
        ends = [one for one in ends if one[0] > now]
        if number > 90:
            said.append(times.quote(TRAITS, now=now, key=str(number)))
            if more:
                times.quote(TRAITS, now=now, key=f"twin {number}")
            if more == "cancelled":
                times.place(f"twin {number}", TRAITS, placed_at=now, now=now)
                ends.append((now + DAY, f"twin {number}", False))
        times.place(str(number), TRAITS, placed_at=now, now=now)
        lasts = 5 + 25 * ((number * 7919) % 101 / 101) ** 2
        ends.append((now + DAY * lasts, str(number), True))
    return said


TRAITS = {"vendor": "A"}


def test_quotes_whose_order_is_never_placed_change_nothing() -> None:
    plain, offering = LeadTimes(("vendor",)), LeadTimes(("vendor",))
    assert course(plain) == course(offering, more="quoted")
    now = START + DAY * 200
    assert plain.coverage(now=now) == offering.coverage(now=now)
    assert plain.coverage(now=now)[2].quotes > 300


def test_quotes_whose_order_is_cancelled_push_no_correction_to_its_bound() -> None:
    plain, cancelling = LeadTimes(("vendor",)), LeadTimes(("vendor",))
    course(plain)
    course(cancelling, more="cancelled")
    now = START + DAY * 200
    for one, other in zip(plain.coverage(now=now), cancelling.coverage(now=now), strict=True):
        assert abs(one.share - other.share) < 0.05
        assert abs(one.quotes - other.quotes) < 20
    bound = 0.9 + LeadSettings().most
    assert cancelling._levels([0.9], days_of(START + DAY * 150))[0] < bound - 0.005


def test_a_quote_that_was_missed_before_its_order_was_cancelled_is_a_miss() -> None:
    times = fed(steady(20), now=START + DAY * 160)
    now = START + DAY * 160
    days = times.quote(TRAITS, now=now, key="new").quantile(0.9)
    times.place("new", TRAITS, placed_at=now, now=now)
    end = now + DAY * (days + 5)
    times.withdraw("new", known_at=end, now=end)
    assert (times.coverage(now=end)[2].quotes, times.coverage(now=end)[2].kept) == (1, 0)


@settings(deadline=None, max_examples=40)
@given(orders, st.integers(0, 150), st.integers(1, 100))
def test_an_order_told_of_later_changes_no_quote_of_before(
    drawn: list[Order], day: int, later: int
) -> None:
    then = START + DAY * (200 + day)
    told_at = then + DAY * later
    times = fed(drawn, now=then)
    before = times.quote(TRAITS, now=then)
    for place, (placed, _, vendor) in enumerate(drawn):
        traits = {"vendor": vendor}
        times.place(f"late {place}", traits, placed_at=START + DAY * placed, now=told_at)
    assert times.quote(TRAITS, now=then) == before
    # Nor does it matter whether it was asked for before they came.
    fresh = fed(drawn, now=then)
    for place, (placed, _, vendor) in enumerate(drawn):
        traits = {"vendor": vendor}
        fresh.place(f"late {place}", traits, placed_at=START + DAY * placed, now=told_at)
    assert fresh.quote(TRAITS, now=then) == before
    assert fresh.quote(TRAITS, now=told_at) == times.quote(TRAITS, now=told_at)


def test_an_order_told_of_later_is_in_the_quotes_from_then_on() -> None:
    times = fed(steady(20), now=START + DAY * 160)
    told_at, early = START + DAY * 170, START + DAY * 169
    for number in range(60):
        placed = START + DAY * 120
        times.place(f"late {number}", TRAITS, placed_at=placed, known_at=told_at, now=told_at)
    assert times.quote(TRAITS, now=early).quantile(0.9) < 35
    assert times.quote(TRAITS, now=told_at).quantile(0.9) > 50


def test_while_nothing_is_delivered_no_time_is_promised() -> None:
    times = LeadTimes(("vendor",))
    times.place("1", TRAITS, placed_at=START, now=START)
    with pytest.raises(InvalidValue, match="known to be delivered") as told:
        times.quote(TRAITS, now=START + DAY / 4)
    assert (told.value.field, told.value.source) == ("now", "LeadTimes")
    times.withdraw("1", known_at=START + DAY, now=START + DAY)
    with pytest.raises(InvalidValue, match="known to be delivered"):
        times.quote(TRAITS, now=START + DAY * 2)
    times.place("2", TRAITS, placed_at=START, now=START + DAY)
    times.observe("2", START + DAY * 9, known_at=START + DAY * 10, now=START + DAY * 10)
    with pytest.raises(InvalidValue, match="known to be delivered"):
        times.quote(TRAITS, now=START + DAY * 9.5)
    assert times.quote(TRAITS, now=START + DAY * 10).quantile(0.5) == pytest.approx(9)


def test_open_orders_alone_are_not_all_that_is_recent() -> None:
    times = fed(steady(20), now=START + DAY * 160)
    years = START + DAY * 1500
    for number in range(5):
        times.place(f"new {number}", TRAITS, placed_at=years, now=years)
    law = times.quote(TRAITS, now=years + DAY)
    assert 15 < law.quantile(0.2) < 30


def test_few_delivered_among_many_open_promise_longer_than_any_has_waited() -> None:
    times = LeadTimes(("vendor",))
    for number in range(10):
        times.place(str(number), TRAITS, placed_at=START, now=START)
    times.observe("0", START + DAY * 2, known_at=START + DAY * 2, now=START + DAY * 2)
    law = times.quote(TRAITS, now=START + DAY * 30)
    assert law.quantile(0.05) == pytest.approx(2)
    assert [law.quantile(chance) for chance in (0.5, 0.9)] == pytest.approx([60, 60])


def test_a_quote_at_the_end_of_the_calendar_is_kept_and_judged() -> None:
    times = fed(steady(20), now=START + DAY * 160)
    end = datetime(9999, 12, 31, 23, tzinfo=UTC)
    law = times.quote(TRAITS, now=end, key="far")
    assert 15 < law.quantile(0.5) < 35
    assert times.coverage(now=end)[0].quotes == 0
    times.place("far", TRAITS, placed_at=end, now=end)
    assert to_json(times.state)


Step = tuple[str, int, int, int]
"""What is done, for which of a few keys, on which day, and how many days back it happened."""

steps = st.lists(
    st.tuples(
        st.sampled_from(["place", "place", "observe", "observe", "withdraw", "quote"]),
        st.integers(0, 12),
        st.integers(0, 3),
        st.integers(0, 40),
    ),
    max_size=60,
)


def done(times: LeadTimes, step: Step, now: datetime) -> object:
    """What comes of a step: an answer, or the text of its refusal."""
    kind, number, _, back = step
    key, at = str(number), now - DAY * back / 3
    traits = {"vendor": "AB"[number % 2]}
    try:
        if kind == "place":
            times.place(key, traits, placed_at=at, known_at=now - DAY * back / 5, now=now)
        elif kind == "observe":
            times.observe(key, at, known_at=now - DAY * back / 7, now=now)
        elif kind == "withdraw":
            times.withdraw(key, known_at=at, now=now)
        else:
            return times.quote(traits, now=at, key=key), times.coverage(now=now)
    except InvalidValue as error:
        return str(error)
    return None


@settings(deadline=None, max_examples=60)
@given(steps, st.sets(st.integers(0, 60)), st.booleans())
def test_times_kept_and_resumed_at_any_time_say_the_same(
    drawn: list[Step], at: set[int], strict: bool
) -> None:
    rule = LeadSettings(strength=1, correction=1, refit=2) if strict else LeadSettings()
    whole, parts = (LeadTimes(("vendor",), alike={"vendor": 3}, settings=rule) for _ in "ab")
    now = START
    for place, step in enumerate(drawn):
        now += DAY * step[2]
        if place in at:
            state = parts.state
            parts = LeadTimes.resumed(from_json(to_json(state), LeadState))
            assert parts.state == state
        assert done(parts, step, now) == done(whole, step, now)
    assert parts.state == whole.state


def test_a_state_that_was_kept_of_no_times_is_refused() -> None:
    state = fed(steady(20, count=3), now=START + DAY * 160).state
    for wrong in (
        evolve(state, orders=(*state.orders, state.orders[0])),
        evolve(state, quotes=()),
        evolve(state, traits=()),
    ):
        with pytest.raises(InvalidValue):
            LeadTimes.resumed(wrong)


durations = st.lists(st.integers(1, 400).map(float), min_size=1, max_size=30)
waits = st.lists(st.integers(1, 400).map(float), max_size=30)


def read(
    finished: Sequence[float], waiting: Sequence[float]
) -> tuple[list[float], list[bool], list[float]]:
    """Both as logarithms in their order, with one weight for each."""
    pairs = sorted([(one, False) for one in finished] + [(one, True) for one in waiting])
    values = [log(one) for one, _ in pairs]
    return values, [not lasts for _, lasts in pairs], [1.0] * len(pairs)


@given(durations, waits, st.floats(0.02, 0.98))
def test_quantiles_are_those_of_a_distribution_that_knows_of_open_ones(
    finished: list[float], waiting: list[float], level: float
) -> None:
    (found,) = quantiles(*read(finished, waiting), [level])
    whole = Distribution.censored(finished, waiting)
    # Running products round: a level on a step may be read on either side of it.
    low, high = whole.quantile(max(level - 1e-6, 0)), whole.quantile(level + 1e-6)
    assert low * (1 - 1e-9) <= exp(found) <= high * (1 + 1e-9)


@given(durations, waits, st.integers(1, 400).map(float))
def test_a_further_open_duration_shortens_no_quantile_and_no_expected_end(
    finished: list[float], waiting: list[float], more: float
) -> None:
    levels = [step / 20 for step in range(1, 20)]
    fewer, all_ = read(finished, waiting), read(finished, [*waiting, more])
    for one, other in zip(quantiles(*fewer, levels), quantiles(*all_, levels), strict=True):
        assert other >= one - 1e-9

    def ends(parts: tuple[list[float], list[bool], list[float]]) -> Callable[[float], float]:
        values, ended, weights = parts
        found = expected_ends(values, ended, weights)
        lasting = {v: e for v, e, over in zip(values, found, ended, strict=True) if not over}
        return lambda wait: lasting[log(wait)]

    for wait in waiting:
        assert ends(all_)(wait) >= ends(fewer)(wait) - 1e-9


def test_what_outlasts_all_is_put_at_twice_the_longest() -> None:
    values, ended, weights = read([10.0], [20.0])
    assert [exp(one) for one in quantiles(values, ended, weights, [0.5, 0.9])] == pytest.approx(
        [10, 40]
    )
    assert [exp(one) for one in expected_ends(values, ended, weights)] == pytest.approx([10, 40])


def test_old_orders_of_hardly_any_weight_still_end_what_outlasts_the_others() -> None:
    # The new one is open; summed from the front, what is left for the old one would be rounding.
    values, ended, weights = [1.0, 2.0, 3.0], [True, False, True], [0.1, 0.7, 1e-20]
    assert quantiles(values, ended, weights, [0.9]) == [3.0]


@given(st.lists(st.floats(0.1, 500), min_size=1, max_size=40), st.floats(0.05, 0.95))
def test_without_open_ones_the_product_limit_is_the_plain_quantile(
    drawn: list[float], level: float
) -> None:
    values = sorted(drawn)
    ones = [1.0] * len(values)
    found = quantiles(values, [True] * len(values), ones, [level])
    plain = Distribution.of(values)
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


def test_whole_numbers_are_taken_where_fractions_are_expected() -> None:
    plain = LeadSettings(strength=20, effect_half_life=1500, kept=(1, 0.8, 0), most=0)
    assert plain == LeadSettings(20.0, 1500.0, kept=(1.0, 0.8, 0.0), most=0.0)
    assert all(type(share) is float for share in (*plain.kept, plain.strength))
    assert from_json(to_json(plain), LeadSettings) == plain
    assert LeadTimes(("a",), alike={"a": 2}).state == LeadTimes(("a",)).state


def test_traits_are_named_once_and_likeness_is_at_least_one() -> None:
    for traits, alike in (((), {}), (("a", "a"), {}), (("a",), {"b": 2.0}), (("a",), {"a": 0.5})):
        with pytest.raises(InvalidValue):
            LeadTimes(traits, alike=alike)
