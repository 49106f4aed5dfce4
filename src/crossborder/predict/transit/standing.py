"""What is said of one day, and what is kept of all that was learnt."""

from collections.abc import Sequence
from math import exp

from attrs import frozen

from crossborder.predict.transit.cells import ALL, Cell, Key
from crossborder.predict.transit.fit import Fit
from crossborder.predict.transit.ledger import Quoted
from crossborder.predict.transit.level import Level
from crossborder.predict.transit.settings import JUDGED, TransitSettings
from crossborder.predict.transit.spread import LEVELS, at_level
from crossborder.predict.transit.way import Way

__all__ = ["Said", "Standing", "TransitState", "TripState"]

_LONGEST = 8.0
"""No time is said beyond this logarithm of days (eight years)."""


@frozen
class TripState:
    """One journey to be kept; times are days since 1970. See `Trip` for the fields."""

    key: str
    way: Way
    start: float
    end: float | None
    known: float | None
    arrived: bool


@frozen
class TransitState:
    """What `TransitTimes` learnt from, to be kept.

    Attributes:
        settings: the constants.
        trips: by start.
        quotes: by judged chance.
    """

    settings: TransitSettings
    trips: tuple[TripState, ...]
    quotes: tuple[tuple[Quoted, ...], ...]


@frozen(eq=False)
class Said:
    """What is said of one way.

    Attributes:
        table: residuals at `LEVELS`.
        centre: the logarithm of the time to be expected.
        source: `cell`, `line` or `all`: whose history the table is.
        evidence: the weight of the arrived journeys of that history.
    """

    table: list[float]
    centre: float
    source: str
    evidence: float

    def days(self, chance: float) -> float:
        """The days that are enough with this chance."""
        return exp(min(self.centre + at_level(self.table, chance), _LONGEST))

    @property
    def law(self) -> list[float]:
        """The days at `LEVELS`."""
        return [exp(min(self.centre + value, _LONGEST)) for value in self.table]


@frozen(eq=False)
class Standing:
    """What is said of the day that begins at `at`.

    Attributes:
        at: days since 1970.
        fit: the standing law of the week.
        level: of the day.
        moves: by judged chance, what kept quotes correct.
        tables: corrected tables of cells, as far as they were asked for.
    """

    at: float
    fit: Fit
    level: Level
    moves: list[float]
    tables: dict[Key, list[float]]

    def of(self, way: Way) -> Said:
        """What is said of a way."""
        fit, level = self.fit, self.level
        key, cell = fit.cells.finest(way)
        centre = fit.centre(way, level.usual) + level.of(way.line)
        source = "all" if key == ALL else "line" if len(key) == 1 else "cell"
        evidence = fit.evidence if cell is None else cell.evidence
        return Said(self._table(key, cell), centre, source, evidence)

    def _table(self, key: Key, cell: Cell | None) -> list[float]:
        """Residuals at `LEVELS`, corrected by what was kept; they never fall."""
        found = self.tables.get(key)
        if found is None:
            found, highest = [], -_LONGEST
            plain = self.fit.table if cell is None else cell.table
            for chance, value in zip(LEVELS, plain, strict=True):
                highest = max(highest, value + _move(self.moves, chance))
                found.append(highest)
            self.tables[key] = found
        return found


def _move(moves: Sequence[float], chance: float) -> float:
    """The correction at a chance: nothing at 0, in proportion between the judged chances."""
    low, before = 0.0, 0.0
    for high, move in zip(JUDGED, moves, strict=True):
        if chance <= high:
            return before + (move - before) * (chance - low) / (high - low)
        low, before = high, move
    return before
