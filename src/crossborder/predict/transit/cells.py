"""Where a line, or a finer cell of journeys, differs from its parent, and has shown that it does.

A cell's own quantiles are held at its parent's by so many observations, more for higher quantiles.
It is used only when, learnt on earlier journeys, it came out ahead of its parent on later ones.
"""

from collections.abc import Sequence
from math import exp

from crossborder.predict.transit.settings import TransitSettings
from crossborder.predict.transit.spread import LEVELS, Spread, at_level, step_of
from crossborder.predict.transit.way import Trip, Way

__all__ = ["ALL", "Cell", "Cells", "keys_of"]

Key = tuple[str, ...]

ALL: Key = ()
_FEWEST = 40
"""A cell of fewer arrived journeys is not looked at."""

_LATER = 0.7
"""A cell is learnt on so much of the ripe journeys, and judged on the rest."""

_JUDGED = (0.5, 0.8, 0.9)
_ANCHORS = (0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.99)


def keys_of(way: Way) -> tuple[Key, ...]:
    """The cells of a journey, from the line to the finest.

    >>> keys_of(Way("express", zone="US"))
    (('express',), ('express', '', 'US'))
    """
    line = (way.line,) if way.line else None
    fine = (way.line, way.origin, way.zone) if way.origin or way.zone else None
    return tuple(key for key in (line, fine) if key is not None)


class Cell:
    """One cell in use.

    Attributes:
        table: residuals at `LEVELS`.
        evidence: the weight of its arrived journeys.
    """

    __slots__ = ("evidence", "table")

    def __init__(self, table: list[float], evidence: float) -> None:
        """See the attributes."""
        self.table, self.evidence = table, evidence


class Cells:
    """The cells in use, by key."""

    __slots__ = ("found",)

    def __init__(self, found: dict[Key, Cell]) -> None:
        """See `learnt`."""
        self.found = found

    def finest(self, way: Way) -> tuple[Key, Cell | None]:
        """The finest cell in use for a journey; None when none of its own is."""
        best: tuple[Key, Cell | None] = (ALL, None)
        if self.found:
            for key in keys_of(way):
                cell = self.found.get(key)
                if cell is not None:
                    best = key, cell
        return best

    @classmethod
    def learnt(
        cls,
        trips: Sequence[Trip],
        residuals: Sequence[float],
        weights: Sequence[float],
        arrived: Sequence[bool],
        *,
        table: list[float],
        ripe: Sequence[int],
        rule: TransitSettings,
    ) -> "Cells":
        """The cells that came out ahead of their parents."""
        members: dict[Key, list[int]] = {}
        for number, trip in enumerate(trips):
            for key in keys_of(trip.way):
                members.setdefault(key, []).append(number)
        past = frozenset(ripe)
        split = ripe[min(int(len(ripe) * _LATER), len(ripe) - 1)]
        found: dict[Key, Cell] = {}
        for key in sorted(members, key=lambda key: (len(key), key)):
            rows = members[key]
            # What all journeys share is told by the law of all.
            if len(rows) == len(trips) or sum(arrived[row] for row in rows) < _FEWEST:
                continue
            line = found.get(key[:1]) if len(key) > 1 else None
            parent = line.table if line is not None else table
            earlier = [row for row in rows if row < split]
            later = [row for row in rows if row >= split and row in past]
            early, _ = _own(earlier, residuals, weights, arrived, parent, rule)
            if not _ahead(early, parent, [residuals[row] for row in later], rule.cell_gain):
                continue
            own, weight = _own(rows, residuals, weights, arrived, parent, rule)
            found[key] = Cell(own, weight)
        return cls(found)


def _own(
    rows: Sequence[int],
    residuals: Sequence[float],
    weights: Sequence[float],
    arrived: Sequence[bool],
    parent: Sequence[float],
    rule: TransitSettings,
) -> tuple[list[float], float]:
    """A cell's quantiles, held at its parent's; and its weight."""
    spread = Spread()
    for row in rows:
        (spread.ended if arrived[row] else spread.left)[step_of(residuals[row])] += weights[row]
    weight = spread.weight
    if not weight:
        return list(parent), 0.0
    own = spread.quantiles(_ANCHORS)
    moves = []
    for chance, value in zip(_ANCHORS, own, strict=True):
        held = rule.cell_strength * max(1.0, 0.5 / (1 - chance))
        moves.append(weight / (weight + held) * (value - at_level(parent, chance)))
    table, highest = [], parent[0] - 10.0
    for chance, value in zip(LEVELS, parent, strict=True):
        highest = max(highest, value + _between(moves, chance))
        table.append(highest)
    return table, weight


def _between(moves: Sequence[float], chance: float) -> float:
    """The move at a chance, in proportion between the two anchors around it."""
    if chance <= _ANCHORS[0]:
        return moves[0]
    for place in range(1, len(_ANCHORS)):
        if chance <= _ANCHORS[place]:
            low, high = _ANCHORS[place - 1], _ANCHORS[place]
            share = (chance - low) / (high - low)
            return moves[place - 1] + share * (moves[place] - moves[place - 1])
    return moves[-1]


def _ahead(
    own: Sequence[float], parent: Sequence[float], later: Sequence[float], gain: float
) -> bool:
    """Whether a cell's quantiles cost less than its parent's on later journeys."""
    if len(later) < _FEWEST // 2:
        return False
    costs = []
    for table in (own, parent):
        marks = [(chance, exp(at_level(table, chance))) for chance in _JUDGED]
        cost = 0.0
        for residual in later:
            ratio = exp(residual)
            for chance, mark in marks:
                gap = ratio - mark
                cost += chance * gap if gap >= 0 else (chance - 1) * gap
        costs.append(cost)
    return costs[0] < (1 - gain) * costs[1]
