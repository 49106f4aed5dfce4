"""Receipts, charges, layers and issues: what a cost book is made of."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from attrs import field, frozen

from crossborder.errors import CurrencyMismatch
from crossborder.model.check import checked, refuse
from crossborder.model.ids import SkuId, WarehouseId
from crossborder.model.measure import Size, Weight
from crossborder.model.money import ExchangeRate, Money, agree, total

__all__ = [
    "Basis",
    "Charge",
    "ChargePart",
    "Charged",
    "Issue",
    "Layer",
    "Receipt",
    "Take",
    "booked",
]


def booked(money: Money, rate: ExchangeRate | None, at: datetime, currency: str) -> Money:
    """The money in the book's currency, not rounded.

    Raises:
        CurrencyMismatch: it is in another one and no rate, or not the right one, is given.
    """
    if money.currency == currency:
        return money
    if rate is None:
        said = f"is not in {currency}, and no exchange rate is given"
        raise CurrencyMismatch(said, field="currency", value=money.currency, source="CostBook")
    converted = rate.convert(money, at)
    agree(rate, currency, quote=converted)
    return converted


class Basis(StrEnum):
    """In proportion to what a charge is shared out."""

    QUANTITY = "quantity"
    WEIGHT = "weight"
    VOLUME = "volume"
    VALUE = "value"
    """The goods' cost."""
    DUTY = "duty"
    """The goods' cost times their rate of duty."""


@frozen(field_transformer=checked)
class Receipt:
    """Pieces of one SKU that came in together, and what one of them cost.

    Attributes:
        id: the receipt line's, unique in its book.
        sku_id: the SKU.
        warehouse_id: where they came in.
        quantity: pieces; at least 1.
        unit_cost: for one piece, as it was paid.
        at: when they came in.
        weight: of one piece, or None.
        size: of one piece, or None.
        duty_rate: the goods' rate of duty, as a fraction.
        rate: the exchange rate, where `unit_cost` is not in the book's currency.
    """

    id: str
    sku_id: SkuId
    warehouse_id: WarehouseId
    quantity: int
    unit_cost: Money
    at: datetime
    weight: Weight | None = None
    size: Size | None = None
    duty_rate: Decimal = Decimal(0)
    rate: ExchangeRate | None = None

    def __attrs_post_init__(self) -> None:
        if self.quantity < 1:
            raise refuse(self, "quantity", self.quantity, "must be at least 1")

    def measure(self, basis: Basis, unit_cost: Money) -> Decimal:
        """How much one piece weighs in a charge's sharing out.

        Raises:
            InvalidValue: its weight or size is needed and not known.
        """
        if basis is Basis.QUANTITY:
            return Decimal(1)
        if basis in (Basis.VALUE, Basis.DUTY):
            return (unit_cost * (self.duty_rate if basis is Basis.DUTY else 1)).amount
        if basis is Basis.WEIGHT and self.weight is not None:
            return Decimal(self.weight.grams)
        if basis is Basis.VOLUME and self.size is not None:
            return Decimal(self.size.length * self.size.width * self.size.height)
        name = "weight" if basis is Basis.WEIGHT else "size"
        raise refuse(self, name, None, f"is needed to share a charge by {basis}")


@frozen(field_transformer=checked)
class Charge:
    """Money paid on top of the goods: freight, duty, insurance. Below zero for a refund.

    Attributes:
        ref: the bill's line, unique in its book.
        money: in the currency it was paid in, rounded to that currency's places.
        basis: in proportion to what it is shared out.
        at: when it was paid.
        rate: the exchange rate, where it is not in the book's currency.
    """

    ref: str
    money: Money
    basis: Basis
    at: datetime
    rate: ExchangeRate | None = None


@frozen(field_transformer=checked)
class ChargePart:
    """A charge's part that falls on one layer.

    Attributes:
        receipt_id: the layer's receipt.
        warehouse_id: the layer's warehouse.
        paid: in the currency that was paid.
        booked: in the book's currency.
        expensed: of `booked`, what fell on pieces that had been issued already.
    """

    receipt_id: str
    warehouse_id: WarehouseId
    paid: Money
    booked: Money
    expensed: Money


@frozen(field_transformer=checked)
class Charged:
    """A charge as it was shared out.

    Attributes:
        charge: what was paid.
        booked: the same in the book's currency, rounded once, half to even.
        parts: their `paid` make up the charge exactly, their `booked` make up `booked`.
    """

    charge: Charge
    booked: Money
    parts: tuple[ChargePart, ...]


@frozen(field_transformer=checked)
class Layer:
    """The pieces of one receipt in one warehouse.

    Attributes:
        receipt: where they come from.
        warehouse_id: where they are.
        unit_cost: the goods' cost of one piece, in the book's currency.
        landed: charges that lie on the pieces that are there.
        quantity: pieces that are there.
        out: pieces that were issued from here and have not come back.
    """

    receipt: Receipt
    warehouse_id: WarehouseId
    unit_cost: Money
    landed: Money
    quantity: int = 0
    out: int = 0

    @property
    def value(self) -> Money:
        """What the pieces that are there cost, charges and all."""
        return self.unit_cost * self.quantity + self.landed


@frozen(field_transformer=checked)
class Take:
    """What an issue took from one layer.

    Attributes:
        receipt_id: the layer's receipt.
        unit_cost: the goods' cost of one piece.
        quantity: pieces.
        landed: the charges that lay on them.
    """

    receipt_id: str
    unit_cost: Money
    quantity: int
    landed: Money

    @property
    def value(self) -> Money:
        """What these pieces cost."""
        return self.unit_cost * self.quantity + self.landed


@frozen(field_transformer=checked)
class Issue:
    """Pieces that left: sold, consumed or lost.

    Attributes:
        ref: what for, unique in its book.
        sku_id: the SKU.
        warehouse_id: from where.
        at: when.
        takes: from which layers, oldest first; returns have been taken off.
    """

    ref: str
    sku_id: SkuId
    warehouse_id: WarehouseId
    at: datetime
    takes: tuple[Take, ...] = field()

    @property
    def quantity(self) -> int:
        """Pieces that left and have not come back."""
        return sum(take.quantity for take in self.takes)

    def value(self, currency: str) -> Money:
        """What these pieces cost."""
        return total((take.value for take in self.takes), currency)
