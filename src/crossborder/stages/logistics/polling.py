"""Which parcels to ask for now, when the calls for it are counted.

A vendor takes so many calls in a time, so many numbers in a call, and may take a credit for each.
So the numbers go first of which an answer is worth most: those never asked for, those at the door
or late or overdue, those of which something new is likely by now.
"""

from datetime import MINYEAR, datetime, timedelta
from decimal import Decimal
from heapq import nsmallest
from math import expm1

from attrs import field, frozen

from crossborder.errors import InvalidValue
from crossborder.model.check import aware, checked, refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Stage
from crossborder.predict.whole import as_float
from crossborder.stages.logistics.tracking import moment

__all__ = ["Followed", "PollBudget", "PollPlan", "PollRules", "follow", "poll", "worth"]

_BASE = {
    Stage.UNKNOWN: 1.0,
    Stage.REGISTERED: 0.5,
    Stage.ACCEPTED: 1.0,
    Stage.EXPORT: 1.0,
    Stage.LINE_HAUL: 1.0,
    Stage.IMPORT_CUSTOMS: 1.5,
    Stage.HANDOVER: 1.5,
    Stage.LAST_MILE: 2.0,
    Stage.OUT_FOR_DELIVERY: 3.0,
    Stage.COLLECT: 1.5,
    Stage.RETURNING: 1.0,
}
"""What an answer is worth by stage: most where the next scan is told to the buyer."""

_ENDED = 0.25
_NEW, _DOOR, _LATE, _OVERDUE = 12.0, 2.0, 3.0, 2.0
_MOST = _BASE[Stage.OUT_FOR_DELIVERY] + _DOOR + _LATE + _OVERDUE


_TIMES = ("since", "asked_at", "heard_at", "scanned_at", "ended_at")
_OFF = timedelta(hours=14)
"""A local time read as if it were UTC is no further from its instant."""


def _chance(value: object) -> object:
    """A number as a float, a Decimal too, as `delay.late_chance` gives it; else as it is."""
    if isinstance(value, Decimal):
        return float(value) if value.is_finite() else value
    return as_float(value)


def _share(instance: object, attribute: object, value: float) -> None:
    if not 0.0 <= value <= 1.0:
        raise refuse(instance, "late", value, "must be a share, 0 to 1")


def _positive(instance: object, attribute: "object", value: timedelta) -> None:
    if value <= timedelta(0):
        name = getattr(attribute, "name", "")
        raise refuse(instance, name, value, "must be above zero")


@frozen(field_transformer=checked)
class Followed:
    """A parcel as the schedule sees it.

    Attributes:
        id: ours; each parcel stands once in a schedule.
        since: when we began to follow it.
        stage: as far as is known.
        asked_at: when it was last asked for, or None when it never was.
        heard_at: when the vendor last told something of it unasked, or None.
        scanned_at: its last scan, or None while there is none.
        gap: the usual time between two scans of its line at this stage.
        promised: the end of the promise, or None.
        late: the probability that it comes after that, 0 to 1.
        pushed: whether the vendor tells of it by webhook.
        ended_at: when it ended, or None where its stage is no end. Where nobody says when, its
            last scan stands for it, else when it was last heard of, else the begin of following.
        paid: whether asking for it takes a credit.
    """

    id: str
    since: datetime
    stage: Stage = Stage.UNKNOWN
    asked_at: datetime | None = None
    heard_at: datetime | None = None
    scanned_at: datetime | None = None
    gap: timedelta = field(default=timedelta(days=2), validator=_positive)
    promised: datetime | None = None
    late: float = field(default=0.0, converter=_chance, validator=_share)
    pushed: bool = False
    ended_at: datetime | None = None
    paid: bool = False


@frozen(field_transformer=checked)
class PollBudget:
    """What may be asked now.

    Attributes:
        calls: that are left in this time.
        numbers: that one call takes.
        credits: that are left, or None where asking costs none.
    """

    calls: int
    numbers: int = 1
    credits: int | None = None

    def __attrs_post_init__(self) -> None:
        if self.numbers < 1:
            raise refuse(self, "numbers", self.numbers, "must be at least 1")


