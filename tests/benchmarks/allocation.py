"""Orders over warehouses: how fast, and how near to the cheapest.

Prints one `name value` a line. Rates are of one process on one core, ratios of the same run; gaps
are to the best that a solver found in 60 seconds for each stored world (`tests/golden`).
"""

import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

from crossborder.model.ids import OrderId, SkuId, WarehouseId
from crossborder.model.measure import Weight
from crossborder.model.money import Price
from crossborder.model.stock import RealStock, Warehouse, WarehouseKind
from crossborder.stages.inventory.allocation import (
    Demand,
    DemandLine,
    Goods,
    Lane,
    allocate,
    allocate_all,
)
from crossborder.stages.inventory.allocation.batch import Batch
from crossborder.stages.inventory.allocation.bound import settle
from crossborder.stages.inventory.allocation.core import Plan, cheapest, deal, need, plan, ranked
from crossborder.stages.inventory.allocation.repair import improve

GOLDEN = Path(__file__).parents[1] / "golden" / "allocation.json"
HOUSES, SKUS, ZONES = 6, 2000, 200
NOW = datetime(2026, 11, 2, tzinfo=UTC)
DAY = timedelta(days=1)

Row: TypeAlias = tuple[list[int], tuple[int, ...], int, int, tuple[int, ...]]
Choice: TypeAlias = Callable[[list[Row], Plan], list[list[tuple[int, int]]]]


