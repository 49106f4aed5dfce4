"""How many pieces a channel may offer (可售): what is there and what can be bought in time."""

from datetime import datetime

from crossborder.errors import InvalidValue
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.model.ids import SkuId
from crossborder.model.stock import RealStock, VirtualStock

__all__ = ["available"]


@decides("inventory.available", 1)
def available(
    real: tuple[RealStock, ...],
    virtual: tuple[VirtualStock, ...],
    sku_id: SkuId,
    *,
    now: datetime,
    safety: int = 0,
) -> Decision[int]:
    """Pieces of the SKU to offer at `now`: free and promisable ones, less `safety`; not below 0.

    Only sellable pieces count. Of two promises on one offer the one read last counts, and of two
    read together the smaller: a supplier's pieces are not sold twice.

    Raises:
        InvalidValue: a negative safety.
    """
    if safety < 0:
        raise InvalidValue("must not be negative", field="safety", value=safety, source="available")
    held = sum(s.free for s in real if s.sku_id == sku_id and s.condition == "sellable")
    promises = sorted(
        (stock for stock in virtual if stock.sku_id == sku_id),
        key=lambda stock: (stock.observed_at, -stock.promisable(now)),
    )
    last = {stock.offer_id: stock.promisable(now) for stock in promises}
    promised = sum(last.values())
    offered = max(0, held + promised - safety)
    reasons = (
        Reason("real", "pieces there and free", Extra({"pieces": held})),
        Reason("virtual", "pieces to be bought in time", Extra({"pieces": promised})),
        Reason("safety", "pieces kept back", Extra({"pieces": safety})),
    )
    return Decision(offered, reasons=reasons)
