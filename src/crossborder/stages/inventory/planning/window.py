"""The one kernel behind the single proposal and the batch: pieces needed in a window of time.

An order placed now arrives after the lead time and must last until the next one can arrive, one
review later. The supply of a moment is what is free now and what comes in before that moment;
what comes in later covers nothing. The moments at which stock can be at its lowest are those just
before something comes in, and the end of the window. The chance of having run out is taken at the
worst of them, and mixed over the days the lead time may take.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate
from math import fsum
from typing import NamedTuple

from crossborder.stages.inventory.planning.demand import Cumulative

__all__ = [
    "Atoms",
    "Need",
    "Window",
    "atoms",
    "kept",
    "laws",
    "needed",
    "short",
    "until_arrival",
    "whole_order",
    "windows",
]

Atoms = tuple[tuple[float, float], ...]
"""Days and their probabilities, by rising days."""

Arrivals = Sequence[tuple[float, int]]
"""Days from now and pieces."""


class Window(NamedTuple):
    """One possible lead time.

    Attributes:
        weight: its probability.
        moments: expected demand up to, and supply before, each moment that counts.
    """

    weight: float
    moments: tuple[tuple[float, int], ...]


class Need(NamedTuple):
    """What the windows ask for.

    Attributes:
        pieces: the fewest that keep the service; 0 when nothing is needed.
        without: the probability of running out when nothing is ordered.
    """

    pieces: int
    without: float


class _Law(NamedTuple):
    weight: float
    parts: tuple[tuple[Cumulative, int], ...]


def atoms(values: Sequence[float], weights: Sequence[float], most: int = 64) -> Atoms:
    """Days with probabilities; of more than `most`, neighbours are merged and keep their mean.

    >>> atoms((3.0, 4.0, 8.0), (1.0, 1.0, 2.0))
    ((3.0, 0.25), (4.0, 0.25), (8.0, 0.5))
    """
    whole = fsum(weights)
    if len(values) <= most:
        return tuple((float(v), w / whole) for v, w in zip(values, weights, strict=True))
    groups: list[list[tuple[float, float]]] = [[] for _ in range(most)]
    reached = [0.0, *accumulate(weights)]
    for value, weight, before in zip(values, weights, reached, strict=False):
        place = int((before + weight / 2) / whole * most)
        groups[min(place, most - 1)].append((value, weight))
    merged = []
    for group in filter(None, groups):
        mass = fsum(w for _, w in group)
        merged.append((fsum(v * w for v, w in group) / mass, mass / whole))
    return tuple(merged)


def windows(
    lead: Atoms,
    review: float,
    free: int,
    incoming: Arrivals,
    mean_by: Callable[[float], float],
    *,
    after: float = 0.0,
) -> list[Window]:
    """For each possible lead time the moments between this order's arrival and the next one's.

    Args:
        lead: days from order to arrival, with probabilities.
        review: days between two chances to order.
        free: pieces free now; negative when more is promised than there is.
        incoming: by rising days.
        mean_by: expected demand in pieces up to so many days from now.
        after: days from now until the order is placed.
    """
    made = []
    for days, weight in lead:
        arrival = after + days
        end = arrival + review
        moments = []
        supply = free
        for due, pieces in incoming:
            if due >= end:
                break
            if due > arrival:
                moments.append((mean_by(due), supply))
            supply += pieces
        moments.append((mean_by(end), supply))
        made.append(Window(weight, tuple(moments)))
    return made


def until_arrival(
    lead: Atoms, free: int, incoming: Arrivals, mean_by: Callable[[float], float]
) -> list[Window]:
    """The moments from now up to the arrival: what an order placed now cannot mend."""
    first = ((0.0, 1.0),)
    made = []
    for days, weight in lead:
        moments = windows(first, days, free, incoming, mean_by)[0].moments
        made.append(Window(weight, moments))
    return made


def laws(window: Sequence[Window], dispersion: float) -> list[_Law]:
    """The windows with the laws of demand up to each moment."""
    return [
        _Law(weight, tuple((Cumulative(mean, dispersion), supply) for mean, supply in moments))
        for weight, moments in window
    ]


def kept(tables: Sequence[_Law], extra: int) -> float:
    """The probability of not running out with `extra` pieces more, at the worst moment."""
    total = 0.0
    for weight, parts in tables:
        total += weight * min([law.at(supply + extra) for law, supply in parts])
    return total


def needed(tables: Sequence[_Law], service: float) -> Need:
    """The fewest pieces that keep the service in all windows together."""
    now = kept(tables, 0)
    if now >= service:
        return Need(0, max(0.0, 1 - now))
    low, high = 0, 1
    for _, parts in tables:
        for law, supply in parts:
            high = max(high, law.quantile(service) - supply)
    while high - low > 1:
        middle = (low + high) // 2
        if kept(tables, middle) >= service:
            high = middle
        else:
            low = middle
    return Need(high, max(0.0, 1 - now))


def short(tables: Sequence[_Law], extra: int) -> float:
    """Pieces that buyers are expected to wait for at the worst moment, with `extra` more."""
    total = 0.0
    for weight, parts in tables:
        worst = 0.0
        for law, supply in parts:
            level = supply + extra
            law.at(level)
            served = max(0, level - law.start)
            # E[(D - y)+] = E[D] - y + the sum of P(D <= k) over k < y.
            below = fsum(law.table[:served]) + max(0, served - len(law.table))
            worst = max(worst, law.mean - level + below)
        total += weight * worst
    return total


def whole_order(need: int, *, lot: int, moq: int, multiple: int) -> int:
    """What to order for the need: at least the lot and the MOQ, in whole multiples.

    >>> whole_order(7, lot=0, moq=10, multiple=4), whole_order(0, lot=50, moq=10, multiple=4)
    (12, 0)
    """
    if need <= 0:
        return 0
    return -(-max(need, lot, moq) // multiple) * multiple
