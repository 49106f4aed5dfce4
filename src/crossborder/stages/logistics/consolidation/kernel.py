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
from crossborder.stages.logistics.consolidation.contents import Contents

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
    return unit.unloaded_at or unit.loaded_at


def _released(unit: HandlingUnit, at: datetime) -> HandlingUnit:
    return evolve(unit, unloaded_at=at)


class Consolidation:
    """Handling units in the making: obey commands one by one, then take the `units`.

    It is a draft; nothing is shared with the values it was made from. A command that was obeyed
    before changes nothing. Messages may come late, but the moves of one unit are told in order.

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
                self.contents.put(self._present(unit, command.at))
                return None
            case LinkNumber():
                return self._link(unit, command)

    def _load(self, unit: HandlingUnit, command: Load) -> Problem | None:
        holder = self.contents.units.get(command.into)
        if holder is None:
            return Problem("unknown_unit", text=f"no unit {command.into} is known")
        if any((s.inside, s.loaded_at) == (command.into, command.at) for s in unit.stays):
            return None
        if holder.opened_at is not None and command.at >= holder.opened_at:
            return Problem("already_open", text=f"{holder.id} had been opened by then")
        problem = self._too_late(unit, command.at)
        if problem is not None:
            return problem
        if unit.inside is not None and unit.unloaded_at is None:
            text = f"{unit.id} is still inside {unit.inside}"
            return Problem("inside_another", text=text)
        if unit.id == holder.id or self.contents.may_hold(unit.id, holder.id, command.at):
            text = f"{holder.id} is inside {unit.id}, which cannot go into it"
            return Problem("inside_itself", text=text)
        earlier = unit.stays
        entered = evolve(
            unit, inside=holder.id, loaded_at=command.at, unloaded_at=None, earlier=earlier
        )
        self.contents.put(self._present(entered, command.at))
        if holder.opened_at is not None:
            # Told late: what went in before the opening came out with the rest.
            self.contents.put(_released(self.contents.units[unit.id], holder.opened_at))
        return None

    def _unload(self, unit: HandlingUnit, command: Unload) -> Problem | None:
        if any(stay.unloaded_at == command.at for stay in unit.stays):
            return None
        if unit.inside is None or unit.unloaded_at is not None:
            return Problem("not_inside", text=f"{unit.id} is inside nothing")
        problem = self._too_late(unit, command.at)
        if problem is None:
            self.contents.put(self._present(_released(unit, command.at), command.at))
        return problem

    def _open(self, unit: HandlingUnit, command: BreakBulk) -> Problem | None:
        if unit.opened_at is not None:
            if unit.opened_at == command.at:
                return None
            return Problem("already_open", text=f"{unit.id} was opened at {unit.opened_at}")
        inside = self.contents.children(unit.id)
        later = [part.id for part in inside if part.loaded_at and part.loaded_at > command.at]
        if later:
            text = f"{', '.join(later)} went into {unit.id} after that"
            return Problem("before_last_move", text=text)
        found = {part.id for part in inside} if command.found is None else set(command.found)
        around = [name for name in sorted(found) if self._holds(name, unit.id, command.at)]
        if around:
            text = f"{', '.join(around)} holds {unit.id} and cannot come out of it"
            return Problem("inside_itself", text=text)
        self.contents.put(self._present(evolve(unit, opened_at=command.at), command.at))
        missing = []
        for part in inside:
            if part.id in found:
                self.contents.put(self._present(_released(part, command.at), command.at))
            else:
                self.contents.put(evolve(part, unloaded_at=command.at, missing_since=command.at))
                missing.append(part.id)
        surplus = sorted(found.difference(part.id for part in inside))
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
            at = command.at if part.loaded_at is None else max(command.at, part.loaded_at)
            part = _released(part, at)
        self._tell("unit_surplus", name, command.at, facts)
        self.contents.put(self._present(part, command.at))

    def _link(self, unit: HandlingUnit, command: LinkNumber) -> Problem | None:
        use = NumberUse(command.number, command.carrier, command.since)
        if use not in unit.numbers:
            self.contents.put(evolve(unit, later_numbers=(*unit.later_numbers, use)))
            facts = {"number": use.number, "carrier": use.carrier}
            self._tell("number_linked", unit.id, command.since, facts)
        return None

    def _present(self, unit: HandlingUnit, at: datetime) -> HandlingUnit:
        """The unit, no longer missing."""
        if unit.missing_since is None or at < unit.missing_since:
            return unit
        self._tell("unit_found", unit.id, at, {"missing_since": unit.missing_since.isoformat()})
        return evolve(unit, missing_since=None)

    def _too_late(self, unit: HandlingUnit, at: datetime) -> Problem | None:
        last = _last_move(unit)
        if last is None or at >= last:
            return None
        text = f"{unit.id} was last moved at {last.isoformat()}, after that"
        return Problem("before_last_move", text=text)

    def _tell(self, name: str, subject: str, at: datetime, facts: Mapping[str, object]) -> None:
        self.events.append(Event(f"logistics.{name}", subject, at, Extra(facts)))


@decides("logistics.consolidate", 1)
def consolidate(units: tuple[HandlingUnit, ...], commands: tuple[Command, ...]) -> Decision[Moved]:
    """The units after the commands, taken in the order of their times.

    Of commands at one time the first given is obeyed first. One that cannot be obeyed is named as
    a problem and the others are obeyed all the same. Events tell of bulk that was broken, of units
    that are missing, surplus or found, of weights that differ and of new numbers.

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
