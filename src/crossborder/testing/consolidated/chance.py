"""Chance, as an argument: numbers drawn from whatever gives floats from 0 to below 1."""

from collections.abc import Callable, Sequence
from math import log
from typing import TypeVar

__all__ = ["Chance", "Draws", "seeded"]

T = TypeVar("T")

Chance = Callable[[], float]
"""Gives a float from 0 to below 1 each time, such as `random.Random(7).random`."""

_MASK = (1 << 64) - 1


def seeded(seed: int) -> Chance:
    """A chance that gives the same numbers for the same seed, on every machine.

    The generator is SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
    generators, 2014).

    >>> seeded(0)() == seeded(0)()
    True
    >>> 0 <= seeded(7)() < 1
    True
    """
    state = seed & _MASK

    def draw() -> float:
        nonlocal state
        state = (state + 0x9E3779B97F4A7C15) & _MASK
        mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return ((mixed ^ (mixed >> 31)) >> 11) * 2.0**-53

    return draw


class Draws:
    """What a simulation asks of chance."""

    def __init__(self, chance: Chance) -> None:
        self.chance = chance

    def happens(self, share: float) -> bool:
        """Whether something of that probability happens."""
        return self.chance() < share

    def between(self, least: float, most: float) -> float:
        """Evenly from `least` to `most`."""
        return least + (most - least) * self.chance()

    def waiting(self, mean: float, parts: int = 2) -> float:
        """A waiting time of that mean, as the sum of `parts` exponential ones."""
        return -mean / parts * sum(log(1.0 - self.chance()) for _ in range(parts))

    def one_of(self, items: Sequence[T]) -> T:
        """One of them."""
        return items[int(self.chance() * len(items))]

    def some(self, items: Sequence[T], count: int) -> tuple[T, ...]:
        """So many different ones of them."""
        left = list(items)
        return tuple(left.pop(int(self.chance() * len(left))) for _ in range(count))

    def shuffled(self, items: Sequence[T]) -> tuple[T, ...]:
        """All of them in another order."""
        return self.some(items, len(items))
