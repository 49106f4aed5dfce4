"""Whether an order will be late against its schedule, as far as its traits tell when placed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import exp, log

from crossborder.errors import InvalidValue
from crossborder.model.check import aware, refuse

__all__ = ["LateOdds"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_ROUNDS = 8
_WIDEST = 1.0
"""No step of the fit moves an effect by more than this, on the scale of log odds."""

_Cells = dict[tuple[str, ...], list[float]]


class LateOdds:
    """The chance of being late, by traits whose effects on the log odds add up, each shrunk.

    Outcomes fade with `half_life` (days). The effects are found anew every `refit` days from what
    was known by then, so the order in which outcomes came in does not matter.

    >>> odds, day = LateOdds(("mode",)), datetime(2026, 1, 1, tzinfo=UTC)
    >>> for number in range(60):
    ...     sea = number % 2 == 0
    ...     traits = {"mode": "sea" if sea else "air"}
    ...     odds.observe(traits, late=sea and number % 4 == 0, known_at=day, now=day)
    >>> later = day + timedelta(days=60)
    >>> odds.chance({"mode": "sea"}, now=later) > 0.4 > odds.chance({"mode": "air"}, now=later)
    True
    """

    def __init__(
        self,
        traits: Sequence[str],
        *,
        strength: float = 1.0,
        half_life: float = 1500.0,
        refit: int = 30,
    ) -> None:
        """Nothing known yet; `strength` is the precision with which effects are held at nought."""
        self.traits = tuple(traits)
        if not self.traits or len(set(self.traits)) < len(self.traits):
            raise refuse("LateOdds", "traits", self.traits, "must be names, each once")
        for name, value in (("strength", strength), ("half_life", half_life), ("refit", refit)):
            if not 0 < value < float("inf"):
                raise refuse("LateOdds", name, value, "must be above 0")
        self.strength, self.half_life, self.refit = strength, half_life, refit
        self._known: list[tuple[float, tuple[str, ...], bool]] = []
        self._fitted: tuple[float, float, list[dict[str, float]]] | None = None

    def observe(
        self, traits: Mapping[str, str], *, late: bool, known_at: datetime, now: datetime
    ) -> None:
        """An order turned out late or not, and since `known_at` that is known.

        Raises:
            InvalidValue: known after `now`, or a trait is missing or unknown.
            NaiveTime: a time without a zone.
        """
        row, known, today = self._row(traits), _day(known_at, "known_at"), _day(now, "now")
        if known > today:
            raise refuse("LateOdds", "known_at", known_at, f"is later than now ({now.isoformat()})")
        self._known.append((known, row, late))
        if self._fitted is not None and known <= self._fitted[0]:
            self._fitted = None

    def chance(self, traits: Mapping[str, str], *, now: datetime) -> float:
        """The chance that an order placed `now` comes late; one half when nothing is known.

        Raises:
            InvalidValue: a trait is missing or unknown.
            NaiveTime: `now` has no zone.
        """
        row = self._row(traits)
        at = _day(now, "now") // self.refit * self.refit
        if self._fitted is None or self._fitted[0] != at:
            self._fitted = at, *self._fit(at)
        _, level, effects = self._fitted
        for effect, name in zip(effects, row, strict=True):
            level += effect.get(name, 0.0)
        return 1 / (1 + exp(-level))

    def _row(self, traits: Mapping[str, str]) -> tuple[str, ...]:
        if set(traits) != set(self.traits):
            text = f"must be {', '.join(self.traits)}"
            raise InvalidValue(text, field="traits", value=dict(traits), source="LateOdds")
        return tuple(traits[name] for name in self.traits)

    def _cells(self, at: float) -> _Cells:
        """Weight and weight of late ones, for each row of traits."""
        fading = log(2) / self.half_life
        cells: _Cells = defaultdict(lambda: [0.0, 0.0])
        for known, row, late in sorted(one for one in self._known if one[0] <= at):
            weight = exp(fading * (known - at))
            cell = cells[row]
            cell[0] += weight
            cell[1] += weight * late
        return dict(sorted(cells.items()))

    def _fit(self, at: float) -> tuple[float, list[dict[str, float]]]:
        """The level and the effects by Newton's steps, one trait after the other."""
        cells = self._cells(at)
        effects: list[dict[str, float]] = [{} for _ in self.traits]
        if not cells:
            return 0.0, effects
        rows = [(row, weight, late) for row, (weight, late) in cells.items()]
        total, lates = sum(weight for _, weight, _ in rows), sum(late for *_, late in rows)
        level = log((lates + 0.5) / (total - lates + 0.5))
        scores = [level] * len(rows)
        for _ in range(_ROUNDS):
            for place, effect in enumerate(effects):
                pull: dict[str, float] = defaultdict(float)
                bend: dict[str, float] = defaultdict(float)
                for (row, weight, late), score in zip(rows, scores, strict=True):
                    chance = 1 / (1 + exp(-score))
                    pull[row[place]] += late - weight * chance
                    bend[row[place]] += weight * chance * (1 - chance)
                moved = {}
                for name in pull:
                    held = effect.get(name, 0.0)
                    step = (pull[name] - self.strength * held) / (bend[name] + self.strength)
                    moved[name] = min(max(step, -_WIDEST), _WIDEST)
                    effect[name] = held + moved[name]
                scores = [
                    score + moved[row[place]]
                    for (row, _, _), score in zip(rows, scores, strict=True)
                ]
            drift, bend_all = 0.0, 0.0
            for (_, weight, late), score in zip(rows, scores, strict=True):
                chance = 1 / (1 + exp(-score))
                drift += late - weight * chance
                bend_all += weight * chance * (1 - chance)
            step = min(max(drift / max(bend_all, 1e-6), -_WIDEST), _WIDEST)
            level += step
            scores = [score + step for score in scores]
        return level, effects


def _day(moment: datetime, name: str) -> float:
    return (aware(moment, name, "LateOdds") - _EPOCH) / _DAY
