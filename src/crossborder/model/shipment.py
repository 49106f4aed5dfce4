"""A parcel's way: legs, handling units, events, and the state they add up to."""

from datetime import datetime, timedelta
from enum import StrEnum

from attrs import field, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.extra import Extra
from crossborder.model.ids import OrderId, Ref, ShipmentId
from crossborder.model.measure import Size, Weight
from crossborder.model.money import Money, Price
from crossborder.model.place import Address, Place
from crossborder.model.time import Window

__all__ = [
    "CustomsLine",
    "Expected",
    "HandlingUnit",
    "Health",
    "Label",
    "Leg",
    "Line",
    "Parcel",
    "ParcelState",
    "Quote",
    "ServiceClass",
    "Shipment",
    "ShipmentRequest",
    "Stage",
    "TrackingEvent",
    "UnitKind",
]


class Stage(StrEnum):
    """How far a parcel has come."""

    UNKNOWN = "unknown"
    REGISTERED = "registered"
    ACCEPTED = "accepted"
    EXPORT = "export"
    LINE_HAUL = "line_haul"
    IMPORT_CUSTOMS = "import_customs"
    HANDOVER = "handover"
    LAST_MILE = "last_mile"
    OUT_FOR_DELIVERY = "out_for_delivery"
    COLLECT = "collect"
    DELIVERED = "delivered"
    RETURNING = "returning"
    RETURNED = "returned"
    LOST = "lost"
    DESTROYED = "destroyed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more is expected to happen."""
        return self in _ENDS


_ENDS = frozenset({Stage.DELIVERED, Stage.RETURNED, Stage.LOST, Stage.DESTROYED, Stage.CANCELLED})


class Health(StrEnum):
    """How a parcel is doing; delayed and silent are computed, never read from a stage."""

    OK = "ok"
    ACTION_REQUIRED = "action_required"
    DELAYED = "delayed"
    FAILED = "failed"
    SILENT = "silent"


@frozen(field_transformer=checked)
class ParcelState:
    """Stage × health × reason.

    Attributes:
        stage: how far it has come.
        health: how it is doing.
        reason: why it is not ok, from an open list such as `customs_documentation`, or None.
        reopened: an event came after the parcel had been delivered.
    """

    stage: Stage = Stage.UNKNOWN
    health: Health = Health.OK
    reason: str | None = None
    reopened: bool = False


@frozen(field_transformer=checked)
class TrackingEvent:
    """One scan.

    Either `at` or `local` is given: a time without a zone is never given one.

    Attributes:
        source: who told us: an adapter's name.
        code: the source's raw code, or its status word; empty when it only wrote text.
        text: what the source wrote.
        stage: read from the code.
        at: with a zone, or None.
        local: the local time as text, such as `2026-11-22 08:30:00`, when no zone was given.
        reason: or None.
        health: ok, action_required or failed, when the code says so.
        place: where.
        number: the tracking number it was reported under, or empty.
        received_at: when we learnt of it, or None.
    """

    source: str
    code: str = ""
    text: str = ""
    stage: Stage = Stage.UNKNOWN
    at: datetime | None = None
    local: str | None = None
    reason: str | None = None
    health: Health = Health.OK
    place: Place | None = None
    number: str = ""
    received_at: datetime | None = field(default=None, eq=False)

    def __attrs_post_init__(self) -> None:
        if self.at is None and not self.local:
            raise refuse(self, "at", None, "or a local time must be given")


class ServiceClass(StrEnum):
    """The kind of line."""

    EXPRESS = "express"
    SMALL_PACKET = "small_packet"
    DEDICATED_LINE = "dedicated_line"
    SEA = "sea"
    AIR = "air"
    DOMESTIC = "domestic"


