"""Orders with many warehouses: what is proven, against sets tried one by one and a solver."""

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.stages.inventory.allocation.batch import Batch
from crossborder.stages.inventory.allocation.bound import relaxed, search, settle
from crossborder.stages.inventory.allocation.core import (
    EXACT_UP_TO,
    Need,
    Plan,
    cheapest,
    deal,
    need,
    plan,
    priced,
)
from crossborder.stages.inventory.allocation.repair import improve

GOLDEN = Path(__file__).parents[4] / "golden" / "allocation.json"
MADE = json.loads(GOLDEN.read_text(encoding="utf-8"))["large"]

Order = tuple[Plan, list[Need]]


@st.composite
def orders(draw: st.DrawFn, houses: int = 5) -> Order:
    count = draw(st.integers(1, houses))
    terms = plan(tuple(draw(st.one_of(st.integers(0, 30), st.none())) for _ in range(count)))
    needs = [
        need(
            [draw(st.integers(0, 4)) for _ in range(count)],
            tuple(draw(st.integers(0, 9)) for _ in range(count)),
            draw(st.integers(1, 5)),
            terms.reach,
        )
        for _ in range(draw(st.integers(1, 3)))
    ]
    return terms, needs


def every_set(order: Order) -> int | None:
    """The least cost over every set of houses."""
    terms, needs = order
    best = None
    for size in range(1, len(terms.reach) + 1):
        for houses in combinations(terms.reach, size):
            mask = sum(1 << house for house in houses)
            found = priced(needs, mask, sum(terms.fixed[house] for house in houses))
            if found is not None and (best is None or found < best):
                best = found
    return best


@settings(max_examples=300, deadline=None)
@given(orders(), st.sampled_from([0, 1, 5, 600]))
def test_the_search_is_between_its_bound_and_meets_it_when_it_may_look_far(
    order: Order, nodes: int
) -> None:
    best = every_set(order)
    found = search(order[1], order[0], nodes=nodes)
    assert (found is None) == (best is None)
    if found is not None and best is not None:
        cost, mask, bound = found
        assert bound <= best <= cost
        assert nodes < 600 or bound == best == cost
        fixed = sum(order[0].fixed[house] for house in order[0].reach if mask >> house & 1)
        assert priced(order[1], mask, fixed) == cost


@settings(deadline=None)
@given(orders())
def test_few_warehouses_are_settled_exactly(order: Order) -> None:
    found = settle(order[1], order[0])
    best = every_set(order)
    assert (None if found is None else (found[0], found[2])) == (
        None if best is None else (best, best)
    )


@settings(deadline=None)
@given(orders())
def test_the_relaxation_is_never_above_the_best(order: Order) -> None:
    best = every_set(order)
    if best is not None:
        for guess in (best, best * 2 + 1):
            value, worth = relaxed(order[1], order[0], guess)
            assert value <= best * 1024
            assert set(worth) == set(order[0].reach)


@settings(deadline=None)
@given(orders())
def test_what_is_dealt_is_the_quantity_and_comes_from_the_opened_houses(order: Order) -> None:
    found = cheapest(order[1], order[0])
    if found is not None:
        for (free, _, pieces, _, _), takes in zip(order[1], deal(order[1], found[1]), strict=True):
            assert sum(count for _, count in takes) == pieces
            assert all(found[1] >> house & 1 and 0 < count <= free[house] for house, count in takes)


def large(made: dict[str, Any]) -> Order:
    terms = plan(tuple(made["parcel"]))
    rows = [
        need(list(free), tuple(price), pieces, terms.reach) for pieces, price, free in made["rows"]
    ]
    return terms, rows


@pytest.fixture(scope="module")
def settled() -> dict[str, tuple[int, int]]:
    found = {}
    for made in MADE:
        terms, needs = large(made)
        one = settle(needs, terms)
        assert one is not None
        found[made["name"]] = one[0], one[2]
    return found


@pytest.mark.parametrize("made", MADE, ids=[made["name"] for made in MADE])
def test_a_large_order_is_within_a_hundredth_of_the_best_and_its_bound_is_true(
    made: dict[str, Any], settled: dict[str, tuple[int, int]]
) -> None:
    cost, bound = settled[made["name"]]
    assert bound <= made["cost"] <= cost <= made["cost"] * 1.01
    assert bound >= made["relaxed"] * 0.99


def test_the_bound_of_large_orders_is_near_what_they_cost(
    settled: dict[str, tuple[int, int]],
) -> None:
    gaps = [cost / bound - 1 for cost, bound in settled.values()]
    assert sum(gaps) / len(gaps) <= 0.03


def test_warehouses_without_a_wanted_piece_do_not_make_an_order_large() -> None:
    count = EXACT_UP_TO + 5
    terms = plan((500,) * count)
    free = [0] * count
    free[3] = free[7] = 2
    assert settle([need(free, (1,) * count, 3, terms.reach)], terms) == (1003, 0b10001000, 1003)


def test_a_batch_over_many_warehouses_is_bounded_too() -> None:
    made = MADE[0]
    terms, _ = large(made)
    cells = [(row, tuple(price), terms.reach) for row, (_, price, _) in enumerate(made["rows"])]
    asked = [(cell, max(1, made["rows"][cell][0] // 3)) for cell in range(len(cells))]
    batch = Batch([free for _, _, free in made["rows"]], cells, [(terms, asked, True)] * 3)
    assert len(batch.served) == 3
    first = sum(batch.cost)
    improve(batch, 3, 1)
    assert batch.bound <= sum(batch.cost) <= first
    assert min(min(row) for row in batch.free) >= 0
