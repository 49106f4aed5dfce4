"""The law of lead times as it stood at one moment, from the orders known then."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from math import exp, fsum, log

from attrs import evolve, frozen

from crossborder.predict.lead.effects import Effects, additive, level_of
from crossborder.predict.lead.lasting import expected_ends, quantiles
from crossborder.predict.lead.settings import JUDGED, LeadSettings

__all__ = ["STEPS", "Law", "Placed", "as_of", "between", "effects_at", "law_at"]

STEPS = 100
"""At how many chances a law is read."""

_LEAST = 1 / 24
_FEWEST = 30
"""Fewer delivered orders than this have no effects of their own."""


@frozen
class Placed:
    """One order; days are counted from the begin of 1970.

    Attributes:
        key: what it is called.
        traits: in the order of their names.
        placed: when it was placed.
        told: since when that is known.
        ended: when it was delivered or cancelled, or None.
        known: since when that is known, or None.
        delivered: whether it was delivered.
    """

    key: str
    traits: tuple[str, ...]
    placed: float
    told: float
    ended: float | None = None
    known: float | None = None
    delivered: bool = False


def as_of(orders: Iterable[Placed], at: float, span: float) -> list[Placed]:
    """The orders that were known then, as they were: what ended later, or unheard, is open still.

    An order is no evidence at the moment it is placed, only after it.
    """
    found = []
    for order in orders:
        if at - span < order.placed < at and order.told <= at:
            over = order.known is not None and order.known <= at
            found.append(order if over else evolve(order, ended=None, known=None, delivered=False))
    return sorted(found, key=lambda order: (order.placed, order.key))


def _lasted(order: Placed, at: float) -> float:
    return max((at if order.ended is None else order.ended) - order.placed, _LEAST)


def effects_at(rows: Sequence[Placed], at: float, rule: LeadSettings) -> Effects:
    """What each trait adds to the logarithm of the lead time."""
    done = [row for row in rows if row.delivered]
    if len(done) < _FEWEST:
        return ()
    slow, quick = log(2) / rule.effect_half_life, log(2) / rule.spread_half_life
    first = additive(
        [row.traits for row in done],
        [log(_lasted(row, at)) for row in done],
        [exp(slow * (row.placed - at)) for row in done],
        strength=rule.strength,
    )
    # Delivered orders alone make the recent ones look quick: the open ones are put where they are
    # expected to end, and the effects are found again (Buckley and James, 1979).
    shifts = [level_of(first, row.traits) for row in rows]
    values = [log(_lasted(row, at)) - shift for row, shift in zip(rows, shifts, strict=True)]
    order = sorted(range(len(rows)), key=lambda row: (values[row], not rows[row].delivered))
    ends = expected_ends(
        [values[row] for row in order],
        [rows[row].delivered for row in order],
        [exp(quick * (rows[row].placed - at)) for row in order],
    )
    for place, end in zip(order, ends, strict=True):
        values[place] = end + shifts[place]
    weights = [exp(slow * (row.placed - at)) for row in rows]
    return additive([row.traits for row in rows], values, weights, strength=rule.strength)


_Pass = tuple[tuple[int, ...], tuple[float, ...], tuple[bool, ...]]
"""One share of the effects: the rows by what is left of them, that, and whether it has ended."""


@frozen
class Law:
    """The orders of one moment, sorted once for every quote made then.

    Attributes:
        at: the moment.
        effects: what the traits add.
        rows: the orders.
        weights: how much each says, by its age.
        passes: one for each share of the effects.
    """

    at: float
    effects: Effects
    rows: tuple[Placed, ...]
    weights: tuple[float, ...]
    passes: tuple[_Pass, ...]

    def days(
        self,
        traits: tuple[str, ...],
        alike: Mapping[int, float],
        *,
        levels: Sequence[float],
        kept: Sequence[float],
    ) -> tuple[list[float], float]:
        """The days at the rising levels, never falling, and the number of orders behind them.

        Args:
            traits: of the order to be placed.
            alike: by place of the trait, how much more the orders count that share it.
            levels: where the law is read for each of `STEPS` chances.
            kept: the share of the effects at each judged chance.
        """
        weights = list(self.weights)
        for place, factor in alike.items():
            mine = traits[place]
            for at, row in enumerate(self.rows):
                if row.traits[place] == mine:
                    weights[at] *= factor
        shift = level_of(self.effects, traits)
        read = []
        for share, (order, values, told) in zip(kept, self.passes, strict=True):
            masses = [weights[at] for at in order]
            found = quantiles(values, told, masses, levels)
            read.append([value + share * shift for value in found])
        steps = [(chance, float(at)) for at, chance in enumerate(JUDGED)]
        days = []
        for place in range(STEPS):
            where = between(steps, (place + 1) / STEPS)
            low = min(int(where), len(read) - 2)
            part = where - low
            days.append(exp(read[low][place] * (1 - part) + read[low + 1][place] * part))
        total = fsum(weights)
        evidence = total * total / fsum(weight * weight for weight in weights)
        return list(accumulate(days, max)), evidence


def law_at(rows: Sequence[Placed], at: float, effects: Effects, rule: LeadSettings) -> Law:
    """The law of the orders as they were known at a moment."""
    fading = log(2) / rule.spread_half_life
    newest = max(row.placed for row in rows)
    # Against the newest and not against the moment: after years of silence they still speak.
    weights = tuple(exp(fading * (row.placed - newest)) for row in rows)
    logs = [log(_lasted(row, at)) for row in rows]
    shifts = [level_of(effects, row.traits) for row in rows]
    passes = []
    for share in rule.kept:
        left = [time - share * shift for time, shift in zip(logs, shifts, strict=True)]
        order = sorted(range(len(rows)), key=lambda row: (left[row], not rows[row].delivered))
        told = tuple(rows[row].delivered for row in order)
        passes.append((tuple(order), tuple(left[row] for row in order), told))
    return Law(at, effects, tuple(rows), weights, tuple(passes))


def between(points: Sequence[tuple[float, float]], at: float) -> float:
    """The height at a place of the line through rising points; flat beyond its ends."""
    if at <= points[0][0]:
        return points[0][1]
    for (left, low), (right, high) in pairwise(points):
        if at <= right:
            return low + (high - low) * (at - left) / (right - left)
    return points[-1][1]
