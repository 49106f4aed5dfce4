"""Distributions of durations and amounts: learned from samples, shrunk, conditioned and summed.

A `Distribution` is a set of values with weights. It promises by quantiles ("P90: in 9 of 10 cases
no later"), and the sum of stages is made from their distributions (`convolve`), never from their
quantiles: the P90 of a chain is not the sum of the P90s, since stages are seldom late together.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import accumulate, pairwise
from math import fsum, isfinite

from attrs import field, frozen

from crossborder.model.check import checked, refuse
from crossborder.predict.buckets import FEWEST, Floats, bucketed

__all__ = ["Distribution", "convolve", "mixture"]

_NOISE = 1e-12
"""How far a probability may miss a step of the distribution by rounding of floats."""


def _floats(items: object) -> object:
    """Whole numbers as floats, so that an int given for a float is no slip."""
    if not isinstance(items, tuple | list):
        return items
    return tuple(float(item) if type(item) is int else item for item in items)


@frozen(field_transformer=checked)
class Distribution:
    """What a quantity may turn out to be, and how much evidence stands behind it.

    Attributes:
        values: strictly rising, in the unit that the caller states (hours, days, pieces).
        weights: positive, one for each value; their sum is the effective number of observations.

    >>> hours = Distribution.of([20, 22, 22, 30])
    >>> hours.quantile(0.5), hours.quantile(0.9), hours.evidence
    (22.0, 30.0, 4.0)
    """

    values: tuple[float, ...] = field(converter=_floats)
    weights: tuple[float, ...] = field(converter=_floats)
    _rising: tuple[float, ...] = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        values, weights = self.values, self.weights
        if not values:
            raise refuse(self, "values", values, "must not be empty")
        if len(values) != len(weights):
            raise refuse(
                self, "weights", len(weights), f"must be {len(values)}, one for each value"
            )
        for value in values:
            if not isfinite(value):
                raise refuse(self, "values", value, "must be finite")
        for one, later in pairwise(values):
            if later <= one:
                raise refuse(self, "values", later, "must rise strictly")
        for weight in weights:
            if not (isfinite(weight) and weight > 0):
                raise refuse(self, "weights", weight, "must be positive and finite")
        rising = tuple(accumulate(weights))
        if not isfinite(rising[-1]):
            raise refuse(self, "weights", rising[-1], "must have a finite sum")
        object.__setattr__(self, "_rising", rising)

    @classmethod
    def of(cls, samples: Iterable[float], weights: Iterable[float] | None = None) -> "Distribution":
        """The empirical distribution of the samples; equal values are merged.

        A weight of nought leaves its sample out.

        Raises:
            InvalidValue: nothing is given, a value or a weight is not finite, a weight is negative.
        """
        drawn = tuple(samples)
        given = (1.0,) * len(drawn) if weights is None else tuple(weights)
        if len(given) != len(drawn):
            raise refuse(cls.__name__, "weights", len(given), f"must be {len(drawn)}, as samples")
        return _merged(zip(drawn, given, strict=True), "samples")

    @classmethod
    def censored(cls, samples: Iterable[float], open_: Iterable[float]) -> "Distribution":
        """What durations come to, when some still last: of finished ones and of open ones so far.

        Each finished duration is held against those that had lasted as long (the product-limit
        estimate of Kaplan and Meier, 1958). The share that outlasts every finished one is
        unfinished: it is put at twice the longest duration, finished or open. So a further open
        duration never makes a quantile smaller. Without open ones it is `of` the samples.

        The evidence is one for each finished duration, and as much for the unfinished share as
        its mass; an open one that is no longer than any finished one adds none.

        >>> Distribution.censored([20, 22], [30]).quantile(0.9)
        60.0

        Raises:
            InvalidValue: a duration is negative or not finite, or nothing is told: no sample, and
                no open duration above zero.
        """
        finished, waiting = sorted(samples), sorted(open_)
        for name, items in (("samples", finished), ("open_", waiting)):
            for item in items:
                if not (hasattr(item, "__float__") and isfinite(item) and item >= 0):
                    raise refuse(cls.__name__, name, item, "must be finite hours or days from 0 up")
        # What has only begun tells nothing yet.
        waiting = waiting[bisect_right(waiting, 0) :]
        if not waiting:
            return cls.of(finished)
        atoms, left = _fallen(finished, waiting)
        if not atoms:
            return cls.point(2.0 * waiting[-1], float(len(waiting)))
        scale = len(finished) / fsum(share for _, share in atoms)
        longest = max(finished[-1], waiting[-1])
        return _merged(
            ((value, share * scale) for value, share in (*atoms, (2.0 * longest, left))), "samples"
        )

    @classmethod
    def point(cls, value: float, weight: float = 1.0) -> "Distribution":
        """A quantity that is known: one value."""
        return cls((value,), (weight,))

    @property
    def evidence(self) -> float:
        """The effective number of observations."""
        return self._rising[-1]

    @property
    def mean(self) -> float:
        """The weighted mean, in the unit of the values."""
        total = fsum(self.weights)
        return fsum(value * (weight / total) for value, weight in self._atoms())

    def quantile(self, p: float) -> float:
        """The smallest value that is not exceeded with at least the probability `p` (0 to 1)."""
        if not 0 <= p <= 1:
            raise refuse(self, "p", p, "must be a probability, 0 to 1")
        place = bisect_left(self._rising, (p - _NOISE) * self.evidence)
        return self.values[min(place, len(self.values) - 1)]

    def cdf(self, x: float) -> float:
        """The probability that the quantity is at most `x`."""
        if x != x:
            raise refuse(self, "x", x, "must be a number")
        place = bisect_right(self.values, x)
        return self._rising[place - 1] / self.evidence if place else 0.0

    def shifted(self, by: float) -> "Distribution":
        """The quantity plus a constant."""
        return _merged(((value + by, w) for value, w in self._atoms()), "shifted")

    def scaled(self, by: float) -> "Distribution":
        """The quantity times a constant; a negative one turns the order round."""
        return _merged(((value * by, w) for value, w in self._atoms()), "scaled")

    def conditioned(self, above: float) -> "Distribution | None":
        """The quantity, given that it is more than `above`; None when nothing is left.

        So a silence speaks: a parcel that has not arrived after `above` days is one of the slow.
        """
        if above != above:
            raise refuse(self, "above", above, "must be a number")
        place = bisect_right(self.values, above)
        if place == len(self.values):
            return None
        return Distribution(self.values[place:], self.weights[place:]) if place else self

    def blended(self, parent: "Distribution", strength: float) -> "Distribution":
        """Shrunk towards a parent: `strength` observations of the parent are added.

        With little evidence of its own it resembles the parent, with much it remains itself.
        """
        if not (isfinite(strength) and strength >= 0):
            raise refuse(self, "strength", strength, "must not be negative")
        if not strength:
            return self
        share = strength / parent.evidence
        added = ((value, weight * share) for value, weight in parent._atoms())
        return _merged((*self._atoms(), *added), "blended")

    def compressed(self, atoms: int = 64) -> "Distribution":
        """At most `atoms` values: neighbours become their mean, so mass and mean are kept.

        The buckets are finest in the tails and lie with their middle on the probabilities that
        are promised (.5, .8, .9, .95, .99). A value that occurs often is never split.
        """
        if atoms < FEWEST:
            raise refuse(self, "atoms", atoms, f"must be at least {FEWEST}")
        if len(self.values) <= atoms:
            return self
        return Distribution(*map(tuple, bucketed(self.values, self.weights, atoms)))

    def _atoms(self) -> Iterator[tuple[float, float]]:
        return zip(self.values, self.weights, strict=True)


def _merged(atoms: Iterable[tuple[float, float]], name: str) -> Distribution:
    """The distribution of (value, weight) in any order; equal values become one."""
    held: dict[float, list[float]] = {}
    for value, weight in atoms:
        if not (hasattr(value, "__float__") and isfinite(value)):  # a timedelta has no unit
            raise refuse(
                "Distribution", name, value, "must be a finite number, as of hours or days"
            )
        if not (isfinite(weight) and weight >= 0):
            raise refuse("Distribution", "weights", weight, "must be finite and not negative")
        held.setdefault(float(value), []).append(weight)
    values = sorted(held)
    return _distribution(values, [fsum(held[value]) for value in values], name)


def _fallen(finished: Floats, waiting: Floats) -> tuple[list[tuple[float, float]], float]:
    """How much of the whole ends at each finished duration, and what is left; both given rise."""
    atoms: list[tuple[float, float]] = []
    left, start = 1.0, 0
    while start < len(finished):
        value = finished[start]
        end = bisect_right(finished, value, start)
        # What is open after just as long may still end there: it counts among those at risk.
        at_risk = len(finished) - start + len(waiting) - bisect_left(waiting, value)
        share = left * ((end - start) / at_risk)
        atoms.append((value, share))
        left, start = left - share, end
    return atoms, left


def _distribution(values: Floats, weights: Floats, name: str = "values") -> Distribution:
    """The distribution of rising values without those of no weight."""
    found = [(value, weight) for value, weight in zip(values, weights, strict=True) if weight]
    if not found:
        raise refuse("Distribution", name, tuple(values), "must not be empty")
    kept, masses = zip(*found, strict=True)
    return Distribution(kept, masses)


def _summed(
    one: tuple[Floats, Floats], other: tuple[Floats, Floats], atoms: int
) -> tuple[Floats, Floats]:
    sums = [a + b for a in one[0] for b in other[0]]
    masses = [w * v for w in one[1] for v in other[1]]
    # Sorting places instead of pairs keeps the comparison at the speed of plain floats.
    order = sorted(range(len(sums)), key=sums.__getitem__)
    return bucketed([sums[at] for at in order], [masses[at] for at in order], atoms)


def _shares(part: Distribution) -> tuple[Floats, Floats]:
    return part.values, [weight / part.evidence for weight in part.weights]


def convolve(parts: Sequence[Distribution], *, atoms: int = 64) -> Distribution:
    """The sum of independent parts, such as the stages of a journey.

    Its evidence is the smallest evidence of the parts. The order of the parts does not matter.
    Parts of more than `atoms` values are compressed first, and so is the answer.

    >>> stage = Distribution.of([1, 2])
    >>> convolve([stage, stage]).quantile(0.75)
    3.0
    """
    if not parts:
        raise refuse("convolve", "parts", (), "must not be empty")
    least = min(part.evidence for part in parts)
    ordered = sorted(
        (part.compressed(atoms) for part in parts), key=lambda part: (part.values, part.weights)
    )
    values, shares = reduce(lambda one, two: _summed(one, two, atoms), map(_shares, ordered))
    total = fsum(shares)
    return _distribution(values, [share / total * least for share in shares])


def mixture(parts: Sequence[tuple[float, Distribution]]) -> Distribution:
    """One of several, each with its share (on any scale), such as the lines an order may go by.

    Its evidence is that of the shares' stratified sample, `1 / sum(share**2 / evidence)`: two
    equal halves of 10 observations are as good as 20.

    >>> mixture([(3, Distribution.point(5)), (1, Distribution.point(9))]).quantile(0.75)
    5.0
    """
    if not parts:
        raise refuse("mixture", "parts", (), "must not be empty")
    scale = [share for share, _ in parts]
    if not all(isfinite(share) and share >= 0 for share in scale) or not any(scale):
        raise refuse("mixture", "parts", tuple(scale), "must have shares, none negative")
    total = fsum(scale)
    drawn = [(share / total, part) for share, part in parts if share / total]
    evidence = 1 / fsum(share * share / part.evidence for share, part in drawn)
    return _merged(
        (
            (value, evidence * share * (weight / part.evidence))
            for share, part in drawn
            for value, weight in part._atoms()
        ),
        "parts",
    )
