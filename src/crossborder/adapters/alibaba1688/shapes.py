"""Payload → nouns, in one place: what product detail, search, trade and messages answer.

Every function is pure and names the field that does not say what it promises.
"""

from crossborder.adapters.alibaba1688.shapes_cart import (
    debited,
    pay_url,
    placed,
    preview,
    signed_up,
)
from crossborder.adapters.alibaba1688.shapes_message import order_of, read_message, read_messages
from crossborder.adapters.alibaba1688.shapes_offer import found, gone, sourced
from crossborder.adapters.alibaba1688.shapes_order import (
    joined,
    matching,
    seen,
    seen_list,
    standing,
)
from crossborder.adapters.alibaba1688.shapes_trace import events, stage_of

__all__ = [
    "debited",
    "events",
    "found",
    "gone",
    "joined",
    "matching",
    "order_of",
    "pay_url",
    "placed",
    "preview",
    "read_message",
    "read_messages",
    "seen",
    "seen_list",
    "signed_up",
    "sourced",
    "stage_of",
    "standing",
]
