"""运营及用户: what a buyer is worth, which promotion applies, and who may be written to."""

from crossborder.stages.operations.reach import may_reach
from crossborder.stages.operations.rules import PromotionRule, apply
from crossborder.stages.operations.segments import Score, Thresholds, rfm, segment

__all__ = ["PromotionRule", "Score", "Thresholds", "apply", "may_reach", "rfm", "segment"]
