"""What an allocation is asked and answers: demands, lanes, goods, parcels."""

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from attrs import frozen

from crossborder.model.check import checked, refuse
from crossborder.model.ids import OrderId, SkuId, WarehouseId
from crossborder.model.measure import Weight
from crossborder.model.money import Money, Price, agree
from crossborder.model.stock import Warehouse, WarehouseKind
from crossborder.model.time import Window

__all__ = [
    "KIND_RULES",
    "Allocation",
    "Costs",
    "Demand",
    "DemandLine",
    "DutyTreatment",
    "Goods",
    "JointAllocation",
    "Lane",
    "Parcel",
    "ReturnRule",
    "Short",
    "Take",
]

_NONE = timedelta(0)


class DutyTreatment(StrEnum):
    """Who pays import duty on a sale."""

    CLEARED = "cleared"
    """The goods were cleared when they were stocked: none on this sale."""
    SELLER = "seller"
    """We pay at the border (DDP): a cost of the allocation."""
    BUYER = "buyer"
    """The buyer pays on delivery (DAP): no cost of ours, but to be told."""


class ReturnRule(StrEnum):
    """Where a returned piece goes."""

    WAREHOUSE = "warehouse"
    PLATFORM = "platform"
    REFUND_ONLY = "refund_only"
    """Sending it back over a border costs more than it is worth: it stays with the buyer."""


KIND_RULES = MappingProxyType(
    {
        WarehouseKind.DOMESTIC: (DutyTreatment.SELLER, ReturnRule.REFUND_ONLY),
        WarehouseKind.OVERSEAS: (DutyTreatment.CLEARED, ReturnRule.WAREHOUSE),
        WarehouseKind.FBA: (DutyTreatment.CLEARED, ReturnRule.PLATFORM),
        WarehouseKind.SUPPLIER: (DutyTreatment.SELLER, ReturnRule.REFUND_ONLY),
        WarehouseKind.IN_TRANSIT: (DutyTreatment.CLEARED, ReturnRule.WAREHOUSE),
    }
)
"""Duty and returns of each kind of warehouse, where a lane does not say otherwise."""


@frozen(field_transformer=checked)
class Lane:
    """What sending a parcel from one warehouse to one destination costs and how long it takes.

    Attributes:
        warehouse: where from.
        destination: a country code, or the name of a zone, as `Demand.destination` has it.
        base: freight of a parcel before its weight.
        per_kg: freight of each kilogram, in proportion.
        earliest: from now to the buyer at best.
        latest: from now to the buyer at worst; what is promised.
        handling: picking and packing of one parcel.
        duty_rate: of the declared value, where the seller pays it.
        duty: who pays duty, or None for what the warehouse's kind implies.
        returns: where returns go, or None for what the warehouse's kind implies.
    """

    warehouse: Warehouse
    destination: str
    base: Price
    per_kg: Price
    earliest: timedelta
    latest: timedelta
    handling: Price | None = None
    duty_rate: Decimal = Decimal(0)
    duty: DutyTreatment | None = None
    returns: ReturnRule | None = None

    def __attrs_post_init__(self) -> None:
        agree(self, self.base.currency, per_kg=self.per_kg, handling=self.handling)
        if not _NONE <= self.earliest <= self.latest:
            raise refuse(self, "earliest", str(self.earliest), "must be from zero to the latest")

    @property
    def treatment(self) -> DutyTreatment:
        """Who pays duty: as stated, else none inside one country, else by the kind."""
        if self.duty is not None:
            return self.duty
        if self.warehouse.country == self.destination:
            return DutyTreatment.CLEARED
        return KIND_RULES[self.warehouse.kind][0]

    @property
    def return_rule(self) -> ReturnRule:
        """Where returns go: as stated, else by the kind."""
        return self.returns if self.returns is not None else KIND_RULES[self.warehouse.kind][1]

    def promise(self, now: datetime) -> Window:
        """When the buyer may expect a parcel that is sent at `now`."""
        return Window(now + self.earliest, now + self.latest)


@frozen(field_transformer=checked)
class Goods:
    """What a piece of a SKU weighs, packed, and what customs are told it is worth."""

    sku_id: SkuId
    weight: Weight
    value: Price


