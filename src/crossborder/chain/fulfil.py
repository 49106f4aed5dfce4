"""From a paid order to a parcel: what must be bought, and on which line it goes."""

from datetime import datetime, timedelta
from typing import Any

from attrs import evolve, field, frozen

from crossborder.chain.terms import Terms
from crossborder.conversation import Steps, as_of, flow, noted, recalled, under
from crossborder.model.carriage import Line, Parcel, Quote, ServiceClass, ShipmentRequest
from crossborder.model.decision import Decision
from crossborder.model.ids import SkuId, digest
from crossborder.model.money import Price
from crossborder.model.order import Fulfilment, FulfilmentLine, Order
from crossborder.model.outcome import Done, Outcome, Problem, Refused
from crossborder.model.purchase import Purchase
from crossborder.model.shipment import Shipment
from crossborder.model.stock import RealStock
from crossborder.model.supply import SupplierOffer
from crossborder.model.time import Window
from crossborder.protocols.logistics import Carrier
from crossborder.protocols.orders import DispatchReporter
from crossborder.protocols.sourcing import Purchasing
from crossborder.serial import from_json, to_json
from crossborder.stages import logistics, orders
from crossborder.stages.inventory.virtual import latest_purchase
from crossborder.stages.logistics.scorecard import LaneScore

__all__ = ["Bought", "Sent", "fulfil", "send"]

Told = list[tuple[int, Decision[Any]]]

_UNSTATED = (timedelta(days=5), timedelta(days=30))
"""The transit of a line whose carrier says nothing: wide on purpose."""


@frozen
class Bought:
    """What came of buying for an order.

    Attributes:
        plan: where every piece is to come from.
        outcomes: one for each purchase of the plan, in order.
        decisions: made on the way, by stage.
    """

    plan: orders.PurchasePlan
    outcomes: tuple[Outcome[Purchase], ...]
    decisions: tuple[tuple[int, Decision[Any]], ...] = field(repr=False)

    @property
    def complete(self) -> bool:
        """Whether every piece is covered."""
        return not self.plan.uncovered and all(isinstance(item, Done) for item in self.outcomes)


@frozen
class Sent:
    """What came of sending an order.

    Attributes:
        outcome: the parcel, or why there is none.
        fulfilment: what the channel was told, or None.
        line: the line it goes on, or None.
        decisions: made on the way, by stage.
    """

    outcome: Outcome[Shipment]
    fulfilment: Outcome[Fulfilment] | None
    line: Line | None
    decisions: tuple[tuple[int, Decision[Any]], ...] = field(repr=False)


@flow
def fulfil(
    market: Purchasing,
    order: Order,
    offers: tuple[SupplierOffer, ...],
    *,
    terms: Terms,
    stock: tuple[RealStock, ...] = (),
    now: datetime,
) -> Steps[Bought]:
    """Buy what an order needs, once, whatever is lost on the way.

    The purchase must be placed while the order's ship-by time can be held with the probability
    `terms.service_level`; a unit may cost a little more than it did (`terms.price_slack`), not
    much.
    """
    now = yield from as_of(now)
    ship_by = order.ship_by if order.ship_by is not None else now + terms.dispatch_within
    order_by = latest_purchase(terms.lead, ship_by=ship_by, level=terms.service_level)
    planned = orders.plan(
        order,
        offers,
        stock=stock,
        now=now,
        # Where nothing is known of the way, an accepted order is bought at once or not at all.
        order_by=order_by if order_by is not None else now,
        unit_limit=_limits(offers, terms),
    )
    plan = planned.value
    kept = yield from recalled("plan")
    if kept is not None:
        # What an earlier run began to buy stands, whatever offers and stock say now.
        plan = from_json(kept, orders.PurchasePlan)
    elif plan.purchases:
        yield from noted("plan", to_json(plan))
    told: Told = [(8, planned), (8, orders.reconcile(order, now=now))]
    outcomes: list[Outcome[Purchase]] = []
    for purchase in plan.purchases:
        placed = yield from under(purchase.id, market.place(purchase, ship_to=terms.warehouse))
        if isinstance(placed, Done):
            placed = yield from under(purchase.id, market.pay_purchase(placed.value))
        outcomes.append(placed)
    return Bought(plan, tuple(outcomes), tuple(told))


