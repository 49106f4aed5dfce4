"""Reorder proposals: enough until the next order can arrive, with the chance of running out."""

from datetime import datetime, timedelta
from decimal import Decimal

from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.money import Money
from crossborder.stages.inventory.planning.formulas import economic_lot
from crossborder.stages.inventory.planning.item import ReorderItem, ReorderProposal
from crossborder.stages.inventory.planning.window import (
    Atoms,
    atoms,
    kept,
    laws,
    needed,
    short,
    until_arrival,
    whole_order,
    windows,
)

__all__ = ["propose"]

_DAY = timedelta(days=1)
_YEAR = 365.0
_AHEAD = 60
"""So many reviews are looked ahead for the time of the next order."""


def _figure(value: float) -> Decimal:
    return Decimal(f"{value:.6f}")


def _arrivals(item: ReorderItem, now: datetime) -> tuple[list[tuple[float, int]], int]:
    """What comes in, by days from now, and the pieces that are overdue."""
    ahead = [((one.due - now) / _DAY, one.pieces) for one in item.incoming if one.due >= now]
    return sorted(ahead), sum(one.pieces for one in item.incoming if one.due < now)


def _service(item: ReorderItem) -> float:
    price = item.price_of(item.moq)
    if item.service is not None or price is None or item.shortage_cost is None:
        return float(item.service or 0)
    cycle = max(item.review / _DAY, 1.0)
    over = float(price.amount * item.holding) * cycle / _YEAR
    lost = float(item.shortage_cost.amount)
    # Nothing to lose, or nothing to pay for keeping: still a probability inside 0 and 1.
    return min(max(lost / (lost + over) if lost else 0.0, 1e-6), 1 - 1e-6)


def _lot(item: ReorderItem) -> int:
    """The economic lot, 0 where an order costs nothing or keeping does."""
    price = item.price_of(item.moq)
    if item.order_cost is None or price is None or not price or not item.holding:
        return 0
    yearly = item.forecast.by(_YEAR)
    keeping = float(price.amount * item.holding)
    fixed = float(item.order_cost.amount)
    return round(economic_lot(fixed=fixed, holding=keeping, demand=yearly).quantity)


def _cost(item: ReorderItem, quantity: int) -> Money | None:
    price = item.price_of(quantity)
    if price is None:
        return None
    pieces = price * quantity
    return pieces if item.order_cost is None or not quantity else pieces + item.order_cost


def _each(item: ReorderItem, quantity: int, yearly: Decimal) -> Decimal:
    """What a piece costs in an order of this size: price, its part of the order, and keeping it."""
    price = item.price_of(quantity)
    assert price is not None
    fixed = Decimal(0) if item.order_cost is None else item.order_cost.amount
    keeping = price.amount * item.holding * quantity / (2 * yearly)
    return price.amount + fixed / quantity + keeping


def _cheaper(item: ReorderItem, quantity: int) -> int:
    """The quantity at which all that a piece costs is least, when a tier is worth reaching."""
    yearly = Decimal(repr(item.forecast.by(_YEAR)))
    if not yearly:
        return quantity
    tried = {quantity}
    for tier in item.tiers:
        if tier.min_quantity > quantity:
            tried.add(whole_order(tier.min_quantity, lot=0, moq=1, multiple=item.multiple))
    return min(tried, key=lambda pieces: (_each(item, pieces, yearly), pieces))


