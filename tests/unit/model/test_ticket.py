from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given

from crossborder.errors import IllegalMove, InvalidValue
from crossborder.model.ids import TicketId
from crossborder.model.ticket import Author, Message, Ticket, TicketStatus
from crossborder.testing.strategies import tickets

AT = datetime(2026, 11, 2, tzinfo=UTC)
S = TicketStatus
ACTIVE = (S.OPEN, S.WAITING_CUSTOMER, S.WAITING_THIRD_PARTY)
# A new ticket may be answered, or closed unread; what is resolved is reopened or closed.
MOVES = (
    {(S.NEW, new) for new in (*ACTIVE, S.RESOLVED, S.CLOSED)}
    | {(old, new) for old in ACTIVE for new in (*ACTIVE, S.RESOLVED)}
    | {(S.RESOLVED, S.OPEN), (S.RESOLVED, S.CLOSED)}
)


def _ticket(status: TicketStatus) -> Ticket:
    return Ticket(TicketId("t"), "mail", (Message("m", Author.CUSTOMER, "?", AT),), status)


@pytest.mark.parametrize(("old", "new"), list(product(S, S)))
def test_a_ticket_makes_every_legal_move_and_no_other(old: TicketStatus, new: TicketStatus) -> None:
    if old is new or (old, new) in MOVES:
        assert _ticket(old).moved(new) == _ticket(new)
    else:
        with pytest.raises(IllegalMove) as caught:
            _ticket(old).moved(new)
        error = caught.value
        assert (error.field, error.value, error.source) == ("status", new.value, "Ticket")
        assert error.text == f"cannot follow {old.value}"


def test_a_ticket_begins_with_a_message() -> None:
    with pytest.raises(InvalidValue, match="must hold at least one message"):
        Ticket(TicketId("t"), "mail", ())


@given(tickets())
def test_what_was_asked_is_the_buyers_last_message(ticket: Ticket) -> None:
    asked = [message for message in ticket.messages if message.author is Author.CUSTOMER]
    assert ticket.asked == (asked[-1] if asked else None)
