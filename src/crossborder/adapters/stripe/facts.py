"""What Stripe's objects and messages say about money, as entries of the ledger.

An entry's id is the id of the thing that happened (the charge, the refund, the dispute, the
payment intent that was let go), never of the message, so that messages may come in any order and
any number of times. A message states only what it is about: a sum it merely repeats, such as
`charge.amount_refunded`, is no fact of its own.

Sources: docs.stripe.com/api/events/types, /payments/paymentintents/lifecycle, /refunds and
/disputes.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from crossborder.adapters.stripe import rules
from crossborder.errors import Unreadable
from crossborder.model.ids import Ref
from crossborder.model.ledger import EntryKind, LedgerEntry
from crossborder.model.money import Price
from crossborder.protocols.webhooks import WebhookEvent
from crossborder.wire.dates import instant
from crossborder.wire.payload import Payload

__all__ = ["entries_of", "expired", "id_of", "moment", "money", "of_payment"]

Entries = tuple[LedgerEntry, ...]


def money(payload: Payload, name: str) -> Price:
    """An amount field in the currency that stands beside it."""
    return rules.price(payload.integer(name), payload.text("currency"))


def moment(payload: Payload, name: str) -> datetime:
    """A time field: seconds since 1970."""
    return instant(payload.text(name), field=payload.path(name), source=payload.source)


def id_of(payload: Payload, name: str) -> str:
    """The id in a field that holds an id or, expanded, the whole object; empty when it is null."""
    found = payload.raw(name)
    inside = payload.one(name).text("id") if isinstance(found, Mapping) else found
    return inside if isinstance(inside, str) else ""


def _ref(value: str) -> Ref:
    return Ref(rules.VENDOR, value)


def of_payment(intent: Payload, charge: Payload | None) -> Entries:
    """The facts of a payment as it stands, with its expanded latest charge.

    A capture is dated by its balance transaction, where that is expanded.
    """
    status, at = intent.text("status"), moment(intent, "created")
    if charge is None or status in ("canceled", "processing"):
        return _BY_STATUS.get(status, _nothing)(intent, at)
    settled = charge.maybe_one("balance_transaction") if _whole(charge) else None
    seen = moment(settled or charge, "created")
    refunds = charge.maybe_one("refunds")
    given_back = refunds.each("data") if refunds is not None else ()
    own = _charged(charge, seen)
    return own + tuple(entry for refund in given_back for entry in _refund(refund, at))


def _whole(charge: Payload) -> bool:
    return isinstance(charge.raw("balance_transaction"), Mapping)


def _entry(own: str, kind: EntryKind, amount: Price, at: datetime, ref: Ref) -> LedgerEntry:
    return LedgerEntry(own, kind, amount, at, ref)


def _nothing(intent: Payload, at: datetime) -> Entries:
    return ()


def _started(intent: Payload, at: datetime) -> Entries:
    own = intent.text("id")
    return (_entry(own, EntryKind.STARTED, money(intent, "amount"), at, _ref(own)),)


def _captured(intent: Payload, at: datetime) -> Entries:
    own = intent.text("id")
    fact = id_of(intent, "latest_charge") or own
    amount = money(intent, "amount_received")
    return (_entry(fact, EntryKind.CAPTURED, amount, at, _ref(own)),)


def _capturable(intent: Payload, at: datetime) -> Entries:
    own = intent.text("id")
    fact = id_of(intent, "latest_charge") or own
    amount = money(intent, "amount_capturable")
    return (_entry(fact, EntryKind.AUTHORIZED, amount, at, _ref(own)),)


def _failed(intent: Payload, at: datetime) -> Entries:
    own = intent.text("id")
    error = intent.maybe_one("last_payment_error")
    fact = (error.maybe_text("charge") if error is not None else None) or own
    return (_entry(fact, EntryKind.FAILED, money(intent, "amount"), at, _ref(own)),)


# Why Stripe itself cancels: `automatic` before 2025-03-31, `expired` since.
_EXPIRY = frozenset({"automatic", "expired"})


def expired(intent: Payload) -> bool:
    """Whether a cancelled payment ran out by itself."""
    return intent.maybe_text("cancellation_reason") in _EXPIRY


def _let_go(intent: Payload, at: datetime) -> Entries:
    """A cancelled payment; what was reserved is named as well, as its message may never come."""
    own, charge = intent.text("id"), id_of(intent, "latest_charge")
    at = moment(intent, "canceled_at") if intent.has("canceled_at") else at
    kind = EntryKind.EXPIRED if expired(intent) else EntryKind.VOIDED
    amount = money(intent, "amount")
    if not charge or intent.has("last_payment_error"):
        nothing = rules.price(0, intent.text("currency"))
        return (_entry(own, kind, nothing, at, _ref(own)),)
    return (
        _entry(charge, EntryKind.AUTHORIZED, amount, moment(intent, "created"), _ref(own)),
        _entry(own, kind, amount, at, _ref(own)),
    )


def _charged(charge: Payload, at: datetime) -> Entries:
    """What a charge is: failed, captured or reserved; nothing while it is pending."""
    own, ref = charge.text("id"), _ref(id_of(charge, "payment_intent") or charge.text("id"))
    status = charge.text("status")
    made = moment(charge, "created")
    if status == "failed":
        return (_entry(own, EntryKind.FAILED, money(charge, "amount"), made, ref),)
    if status != "succeeded":
        return ()
    if charge.flag("captured"):
        return (_entry(own, EntryKind.CAPTURED, money(charge, "amount_captured"), at, ref),)
    return (_entry(own, EntryKind.AUTHORIZED, money(charge, "amount"), made, ref),)


def _expired(charge: Payload, at: datetime) -> Entries:
    """An authorisation that ran out; the same fact as in the cancelled intent's message."""
    own = charge.text("id")
    fact = id_of(charge, "payment_intent") or own
    amount, made = money(charge, "amount"), moment(charge, "created")
    return (
        _entry(own, EntryKind.AUTHORIZED, amount, made, _ref(fact)),
        _entry(fact, EntryKind.EXPIRED, amount, at, _ref(fact)),
    )


