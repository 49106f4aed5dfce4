"""Repair of a batch: an order that pays more than it would alone changes places with others.

It takes its cheaper place from those who hold it, they are placed anew, and the change stays when
all of them together have become cheaper; else everything is as before.
"""

from bisect import bisect_left

from crossborder.stages.inventory.allocation.batch import Batch
from crossborder.stages.inventory.allocation.core import EXACT_UP_TO, deal, priced

__all__ = ["improve"]

_LOOK = 64  # holders of a SKU that are asked to move
_TARGETS = 6  # sets of houses tried for one order
_MOVES = 3  # holders tried for one missing SKU
_PASSES = 8  # over all orders, while they gain


def improve(batch: Batch, rounds: int, starts: int) -> None:
    """Try `rounds` prices, then repair the `starts` cheapest allocations that they gave.

    With no rounds the allocation stays as it came, and only a bound is worked out.
    """
    first = batch.taken()
    found = batch.ask(max(1, rounds))
    if not rounds:
        batch.restore(first)
        return
    mended = []
    for start in found[:starts]:
        batch.restore(start)
        _Repair(batch).run()
        mended.append(batch.taken())
    batch.restore(min(mended, key=lambda one: one[0]))


class _Repair:
    """The passes over one allocation."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.holders: list[list[tuple[int, int]]] = [[] for _ in batch.stock]
        for order in batch.served:
            for place, (cell, _) in enumerate(batch.orders[order][1]):
                self.holders[batch.cells[cell][0]].append((order, place))

    def run(self) -> None:
        """Go through the orders until a pass gains nothing, those that overpay most first."""
        cost, alone = self.batch.cost, self.batch.alone
        for _ in range(_PASSES):
            before = sum(cost)
            for order in sorted(self.batch.served, key=lambda one: (alone[one] - cost[one], one)):
                if cost[order] > alone[order]:
                    self._better(order)
            if sum(cost) >= before:
                break

    def _better(self, order: int) -> None:
        """A cheaper place for one order, with others moved for it where that pays."""
        batch = self.batch
        needs, old, was = batch.needs[order], batch.cost[order], batch.held[order] or []
        batch.drop(order)
        found = batch.settled(order, needs)
        if found is not None and found[0] < old:
            batch.hold(order, deal(needs, found[1]))
            batch.cost[order] = found[0]
            return
        for cost, mask, fixed in self._targets(order):
            short = self._short(order, mask, old - cost)
            for skip in range(_MOVES if len(short) == 1 else 1):
                movers = _chosen(short, skip)
                if movers and self._swap(order, mask, fixed, movers):
                    return
        batch.hold(order, was)

    def _short(
        self, order: int, mask: int, gain: int
    ) -> list[tuple[int, list[tuple[int, int, int]]]]:
        """Pieces missing in these houses and who could move, by SKU; none when it cannot pay."""
        batch = self.batch
        short = []
        needs, asked = batch.needs[order], batch.orders[order][1]
        for (free, _, pieces, _, reach), (cell, _) in zip(needs, asked, strict=True):
            there = sum([free[house] for house in reach if mask >> house & 1])
            if there < pieces:
                movers = self._movers(order, batch.cells[cell][0], mask)
                gain -= movers[0][0] if movers else gain
                if gain <= 0:
                    return []
                short.append((pieces - there, movers))
        return short

    def _targets(self, order: int) -> list[tuple[int, int, int]]:
        """Sets of houses that would be cheaper for the order if their stock were free."""
        batch = self.batch
        terms, _, split = batch.orders[order]
        needs, old = batch.needs[order], batch.cost[order]
        sets = [(terms.fixed[house], 1 << house) for house in terms.reach]
        least = sum([need[3] for need in needs])
        if split and len(terms.reach) <= EXACT_UP_TO:
            for price, _, mask in terms.subsets:
                if price + least >= old:
                    break
                sets.append((price, mask))
        found = []
        for price, mask in sets:
            cost = price
            for _, unit, pieces, _, reach in needs:
                cost += pieces * next(unit[house] for house in reach if mask >> house & 1)
            if cost < old:
                found.append((cost, mask, price))
        found.sort()
        return found[:_TARGETS]

    def _movers(self, order: int, row: int, mask: int) -> list[tuple[int, int, int]]:
        """Who holds the SKU in these houses: (guess of the price of moving, order, pieces)."""
        batch = self.batch
        found = []
        holders = self.holders[row]
        count = len(holders)
        start = bisect_left(holders, (order, 0))
        for step in range(1, min(count, _LOOK + 1)):
            other, place = holders[(start + step) % count]
            held = batch.held[other] or []
            for house, pieces in held[place]:
                if mask >> house & 1:
                    guess = self._guess(other, place, house, pieces)
                    if guess is not None:
                        found.append((guess, other, pieces))
        found.sort()
        return found

    def _guess(self, order: int, place: int, house: int, pieces: int) -> int | None:
        """What moving these pieces elsewhere would cost the order, by its best single move."""
        batch = self.batch
        fixed, held = batch.orders[order][0].fixed, batch.held[order] or []
        free, price, _, _, reach = batch.needs[order][place]
        mask, kept = 0, False
        for other, takes in enumerate(held):
            for there, _ in takes:
                mask |= 1 << there
                kept = kept or (there == house and other != place)
        saved = 0 if kept else fixed[house]
        best: int | None = None
        for there in reach:
            if there != house and free[there]:
                opens = 0 if mask >> there & 1 else fixed[there]
                cost = (price[there] - price[house]) * pieces + opens - saved
                if best is None or cost < best:
                    best = cost
        return best

    def _swap(self, order: int, mask: int, fixed: int, movers: list[int]) -> bool:
        """Seat the order in these houses and the movers anew, or leave all as it was."""
        batch = self.batch
        before = batch.cost[order] + sum([batch.cost[one] for one in movers])
        was = [(one, batch.held[one], batch.cost[one]) for one in movers]
        mine, old = batch.held[order], batch.cost[order]
        for one in movers:
            batch.drop(one)
        needs = batch.needs[order]
        cost = priced(needs, mask, fixed)
        seated: list[int] = []
        if cost is not None and cost < before:
            batch.hold(order, deal(needs, mask))
            cost = batch.cost[order] = batch.paid(order)
            seated.append(order)
            for one in movers:
                if not batch.place(one, batch.needs[one]):
                    break
                seated.append(one)
                cost += batch.cost[one]
                if cost >= before:
                    break
            else:
                return True
        for one in seated:
            batch.drop(one)
        batch.held[order], batch.cost[order] = mine, old
        for one, held, paid in was:
            batch.hold(one, held or [])
            batch.cost[one] = paid
        return False


def _chosen(short: list[tuple[int, list[tuple[int, int, int]]]], skip: int) -> list[int]:
    """The cheapest movers that free what is short, without the first `skip`; none if too few."""
    chosen: list[int] = []
    for left, movers in short:
        for _, order, pieces in movers[skip:]:
            if left <= 0:
                break
            if order not in chosen:
                chosen.append(order)
            left -= pieces
        if left > 0:
            return []
    return chosen
