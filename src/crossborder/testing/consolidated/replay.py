"""A consignment as the library sees it: what has reached us by a moment, and nothing else."""

from datetime import datetime

from attrs import frozen

from crossborder.model.ids import ShipmentId
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import TrackingEvent
from crossborder.stages.logistics.consolidation import (
    Consolidation,
    LinkNumber,
    Stream,
    histories,
)
from crossborder.stages.logistics.tracking import parcel_state
from crossborder.testing.consolidated.truth import Consignment, Truth

__all__ = ["Parcel", "Replay"]


@frozen
class Parcel:
    """A parcel as it looks, beside what is true of it.

    Attributes:
        seen: the shipment with its history and state, as far as we were told.
        truth: what becomes of it.
    """

    seen: Shipment
    truth: Truth


class Replay:
    """Feeds a consignment's commands and observations to the library, moment by moment.

    Only parcels of which something new was heard are worked out again.
    """

    def __init__(self, consignment: Consignment) -> None:
        self._consignment = consignment
        self._draft = Consolidation(consignment.units)
        self._streams: dict[tuple[str, str], list[TrackingEvent]] = {}
        self._heard = self._told = 0
        self._names = {use.number: unit.id for unit in consignment.units for use in unit.numbers}
        self._truths = {truth.parcel: truth for truth in consignment.truths}
        self.parcels = {
            name: Parcel(_shipment(truth, ()), truth) for name, truth in self._truths.items()
        }

    @property
    def draft(self) -> Consolidation:
        """The units as they are known so far."""
        return self._draft

    @property
    def begun(self) -> bool:
        """Whether anything was heard yet."""
        return self._heard > 0

    @property
    def over(self) -> bool:
        """Whether all was heard that ever will be."""
        return self._heard == len(self._consignment.observations)

    def until(self, now: datetime) -> dict[str, Parcel]:
        """Every parcel as it looks at that moment; moments never go back."""
        changed = self._obeyed(now) | self._listened(now)
        if changed - self._truths.keys():  # a container: everything may have changed
            changed = set(self._truths)
        if changed:
            self._looked(changed)
        return self.parcels

    def _obeyed(self, now: datetime) -> set[str]:
        told, changed = self._consignment.told, set()
        while self._told < len(told) and told[self._told].known_at <= now:
            command = told[self._told].command
            problem = self._draft.obey(command)
            if problem is not None:
                raise AssertionError(f"{command} was refused: {problem.text}")
            if isinstance(command, LinkNumber):
                self._names[command.number] = command.unit
            changed.add(command.unit)
            self._told += 1
        return changed

    def _listened(self, now: datetime) -> set[str]:
        heard, changed = self._consignment.observations, set()
        while self._heard < len(heard) and heard[self._heard].received_at <= now:
            seen = heard[self._heard]
            self._streams.setdefault((seen.number, seen.carrier), []).append(seen.event)
            changed.add(self._names[seen.number])
            self._heard += 1
        return changed

    def _looked(self, changed: set[str]) -> None:
        units = self._draft.units
        streams = tuple(
            Stream(number, tuple(events), carrier)
            for (number, carrier), events in self._streams.items()
            if self._names[number] in changed or self._names[number] not in self._truths
        )
        for name, events in histories(units, streams, only=sorted(changed)).items():
            truth = self._truths[name]
            self.parcels[name] = Parcel(_shipment(truth, events), truth)


def _shipment(truth: Truth, events: tuple[TrackingEvent, ...]) -> Shipment:
    return Shipment(
        ShipmentId(truth.parcel),
        truth.carrier,
        truth.number,
        truth.shipped_at,
        events=events,
        state=parcel_state(events),
        promised=truth.promised,
        line=truth.line,
    )
