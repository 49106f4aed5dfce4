"""Choose the offer to buy on: who sells enough pieces for the least money."""

from datetime import datetime

from attrs import frozen

from crossborder.errors import CurrencyMismatch, InvalidValue
from crossborder.model.check import checked
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.model.ids import OfferId, SkuId
from crossborder.model.money import Money, Price
from crossborder.model.supply import OfferLine, Quoting, SupplierOffer

__all__ = ["Choice", "select", "unit_price"]


@frozen(field_transformer=checked)
class Choice:
    """What to buy, where, for how much.

    Attributes:
        offer_id: the offer.
        sku_id: the SKU.
        quantity: pieces to buy; more than were asked for where the terms demand it.
        unit_price: for one piece.
        goods: for all pieces, without freight.
        waived_moq: bought below the offer's smallest quantity (one piece, or mixed batch).
    """

    offer_id: OfferId
    sku_id: SkuId
    quantity: int
    unit_price: Price
    goods: Money
    waived_moq: bool = False


def _pieces(quantity: int, source: str) -> None:
    if quantity < 1:
        raise InvalidValue("must be at least 1", field="quantity", value=quantity, source=source)


def _closed(offer: SupplierOffer, line: OfferLine, now: datetime) -> Reason | None:
    """Why nothing can be bought on this line at all, or None."""
    if not offer.orderable:
        return Reason("not_orderable", "the source forbids buying")
    if offer.valid_from is not None and now < offer.valid_from:
        return Reason("not_begun", "", Extra({"valid_from": offer.valid_from.isoformat()}))
    if offer.valid_until is not None and now >= offer.valid_until:
        return Reason("expired", "", Extra({"valid_until": offer.valid_until.isoformat()}))
    return Reason("sold_out", "the supplier has none left") if line.available == 0 else None


def _listed(offer: SupplierOffer, line: OfferLine, pieces: int) -> tuple[Price | None, Reason]:
    """The price everybody pays, and what it hangs on."""
    price = offer.listed_price(line, pieces)
    if price is None:
        return None, Reason("no_price", "neither the SKU nor the offer states a price")
    if line.unit_price is not None and (offer.quoting is Quoting.SKU or not offer.tiers):
        return price, Reason("sku_price", "the SKU has its price")
    return price, Reason("tier_price", "counted over the offer", Extra({"pieces": pieces}))


@decides("sourcing.unit_price", 1)
def unit_price(
    offer: SupplierOffer,
    sku_id: SkuId,
    quantity: int,
    *,
    now: datetime,
    offer_quantity: int | None = None,
    waived_moq: bool = False,
) -> Decision[Price | None]:
    """What one piece costs when `quantity` of this SKU are bought; None when they cannot be.

    A price agreed with us comes first. Below the smallest quantity only an offer of single pieces
    sells, at its one-piece price. Else the SKU's price or the offer's tier holds, as the offer
    quotes. The members' price is never taken. `offer_quantity` is what is bought over all SKUs of
    the offer, where it is more; `waived_moq` says that a mixed batch lifts the smallest quantity.

    Raises:
        InvalidValue: fewer than one piece, or the offer has no such SKU.
    """
    _pieces(quantity, "unit_price")
    line = offer.line(sku_id)
    pieces = max(quantity, offer_quantity or 0)
    closed = _closed(offer, line, now)
    if closed is not None:
        return Decision(None, reasons=(closed,))
    below = pieces < offer.moq
    if below and not (offer.sells_singly(line) or waived_moq):
        facts = Extra({"pieces": pieces, "moq": offer.moq})
        return Decision(None, reasons=(Reason("below_moq", "", facts),))
    if line.channel_price is not None:
        return Decision(line.channel_price, reasons=(Reason("channel_price", "agreed with us"),))
    if below and not waived_moq and line.one_piece_price is not None:
        return Decision(line.one_piece_price, reasons=(Reason("one_piece_price"),))
    price, reason = _listed(offer, line, pieces)
    return Decision(price, reasons=(reason,))


def _up(quantity: int, multiple: int) -> int:
    return -(-quantity // multiple) * multiple


def _candidate(
    offer: SupplierOffer, sku_id: SkuId, quantity: int, now: datetime, cart: tuple[Money, int]
) -> tuple[Choice | None, Reason]:
    facts = {"offer": offer.id}
    line = next((line for line in offer.lines if line.sku_id == sku_id), None)
    if line is None:
        return None, Reason("sku_not_offered", "", Extra(facts))
    mixed = offer.mix is not None and offer.mix.met(*cart)
    single = offer.sells_singly(line) and quantity < offer.moq and not mixed
    if single:
        bought = quantity
    else:
        bought = _up(quantity if mixed else max(quantity, offer.moq), offer.multiple)
    waived = bought < offer.moq
    decision = unit_price(offer, sku_id, bought, now=now, waived_moq=waived and mixed)
    price = decision.value
    if price is None:
        why = decision.reasons[0]
        return None, Reason(why.code, why.text, Extra({**facts, **why.facts}))
    if line.available is not None and line.available < bought:
        short = Extra({**facts, "available": line.available, "wanted": bought})
        return None, Reason("too_few", "the supplier has too few", short)
    goods = price * bought
    found = Extra({**facts, "quantity": bought, "goods": str(goods), "price": decision.codes[0]})
    choice = Choice(offer.id, sku_id, bought, price, goods, waived)
    return choice, Reason("dearer", "another offer costs less", found)


@decides("sourcing.select", 1)
def select(
    offers: tuple[SupplierOffer, ...],
    sku_id: SkuId,
    quantity: int,
    *,
    now: datetime,
    cart_amount: Money | None = None,
    cart_pieces: int | None = None,
) -> Decision[Choice | None]:
    """The offer on which the asked quantity costs least in all; None when no offer can serve it.

    Quantities go up to the offer's multiple and smallest quantity, unless single pieces are sold
    or the cart (`cart_amount`, `cart_pieces`, of the same seller) meets its mix rule. A supplier
    who does not count its stock is taken to have enough. Equal totals go to the lower offer id;
    the order of the offers does not matter, and each offer that lost has its reason.

    Raises:
        InvalidValue: fewer than one piece, or two offers of one id.
        CurrencyMismatch: offers that can serve are priced in two currencies.
    """
    _pieces(quantity, "select")
    ids = [offer.id for offer in offers]
    if len(set(ids)) < len(ids):
        raise InvalidValue("has two of one id", field="offers", value=ids, source="select")
    tried = []
    for offer in sorted(offers, key=lambda offer: offer.id):
        cart = (cart_amount or Money.zero(offer.currency), cart_pieces or 0)
        tried.append(_candidate(offer, sku_id, quantity, now, cart))
    choices = [choice for choice, _ in tried if choice is not None]
    currencies = sorted({choice.goods.currency for choice in choices})
    if len(currencies) > 1:
        raise CurrencyMismatch(
            "must be of one currency", field="offers", value=currencies, source="select"
        )
    best = min(choices, key=lambda choice: (choice.goods, choice.offer_id), default=None)
    lost = tuple(reason for choice, reason in tried if choice is None or choice is not best)
    if best is None:
        return Decision(None, reasons=(*lost, Reason("no_offer", "no offer can serve it")))
    facts = Extra({"offer": best.offer_id, "quantity": best.quantity, "goods": str(best.goods)})
    return Decision(best, reasons=(Reason("cheapest", "", facts), *lost))
