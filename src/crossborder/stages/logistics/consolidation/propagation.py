"""A container's delay, passed on to all that is still inside and to nothing else."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import chain

from attrs import evolve, field, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.model.shipment import HandlingUnit
from crossborder.model.time import Window
from crossborder.model.tracking import Expected, Health
from crossborder.stages.logistics.consolidation.contents import Contents

__all__ = ["ContainerDelay", "Reached", "later", "propagate"]


_LONGEST = timedelta(days=3653)


def _sane(instance: object, attribute: object, value: timedelta) -> None:
    if value < timedelta(0):
        raise refuse(instance, "by", value, "must not be negative")
    if value > _LONGEST:
        raise refuse(instance, "by", value, "must not be longer than ten years")


@frozen(field_transformer=checked)
class ContainerDelay:
    """A master, pallet or bag is late, or held.

    Attributes:
        unit: its id.
        at: when that was said.
        by: how much later it comes; zero for a hold of which nobody knows how long it lasts.
        health: what it means for the parcels: delayed, or action_required for a hold that waits
            for an answer.
        reason: why, from the list of reasons, or None.
    """

    unit: str
    at: datetime
    by: timedelta = field(default=timedelta(0), validator=_sane)
    health: Health = Health.DELAYED
    reason: str | None = None


@frozen(field_transformer=checked)
class Reached:
    """What the delays of its containers mean for a unit. It is kept: later ones are added to it.

    Attributes:
        unit: its id.
        by: how much later it is expected.
        health: the gravest of what reached it.
        reason: of that one, or None.
        expected: as it was, later by `by`; None where nothing was expected of it.
        base: what was expected of it without these delays, or None.
        delays: all that reached it, in the order of their times.
    """

    unit: str
    by: timedelta
    health: Health
    reason: str | None = None
    expected: Expected | None = None
    base: Expected | None = None
    delays: tuple[ContainerDelay, ...] = ()


_GRAVEST_FIRST = (Health.FAILED, Health.ACTION_REQUIRED, Health.DELAYED, Health.SILENT, Health.OK)


def later(
    before: Expected, after: Expected, *, unit: str, reason: str | None = None
) -> ContainerDelay | None:
    """The delay that a new expectation of a container means; None when it is no later.

    Raises:
        InvalidValue: it is later by more than ten years.
    """
    by = after.likely - before.likely
    if by <= timedelta(0):
        return None
    return ContainerDelay(unit, after.as_of, by, reason=reason)


@decides("logistics.propagate", 2)
def propagate(
    units: tuple[HandlingUnit, ...],
    delays: tuple[ContainerDelay, ...],
    *,
    expected: Mapping[str, Expected | Reached],
    now: datetime,
) -> Decision[tuple[Reached, ...]]:
    """What delays of containers mean for everything that was inside when they were said, and is.

    A unit that has come out is not reached: what held it up stands in its own history. Delays that
    were said at different times add up; of several said at one time the longest counts, since it
    is told again for each container around. An expectation that was made after a delay was said
    knows of it and is not put off again.

    Delays may be told in parts, in any order and more than once: give back what was reached
    (`Reached`) in place of what was expected, and it comes to the same as all of them at once. A
    `Reached.expected` given back alone passes for a new expectation, and knows of all that was said
    by then.

    One pass over the units, however many the delays.

    Args:
        units: all that may be inside one another.
        delays: in any order; those of what was reached before are added.
        expected: what is expected of the units, or what was reached of them before, by id.
        now: the moment of looking; what is out by then is not reached.

    Raises:
        InvalidValue: a delay puts something off beyond the calendar.
    """
    contents = Contents(units)
    before = (known.delays for known in expected.values() if isinstance(known, Reached))
    told = dict.fromkeys(chain(delays, *before))
    by_container: dict[str, list[ContainerDelay]] = {}
    for delay in told:
        if delay.at <= now and delay.unit in contents.units:
            by_container.setdefault(delay.unit, []).append(delay)
    met: dict[str, list[ContainerDelay]] = {}
    for container, said in by_container.items():
        still = set(contents.inside(container, now))
        for delay in said:
            for name in contents.inside(container, delay.at):
                if name in still:
                    met.setdefault(name, []).append(delay)
    reached = tuple(_reached(name, said, expected.get(name)) for name, said in sorted(met.items()))
    facts = Extra({"delays": len(told), "reached": len(reached)})
    return Decision(reached, (Reason("passed_on", facts=facts),))


def _reached(name: str, said: list[ContainerDelay], known: Expected | Reached | None) -> Reached:
    base = known.base if isinstance(known, Reached) else known
    longest: dict[datetime, timedelta] = {}
    for delay in said:
        if base is None or base.as_of < delay.at:
            longest[delay.at] = max(delay.by, longest.get(delay.at, timedelta(0)))
    try:
        by = sum(longest.values(), timedelta(0))
        after = base if base is None or not longest else _put_off(base, by, max(longest))
    except OverflowError:
        raise refuse("propagate", "delays", name, "is put off beyond the calendar") from None
    gravest = min(said, key=_rank)
    in_order = tuple(sorted(said, key=lambda delay: (delay.at, delay.by, *_rank(delay))))
    return Reached(name, by, gravest.health, gravest.reason, after, base, in_order)


def _rank(delay: ContainerDelay) -> tuple[object, ...]:
    newest = datetime.max.replace(tzinfo=delay.at.tzinfo) - delay.at
    return _GRAVEST_FIRST.index(delay.health), newest, delay.reason or "", delay.unit


def _put_off(before: Expected, by: timedelta, as_of: datetime) -> Expected:
    window = Window(before.window.earliest + by, before.window.latest + by)
    return evolve(before, window=window, likely=before.likely + by, as_of=as_of)
