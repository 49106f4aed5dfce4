from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.adapters.stripe import entries_of
from crossborder.errors import Unreadable
from crossborder.model.extra import Extra
from crossborder.model.ids import Ref
from crossborder.model.ledger import EntryKind, MoneyLedger, PaymentState
from crossborder.model.money import Money, Price
from crossborder.protocols.webhooks import WebhookEvent

START = 1732300000
DUE = Price("20", "USD")
VERSION = "2025-03-31.basil"


def intent(status: str, **fields: Any) -> dict[str, Any]:
    usual = {"id": "pi_1", "object": "payment_intent", "amount": 2000, "currency": "usd"}
    return {**usual, "status": status, "created": START, "latest_charge": "ch_1", **fields}


def charge(**fields: Any) -> dict[str, Any]:
    usual = {"id": "ch_1", "object": "charge", "amount": 2000, "currency": "usd"}
    more = {"created": START + 1, "payment_intent": "pi_1", "status": "succeeded"}
    return {**usual, **more, "captured": False, "amount_captured": 0, **fields}


def refund(status: str, id: str = "re_1", amount: int = 500, **fields: Any) -> dict[str, Any]:
    usual = {"id": id, "object": "refund", "amount": amount, "currency": "usd", "charge": "ch_1"}
    return {**usual, "status": status, "created": START + 90, "payment_intent": "pi_1", **fields}


def dispute(status: str, **fields: Any) -> dict[str, Any]:
    usual = {"id": "dp_1", "object": "dispute", "amount": 2000, "currency": "usd"}
    more = {"created": START + 200, "charge": "ch_1", "payment_intent": "pi_1"}
    return {**usual, **more, "status": status, **fields}


def event(
    topic: str, thing: dict[str, Any], after: int = 0, *, version: str = VERSION
) -> WebhookEvent:
    created = START + after
    body = {"id": f"evt_{topic}_{after}", "created": created, "data": {"object": thing}}
    at = datetime.fromtimestamp(created, UTC)
    return WebhookEvent("stripe", f"evt_{topic}_{after}", topic, version, at, Extra(body))


def ledger(events: Iterable[WebhookEvent]) -> MoneyLedger:
    known = MoneyLedger(DUE)
    for one in events:
        known = known.with_entries(entries_of(one))
    return known


CAPTURED = charge(captured=True, amount_captured=2000)
RESERVED = event(
    "payment_intent.amount_capturable_updated",
    intent("requires_capture", amount_capturable=2000),
    2,
)
PAID = event("payment_intent.succeeded", intent("succeeded", amount_received=2000), 60)

AUTHORISED_THEN_REFUNDED = (
    RESERVED,
    event("charge.succeeded", charge(), 1),
    event("charge.captured", CAPTURED, 61),
    PAID,
    event("refund.created", refund("succeeded"), 91),
    event("refund.updated", refund("succeeded"), 95),
)
REFUND_FAILED = (
    event("charge.succeeded", CAPTURED, 1),
    PAID,
    event("refund.created", refund("succeeded"), 91),
    event("refund.failed", refund("failed"), 500),
    event("refund.created", refund("pending", "re_2", 300), 92),
)
DISPUTED = (
    event("charge.succeeded", CAPTURED, 1),
    PAID,
    event("charge.dispute.created", dispute("needs_response"), 200),
    event("charge.dispute.funds_withdrawn", dispute("needs_response"), 201),
    event("charge.dispute.closed", dispute("won"), 900),
)
CANCELLED = (
    event("charge.succeeded", charge(), 1),
    RESERVED,
    event(
        "payment_intent.canceled",
        intent("canceled", canceled_at=START + 70, cancellation_reason="requested_by_customer"),
        70,
    ),
    event("charge.updated", charge(), 71),
)
EXPIRED = (
    event("charge.succeeded", charge(), 1),
    event("charge.expired", charge(), 604800),
    event(
        "payment_intent.canceled",
        intent("canceled", canceled_at=START + 604801, cancellation_reason="expired"),
        604801,
    ),
)
RETRIED = (
    event(
        "payment_intent.payment_failed",
        intent(
            "requires_payment_method", latest_charge="ch_0", last_payment_error={"charge": "ch_0"}
        ),
        1,
    ),
    event("charge.failed", charge(id="ch_0", status="failed"), 1),
    event("payment_intent.processing", intent("processing"), 5),
    event("charge.succeeded", CAPTURED, 6),
    PAID,
)
STORIES = {
    "refunded": (AUTHORISED_THEN_REFUNDED, PaymentState.PARTIALLY_REFUNDED, "20", "5"),
    "refund failed": (REFUND_FAILED, PaymentState.PAID, "20", "0"),
    "dispute won": (DISPUTED, PaymentState.PAID, "20", "0"),
    "cancelled": (CANCELLED, PaymentState.VOIDED, "0", "0"),
    "expired": (EXPIRED, PaymentState.EXPIRED, "0", "0"),
    "failed, then paid": (RETRIED, PaymentState.PAID, "20", "0"),
}


