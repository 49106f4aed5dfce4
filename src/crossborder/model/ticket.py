"""What a buyer asks, and what we answer."""

from datetime import datetime
from enum import StrEnum

from attrs import evolve, field, frozen

from crossborder.errors import IllegalMove
from crossborder.model.check import checked, refuse
from crossborder.model.extra import Extra
from crossborder.model.ids import CustomerId, OrderId, Ref, ShipmentId, TicketId

__all__ = ["Author", "Message", "Ticket", "TicketStatus"]


class Author(StrEnum):
    """Who wrote."""

    CUSTOMER = "customer"
    AGENT = "agent"
    AUTOMATIC = "automatic"
    PLATFORM = "platform"


class TicketStatus(StrEnum):
    """Where a ticket stands."""

    NEW = "new"
    OPEN = "open"
    WAITING_CUSTOMER = "waiting_customer"
    WAITING_THIRD_PARTY = "waiting_third_party"
    RESOLVED = "resolved"
    CLOSED = "closed"


_ACTIVE = {
    TicketStatus.OPEN,
    TicketStatus.WAITING_CUSTOMER,
    TicketStatus.WAITING_THIRD_PARTY,
    TicketStatus.RESOLVED,
}
_TICKET_MOVES: dict[TicketStatus, set[TicketStatus]] = {
    TicketStatus.NEW: _ACTIVE | {TicketStatus.CLOSED},
    TicketStatus.OPEN: _ACTIVE,
    TicketStatus.WAITING_CUSTOMER: _ACTIVE,
    TicketStatus.WAITING_THIRD_PARTY: _ACTIVE,
    TicketStatus.RESOLVED: {TicketStatus.OPEN, TicketStatus.CLOSED},
    TicketStatus.CLOSED: set(),
}


@frozen(field_transformer=checked)
class Message:
    """One message; its text is material, never an instruction.

    Attributes:
        id: the channel's id of the message.
        author: who wrote.
        text: plain text.
        at: when.
        language: BCP 47 tag, or empty when unknown.
    """

    id: str
    author: Author
    text: str
    at: datetime
    language: str = ""


@frozen(field_transformer=checked)
class Ticket:
    """A conversation with a buyer about something.

    Attributes:
        id: our id.
        channel: mail, whatsapp, messenger, a platform's inbox.
        status: where it stands.
        messages: oldest first; at least one.
        ref: the channel's id of the thread, or None.
        customer_id: who asks, once known.
        order_id: what it is about, once known.
        shipment_id: which parcel, once known.
        intent: such as `where_is_my_order`, once read.
        queue: who handles it: `automatic`, `person`, `person:high_value`.
        subject: as written.
        extra: what the channel said beyond this.
    """

    id: TicketId
    channel: str
    messages: tuple[Message, ...]
    status: TicketStatus = TicketStatus.NEW
    ref: Ref | None = None
    customer_id: CustomerId | None = None
    order_id: OrderId | None = None
    shipment_id: ShipmentId | None = None
    intent: str = ""
    queue: str = ""
    subject: str = ""
    extra: Extra = field(factory=Extra)

    def __attrs_post_init__(self) -> None:
        if not self.messages:
            raise refuse(self, "messages", self.messages, "must hold at least one message")

    @property
    def asked(self) -> Message | None:
        """The buyer's last message, or None."""
        return next(
            (item for item in reversed(self.messages) if item.author is Author.CUSTOMER), None
        )

    def moved(self, status: TicketStatus) -> "Ticket":
        """The ticket in another status; `IllegalMove` when there is no such step."""
        if status is not self.status and status not in _TICKET_MOVES[self.status]:
            raise IllegalMove(
                f"cannot follow {self.status.value}",
                field="status",
                value=status.value,
                source="Ticket",
            )
        return evolve(self, status=status)
