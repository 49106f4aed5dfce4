"""The constants of lead times, each chosen on earlier parts of public purchase orders."""

from itertools import pairwise

from attrs import field, frozen

from crossborder.model.check import checked, refuse
from crossborder.predict.whole import as_float

__all__ = ["JUDGED", "LeadSettings"]

JUDGED = (0.5, 0.8, 0.9)
"""The chances at which quotes are judged and corrected."""


def _as_floats(items: object) -> object:
    """Whole numbers among them as floats; anything else as it is."""
    return tuple(map(as_float, items)) if isinstance(items, tuple | list) else items


@frozen(field_transformer=checked)
class LeadSettings:
    """How hard lead times are shrunk, how long they are remembered, how far they are corrected.

    The defaults did best on five overlapping splits by time of the purchase orders of 2006 to
    2013 in the public SCMS data, each also with all later times a fifth shorter and a quarter
    longer.

    Attributes:
        strength: as many orders of no effect are added to each trait.
        effect_half_life: in days, of what a trait adds.
        spread_half_life: in days, of how far orders lie from it.
        kept: how much of a trait's effect is used at the 50 %, 80 % and 90 % quantile: finer
            models lose in the tail when times drift.
        raised: how much higher the 50 %, 80 % and 90 % quantiles are read: what is slow is seen
            late, so that past splits held less than was said.
        correction: the share of a missed coverage that is made good.
        most: the greatest correction, as a chance.
        memory: quotes that a coverage remembers, about.
        refit: days between two fits of the effects.
    """

    strength: float = field(default=20.0, converter=as_float)
    effect_half_life: float = field(default=1500.0, converter=as_float)
    spread_half_life: float = field(default=90.0, converter=as_float)
    kept: tuple[float, float, float] = field(default=(1.0, 0.8, 0.6), converter=_as_floats)
    raised: tuple[float, float, float] = field(default=(0.03, 0.03, 0.0), converter=_as_floats)
    correction: float = field(default=0.5, converter=as_float)
    most: float = field(default=0.03, converter=as_float)
    memory: int = 100
    refit: int = 15

    def __attrs_post_init__(self) -> None:
        for name in ("strength", "effect_half_life", "spread_half_life"):
            if not 0 < getattr(self, name) < float("inf"):
                raise refuse(self, name, getattr(self, name), "must be above 0")
        if not all(0 <= share <= 1 for share in self.kept):
            raise refuse(self, "kept", self.kept, "must be shares, 0 to 1")
        for name in ("correction", "most"):
            if not 0 <= getattr(self, name) <= 1:
                raise refuse(self, name, getattr(self, name), "must lie between 0 and 1")
        for name in ("memory", "refit"):
            if getattr(self, name) < 1:
                raise refuse(self, name, getattr(self, name), "must be at least 1")
        levels = [chance + up for chance, up in zip(JUDGED, self.raised, strict=True)]
        edges = [0.0, *levels, 1.0]
        if any(b - a <= 2 * self.most for a, b in pairwise(edges)):
            raise refuse(self, "raised", self.raised, "lets corrected quantiles cross")
        if levels[-1] + self.most >= 1:
            raise refuse(self, "raised", self.raised, "must leave something above the 90 %")
