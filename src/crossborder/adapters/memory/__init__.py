"""A complete pretend vendor: every protocol, with state, in one process.

It is for tests, notebooks and trying ideas: a market, a shop, a gateway, a carrier and an inbox
behind the same conversations as a real vendor.

>>> from crossborder import Client
>>> memory = Memory.demo()
>>> with Client(http=memory.server) as client:
...     client.run(memory.listing("T-SHIRT")) is None
True
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from attrs import evolve, field, frozen

from crossborder.adapters.memory import calls, shapes
from crossborder.adapters.memory.rules import POLICIES, VENDOR, read
from crossborder.adapters.memory.server import MemoryServer
from crossborder.adapters.memory.sign import MemoryCredentials, proven, signature
from crossborder.adapters.memory.storage import (
    AsyncMemoryJournal,
    AsyncMemoryTokenStore,
    MemoryJournal,
    MemoryTokenStore,
)
from crossborder.conversation import Desk, Page, Steps, flow, segment, settled
from crossborder.errors import BadRequest, NotFound, OutcomeUnknown
from crossborder.model.ids import Ref
from crossborder.model.listing import Listing, ListingDraft
from crossborder.model.money import Price
from crossborder.model.order import Fulfilment, Order
from crossborder.model.outcome import Done, Outcome, Problem, Refused
from crossborder.model.payment import Payment, PaymentAttempt, Refund
from crossborder.model.place import Address
from crossborder.model.shipment import Label, Quote, Shipment, ShipmentRequest, TrackingEvent
from crossborder.model.supply import Purchase
from crossborder.model.ticket import Message, Ticket
from crossborder.protocols import (
    Carrier,
    DispatchReporter,
    Inbox,
    ListingChannel,
    OfferSource,
    OrderFeed,
    OrderRefunder,
    PaymentGateway,
    PurchaseTracer,
    Purchasing,
    StockPublisher,
    Tracker,
    WebhookReader,
)
from crossborder.protocols.inventory import StockLevel
from crossborder.protocols.logistics import Reading
from crossborder.protocols.sourcing import Found, Preview, Sourced
from crossborder.protocols.webhooks import WebhookEvent
from crossborder.secret import Secret

__all__ = [
    "AsyncMemoryJournal",
    "AsyncMemoryTokenStore",
    "Memory",
    "MemoryJournal",
    "MemoryServer",
    "MemoryTokenStore",
    "signature",
]

_START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@frozen
class Memory(
    OfferSource,
    Purchasing,
    PurchaseTracer,
    ListingChannel,
    StockPublisher,
    OrderFeed,
    DispatchReporter,
    OrderRefunder,
    PaymentGateway,
    Carrier,
    Tracker,
    Inbox,
    WebhookReader,
):
    """The pretend vendor's near end.

    Attributes:
        desk: where its calls are made.
        server: its far end, to hand to a client as `http`.
    """

    desk: Desk
    server: MemoryServer = field(eq=False)

    @classmethod
    def connect(
        cls, server: MemoryServer, *, secret: Secret | str | None = None, account: str = "demo"
    ) -> "Memory":
        """An account at a server; with a secret, calls carry a token that is renewed."""
        desk = Desk(VENDOR, "https://memory.test", account, POLICIES, read=read)
        if secret is not None:
            credentials = MemoryCredentials(Secret(secret), desk)
            desk = evolve(desk, credentials=credentials)
        return cls(desk, server)

    @classmethod
    def demo(cls, now: Callable[[], datetime] = lambda: _START) -> "Memory":
        """An account at a fresh, empty server whose clock is `now`."""
        return cls.connect(MemoryServer(now))

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
        try:
            # A preview places nothing, so it may be asked twice.
            reply = yield from self.desk.post(
                "purchases.preview", "/purchases/preview", json=body, repeatable=True
            )
        except BadRequest as error:
            return shapes.refusal(error)
        return Done(shapes.noun(reply, Preview))

    @flow
    def place(self, purchase: Purchase, *, ship_to: Address) -> Steps[Outcome[Purchase]]:
        """See `Purchasing.place`; the market does not know repeats, so a lost answer is looked up."""

        def attempt(step: str) -> Steps[Outcome[Purchase]]:
            body = calls.purchase(purchase, ship_to)
            try:
                reply = yield from self.desk.post(
                    "purchases.place", "/purchases", json=body, step=step
                )
            except BadRequest as error:
                return shapes.refusal(error)
            return Done(shapes.noun(reply, Purchase))

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
        try:
            # Paying what is paid is answered as it stands (the market's own rule).
            reply = yield from self.desk.post(
                "purchases.pay", path, json={}, step="debit", repeatable=True
            )
        except BadRequest as error:
            return shapes.refusal(error)
        return Done(shapes.noun(reply, Purchase))

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

    @flow
    def publish(self, draft: ListingDraft) -> Steps[Outcome[Listing]]:
        """See `ListingChannel.publish`."""
        path = f"/listings/{segment(draft.sku)}"
        try:
            reply = yield from self.desk.put(
                "listings.put", path, json=calls.body(draft), step="publish"
            )
        except BadRequest as error:
            return shapes.refusal(error)
        return Done(shapes.noun(reply, Listing))

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
            try:
                reply = yield from self.desk.post("orders.dispatch", path, json=body, step=step)
            except BadRequest as error:
                return shapes.refusal(error)
            return Done(shapes.noun(reply, Fulfilment))

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
        try:
            reply = yield from self.desk.post(
                "orders.refund", path, json=body, step="refund", keyed=calls.keyed
            )
        except BadRequest as error:
            return shapes.refusal(error)
        return Done(shapes.noun(reply, Refund))

    @flow
    def pay(self, attempt: PaymentAttempt) -> Steps[Outcome[Payment]]:
        """See `PaymentGateway.pay`."""
        try:
            reply = yield from self.desk.post(
                "payments.pay",
                "/payments",
                json=calls.body(attempt),
                headers={"Operation-Key": f"attempt/{attempt.id}"},
                step="pay",
                # The gateway keeps the key of the stored attempt: the same try is one payment.
                repeatable=True,
            )
        except BadRequest as error:
            return shapes.refusal(error)
        return Done(shapes.noun(reply, Payment))

    @flow
    def capture(self, payment: Ref, money: Price, *, id: str) -> Steps[Outcome[Payment]]:
        """See `PaymentGateway.capture`."""
        path = f"/payments/{segment(payment.value)}/capture"
        try:
            reply = yield from self.desk.post(
                "payments.capture",
                path,
                json=calls.money(money),
                headers={"Operation-Key": f"capture/{id}"},
                step="capture",
                repeatable=True,  # under the key of the stored capture
            )
        except BadRequest as error:
            return shapes.refusal(error)
        return Done(shapes.noun(reply, Payment))

    @flow
    def refund(
        self, payment: Ref, money: Price, *, id: str, now: datetime, reason: str = ""
    ) -> Steps[Outcome[Refund]]:
        """See `PaymentGateway.refund`."""
        path = f"/payments/{segment(payment.value)}/refund"
        try:
            reply = yield from self.desk.post(
                "payments.refund",
                path,
                json=calls.money(money, reason),
                headers={"Operation-Key": f"refund/{id}"},
                step="refund",
                repeatable=True,  # under the key of the stored refund
            )
        except BadRequest as error:
            return shapes.refusal(error)
        return Done(shapes.noun(reply, Refund))

    @flow
    def payment(self, ref: Ref) -> Steps[Payment]:
        """See `PaymentGateway.payment`."""
        reply = yield from self.desk.get("payments.get", f"/payments/{segment(ref.value)}")
        return shapes.noun(reply, Payment)

    @flow
    def quote(self, request: ShipmentRequest) -> Steps[tuple[Quote, ...]]:
        """See `Carrier.quote`."""
        body = calls.body(request)
        # A quote books nothing, so it may be asked twice.
        reply = yield from self.desk.post("quotes", "/quotes", json=body, repeatable=True)
        return shapes.items(reply, Quote)

    @flow
    def ship(self, request: ShipmentRequest, *, now: datetime) -> Steps[Outcome[Shipment]]:
        """See `Carrier.ship`; the carrier takes our number once, so a repeat is looked up."""
        try:
            reply = yield from self.desk.post(
                "shipments.book", "/shipments", json=calls.body(request), step="ship"
            )
        except OutcomeUnknown:
            found = yield from self._booked(request)
            if found is not None:
                return Done(found)
            try:
                reply = yield from self.desk.post(
                    "shipments.book",
                    "/shipments",
                    json=calls.body(request),
                    step="ship/2",
                    repeatable=True,  # our number is taken once: a second booking is refused
                )
            except BadRequest as error:
                return (yield from self._booked_or(request, error))
        except BadRequest as error:
            return (yield from self._booked_or(request, error))
        return Done(shapes.noun(reply, Shipment))

    def _booked(self, request: ShipmentRequest) -> Steps[Shipment | None]:
        query = {"reference": request.id}
        reply = yield from self.desk.get("shipments.find", "/shipments", query=query)
        found = shapes.items(reply, Shipment)
        return found[0] if found else None

    def _booked_or(self, request: ShipmentRequest, error: BadRequest) -> Steps[Outcome[Shipment]]:
        refused = shapes.refusal(error)
        if "duplicate" in refused.codes:
            found = yield from self._booked(request)
            if found is not None:
                return Done(found)
        return refused

    @flow
    def label(self, shipment: Shipment) -> Steps[Label]:
        """See `Carrier.label`."""
        path = f"/shipments/{segment(shipment.number)}/label"
        reply = yield from self.desk.get("shipments.label", path)
        return shapes.noun(reply, Label)

    @flow
    def register(self, shipments: tuple[Shipment, ...]) -> Steps[tuple[Outcome[Shipment], ...]]:
        """See `Tracker.register`."""
        reply = yield from self.desk.post(
            "tracking.register",
            "/tracking/register",
            json=calls.numbers(shipments),
            step="register",
            repeatable=True,  # following what is followed changes nothing
        )
        return shapes.outcomes(reply, shipments)

    @flow
    def track(self, shipments: tuple[Shipment, ...], *, now: datetime) -> Steps[Reading]:
        """See `Tracker.track`."""
        reply = yield from self.desk.post(
            "tracking.query",
            "/tracking/query",
            json=calls.numbers(shipments),
            repeatable=True,  # it only reads
        )
        return shapes.reading(reply)

    @flow
    def tickets(self, *, since: datetime, cursor: str | None = None) -> Steps[Page[Ticket]]:
        """See `Inbox.tickets`."""
        query = calls.page(since, cursor)
        reply = yield from self.desk.get("tickets.list", "/tickets", query=query)
        return shapes.page(reply, Ticket, lambda at: self.tickets(since=since, cursor=at))

    @flow
    def reply(self, ticket: Ticket, message: Message) -> Steps[Outcome[Message]]:
        """See `Inbox.reply`."""
        path = f"/tickets/{segment(ticket.ref.value if ticket.ref else ticket.id)}/messages"
        try:
            reply = yield from self.desk.post(
                "tickets.reply",
                path,
                json=calls.body(message),
                step="reply",
                repeatable=True,  # a message's id is taken once
            )
        except BadRequest as error:
            return shapes.refusal(error)
        return Done(shapes.noun(reply, Message))

    def webhook(
        self,
        body: bytes,
        headers: Mapping[str, str],
        *,
        secrets: Sequence[Secret],
        now: datetime,
    ) -> WebhookEvent:
        """See `WebhookReader.webhook`."""
        return proven(body, headers, secrets=secrets, now=now)


def _own(refs: tuple[Ref, ...]) -> str:
    return next((ref.value for ref in refs if ref.vendor == VENDOR), "none")
