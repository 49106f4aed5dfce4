import json
import math
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import cache
from itertools import product
from random import Random  # noqa: TID251  # seeded: the chance of a simulation
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.predict.quantiles import Distribution, convolve, mixture
from crossborder.serial import structure, unstructure

VALUES = st.floats(-1e6, 1e6).map(lambda value: value + 0.0)
WEIGHTS = st.floats(1e-3, 1e3)
CHANCES = st.floats(0, 1)
ATOMS = st.lists(st.tuples(VALUES, WEIGHTS), min_size=1, max_size=40)
FEW = st.lists(st.tuples(VALUES, WEIGHTS), min_size=1, max_size=6)


def made(atoms: list[tuple[float, float]]) -> Distribution:
    return Distribution.of([value for value, _ in atoms], [weight for _, weight in atoms])


DISTRIBUTIONS = ATOMS.map(made)
SMALL = FEW.map(made)
LARGE = st.tuples(st.integers(0, 2**32), st.sampled_from([65, 300, 2000])).map(
    lambda drawn: Distribution.of(skewed(Random(drawn[0]), drawn[1], 1.0))
)


def skewed(chance: Random, count: int, spread: float) -> list[float]:
    return [chance.lognormvariate(1, spread) for _ in range(count)]


def near(one: float, other: float, scale: float = 1.0) -> bool:
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9 * max(scale, 1.0))


@given(DISTRIBUTIONS, CHANCES, CHANCES)
def test_a_higher_probability_never_has_a_lower_quantile(
    some: Distribution, one: float, other: float
) -> None:
    assert some.quantile(min(one, other)) <= some.quantile(max(one, other))


@given(DISTRIBUTIONS, CHANCES)
def test_a_quantile_is_the_smallest_value_that_holds_its_promise(
    some: Distribution, p: float
) -> None:
    found = some.quantile(p)
    assert some.cdf(found) >= p - 2e-12
    assert all(some.cdf(value) < p for value in some.values if value < found)


@given(DISTRIBUTIONS, VALUES)
def test_the_quantile_of_a_reached_probability_is_not_beyond_it(
    some: Distribution, x: float
) -> None:
    if x >= some.values[0]:
        assert some.quantile(some.cdf(x)) <= x


SPANS = st.lists(st.integers(0, 12) | st.floats(0, 1e6), max_size=12)


@given(SPANS, SPANS, st.integers(0, 12) | st.floats(0, 2e6), CHANCES)
def test_a_further_open_span_never_makes_a_quantile_smaller(
    finished: list[float], waiting: list[float], further: float, p: float
) -> None:
    if not finished and not any(waiting):
        return
    before = Distribution.censored(finished, waiting)
    after = Distribution.censored(finished, [*waiting, further])
    assert after.quantile(p) >= before.quantile(p)
    assert all(after.cdf(x) <= before.cdf(x) + 1e-9 for x in (*before.values, *after.values))
    assert after.evidence <= len(finished) + len(waiting) + 1 + 1e-6
    assert after.evidence >= len(finished) - 1e-6


@given(st.lists(st.integers(0, 12) | st.floats(0, 1e6), min_size=1))
def test_without_open_spans_it_is_the_distribution_of_the_finished(finished: list[float]) -> None:
    assert Distribution.censored(finished, []) == Distribution.of(finished)
    assert Distribution.censored(finished, [0, 0.0]) == Distribution.of(finished)


@given(SPANS, SPANS)
def test_each_open_span_is_shared_out_among_what_took_longer(
    finished: list[float], waiting: list[float]
) -> None:
    """The same estimate by another way: what is open hands its weight to all that lies beyond."""
    waiting = sorted(span for span in waiting if span)
    if not finished and not waiting:
        return
    tail = 2 * max(*finished, *waiting, 0, 0)
    spans = sorted([(span, False) for span in finished] + [(span, True) for span in waiting])
    weights = [1.0] * len(spans) + [0.0]
    for place, (_, is_open) in enumerate(spans):
        if is_open:
            beyond = len(spans) - place - 1
            heirs = range(place + 1, len(spans)) if beyond else [len(spans)]
            for heir in heirs:
                weights[heir] += weights[place] / len(heirs)
            weights[place] = 0.0
    values = [*(span for span, _ in spans), tail]
    made = Distribution.censored(finished, waiting)
    expected = Distribution.of(values, weights)
    for x in values:
        assert near(made.cdf(x), expected.cdf(x))


