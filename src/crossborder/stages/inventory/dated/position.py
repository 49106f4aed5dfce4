"""All that is known of one SKU's stock: what is there, held, on its way and needed."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.ids import SkuId, WarehouseId

__all__ = ["CONFIDENT", "Band", "Incoming", "PlannedDemand", "Position", "SoftHold"]

CONFIDENT = Decimal("0.9")
"""From this confidence on a delivery counts, where nothing else is asked for."""


class Band(StrEnum):
    """Which deliveries count, and at which of their three dates."""

    LOW = "low"
    """The confident ones, at their latest date: what may be promised."""
    EXPECTED = "expected"
    """The confident ones, at their expected date."""
    HIGH = "high"
    """All of them, at their earliest date: what there will be at best."""


def _share(instance: object, attribute: Any, value: Decimal) -> None:
    if value > 1:
        raise refuse(instance, attribute.name, value, "must not be above 1")


@frozen(field_transformer=checked)
class Incoming:
    """Pieces on their way to us that are not there yet.

    Attributes:
        ref: the purchase or transfer they come from.
        sku_id: the SKU.
        warehouse_id: where they go.
        quantity: pieces still to come.
        earliest: not before.
        expected: the most likely arrival.
        latest: not after.
        confidence: probability that they come in time, from 0 to 1.
    """

    ref: str
    sku_id: SkuId
    warehouse_id: WarehouseId
    quantity: int
    earliest: datetime
    expected: datetime
    latest: datetime
    confidence: Decimal = field(default=Decimal(1), validator=_share)

    def __attrs_post_init__(self) -> None:
        if not self.earliest <= self.expected <= self.latest:
            shown = tuple(map(datetime.isoformat, (self.earliest, self.expected, self.latest)))
            raise refuse(self, "expected", shown, "must lie between earliest and latest")

    def counts_from(self, now: datetime, band: Band, confident: Decimal) -> datetime | None:
        """When it counts as there; None when it does not count, or is overdue at `now`."""
        if band is not Band.HIGH and self.confidence < confident:
            return None
        dates = {
            Band.LOW: (self.latest,),
            Band.EXPECTED: (self.expected, self.latest),
            Band.HIGH: (self.earliest, self.expected, self.latest),
        }
        return next((date for date in dates[band] if date >= now), None)


@frozen(field_transformer=checked)
class SoftHold:
    """Pieces kept for a cart until a moment; from that moment on they are free.

    Attributes:
        ref: the cart.
        quantity: pieces.
        until: the first moment at which it no longer holds.
    """

    ref: str
    quantity: int
    until: datetime


@frozen(field_transformer=checked)
class PlannedDemand:
    """Pieces that will be needed at a moment: a campaign, a transfer out, a kit to be made.

    Attributes:
        ref: what needs them.
        quantity: pieces.
        at: when.
    """

    ref: str
    quantity: int
    at: datetime


@frozen(field_transformer=checked)
class Position:
    """All that is known of one SKU's stock, in one warehouse or in all together.

    Attributes:
        sku_id: the SKU.
        on_hand: sellable pieces that are there.
        allocated: pieces promised to order lines.
        holds: soft holds, expired ones too.
        incoming: what is on its way.
        planned: demand that is planned.
        warehouse_id: the warehouse; None for all together.
    """

    sku_id: SkuId
    on_hand: int
    allocated: int = 0
    holds: tuple[SoftHold, ...] = ()
    incoming: tuple[Incoming, ...] = ()
    planned: tuple[PlannedDemand, ...] = ()
    warehouse_id: WarehouseId | None = None

    def __attrs_post_init__(self) -> None:
        for item in self.incoming:
            if item.sku_id != self.sku_id:
                raise refuse(self, "incoming", item.sku_id, f"is not {self.sku_id}")
            if self.warehouse_id is not None and item.warehouse_id != self.warehouse_id:
                raise refuse(self, "incoming", item.warehouse_id, f"is not {self.warehouse_id}")

    def held(self, now: datetime) -> int:
        """Pieces in holds that still live at `now`."""
        return sum(hold.quantity for hold in self.holds if hold.until > now)
