"""When to raise the alarm: from which chance of being late on, by how much time is left."""

from collections.abc import Iterable, Sequence
from math import exp, log, sqrt

from attrs import evolve, field, frozen

from crossborder.model.check import checked, refuse

__all__ = ["AlarmRule", "Course"]

_SIGMAS = 0.8416
"""A bound that holds in four cases of five, one-sided."""

_STEPS = 40
"""Thresholds tried, from .2 to .9 at the last moment."""


@frozen(field_transformer=checked)
class Course:
    """How the chance of one parcel went, check after check, and how it ended.

    Attributes:
        checks: days left and chance of being late, in the order of time.
        late: whether it was.
    """

    checks: tuple[tuple[float, float], ...]
    late: bool


@frozen(field_transformer=checked)
class AlarmRule:
    """From which chance on to raise the alarm.

    Where `far` is below `near`, a lower chance suffices with much time left, as there is more to
    gain by speaking early. Between the two the threshold goes straight in logits.

    Attributes:
        near: the chance that suffices with no time left.
        far: the chance that suffices with `reach` days left or more.
        reach: days.

    >>> rule = AlarmRule(0.6, 0.4)
    >>> rule.calls(0.5, left=1.0), rule.calls(0.5, left=12.0)
    (False, True)
    """

    near: float = 0.5
    far: float = 0.5
    reach: float = 12.0
    _base: float = field(init=False, eq=False, repr=False)
    _slope: float = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        for name in ("near", "far"):
            if not 0 < getattr(self, name) < 1:
                raise refuse(self, name, getattr(self, name), "must lie between 0 and 1")
        if not 0 < self.reach < float("inf"):
            raise refuse(self, "reach", self.reach, "must be positive and finite")
        object.__setattr__(self, "_base", _logit(self.near))
        object.__setattr__(self, "_slope", (_logit(self.far) - _logit(self.near)) / self.reach)

    def calls(self, chance: float, *, left: float) -> bool:
        """Whether to raise the alarm at this chance with so many days left."""
        if chance >= 1:
            return True
        within = min(max(left, 0.0), self.reach)
        return chance > 0 and _logit(chance) >= self._base + self._slope * within

    def first(self, course: Course) -> float | None:
        """How many days were left at the first alarm of a course; None if there was none."""
        for left, chance in course.checks:
            if self.calls(chance, left=left):
                return left
        return None

    @classmethod
    def chosen(
        cls,
        courses: Iterable[Course],
        *,
        lead: float = 4.3,
        recall: float = 0.95,
        slope: float = 0.0,
        otherwise: "AlarmRule | None" = None,
    ) -> "AlarmRule":
        """The rule that would have raised the fewest false alarms, and yet been early enough.

        Both demands are held against their lower bounds in four cases of five, so that what was
        luck in the past is not counted on. Where nothing meets them the earliest rule is taken.

        Args:
            courses: of parcels whose promise has passed.
            lead: days that alarms of late parcels shall have been early, in the mean; ask for more
                than is needed, as in quieter times they are later.
            recall: the share of late parcels that shall have had an alarm.
            slope: of the threshold, in logits for each day left.
            otherwise: what to take with fewer than thirty late parcels.
        """
        told = tuple(courses)
        fallback = cls() if otherwise is None else otherwise
        if sum(course.late for course in told) < 30:
            return fallback
        reach = fallback.reach
        best, most = None, -1.0
        earliest, longest = fallback, -1.0
        for step in range(_STEPS + 1):
            z = _logit(0.2) + step / _STEPS * (_logit(0.9) - _logit(0.2))
            rule = evolve(fallback, near=_chance(z), far=_chance(z + slope * reach))
            precision, leads, caught = _past(rule, told)
            least = _lower_mean(leads)
            enough = _lower_share(caught, sum(course.late for course in told)) >= recall
            if least >= lead and enough and precision > most:
                best, most = rule, precision
            if least > longest:
                earliest, longest = rule, least
        return earliest if best is None else best


def _past(rule: AlarmRule, courses: Sequence[Course]) -> tuple[float, list[float], int]:
    """The share of right alarms, how early the right ones were, and how many they are."""
    raised, leads = 0, []
    for course in courses:
        left = rule.first(course)
        if left is not None:
            raised += 1
            if course.late:
                leads.append(left)
    return (len(leads) / raised if raised else 0.0), leads, len(leads)


def _lower_mean(values: Sequence[float]) -> float:
    if len(values) < 2:
        return 0.0
    mean = sum(values) / len(values)
    spread = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    return mean - _SIGMAS * sqrt(spread / len(values))


def _lower_share(hits: int, trials: int) -> float:
    """Wilson's lower bound of a share."""
    if not trials:
        return 0.0
    share, z2 = hits / trials, _SIGMAS * _SIGMAS
    middle = share + z2 / (2 * trials)
    spread = _SIGMAS * sqrt(share * (1 - share) / trials + z2 / (4 * trials * trials))
    return (middle - spread) / (1 + z2 / trials)


def _logit(chance: float) -> float:
    return log(chance / (1.0 - chance))


def _chance(z: float) -> float:
    return 1.0 / (1.0 + exp(-z))
