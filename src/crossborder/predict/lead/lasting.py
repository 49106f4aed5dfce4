"""Durations of which some still last: their quantiles, and what the lasting ones come to."""

from bisect import bisect_right
from collections.abc import Sequence

__all__ = ["expected_ends", "quantiles"]


def quantiles(
    values: Sequence[float],
    ended: Sequence[bool],
    weights: Sequence[float],
    levels: Sequence[float],
) -> list[float]:
    """The product-limit quantiles (Kaplan and Meier, 1958) at rising levels.

    Values rise, and of equal ones the ended come first. A level beyond what has ended is answered
    with the longest value.

    >>> quantiles([1.0, 2.0, 3.0], [True, False, True], [1.0, 1.0, 1.0], [0.3, 0.9])
    [1.0, 3.0]
    """
    found: list[float] = []
    at_risk, alive = sum(weights), 1.0
    wanted = iter(levels)
    level = next(wanted, None)
    for value, over, weight in zip(values, ended, weights, strict=True):
        if level is None:
            break
        if over and at_risk > 0:
            alive *= 1 - min(weight / at_risk, 1.0)
            while level is not None and 1 - alive >= level - 1e-9:
                found.append(value)
                level = next(wanted, None)
        at_risk -= weight
    found += [values[-1]] * (len(levels) - len(found))
    return found


def expected_ends(
    values: Sequence[float], ended: Sequence[bool], weights: Sequence[float]
) -> list[float]:
    """For each value what it comes to: itself when ended, else the mean of what lasted longer.

    The order is that of `quantiles`. What outlasts all is put at the longest value.
    """
    at_risk, alive = sum(weights), 1.0
    masses: list[float] = []
    for over, weight in zip(ended, weights, strict=True):
        share = alive * min(weight / at_risk, 1.0) if over and at_risk > 0 else 0.0
        masses.append(share)
        alive -= share
        at_risk -= weight
    masses[-1] += max(alive, 0.0)
    above, moment = [0.0] * (len(values) + 1), [0.0] * (len(values) + 1)
    for place in range(len(values) - 1, -1, -1):
        above[place] = above[place + 1] + masses[place]
        moment[place] = moment[place + 1] + masses[place] * values[place]
    ends = []
    for value, over in zip(values, ended, strict=True):
        place = bisect_right(values, value)
        mean = moment[place] / above[place] if not over and above[place] > 1e-9 else value
        ends.append(max(value, mean))
    return ends
