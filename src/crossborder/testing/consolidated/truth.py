"""What is true in the simulated world, and what can be known of it when."""

from datetime import datetime

from attrs import frozen

from crossborder.model.shipment import HandlingUnit
from crossborder.model.time import Window
from crossborder.model.tracking import ParcelState, TrackingEvent
from crossborder.stages.logistics.consolidation import Command, Stream

__all__ = ["Change", "Consignment", "Observation", "Told", "Truth"]


@frozen
class Change:
    """A parcel's state became another.

    Attributes:
        at: when.
        state: what it became.
        known_at: when that was first reported; None if it never is.
    """

    at: datetime
    state: ParcelState
    known_at: datetime | None


@frozen
class Truth:
    """What a parcel truly lives through.

    Attributes:
        parcel: the id of its handling unit.
        carrier: who took it first.
        number: its first number.
        line: the name of its line.
        bag: the bag it travels in.
        shipped_at: its ship date.
        promised: what the buyer was told.
        changes: of its state, in order.
        delivered_at: or None.
        lost_at: or None.
        returned_at: or None.
        held: customs took it out of its bag.
        reasons: of everything that held it up.
    """

    parcel: str
    carrier: str
    number: str
    line: str
    bag: str
    shipped_at: datetime
    promised: Window
    changes: tuple[Change, ...]
    delivered_at: datetime | None = None
    lost_at: datetime | None = None
    returned_at: datetime | None = None
    held: bool = False
    reasons: frozenset[str] = frozenset()

    @property
    def late(self) -> bool:
        """Whether the promise is broken: it comes after it, or never."""
        return self.delivered_at is None or self.delivered_at > self.promised.latest

    def state_at(self, at: datetime) -> ParcelState:
        """Its true state at that moment."""
        state = ParcelState()
        for change in self.changes:
            if change.at <= at:
                state = change.state
        return state

    def knowable_at(self, at: datetime) -> ParcelState:
        """The newest of its states that had been reported by that moment."""
        state = ParcelState()
        for change in self.changes:
            if change.known_at is not None and change.known_at <= at:
                state = change.state
        return state


@frozen
class Observation:
    """A scan, as it reached us once.

    Attributes:
        received_at: when.
        number: under which it was reported.
        carrier: whose number that is.
        by: poll or webhook.
        event: the scan.
    """

    received_at: datetime
    number: str
    carrier: str
    by: str
    event: TrackingEvent


@frozen
class Told:
    """A command, and when we learnt of it."""

    known_at: datetime
    command: Command


@frozen
class Consignment:
    """A master with all that is in it.

    Attributes:
        master: the id of its handling unit.
        units: before anything happened to them; the parcels know their first number only.
        told: what happened to them, in the order in which we learnt of it.
        observations: in the order in which they reached us.
        truths: one for each parcel.
    """

    master: str
    units: tuple[HandlingUnit, ...]
    told: tuple[Told, ...]
    observations: tuple[Observation, ...]
    truths: tuple[Truth, ...]

    def commands(self, until: datetime) -> tuple[Command, ...]:
        """The commands that were known by then."""
        return tuple(told.command for told in self.told if told.known_at <= until)

    def streams(self, until: datetime) -> tuple[Stream, ...]:
        """Everything that had reached us by then: a stream for each number and way."""
        found: dict[tuple[str, str, str], list[TrackingEvent]] = {}
        for seen in self.observations:
            if seen.received_at > until:
                break
            found.setdefault((seen.number, seen.carrier, seen.by), []).append(seen.event)
        return tuple(
            Stream(number, tuple(events), carrier) for (number, carrier, _), events in found.items()
        )
