"""From an allocation to the stock book: the lines by which it is told what was decided."""

from collections import Counter

from crossborder.model.ids import SkuId, WarehouseId
from crossborder.stages.inventory.allocation.terms import Allocation
from crossborder.stages.inventory.ledger.lines import StockLine

__all__ = ["stock_lines"]


def stock_lines(allocation: Allocation) -> tuple[StockLine, ...]:
    """The lines of an `Allocate` command that takes every piece from where it was decided.

    One a line, SKU and warehouse, sorted by them: a line that leaves two warehouses stands there
    twice, and a bundle, whose parts are allocated each by itself, once a part. An order that is
    not served has none.

    >>> from crossborder.model.ids import OrderId
    >>> from crossborder.model.money import Money
    >>> stock_lines(Allocation(OrderId("o1"), (), (), Money("0", "USD")))
    ()
    """
    pieces = Counter[tuple[str, SkuId, WarehouseId]]()
    for parcel in allocation.parcels:
        for take in parcel.takes:
            pieces[take.line_id, take.sku_id, parcel.warehouse_id] += take.quantity
    return tuple(
        StockLine(line, sku, count, warehouses=(warehouse,))
        for (line, sku, warehouse), count in sorted(pieces.items())
    )
