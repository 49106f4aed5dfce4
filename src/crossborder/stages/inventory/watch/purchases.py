"""What became of a purchase, as far as it is known: the evidence on a supplier."""

from datetime import datetime, timedelta
from typing import Any

from attrs import frozen

from crossborder.model.check import checked, refuse
from crossborder.model.ids import PurchaseId, SupplierId
from crossborder.model.purchase import Purchase, PurchaseStatus
from crossborder.model.ticket import Ticket

__all__ = ["PurchaseRecord", "record_of"]

_HOUR = timedelta(hours=1)
_DAMAGED = "damaged"


@frozen(field_transformer=checked)
class PurchaseRecord:
    """What is known of one purchase at one moment.

    Attributes:
        purchase_id: which purchase.
        supplier_id: from whom.
        placed_at: when it was placed.
        known_at: when this was known; nothing in it is later.
        quantity: pieces bought; at least 1.
        promised_handling: how long the supplier said it takes to hand over, or None.
        handed_over_at: when it handed over, or None as long as it has not.
        cancelled_after_pay: whether the supplier cancelled what was paid.
        defective: pieces with defects; at most `quantity`.
        vanished: whether the offer vanished before the goods were handed over.
    """

    purchase_id: PurchaseId
    supplier_id: SupplierId
    placed_at: datetime
    known_at: datetime
    quantity: int
    promised_handling: timedelta | None = None
    handed_over_at: datetime | None = None
    cancelled_after_pay: bool = False
    defective: int = 0
    vanished: bool = False

    def __attrs_post_init__(self) -> None:
        if self.quantity < 1:
            raise refuse(self, "quantity", self.quantity, "must be at least 1")
        if self.defective > self.quantity:
            raise refuse(self, "defective", self.defective, "is more than was bought")
        if self.promised_handling is not None and self.promised_handling < timedelta(0):
            said = "must not be negative"
            raise refuse(self, "promised_handling", str(self.promised_handling), said)
        end = self.handed_over_at
        if self.known_at < self.placed_at:
            raise refuse(self, "known_at", self.known_at.isoformat(), "is before it was placed")
        if end is not None and not self.placed_at <= end <= self.known_at:
            said = "must be from placed_at to known_at"
            raise refuse(self, "handed_over_at", end.isoformat(), said)

    @property
    def lost(self) -> bool:
        """Whether it ended without goods."""
        return self.cancelled_after_pay or self.vanished

    @property
    def waits(self) -> bool:
        """Whether the goods may still be handed over."""
        return self.handed_over_at is None and not self.lost

    @property
    def hours(self) -> float:
        """From placing to handing over, or to the moment of which this is known."""
        return ((self.handed_over_at or self.known_at) - self.placed_at) / _HOUR

    @property
    def told(self) -> tuple[Any, ...]:
        """By this records of one purchase that weigh the same are put in one order."""
        # A hand-over is good news, an early one more so.
        end = self.handed_over_at
        quick = (0, end - self.placed_at) if end is not None else (1, timedelta(0))
        promised = self.promised_handling
        strict = (0, timedelta(0)) if promised is None else (1, -promised)
        faults = (self.cancelled_after_pay, self.vanished, self.defective)
        return faults, quick, strict, self.placed_at, -self.quantity

    def late(self, handling: timedelta) -> bool | None:
        """Whether it was handed over too late or not at all; None while that is open.

        Args:
            handling: the time it may take where the supplier promised none.
        """
        due = self.placed_at + (
            handling if self.promised_handling is None else self.promised_handling
        )
        if self.lost:
            return True
        if self.handed_over_at is not None:
            return self.handed_over_at > due
        return True if self.known_at > due else None


def _damaged(purchase: Purchase, tickets: tuple[Ticket, ...], known_at: datetime) -> int:
    """Pieces known to be defective: at least one in each order with such a ticket."""
    for ticket in tickets:
        if ticket.messages[0].at > known_at:
            raise refuse("record_of", "tickets", ticket.id, "was written after known_at")
    damaged = {ticket.order_id for ticket in tickets if ticket.intent == _DAMAGED}
    served = {line.order_id for line in purchase.lines if line.order_id is not None}
    return len(damaged & served)


def record_of(
    purchase: Purchase,
    tickets: tuple[Ticket, ...] = (),
    *,
    placed_at: datetime,
    known_at: datetime,
    promised_handling: timedelta | None = None,
    handed_over_at: datetime | None = None,
    defective: int = 0,
    vanished: bool = False,
) -> PurchaseRecord:
    """The record of a purchase, as it stands, with what tickets say of its goods.

    Cancelled after payment is what its status and its flag `after_payment` say. Tickets with the
    intent `damaged` about the orders it serves tell of one defective piece an order, unless more
    are counted in `defective` (an inspection's figure).

    Raises:
        InvalidValue: a ticket or a hand-over after `known_at`, or more defects than pieces.
    """
    cancelled = purchase.status is PurchaseStatus.CANCELLED and "after_payment" in purchase.flags
    return PurchaseRecord(
        purchase.id,
        purchase.supplier_id,
        placed_at,
        known_at,
        sum(line.quantity for line in purchase.lines),
        promised_handling,
        handed_over_at,
        cancelled,
        max(defective, _damaged(purchase, tickets, known_at)),
        vanished,
    )
