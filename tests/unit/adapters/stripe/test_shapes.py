from typing import Any

import pytest

from crossborder.adapters.stripe import shapes
from crossborder.errors import BadRequest, InvalidValue, Unreadable
from crossborder.model.ids import OrderId, Ref
from crossborder.model.ledger import EntryKind, PaymentState
from crossborder.model.money import Money, Price
from crossborder.model.outcome import Problem, Refused
from crossborder.model.payment import Payment
from crossborder.wire.payload import Payload

START = 1732300000


def charge(**fields: Any) -> dict[str, Any]:
    usual = {"id": "ch_1", "amount": 2000, "amount_captured": 2000, "amount_refunded": 0}
    more = {"currency": "usd", "created": START + 1, "payment_intent": "pi_1", "captured": True}
    kind = {"payment_method_details": {"type": "card"}, "status": "succeeded"}
    return {**usual, **more, **kind, **fields}


def payment(status: str = "succeeded", **fields: Any) -> Payment:
    usual = {"id": "pi_1", "amount": 2000, "amount_received": 0, "amount_capturable": 0}
    more = {"currency": "usd", "created": START, "metadata": {"order_id": "o-1"}}
    return shapes.payment(Payload({**usual, **more, "status": status, **fields}, source="stripe"))


def kinds(found: Payment) -> list[tuple[str, EntryKind]]:
    return [(one.id, one.kind) for one in found.entries]


def test_a_paid_payment_has_its_capture_as_a_fact_dated_by_the_balance() -> None:
    settled = {"id": "txn_1", "created": START + 60}
    whole = charge(balance_transaction=settled, refunds={"data": []})
    found = payment(amount_received=2000, latest_charge=whole, client_secret="cs", livemode=False)
    assert found.ref == Ref("stripe", "pi_1")
    assert (found.order_id, found.money) == (OrderId("o-1"), Price("20", "USD"))
    assert (found.state, found.native, found.method) == (PaymentState.PAID, "succeeded", "card")
    assert (found.captured, found.refunded) == (Money("20", "USD"), Money("0", "USD"))
    assert kinds(found) == [("ch_1", EntryKind.CAPTURED)]
    assert found.entries[0].at.timestamp() == START + 60
    assert found.extra["livemode"] is False
    assert found.extra["latest_charge"]["balance_transaction"]["id"] == "txn_1"
    assert "client_secret" not in found.extra


def test_without_its_charge_a_payment_still_states_its_facts_but_no_refunds() -> None:
    found = payment(amount_received=2000, latest_charge="ch_1")
    assert (kinds(found), found.refunded) == ([("ch_1", EntryKind.CAPTURED)], None)
    held = payment("requires_capture", amount_capturable=2000, latest_charge="ch_1")
    assert (kinds(held), held.state) == ([("ch_1", EntryKind.AUTHORIZED)], PaymentState.AUTHORIZED)
    assert kinds(payment("requires_action", latest_charge=None, metadata=None)) == []


@pytest.mark.parametrize(
    ("captured", "refunded", "state"),
    [
        (2000, 2000, PaymentState.REFUNDED),
        (2000, 500, PaymentState.PARTIALLY_REFUNDED),
        (1500, 0, PaymentState.PARTIALLY_PAID),
        (1500, 1500, PaymentState.REFUNDED),
    ],
)
def test_amounts_decide_the_state_of_a_paid_payment(
    captured: int, refunded: int, state: PaymentState
) -> None:
    whole = charge(amount_captured=captured, amount_refunded=refunded)
    assert payment(amount_received=captured, latest_charge=whole).state is state


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("requires_payment_method", PaymentState.PENDING),
        ("requires_confirmation", PaymentState.PENDING),
        ("requires_action", PaymentState.PENDING),
        ("processing", PaymentState.PROCESSING),
        ("canceled", PaymentState.VOIDED),
    ],
)
def test_stripes_words_have_ours(status: str, state: PaymentState) -> None:
    assert payment(status).state is state


def test_an_authorisation_that_ran_out_is_expired_not_voided() -> None:
    found = payment("canceled", cancellation_reason="automatic", latest_charge=charge())
    assert found.state is PaymentState.EXPIRED
    assert kinds(found) == [("ch_1", EntryKind.AUTHORIZED), ("pi_1", EntryKind.EXPIRED)]


