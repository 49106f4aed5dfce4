from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given

from crossborder.errors import CurrencyMismatch, IllegalMove, InvalidValue
from crossborder.model.ids import OrderId, Ref, ReturnId, SkuId
from crossborder.model.ledger import EntryKind, LedgerEntry, MoneyLedger, PaymentState
from crossborder.model.money import Price, total
from crossborder.model.order import Fulfilment, FulfilmentLine, Order, OrderLine
from crossborder.model.returns import Return, ReturnLine, ReturnStatus
from crossborder.model.status import FulfilmentState, OrderState, OrderStatus, SettlementState
from crossborder.testing.strategies import order_statuses, orders

AT = datetime(2026, 11, 2, tzinfo=UTC)
DAY = timedelta(days=1)
A = OrderLine("a", SkuId("s1"), 2, Price("10", "USD"))
B = OrderLine("b", SkuId("s2"), 1, Price("5", "USD"))
EUROS = Price("1", "EUR")
F, P = FulfilmentState, PaymentState


def _order(**changed: Any) -> Order:
    given: dict[str, Any] = {
        "id": OrderId("1001"),
        "platform": "shop",
        "ref": Ref("shop", "1001"),
        "placed_at": AT,
        "lines": (A, B),
        "currency": "USD",
    }
    return Order(**(given | changed))


def _sent(*lines: tuple[str, int], arrived: bool = False, **changed: Any) -> Fulfilment:
    given: dict[str, Any] = {
        "id": "f" + "-".join(f"{name}{pieces}" for name, pieces in lines),
        "order_id": OrderId("1001"),
        "lines": tuple(FulfilmentLine(name, pieces) for name, pieces in lines),
        "dispatched_at": AT,
        "delivered_at": AT + DAY if arrived else None,
    }
    return Fulfilment(**(given | changed))


