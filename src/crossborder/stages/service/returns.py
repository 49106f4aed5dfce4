"""Refunds without a return, where the way back costs more than the goods."""

from datetime import datetime, timedelta

from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.money import Money
from crossborder.model.order import Order

__all__ = ["refund_without_return"]


@decides("service.refund_without_return", 1)
def refund_without_return(
    order: Order,
    *,
    value: Money,
    freight_back: Money,
    abuse: int,
    now: datetime,
    max_abuse: int = 1,
    within: timedelta = timedelta(days=90),
) -> Decision[bool]:
    """Whether the buyer may keep the goods and still gets the money.

    Args:
        order: what was bought.
        value: what the goods would be worth to us when back.
        freight_back: what the way back would cost.
        abuse: how often this buyer got money for goods that were kept.
        now: the moment of deciding.
        max_abuse: how often is too often: above it, goods must come back.
        within: how long after placing the order this is open.

    Raises:
        CurrencyMismatch: the amounts are not of one currency.
    """
    facts = Extra({"value": str(value), "freight_back": str(freight_back), "abuse": abuse})
    if now - order.placed_at > within:
        return Decision(False, (Reason("too_old", "the order is too long ago", facts),))
    if abuse > max_abuse:
        return Decision(False, (Reason("abuse", "the buyer got this too often", facts),))
    if value > freight_back:
        return Decision(False, (Reason("worth_returning", "the goods are worth more", facts),))
    event = Event("service.refund_without_return", order.id, now, facts)
    return Decision(True, (Reason("not_worth_returning", facts=facts),), (event,))
