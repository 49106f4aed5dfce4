from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.customer import Customer
from crossborder.model.ids import CustomerId, OrderId, Ref, SkuId
from crossborder.model.money import Price
from crossborder.model.order import Order, OrderLine
from crossborder.model.place import Address
from crossborder.model.status import FulfilmentState, OrderState, OrderStatus
from crossborder.stages.orders import hold, release, screen_order, slack

NOW = datetime(2026, 11, 2, tzinfo=UTC)


def usd(amount: str) -> Price:
    return Price(Decimal(amount), "USD")


ORDER = Order(
    OrderId("o1"),
    "shopify",
    Ref("shopify", "1"),
    NOW,
    tuple(OrderLine(f"l{n}", SkuId("a"), 2, usd("10")) for n in range(4)),
    "USD",
    customer=Customer(CustomerId("c1"), country="US"),
    ship_to=Address("Ann", "US", ("1 Main St",), "Austin"),
    reported=OrderStatus(OrderState.OPEN),
)


@given(st.dictionaries(st.sampled_from(["l0", "l1", "l2", "l3"]), st.integers(-48, 48)))
def test_the_worst_line_stands_first_and_time_left_is_exact(hours: dict[str, int]) -> None:
    due = {name: NOW + timedelta(hours=left) for name, left in hours.items()}
    decision = slack(ORDER, order_by=due, now=NOW)
    found = decision.value
    assert [item.left for item in found] == sorted(timedelta(hours=n) for n in hours.values())
    assert {item.line_id: item.order_by for item in found} == due
    assert bool(decision.events) == any(left < 0 for left in hours.values())


def test_lines_nobody_wants_have_no_deadline() -> None:
    gone = evolve(ORDER, lines=(evolve(ORDER.lines[0], cancelled=2), ORDER.lines[1]))
    decision = slack(gone, order_by={"l0": NOW}, now=NOW)
    assert decision.value == ()
    assert decision.codes == ("cancelled", "no_deadline")


def test_a_hold_stops_work_and_a_release_gives_it_back() -> None:
    held = hold(ORDER, "hold:risk", reason="stolen card", now=NOW)
    assert (held.value.status.workable, held.events[0].name) == (False, "orders.held")
    again = hold(held.value, "hold:risk", reason="x", now=NOW)
    assert (again.value, again.codes, again.events) == (held.value, ("held_already",), ())
    freed = release(held.value, "hold:risk", by="ann", now=NOW)
    assert (freed.value, freed.events[0].facts["by"]) == (ORDER, "ann")
    assert release(ORDER, "hold:risk", by="ann", now=NOW).codes == ("not_held",)


def test_a_release_takes_one_hold_and_leaves_the_others() -> None:
    flags = frozenset({"hold:risk", "quarantine:unknown_status"})
    held = evolve(ORDER, reported=OrderStatus(OrderState.OPEN, flags=flags))
    left = release(held, "quarantine:unknown_status", by="ann", now=NOW).value
    assert left.status.holds == {"hold:risk"}


def test_only_holds_are_held_and_released() -> None:
    for flag in ("presale", "hold:"):
        with pytest.raises(InvalidValue):
            hold(ORDER, flag, reason="x", now=NOW)
    with pytest.raises(InvalidValue):
        release(ORDER, "presale", by="ann", now=NOW)


def test_an_order_with_nothing_wrong_is_clear() -> None:
    decision = screen_order(ORDER, now=NOW, max_amount=usd("80"))
    assert (decision.value, decision.codes, decision.events) == (frozenset(), ("clear",), ())


@pytest.mark.parametrize(
    ("order", "limit", "flags"),
    [
        (evolve(ORDER, ship_to=None), None, {"hold:address"}),
        (evolve(ORDER, ship_to=Address("Ann", "US", (), "Austin")), None, {"hold:address"}),
        (evolve(ORDER, ship_to=Address("Ann", "US", ("1 Main",))), None, {"hold:address"}),
        (ORDER, "79.99", {"hold:amount_check"}),
        (evolve(ORDER, customer=Customer(CustomerId("c"), country="DE")), "159", {"hold:risk"}),
        (evolve(ORDER, customer=Customer(CustomerId("c"), country="DE")), "160", set()),
        (evolve(ORDER, customer=Customer(CustomerId("c"))), "159", set()),
    ],
)
def test_what_is_doubtful_is_held(order: Order, limit: str | None, flags: set[str]) -> None:
    amount = usd(limit) if limit is not None else None
    assert screen_order(order, now=NOW, max_amount=amount).value == flags


def test_what_is_not_sent_needs_no_address() -> None:
    digital = OrderStatus(OrderState.OPEN, fulfilment=FulfilmentState.NOT_REQUIRED)
    assert screen_order(evolve(ORDER, ship_to=None, reported=digital), now=NOW).value == set()