def test_what_is_unfinished_is_put_at_twice_the_longest() -> None:
    made = Distribution.censored([20, 22], [30])
    assert (made.values, made.quantile(0.6), made.quantile(0.7)) == ((20, 22, 60), 22, 60)
    assert near(made.evidence, 3)
    # Open for less than any took: nothing is told of it yet.
    assert Distribution.censored([20, 22], [10]) == Distribution.of([20, 22])
    # Open in between: one of the longer ones.
    assert Distribution.censored([20, 22], [21]).cdf(20) == 1 / 3
    assert near(Distribution.censored([20, 22], [21]).evidence, 2)
    assert Distribution.censored([], [5, 8]) == Distribution.point(16, 2)


@pytest.mark.parametrize(
    ("finished", "waiting", "field"),
    [
        ([], [], "samples"),
        ([], [0], "samples"),
        ([-1.0], [], "samples"),
        ([1.0], [-1.0], "open_"),
        ([math.nan], [], "samples"),
        ([1.0], [math.inf], "open_"),
        ([1.0], [1e308], "samples"),
    ],
)
def test_spans_that_tell_nothing_or_cannot_be_are_refused(
    finished: list[float], waiting: list[float], field: str
) -> None:
    with pytest.raises(InvalidValue) as caught:
        Distribution.censored(finished, waiting)
    assert caught.value.field == field


@given(DISTRIBUTIONS)
def test_a_distribution_survives_json_exactly(some: Distribution) -> None:
    data = json.loads(json.dumps(unstructure(some, Distribution)))
    assert structure(data, Distribution) == some


@given(ATOMS)
def test_the_order_of_samples_does_not_matter(atoms: list[tuple[float, float]]) -> None:
    assert made(atoms) == made(atoms[::-1])


@given(DISTRIBUTIONS, VALUES)
def test_what_is_left_after_a_silence_lies_beyond_it_with_the_odds_unchanged(
    some: Distribution, above: float
) -> None:
    left = some.conditioned(above)
    if left is None:
        assert above >= some.values[-1]
        return
    assert left.values == tuple(value for value in some.values if value > above)
    assert near(left.evidence, some.evidence * (1 - some.cdf(above)), some.evidence)
    for x in left.values:
        expected = (some.cdf(x) - some.cdf(above)) / (1 - some.cdf(above))
        assert math.isclose(left.cdf(x), expected, rel_tol=1e-6, abs_tol=1e-6)


@given(DISTRIBUTIONS, DISTRIBUTIONS, st.floats(1e-3, 1e3))
def test_shrinking_adds_just_so_many_observations_of_the_parent(
    own: Distribution, parent: Distribution, strength: float
) -> None:
    blended = own.blended(parent, strength)
    assert near(blended.evidence, own.evidence + strength)
    share = strength / (own.evidence + strength)
    for x in (*own.values, *parent.values):
        assert near(blended.cdf(x), own.cdf(x) * (1 - share) + parent.cdf(x) * share)


@given(LARGE, st.integers(16, 80))
def test_compressing_keeps_mass_mean_and_range_in_few_values(
    some: Distribution, atoms: int
) -> None:
    small = some.compressed(atoms)
    assert len(small.values) <= max(atoms, 16)
    assert near(small.evidence, some.evidence)
    assert near(small.mean, some.mean)
    assert some.values[0] <= small.values[0]
    assert small.values[-1] <= some.values[-1]


@given(LARGE, st.sampled_from([0.05, 0.1, 0.25, 0.5, 0.75, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99]))
def test_compressing_keeps_the_quantiles_that_are_promised(some: Distribution, p: float) -> None:
    reached = some.cdf(some.compressed().quantile(p))
    allowed = min(0.007, 0.35 * min(p, 1 - p))
    assert abs(reached - p) < allowed + 1 / len(some.values)


