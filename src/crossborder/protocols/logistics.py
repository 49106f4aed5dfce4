"""Stage 9: carrying, and knowing where things are."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from attrs import frozen

from crossborder.conversation import Flow
from crossborder.model.carriage import Label, Quote, ShipmentRequest
from crossborder.model.check import checked
from crossborder.model.outcome import Outcome, Problem
from crossborder.model.shipment import Shipment

__all__ = ["Carrier", "Reading", "Tracker", "TrackingReader"]


@frozen(field_transformer=checked)
class Reading:
    """What a tracking answer holds.

    Attributes:
        parcels: one shipment a number, with its events; in the answer's order.
        problems: numbers the vendor refused, and what could not be read.
    """

    parcels: tuple[Shipment, ...] = ()
    problems: tuple[Problem, ...] = ()


class Carrier(Protocol):
    """Carries parcels."""

    @abstractmethod
    def quote(self, request: ShipmentRequest) -> Flow[tuple[Quote, ...]]:
        """What the carrier would take, line by line; `request.line` may be `any`."""
        ...

    @abstractmethod
    def ship(self, request: ShipmentRequest, *, now: datetime) -> Flow[Outcome[Shipment]]:
        """Book the parcel once; `request.id` is the guard. The last-mile number may come later."""
        ...

    @abstractmethod
    def label(self, shipment: Shipment) -> Flow[Label]:
        """The label to print."""
        ...


class Tracker(Protocol):
    """Knows where parcels are."""

    @abstractmethod
    def register(self, shipments: tuple[Shipment, ...]) -> Flow[tuple[Outcome[Shipment], ...]]:
        """Ask to be told of these parcels; one outcome a parcel, in order."""
        ...

    @abstractmethod
    def track(self, shipments: tuple[Shipment, ...], *, now: datetime) -> Flow[Reading]:
        """What is known of these parcels now."""
        ...


class TrackingReader(Protocol):
    """Reads a tracking answer: pure, and total on well-formed answers."""

    @abstractmethod
    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """The parcels and problems of one answer.

        Raises:
            Unreadable: it is no answer of the vendor at all.
            NaiveTime: `received_at` has no zone.
        """
        ...
