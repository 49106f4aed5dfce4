"""What can be asked about claims on pieces: for carts, for orders, and back from buyers."""

from datetime import datetime

from attrs import field, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.ids import OfferId, OrderId, SkuId, WarehouseId
from crossborder.stages.inventory.ledger.lines import (
    SELLABLE,
    StockLine,
    condition,
    lines,
    shares,
    things,
)

__all__ = ["Allocate", "Cancel", "Cover", "Free", "Hold", "Release", "Return", "Ship"]


@frozen(field_transformer=checked)
class Hold:
    """Keep pieces for a cart until a time (预占); nothing has to run when the time is over.

    Attributes:
        id: of the command, and of the hold.
        lines: what the cart holds.
        until: from this moment on it counts for nothing.
        replaces: an older hold of the same cart, whose pieces it may use; it ends here. Or None.
    """

    id: str
    lines: tuple[StockLine, ...] = field(validator=shares)
    until: datetime = field()
    replaces: str | None = None


@frozen(field_transformer=checked)
class Release:
    """Let the pieces of a hold go before its time."""

    id: str
    hold_id: str
    sku_ids: tuple[SkuId, ...] = field(validator=things)


@frozen(field_transformer=checked)
class Allocate:
    """Promise pieces to the lines of an order (分配): all of them, or none.

    Attributes:
        id: of the command.
        order_id: the order.
        lines: what it needs; one line may stand several times, with other warehouses, to say how
            many come from where.
        hold_id: the cart's hold, whose pieces of these SKUs are used first and then let go.
        backorder: let a line wait for what is not there, at its first warehouse: the next free
            pieces are for it.
    """

    id: str
    order_id: OrderId
    lines: tuple[StockLine, ...] = field(validator=shares)
    hold_id: str | None = None
    backorder: bool = False


@frozen(field_transformer=checked)
class Free:
    """Take back what lines of an order were promised, so many pieces of each; all or none.

    Pieces that are awaited go first.

    Attributes:
        id: of the command.
        order_id: the order.
        lines: how much of which; where they were to come from does not count here.
        warehouse_id: only what was promised from this warehouse, or None.
        offer_id: only what was promised from this offer, or None.
    """

    id: str
    order_id: OrderId
    lines: tuple[StockLine, ...] = field(validator=lines)
    warehouse_id: WarehouseId | None = None
    offer_id: OfferId | None = None


@frozen(field_transformer=checked)
class Cancel:
    """Take back whatever is promised to an order; what was bought for it comes for nobody.

    Attributes:
        id: of the command.
        order_id: the order.
        sku_ids: the SKUs whose promises end; at least one.
        line_id: only this line of the order, or None.
    """

    id: str
    order_id: OrderId
    sku_ids: tuple[SkuId, ...] = field(validator=things)
    line_id: str | None = None


@frozen(field_transformer=checked)
class Cover:
    """Give free pieces to those who wait longest for them, as every command on a SKU does.

    Only needed where pieces became free by themselves, when a hold ended.
    """

    id: str
    sku_ids: tuple[SkuId, ...] = field(validator=things)


@frozen(field_transformer=checked)
class Ship:
    """Pieces promised to lines of an order leave.

    Attributes:
        id: of the command.
        order_id: the order.
        lines: how much of which; where they were to come from does not count here.
        warehouse_id: the one warehouse the parcel leaves, or None for any that has them.
        offer_id: the offer they were bought on, when the supplier sends them to the buyer.
    """

    id: str
    order_id: OrderId
    lines: tuple[StockLine, ...] = field(validator=lines)
    warehouse_id: WarehouseId | None = None
    offer_id: OfferId | None = None

    def __attrs_post_init__(self) -> None:
        if self.warehouse_id is not None and self.offer_id is not None:
            raise refuse(self, "offer_id", self.offer_id, "excludes a warehouse")


@frozen(field_transformer=checked)
class Return:
    """Pieces of an order line come back, in some condition; never more than went."""

    id: str
    order_id: OrderId
    line: StockLine
    warehouse_id: WarehouseId
    condition: str = field(default=SELLABLE, validator=condition)
