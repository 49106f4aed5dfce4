"""Orders with many warehouses: a good choice, and a proof of how good it is.

The demand rows are priced into the objective (Lagrange). For any prices what remains falls apart
by warehouse and can be solved at a glance; its value never exceeds the cost of an allocation, and
at the best prices it equals the linear relaxation. Prices are sought in floats, and the bound is
then worked out in whole numbers, so it holds exactly.
"""

from collections.abc import Sequence
from heapq import heappop, heappush

from crossborder.stages.inventory.allocation.core import (
    EXACT_UP_TO,
    Need,
    Plan,
    cheapest,
    plan,
    priced,
)

__all__ = ["NODES", "relaxed", "search", "settle"]

NODES = 600
"""Branches looked at before the proof stops; the bound then holds, but may not be reached."""

_FINE = 1 << 10
_STEPS = 80


def _cover(needs: Sequence[Need], terms: Plan) -> int:
    """Open houses one by one, each the cheapest for a piece that it newly covers."""
    mask, rest = 0, [one[2] for one in needs]
    while any(rest):
        best: tuple[float, int] | None = None
        for house in terms.reach:
            if mask >> house & 1:
                continue
            cost, pieces = terms.fixed[house], 0
            for left, one in zip(rest, needs, strict=True):
                found = min(left, one[0][house])
                cost += one[1][house] * found
                pieces += found
            if pieces and (best is None or (cost / pieces, house) < best):
                best = cost / pieces, house
        if best is None:
            return 0
        mask |= 1 << best[1]
        rest = [max(0, left - one[0][best[1]]) for left, one in zip(rest, needs, strict=True)]
    return mask


def _opened(terms: Plan, mask: int) -> int:
    return sum([terms.fixed[house] for house in terms.reach if mask >> house & 1])


def _descend(needs: Sequence[Need], terms: Plan, mask: int, cost: int) -> tuple[int, int]:
    """Close, open or swap one house at a time while that is cheaper."""
    while True:
        closes = [(1 << one, -terms.fixed[one]) for one in terms.reach if mask >> one & 1]
        opens = [(1 << one, terms.fixed[one]) for one in terms.reach if not mask >> one & 1]
        swaps = [(one | two, less + more) for one, less in closes for two, more in opens]
        fixed = _opened(terms, mask)
        best, chosen = cost, mask
        for flip, change in (*closes, *opens, *swaps):
            if fixed + change < best:
                found = priced(needs, mask ^ flip, fixed + change)
                if found is not None and found < best:
                    best, chosen = found, mask ^ flip
        if chosen == mask:
            return cost, mask
        cost, mask = best, chosen


def _value(
    needs: Sequence[Need], terms: Plan, prices: Sequence[int], scale: int
) -> tuple[int, dict[int, int]]:
    """The relaxation's value at these prices, and what opening each house adds to it."""
    value = sum([price * one[2] for price, one in zip(prices, needs, strict=True)])
    worth = {}
    for house in terms.reach:
        adds = terms.fixed[house] * scale
        for price, (free, cost, pieces, _, _) in zip(prices, needs, strict=True):
            saved = price - cost[house] * scale
            if saved > 0:
                adds -= saved * min(free[house], pieces)
        worth[house] = adds
        value += min(0, adds)
    return value, worth


