"""The suppliers who could deliver, and how a purchase at each of them would go."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from attrs import field, frozen

from crossborder.errors import InvalidValue
from crossborder.model.check import checked, refuse
from crossborder.model.decision import Reason
from crossborder.model.extra import Extra
from crossborder.model.ids import SkuId
from crossborder.model.money import Money, Price
from crossborder.model.stock import VirtualStock
from crossborder.model.supply import OfferLine, SupplierOffer
from crossborder.stages.inventory.dated.buyable import Basket, Buyable, purchase_quantity
from crossborder.stages.inventory.virtual.lead import LeadTime
from crossborder.stages.inventory.virtual.stock import (
    Asked,
    Counted,
    closed,
    counted,
    sellable,
    timed,
)

__all__ = ["Candidate", "Pool", "Way", "cheapest", "comparable", "distinct", "way"]

_ONE = Decimal(1)


def _probability(instance: object, attribute: Any, value: Decimal) -> None:
    if value > _ONE:
        raise refuse(instance, attribute.name, value, "must not be above 1")


@frozen(field_transformer=checked)
class Candidate:
    """A supplier who could deliver, and what is known of him.

    Attributes:
        offer: the terms.
        lead: how long it takes by him, until the buyer has it.
        credible: pieces that may be counted on, or None to go by the age of the stock figure.
        match: probability that the goods are the ones that were sold; 1 for the very same.
        beside: what else is bought of that seller in one cart, for its mix rule; None: nothing.
    """

    offer: SupplierOffer
    lead: LeadTime
    credible: int | None = None
    match: Decimal = field(default=_ONE, validator=_probability)
    beside: Basket | None = None


@frozen
class Pool:
    """What several lines buy together of one SKU on one offer.

    Attributes:
        wanted: pieces they need.
        bought: pieces that are bought for them; what is spare serves the next line.
        cost: what those cost, or None for nothing yet.
        gone: pieces bought since the stock figure was read, which it still contains.
    """

    wanted: int = 0
    bought: int = 0
    cost: Money | None = None
    gone: int = 0


@frozen
class Way:
    """A purchase that could be made in time.

    Attributes:
        candidate: by whom.
        pool: what is bought there in all with it.
        buy: pieces bought on top of what the pool had.
        stock: the deadline, the date and the probability.
        unit_cost: what the purchase adds to the cost, for each wanted piece.
        ship_by: the parcel leaves by then.
    """

    candidate: Candidate
    pool: Pool
    buy: int
    stock: VirtualStock
    unit_cost: Money
    ship_by: datetime = field(kw_only=True)

    @property
    def rank(self) -> tuple[Decimal, Decimal, str]:
        """The cheaper, then the surer, then the lower id first."""
        return (self.unit_cost.amount, -self.stock.confidence, self.candidate.offer.id)


def comparable(tried: Iterable[Way | Reason], currency: str | None) -> list[Way | Reason]:
    """The same, where those that cost another currency than the rest are passed over.

    The currency is the given one, if any of them costs that; else the one of most of them.
    """
    given = list(tried)
    found = Counter(one.unit_cost.currency for one in given if isinstance(one, Way))
    if len(found) < 2:
        return given
    ours = currency if currency in found else min(found, key=lambda one: (-found[one], one))
    facts = Extra({"compared": ours})
    other = Reason("other_currency", "cannot be compared", facts)
    return [
        other if isinstance(one, Way) and one.unit_cost.currency != ours else one for one in given
    ]


def cheapest(found: Iterable[Way | Reason]) -> Way | None:
    """The best way by rank, of those in one currency, or None."""
    return min(
        (one for one in found if isinstance(one, Way)), key=lambda one: one.rank, default=None
    )


def distinct(candidates: tuple[Candidate, ...], source: str) -> None:
    """Refuse two candidates with one offer.

    Raises:
        InvalidValue: an offer stands there twice.
    """
    ids = [candidate.offer.id for candidate in candidates]
    if len(set(ids)) < len(ids):
        raise InvalidValue("has two of one offer", field="candidates", value=ids, source=source)


def way(
    candidate: Candidate,
    sku_id: SkuId,
    pieces: int,
    *,
    asked: Asked,
    max_unit_price: Price | None,
    min_match: Decimal,
    pool: Pool | None = None,
) -> Way | Reason:
    """How to buy the pieces on this offer in time and within the price, or why not.

    With a pool they are bought together with what other lines need.
    """
    offer = candidate.offer
    if candidate.match < min_match:
        return Reason("no_match", "perhaps not the same goods", Extra({"match": candidate.match}))
    line = next((line for line in offer.lines if line.sku_id == sku_id), None)
    if line is None:
        return Reason("sku_not_offered", "the offer does not have the SKU")
    lead = candidate.lead.handled(offer.handling)
    shut = closed(offer, line, lead, asked=asked)
    if shut is not None:
        return shut
    before = pool or Pool()
    count = counted(offer, line, asked=asked, credible=candidate.credible).less(before.gone)
    after = _pooled(candidate, line, pieces, before, count, asked.now)
    if isinstance(after, Reason):
        return after
    cost = after.cost or Money.zero(offer.currency)
    added = cost if before.cost is None else cost - before.cost
    each = added.per(pieces)
    dear = _dear(each, max_unit_price)
    if dear is not None:
        return dear
    # The date comes last: it is the only part that takes time to work out.
    most, _ = sellable(offer, line, count, now=asked.now, beside=candidate.beside)
    stock, reasons = timed(offer, sku_id, lead, asked=asked, pieces=most - before.wanted)
    if stock is None:
        return reasons[0]
    bought = after.bought - before.bought
    return Way(candidate, after, bought, stock, each, ship_by=asked.ship_by)


def _pooled(
    candidate: Candidate, line: OfferLine, pieces: int, pool: Pool, count: Counted, now: datetime
) -> Pool | Reason:
    """What is bought in all when so many more pieces are needed, or why it cannot be."""
    wanted, left = pool.wanted + pieces, count.pieces - pool.wanted
    if left <= 0:
        return Reason("nothing_left", "all that can be counted on is taken", Extra())
    if pieces > left:
        return Reason("too_few", "fewer can be counted on", Extra({"pieces": pieces, "left": left}))
    if wanted <= pool.bought:
        return Pool(wanted, pool.bought, pool.cost, pool.gone)
    limit, offer = count.bought, candidate.offer
    bought: Buyable = purchase_quantity(
        offer, line, wanted, now=now, beside=candidate.beside, limit=limit
    )
    if bought.cost is None:
        facts = Extra({"pieces": pieces, "credible": limit})
        return Reason(bought.reason, "the terms do not allow it", facts)
    return Pool(wanted, bought.pieces, bought.cost, pool.gone)


def _dear(each: Money, limit: Price | None) -> Reason | None:
    if limit is None:
        return None
    facts = Extra({"each": str(each), "limit": str(limit)})
    if each.currency != limit.currency:
        return Reason("other_currency", "cannot be held against the limit", facts)
    return Reason("too_dear", "would leave less than the floor", facts) if each > limit else None