@frozen(field_transformer=checked)
class Line:
    """A line (线路) goods can go by: the seller's own rate card and measured times.

    Attributes:
        id: the carrier's product code.
        carrier: the carrier's adapter or name.
        name: for people.
        service: the kind of line.
        countries: where it delivers; empty means everywhere.
        cost: for the parcel at hand.
        transit: from hand-over to delivery: expected fastest and slowest.
        max_weight: or None.
        accepts: cargo classes, such as general, battery, liquid.
        tracked: False for ordinary mail (平邮).
        loss: share of parcels lost, as thousandths.
    """

    id: str
    carrier: str
    name: str
    service: ServiceClass
    cost: Price
    transit: tuple[timedelta, timedelta]
    countries: frozenset[str] = frozenset()
    max_weight: Weight | None = None
    accepts: frozenset[str] = frozenset({"general"})
    tracked: bool = True
    loss: int = 0

    def __attrs_post_init__(self) -> None:
        if self.transit[1] < self.transit[0]:
            raise refuse(self, "transit", self.transit, "ends before it begins")


@frozen(field_transformer=checked)
class CustomsLine:
    """One declared line of goods.

    Attributes:
        name: in English, as customs reads it.
        quantity: pieces; at least 1.
        value: for one piece.
        weight: of one piece.
        local_name: in Chinese.
        hs_code: 6 to 10 digits, or empty.
        origin: ISO 3166 code.
        sku: our SKU text, or empty.
    """

    name: str
    quantity: int
    value: Price
    weight: Weight
    local_name: str = ""
    hs_code: str = ""
    origin: str = "CN"
    sku: str = ""

    def __attrs_post_init__(self) -> None:
        if self.quantity < 1:
            raise refuse(self, "quantity", self.quantity, "must be at least 1")
        if self.hs_code and not (self.hs_code.isdigit() and 6 <= len(self.hs_code) <= 10):
            raise refuse(self, "hs_code", self.hs_code, "must have 6 to 10 digits")


@frozen(field_transformer=checked)
class Parcel:
    """What is to be sent, before there is a number.

    Attributes:
        weight: packed.
        size: packed, or None.
        goods: what customs is told.
        cargo: general, battery, liquid …
    """

    weight: Weight
    size: Size | None = None
    goods: tuple[CustomsLine, ...] = ()
    cargo: str = "general"


@frozen(field_transformer=checked)
class ShipmentRequest:
    """What a carrier is asked to carry.

    Attributes:
        id: our unique number, the carrier's guard against sending twice.
        line: the carrier's product code.
        ship_to: in Latin letters.
        parcel: what is in it.
        sender: or None when the carrier knows us.
        order_id: the order it serves, or None.
        tax_ids: IOSS, EORI … for customs.
    """

    id: str
    line: str
    ship_to: Address
    parcel: Parcel
    sender: Address | None = None
    order_id: OrderId | None = None
    tax_ids: Extra = field(factory=Extra)


@frozen(field_transformer=checked)
class Quote:
    """What a carrier would take for a parcel.

    Attributes:
        line: the carrier's product code.
        name: of the product.
        cost: what it would charge.
        transit: fastest and slowest, or None when it did not say.
        carrier: the carrier's name; may be empty.
        extra: what the carrier said beyond this.
    """

    line: str
    name: str
    cost: Price
    transit: tuple[timedelta, timedelta] | None = None
    carrier: str = ""
    extra: Extra = field(factory=Extra)


@frozen(field_transformer=checked)
class Label:
    """A parcel's label: a document by address or by content.

    Attributes:
        number: the number it is for.
        media_type: such as `application/pdf`.
        url: or None.
        content: base64 text, or None.
    """

    number: str
    media_type: str
    url: str | None = None
    content: str | None = None


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
class Expected:
    """When a parcel is expected, and on what that rests.

    Attributes:
        window: earliest to latest.
        likely: the middle of what is expected.
        source: carrier, promise, line or history.
        evidence: how many observations stand behind it.
        as_of: when it was said.
    """

    window: Window
    likely: datetime
    source: str
    evidence: int
    as_of: datetime


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
