"""Amazon's sixteen buckets: what each means to us, and under which names Amazon states it.

The names are those of the FBA inventory model, v1 (amzn/selling-partner-api-models,
`fbaInventory.json`), and of the notification `FBA_INVENTORY_AVAILABILITY_CHANGES`.
"""

from collections.abc import Mapping
from enum import StrEnum

from crossborder.model.stock import StockAccount

__all__ = ["BUCKETS", "OVERLAPS", "PREFIXES", "SELLABLE", "TOTALS", "WHOLE", "FbaBucket", "FbaUse"]

SELLABLE = "sellable"
WHOLE = "total"


class FbaUse(StrEnum):
    """What the pieces of a bucket are to us."""

    SELLABLE = "sellable"
    """In the centre, and nobody has a claim on them."""
    PROMISED = "promised"
    """In the centre, sold, and leaving soon."""
    WITH_US = "with_us"
    """Only announced: they still lie in a warehouse of ours, and are counted there."""
    COMING = "coming"
    """Left us, not received: sellable later, and in transit until then."""
    BUSY = "busy"
    """In the network, sellable again without our doing."""
    SEARCHED = "searched"
    """Misplaced or damaged, Amazon is looking into it: back in a while, or lost."""
    SPOILED = "spoiled"
    """Cannot be sold as it is: to be taken back, disposed of or claimed for."""


class FbaBucket(StrEnum):
    """Where Amazon says a piece is; the group stands before the first underscore."""

    FULFILLABLE = "fulfillable"
    """Can be picked, packed and shipped."""
    INBOUND_WORKING = "inbound_working"
    """In a shipment that Amazon was told of, and that has not left."""
    INBOUND_SHIPPED = "inbound_shipped"
    """In a shipment that has left us."""
    INBOUND_RECEIVING = "inbound_receiving"
    """In a shipment of which some pieces were received; these were not."""
    RESERVED_CUSTOMER_ORDER = "reserved_customer_order"
    """Sold to a buyer."""
    RESERVED_TRANSSHIPMENT = "reserved_transshipment"
    """On the way from one centre to another."""
    RESERVED_FC_PROCESSING = "reserved_fc_processing"
    """Put aside for measuring, sampling or the like."""
    RESEARCHING_SHORT = "researching_short"
    """Looked for since 1 to 10 days."""
    RESEARCHING_MID = "researching_mid"
    """Looked for since 11 to 20 days."""
    RESEARCHING_LONG = "researching_long"
    """Looked for since 21 days or longer."""
    UNFULFILLABLE_CUSTOMER_DAMAGED = "unfulfillable_customer_damaged"
    """Came back from a buyer, damaged."""
    UNFULFILLABLE_WAREHOUSE_DAMAGED = "unfulfillable_warehouse_damaged"
    """Damaged in the centre."""
    UNFULFILLABLE_DISTRIBUTOR_DAMAGED = "unfulfillable_distributor_damaged"
    """Came damaged from the one who supplied it."""
    UNFULFILLABLE_CARRIER_DAMAGED = "unfulfillable_carrier_damaged"
    """Damaged on the way."""
    UNFULFILLABLE_DEFECTIVE = "unfulfillable_defective"
    """Does not work."""
    UNFULFILLABLE_EXPIRED = "unfulfillable_expired"
    """Past its date."""

    @property
    def group(self) -> str:
        """Fulfillable, inbound, reserved, researching or unfulfillable."""
        return self.value.partition("_")[0]

    @property
    def use(self) -> FbaUse:
        """What its pieces are to us."""
        return _USES.get(self) or _GROUP_USES[self.group]

    @property
    def account(self) -> StockAccount | None:
        """What the stock ledger counts them as in this warehouse; None for what is not there yet.

        >>> FbaBucket.INBOUND_SHIPPED.account, FbaBucket.INBOUND_WORKING.account
        (<StockAccount.IN_TRANSIT: 'in_transit'>, None)
        """
        if self.use is FbaUse.WITH_US:
            return None
        return StockAccount.IN_TRANSIT if self.use is FbaUse.COMING else StockAccount.ON_HAND

    @property
    def condition(self) -> str:
        """Theirs in the stock ledger: `sellable`, or the bucket's own name; empty when not there."""
        if self.account is not StockAccount.ON_HAND:
            return ""
        return SELLABLE if self is FbaBucket.FULFILLABLE else self.value