def _refund(refund: Payload, at: datetime) -> Entries:
    """Money given back, once Stripe says it succeeded.

    A refund may fail after it had succeeded: the money is with us again. Both halves are stated
    then, so that it comes to nothing whether or not the success was ever heard of.
    """
    own, status = refund.text("id"), refund.text("status")
    ref = _ref(id_of(refund, "payment_intent") or id_of(refund, "charge") or own)
    amount, made = money(refund, "amount"), moment(refund, "created")
    given = _entry(own, EntryKind.REFUNDED, amount, made, ref)
    if status == "succeeded":
        return (given,)
    if status in ("failed", "canceled"):
        return (given, _entry(own, EntryKind.REFUND_FAILED, amount, max(at, made), ref))
    return ()


# Statuses in which the bank has taken the money; an inquiry (`warning_…`) takes none, and what a
# status unknown here means is not guessed.
_TAKEN = frozenset({"needs_response", "under_review", "won", "lost"})


def _dispute(dispute: Payload, at: datetime) -> Entries:
    """Money a bank took back, and gave again where the dispute was won."""
    own, status = dispute.text("id"), dispute.text("status")
    ref = _ref(id_of(dispute, "payment_intent") or id_of(dispute, "charge") or own)
    if status not in _TAKEN:
        return ()
    amount, made = money(dispute, "amount"), moment(dispute, "created")
    taken = _entry(own, EntryKind.CHARGEBACK, amount, made, ref)
    if status == "won":
        return (taken, _entry(own, EntryKind.CHARGEBACK_WON, amount, max(at, made), ref))
    return (taken,)


Reader = Callable[[Payload, datetime], Entries]

# For an intent whose charge is not expanded.
_BY_STATUS: Mapping[str, Reader] = {
    "canceled": _let_go,
    "processing": _started,
    "requires_capture": _capturable,
    "succeeded": _captured,
}
_READERS: Mapping[str, Reader] = {
    "charge.captured": _charged,
    "charge.dispute.closed": _dispute,
    "charge.dispute.created": _dispute,
    "charge.dispute.funds_reinstated": _dispute,
    "charge.dispute.funds_withdrawn": _dispute,
    "charge.dispute.updated": _dispute,
    "charge.expired": _expired,
    "charge.failed": _charged,
    "charge.refund.updated": _refund,
    "charge.succeeded": _charged,
    "payment_intent.amount_capturable_updated": _capturable,
    "payment_intent.canceled": _let_go,
    "payment_intent.payment_failed": _failed,
    "payment_intent.processing": _started,
    "payment_intent.succeeded": _captured,
    "refund.created": _refund,
    "refund.failed": _refund,
    "refund.updated": _refund,
}


def entries_of(event: WebhookEvent) -> Entries:
    """The facts about money that one message states: pure, and none for other messages.

    `charge.refunded` states none, as it carries only the sum of all refunds; each refund comes
    in a `refund.…` message of its own.

    Raises:
        Unreadable: the message is not what Stripe promises; or it is about a refund and of a
            version (`rules.REFUNDS_SINCE`) that does not tell a refund from an authorisation let
            go: read the payment instead.
    """
    reader = _READERS.get(event.topic)
    if reader is None:
        return ()
    old = event.api_version[:10] < rules.REFUNDS_SINCE
    if reader is _refund and event.api_version and old:
        said = f"is older than {rules.REFUNDS_SINCE}: its refunds may be no money at all"
        raise Unreadable(said, field="api_version", value=event.api_version, source=rules.VENDOR)
    body = Payload(event.body, source=rules.VENDOR)
    return reader(body.one("data").one("object"), moment(body, "created"))
