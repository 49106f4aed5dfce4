"""What buyers ask: tied to order and parcel, answered where it may be, handed on where not."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import evolve, field, frozen

from crossborder.chain.terms import Terms
from crossborder.conversation import Flow, Page, Steps, as_of, flow, noted, under
from crossborder.model.customer import CustomerHistory, Segment
from crossborder.model.decision import Decision
from crossborder.model.ids import CustomerId, digest
from crossborder.model.order import Order
from crossborder.model.outcome import Done, Outcome
from crossborder.model.shipment import Shipment
from crossborder.model.ticket import Author, Message, Ticket, TicketStatus
from crossborder.protocols.service import Inbox
from crossborder.stages import operations, service

__all__ = ["Served", "serve"]

Told = list[tuple[int, Decision[Any]]]


@frozen
class Served:
    """What came of an inbox.

    Attributes:
        tickets: tied, routed, and answered where that was allowed, in the inbox's order.
        sent: the answers that were sent, one a ticket, None where a person has to.
        segments: of the customers who wrote.
        decisions: made on the way, by stage.
    """

    tickets: tuple[Ticket, ...]
    sent: tuple[Outcome[Message] | None, ...]
    segments: Mapping[CustomerId, Segment]
    decisions: tuple[tuple[int, Decision[Any]], ...] = field(repr=False)


@flow
def serve(
    inbox: Inbox,
    *,
    since: datetime,
    orders: tuple[Order, ...],
    shipments: tuple[Shipment, ...],
    histories: Mapping[CustomerId, CustomerHistory],
    terms: Terms,
    now: datetime,
) -> Steps[Served]:
    """Read what is new in an inbox and deal with each thread once.

    Args:
        inbox: the channel.
        since: threads with something new at or after this time.
        orders: those that threads may be about.
        shipments: their parcels, as last tracked.
        histories: what the customers bought so far.
        terms: the seller's.
        now: the time of the answers.
    """
    told: Told = []
    tickets: list[Ticket] = []
    sent: list[Outcome[Message] | None] = []
    segments: dict[CustomerId, Segment] = {}
    following: Flow[Page[Ticket]] | None = inbox.tickets(since=since)
    while following is not None:
        page = yield from following
        for thread in page.items:
            ticket = _understood(thread, orders, shipments, histories, segments, terms, told, now)
            answer = service.answer(
                ticket,
                order=next((item for item in orders if item.id == ticket.order_id), None),
                shipment=next((item for item in shipments if item.id == ticket.shipment_id), None),
                policy=terms.reply_policy,
                now=now,
            )
            told.append((10, answer))
            outcome = _given_before(thread)
            if outcome is None and answer.value is not None and _open(thread):
                message = _message(ticket, answer.value, now)
                at = yield from under(message.id, as_of(now))
                text = yield from under(message.id, noted("text", message.text))
                message = evolve(message, at=at, text=text)
                outcome = yield from under(message.id, inbox.reply(ticket, message))
                ticket = _answered(ticket, outcome, resolved=answer.value.resolves)
            tickets.append(ticket)
            sent.append(outcome)
        following = page.next
    return Served(tuple(tickets), tuple(sent), segments, tuple(told))


def _understood(
    thread: Ticket,
    orders: tuple[Order, ...],
    shipments: tuple[Shipment, ...],
    histories: Mapping[CustomerId, CustomerHistory],
    segments: dict[CustomerId, Segment],
    terms: Terms,
    told: Told,
    now: datetime,
) -> Ticket:
    asked = thread.asked or thread.messages[-1]
    opened = service.open_ticket(
        asked,
        ticket_id=thread.id,
        channel=thread.channel,
        orders=orders,
        shipments=shipments,
        customer_id=thread.customer_id,
        ref=thread.ref,
        subject=thread.subject,
    )
    told.append((10, opened))
    tied = evolve(opened.value, messages=thread.messages)
    segment = Segment.NEW
    customer = tied.customer_id
    if customer is not None and customer in histories:
        judged = operations.segment(histories[customer], thresholds=terms.thresholds, now=now)
        told.append((7, judged))
        segment = segments[customer] = judged.value
    routed = service.route(tied, segment=segment)
    told.append((10, routed))
    return routed.value


def _own(ticket: Ticket) -> str:
    """The id of our answer to the last question: asked once, answered once."""
    asked = ticket.asked
    return digest("answer", ticket.id, asked.id if asked is not None else "")


def _given_before(thread: Ticket) -> Outcome[Message] | None:
    """Our answer to the last question, where it stands on the thread already."""
    own = _own(thread)
    return next((Done(item) for item in thread.messages if item.id == own), None)


def _open(thread: Ticket) -> bool:
    """Whether the last word is the buyer's: what somebody has answered needs no answer."""
    return thread.messages[-1].author is Author.CUSTOMER


def _message(ticket: Ticket, answer: service.Answer, now: datetime) -> Message:
    """The answer as a message, under the id that hangs on the question."""
    return Message(_own(ticket), Author.AUTOMATIC, answer.text, now, answer.language)


def _answered(ticket: Ticket, outcome: Outcome[Message], *, resolved: bool) -> Ticket:
    if not isinstance(outcome, Done):
        return ticket
    status = TicketStatus.RESOLVED if resolved else TicketStatus.WAITING_CUSTOMER
    return evolve(ticket, messages=(*ticket.messages, outcome.value)).moved(status)
