"""Orders at 1688: what order detail and order list answer, and which of them are ours.

Units: yuan, but `discount` in fen.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from attrs import evolve, field, frozen

from crossborder.adapters.alibaba1688.calls import Batch
from crossborder.adapters.alibaba1688.reading import CNY, kept, moment, opened, readable, summed
from crossborder.adapters.alibaba1688.rules import VENDOR
from crossborder.adapters.alibaba1688.shapes_cart import Placed
from crossborder.model.extra import Extra
from crossborder.model.ids import Ref
from crossborder.model.money import Money
from crossborder.model.outcome import Problem
from crossborder.model.purchase import Purchase, PurchaseStatus
from crossborder.stages.orders.status import purchase_status
from crossborder.wire.payload import Payload

__all__ = ["Seen", "joined", "matching", "seen", "seen_list", "standing"]

# Lines of an order: 2 sent, 3 received, 5 partly sent (getBuyerOrderList, `logisticsStatus`).
_SENT = frozenset({2, 3, 5})
# What stands for a number where goods go by hand, such as 不需要物流, has no digits.
_WAYBILL = re.compile(r"(?=.*[0-9])[A-Za-z0-9-]{6,40}")
_BETWEEN = re.compile(r"[\s,，;；]+")

Goods = tuple[str, str]


def _yuan(payload: Payload, name: str) -> Money | None:
    number = payload.maybe_decimal(name)
    return None if number is None else Money(number, CNY)


@frozen
class Seen:
    """One order as the platform shows it.

    Attributes:
        ref: its id.
        status: ours, or None for a word that is not known.
        flags: beside the status.
        native: the platform's word.
        total: or None.
        freight: or None.
        waybills: domestic tracking numbers.
        cargo: offer, spec and pieces of each line.
        number: the outside order id, where the answer tells it.
        made: when it was created, as text that sorts, or empty.
        extra: the rest.
    """

    ref: Ref
    status: PurchaseStatus | None
    flags: frozenset[str]
    native: str
    total: Money | None = None
    freight: Money | None = None
    waybills: tuple[str, ...] = ()
    cargo: tuple[tuple[str, str, int], ...] = ()
    number: str | None = None
    made: str = ""
    extra: Extra = field(factory=Extra)


def seen(answer: Mapping[str, Any]) -> Seen:
    """The order in an answer of `alibaba.trade.get.buyerView`."""
    with readable():
        return _seen(opened(answer, "baseInfo"))


def seen_list(answer: Mapping[str, Any]) -> tuple[Seen, ...]:
    """The orders in an answer of `alibaba.trade.getBuyerOrderList`."""
    with readable():
        return tuple(map(_seen, Payload(answer, source=VENDOR).each("result")))


def _seen(order: Payload) -> Seen:
    base = order.one("baseInfo")
    # `id` may have lost its last digits on the way: the text beside it has them.
    ref = Ref(VENDOR, base.text("idOfStr", "id"))
    native = base.text("status")
    status, flags = purchase_status(VENDOR, native).value
    items = order.each("productItems")
    sent = any(item.maybe_integer("logisticsStatus") in _SENT for item in items)
    if status is PurchaseStatus.PAID and sent:
        status = PurchaseStatus.PARTIALLY_SHIPPED
    created = moment(base, "createTime")
    logistics = order.maybe_one("nativeLogistics")
    parcels = logistics.each("logisticsItems") if logistics is not None else ()
    bills = [bill for item in parcels for bill in _bills(item)]
    amount, freight = _yuan(base, "totalAmount"), _yuan(base, "shippingFee")
    number = base.maybe_text("outOrderId") or order.maybe_text("outOrderId")
    return Seen(
        ref,
        status,
        flags,
        native,
        amount,
        freight,
        tuple(dict.fromkeys(bills)),
        tuple(map(_cargo, items)),
        number,
        created.isoformat() if created is not None else "",
        kept(
            order,
            productItems=_lines(items, order.raw("productItems")),
            baseInfo=kept(base),
            nativeLogistics=kept(logistics, logisticsItems=_left(parcels)) if logistics else {},
        ),
    )


def _left(items: tuple[Payload, ...]) -> Extra:
    """What is left of list items, by their place."""
    return Extra({str(place): kept(item) for place, item in enumerate(items)})


def _lines(items: tuple[Payload, ...], raw: Sequence[Mapping[str, Any]] | None) -> Extra:
    """The lines whole, by their place; `subItemID` may have lost digits, its text has them."""
    exact = [item.maybe_text("subItemIDString", "subItemID") for item in items]
    pairs = zip(raw or (), exact, strict=False)
    return Extra({str(n): {**line, "subItemID": sub} for n, (line, sub) in enumerate(pairs)})


def _bills(item: Payload) -> Iterable[str]:
    stated = _BETWEEN.split(item.maybe_text("logisticsBillNo") or "")
    return (word for word in stated if _WAYBILL.fullmatch(word))


def _cargo(item: Payload) -> tuple[str, str, int]:
    """Offer, spec and pieces; goods sold by weight have no whole number and are never ours."""
    offer, spec = item.maybe_text("productID") or "", item.maybe_text("specId") or ""
    quantity = item.maybe_decimal("quantity") or Decimal(0)
    return offer, spec, int(quantity) if quantity == int(quantity) else 0


def matching(orders: Iterable[Seen], batch: Batch) -> Placed | None:
    """The orders that a lost creation made after all, or None.

    The list was asked for our outside order id. An order that states another one, was cancelled
    or holds goods that we did not order is not ours. The platform may have split the order, so
    several that add up to it are taken together; of several that are each the whole, the newest
    is taken and the others are named.
    """
    wanted = {(cargo.offer, cargo.spec): cargo.quantity for cargo in batch.cargo}
    ours = [order for order in orders if _may_be(order, batch.number, wanted)]
    whole = sorted((o for o in ours if _goods(o) == wanted), key=lambda order: order.made)
    if whole:
        newest = whole[-1]
        others = tuple(_double(order) for order in whole[:-1])
        return Placed((newest.ref,), newest.total, newest.freight, problems=others)
    if not ours:
        return None
    held: Counter[Goods] = Counter()
    for order in ours:
        held.update(_goods(order))
    missing = tuple(
        Problem("not_placed", "is not in the orders found", "/".join(filter(None, key)))
        for key, amount in wanted.items()
        if held[key] < amount
    )
    refs = tuple(order.ref for order in ours)
    freight = summed(order.freight for order in ours)
    return Placed(refs, summed(order.total for order in ours), freight, problems=missing)


def _double(order: Seen) -> Problem:
    text = "the same goods under the same number were ordered more than once"
    return Problem("several_found", text, order.ref.value, "warning")


def _goods(order: Seen) -> Mapping[Goods, int]:
    goods: Counter[Goods] = Counter()
    for offer, spec, pieces in order.cargo:
        goods[offer, spec] += pieces
    return goods


def _may_be(order: Seen, number: str, wanted: Mapping[Goods, int]) -> bool:
    goods = _goods(order)
    fits = all(0 < amount <= wanted.get(key, 0) for key, amount in goods.items())
    stated = order.number is None or order.number == number
    return bool(goods) and fits and stated and order.status is not PurchaseStatus.CANCELLED


def joined(purchase: Purchase, parts: Sequence[Placed]) -> Purchase:
    """The purchase with the orders that were made for it."""
    return evolve(
        purchase.moved(PurchaseStatus.PLACED),
        refs=tuple(dict.fromkeys(ref for part in parts for ref in part.refs)),
        total=summed(part.total for part in parts),
        freight=summed(part.freight for part in parts),
    )


def standing(purchase: Purchase, orders: Sequence[Seen]) -> Purchase:
    """The purchase as its orders stand now; a word that is not known leaves the status alone.

    Of several orders the least advanced counts, and where only some have gone out the whole is
    partly shipped; cancelled ones count when all are.
    """
    words = tuple(dict.fromkeys(order.native for order in orders))
    bills = dict.fromkeys(bill for order in orders for bill in order.waybills)
    known = [order.status for order in orders if order.status is not None]
    flags = frozenset().union(*(order.flags for order in orders))
    unsure = len(known) < len(orders)
    return evolve(
        purchase,
        status=purchase.status if unsure else _together(known),
        total=summed(order.total for order in orders),
        freight=summed(order.freight for order in orders),
        flags=flags,
        native=",".join(words),
        waybills=tuple(bills),
        extra=Extra({**purchase.extra, "orders": {o.ref.value: o.extra for o in orders}}),
    )


_ADVANCE = tuple(PurchaseStatus)


def _together(known: Sequence[PurchaseStatus]) -> PurchaseStatus:
    alive = [status for status in known if status is not PurchaseStatus.CANCELLED]
    if not alive:
        return PurchaseStatus.CANCELLED
    ranks = sorted(map(_ADVANCE.index, alive))
    paid, part = map(_ADVANCE.index, (PurchaseStatus.PAID, PurchaseStatus.PARTIALLY_SHIPPED))
    if ranks[0] == paid and part <= ranks[-1]:
        return PurchaseStatus.PARTIALLY_SHIPPED
    return _ADVANCE[ranks[0]]
