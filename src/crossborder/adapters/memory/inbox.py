"""The inbox: threads that buyers write on."""

from datetime import datetime
from typing import Any

from attrs import evolve

from crossborder.adapters.memory.effects import Answer, Effects, load_as, moment, refused, show
from crossborder.model.ticket import Author, Message, Ticket

__all__ = ["InboxState"]

_PAGE = 5


class InboxState(Effects):
    """Threads by ticket id."""

    def __init__(self) -> None:
        self.tickets: dict[str, Ticket] = {}

    def write(self, ticket: Ticket) -> None:
        """Let a buyer open a thread, or write on it again."""
        known = self.tickets.get(str(ticket.id))
        if known is not None:
            ticket = evolve(known, messages=(*known.messages, *ticket.messages))
        self.tickets[str(ticket.id)] = ticket

    def list_tickets(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """Threads whose last message of a buyer came at or after a time."""
        since, start = moment(given["since"]), int(given.get("cursor", "0"))
        found = [
            ticket
            for ticket in self.tickets.values()
            if ticket.asked is not None and ticket.asked.at >= since
        ]
        cursor = str(start + _PAGE) if start + _PAGE < len(found) else None
        page = [show(ticket) for ticket in found[start : start + _PAGE]]
        return Answer(200, {"items": page, "cursor": cursor})

    def post_message(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """Take a message; its id is taken once, a second is answered with the first."""
        ticket = self.tickets.get(given["id"])
        if ticket is None:
            return refused("no_such_ticket", given["id"], status=404)
        message: Message = load_as(body, Message)
        if message.author is Author.CUSTOMER:
            return refused("not_ours", "a buyer's message cannot be sent", field="author")
        known = next((item for item in ticket.messages if item.id == message.id), None)
        if known is None:
            self.tickets[given["id"]] = evolve(ticket, messages=(*ticket.messages, message))
            self.happened("message", message.id)
        return Answer(200, show(known or message))
