"""How long parcels take, as weighted counts: by line, destination and length of the promise.

Few parcels say little: a cell counts what it has seen beside `SHRINK` parcels of its parent, so
one with none of its own is its parent. The parents are all parcels, the line, the line with that
length of promise, and at last the destination as well.
"""

from bisect import bisect_right

from attrs import frozen

from crossborder.model.check import refuse

__all__ = ["TableState", "TransitTable"]

SHRINK = 20.0
"""How many parcels of the parent stand beside those of a cell."""

_STEPS = 2
"""Counts a day: a survival in between is on the straight line."""

_REACH = 90 * _STEPS
"""The last count holds what takes longer."""

_BOUNDS = (7.0, 10.0, 13.0, 16.0, 19.0, 22.0, 25.0, 28.0, 32.0, 38.0, 48.0, 64.0)
"""Days of promise at which another length begins."""

Cell = tuple[str, ...]


@frozen
class TableState:
    """What a `TransitTable` has counted, to be kept.

    Attributes:
        half_life: in days.
        start: the day of the first count, or None.
        cells: by name, the weight of each step that has any.
    """

    half_life: float
    start: int | None
    cells: tuple[tuple[Cell, tuple[tuple[int, float], ...]], ...]


class _Counts:
    """One cell: weights by age at arrival, and what is left from each age on."""

    __slots__ = ("left", "weights")

    def __init__(self) -> None:
        self.weights = [0.0] * (_REACH + 1)
        self.left: list[float] | None = None

    def add(self, age: float, weight: float) -> None:
        self.weights[min(max(int(age * _STEPS), 0), _REACH)] += weight
        self.left = None

    def beyond(self, age: float) -> float:
        """The weight of those that took longer than `age` days."""
        left = self.left
        if left is None:
            left, total = [0.0] * (_REACH + 2), 0.0
            for at in range(_REACH, -1, -1):
                total += self.weights[at]
                left[at] = total
            self.left = left
        place = max(age, 0.0) * _STEPS
        step = int(place)
        if step >= _REACH:
            # Of what outlasts the table a tail is left that thins out, never nothing.
            return left[_REACH] * _REACH / max(place, 1.0)
        return left[step] + (place - step) * (left[step + 1] - left[step])


class TransitTable:
    """Survival by days since hand-over.

    Recent parcels count more: with a half-life of 400 days one from a year ago counts about half.

    >>> table = TransitTable()
    >>> for day in range(1, 11):
    ...     table.add("air", "US", promised=20.0, took=float(day), day=100)
    >>> round(table.survival("air", "US", promised=20.0, age=5.0), 2)
    0.6
    """

    __slots__ = ("_cells", "_half_life", "_start")

    def __init__(self, half_life: float = 400.0) -> None:
        """Empty; `half_life` in days."""
        self._half_life = half_life
        self._start: int | None = None
        self._cells: dict[Cell, _Counts] = {}

    @classmethod
    def resumed(cls, state: TableState) -> "TransitTable":
        """The table that `state` was kept of.

        Raises:
            InvalidValue: a step that the table does not have.
        """
        found = cls(state.half_life)
        found._start = state.start
        for cell, weights in state.cells:
            counts = found._cells[cell] = _Counts()
            for step, weight in weights:
                if not 0 <= step <= _REACH:
                    raise refuse("TransitTable", "cells", step, f"must be a step up to {_REACH}")
                counts.weights[step] = weight
        return found

    @property
    def state(self) -> TableState:
        """To be kept."""
        cells = (
            (cell, tuple((step, weight) for step, weight in enumerate(counts.weights) if weight))
            for cell, counts in sorted(self._cells.items())
        )
        return TableState(float(self._half_life), self._start, tuple(cells))

    def add(self, line: str, destination: str, *, promised: float, took: float, day: int) -> None:
        """Count a parcel that took so many days; `day` is when that was learnt."""
        if self._start is None:
            self._start = day
        weight = self._weight(day)
        for cell in _cells(line, destination, promised):
            counts = self._cells.get(cell)
            if counts is None:
                counts = self._cells[cell] = _Counts()
            counts.add(took, weight)

    def _weight(self, day: int) -> float:
        """Later ones weigh more, so that what was counted need not be touched again."""
        start = day if self._start is None else self._start
        return float(2.0 ** min(max((day - start) / self._half_life, -60.0), 900.0))

    def evidence(self, *, day: int) -> float:
        """How many parcels of today the counts are worth."""
        counts = self._cells.get(())
        return counts.beyond(0.0) / self._weight(day) if counts is not None else 0.0

    def survival(
        self, line: str, destination: str, *, promised: float, age: float, day: int | None = None
    ) -> float:
        """The share that takes longer than `age` days; 1 before anything was counted."""
        weight = SHRINK * self._weight(day if day is not None else self._start or 0)
        share = 1.0
        for depth, cell in enumerate(_cells(line, destination, promised)):
            counts = self._cells.get(cell)
            if counts is None:
                break
            own = counts.beyond(0.0)
            # All parcels have no parent to stand beside them.
            beside = weight if depth else 0.0
            share = (counts.beyond(age) + beside * share) / (own + beside)
        return share


def _cells(line: str, destination: str, promised: float) -> tuple[Cell, ...]:
    length = str(bisect_right(_BOUNDS, promised))
    own = (line, length, destination)
    return ((), (line,), (line, length), own) if destination else ((), (line,), (line, length))
