"""Exponential smoothing of demand, one period at a time, in O(1): level, and level with trend.

A period whose demand is unknown (None) is skipped, not counted as zero. `intermittent` has the
methods for demand that is mostly zero, `resume` goes on from what was kept.
"""

from datetime import datetime
from typing import Protocol

from attrs import frozen

from crossborder.predict.demand.knowledge import Heard, share_of_one

__all__ = ["Holt", "Ses", "Smoother", "SmootherState"]


@frozen
class SmootherState:
    """A smoother to be kept; `resume` goes on from it.

    Attributes:
        method: the class's name in small letters.
        parameters: as given to the class.
        numbers: what was learnt.
        periods: how many known periods were counted.
        last: when the last figure was known.
    """

    method: str
    parameters: tuple[float, ...]
    numbers: tuple[float, ...]
    periods: int
    last: datetime | None


class Smoother(Protocol):
    """One item's forecast, made better by each period."""

    @property
    def mean(self) -> float:
        """Expected demand of the next period; 0 without history."""

    @property
    def periods(self) -> int:
        """How many known periods were counted."""

    @property
    def state(self) -> SmootherState:
        """To be kept."""

    def observe(self, quantity: int | None, *, known_at: datetime, now: datetime) -> None:
        """Count a period whose figure became known at `known_at`; None is unknown.

        Raises:
            InvalidValue: known after `now`, not newer than the last, or no whole quantity >= 0.
            NaiveTime: a time without a zone.
        """


class Ses:
    """Simple exponential smoothing (Brown 1956): the level moves by `alpha` of each error.

    It starts at the first period's demand.

    >>> from datetime import UTC, datetime, timedelta
    >>> level, month = Ses(0.5), datetime(2026, 1, 31, tzinfo=UTC)
    >>> for quantity in (4, 0, None, 2):
    ...     level.observe(quantity, known_at=month, now=month)
    ...     month += timedelta(days=30)
    >>> level.mean
    2.0
    """

    __slots__ = ("alpha", "heard", "level")

    def __init__(self, alpha: float) -> None:
        """`alpha` in (0, 1]."""
        self.alpha = share_of_one("alpha", alpha, "Ses")
        self.level = 0.0
        self.heard = Heard("Ses")

    def observe(self, quantity: int | None, *, known_at: datetime, now: datetime) -> None:
        """See `Smoother.observe`."""
        if not self.heard.admits(quantity, known_at=known_at, now=now) or quantity is None:
            return
        first = self.heard.periods == 1
        self.level += (1.0 if first else self.alpha) * (quantity - self.level)

    @property
    def mean(self) -> float:
        """Expected demand of the next period."""
        return self.level

    @property
    def periods(self) -> int:
        """How many known periods were counted."""
        return self.heard.periods

    @property
    def state(self) -> SmootherState:
        """To be kept."""
        return SmootherState("ses", (self.alpha,), (self.level,), self.periods, self.heard.last)


class Holt:
    """Level and trend (Holt 1957; damped: Gardner and McKenzie 1985).

    The trend of a forecast is damped by `damping` with each period ahead.

    Level and trend start at the second period's demand and its step from the first.

    >>> from datetime import UTC, datetime, timedelta
    >>> line, month = Holt(0.5, 0.1), datetime(2026, 1, 31, tzinfo=UTC)
    >>> for quantity in (2, 4, 6):
    ...     line.observe(quantity, known_at=month, now=month)
    ...     month += timedelta(days=30)
    >>> line.mean, line.ahead(3)
    (8.0, 12.0)
    """

    __slots__ = ("alpha", "beta", "damping", "heard", "level", "trend")

    def __init__(self, alpha: float, beta: float, damping: float = 1.0) -> None:
        """Each in (0, 1]; a damping of 1 is none."""
        self.alpha = share_of_one("alpha", alpha, "Holt")
        self.beta = share_of_one("beta", beta, "Holt")
        self.damping = share_of_one("damping", damping, "Holt")
        self.level = self.trend = 0.0
        self.heard = Heard("Holt")

    def observe(self, quantity: int | None, *, known_at: datetime, now: datetime) -> None:
        """See `Smoother.observe`."""
        if not self.heard.admits(quantity, known_at=known_at, now=now) or quantity is None:
            return
        if self.heard.periods <= 2:
            self.trend = quantity - self.level if self.heard.periods == 2 else 0.0
            self.level = float(quantity)
            return
        trend = self.damping * self.trend
        level = self.alpha * quantity + (1 - self.alpha) * (self.level + trend)
        self.trend = self.beta * (level - self.level) + (1 - self.beta) * trend
        self.level = level

    def ahead(self, periods: int) -> float:
        """The straight forecast so many periods ahead; it may fall below zero."""
        factor = sum(self.damping**step for step in range(1, periods + 1))
        return self.level + factor * self.trend

    @property
    def mean(self) -> float:
        """Expected demand of the next period, never negative."""
        return max(self.ahead(1), 0.0)

    @property
    def periods(self) -> int:
        """How many known periods were counted."""
        return self.heard.periods

    @property
    def state(self) -> SmootherState:
        """To be kept."""
        given = (self.alpha, self.beta, self.damping)
        learnt = (self.level, self.trend)
        return SmootherState("holt", given, learnt, self.periods, self.heard.last)
