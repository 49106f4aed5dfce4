"""FBA stock as our other stock: what is there and free, and what the stock ledger is told.

One ledger holds what lies in our warehouses, what can be bought and what Amazon stores. A piece
must stand there once, so of Amazon's buckets only those that are in its centres are counted:

- Announced pieces (`inbound_working`) have not left us. They are on hand in the warehouse that
  sends them, where they can still be sold, and leave it by the transfer's command.
- Pieces on the way (`inbound_shipped`, `inbound_receiving`) are in transit by that transfer until
  Amazon counts them; closing it once the shipment is closed shows what never arrived.
- Residues and quarantined pieces are counted nowhere: what is not understood is not sold.
"""

from crossborder.errors import InvalidValue
from crossborder.model.ids import SkuId, WarehouseId, digest
from crossborder.model.stock import RealStock
from crossborder.stages.inventory.fba.buckets import SELLABLE, FbaBucket
from crossborder.stages.inventory.fba.stock import FbaStock
from crossborder.stages.inventory.ledger import Count

__all__ = ["counted", "real_stock"]


def real_stock(stock: FbaStock, sku_id: SkuId, warehouse_id: WarehouseId) -> tuple[RealStock, ...]:
    """What is in the centres, by condition, as `inventory.available` takes it.

    Pieces sold to Amazon's buyers are on hand and promised, so `free` is what is fulfillable.
    Everything else that is there has a condition of its own, the name of its bucket.
    """
    promised = stock.of(FbaBucket.RESERVED_CUSTOMER_ORDER)
    sellable = stock.of(FbaBucket.FULFILLABLE) + promised
    others = (
        RealStock(sku_id, warehouse_id, one.quantity, condition=one.bucket.condition)
        for one in stock.pieces
        if one.quantity
        and one.bucket.condition not in ("", SELLABLE)
        and one.bucket is not FbaBucket.RESERVED_CUSTOMER_ORDER
    )
    return (RealStock(sku_id, warehouse_id, sellable, allocated=promised), *others)


def counted(
    stock: FbaStock,
    sku_id: SkuId,
    warehouse_id: WarehouseId,
    *,
    observation_id: str,
    ours: int = 0,
) -> tuple[Count, ...]:
    """The commands that make the ledger's warehouse hold what Amazon states.

    One for each stated bucket that is in the centres, an empty one too: what was there before is
    there no more. Their ids follow from `observation_id`, so that one observation told twice
    changes nothing. Give the observations in the order in which they were made.

    Args:
        stock: what Amazon states.
        sku_id: our SKU.
        warehouse_id: the FBA warehouse in our books.
        observation_id: of this reading, such as the id of the notification or of the run.
        ours: pieces promised in our own ledger that Amazon reserves for our orders already, which
            its centres send but another channel sold: they stay sellable in the books, where
            our own promise is taken from them. Pieces that Amazon itself sold are not in our
            promises, and stand in a condition of their own.

    Raises:
        InvalidValue: `ours` is below zero.
    """
    if ours < 0:
        raise InvalidValue("must not be negative", field="ours", value=ours, source="counted")
    found = {one.bucket: one.quantity for one in stock.pieces if one.bucket.condition}
    reserved = found.get(FbaBucket.RESERVED_CUSTOMER_ORDER, 0)
    if FbaBucket.FULFILLABLE in found and reserved:
        mine = min(ours, reserved)
        found[FbaBucket.FULFILLABLE] += mine
        found[FbaBucket.RESERVED_CUSTOMER_ORDER] -= mine
    return tuple(
        Count(
            digest("inventory.fba", observation_id, sku_id, warehouse_id, bucket.condition),
            sku_id,
            warehouse_id,
            pieces,
            bucket.condition,
        )
        for bucket, pieces in found.items()
    )
