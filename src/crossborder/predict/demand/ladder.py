"""The law of next-period demand, learnt from all parts together, one period after another.

Demand climbs a ladder: from each step (see `grid`) it goes on to the next with some chance. The
chance is a logistic function of what is remembered of the part: its level in three memories, its
share of periods with demand, and how often the part itself went on from this very step. Slow
movers, dying parts and parts that sell in pairs thus each get their own law, and a part without
history gets that of the pool.

The weights are learnt by one Newton step a period on the discounted log-likelihood (a Laplace
approximation carried forward: the old curvature, faded by `MEMORY`, is the prior of the next
period), damped so that one period moves the scores by about one unit at most. The fading follows
the drift of the market. Until something is learnt the chance is that
of a geometric law with the part's own fading mean.
"""

from collections.abc import Sequence
from math import exp, expm1, log, log1p

from attrs import frozen

from crossborder.predict.demand.grid import EDGES, LAST_STEP, WIDTHS, step_of
from crossborder.predict.demand.law import NEGLIGIBLE, DemandLaw, quantiles_of
from crossborder.predict.demand.linear import newton_step
from crossborder.predict.demand.track import FAST, QUICK, SLOW, Track

__all__ = ["FRESH", "Ladder", "LadderState"]

MEMORY = 0.8
"""Share of the curvature that is kept from one period to the next."""

OWN_STEPS = 7
"""So many steps have weights of their own; the higher ones share theirs."""

LEVELS = (0.5, 0.8, 0.9, 0.95)
"""The chances at which coverage is watched."""

_RIDGE = 1.0
_SHRINK = 1.0  # periods of the pool's level mixed into each part's memories
_OWN = 2.0  # periods of the pool's chance mixed into the part's own chance of a step
_LEVEL_KEEP = 0.95
_CHANCE_KEEP = 0.95
_LEAST = 1e-6
_STEEP = 15.0
_REACH = 3.0  # a level counts up to twenty times the pool's, or a twentieth of it
_BASE = 8  # features that do not depend on the step
_LOW, _HIGH = _BASE + 1, _BASE + 3
_SIZES = (_LOW,) * OWN_STEPS + (_HIGH,)
_LOG_EDGES = (0.0, *(log(edge) for edge in EDGES[1:]))


@frozen
class LadderState:
    """What was learnt, to be kept.

    Attributes:
        weights: of each of the low steps, then of all higher ones together.
        curvature: of the same, the upper triangles row by row.
        went: by step, the fading number of rows that went on from it.
        stood: by step, the fading number of rows that reached it.
        level: the pool's mean demand per part and period.
        share: the pool's share of periods with demand.
        kept: by chance of `LEVELS`, the fading number of rows that stayed within that quantile.
        judged: the fading number of rows so judged.
        rows: how many rows were learnt from: one part in one period each.
        periods: how many periods were closed.
    """

    weights: tuple[tuple[float, ...], ...]
    curvature: tuple[tuple[float, ...], ...]
    went: tuple[float, ...]
    stood: tuple[float, ...]
    level: float
    share: float
    kept: tuple[float, ...]
    judged: float
    rows: int
    periods: int


def _identity(size: int, value: float) -> tuple[float, ...]:
    return tuple(value if a == b else 0.0 for a in range(size) for b in range(a, size))


FRESH = LadderState(
    weights=tuple((0.0,) * size for size in _SIZES),
    curvature=tuple(_identity(size, _RIDGE) for size in _SIZES),
    went=(1.0,) * LAST_STEP,
    stood=(2.0,) * LAST_STEP,
    level=0.5,
    share=0.3,
    kept=(0.0,) * len(LEVELS),
    judged=0.0,
    rows=0,
    periods=0,
)
"""Nothing learnt yet."""


def _within(score: float) -> float:
    return min(max(score, -_REACH), _REACH)