@frozen(field_transformer=checked)
class DemandLine:
    """Pieces of one SKU that an order line wants; a bundle's line stands here once a part."""

    line_id: str
    sku_id: SkuId
    quantity: int

    def __attrs_post_init__(self) -> None:
        if self.quantity < 1:
            raise refuse(self, "quantity", self.quantity, "must be at least 1")


@frozen(field_transformer=checked)
class Demand:
    """What one order wants from the warehouses.

    Attributes:
        order_id: the order.
        destination: as the lanes name it.
        lines: at least one; no line has one SKU twice.
        placed_at: who came first is served first when stock is short; None comes last.
        deliver_by: what the buyer was promised, or None.
        late_per_day: the cost of each begun day past it, for each parcel that is late.
        split_allowed: False when everything must come in one parcel.
    """

    order_id: OrderId
    destination: str
    lines: tuple[DemandLine, ...]
    placed_at: datetime | None = None
    deliver_by: datetime | None = None
    late_per_day: Price | None = None
    split_allowed: bool = True

    def __attrs_post_init__(self) -> None:
        keys = [(line.line_id, line.sku_id) for line in self.lines]
        if not keys:
            raise refuse(self, "lines", self.lines, "must hold at least one line")
        if len(set(keys)) < len(keys):
            raise refuse(self, "lines", keys, "has one SKU twice in a line")


@frozen(field_transformer=checked)
class Take:
    """Pieces of one line that leave in one parcel."""

    line_id: str
    sku_id: SkuId
    quantity: int


@frozen(field_transformer=checked)
class Short:
    """Pieces of one line that are not there.

    Attributes:
        line_id: the line.
        sku_id: the SKU.
        missing: pieces; where the order may not be split, of the warehouse that lacks least.
        elsewhere: there are enough, but not in one warehouse, and the order may not be split.
    """

    line_id: str
    sku_id: SkuId
    missing: int
    elsewhere: bool = False


@frozen(field_transformer=checked)
class Costs:
    """The parts of a parcel's cost, exact and in one currency."""

    freight: Money
    handling: Money
    duty: Money
    lateness: Money

    @property
    def total(self) -> Money:
        """All parts."""
        return self.freight + self.handling + self.duty + self.lateness


@frozen(field_transformer=checked)
class Parcel:
    """What leaves one warehouse for an order.

    Attributes:
        warehouse_id: where from.
        kind: of that warehouse.
        takes: the pieces, by line.
        promise: when the buyer may expect it.
        duty: who pays import duty.
        returns: where its returns go.
        costs: what it costs.
    """

    warehouse_id: WarehouseId
    kind: WarehouseKind
    takes: tuple[Take, ...]
    promise: Window
    duty: DutyTreatment
    returns: ReturnRule
    costs: Costs


def _gap(cost: Money, bound: Money) -> Decimal:
    return (cost - bound) / bound if bound else Decimal(1 if cost else 0)


@frozen(field_transformer=checked)
class Allocation:
    """Where every piece of one order comes from: all of them, or none.

    Attributes:
        order_id: the order.
        parcels: by warehouse id; none when the order is refused.
        short: by line, the pieces for want of which the order is not served; empty when it is,
            and when no lane reaches its destination: then nothing is known to be missing.
        cost: of all parcels.
        bound: no allocation costs less, as proven; None in a batch, where it is the batch's.
    """

    order_id: OrderId
    parcels: tuple[Parcel, ...]
    short: tuple[Short, ...]
    cost: Money
    bound: Money | None = None

    @property
    def served(self) -> bool:
        """Every piece has a place."""
        return bool(self.parcels)

    @property
    def exact(self) -> bool:
        """The cost is proven to be the least."""
        return self.bound is not None and self.cost == self.bound

    @property
    def gap(self) -> Decimal | None:
        """By what share the cost may be above the least; None without a bound."""
        return None if self.bound is None else _gap(self.cost, self.bound)


@frozen(field_transformer=checked)
class JointAllocation:
    """The allocations of a batch, by order id.

    Attributes:
        allocations: one an order.
        cost: of all orders that are served.
        bound: no joint allocation of the served orders costs less, as proven.
    """

    allocations: tuple[Allocation, ...]
    cost: Money
    bound: Money

    @property
    def gap(self) -> Decimal:
        """By what share the cost may be above the least."""
        return _gap(self.cost, self.bound)
