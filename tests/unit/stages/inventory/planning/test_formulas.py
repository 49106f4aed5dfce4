from math import inf, isclose, nan, sqrt
from statistics import NormalDist
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.stages.inventory.planning.demand import probabilities
from crossborder.stages.inventory.planning.formulas import (
    continuous_review,
    cycle_service,
    economic_lot,
    fill_rate,
    normal_shortfall,
)
from crossborder.stages.inventory.planning.newsvendor import (
    newsvendor_discrete,
    newsvendor_margin,
    newsvendor_normal,
    newsvendor_poisson,
)
from unit.stages.inventory.planning.golden import cases

COST = st.floats(0.01, 100)


def close(found: Any, expected: list[float]) -> None:
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert isclose(one, other, rel_tol=1e-9), (found, expected)


@pytest.mark.parametrize(("inputs", "answer"), cases("eoq"))
def test_the_lot_is_stockpyls(inputs: dict[str, float], answer: list[float]) -> None:
    close(economic_lot(**inputs)[:2], answer)


@pytest.mark.parametrize(("inputs", "answer"), cases("eoq_backorders"))
def test_the_lot_where_buyers_wait_is_stockpyls(
    inputs: dict[str, float], answer: list[float]
) -> None:
    close(economic_lot(**inputs), answer)


@pytest.mark.parametrize(("inputs", "answer"), cases("newsvendor_normal"))
def test_the_level_for_normal_demand_is_stockpyls(
    inputs: dict[str, float], answer: list[float]
) -> None:
    close(newsvendor_normal(**inputs), answer)


@pytest.mark.parametrize(("inputs", "answer"), cases("newsvendor_margin"))
def test_the_level_from_prices_is_stockpyls(inputs: dict[str, float], answer: list[float]) -> None:
    close(newsvendor_margin(**inputs), answer)


@pytest.mark.parametrize(("inputs", "answer"), cases("newsvendor_poisson"))
def test_the_level_for_poisson_demand_is_stockpyls(
    inputs: dict[str, float], answer: list[float]
) -> None:
    found = newsvendor_poisson(**inputs)
    assert type(found.level) is int
    assert found.level == answer[0]
    close(found, answer)


@pytest.mark.parametrize(("inputs", "answer"), cases("newsvendor_discrete"))
def test_the_level_for_any_discrete_demand_is_stockpyls(
    inputs: dict[str, Any], answer: list[float]
) -> None:
    found = newsvendor_discrete(**inputs)
    assert found.level == answer[0]
    close(found, answer)


@pytest.mark.parametrize(("inputs", "answer"), cases("continuous_review"))
def test_the_reorder_point_and_lot_are_stockpyls(
    inputs: dict[str, float], answer: list[float]
) -> None:
    close(continuous_review(**inputs), answer)


@given(COST, COST, st.floats(0.1, 1e5))
def test_no_other_lot_costs_less(fixed: float, holding: float, demand: float) -> None:
    lot = economic_lot(fixed=fixed, holding=holding, demand=demand)
    for factor in (0.5, 0.9, 0.99, 1.01, 1.1, 2):
        other = lot.quantity * factor
        assert fixed * demand / other + holding * other / 2 >= lot.cost * (1 - 1e-12)


@given(COST, COST, st.floats(0.1, 40))
def test_no_other_level_costs_less_for_poisson_demand(
    holding: float, shortage: float, mean: float
) -> None:
    law = probabilities(mean)

    def cost(level: int) -> float:
        return sum(
            p * (holding * max(0, level - k) + shortage * max(0, k - level))
            for k, p in enumerate(law)
        )

    found = newsvendor_poisson(holding=holding, shortage=shortage, mean=mean)
    level = int(found.level)
    assert isclose(cost(level), found.cost, rel_tol=1e-8, abs_tol=1e-9)
    around = [cost(other) for other in range(max(0, level - 3), level + 4)]
    assert found.cost <= min(around) * (1 + 1e-8) + 1e-9


