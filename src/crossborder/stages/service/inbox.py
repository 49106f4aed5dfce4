"""A message becomes a ticket, tied to what it is about."""

import re
from collections.abc import Iterable

from attrs import evolve

from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.ids import CustomerId, OrderId, Ref, TicketId
from crossborder.model.order import Order
from crossborder.model.shipment import Shipment
from crossborder.model.status import OrderState
from crossborder.model.ticket import Message, Ticket

__all__ = ["open_ticket"]

_SHORTEST = 4
"""A number below this length is too common to name an order without the `#`."""


def _names(text: str, key: str) -> bool:
    """Whether the key stands in the text as a word of its own."""
    bare = key.lstrip("#").casefold()
    if not bare:
        return False
    before = "#" if len(bare) < _SHORTEST else "(?<![0-9a-z-])"
    return re.search(rf"{before}{re.escape(bare)}(?![0-9a-z]|-[0-9a-z])", text) is not None


def _named(text: str, keys: Iterable[str]) -> bool:
    return any(_names(text, key) for key in keys)


def _is_open(order: Order) -> bool:
    return order.status.order in (OrderState.OPEN, OrderState.PENDING)


def _foreign(order: Order, customer_id: CustomerId | None) -> bool:
    """Whether the order is known to be somebody else's."""
    return (
        customer_id is not None
        and order.customer is not None
        and (order.customer.id != customer_id)
    )


def _order_of(
    named: list[Order], orders: tuple[Order, ...], customer_id: CustomerId | None
) -> tuple[OrderId | None, Reason]:
    """The one order a ticket is about, or None, and why."""
    if len(named) == 1:
        return named[0].id, Reason("named_in_text", facts=Extra({"order": named[0].id}))
    if named:
        ids = tuple(order.id for order in named)
        return None, Reason("ambiguous", "several orders are named", Extra({"orders": ids}))
    own = [
        order
        for order in orders
        if _is_open(order)
        and customer_id is not None
        and order.customer is not None
        and order.customer.id == customer_id
    ]
    if len(own) == 1:
        return own[0].id, Reason("only_open_order", facts=Extra({"order": own[0].id}))
    if own:
        return None, Reason("ambiguous", "the buyer has several open orders")
    return None, Reason("no_order", "nothing ties it to an order")


@decides("service.open_ticket", 1)
def open_ticket(
    message: Message,
    *,
    ticket_id: TicketId,
    channel: str,
    orders: tuple[Order, ...],
    shipments: tuple[Shipment, ...],
    customer_id: CustomerId | None = None,
    ref: Ref | None = None,
    subject: str = "",
) -> Decision[Ticket]:
    """A new ticket, tied to an order and a parcel where that is certain.

    An order number, a platform's order id or a tracking number that stands in subject or text as a
    word of its own ties it; else the only open order of a known buyer. Where two orders fit, none
    is tied, and a known buyer is never tied to somebody else's order.

    Args:
        message: what came in.
        ticket_id: our id for it.
        channel: where it came in.
        orders: those that may be meant.
        shipments: those that may be meant.
        customer_id: who wrote, or None.
        ref: the channel's id of the thread, or None.
        subject: as written.
    """
    text = f"{subject}\n{message.text}".casefold()
    reasons = []
    by_number = [item for item in shipments if _named(text, item.numbers)]
    carried = {item.order_id for item in by_number}
    named = [
        order
        for order in sorted(orders, key=lambda order: order.id)
        if order.id in carried or _named(text, (order.number, order.ref.value))
    ]
    foreign = {order.id for order in orders if _foreign(order, customer_id)}
    if any(order.id in foreign for order in named):
        reasons.append(Reason("other_buyers_order", "a number of somebody else was named"))
    named = [order for order in named if order.id not in foreign]
    by_number = [item for item in by_number if item.order_id not in foreign]
    order_id, reason = _order_of(named, orders, customer_id)
    reasons.append(reason)
    found = [item for item in by_number if order_id is None or item.order_id in (order_id, None)]
    if not found and order_id is not None:
        found = [item for item in shipments if item.order_id == order_id]
    shipment_id = None
    if len(found) == 1 and reason.code != "ambiguous":
        shipment_id = found[0].id
        reasons.append(Reason("parcel_found", facts=Extra({"shipment": shipment_id})))
    elif found:
        reasons.append(Reason("several_parcels", facts=Extra({"parcels": len(found)})))
    ticket = Ticket(ticket_id, channel, (message,), ref=ref, subject=subject)
    ticket = evolve(ticket, customer_id=customer_id, order_id=order_id, shipment_id=shipment_id)
    event = Event("service.ticket_opened", ticket_id, message.at, Extra({"channel": channel}))
    return Decision(ticket, tuple(reasons), (event,))