def _paid(*facts: tuple[EntryKind, str]) -> MoneyLedger:
    entries = [
        LedgerEntry(f"{kind.value}-{place}", kind, Price(amount, "USD"), AT + place * DAY)
        for place, (kind, amount) in enumerate(facts)
    ]
    return MoneyLedger(Price("25", "USD")).with_entries(entries)


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"lines": ()}, "lines", "must hold at least one line"),
        ({"lines": (A, evolve(B, id="a"))}, "lines", "has two lines of one id"),
        ({"currency": "DOLLARS"}, "currency", "ISO 4217"),
        ({"lines": (A, evolve(B, unit_price=EUROS))}, "lines", "is not in USD"),
        ({"lines": (A, evolve(B, discount=EUROS))}, "lines", "is not in USD"),
        ({"lines": (A, evolve(B, tax=EUROS))}, "lines", "is not in USD"),
        ({"shipping": EUROS}, "shipping", "is not in USD"),
        ({"ledger": MoneyLedger(EUROS)}, "ledger", "is not in USD"),
    ],
)
def test_an_order_that_cannot_be_is_refused(changed: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(InvalidValue, match=said) as caught:
        _order(**changed)
    assert (caught.value.field, caught.value.source) == (field, "Order")
    assert isinstance(caught.value, CurrencyMismatch) == ("not in" in said)


@pytest.mark.parametrize(
    ("changed", "field"), [({"quantity": 0}, "quantity"), ({"cancelled": 3}, "cancelled")]
)
def test_a_line_that_cannot_be_is_refused(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        evolve(A, **changed)
    assert (caught.value.field, caught.value.source) == (field, "OrderLine")


@given(orders())
def test_the_sums_of_an_order_are_exact(order: Order) -> None:
    net = [
        line.unit_price * line.quantity - (line.discount or Price.zero(order.currency))
        for line in order.lines
    ]
    tax = [line.tax for line in order.lines if line.tax is not None]
    freight = [order.shipping] if order.shipping is not None else []
    assert [line.net for line in order.lines] == net
    assert order.goods == total(net, order.currency)
    assert order.total == total([*net, *tax, *freight], order.currency)
    assert all(line.wanted == line.quantity - line.cancelled for line in order.lines)


def test_a_line_is_found_by_its_id() -> None:
    assert _order().line("b") is B
    with pytest.raises(InvalidValue, match="has no such line"):
        _order().line("c")


def test_an_order_is_shown_as_a_table_of_its_lines() -> None:
    assert "#1001" in _order(number="#1001")._repr_html_()
    assert _order()._repr_html_().count("<tr>") == 3


def test_without_facts_of_our_own_the_reported_status_stands() -> None:
    reported = OrderStatus(OrderState.OPEN, P.PAID, F.SHIPPED, SettlementState.HELD)
    order = _order(reported=reported)
    assert order.computed == OrderStatus()
    assert order.status == reported


@pytest.mark.parametrize(
    ("fulfilments", "state"),
    [
        ((), None),
        ((_sent(("a", 2), ("b", 1), dispatched_at=None),), F.IN_PROGRESS),
        ((_sent(("a", 1)),), F.PARTIALLY_SHIPPED),
        ((_sent(("a", 2), ("b", 1)),), F.SHIPPED),
        ((_sent(("a", 2)), _sent(("b", 1))), F.SHIPPED),
        ((_sent(("a", 2), arrived=True), _sent(("b", 1))), F.SHIPPED),
        ((_sent(("a", 2), arrived=True), _sent(("b", 1), arrived=True)), F.DELIVERED),
        ((_sent(("a", 2), arrived=True),), F.PARTIALLY_SHIPPED),
        ((_sent(("a", 2), ("b", 1), cancelled=True),), None),
        ((_sent(("a", 2), cancelled=True), _sent(("b", 1))), F.PARTIALLY_SHIPPED),
    ],
)
def test_the_fulfilment_part_is_what_lines_and_parcels_add_up_to(
    fulfilments: tuple[Fulfilment, ...], state: FulfilmentState | None
) -> None:
    assert _order(fulfilments=fulfilments).computed.fulfilment is state


def test_cancelled_pieces_need_not_leave() -> None:
    lines = (evolve(A, cancelled=1), evolve(B, cancelled=1))
    assert _order(lines=lines, fulfilments=(_sent(("a", 1)),)).computed.fulfilment is F.SHIPPED
    gone = (evolve(A, cancelled=2), evolve(B, cancelled=1))
    assert _order(lines=gone, fulfilments=(_sent(("a", 1)),)).computed.fulfilment is F.CANCELLED


def test_where_facts_and_report_disagree_the_facts_stand_and_a_flag_says_so() -> None:
    order = _order(
        reported=OrderStatus(OrderState.OPEN, P.PENDING, F.UNFULFILLED, flags={"presale"}),  # type: ignore[arg-type]
        ledger=_paid((EntryKind.CAPTURED, "25")),
        fulfilments=(_sent(("a", 2), ("b", 1)),),
    )
    status = order.status
    assert (status.order, status.payment, status.fulfilment) == (
        OrderState.OPEN,
        P.PAID,
        F.SHIPPED,
    )
    assert status.flags == {"presale", "conflict:payment", "conflict:fulfilment"}
    assert order.reported.flags == {"presale"}


def test_where_facts_and_report_agree_there_is_no_flag() -> None:
    order = _order(
        reported=OrderStatus(OrderState.OPEN, P.PAID),
        ledger=_paid((EntryKind.CAPTURED, "25")),
        fulfilments=(_sent(("a", 1)),),
    )
    assert order.status.flags == frozenset()
    assert order.status.fulfilment is F.PARTIALLY_SHIPPED


@given(orders())
def test_a_status_part_is_ours_where_we_know_it_else_the_platforms(order: Order) -> None:
    status, mine, theirs = order.status, order.computed, order.reported
    assert status.payment == (mine.payment if mine.payment is not None else theirs.payment)
    assert status.fulfilment == (
        mine.fulfilment if mine.fulfilment is not None else theirs.fulfilment
    )
    assert (status.order, status.settlement) == (theirs.order, theirs.settlement)
    assert status.native == theirs.native
    added = status.flags - theirs.flags
    assert added <= {"conflict:payment", "conflict:fulfilment"}
    for part in ("payment", "fulfilment"):
        own, said = getattr(mine, part), getattr(theirs, part)
        assert (f"conflict:{part}" in status.flags) == (None not in (own, said) and own != said)


@given(order_statuses())
def test_work_goes_on_only_in_an_open_order_that_nothing_holds(status: OrderStatus) -> None:
    held = {flag for flag in status.flags if flag.split(":")[0] in ("hold", "quarantine")}
    assert status.holds == held
    assert status.workable == (status.order is OrderState.OPEN and not held)


O = OrderState  # noqa: E741
MOVES = {
    (O.DRAFT, O.PENDING),
    (O.PENDING, O.OPEN),
    (O.PENDING, O.CANCELLED),
    (O.OPEN, O.CLOSED),
    (O.OPEN, O.CANCELLED),
    (O.CLOSED, O.OPEN),
}


@pytest.mark.parametrize(("old", "new"), list(product(O, O)))
def test_an_order_makes_every_legal_move_and_no_other(old: OrderState, new: OrderState) -> None:
    order = _order(reported=OrderStatus(old, P.PAID))
    if old is new or (old, new) in MOVES:
        assert order.moved(new).reported == OrderStatus(new, P.PAID)
    else:
        with pytest.raises(IllegalMove) as caught:
            order.moved(new)
        error = caught.value
        assert (error.field, error.value, error.source) == ("order", new.value, "Order")
        assert error.text == f"cannot follow {old.value}"


@pytest.mark.parametrize("new", list(O))
def test_an_order_whose_part_nobody_knows_takes_the_first_word(new: OrderState) -> None:
    assert _order().moved(new).status.order is new


R = ReturnStatus
# A parcel that never comes, or that the buyer keeps, closes a return as well.
RETURNS = {
    (R.REQUESTED, R.DECLINED),
    (R.REQUESTED, R.APPROVED),
    (R.APPROVED, R.IN_TRANSIT),
    (R.IN_TRANSIT, R.RECEIVED),
    (R.RECEIVED, R.INSPECTED),
    (R.INSPECTED, R.CLOSED),
    (R.APPROVED, R.CLOSED),
    (R.IN_TRANSIT, R.CLOSED),
}


def _return(status: ReturnStatus) -> Return:
    return Return(ReturnId("r"), OrderId("1001"), (ReturnLine("a", 1),), AT, status)


@pytest.mark.parametrize(("old", "new"), list(product(R, R)))
def test_a_return_makes_every_legal_move_and_no_other(old: ReturnStatus, new: ReturnStatus) -> None:
    if old is new or (old, new) in RETURNS:
        assert _return(old).moved(new) == _return(new)
    else:
        with pytest.raises(IllegalMove) as caught:
            _return(old).moved(new)
        error = caught.value
        assert (error.field, error.value, error.source) == ("status", new.value, "Return")


def test_an_inspection_has_a_verdict_that_stays() -> None:
    inspected = _return(R.RECEIVED).moved(R.INSPECTED, verdict="partial")
    assert inspected.verdict == "partial"
    assert inspected.moved(R.CLOSED).verdict == "partial"
    with pytest.raises(InvalidValue, match="must be accept, reject or partial") as caught:
        _return(R.RECEIVED).moved(R.INSPECTED, verdict="maybe")
    assert caught.value.field == "verdict"
