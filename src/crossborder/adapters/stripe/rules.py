"""What Stripe does, as data: limits, minor units, decline codes, and how a reply is read.

Sources are pages of docs.stripe.com, named at each table.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from attrs import frozen

from crossborder.conversation import (
    Broken,
    Busy,
    Ok,
    Rejected,
    Reply,
    Verdict,
    retry_after,
)
from crossborder.errors import (
    BadRequest,
    NotFound,
    Throttled,
    Unauthorized,
    Unreadable,
    VendorError,
)
from crossborder.model.extra import Extra
from crossborder.model.money import Money, Price
from crossborder.model.outcome import Problem
from crossborder.policy import Policies, Policy, RateLimit
from crossborder.wire.payload import Payload

__all__ = [
    "API_VERSION",
    "DECLINES",
    "KEY_LENGTH",
    "METADATA_LENGTH",
    "POLICIES",
    "REFUNDS_SINCE",
    "REFUND_REASONS",
    "REFUSALS",
    "VENDOR",
    "Decline",
    "minor",
    "places",
    "price",
    "problem",
    "read",
]

VENDOR = "stripe"

API_VERSION = "2025-03-31.basil"
"""The version each call asks for: the oldest in which a refund always is money given back.

Before it, letting an authorisation go and capturing less than was authorised made refunds too
(changelog/basil/2025-03-31/remove-refund-from-partial-capture-and-payment-cancellation-flow).
Stripe keeps old versions working.
"""

REFUNDS_SINCE = API_VERSION[:10]
"""Messages of an older version do not tell a refund from an authorisation let go."""

KEY_LENGTH = 255
"""Characters of an idempotency key (api/idempotent_requests)."""

METADATA_LENGTH = 500
"""Characters of a metadata value (api/metadata)."""

REFUND_REASONS = frozenset({"duplicate", "fraudulent", "requested_by_customer"})
"""Reasons Stripe takes for a refund (api/refunds/create)."""

# rate-limits: 100 calls a second in live mode and 25 in a sandbox, by default 25 for one endpoint,
# 20 for search. The lowest holds everywhere, so one table serves live and sandbox.
_ENDPOINT = RateLimit(burst=25, every=timedelta(milliseconds=40))
_SEARCH = RateLimit(burst=20, every=timedelta(milliseconds=50))
# api/idempotent_requests: a key is kept for at least 24 hours, then it may be pruned and the same
# call would be a new one.
_KEYED = Policy(_ENDPOINT, key_life=timedelta(hours=24))
_READ = Policy(_ENDPOINT)

POLICIES = Policies(
    {
        "events.list": _READ,
        "payments.capture": _KEYED,
        "payments.create": _KEYED,
        "payments.read": _READ,
        "payments.search": Policy(_SEARCH),
        "refunds.create": _KEYED,
        "refunds.list": _READ,
        "refunds.read": _READ,
    }
)

# currencies: two places unless listed. The page lists UGX as having none and, with an example, as
# a special case sent with two, like ISK; the special case is the later and the more exact word.
# HUF and TWD have two here and none only in payouts. ISO 4217 differs: MGA has two there, ISK and
# UGX none.
_PLACES = {
    **dict.fromkeys("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD JOD KWD OMR TND".split(), 3),
}
# currencies: places that may be other than zero, where these are fewer than those sent.
_USED = {"ISK": 0, "UGX": 0, **dict.fromkeys("BHD JOD KWD OMR TND".split(), 2)}


def places(currency: str) -> int:
    """Decimal places of a currency in Stripe's amounts; not always those of ISO 4217.

    >>> places("USD"), places("JPY"), places("ISK"), places("MGA"), places("KWD")
    (2, 0, 2, 0, 3)
    """
    return _PLACES.get(currency, 2)


def minor(money: Money) -> int:
    """The amount as Stripe counts it.

    >>> minor(Price("5", "ISK")), minor(Price("5.12", "KWD"))
    (500, 5120)

    Raises:
        InvalidValue: it has more places than Stripe takes: fractions of ISK and UGX, or a third
            place of a three-decimal currency.
    """
    sent = places(money.currency)
    used = _USED.get(money.currency, sent)
    units: int = money.to_minor(places=used) * 10 ** (sent - used)
    return units


def price(units: int, currency: str) -> Price:
    """An amount of Stripe as money; the currency comes in small letters.

    >>> price(500, "isk"), price(500, "jpy")
    (Price('5.00', 'ISK'), Price('500', 'JPY'))
    """
    code = currency.upper()
    return Price.from_minor(units, code, places=places(code))


@frozen
class Decline:
    """What a decline means to us.

    Attributes:
        word: why, in words shared by gateways.
        advice: `soft` (the buyer may try again), `hard` (only another method helps) or `fraud`
            (do not try again, and do not tell the buyer why).
    """

    word: str
    advice: str


def _declines(advice: str, word: str, codes: str) -> dict[str, Decline]:
    return dict.fromkeys(codes.split(), Decline(word, advice))


# declines/codes and error-codes; the advice follows the page's next steps.
DECLINES: Mapping[str, Decline] = {
    **_declines("soft", "insufficient_funds", "insufficient_funds"),
    **_declines("soft", "limit", "card_velocity_exceeded withdrawal_count_limit_exceeded"),
    **_declines(
        "soft",
        "authentication",
        "authentication_required authentication_not_handled offline_pin_required "
        "online_or_offline_pin_required payment_intent_authentication_failure",
    ),
    **_declines(
        "soft",
        "details",
        "incorrect_address incorrect_cvc incorrect_number incorrect_pin incorrect_zip "
        "invalid_cvc invalid_expiry_month invalid_expiry_year invalid_number invalid_pin",
    ),
    **_declines(
        "soft",
        "unavailable",
        "approve_with_id issuer_not_available processing_error reenter_transaction try_again_later",
    ),
    **_declines("soft", "issuer", "call_issuer do_not_honor generic_decline no_action_taken"),
    **_declines("hard", "expired", "expired_card"),
    **_declines("hard", "duplicate", "duplicate_transaction"),
    **_declines(
        "hard",
        "method",
        "card_not_supported currency_not_supported invalid_account invalid_amount "
        "new_account_information_available not_permitted pin_try_exceeded restricted_card "
        "security_violation service_not_allowed testmode_decline transaction_not_allowed",
    ),
    **_declines(
        "hard",
        "forbidden",
        "do_not_try_again revocation_of_all_authorizations revocation_of_authorization "
        "stop_payment_order",
    ),
    **_declines(
        "fraud", "fraud", "fraudulent lost_card merchant_blacklist pickup_card stolen_card"
    ),
}

# error-codes: refusals of a well-formed call. Every other error of that type is a wrong call.
REFUSALS: Mapping[str, str] = {
    "amount_too_large": "amount_too_large",
    "amount_too_small": "amount_too_small",
    "balance_insufficient": "balance_insufficient",
    "capture_charge_authorization_expired": "authorization_expired",
    "charge_already_captured": "already_captured",
    "charge_already_refunded": "already_refunded",
    "charge_disputed": "disputed",
    "charge_expired_for_capture": "authorization_expired",
    "charge_not_refundable": "not_refundable",
    "insufficient_funds": "balance_insufficient",
    "payment_intent_unexpected_state": "wrong_state",
    "refund_disputed_payment": "disputed",
}


def problem(error: Payload) -> Problem:
    """One error object of Stripe, from a reply or from a payment that failed.

    A decline becomes `declined:<word>` with its advice in `extra`; a code that no table knows
    stays as it is, under `raw`, and gets no advice.
    """
    kind, code = error.maybe_text("type") or "", error.maybe_text("code") or ""
    raw = error.maybe_text("decline_code") or code
    extra: dict[str, Any] = {"type": kind} if kind else {}
    for name in ("advice_code", "charge", "network_decline_code"):
        said = error.maybe_text(name)
        extra.update({name: said} if said else {})
    ours = REFUSALS.get(raw, code)
    known = DECLINES.get(raw) or DECLINES.get(code)
    if kind == "card_error" or (known and raw not in REFUSALS):
        ours = f"declined:{known.word}" if known else "declined"
        extra.update({"advice": known.advice} if known else {})
        if extra.get("advice_code") == "do_not_try_again" and extra.get("advice") != "fraud":
            extra["advice"] = "hard"
    elif kind == "idempotency_error":
        ours = "key_reused"
    text, field = error.maybe_text("message") or "", error.maybe_text("param") or ""
    return Problem(ours or kind or "error", text, field, raw=raw, extra=Extra(extra))


_KINDS: Mapping[int, type[VendorError]] = {401: Unauthorized, 403: Unauthorized, 404: NotFound}


def read(reply: Reply) -> Verdict:
    """What a reply of Stripe means.

    Its word on trying again, `Stripe-Should-Retry`, comes first, as in its own libraries; then
    409, a key in use by a call still running, which ends by itself. A 5xx is kept under its key
    and answered again for a day (api/idempotent_requests): repeating it is harmless, and
    useless unless Stripe asks for it. A secret key is not renewable, so 401 is final. A decline
    (402) is rejected here with its problem; the flow makes it a `Refused`.

    >>> read(Reply(500, {"Stripe-Should-Retry": "false"})).repeat
    False
    """
    status = reply.status
    if 200 <= status < 300:
        return Ok()
    error = _error(reply)
    problems = (problem(error),) if error is not None else ()
    text = problems[0].text if problems else ""
    said = {"true": True, "false": False}.get(reply.header("stripe-should-retry") or "")
    if status == 429:
        final = said is False
        return Rejected(problems, Throttled, text) if final else Busy(retry_after(reply), text=text)
    if said or (status == 409 and said is None):
        return Broken(True, text)
    if status >= 500:
        return Broken(said, text)
    return Rejected(problems, _KINDS.get(status, BadRequest), text)


def _error(reply: Reply) -> Payload | None:
    """The error object of a reply; a proxy's page in front of Stripe has none."""
    try:
        return Payload(reply.json(source=VENDOR), source=VENDOR).maybe_one("error")
    except Unreadable:
        return None