def world(count: int, skus: int, percent: int = 115) -> tuple[Any, Any, Any]:
    """Parcel prices by zone, stock by SKU, and orders of 1 to 5 lines."""
    chance = Random(f"{count}/{percent}")
    parcels = [tuple(500 + chance.randrange(10, 300) for _ in range(HOUSES)) for _ in range(ZONES)]
    orders, wanted = [], [0] * skus
    for _ in range(count):
        lines = [
            (sku, chance.choice((1, 1, 1, 2)))
            for sku in chance.sample(range(skus), chance.randrange(1, 6))
        ]
        for sku, pieces in lines:
            wanted[sku] += pieces
        orders.append((chance.randrange(ZONES), lines))
    stock = []
    for total in wanted:
        share = [chance.random() if chance.random() < 0.75 else 0.0 for _ in range(HOUSES)]
        share[chance.randrange(HOUSES)] += 0.5
        whole = sum(share)
        stock.append([-int(-total * percent * part // (100 * whole)) for part in share])
    return parcels, stock, orders


def nearest(needs: list[Row], terms: Plan) -> list[list[tuple[int, int]]]:
    """Each SKU by itself from the cheapest houses that have it."""
    order = sorted(terms.reach, key=terms.fixed.__getitem__)
    dealt = []
    for free, _, left, _, _ in needs:
        takes = []
        for house in order:
            if left and free[house]:
                pieces = min(left, free[house])
                takes.append((house, pieces))
                left -= pieces
        dealt.append(takes)
    return dealt


def exact(needs: list[Row], terms: Plan) -> list[list[tuple[int, int]]]:
    """The order's cheapest allocation."""
    found = cheapest(needs, terms)
    return deal(needs, found[1]) if found is not None else []


def serve(made: tuple[Any, Any, Any], choose: Choice) -> tuple[float, float, float, float]:
    """Orders a second, the 99th percentile in us, parcels and cost of an order."""
    parcels, stock, orders = made
    plans = [plan(prices) for prices in parcels]
    free = [list(row) for row in stock]
    price = (0,) * HOUSES
    reach = ranked(price, range(HOUSES))
    times, opened, cost = [], 0, 0
    clock = time.perf_counter
    for zone, lines in orders:
        start = clock()
        needs = [(free[sku], price, pieces, 0, reach) for sku, pieces in lines]
        dealt = choose(needs, plans[zone])
        for one, takes in zip(needs, dealt, strict=True):
            row = one[0]
            for house, pieces in takes:
                row[house] -= pieces
        times.append(clock() - start)
        houses = {house for takes in dealt for house, _ in takes}
        opened += len(houses)
        cost += sum(plans[zone].fixed[house] for house in houses)
    count = len(orders)
    return (
        count / sum(times),
        sorted(times)[count * 99 // 100] * 1e6,
        opened / count,
        cost / count,
    )


def batch_of(parcels: Any, pieces: Any, stock: Any, orders: Any) -> Batch:
    plans = [plan(tuple(prices)) for prices in parcels]
    reach = tuple(range(HOUSES))
    cells = [(row, tuple(price), reach) for row, price in enumerate(pieces)]
    asked = [(plans[zone], [(sku, count) for sku, count in lines], True) for zone, lines in orders]
    return Batch(stock, cells, asked)


def gaps(rounds: int) -> None:
    """Batch cost over the solver's, by kind of world; and orders a second."""
    groups: dict[str, list[float]] = {}
    orders, seconds = 0, 0.0
    for made in json.loads(GOLDEN.read_text(encoding="utf-8"))["worlds"]:
        start = time.process_time()
        batch = batch_of(made["parcel"], made["piece"], made["stock"], made["orders"])
        improve(batch, rounds, 1)
        seconds += time.process_time() - start
        orders += len(made["orders"])
        kind = "_".join(made["name"].split("-")[:2])
        groups.setdefault(kind, []).append(sum(batch.cost) / made["cost"] - 1)
    for kind, found in groups.items():
        print(f"batch_gap_percent_{kind}_rounds_{rounds} {statistics.mean(found) * 100:.2f}")
    print(f"batch_orders_per_s_rounds_{rounds} {orders / seconds:.0f}")


def scaling() -> None:
    """Batches of growing size: rate, and the cost over the proven bound."""
    for count in (200, 1000, 5000):
        parcels, stock, orders = world(count, count // 5)
        start = time.process_time()
        batch = batch_of(parcels, [(0,) * HOUSES] * (count // 5), stock, orders)
        first = time.process_time() - start
        improve(batch, 20, 1)
        whole = time.process_time() - start
        above = (sum(batch.cost) / batch.bound - 1) * 100
        print(f"first_come_orders_per_s_{count} {count / first:.0f}")
        print(f"improved_orders_per_s_{count} {count / whole:.0f}")
        print(f"improved_percent_above_bound_{count} {above:.2f}")


def many_houses() -> None:
    """Large single orders: milliseconds, cost over the solver's, and over our own bound."""
    groups: dict[str, list[tuple[float, float, float]]] = {}
    for made in json.loads(GOLDEN.read_text(encoding="utf-8"))["large"]:
        terms = plan(tuple(made["parcel"]))
        needs = [
            need(free, tuple(price), pieces, terms.reach) for pieces, price, free in made["rows"]
        ]
        start = time.process_time()
        found = settle(needs, terms)
        spent = time.process_time() - start
        assert found is not None
        row = spent * 1000, (found[0] / made["cost"] - 1) * 100, (found[0] / found[2] - 1) * 100
        groups.setdefault("_".join(made["name"].split("-")[:2]), []).append(row)
    for kind, rows in groups.items():
        spent, over, above = (statistics.mean(column) for column in zip(*rows, strict=True))
        print(f"large_{kind}_ms {spent:.1f}")
        print(f"large_{kind}_percent_over_optimum {over:.2f}")
        print(f"large_{kind}_percent_above_bound {above:.2f}")


def values() -> None:
    """The decisions themselves, with values in and out: orders a second."""
    parcels, stock, orders = world(200, 40)
    houses = [
        Warehouse(WarehouseId(f"w{place}"), "w", WarehouseKind.OVERSEAS, "US")
        for place in range(HOUSES)
    ]
    none = Price("0", "USD")
    lanes = tuple(
        Lane(houses[place], f"z{zone}", Price.from_minor(price, "USD"), none, DAY, 3 * DAY)
        for zone, prices in enumerate(parcels)
        for place, price in enumerate(prices)
    )
    goods = tuple(Goods(SkuId(f"s{sku}"), Weight(100), none) for sku in range(40))
    rows = tuple(
        RealStock(SkuId(f"s{sku}"), houses[place].id, pieces)
        for sku, counts in enumerate(stock)
        for place, pieces in enumerate(counts)
    )
    demands = tuple(
        Demand(
            OrderId(f"o{number:04}"),
            f"z{zone}",
            tuple(DemandLine(f"l{sku}", SkuId(f"s{sku}"), pieces) for sku, pieces in lines),
        )
        for number, (zone, lines) in enumerate(orders)
    )
    terms: dict[str, tuple[Lane, ...]] = {}
    for lane in lanes:
        terms[lane.destination] = (*terms.get(lane.destination, ()), lane)
    start = time.process_time()
    for demand in demands:
        wanted = {line.sku_id for line in demand.lines}
        allocate(
            demand,
            tuple(row for row in rows if row.sku_id in wanted),
            terms[demand.destination],
            tuple(item for item in goods if item.sku_id in wanted),
            now=NOW,
        )
    print(f"allocate_orders_per_s {200 / (time.process_time() - start):.0f}")
    start = time.process_time()
    allocate_all(demands, rows, lanes, goods, now=NOW, rounds=0)
    print(f"allocate_all_orders_per_s_rounds_0 {200 / (time.process_time() - start):.0f}")


def main() -> None:
    """Measure and print."""
    made = world(50_000, SKUS)
    rate, tail, opened, cost = serve(made, exact)
    base, _, base_opened, base_cost = serve(made, nearest)
    print(f"single_orders_per_s {rate:.0f}")
    print(f"single_p99_us {tail:.0f}")
    print(f"single_rate_over_nearest {rate / base:.2f}")
    print(f"single_parcels_per_order {opened:.3f}")
    print(f"nearest_parcels_per_order {base_opened:.3f}")
    print(f"single_cost_over_nearest {cost / base_cost:.3f}")
    for rounds in (0, 4, 20):
        gaps(rounds)
    scaling()
    many_houses()
    values()


if __name__ == "__main__":
    main()