@frozen(field_transformer=checked)
class PollRules:
    """How often is often enough.

    Attributes:
        least: a parcel is not asked for again before that: the vendor itself asks the carrier
            only every few hours.
        reconcile: one that is pushed is asked for only when nothing was heard for that long. A
            push that was not taken is dropped at last (17TRACK tries for an hour and 40 minutes).
        reopened: for that long after its end a parcel is looked at again: some ends are untrue.
        recheck: how often it is, in that time.
        near: a promise that ends within that time makes an answer worth more.
        patience: each such time of waiting counts as much as one parcel on its ordinary way, so
            that no parcel waits for ever.
    """

    least: timedelta = field(default=timedelta(hours=1), validator=_positive)
    reconcile: timedelta = field(default=timedelta(days=1), validator=_positive)
    reopened: timedelta = field(default=timedelta(days=14), validator=_positive)
    recheck: timedelta = field(default=timedelta(days=3), validator=_positive)
    near: timedelta = field(default=timedelta(days=3), validator=_positive)
    patience: timedelta = field(default=timedelta(days=2), validator=_positive)

    @property
    def overtaken(self) -> timedelta:
        """How long a waiting parcel can be overtaken by ones that began to wait after it.

        After that each of the others goes before it once at most, however many come anew: so no
        parcel waits longer than this and the time the budget takes to ask for all of them once.

        >>> PollRules().overtaken.days
        44
        """
        return self.patience * (_NEW + _MOST)


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


def follow(
    shipment: Shipment,
    *,
    since: datetime,
    asked_at: datetime | None = None,
    heard_at: datetime | None = None,
    gap: timedelta = timedelta(days=2),
    late: float | Decimal = 0.0,
    pushed: bool = False,
    paid: bool = False,
) -> Followed:
    """A parcel as the schedule sees it: its stage, its last scan, its promise and its end.

    A parcel whose end is in doubt, as a scan came after it, is treated as on its way. A scan of
    the end whose time has no zone ended it when we learnt of it, at the latest.

    >>> from datetime import UTC
    >>> from crossborder.model.ids import ShipmentId
    >>> parcel = Shipment(ShipmentId("p-1"), "yanwen", "UY1")
    >>> follow(parcel, since=datetime(2026, 11, 22, tzinfo=UTC)).stage.value
    'unknown'
    """
    state, seen = shipment.state, map(moment, shipment.events)
    last = max((at for at in seen if at.year > MINYEAR), default=None)
    doubtful = state.reopened and state.stage.ended
    stage = Stage.UNKNOWN if doubtful else state.stage
    return Followed(
        shipment.id,
        since,
        stage,
        asked_at=asked_at,
        heard_at=heard_at,
        scanned_at=last,
        gap=gap,
        promised=shipment.promised.latest if shipment.promised is not None else None,
        late=late,
        pushed=pushed,
        ended_at=_end(shipment, last) if stage.ended else None,
        paid=paid,
    )


def _end(shipment: Shipment, last: datetime | None) -> datetime | None:
    """When a parcel ended by its last scan that says so; without such a one, its last scan."""
    ending = next((event for event in reversed(shipment.events) if event.stage.ended), None)
    if ending is None:
        return last
    clock, received = moment(ending), ending.received_at
    read = clock.year > MINYEAR
    if received is None or (read and ending.at is not None):
        return clock if read else last
    # The local time bounds it too: a history may be read long after, and anew each time.
    return min(received, clock + _OFF) if read else received


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


def worth(parcel: Followed, *, now: datetime, rules: PollRules = PollRules()) -> float:
    """What an answer about a parcel is worth now, where one on its ordinary way counts as 1.

    The worth of its stage, of a promise that ends soon, of the danger of being late and of a scan
    that is overdue, times the chance of something new since it was last asked or told for scans
    that come at random in the usual gap; and what it has waited.

    >>> from datetime import UTC
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
        return _ENDED + waiting
    value = _BASE[parcel.stage] + _LATE * parcel.late
    if parcel.promised is not None:
        ahead = (parcel.promised - now).total_seconds() / rules.near.total_seconds()
        value += _DOOR * max(0.0, 1.0 - max(0.0, ahead))
    if parcel.scanned_at is not None:
        silence = (now - parcel.scanned_at).total_seconds() / gap
        value += _OVERDUE * min(1.0, max(0.0, (silence - 1.0) / 2.0))
    if asked is None and parcel.heard_at is None:
        return _NEW + value + waiting
    return -expm1(-waited / gap) * value + waiting


@decides("logistics.poll", 2)
def poll(
    parcels: tuple[Followed, ...],
    budget: PollBudget,
    *,
    now: datetime,
    rules: PollRules = PollRules(),
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
