"""物流: by which line a parcel goes, where it is, when it arrives, and when to worry."""

from crossborder.stages.logistics.delay import DelayWarning, warn
from crossborder.stages.logistics.expected import expect
from crossborder.stages.logistics.lines import billable, choose
from crossborder.stages.logistics.tracking import merge, parcel_state, track

__all__ = [
    "DelayWarning",
    "billable",
    "choose",
    "expect",
    "merge",
    "parcel_state",
    "track",
    "warn",
]
