"""Closed forms of stock control: lots, reorder points, service.

Money and pieces are plain floats here, rates are per the time unit the caller chooses, and every
argument is named. Sources: Snyder and Shen, Fundamentals of Supply Chain Theory (2nd ed.), chapters
3 and 5; Hadley and Whitin, Analysis of Inventory Systems (1963).
"""

from math import erfc, exp, inf, sqrt
from statistics import NormalDist
from typing import NamedTuple

from crossborder.errors import InvalidValue

__all__ = [
    "Lot",
    "ReorderPoint",
    "continuous_review",
    "cycle_service",
    "economic_lot",
    "fill_rate",
    "normal_shortfall",
    "wrong_argument",
]

_INVERSE = NormalDist().inv_cdf
_DENSITY = 0.3989422804014327
"""The standard normal density at nought: 1 / sqrt(2 pi)."""

_ROOT_HALF = sqrt(0.5)
_SETTLED = 1e-11


class Lot(NamedTuple):
    """How much to order at once.

    Attributes:
        quantity: pieces per order.
        cost: ordering, holding and waiting per time unit.
        waiting: the share of demand that waits for the next order.
    """

    quantity: float
    cost: float
    waiting: float


class ReorderPoint(NamedTuple):
    """Order `lot` pieces whenever the stock position falls to `point`.

    Attributes:
        point: pieces.
        lot: pieces per order.
        cost: per time unit.
    """

    point: float
    lot: float
    cost: float


def wrong_argument(
    source: str, above: dict[str, float], at_least: dict[str, float]
) -> InvalidValue:
    """The error for the first argument that is not above nought, or is below it."""
    for name, value in above.items():
        if not 0 < value < inf:
            return InvalidValue("must be above zero", field=name, value=value, source=source)
    name = next((name for name, value in at_least.items() if not 0 <= value < inf), "arguments")
    said = "must be a number that is not negative"
    return InvalidValue(said, field=name, value=at_least.get(name), source=source)


def economic_lot(
    *, fixed: float, holding: float, demand: float, shortage: float | None = None
) -> Lot:
    """The economic order quantity (Harris 1913); with `shortage`, where buyers wait.

    Args:
        fixed: money per order.
        holding: money per piece and time unit.
        demand: pieces per time unit.
        shortage: money per waiting piece and time unit; None when nobody may wait.

    Raises:
        InvalidValue: an argument is not above zero (`fixed` and `demand` may be nought).

    >>> round(economic_lot(fixed=8, holding=0.225, demand=1300).quantity, 3)
    304.047
    """
    if not (0 < holding < inf and 0 <= fixed < inf and 0 <= demand < inf):
        raise wrong_argument(
            "economic_lot", {"holding": holding}, {"fixed": fixed, "demand": demand}
        )
    if shortage is None:
        return Lot(sqrt(2 * fixed * demand / holding), sqrt(2 * fixed * demand * holding), 0.0)
    if not 0 < shortage < inf:
        raise wrong_argument("economic_lot", {"shortage": shortage}, {})
    quantity = sqrt(2 * fixed * demand * (holding + shortage) / (holding * shortage))
    cost = sqrt(2 * fixed * demand * holding * shortage / (holding + shortage))
    return Lot(quantity, cost, holding / (holding + shortage))


def normal_shortfall(z: float) -> float:
    """Expected excess of a standard normal over `z`: phi(z) - z (1 - Phi(z)).

    >>> round(normal_shortfall(0.0), 6)
    0.398942
    """
    return _DENSITY * exp(-0.5 * z * z) - z * 0.5 * erfc(z * _ROOT_HALF)


def continuous_review(
    *, fixed: float, holding: float, shortage: float, mean: float, sd: float, lead: float
) -> ReorderPoint:
    """The (r, Q) policy for normal demand by Hadley and Whitin's iteration (expected-inventory-
    level approximation): r and Q are improved in turn until neither moves.

    Args:
        fixed: money per order.
        holding: money per piece and time unit.
        shortage: money per piece short.
        mean: pieces per time unit.
        sd: standard deviation of demand per time unit.
        lead: time units from order to arrival.

    Raises:
        InvalidValue: an argument is not above zero, or holding a lot costs more than being out of
            stock for ever, so that no reorder point exists.

    >>> found = continuous_review(
    ...     fixed=8, holding=0.225, shortage=7.5, mean=1300, sd=150, lead=1 / 12)
    >>> round(found.point, 3), round(found.lot, 3), round(found.cost, 4)
    (213.97, 318.59, 95.4511)
    """
    if not (
        0 < fixed < inf
        and 0 < holding < inf
        and 0 < shortage < inf
        and 0 < mean < inf
        and 0 < sd < inf
        and 0 < lead < inf
    ):
        costs = {"fixed": fixed, "holding": holding, "shortage": shortage}
        raise wrong_argument(
            "continuous_review", {**costs, "mean": mean, "sd": sd, "lead": lead}, {}
        )
    spread = sd * sqrt(lead)
    lot, point, short, z = sqrt(2 * fixed * mean / holding), 0.0, 0.0, 0.0
    moved = inf
    while moved > _SETTLED * lot:
        out = lot * holding / (shortage * mean)
        if out >= 1:
            said = "is too dear: being out of stock would be cheaper"
            raise InvalidValue(said, field="holding", value=holding, source="continuous_review")
        z = _INVERSE(1 - out)
        # normal_shortfall(z), whose tail probability is `out` itself.
        short = spread * (_DENSITY * exp(-0.5 * z * z) - z * out)
        better = sqrt(2 * mean * (fixed + shortage * short) / holding)
        moved = max(abs(better - lot), abs(mean * lead + z * spread - point))
        lot, point = better, mean * lead + z * spread
    cost = holding * (z * spread + lot / 2) + (fixed + shortage * short) * mean / lot
    return ReorderPoint(point, lot, cost)


def cycle_service(*, level: float, mean: float, sd: float) -> float:
    """The probability that normal demand stays within `level`.

    >>> cycle_service(level=50, mean=50, sd=8)
    0.5
    """
    if not (0 <= mean < inf and 0 < sd < inf):
        raise wrong_argument("cycle_service", {"sd": sd}, {"mean": mean})
    return 0.5 * erfc((mean - level) / sd * _ROOT_HALF)


def fill_rate(*, level: float, lot: float, mean: float, sd: float) -> float:
    """The share of demand served at once, type 2 service: 1 - E[short per cycle] / lot.

    Args:
        level: pieces at the reorder point.
        lot: pieces per order.
        mean: demand in the lead time.
        sd: its standard deviation.

    >>> round(fill_rate(level=58, lot=100, mean=50, sd=8), 4)
    0.9933
    """
    if not (0 < lot < inf and 0 < sd < inf and 0 <= mean < inf):
        raise wrong_argument("fill_rate", {"lot": lot, "sd": sd}, {"mean": mean})
    return 1 - sd * normal_shortfall((level - mean) / sd) / lot
