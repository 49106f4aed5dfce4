"""Where our facts and the platform's word disagree, it is said aloud."""

from datetime import UTC, datetime

from crossborder.model.ids import OrderId, Ref, SkuId
from crossborder.model.ledger import EntryKind, LedgerEntry, MoneyLedger, PaymentState
from crossborder.model.money import Price
from crossborder.model.order import Order, OrderLine
from crossborder.model.status import OrderState, OrderStatus
from crossborder.stages.orders import reconcile

NOW = datetime(2026, 11, 2, tzinfo=UTC)


def order(reported: PaymentState) -> Order:
    price = Price("10", "USD")
    paid = LedgerEntry("ch_1", EntryKind.CAPTURED, price, NOW)
    return Order(
        OrderId("1"),
        "shop",
        Ref("shop", "1"),
        NOW,
        (OrderLine("l", SkuId("s"), 1, price),),
        "USD",
        reported=OrderStatus(OrderState.OPEN, reported),
        ledger=MoneyLedger(price, (paid,)),
    )


def test_a_disagreement_is_a_flag_and_an_event_and_our_facts_count() -> None:
    decided = reconcile(order(PaymentState.PENDING), now=NOW)
    assert decided.value.payment is PaymentState.PAID
    assert "conflict:payment" in decided.value.flags
    (event,) = decided.events
    assert (event.name, event.subject, event.at) == ("orders.status_conflict", "1", NOW)
    assert dict(event.facts) == {"part": "payment", "computed": "paid", "reported": "pending"}


def test_two_views_that_agree_cause_nothing() -> None:
    decided = reconcile(order(PaymentState.PAID), now=NOW)
    assert decided.codes == ("agreed",)
    assert decided.events == ()
