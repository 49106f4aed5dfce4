"""Laws of moments, combined with durations and thinned at fixed probabilities.

Thinning takes from each slice of probability its earliest moment. The slices are the same for
every law, so what is earlier stays earlier however the laws differ, and nothing comes out later
than it is: a chance read from a thinned law is never above the true one.
"""

from bisect import bisect_right
from itertools import accumulate

__all__ = ["FINE", "ROUGH", "Law", "combined"]

Law = tuple[list[int], list[float]]
"""Rising moments in whole seconds, and their probabilities."""

_NOISE = 1e-9


def _slices(count: int) -> tuple[float, ...]:
    """Where the slices begin: the nearer to the worst courses, the thinner they are."""
    return tuple((place / count) ** 2 for place in range(count))


ROUGH, FINE = _slices(256), _slices(640)
"""For a law to which another part is added yet, and for the last one, which is read."""


def combined(moments: Law, taken: Law, bounds: tuple[float, ...]) -> Law:
    """The law of a moment less a duration, thinned to slices that begin at these probabilities.

    Without bounds every pair is kept.

    >>> combined(([100, 200], [0.5, 0.5]), ([10, 20], [0.75, 0.25]), ())
    ([80, 90, 180, 190], [0.125, 0.375, 0.125, 0.375])
    >>> combined(([100, 200], [0.5, 0.5]), ([10, 20], [0.75, 0.25]), (0.0, 0.25))
    ([80, 90], [0.25, 0.75])
    """
    ends, weights = moments
    count, pairs = len(ends), len(ends) * len(taken[0])
    # One whole number holds the moment and the pair it comes from: sorting it is fastest.
    low = [end * pairs + place for place, end in enumerate(ends)]
    steps = [place * count - seconds * pairs for place, seconds in enumerate(taken[0])]
    keys = sorted([one + step for step in reversed(steps) for one in low])
    share = [weight * other for other in taken[1] for weight in weights]
    if not bounds:
        return [key // pairs for key in keys], [share[key % pairs] for key in keys]
    rising = list(accumulate([share[key % pairs] for key in keys]))
    found: list[int] = []
    kept: list[float] = []
    for bound, until in zip(bounds, (*bounds[1:], 1.0), strict=True):
        place = min(bisect_right(rising, bound * rising[-1] + _NOISE), pairs - 1)
        moment = keys[place] // pairs
        if found and found[-1] == moment:
            kept[-1] += until - bound
        else:
            found.append(moment)
            kept.append(until - bound)
    return found, kept
