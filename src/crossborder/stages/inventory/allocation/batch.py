"""Many orders over shared stock, in whole numbers: first come, then prices for scarce stock.

1. First come, first served settles who is served at all; nothing later changes that.
2. Stock that too many want gets a price (a Lagrange multiplier), raised where more is wanted than
   there is. At given prices every order chooses by itself: that gives a lower bound on what any
   joint allocation costs, and a good allocation order by order.
"""

from collections.abc import Sequence
from typing import TypeAlias

from crossborder.stages.inventory.allocation.bound import settle
from crossborder.stages.inventory.allocation.core import Need, Plan, deal, ranked

__all__ = ["Asked", "Batch", "Cell", "Held"]

Cell: TypeAlias = tuple[int, tuple[int, ...], tuple[int, ...]]
"""A SKU for one destination: its row of stock, a piece's price by house, the houses in reach."""

Asked: TypeAlias = tuple[Plan, list[tuple[int, int]], bool]
"""An order: its parcel prices, (cell, pieces) by SKU, and whether it may be split."""

Held: TypeAlias = list[list[tuple[int, int]]]
"""What an order takes: (house, pieces) by SKU."""

_NODES = 20  # of the proof of one order with many warehouses: a batch asks often and needs less


class Batch:
    """The state of a batch: what is free, and what every order holds.

    Orders come in the order in which they are served. Stock is copied.

    Attributes:
        free: pieces left, by SKU row and house.
        held: what each order takes; None for those not served.
        cost: of each order.
        served: the orders that are served.
        short: for each order not served, what was free of its SKUs when its turn came.
        alone: the least an order could cost without the others, or a bound on it.
        bound: a proven lower bound on the sum of the costs of the orders served.
    """

    def __init__(
        self, stock: Sequence[Sequence[int]], cells: Sequence[Cell], orders: Sequence[Asked]
    ) -> None:
        self.stock = [list(row) for row in stock]
        self.free = [list(row) for row in stock]
        self.cells, self.orders = cells, orders
        self.needs = self._needs(self.free, [cell[1] for cell in cells])
        self.held: list[Held | None] = [None] * len(orders)
        self.cost = [0] * len(orders)
        self.short: dict[int, list[list[int]]] = {}
        self.alone: dict[int, int] = {}
        self.bound = 0
        for order, needs in enumerate(self.needs):
            if not self.place(order, needs):
                self.short[order] = [list(need[0]) for need in needs]
        self.served = [order for order, held in enumerate(self.held) if held is not None]

    def _needs(self, free: list[list[int]], prices: Sequence[tuple[int, ...]]) -> list[list[Need]]:
        """The rows of every order at these prices of a piece, by cell."""
        ready = []
        for (row, _, reach), price in zip(self.cells, prices, strict=True):
            order = ranked(price, reach)
            ready.append((free[row], price, price[order[0]] if order else 0, order))
        made = []
        for _, asked, _ in self.orders:
            needs = []
            for cell, pieces in asked:
                there, price, least, order = ready[cell]
                needs.append((there, price, pieces, least * pieces, order))
            made.append(needs)
        return made

    def settled(self, order: int, needs: list[Need]) -> tuple[int, int, int] | None:
        """Cost, houses and bound of the order's best choice from these rows; None without one."""
        terms, _, split = self.orders[order]
        return settle(needs, terms, split=split, nodes=_NODES)

    def place(self, order: int, needs: list[Need]) -> bool:
        """Give the order its cheapest free pieces at the prices of `needs`."""
        found = self.settled(order, needs)
        if found is None:
            return False
        self.hold(order, deal(needs, found[1]))
        self.cost[order] = found[0] if needs is self.needs[order] else self.paid(order)
        return True

    def paid(self, order: int) -> int:
        """The cost of what the order holds, at its true prices."""
        fixed, mask, cost = self.orders[order][0].fixed, 0, 0
        for need, takes in zip(self.needs[order], self.held[order] or (), strict=True):
            price = need[1]
            for house, pieces in takes:
                cost += price[house] * pieces
                if not mask >> house & 1:
                    mask |= 1 << house
                    cost += fixed[house]
        return cost

    def hold(self, order: int, held: Held) -> None:
        """Take these pieces out of what is free."""
        self.held[order] = held
        for need, takes in zip(self.needs[order], held, strict=True):
            free = need[0]
            for house, pieces in takes:
                free[house] -= pieces

    def drop(self, order: int) -> None:
        """Put back what the order takes; what it held stays noted."""
        for need, takes in zip(self.needs[order], self.held[order] or (), strict=True):
            free = need[0]
            for house, pieces in takes:
                free[house] += pieces

    def taken(self) -> tuple[int, list[Held | None], list[int]]:
        """The sum of the costs, what is held, and the costs: to restore it later."""
        return sum(self.cost), list(self.held), list(self.cost)

    def restore(self, taken: tuple[int, list[Held | None], list[int]]) -> None:
        """Back to what `taken` gave."""
        self._empty()
        for order in self.served:
            self.hold(order, taken[1][order] or [])
        self.cost = list(taken[2])

    def _empty(self) -> None:
        for row, whole in zip(self.free, self.stock, strict=True):
            row[:] = whole

    def _again(self, needs: list[list[Need]]) -> bool:
        """Place the served orders anew, the hardest first; False when one finds no place."""
        self._empty()
        hardest = sorted(self.served, key=lambda one: (self.orders[one][2], -len(needs[one]), one))
        return all(self.place(order, needs[order]) for order in hardest)

    def ask(self, rounds: int) -> list[tuple[int, list[Held | None], list[int]]]:
        """Try `rounds` prices, at least one; the allocations that came out, the cheapest first.

        Prices start at nothing and move by what is wanted too much, in ever smaller steps: large
        enough at first to outbid a parcel's share of a piece. The later half of them is sound
        enough to place by. `bound` and `alone` are set here.
        """
        found = [self.taken()]
        extra = [[0] * len(row) for row in self.stock]
        full = 0
        for turn in range(rounds):
            prices = [
                tuple([cost + more for cost, more in zip(price, extra[row], strict=True)])
                for row, price, _ in self.cells
            ]
            value, wanted = self._relaxed(self._needs(self.stock, prices), extra)
            self.bound = max(self.bound, value)
            if not turn:
                pieces = sum(need[2] for order in self.served for need in self.needs[order])
                full = value * 3 // (5 * max(1, pieces))
            if rounds <= 2 * turn + 1 and self._again(self._needs(self.free, prices)):
                found.append(self.taken())
            step = full * 20 // (20 + 3 * turn)
            for asked, there, more in zip(wanted, self.stock, extra, strict=True):
                for house, whole in enumerate(there):
                    if whole:
                        rise = step * (asked[house] - whole) // whole
                        more[house] = max(0, more[house] + max(-step, min(step, rise)))
        found.sort(key=lambda one: one[0])
        self.restore(found[0])
        return found

    def _relaxed(
        self, needs: list[list[Need]], extra: list[list[int]]
    ) -> tuple[int, list[list[int]]]:
        """The lower bound at these prices, and what is then wanted of every house."""
        value = -sum(
            more * pieces
            for rows in zip(extra, self.stock, strict=True)
            for more, pieces in zip(*rows, strict=True)
        )
        load = [[0] * len(row) for row in self.stock]
        for order in self.served:
            found = self.settled(order, needs[order])
            assert found is not None  # it was served from less than the whole stock
            value += found[2]
            self.alone.setdefault(order, found[2])
            asked = self.orders[order][1]
            for (cell, _), takes in zip(asked, deal(needs[order], found[1]), strict=True):
                wanted = load[self.cells[cell][0]]
                for house, pieces in takes:
                    wanted[house] += pieces
        return value, load