@pytest.mark.parametrize("story", STORIES)
def test_every_order_with_every_message_twice_reaches_one_ledger(story: str) -> None:
    events, state, captured, refunded = STORIES[story]
    first = ledger(events)
    assert first.state is state
    assert (first.captured, first.refunded) == (Money(captured, "USD"), Money(refunded, "USD"))
    for order in permutations(events):
        assert ledger([*order, *reversed(order)]) == first
        assert ledger(one for event in order for one in (event, event)) == first


@given(st.data())
def test_any_messages_in_any_order_any_number_of_times_give_what_they_state(
    data: st.DataObject,
) -> None:
    events = STORIES[data.draw(st.sampled_from(sorted(STORIES)))][0]
    got = data.draw(st.lists(st.sampled_from(events), max_size=12))
    assert ledger(data.draw(st.permutations(got))) == ledger(
        sorted(set(got), key=lambda one: one.id)
    )


def test_an_authorisation_let_go_is_nothing_reserved_even_when_its_message_never_came() -> None:
    for story in (CANCELLED, EXPIRED):
        for one in story[1:]:
            assert ledger([one]).authorized.amount in (0, 20)
        assert ledger(story).authorized == Money.zero("USD")
    assert ledger(CANCELLED[2:3]).authorized == Money.zero("USD")
    assert ledger(EXPIRED[1:2]).authorized == Money.zero("USD")


def test_a_payment_cancelled_before_any_authorisation_lets_nothing_go() -> None:
    for fields in ({"latest_charge": None}, {"last_payment_error": {"code": "card_declined"}}):
        gone = intent("canceled", cancellation_reason="abandoned", **fields)
        (entry,) = entries_of(event("payment_intent.canceled", gone, 5))
        assert (entry.kind, entry.money) == (EntryKind.VOIDED, Price("0", "USD"))


def test_a_failure_without_a_charge_is_a_fact_of_the_intent() -> None:
    failed = event("payment_intent.payment_failed", intent("requires_payment_method"), 1)
    assert [(one.id, one.kind) for one in entries_of(failed)] == [("pi_1", EntryKind.FAILED)]


def test_a_capture_is_dated_by_its_message_and_a_refund_by_itself() -> None:
    (entry,) = entries_of(PAID)
    assert entry.at == datetime.fromtimestamp(START + 60, UTC)
    (entry,) = entries_of(event("refund.updated", refund("succeeded"), 5000))
    assert entry.at == datetime.fromtimestamp(START, UTC) + timedelta(seconds=90)


def test_a_charge_or_refund_without_an_intent_belongs_to_the_charge() -> None:
    (entry,) = entries_of(event("charge.succeeded", charge(payment_intent=None), 1))
    assert entry.ref == Ref("stripe", "ch_1")
    (entry,) = entries_of(event("refund.created", refund("succeeded", payment_intent=None), 1))
    assert entry.ref == Ref("stripe", "ch_1")
    (entry,) = entries_of(
        event("charge.dispute.created", dispute("lost", payment_intent={"id": "pi_9"}), 1)
    )
    assert entry.ref == Ref("stripe", "pi_9")


@pytest.mark.parametrize(
    ("topic", "thing"),
    [
        ("payment_intent.created", intent("requires_confirmation")),
        ("charge.refunded", charge(amount_refunded=500)),
        ("customer.created", {"id": "cus_1"}),
        ("charge.succeeded", charge(status="pending")),
        ("charge.succeeded", charge(status="a_new_status")),
        ("refund.created", refund("requires_action")),
        ("refund.created", refund("a_new_status")),
        ("charge.dispute.created", dispute("warning_needs_response")),
        ("charge.dispute.updated", dispute("a_new_status")),
    ],
)
def test_a_message_that_proves_no_money_states_no_fact(topic: str, thing: dict[str, Any]) -> None:
    assert entries_of(event(topic, thing)) == ()


def test_a_refund_in_an_old_version_is_refused_because_it_may_be_no_money() -> None:
    old = event("charge.refund.updated", refund("succeeded"), version="2024-04-10")
    with pytest.raises(Unreadable, match="api_version"):
        entries_of(old)
    newest = event("refund.created", refund("succeeded"), version="2026-10-28.endive")
    assert len(entries_of(newest)) == 1
    assert len(entries_of(event("refund.created", refund("succeeded"), version=""))) == 1
    paid = event(
        "payment_intent.succeeded", intent("succeeded", amount_received=1), version="2020-08-27"
    )
    assert len(entries_of(paid)) == 1


def test_what_a_message_lacks_is_named_in_full() -> None:
    lacking = event("payment_intent.succeeded", {"id": "pi_1"})
    with pytest.raises(Unreadable, match=r"data\.object\.amount_received is missing"):
        entries_of(lacking)
