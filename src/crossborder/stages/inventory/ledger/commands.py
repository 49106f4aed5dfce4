"""What can be asked of the stock ledger; every command has an id of its own.

A hold, a transfer and an announced delivery are named by the id of the command that made them.
"""

from datetime import datetime
from decimal import Decimal

from attrs import field, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.ids import OfferId, OrderId, SkuId, WarehouseId
from crossborder.model.stock import VirtualStock
from crossborder.model.time import Window
from crossborder.stages.inventory.ledger.lines import SELLABLE, StockLine, lines, some

__all__ = [
    "Allocate",
    "Announce",
    "Buy",
    "Cancel",
    "Close",
    "Command",
    "Count",
    "Expect",
    "Free",
    "Hold",
    "Land",
    "Receive",
    "Regrade",
    "Release",
    "Return",
    "Ship",
    "Transfer",
    "WriteOff",
    "touched",
]


@frozen(field_transformer=checked)
class Hold:
    """Keep pieces for a cart until a time (预占); nothing has to run when the time is over."""

    id: str
    lines: tuple[StockLine, ...] = field(validator=lines)
    until: datetime = field()


@frozen(field_transformer=checked)
class Release:
    """Let the pieces of a hold go before its time."""

    id: str
    hold_id: str
    sku_ids: tuple[SkuId, ...]


@frozen(field_transformer=checked)
class Allocate:
    """Promise pieces to the lines of an order (分配): all of them, or none.

    Attributes:
        id: of the command.
        order_id: the order.
        lines: what it needs.
        hold_id: the cart's hold, whose pieces are used first; it ends here. Or None.
        backorder: promise even what is not there, from the first warehouse of the line.
    """

    id: str
    order_id: OrderId
    lines: tuple[StockLine, ...] = field(validator=lines)
    hold_id: str | None = None
    backorder: bool = False


@frozen(field_transformer=checked)
class Free:
    """Take back what was promised to lines of an order, so many pieces of each; all or none."""

    id: str
    order_id: OrderId
    lines: tuple[StockLine, ...] = field(validator=lines)


@frozen(field_transformer=checked)
class Cancel:
    """Take back whatever is promised to an order, of these SKUs; what was bought comes for nobody."""

    id: str
    order_id: OrderId
    sku_ids: tuple[SkuId, ...]


@frozen(field_transformer=checked)
class Ship:
    """Pieces promised to lines of an order leave: from a warehouse, or bought ones from the offer."""

    id: str
    order_id: OrderId
    lines: tuple[StockLine, ...] = field(validator=lines)


@frozen(field_transformer=checked)
class Return:
    """Pieces of an order line come back, in some condition; never more than went."""

    id: str
    order_id: OrderId
    line: StockLine
    warehouse_id: WarehouseId
    condition: str = SELLABLE


@frozen(field_transformer=checked)
class Expect:
    """A delivery is announced (在途): so many pieces, by when, how surely."""

    id: str
    sku_id: SkuId
    warehouse_id: WarehouseId
    quantity: int = field(validator=some)
    due: Window = field()
    confidence: Decimal = Decimal(1)


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
        line_id: its line; with `offer_id` what was bought becomes promised stock of the warehouse.
        offer_id: the offer they were bought on, or None.
    """

    id: str
    sku_id: SkuId
    warehouse_id: WarehouseId
    quantity: int = field(validator=some)
    condition: str = SELLABLE
    expected_id: str | None = None
    order_id: OrderId | None = None
    line_id: str | None = None
    offer_id: OfferId | None = None

    def __attrs_post_init__(self) -> None:
        if len({self.order_id is None, self.line_id is None, self.offer_id is None}) > 1:
            stated = (self.order_id, self.line_id, self.offer_id)
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
    """Somebody counted (盘点): this many pieces are there, whatever the ledger says."""

    id: str
    sku_id: SkuId
    warehouse_id: WarehouseId
    counted: int
    condition: str = SELLABLE


@frozen(field_transformer=checked)
class WriteOff:
    """Pieces leave the books: broken, expired, given away; only ones that nobody was promised."""

    id: str
    sku_id: SkuId
    warehouse_id: WarehouseId
    quantity: int = field(validator=some)
    reason: str = field()
    condition: str = SELLABLE


@frozen(field_transformer=checked)
class Regrade:
    """Pieces change their condition."""

    id: str
    sku_id: SkuId
    warehouse_id: WarehouseId
    quantity: int = field(validator=some)
    was: str = field()
    now: str = field()

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
    condition: str = SELLABLE
    due: Window | None = None
    confidence: Decimal = Decimal(1)

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
    condition: str = SELLABLE


@frozen(field_transformer=checked)
class Announce:
    """What may be promised from an offer from now on; an older reading changes nothing."""

    id: str
    stock: VirtualStock


@frozen(field_transformer=checked)
class Buy:
    """Pieces promised from an offer were bought: the supplier's figure no longer covers them."""

    id: str
    order_id: OrderId
    line: StockLine
    offer_id: OfferId


Command = (
    Hold
    | Release
    | Allocate
    | Free
    | Cancel
    | Ship
    | Return
    | Expect
    | Receive
    | Close
    | Count
    | WriteOff
    | Regrade
    | Transfer
    | Land
    | Announce
    | Buy
)
"""Everything the ledger obeys."""


def touched(command: Command) -> tuple[SkuId, ...]:
    """The SKUs whose stock a command reads or changes, each once, sorted.

    >>> touched(Release("r1", "h1", (SkuId("b"), SkuId("a"))))
    ('a', 'b')
    """
    if isinstance(command, Hold | Allocate | Free | Ship):
        return tuple(sorted({sku for line in command.lines for sku, _ in line.needs}))
    if isinstance(command, Return | Buy):
        return tuple(sorted({sku for sku, _ in command.line.needs}))
    if isinstance(command, Release | Cancel):
        return tuple(sorted(set(command.sku_ids)))
    return (command.stock.sku_id,) if isinstance(command, Announce) else (command.sku_id,)
