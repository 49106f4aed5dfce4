"""What the traits of a journey add to the logarithm of its time (least squares, held at nought)."""

from collections import Counter
from collections.abc import Sequence
from math import log

from crossborder.predict.transit.way import Trip, Way

__all__ = ["Coder", "Row", "least_squares"]

Row = tuple[list[int], list[float]]
"""Places of the coefficients that a journey has, and their values."""

_CENTRE = log(21.0)
_FARTHEST = 1.2
"""A promise counts as at most so much longer or shorter than usual, in logarithms."""

_FEWEST = 30
"""A word that fewer journeys had has no effect of its own."""

_WORDS = 40
"""The words that most journeys had; others have no effect of their own."""

_DENSE = 4


class Coder:
    """How a journey's traits become numbers: chosen once for each fit.

    A promise counts in two ways: against what was usually promised then (with its square), as it
    tells of the way, and as it is. Amounts count by their logarithm against the mean.
    """

    __slots__ = ("means", "places", "size")

    def __init__(self, trips: Sequence[Trip]) -> None:
        """The words and amounts of these journeys."""
        words: Counter[str] = Counter()
        sums: dict[str, list[float]] = {}
        for trip in trips:
            words.update(trip.way.words)
            for name, value in trip.way.logs:
                kept = sums.setdefault(name, [0.0, 0.0])
                kept[0] += 1.0
                kept[1] += value
        # A word that all journeys have says nothing that the level does not.
        often = [(-count, word) for word, count in words.items() if _FEWEST <= count < len(trips)]
        names = [*sorted(sums), *(word for _, word in sorted(often)[:_WORDS])]
        self.places = {name: place for place, name in enumerate(names, start=_DENSE)}
        self.means = {name: total / count for name, (count, total) in sums.items()}
        self.size = _DENSE + len(names)

    def row(self, way: Way, usual: float | None) -> Row:
        """The numbers of a journey; `usual` is the logarithm of the promise usual then."""
        places, values = [0], [1.0]
        width = way.width
        if width is not None and usual is not None:
            longer = min(max(width - usual, -_FARTHEST), _FARTHEST)
            places += (1, 2, 3)
            values += (longer, longer * longer, width - _CENTRE)
        known, means = self.places, self.means
        for name, value in way.logs:
            if name in known:
                places.append(known[name])
                values.append(value - means[name])
        for word in way.words:
            if word in known:
                places.append(known[word])
                values.append(1.0)
        return places, values

    def expected(self, way: Way, usual: float | None, effects: Sequence[float]) -> float:
        """What a journey's numbers come to with these coefficients, without making the row."""
        total = effects[0]
        width = way.width
        if width is not None and usual is not None:
            longer = min(max(width - usual, -_FARTHEST), _FARTHEST)
            total += longer * (effects[1] + longer * effects[2]) + (width - _CENTRE) * effects[3]
        known, means = self.places, self.means
        for name, value in way.logs:
            if name in known:
                total += effects[known[name]] * (value - means[name])
        for word in way.words:
            if word in known:
                total += effects[known[word]]
        return total


def least_squares(
    rows: Sequence[Row],
    targets: Sequence[float],
    weights: Sequence[float],
    size: int,
    *,
    strength: float,
) -> list[float]:
    """The coefficients with the least weighted squares; all but the level are held at nought.

    >>> rows = [([0], [1.0]), ([0, 1], [1.0, 2.0])]
    >>> [round(value, 3) for value in least_squares(rows, [1, 5], [1, 1], 2, strength=1e-9)]
    [1.0, 2.0]
    """
    matrix = [[0.0] * size for _ in range(size)]
    right = [0.0] * size
    for (places, values), target, weight in zip(rows, targets, weights, strict=True):
        # Each pair of places is met once, whichever comes first: both sides are joined below.
        for number, place in enumerate(places):
            scaled = weight * values[number]
            right[place] += scaled * target
            line = matrix[place]
            for other, factor in zip(places[number:], values[number:], strict=True):
                line[other] += scaled * factor
    for place in range(size):
        for other in range(place):
            both = matrix[place][other] + matrix[other][place]
            matrix[place][other] = matrix[other][place] = both
        matrix[place][place] += strength if place else 1e-9
    return _solved(matrix, right)


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """The solution of a positive definite system, by elimination."""
    size = len(right)
    for pivot in range(size):
        line = matrix[pivot]
        for below in range(pivot + 1, size):
            factor = matrix[below][pivot] / line[pivot]
            if factor:
                other = matrix[below]
                for place in range(pivot, size):
                    other[place] -= factor * line[place]
                right[below] -= factor * right[pivot]
    found = [0.0] * size
    for place in range(size - 1, -1, -1):
        line = matrix[place]
        rest = sum(line[other] * found[other] for other in range(place + 1, size))
        found[place] = (right[place] - rest) / line[place]
    return found
