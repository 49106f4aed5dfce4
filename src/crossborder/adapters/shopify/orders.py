"""Orders read whole, their dispatches reported, and money given back."""

from collections.abc import Iterable

from attrs import evolve

from crossborder.adapters.shopify import calls
from crossborder.adapters.shopify.asking import ask, found, more, pages, write
from crossborder.adapters.shopify.shapes import base
from crossborder.adapters.shopify.shapes import fulfilment as parcels
from crossborder.adapters.shopify.shapes import refund as refunds
from crossborder.adapters.shopify.shapes.order import order as order_of
from crossborder.conversation import Desk, Steps, settled
from crossborder.model.ids import OrderId, digest
from crossborder.model.money import Price
from crossborder.model.order import Fulfilment, Order
from crossborder.model.outcome import Done, Outcome, Problem, Refused
from crossborder.model.payment import Refund
from crossborder.wire.payload import Payload

__all__ = ["dispatch", "give_back", "whole_order"]

# Seconds before looking for a fulfilment whose answer was lost.
_SETTLING = 2.0


def whole_order(desk: Desk, gid: str, *, api_version: str) -> Steps[Order]:
    """One order, with all its lines, transactions and fulfilments."""
    data = yield from ask(desk, "orders.get", {"id": gid})
    payload = found(desk, "orders.get", data, "order", gid)
    following = more(desk, "orders.lines", gid, "order", "lineItems")
    lines = yield from pages(payload.one("lineItems"), following)
    sent = payload.each("fulfillments")
    if payload.one("fulfillmentsCount").integer("count") > len(sent):
        data = yield from ask(desk, "fulfilments.list", {"id": gid})
        sent = data.one("order").each("fulfillments")
    read_parcels = yield from _fulfilments(desk, sent, OrderId(gid))
    return order_of(payload, lines, read_parcels, api_version=api_version)


def _fulfilments(
    desk: Desk, sent: Iterable[Payload], order_id: OrderId
) -> Steps[tuple[Fulfilment, ...]]:
    """Fulfilments with all their lines."""
    read: list[Fulfilment] = []
    for parcel in sent:
        following = more(
            desk,
            "fulfilments.lines",
            parcel.text("id"),
            "fulfillment",
            "fulfillmentLineItems",
        )
        lines = yield from pages(parcel.one("fulfillmentLineItems"), following)
        read.append(parcels.fulfilment(parcel, lines, order_id=order_id))
    return tuple(read)


def dispatch(
    desk: Desk, order: Order, fulfilment: Fulfilment, *, notify: bool
) -> Steps[Outcome[Fulfilment]]:
    """Report a dispatch, unless the same goods stand there as reported."""
    gid = order.ref.value

    def look(after: float = 0.0) -> Steps[Outcome[Fulfilment] | None]:
        data = yield from ask(desk, "fulfilments.list", {"id": gid}, after=after)
        payload = found(desk, "fulfilments.list", data, "order", gid)
        standing = yield from _fulfilments(desk, payload.each("fulfillments"), order.id)
        same = parcels.same_goods(fulfilment, standing, known=_others(order, fulfilment))
        return None if same is None else Done(_reported(fulfilment, same))

    done = yield from look()
    if done is not None:
        return done
    places = yield from _places(desk, gid)
    allocation, problems = parcels.allocate(fulfilment, places)
    if problems:
        return Refused(problems)

    def attempt(step: str) -> Steps[Outcome[Fulfilment]]:
        variables = calls.dispatch(fulfilment, allocation, notify=notify)
        data = yield from write(desk, "fulfilments.create", variables, step=step)
        payload = data.one("fulfillmentCreate")
        refused = base.problems(payload)
        if refused:
            return Refused(refused)
        made = yield from _fulfilments(desk, [payload.one("fulfillment")], order.id)
        return Done(_reported(fulfilment, made[0]))

    # The name holds the choice of places: where a later run has to choose others, that is
    # another write, and the look above has shown that the earlier one did not arrive.
    name = f"dispatch/{digest(repr(allocation))[:8]}"
    return (yield from settled(attempt, lambda: look(_SETTLING), step=name))


def _places(desk: Desk, gid: str) -> Steps[list[parcels.Place]]:
    data = yield from ask(desk, "fulfilments.dispatchable", {"id": gid, "after": None})
    payload = found(desk, "fulfilments.dispatchable", data, "order", gid)
    next_orders = more(desk, "fulfilments.dispatchable", gid, "order", "fulfillmentOrders")
    places: list[parcels.Place] = []
    for part in (yield from pages(payload.one("fulfillmentOrders"), next_orders)):
        next_lines = more(
            desk,
            "fulfilments.dispatchable_lines",
            part.text("id"),
            "fulfillmentOrder",
            "lineItems",
        )
        lines = yield from pages(part.one("lineItems"), next_lines)
        place = parcels.place(part, lines)
        if place is not None:
            places.append(place)
    return places


def give_back(desk: Desk, order: Order, money: Price, *, reason: str) -> Steps[Outcome[Refund]]:
    """Make a refund out of the order's payments."""
    paid_in = order.extra.get("presentmentCurrency", order.currency)
    if money.currency != paid_in:
        text = f"the buyer paid in {paid_in}: give the refund in it"
        return Refused((Problem("currency", text, "money"),))
    chosen = refunds.shares(order, money)
    if not chosen:
        text = "the payments of the order, as read, do not hold so much any more"
        return Refused((Problem("not_refundable", text, "money"),))
    variables = calls.refund(order, chosen, currency=money.currency, reason=reason)

    def attempt(step: str) -> Steps[Outcome[Refund]]:
        # The key makes a repeat harmless for a day; what is older is looked up.
        data = yield from write(desk, "refunds.create", variables, step=step, keyed=calls.keyed)
        payload = data.one("refundCreate")
        refused = base.problems(payload)
        if refused:
            return Refused(refused)
        return _refunded(refunds.refund(payload.one("refund"), chosen=chosen, reason=reason))

    def look() -> Steps[Outcome[Refund] | None]:
        asked = {"id": order.ref.value}
        data = yield from ask(desk, "refunds.list", asked, after=_SETTLING)
        payload = found(desk, "refunds.list", data, "order", order.ref.value)
        for standing in payload.each("refunds"):
            if refunds.is_new(order, standing):
                made = refunds.refund(standing, chosen=chosen, reason=reason)
                if made.money == money and (standing.maybe_text("note") or "") == reason:
                    return _refunded(made)
        return None

    return (yield from settled(attempt, look, step="refund"))


def _refunded(made: Refund) -> Outcome[Refund]:
    if made.status == "failed":
        text = "the gateway did not give the money back"
        return Refused((Problem("declined", text, raw=made.ref.value),))
    return Done(made)


def _others(order: Order, fulfilment: Fulfilment) -> frozenset[str]:
    """The ids at Shopify of fulfilments that the caller holds as other ones."""
    return frozenset(
        item.ref.value
        for item in order.fulfilments
        if item.ref is not None and item.id not in (fulfilment.id, item.ref.value)
    )


def _reported(fulfilment: Fulfilment, standing: Fulfilment) -> Fulfilment:
    return evolve(
        fulfilment,
        ref=standing.ref,
        dispatched_at=fulfilment.dispatched_at or standing.dispatched_at,
        cancelled=standing.cancelled,
    )
