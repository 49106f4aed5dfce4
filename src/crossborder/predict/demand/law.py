"""A law of demand on the steps of the grid: its mean, its quantiles, its sum over periods."""

from collections.abc import Sequence

from attrs import frozen

from crossborder.errors import InvalidValue
from crossborder.predict.demand.counts import NegativeBinomial
from crossborder.predict.demand.grid import EDGES, WIDTHS

__all__ = ["NEGLIGIBLE", "DemandLaw", "quantiles_of"]

NEGLIGIBLE = 1e-6
"""A tail of less than this is left out."""

_EXACT = 1024
_SLACK = 1e-12


def quantiles_of(above: Sequence[float], chances: Sequence[float]) -> tuple[int, ...]:
    """For each chance the least quantity that demand stays within so surely.

    `above` holds, by step, the chance of more than its edge; within a step every quantity is
    equally likely.

    Raises:
        InvalidValue: a chance that is not between 0 and 1.

    >>> quantiles_of((0.4, 0.15, 0.02), (0.5, 0.8, 0.9))
    (0, 1, 2)
    """
    result = []
    last = len(above) - 1
    for chance in chances:
        if not 0 < chance < 1:
            text = "must lie between 0 and 1"
            raise InvalidValue(text, field="chance", value=chance, source="quantiles")
        rest, step = 1 - chance + _SLACK, 0
        while step < last and above[step] > rest:
            step += 1
        width = WIDTHS[step]
        if width == 1:
            result.append(EDGES[step])
            continue
        mass = above[step - 1] - above[step]
        share = (above[step - 1] - rest) / mass if mass > 0 else 1.0
        pieces = -int(-share * width // 1)
        result.append(EDGES[step - 1] + max(1, min(width, pieces)))
    return tuple(result)


@frozen
class DemandLaw:
    """How much may be asked for, and how surely.

    Attributes:
        above: by step of the grid, the chance of more than its edge; falling.

    >>> law = DemandLaw((0.4, 0.1, 0.0))
    >>> round(law.mean, 3), law.quantile(0.8), law.total(3).quantile(0.8)
    (0.5, 1, 2)
    """

    above: tuple[float, ...]

    @property
    def pieces(self) -> list[float]:
        """The chance of each quantity, from 0 on; what is left of the tail is on the last."""
        chances: list[float] = []
        before = 1.0
        for left, width in zip(self.above, WIDTHS, strict=False):
            chances.extend([(before - left) / width] * width)
            before = left
        chances[-1] += before
        return chances

    @property
    def mean(self) -> float:
        """Expected demand."""
        return sum(share * (low + high) / 2 for share, low, high in self._steps())

    @property
    def variance(self) -> float:
        """The variance of demand; within a step every quantity is equally likely."""
        mean = self.mean
        return sum(
            share * (((low + high) / 2 - mean) ** 2 + ((high - low + 1) ** 2 - 1) / 12)
            for share, low, high in self._steps()
        )

    def _steps(self) -> list[tuple[float, int, int]]:
        """Chance, least and greatest quantity of each step."""
        last = len(self.above) - 1
        before, result = 1.0, []
        for step, left in enumerate(self.above):
            share = before if step == last else before - left
            result.append((share, EDGES[step] - WIDTHS[step] + 1, EDGES[step]))
            before = left
        return result

    def quantile(self, chance: float) -> int:
        """The least quantity that demand stays within with this chance."""
        return quantiles_of(self.above, (chance,))[0]

    def total(self, periods: int) -> "DemandLaw | PieceLaw | NegativeBinomial":
        """The law of the sum over that many independent periods.

        Exact up to about a thousand pieces, else the negative binomial of the same mean and
        variance. Quantiles of single periods must never be added instead.

        Raises:
            InvalidValue: no period.
        """
        if type(periods) is not int or periods < 1:
            text = "must be a whole number of at least 1"
            raise InvalidValue(text, field="periods", value=periods, source="DemandLaw.total")
        if periods == 1:
            return self
        if EDGES[len(self.above) - 1] * periods > _EXACT:
            mean, variance = self.mean * periods, self.variance * periods
            return NegativeBinomial(mean, max(variance - mean, 0.0) / mean**2)
        one = self.pieces
        total = one
        for _ in range(periods - 1):
            total = _convolved(total, one)
        return PieceLaw(tuple(total))


def _convolved(left: Sequence[float], right: Sequence[float]) -> list[float]:
    total = [0.0] * (len(left) + len(right) - 1)
    for a, x in enumerate(left):
        for b, y in enumerate(right):
            total[a + b] += x * y
    return total


@frozen
class PieceLaw:
    """A law given by the chance of each quantity, from 0 on."""

    pieces: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Expected demand."""
        return sum(count * chance for count, chance in enumerate(self.pieces))

    @property
    def variance(self) -> float:
        """The variance of demand."""
        mean = self.mean
        return sum((count - mean) ** 2 * chance for count, chance in enumerate(self.pieces))

    def quantile(self, chance: float) -> int:
        """The least quantity that demand stays within with this chance."""
        within = 0.0
        for count, share in enumerate(self.pieces):
            within += share
            if within >= chance - _SLACK:
                return count
        return len(self.pieces) - 1
