"""How carriers do on each lane (运力评分): on time, loss, days, gaps; and what follows for choice."""

from crossborder.stages.logistics.scorecard.book import BookState, CarrierBook
from crossborder.stages.logistics.scorecard.feed import (
    PromiseMove,
    line_law,
    measured,
    promise_move,
)
from crossborder.stages.logistics.scorecard.rules import ScoreRules
from crossborder.stages.logistics.scorecard.score import LaneCard, LaneScore, Share
from crossborder.stages.logistics.scorecard.seen import Seen, seen

__all__ = [
    "BookState",
    "CarrierBook",
    "LaneCard",
    "LaneScore",
    "PromiseMove",
    "ScoreRules",
    "Seen",
    "Share",
    "line_law",
    "measured",
    "promise_move",
    "seen",
]
