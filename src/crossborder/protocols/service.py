"""Stage 10: hearing buyers, and answering."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from crossborder.conversation import Flow, Page
from crossborder.model.outcome import Outcome
from crossborder.model.ticket import Message, Ticket

__all__ = ["Inbox"]


class Inbox(Protocol):
    """A channel buyers write on."""

    @abstractmethod
    def tickets(self, *, since: datetime, cursor: str | None = None) -> Flow[Page[Ticket]]:
        """Threads with something new at or after `since`, page by page."""
        ...

    @abstractmethod
    def reply(self, ticket: Ticket, message: Message) -> Flow[Outcome[Message]]:
        """Send the message on the ticket's thread, once; `message.id` is ours."""
        ...
