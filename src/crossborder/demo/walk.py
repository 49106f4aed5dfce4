"""The application of the demo: ten stages in order, every write under a key of its own.

It keeps what each step returned, as an application would in its database; after a crash it is
simply called again with the same keep and the same journal.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from attrs import define

from crossborder.chain import (
    Bought,
    Collected,
    Entered,
    Published,
    Sent,
    Served,
    Tracked,
    collect,
    fulfil,
    publish,
    send,
    serve,
    source,
    track,
)
from crossborder.conversation import Flow
from crossborder.demo.world import World, sheet
from crossborder.model.carriage import CustomsLine, Parcel
from crossborder.model.decision import recording
from crossborder.model.listing import DraftVariant, ListingDraft
from crossborder.model.measure import Weight
from crossborder.model.money import Price
from crossborder.model.order import Order
from crossborder.model.outcome import Done
from crossborder.stages import sourcing

__all__ = ["Keep", "Runner", "Story", "walk"]

T = TypeVar("T")


class Runner(Protocol):
    """Runs a flow under a key: `client.run`."""

    def __call__(self, flow: Flow[Any], *, key: str) -> Any:
        """Run it to its end."""
        ...


Keep = dict[str, Any]
"""What the application stored: it outlives a crash."""


@define
class Story:
    """How far the walk came; what was not reached is None."""

    entered: Entered | None = None
    published: Published | None = None
    order: Order | None = None
    collected: Collected | None = None
    bought: Bought | None = None
    sent: Sent | None = None
    tracked: Tracked | None = None
    served: Served | None = None


def walk(run: Runner, world: World, keep: Keep | None = None) -> Story:
    """Walk one order through the chain, and stop where a decision stops it."""
    stored = keep if keep is not None else {}
    with recording():
        return _walk(run, world, stored)


def _walk(run: Runner, world: World, stored: Keep) -> Story:
    story, terms, memory = Story(), world.terms, world.memory

    def once(name: str, make: Callable[[], T]) -> T:
        if name not in stored:
            stored[name] = make()
        kept: T = stored[name]
        return kept

    now = world.at()
    story.entered = entered = once(
        "source",
        lambda: run(
            source(memory, world.offer_ref, terms=terms, translate=sheet, now=now), key="source"
        ),
    )
    channels = {platform.id: memory for platform in terms.platforms}
    story.published = published = once(
        "publish", lambda: run(publish(channels, entered, terms=terms, now=now), key="publish")
    )
    if not isinstance(published.outcome, Done) or published.draft is None:
        return story
    wanted = _orderable(entered, published.draft, now)
    if wanted is None:
        return story
    chosen, pieces = wanted
    world.buyer_orders(
        published.draft, published.outcome.value, published.stock, pieces, chosen=chosen
    )
    now = world.at(hours=4)
    since = once("since", lambda: world.start)
    page = once("orders", lambda: run(memory.orders(since=since), key="orders"))
    story.order = order = page.items[0]
    attempt_id = once("attempt", lambda: f"attempt-{order.id}-1")
    story.collected = collected = once(
        "collect",
        lambda: run(
            collect(memory, order, attempt_id=attempt_id, terms=terms, now=now),
            key=f"collect/{order.id}",
        ),
    )
    now = world.at(hours=5)
    story.bought = bought = once(
        "fulfil",
        lambda: run(
            fulfil(memory, collected.order, (entered.offer,), terms=terms, now=now),
            key=f"fulfil/{order.id}",
        ),
    )
    if not bought.complete or not bought.outcomes:
        return story
    for outcome in bought.outcomes:
        if isinstance(outcome, Done):
            world.supplier_ships(outcome.value.refs[0].value)
    return _deliver(run, world, once, story, collected.order)


def _orderable(
    entered: Entered, draft: ListingDraft, now: datetime
) -> tuple[DraftVariant, int] | None:
    """The first variant of which enough is offered, and how many the supplier sells at least."""
    for variant in draft.variants:
        choice = sourcing.select((entered.offer,), variant.sku_id, 1, now=now).value
        if choice is not None and variant.quantity >= choice.quantity:
            return variant, choice.quantity
    return None


def _deliver(
    run: Runner, world: World, once: Callable[..., Any], story: Story, order: Order
) -> Story:
    terms, memory = world.terms, world.memory
    entered = story.entered
    assert entered is not None, "nothing is sent that was not sourced"
    now = world.at(days=5)
    parcel = _parcel(entered, order)
    story.sent = sent = once(
        "send",
        lambda: run(
            send(memory, memory, order, parcel, terms=terms, now=now), key=f"send/{order.id}"
        ),
    )
    if not isinstance(sent.outcome, Done):
        return story
    world.carrier_scans(sent.outcome.value)
    now = world.at(days=17)
    shipment = sent.outcome.value
    story.tracked = tracked = once(
        "track",
        lambda: run(track(memory, (shipment,), terms=terms, now=now), key=f"track/{order.id}"),
    )
    asked = world.buyer_asks(order)
    now = world.at(days=17, hours=2)
    story.served = once(
        "serve",
        lambda: run(
            serve(
                memory,
                since=asked - timedelta(hours=1),
                orders=(order,),
                shipments=tracked.shipments,
                histories=world.histories,
                terms=terms,
                now=now,
            ),
            key=f"serve/{asked.isoformat()}",
        ),
    )
    return story


def _parcel(entered: Entered, order: Order) -> Parcel:
    """The parcel of an order; a SKU nobody has weighed counts half a kilogram."""
    weight, goods = Weight(0), []
    for line in order.lines:
        unit = entered.product.sku(line.sku_id).weight
        each = unit if unit is not None else Weight.kg("0.5")
        weight = weight + each * line.wanted
        goods.append(
            CustomsLine(
                "household goods",
                line.wanted,
                Price((line.net.per(line.quantity)).rounded().amount, order.currency),
                each,
                local_name=entered.product.title,
                sku=line.sku_id,
            )
        )
    return Parcel(weight, goods=tuple(goods))
