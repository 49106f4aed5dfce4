"""How much to order, when and by which way: formulas, exact policies, proposals, a million rows."""

from crossborder.stages.inventory.planning.batch import PlanRow, Plans, plan_all, plan_chunk
from crossborder.stages.inventory.planning.cash import CashPlan, within_cash
from crossborder.stages.inventory.planning.forecast import DemandForecast, forecast_demand
from crossborder.stages.inventory.planning.forecast_batch import (
    Forecasts,
    forecast_all,
    teach_pool,
)
from crossborder.stages.inventory.planning.item import (
    Arrival,
    Forecast,
    ReorderItem,
    ReorderProposal,
)
from crossborder.stages.inventory.planning.modes import Mode, ModeSplit, split_modes
from crossborder.stages.inventory.planning.renewal import Levels, order_levels
from crossborder.stages.inventory.planning.reorder import propose

__all__ = [
    "Arrival",
    "CashPlan",
    "DemandForecast",
    "Forecast",
    "Forecasts",
    "Levels",
    "Mode",
    "ModeSplit",
    "PlanRow",
    "Plans",
    "ReorderItem",
    "ReorderProposal",
    "forecast_all",
    "forecast_demand",
    "order_levels",
    "plan_all",
    "plan_chunk",
    "propose",
    "split_modes",
    "teach_pool",
    "within_cash",
]
