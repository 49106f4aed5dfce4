"""From the library to a platform: where, at what price, how many, and only what changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import evolve, field, frozen

from crossborder.chain.source import Entered
from crossborder.chain.terms import Terms
from crossborder.conversation import Steps, as_of, flow, under
from crossborder.model.cost import LandedCost
from crossborder.model.customer import Segment
from crossborder.model.decision import Decision
from crossborder.model.extra import Extra
from crossborder.model.ids import SkuId
from crossborder.model.listing import Listing, ListingDraft, Platform
from crossborder.model.money import Price
from crossborder.model.outcome import Done, Outcome, Problem, Refused
from crossborder.model.product import Product
from crossborder.model.stock import RealStock, VirtualStock
from crossborder.protocols.listing import ListingChannel
from crossborder.stages import inventory, listing, operations, platforms, promotion, sourcing

__all__ = ["Published", "publish"]

Told = list[tuple[int, Decision[Any]]]


@frozen
class Published:
    """What came of publishing.

    Attributes:
        outcome: the listing, or why there is none.
        sent: whether the platform was written to.
        platform: where, or None when nothing was chosen.
        draft: what was to stand there, or None.
        costs: landed cost by SKU, in the platform's currency.
        stock: the virtual stock behind the quantities.
        feed: one item a SKU for shopping feeds.
        json_ld: schema.org data, one object a SKU in the feed.
        decisions: made on the way, by stage.
    """

    outcome: Outcome[Listing]
    sent: bool
    platform: Platform | None
    draft: ListingDraft | None
    costs: Mapping[SkuId, LandedCost]
    stock: tuple[VirtualStock, ...]
    feed: tuple[promotion.FeedItem, ...]
    json_ld: tuple[Extra, ...]
    decisions: tuple[tuple[int, Decision[Any]], ...] = field(repr=False)


@flow
def publish(
    channels: Mapping[str, ListingChannel],
    entered: Entered,
    *,
    terms: Terms,
    real: tuple[RealStock, ...] = (),
    now: datetime,
) -> Steps[Published]:
    """Publish a product where it earns most, if its review allows it and anything changed.

    Args:
        channels: our account at each platform, by platform id.
        entered: product, offer and review.
        terms: the seller's.
        real: stock we hold already.
        now: the time of the decisions; a run after a crash decides by that of the first.
    """
    told: Told = []
    now = yield from as_of(now)
    allowed = sourcing.publishable(entered.product, entered.review, now=now)
    told.append((1, allowed))
    if not allowed.value:
        return _refused(_problems(allowed), told)
    costs = _costs(entered, terms, told, now)
    chosen = _choose(channels, costs, terms, told, now)
    if chosen is None:
        return _refused((Problem("no_platform", "no platform leaves the margin floor"),), told)
    platform, asked = chosen
    prices = {sku: _discounted(price, costs[sku], terms, told, now) for sku, price in asked.items()}
    stock, quantities = _stock(entered, real, terms, told, now)
    drafted = listing.draft(
        entered.product,
        platform=platform,
        language=terms.language,
        prices=prices,
        quantities=quantities,
    )
    problems = listing.validate(drafted.value, platform.rules)
    told += [(4, drafted), (4, problems)]
    if any(problem.severity == "error" for problem in problems.value):
        refused = _refused(problems.value, told)
        return evolve(refused, platform=platform, draft=drafted.value, costs=costs, stock=stock)
    channel = channels[platform.id]
    current = yield from channel.listing(drafted.value.sku)
    if current is None and not any(quantities.values()):
        refused = _refused((Problem("nothing_sellable", "no piece can be promised"),), told)
        return evolve(refused, platform=platform, draft=drafted.value, costs=costs, stock=stock)
    change = listing.diff(drafted.value, current)
    told.append((4, change))
    sent = change.value in (listing.ChangeKind.CREATE, listing.ChangeKind.UPDATE)
    outcome: Outcome[Listing]
    if sent:
        steps = channel.publish(drafted.value)
        outcome = yield from under(f"{platform.id}/{drafted.value.digest}", steps)
    elif current is not None:
        outcome = Done(current)
    else:
        outcome = Refused(_problems(change))
    feed, json_ld = _feed(entered.product, outcome, drafted.value, terms, told)
    return Published(
        outcome, sent, platform, drafted.value, costs, stock, feed, json_ld, tuple(told)
    )


def _refused(problems: tuple[Problem, ...], told: Told) -> Published:
    return Published(Refused(problems), False, None, None, {}, (), (), (), tuple(told))


def _problems(decision: Decision[Any]) -> tuple[Problem, ...]:
    return tuple(Problem(reason.code, reason.text) for reason in decision.reasons)


def _costs(entered: Entered, terms: Terms, told: Told, now: datetime) -> dict[SkuId, LandedCost]:
    """What one unit costs at the buyer's door; a SKU that cannot be bought alone has no cost."""
    costs = {}
    for sku in entered.product.skus:
        choice = sourcing.select((entered.offer,), sku.id, 1, now=now)
        told.append((1, choice))
        if choice.value is None:
            continue
        cost = listing.landed(
            choice.value.unit_price,
            domestic_freight=terms.domestic_freight,
            international=terms.international_freight,
            rate=terms.rate,
            now=now,
        )
        told.append((4, cost))
        costs[sku.id] = cost.value
    return costs


