"""Laws of counts: the negative binomial, the Poisson as its limit, and both with dead items.

The quantile of such a law at the critical ratio `under / (under + over)` is the newsvendor's
order.
"""

from collections.abc import Iterator
from math import exp, inf, lgamma, log, log1p, sqrt

from attrs import frozen

from crossborder.errors import InvalidValue

__all__ = ["NegativeBinomial"]

_FAINT = -60.0
_SLACK = 1e-12


@frozen
class NegativeBinomial:
    """Demand of an item: while it lives of variance `live_mean + dispersion * live_mean²`.

    Attributes:
        live_mean: expected demand while the item lives; 0 is no demand.
        dispersion: 0 is the Poisson law.
        dead: the chance that nothing is sold any more (zero inflation).

    >>> NegativeBinomial(50.0, 0.0).quantile(0.8)
    56
    >>> NegativeBinomial(2.0, 0.5).quantile(0.9), NegativeBinomial(2.0, 0.5, 0.5).quantile(0.9)
    (5, 3)
    """

    live_mean: float
    dispersion: float
    dead: float = 0.0

    def __attrs_post_init__(self) -> None:
        for name, most in (("live_mean", inf), ("dispersion", inf), ("dead", 1 + _SLACK)):
            value = getattr(self, name)
            if not 0 <= value < most:
                text = "must be finite and at least 0" + (", at most 1" if most < inf else "")
                raise InvalidValue(text, field=name, value=value, source="NegativeBinomial")

    @property
    def mean(self) -> float:
        """Expected demand, dead items counted."""
        return (1 - self.dead) * self.live_mean

    @property
    def variance(self) -> float:
        """The variance of demand, dead items counted."""
        alive, mean = 1 - self.dead, self.live_mean
        return alive * (mean + (self.dispersion + self.dead) * mean * mean)

    def _log_chance(self, count: int) -> float:
        mean, spread = self.live_mean, self.dispersion
        if not spread:
            return count * log(mean) - mean - lgamma(count + 1)
        size = 1 / spread
        ways = lgamma(count + size) - lgamma(size) - lgamma(count + 1)
        return ways - size * log1p(mean * spread) - count * log1p(size / mean)

    def chance(self, count: int) -> float:
        """The chance of exactly this demand."""
        if count < 0:
            return 0.0
        if not self.live_mean:
            return float(count == 0)
        return (1 - self.dead) * exp(self._log_chance(count)) + (self.dead if not count else 0.0)

    def _start(self) -> int:
        """Where the chances begin to count: the sum below is less than any rounding."""
        low, high = 0, int(max(self.live_mean * (1 - self.dispersion), 0.0))
        if self._log_chance(0) > _FAINT:
            return 0
        while high - low > 1:
            middle = (low + high) // 2
            if self._log_chance(middle) < _FAINT:
                low = middle
            else:
                high = middle
        return low

    def _rising(self) -> Iterator[tuple[int, float]]:
        """Counts with the chance of at most so many; ends where nothing is added."""
        mean, spread = self.live_mean, self.dispersion
        count = self._start()
        alive = 1 - self.dead
        chance = alive * exp(self._log_chance(count))
        within = self.dead + chance
        while True:
            yield count, within
            chance *= mean * (1 + spread * count) / ((1 + mean * spread) * (count + 1))
            count += 1
            before, within = within, within + chance
            if within == before and count > mean:
                return

    def within(self, count: int) -> float:
        """The chance of at most this demand."""
        if count < 0:
            return 0.0
        if not self.live_mean:
            return 1.0
        total = self.dead
        for reached, chance in self._rising():
            if reached > count:
                break
            total = chance
        return min(total, 1.0)

    def quantile(self, chance: float) -> int:
        """The least quantity that demand stays within with this chance.

        The work grows with the spread of demand, in pieces.

        Raises:
            InvalidValue: a chance that is not between 0 and 1.
        """
        if not 0 < chance < 1:
            text = "must lie between 0 and 1"
            raise InvalidValue(text, field="chance", value=chance, source="NegativeBinomial")
        if not self.live_mean or self.dead >= chance - _SLACK:
            return 0
        reached = 0
        for count, within in self._rising():
            reached = count
            if within >= chance - _SLACK:
                break
        return reached

    def total(self, periods: int) -> "NegativeBinomial":
        """The sum over so many periods: exact for live items, as one that is dead stays dead.

        Raises:
            InvalidValue: no period.
        """
        if type(periods) is not int or periods < 1:
            text = "must be a whole number of at least 1"
            raise InvalidValue(text, field="periods", value=periods, source="NegativeBinomial")
        return NegativeBinomial(self.live_mean * periods, self.dispersion / periods, self.dead)

    @property
    def deviation(self) -> float:
        """The standard deviation of demand."""
        return sqrt(self.variance)
