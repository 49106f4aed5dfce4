"""What is found anew each week: effects of traits, the law around them, and the cells that pay."""

from collections.abc import Iterable, Sequence
from math import exp, log

from attrs import frozen

from crossborder.predict.transit.cells import Cells
from crossborder.predict.transit.regress import Coder, least_squares
from crossborder.predict.transit.settings import TransitSettings
from crossborder.predict.transit.spread import LEVELS, Spread, arriving, quantiles, step_of
from crossborder.predict.transit.usual import Usual
from crossborder.predict.transit.way import Trip, Way

__all__ = ["Fit", "fitted", "usuals"]

_LEAST = 1 / 24
"""Times below an hour count as one."""

_FEWEST = 30
"""With fewer journeys that are past their time, all that arrived are taken."""

_TAUGHT = 20_000
"""Of more journeys than that, every second, third and so on finds the effects of traits."""

_RIPE = 2.5
"""A journey is past its time when it began so many usual times ago, arrived or not."""


@frozen(eq=False)
class Fit:
    """The standing law: how a journey's expected time is reckoned, and what lies around it.

    Attributes:
        at: the moment as of which it was found.
        coder: how traits become numbers.
        effects: the coefficients.
        usual: what promise is usual.
        expected: by journey in order of start, the logarithm of the time to be expected of it.
        hazards: of all residuals.
        share: that arrives at all.
        table: residuals of all at `LEVELS`.
        cells: what lines and finer cells differ by.
        evidence: the weight of the arrived journeys.
    """

    at: float
    coder: Coder
    effects: list[float]
    usual: Usual
    expected: list[float]
    hazards: list[float]
    share: float
    table: list[float]
    cells: Cells
    evidence: float

    def centre(self, way: Way, usual: float | None) -> float:
        """The logarithm of the time to be expected of a journey."""
        return self.coder.expected(way, usual, self.effects)


def usuals(trips: Iterable[Trip], usual: Usual) -> list[float | None]:
    """What promise was usual when each journey began; trips rise by start."""
    return usual.follow((trip.start, trip.way.width) for trip in trips)


def ripe(trips: Sequence[Trip], times: Sequence[tuple[float, bool]], at: float) -> list[int]:
    """Those that began long ago for their line: the quick ones alone would say too little."""
    by_line: dict[str, list[float]] = {}
    for trip, (days, arrived) in zip(trips, times, strict=True):
        if arrived:
            by_line.setdefault(trip.way.line, []).append(days)
    lasting = {}
    for line, found in by_line.items():
        found.sort()
        lasting[line] = _RIPE * found[len(found) // 2]
    all_, past = [], []
    for number, (trip, (_, arrived)) in enumerate(zip(trips, times, strict=True)):
        if arrived:
            all_.append(number)
            if at - trip.start >= lasting[trip.way.line]:
                past.append(number)
    return past if len(past) >= _FEWEST else all_


def fitted(trips: Sequence[Trip], at: float, rule: TransitSettings) -> Fit | None:
    """The law as of a moment; None while nothing has arrived. Trips rise by start."""
    times = [trip.so_far(at) for trip in trips]
    logs = [log(days) if days > _LEAST else log(_LEAST) for days, _ in times]
    chosen = ripe(trips, times, at)
    if not chosen:
        return None
    coder, usual = Coder([trips[number] for number in chosen]), Usual()
    then = usuals(trips, usual)
    fading = log(2) / rule.effect_half_life
    taught = chosen[:: -(-len(chosen) // _TAUGHT)]
    effects = least_squares(
        [coder.row(trips[number].way, then[number]) for number in taught],
        [logs[number] for number in taught],
        [exp(fading * (trips[number].start - at)) for number in taught],
        coder.size,
        strength=rule.strength,
    )
    expected = [
        coder.expected(trip.way, promise, effects)
        for trip, promise in zip(trips, then, strict=True)
    ]
    residuals = [lasted - centre for lasted, centre in zip(logs, expected, strict=True)]
    fading = log(2) / rule.spread_half_life
    weights = [exp(fading * (trip.start - at)) for trip in trips]
    spread = Spread()
    for residual, weight, (_, arrived) in zip(residuals, weights, times, strict=True):
        (spread.ended if arrived else spread.left)[step_of(residual)] += weight
    hazards = spread.hazards()
    share = arriving(hazards)
    table = quantiles(hazards, LEVELS, share)
    cells = Cells.learnt(
        trips,
        residuals,
        weights,
        [arrived for _, arrived in times],
        table=table,
        ripe=chosen,
        rule=rule,
    )
    return Fit(at, coder, effects, usual, expected, hazards, share, table, cells, spread.weight)
