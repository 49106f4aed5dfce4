"""Allocation: which pieces of which line leave which warehouse, at the least total cost."""

from crossborder.stages.inventory.allocation.joint import allocate_all
from crossborder.stages.inventory.allocation.ledger_lines import stock_lines
from crossborder.stages.inventory.allocation.single import allocate
from crossborder.stages.inventory.allocation.terms import (
    KIND_RULES,
    Allocation,
    Costs,
    Demand,
    DemandLine,
    DutyTreatment,
    Goods,
    JointAllocation,
    Lane,
    Parcel,
    ReturnRule,
    Short,
    Take,
)

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
    "allocate",
    "allocate_all",
    "stock_lines",
]
