"""Small demands, lanes and stock for the tests of allocation."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from crossborder.model.ids import OrderId, SkuId, WarehouseId
from crossborder.model.measure import Weight
from crossborder.model.money import Price
from crossborder.model.stock import RealStock, Warehouse, WarehouseKind
from crossborder.stages.inventory.allocation import Allocation, Demand, DemandLine, Goods, Lane

NOW = datetime(2026, 11, 2, tzinfo=UTC)
DAY = timedelta(days=1)


def usd(amount: str | int | Decimal) -> Price:
    return Price(amount, "USD")


def house(
    name: str, kind: WarehouseKind = WarehouseKind.OVERSEAS, country: str = "US"
) -> Warehouse:
    return Warehouse(WarehouseId(name), name, kind, country)


def lane(name: str, base: str = "5", per_kg: str = "0", days: int = 3, **fields: Any) -> Lane:
    warehouse = fields.pop("warehouse", None) or house(name)
    earliest = fields.pop("earliest", DAY)
    return Lane(warehouse, "US", usd(base), usd(per_kg), earliest, DAY * days, **fields)


def goods(*skus: str, grams: int = 1000, value: str = "10") -> tuple[Goods, ...]:
    return tuple(Goods(SkuId(sku), Weight(grams), usd(value)) for sku in skus)


def stocked(**pieces: tuple[int, ...]) -> tuple[RealStock, ...]:
    """Pieces of each SKU in the warehouses a, b, c and so on."""
    return tuple(
        RealStock(SkuId(sku), WarehouseId(name), count)
        for sku, counts in pieces.items()
        for name, count in zip("abcdefghijklmnop", counts, strict=False)
    )


def demand(*wanted: tuple[str, str, int], **fields: Any) -> Demand:
    lines = tuple(DemandLine(line, SkuId(sku), count) for line, sku, count in wanted)
    return Demand(OrderId(fields.pop("order_id", "o1")), "US", lines, **fields)


def taken(made: Allocation) -> dict[tuple[str, str, str], int]:
    return {
        (parcel.warehouse_id, take.line_id, take.sku_id): take.quantity
        for parcel in made.parcels
        for take in parcel.takes
    }
