"""Aged stock (库存堆积): how old it is, what keeping it costs, and what to do with it."""

from crossborder.stages.inventory.ageing.carrying import (
    CarryingCost,
    StorageFees,
    StorageTier,
    carrying_cost,
)
from crossborder.stages.inventory.ageing.disposal import (
    Alternative,
    Disposal,
    Exits,
    Liquidation,
    SalePlan,
    ShipBack,
    Way,
    disposal,
)
from crossborder.stages.inventory.ageing.table import (
    Ageing,
    AgeingBucket,
    ageing,
    capital_tied,
    days_on_hand,
)

__all__ = [
    "Ageing",
    "AgeingBucket",
    "Alternative",
    "CarryingCost",
    "Disposal",
    "Exits",
    "Liquidation",
    "SalePlan",
    "ShipBack",
    "StorageFees",
    "StorageTier",
    "Way",
    "ageing",
    "capital_tied",
    "carrying_cost",
    "days_on_hand",
    "disposal",
]
