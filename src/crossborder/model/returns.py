"""Goods on their way back; the refund is apart, in the money ledger."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import evolve, field, frozen

from crossborder.errors import IllegalMove
from crossborder.model.check import checked, refuse
from crossborder.model.ids import OrderId, ReturnId

__all__ = ["Return", "ReturnLine", "ReturnStatus"]


class ReturnStatus(StrEnum):
    """Where a return stands; the refund is apart, in the money ledger."""

    REQUESTED = "requested"
    DECLINED = "declined"
    APPROVED = "approved"
    IN_TRANSIT = "in_transit"
    RECEIVED = "received"
    INSPECTED = "inspected"
    CLOSED = "closed"


_RETURN_MOVES: dict[ReturnStatus, set[ReturnStatus]] = {
    ReturnStatus.REQUESTED: {ReturnStatus.DECLINED, ReturnStatus.APPROVED},
    ReturnStatus.DECLINED: set(),
    ReturnStatus.APPROVED: {ReturnStatus.IN_TRANSIT, ReturnStatus.CLOSED},
    ReturnStatus.IN_TRANSIT: {ReturnStatus.RECEIVED, ReturnStatus.CLOSED},
    ReturnStatus.RECEIVED: {ReturnStatus.INSPECTED},
    ReturnStatus.INSPECTED: {ReturnStatus.CLOSED},
    ReturnStatus.CLOSED: set(),
}


def _verdict(instance: object, attribute: Any, value: str) -> None:
    if value not in ("", "accept", "reject", "partial"):
        raise refuse(instance, attribute.name, value, "must be accept, reject or partial")


@frozen(field_transformer=checked)
class ReturnLine:
    """How many pieces of which line come back, and why."""

    line_id: str
    quantity: int
    reason: str = ""


@frozen(field_transformer=checked)
class Return:
    """Goods on their way back.

    Attributes:
        id: our id.
        order_id: the order.
        lines: what comes back.
        status: where it stands.
        verdict: accept, reject or partial, once inspected.
        at: when it was asked for.
        number: the tracking number of the way back, or empty.
    """

    id: ReturnId
    order_id: OrderId
    lines: tuple[ReturnLine, ...]
    at: datetime
    status: ReturnStatus = ReturnStatus.REQUESTED
    verdict: str = field(default="", validator=_verdict)
    number: str = ""

    def moved(self, status: ReturnStatus, *, verdict: str = "") -> "Return":
        """The return in another status; `IllegalMove` when there is no such step."""
        if status is not self.status and status not in _RETURN_MOVES[self.status]:
            raise IllegalMove(
                f"cannot follow {self.status.value}",
                field="status",
                value=status.value,
                source="Return",
            )
        return evolve(self, status=status, verdict=verdict or self.verdict)
