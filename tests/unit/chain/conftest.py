"""A demo world at its beginning, and a client on a clock that does not wait."""

from collections.abc import Iterator
from typing import Any, TypeVar

import pytest
from attrs import define

from crossborder.adapters.memory import MemoryJournal
from crossborder.chain import Entered, Published, publish, source
from crossborder.clients import Client
from crossborder.conversation import Flow, Reply, Request, Transport
from crossborder.demo import World
from crossborder.demo.world import sheet
from crossborder.model.order import Order
from crossborder.model.outcome import Done

T = TypeVar("T")


@define
class Site(Transport):
    """A world with a client, and the requests that reached the vendor."""

    world: World
    client: Any = None
    heard: list[str] = []  # noqa: RUF008 - replaced for each site

    def exchange(self, request: Request, *, connect: float, read: float) -> Reply:
        path = request.url.removeprefix("https://memory.test")
        self.heard.append(f"{request.method} {path}")
        return self.world.memory.server.exchange(request, connect=connect, read=read)

    @property
    def state(self) -> Any:
        """What stands at the vendor."""
        return self.world.memory.server.state

    @property
    def writes(self) -> list[str]:
        """Requests that were to change something."""
        return [line for line in self.heard if not line.startswith("GET")]

    def run(self, flow: Flow[T], key: str = "run") -> T:
        """Run a flow; the same key again is the same run."""
        result: T = self.client.run(flow, key=key)
        return result

    def sourced(self, **given: Any) -> Entered:
        """The offer in the library."""
        world = self.world
        settings: dict[str, Any] = {"terms": world.terms, "translate": sheet, "now": world.at()}
        flow = source(world.memory, world.offer_ref, **(settings | given))
        return self.run(flow, key="source")

    def published(self, entered: Entered | None = None, key: str = "publish") -> Published:
        """The product on its platform."""
        world = self.world
        channels = {platform.id: world.memory for platform in world.terms.platforms}
        known = entered if entered is not None else self.sourced()
        flow = publish(channels, known, terms=world.terms, now=world.moment)
        return self.run(flow, key=key)

    def ordered(self, pieces: int = 1) -> Order:
        """What a buyer ordered."""
        published = self.published()
        assert isinstance(published.outcome, Done)
        assert published.draft is not None
        return self.world.buyer_orders(
            published.draft, published.outcome.value, published.stock, pieces
        )


@pytest.fixture
def site() -> Iterator[Any]:
    """Makes a site; terms and circumstances may be changed."""
    clients: list[Client] = []

    def make(payload: Any = None, **changed: Any) -> Site:
        made = Site(World.make(payload, **changed), heard=[])
        made.client = Client(http=made, journal=MemoryJournal())
        clients.append(made.client)
        return made

    yield make
    for client in clients:
        client.close()