def _limits(offers: tuple[SupplierOffer, ...], terms: Terms) -> dict[SkuId, Price]:
    """The most one unit may cost: the dearest of its known prices, and the slack."""
    limits: dict[SkuId, Price] = {}
    for offer in offers:
        for line in offer.lines:
            known = [tier.unit_price for tier in offer.tiers]
            known += [
                price
                for price in (line.unit_price, line.one_piece_price, line.channel_price)
                if price is not None
            ]
            if known:
                dearest = max(price.amount for price in known)
                allowed = dearest * (1 + terms.price_slack)
                kept = limits.get(line.sku_id)
                if kept is None or allowed < kept.amount:
                    limits[line.sku_id] = Price(allowed, offer.currency)
    return limits


@flow
def send(
    carrier: Carrier,
    channel: DispatchReporter,
    order: Order,
    parcel: Parcel,
    *,
    terms: Terms,
    scores: tuple[LaneScore, ...] = (),
    now: datetime,
) -> Steps[Sent]:
    """Book the parcel on the line that fits best, and tell the channel.

    With `scores` of carriers (`logistics.scorecard`) a line is taken for what its parcels have
    shown, from the country of our warehouse.
    """
    told: Told = []
    now = yield from as_of(now)
    if order.ship_to is None:
        return Sent(Refused((Problem("no_address"),)), None, None, ())
    asked = ShipmentRequest(
        digest("parcel", order.id), "any", order.ship_to, parcel, order_id=order.id
    )
    kept = yield from recalled("line")
    if kept is not None:
        # An earlier run has booked on this line, or was about to: it stands.
        return (yield from _sent(carrier, channel, order, asked, from_json(kept, Line), told, now))
    quotes = yield from carrier.quote(asked)
    lines = tuple(_line(quote, order.ship_to.country, parcel) for quote in quotes)
    chosen = logistics.choose(
        lines,
        parcel,
        country=order.ship_to.country,
        now=now,
        deliver_by=order.deliver_by,
        day_value=terms.day_value,
        scores=scores,
        origin=terms.warehouse.country,
    )
    told.append((9, chosen))
    if chosen.value is None:
        problems = tuple(Problem(item.code, item.text) for item in chosen.reasons)
        refused = Refused(problems or (Problem("no_line"),))
        return Sent(refused, None, None, tuple(told))
    yield from noted("line", to_json(chosen.value))
    return (yield from _sent(carrier, channel, order, asked, chosen.value, told, now))


def _sent(
    carrier: Carrier,
    channel: DispatchReporter,
    order: Order,
    asked: ShipmentRequest,
    line: Line,
    told: Told,
    now: datetime,
) -> Steps[Sent]:
    """Book the parcel on its line, and tell the channel."""
    outcome = yield from carrier.ship(evolve(asked, line=line.id), now=now)
    if not isinstance(outcome, Done):
        return Sent(outcome, None, line, tuple(told))
    shipment = outcome.value
    if shipment.promised is None and order.deliver_by is not None:
        shipment = evolve(shipment, promised=Window(order.placed_at, order.deliver_by))
    fulfilment = Fulfilment(
        digest("fulfilment", order.id),
        order.id,
        tuple(FulfilmentLine(line.id, line.wanted) for line in order.lines if line.wanted),
        carrier=shipment.carrier,
        numbers=shipment.numbers,
        dispatched_at=now,
    )
    reported = yield from channel.dispatch(order, fulfilment)
    return Sent(Done(shipment, outcome.problems), reported, line, tuple(told))


def _line(quote: Quote, country: str, parcel: Parcel) -> Line:
    """A quote as a line for this one parcel: the carrier has already said that it takes it."""
    return Line(
        quote.line,
        quote.carrier or "unnamed",
        quote.name,
        ServiceClass.DEDICATED_LINE,
        quote.cost,
        quote.transit if quote.transit is not None else _UNSTATED,
        frozenset({country}),
        accepts=frozenset({parcel.cargo}),
    )
