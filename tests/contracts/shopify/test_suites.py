"""Shopify passes the suites of a channel, judged by its own schema."""

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from contracts.colours import Reads, in_both_colours
from contracts.shopify.fake import FakeShop, contract_of, schema_at
from crossborder.adapters.shopify import Shopify
from crossborder.clients import Client
from crossborder.model.ids import ProductId, Ref, SkuId
from crossborder.model.listing import DraftVariant, Listing, ListingDraft
from crossborder.model.money import Price
from crossborder.model.order import Fulfilment, FulfilmentLine, Order
from crossborder.model.outcome import Done
from crossborder.model.product import Option
from crossborder.protocols.webhooks import WebhookReader
from crossborder.secret import Secret
from crossborder.testing.contracts import (
    DispatchReporterContract,
    Far,
    ListingChannelContract,
    OrderFeedContract,
    OrderRefunderContract,
    Signed,
    StockPublisherContract,
    WebhookReaderContract,
)
from crossborder.wire.sign import hmac_sha256_base64
from crossborder.wire.text import write_json
from where import contracts_root

pytestmark = [pytest.mark.contracts, pytest.mark.usefixtures("contracts")]

NOW = datetime(2026, 11, 2, 13, tzinfo=UTC)
FIRST = datetime(2026, 10, 1, tzinfo=UTC)
SHOPIFY = Shopify.connect("demo", token="shpat_x", publication="gid://shopify/Publication/9")


def shop(orders: int = 0) -> Far:
    """A shop without products, and with orders that changed on one day after the other."""
    path = contracts_root() / "shopify" / "admin_2026-10.introspection.json.gz"
    server = FakeShop(schema_at(path), contract_of(path))
    for day in range(orders):
        changed = (FIRST + timedelta(days=day)).strftime("%Y-%m-%dT%H:%M:%SZ")
        server.add_order(("T-RED", 2, "10.00"), ("T-BLUE", 1, "5.00"), updated=changed)
    throttle = FakeShop(schema_at(path), contract_of(path), points=100).throttled(206)
    return Far(SHOPIFY, server.transport, lambda: server.effects, NOW, throttle, server)


def variant(sku: str, colour: str) -> DraftVariant:
    options = (Option("颜色", colour, "Colour", colour),)
    return DraftVariant(SkuId(sku), Price("12.50", "USD"), 4, options)


DRAFT = ListingDraft(
    "Tea cup",
    ProductId("p1"),
    "shopify",
    "Tea cup",
    "en",
    (variant("T-RED", "Red"), variant("T-BLUE", "Blue")),
)


class TestListings(ListingChannelContract):
    def far(self) -> Far:
        return shop()

    def draft(self) -> ListingDraft:
        return DRAFT

    def refused_draft(self) -> ListingDraft:
        return evolve(DRAFT, title="x" * 256)


class TestStock(StockPublisherContract):
    def far(self) -> Far:
        return shop()

    def listing(self, far: Far) -> Listing:
        if not far.server.products:
            outcome = self.run(far, far.adapter.publish(DRAFT), key="setup")
            assert isinstance(outcome, Done), outcome
        listing: Listing = self.run(far, far.adapter.listing(DRAFT.sku))
        return listing

    def levels(self, far: Far) -> dict[str, int]:
        (product,) = far.server.products.values()
        stock = far.server.stock
        return {one["sku"]: stock[one["inventoryItem"]["id"]] for one in product["kept"]}


class TestOrders(OrderFeedContract):
    def far(self) -> Far:
        return shop(orders=26)

    def since(self) -> datetime:
        return FIRST

    def expected(self) -> tuple[str, ...]:
        return tuple(order["id"] for order in self.far().server.orders)


def _sold(far: Far) -> Order:
    """The first order of a far end."""
    with Client(http=far.transport) as client:
        order: Order = client.run(far.adapter.order(Ref("shopify", far.server.orders[0]["id"])))
    return order


class TestDispatches(DispatchReporterContract):
    def far(self) -> Far:
        return shop(orders=1)

    def order(self, far: Far) -> Order:
        """As it was before anything was reported: what our own store holds in a second run."""
        return _sold(self.far())

    def fulfilment(self, order: Order) -> Fulfilment:
        lines = tuple(FulfilmentLine(line.id, 1) for line in order.lines)
        return Fulfilment("f1", order.id, lines, "China Post", ("RR1CN",))


class TestRefunds(OrderRefunderContract):
    def far(self) -> Far:
        return shop(orders=1)

    def order(self, far: Far) -> Order:
        """As it was before any refund: `refund_order` is to be run again with that value."""
        return _sold(self.far())


class TestWebhooks(WebhookReaderContract):
    def reader(self) -> WebhookReader:
        return SHOPIFY

    def signed(self) -> Signed:
        """The signature covers the body alone; the time stands in a header beside it."""
        secret, body = Secret("hush"), write_json({"id": 1, "email": "a@b.test"}).encode()
        headers = {
            "X-Shopify-Topic": "orders/create",
            "X-Shopify-Webhook-Id": "w-1",
            "X-Shopify-Triggered-At": NOW.isoformat(),
            "X-Shopify-Hmac-Sha256": hmac_sha256_base64(secret, body),
        }
        return Signed(body, headers, secret, NOW, dated=False)


def _published(far: Far) -> str:
    with Client(http=far.transport) as client:
        client.run(far.adapter.publish(DRAFT), key="publish")
    return DRAFT.sku


READS: Reads = {
    "listing": lambda far: far.adapter.listing(_published(far)),
    "orders": lambda far: far.adapter.orders(since=FIRST),
    "order": lambda far: far.adapter.order(Ref("shopify", far.server.orders[0]["id"])),
}


def _filled() -> Far:
    return shop(orders=26)


@pytest.mark.parametrize("name", READS)
def test_a_read_is_the_same_in_both_colours(name: str) -> None:
    plain, awaited = in_both_colours(_filled, READS[name])
    assert plain == awaited
    assert len(plain) == (2 if name == "orders" else 1)
    assert plain[0]
