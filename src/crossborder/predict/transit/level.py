"""Today's level: how much quicker or slower things go than the standing law says.

Recent journeys, open ones too, are held against what was expected of them. An open one that has
lasted long speaks long before it arrives, so the level follows within days where outcomes alone
would follow within weeks. It is found afresh from what is known, never by adding up steps, so
late outcomes cannot make it swing.
"""

from bisect import bisect_left
from collections.abc import Sequence
from math import exp, log
from operator import add
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


def level_at(trips: Sequence[Trip], at: float, fit: Fit, rule: TransitSettings) -> Level:
    """The level as of a moment, from trips that rise by start; the fit is of this week.

    Times keep falling or rising while quotes are under way: a share of the last weeks' move is
    added to where they stand.
    """
    first = _first(trips, fit.at)
    usual, since = fit.usual.copy(), trips[first:]
    late = [
        fit.centre(trip.way, then) for trip, then in zip(since, usuals(since, usual), strict=True)
    ]
    oldest = at - rule.level_span - rule.level_half_life * 2**_DOUBLINGS * _SPAN
    begin = _first(trips, oldest)
    stride = -(-(len(trips) - begin) // _ENOUGH)
    recent = []
    for number in range(begin, len(trips)):
        trip = trips[number]
        if stride == 1 or crc32(trip.key.encode()) % stride == 0:
            centre = fit.expected[number] if number < first else late[number - first]
            recent.append((trip, centre))
    now = _levels(recent, at, fit, rule)
    before = _levels(recent, at - rule.level_span, fit, rule)
    levels = {
        line: _within(
            level + rule.level_trend * (level - before.get(line, before[""])), rule.level_most
        )
        for line, level in now.items()
    }
    return Level(levels.pop(""), levels, usual.value(at))


def _levels(
    recent: Sequence[tuple[Trip, float]], at: float, fit: Fit, rule: TransitSettings
) -> dict[str, float]:
    """The levels of all ("") and of lines with enough recent journeys, as known at a moment."""
    counted = []
    for trip, centre in recent:
        age = at - trip.start
        if age <= 0:
            break
        days, arrived = trip.so_far(at)
        step = step_of((log(days) if days > _LEAST else log(_LEAST)) - centre)
        counted.append((step, age, arrived, trip.way.line))
    half_life = rule.level_half_life
    for _ in range(_DOUBLINGS):
        fading = log(2) / half_life
        if sum(exp(-fading * age) for _, age, _, _ in counted) >= rule.level_weight:
            break
        half_life *= 2
    fading = log(2) / half_life
    own: dict[str, Spread] = {}
    for step, age, arrived, line in counted:
        spread = own.get(line)
        if spread is None:
            spread = own[line] = Spread()
        (spread.ended if arrived else spread.left)[step] += exp(-fading * age)
    whole = Spread()
    for _, spread in sorted(own.items()):
        whole.ended = list(map(add, whole.ended, spread.ended))
        whole.left = list(map(add, whole.left, spread.left))
    parent = whole.hazards(fit.hazards, rule.level_prior)
    levels = {
        line: _moved(spread.hazards(parent, _LINE_PRIOR), fit, rule)
        for line, spread in sorted(own.items())
        if line and len(own) > 1 and spread.weight >= _LINE_FEWEST
    }
    levels[""] = _moved(parent, fit, rule)
    return levels


def _first(trips: Sequence[Trip], at: float) -> int:
    """The place of the first trip that began at a moment or later."""
    return bisect_left(trips, at, key=lambda trip: trip.start)


def _moved(hazards: Sequence[float], fit: Fit, rule: TransitSettings) -> float:
    """How far the quantiles of the recent lie from those of all, on the mean, within bounds."""
    chances = [chance * fit.share for chance in _CHANCES]
    seen, meant = quantiles(hazards, chances), quantiles(fit.hazards, chances)
    steps = [one - other for one, other in zip(seen, meant, strict=True)]
    return _within(sum(steps) / len(steps), rule.level_most)


def _within(level: float, most: float) -> float:
    return min(max(level, -most), most)
