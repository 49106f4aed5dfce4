"""The suppliers who could deliver, and how a purchase at each of them would go."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from attrs import field, frozen

from crossborder.errors import CurrencyMismatch, InvalidValue
from crossborder.model.check import checked
from crossborder.model.decision import Reason
from crossborder.model.extra import Extra
from crossborder.model.ids import SkuId
from crossborder.model.money import Money, Price
from crossborder.model.stock import VirtualStock
from crossborder.model.supply import OfferLine, SupplierOffer
from crossborder.stages.inventory.dated.buyable import Basket, Buyable, purchase_quantity
from crossborder.stages.inventory.virtual.lead import LeadTime
from crossborder.stages.inventory.virtual.stock import Asked, credible_pieces, offered

__all__ = ["Candidate", "Way", "cheapest", "distinct", "way"]

_ONE = Decimal(1)


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
    match: Decimal = _ONE
    beside: Basket | None = None


@frozen
class Way:
    """A purchase that could be made in time."""

    candidate: Candidate
    bought: Buyable
    stock: VirtualStock
    unit_cost: Money
    ship_by: datetime = field(kw_only=True)

    @property
    def rank(self) -> tuple[Decimal, Decimal, str]:
        """The cheaper, then the surer, then the lower id first."""
        return (self.unit_cost.amount, -self.stock.confidence, self.candidate.offer.id)


def cheapest(found: Iterable[Way], source: str) -> Way | None:
    """The best way by rank, or None.

    Raises:
        CurrencyMismatch: the ways are priced in two currencies.
    """
    ranked = sorted(found, key=lambda one: one.rank)
    currencies = sorted({one.unit_cost.currency for one in ranked})
    if len(currencies) > 1:
        text = "must be of one currency"
        raise CurrencyMismatch(text, field="candidates", value=currencies, source=source)
    return ranked[0] if ranked else None


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
) -> Way | Reason:
    """How to buy the pieces on this offer in time and within the price, or why not."""
    offer = candidate.offer
    if candidate.match < min_match:
        return Reason("no_match", "perhaps not the same goods", Extra({"match": candidate.match}))
    stock, reasons = offered(
        offer, sku_id, asked=asked, lead=candidate.lead, credible=candidate.credible
    )
    if stock is None:
        return reasons[0]
    line = offer.line(sku_id)
    bought = purchase_quantity(offer, line, pieces, now=asked.now, beside=candidate.beside)
    cost = bought.cost
    if cost is None:
        return Reason(bought.reason, "the terms do not allow it", Extra({"pieces": pieces}))
    short = _short(candidate, line, bought.pieces, asked)
    if short is not None:
        return short
    each = cost.per(pieces)
    dear = _dear(each, max_unit_price)
    return dear or Way(candidate, bought, stock, each, ship_by=asked.ship_by)


def _short(candidate: Candidate, line: OfferLine, needed: int, asked: Asked) -> Reason | None:
    counted = credible_pieces(candidate.offer, line, asked=asked, credible=candidate.credible)
    if needed <= counted:
        return None
    facts = Extra({"needed": needed, "credible": counted})
    return Reason("too_few", "fewer can be counted on", facts)


def _dear(each: Money, limit: Price | None) -> Reason | None:
    if limit is None:
        return None
    facts = Extra({"each": str(each), "limit": str(limit)})
    if each.currency != limit.currency:
        return Reason("other_currency", "cannot be held against the limit", facts)
    return Reason("too_dear", "would leave less than the floor", facts) if each > limit else None
