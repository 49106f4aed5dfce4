"""The supplier market: offers, and purchases that are not guarded against being placed twice."""

from datetime import datetime
from typing import Any

from attrs import evolve

from crossborder.adapters.memory.effects import Answer, Effects, load_as, refused, show
from crossborder.model.ids import Ref
from crossborder.model.money import Money, total
from crossborder.model.purchase import Purchase, PurchaseStatus
from crossborder.model.tracking import TrackingEvent
from crossborder.protocols.sourcing import Found, Preview, Sourced

__all__ = ["MarketState"]

_PAGE = 10


class MarketState(Effects):
    """Offers by id; purchases in the order they were placed."""

    def __init__(self) -> None:
        self.offers: dict[str, Sourced] = {}
        self.purchases: dict[str, Purchase] = {}
        self.traces: dict[str, tuple[TrackingEvent, ...]] = {}
        self.freight = "6.00"
        self.auto_debit = True

    def add_offer(self, sourced: Sourced) -> Ref:
        """Put an offer on the market, or replace it; answers its ref."""
        known = sourced.offer.ref
        ref = known if known is not None else Ref("memory", str(sourced.offer.id))
        self.offers[ref.value] = sourced
        return ref

    def scan_purchase(self, own: str, waybill: str, events: tuple[TrackingEvent, ...]) -> None:
        """Let the supplier hand a purchase over, with the scans of its way."""
        purchase = self.purchases[own]
        self.purchases[own] = evolve(
            purchase, status=PurchaseStatus.SHIPPED, native="shipped", waybills=(waybill,)
        )
        self.traces[own] = events

    def search_offers(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """Offers whose title holds the keyword."""
        keyword, start = given["keyword"].casefold(), int(given.get("cursor", "0"))
        hits = [
            Found(
                Ref("memory", own),
                item.product.title,
                price=item.offer.tiers[0].unit_price if item.offer.tiers else None,
                moq=item.offer.moq,
            )
            for own, item in sorted(self.offers.items())
            if keyword in item.product.title.casefold()
        ]
        cursor = str(start + _PAGE) if start + _PAGE < len(hits) else None
        page = [show(item) for item in hits[start : start + _PAGE]]
        return Answer(200, {"items": page, "cursor": cursor})

    def show_offer(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """One offer whole."""
        found = self.offers.get(given["id"])
        if found is None:
            return refused("no_such_offer", given["id"], status=404)
        return Answer(200, show(found))

    def _priced(self, purchase: Purchase) -> Preview | Answer:
        for place, line in enumerate(purchase.lines):
            wanted = line.offer_ref.value if line.offer_ref is not None else ""
            sourced = self.offers.get(wanted)
            where = f"lines.{place}"
            if sourced is None:
                return refused("not_orderable", f"no offer {wanted!r}", field=where)
            if str(sourced.offer.supplier.id) != str(purchase.supplier_id):
                return refused("several_sellers", "one purchase, one supplier", field=where)
            held = next((item for item in sourced.offer.lines if item.sku_id == line.sku_id), None)
            if held is None:
                return refused("not_orderable", f"no SKU {line.sku_id}", field=where)
            if held.available is not None and held.available < line.quantity:
                return refused("out_of_stock", f"{held.available} left", field=where)
        goods = purchase.expected
        freight = Money(self.freight, goods.currency)
        return Preview(
            goods, freight, total((goods, freight), goods.currency), ("debit", "cashier")
        )

    def preview(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """What a purchase would cost."""
        priced = self._priced(load_as(body["purchase"], Purchase))
        return priced if isinstance(priced, Answer) else Answer(200, show(priced))

    def place_purchase(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """Place a purchase: a second call places a second one."""
        purchase: Purchase = load_as(body["purchase"], Purchase)
        priced = self._priced(purchase)
        if isinstance(priced, Answer):
            return priced
        own = f"PO{len(self.purchases) + 1:06d}"
        self.purchases[own] = evolve(
            purchase,
            status=PurchaseStatus.PLACED,
            total=priced.total,
            freight=priced.freight,
            refs=(Ref("memory", own),),
            native="placed",
        )
        self.happened("purchase", own)
        return Answer(201, show(self.purchases[own]))

    def find_purchases(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """Purchases placed under one id of ours."""
        found = [item for item in self.purchases.values() if item.id == given["out_id"]]
        return Answer(200, {"items": [show(item) for item in found]})

    def show_purchase(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """One purchase."""
        found = self.purchases.get(given["id"])
        if found is None:
            return refused("no_such_purchase", given["id"], status=404)
        return Answer(200, show(found))

    def pay_purchase(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """Debit a purchase; one that is paid already is answered as it stands."""
        found = self.purchases.get(given["id"])
        if found is None:
            return refused("no_such_purchase", given["id"], status=404)
        if found.status is PurchaseStatus.PLACED:
            if self.auto_debit:
                found = evolve(found, status=PurchaseStatus.PAID, native="paid")
                self.happened("debit", given["id"])
            else:
                found = evolve(found, pay_url=f"https://memory.test/cashier/{given['id']}")
            self.purchases[given["id"]] = found
        return Answer(200, show(found))

    def trace_purchase(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """The scans of a purchase's way."""
        events = self.traces.get(given["id"], ())
        return Answer(200, {"events": [show(event) for event in events]})
