"""Stage 9, logistics (物流): by which line a parcel goes, where it is, when it comes, when to worry.

Eight names stand here; the rooms beside them hold the rest and are loaded when they are first used:
`numbers` (what a tracking number may be), `consolidation` (what is inside what, and whose scans are
whose), `polling` (which parcels to ask for now), `delay` (alarms, and what may be done about them),
`untracked` (ordinary mail, 平邮), `scorecard` (how carriers do on each lane), `chart` (pictures).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from crossborder.stages.logistics.delay import DelayWarning, warn
from crossborder.stages.logistics.expected import expect
from crossborder.stages.logistics.lines import billable, choose
from crossborder.stages.logistics.tracking import merge, parcel_state, track

if TYPE_CHECKING:
    from crossborder.stages.logistics import (
        chart,
        consolidation,
        delay,
        numbers,
        polling,
        scorecard,
        untracked,
    )

__all__ = [
    "DelayWarning",
    "billable",
    "chart",
    "choose",
    "consolidation",
    "delay",
    "expect",
    "merge",
    "numbers",
    "parcel_state",
    "polling",
    "scorecard",
    "track",
    "untracked",
    "warn",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
