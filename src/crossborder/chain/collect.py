"""The buyer's money: authorised, looked at, captured; and given back where it must be."""

from datetime import datetime
from typing import Any

from attrs import evolve, field, frozen

from crossborder.chain.terms import Terms
from crossborder.conversation import Steps, as_of, flow, noted, under
from crossborder.model.decision import Decision
from crossborder.model.ids import Ref
from crossborder.model.ledger import EntryKind, LedgerEntry, MoneyLedger, PaymentState
from crossborder.model.money import Price
from crossborder.model.order import Order
from crossborder.model.outcome import Done, Outcome, Pending, Problem, Refused
from crossborder.model.payment import Payment, PaymentAttempt, Refund
from crossborder.model.promotion import Commission
from crossborder.model.status import OrderState
from crossborder.protocols.payment import PaymentGateway
from crossborder.stages import orders, payment, promotion

__all__ = ["Collected", "Refunded", "collect", "refund"]

Told = list[tuple[int, Decision[Any]]]

_SETTLED = frozenset({PaymentState.PAID, PaymentState.PARTIALLY_REFUNDED, PaymentState.REFUNDED})
_CAME_TO_NOTHING = frozenset({"failed", "cancelled"})
"""What a gateway says of a refund whose money never left."""


@frozen
class Collected:
    """What came of collecting.

    Attributes:
        order: with its money ledger, its holds, and open once it is paid.
        outcome: the payment, or why there is none.
        method: how the buyer paid, or empty.
        commission: what an affiliate earns on it, or None.
        decisions: made on the way, by stage.
    """

    order: Order
    outcome: Outcome[Payment]
    method: str
    commission: Commission | None
    decisions: tuple[tuple[int, Decision[Any]], ...] = field(repr=False)


@frozen
class Refunded:
    """What came of giving money back.

    Attributes:
        order: with its ledger after it.
        outcome: the refund, or why there is none.
        commission: what is left of the affiliate's, or None.
        decisions: made on the way, by stage.
    """

    order: Order
    outcome: Outcome[Refund]
    commission: Commission | None
    decisions: tuple[tuple[int, Decision[Any]], ...] = field(repr=False)


@flow
def collect(
    gateway: PaymentGateway, order: Order, *, attempt_id: str, terms: Terms, now: datetime
) -> Steps[Collected]:
    """Authorise the buyer's money, and capture it unless something holds the order.

    It runs before any purchase is placed. `attempt_id` is stored by the application before the
    first run: a new try of the buyer gets a new one. An order that is paid already, or that costs
    nothing, is left as it is: `already_paid`, `nothing_due`.
    """
    told: Told = []
    now = yield from as_of(now)
    held = orders.screen_order(order, now=now, max_amount=terms.hold_above)
    told.append((8, held))
    order = evolve(order, reported=evolve(order.reported, flags=order.reported.flags | held.value))
    if order.status.payment in _SETTLED:
        return _untouched(order, "already_paid", terms, told)
    if order.total.amount <= 0:
        return _untouched(order, "nothing_due", terms, told)
    country = order.ship_to.country if order.ship_to is not None else ""
    methods = payment.choose(terms.methods, country=country, money=order.total)
    told.append((5, methods))
    if not methods.value:
        return Collected(order, Refused((Problem("no_method"),)), "", None, tuple(told))
    # The gateway keeps what it was asked under the attempt's id: a later run asks the same.
    method = yield from noted("method", methods.value[0].id)
    due = Price(order.total.amount, order.currency)
    attempt = PaymentAttempt(attempt_id, order.id, due, method, capture=False)
    outcome = yield from gateway.pay(attempt)
    if isinstance(outcome, Pending):
        # The answer may be an old one, out of the journal: the buyer may have acted since.
        outcome = yield from outcome.ask
    ledger = order.ledger if order.ledger is not None else MoneyLedger(due)
    if not isinstance(outcome, Done):
        return Collected(order, outcome, method, None, tuple(told))
    ledger = _record(ledger, outcome.value.entries, told)
    if not order.status.holds:
        wanted = payment.may_capture(ledger, due, now=now)
        told.append((5, wanted))
        if wanted.value.amount > 0:
            money = Price(wanted.value.amount, wanted.value.currency)
            outcome = yield from gateway.capture(
                outcome.value.ref, money, id=f"{attempt_id}/capture"
            )
            if isinstance(outcome, Done):
                ledger = _record(ledger, outcome.value.entries, told)
    order = evolve(order, ledger=ledger)
    if order.reported.order is OrderState.PENDING and not ledger.open:
        order = order.moved(OrderState.OPEN)
    commission = _commission(order, terms, told)
    return Collected(order, outcome, method, commission, tuple(told))


@flow
def refund(
    gateway: PaymentGateway,
    order: Order,
    payment_ref: Ref,
    *,
    money: Price,
    refund_id: str,
    now: datetime,
    reason: str = "",
    commission: Commission | None = None,
) -> Steps[Refunded]:
    """Give money back, never more than is left, and take the affiliate's share of it back.

    `refund_id` is stored by the application before the first run.
    """
    told: Told = []
    now = yield from under(refund_id, as_of(now))
    ledger = order.ledger
    if ledger is None:
        return Refunded(order, Refused((Problem("nothing_refundable"),)), commission, ())
    allowed = payment.may_refund(ledger, money)
    told.append((5, allowed))
    if allowed.value is None:
        problems = tuple(Problem(item.code, item.text) for item in allowed.reasons)
        return Refunded(order, Refused(problems), commission, tuple(told))
    outcome = yield from under(
        refund_id,
        gateway.refund(payment_ref, allowed.value, id=refund_id, now=now, reason=reason),
    )
    if isinstance(outcome, Done) and outcome.value.status not in _CAME_TO_NOTHING:
        done = outcome.value
        entry = LedgerEntry(done.ref.value, EntryKind.REFUNDED, done.money, done.at, payment_ref)
        order = evolve(order, ledger=_record(ledger, (entry,), told))
        if commission is not None and order.ledger is not None:
            left = promotion.settle(commission, order.ledger, now=now)
            told.append((6, left))
            commission = left.value
    return Refunded(order, outcome, commission, tuple(told))


def _untouched(order: Order, code: str, terms: Terms, told: Told) -> Collected:
    commission = _commission(order, terms, told)
    return Collected(order, Refused((Problem(code),)), "", commission, tuple(told))


def _record(ledger: MoneyLedger, entries: tuple[LedgerEntry, ...], told: Told) -> MoneyLedger:
    recorded = payment.record(ledger, entries)
    told.append((5, recorded))
    return recorded.value


def _commission(order: Order, terms: Terms, told: Told) -> Commission | None:
    touch = promotion.attribute(order.touches, placed_at=order.placed_at)
    told.append((6, touch))
    if touch.value is None:
        return None
    for campaign in terms.campaigns:
        if campaign.id == touch.value.campaign_id:
            accrued = promotion.accrue(order, campaign, touch=touch.value)
            told.append((6, accrued))
            return accrued.value
    return None