@given(COST, COST, st.floats(501, 5000))
def test_the_poisson_level_for_many_pieces_is_where_the_normal_one_is(
    holding: float, shortage: float, mean: float
) -> None:
    exact = newsvendor_poisson(holding=holding, shortage=shortage, mean=mean)
    near = newsvendor_normal(holding=holding, shortage=shortage, mean=mean, sd=sqrt(mean))
    assert abs(exact.level - near.level) <= 4


@pytest.mark.parametrize("mean", [2, 30, 400])
def test_a_poisson_ratio_beyond_what_floats_tell_apart_still_ends(mean: int) -> None:
    assert (
        newsvendor_poisson(holding=1e-18, shortage=1, mean=mean).level < mean + 10 * mean**0.5 + 10
    )


def test_a_ratio_on_a_step_of_the_law_is_not_missed_by_rounding() -> None:
    assert newsvendor_discrete(holding=7, shortage=3, weights=[0.1, 0.1, 0.1, 0.7]).level == 2


def test_no_demand_needs_nothing() -> None:
    assert newsvendor_poisson(holding=1, shortage=9, mean=0) == (0, 0)
    assert economic_lot(fixed=4, holding=1, demand=0) == (0, 0, 0)


@given(st.floats(-4, 4))
def test_the_shortfall_of_a_normal_is_its_integral(z: float) -> None:
    tail = NormalDist().cdf
    step = 0.001
    summed = sum((1 - tail(z + (i + 0.5) * step)) * step for i in range(int((8 - z) / step)))
    assert isclose(normal_shortfall(z), summed, rel_tol=1e-4, abs_tol=1e-9)


@given(st.floats(0, 500), st.floats(0, 500), st.floats(1, 50))
def test_more_stock_serves_more(one: float, more: float, sd: float) -> None:
    low, high = sorted((one, one + more))
    assert cycle_service(level=low, mean=100, sd=sd) <= cycle_service(level=high, mean=100, sd=sd)
    fill = [fill_rate(level=level, lot=80, mean=100, sd=sd) for level in (low, high)]
    assert fill[0] <= fill[1] + 1e-12
    assert fill[1] <= 1


def test_a_lot_that_is_dearer_to_hold_than_stock_outs_has_no_reorder_point() -> None:
    with pytest.raises(InvalidValue, match="being out of stock would be cheaper") as caught:
        continuous_review(fixed=1000, holding=50, shortage=0.1, mean=10, sd=2, lead=1)
    assert caught.value.field == "holding"


@pytest.mark.parametrize("bad", [-1.0, nan, inf])
@pytest.mark.parametrize(
    ("formula", "good"),
    [
        (economic_lot, {"fixed": 1, "holding": 1, "demand": 1, "shortage": 1}),
        (newsvendor_normal, {"holding": 1, "shortage": 1, "mean": 1, "sd": 1, "lead": 1}),
        (newsvendor_poisson, {"holding": 1, "shortage": 1, "mean": 1}),
        (
            continuous_review,
            {"fixed": 1, "holding": 1, "shortage": 9, "mean": 9, "sd": 1, "lead": 1},
        ),
        (fill_rate, {"lot": 1, "sd": 1, "mean": 1}),
        (cycle_service, {"sd": 1, "mean": 1}),
    ],
)
def test_what_cannot_be_is_refused_by_name(formula: Any, good: dict[str, Any], bad: float) -> None:
    level = {"level": 1.0} if formula in (fill_rate, cycle_service) else {}
    for name in good:
        with pytest.raises(InvalidValue) as caught:
            formula(**{**good, **level, name: bad})
        assert (caught.value.field, caught.value.source) == (name, formula.__name__)


@pytest.mark.parametrize("weights", [[], [0.0], [0.5, -0.5, 1.0], [nan]])
def test_weights_that_are_none_are_refused(weights: list[float]) -> None:
    with pytest.raises(InvalidValue) as caught:
        newsvendor_discrete(holding=1, shortage=1, weights=weights)
    assert caught.value.field == "weights"


def test_prices_without_loss_are_refused() -> None:
    with pytest.raises(InvalidValue):
        newsvendor_margin(price=10, cost=5, salvage=5, mean=10, sd=1)
