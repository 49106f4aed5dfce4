from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve

from crossborder.adapters.stripe import Stripe
from crossborder.conversation import Flow, Reply
from crossborder.errors import (
    BadRequest,
    NaiveTime,
    NotFound,
    OutcomeUnknown,
    Unauthorized,
)
from crossborder.model.ids import OrderId, Ref
from crossborder.model.ledger import PaymentState
from crossborder.model.money import Price
from crossborder.model.outcome import Done, Pending, Refused
from crossborder.model.payment import PaymentAttempt
from crossborder.secret import Secret
from crossborder.testing.play import LOST, Played, Script, play, reply

START = 1732300000
NOW = datetime.fromtimestamp(START, UTC)
GATEWAY = Stripe.connect(secret_key="sk_test_1", account="eu")
ATTEMPT = PaymentAttempt("a-1", OrderId("o-1"), Price("20", "USD"), "pm_card_visa")
PAYMENT = Ref("stripe", "pi_1")
FIVE = Price("5", "USD")


def intent(status: str = "succeeded", **fields: Any) -> dict[str, Any]:
    usual = {"id": "pi_1", "amount": 2000, "currency": "usd", "created": START}
    received = 2000 if status == "succeeded" else 0
    more = {"amount_received": received, "amount_capturable": 2000, "latest_charge": "ch_1"}
    ours = {"metadata": {"attempt_id": "a-1", "order_id": "o-1"}, "client_secret": "pi_1_secret"}
    return {**usual, **more, **ours, "status": status, **fields}


def refund(status: str = "succeeded", **fields: Any) -> dict[str, Any]:
    usual = {"id": "re_1", "amount": 500, "currency": "usd", "created": START}
    return {**usual, "status": status, "payment_intent": "pi_1", **fields}


def declined(code: str = "insufficient_funds") -> Reply:
    error = {"type": "card_error", "code": "card_declined", "decline_code": code, "message": "No."}
    return reply(402, {"error": error})


def listed(*items: dict[str, Any], more: bool = False) -> Reply:
    return reply(200, {"object": "list", "data": list(items), "has_more": more})


BROKEN = reply(500, {"error": {"type": "api_error"}}, headers={"Stripe-Should-Retry": "false"})
WRONG = reply(400, {"error": {"type": "invalid_request_error", "code": "parameter_missing"}})

WRITES: dict[str, tuple[Callable[[], Flow[Any]], dict[str, Any], Reply, str]] = {
    "pay": (
        lambda: GATEWAY.pay(ATTEMPT),
        intent(),
        listed(intent(metadata={"attempt_id": "a-10"}), intent()),
        "payments.search",
    ),
    "capture": (
        lambda: GATEWAY.capture(PAYMENT, FIVE, id="c-1"),
        intent(),
        reply(200, intent(metadata={"capture_id": "c-1"})),
        "payments.read",
    ),
    "refund": (
        lambda: GATEWAY.refund(PAYMENT, FIVE, id="r-1", now=NOW),
        refund(),
        listed(refund(metadata=None), refund(metadata={"refund_id": "r-1"})),
        "refunds.list",
    ),
}
NOT_THERE = {"pay": listed(), "capture": reply(200, intent()), "refund": listed()}


def write(name: str, *script: Script) -> Played[Any]:
    return play(WRITES[name][0](), script)


@pytest.mark.parametrize("name", WRITES)
def test_a_write_is_keyed_by_our_id_named_and_repeatable(name: str) -> None:
    played = write(name, reply(200, WRITES[name][1]))
    assert isinstance(played.result, Done)
    (call,) = played.calls
    kind = {"pay": "attempt"}.get(name, name)
    own = {"pay": "a-1", "capture": "c-1", "refund": "r-1"}[name]
    assert call.request.header("idempotency-key") == f"{kind}/{own}"
    assert (call.step, call.repeatable) == (name, True)
    assert f"metadata%5B{kind}_id%5D={own}".encode() in call.request.content


@pytest.mark.parametrize("name", WRITES)
def test_after_a_lost_answer_a_write_is_looked_for_by_our_id(name: str) -> None:
    played = write(name, LOST, WRITES[name][2])
    assert isinstance(played.result, Done)
    assert played.operations[1:] == (WRITES[name][3],)


@pytest.mark.parametrize("name", WRITES)
def test_what_is_not_found_is_sent_again_under_the_same_key(name: str) -> None:
    played = write(name, LOST, NOT_THERE[name], reply(200, WRITES[name][1]))
    assert isinstance(played.result, Done)
    first, _, second = played.calls
    assert first.request == second.request
    assert (first.step, second.step) == (name, f"{name}/2")


@pytest.mark.parametrize("name", WRITES)
def test_where_stripe_broke_and_would_only_repeat_itself_the_write_is_looked_for(name: str) -> None:
    assert isinstance(write(name, BROKEN, WRITES[name][2]).result, Done)
    with pytest.raises(OutcomeUnknown):
        _ = write(name, *[BROKEN, NOT_THERE[name]] * 3).value


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("first", [LOST, BROKEN])
def test_when_looking_fails_the_write_stays_unknown(name: str, first: Script) -> None:
    played = write(name, first, WRONG)
    with pytest.raises(OutcomeUnknown) as caught:
        _ = played.value
    assert caught.value.operation == played.calls[0].operation
    assert isinstance(caught.value.__cause__, BadRequest)


