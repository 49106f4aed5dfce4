"""How long journeys take: laws by line and way, kept up to date by every parcel on its way."""

from crossborder.predict.transit.journey import StageScan, StageState, StageTrip
from crossborder.predict.transit.law import Left, StageLaw, TransitLaw, left_of
from crossborder.predict.transit.quote import TransitQuote
from crossborder.predict.transit.settings import TransitSettings
from crossborder.predict.transit.stages import StageTimes
from crossborder.predict.transit.standing import TransitState, TripState
from crossborder.predict.transit.times import TransitTimes
from crossborder.predict.transit.way import Way

__all__ = [
    "Left",
    "StageLaw",
    "StageScan",
    "StageState",
    "StageTimes",
    "StageTrip",
    "TransitLaw",
    "TransitQuote",
    "TransitSettings",
    "TransitState",
    "TransitTimes",
    "TripState",
    "Way",
    "left_of",
]
