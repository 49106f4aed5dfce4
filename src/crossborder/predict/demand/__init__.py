"""Demand of the next period as a law, not a number: for one item alone, or for many together."""

from crossborder.predict.demand.choose import BackTest, BackTestState, pinball
from crossborder.predict.demand.counts import NegativeBinomial
from crossborder.predict.demand.intermittent import Croston, Tsb
from crossborder.predict.demand.ladder import Ladder, LadderState
from crossborder.predict.demand.law import DemandLaw, PieceLaw
from crossborder.predict.demand.pool import DemandPool, PoolState
from crossborder.predict.demand.resume import resume
from crossborder.predict.demand.smoothing import Holt, Ses, Smoother, SmootherState
from crossborder.predict.demand.track import Track, TrackState

__all__ = [
    "BackTest",
    "BackTestState",
    "Croston",
    "DemandLaw",
    "DemandPool",
    "Holt",
    "Ladder",
    "LadderState",
    "NegativeBinomial",
    "PieceLaw",
    "PoolState",
    "Ses",
    "Smoother",
    "SmootherState",
    "Track",
    "TrackState",
    "Tsb",
    "pinball",
    "resume",
]