def _affordable(item: ReorderItem, quantity: int, cash: Money) -> int:
    """The most pieces, not above `quantity`, that the cash pays for; 0 when not even the MOQ."""
    while quantity >= item.moq:
        cost, price = _cost(item, quantity), item.price_of(quantity)
        if cost is None or price is None or cost <= cash:
            return quantity
        over = int((cost - cash) / price) if price else quantity
        steps = max(1, over // item.multiple)
        quantity -= steps * item.multiple
    return 0


def _next(
    item: ReorderItem,
    lead: Atoms,
    arrivals: list[tuple[float, int]],
    *,
    supply: int,
    service: float,
) -> int | None:
    """After how many reviews something will be needed."""
    review = item.review / _DAY
    step = review or 1.0
    for count in range(1, _AHEAD + 1):
        later = windows(lead, review, supply, arrivals, item.forecast.by, after=count * step)
        if kept(laws(later, item.forecast.dispersion), 0) < service:
            return count
    return None


@decides("inventory.reorder", 1)
def propose(
    item: ReorderItem, *, now: datetime, cash: Money | None = None
) -> Decision[ReorderProposal]:
    """How many pieces to order now, or when to look again.

    - What comes in counts only for the days after its due date: an order due in 90 days covers
      nothing in 10. What is overdue is counted on no sooner than an order placed now.
    - The need is the fewest pieces with which, at the worst moment between the arrival of this
      order and that of the next, the chance of having run out is at most 1 - service: over the
      lead-time distribution, not its mean.
    - Then: at least the economic lot and the MOQ; whole multiples; up to a price tier where a
      piece costs less in all (price, its part of the order, keeping); as far as the cash goes.

    More stock, or more coming in before the window, never proposes more pieces before the
    economic lot; a higher service never fewer.

    Raises:
        CurrencyMismatch: the cash is in another currency than the prices.
    """
    arrivals, overdue = _arrivals(item, now)
    free, review = item.on_hand - item.allocated, item.review / _DAY
    lead, service = atoms(item.lead.values, item.lead.weights), _service(item)
    dispersion = item.forecast.dispersion
    ahead = windows(lead, review, free + overdue, arrivals, item.forecast.by)
    tables = laws(ahead, dispersion)
    need, without = needed(tables, service)
    before = 1 - kept(laws(until_arrival(lead, free, arrivals, item.forecast.by), dispersion), 0)
    lot = _lot(item)
    facts = Extra({"free": free, "need": need, "service": _figure(service)})
    reasons = [Reason("short" if need else "covered", "until the next arrival", facts)]
    if overdue:
        late = Extra({"pieces": overdue})
        reasons.append(Reason("overdue", "counted on no sooner than an order now", late))
    if before > 1 - service:
        risk = Extra({"risk": _figure(before)})
        reasons.append(Reason("before_arrival", "runs out before an order can arrive", risk))
    quantity = whole_order(need, lot=lot, moq=item.moq, multiple=item.multiple)
    if quantity > need:
        rounded = Extra({"lot": lot, "moq": item.moq, "multiple": item.multiple})
        reasons.append(Reason("rounded", "to the lot, the MOQ and the multiple", rounded))
    if quantity and item.tiers:
        reached = _cheaper(item, quantity)
        if reached > quantity:
            reasons.append(Reason("tier", "a piece costs less", Extra({"quantity": reached})))
        quantity = reached
    if quantity and cash is not None:
        paid = _affordable(item, quantity, cash)
        if paid < quantity:
            left = Extra({"wanted": quantity, "affordable": paid, "cash": str(cash.amount)})
            reasons.append(Reason("cash", "not enough for all", left))
        quantity = paid
    order_at: datetime | None = now
    if not need:
        count = _next(item, lead, arrivals, supply=free + overdue, service=service)
        order_at = None if count is None else now + count * (item.review or _DAY)
    saved = _figure(max(0.0, short(tables, 0) - short(tables, quantity)))
    loss = item.shortage_cost
    proposal = ReorderProposal(
        item.sku_id,
        item.warehouse_id,
        quantity,
        need,
        order_at,
        _figure(max(0.0, before)),
        _figure(without),
        _figure(max(0.0, 1 - kept(tables, quantity))),
        saved,
        _cost(item, quantity),
        None if loss is None else loss * saved,
    )
    events: tuple[Event, ...] = ()
    if quantity:
        what = Extra({"warehouse_id": item.warehouse_id, "quantity": quantity})
        events = (Event("inventory.reorder_proposed", item.sku_id, now, what),)
    return Decision(proposal, reasons=tuple(reasons), events=events)