@given(st.lists(SMALL, min_size=1, max_size=3))
def test_a_sum_of_small_parts_is_every_combination(parts: list[Distribution]) -> None:
    whole = convolve(parts, atoms=6**3)
    combined = [
        (math.fsum(value for value, _ in drawn), math.prod(weight for _, weight in drawn))
        for drawn in product(*(list(zip(part.values, part.weights, strict=True)) for part in parts))
    ]
    mass = math.fsum(weight for _, weight in combined)
    for x in (value + 1e-6 for value, _ in combined):
        below = math.fsum(weight for value, weight in combined if value <= x - 5e-7)
        above = math.fsum(weight for value, weight in combined if value <= x + 5e-7)
        assert below / mass - 1e-9 <= whole.cdf(x) <= above / mass + 1e-9


@given(st.lists(st.one_of(DISTRIBUTIONS, LARGE), min_size=1, max_size=4), st.randoms())
def test_the_order_of_stages_does_not_matter_at_all(
    parts: list[Distribution], chance: Random
) -> None:
    shuffled = list(parts)
    chance.shuffle(shuffled)
    assert convolve(shuffled) == convolve(parts)


@given(LARGE, LARGE, LARGE, st.sampled_from([0.1, 0.5, 0.8, 0.9, 0.95]))
def test_stages_may_be_summed_in_groups(
    a: Distribution, b: Distribution, c: Distribution, p: float
) -> None:
    left, right = convolve([convolve([a, b]), c]), convolve([a, convolve([b, c])])
    assert abs(left.cdf(right.quantile(p)) - p) < 0.03
    assert near(left.mean, right.mean)


@given(st.lists(st.one_of(DISTRIBUTIONS, LARGE), min_size=1, max_size=4))
def test_the_mean_of_a_sum_is_the_sum_of_the_means(parts: list[Distribution]) -> None:
    whole = convolve(parts)
    scale = sum(max(abs(part.values[0]), abs(part.values[-1])) for part in parts)
    assert near(whole.mean, math.fsum(part.mean for part in parts), scale)
    assert near(whole.evidence, min(part.evidence for part in parts))
    assert len(whole.values) <= 64


@given(DISTRIBUTIONS, st.integers(-1000, 1000))
def test_adding_a_constant_stage_shifts(some: Distribution, by: int) -> None:
    assert convolve([some, Distribution.point(by, 1e9)]).values == some.shifted(by).values


@given(DISTRIBUTIONS, DISTRIBUTIONS, st.floats(0.01, 100))
def test_a_mixture_has_the_probabilities_of_its_parts_by_share(
    one: Distribution, other: Distribution, share: float
) -> None:
    mixed = mixture([(share, one), (1, other)])
    odds = share / (share + 1)
    for x in (*one.values, *other.values):
        assert near(mixed.cdf(x), odds * one.cdf(x) + (1 - odds) * other.cdf(x))
    assert min(one.evidence, other.evidence) * (1 - 1e-9) <= mixed.evidence
    assert mixed.evidence <= (one.evidence + other.evidence) * (1 + 1e-9)


# P50, P80 and P90 of a million sums of draws from three stages: seed 20261102, see `simulated`.
STAGES = ((0.5, 24), (1.0, 6), (1.5, 2))


@cache
def stages() -> tuple[tuple[float, ...], ...]:
    chance = Random(20261102)
    return tuple(
        tuple(unit * value for value in skewed(chance, 6000, spread)) for spread, unit in STAGES
    )


def simulated(draws: int) -> list[float]:
    """Sorted sums of independent draws; the golden figures are its quantiles at 1,000,000."""
    chance = Random(7)
    drawn = [chance.choices(stage, k=draws) for stage in stages()]
    return sorted(map(math.fsum, zip(*drawn, strict=True)))


def coverage(sums: list[float], value: float) -> float:
    return sum(one <= value for one in sums) / len(sums)


