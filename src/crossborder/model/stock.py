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

__all__ = [
    "RealStock",
    "SkuStock",
    "StockAccount",
    "StockBalance",
    "StockMove",
    "VirtualStock",
    "Warehouse",
    "WarehouseKind",
]


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


class StockAccount(StrEnum):
    """What a stock move counts; every piece of ours is on hand, in transit, shipped or lost."""

    ON_HAND = "on_hand"
    """Pieces in a warehouse, by condition."""
    HELD = "held"
    """Of these, or of an offer: kept for a cart until a time."""
    ALLOCATED = "allocated"
    """Of these, or of an offer: promised to an order line."""
    AWAITED = "awaited"
    """Promised to an order line and not there: the next free pieces are for it (缺货)."""
    ORDERED = "ordered"
    """Bought from a supplier and not arrived: for an order line, or for nobody any more."""
    SHIPPED = "shipped"
    """Gone to the buyer of an order line, less what came back."""
    INCOMING = "incoming"
    """Announced to arrive in a warehouse."""
    IN_TRANSIT = "in_transit"
    """Ours, on the way to a warehouse of ours."""
    LOST = "lost"
    """Sent on a transfer and never arrived."""
    OFFERED = "offered"
    """What may be promised from a supplier's offer, as it was read last."""
    TAKEN = "taken"
    """Bought on an offer since it was read: its figure still holds them."""


@frozen(field_transformer=checked)
class StockMove:
    """One entry of the stock ledger: never changed, only followed by others.

    It adds `quantity` to one account of one SKU. All moves of a command have its id and are kept
    together or not at all; sums do not depend on the order of the moves.

    Attributes:
        id: of the command; a repeated id changes nothing.
        sku_id: the SKU.
        account: what is counted.
        quantity: pieces more (positive) or less (negative); 0 only notes that a command was obeyed.
        at: when it was decided.
        warehouse_id: where, or empty.
        condition: of pieces on hand, such as `sellable`, `opened` or `damaged`; else empty.
        offer_id: the supplier's offer, or empty.
        ref: the hold, order, transfer or delivery it belongs to, or empty.
        line_id: the order's line, or whose the pieces of a transfer are; or empty.
        since: earliest arrival, when an offer was read or bought on, since when it is awaited.
        until: end of a hold or of an offer, or latest arrival.
        confidence: probability that a delivery comes in its time, or None.
        reason: why, for people and reports.
        stamp: a short digest of the command, to tell a repeat from another use of its id.
    """

    id: str
    sku_id: SkuId
    account: StockAccount
    quantity: int = field(metadata=SIGNED)
    at: datetime = field()
    warehouse_id: str = ""
    condition: str = ""
    offer_id: str = ""
    ref: str = ""
    line_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    confidence: Decimal | None = None
    reason: str = ""
    stamp: str = ""

    def __attrs_post_init__(self) -> None:
        if self.confidence is not None and self.confidence > 1:
            raise refuse(self, "confidence", self.confidence, "must not be above 1")


@frozen(field_transformer=checked)
class StockBalance:
    """What an account of a SKU comes to: the sum of its moves.

    Attributes:
        account: what is counted.
        quantity: pieces.
        warehouse_id: where, or empty.
        condition: of pieces on hand, else empty.
        offer_id: the supplier's offer, or empty.
        ref: the hold, order, transfer or delivery, or empty.
        line_id: the order's line, or whose the pieces of a transfer are; or empty.
        since: earliest arrival, when an offer was read or bought on, since when it is awaited.
        until: end of a hold or of an offer, or latest arrival.
        confidence: probability that a delivery comes in its time, or None.
        at: when the reading of an offer was decided on, else None.
        by: the command that did, or empty.
    """

    account: StockAccount
    quantity: int = field(metadata=SIGNED)
    warehouse_id: str = ""
    condition: str = ""
    offer_id: str = ""
    ref: str = ""
    line_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    confidence: Decimal | None = None
    at: datetime | None = None
    by: str = ""


@frozen(field_transformer=checked)
class SkuStock:
    """Everything the ledger says of one SKU, at one version.

    Attributes:
        sku_id: the SKU.
        version: how many commands have changed it.
        balances: the accounts that are not zero, and offers, sorted.
        commands: id and stamp of each command obeyed, sorted.
    """

    sku_id: SkuId
    version: int = 0
    balances: tuple[StockBalance, ...] = ()
    commands: tuple[tuple[str, str], ...] = ()

    def of(self, ref: str) -> tuple[StockBalance, ...]:
        """What belongs to a hold, an order, a transfer or a delivery."""
        return tuple(one for one in self.balances if one.ref == ref)

    def _repr_html_(self) -> str:
        from crossborder.display import html_table

        rows = (
            (one.account.value, one.warehouse_id or one.offer_id, one.ref, one.quantity)
            for one in self.balances
        )
        caption = f"{self.sku_id}, version {self.version}"
        return html_table(("account", "where", "for", "pieces"), rows, caption=caption)


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
