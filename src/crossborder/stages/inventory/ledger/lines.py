"""What a cart or an order wants: its lines, plain or bundles, and where their pieces may come from."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from attrs import field, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.ids import OfferId, SkuId, WarehouseId

__all__ = ["SELLABLE", "StockLine", "condition", "lines", "share", "shares", "some", "things"]

SELLABLE = "sellable"


def some(instance: object, attribute: object, value: int) -> None:
    """Check that a quantity is at least 1."""
    if value < 1:
        raise refuse(instance, "quantity", value, "must be at least 1")


@frozen(field_transformer=checked)
class StockLine:
    """Pieces wanted for one line of a cart or an order.

    Attributes:
        id: the line's, unique in its order.
        sku_id: the SKU, or a bundle.
        quantity: pieces or bundles; at least 1.
        parts: of a bundle: each part's SKU and how many of it; empty for a plain SKU.
        warehouses: for holding and allocating: where they may come from, the first one first;
            empty: any, in their order.
        offers: likewise: virtual stock that may be used after the warehouses; empty: none.
    """

    id: str
    sku_id: SkuId
    quantity: int = field(validator=some)
    parts: tuple[tuple[SkuId, int], ...] = ()
    warehouses: tuple[WarehouseId, ...] = ()
    offers: tuple[OfferId, ...] = ()

    def __attrs_post_init__(self) -> None:
        for sku, pieces in self.parts:
            if pieces < 1:
                raise refuse(self, "parts", (sku, pieces), "must hold at least 1 of each part")
        names = [sku for sku, _ in self.parts]
        if len(set(names)) < len(names):
            raise refuse(self, "parts", names, "names a part twice")

    @property
    def needs(self) -> tuple[tuple[SkuId, int], ...]:
        """Each SKU that has to leave a shelf, and how many pieces of it.

        >>> StockLine("1", SkuId("SET"), 2, parts=((SkuId("CUP"), 4), (SkuId("POT"), 1))).needs
        (('CUP', 8), ('POT', 2))
        """
        if not self.parts:
            return ((self.sku_id, self.quantity),)
        return tuple((sku, pieces * self.quantity) for sku, pieces in self.parts)


def lines(instance: object, attribute: object, value: tuple[StockLine, ...]) -> None:
    """Check that there are lines, each named once."""
    _each_once(instance, value, [(line.id,) for line in value])


def shares(instance: object, attribute: object, value: tuple[StockLine, ...]) -> None:
    """Check that there are lines; one may stand several times, for other goods or places."""
    named = [(line.id, line.sku_id, line.warehouses, line.offers) for line in value]
    _each_once(instance, value, named)


def _each_once(
    instance: object, value: tuple[StockLine, ...], named: Sequence[tuple[object, ...]]
) -> None:
    if not named:
        raise refuse(instance, "lines", value, "must hold at least one line")
    if len(set(named)) < len(named):
        raise refuse(instance, "lines", [line.id for line in value], "names a line twice")


def share(instance: object, attribute: Any, value: Decimal) -> None:
    """Check that a probability is not above 1."""
    if value > 1:
        raise refuse(instance, attribute.name, value, "must not be above 1")


def things(instance: object, attribute: object, value: tuple[SkuId, ...]) -> None:
    """Check that at least one SKU is named."""
    if not value:
        raise refuse(instance, "sku_ids", value, "must name at least one SKU")


def condition(instance: object, attribute: Any, value: str) -> None:
    """Check that a condition is a word that can be compared: not blank, in small letters."""
    if not value or value != value.strip().casefold():
        raise refuse(instance, attribute.name, value, "must be a word in small letters")