def test_an_unknown_status_is_quarantined_and_claims_nothing() -> None:
    found = payment("requires_moonlight", latest_charge=None)
    assert (found.state, found.native) == (PaymentState.PENDING, "requires_moonlight")
    assert found.extra["quarantine"] == "unknown_status"
    assert found.entries == ()
    # Money that came in stays visible whatever the word is.
    paid = payment("requires_moonlight", amount_received=2000, latest_charge=charge())
    assert (paid.state, kinds(paid)) == (PaymentState.PAID, [("ch_1", EntryKind.CAPTURED)])


def test_refunds_inside_the_charge_are_facts() -> None:
    one = {"id": "re_1", "amount": 500, "currency": "usd", "created": START + 9, "status": "failed"}
    found = payment(amount_received=2000, latest_charge=charge(refunds={"data": [one]}))
    assert kinds(found)[1:] == [("re_1", EntryKind.REFUNDED), ("re_1", EntryKind.REFUND_FAILED)]


def test_a_failed_payment_names_its_decline() -> None:
    error = {"type": "card_error", "decline_code": "lost_card", "code": "card_declined"}
    found = payment("requires_payment_method", last_payment_error=error)
    assert found.decline == "declined:fraud"


@pytest.mark.parametrize(
    ("fields", "code", "raw"),
    [
        ({"status": "canceled", "cancellation_reason": "abandoned"}, "cancelled", "abandoned"),
        ({"status": "requires_confirmation"}, "not_attempted", "requires_confirmation"),
        (
            {
                "status": "requires_payment_method",
                "last_payment_error": {"type": "card_error", "code": "expired_card"},
            },
            "declined:expired",
            "expired_card",
        ),
    ],
)
def test_what_did_not_become_a_payment_says_why(
    fields: dict[str, Any], code: str, raw: str
) -> None:
    found = shapes.payment_refused(Payload(fields, source="stripe"))
    assert found is not None
    assert [(one.code, one.raw) for one in found.problems] == [(code, raw)]


def refund(status: str, **fields: Any) -> Payload:
    usual = {"id": "re_1", "amount": 500, "currency": "jpy", "created": START}
    return Payload({**usual, "status": status, "object": "refund", **fields}, source="stripe")


def test_a_refund_keeps_its_reason_and_what_it_came_out_of() -> None:
    found = shapes.refund(refund("succeeded", payment_intent="pi_1", reason="duplicate"))
    assert (found.ref, found.payment) == (Ref("stripe", "re_1"), Ref("stripe", "pi_1"))
    assert (found.money, found.status) == (Price("500", "JPY"), "succeeded")
    assert (found.reason, found.at.timestamp()) == ("duplicate", START)
    assert found.extra["status"] == "succeeded"
    ours = shapes.refund(refund("pending", charge="ch_1", metadata={"reason": "late"}))
    assert (ours.reason, ours.payment) == ("late", Ref("stripe", "ch_1"))
    assert shapes.refund(refund("pending")).payment == Ref("stripe", "re_1")


@pytest.mark.parametrize(
    ("native", "status"),
    [
        ("requires_action", "pending"),
        ("canceled", "cancelled"),
        ("failed", "failed"),
        ("moonlit", "pending"),
    ],
)
def test_a_refunds_word_has_ours_and_an_unknown_one_is_quarantined(
    native: str, status: str
) -> None:
    found = shapes.refund(refund(native))
    assert found.status == status
    assert ("quarantine" in found.extra) == (native == "moonlit")


def test_a_refund_that_came_to_nothing_says_why() -> None:
    failed = shapes.refund_refused(refund("failed", failure_reason="expired_or_canceled_card"))
    assert failed == Refused((Problem("refund_failed", raw="expired_or_canceled_card"),))
    assert shapes.refund_refused(refund("pending")) is None


def broken(*problems: Problem, status: int = 400) -> BadRequest:
    named: dict[str, Any] = {"vendor": "stripe", "account": "a", "operation": "o"}
    return BadRequest("no", status=status, problems=problems, **named)


def test_only_declines_and_rules_of_business_are_refusals() -> None:
    over = Problem("already_refunded", raw="charge_already_refunded")
    assert shapes.refused(broken(over)) == Refused((over,))
    new = Problem("a_new_code", raw="a_new_code")
    assert shapes.refused(broken(new, status=402)) == Refused((new,))
    for error in (broken(), broken(status=402), broken(new)):
        with pytest.raises(BadRequest):
            shapes.refused(error)


def test_what_stripe_does_not_promise_is_named_in_full() -> None:
    with pytest.raises(Unreadable, match=r"stripe\.amount is not an exact number"):
        payment(amount="ten")
    with pytest.raises(Unreadable, match=r"stripe\.created is not a moment"):
        payment(created="soon")
    with pytest.raises(InvalidValue, match="ISO 4217"):
        payment(currency="zzz")
