"""What must be bought for an order: from stock first, then from suppliers."""

from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.ids import (
    OfferId,
    OrderId,
    PurchaseId,
    SkuId,
    SupplierId,
    WarehouseId,
    digest,
)
from crossborder.model.ledger import PaymentState
from crossborder.model.money import Price
from crossborder.model.order import Order, OrderLine
from crossborder.model.purchase import Purchase, PurchaseLine
from crossborder.model.status import FulfilmentState
from crossborder.model.stock import RealStock
from crossborder.model.supply import OfferLine, SupplierOffer

__all__ = ["PurchasePlan", "StockTake", "plan"]

_DONE = frozenset(
    {
        FulfilmentState.ON_HOLD,
        FulfilmentState.SHIPPED,
        FulfilmentState.DELIVERED,
        FulfilmentState.NOT_REQUIRED,
        FulfilmentState.UNFULFILLABLE,
        FulfilmentState.CANCELLED,
    }
)


@frozen(field_transformer=checked)
class StockTake:
    """Pieces of one line that come out of a warehouse."""

    line_id: str
    sku_id: SkuId
    warehouse_id: WarehouseId
    quantity: int


@frozen(field_transformer=checked)
class PurchasePlan:
    """Where every piece of an order comes from.

    Attributes:
        order_id: the order.
        purchases: what to buy, one supplier each.
        uncovered: the ids of the lines for which pieces are missing.
        from_stock: what stock covers.
        missing: the missing pieces by line id.
    """

    order_id: OrderId
    purchases: tuple[Purchase, ...] = ()
    uncovered: tuple[str, ...] = ()
    from_stock: tuple[StockTake, ...] = ()
    missing: Extra = field(factory=Extra)


def _price(offer: SupplierOffer, line: OfferLine, pieces: int) -> tuple[str, Price | None]:
    """Why it cannot be bought (or empty), and what one piece costs."""
    wholesale = pieces >= offer.moq and pieces % offer.multiple == 0
    single = offer.sells_singly(line)
    if not wholesale and not single:
        return ("below_moq" if pieces < offer.moq else "not_a_multiple"), None
    if line.channel_price is not None:
        return "", line.channel_price
    price = offer.listed_price(line, pieces) if wholesale else None
    if price is None and single:
        price = line.one_piece_price
    return ("" if price is not None else "no_price"), price


class _Draft:
    """The plan while it is made: what is still free, and what has been taken."""

    def __init__(self, stock: tuple[RealStock, ...]) -> None:
        usable = (item for item in stock if item.condition == "sellable")
        self.stock = sorted(usable, key=lambda item: (item.warehouse_id, item.sku_id))
        self.free = [item.free for item in self.stock]
        self.taken: dict[tuple[OfferId, SkuId], int] = {}
        self.from_stock: list[StockTake] = []
        self.bought: dict[SupplierId, list[PurchaseLine]] = {}
        self.missing: dict[str, int] = {}
        self.reasons: list[Reason] = []

    def take(self, line: OrderLine, pieces: int) -> int:
        """Take what stock has; what is left to buy."""
        for place, item in enumerate(self.stock):
            found = min(pieces, self.free[place]) if item.sku_id == line.sku_id else 0
            if found:
                self.free[place] -= found
                pieces -= found
                self.from_stock.append(StockTake(line.id, line.sku_id, item.warehouse_id, found))
                facts = Extra({"line": line.id, "pieces": found, "warehouse": item.warehouse_id})
                self.reasons.append(Reason("from_stock", facts=facts))
        return pieces

    def miss(self, line: OrderLine, pieces: int, code: str) -> None:
        self.missing[line.id] = pieces
        facts = Extra({"line": line.id, "pieces": pieces})
        self.reasons.append(Reason(code, "cannot be covered", facts))

    def refusal(
        self, offer: SupplierOffer, line: OfferLine, pieces: int, limit: Price | None, now: datetime
    ) -> tuple[str, Price | None]:
        if not offer.orderable:
            return "not_orderable", None
        early = offer.valid_from is not None and now < offer.valid_from
        if early or (offer.valid_until is not None and now >= offer.valid_until):
            return "offer_not_valid", None
        taken = self.taken.get((offer.id, line.sku_id), 0)
        if line.available is not None and line.available - taken < pieces:
            return "supplier_short", None
        code, price = _price(offer, line, pieces)
        if price is not None and limit is not None and price > limit:
            return "price_guard", None
        return code, price

    def buy(
        self,
        order: Order,
        line: OrderLine,
        pieces: int,
        offers: tuple[SupplierOffer, ...],
        limit: Price | None,
        now: datetime,
    ) -> None:
        """Buy the pieces on the cheapest offer that has them all."""
        found = []
        codes = []
        for offer in offers:
            for sold in offer.lines:
                if sold.sku_id != line.sku_id:
                    continue
                code, price = self.refusal(offer, sold, pieces, limit, now)
                if price is None:
                    codes.append(code)
                    facts = Extra({"line": line.id, "offer": offer.id})
                    self.reasons.append(Reason(code, "the offer is left out", facts))
                else:
                    found.append((price, offer.id, offer, sold))
        if not found:
            code = codes[0] if len(set(codes)) == 1 else "no_offer"
            self.miss(line, pieces, code)
            return
        price, _, offer, sold = min(found, key=lambda item: item[:2])
        key = offer.id, line.sku_id
        self.taken[key] = self.taken.get(key, 0) + pieces
        bought = PurchaseLine(line.sku_id, pieces, price, offer.ref, sold.ref, order.id, line.id)
        self.bought.setdefault(offer.supplier.id, []).append(bought)
        facts = Extra({"line": line.id, "offer": offer.id, "price": str(price)})
        self.reasons.append(Reason("bought", f"{pieces} pieces", facts))


