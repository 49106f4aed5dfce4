"""How much to have when a period begins: one-period levels for four kinds of demand.

Money and pieces are plain floats; whole pieces come back as ints. Source: Snyder and Shen,
Fundamentals of Supply Chain Theory (2nd ed.), chapter 4.
"""

from collections.abc import Sequence
from itertools import accumulate
from math import exp, fsum, inf, sqrt
from statistics import NormalDist
from typing import NamedTuple

from crossborder.stages.inventory.planning.demand import cumulative
from crossborder.stages.inventory.planning.formulas import wrong_argument

__all__ = [
    "Level",
    "newsvendor_discrete",
    "newsvendor_margin",
    "newsvendor_normal",
    "newsvendor_poisson",
]

_INVERSE = NormalDist().inv_cdf
_DENSITY = 0.3989422804014327
"""The standard normal density at nought: 1 / sqrt(2 pi)."""

_CLOSE = 1e-12
_SURE = 1 - 1e-13
"""Further up, rounded sums of probabilities do not tell one level from the next."""

_SMALL = 500.0
"""Up to this mean a table from nought on is shorter than one around the mode."""

_INVERSES = tuple(1 / k for k in range(1, 1001))
"""Further than any probability can be told from certainty, at means up to `_SMALL`."""


class Level(NamedTuple):
    """How much to have when a period begins.

    Attributes:
        level: pieces; an int where demand is counted in pieces.
        cost: expected cost of the period (or expected profit, where the function says so).
    """

    level: float
    cost: float


def newsvendor_normal(
    *, holding: float, shortage: float, mean: float, sd: float, lead: float = 0.0
) -> Level:
    """The base-stock level for normal demand; with `lead`, over `lead + 1` periods.

    Args:
        holding: money per piece left over.
        shortage: money per piece short.
        mean: pieces per period.
        sd: its standard deviation.
        lead: periods from order to arrival.

    Raises:
        InvalidValue: a cost is not above zero, or another argument is negative.

    >>> round(newsvendor_normal(holding=0.18, shortage=0.7, mean=50, sd=8).level, 4)
    56.604
    """
    if not (
        0 < holding < inf
        and 0 < shortage < inf
        and 0 <= mean < inf
        and 0 <= sd < inf
        and 0 <= lead < inf
    ):
        costs = {"holding": holding, "shortage": shortage}
        raise wrong_argument("newsvendor_normal", costs, {"mean": mean, "sd": sd, "lead": lead})
    z = _INVERSE(shortage / (shortage + holding))
    spread = sd * sqrt(lead + 1)
    level = mean * (lead + 1) + z * spread
    return Level(level, (holding + shortage) * spread * _DENSITY * exp(-0.5 * z * z))


def newsvendor_margin(
    *,
    price: float,
    cost: float,
    salvage: float,
    mean: float,
    sd: float,
    holding: float = 0.0,
    shortage: float = 0.0,
) -> Level:
    """The level for normal demand from prices; `cost` of the answer is the expected profit.

    Args:
        price: money from one piece sold.
        cost: money for one piece bought.
        salvage: money from one piece left over.
        mean: pieces per period.
        sd: its standard deviation.
        holding: further money per piece left over.
        shortage: further money per piece short.

    Raises:
        InvalidValue: a piece left over costs nothing, or a piece short loses nothing.

    >>> found = newsvendor_margin(price=1, cost=0.3, salvage=0.12, mean=50, sd=8)
    >>> round(found.level, 3), round(found.cost, 3)
    (56.604, 33.002)
    """
    over, under = cost - salvage + holding, price - cost + shortage
    level, lost = newsvendor_normal(holding=over, shortage=under, mean=mean, sd=sd)
    return Level(level, (price - cost) * mean - lost)


def newsvendor_poisson(*, holding: float, shortage: float, mean: float) -> Level:
    """The smallest level that Poisson demand fits into with probability p / (p + h).

    Args:
        holding: money per piece left over.
        shortage: money per piece short.
        mean: pieces per period.

    Raises:
        InvalidValue: a cost is not above zero, or the mean is negative.

    >>> newsvendor_poisson(holding=1, shortage=4, mean=6).level
    8
    """
    if not (0 < holding < inf and 0 < shortage < inf and 0 <= mean < inf):
        raise wrong_argument(
            "newsvendor_poisson", {"holding": holding, "shortage": shortage}, {"mean": mean}
        )
    ratio = min(shortage / (shortage + holding), _SURE)
    if mean > _SMALL:
        start, table = cumulative(mean, 1.0)
        return _fitting(start, table, mean, holding, shortage)
    level, below, piece = 0, 0.0, exp(-mean)
    total = piece
    for inverse in _INVERSES:
        if total >= ratio:
            break
        below += total
        level += 1
        piece *= mean * inverse
        total += piece
    lost = holding * (level - mean) + (holding + shortage) * (mean - level + below)
    return Level(level, lost)


def newsvendor_discrete(*, holding: float, shortage: float, weights: Sequence[float]) -> Level:
    """The level for demand of 0, 1, 2 ... pieces with these probabilities.

    Args:
        holding: money per piece left over.
        shortage: money per piece short.
        weights: the probability of each number of pieces, from 0 on; they are normalised.

    Raises:
        InvalidValue: a cost is not above zero, or the weights are none.

    >>> newsvendor_discrete(holding=1, shortage=4, weights=[0.25, 0.25, 0.25, 0.25])
    Level(level=3, cost=1.5)
    """
    whole = fsum(weights)
    if not (0 < holding < inf and 0 < shortage < inf and 0 < whole < inf and min(weights) >= 0):
        costs = {"holding": holding, "shortage": shortage, "weights": whole}
        raise wrong_argument("newsvendor_discrete", costs, {"weights": min(weights, default=0.0)})
    table = [part / whole for part in accumulate(weights)]
    mean = fsum(pieces * weight for pieces, weight in enumerate(weights)) / whole
    return _fitting(0, table, mean, holding, shortage)


def _fitting(
    start: int, table: Sequence[float], mean: float, holding: float, shortage: float
) -> Level:
    ratio = shortage / (shortage + holding)
    # A ratio that meets a step of the table must not miss it by rounding.
    place = next((i for i, p in enumerate(table) if p >= ratio - _CLOSE), len(table) - 1)
    level = start + place
    lost = holding * (level - mean) + (holding + shortage) * (mean - level + fsum(table[:place]))
    return Level(level, lost)
