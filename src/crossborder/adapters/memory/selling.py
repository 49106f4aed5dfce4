"""The shop side: listings, quantities, orders, dispatches and refunds."""

from datetime import datetime

from crossborder.adapters.memory import calls, shapes
from crossborder.adapters.memory.asking import outcome
from crossborder.conversation import Desk, Page, Steps, flow, segment, settled
from crossborder.errors import NotFound
from crossborder.model.ids import Ref
from crossborder.model.listing import Listing, ListingDraft
from crossborder.model.money import Price
from crossborder.model.order import Fulfilment, Order
from crossborder.model.outcome import Done, Outcome, Problem, Refused
from crossborder.model.payment import Refund
from crossborder.protocols import (
    DispatchReporter,
    ListingChannel,
    OrderFeed,
    OrderRefunder,
    StockPublisher,
)
from crossborder.protocols.inventory import StockLevel

__all__ = ["Selling"]


class Selling(ListingChannel, StockPublisher, OrderFeed, DispatchReporter, OrderRefunder):
    """The shop side: listings, quantities, orders, dispatches and refunds."""

    desk: Desk

    @flow
    def publish(self, draft: ListingDraft) -> Steps[Outcome[Listing]]:
        """See `ListingChannel.publish`."""
        path = f"/listings/{segment(draft.sku)}"
        asked = self.desk.put("listings.put", path, json=calls.body(draft), step="publish")
        return (yield from outcome(asked, Listing))

    @flow
    def listing(self, sku: str) -> Steps[Listing | None]:
        """See `ListingChannel.listing`."""
        try:
            reply = yield from self.desk.get("listings.get", f"/listings/{segment(sku)}")
        except NotFound:
            return None
        return shapes.noun(reply, Listing)

    @flow
    def delist(self, listing: Listing) -> Steps[Outcome[Listing]]:
        """See `ListingChannel.delist`."""
        path = f"/listings/{segment(listing.sku)}/delist"
        try:
            # Hiding what is hidden changes nothing (the shop's own rule).
            reply = yield from self.desk.post(
                "listings.delist", path, json={}, step="delist", repeatable=True
            )
        except NotFound as error:
            return Refused(error.problems or (Problem("no_such_listing"),))
        return Done(shapes.noun(reply, Listing))

    @flow
    def set_stock(
        self, listing: Listing, levels: tuple[StockLevel, ...]
    ) -> Steps[tuple[Outcome[StockLevel], ...]]:
        """See `StockPublisher.set_stock`."""
        path = f"/listings/{segment(listing.sku)}/stock"
        reply = yield from self.desk.post(
            "stock.set", path, json=calls.levels(levels), step="stock", keyed=calls.keyed
        )
        return shapes.outcomes(reply, levels)

    @flow
    def orders(self, *, since: datetime, cursor: str | None = None) -> Steps[Page[Order]]:
        """See `OrderFeed.orders`."""
        query = calls.page(since, cursor)
        reply = yield from self.desk.get("orders.list", "/orders", query=query)
        return shapes.page(reply, Order, lambda at: self.orders(since=since, cursor=at))

    @flow
    def order(self, ref: Ref) -> Steps[Order]:
        """See `OrderFeed.order`."""
        reply = yield from self.desk.get("orders.get", f"/orders/{segment(ref.value)}")
        return shapes.noun(reply, Order)

    @flow
    def dispatch(self, order: Order, fulfilment: Fulfilment) -> Steps[Outcome[Fulfilment]]:
        """See `DispatchReporter.dispatch`; a lost answer is looked up on the order."""
        path = f"/orders/{segment(order.ref.value)}/fulfilments"

        def attempt(step: str) -> Steps[Outcome[Fulfilment]]:
            body = calls.body(fulfilment)
            asked = self.desk.post("orders.dispatch", path, json=body, step=step)
            return (yield from outcome(asked, Fulfilment))

        def look() -> Steps[Outcome[Fulfilment] | None]:
            current = yield from self.order(order.ref)
            known = [item for item in current.fulfilments if item.id == fulfilment.id]
            return Done(known[0]) if known else None

        return (yield from settled(attempt, look, step="dispatch"))

    @flow
    def refund_order(
        self, order: Order, money: Price, *, now: datetime, reason: str = ""
    ) -> Steps[Outcome[Refund]]:
        """See `OrderRefunder.refund_order`."""
        path = f"/orders/{segment(order.ref.value)}/refunds"
        body = calls.money(money, reason)
        asked = self.desk.post("orders.refund", path, json=body, step="refund", keyed=calls.keyed)
        return (yield from outcome(asked, Refund))
