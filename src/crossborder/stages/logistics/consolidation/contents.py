"""What is inside what: the tree of handling units, looked at from above."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from types import MappingProxyType

from attrs import frozen

from crossborder.model.check import checked
from crossborder.model.shipment import HandlingUnit, Stay, UnitKind

__all__ = ["Contents", "Tally", "absences"]


@frozen(field_transformer=checked)
class Tally:
    """Parcels and their weight at a time.

    Attributes:
        count: parcels, at any depth.
        grams: what they weigh, with the bags and pallets around them.
        unweighed: how many of the units have no weight.
    """

    count: int
    grams: int
    unweighed: int = 0


class Contents:
    """Handling units by id, and by what they have been inside of.

    It is made in one pass over the units; each question costs only what it answers. A loop, which
    no command makes but stored units may hold, is walked once.

    >>> bag = HandlingUnit("bag", UnitKind.BAG)
    >>> Contents((bag, HandlingUnit("p1", UnitKind.PARCEL, inside="bag"))).children("bag")[0].id
    'p1'
    """

    def __init__(self, units: Iterable[HandlingUnit]) -> None:
        self.units: dict[str, HandlingUnit] = {}
        # The stays of a unit in one container, by container and unit.
        self._held: dict[str, dict[str, tuple[Stay, ...]]] = {}
        for unit in units:
            self.put(unit)

    def put(self, unit: HandlingUnit) -> None:
        """Add the unit, or take it for what is now known of the unit of that id."""
        before = self.units.get(unit.id)
        if before is not None:
            for stay in before.stays:
                self._held[stay.inside].pop(unit.id, None)
        self.units[unit.id] = unit
        for stay in unit.stays:
            held = self._held.setdefault(stay.inside, {})
            held[unit.id] = (*held.get(unit.id, ()), stay)

    def children(self, container: str, at: datetime | None = None) -> tuple[HandlingUnit, ...]:
        """What is directly inside: at that moment, or (without one) as far as is known today."""
        return tuple(
            self.units[name]
            for name, stays in self._held.get(container, {}).items()
            if any(stay.unloaded_at is None if at is None else stay.holds(at) for stay in stays)
        )

    def stays_in(self, container: str) -> Mapping[str, tuple[Stay, ...]]:
        """Every stay in the container, over or not, by the id of the unit that was inside."""
        return MappingProxyType(self._held.get(container, {}))

    def inside(self, container: str, at: datetime) -> tuple[str, ...]:
        """The ids of all that is inside at that moment, at any depth: outer ones first."""
        return tuple(unit.id for unit in self._walk(container, at))

    def net(self, container: str, at: datetime) -> Tally:
        """What is inside at that moment, the container itself left out."""
        return _tally(self._walk(container, at))

    def gross(self, container: str, at: datetime) -> Tally:
        """What is inside at that moment, and the container itself.

        One that is none of the units has no weight that is known.
        """
        inside = _tally(self._walk(container, at))
        own = Tally(0, 0, 1) if container not in self.units else _tally((self.units[container],))
        return Tally(
            inside.count + own.count, inside.grams + own.grams, inside.unweighed + own.unweighed
        )

    def may_hold(self, container: str, other: str, at: datetime) -> bool:
        """Whether the other unit is inside the container at that moment, or at any later one."""
        seen, waiting = {container}, [container]
        while waiting:
            for name, stays in self._held.get(waiting.pop(), {}).items():
                if name in seen or not any(_lasts(stay, at) for stay in stays):
                    continue
                if name == other:
                    return True
                seen.add(name)
                waiting.append(name)
        return False

    def _walk(self, container: str, at: datetime) -> Iterator[HandlingUnit]:
        seen, waiting = {container}, [container]
        for holder in waiting:
            for unit in self.children(holder, at):
                if unit.id not in seen:
                    seen.add(unit.id)
                    waiting.append(unit.id)
                    yield unit


def absences(
    unit: HandlingUnit, units: Mapping[str, HandlingUnit]
) -> tuple[tuple[datetime, datetime | None], ...]:
    """The times the unit was missing: from when, and until when it was found, or None.

    One that is over is read from the stays: nothing goes into what was opened, so a second stay in
    it, after the one that ended with its opening, is that the unit was found.

    Args:
        unit: whose times are asked for.
        units: all that it may have been inside of, by id.
    """
    found: list[tuple[datetime, datetime | None]] = []
    for stay, after in pairwise(unit.stays):
        holder = units.get(stay.inside)
        ended = stay.unloaded_at
        if holder is None or ended is None or after.inside != stay.inside:
            continue
        if ended == holder.opened_at:
            found.append((ended, after.loaded_at))
    if unit.missing_since is not None:
        found.append((unit.missing_since, None))
    return tuple(found)


def _lasts(stay: Stay, at: datetime) -> bool:
    return stay.unloaded_at is None or stay.unloaded_at > at


def _tally(units: Iterable[HandlingUnit]) -> Tally:
    found = list(units)
    weights = [unit.weight.grams for unit in found if unit.weight is not None]
    count = sum(unit.kind is UnitKind.PARCEL for unit in found)
    return Tally(count, sum(weights), len(found) - len(weights))
