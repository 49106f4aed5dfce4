"""One part of the way, with its uncertainty: learned from history, or only stated."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from attrs import evolve, field, frozen

from crossborder.model.check import aware, checked, refuse
from crossborder.predict.calendar import WorkCalendar
from crossborder.predict.quantiles import Distribution
from crossborder.stages.inventory.virtual.hours import hours_around

__all__ = ["MANY", "LeadPart", "at_fixed", "hours_between", "longer"]

MANY = 128
"""Of more observations than this only the times at fixed probabilities are kept."""
_RARE = 0.9
"""From this probability on the times kept are the longest of their kind: no disaster is lost."""
_MOST = 1024
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_NONE = timedelta(0)
_SPREAD = ((1.0, 0.80), (1.5, 0.15), (2.0, 0.05))
_STATED_COUNTS = 3.0
"""A stated figure weighs as much as so many observations of our own."""


def _float(value: object) -> object:
    return float(value) if type(value) is int else value


@frozen(field_transformer=checked)
class LeadPart:
    """One part of the way, such as the supplier's handling or the domestic leg.

    Attributes:
        name: short and stable, such as `handling`.
        hours: what it takes: hours in which the calendar works where there is one, else hours on
            the clock; None when nothing is known. At most 1024 values.
        calendar: when that party works, or None for what goes on day and night.
        evidence: observations behind the hours; 0 when they are only stated.
    """

    name: str
    hours: Distribution | None
    calendar: WorkCalendar | None = None
    evidence: float = field(default=0.0, converter=_float)

    def __attrs_post_init__(self) -> None:
        if self.hours is not None and self.hours.values[0] < 0:
            raise refuse(self, "hours", self.hours.values[0], "must not be negative")
        if self.hours is not None and len(self.hours.values) > _MOST:
            raise refuse(self, "hours", len(self.hours.values), f"has more than {_MOST} values")
        if not self.evidence >= 0:
            raise refuse(self, "evidence", self.evidence, "must not be negative")

    @classmethod
    def stated(
        cls, name: str, takes: timedelta | None, calendar: WorkCalendar | None = None
    ) -> "LeadPart":
        """What somebody says it takes, without history; None is unknown.

        A stated figure is kept in 80 of 100 cases, exceeded by half in 15 and doubled in 5: a rule
        of thumb of ours, to be replaced by history. Where there is a calendar, a stated day is one
        of its working days, and hours beyond whole days are working hours, a day of them at most.

        >>> LeadPart.stated("handling", timedelta(days=2)).hours.values
        (48.0, 72.0, 96.0)
        """
        if takes is None:
            return cls(name, None, calendar)
        if takes < _NONE:
            raise refuse(cls.__name__, "takes", str(takes), "must not be negative")
        base = _in_hours(takes, calendar)
        spread = Distribution.of((base * by for by, _ in _SPREAD), (share for _, share in _SPREAD))
        return cls(name, spread, calendar)

    @classmethod
    def between(cls, name: str, fastest: timedelta, slowest: timedelta) -> "LeadPart":
        """A stated window on the clock, such as a line's: five equally likely times across it."""
        if not _NONE <= fastest <= slowest:
            shown = (str(fastest), str(slowest))
            raise refuse(cls.__name__, name, shown, "must rise from at least zero")
        step = (slowest - fastest) / 4
        return cls(name, Distribution.of((fastest + step * place) / _HOUR for place in range(5)))

    @classmethod
    def learned(
        cls,
        name: str,
        spans: Iterable[tuple[datetime, datetime]],
        *,
        now: datetime,
        calendar: WorkCalendar | None = None,
        stated: timedelta | None = None,
    ) -> "LeadPart":
        """From history: when the part began and when it ended, each time.

        One more observation, twice as long as the longest, stands for what has not been seen yet;
        a stated figure counts as three. Without any history it is `stated`. Of a longer history
        128 times at fixed probabilities are kept, in the slower tenth the longest of their kind.

        Raises:
            InvalidValue: a span ends before it begins, or after `now`: the future is not known.
            NaiveTime: `now` or a time of a span has no zone.
        """
        aware(now, "now", "LeadPart.learned")
        samples = []
        for place, (began, ended) in enumerate(spans):
            aware(began, f"spans.{place}.0", "LeadPart.learned")
            aware(ended, f"spans.{place}.1", "LeadPart.learned")
            if not began <= ended <= now:
                shown = (began.isoformat(), ended.isoformat())
                raise refuse(cls.__name__, name, shown, "must rise and end by now")
            samples.append(hours_between(began, ended, calendar))
        guess = cls.stated(name, stated, calendar)
        if not samples:
            return guess
        seen = Distribution.of([*samples, 2 * max(samples)])
        if guess.hours is not None:
            seen = seen.blended(guess.hours, _STATED_COUNTS)
        # By the number of observations, not of values: a longer one never changes the method.
        law = at_fixed(seen) if len(samples) > MANY else seen
        return cls(name, law, calendar, float(len(samples)))

    @property
    def law(self) -> Distribution:
        """The hours of a part about which something is known.

        Raises:
            InvalidValue: nothing is known about it.
        """
        if self.hours is None:
            raise refuse(self, "hours", self.name, "is unknown")
        return self.hours

    def at_least(self, takes: timedelta | None) -> "LeadPart":
        """The part where the supplier's word says it takes so long: nobody is counted on to be
        faster than he says himself; without history his figure spreads as in `stated`.
        """
        if takes is None:
            return self
        if self.evidence:
            said = Distribution.point(_in_hours(takes, self.calendar))
        else:
            guess = LeadPart.stated(self.name, takes, self.calendar)
            if self.hours is None or guess.hours is None:
                return guess
            said = guess.hours
        hours = said if self.hours is None else longer(self.hours, said)
        return evolve(self, hours=hours)


def _in_hours(takes: timedelta, calendar: WorkCalendar | None) -> float:
    if calendar is None:
        return takes / _HOUR
    open_for = calendar.closes - calendar.opens
    days, rest = divmod(takes, _DAY)
    return (open_for * days + min(rest, open_for)) / _HOUR


def hours_between(came: datetime, end: datetime, calendar: WorkCalendar | None) -> float:
    """Hours from one moment to another: worked ones where there is a calendar."""
    if calendar is None:
        return (end - came) / _HOUR
    first, last = int(came.timestamp()), int(end.timestamp())
    return hours_around(calendar, first, last).between(first, last) / 3600


def at_fixed(law: Distribution) -> Distribution:
    """The times at fixed probabilities, closest in the upper tail: monotone in every sample."""
    bounds = [1 - (1 - place / MANY) ** 2 for place in range(MANY + 1)]
    steps = list(pairwise(bounds))
    return Distribution.of(
        (law.quantile(high if low >= _RARE else (low + high) / 2) for low, high in steps),
        (law.evidence * (high - low) for low, high in steps),
    )


def longer(one: Distribution, other: Distribution) -> Distribution:
    """The longer of two at every probability: a sum of neither, and never below either.

    >>> longer(Distribution.of([1, 9]), Distribution.point(4)).values
    (4.0, 9.0)
    """
    steps = sorted({1.0, *_steps(one), *_steps(other)})
    atoms, before = [], 0.0
    for step in steps:
        middle = (before + step) / 2
        atoms.append((max(one.quantile(middle), other.quantile(middle)), step - before))
        before = step
    return Distribution.of((value for value, _ in atoms), (weight for _, weight in atoms))


def _steps(law: Distribution) -> Iterable[float]:
    total, risen = law.evidence, 0.0
    for weight in law.weights[:-1]:
        risen += weight
        yield round(risen / total, 12)
