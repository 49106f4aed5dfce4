"""Durations of which some still last: their quantiles, and what the lasting ones come to.

Durations are given as logarithms. The share that outlasts every one that ended is unfinished: it
is put at twice the longest, ended or not, as `Distribution.censored` has it. So a further open
duration never makes a quantile smaller.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from math import log

__all__ = ["expected_ends", "quantiles"]

_TWICE = log(2)


def _at_risk(weights: Sequence[float]) -> list[float]:
    """By place, the weight of all from there on, summed from the end: the last ones may be tiny."""
    return list(accumulate(reversed(weights)))[::-1]


def quantiles(
    values: Sequence[float],
    ended: Sequence[bool],
    weights: Sequence[float],
    levels: Sequence[float],
) -> list[float]:
    """The product-limit quantiles (Kaplan and Meier, 1958) at rising levels.

    Values rise, and of equal ones the ended come first.

    >>> found = quantiles([1.0, 2.0, 3.0], [True, True, False], [1.0, 1.0, 1.0], [0.3, 0.6, 0.9])
    >>> [round(value, 3) for value in found]
    [1.0, 2.0, 3.693]
    """
    found: list[float] = []
    alive = 1.0
    wanted = iter(levels)
    level = next(wanted, None)
    for value, over, weight, at_risk in zip(values, ended, weights, _at_risk(weights), strict=True):
        if level is None:
            break
        if over and at_risk > 0:
            alive *= 1 - min(weight / at_risk, 1.0)
            while level is not None and 1 - alive >= level - 1e-9:
                found.append(value)
                level = next(wanted, None)
    found += [values[-1] + _TWICE] * (len(levels) - len(found))
    return found


def expected_ends(
    values: Sequence[float], ended: Sequence[bool], weights: Sequence[float]
) -> list[float]:
    """For each value what it comes to: itself when ended, else the mean of what lasted longer.

    The order is that of `quantiles`.
    """
    alive = 1.0
    masses: list[float] = []
    for over, weight, at_risk in zip(ended, weights, _at_risk(weights), strict=True):
        share = alive * min(weight / at_risk, 1.0) if over and at_risk > 0 else 0.0
        masses.append(share)
        alive -= share
    left = max(alive, 0.0)
    above, moment = [left] * (len(values) + 1), [left * (values[-1] + _TWICE)] * (len(values) + 1)
    for place in range(len(values) - 1, -1, -1):
        above[place] = above[place + 1] + masses[place]
        moment[place] = moment[place + 1] + masses[place] * values[place]
    ends = []
    for value, over in zip(values, ended, strict=True):
        place = bisect_right(values, value)
        mean = moment[place] / above[place] if not over and above[place] > 1e-9 else value
        ends.append(max(value, mean))
    return ends
