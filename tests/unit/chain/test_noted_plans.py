"""A run that goes on after a crash buys and books what the first had decided, whatever is cheaper now."""

from typing import Any

from attrs import evolve

from crossborder.adapters.memory import MemoryJournal
from crossborder.chain import fulfil, send
from crossborder.clients import Client
from crossborder.conversation import Flow
from crossborder.demo import World
from crossborder.demo.walk import walk
from crossborder.model.carriage import Parcel
from crossborder.model.ids import OfferId, Ref, SupplierId
from crossborder.model.measure import Weight
from crossborder.model.money import Price
from crossborder.model.order import Order
from crossborder.model.supply import SupplierOffer
from crossborder.protocols.sourcing import Sourced
from crossborder.testing.clock import VirtualClock
from crossborder.testing.crash import Killed, KillSwitch


def _client(world: World, journal: MemoryJournal, switch: KillSwitch) -> Client:
    http = switch.transport(world.memory.server)
    return Client(http=http, journal=switch.journal(journal), clock=VirtualClock(world.moment))


def _cheaper(world: World) -> SupplierOffer:
    """Another supplier asks half, and the market shows it."""
    offer = world.sourced.offer
    other = evolve(
        offer,
        id=OfferId("other"),
        supplier=evolve(offer.supplier, id=SupplierId("other")),
        ref=Ref("alibaba1688", "999"),
        lines=tuple(evolve(line, one_piece_price=Price("9", "CNY")) for line in offer.lines),
    )
    world.memory.server.state.add_offer(Sourced(world.sourced.product, other))
    return other


def _order(world: World) -> Order:
    twin = World.make(terms=world.terms)
    with Client(http=twin.memory.server) as client:
        story = walk(client.run, twin)
    assert story.collected is not None
    order = story.collected.order
    world.memory.server.state.place_order(evolve(order, fulfilments=()))
    return order


def _killed_everywhere(make: Any, change: Any, effect: str) -> int:
    """Kill the flow at each moment, change the outside, run on: one effect and the same outcome."""
    world, count = World.make(), KillSwitch()
    order = _order(world)
    baseline = _client(world, MemoryJournal(), count).run(make(world, order, None), key="k")
    for moment in range(count.moments):
        world, journal = World.make(), MemoryJournal()
        order = _order(world)
        begun = False
        try:
            _client(world, journal, KillSwitch(moment)).run(make(world, order, None), key="k")
        except Killed:
            begun = world.memory.server.state.counted(effect) > 0
        changed = change(world)
        flow: Flow[Any] = make(world, order, changed)
        result = _client(world, journal, KillSwitch()).run(flow, key="k")
        assert world.memory.server.state.counted(effect) == 1, moment
        if begun:
            assert _essence(result) == _essence(baseline), moment
    return count.moments


def _essence(result: Any) -> Any:
    return getattr(result, "plan", None) or result.line


def test_a_cheaper_supplier_after_a_crash_is_not_bought_from_as_well() -> None:
    def make(world: World, order: Order, other: SupplierOffer | None) -> Flow[Any]:
        offers = (world.sourced.offer,) if other is None else (world.sourced.offer, other)
        now = world.at(hours=5)
        return fulfil(world.memory, order, offers, terms=world.terms, now=now)

    assert _killed_everywhere(make, _cheaper, "purchase") > 10


def test_a_cheaper_line_after_a_crash_does_not_stop_the_parcel() -> None:
    parcel = Parcel(Weight.kg("0.4"))

    def make(world: World, order: Order, other: Any) -> Flow[Any]:
        now = world.at(days=5)
        bare = evolve(order, fulfilments=())
        return send(world.memory, world.memory, bare, parcel, terms=world.terms, now=now)

    def change(world: World) -> None:
        lines = world.memory.server.state.lines
        lines["EXPRESS"] = evolve(lines["EXPRESS"], cost=Price("1", "CNY"))

    assert _killed_everywhere(make, change, "parcel") > 10
