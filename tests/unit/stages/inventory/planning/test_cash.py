import json
from datetime import timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import CurrencyMismatch, InvalidValue
from crossborder.model.decision import Decision, recording
from crossborder.model.ids import SkuId, WarehouseId
from crossborder.model.money import Money
from crossborder.replay import replay, to_record
from crossborder.stages.inventory.planning import CashPlan, ReorderProposal, propose, within_cash
from unit.stages.inventory.planning.stuff import NOW, item, usd

NIL = Decimal(0)


def proposal(cost: int, benefit: int, name: str = "s", quantity: int = 1) -> ReorderProposal:
    return ReorderProposal(
        *(SkuId(name), WarehouseId("DE"), quantity, 1, NOW + timedelta(0), NIL, NIL, NIL, NIL),
        Money(cost, "USD"),
        Money(benefit, "USD"),
    )


def planned(proposals: list[ReorderProposal], cap: int) -> CashPlan:
    return within_cash(tuple(proposals), cap=Money(cap, "USD")).value


PROPOSALS = st.lists(st.builds(proposal, st.integers(0, 40), st.integers(0, 60)), max_size=8)


@given(PROPOSALS, st.integers(0, 120))
def test_at_least_half_of_the_best_choice_is_reached_and_the_bound_holds(
    proposals: list[ReorderProposal], cap: int
) -> None:
    plan = planned(proposals, cap)
    best = Decimal(0)
    for count in range(len(proposals) + 1):
        for chosen in combinations(proposals, count):
            cost = sum(one.cost.amount for one in chosen if one.cost)
            benefit = sum((one.benefit.amount for one in chosen if one.benefit), NIL)
            if cost <= cap:
                best = max(best, benefit)
    assert plan.benefit.amount <= best <= plan.bound.amount
    assert plan.benefit.amount * 2 >= plan.bound.amount
    assert plan.spent.amount <= cap
    assert plan.spent == sum((one.cost for one in plan.chosen if one.cost), Money("0", "USD"))


def test_with_cash_for_all_everything_is_placed_and_the_bound_is_met() -> None:
    proposals = [proposal(10, 5, "a"), proposal(20, 30, "b"), proposal(0, 1, "c")]
    plan = planned(proposals, 30)
    assert plan.chosen == tuple(proposals)
    assert plan.left == ()
    assert plan.benefit == plan.bound == Money("36", "USD")


def test_one_large_proposal_is_preferred_to_a_small_one_that_blocks_it() -> None:
    plan = planned([proposal(1, 2, "small"), proposal(100, 100, "large")], 100)
    assert [one.sku_id for one in plan.chosen] == ["large"]
    assert [one.sku_id for one in plan.left] == ["small"]


def test_what_no_longer_fits_is_passed_over() -> None:
    plan = planned([proposal(6, 60, "a"), proposal(6, 50, "b"), proposal(3, 20, "c")], 10)
    assert [one.sku_id for one in plan.chosen] == ["a", "c"]


def test_proposals_for_nothing_do_not_count() -> None:
    plan = planned([evolve(proposal(0, 0, quantity=0), cost=None)], 10)
    assert (plan.chosen, plan.left) == ((), ())


def test_proposals_made_by_the_rule_can_be_chosen_from() -> None:
    made = tuple(
        propose(
            item(sku_id=SkuId(f"s{i}"), on_hand=0, unit_cost=usd(10), shortage_cost=usd(i)),
            now=NOW,
        ).value
        for i in range(1, 5)
    )
    plan = within_cash(made, cap=Money("1000", "USD")).value
    assert [one.sku_id for one in plan.chosen] == ["s3", "s4"]


def test_the_choice_is_made_again_from_its_record() -> None:
    with recording():
        first: Decision[Any] = within_cash((proposal(6, 60), proposal(6, 50)), cap=usd(10))
    assert replay(json.dumps(to_record(first))) == evolve(first, inputs=None)


@pytest.mark.parametrize("name", ["cost", "benefit"])
def test_a_proposal_without_figures_is_refused_by_its_place(name: str) -> None:
    changes: dict[str, Any] = {name: None}
    blind = evolve(proposal(1, 1), **changes)
    with pytest.raises(InvalidValue) as caught:
        planned([proposal(1, 1), blind], 10)
    assert caught.value.field == f"proposals.1.{name}"


def test_another_currency_is_refused() -> None:
    with pytest.raises(CurrencyMismatch):
        within_cash((proposal(1, 1),), cap=Money("1", "EUR"))


def test_a_negative_cap_is_refused() -> None:
    with pytest.raises(InvalidValue) as caught:
        planned([], -1)
    assert caught.value.field == "cap"
