"""The market side: offers read, purchases placed, their way here followed."""

from datetime import datetime

from attrs import evolve

from crossborder.adapters.memory import calls, shapes
from crossborder.adapters.memory.asking import outcome
from crossborder.adapters.memory.rules import VENDOR
from crossborder.conversation import Desk, Page, Steps, flow, segment, settled
from crossborder.model.ids import Ref
from crossborder.model.outcome import Done, Outcome
from crossborder.model.place import Address
from crossborder.model.purchase import Purchase
from crossborder.model.tracking import TrackingEvent
from crossborder.protocols import OfferSource, PurchaseTracer, Purchasing
from crossborder.protocols.sourcing import Found, Preview, Sourced

__all__ = ["Buying"]


class Buying(OfferSource, Purchasing, PurchaseTracer):
    """The market side: offers read, purchases placed, their way here followed."""

    desk: Desk

    @flow
    def offer(self, ref: Ref, *, language: str, now: datetime) -> Steps[Sourced]:
        """See `OfferSource.offer`."""
        query = {"language": language}
        reply = yield from self.desk.get("offers.get", f"/offers/{segment(ref.value)}", query=query)
        sourced = shapes.noun(reply, Sourced)
        return evolve(sourced, offer=evolve(sourced.offer, observed_at=now))

    @flow
    def search(
        self, keyword: str, *, language: str, cursor: str | None = None
    ) -> Steps[Page[Found]]:
        """See `OfferSource.search`."""
        query = {"keyword": keyword, "language": language}
        if cursor is not None:
            query["cursor"] = cursor
        reply = yield from self.desk.get("offers.search", "/offers", query=query)
        return shapes.page(
            reply, Found, lambda at: self.search(keyword, language=language, cursor=at)
        )

    @flow
    def preview(self, purchase: Purchase, *, ship_to: Address) -> Steps[Outcome[Preview]]:
        """See `Purchasing.preview`."""
        body = calls.purchase(purchase, ship_to)
        # A preview places nothing, so it may be asked twice.
        asked = self.desk.post(
            "purchases.preview", "/purchases/preview", json=body, repeatable=True
        )
        return (yield from outcome(asked, Preview))

    @flow
    def place(self, purchase: Purchase, *, ship_to: Address) -> Steps[Outcome[Purchase]]:
        """See `Purchasing.place`; the market does not know repeats, so a lost answer is looked up."""

        def attempt(step: str) -> Steps[Outcome[Purchase]]:
            body = calls.purchase(purchase, ship_to)
            asked = self.desk.post("purchases.place", "/purchases", json=body, step=step)
            return (yield from outcome(asked, Purchase))

        def look() -> Steps[Outcome[Purchase] | None]:
            query = {"out_id": purchase.id}
            reply = yield from self.desk.get("purchases.find", "/purchases", query=query)
            found = shapes.items(reply, Purchase)
            return Done(found[0]) if found else None

        return (yield from settled(attempt, look, step="place"))

    @flow
    def pay_purchase(self, purchase: Purchase) -> Steps[Outcome[Purchase]]:
        """See `Purchasing.pay_purchase`."""
        path = f"/purchases/{segment(_own(purchase.refs))}/pay"
        # Paying what is paid is answered as it stands (the market's own rule).
        asked = self.desk.post("purchases.pay", path, json={}, step="debit", repeatable=True)
        return (yield from outcome(asked, Purchase))

    @flow
    def purchase(self, purchase: Purchase) -> Steps[Purchase]:
        """See `Purchasing.purchase`."""
        path = f"/purchases/{segment(_own(purchase.refs))}"
        reply = yield from self.desk.get("purchases.get", path)
        return shapes.noun(reply, Purchase)

    @flow
    def trace(self, purchase: Purchase) -> Steps[tuple[TrackingEvent, ...]]:
        """See `PurchaseTracer.trace`."""
        path = f"/purchases/{segment(_own(purchase.refs))}/trace"
        reply = yield from self.desk.get("purchases.trace", path)
        return shapes.items(reply, TrackingEvent, "events")


def _own(refs: tuple[Ref, ...]) -> str:
    return next((ref.value for ref in refs if ref.vendor == VENDOR), "none")
