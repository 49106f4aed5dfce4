"""What promise is usual: a mean that fades, so that a promise can be held against its own time."""

from collections.abc import Iterable
from math import exp, log

__all__ = ["Usual"]

_QUICK, _SLOW = log(2) / 7, log(2) / 180
_PRIOR = 20.0


class Usual:
    """The mean of the last week's values, and of the last months' where there are few.

    >>> usual = Usual()
    >>> usual.add(0.0, 3.0)
    >>> usual.add(1.0, 3.2)
    >>> round(usual.value(1.0), 3)
    3.101
    """

    __slots__ = ("_at", "_quick", "_slow")

    def __init__(self) -> None:
        """Nothing is usual."""
        self._at = 0.0
        self._quick = (0.0, 0.0)
        self._slow = (0.0, 0.0)

    def copy(self) -> "Usual":
        """Another of the same memory."""
        other = Usual()
        other._at, other._quick, other._slow = self._at, self._quick, self._slow
        return other

    def _fade(self, at: float) -> None:
        days = at - self._at
        if days > 0:
            quick, slow = exp(-_QUICK * days), exp(-_SLOW * days)
            self._quick = (self._quick[0] * quick, self._quick[1] * quick)
            self._slow = (self._slow[0] * slow, self._slow[1] * slow)
            self._at = at

    def add(self, at: float, value: float) -> None:
        """Remember a value; days do not fall."""
        self._fade(at)
        self._quick = (self._quick[0] + 1.0, self._quick[1] + value)
        self._slow = (self._slow[0] + 1.0, self._slow[1] + value)

    def value(self, at: float) -> float | None:
        """What is usual at a moment; None before anything was remembered."""
        self._fade(at)
        if not self._slow[0]:
            return None
        long = self._slow[1] / self._slow[0]
        return (self._quick[1] + _PRIOR * long) / (self._quick[0] + _PRIOR)

    def follow(self, moments: Iterable[tuple[float, float | None]]) -> list[float | None]:
        """For each moment, in order, what was usual then; and remember its value, if any."""
        found = []
        for at, value in moments:
            found.append(self.value(at))
            if value is not None:
                self.add(at, value)
        return found
