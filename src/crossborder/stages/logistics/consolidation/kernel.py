"""Consolidation (集包, 拆包) as commands: what is inside what, from when to when, and what is short."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from attrs import evolve, frozen

from crossborder.model.check import checked
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.outcome import Problem
from crossborder.model.shipment import HandlingUnit, NumberUse
from crossborder.stages.logistics.consolidation.commands import (
    BreakBulk,
    Command,
    Find,
    LinkNumber,
    Load,
    Unload,
)
from crossborder.stages.logistics.consolidation.contents import Contents, absences

__all__ = ["Consolidation", "Moved", "consolidate"]


@frozen(field_transformer=checked)
class Moved:
    """What commands came to.

    Attributes:
        units: after the commands that could be obeyed.
        problems: one for each command that could not; `field` names its place among those given.
    """

    units: tuple[HandlingUnit, ...]
    problems: tuple[Problem, ...] = ()


def _last_move(unit: HandlingUnit) -> datetime | None:
    last = unit.stays[-1] if unit.stays else None
    return None if last is None else last.unloaded_at or last.loaded_at


def _moved_after(unit: HandlingUnit, at: datetime) -> bool:
    last = _last_move(unit)
    return last is not None and last > at


def _released(unit: HandlingUnit, at: datetime) -> HandlingUnit:
    return evolve(unit, unloaded_at=at)


def _entered(
    unit: HandlingUnit, into: str, at: datetime, until: datetime | None = None
) -> HandlingUnit:
    return evolve(unit, inside=into, loaded_at=at, unloaded_at=until, earlier=unit.stays)


class Consolidation:
    """Handling units in the making: obey commands one by one, then take the `units`.

    It is a draft; nothing is shared with the values it was made from. A command that was obeyed
    before changes nothing. Messages may come late: what is obeyed comes to the same in whatever
    order it is told. What cannot, since one of its units was moved, opened or found at a later
    time that was told already, is refused as `before_last_move`; who keeps the commands takes the
    units as they were at first and lets `consolidate` put them all in order.

    What comes out of a container it was not known to be in, and what is found after it was missing
    there, is written down as a stay of no length: nothing is inherited in it, no tally holds it.

    >>> from datetime import UTC
    >>> from crossborder.model.shipment import UnitKind
    >>> at = datetime(2026, 11, 2, tzinfo=UTC)
    >>> parts = (HandlingUnit("bag", UnitKind.BAG), HandlingUnit("p1", UnitKind.PARCEL))
    >>> draft = Consolidation(parts)
    >>> draft.obey(Load("p1", "bag", at)) is None, draft.contents.inside("bag", at)
    (True, ('p1',))
    >>> draft.obey(Load("bag", "p1", at)).code
    'inside_itself'
    """

    def __init__(self, units: Iterable[HandlingUnit]) -> None:
        self.contents = Contents(units)
        self.events: list[Event] = []

    @property
    def units(self) -> tuple[HandlingUnit, ...]:
        """As they are now, in the order in which they were first named."""
        return tuple(self.contents.units.values())

    def obey(self, command: Command) -> Problem | None:
        """Do what the command says, or say why it cannot be."""
        unit = self.contents.units.get(command.unit)
        if unit is None:
            return Problem("unknown_unit", text=f"no unit {command.unit} is known")
        match command:
            case Load():
                return self._load(unit, command)
            case Unload():
                return self._unload(unit, command)
            case BreakBulk():
                return self._open(unit, command)
            case Find():
                return self._find(unit, command)
            case LinkNumber():
                return self._link(unit, command)

    def _load(self, unit: HandlingUnit, command: Load) -> Problem | None:
        holder = self.contents.units.get(command.into)
        if holder is None:
            return Problem("unknown_unit", text=f"no unit {command.into} is known")
        opened = holder.opened_at
        told = any((s.inside, s.loaded_at) == (command.into, command.at) for s in unit.stays)
        if told and (opened is None or command.at <= opened):
            return None
        if opened is not None and command.at >= opened:
            return Problem("already_open", text=f"{holder.id} had been opened by then")
        if opened is not None:
            # Whether it was counted with the rest is no longer known.
            return _late([holder.id])
        if _moved_after(unit, command.at):
            return _late([unit.id])
        if unit.inside is not None and unit.unloaded_at is None:
            text = f"{unit.id} is still inside {unit.inside}"
            return Problem("inside_another", text=text)
        if self._holds(unit.id, holder.id, command.at):
            text = f"{holder.id} is inside {unit.id}, which cannot go into it"
            return Problem("inside_itself", text=text)
        there = self._present(unit, command.at)
        self.contents.put(_entered(there, holder.id, command.at))
        return None

    def _unload(self, unit: HandlingUnit, command: Unload) -> Problem | None:
        if any(stay.unloaded_at == command.at for stay in unit.stays):
            return None
        if _moved_after(unit, command.at):
            return _late([unit.id])
        if unit.inside is None or unit.unloaded_at is not None:
            return Problem("not_inside", text=f"{unit.id} is inside nothing")
        self.contents.put(_released(self._present(unit, command.at), command.at))
        return None

    def _find(self, unit: HandlingUnit, command: Find) -> Problem | None:
        there = self._present(unit, command.at)
        if there is not unit:
            self.contents.put(there)
            return None
        if any(stay.loaded_at == stay.unloaded_at == command.at for stay in unit.stays):
            return None
        return Problem("not_missing", text=f"{unit.id} is not known to be missing then")

    def _open(self, unit: HandlingUnit, command: BreakBulk) -> Problem | None:
        if unit.opened_at is not None:
            if unit.opened_at == command.at:
                return None
            return Problem("already_open", text=f"{unit.id} was opened at {unit.opened_at}")
        inside = self.contents.children(unit.id)
        booked = {part.id for part in inside}
        found = booked if command.found is None else set(command.found)
        later = self._later(unit, found, command.at)
        if later:
            return _late(later)
        around = [name for name in sorted(found) if self._holds(name, unit.id, command.at)]
        if around:
            text = f"{', '.join(around)} holds {unit.id} and cannot come out of it"
            return Problem("inside_itself", text=text)
        self.contents.put(self._present(evolve(unit, opened_at=command.at), command.at))
        missing = []
        for part in inside:
            if part.id in found:
                self.contents.put(_released(self._present(part, command.at), command.at))
            else:
                self.contents.put(evolve(part, unloaded_at=command.at, missing_since=command.at))
                missing.append(part.id)
        surplus = sorted(found - booked)
        counts = {"booked": len(inside), "missing": len(missing), "surplus": len(surplus)}
        self._tell("bulk_broken", unit.id, command.at, counts)
        for name in surplus:
            self._surplus(name, command)
        for name in missing:
            tally = self.contents.gross(name, command.at)
            facts = {"container": unit.id, "parcels": tally.count, "grams": tally.grams}
            self._tell("unit_missing", name, command.at, facts)
        self._weigh(command, found)
        return None

    def _later(self, unit: HandlingUnit, found: set[str], at: datetime) -> list[str]:
        """Those of whom something is known that was after the opening, and would be otherwise."""
        units = self.contents.units
        stays = self.contents.stays_in(unit.id)
        names = {
            name
            for name, held in stays.items()
            if any(end and end > at for stay in held for end in (stay.loaded_at, stay.unloaded_at))
        }
        for name in found.intersection(units).difference(stays):
            if _moved_after(units[name], at):
                names.add(name)
        for name in stays.keys() - found:
            opened = units[name].opened_at
            if opened is not None and opened > at:
                names.add(name)
        if any(since <= at and until and at < until for since, until in absences(unit, units)):
            names.add(unit.id)
        return sorted(names)

    def _holds(self, name: str, other: str, at: datetime) -> bool:
        return name == other or self.contents.may_hold(name, other, at)

    def _weigh(self, command: BreakBulk, found: set[str]) -> None:
        """Hold what was weighed against what came out, as far as its weights are known."""
        if command.weighed is None:
            return
        known = found.intersection(self.contents.units)
        grams = sum(self.contents.gross(name, command.at).grams for name in known)
        more = command.weighed.grams - grams
        if more:
            facts = {"booked": grams, "weighed": command.weighed.grams, "difference": more}
            self._tell("weight_differs", command.unit, command.at, facts)

    def _surplus(self, name: str, command: BreakBulk) -> None:
        """Book a unit out of where it was thought to be."""
        facts: dict[str, object] = {"container": command.unit}
        part = self.contents.units.get(name)
        if part is None:
            self._tell("unit_surplus", name, command.at, facts)
            return
        if part.inside is not None and part.unloaded_at is None:
            facts["booked_in"] = part.inside
            part = _released(part, command.at)
        self._tell("unit_surplus", name, command.at, facts)
        part = self._present(part, command.at)
        if (part.inside, part.unloaded_at) != (command.unit, command.at):
            part = _entered(part, command.unit, command.at, command.at)
        self.contents.put(part)

    def _link(self, unit: HandlingUnit, command: LinkNumber) -> Problem | None:
        use = NumberUse(command.number, command.carrier, command.since)
        if use not in unit.numbers:
            self.contents.put(evolve(unit, later_numbers=(*unit.later_numbers, use)))
            facts = {"number": use.number, "carrier": use.carrier}
            self._tell("number_linked", unit.id, command.since, facts)
        return None

    def _present(self, unit: HandlingUnit, at: datetime) -> HandlingUnit:
        """The unit, no longer missing."""
        since = unit.missing_since
        if since is None or at < since:
            return unit
        self._tell("unit_found", unit.id, at, {"missing_since": since.isoformat()})
        holder = self.contents.units.get(unit.inside or "")
        if holder is not None and since == unit.unloaded_at == holder.opened_at:
            unit = _entered(unit, holder.id, at, at)
        return evolve(unit, missing_since=None)

    def _tell(self, name: str, subject: str, at: datetime, facts: Mapping[str, object]) -> None:
        self.events.append(Event(f"logistics.{name}", subject, at, Extra(facts)))


def _late(names: list[str]) -> Problem:
    text = f"{', '.join(names)}: more is known that was after that; put all commands in order"
    return Problem("before_last_move", text=text)


@decides("logistics.consolidate", 2)
def consolidate(units: tuple[HandlingUnit, ...], commands: tuple[Command, ...]) -> Decision[Moved]:
    """The units after the commands, taken in the order of their times.

    Of commands at one time the first given is obeyed first. One that cannot be obeyed is named as
    a problem and the others are obeyed all the same. Events tell of bulk that was broken, of units
    that are missing, surplus or found, of weights that differ and of new numbers.

    Given in parts, commands come to the same or are refused (see `Consolidation`). Only what events
    say of weights, and of the number of parcels in a missing unit, is as known when they are told.

    Args:
        units: as known so far.
        commands: what happened to them.
    """
    draft = Consolidation(units)
    problems = []
    order = sorted(range(len(commands)), key=lambda place: _time(commands[place]))
    for place in order:
        problem = draft.obey(commands[place])
        if problem is not None:
            problems.append(evolve(problem, field=f"commands[{place}]"))
    reasons = tuple(Reason(problem.code, problem.text) for problem in problems)
    return Decision(Moved(draft.units, tuple(problems)), reasons, tuple(draft.events))


def _time(command: Command) -> datetime:
    return command.since if isinstance(command, LinkNumber) else command.at
