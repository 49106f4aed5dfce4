"""Many weighted values as few: the buckets that keep a distribution small."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from operator import mul

__all__ = ["FEWEST", "Floats", "bucketed"]

Floats = Sequence[float]

FEWEST = 16
"""With fewer buckets than this the tails could not be told from the middle."""

_STEPS = (
    *((0.01, 2), (0.05, 3), (0.1, 3), (0.25, 6), (0.5, 10), (0.75, 11), (0.8, 3), (0.9, 6)),
    *((0.95, 5), (0.99, 7), (0.995, 3), (0.999, 2), (1.0, 2)),
)
"""Up to which probability, how many of 64 buckets: finest where promises are read, in the tails."""


@cache
def _bounds(atoms: int) -> tuple[float, ...]:
    """The probabilities between the buckets: half a step on each side of every promised one."""
    found: list[float] = []
    start = 0.0
    for end, of_64 in _STEPS:
        count = max(1, of_64 * atoms // 64)
        step = (end - start) / count
        found.extend(start + (place + 0.5) * step for place in range(count))
        start = end
    return tuple(found)


def _runs(values: Sequence[float], most: int) -> list[int] | None:
    """Where each run of equal values ends; None when there are more than `most` runs."""
    ends: list[int] = []
    place = 0
    while place < len(values):
        if len(ends) == most:
            return None
        place = bisect_right(values, values[place], place)
        ends.append(place)
    return ends


def _ends(values: Sequence[float], rising: Sequence[float], atoms: int) -> list[int]:
    """Where the buckets end: no run of equal values is split, one that fills a bucket is alone."""
    ends: list[int] = []
    low = 0
    for bound in _bounds(atoms):
        target = bound * rising[-1]
        if low == len(values):
            break
        high = bisect_right(rising, target, bisect_right(values, values[low], low))
        if high < len(values) and values[high] == values[high - 1]:
            high = bisect_left(values, values[high], low)
        ends.append(high)
        low = high
    if low < len(values):
        ends.append(len(values))
    return ends


def bucketed(values: Floats, weights: Floats, atoms: int) -> tuple[Floats, Floats]:
    """At most `atoms` values out of rising ones, equal ones allowed; the answer rises strictly."""
    # Sums of the buckets as differences of running sums: one pass at the speed of the interpreter.
    rising = list(accumulate(weights))
    moments = list(accumulate(map(mul, values, weights)))
    means, masses = [], []
    low, before, moved = 0, 0.0, 0.0
    for high in _runs(values, atoms) or _ends(values, rising, atoms):
        mass = rising[high - 1] - before
        if mass > 0:
            mean = (moments[high - 1] - moved) / mass
            means.append(min(max(values[low], mean), values[high - 1]))
            masses.append(mass)
        low, before, moved = high, rising[high - 1], moments[high - 1]
    return means, masses
