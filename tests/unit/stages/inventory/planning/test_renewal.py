from math import inf, isclose, nan
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.stages.inventory.planning.demand import probabilities
from crossborder.stages.inventory.planning.newsvendor import newsvendor_discrete
from crossborder.stages.inventory.planning.renewal import levels_cost, order_levels
from unit.stages.inventory.planning.golden import cases

COSTS = st.fixed_dictionaries(
    {
        "fixed": st.floats(0, 40),
        "holding": st.floats(0.2, 3),
        "shortage": st.floats(1, 20),
    }
)
LAWS = (
    st.lists(st.integers(0, 9), min_size=2, max_size=7)
    .filter(lambda parts: any(parts[1:]))
    .map(lambda parts: [part / sum(parts) for part in parts])
)


def told(found: tuple[int, int, float], answer: list[float]) -> None:
    assert [type(part) for part in found[:2]] == [int, int]
    assert [float(part) for part in found[:2]] == answer[:2]
    assert isclose(found[2], answer[2], rel_tol=1e-9)


@pytest.mark.parametrize(("inputs", "answer"), cases("order_levels_poisson"))
def test_the_levels_for_poisson_demand_are_stockpyls(
    inputs: dict[str, Any], answer: list[float]
) -> None:
    law = probabilities(inputs.pop("mean"))
    told(order_levels(law, **inputs), answer)


@pytest.mark.parametrize(("inputs", "answer"), cases("order_levels_discrete"))
def test_the_levels_for_any_discrete_demand_are_stockpyls(
    inputs: dict[str, Any], answer: list[float]
) -> None:
    told(order_levels(inputs.pop("weights"), **inputs), answer)


@pytest.mark.parametrize(("inputs", "answer"), cases("levels_cost"))
def test_the_cost_of_a_pair_is_stockpyls(inputs: dict[str, Any], answer: list[float]) -> None:
    low, top = inputs.pop("levels")
    found = levels_cost(inputs.pop("weights"), (low, top), **inputs)
    assert isclose(found, answer[0], rel_tol=1e-9)


@given(LAWS, COSTS)
@settings(max_examples=30, deadline=None)
def test_no_other_pair_costs_less(law: list[float], costs: dict[str, Any]) -> None:
    found = order_levels(law, **costs)
    assert isclose(levels_cost(law, found[:2], **costs), found.cost, rel_tol=1e-9, abs_tol=1e-9)
    for low in range(found.point - 4, found.point + 5):
        for top in range(low + 1, found.up_to + 6):
            assert levels_cost(law, (low, top), **costs) >= found.cost - 1e-9


@given(LAWS, COSTS)
def test_an_order_that_costs_nothing_keeps_a_base_stock(
    law: list[float], costs: dict[str, Any]
) -> None:
    costs["fixed"] = 0.0
    base = newsvendor_discrete(holding=costs["holding"], shortage=costs["shortage"], weights=law)
    assert isclose(order_levels(law, **costs).cost, base.cost, rel_tol=1e-9, abs_tol=1e-9)


def test_a_lead_time_raises_both_levels() -> None:
    law = probabilities(4.0)
    costs: dict[str, Any] = {"fixed": 20.0, "holding": 1.0, "shortage": 9.0}
    short = order_levels(law, **costs)
    long = order_levels(law, cover=probabilities(4.0 * 4), **costs)
    assert long.point > short.point
    assert long.up_to > short.up_to
    assert long.cost > short.cost


@pytest.mark.parametrize("name", ["fixed", "holding", "shortage"])
@pytest.mark.parametrize("bad", [-1.0, nan, inf])
def test_a_cost_that_cannot_be_is_refused(name: str, bad: float) -> None:
    costs: dict[str, Any] = {"fixed": 1.0, "holding": 1.0, "shortage": 1.0, name: bad}
    with pytest.raises(InvalidValue) as caught:
        order_levels([0.5, 0.5], **costs)
    assert caught.value.field == name


@pytest.mark.parametrize("law", [[], [0.5], [1.5, -0.5], [1.0], [1.0, 0.0], [nan, 1.0]])
def test_a_law_without_demand_is_refused(law: list[float]) -> None:
    with pytest.raises(InvalidValue) as caught:
        order_levels(law, fixed=1.0, holding=1.0, shortage=1.0)
    assert caught.value.field == "weights"


def test_a_cover_that_is_no_law_is_refused() -> None:
    with pytest.raises(InvalidValue) as caught:
        order_levels([0.5, 0.5], fixed=1.0, holding=1.0, shortage=1.0, cover=[0.2])
    assert caught.value.field == "cover"


def test_levels_that_do_not_rise_are_refused() -> None:
    with pytest.raises(InvalidValue) as caught:
        levels_cost([0.5, 0.5], (3, 3), fixed=1.0, holding=1.0, shortage=1.0)
    assert caught.value.field == "levels"
