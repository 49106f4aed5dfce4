"""The shop: listings that are upserted, stock that is compared and set, orders that are fed."""

from datetime import datetime
from typing import Any

from attrs import evolve

from crossborder.adapters.memory.effects import Answer, Effects, load_as, moment, refused, show
from crossborder.model.extra import Extra
from crossborder.model.ids import ListingId, Ref
from crossborder.model.listing import Listing, ListingDraft, ListingStatus
from crossborder.model.money import Price
from crossborder.model.order import Fulfilment, Order
from crossborder.model.payment import Refund
from crossborder.protocols.inventory import StockLevel

__all__ = ["ShopState"]

_PAGE = 5
_TITLE = 255


class ShopState(Effects):
    """Listings by our key; orders by id."""

    def __init__(self) -> None:
        self.listings: dict[str, Listing] = {}
        self.drafts: dict[str, ListingDraft] = {}
        self.stock: dict[tuple[str, str], int] = {}
        self.orders: dict[str, Order] = {}
        self.refunds: dict[str, Refund] = {}

    def place_order(self, order: Order) -> None:
        """Let a buyer place an order, or change it."""
        self.orders[order.ref.value] = order

    def put_listing(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """Make the shop show exactly the draft."""
        draft: ListingDraft = load_as(body, ListingDraft)
        if len(draft.title) > _TITLE:
            return refused("title_too_long", f"at most {_TITLE} characters", field="title")
        if "replica" in draft.title.casefold():
            return refused("forbidden_word", "replica", field="title")
        sku = given["sku"]
        if sku not in self.listings:
            self.happened("listing", sku)
        self.drafts[sku] = draft
        self.listings[sku] = Listing(
            ListingId(f"memory:{sku}"),
            sku,
            draft.platform,
            Ref("memory", sku),
            ListingStatus.LIVE if draft.live else ListingStatus.PAUSED,
            draft.digest,
            paused_for="" if draft.live else "manual",
            variant_refs=Extra(
                {str(item.sku_id): f"{sku}/{item.sku_id}" for item in draft.variants}
            ),
            native="live" if draft.live else "hidden",
            url=f"https://shop.test/{sku}",
            seen_at=now,
        )
        for item in draft.variants:
            self.stock[sku, str(item.sku_id)] = item.quantity
        return Answer(200, show(self.listings[sku]))

    def show_listing(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """What stands there under our key."""
        found = self.listings.get(given["sku"])
        if found is None:
            return refused("no_such_listing", given["sku"], status=404)
        return Answer(200, show(evolve(found, seen_at=now)))

    def delist(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """Hide a listing; one that is hidden stays so."""
        found = self.listings.get(given["sku"])
        if found is None:
            return refused("no_such_listing", given["sku"], status=404)
        hidden = evolve(
            found, status=ListingStatus.PAUSED, paused_for="manual", native="hidden", seen_at=now
        )
        self.listings[given["sku"]] = hidden
        return Answer(200, show(hidden))

    def set_stock(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """Set quantities, each only if what the caller believes stands there."""
        sku = given["sku"]
        items: list[Any] = []
        for data in body["levels"]:
            level: StockLevel = load_as(data, StockLevel)
            place = (sku, str(level.sku_id))
            actual = self.stock.get(place)
            if actual is None:
                items.append({"problems": [{"code": "no_such_sku", "text": str(level.sku_id)}]})
            elif level.was is not None and level.was != actual:
                items.append({"problems": [{"code": "stale", "text": "stale", "actual": actual}]})
            else:
                self.stock[place] = level.quantity
                items.append({"done": data})
        return Answer(200, {"items": items})

    def list_orders(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """Orders changed since a time, oldest change first."""
        since, start = moment(given["since"]), int(given.get("cursor", "0"))
        found = sorted(
            (item for item in self.orders.values() if _changed(item) >= since),
            key=lambda item: (_changed(item), item.id),
        )
        cursor = str(start + _PAGE) if start + _PAGE < len(found) else None
        page = [show(item) for item in found[start : start + _PAGE]]
        return Answer(200, {"items": page, "cursor": cursor})

    def show_order(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """One order."""
        found = self.orders.get(given["id"])
        if found is None:
            return refused("no_such_order", given["id"], status=404)
        return Answer(200, show(found))

    def report_dispatch(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """Take a dispatch: a second call reports a second one."""
        order = self.orders.get(given["id"])
        if order is None:
            return refused("no_such_order", given["id"], status=404)
        fulfilment: Fulfilment = load_as(body, Fulfilment)
        sent = {line.id: line.wanted for line in order.lines}
        for known in order.fulfilments:
            for line in known.lines:
                sent[line.line_id] = sent.get(line.line_id, 0) - line.quantity
        for line in fulfilment.lines:
            if sent.get(line.line_id, 0) < line.quantity:
                return refused("nothing_left", f"line {line.line_id}", field="lines")
        own = f"{order.ref.value}-F{len(order.fulfilments) + 1}"
        stored = evolve(fulfilment, ref=Ref("memory", own))
        self.orders[given["id"]] = evolve(
            order, fulfilments=(*order.fulfilments, stored), updated_at=now
        )
        self.happened("dispatch", own)
        return Answer(201, show(stored))

    def refund_order(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """Give a buyer money back, never more than was paid in all."""
        order = self.orders.get(given["id"])
        if order is None:
            return refused("no_such_order", given["id"], status=404)
        money: Price = load_as(body["money"], Price)
        back = [item.money for item in self.refunds.values() if item.payment == order.ref]
        if sum((item.amount for item in back), money.amount) > order.total.amount:
            return refused("too_much", "more than was paid", field="money")
        own = f"{order.ref.value}-R{len(back) + 1}"
        refund = Refund(
            Ref("memory", own), order.ref, money, "succeeded", now, str(body.get("reason", ""))
        )
        self.refunds[own] = refund
        self.happened("refund", own)
        return Answer(201, show(refund))


def _changed(order: Order) -> datetime:
    return order.updated_at if order.updated_at is not None else order.placed_at
