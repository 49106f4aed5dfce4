"""What is left of a journey, given how long it has lasted and where it is."""

from attrs import frozen

from crossborder.model.check import checked, refuse
from crossborder.predict.quantiles import Distribution, convolve

__all__ = ["Left", "StageLaw", "TransitLaw", "left_of"]

_SLOW = 0.9
_LEAST = 1 / 24


@frozen(field_transformer=checked)
class StageLaw:
    """How many days are spent in one stage of the way.

    Attributes:
        stage: its name.
        days: from entering it to entering the next.
    """

    stage: str
    days: Distribution


@frozen(field_transformer=checked)
class Left:
    """What is left of a journey.

    Attributes:
        days: until it arrives, from now.
        by: `whole` or `stages`: what it was reckoned from.
        outlasted: it has lasted longer than any journey that was seen.
    """

    days: Distribution
    by: str
    outlasted: bool


def left_of(days: Distribution, lasted: float) -> tuple[Distribution, bool]:
    """What is left of a time that has lasted so long already, and whether it outlasted all.

    What outlasts all that was seen goes on as the slowest tenth did beyond the rest.

    >>> stage = Distribution.of([1, 2, 6])
    >>> left_of(stage, 1.5)[0].values, left_of(stage, 9)
    ((0.5, 4.5), (Distribution(values=(4.0,), weights=(1.0,)), True))
    """
    rest = days.conditioned(lasted)
    if rest is not None:
        return (rest.shifted(-lasted) if lasted > 0 else rest), False
    mark = days.quantile(_SLOW)
    slow = days.conditioned(mark)
    if slow is None:
        # The slowest tenth is one value: it goes on as it did beyond the middle.
        mark = days.quantile(0.5)
        slow = days.conditioned(mark)
    return (slow.shifted(-mark) if slow is not None else Distribution.point(_LEAST)), True


@frozen(field_transformer=checked)
class TransitLaw:
    """The law of a journey: of the whole, and of its stages where they are known.

    Attributes:
        whole: days from the begin to the arrival.
        stages: in the order of the way; empty when only the whole is known.

    >>> stage = Distribution.of([1, 2])
    >>> law = TransitLaw(Distribution.of([2, 3, 4]), [StageLaw("export", stage), StageLaw("last_mile", stage)])
    >>> law.left(elapsed=2.5).days.quantile(0.9)
    1.5
    >>> law.left(elapsed=2.5, stage="export", lasted=1.5).days.values
    (1.5, 2.5)
    """

    whole: Distribution
    stages: tuple[StageLaw, ...] = ()

    def __attrs_post_init__(self) -> None:
        if self.whole.values[0] < 0:
            raise refuse(self, "whole", self.whole.values[0], "must not be negative days")
        names = [each.stage for each in self.stages]
        if len(set(names)) < len(names):
            raise refuse(self, "stages", names, "must be stages, each once")
        for each in self.stages:
            if each.days.values[0] < 0:
                raise refuse(self, "stages", each.stage, "must not have negative days")

    def left(self, *, elapsed: float, stage: str | None = None, lasted: float = 0.0) -> Left:
        """What is left after so many days on the way.

        In a stage whose law is known, what is left of that stage and the laws of the later ones
        are summed as laws (`convolve`), never their quantiles. That no further stage was heard of
        for long is what `lasted` says: silence counts. Else the whole is held against `elapsed`.

        Args:
            elapsed: days since the begin.
            stage: where it is, or None.
            lasted: days since it came there.
        """
        names = [each.stage for each in self.stages]
        if stage in names:
            here, *later = self.stages[names.index(stage) :]
            rest, outlasted = left_of(here.days, max(lasted, 0.0))
            found = convolve([rest, *(each.days for each in later)]) if later else rest
            return Left(found, "stages", outlasted)
        rest, outlasted = left_of(self.whole, max(elapsed, 0.0))
        return Left(rest, "whole", outlasted)