def _choose(
    channels: Mapping[str, ListingChannel],
    costs: Mapping[SkuId, LandedCost],
    terms: Terms,
    told: Told,
    now: datetime,
) -> tuple[Platform, dict[SkuId, Price]] | None:
    """The platform with the best net on the dearest SKU, and the prices there.

    All are compared at one price, the highest asked: else dearer fees, which raise the price and
    the margin with it, would look like earnings.
    """
    if not costs:
        return None
    asked: dict[str, dict[SkuId, Price]] = {}
    able = [platform for platform in terms.platforms if platform.id in channels]
    for platform in able:
        for sku, cost in costs.items():
            priced = listing.price(cost, platform, margin=terms.margin, floor=terms.floor, now=now)
            told.append((4, priced))
            if priced.value is not None:
                asked.setdefault(platform.id, {})[sku] = priced.value
    dearest = max(costs, key=lambda sku: (costs[sku].total.amount, sku))
    fit = tuple(platform for platform in able if dearest in asked.get(platform.id, {}))
    if not fit:
        return None
    highest = max(asked[platform.id][dearest] for platform in fit)
    ranked = platforms.compare(
        fit,
        {platform.id: highest for platform in fit},
        costs[dearest],
        assumptions=terms.assumptions,
    )
    told.append((3, ranked))
    best = next(platform for platform in fit if platform.id == ranked.value[0].platform_id)
    return best, asked[best.id]


def _discounted(price: Price, cost: LandedCost, terms: Terms, told: Told, now: datetime) -> Price:
    """The price after the promotion rule that fits any buyer, never under the floor."""
    reduced = operations.apply(
        terms.promotions,
        price,
        cost=cost.total,
        floor=terms.floor,
        segment=Segment.NEW,
        country=terms.country,
        now=now,
    )
    told.append((7, reduced))
    return reduced.value


def _stock(
    entered: Entered, real: tuple[RealStock, ...], terms: Terms, told: Told, now: datetime
) -> tuple[tuple[VirtualStock, ...], dict[SkuId, int]]:
    virtual = []
    for sku in entered.product.skus:
        promise = inventory.virtual_stock(
            entered.offer,
            sku.id,
            now=now,
            ship_by=now + terms.dispatch_within,
            lead=terms.lead.carried(*terms.transit),
            level=terms.service_level,
            cap=terms.stock_cap,
        )
        told.append((2, promise))
        if promise.value is not None:
            virtual.append(promise.value)
    quantities = {}
    for sku in entered.product.skus:
        offered = inventory.available(real, tuple(virtual), sku.id, now=now)
        told.append((2, offered))
        quantities[sku.id] = offered.value
    return tuple(virtual), quantities


def _feed(
    product: Product,
    outcome: Outcome[Listing],
    draft: ListingDraft,
    terms: Terms,
    told: Told,
) -> tuple[tuple[promotion.FeedItem, ...], tuple[Extra, ...]]:
    """What shopping feeds and search engines are told, once the listing stands."""
    if not isinstance(outcome, Done) or outcome.value.url is None:
        return (), ()
    items = []
    for variant in draft.variants:
        item = promotion.feed_item(
            product,
            variant.sku_id,
            language=terms.language,
            price=variant.price,
            available=variant.quantity,
            link=outcome.value.url,
        )
        told.append((6, item))
        if item.value is not None:
            items.append(item.value)
    return tuple(items), tuple(promotion.json_ld(product, item) for item in items)
