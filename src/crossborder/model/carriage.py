"""What a carrier is asked, and what it offers: lines, parcels, quotes and labels."""

from datetime import timedelta
from enum import StrEnum

from attrs import field, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.extra import Extra
from crossborder.model.ids import OrderId
from crossborder.model.measure import Size, Weight
from crossborder.model.money import Price
from crossborder.model.place import Address

__all__ = ["CustomsLine", "Label", "Line", "Parcel", "Quote", "ServiceClass", "ShipmentRequest"]


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
