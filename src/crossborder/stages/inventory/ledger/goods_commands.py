"""What can be asked about the pieces themselves: in, out, counted, on the way, bought."""

from decimal import Decimal

from attrs import field, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.ids import OfferId, OrderId, SkuId, WarehouseId
from crossborder.model.stock import VirtualStock
from crossborder.model.time import Window
from crossborder.stages.inventory.ledger.lines import SELLABLE, StockLine, condition, share, some

__all__ = [
    "Announce",
    "Buy",
    "Close",
    "Count",
    "Expect",
    "Land",
    "Receive",
    "Regrade",
    "Transfer",
    "WriteOff",
]


@frozen(field_transformer=checked)
class Expect:
    """A delivery is announced (在途): so many pieces, by when, how surely."""

    id: str
    sku_id: SkuId
    warehouse_id: WarehouseId
    quantity: int = field(validator=some)
    due: Window = field()
    confidence: Decimal = field(default=Decimal(1), validator=share)


@frozen(field_transformer=checked)
class Receive:
    """Pieces come in (入库).

    Attributes:
        id: of the command.
        sku_id: the SKU.
        warehouse_id: where.
        quantity: pieces counted in; at least 1.
        condition: theirs.
        expected_id: the announced delivery they belong to, or None.
        order_id: the order they were bought for, or None.
        line_id: its line: what was bought becomes promised stock of the warehouse.
        offer_id: the offer they were bought on; alone: pieces whose order was cancelled.
    """

    id: str
    sku_id: SkuId
    warehouse_id: WarehouseId
    quantity: int = field(validator=some)
    condition: str = field(default=SELLABLE, validator=condition)
    expected_id: str | None = None
    order_id: OrderId | None = None
    line_id: str | None = None
    offer_id: OfferId | None = None

    def __attrs_post_init__(self) -> None:
        stated = (self.order_id, self.line_id, self.offer_id)
        alone = stated[:2] == (None, None)
        if not alone and None in stated:
            raise refuse(self, "order_id", stated, "needs order, line and offer together")
        if self.order_id is not None and self.condition != SELLABLE:
            raise refuse(self, "condition", self.condition, "cannot be promised to an order")


@frozen(field_transformer=checked)
class Close:
    """No more comes of a delivery or a transfer: what is missing is short, or lost."""

    id: str
    ref: str
    sku_id: SkuId


@frozen(field_transformer=checked)
class Count:
    """Somebody counted (盘点): this many pieces are there, whatever the ledger says.

    Attributes:
        id: of the command.
        sku_id: the SKU.
        warehouse_id: where.
        counted: pieces found.
        condition: theirs.
        booked: what the ledger said when they were counted; None: what it says now. What moved in
            between stays moved.
    """

    id: str
    sku_id: SkuId
    warehouse_id: WarehouseId
    counted: int
    condition: str = field(default=SELLABLE, validator=condition)
    booked: int | None = None


@frozen(field_transformer=checked)
class WriteOff:
    """Pieces leave the books: broken, expired, given away; only ones that nobody was promised."""

    id: str
    sku_id: SkuId
    warehouse_id: WarehouseId
    quantity: int = field(validator=some)
    reason: str = field()
    condition: str = field(default=SELLABLE, validator=condition)


@frozen(field_transformer=checked)
class Regrade:
    """Pieces change their condition."""

    id: str
    sku_id: SkuId
    warehouse_id: WarehouseId
    quantity: int = field(validator=some)
    was: str = field(validator=condition)
    now: str = field(validator=condition)

    def __attrs_post_init__(self) -> None:
        if self.was == self.now:
            raise refuse(self, "now", self.now, "is the condition they have")


@frozen(field_transformer=checked)
class Transfer:
    """Free pieces leave one warehouse of ours for another (调拨); on the way they are `owner`'s.

    Attributes:
        id: of the command, and of the transfer.
        sku_id: the SKU.
        quantity: pieces sent; at least 1.
        source: from where.
        destination: to where.
        owner: whose they are on the way, such as a company of the group; may be empty.
        condition: theirs.
        due: when they should arrive, or None.
        confidence: probability that they do.
    """

    id: str
    sku_id: SkuId
    quantity: int = field(validator=some)
    source: WarehouseId = field()
    destination: WarehouseId = field()
    owner: str = ""
    condition: str = field(default=SELLABLE, validator=condition)
    due: Window | None = None
    confidence: Decimal = field(default=Decimal(1), validator=share)

    def __attrs_post_init__(self) -> None:
        if self.source == self.destination:
            raise refuse(self, "destination", self.destination, "is where they are")


@frozen(field_transformer=checked)
class Land:
    """Pieces of a transfer arrive; more than were sent are booked as found, and told."""

    id: str
    transfer_id: str
    sku_id: SkuId
    warehouse_id: WarehouseId
    quantity: int = field(validator=some)
    condition: str = field(default=SELLABLE, validator=condition)


@frozen(field_transformer=checked)
class Announce:
    """What may be promised from an offer from now on; an older reading changes nothing.

    What was bought on the offer after it was read is taken off its figure.
    """

    id: str
    stock: VirtualStock


@frozen(field_transformer=checked)
class Buy:
    """Pieces promised from an offer were bought: the supplier's figure no longer covers them."""

    id: str
    order_id: OrderId
    line: StockLine
    offer_id: OfferId
