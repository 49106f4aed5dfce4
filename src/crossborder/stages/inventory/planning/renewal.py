"""The exact (s, S) policy: order up to S whenever the position is at s or below.

Zheng and Federgruen, "Finding Optimal (s, S) Policies Is About as Simple as Evaluating a Single
Policy", Operations Research 39 (1991). The renewal function of demand and the one-period costs are
computed once, as far as they are asked for, and shared by every pair that is tried.
"""

from collections.abc import Sequence
from itertools import accumulate
from math import fsum, inf
from operator import mul
from typing import NamedTuple

from crossborder.errors import InvalidValue

__all__ = ["Levels", "levels_cost", "order_levels"]


class Levels(NamedTuple):
    """Order up to `up_to` whenever the stock position is at `point` or below.

    Attributes:
        point: s, pieces; may be negative when buyers wait cheaply.
        up_to: S, pieces.
        cost: expected cost per period.
    """

    point: int
    up_to: int
    cost: float


class _Renewal:
    """m(j): how often, on the way down from S, the position is expected to stand j below it."""

    def __init__(self, weights: Sequence[float]) -> None:
        self.stays = 1 - weights[0]
        first = next(k for k in range(1, len(weights)) if weights[k] > 0)
        self.first, self.steps = first, tuple(weights[first:])
        self.visits = [1 / self.stays]
        self.sums = [self.visits[0]]

    def reach(self, count: int) -> None:
        """Fill `visits` and `sums` (their running sum) up to this many."""
        if count <= len(self.visits):
            return
        visits, steps, first, width = self.visits, self.steps, self.first, len(self.steps)
        for j in range(len(visits), count):
            newest = j - first
            past = visits[newest::-1][:width] if newest >= 0 else []
            visits.append(sum(map(mul, steps, past)) / self.stays)
            self.sums.append(self.sums[-1] + visits[-1])


class _Costs:
    """Holding and shortage at the end of a period for each position after ordering."""

    def __init__(self, weights: Sequence[float], holding: float, shortage: float) -> None:
        whole = fsum(weights)
        self.holding, self.shortage = holding, shortage
        self.mean = fsum(k * weight for k, weight in enumerate(weights)) / whole
        table = [part / whole for part in accumulate(weights)]
        short = [self.mean]
        for p in table:
            short.append(max(0.0, short[-1] - 1 + p))
        both = holding + shortage
        self.table = [holding * (y - self.mean) + both * out for y, out in enumerate(short)]
        self.ratio = shortage / both
        last = len(table) - 1
        self.best = next((y for y, p in enumerate(table) if p >= self.ratio - 1e-12), last)

    def at(self, position: int) -> float:
        """The cost at one position, which may be below nought or beyond the table."""
        if position < 0:
            return self.shortage * (self.mean - position)
        if position < len(self.table):
            return self.table[position]
        return self.holding * (position - self.mean)

    def down(self, top: int, count: int) -> list[float]:
        """The costs at top, top - 1, ..., `count` of them."""
        table, stop = self.table, top - count
        while len(table) <= top:
            table.append(self.holding * (len(table) - self.mean))
        if stop >= 0:
            return table[top:stop:-1]
        return [*table[top::-1], *(self.at(y) for y in range(-1, stop, -1))][:count]


def _cost(renewal: _Renewal, costs: _Costs, fixed: float, low: int, top: int) -> float:
    count = top - low
    renewal.reach(count)
    held: float = sum(map(mul, renewal.visits, costs.down(top, count)))
    return (fixed + held) / renewal.sums[count - 1]


def _prepared(
    weights: Sequence[float],
    cover: Sequence[float] | None,
    fixed: float,
    holding: float,
    shortage: float,
) -> tuple[_Renewal, _Costs]:
    source = "order_levels"
    for name, value in (("fixed", fixed), ("holding", holding), ("shortage", shortage)):
        if not (0 <= value < inf and (value > 0 or name == "fixed")):
            said = "must be above zero" if value <= 0 else "must be finite"
            raise InvalidValue(said, field=name, value=value, source=source)
    for name, law in (("weights", weights), ("cover", weights if cover is None else cover)):
        whole = fsum(law)
        if not (law and min(law) >= 0 and abs(whole - 1) < 1e-9):
            said = "must be probabilities that sum to 1"
            raise InvalidValue(said, field=name, value=whole, source=source)
    if not any(weights[1:]):
        said = "must leave some chance of demand"
        raise InvalidValue(said, field="weights", value=weights[0], source=source)
    return _Renewal(weights), _Costs(weights if cover is None else cover, holding, shortage)


def levels_cost(
    weights: Sequence[float],
    levels: tuple[int, int],
    *,
    fixed: float,
    holding: float,
    shortage: float,
    cover: Sequence[float] | None = None,
) -> float:
    """The expected cost per period of the pair (s, S); the arguments are those of `order_levels`.

    Raises:
        InvalidValue: S is not above s, or what `order_levels` refuses.

    >>> round(levels_cost([0.5, 0.5], (0, 1), fixed=2.0, holding=1.0, shortage=4.0), 6)
    1.5
    """
    low, top = levels
    if top <= low:
        said = "must rise from s to S"
        raise InvalidValue(said, field="levels", value=levels, source="levels_cost")
    renewal, costs = _prepared(weights, cover, fixed, holding, shortage)
    return _cost(renewal, costs, fixed, low, top)


def order_levels(
    weights: Sequence[float],
    *,
    fixed: float,
    holding: float,
    shortage: float,
    cover: Sequence[float] | None = None,
) -> Levels:
    """The (s, S) pair of least cost per period, exactly.

    Args:
        weights: the probability of 0, 1, 2 ... pieces in one period.
        fixed: money per order.
        holding: money per piece and period left over.
        shortage: money per piece and period that buyers wait for.
        cover: the probability of 0, 1, 2 ... pieces in the periods that one order covers (lead
            time and one review); None means one period, as without any lead time.

    Raises:
        InvalidValue: a cost is not above zero (`fixed` may be nought), the weights are no
            probabilities, or demand is never above nought.

    >>> from crossborder.stages.inventory.planning.demand import probabilities
    >>> found = order_levels(probabilities(6.0), fixed=5.0, holding=1.0, shortage=4.0)
    >>> found.point, found.up_to, round(found.cost, 3)
    (4, 10, 8.034)
    """
    renewal, costs = _prepared(weights, cover, fixed, holding, shortage)
    top = low = costs.best
    # Each step down adds one term to the numerator: no pair is evaluated anew.
    spent, best = fixed, inf
    while best > costs.at(low):
        low -= 1
        count = top - low
        renewal.reach(count)
        spent += renewal.visits[count - 1] * costs.at(low + 1)
        best = spent / renewal.sums[count - 1]
    tried = top + 1
    while costs.at(tried) <= best:
        cost = _cost(renewal, costs, fixed, low, tried)
        if cost < best:
            top = tried
            while cost <= costs.at(low + 1) and low + 1 < top:
                low += 1
                cost = _cost(renewal, costs, fixed, low, top)
            best = cost
        tried += 1
    return Levels(low, top, best)