def test_a_captured_attempt_is_done_and_an_authorised_one_too() -> None:
    result = play(GATEWAY.pay(ATTEMPT), [reply(200, intent())]).result
    assert isinstance(result, Done)
    assert (result.value.state, result.value.order_id) == (PaymentState.PAID, "o-1")
    held = play(
        GATEWAY.pay(evolve(ATTEMPT, capture=False)), [reply(200, intent("requires_capture"))]
    )
    assert isinstance(held.result, Done)
    assert held.result.value.state is PaymentState.AUTHORIZED
    assert b"capture_method=manual" in held.calls[0].request.content


def test_a_decline_is_a_value_with_its_reason() -> None:
    result = play(GATEWAY.pay(ATTEMPT), [declined()]).result
    assert isinstance(result, Refused)
    assert result.codes == ("declined:insufficient_funds",)
    assert (result.problems[0].raw, result.problems[0].text) == ("insufficient_funds", "No.")


@pytest.mark.parametrize("status", ["requires_action", "processing", "requires_moonlight"])
def test_what_stripe_has_not_finished_is_pending_and_can_be_asked(status: str) -> None:
    result = play(GATEWAY.pay(ATTEMPT), [reply(200, intent(status))]).result
    assert isinstance(result, Pending)
    assert result.value.native == status
    assert result.ask == GATEWAY.outcome(PAYMENT).keep()
    later = play(result.ask, [reply(200, intent())])
    assert isinstance(later.result, Done)
    assert dict(later.calls[0].request.query)["expand[0]"] == "latest_charge.balance_transaction"
    error = {"type": "invalid_request_error", "code": "payment_intent_authentication_failure"}
    failed = intent("requires_payment_method", last_payment_error=error)
    refused = play(result.ask, [reply(200, failed)]).result
    assert isinstance(refused, Refused)
    assert refused.codes == ("declined:authentication",)


def test_a_wrong_call_is_an_error_and_not_a_refusal() -> None:
    assert isinstance(write("pay", WRONG).error, BadRequest)
    reused = reply(400, {"error": {"type": "idempotency_error", "message": "Keys …"}})
    error = write("pay", reused).error
    assert isinstance(error, BadRequest)
    assert [one.code for one in error.problems] == ["key_reused"]
    denied = reply(401, {"error": {"type": "invalid_request_error"}})
    assert isinstance(write("pay", denied).error, Unauthorized)


def test_a_capture_or_refund_against_a_rule_is_refused() -> None:
    gone = reply(
        400, {"error": {"type": "invalid_request_error", "code": "charge_expired_for_capture"}}
    )
    result = write("capture", gone).result
    assert isinstance(result, Refused)
    assert result.codes == ("authorization_expired",)
    back = reply(
        400, {"error": {"type": "invalid_request_error", "code": "charge_already_refunded"}}
    )
    assert write("refund", back).value.codes == ("already_refunded",)


def test_a_refund_under_way_can_be_asked_until_it_is_done_or_failed() -> None:
    result = write("refund", reply(200, refund("pending"))).result
    assert isinstance(result, Pending)
    asked = play(result.ask, [reply(200, refund())])
    assert isinstance(asked.result, Done)
    assert asked.calls[0].request.url.endswith("/v1/refunds/re_1")
    failed = play(result.ask, [reply(200, refund("failed", failure_reason="declined"))]).result
    assert isinstance(failed, Refused)
    assert failed.codes == ("refund_failed",)


def test_a_payment_is_read_and_no_id_leaves_its_place_in_the_path() -> None:
    played = play(GATEWAY.payment(Ref("stripe", "../x?y")), [reply(200, intent())])
    assert played.value.ref == PAYMENT
    assert played.calls[0].request.url.endswith("/v1/payment_intents/..%2Fx%3Fy")
    missing = play(GATEWAY.payment(PAYMENT), [reply(404, {"error": {"code": "resource_missing"}})])
    assert isinstance(missing.error, NotFound)


def test_the_client_secret_is_given_as_a_secret_only() -> None:
    played = play(GATEWAY.client_secret(PAYMENT), [reply(200, intent("requires_action"))])
    assert played.value == Secret("pi_1_secret")
    assert "pi_1_secret" not in repr(played.value)


def message(id: str) -> dict[str, Any]:
    return {"id": id, "type": "charge.updated", "created": START, "data": {"object": {}}}


def test_messages_are_listed_page_by_page_from_a_cursor() -> None:
    first = play(GATEWAY.events(since=NOW), [listed(message("evt_2"), message("evt_1"), more=True)])
    page = first.value
    assert [one.id for one in page.items] == ["evt_2", "evt_1"]
    assert page.cursor == "evt_1"
    assert dict(first.calls[0].request.query) == {"created[gte]": str(START), "limit": "100"}
    assert page.next is not None
    last = play(page.next, [listed(message("evt_0"))])
    assert dict(last.calls[0].request.query)["starting_after"] == "evt_1"
    assert (last.value.cursor, last.value.next) == (None, None)
    empty = play(GATEWAY.events(since=NOW, cursor="evt_0"), [listed(more=True)])
    assert empty.value.items == ()
    assert empty.value.next is None


def test_messages_are_listed_only_since_a_time_with_a_zone() -> None:
    with pytest.raises(NaiveTime):
        _ = play(GATEWAY.events(since=NOW.replace(tzinfo=None)), []).value


def test_an_account_returns_its_buyers_where_it_says() -> None:
    shop = Stripe.connect(secret_key=Secret("sk"), return_url="https://shop.test/back")
    played = play(shop.pay(ATTEMPT), [reply(200, intent())])
    assert b"return_url=https%3A%2F%2Fshop.test%2Fback" in played.calls[0].request.content
    assert shop.desk.account == "default"
