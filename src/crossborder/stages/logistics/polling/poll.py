"""Which parcels to ask for now, within a budget of calls."""

from datetime import datetime
from heapq import nsmallest
from math import expm1

from attrs import frozen

from crossborder.errors import InvalidValue
from crossborder.model.check import aware, checked, refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.stages.logistics.polling.followed import Followed
from crossborder.stages.logistics.polling.rules import (
    BASE,
    DOOR,
    ENDED,
    LATE,
    NEW,
    OVERDUE,
    PollBudget,
    PollRules,
)

__all__ = ["PollPlan", "poll", "worth"]

_RULES = PollRules()
_TIMES = ("since", "asked_at", "heard_at", "scanned_at", "ended_at")


@frozen(field_transformer=checked)
class PollPlan:
    """What to ask.

    Attributes:
        calls: the parcels of each call, the most valuable first.
        left: how many more might be asked for, but the budget ends.
        next_at: when the next one may be asked for that may not be now; None when there is none.
    """

    calls: tuple[tuple[str, ...], ...] = ()
    left: int = 0
    next_at: datetime | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        """All parcels to ask for, the most valuable first."""
        return tuple(parcel for call in self.calls for parcel in call)


def _due(parcel: Followed, rules: PollRules, now: datetime) -> datetime | None:
    """From when on the parcel may be asked for; None when it may not be any more."""
    asked, heard = parcel.asked_at, parcel.heard_at
    if parcel.stage.ended:
        # Never by when it was asked for: that moves with each asking.
        end = parcel.ended_at or parcel.scanned_at or heard or parcel.since
        last = end if asked is None else max(end, asked)
        due = last + rules.recheck
        return due if max(due, now) <= end + rules.reopened else None
    if parcel.pushed:
        told = [moment for moment in (asked, heard) if moment is not None]
        return max(told) + rules.reconcile if told else parcel.since
    return parcel.since if asked is None else asked + rules.least


def _endless(parcel: Followed) -> InvalidValue:
    """The error to raise where the calendar has no room after a parcel's latest time."""
    times = {name: getattr(parcel, name) for name in _TIMES}
    name, at = max(
        ((name, at) for name, at in times.items() if at is not None), key=lambda item: item[1]
    )
    return refuse(parcel, name, at, "lies so late that no time is left after it")


def worth(parcel: Followed, *, now: datetime, rules: PollRules = _RULES) -> float:
    """What an answer about a parcel is worth now, where one on its ordinary way counts as 1.

    The worth of its stage, of a promise that ends soon, of the danger of being late and of a scan
    that is overdue, times the chance of something new since it was last asked or told for scans
    that come at random in the usual gap; and what it has waited.

    >>> from datetime import UTC, timedelta
    >>> from crossborder.model.tracking import Stage
    >>> now = datetime(2026, 11, 22, tzinfo=UTC)
    >>> day = timedelta(days=1)
    >>> quiet = Followed("a", now - 9 * day, Stage.LINE_HAUL, asked_at=now - day)
    >>> at_door = Followed("b", now - 9 * day, Stage.OUT_FOR_DELIVERY, asked_at=now - day)
    >>> [round(worth(one, now=now), 2) for one in (quiet, at_door)]
    [0.89, 1.68]

    Raises:
        NaiveTime: `now` has no zone.
    """
    return _worth(parcel, aware(now, "now", "worth"), rules)


def _worth(parcel: Followed, now: datetime, rules: PollRules) -> float:
    gap = parcel.gap.total_seconds()
    asked = parcel.asked_at
    told = asked if parcel.heard_at is None else max(parcel.heard_at, asked or parcel.heard_at)
    waited = max(0.0, (now - (told or parcel.since)).total_seconds())
    waiting = waited / rules.patience.total_seconds()
    if parcel.stage.ended:
        return ENDED + waiting
    value = BASE[parcel.stage] + LATE * parcel.late
    if parcel.promised is not None:
        ahead = (parcel.promised - now).total_seconds() / rules.near.total_seconds()
        value += DOOR * max(0.0, 1.0 - max(0.0, ahead))
    if parcel.scanned_at is not None:
        silence = (now - parcel.scanned_at).total_seconds() / gap
        value += OVERDUE * min(1.0, max(0.0, (silence - 1.0) / 2.0))
    if asked is None and parcel.heard_at is None:
        return NEW + value + waiting
    return -expm1(-waited / gap) * value + waiting


@decides("logistics.poll", 2)
def poll(
    parcels: tuple[Followed, ...],
    budget: PollBudget,
    *,
    now: datetime,
    rules: PollRules = _RULES,
) -> Decision[PollPlan]:
    """The parcels to ask for now: of all sets the budget allows, the one with the most worth.

    Parcels that are told of by webhook are asked for only to reconcile; ended ones only within
    the time in which an end may turn out untrue. Ties go by id, and the order of the parcels is
    nothing.

    Args:
        parcels: all that are followed at one vendor's account.
        budget: what may be asked now.
        now: the moment of asking.
        rules: how often is often enough.

    Raises:
        InvalidValue: two parcels of one id, or a time at the end of the calendar.
        NaiveTime: `now` has no zone.

    >>> from datetime import UTC, timedelta
    >>> from crossborder.model.tracking import Stage
    >>> now, day = datetime(2026, 11, 22, tzinfo=UTC), timedelta(days=1)
    >>> asked = Followed("a", now - 9 * day, Stage.LINE_HAUL, asked_at=now - day)
    >>> never = Followed("b", now - day, Stage.UNKNOWN)
    >>> plan = poll((asked, never), PollBudget(calls=1), now=now).value
    >>> plan.ids, plan.left
    (('b',), 1)
    """
    ranked: list[tuple[float, str, bool]] = []
    ended, next_at, count = 0, None, len(parcels)
    for parcel in parcels:
        try:
            due = _due(parcel, rules, now)
        except OverflowError:
            raise _endless(parcel) from None
        if due is None:
            ended += 1
        elif due > now:
            next_at = due if next_at is None or due < next_at else next_at
        else:
            ranked.append((-_worth(parcel, now, rules), parcel.id, parcel.paid))
    if len({parcel.id for parcel in parcels}) < count:
        raise refuse("poll", "parcels", count, "has two parcels of one id")
    chosen = _chosen(ranked, budget)
    size = budget.numbers
    calls = tuple(tuple(chosen[at : at + size]) for at in range(0, len(chosen), size))
    plan = PollPlan(calls, len(ranked) - len(chosen), next_at)
    figures = {"parcels": count, "due": len(ranked), "ended": ended, "asked": len(chosen)}
    code = "asked" if chosen else "budget_spent" if ranked else "nothing_due"
    return Decision(plan, (Reason(code, "the most worth the budget allows", Extra(figures)),))


def _chosen(ranked: list[tuple[float, str, bool]], budget: PollBudget) -> list[str]:
    """The best first, as long as there is room, and a credit where one is taken.

    Taking the best that still fits gives the most worth of all: each parcel takes one place, and
    one credit or none.
    """
    room, most = budget.calls * budget.numbers, budget.credits
    if most is None:
        return [name for _, name, _ in nsmallest(room, ranked)]
    paid = nsmallest(min(room, most), (one for one in ranked if one[2]))
    free = nsmallest(room, (one for one in ranked if not one[2]))
    return [name for _, name, _ in nsmallest(room, [*paid, *free])]
