"""Virtual stock (虚库): sold first and bought after, while the promise can still be kept.

`virtual_stock` says how many pieces may be sold and until when they must be bought; `promise`
answers one buyer over several suppliers; `outlook` watches what was promised; `redecide` goes
through it again when a supplier changes.
"""

from crossborder.stages.inventory.virtual.batch import (
    StockAsk,
    VirtualStocks,
    virtual_stock_all,
)
from crossborder.stages.inventory.virtual.keep import latest_purchase
from crossborder.stages.inventory.virtual.lead import LeadTime
from crossborder.stages.inventory.virtual.lines import OpenLine, standing_alarms
from crossborder.stages.inventory.virtual.outlook import LineOutlook, outlook
from crossborder.stages.inventory.virtual.part import LeadPart
from crossborder.stages.inventory.virtual.redecide import Cover, CoverKind, redecide
from crossborder.stages.inventory.virtual.ship_by import ShipByRule, ship_by
from crossborder.stages.inventory.virtual.stock import virtual_stock
from crossborder.stages.inventory.virtual.verdict import Verdict, VerdictKind, promise
from crossborder.stages.inventory.virtual.ways import Candidate

__all__ = [
    "Candidate",
    "Cover",
    "CoverKind",
    "LeadPart",
    "LeadTime",
    "LineOutlook",
    "OpenLine",
    "ShipByRule",
    "StockAsk",
    "Verdict",
    "VerdictKind",
    "VirtualStocks",
    "latest_purchase",
    "outlook",
    "promise",
    "redecide",
    "ship_by",
    "standing_alarms",
    "virtual_stock",
    "virtual_stock_all",
]
