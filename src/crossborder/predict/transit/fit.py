"""What is found anew each week: effects of traits, the law around them, and the cells that pay."""

from collections.abc import Iterable, Sequence
from math import exp, log

from crossborder.predict.transit.cells import Cells
from crossborder.predict.transit.regress import Coder, Row, least_squares
from crossborder.predict.transit.settings import TransitSettings
from crossborder.predict.transit.spread import LEVELS, Spread, arriving, quantiles, step_of
from crossborder.predict.transit.usual import Usual
from crossborder.predict.transit.way import Trip

__all__ = ["Fit", "fitted"]

_LEAST = 1 / 24
"""Times below an hour count as one."""

_FEWEST = 30
"""With fewer journeys that are past their time, all that arrived are taken."""

_RIPE = 2.5
"""A journey is past its time when it began so many usual times ago, arrived or not."""


class Fit:
    """The standing law: how a journey's expected time is reckoned, and what lies around it.

    Attributes:
        coder: how traits become numbers.
        effects: the coefficients.
        usual: what promise was usual when it was made.
        hazards: of all residuals.
        share: that arrives at all.
        table: residuals of all at `LEVELS`.
        cells: what lines and finer cells differ by.
        evidence: the weight of the arrived journeys.
        centres: residual logs are against these, by key: (start, expected).
    """

    __slots__ = (
        "at",
        "cells",
        "coder",
        "effects",
        "evidence",
        "expected",
        "hazards",
        "share",
        "table",
        "usual",
    )

    at: float
    coder: Coder
    effects: list[float]
    usual: Usual
    hazards: list[float]
    share: float
    table: list[float]
    cells: Cells
    evidence: float
    expected: list[float]

    def centre(self, row: Row) -> float:
        """The logarithm of the time to be expected of a journey."""
        effects = self.effects
        places, values = row
        total = 0.0
        for place, value in zip(places, values, strict=True):
            total += effects[place] * value
        return total


def rows_of(trips: Iterable[Trip], coder: Coder, usual: Usual) -> list[Row]:
    """The numbers of journeys in order of their start; what is usual moves with them."""
    rows = []
    row = coder.row
    for trip in trips:
        width = trip.way.width
        rows.append(row(trip.way, None if width is None else usual.value(trip.start)))
        if width is not None:
            usual.add(trip.start, width)
    return rows


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
    fit = Fit()
    fit.at = at
    fit.coder = Coder([trips[number] for number in chosen])
    fit.usual = Usual()
    rows = rows_of(trips, fit.coder, fit.usual)
    fading = log(2) / rule.effect_half_life
    fit.effects = least_squares(
        [rows[number] for number in chosen],
        [logs[number] for number in chosen],
        [exp(fading * (trips[number].start - at)) for number in chosen],
        fit.coder.size,
        strength=rule.strength,
    )
    fit.expected = [fit.centre(row) for row in rows]
    steps = [step_of(lasted - centre) for lasted, centre in zip(logs, fit.expected, strict=True)]
    fading = log(2) / rule.spread_half_life
    weights = [exp(fading * (trip.start - at)) for trip in trips]
    spread = Spread()
    for step, weight, (_, arrived) in zip(steps, weights, times, strict=True):
        (spread.ended if arrived else spread.left)[step] += weight
    fit.hazards = spread.hazards()
    fit.share = arriving(fit.hazards)
    fit.table = quantiles(fit.hazards, LEVELS, fit.share)
    fit.evidence = spread.weight
    fit.cells = Cells.learnt(
        trips,
        [(lasted - centre) for lasted, centre in zip(logs, fit.expected, strict=True)],
        weights,
        [arrived for _, arrived in times],
        table=fit.table,
        share=fit.share,
        ripe=chosen,
        rule=rule,
    )
    return fit
