"""Stock that is there, and stock that can be bought in time."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from crossborder.model.check import SIGNED, checked, refuse
from crossborder.model.ids import OfferId, SkuId, WarehouseId
from crossborder.model.place import country_code
from crossborder.model.time import Window

__all__ = ["RealStock", "StockMove", "VirtualStock", "Warehouse", "WarehouseKind"]


class WarehouseKind(StrEnum):
    """Who holds the goods, and where."""

    DOMESTIC = "domestic"
    OVERSEAS = "overseas"
    FBA = "fba"
    SUPPLIER = "supplier"
    IN_TRANSIT = "in_transit"


@frozen(field_transformer=checked)
class Warehouse:
    """A place that holds stock.

    Attributes:
        id: our id.
        name: for people.
        kind: domestic, overseas, FBA, a supplier's, or goods on the way.
        country: ISO 3166 code.
        zone: IANA time zone, such as `Asia/Shanghai`, for cut-off hours.
    """

    id: WarehouseId
    name: str
    kind: WarehouseKind
    country: str = field(validator=country_code)
    zone: str = "UTC"


@frozen(field_transformer=checked)
class RealStock:
    """Goods that are there (实库).

    Attributes:
        sku_id: the SKU.
        warehouse_id: where.
        on_hand: physical pieces.
        allocated: of these, promised to order lines.
        held: of these, softly held for carts.
        condition: sellable, damaged or opened.
    """

    sku_id: SkuId
    warehouse_id: WarehouseId
    on_hand: int
    allocated: int = 0
    held: int = 0
    condition: str = "sellable"

    @property
    def free(self) -> int:
        """Pieces nobody has a claim on; never below zero."""
        return max(0, self.on_hand - self.allocated - self.held)

    @property
    def shortage(self) -> int:
        """Pieces promised beyond what is there."""
        return max(0, self.allocated - self.on_hand)


@frozen(field_transformer=checked)
class StockMove:
    """One entry of the stock ledger: never changed, only followed by another.

    Attributes:
        id: of the command that caused it; a repeated id counts once.
        sku_id: the SKU.
        warehouse_id: where.
        quantity: pieces in (positive) or out (negative).
        reason: receipt, issue, transfer, return, count or write_off.
        at: when it happened.
        condition: of the pieces.
    """

    id: str
    sku_id: SkuId
    warehouse_id: WarehouseId
    quantity: int = field(metadata=SIGNED)
    reason: str
    at: datetime
    condition: str = "sellable"


def _share(instance: object, attribute: Any, value: Decimal) -> None:
    if value > 1:
        raise refuse(instance, attribute.name, value, "must not be above 1")


@frozen(field_transformer=checked)
class VirtualStock:
    """Stock that is sold first and bought after the order (虚库); it has no `on_hand`.

    Attributes:
        sku_id: the SKU.
        offer_id: the offer it would be bought on.
        sellable: pieces that may be promised now.
        order_by: latest moment to place the purchase so that the promise holds.
        sellable_until: after this moment nothing may be promised from it.
        promise: when the buyer may expect the goods.
        confidence: probability that the promise is kept, from 0 to 1.
        observed_at: when the supplier's figure was read.
    """

    sku_id: SkuId
    offer_id: OfferId
    sellable: int
    order_by: datetime
    sellable_until: datetime
    promise: Window
    confidence: Decimal = field(validator=_share)
    observed_at: datetime = field()

    def __attrs_post_init__(self) -> None:
        if self.sellable_until > self.order_by:
            raise refuse(
                self,
                "sellable_until",
                self.sellable_until.isoformat(),
                "is after the order-by deadline",
            )

    def promisable(self, now: datetime) -> int:
        """Pieces that may be promised at `now`: none once the deadline has passed."""
        return self.sellable if now < self.sellable_until else 0
