"""A parcel's way: the legs it travels, and what it travels in."""

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from crossborder.model.check import checked
from crossborder.model.extra import Extra
from crossborder.model.ids import OrderId, Ref, ShipmentId
from crossborder.model.measure import Weight
from crossborder.model.money import Money
from crossborder.model.place import Place
from crossborder.model.time import Window
from crossborder.model.tracking import Expected, ParcelState, TrackingEvent

__all__ = ["HandlingUnit", "Leg", "Shipment", "UnitKind"]


@frozen(field_transformer=checked)
class Leg:
    """One stretch of the way.

    Attributes:
        carrier: who carries.
        mode: air, sea, road, rail or post.
        number: the number on this leg; empty while it is not known (last-mile numbers come late).
        line: the product it was booked as, or empty.
        origin: from.
        destination: to.
        planned: when it is planned to be travelled, or None.
    """

    carrier: str
    mode: str = "post"
    number: str = ""
    line: str = ""
    origin: Place | None = None
    destination: Place | None = None
    planned: Window | None = None


class UnitKind(StrEnum):
    """What holds what."""

    PARCEL = "parcel"
    BAG = "bag"
    PALLET = "pallet"
    MASTER = "master"
    CONTAINER = "container"


@frozen(field_transformer=checked)
class HandlingUnit:
    """A thing that is moved as one; a parcel may be inside another for a time.

    Attributes:
        id: our id.
        kind: parcel, bag, pallet, master waybill or container.
        number: its own number, or empty.
        inside: the id of what holds it, or None.
        loaded_at: when it went in, or None.
        unloaded_at: when it came out, or None while inside.
        weight: or None.
    """

    id: str
    kind: UnitKind
    number: str = ""
    inside: str | None = None
    loaded_at: datetime | None = None
    unloaded_at: datetime | None = None
    weight: Weight | None = None


@frozen(field_transformer=checked)
class Shipment:
    """A parcel on its way to a buyer.

    Attributes:
        id: our id.
        carrier: who took it first.
        number: the first number; with carrier and ship date it is the key, as numbers are reused.
        ship_date: when it was handed over, or None before.
        order_id: the order it serves, or None.
        legs: in order of travel.
        units: what it travels in.
        events: every scan once, oldest first.
        state: what the events add up to.
        promised: what the buyer was told, or None.
        expected: what we think, or None.
        line: the carrier's product code, or empty.
        cost: what the carrier takes, or None.
        refs: the carrier's own ids.
        extra: what the carrier said beyond this.
    """

    id: ShipmentId
    carrier: str
    number: str
    ship_date: datetime | None = None
    order_id: OrderId | None = None
    legs: tuple[Leg, ...] = ()
    units: tuple[HandlingUnit, ...] = ()
    events: tuple[TrackingEvent, ...] = ()
    state: ParcelState = field(factory=ParcelState)
    promised: Window | None = None
    expected: Expected | None = None
    line: str = ""
    cost: Money | None = None
    refs: tuple[Ref, ...] = ()
    extra: Extra = field(factory=Extra)

    @property
    def key(self) -> tuple[str, str, str]:
        """Number, carrier and ship date: a number alone comes back after a year."""
        day = self.ship_date.date().isoformat() if self.ship_date is not None else ""
        return self.number, self.carrier, day

    @property
    def numbers(self) -> tuple[str, ...]:
        """Every number the parcel travels under, first the first; each once."""
        return tuple(dict.fromkeys(filter(None, (self.number, *(leg.number for leg in self.legs)))))

    def _repr_html_(self) -> str:
        from crossborder.display import html_table

        rows = ((event.at or event.local, event.stage.value, event.text) for event in self.events)
        return html_table(("when", "stage", "what"), rows, caption=self.number)
