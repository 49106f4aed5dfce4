"""Today's level: how much quicker or slower things go than the standing law says.

Recent journeys, open ones too, are held against what was expected of them. An open one that has
lasted long speaks long before it arrives, so the level follows within days where outcomes alone
would follow within weeks. It is found afresh from what is known, never by adding up steps, so
late outcomes cannot make it swing.
"""

from bisect import bisect_left
from collections.abc import Sequence
from math import exp, log
from zlib import crc32

from crossborder.predict.transit.fit import Fit, usuals
from crossborder.predict.transit.settings import TransitSettings
from crossborder.predict.transit.spread import Spread, quantiles, step_of
from crossborder.predict.transit.way import Trip

__all__ = ["Level", "level_at"]

_CHANCES = tuple(0.1 * step for step in range(1, 7))
"""Where the law of the recent journeys is held against that of all; the tails are left alone."""

_SPAN = 10
"""Journeys older than so many half-lives have no say."""

_DOUBLINGS = 3
_ENOUGH = 4000
"""About so many recent journeys find the level; of more a fixed share is taken."""

_LEAST = 1 / 24
_LINE_PRIOR = 30.0
"""A line's own level is held at that of all by so many journeys in each step."""

_LINE_FEWEST = 20


class Level:
    """The level of all, and of each line that has enough recent journeys; in logarithms."""

    __slots__ = ("all", "lines", "usual")

    def __init__(self, all_: float, lines: dict[str, float], usual: float | None) -> None:
        """See the class."""
        self.all, self.lines, self.usual = all_, lines, usual

    def of(self, line: str) -> float:
        """The level for a line."""
        return self.lines.get(line, self.all)


Recent = tuple[int, float, bool, float, str]
"""Step, weight when fading by a day, whether it arrived, its age, and the line of a journey."""


def level_at(trips: Sequence[Trip], at: float, fit: Fit, rule: TransitSettings) -> Level:
    """The level as of a moment, from trips that rise by start; the fit is of this week."""
    first = _first(trips, fit.at)
    usual = fit.usual.copy()
    since = trips[first:]
    late = [
        fit.centre(trip.way, then) for trip, then in zip(since, usuals(since, usual), strict=True)
    ]
    oldest = at - rule.level_half_life * 2**_DOUBLINGS * _SPAN
    begin = _first(trips, oldest)
    stride = -(-(len(trips) - begin) // _ENOUGH)
    recent = []
    for number in range(begin, len(trips)):
        trip = trips[number]
        if stride > 1 and crc32(trip.key.encode()) % stride:
            continue
        days, arrived = trip.so_far(at)
        centre = fit.expected[number] if number < first else late[number - first]
        step = step_of((log(days) if days > _LEAST else log(_LEAST)) - centre)
        recent.append((step, at - trip.start, arrived, trip.way.line))
    half_life = rule.level_half_life
    for _ in range(_DOUBLINGS):
        fading = log(2) / half_life
        if sum(exp(-fading * age) for _, age, arrived, _ in recent if arrived) >= rule.level_weight:
            break
        half_life *= 2
    fading = log(2) / half_life
    whole, own = Spread(), dict[str, Spread]()
    for step, age, arrived, line in recent:
        weight = exp(-fading * age)
        spread = own.setdefault(line, Spread()) if line else whole
        (spread.ended if arrived else spread.left)[step] += weight
    if not own:
        return Level(_moved(whole, fit.hazards, rule.level_prior, fit, rule), {}, usual.value(at))
    for spread in own.values():
        whole.ended = [one + other for one, other in zip(whole.ended, spread.ended, strict=True)]
        whole.left = [one + other for one, other in zip(whole.left, spread.left, strict=True)]
    all_ = _moved(whole, fit.hazards, rule.level_prior, fit, rule)
    lines = {}
    for line, spread in sorted(own.items()):
        if spread.weight >= _LINE_FEWEST and len(own) > 1:
            parent = whole.hazards(fit.hazards, rule.level_prior)
            lines[line] = _moved(spread, parent, _LINE_PRIOR, fit, rule)
    return Level(all_, lines, usual.value(at))


def _first(trips: Sequence[Trip], at: float) -> int:
    """The place of the first trip that began at a moment or later."""
    return bisect_left(trips, at, key=lambda trip: trip.start)


def _moved(
    spread: Spread, parent: Sequence[float], prior: float, fit: Fit, rule: TransitSettings
) -> float:
    """How far the quantiles of the recent lie from those of all, on the mean, within bounds."""
    chances = [chance * fit.share for chance in _CHANCES]
    seen = quantiles(spread.hazards(parent, prior), chances)
    meant = quantiles(fit.hazards, chances)
    step = sum(one - other for one, other in zip(seen, meant, strict=True)) / len(chances)
    return min(max(step, -rule.level_most), rule.level_most)
