"""What is usual of late: a mean that follows."""

__all__ = ["Usual"]

_FADE = 0.5 ** (1 / 20)
_PRIOR = 20.0


class Usual:
    """A mean that forgets by half in twenty days, beside twenty of the value it began with.

    >>> usual = Usual(3.0)
    >>> for _ in range(20):
    ...     usual.tell(5.0)
    >>> usual.mean
    4.0
    """

    __slots__ = ("_start", "_sum", "_weight")

    def __init__(self, start: float) -> None:
        """Nothing known but where to start."""
        self._start = start
        self._sum = self._weight = 0.0

    @classmethod
    def resumed(cls, start: float, state: tuple[float, float]) -> "Usual":
        """The mean that `state` was kept of, beside the value it began with."""
        found = cls(start)
        found._sum, found._weight = state
        return found

    @property
    def state(self) -> tuple[float, float]:
        """To be kept: the faded sum, and the weight."""
        return self._sum, self._weight

    def tell(self, value: float) -> None:
        """Count a value."""
        self._sum += value
        self._weight += 1.0

    def fade(self) -> None:
        """A day is over."""
        self._sum *= _FADE
        self._weight *= _FADE

    @property
    def mean(self) -> float:
        """What is usual now."""
        return (self._sum + _PRIOR * self._start) / (self._weight + _PRIOR)