_USES = {
    FbaBucket.INBOUND_WORKING: FbaUse.WITH_US,
    FbaBucket.RESERVED_CUSTOMER_ORDER: FbaUse.PROMISED,
}
_GROUP_USES = {
    "fulfillable": FbaUse.SELLABLE,
    "inbound": FbaUse.COMING,
    "reserved": FbaUse.BUSY,
    "researching": FbaUse.SEARCHED,
    "unfulfillable": FbaUse.SPOILED,
}

_RESEARCHED = "researchingQuantity.researchingQuantityBreakdown.researchingQuantityIn"

BUCKETS: Mapping[str, FbaBucket] = {
    "fulfillableQuantity": FbaBucket.FULFILLABLE,
    "inboundWorkingQuantity": FbaBucket.INBOUND_WORKING,
    "inboundShippedQuantity": FbaBucket.INBOUND_SHIPPED,
    "inboundReceivingQuantity": FbaBucket.INBOUND_RECEIVING,
    "reservedQuantity.pendingCustomerOrderQuantity": FbaBucket.RESERVED_CUSTOMER_ORDER,
    "reservedQuantity.pendingTransshipmentQuantity": FbaBucket.RESERVED_TRANSSHIPMENT,
    "reservedQuantity.fcProcessingQuantity": FbaBucket.RESERVED_FC_PROCESSING,
    f"{_RESEARCHED}ShortTerm": FbaBucket.RESEARCHING_SHORT,
    f"{_RESEARCHED}MidTerm": FbaBucket.RESEARCHING_MID,
    f"{_RESEARCHED}LongTerm": FbaBucket.RESEARCHING_LONG,
    **{
        f"unfulfillableQuantity.{name}Quantity": bucket
        for name, bucket in (
            ("customerDamaged", FbaBucket.UNFULFILLABLE_CUSTOMER_DAMAGED),
            ("warehouseDamaged", FbaBucket.UNFULFILLABLE_WAREHOUSE_DAMAGED),
            ("distributorDamaged", FbaBucket.UNFULFILLABLE_DISTRIBUTOR_DAMAGED),
            ("carrierDamaged", FbaBucket.UNFULFILLABLE_CARRIER_DAMAGED),
            ("defective", FbaBucket.UNFULFILLABLE_DEFECTIVE),
            ("expired", FbaBucket.UNFULFILLABLE_EXPIRED),
        )
    },
    # The same in the notification's words.
    "Fulfillable": FbaBucket.FULFILLABLE,
    "InboundQuantityBreakdown.Working": FbaBucket.INBOUND_WORKING,
    "InboundQuantityBreakdown.Shipped": FbaBucket.INBOUND_SHIPPED,
    "InboundQuantityBreakdown.Receiving": FbaBucket.INBOUND_RECEIVING,
    "ReservedQuantityBreakdown.PendingCustomerOrder": FbaBucket.RESERVED_CUSTOMER_ORDER,
    "ReservedQuantityBreakdown.WarehouseTransfer": FbaBucket.RESERVED_TRANSSHIPMENT,
    "ReservedQuantityBreakdown.WarehouseProcessing": FbaBucket.RESERVED_FC_PROCESSING,
}
"""Amazon's name of a bucket, dotted where nested → ours."""

TOTALS: Mapping[str, str] = {
    "totalQuantity": WHOLE,
    "reservedQuantity.totalReservedQuantity": "reserved",
    "researchingQuantity.totalResearchingQuantity": "researching",
    "unfulfillableQuantity.totalUnfulfillableQuantity": "unfulfillable",
    # The notification does not split these two.
    "Researching": "researching",
    "Unfulfillable": "unfulfillable",
}
"""Amazon's name of a total → the group it is the total of."""

OVERLAPS = frozenset(
    {
        "futureSupplyQuantity.futureSupplyBuyableQuantity",
        "futureSupplyQuantity.reservedFutureSupplyQuantity",
        "FutureSupplyBuyable",
        "PendingCustomerOrderInTransit",
    }
)
"""Counts that are no buckets: which inbound pieces buyers can order already, and have ordered.

The notification's schema says so of its two; those of the interface are answered though its model
lacks them (issue 4277 of amzn/selling-partner-api-models).
"""

PREFIXES = {
    "InboundQuantityBreakdown": "inbound",
    "ReservedQuantityBreakdown": "reserved",
    "reservedQuantity": "reserved",
    "researchingQuantity": "researching",
    "unfulfillableQuantity": "unfulfillable",
}
"""Where a name stands → the group whose total it belongs to, also one that nobody knows yet."""
