"""Stopping the work on an order, and letting it go on."""

from datetime import datetime

from attrs import evolve

from crossborder.model.check import refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.money import Money
from crossborder.model.order import Order
from crossborder.model.status import FulfilmentState

__all__ = ["hold", "release", "screen_order"]


def _with_flags(order: Order, flags: frozenset[str]) -> Order:
    return evolve(order, reported=evolve(order.reported, flags=flags))


@decides("orders.hold", 1)
def hold(order: Order, flag: str, *, reason: str, now: datetime) -> Decision[Order]:
    """The order with a hold on it; nothing is bought or sent while it stands.

    Args:
        order: the order.
        flag: such as `hold:risk`.
        reason: for people.
        now: the moment of holding.

    Raises:
        InvalidValue: the flag does not begin with `hold:`.
    """
    if not flag.startswith("hold:") or flag == "hold:":
        raise refuse("hold", "flag", flag, "must be hold: and a word")
    if flag in order.reported.flags:
        return Decision(order, (Reason("held_already", flag),))
    held = _with_flags(order, order.reported.flags | {flag})
    facts = Extra({"flag": flag, "reason": reason})
    event = Event("orders.held", order.id, now, facts)
    return Decision(held, (Reason("held", reason, facts),), (event,))


@decides("orders.release", 1)
def release(order: Order, flag: str, *, by: str, now: datetime) -> Decision[Order]:
    """The order without that hold or quarantine; others stay.

    Args:
        order: the order.
        flag: such as `hold:risk` or `quarantine:unknown_status`.
        by: who decided it.
        now: the moment of releasing.

    Raises:
        InvalidValue: the flag is neither a hold nor a quarantine.
    """
    if not flag.startswith(("hold:", "quarantine:")):
        raise refuse("release", "flag", flag, "must be a hold or a quarantine")
    if flag not in order.reported.flags:
        return Decision(order, (Reason("not_held", flag),))
    freed = _with_flags(order, order.reported.flags - {flag})
    facts = Extra({"flag": flag, "by": by})
    event = Event("orders.released", order.id, now, facts)
    return Decision(freed, (Reason("released", f"by {by}", facts),), (event,))


@decides("orders.screen_order", 1)
def screen_order(
    order: Order, *, now: datetime, max_amount: Money | None = None
) -> Decision[frozenset[str]]:
    """The holds an order should get; work only when there are none.

    `hold:address` when there is no usable address, `hold:amount_check` above `max_amount`,
    `hold:risk` when the buyer's country is not where the goods go and the order is worth more than
    half of `max_amount`.

    Args:
        order: the order.
        now: the moment of looking.
        max_amount: the most an order may be worth unseen, or None for any.

    Raises:
        CurrencyMismatch: `max_amount` is not in the order's currency.
    """
    reasons = []
    address, buyer = order.ship_to, order.customer
    if order.status.fulfilment is not FulfilmentState.NOT_REQUIRED:
        if address is None:
            reasons.append(Reason("hold:address", "the platform gave no address"))
        elif not address.lines or not address.city.strip():
            reasons.append(Reason("hold:address", "street or city is missing"))
    if max_amount is not None:
        facts = Extra({"total": str(order.total), "limit": str(max_amount)})
        if order.total > max_amount:
            reasons.append(Reason("hold:amount_check", "worth more than allowed unseen", facts))
        abroad = (
            address is not None
            and buyer is not None
            and bool(buyer.country)
            and buyer.country != address.country
        )
        if abroad and order.total * 2 > max_amount:
            reasons.append(Reason("hold:risk", "much money, and two countries", facts))
    flags = frozenset(reason.code for reason in reasons)
    if not flags:
        return Decision(flags, (Reason("clear", "nothing to hold it for"),))
    event = Event("orders.screened", order.id, now, Extra({"flags": tuple(sorted(flags))}))
    return Decision(flags, tuple(reasons), (event,))
