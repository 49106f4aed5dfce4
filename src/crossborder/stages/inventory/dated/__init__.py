"""Stock by date: what will be there, what may be promised from when, and how sure that is.

Everything is worked out from a `Position` and a moment: a hold ends by itself, a late delivery
stops counting by itself, and no job has to run for either. Beyond our own stock, suppliers can
deliver: `capable_to_promise` counts what can be bought in time.
"""

from crossborder.stages.inventory.dated.buyable import (
    Basket,
    Buyable,
    most_buyable,
    purchase_quantity,
)
from crossborder.stages.inventory.dated.capable import (
    CapableToPromise,
    OfferShare,
    OfferSource,
    capable_to_promise,
)
from crossborder.stages.inventory.dated.chart import projected_stock_chart
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
from crossborder.stages.inventory.dated.trust import haircut, trusted

__all__ = [
    "Band",
    "Basket",
    "Buyable",
    "CapableToPromise",
    "Incoming",
    "OfferShare",
    "OfferSource",
    "PlannedDemand",
    "Position",
    "Profile",
    "ProfileStep",
    "SoftHold",
    "available_to_promise",
    "capable_to_promise",
    "earliest_for",
    "forecast",
    "haircut",
    "most_buyable",
    "profile",
    "projected_stock_chart",
    "purchase_quantity",
    "standing",
    "trusted",
    "uncommitted",
]
