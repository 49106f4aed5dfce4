"""Smoothing of demand that is mostly zero, one period at a time, in O(1).

Croston's methods stand still while nothing sells: they are wrong for ageing stock, and here to be
compared with. The one of Teunter, Syntetos and Babai falls. A period whose demand is unknown
(None) is skipped, not counted as zero.
"""

from datetime import datetime

from crossborder.predict.demand.knowledge import Heard, share_of_one
from crossborder.predict.demand.smoothing import SmootherState

__all__ = ["Croston", "Tsb"]


class Croston:
    """Size over interval of non-zero demand (Croston 1972); both are smoothed only when something sells.

    >>> from datetime import UTC, datetime, timedelta
    >>> sparse, month = Croston(0.1), datetime(2026, 1, 31, tzinfo=UTC)
    >>> for quantity in (0, 3, 0, 3, 0, 0, 0):
    ...     sparse.observe(quantity, known_at=month, now=month)
    ...     month += timedelta(days=30)
    >>> sparse.mean
    1.5
    """

    __slots__ = ("alpha", "debiased", "heard", "interval", "since", "size")

    def __init__(self, alpha: float, *, debiased: bool = False) -> None:
        """`alpha` in (0, 1]; `debiased` takes off alpha / 2 (Syntetos and Boylan 2005)."""
        self.alpha = share_of_one("alpha", alpha, "Croston")
        self.debiased = debiased
        self.size = self.interval = 0.0
        self.since = 0
        self.heard = Heard("Croston")

    def observe(self, quantity: int | None, *, known_at: datetime, now: datetime) -> None:
        """See `Smoother.observe`."""
        if not self.heard.admits(quantity, known_at=known_at, now=now) or quantity is None:
            return
        self.since += 1
        if quantity:
            rate = self.alpha if self.interval else 1.0
            self.size += rate * (quantity - self.size)
            self.interval += rate * (self.since - self.interval)
            self.since = 0

    @property
    def mean(self) -> float:
        """Expected demand of the next period; 0 until something sold."""
        if not self.interval:
            return 0.0
        return self.size / self.interval * (1 - self.alpha / 2 if self.debiased else 1.0)

    @property
    def periods(self) -> int:
        """How many known periods were counted."""
        return self.heard.periods

    @property
    def state(self) -> SmootherState:
        """To be kept."""
        learnt = (self.size, self.interval, float(self.since))
        given = (self.alpha, float(self.debiased))
        return SmootherState("croston", given, learnt, self.periods, self.heard.last)


class Tsb:
    """Size of demand, smoothed at sales, times its probability, smoothed always (TSB, 2011).

    >>> from datetime import UTC, datetime, timedelta
    >>> fading, month = Tsb(0.1, 0.5), datetime(2026, 1, 31, tzinfo=UTC)
    >>> for quantity in (4, 0, 0):
    ...     fading.observe(quantity, known_at=month, now=month)
    ...     month += timedelta(days=30)
    >>> fading.mean
    1.0
    """

    __slots__ = ("alpha", "beta", "heard", "probability", "size")

    def __init__(self, alpha: float, beta: float) -> None:
        """`alpha` for the size, `beta` for the probability, each in (0, 1]."""
        self.alpha = share_of_one("alpha", alpha, "Tsb")
        self.beta = share_of_one("beta", beta, "Tsb")
        self.size = self.probability = 0.0
        self.heard = Heard("Tsb")

    def observe(self, quantity: int | None, *, known_at: datetime, now: datetime) -> None:
        """See `Smoother.observe`."""
        if not self.heard.admits(quantity, known_at=known_at, now=now) or quantity is None:
            return
        rate = 1.0 if self.heard.periods == 1 else self.beta
        self.probability += rate * ((quantity > 0) - self.probability)
        if quantity:
            self.size += (self.alpha if self.size else 1.0) * (quantity - self.size)

    @property
    def mean(self) -> float:
        """Expected demand of the next period."""
        return self.size * self.probability

    @property
    def periods(self) -> int:
        """How many known periods were counted."""
        return self.heard.periods

    @property
    def state(self) -> SmootherState:
        """To be kept."""
        learnt = (self.size, self.probability)
        return SmootherState("tsb", (self.alpha, self.beta), learnt, self.periods, self.heard.last)
