"""Stage 5, payment (支付收款): ways to pay, and a ledger of what happened to the money."""

from crossborder.stages.payment.ledger import may_capture, may_refund, record
from crossborder.stages.payment.methods import choose

__all__ = ["choose", "may_capture", "may_refund", "record"]
