from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.model.customer import Customer
from crossborder.model.decision import Decision
from crossborder.model.ids import CustomerId, OrderId, Ref, ShipmentId, SkuId, TicketId
from crossborder.model.money import Price
from crossborder.model.order import Order, OrderLine
from crossborder.model.shipment import Leg, Shipment
from crossborder.model.status import OrderState, OrderStatus
from crossborder.model.ticket import Author, Message, Ticket
from crossborder.stages.service import open_ticket

AT = datetime(2026, 11, 2, tzinfo=UTC)
ANN = CustomerId("ann")


def order(name: str, number: str, who: str = "ann", state: OrderState = OrderState.OPEN) -> Order:
    return Order(
        OrderId(name),
        "shopify",
        Ref("shopify", f"gid-{name}"),
        AT,
        (OrderLine("l", SkuId("a"), 1, Price(Decimal(9), "USD")),),
        "USD",
        customer=Customer(CustomerId(who)),
        reported=OrderStatus(state),
        number=number,
    )


def parcel(name: str, number: str, order_id: str | None) -> Shipment:
    about = OrderId(order_id) if order_id is not None else None
    return Shipment(ShipmentId(name), "yunexpress", number, order_id=about)


ORDERS = (order("o1", "#1001"), order("o2", "#1002"), order("o3", "#1003", "bob"))
PARCELS = (parcel("s1", "YT100", "o1"), parcel("s2", "YT200", "o2"), parcel("s3", "YT300", "o3"))


def write(text: str, **terms: Any) -> Decision[Ticket]:
    known: dict[str, Any] = {
        "ticket_id": TicketId("t1"),
        "channel": "mail",
        "orders": ORDERS,
        "shipments": PARCELS,
    }
    return open_ticket(Message("m1", Author.CUSTOMER, text, AT), **(known | terms))


@pytest.mark.parametrize(
    ("text", "order_id", "shipment_id"),
    [
        ("Where is #1001?", "o1", "s1"),
        ("订单1002到哪了", "o2", "s2"),
        ("about yt200.", "o2", "s2"),
        ("about gid-o1", "o1", "s1"),
        ("order 1001, number YT100", "o1", "s1"),
        ("Where is 10010?", None, None),
        ("Where is 1001-2?", None, None),
        ("YT1001", None, None),
        ("#1001 and #1002", None, None),
        ("hello", None, None),
    ],
)
def test_a_number_in_the_text_ties_the_ticket(
    text: str, order_id: str | None, shipment_id: str | None
) -> None:
    ticket = write(text).value
    assert (ticket.order_id, ticket.shipment_id) == (order_id, shipment_id)


@given(st.permutations(ORDERS), st.permutations(PARCELS), st.sampled_from(["#1001", "x", "YT200"]))
def test_the_order_of_what_is_known_changes_nothing(
    orders: list[Order], parcels: list[Shipment], text: str
) -> None:
    shuffled = write(text, orders=tuple(orders), shipments=tuple(parcels))
    assert shuffled.value == write(text).value


def test_the_subject_counts_too() -> None:
    decision = write("hello", subject="Order #1002")
    assert (decision.value.order_id, decision.value.subject) == ("o2", "Order #1002")
    assert decision.events[0].name == "service.ticket_opened"


def test_a_known_buyers_only_open_order_is_meant() -> None:
    closed = (order("o1", "#1001"), order("o2", "#1002", state=OrderState.CLOSED))
    decision = write("hello", orders=closed, customer_id=ANN)
    assert (decision.value.order_id, decision.value.shipment_id) == ("o1", "s1")
    assert decision.codes == ("only_open_order", "parcel_found")
    assert decision.value.customer_id == ANN


def test_of_two_open_orders_none_is_guessed() -> None:
    decision = write("hello", customer_id=ANN)
    assert (decision.value.order_id, decision.codes) == (None, ("ambiguous",))


@pytest.mark.parametrize("text", ["#1003", "YT300"])
def test_a_buyer_is_never_tied_to_somebody_elses_order(text: str) -> None:
    decision = write(text, customer_id=ANN, orders=ORDERS[1:])
    assert decision.codes[0] == "other_buyers_order"
    assert (decision.value.order_id, decision.value.shipment_id) == ("o2", "s2")


def test_two_named_parcels_of_one_order_are_not_guessed_between() -> None:
    both = (parcel("s1", "YT100", "o1"), parcel("s9", "YT900", "o1"))
    decision = write("#1001", shipments=both)
    assert (decision.value.order_id, decision.value.shipment_id) == ("o1", None)
    assert "several_parcels" in decision.codes
    assert write("YT900", shipments=both).value.shipment_id == "s9"


def test_two_named_orders_tie_no_parcel() -> None:
    decision = write("#1002, YT100")
    assert (decision.value.order_id, decision.value.shipment_id) == (None, None)


def test_a_parcel_without_an_order_ties_alone_by_any_of_its_numbers() -> None:
    lone = evolve(parcel("s9", "YT900", None), legs=(Leg("usps", number="92001"),))
    decision = write("92001", shipments=(lone,))
    assert (decision.value.order_id, decision.value.shipment_id) == (None, "s9")


def test_a_short_number_needs_its_sign() -> None:
    few = (order("o1", "#12"), order("o2", ""))
    assert write("12 pieces", orders=few).value.order_id is None
    assert write("#123 and 12", orders=few).value.order_id is None
    assert write("order #12", orders=few).value.order_id == "o1"
