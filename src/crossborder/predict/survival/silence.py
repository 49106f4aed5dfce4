"""How long parcels of a line go without a scan, and what a longer silence says."""

from collections.abc import Sequence
from math import log

from crossborder.model.check import refuse

__all__ = ["ScanGaps"]

_EDGES = tuple(0.25 * 1.25**step for step in range(30))
"""Days: from six hours up to half a year."""

_FEWEST = 20.0
"""With fewer gaps than that a silence says nothing yet."""

_FLOOR = 0.25
"""How common a long silence is among the late: it makes being late at most five times likelier."""


class ScanGaps:
    """The gaps between scans of one line.

    >>> gaps = ScanGaps()
    >>> for _ in range(30):
    ...     gaps.add(1.0)
    >>> gaps.longer(0.5) > 0.9, gaps.longer(4.0) < 0.1
    (True, True)
    >>> gaps.logit(0.1), gaps.logit(4.0) > 1
    (0.0, True)
    """

    __slots__ = ("_counts", "_total")

    def __init__(self) -> None:
        """None known."""
        self._counts = [0.0] * (len(_EDGES) + 1)
        self._total = 0.0

    @classmethod
    def resumed(cls, state: Sequence[float]) -> "ScanGaps":
        """The gaps that `state` was kept of.

        Raises:
            InvalidValue: it is of another number of steps.
        """
        found = cls()
        if len(state) != len(found._counts):
            raise refuse("ScanGaps", "state", state, f"must be {len(found._counts)} counts")
        found._counts, found._total = list(state), sum(state)
        return found

    @property
    def state(self) -> tuple[float, ...]:
        """To be kept: how many gaps each step holds."""
        return tuple(self._counts)

    def add(self, days: float) -> None:
        """Count a gap that has ended with a scan."""
        self._counts[_step(days)] += 1.0
        self._total += 1.0

    @property
    def evidence(self) -> float:
        """How many gaps are known."""
        return self._total

    def longer(self, days: float) -> float:
        """The share of gaps that last about as long or longer; 1 before enough are known."""
        if self._total < _FEWEST:
            return 1.0
        return sum(self._counts[_step(days) :]) / self._total

    def quantile(self, share: float) -> float | None:
        """The gap in days that `share` of them do not exceed; None before enough are known."""
        if self._total < _FEWEST:
            return None
        seen = 0.0
        for edge, count in zip(_EDGES, self._counts, strict=False):
            seen += count
            if seen >= share * self._total:
                return edge
        return _EDGES[-1]

    def logit(self, days: float) -> float:
        """What a silence of so many days adds to the logit of being late: from 0 to log 5."""
        return log((1.0 + _FLOOR) / (self.longer(days) + _FLOOR))


def _step(days: float) -> int:
    step = 0
    while step < len(_EDGES) and days > _EDGES[step]:
        step += 1
    return step
