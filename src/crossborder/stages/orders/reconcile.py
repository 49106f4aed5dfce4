"""Where our own facts and the platform's word disagree: said aloud, never settled in silence."""

from datetime import datetime

from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.order import Order
from crossborder.model.status import OrderStatus

__all__ = ["reconcile"]


@decides("orders.reconcile", 1)
def reconcile(order: Order, *, now: datetime) -> Decision[OrderStatus]:
    """The order's status by our facts where we have them, with an event for each disagreement.

    The parts are those of `Order.status`: payment from the money ledger, fulfilment from lines
    and parcels, the rest as reported. A part that the two views tell differently is the flag
    `conflict:<part>` and the event `orders.status_conflict`.
    """
    status, mine, theirs = order.status, order.computed, order.reported
    reasons, events = [], []
    for part, own, said in (
        ("payment", mine.payment, theirs.payment),
        ("fulfilment", mine.fulfilment, theirs.fulfilment),
    ):
        if f"conflict:{part}" in status.flags and own is not None and said is not None:
            facts = Extra({"part": part, "computed": own.value, "reported": said.value})
            reasons.append(Reason(f"conflict_{part}", "our facts count", facts))
            events.append(Event("orders.status_conflict", order.id, now, facts))
    return Decision(
        status, tuple(reasons) or (Reason("agreed", "both views say the same"),), tuple(events)
    )