class Ladder:
    """The working form of a `LadderState`, with the sums of the open period."""

    __slots__ = (
        "_chance",
        "_closed",
        "_gradient",
        "_heard",
        "_hessian",
        "_kept",
        "_level",
        "_log_level",
        "_log_share",
        "_odds",
        "_rows",
        "_share",
        "_sold",
        "_stood",
        "_total",
        "_weights",
        "_went",
        "state",
    )

    def __init__(self, state: LadderState = FRESH) -> None:
        """Ready to learn and to forecast on what `state` knows."""
        self.state = state
        self._weights = state.weights
        self._level, self._share = state.level, state.share
        self._log_level, self._log_share = log(state.level), log(state.share)
        self._chance = [w / s for w, s in zip(state.went, state.stood, strict=True)]
        self._odds = [log(c / (1 - c)) for c in self._chance]
        self._open()

    def _open(self) -> None:
        self._gradient = [[0.0] * size for size in _SIZES]
        self._hessian = [[0.0] * (size * (size + 1) // 2) for size in _SIZES]
        self._went, self._stood = [0.0] * LAST_STEP, [0.0] * LAST_STEP
        self._kept = [0.0] * len(LEVELS)
        self._heard = self._total = self._sold = self._rows = 0
        self._closed: LadderState | None = None

    def _features(self, track: Track) -> tuple[float, list[float]]:
        """The log of the part's level, and the features that do not depend on the step."""
        slow = track.reached[0] / track.unit * SLOW
        level, share = self._level, self._share
        a = log((track.slow + SLOW * _SHRINK * level) / (slow + SLOW * _SHRINK))
        weight = track.fast + FAST * _SHRINK
        b = log((track.demand + FAST * _SHRINK * level) / weight)
        c = log((track.share + FAST * _SHRINK * share) / weight) - self._log_share
        far, near = _within(a - self._log_level), _within(b - self._log_level)
        weight = track.quick + QUICK * _SHRINK
        late = log((track.late + QUICK * _SHRINK * level) / weight) - self._log_level
        return b, [1.0, far, near, _within(late), c, near * near, c * c, near * c]

    def _own(self, track: Track, step: int) -> float:
        """How much more often than the pool the part itself went on from this step (log odds)."""
        reached = track.reached
        if step >= len(reached) - 1:
            return 0.0
        chance = self._chance[step]
        extra = _OWN * track.unit
        went = reached[step + 1] + extra * chance
        return log(went / (reached[step] + extra - went)) - self._odds[step]

    def _row(self, track: Track, level: float, base: list[float], step: int) -> list[float]:
        """All features at a step."""
        if step < OWN_STEPS:
            return [*base, self._own(track, step)]
        height = _within(_LOG_EDGES[step] - level)
        return [*base, self._own(track, step), height, height * height]

    def _going_on(self, row: list[float], level: float, step: int) -> float:
        """The chance to go on from a step."""
        weights = self._weights[min(OWN_STEPS, step)]
        score = sum(w * x for w, x in zip(weights, row, strict=True))
        width = WIDTHS[step]
        if width == 1:
            score += level
        else:
            # A geometric law's chance to pass all pieces of the step.
            passing = -width * log1p(exp(-level))
            score += passing - log(-expm1(passing))
        return 1 / (1 + exp(-min(max(score, -_STEEP), _STEEP)))

    def hear(self, quantity: int) -> None:
        """Count a part's demand in the pool's level, without learning from it otherwise."""
        self._heard += 1
        self._total += quantity
        self._sold += quantity > 0
        self._closed = None

    def learn(self, track: Track, quantity: int) -> None:
        """Learn from one part's demand of the open period; `track` does not hold it yet."""
        level, base = self._features(track)
        top = step_of(quantity)
        before = left = 1.0
        for step in range(min(top, LAST_STEP - 1) + 1):
            row = self._row(track, level, base, step)
            chance = self._going_on(row, level, step)
            goes = step < top
            before, left = left, left * chance
            self._stood[step] += 1
            self._went[step] += goes
            group = min(step, OWN_STEPS)
            miss, spread = chance - goes, chance * (1 - chance)
            gradient, hessian = self._gradient[group], self._hessian[group]
            cell = 0
            for place, x in enumerate(row):
                gradient[place] += miss * x
                x *= spread
                for y in row[place:]:
                    hessian[cell] += x * y
                    cell += 1
        for place, wanted in enumerate(LEVELS):
            # The share of this step's mass that lies within the quantile: unbiased for steps.
            part = (wanted - 1 + before) / max(before - left, 1e-12)
            self._kept[place] += min(max(part, 0.0), 1.0)
        self._rows += 1
        self._closed = None

    def closed(self) -> LadderState:
        """What is known once the open period is closed; the period may still go on."""
        if self._closed is None:
            self._closed = self._close()
        return self._closed

    def _close(self) -> LadderState:
        state = self.state
        if not self._heard:
            return state
        weights, curvature = list(state.weights), list(state.curvature)
        for group in range(OWN_STEPS + 1):
            if self._hessian[group][0]:
                weights[group], curvature[group] = newton_step(
                    weights[group],
                    curvature[group],
                    self._gradient[group],
                    self._hessian[group],
                    memory=MEMORY,
                    ridge=_RIDGE,
                )
        went, stood = list(state.went), list(state.stood)
        for step in range(LAST_STEP):
            if self._stood[step]:
                went[step] = _CHANCE_KEEP * went[step] + self._went[step]
                stood[step] = _CHANCE_KEEP * stood[step] + self._stood[step]
                went[step] = min(max(went[step], 0.02 * stood[step]), 0.98 * stood[step])
        # The first periods count alike; later ones fade.
        new = max(1 - _LEVEL_KEEP, 1 / (state.periods + 1))
        level = (1 - new) * state.level + new * self._total / self._heard
        share = (1 - new) * state.share + new * self._sold / self._heard
        return LadderState(
            weights=tuple(weights),
            curvature=tuple(curvature),
            went=tuple(went),
            stood=tuple(stood),
            level=max(level, _LEAST),
            share=max(share, _LEAST),
            kept=tuple(MEMORY * old + new for old, new in zip(state.kept, self._kept, strict=True)),
            judged=MEMORY * state.judged + self._rows,
            rows=state.rows + self._rows,
            periods=state.periods + 1,
        )

    def above(self, track: Track, least: float) -> list[float]:
        """By step, the chance of more demand than its edge, down to the first below `least`."""
        level, base = self._features(track)
        chances: list[float] = []
        left = 1.0
        for step in range(LAST_STEP):
            left *= self._going_on(self._row(track, level, base, step), level, step)
            chances.append(left)
            if left < least:
                break
        return chances

    def quantiles(self, track: Track, chances: Sequence[float]) -> tuple[int, ...]:
        """For each chance the least quantity that demand stays within so surely."""
        return quantiles_of(self.above(track, 1 - max(chances, default=0.5)), chances)

    def law(self, track: Track) -> DemandLaw:
        """The whole law of the part's next period."""
        return DemandLaw(tuple(self.above(track, NEGLIGIBLE)))
