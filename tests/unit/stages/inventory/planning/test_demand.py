from itertools import pairwise
from math import fsum, inf, isclose, nan
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.predict.quantiles import Distribution
from crossborder.stages.inventory.planning.demand import (
    Cumulative,
    compound_moments,
    cumulative,
    lead_demand,
    probabilities,
    reorder_level,
)
from unit.stages.inventory.planning.golden import cases

MEAN = st.floats(0, 60)
DISPERSION = st.floats(1, 6)
LEADS = st.dictionaries(st.integers(0, 9), st.integers(1, 5), min_size=1, max_size=4).map(
    lambda days: Distribution(
        tuple(float(day) for day in sorted(days)), tuple(float(days[day]) for day in sorted(days))
    )
)


@pytest.mark.parametrize(("inputs", "answer"), cases("negative_binomial") + cases("poisson"))
def test_the_law_is_scipys(inputs: dict[str, Any], answer: list[float]) -> None:
    law = Cumulative(inputs["mean"], inputs.get("dispersion", 1.0))
    for pieces, p in zip(inputs["at"], answer, strict=True):
        assert isclose(law.at(pieces), p, rel_tol=1e-9)


@given(st.one_of(MEAN, st.floats(500, 4000)), DISPERSION)
def test_the_law_has_its_mean_and_its_variance(mean: float, dispersion: float) -> None:
    law = probabilities(mean, dispersion)
    assert isclose(fsum(law), 1, rel_tol=1e-9)
    found = fsum(k * p for k, p in enumerate(law))
    spread = fsum((k - found) ** 2 * p for k, p in enumerate(law))
    assert isclose(found, mean, rel_tol=1e-8, abs_tol=1e-8)
    assert isclose(spread, mean * dispersion, rel_tol=1e-6, abs_tol=1e-6)


@given(MEAN, MEAN, st.floats(1.01, 4))
@settings(max_examples=20)
def test_two_spans_of_one_dispersion_add_up_to_the_law_of_the_whole(
    one: float, other: float, dispersion: float
) -> None:
    left, right = probabilities(one, dispersion), probabilities(other, dispersion)
    whole = probabilities(one + other, dispersion)
    for k in range(0, len(whole), 7):
        summed = fsum(
            left[j] * right[k - j] for j in range(k + 1) if j < len(left) and k - j < len(right)
        )
        assert isclose(summed, whole[k], rel_tol=1e-6, abs_tol=1e-12)


@given(st.one_of(MEAN, st.floats(600, 900)), DISPERSION, st.lists(st.integers(0, 1200)))
def test_the_law_is_the_same_however_it_is_asked_for(
    mean: float, dispersion: float, asked: list[int]
) -> None:
    start, table = cumulative(mean, dispersion)
    law = Cumulative(mean, dispersion)
    for pieces in asked:
        place = pieces - start
        expected = 0.0 if place < 0 else table[place] if place < len(table) else 1.0
        assert law.at(pieces) == expected


@given(st.one_of(MEAN, st.floats(600, 900)), DISPERSION, st.floats(0.001, 0.9999))
def test_a_quantile_is_the_fewest_pieces_that_keep_the_probability(
    mean: float, dispersion: float, p: float
) -> None:
    law = Cumulative(mean, dispersion)
    found = law.quantile(p)
    assert law.at(found) >= p
    assert found == 0 or law.at(found - 1) < p


def test_a_law_longer_than_the_kept_inverses_goes_on() -> None:
    start, table = cumulative(590.0, 40.0)
    assert start == 0
    assert len(table) > 2048
    assert isclose(table[-1], 1, rel_tol=1e-9)
    assert all(later >= earlier for earlier, later in pairwise(table))


def test_a_rounded_sum_that_never_reaches_certainty_ends_all_the_same() -> None:
    law = Cumulative(30.0, 1.0)
    assert law.at(10**7) == 1.0
    assert law.quantile(1.0) < 200


@given(st.floats(0, 5), DISPERSION, LEADS)
def test_demand_in_a_random_time_has_walds_moments(
    mean: float, dispersion: float, lead: Distribution
) -> None:
    law = lead_demand(mean, dispersion, lead)
    found = fsum(k * p for k, p in enumerate(law))
    spread = fsum((k - found) ** 2 * p for k, p in enumerate(law))
    expected = compound_moments(mean, dispersion, lead)
    assert isclose(found, expected[0], rel_tol=1e-8, abs_tol=1e-8)
    assert isclose(spread, expected[1], rel_tol=1e-5, abs_tol=1e-6)


@given(st.floats(0, 5), DISPERSION, LEADS, st.floats(0.5, 0.999), st.integers(0, 10))
def test_the_reorder_level_is_the_fewest_pieces_that_keep_the_service(
    mean: float, dispersion: float, lead: Distribution, service: float, review: int
) -> None:
    level = reorder_level(mean, dispersion, lead, service, review=review)

    def kept(pieces: int) -> float:
        return sum(
            w / lead.evidence * Cumulative(mean * (v + review), dispersion).at(pieces)
            for v, w in zip(lead.values, lead.weights, strict=True)
        )

    assert kept(level) >= service - 1e-12
    assert level == 0 or kept(level - 1) < service + 1e-12


def test_an_uncertain_lead_time_needs_more_than_its_mean() -> None:
    sure, spread = Distribution.point(20), Distribution((10.0, 30.0), (1.0, 1.0))
    assert reorder_level(2.0, 1.0, sure, 0.95) < reorder_level(2.0, 1.0, spread, 0.95)


@pytest.mark.parametrize("bad", [-1.0, nan, inf])
def test_a_mean_that_cannot_be_is_refused(bad: float) -> None:
    with pytest.raises(InvalidValue) as caught:
        probabilities(bad)
    assert caught.value.field == "mean"


@pytest.mark.parametrize("bad", [0.5, nan, inf])
def test_a_dispersion_below_poisson_is_refused(bad: float) -> None:
    with pytest.raises(InvalidValue) as caught:
        compound_moments(1.0, bad, Distribution.point(1))
    assert caught.value.field == "dispersion"


def test_a_negative_lead_time_is_refused() -> None:
    with pytest.raises(InvalidValue) as caught:
        lead_demand(1.0, 1.0, Distribution((-1.0, 2.0), (1.0, 1.0)))
    assert caught.value.field == "lead"


@pytest.mark.parametrize("bad", [0.0, 1.0, nan])
def test_a_service_that_cannot_be_is_refused(bad: float) -> None:
    with pytest.raises(InvalidValue) as caught:
        reorder_level(1.0, 1.0, Distribution.point(1), bad)
    assert caught.value.field == "service"
