"""客服: what a buyer asks, who answers, what the answer says, and small refunds."""

from crossborder.stages.service.inbox import open_ticket
from crossborder.stages.service.phrases import INTENTS
from crossborder.stages.service.replies import Answer, ReplyPolicy, answer
from crossborder.stages.service.returns import refund_without_return
from crossborder.stages.service.triage import read_intent, route

__all__ = [
    "INTENTS",
    "Answer",
    "ReplyPolicy",
    "answer",
    "open_ticket",
    "read_intent",
    "refund_without_return",
    "route",
]
