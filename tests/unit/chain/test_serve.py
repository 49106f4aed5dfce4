from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from crossborder.chain import Served, serve
from crossborder.conversation import Steps, flow
from crossborder.model.customer import CustomerHistory, Segment
from crossborder.model.ids import CustomerId, Ref, ShipmentId, TicketId
from crossborder.model.money import Money
from crossborder.model.order import Order
from crossborder.model.outcome import Done, Problem, Refused
from crossborder.model.shipment import Shipment
from crossborder.model.ticket import Author, Message, Ticket, TicketStatus
from crossborder.model.tracking import Health, ParcelState, Stage

ANN = CustomerId("customer-7")
RICH = CustomerHistory(ANN, 9, Money("9000", "USD"))


def _shipment(order: Order, stage: Stage = Stage.LINE_HAUL) -> Shipment:
    return Shipment(
        ShipmentId("parcel-1"),
        "memory",
        "MEM1",
        order.placed_at,
        order.id,
        state=ParcelState(stage, Health.OK),
    )


def _asks(
    made: Any, text: str = "Where is my order #1001?", number: int = 1, **given: Any
) -> Ticket:
    message = Message(f"m-{number}", Author.CUSTOMER, text, made.world.at(days=9), "en")
    settings: dict[str, Any] = {
        "ref": Ref("memory", f"T-{number}"),
        "customer_id": ANN,
        "messages": (message,),
    }
    ticket = Ticket(TicketId(f"T-{number}"), "mail", **(settings | given))
    made.state.write(ticket)
    return ticket


def _serve(made: Any, order: Order, stage: Stage = Stage.LINE_HAUL, **given: Any) -> Served:
    now = made.world.at(days=9, hours=1)
    settings: dict[str, Any] = {
        "since": now - timedelta(hours=2),
        "orders": (order,),
        "shipments": (_shipment(order, stage),),
        "histories": {},
        "terms": made.world.terms,
        "now": now,
    }
    inbox = given.pop("inbox", made.world.memory)
    key = given.pop("key", "serve")
    served: Served = made.run(serve(inbox, **(settings | given)), key=key)
    return served


def test_where_a_parcel_is_is_answered_and_the_ticket_resolved(site: Any) -> None:
    made = site()
    order = made.ordered()
    _asks(made)
    served = _serve(made, order)
    (ticket,), (sent,) = served.tickets, served.sent
    assert isinstance(sent, Done)
    assert "MEM1" in sent.value.text
    assert (ticket.queue, ticket.status) == ("automatic", TicketStatus.RESOLVED)
    assert (ticket.order_id, ticket.shipment_id) == (order.id, "parcel-1")
    assert ticket.messages[-1] == sent.value


def test_one_question_is_answered_once_though_it_is_served_twice(site: Any) -> None:
    made = site()
    order = made.ordered()
    _asks(made)
    first = _serve(made, order)
    second = _serve(made, order, key="an hour later")
    assert first.sent == second.sent
    assert made.state.counted("message") == 1


def test_two_questions_on_one_thread_are_two_answers(site: Any) -> None:
    made = site()
    order = made.ordered()
    _asks(made)
    _serve(made, order)
    late = Message("m-9", Author.CUSTOMER, "And now, where is it?", made.world.at(days=9), "en")
    _asks(made, messages=(late,))
    _serve(made, order, key="an hour later")
    assert made.state.counted("message") == 2


def test_a_customer_of_high_value_is_answered_by_a_person(site: Any) -> None:
    made = site()
    order = made.ordered()
    _asks(made)
    served = _serve(made, order, histories={ANN: RICH})
    assert served.segments == {ANN: Segment.HIGH_VALUE}
    assert served.tickets[0].queue == "person:high_value"
    assert served.sent == (None,)
    assert made.state.counted("message") == 0


@pytest.mark.parametrize(
    "text", ["It came broken, I want a refund for #1001", "Please cancel #1001", "Hi"]
)
def test_what_needs_a_person_gets_one(site: Any, text: str) -> None:
    made = site()
    order = made.ordered()
    _asks(made, text)
    served = _serve(made, order)
    assert served.tickets[0].queue == "person"
    assert served.tickets[0].status is TicketStatus.NEW
    assert made.state.counted("message") == 0


def test_a_delivered_parcel_leaves_the_last_word_to_the_buyer(site: Any) -> None:
    made = site()
    order = made.ordered()
    _asks(made)
    served = _serve(made, order, Stage.DELIVERED)
    assert served.tickets[0].status is TicketStatus.WAITING_CUSTOMER


def test_somebody_unknown_is_new_and_still_answered(site: Any) -> None:
    made = site()
    order = made.ordered()
    _asks(made, customer_id=None)
    served = _serve(made, order)
    assert served.segments == {}
    assert isinstance(served.sent[0], Done)


def test_every_page_of_the_inbox_is_read(site: Any) -> None:
    made = site()
    order = made.ordered()
    for number in range(1, 13):
        _asks(made, number=number)
    served = _serve(made, order)
    assert len(served.tickets) == len(served.sent) == 12
    assert made.state.counted("message") == 12
    assert len({sent.value.id for sent in served.sent if isinstance(sent, Done)}) == 12


def test_an_answer_the_channel_refuses_leaves_the_ticket_as_it_was(site: Any) -> None:
    made = site()
    order = made.ordered()
    asked = _asks(made)

    class Closed(type(made.world.memory)):  # type: ignore[misc]
        """An inbox that takes no answers any more."""

        @flow
        def reply(self, ticket: Ticket, message: Message) -> Steps[Any]:
            return Refused((Problem("window_closed"),))
            yield

    inbox = Closed(made.world.memory.desk, made.world.memory.server)
    served = _serve(made, order, inbox=inbox)
    assert served.sent == (Refused((Problem("window_closed"),)),)
    assert served.tickets[0].status is TicketStatus.NEW
    assert served.tickets[0].messages == asked.messages


def test_a_thread_without_a_buyers_word_is_not_answered(site: Any) -> None:
    made = site()
    order = made.ordered()
    note = Message("m-1", Author.PLATFORM, "A case was opened for #1001", made.world.at(), "en")
    thread = Ticket(TicketId("T-1"), "mail", (note,), ref=Ref("memory", "T-1"))

    class Noting(type(made.world.memory)):  # type: ignore[misc]
        """An inbox that shows threads nobody wrote on."""

        @flow
        def tickets(self, *, since: Any, cursor: Any = None) -> Steps[Any]:
            from crossborder.conversation import Page

            return Page((thread,))
            yield

    inbox = Noting(made.world.memory.desk, made.world.memory.server)
    served = _serve(made, order, inbox=inbox)
    assert served.sent == (None,)
    assert served.tickets[0].order_id == order.id
    assert evolve(served.tickets[0], queue="", intent="", order_id=None, shipment_id=None) == thread
