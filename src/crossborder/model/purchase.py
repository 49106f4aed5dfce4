"""What we buy from a supplier, and where the purchase stands."""

from datetime import datetime
from enum import StrEnum

from attrs import evolve, field, frozen

from crossborder.errors import IllegalMove
from crossborder.model.check import checked, refuse
from crossborder.model.extra import Extra
from crossborder.model.ids import OrderId, PurchaseId, Ref, SkuId, SupplierId
from crossborder.model.money import Money, Price, agree, total

__all__ = ["Purchase", "PurchaseLine", "PurchaseStatus"]


class PurchaseStatus(StrEnum):
    """Where a purchase order stands."""

    PLANNED = "planned"
    PLACED = "placed"
    PAID = "paid"
    PARTIALLY_SHIPPED = "partially_shipped"
    SHIPPED = "shipped"
    RECEIVED = "received"
    CLOSED = "closed"
    CANCELLED = "cancelled"


_PURCHASE_PATH = (
    PurchaseStatus.PLANNED,
    PurchaseStatus.PLACED,
    PurchaseStatus.PAID,
    PurchaseStatus.PARTIALLY_SHIPPED,
    PurchaseStatus.SHIPPED,
    PurchaseStatus.RECEIVED,
    PurchaseStatus.CLOSED,
)


@frozen(field_transformer=checked)
class PurchaseLine:
    """What is bought for which order line.

    Attributes:
        sku_id: our SKU.
        quantity: pieces bought; at least 1.
        unit_price: the price we expect to pay for one.
        offer_ref: the platform's offer.
        line_ref: what ordering wants for the SKU (1688 `specId`), or None.
        order_id: the sales order it serves, or None for stock.
        order_line: the id of the sales order's line, or None.
    """

    sku_id: SkuId
    quantity: int
    unit_price: Price
    offer_ref: Ref | None = None
    line_ref: Ref | None = None
    order_id: OrderId | None = None
    order_line: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.quantity < 1:
            raise refuse(self, "quantity", self.quantity, "must be at least 1")


@frozen(field_transformer=checked)
class Purchase:
    """An order of ours to one supplier.

    Attributes:
        id: our id; sent to the platform as its outside order id.
        supplier_id: one supplier a purchase.
        lines: what is bought.
        status: where it stands.
        buy_by: latest moment to place it, or None.
        total: what it cost or will cost, freight included, or None before a preview.
        freight: the domestic freight in `total`, or None.
        refs: the platform's order ids (one purchase may be split by the platform).
        pay_url: where a person pays, or None.
        flags: such as `seller_action`, `label_created`, `unconfirmed`, `after_payment`.
        native: the platform's own status word.
        waybills: domestic tracking numbers towards us.
        extra: what the platform said beyond this.
    """

    id: PurchaseId
    supplier_id: SupplierId
    lines: tuple[PurchaseLine, ...]
    status: PurchaseStatus = PurchaseStatus.PLANNED
    buy_by: datetime | None = None
    total: Money | None = None
    freight: Money | None = None
    refs: tuple[Ref, ...] = ()
    pay_url: str | None = None
    flags: frozenset[str] = frozenset()
    native: str = ""
    waybills: tuple[str, ...] = ()
    extra: Extra = field(factory=Extra)

    def __attrs_post_init__(self) -> None:
        if not self.lines:
            raise refuse(self, "lines", self.lines, "must hold at least one line")
        currency = self.lines[0].unit_price.currency
        for line in self.lines:
            agree(self, currency, lines=line.unit_price)
        agree(self, currency, total=self.total, freight=self.freight)

    @property
    def expected(self) -> Money:
        """The sum of the lines at the prices we expect, without freight."""
        currency = self.lines[0].unit_price.currency
        return total((line.unit_price * line.quantity for line in self.lines), currency)

    def moved(self, status: PurchaseStatus, *, refunded: bool = False) -> "Purchase":
        """The purchase in a later status.

        Raises:
            IllegalMove: backwards, out of an end, or cancelled after payment without a refund.
        """
        if status is self.status:
            return self
        if status is PurchaseStatus.CANCELLED:
            place = _PURCHASE_PATH.index(self.status)
            paid = place >= _PURCHASE_PATH.index(PurchaseStatus.PAID)
            legal = place < _PURCHASE_PATH.index(PurchaseStatus.RECEIVED) and (refunded or not paid)
        else:
            legal = self.status in _PURCHASE_PATH and _PURCHASE_PATH.index(
                status
            ) > _PURCHASE_PATH.index(self.status)
        if not legal:
            raise IllegalMove(
                f"cannot follow {self.status.value}",
                field="status",
                value=status.value,
                source="Purchase",
            )
        return evolve(self, status=status)
