"""What stock cost, how old it is, what keeping it costs, and what to do with it.

Cost layers go in and out first in, first out, and nothing is lost: the value of the layers and of
what was issued always make up what was paid for goods and charges, to the last digit.
"""

from crossborder.stages.inventory.valuation.age import (
    Ageing,
    AgeingBucket,
    ageing,
    capital_tied,
    days_on_hand,
)
from crossborder.stages.inventory.valuation.book import CostBook
from crossborder.stages.inventory.valuation.carrying import (
    CarryingCost,
    StorageFees,
    StorageTier,
    carrying_cost,
)
from crossborder.stages.inventory.valuation.disposal import (
    Alternative,
    Disposal,
    Exits,
    Liquidation,
    SalePlan,
    ShipBack,
    Way,
    disposal,
)
from crossborder.stages.inventory.valuation.layers import (
    Basis,
    Charge,
    Charged,
    ChargePart,
    Issue,
    Layer,
    Receipt,
    Take,
)

__all__ = [
    "Ageing",
    "AgeingBucket",
    "Alternative",
    "Basis",
    "CarryingCost",
    "Charge",
    "ChargePart",
    "Charged",
    "CostBook",
    "Disposal",
    "Exits",
    "Issue",
    "Layer",
    "Liquidation",
    "Receipt",
    "SalePlan",
    "ShipBack",
    "StorageFees",
    "StorageTier",
    "Take",
    "Way",
    "ageing",
    "capital_tied",
    "carrying_cost",
    "days_on_hand",
    "disposal",
]
