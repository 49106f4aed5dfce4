"""What a partner earns on a sale (CPS), and what of it stays after refunds."""

from datetime import datetime, timedelta
from decimal import Context, Decimal

from attrs import evolve

from crossborder.model.check import refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.ledger import MoneyLedger
from crossborder.model.money import Money
from crossborder.model.order import Order
from crossborder.model.promotion import Campaign, Commission, CommissionState, Medium, Touch

__all__ = ["accrue", "settle"]

_PER_SALE = frozenset({Medium.AFFILIATE, Medium.INFLUENCER})
_WIDE = Context(prec=100)


def _none(code: str, text: str, campaign: Campaign) -> Decision[Commission | None]:
    return Decision(None, (Reason(code, text, Extra({"campaign": campaign.id})),))


@decides("promotion.accrue", 1)
def accrue(
    order: Order,
    campaign: Campaign,
    *,
    touch: Touch,
    return_window: timedelta = timedelta(days=30),
) -> Decision[Commission | None]:
    """The commission on an order: rate × goods after discounts, rounded once to the currency.

    Only affiliates and influencers are paid per sale. Tax and freight earn nothing.

    Args:
        order: what was sold.
        campaign: what we pay for.
        touch: the contact the order was attributed to.
        return_window: from placing the order until the commission is locked.

    Raises:
        InvalidValue: the rate is above 1.
    """
    if campaign.rate > 1:
        raise refuse(campaign, "rate", campaign.rate, "must not be above 1")
    if touch.campaign_id != campaign.id:
        return _none("other_campaign", f"the order came by {touch.campaign_id}", campaign)
    if campaign.medium not in _PER_SALE:
        return _none("not_per_sale", f"{campaign.medium.value} is not paid per sale", campaign)
    if not campaign.rate:
        return _none("no_rate", "the campaign pays no share", campaign)
    base = order.goods
    if base.amount <= 0:
        return _none("nothing_eligible", "no goods are left to pay on", campaign)
    commission = Commission(
        order_id=order.id,
        campaign_id=campaign.id,
        base=base,
        amount=(base * campaign.rate).rounded(),
        state=CommissionState.ACCRUED,
        locks_at=order.placed_at + return_window,
        rate=campaign.rate,
    )
    facts = Extra({"base": str(base), "rate": campaign.rate, "amount": str(commission.amount)})
    reason = Reason("accrued", "rate on goods after discounts", facts)
    event = Event("promotion.commission_accrued", order.id, order.placed_at, facts)
    return Decision(commission, (reason,), (event,))


def _kept(commission: Commission, captured: Money, refunded: Money, rate: Decimal | None) -> Money:
    """What stays of the commission, rounded once."""
    share = rate if rate is not None else commission.rate
    earned = commission.base * share if share is not None else commission.amount
    left = max(captured - refunded, Money.zero(captured.currency))
    share = _WIDE.divide(earned.amount * left.amount, captured.amount)
    return Money(share, earned.currency).rounded()


@decides("promotion.settle", 1)
def settle(
    commission: Commission, ledger: MoneyLedger, *, now: datetime, rate: Decimal | None = None
) -> Decision[Commission]:
    """The commission after refunds: pro rata less, nothing after a full refund, then locked.

    Refunds after `locks_at` change nothing. A commission that is locked or clawed back is returned
    as it is. Before that, either give the commission as it accrued, or give the rate: then the
    amount is computed from the base and may be settled again and again.

    Args:
        commission: as accrued, or as last settled when the rate is given.
        ledger: the money of the order.
        now: the moment of settling.
        rate: the campaign's rate, or None.
    """
    if commission.state is not CommissionState.ACCRUED:
        return Decision(commission, (Reason("already_settled", commission.state.value),))
    last = min(now, commission.locks_at)
    counted = evolve(ledger, entries=tuple(item for item in ledger.entries if item.at <= last))
    captured, refunded = counted.captured, counted.refunded
    due = now >= commission.locks_at
    facts = Extra({"captured": str(captured), "refunded": str(refunded)})
    if captured.amount <= 0:
        if not due:
            return Decision(commission, (Reason("not_paid_yet", "no money came in so far", facts),))
        return _clawed(commission, now, Reason("never_paid", "no money came in", facts))
    if refunded >= captured:
        return _clawed(commission, now, Reason("refunded", "the whole sale was refunded", facts))
    amount = _kept(commission, captured, refunded, rate)
    reasons = []
    if refunded.amount > 0:
        reasons.append(Reason("partly_refunded", "the refunded share earns nothing", facts))
    if not due:
        waiting = Reason("waiting", f"may change until {commission.locks_at.isoformat()}")
        return Decision(evolve(commission, amount=amount), (*reasons, waiting))
    locked = evolve(commission, amount=amount, state=CommissionState.LOCKED)
    event = Event(
        "promotion.commission_locked", commission.order_id, now, Extra({"amount": str(amount)})
    )
    return Decision(locked, (*reasons, Reason("locked", "the return window is over")), (event,))


def _clawed(commission: Commission, now: datetime, reason: Reason) -> Decision[Commission]:
    nothing = Money.zero(commission.amount.currency)
    value = evolve(commission, amount=nothing, state=CommissionState.CLAWED_BACK)
    event = Event("promotion.commission_clawed_back", commission.order_id, now, reason.facts)
    return Decision(value, (reason,), (event,))
