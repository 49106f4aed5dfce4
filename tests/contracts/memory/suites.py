"""The pretend vendor's suites: also run against adapters with planted faults."""

from datetime import datetime, timedelta

from attrs import evolve

from contracts.memory import samples
from crossborder.adapters.memory import (
    Memory,
    MemoryJournal,
    MemoryServer,
    MemoryStockLedger,
    MemoryTokenStore,
    signature,
)
from crossborder.model.carriage import ShipmentRequest
from crossborder.model.ids import PurchaseId, Ref
from crossborder.model.listing import Listing, ListingDraft
from crossborder.model.order import Fulfilment, Order
from crossborder.model.outcome import Done
from crossborder.model.payment import PaymentAttempt
from crossborder.model.purchase import Purchase
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Stage, TrackingEvent
from crossborder.protocols.inventory import HeldStock
from crossborder.protocols.storage import Journal, StockLedger, TokenStore
from crossborder.protocols.webhooks import WebhookReader
from crossborder.secret import Secret
from crossborder.testing.contracts import (
    CarrierContract,
    DispatchReporterContract,
    Far,
    InboxContract,
    JournalContract,
    ListingChannelContract,
    OfferSourceContract,
    OrderFeedContract,
    OrderRefunderContract,
    PaymentGatewayContract,
    PurchaseTracerContract,
    PurchasingContract,
    Signed,
    StockLedgerContract,
    StockPublisherContract,
    TokenStoreContract,
    TrackerContract,
    WarehouseFeedContract,
    WebhookReaderContract,
)
from crossborder.wire.text import write_json


class _Far:
    """Where a fault is planted: the adapter's class or the server's."""

    kind: type[Memory] = Memory
    server: type[MemoryServer] = MemoryServer

    def far(self) -> Far:
        return samples.far(self.kind, self.server)


class Listings(_Far, ListingChannelContract):
    def draft(self) -> ListingDraft:
        return samples.draft()

    def refused_draft(self) -> ListingDraft:
        return samples.draft(title="A replica of something")


class Stock(_Far, StockPublisherContract):
    def listing(self, far: Far) -> Listing:
        known = far.adapter.server.state.listings.get("T-SHIRT")
        if known is None:
            outcome = self.run(far, far.adapter.publish(samples.draft()), key="setup")
            assert isinstance(outcome, Done)
            known = outcome.value
        found: Listing = known
        return found

    def levels(self, far: Far) -> dict[str, int]:
        stock = far.adapter.server.state.stock
        return {sku: quantity for (_, sku), quantity in stock.items()}


class Orders(_Far, OrderFeedContract):
    def since(self) -> datetime:
        return samples.NOW - timedelta(days=60)

    def expected(self) -> tuple[str, ...]:
        return tuple(str(1000 + number) for number in range(1, 8))


class Dispatches(_Far, DispatchReporterContract):
    def order(self, far: Far) -> Order:
        return samples.order()

    def fulfilment(self, order: Order) -> Fulfilment:
        return samples.fulfilment(order)


class OrderRefunds(_Far, OrderRefunderContract):
    def order(self, far: Far) -> Order:
        return samples.order()


class Payments(_Far, PaymentGatewayContract):
    def attempt(self) -> PaymentAttempt:
        return samples.attempt()

    def declined_attempt(self) -> PaymentAttempt:
        return samples.attempt("declined-stolen")


class Offers(_Far, OfferSourceContract):
    def ref(self) -> Ref:
        return Ref("memory", "o1")

    def missing_ref(self) -> Ref:
        return Ref("memory", "o999")

    def keyword(self) -> str:
        return "cubes"


class Purchases(_Far, PurchasingContract):
    def purchase(self) -> Purchase:
        return samples.purchase()

    def refused_purchase(self) -> Purchase:
        return samples.purchase(100_000)


class Traces(_Far, PurchaseTracerContract):
    def sent(self, far: Far) -> Purchase:
        placed = self._place(far)
        event = TrackingEvent("memory", "PU", "collected", Stage.ACCEPTED, samples.NOW)
        far.adapter.server.state.scan_purchase(placed.refs[0].value, "SF1", (event,))
        return placed

    def unsent_refs(self, far: Far) -> tuple[Ref, ...]:
        return self._place(far, "purchase-2").refs

    def _place(self, far: Far, own: str = "purchase-1") -> Purchase:
        wanted = evolve(samples.purchase(), id=PurchaseId(own))
        flow = far.adapter.place(wanted, ship_to=samples.address())
        outcome = self.run(far, flow, key=own)
        assert isinstance(outcome, Done)
        placed: Purchase = outcome.value
        return placed


class Carriers(_Far, CarrierContract):
    def request(self) -> ShipmentRequest:
        return samples.request()

    def refused_request(self) -> ShipmentRequest:
        return samples.request("NO-SUCH-LINE")


class Trackers(_Far, TrackerContract):
    def known(self, far: Far) -> Shipment:
        return samples.booked(far)

    def many(self, far: Far) -> tuple[Shipment, ...]:
        return tuple(samples.booked(far, f"parcel-{number}") for number in range(10, 13))

    def refused(self, far: Far) -> Shipment:
        return samples.unknown()


class Holdings(_Far, WarehouseFeedContract):
    def expected(self) -> tuple[HeldStock, ...]:
        return tuple(samples.held(number) for number in range(1, 8))

    def unknown(self) -> tuple[str, str, str]:
        return "s3", "quarantine_bay", "bin"


class Inboxes(_Far, InboxContract):
    def since(self) -> datetime:
        return samples.NOW - timedelta(days=60)


class Webhooks(_Far, WebhookReaderContract):
    def reader(self) -> WebhookReader:
        return self.kind.demo()

    def signed(self) -> Signed:
        secret, stamp = Secret("hush"), samples.NOW.isoformat()
        body = write_json({"id": "evt-1", "topic": "order", "body": {"id": "1001"}}).encode()
        headers = {"X-Memory-Time": stamp, "X-Memory-Signature": signature(body, stamp, secret)}
        return Signed(body, headers, secret, samples.NOW)


class Journals(JournalContract):
    def journal(self) -> Journal:
        return MemoryJournal()


class StockLedgers(StockLedgerContract):
    def ledger(self) -> StockLedger:
        return MemoryStockLedger()


class Tokens(TokenStoreContract):
    def store(self) -> TokenStore:
        return MemoryTokenStore()


SUITES = (
    Listings,
    Stock,
    Orders,
    Dispatches,
    OrderRefunds,
    Payments,
    Offers,
    Purchases,
    Traces,
    Carriers,
    Trackers,
    Holdings,
    Inboxes,
    Webhooks,
)
