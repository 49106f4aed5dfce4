"""Demand in whole pieces over a span of days, and over a span that is itself uncertain.

Demand is negative binomial, stated by its mean and its dispersion (variance over mean; 1 is
Poisson). Independent spans of one dispersion add up to the same law with the means added, so that
demand over a fixed span is exact without any convolution, and over a random span it is the exact
mixture over the days the span may last: no moments are fitted.
"""

from bisect import bisect_left
from itertools import accumulate
from math import exp, fsum, inf, log1p

from crossborder.errors import InvalidValue
from crossborder.predict.quantiles import Distribution

__all__ = [
    "Cumulative",
    "compound_moments",
    "cumulative",
    "lead_demand",
    "probabilities",
    "reorder_level",
]

_SURE = 1 - 1e-13
_TINY = 1e-18
_INVERSES = tuple(1 / k for k in range(1, 2049))
_LOWEST = -600.0
"""Below e to this power the probability of no demand is too small to start from."""

_POISSON = 1e-9
_FURTHEST = 10**9


def _check(mean: float, dispersion: float) -> None:
    if not 0 <= mean < inf:
        said = "must be a number that is not negative"
        raise InvalidValue(said, field="mean", value=mean, source="demand")
    if not 1 <= dispersion < inf:
        said = "must be at least 1, which is Poisson"
        raise InvalidValue(said, field="dispersion", value=dispersion, source="demand")


class Cumulative:
    """P(demand <= k), computed as far as it is asked for.

    Both laws obey p(k + 1) = p(k) (c + b k) / (k + 1) = p(k) (b + (c - b) / (k + 1)), with
    b = 1 - 1 / dispersion and c = mean / dispersion (Panjer 1981).

    Raises:
        InvalidValue: a negative mean, or a dispersion below 1.

    >>> law = Cumulative(2.0, 1.0)
    >>> round(law.at(2), 6), law.quantile(0.9)
    (0.676676, 4)
    """

    __slots__ = ("_b", "_ended", "_piece", "_slope", "_total", "mean", "start", "table")

    def __init__(self, mean: float, dispersion: float) -> None:
        if not (0 <= mean < inf and 1 <= dispersion < inf):
            _check(mean, dispersion)
        self.mean, self.start, self._ended = mean, 0, False
        self._b = 1 - 1 / dispersion
        self._slope = mean / dispersion - self._b
        excess = dispersion - 1
        nothing = -mean * (log1p(excess) / excess if excess > _POISSON else 1.0)
        if nothing < _LOWEST:
            self.start, pieces = _far(mean, dispersion)
            self.table, self._ended = list(accumulate(pieces)), True
        else:
            self._piece = self._total = exp(nothing)
            self.table = [self._total]

    def at(self, pieces: int) -> float:
        """The probability that demand is at most so many pieces."""
        place = pieces - self.start
        if place < 0:
            return 0.0
        if place >= len(self.table):
            self.extend(place, _SURE)
        return self.table[place] if place < len(self.table) else 1.0

    def quantile(self, p: float) -> int:
        """The fewest pieces that demand stays within with at least the probability `p`."""
        if self.table[-1] < p:
            self.extend(_FURTHEST, p)
        return self.start + min(bisect_left(self.table, p), len(self.table) - 1)

    def extend(self, place: int, until: float) -> None:
        """Fill the table up to this place or this probability, whichever comes first."""
        if self._ended:
            return
        b, slope, table, mean = self._b, self._slope, self.table, self.mean
        piece, total, add = self._piece, self._total, self.table.append
        sure = min(until, _SURE)
        for inverse in _INVERSES[len(table) - 1 : place]:
            if total >= sure:
                break
            piece *= b + slope * inverse
            total += piece
            add(total)
        else:
            # Beyond the mean a piece this small ends the law, whatever rounding left in the sum.
            while len(table) <= place and total < sure and (piece > _TINY or len(table) <= mean):
                piece *= b + slope / len(table)
                total += piece
                add(total)
            self._ended = piece <= _TINY and len(table) > mean
        self._piece, self._total, self._ended = piece, total, self._ended or total >= _SURE


