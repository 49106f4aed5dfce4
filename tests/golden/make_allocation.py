"""Make allocation.json: worlds of orders and large single orders, with their cheapest allocation.

The optimum comes from HiGHS through `scipy.optimize.milp`, so this script runs apart from the
tests, in an environment with scipy: `python tests/golden/make_allocation.py`.
Worlds: 6 warehouses, orders of 1 to 5 lines, each SKU at about 75 % of the warehouses, stock as a
multiple of what is ordered; a parcel costs 500 and the distance, pieces cost nothing (`plain`) or
their freight and duty (`priced`). Large orders: 12 to 30 warehouses, one order of 8 to 40 SKUs,
with the optimum of the linear relaxation beside that of the whole problem.
"""

import json
from math import ceil, inf
from pathlib import Path
from random import Random  # noqa: TID251  a seeded world, made once
from typing import Any

HOUSES = 6
ZONES = 24
WORLDS: list[tuple[int, int, str, int]] = [
    (orders, percent, kind, seed)
    for orders in (50, 200)
    for percent in (115, 200)
    for kind in ("plain", "priced")
    for seed in (1, 2, 3)
]


def world(orders: int, percent: int, kind: str, seed: int) -> dict[str, Any]:
    """One world, in whole minor units: parcel[zone][house], piece[sku][house], stock, orders."""
    chance = Random(f"{orders}/{percent}/{kind}/{seed}")
    skus = max(10, orders // 5)
    parcel = [[500 + chance.randrange(10, 300) for _ in range(HOUSES)] for _ in range(ZONES)]
    rate = [chance.randrange(20, 120) for _ in range(HOUSES)]
    weight = [chance.randrange(1, 10) for _ in range(skus)]
    piece = [[heavy * per // 10 if kind == "priced" else 0 for per in rate] for heavy in weight]
    wanted: list[tuple[int, list[list[int]]]] = []
    for _ in range(orders):
        lines = chance.sample(range(skus), chance.randrange(1, 6))
        needs = [[sku, chance.randrange(1, 4)] for sku in sorted(lines)]
        wanted.append((chance.randrange(ZONES), needs))
    stock = []
    for sku in range(skus):
        total = sum(pieces for _, needs in wanted for item, pieces in needs if item == sku)
        total = -(-total * percent // 100)
        held = [chance.random() < 0.75 for _ in range(HOUSES)]
        held[chance.randrange(HOUSES)] = True
        share = [chance.random() if has else 0.0 for has in held]
        pieces = [int(total * part / sum(share)) for part in share]
        pieces[share.index(max(share))] += total - sum(pieces)
        stock.append(pieces)
    return {
        "name": f"{orders}-{percent}-{kind}-{seed}",
        "parcel": parcel,
        "piece": piece,
        "stock": stock,
        "orders": wanted,
    }


LARGE = [(12, 8), (15, 10), (20, 20), (30, 40)]


def large(houses: int, skus: int, seed: int) -> dict[str, Any]:
    """One order: parcel[house], and for each SKU the pieces wanted, prices and stock by house."""
    chance = Random(f"{houses}/{skus}/{seed}")
    parcel = [500 + chance.randrange(10, 300) for _ in range(houses)]
    rows = []
    for _ in range(skus):
        pieces = chance.randrange(1, 30)
        price = [chance.randrange(5, 100) for _ in range(houses)]
        free = [0] * houses
        while sum(free) < pieces * 1.2:
            free = [
                chance.randrange(pieces + 5) if chance.random() < 0.6 else 0 for _ in range(houses)
            ]
        rows.append([pieces, price, free])
    return {"name": f"{houses}-{skus}-{seed}", "parcel": parcel, "rows": rows}


class Model:
    """Parcels that are opened or not, and the pieces that go into them."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.upper: list[float] = []
        self.whole: list[int] = []
        self.cells: list[tuple[int, int, float]] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def columns(self, costs: list[int], upper: list[int]) -> range:
        first = len(self.cost)
        self.cost += costs
        self.upper += upper
        return range(first, len(self.cost))

    def row(self, low: float, high: float, *cells: tuple[int, float]) -> None:
        self.cells += [(len(self.low), column, factor) for column, factor in cells]
        self.low.append(low)
        self.high.append(high)

    def order(self, parcel: list[int], rows: list[tuple[int, list[int], list[int]]]) -> list[range]:
        opened = self.columns(parcel, [1] * len(parcel))
        taken = []
        for pieces, price, free in rows:
            most = [min(pieces, there) for there in free]
            takes = self.columns(price, most)
            for take, parcel_column, limit in zip(takes, opened, most, strict=True):
                self.row(-inf, 0, (take, 1), (parcel_column, -limit))
            self.row(pieces, pieces, *((take, 1) for take in takes))
            taken.append(takes)
        return taken

    def solve(self, seconds: float, *, whole: bool = True) -> tuple[float, float]:
        """The cost found and the bound proven below it."""
        from scipy.optimize import (  # type: ignore[import-untyped,import-not-found,unused-ignore]
            Bounds,
            LinearConstraint,
            milp,
        )
        from scipy.sparse import (  # type: ignore[import-untyped,import-not-found,unused-ignore]
            coo_array,
        )

        ones, twos, factors = zip(*self.cells, strict=True)
        matrix = coo_array((factors, (ones, twos)), shape=(len(self.low), len(self.cost))).tocsr()
        found = milp(
            self.cost,
            integrality=[int(whole)] * len(self.cost),
            bounds=Bounds(0, self.upper),
            constraints=LinearConstraint(matrix, self.low, self.high),
            options={"time_limit": seconds, "mip_rel_gap": 0.0005},
        )
        return found.fun, found.mip_dual_bound if whole else found.fun


def jointly(made: dict[str, Any]) -> tuple[int, int]:
    """Cost and bound of a world."""
    model = Model()
    shared: dict[tuple[int, int], list[int]] = {}
    for zone, needs in made["orders"]:
        rows = [(pieces, made["piece"][sku], made["stock"][sku]) for sku, pieces in needs]
        taken = model.order(made["parcel"][zone], rows)
        for (sku, _), takes in zip(needs, taken, strict=True):
            for house, take in enumerate(takes):
                shared.setdefault((sku, house), []).append(take)
    for (sku, house), takes_of in shared.items():
        model.row(-inf, made["stock"][sku][house], *((take, 1) for take in takes_of))
    cost, bound = model.solve(60)
    return round(cost), ceil(bound - 1e-4)


def alone(made: dict[str, Any]) -> tuple[int, float]:
    """Cost of a large order, and of its linear relaxation."""
    model = Model()
    model.order(made["parcel"], made["rows"])
    return round(model.solve(60)[0]), round(model.solve(60, whole=False)[0], 3)


def main() -> None:
    """Write the worlds and orders with their optima beside this script."""
    target = Path(__file__).with_name("allocation.json")
    worlds = []
    for terms in WORLDS:
        one = world(*terms)
        one["cost"], one["bound"] = jointly(one)
        worlds.append(one)
    orders = []
    for houses, skus in LARGE:
        for seed in (1, 2, 3, 4):
            one = large(houses, skus, seed)
            one["cost"], one["relaxed"] = alone(one)
            orders.append(one)
    rows = [
        ",\n".join(json.dumps(one, separators=(",", ":")) for one in made)
        for made in (worlds, orders)
    ]
    text = f'{{"worlds":[\n{rows[0]}\n],"large":[\n{rows[1]}\n]}}\n'
    target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
