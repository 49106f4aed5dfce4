"""The steps on which demand is counted: every piece up to twenty, then steps of a seventh.

>>> step_of(0), step_of(20), step_of(22), step_of(23)
(0, 20, 21, 21)
"""

from bisect import bisect_left
from itertools import pairwise

__all__ = ["EDGES", "LAST_STEP", "WIDTHS", "step_of"]

_SINGLES = 20
_GROWTH = 1.15
_MOST = 10_000_000


def _edges() -> tuple[int, ...]:
    edges = list(range(_SINGLES + 1))
    while edges[-1] < _MOST:
        edges.append(int(edges[-1] * _GROWTH))
    return tuple(edges)


EDGES = _edges()
"""The greatest quantity of each step; step 0 is no demand at all."""

WIDTHS = (1, *(high - low for low, high in pairwise(EDGES)))
"""How many quantities stand on each step."""

LAST_STEP = len(EDGES) - 1
"""What exceeds the last edge is counted on it."""


def step_of(quantity: int) -> int:
    """The step on which a quantity stands."""
    return quantity if quantity <= _SINGLES else min(bisect_left(EDGES, quantity), LAST_STEP)
