"""From what the stock ledger says of a SKU to its position by date."""

from decimal import Decimal

from crossborder.errors import InvalidValue
from crossborder.model.ids import WarehouseId
from crossborder.model.stock import SkuStock, StockAccount, StockBalance
from crossborder.stages.inventory.dated.position import (
    Incoming,
    PlannedDemand,
    Position,
    SoftHold,
)

__all__ = ["standing"]

_SELLABLE = "sellable"


def standing(
    stock: SkuStock,
    *,
    planned: tuple[PlannedDemand, ...] = (),
    warehouse_id: WarehouseId | None = None,
) -> Position:
    """The position of a SKU in one warehouse, or in all together, as the ledger has it.

    Sellable pieces count; what is promised or held from a supplier's offer does not, as it takes
    nothing from a shelf. A delivery is expected in the middle of its window.

    >>> from datetime import UTC, datetime
    >>> from crossborder.model.ids import OrderId, SkuId
    >>> from crossborder.stages.inventory.ledger import Allocate, Receive, StockBook, StockLine
    >>> now, home, cup = datetime(2026, 11, 2, tzinfo=UTC), WarehouseId("home"), SkuId("CUP")
    >>> book = StockBook((home,))
    >>> _ = book.obey(Receive("r1", cup, home, 5), now)
    >>> _ = book.obey(Allocate("a1", OrderId("1001"), (StockLine("1", cup, 2),)), now)
    >>> position = standing(book.stock(cup))
    >>> position.on_hand, position.allocated
    (5, 2)
    """
    mine = [
        one
        for one in stock.balances
        if one.warehouse_id and warehouse_id in (None, one.warehouse_id)
    ]

    def total(account: StockAccount) -> int:
        kinds = (one for one in mine if one.account is account)
        return sum(one.quantity for one in kinds if one.condition in ("", _SELLABLE))

    holds: dict[str, SoftHold] = {}
    for one in mine:
        if one.account is StockAccount.HELD and one.until is not None:
            known = holds.get(one.ref)
            pieces = one.quantity + (known.quantity if known else 0)
            holds[one.ref] = SoftHold(one.ref, pieces, one.until)
    return Position(
        stock.sku_id,
        total(StockAccount.ON_HAND),
        allocated=total(StockAccount.ALLOCATED) + total(StockAccount.AWAITED),
        holds=tuple(holds.values()),
        incoming=tuple(
            _incoming(stock, one) for one in mine if one.account is StockAccount.INCOMING
        ),
        planned=planned,
        warehouse_id=warehouse_id,
    )


def _incoming(stock: SkuStock, one: StockBalance) -> Incoming:
    since, until = one.since, one.until
    if since is None or until is None:
        raise InvalidValue("has no window", field="incoming", value=one.ref, source=stock.sku_id)
    return Incoming(
        one.ref,
        stock.sku_id,
        WarehouseId(one.warehouse_id),
        one.quantity,
        since,
        since + (until - since) / 2,
        until,
        Decimal(1) if one.confidence is None else one.confidence,
    )