def cumulative(mean: float, dispersion: float) -> tuple[int, list[float]]:
    """P(demand <= k) for k from the first answer on, up to certainty but for 1e-13.

    Raises:
        InvalidValue: a negative mean, or a dispersion below 1.

    >>> start, table = cumulative(2.0, 1.0)
    >>> start, round(table[2], 6)
    (0, 0.676676)
    """
    law = Cumulative(mean, dispersion)
    law.extend(_FURTHEST, _SURE)
    return law.start, law.table


def _far(mean: float, dispersion: float) -> tuple[int, list[float]]:
    """Probabilities far from nought: up and down from the mode, then made to sum to 1."""
    b, c = 1 - 1 / dispersion, mean / dispersion
    mode = int(mean)
    upward, piece, k = [1.0], 1.0, mode
    while piece > _TINY:
        piece *= (c + b * k) / (k + 1)
        k += 1
        upward.append(piece)
    downward, piece, k = [], 1.0, mode
    while piece > _TINY and k > 0:
        piece *= k / (c + b * (k - 1))
        k -= 1
        downward.append(piece)
    pieces = [*reversed(downward), *upward]
    whole = fsum(pieces)
    return k, [piece / whole for piece in pieces]


def probabilities(mean: float, dispersion: float = 1.0) -> tuple[float, ...]:
    """The probability of 0, 1, 2 ... pieces, to about 1e-13.

    Raises:
        InvalidValue: a negative mean, or a dispersion below 1.

    >>> [round(p, 4) for p in probabilities(0.5)[:3]]
    [0.6065, 0.3033, 0.0758]
    """
    start, table = cumulative(mean, dispersion)
    steps = (later - earlier for earlier, later in zip([0.0, *table], table, strict=False))
    return (*(0.0 for _ in range(start)), *steps)


def compound_moments(mean: float, dispersion: float, lead: Distribution) -> tuple[float, float]:
    """Mean and variance of demand over a random number of days.

    Wald: E = mean E[lead]; Var = mean dispersion E[lead] + mean^2 Var[lead].

    >>> compound_moments(2.0, 1.5, Distribution((4.0, 6.0), (1.0, 1.0)))
    (10.0, 19.0)
    """
    _check(mean, dispersion)
    days, whole = lead.mean, fsum(lead.weights)
    spread = fsum(w * (v - days) ** 2 for v, w in zip(lead.values, lead.weights, strict=True))
    return mean * days, mean * dispersion * days + mean * mean * spread / whole


def lead_demand(mean: float, dispersion: float, lead: Distribution) -> tuple[float, ...]:
    """The probability of 0, 1, 2 ... pieces over a random number of days, as an exact mixture.

    Args:
        mean: pieces per day.
        dispersion: variance over mean of a day's demand.
        lead: days; none negative.

    Raises:
        InvalidValue: a negative mean or day, or a dispersion below 1.

    >>> law = lead_demand(1.0, 1.0, Distribution((0.0, 2.0), (1.0, 1.0)))
    >>> round(law[0], 6)
    0.567668
    """
    whole = fsum(lead.weights)
    mixed: list[float] = []
    for days, weight in zip(lead.values, lead.weights, strict=True):
        law = probabilities(_span(mean, days), dispersion)
        mixed.extend(0.0 for _ in range(len(law) - len(mixed)))
        for k, piece in enumerate(law):
            mixed[k] += piece * weight / whole
    return tuple(mixed)


def _span(mean: float, days: float) -> float:
    if days < 0:
        raise InvalidValue("must not be negative", field="lead", value=days, source="demand")
    return mean * days


def reorder_level(
    mean: float, dispersion: float, lead: Distribution, service: float, *, review: float = 0.0
) -> int:
    """The smallest stock position that covers demand until the next arrival with `service`.

    Args:
        mean: pieces per day.
        dispersion: variance over mean of a day's demand.
        lead: days from order to arrival.
        service: probability, between 0 and 1.
        review: days between two chances to order.

    Raises:
        InvalidValue: a service outside 0 to 1, or what `lead_demand` refuses.

    >>> reorder_level(2.0, 1.0, Distribution((5.0,), (1.0,)), 0.95)
    15
    """
    if not 0 < service < 1:
        said = "must be between 0 and 1"
        raise InvalidValue(said, field="service", value=service, source="reorder_level")
    shifted = Distribution(tuple(_span(1.0, v) + review for v in lead.values), lead.weights)
    table = list(accumulate(lead_demand(mean, dispersion, shifted)))
    return min(bisect_left(table, service), len(table) - 1)
