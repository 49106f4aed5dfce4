"""How quickly times are forgotten, and how hard they are held; the same for every seller."""

from attrs import field, frozen

from crossborder.model.check import checked, refuse
from crossborder.predict.whole import as_float

__all__ = ["JUDGED", "TransitSettings"]

JUDGED = (0.5, 0.8, 0.9)
"""The chances at which kept quotes are judged and corrected."""


@frozen(field_transformer=checked)
class TransitSettings:
    """The constants of `TransitTimes`; half-lives in days.

    They were chosen on the public Olist orders before 2018-04, over many splits by time, some with
    times made to fall or rise (docs/decisions/0015).

    Attributes:
        effect_half_life: of journeys when the effects of traits are found.
        spread_half_life: of journeys when the law around them is found.
        level_half_life: of journeys when today's level is found; doubled, at most three times,
            while fewer than `level_weight` journeys stand behind it, open ones counted.
        level_weight: see there.
        level_prior: so many journeys at the usual pace are added to each step of the level.
        level_span: the level is held against that of so many days before,
        level_trend: and this share of the difference is added to it.
        level_most: the level moves a time at most by this logarithm.
        strength: how many observations hold each effect at nought.
        cell_strength: how many observations hold a cell's median at its parent's; a higher
            quantile is held harder, by `0.5 / (1 - chance)`.
        cell_gain: a finer cell is used only where it had a loss smaller by this share on later
            journeys.
        refit: days between two findings of effects and law.
        correction: how far a quote moves, in logarithms, for each share that coverage missed.
        correction_most: and never further than this logarithm.
        correction_prior: so many quotes that held as they should stand beside the judged ones.
        memory: half-life of judged quotes.
    """

    effect_half_life: float = field(default=120.0, converter=as_float)
    spread_half_life: float = field(default=200.0, converter=as_float)
    level_half_life: float = field(default=10.0, converter=as_float)
    level_weight: float = field(default=100.0, converter=as_float)
    level_prior: float = field(default=2.0, converter=as_float)
    level_span: float = field(default=28.0, converter=as_float)
    level_trend: float = field(default=0.4, converter=as_float)
    level_most: float = field(default=0.7, converter=as_float)
    strength: float = field(default=5.0, converter=as_float)
    cell_strength: float = field(default=60.0, converter=as_float)
    cell_gain: float = field(default=0.005, converter=as_float)
    refit: int = 7
    correction: float = field(default=0.5, converter=as_float)
    correction_most: float = field(default=0.2, converter=as_float)
    correction_prior: float = field(default=100.0, converter=as_float)
    memory: float = field(default=30.0, converter=as_float)

    def __attrs_post_init__(self) -> None:
        for name in ("effect", "spread", "level"):
            self._above(f"{name}_half_life")
        for name in (
            "level_span",
            "level_prior",
            "level_most",
            "strength",
            "cell_strength",
            "refit",
            "memory",
        ):
            self._above(name)
        for name in ("level_weight", "cell_gain", "correction", "correction_prior"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise refuse(self, name, getattr(self, name), "must be finite, 0 or more")
        if not 0 <= self.level_trend <= 1:
            raise refuse(self, "level_trend", self.level_trend, "must be 0 to 1")
        if not self.correction <= 1:
            raise refuse(self, "correction", self.correction, "must be 1 at most, lest it swing")
        if not 0 <= self.correction_most <= 1:
            raise refuse(self, "correction_most", self.correction_most, "must be 0 to 1")

    def _above(self, name: str) -> None:
        if not 0 < getattr(self, name) < float("inf"):
            raise refuse(self, name, getattr(self, name), "must be finite and above 0")
