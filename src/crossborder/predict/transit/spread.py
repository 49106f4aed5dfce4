"""How far times lie from what was expected of them: the law of residuals, open ones included.

A residual is the logarithm of a time over the time that was expected. They are counted on a grid
of steps of a twentieth: so many of them end in a step, so many are still at risk there.
"""

from bisect import bisect_left
from collections.abc import Sequence
from math import ceil

__all__ = ["LEVELS", "STEPS", "Spread", "at_level", "step_of"]

STEPS = 101
_WIDTH = 0.05
_LOWEST = -2.5
_LAST = 80
"""Beyond this step (residual 1.5, 4.5 times what was expected) a parcel never arrives."""

LEVELS = (*(step / 100 for step in range(1, 100)), 0.995)
"""The chances at which a law is tabled."""


def step_of(residual: float) -> int:
    """In which step of the grid a residual lies.

    >>> step_of(-9.0), step_of(0.0), step_of(9.0)
    (0, 50, 100)
    """
    step = ceil((residual - _LOWEST) / _WIDTH - 1e-9)
    return 0 if step < 0 else min(step, STEPS - 1)


def at_level(table: Sequence[float], chance: float) -> float:
    """A table over `LEVELS` read at a chance, between two levels in proportion."""
    place = chance * 100 - 1
    if place <= 0:
        return table[0]
    if place >= 98:
        return table[98] + min((place - 98) * 2, 1.0) * (table[99] - table[98])
    low = int(place)
    share = place - low
    return table[low] + share * (table[low + 1] - table[low]) if share else table[low]


class Spread:
    """The weights of what ended in each step, and of what was left there unfinished.

    >>> spread = Spread()
    >>> for residual in (-0.2, 0.0, 0.2):
    ...     spread.ended[step_of(residual)] += 1.0
    >>> spread.left[step_of(0.1)] += 1.0
    >>> [round(value, 2) for value in spread.quantiles([0.2, 0.9])]
    [-0.21, 0.19]
    """

    __slots__ = ("ended", "left")

    def __init__(self) -> None:
        """Nothing counted."""
        self.ended = [0.0] * STEPS
        self.left = [0.0] * STEPS

    @property
    def weight(self) -> float:
        """Of what ended."""
        return sum(self.ended)

    def hazards(self, parent: Sequence[float] | None = None, strength: float = 0.0) -> list[float]:
        """The chance to end in each step for what reaches it (Kaplan and Meier, 1958).

        `strength` observations of the parent are added to each step.
        """
        found = [0.0] * STEPS
        at_risk = 0.0
        for step in range(STEPS - 1, -1, -1):
            ended, left = self.ended[step], self.left[step]
            # Of what is left unfinished within the step, half counts as having been at risk.
            risk = at_risk + ended + 0.5 * left
            at_risk += ended + left
            if parent is None:
                found[step] = (ended + 1e-4) / (risk + 1e-3)
            else:
                found[step] = (ended + strength * parent[step]) / (risk + strength)
        return found

    def quantiles(self, chances: Sequence[float]) -> list[float]:
        """Residuals not exceeded with these rising chances by what arrives at all."""
        hazards = self.hazards()
        return quantiles(hazards, chances, arriving(hazards))


def arriving(hazards: Sequence[float]) -> float:
    """The share that arrives at all."""
    alive = 1.0
    for hazard in hazards[:_LAST]:
        alive *= 1 - hazard
    return 1 - alive


def quantiles(
    hazards: Sequence[float], chances: Sequence[float], share: float = 1.0
) -> list[float]:
    """Residuals not exceeded with these rising chances, of the `share` that arrives at all."""
    alive, reached = 1.0, [0.0]
    for hazard in hazards:
        alive *= 1 - hazard
        reached.append(1 - alive)
    found = []
    for chance in chances:
        wanted = chance * share
        step = min(bisect_left(reached, wanted, 1), STEPS)
        low, high = reached[step - 1], reached[step]
        part = (wanted - low) / (high - low) if high > low else 0.0
        found.append(_LOWEST + _WIDTH * (step - 2 + min(max(part, 0.0), 1.0)))
    return found