GOLDEN = {0.5: 102.906172, 0.8: 153.230441, 0.9: 192.607679}


def test_three_stages_promise_what_a_million_simulated_journeys_keep() -> None:
    whole = convolve([Distribution.of(stage) for stage in stages()])
    for p, value in GOLDEN.items():
        assert abs(whole.cdf(value) - p) < 0.015
        assert math.isclose(whole.quantile(p), value, rel_tol=0.01)


@pytest.mark.parametrize(
    ("draws", "allowed"), [(20_000, 0.02), pytest.param(10**6, 0.01, marks=pytest.mark.slow)]
)
def test_the_share_of_journeys_within_the_promise_is_the_promised_one(
    draws: int, allowed: float
) -> None:
    sums = simulated(draws)
    whole = convolve([Distribution.of(stage) for stage in stages()])
    for p in (0.5, 0.8, 0.9):
        assert abs(coverage(sums, whole.quantile(p)) - p) < allowed


def test_adding_quantiles_would_promise_too_much_time_at_p90() -> None:
    parts = [Distribution.of(stage) for stage in stages()]
    added = sum(part.quantile(0.9) for part in parts)
    assert convolve(parts).cdf(added) > 0.92


def test_whole_days_stay_whole_days() -> None:
    days = [Distribution.of(range(20)), Distribution.of([1, 1, 2]), Distribution.of(range(30))]
    assert all(value.is_integer() for value in convolve(days).values)


def test_a_value_that_occurs_often_is_not_blurred() -> None:
    some = Distribution.of([3.0] * 500 + [3 + place / 100 for place in range(1, 200)])
    small = some.compressed()
    assert small.values[0] == 3.0
    assert small.quantile(0.5) == 3.0
    late = Distribution.of([place / 100 for place in range(200)] + [3.0] * 500)
    assert late.compressed().quantile(0.9) == 3.0


def test_a_bucket_never_ends_within_equal_sums() -> None:
    whole = convolve([Distribution.of(range(64)), Distribution.of(range(64))])
    assert len(set(whole.values)) == len(whole.values) <= 64


def test_equal_samples_are_merged_and_weights_of_nought_left_out() -> None:
    assert Distribution.of([2, 1, 2.0, 9], [1, 1, 2, 0]) == Distribution((1.0, 2.0), (1.0, 3.0))


def test_a_probability_met_up_to_the_noise_of_floats_is_met() -> None:
    tenths = Distribution.of(range(1, 11), [0.1] * 10)
    assert [tenths.quantile(place / 10) for place in range(1, 11)] == list(range(1, 11))


def test_the_bounds_of_probability_give_the_bounds_of_the_values() -> None:
    some = Distribution.of([1, 2, 3])
    assert (some.quantile(0), some.quantile(1)) == (1, 3)
    assert (some.cdf(0.5), some.cdf(-math.inf), some.cdf(math.inf)) == (0, 0, 1)


def test_scaling_by_a_negative_number_turns_the_order_round() -> None:
    some = Distribution.of([1, 2], [1, 3])
    assert some.scaled(-2) == Distribution((-4.0, -2.0), (3.0, 1.0))
    assert some.scaled(0) == Distribution.point(0, 4)


def test_shrinking_with_no_strength_changes_nothing() -> None:
    some = Distribution.of([1, 2])
    assert some.blended(Distribution.point(9), 0) is some


def test_conditioning_below_everything_changes_nothing() -> None:
    some = Distribution.of([1, 2])
    assert some.conditioned(0) is some
    assert some.conditioned(2) is None


def test_a_mixture_ignores_a_part_of_no_share() -> None:
    assert mixture([(0, Distribution.point(1)), (2, Distribution.point(5))]).values == (5.0,)


def test_weights_too_small_for_a_float_are_lost_and_nothing_else() -> None:
    faint = Distribution((1.0, 2.0), (1e-300, 1.0))
    assert convolve([faint, faint], atoms=64).quantile(0.5) == 4.0


NAN = math.nan
SOME = Distribution.of([1, 2])

