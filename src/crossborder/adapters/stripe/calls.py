"""What is sent to Stripe: nouns as form pairs, `a[b]=c` and `a[0]=c`.

Source: docs.stripe.com/api; every form is checked against Stripe's OpenAPI specification.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from crossborder.adapters.stripe import rules
from crossborder.errors import InvalidValue
from crossborder.model.ids import Ref, digest
from crossborder.model.money import Price
from crossborder.model.payment import PaymentAttempt

__all__ = ["EXPAND", "capture", "form", "key", "payment", "refund", "search"]

Form = tuple[tuple[str, str], ...]

EXPAND = ("latest_charge.balance_transaction", "latest_charge.refunds")
"""What every answer about a payment is to carry whole: without it there are only ids."""


def form(values: Mapping[str, Any]) -> Form:
    """Nested values as form pairs; what is None is left out.

    >>> form({"amount": 5, "confirm": True, "metadata": {"order_id": "7"}, "expand": ["a"]})
    (('amount', '5'), ('confirm', 'true'), ('metadata[order_id]', '7'), ('expand[0]', 'a'))
    """
    return tuple(pair for name, value in values.items() for pair in _pairs(name, value))


def _pairs(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for inner, item in value.items():
            yield from _pairs(f"{name}[{inner}]", item)
    elif isinstance(value, list | tuple):
        for place, item in enumerate(value):
            yield from _pairs(f"{name}[{place}]", item)
    elif isinstance(value, bool):
        yield name, "true" if value else "false"
    elif value is not None:
        yield name, str(value)


def key(kind: str, id: str) -> str:
    """The idempotency key of one write, from our own stored id: the same id, the same key.

    >>> key("attempt", "a-1")
    'attempt/a-1'
    >>> key("attempt", "支付-1")
    'attempt/9a95bcce311ddc02d98f380a94b15458'
    """
    plain = f"{kind}/{id}"
    fits = len(plain) <= rules.KEY_LENGTH and plain.isascii() and plain.isprintable()
    return plain if fits else f"{kind}/{digest(id)}"


def payment(attempt: PaymentAttempt, *, return_url: str = "") -> Form:
    """A payment intent, confirmed at once.

    Without an address to come back to, methods that lead the buyer elsewhere are left out:
    Stripe refuses to confirm them.

    Raises:
        InvalidValue: the attempt names no method, an id is too long, or the amount does not fit
            the currency as Stripe counts it.
    """
    if not attempt.method:
        raise InvalidValue("is needed to pay", field="method", value="", source="PaymentAttempt")
    redirects = None if return_url else "never"
    return form(
        {
            "amount": rules.minor(attempt.money),
            "currency": attempt.money.currency.lower(),
            "confirm": True,
            "capture_method": "automatic" if attempt.capture else "manual",
            "payment_method": attempt.method,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": redirects},
            "return_url": return_url or None,
            "description": attempt.description or None,
            "metadata": _metadata(order_id=attempt.order_id, attempt_id=attempt.id),
            "expand": EXPAND,
        }
    )


def capture(money: Price, *, id: str) -> Form:
    """Take this much of what was authorised; the rest is let go."""
    return form(
        {
            "amount_to_capture": rules.minor(money),
            "metadata": _metadata(capture_id=id),
            "expand": EXPAND,
        }
    )


def refund(payment: Ref, money: Price, *, id: str, reason: str) -> Form:
    """Give this much back. A refund has no currency of its own: it is the payment's.

    One of Stripe's reasons is sent as such, any other text beside it.
    """
    known = reason in rules.REFUND_REASONS
    return form(
        {
            "payment_intent": payment.value,
            "amount": rules.minor(money),
            "reason": reason if known else None,
            "metadata": _metadata(
                refund_id=id, **({} if known or not reason else {"reason": reason})
            ),
        }
    )


def search(attempt_id: str) -> str:
    r"""The query that finds the payment of an attempt.

    >>> search('a"1')
    'metadata["attempt_id"]:"a\\"1"'
    """
    quoted = attempt_id.replace("\\", "\\\\").replace('"', '\\"')
    return f'metadata["attempt_id"]:"{quoted}"'


def _metadata(**values: str) -> Mapping[str, str]:
    for name, value in values.items():
        if len(value) > rules.METADATA_LENGTH:
            said = f"is longer than {rules.METADATA_LENGTH} characters"
            raise InvalidValue(said, field=name, value=value, source="stripe")
    return values
