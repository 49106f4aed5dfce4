"""One order over warehouses, against every possible allocation of small orders."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import product
from typing import Any

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.model.decision import recording
from crossborder.model.ids import SkuId
from crossborder.model.measure import Weight
from crossborder.model.money import Money, total
from crossborder.model.stock import RealStock
from crossborder.replay import replay, to_record
from crossborder.stages.inventory.allocation import Demand, DutyTreatment, Goods, Lane, allocate
from unit.stages.inventory.allocation.build import DAY, NOW, demand, lane, stocked, taken, usd


def spreads(pieces: int, limits: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    return (one for one in product(*(range(limit + 1) for limit in limits)) if sum(one) == pieces)


def cost_of(
    ways: tuple[tuple[int, ...], ...],
    lanes: tuple[Lane, ...],
    sold: tuple[Goods, ...],
    want: Demand,
) -> Decimal:
    cost = Decimal(0)
    for place, one in enumerate(lanes):
        pieces = [way[place] for way in ways]
        if not any(pieces):
            continue
        cost += one.base.amount + (one.handling.amount if one.handling else 0)
        if want.deliver_by is not None and want.late_per_day is not None:
            late = (NOW + one.latest - want.deliver_by) / DAY
            cost += want.late_per_day.amount * max(0, int(-(-late // 1)))
        for count, item in zip(pieces, sold, strict=True):
            cost += count * one.per_kg.amount * item.weight.grams / 1000
            if one.treatment is DutyTreatment.SELLER:
                cost += count * item.value.amount * one.duty_rate
    return cost


def cheapest_of_all(
    want: Demand, stock: tuple[RealStock, ...], lanes: tuple[Lane, ...], sold: tuple[Goods, ...]
) -> Decimal | None:
    ways = []
    for item in sold:
        pieces = sum(line.quantity for line in want.lines if line.sku_id == item.sku_id)
        limits = tuple(
            sum(
                row.free
                for row in stock
                if (row.sku_id, row.warehouse_id) == (item.sku_id, one.warehouse.id)
            )
            for one in lanes
        )
        ways.append(tuple(spreads(pieces, tuple(min(pieces, limit) for limit in limits))))
    costs = [
        cost_of(way, lanes, sold, want)
        for way in product(*ways)
        if want.split_allowed or sum(map(any, zip(*way, strict=True))) == 1
    ]
    return min(costs, default=None)


MONEY = st.sampled_from(["0", "0.5", "1", "2.25", "4", "7.5"])


@st.composite
def asked(draw: st.DrawFn) -> tuple[Demand, tuple[RealStock, ...], tuple[Lane, ...], Any]:
    names = "abcd"[: draw(st.integers(1, 4))]
    skus = "xyz"[: draw(st.integers(1, 3))]
    lanes = tuple(
        lane(
            name,
            draw(MONEY),
            draw(MONEY),
            draw(st.integers(2, 9)),
            handling=draw(st.one_of(st.none(), MONEY.map(usd))),
            duty_rate=Decimal(draw(st.sampled_from(["0", "0.1", "0.25"]))),
            duty=draw(st.sampled_from([None, *DutyTreatment])),
        )
        for name in names
    )
    sold = tuple(
        Goods(SkuId(sku), Weight(draw(st.integers(1, 3)) * 333), usd(draw(MONEY))) for sku in skus
    )
    counts = {sku: tuple(draw(st.integers(0, 3)) for _ in names) for sku in skus}
    lines = [(f"l{sku}", sku, draw(st.integers(1, 3 if len(skus) < 3 else 2))) for sku in skus]
    if draw(st.booleans()):
        lines.append(("again", skus[0], 1))
    want = demand(
        *lines,
        deliver_by=draw(st.one_of(st.none(), st.just(NOW + 4 * DAY))),
        late_per_day=draw(st.one_of(st.none(), MONEY.map(usd))),
        split_allowed=draw(st.integers(0, 4)) > 0,
    )
    return want, stocked(**counts), lanes, sold


@settings(max_examples=500, deadline=None)
@given(asked())
def test_the_cost_is_that_of_the_best_of_all_allocations(one: Any) -> None:
    want, stock, lanes, sold = one
    made = allocate(want, stock, lanes, sold, now=NOW).value
    best = cheapest_of_all(want, stock, lanes, sold)
    assert made.served == (best is not None)
    if best is not None:
        assert made.cost == Money(best, "USD")
        assert made.exact
        assert made.gap == 0
        assert made.short == ()


@settings(deadline=None)
@given(asked())
def test_every_piece_has_one_place_and_none_is_taken_that_is_not_there(one: Any) -> None:
    want, stock, lanes, sold = one
    made = allocate(want, stock, lanes, sold, now=NOW).value
    for line in want.lines:
        got = sum(n for (_, name, sku), n in taken(made).items() if name == line.line_id)
        assert got == (line.quantity if made.served else 0)
    for row in stock:
        used = sum(
            n
            for (name, _, sku), n in taken(made).items()
            if (name, sku) == (row.warehouse_id, row.sku_id)
        )
        assert used <= row.free
    assert made.cost == total((parcel.costs.total for parcel in made.parcels), "USD")
    assert len(made.parcels) <= (9 if want.split_allowed else 1)
    assert bool(made.short) != made.served


@settings(deadline=None)
@given(asked(), st.randoms(use_true_random=False))
def test_the_order_of_the_arguments_does_not_matter(one: Any, chance: Any) -> None:
    want, stock, lanes, sold = one
    parts = [list(want.lines), list(stock), list(lanes), list(sold)]
    for part in parts:
        chance.shuffle(part)
    lines, rows, ways, items = (tuple(part) for part in parts)
    first = allocate(want, stock, lanes, sold, now=NOW)
    again = allocate(evolve(want, lines=lines), rows, ways, items, now=NOW)
    assert again == first


@settings(max_examples=30, deadline=None)
@given(asked())
def test_the_decision_is_made_again_from_its_record(one: Any) -> None:
    want, stock, lanes, sold = one
    with recording():
        made = allocate(want, stock, lanes, sold, now=NOW)
    assert replay(to_record(made)) == evolve(made, inputs=None)