REFUSED: dict[str, tuple[Callable[[], object], str, str]] = {
    "no samples": (lambda: Distribution.of([]), "Distribution", "samples"),
    "a sample of NaN": (lambda: Distribution.of([1, NAN]), "Distribution", "samples"),
    "an endless sample": (lambda: Distribution.of([math.inf]), "Distribution", "samples"),
    "a negative weight": (lambda: Distribution.of([1], [-1]), "Distribution", "weights"),
    "a weight of NaN": (lambda: Distribution.of([1], [NAN]), "Distribution", "weights"),
    "nothing but weights of nought": (lambda: Distribution.of([1], [0]), "Distribution", "samples"),
    "one weight too few": (lambda: Distribution.of([1, 2], [1]), "Distribution", "weights"),
    "a length of time": (
        lambda: Distribution.of([timedelta(hours=2)]),  # type: ignore[list-item]
        "Distribution",
        "samples",
    ),
    "a length of time, finished": (
        lambda: Distribution.censored([timedelta(hours=2)], []),  # type: ignore[list-item]
        "Distribution",
        "samples",
    ),
    "a text": (lambda: Distribution.of(["2"]), "Distribution", "samples"),  # type: ignore[list-item]
    "no values": (lambda: Distribution((), ()), "Distribution", "values"),
    "one weight too many": (lambda: Distribution((1.0,), (1.0, 1.0)), "Distribution", "weights"),
    "values that fall": (lambda: Distribution((2.0, 1.0), (1.0, 1.0)), "Distribution", "values"),
    "a value of NaN": (lambda: Distribution((NAN,), (1.0,)), "Distribution", "values"),
    "a weight of nought": (lambda: Distribution((1.0,), (0.0,)), "Distribution", "weights"),
    "weights without end": (
        lambda: Distribution((1.0, 2.0), (1e308, 1e308)),
        "Distribution",
        "weights",
    ),
    "a value that is a text": (lambda: Distribution(("1",), (1.0,)), "Distribution", "values"),
    "values that are a text": (lambda: Distribution("1", (1.0,)), "Distribution", "values"),
    "a probability above 1": (lambda: SOME.quantile(1.01), "Distribution", "p"),
    "a negative probability": (lambda: SOME.quantile(-0.01), "Distribution", "p"),
    "a probability of NaN": (lambda: SOME.quantile(NAN), "Distribution", "p"),
    "the chance of NaN": (lambda: SOME.cdf(NAN), "Distribution", "x"),
    "a silence of NaN": (lambda: SOME.conditioned(NAN), "Distribution", "above"),
    "a negative strength": (lambda: SOME.blended(SOME, -1), "Distribution", "strength"),
    "too few atoms": (lambda: SOME.compressed(15), "Distribution", "atoms"),
    "a shift beyond floats": (lambda: SOME.shifted(math.inf), "Distribution", "shifted"),
    "a scale beyond floats": (lambda: SOME.scaled(math.inf), "Distribution", "scaled"),
    "a sum of nothing": (lambda: convolve([]), "convolve", "parts"),
    "a mixture of nothing": (lambda: mixture([]), "mixture", "parts"),
    "a negative share": (lambda: mixture([(-1, SOME), (2, SOME)]), "mixture", "parts"),
    "no share at all": (lambda: mixture([(0, SOME)]), "mixture", "parts"),
}


def test_a_length_of_time_is_named_and_the_unit_asked_for() -> None:
    day: Any = timedelta(days=1)
    with pytest.raises(InvalidValue, match="hours or days") as caught:
        Distribution.of([1.0, day])
    assert caught.value.value == day


def test_whole_and_decimal_numbers_are_read() -> None:
    exact: Any = Decimal("2.5")
    assert Distribution.of([2, exact]).values == (2.0, 2.5)


@pytest.mark.parametrize(("work", "source", "name"), REFUSED.values(), ids=list(REFUSED))
def test_what_cannot_be_is_refused_by_name(
    work: Callable[[], object], source: str, name: str
) -> None:
    with pytest.raises(InvalidValue) as caught:
        work()
    assert (caught.value.source, caught.value.field) == (source, name)
