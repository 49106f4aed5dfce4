"""A parcel's way: the legs it travels, and what it travels in."""

from datetime import UTC, datetime
from enum import StrEnum
from itertools import pairwise

from attrs import field, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.extra import Extra, frozen_late
from crossborder.model.ids import OrderId, Ref, ShipmentId
from crossborder.model.measure import Weight
from crossborder.model.money import Money
from crossborder.model.place import Place
from crossborder.model.time import Window
from crossborder.model.tracking import Expected, ParcelState, TrackingEvent

__all__ = ["HandlingUnit", "Leg", "NumberUse", "Shipment", "Stay", "UnitKind"]


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
        handed_at: when the carrier took it, or None; with number and carrier it is the leg's key.
    """

    carrier: str
    mode: str = "post"
    number: str = ""
    line: str = ""
    origin: Place | None = None
    destination: Place | None = None
    planned: Window | None = None
    handed_at: datetime | None = None


class UnitKind(StrEnum):
    """What holds what."""

    PARCEL = "parcel"
    BAG = "bag"
    PALLET = "pallet"
    MASTER = "master"
    CONTAINER = "container"


@frozen(field_transformer=checked)
class Stay:
    """A time inside something: from `loaded_at` until just before `unloaded_at`.

    Attributes:
        inside: the id of what holds it.
        loaded_at: when it went in; None when that is not known, for any time before.
        unloaded_at: when it came out, or None while inside.

    >>> from datetime import UTC
    >>> stay = Stay("bag", datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 5, tzinfo=UTC))
    >>> stay.holds(datetime(2026, 11, 2, tzinfo=UTC)), stay.holds(datetime(2026, 11, 5, tzinfo=UTC))
    (True, False)
    """

    inside: str
    loaded_at: datetime | None = None
    unloaded_at: datetime | None = None

    def __attrs_post_init__(self) -> None:
        if self.loaded_at and self.unloaded_at and self.unloaded_at < self.loaded_at:
            raise refuse(self, "unloaded_at", self.unloaded_at.isoformat(), "is before the loading")

    def holds(self, at: datetime) -> bool:
        """Whether it was inside at that moment."""
        begun = self.loaded_at is None or self.loaded_at <= at
        return begun and (self.unloaded_at is None or at < self.unloaded_at)


@frozen(field_transformer=checked)
class NumberUse:
    """A number that a carrier gave, and from when to when it meant this unit: numbers come back.

    Attributes:
        number: as the carrier writes it.
        carrier: who gave it, or empty where that is not known.
        since: when it was given or handed over, or None.
        until: when it stopped to mean this unit, or None.
    """

    number: str
    carrier: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def __attrs_post_init__(self) -> None:
        if self.since and self.until and self.until < self.since:
            raise refuse(self, "until", self.until.isoformat(), "is before it was given")


@frozen(field_transformer=checked)
class HandlingUnit:
    """A thing that is moved as one; a parcel may be inside another for a time.

    It is never in two things at once: `earlier` and the stay it is in now do not overlap.

    Attributes:
        id: our id.
        kind: parcel, bag, pallet, master waybill or container.
        number: its first number, or empty.
        inside: the id of what holds it, or held it last; None if nothing ever did.
        loaded_at: when it went in, or None.
        unloaded_at: when it came out, or None while inside.
        weight: of a parcel with its wrapping, of a container without what it holds; or None.
        earlier: the stays before that one, in order.
        carrier: who gave `number`, or empty.
        shipped_at: when it was handed over under `number`, or None.
        later_numbers: numbers it got on the way, in the order they were learnt.
        opened_at: when its bulk was broken; nothing goes in after that.
        missing_since: when it was not found where it should have come out; None unless missing.
    """

    id: str
    kind: UnitKind
    number: str = ""
    inside: str | None = None
    loaded_at: datetime | None = None
    unloaded_at: datetime | None = None
    weight: Weight | None = None
    earlier: tuple[Stay, ...] = ()
    carrier: str = ""
    shipped_at: datetime | None = None
    later_numbers: tuple[NumberUse, ...] = ()
    opened_at: datetime | None = None
    missing_since: datetime | None = None

    def __attrs_post_init__(self) -> None:
        if self.inside is None and not self.earlier:
            return
        stays = self.stays
        if any(stay.inside == self.id for stay in stays):
            raise refuse(self, "inside", self.id, "must not be the unit itself")
        for one, next_ in pairwise(stays):
            left, entered = one.unloaded_at, next_.loaded_at
            if left is None or entered is None or entered < left:
                raise refuse(self, "earlier", next_.inside, "would be a second thing at one time")

    @property
    def stays(self) -> tuple[Stay, ...]:
        """Everything it has been inside of, in order; the last may still last."""
        if self.inside is None:
            return self.earlier
        return (*self.earlier, Stay(self.inside, self.loaded_at, self.unloaded_at))

    @property
    def numbers(self) -> tuple[NumberUse, ...]:
        """Every number it has been known by, the first one first."""
        if not self.number:
            return self.later_numbers
        return (NumberUse(self.number, self.carrier, self.shipped_at), *self.later_numbers)

    def held_by(self, at: datetime) -> str | None:
        """The id of what it was directly inside of at that moment, or None."""
        return next((stay.inside for stay in self.stays if stay.holds(at)), None)


def _day(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).date().isoformat()


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
        """Number, carrier and ship date: a number alone comes back after a year.

        The day is that in UTC, so that one moment told in two zones is one key.
        """
        return self.number, self.carrier, _day(self.ship_date)

    @property
    def keys(self) -> tuple[tuple[str, str, str], ...]:
        """Number, carrier and the day it was handed over, for every number it travels under."""
        later = (
            (leg.number, leg.carrier, _day(leg.handed_at))
            for leg in self.legs
            if leg.number and (leg.number, leg.carrier) != (self.number, self.carrier)
        )
        return tuple(dict.fromkeys((self.key, *later)))

    @property
    def numbers(self) -> tuple[str, ...]:
        """Every number the parcel travels under, first the first; each once."""
        return tuple(dict.fromkeys(filter(None, (self.number, *(leg.number for leg in self.legs)))))

    def _repr_html_(self) -> str:
        from crossborder.display import html_table

        rows = [
            (
                event.at.isoformat(" ", "minutes") if event.at is not None else event.local,
                _where(event.place),
                event.stage.value,
                " ".join(filter(None, (event.health.value, event.reason))),
                event.text or event.code,
                event.number,
            )
            for event in reversed(self.events)
        ]
        said = [
            f"{self.carrier} {self.number}: {self.state.stage.value}, {self.state.health.value}"
        ]
        for name, window in (
            ("promised", self.promised),
            ("expected", self.expected.window if self.expected is not None else None),
        ):
            if window is not None:
                said.append(f"{name} {window.earliest:%Y-%m-%d} to {window.latest:%Y-%m-%d}")
        heads = ("when", "where", "stage", "health", "what", "number")
        return html_table(heads, rows, caption="; ".join(said))


def _where(place: Place | None) -> str:
    """The place in a few words."""
    if place is None:
        return ""
    parts = (place.facility, place.city, place.region, place.country)
    return ", ".join(filter(None, parts)) or place.text or ""


frozen_late(Shipment, "extra")
