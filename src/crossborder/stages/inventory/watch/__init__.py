"""Suppliers watched: what changed at the source, what stays on the shelf, and how they deliver."""

from crossborder.stages.inventory.watch.changes import applied, changes
from crossborder.stages.inventory.watch.purchases import PurchaseRecord, record_of
from crossborder.stages.inventory.watch.scorecard import (
    Rate,
    Scorecard,
    ScorecardPolicy,
    effect,
    scorecard,
)
from crossborder.stages.inventory.watch.seen import Aside, News, Seen, gone, watch, watched
from crossborder.stages.inventory.watch.switch import ShelfState, SwitchPolicy, switch

__all__ = [
    "Aside",
    "News",
    "PurchaseRecord",
    "Rate",
    "Scorecard",
    "ScorecardPolicy",
    "Seen",
    "ShelfState",
    "SwitchPolicy",
    "applied",
    "changes",
    "effect",
    "gone",
    "record_of",
    "scorecard",
    "switch",
    "watch",
    "watched",
]
