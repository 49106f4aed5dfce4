"""订单及履约: what a platform's words mean, what must be bought, by when, and what is held."""

from crossborder.stages.orders.deadlines import Slack, slack
from crossborder.stages.orders.holds import hold, release, screen_order
from crossborder.stages.orders.plan import PurchasePlan, StockTake, plan
from crossborder.stages.orders.reconcile import reconcile
from crossborder.stages.orders.status import (
    native_word,
    purchase_status,
    purchase_word,
    read_status,
)

__all__ = [
    "PurchasePlan",
    "Slack",
    "StockTake",
    "hold",
    "native_word",
    "plan",
    "purchase_status",
    "purchase_word",
    "read_status",
    "reconcile",
    "release",
    "screen_order",
    "slack",
]
