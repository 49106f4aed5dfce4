"""Stock by date: what will be there, what may be promised from when, and how sure that is.

Everything is worked out from a `Position` and a moment: a hold ends by itself, a late delivery
stops counting by itself, and no job has to run for either.
"""

from crossborder.stages.inventory.dated.position import (
    Band,
    Incoming,
    PlannedDemand,
    Position,
    SoftHold,
)
from crossborder.stages.inventory.dated.profile import Profile, ProfileStep, earliest_for, profile
from crossborder.stages.inventory.dated.promise import available_to_promise, forecast, uncommitted
from crossborder.stages.inventory.dated.standing import standing

__all__ = [
    "Band",
    "Incoming",
    "PlannedDemand",
    "Position",
    "Profile",
    "ProfileStep",
    "SoftHold",
    "available_to_promise",
    "earliest_for",
    "forecast",
    "profile",
    "standing",
    "uncommitted",
]
