"""Capable to promise (CTP): what our stock and the suppliers together can have there by a date."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any

from attrs import field, frozen

from crossborder.errors import InvalidValue
from crossborder.model.check import SIGNED, checked, refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.model.ids import OfferId, SkuId
from crossborder.model.money import Price
from crossborder.model.supply import OfferLine, SupplierOffer
from crossborder.predict.quantiles import Distribution
from crossborder.stages.inventory.dated.buyable import Basket, Buyable, most_buyable, not_open
from crossborder.stages.inventory.dated.position import CONFIDENT, Position
from crossborder.stages.inventory.dated.promise import uncommitted
from crossborder.stages.inventory.dated.trust import trusted

__all__ = ["CapableToPromise", "OfferShare", "OfferSource", "capable_to_promise"]

_HOUR = timedelta(hours=1)
_FOUR = Decimal("0.0001")


def _forward(instance: object, attribute: Any, lead: Distribution) -> None:
    if lead.values[0] < 0:
        raise refuse(instance, attribute.name, lead.values[0], "must not be negative")


def _to_one(instance: object, attribute: Any, value: Decimal) -> None:
    if value > 1:
        raise refuse(instance, attribute.name, value, "must not be above 1")


@frozen(field_transformer=checked)
class OfferSource:
    """An offer to buy on, with what is known of how well its supplier delivers.

    Attributes:
        offer: the supplier's terms and stock figure, with the time they were read.
        lead: hours from our purchase until the pieces count as ours, as a distribution.
        score: how far the supplier's figures are to be trusted, from 0 to 1.
        capacity: the most pieces it can hand over, whatever its figure says; None: no such limit.
            Two listings of one supplier that share one stock are two offers, which add up: split
            the stock between them here, or give one of them.
        taken: pieces we bought after the figure was read, which it still contains.
        beside: what else is bought of the seller in the same cart, for its mix rule.
    """

    offer: SupplierOffer
    lead: Distribution = field(validator=_forward)
    score: Decimal = field(default=Decimal(1), validator=_to_one)
    capacity: int | None = None
    taken: int = 0
    beside: Basket | None = None


@frozen(field_transformer=checked)
class OfferShare:
    """What one offer adds to the promise.

    Attributes:
        offer_id: the offer.
        counted: pieces that its figure is trusted for.
        buyable: of these, the most that its terms let us buy, and in time.
        unit_price: what one costs in that quantity, or None.
        chance: probability that they come in time, to four places.
        reason: why nothing is added; empty otherwise.
    """

    offer_id: OfferId
    counted: int
    buyable: int
    unit_price: Price | None
    chance: Decimal
    reason: str = ""


@frozen(field_transformer=checked)
class CapableToPromise:
    """What may be promised for a date, our own pieces and the suppliers'.

    Attributes:
        sku_id: the SKU.
        at: when the pieces must be there.
        own: our uncommitted pieces for that date; below zero for a shortage to cover first.
        shares: what each offer adds, by offer id.
    """

    sku_id: SkuId
    at: datetime
    own: int = field(metadata=SIGNED)
    shares: tuple[OfferShare, ...] = ()

    @property
    def bought(self) -> int:
        """Pieces that suppliers can still deliver."""
        return sum(share.buyable for share in self.shares)

    @property
    def pieces(self) -> int:
        """All pieces that may be promised; never below zero."""
        return max(0, self.own + self.bought)

    def _repr_html_(self) -> str:
        from crossborder.display import html_table

        heads = ("offer", "counted", "buyable", "unit price", "chance", "reason")
        rows = (
            (s.offer_id, s.counted, s.buyable, s.unit_price or "", s.chance, s.reason)
            for s in self.shares
        )
        title = f"{self.sku_id}: {self.pieces} for {self.at.isoformat()} (own: {self.own})"
        return html_table(heads, rows, caption=title)


def _counted(
    source: OfferSource, line: OfferLine, *, now: datetime, fresh_for: timedelta, uncounted: int
) -> int:
    """Pieces the offer is trusted for; so many at most where the supplier does not count."""
    age = now - source.offer.observed_at
    figure = uncounted if line.available is None else line.available
    pieces = max(0, figure - source.taken)
    counted = trusted(pieces, age=age, fresh_for=fresh_for, score=source.score)
    return counted if source.capacity is None else min(counted, source.capacity)


def _share(
    source: OfferSource,
    sku_id: SkuId,
    *,
    at: datetime,
    now: datetime,
    service_level: Decimal,
    fresh_for: timedelta,
    uncounted: int,
) -> OfferShare:
    offer, hours = source.offer, (at - now) / _HOUR
    chance = Decimal(repr(source.lead.cdf(hours))).quantize(_FOUR, ROUND_DOWN)
    # An offer's lines may share one SKU: they are then the same pieces, so the best one counts.
    found: list[tuple[int, Buyable]] = []
    for line in offer.lines:
        if line.sku_id == sku_id:
            counted = _counted(source, line, now=now, fresh_for=fresh_for, uncounted=uncounted)
            way = most_buyable(offer, line, counted, now=now, beside=source.beside)
            found.append((counted, way))
    if not found:
        return OfferShare(offer.id, 0, 0, None, chance, "sku_not_offered")
    counted, way = max(found, key=lambda item: (item[1].pieces, item[0]))
    late = source.lead.quantile(float(service_level)) > hours
    reason = not_open(offer, now) or ("too_late" if late else way.reason)
    if reason:
        return OfferShare(offer.id, counted, 0, None, chance, reason)
    return OfferShare(offer.id, counted, way.pieces, way.unit_price, chance)


def _one_each(read: Iterable[tuple[datetime, OfferShare]]) -> tuple[OfferShare, ...]:
    """Of two readings of one offer the later one; of two made together the smaller share."""

    def rank(item: tuple[datetime, OfferShare]) -> tuple[Any, ...]:
        seen, share = item
        words = str(share.unit_price), share.reason
        return seen, -share.buyable, -share.counted, -share.chance, *words

    last = {share.offer_id: share for _, share in sorted(read, key=rank)}
    return tuple(last[offer_id] for offer_id in sorted(last))


def _arguments(at: datetime, now: datetime, service_level: Decimal, uncounted: int) -> None:
    source = "capable_to_promise"
    if at < now:
        raise InvalidValue("is before now", field="at", value=at.isoformat(), source=source)
    if not 0 < service_level <= 1:
        said = "must be above 0 and at most 1"
        raise InvalidValue(said, field="service_level", value=service_level, source=source)
    if uncounted < 0:
        said = "must not be negative"
        raise InvalidValue(said, field="uncounted", value=uncounted, source=source)


@decides("inventory.capable_to_promise", 1)
def capable_to_promise(
    position: Position,
    sources: tuple[OfferSource, ...],
    *,
    at: datetime,
    now: datetime,
    service_level: Decimal = Decimal("0.95"),
    fresh_for: timedelta = timedelta(hours=24),
    uncounted: int = 25,
    confident: Decimal = CONFIDENT,
) -> Decision[CapableToPromise]:
    """What may be promised for `at`: our uncommitted pieces and what suppliers deliver by then.

    An offer adds pieces when its lead time is short enough with the wanted probability. Its stock
    figure is cut by its age and the supplier's score (`haircut`), limited by its capacity, and
    rounded down to what its terms let us buy. A shortage of our own is covered first. One offer
    counts once, however often it is given (two offers of one supplier count as two: see
    `OfferSource.capacity`), and pieces that we bought since its figure was read do
    not count again.

    More supplier stock, a better score, a fresher figure or a later `at` never promise less; a
    higher service level never promises more.

    Args:
        position: our own stock of the SKU.
        sources: the offers to buy on; those without the SKU add nothing.
        at: when the pieces must be there.
        now: the moment of asking; purchases would be placed now.
        service_level: the probability with which an offer must deliver in time.
        fresh_for: the age at which half of a stock figure counts.
        uncounted: the figure to take where a supplier does not count its stock.
        confident: from this confidence on a delivery on its way counts.

    Raises:
        InvalidValue: `at` lies before `now`, or an argument is out of its range.
    """
    _arguments(at, now, service_level, uncounted)
    own = uncommitted(position, at, now=now, confident=confident)
    read = (
        (
            source.offer.observed_at,
            _share(
                source,
                position.sku_id,
                at=at,
                now=now,
                service_level=service_level,
                fresh_for=fresh_for,
                uncounted=uncounted,
            ),
        )
        for source in sources
    )
    shares = _one_each(read)
    value = CapableToPromise(position.sku_id, at, own, shares)
    reasons = [Reason("own", "our uncommitted pieces", Extra({"pieces": own}))]
    for share in shares:
        facts = {
            "offer": share.offer_id,
            "counted": share.counted,
            "buyable": share.buyable,
            "chance": share.chance,
        }
        text = "" if share.unit_price is None else f"at {share.unit_price} each"
        reasons.append(Reason(share.reason or "buyable", text, Extra(facts)))
    return Decision(value, tuple(reasons))
