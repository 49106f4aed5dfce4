"""What was quoted, how often it held, and how far the next quotes are moved for it.

A quote is judged when its own time has passed: a miss is known then, not when the parcel arrives,
and a quick one is not counted earlier than a slow one. The correction is a share of what coverage
missed lately, held by prior quotes and within bounds. It is no sum of steps: however late
outcomes come, it cannot run away.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from math import exp, log

from crossborder.predict.lead.ledger import Kept
from crossborder.predict.transit.settings import JUDGED, TransitSettings
from crossborder.predict.transit.way import Trip

__all__ = ["Ledger", "Quoted"]

_SPAN = 6
"""A quote judged so many half-lives ago is not asked for again when quotes are corrected."""

_MOST = 3000
"""Of more quotes than that, a share is looked at when quotes are corrected."""

Quoted = tuple[float, str]
"""Until when, and for which journey."""


class Ledger:
    """Kept quotes at the judged chances."""

    __slots__ = ("_quotes", "_sorted", "keys")

    def __init__(self) -> None:
        """No quote."""
        self.keys: set[str] = set()
        self._quotes: tuple[list[Quoted], ...] = tuple([] for _ in JUDGED)
        self._sorted = True

    def add(self, key: str, untils: Sequence[float]) -> None:
        """A quote: one moment for each judged chance."""
        self.keys.add(key)
        for quotes, until in zip(self._quotes, untils, strict=True):
            quotes.append((until, key))
        self._sorted = False

    @property
    def quotes(self) -> tuple[tuple[Quoted, ...], ...]:
        """All quotes by judged chance, by their moment."""
        self._sort()
        return tuple(map(tuple, self._quotes))

    def _sort(self) -> None:
        if not self._sorted:
            for quotes in self._quotes:
                quotes.sort()
            self._sorted = True

    def kept(self, trips: Mapping[str, Trip], at: float) -> tuple[Kept, ...]:
        """How often the quotes held whose time has passed."""
        self._sort()
        found = []
        for chance, quotes in zip(JUDGED, self._quotes, strict=True):
            passed = quotes[: bisect_left(quotes, (at, ""))]
            held = [_held(trips.get(key), until, at) for until, key in passed]
            told = [each for each in held if each is not None]
            found.append(Kept(chance, len(told), sum(told)))
        return tuple(found)

    def moves(self, trips: Mapping[str, Trip], at: float, rule: TransitSettings) -> list[float]:
        """By judged chance, how far quotes are moved (in logarithms)."""
        self._sort()
        fading = log(2) / rule.memory
        found = []
        for chance, quotes in zip(JUDGED, self._quotes, strict=True):
            begin = bisect_left(quotes, (at - _SPAN * rule.memory, ""))
            end = bisect_left(quotes, (at, ""))
            stride = -(-(end - begin) // _MOST) or 1
            mass, missed = rule.correction_prior, 0.0
            for until, key in quotes[begin:end:stride]:
                held = _held(trips.get(key), until, at)
                if held is not None:
                    weight = stride * exp(fading * (until - at))
                    mass += weight
                    missed += weight * (chance - held)
            step = rule.correction * missed / mass if mass else 0.0
            found.append(min(max(step, -rule.correction_most), rule.correction_most))
        return found


def _held(trip: Trip | None, until: float, at: float) -> bool | None:
    """Whether a journey arrived by then, as far as was known; None when it was given up before, or
    had not begun.
    """
    if trip is None or trip.start >= at:
        return None
    if trip.end is None or trip.known is None or trip.known > at or trip.end > until:
        return False
    return True if trip.arrived else None
