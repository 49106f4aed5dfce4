"""Consolidation: what is inside what, whose scans are whose, and whom a container's delay reaches.

Parcels travel in bags, bags on pallets, pallets under a master waybill or in a container. The
commands tell what went in and came out; `history` tells what a parcel has lived through, `retrack`
keeps its shipment in step with it; `match` sorts what carriers say to the parcels it is of;
`propagate` passes a container's delay on.
"""

from crossborder.stages.logistics.consolidation.commands import (
    BreakBulk,
    Command,
    Find,
    LinkNumber,
    Load,
    Unload,
)
from crossborder.stages.logistics.consolidation.contents import Contents, Tally
from crossborder.stages.logistics.consolidation.history import (
    FOUND,
    INHERITED,
    MISSING,
    Stream,
    histories,
    history,
    unclaimed,
)
from crossborder.stages.logistics.consolidation.kernel import Consolidation, Moved, consolidate
from crossborder.stages.logistics.consolidation.matching import Assigned, Matched, Unsure, match
from crossborder.stages.logistics.consolidation.propagation import (
    ContainerDelay,
    Reached,
    later,
    propagate,
)
from crossborder.stages.logistics.consolidation.retrack import retrack

__all__ = [
    "FOUND",
    "INHERITED",
    "MISSING",
    "Assigned",
    "BreakBulk",
    "Command",
    "Consolidation",
    "ContainerDelay",
    "Contents",
    "Find",
    "LinkNumber",
    "Load",
    "Matched",
    "Moved",
    "Reached",
    "Stream",
    "Tally",
    "Unload",
    "Unsure",
    "consolidate",
    "histories",
    "history",
    "later",
    "match",
    "propagate",
    "retrack",
    "unclaimed",
]