def relaxed(needs: Sequence[Need], terms: Plan, cost: int) -> tuple[int, dict[int, int]]:
    """A proven bound in 1/1024 units, and by how much opening each house raises it (or lowers).

    `cost` is that of any allocation; it sets the length of the steps, not the truth of the bound.
    """
    rows = [
        (
            one[2],
            [
                (house, one[1][house], min(one[0][house], one[2]))
                for house in terms.reach
                if one[0][house]
            ],
        )
        for one in needs
    ]
    pieces = sum(one[2] for one in needs)
    start = cost / max(1, pieces)
    prices = [start for _ in rows]
    best, kept, pace, since = float("-inf"), list(prices), 1.0, 0
    for _ in range(_STEPS):
        worth = {house: float(terms.fixed[house]) for house in terms.reach}
        for price, (_, cells) in zip(prices, rows, strict=True):
            for house, unit, most in cells:
                if price > unit:
                    worth[house] -= (price - unit) * most
        value = sum(price * row[0] for price, row in zip(prices, rows, strict=True))
        value += sum(min(0.0, adds) for adds in worth.values())
        if value > best:
            best, kept, since = value, list(prices), 0
        else:
            since += 1
            if since == 5:
                pace, since = pace / 2, 0
        slope = []
        for price, (wanted, cells) in zip(prices, rows, strict=True):
            sent = sum(most for house, unit, most in cells if price > unit and worth[house] < 0)
            slope.append(wanted - sent)
        norm = sum(one * one for one in slope)
        if not norm:
            break
        step = pace * max(cost * 1.001 - value, cost * 1e-6) / norm
        prices = [price + step * one for price, one in zip(prices, slope, strict=True)]
    return _value(needs, terms, [round(price * _FINE) for price in kept], _FINE)


def search(
    needs: Sequence[Need], terms: Plan, *, nodes: int = NODES
) -> tuple[int, int, int] | None:
    """Cost, mask and a proven lower bound, or None when it cannot be done.

    Branches on the houses that matter most, the most promising branch first; when the branches
    run out before `nodes` the cost equals the bound.
    """
    whole = cheapest(needs, terms, split=False)
    mask = _cover(needs, terms)
    if not mask:
        return None
    fixed = _opened(terms, mask)
    cost, mask = _descend(needs, terms, mask, priced(needs, mask, fixed) or 0)
    if whole is not None and whole[0] <= cost:
        cost, mask = whole
    value, worth = relaxed(needs, terms, cost)
    good = sum([1 << house for house in terms.reach if worth[house] < 0])
    found = priced(needs, good, _opened(terms, good))
    if found is not None:
        cost, mask = min((cost, mask), _descend(needs, terms, good, found))
    order = sorted(terms.reach, key=lambda house: (-abs(worth[house]), house))
    every = sum([1 << house for house in order])
    heap = [(value, len(order), 0, every, 0, priced(needs, every, 0) or 0)]
    while heap:
        low, rest, opened, allowed, fixed, pieces = heappop(heap)
        if low > (cost - 1) * _FINE:
            break
        if nodes == 0:
            return cost, mask, -(-low // _FINE)
        nodes -= 1
        house = order[-rest]
        bit, adds = 1 << house, worth[house]
        opening = fixed + terms.fixed[house]
        found = priced(needs, opened | bit, opening)
        if found is not None and found < cost:
            cost, mask = found, opened | bit
        below = max(low + max(0, adds), (opening + pieces) * _FINE)
        if below <= (cost - 1) * _FINE:
            heappush(heap, (below, rest - 1, opened | bit, allowed, opening, pieces))
        without = priced(needs, allowed ^ bit, 0)
        if without is not None:
            below = max(low + max(0, -adds), (fixed + without) * _FINE)
            if below <= (cost - 1) * _FINE:
                heappush(heap, (below, rest - 1, opened, allowed ^ bit, fixed, without))
    return cost, mask, cost


def settle(
    needs: Sequence[Need], terms: Plan, *, split: bool = True, nodes: int = NODES
) -> tuple[int, int, int] | None:
    """Cost, mask and proven bound by whichever way fits the number of warehouses in question.

    Warehouses without a wanted piece do not count; None when the order cannot be served.
    """
    if split and len(terms.reach) > EXACT_UP_TO:
        useful = tuple(
            price if house in terms.reach and any(one[0][house] for one in needs) else None
            for house, price in enumerate(terms.fixed)
        )
        terms = plan(useful)
        if len(terms.reach) > EXACT_UP_TO:
            return search(needs, terms, nodes=nodes)
    found = cheapest(needs, terms, split=split)
    return None if found is None else (*found, found[0])
