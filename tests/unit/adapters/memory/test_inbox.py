from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crossborder.errors import NotFound
from crossborder.model.ids import Ref, TicketId
from crossborder.model.outcome import Done
from crossborder.model.ticket import Author, Message, Ticket

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ANSWER = Message("answer-1", Author.AUTOMATIC, "On its way.", NOW)


def _ticket(number: int, *, hours: int = 0, ref: bool = True) -> Ticket:
    at = NOW - timedelta(hours=hours)
    own = f"T-{number}"
    message = Message(f"m-{number}-{hours}", Author.CUSTOMER, "Where?", at)
    return Ticket(TicketId(own), "mail", (message,), ref=Ref("memory", own) if ref else None)


def test_threads_with_something_new_come_page_by_page(talk: Any) -> None:
    for number in range(11):
        talk.state.write(_ticket(number, hours=number))
    since = NOW - timedelta(hours=9)
    pages = talk.pages(talk.memory.tickets(since=since))
    assert [len(page.items) for page in pages] == [5, 5]
    assert [item.id for page in pages for item in page.items] == [f"T-{n}" for n in range(10)]
    again = talk.pages(talk.memory.tickets(since=since, cursor=pages[0].cursor))
    assert [page.items for page in again] == [pages[1].items]


def test_a_buyer_may_write_again_on_a_thread(talk: Any) -> None:
    talk.state.write(_ticket(1, hours=5))
    talk.state.write(_ticket(1))
    (page,) = talk.pages(talk.memory.tickets(since=NOW))
    (ticket,) = page.items
    assert [message.id for message in ticket.messages] == ["m-1-5", "m-1-0"]


@pytest.mark.parametrize("ref", [True, False])
def test_an_answer_is_sent_once_however_often_it_is_asked_for(
    talk: Any, losing: Any, ref: bool
) -> None:
    ticket = _ticket(1, ref=ref)
    talk.state.write(ticket)
    line = losing(talk.memory.server, "/messages")
    assert talk(talk.memory.reply(ticket, ANSWER), http=line) == Done(ANSWER)
    assert talk(talk.memory.reply(ticket, ANSWER)) == Done(ANSWER)
    assert line.seen == 2
    assert talk.counted("message") == 1
    assert talk.state.tickets["T-1"].messages == (*ticket.messages, ANSWER)


def test_a_second_text_under_one_id_is_answered_with_the_first(talk: Any) -> None:
    ticket = _ticket(1)
    talk.state.write(ticket)
    talk(talk.memory.reply(ticket, ANSWER))
    other = Message("answer-1", Author.AUTOMATIC, "Lost.", NOW)
    assert talk(talk.memory.reply(ticket, other)) == Done(ANSWER)


def test_nobody_writes_in_the_buyers_name(talk: Any) -> None:
    ticket = _ticket(1)
    talk.state.write(ticket)
    outcome = talk(talk.memory.reply(ticket, Message("x", Author.CUSTOMER, "ok", NOW)))
    assert outcome.codes == ("not_ours",)
    assert talk.counted("message") == 0


def test_an_unknown_thread_is_not_found(talk: Any) -> None:
    with pytest.raises(NotFound):
        talk(talk.memory.reply(_ticket(9), ANSWER))
