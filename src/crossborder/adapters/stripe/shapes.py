"""What Stripe answers, as our nouns: payload in, noun out, and whatever is wrong named in full."""

from collections.abc import Mapping
from typing import Any

from crossborder.adapters.stripe import facts, rules
from crossborder.conversation import Reply
from crossborder.errors import BadRequest
from crossborder.model.extra import Extra
from crossborder.model.ids import OrderId, Ref
from crossborder.model.ledger import PaymentState
from crossborder.model.money import Money
from crossborder.model.outcome import Problem, Refused
from crossborder.model.payment import Payment, Refund
from crossborder.protocols.webhooks import WebhookEvent
from crossborder.wire.payload import Payload

__all__ = [
    "UNKNOWN",
    "body",
    "event",
    "metadata",
    "payment",
    "payment_refused",
    "refund",
    "refund_refused",
    "refused",
]

UNKNOWN = Extra({"quarantine": "unknown_status"})
"""What `extra` holds beside a status word that no table here knows.

The noun then says pending, the only word that claims nothing about money, and keeps the native
word; a payment's state still follows its amounts where there are any.
"""

# payments/paymentintents/lifecycle
_STATES: Mapping[str, PaymentState] = {
    "canceled": PaymentState.VOIDED,
    "processing": PaymentState.PROCESSING,
    "requires_action": PaymentState.PENDING,
    "requires_capture": PaymentState.AUTHORIZED,
    "requires_confirmation": PaymentState.PENDING,
    "requires_payment_method": PaymentState.PENDING,
    "succeeded": PaymentState.PAID,
}
_REFUND_STATES: Mapping[str, str] = {
    "canceled": "cancelled",
    "failed": "failed",
    "pending": "pending",
    "requires_action": "pending",
    "succeeded": "succeeded",
}


def body(reply: Reply) -> Payload:
    """The object a reply holds."""
    return Payload(reply.json(source=rules.VENDOR), source=rules.VENDOR)


def metadata(payload: Payload, name: str) -> str | None:
    """One of our own values that we had sent along, or None."""
    kept = payload.maybe_one("metadata")
    return kept.maybe_text(name) if kept is not None else None


def payment(intent: Payload) -> Payment:
    """A payment intent; with `latest_charge` expanded also what was refunded, and its facts."""
    kept = _beside(intent, "amount", "amount_received", "currency", "id", "status")
    native, money = intent.text("status"), facts.money(intent, "amount")
    charge = _charge(intent)
    captured = facts.money(intent, "amount_received")
    refunded = facts.money(charge, "amount_refunded") if charge is not None else None
    details = charge.maybe_one("payment_method_details") if charge is not None else None
    error = intent.maybe_one("last_payment_error")
    order = metadata(intent, "order_id")
    return Payment(
        Ref(rules.VENDOR, intent.text("id")),
        money,
        _state(native, intent, captured, refunded, money),
        order_id=OrderId(order) if order else None,
        captured=captured,
        refunded=refunded,
        method=(details.maybe_text("type") if details is not None else None) or "",
        native=native,
        decline=rules.problem(error).code if error is not None else "",
        entries=facts.of_payment(intent, charge),
        extra=kept if native in _STATES else Extra({**kept, **UNKNOWN}),
    )


def _beside(payload: Payload, *mapped: str) -> Extra:
    """What an object says beyond the fields that the noun has, before anything of it is read."""
    return Extra(
        {name: value for name, value in _plain(payload.unread()).items() if name not in mapped}
    )


def _plain(value: Any) -> Any:
    """The same value without client secrets: whoever holds one can act in the buyer's name."""
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items() if name != "client_secret"}
    return tuple(_plain(item) for item in value) if isinstance(value, tuple) else value


def _charge(intent: Payload) -> Payload | None:
    whole = isinstance(intent.raw("latest_charge"), Mapping)
    return intent.one("latest_charge") if whole else None


def _state(
    native: str, intent: Payload, captured: Money, refunded: Money | None, money: Money
) -> PaymentState:
    """Amounts speak first: an intent stays `succeeded` when its money has gone back."""
    if captured.amount > 0:
        if refunded is not None and refunded.amount > 0:
            whole = refunded >= captured
            return PaymentState.REFUNDED if whole else PaymentState.PARTIALLY_REFUNDED
        return PaymentState.PAID if captured >= money else PaymentState.PARTIALLY_PAID
    if native == "canceled" and facts.expired(intent):
        return PaymentState.EXPIRED
    return _STATES.get(native, PaymentState.PENDING)


def payment_refused(intent: Payload) -> Refused | None:
    """Why an intent did not become a payment, or None when it did or still may.

    An intent that waits for a method or for a confirmation waits for a new attempt of the buyer:
    nothing more comes of this one.
    """
    native = intent.text("status")
    if native == "canceled":
        reason = intent.maybe_text("cancellation_reason") or ""
        return Refused((Problem("cancelled", "the payment was cancelled", raw=reason),))
    if native not in ("requires_payment_method", "requires_confirmation"):
        return None
    error = intent.maybe_one("last_payment_error")
    if error is not None:
        return Refused((rules.problem(error),))
    return Refused((Problem("not_attempted", "no payment was tried", raw=native),))


def refund(payload: Payload) -> Refund:
    """A refund."""
    kept = _beside(payload, "amount", "created", "currency", "id", "reason")
    native, own = payload.text("status"), Ref(rules.VENDOR, payload.text("id"))
    paid = facts.id_of(payload, "payment_intent") or facts.id_of(payload, "charge")
    return Refund(
        own,
        Ref(rules.VENDOR, paid) if paid else own,
        facts.money(payload, "amount"),
        _REFUND_STATES.get(native, "pending"),
        facts.moment(payload, "created"),
        reason=payload.maybe_text("reason") or metadata(payload, "reason") or "",
        extra=kept if native in _REFUND_STATES else Extra({**kept, **UNKNOWN}),
    )


def refund_refused(payload: Payload) -> Refused | None:
    """Why a refund came to nothing, or None when it did not."""
    native = payload.text("status")
    if native not in ("failed", "canceled"):
        return None
    reason = payload.maybe_text("failure_reason") or ""
    return Refused((Problem(f"refund_{_REFUND_STATES[native]}", raw=reason),))


def refused(error: BadRequest) -> Refused:
    """The refusal that an error is: a decline, or a rule of business; any other goes on.

    402 is Stripe's answer to a right call that failed (api/errors).
    """
    problems: tuple[Problem, ...] = error.problems
    ruled = any(problem.raw in rules.REFUSALS for problem in problems)
    if ruled or (problems and error.status == 402):
        return Refused(problems)
    raise error


def event(payload: Payload) -> WebhookEvent:
    """One message, whole; its version is the endpoint's or the account's, not the client's."""
    whole = _beside(payload)
    return WebhookEvent(
        rules.VENDOR,
        payload.text("id"),
        payload.text("type"),
        api_version=payload.maybe_text("api_version") or "",
        at=facts.moment(payload, "created"),
        body=whole,
    )