def _blocked(order: Order, *, pay_first: bool) -> str:
    """Why nothing may be done, as a code; empty when work may begin."""
    status = order.status
    if not status.workable:
        return "on_hold" if status.holds else "not_open"
    allowed = {PaymentState.PAID} if pay_first else {PaymentState.PAID, PaymentState.AUTHORIZED}
    if status.payment not in allowed:
        return "not_paid"
    return "nothing_to_send" if status.fulfilment in _DONE else ""


def _sent(order: Order) -> dict[str, int]:
    pieces: dict[str, int] = {}
    for item in order.fulfilments:
        if item.dispatched_at is not None and not item.cancelled:
            for line in item.lines:
                pieces[line.line_id] = pieces.get(line.line_id, 0) + line.quantity
    return pieces


@decides("orders.plan", 2)
def plan(
    order: Order,
    offers: tuple[SupplierOffer, ...],
    *,
    stock: tuple[RealStock, ...] = (),
    now: datetime,
    order_by: datetime,
    unit_limit: Mapping[SkuId, Price],
    max_lines: int = 50,
    pay_first: bool = True,
) -> Decision[PurchasePlan]:
    """Where every wanted piece comes from: free real stock first, then the cheapest offers.

    Every wanted piece that has not left yet is in stock, in one purchase, or missing; each once.
    A line's rest is bought on one offer and priced alone: what several lines would save together
    shows in the supplier's preview. The ids of purchases hang on order, supplier and position, so
    planning again gives the same ones.

    Args:
        order: planned only when it is workable and paid; else every piece is missing.
        offers: the suppliers' terms, in one currency.
        stock: what is in our warehouses.
        now: the moment of planning.
        order_by: latest moment to place the purchases; after it only stock covers.
        unit_limit: the most one piece may cost, by SKU; a SKU without a limit is not guarded.
        max_lines: a purchase with more lines is split.
        pay_first: False to buy on an authorised payment too.

    Raises:
        CurrencyMismatch: a limit is not in the offer's currency, or two offers differ.
        InvalidValue: `max_lines` is below 1.
    """
    if max_lines < 1:
        raise refuse("plan", "max_lines", max_lines, "must be at least 1")
    draft = _Draft(stock)
    blocked = _blocked(order, pay_first=pay_first)
    sent = _sent(order)
    ordered = tuple(sorted(offers, key=lambda offer: offer.id))
    for line in order.lines:
        pieces = max(0, line.wanted - sent.get(line.id, 0))
        if pieces and blocked:
            draft.miss(line, pieces, blocked)
            continue
        pieces = draft.take(line, pieces)
        if pieces and now > order_by:
            draft.miss(line, pieces, "deadline_passed")
        elif pieces:
            draft.buy(order, line, pieces, ordered, unit_limit.get(line.sku_id), now)
    purchases = []
    for supplier, lines in sorted(draft.bought.items()):
        for index, start in enumerate(range(0, len(lines), max_lines)):
            purchases.append(
                Purchase(
                    id=PurchaseId(digest(order.id, supplier, str(index))),
                    supplier_id=supplier,
                    lines=tuple(lines[start : start + max_lines]),
                    buy_by=order_by,
                )
            )
    value = PurchasePlan(
        order_id=order.id,
        purchases=tuple(purchases),
        uncovered=tuple(draft.missing),
        from_stock=tuple(draft.from_stock),
        missing=Extra(draft.missing),
    )
    events = []
    if draft.missing and not blocked:
        events.append(Event("orders.uncovered", order.id, now, Extra({"missing": value.missing})))
    return Decision(value, tuple(draft.reasons), tuple(events))
