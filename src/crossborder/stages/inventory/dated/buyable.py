"""How many pieces can be bought on an offer's terms, and at which price.

The terms are read as order planning reads them: the smallest quantity (起批量) and the multiple
(一手) bind a wholesale purchase, single pieces (一件代发) have a price of their own, which holds for a
larger quantity too where no other is known, and an agreed price goes before all others. The mix rule (混批) waives the smallest quantity, and is used only where it
is said what else is bought of that seller.
"""

from datetime import datetime
from decimal import Decimal

from attrs import frozen

from crossborder.model.check import checked, refuse
from crossborder.model.money import Money, Price
from crossborder.model.supply import OfferLine, SupplierOffer

__all__ = ["Basket", "Buyable", "most_buyable", "not_open", "purchase_quantity"]


@frozen(field_transformer=checked)
class Basket:
    """What else is bought of the same seller's mixable goods, in one cart.

    Attributes:
        amount: for how much money.
        pieces: how many.
    """

    amount: Money
    pieces: int = 0


@frozen(field_transformer=checked)
class Buyable:
    """Pieces that can be bought at once, and the price of one.

    Attributes:
        pieces: how many; nought when it cannot be bought.
        unit_price: what one costs in that quantity, or None.
        reason: why nothing can be bought: not_orderable, offer_not_valid, supplier_short,
            too_few, below_moq, not_a_multiple, no_price or nothing_left; empty otherwise.
    """

    pieces: int
    unit_price: Price | None = None
    reason: str = ""

    @property
    def cost(self) -> Money | None:
        """What all of it costs; None where nothing can be bought."""
        return None if self.unit_price is None else self.unit_price * self.pieces


def not_open(offer: SupplierOffer, now: datetime) -> str:
    """Why nothing may be bought on the offer at `now`, as a code; empty when it may."""
    if not offer.orderable:
        return "not_orderable"
    early = offer.valid_from is not None and now < offer.valid_from
    late = offer.valid_until is not None and now >= offer.valid_until
    return "offer_not_valid" if early or late else ""


@frozen
class _Terms:
    """The terms on which one SKU of an offer is bought, beside what else is in the cart."""

    offer: SupplierOffer
    line: OfferLine
    beside: Basket | None

    def up(self, pieces: int) -> int:
        return -(-pieces // self.offer.multiple) * self.offer.multiple

    def down(self, pieces: int) -> int:
        return pieces - pieces % self.offer.multiple

    def listed(self, pieces: int) -> Price | None:
        if self.line.channel_price is not None:
            return self.line.channel_price
        return self.offer.listed_price(self.line, pieces)

    def wholesale(self, pieces: int) -> bool:
        if pieces % self.offer.multiple:
            return False
        return pieces >= self.offer.moq or self._mixed(pieces)

    def _mixed(self, pieces: int) -> bool:
        price = self.listed(pieces)
        if self.offer.mix is None or self.beside is None or price is None:
            return False
        amount = self.beside.amount + price * pieces
        return self.offer.mix.met(amount, self.beside.pieces + pieces)

    def bought(self, pieces: int) -> Buyable:
        """Exactly so many pieces, or why not."""
        wholesale, single = self.wholesale(pieces), self.offer.sells_singly(self.line)
        if not wholesale and not single:
            return Buyable(0, None, "below_moq" if pieces < self.offer.moq else "not_a_multiple")
        price = self.listed(pieces)
        if single and self.line.channel_price is None and (price is None or not wholesale):
            price = self.line.one_piece_price
        return Buyable(0, None, "no_price") if price is None else Buyable(pieces, price)

    def rounded_up(self, wanted: int) -> int:
        """The fewest pieces, from `wanted` on, that are a wholesale purchase."""
        starts = {wanted, self.offer.moq, *(tier.min_quantity for tier in self.offer.tiers)}
        mix = self.offer.mix
        if self.beside is not None and mix is not None:
            starts.add((mix.min_pieces or 0) - self.beside.pieces)
            lacking = (mix.min_amount or self.beside.amount) - self.beside.amount
            prices = {self.listed(pieces) for pieces in starts}
            starts |= {_times(price.amount, lacking.amount) for price in prices if price}
        # Enough at a dearer tier need not be enough at the next one: hence every start.
        quantities = (self.up(max(wanted, start)) for start in starts)
        return min(filter(self.wholesale, quantities))


def _times(price: Decimal, amount: Decimal) -> int:
    """How often the price makes up the amount; Decimals divide towards nought, not downwards."""
    whole = int(amount // price)
    return whole + (price * whole < amount)


def purchase_quantity(
    offer: SupplierOffer,
    line: OfferLine,
    wanted: int,
    *,
    now: datetime,
    beside: Basket | None = None,
    limit: int | None = None,
) -> Buyable:
    """How many pieces to buy so that at least `wanted` come, and at which price.

    A wholesale quantity is bought as it is. Any other is rounded up to the smallest quantity and
    the multiple, or bought singly, whichever costs less in all; at equal costs, the fewer pieces.
    Never more than the supplier says it has, nor more than `limit`.

    Args:
        offer: the terms.
        line: the SKU's line in the offer.
        wanted: pieces that are needed.
        now: the moment of buying.
        beside: what else is bought of the seller in the same cart; None: the mix rule is not used.
        limit: the most pieces that can be counted on, or None to go by the supplier's figure.

    Raises:
        InvalidValue: fewer than 1 wanted.
        CurrencyMismatch: the basket is not in the mix rule's currency or the offer's.
    """
    if wanted < 1:
        raise refuse("purchase_quantity", "wanted", wanted, "must be at least 1")
    closed = not_open(offer, now)
    if closed:
        return Buyable(0, None, closed)
    if line.available is not None and line.available < wanted:
        return Buyable(0, None, "supplier_short")
    if limit is not None and limit < wanted:
        return Buyable(0, None, "too_few")
    terms = _Terms(offer, line, beside)
    exact = terms.bought(wanted)
    if terms.wholesale(wanted):
        return exact
    more = terms.bought(terms.rounded_up(wanted))
    there = line.available is None or more.pieces <= line.available
    counted = limit is None or more.pieces <= limit
    ways = (exact, more) if there and counted else (exact,)
    priced = [(way.cost, way.pieces, way) for way in ways if way.cost is not None]
    if priced:
        return min(priced, key=lambda item: item[:2])[2]
    return Buyable(0, None, "too_few") if there and not counted else exact


def most_buyable(
    offer: SupplierOffer,
    line: OfferLine,
    limit: int,
    *,
    now: datetime,
    beside: Basket | None = None,
) -> Buyable:
    """The most pieces, up to `limit`, that can be bought on the offer, and their price.

    Where there is any, there is a way to buy at least any smaller number within the limit.
    The supplier's own stock figure is for the caller to put into the limit.
    """
    closed = not_open(offer, now)
    if closed or limit < 1:
        return Buyable(0, None, closed or "nothing_left")
    terms = _Terms(offer, line, beside)
    # The last quantity of each kind and tier: between them nothing changes but the number.
    ends = (limit, limit - 1, offer.moq - 1, *(tier.min_quantity - 1 for tier in offer.tiers))
    capped = {min(limit, end) for end in ends}
    quantities = sorted({*capped, *map(terms.down, capped)}, reverse=True)
    ways = (terms.bought(pieces) for pieces in quantities if pieces > 0)
    return next((way for way in ways if way.pieces), terms.bought(limit))
