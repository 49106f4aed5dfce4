"""Today's level: how much quicker or slower things go than the standing law says.

Recent journeys, open ones too, are held against what was expected of them. An open one that has
lasted long speaks long before it arrives, so the level follows within days where outcomes alone
would follow within weeks. It is found afresh from what is known, never by adding up steps, so
late outcomes cannot make it swing.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
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

_SPAN = 8
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
    recent = _Recent(trips, fit, late, first)
    now = _levels(recent, at, fit, rule)
    before = _levels(recent, at - rule.level_span, fit, rule)
    levels = {
        line: _within(
            level + rule.level_trend * (level - before.get(line, before[""])), rule.level_most
        )
        for line, level in now.items()
    }
    return Level(levels.pop(""), levels, usual.value(at))


class _Recent:
    """Journeys by start, each with what was expected of it."""

    __slots__ = ("_expected", "_first", "_late", "trips")

    def __init__(self, trips: Sequence[Trip], fit: Fit, late: Sequence[float], first: int) -> None:
        self.trips, self._expected, self._late, self._first = trips, fit.expected, late, first

    def between(self, start: float, end: float) -> Iterator[tuple[Trip, float]]:
        """Those that began from one moment on and before another; of very many a share."""
        low, high = _first(self.trips, start), _first(self.trips, end)
        stride = -(-(high - low) // _ENOUGH)
        for number in range(low, high):
            trip = self.trips[number]
            if stride == 1 or crc32(trip.key.encode()) % stride == 0:
                since = number - self._first
                yield trip, self._expected[number] if since < 0 else self._late[since]


def _half_life(trips: Sequence[Trip], at: float, rule: TransitSettings) -> float:
    """As short as may be with enough journeys behind it.

    A steady stream weighs what began in the last half-life and nearly half of one more.
    """
    half_life, end = rule.level_half_life, _first(trips, at)
    for _ in range(_DOUBLINGS):
        if end - _first(trips, at - half_life / log(2)) >= rule.level_weight:
            break
        half_life *= 2
    return half_life


def _levels(recent: _Recent, at: float, fit: Fit, rule: TransitSettings) -> dict[str, float]:
    """The levels of all ("") and of lines with enough recent journeys, as known at a moment."""
    half_life = _half_life(recent.trips, at, rule)
    fading = log(2) / half_life
    own: dict[str, Spread] = {}
    for trip, centre in recent.between(at - _SPAN * half_life, at):
        days, arrived = trip.so_far(at)
        spread = own.get(trip.way.line)
        if spread is None:
            spread = own[trip.way.line] = Spread()
        step = step_of((log(days) if days > _LEAST else log(_LEAST)) - centre)
        (spread.ended if arrived else spread.left)[step] += exp(fading * (trip.start - at))
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
