"""A pretend vendor with a few things on it, and both clients to talk to it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from attrs import define

from crossborder.adapters.memory import Memory, MemoryServer
from crossborder.clients import AsyncClient, Client
from crossborder.conversation import Flow, Lost, Page, Reply, Request, Transport
from crossborder.model.ids import OfferId, OrderId, ProductId, Ref, SkuId, SupplierId
from crossborder.model.money import Price
from crossborder.model.order import Order, OrderLine
from crossborder.model.product import SKU, Product
from crossborder.model.supply import OfferLine, PriceTier, Supplier, SupplierOffer
from crossborder.protocols.sourcing import Sourced
from crossborder.testing.clock import VirtualClock

T = TypeVar("T")
START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@define
class Losing(Transport):
    """Loses the answers of the first calls to a path, after their effect or before it."""

    server: MemoryServer
    path: str
    times: int = 1
    after: bool = True
    seen: int = 0

    def exchange(self, request: Request, *, connect: float, read: float) -> Reply:
        wanted = request.method == "POST" and request.url.endswith(self.path)
        lost = wanted and self.times > 0
        self.seen += wanted
        self.times -= lost
        if lost and not self.after:
            raise Lost("the line went down")
        reply = self.server.exchange(request, connect=connect, read=read)
        if lost:
            raise Lost("the line went down")
        return reply


@define
class Talk:
    """Runs flows with one of the clients, on a clock that does not wait."""

    asynchronous: bool
    memory: Memory
    clock: VirtualClock

    def __call__(self, flow: Flow[T], *, http: Any = None, key: str = "k", **settings: Any) -> T:
        given = {"http": http or self.memory.server, "clock": self.clock, **settings}
        if not self.asynchronous:
            with Client(**given) as client:
                return client.run(flow, key=key)

        async def run() -> T:
            async with AsyncClient(**given) as client:
                return await client.run(flow, key=key)

        return asyncio.run(run())

    def pages(self, flow: Flow[Page[T]]) -> list[Page[T]]:
        """Every page of a list."""
        given: dict[str, Any] = {"http": self.memory.server, "clock": self.clock}
        if not self.asynchronous:
            with Client(**given) as client:
                return list(client.pages(flow))

        async def run() -> list[Page[T]]:
            async with AsyncClient(**given) as client:
                return [page async for page in client.pages(flow)]

        return asyncio.run(run())

    @property
    def state(self) -> Any:
        """What stands at the vendor."""
        return self.memory.server.state

    def counted(self, name: str) -> int:
        """How often something really happened."""
        return self.memory.server.state.counted(name)


@pytest.fixture(params=[False, True], ids=["Client", "AsyncClient"])
def talk(request: pytest.FixtureRequest) -> Talk:
    clock = VirtualClock(START)
    return Talk(request.param, Memory.connect(MemoryServer(clock.now)), clock)


@pytest.fixture
def losing() -> type[Losing]:
    return Losing


def _sourced(number: int = 1, title: str = "Umbrella", **changed: Any) -> Sourced:
    product_id, sku = ProductId(f"p{number}"), SkuId(f"s{number}")
    given: dict[str, Any] = {
        "tiers": (PriceTier(1, Price("10", "CNY")),),
        "ref": Ref("memory", f"o{number}"),
        "lines": (OfferLine(sku, available=5),),
    }
    offer = SupplierOffer(
        id=OfferId(f"o{number}"),
        supplier=Supplier(SupplierId("factory")),
        product_id=product_id,
        currency="CNY",
        observed_at=START - timedelta(days=9),
        **(given | changed),
    )
    return Sourced(Product(product_id, title, "zh", (SKU(sku),)), offer)


def _order(number: int = 1, **changed: Any) -> Order:
    given: dict[str, Any] = {
        "id": OrderId(str(number)),
        "platform": "memory",
        "ref": Ref("memory", str(number)),
        "placed_at": START,
        "lines": (OrderLine("a", SkuId("s1"), 2, Price("10", "USD")),),
        "currency": "USD",
    }
    return Order(**(given | changed))


@pytest.fixture
def sourced() -> Any:
    """Makes an offer with its product."""
    return _sourced


@pytest.fixture
def order() -> Any:
    """Makes an order of two pieces for twenty dollars."""
    return _order
