from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from crossborder.errors import NotFound
from crossborder.model.ids import ListingId, OrderId, ProductId, Ref, SkuId
from crossborder.model.listing import DraftVariant, Listing, ListingDraft, ListingStatus
from crossborder.model.money import Price
from crossborder.model.order import Fulfilment, FulfilmentLine
from crossborder.model.outcome import Done, Problem, Refused
from crossborder.protocols.inventory import StockLevel

DRAFT = ListingDraft(
    sku="umbrella red/xl",
    product_id=ProductId("p1"),
    platform="store",
    title="Umbrella",
    language="en",
    variants=(
        DraftVariant(SkuId("s1"), Price("9.99", "USD"), 3),
        DraftVariant(SkuId("s2"), Price("9.99", "USD"), 0),
    ),
)
SENT = Fulfilment("F-1", OrderId("1"), (FulfilmentLine("a", 1),), "memory", ("MEM1",))


def test_publishing_twice_leaves_one_listing_that_shows_the_last_draft(talk: Any) -> None:
    first = talk(talk.memory.publish(DRAFT)).value
    assert (first.status, first.digest, first.sku) == (
        ListingStatus.LIVE,
        DRAFT.digest,
        DRAFT.sku,
    )
    dearer = evolve(DRAFT, title="Umbrella, red")
    second = talk(talk.memory.publish(dearer)).value
    assert second.ref == first.ref
    assert second.digest == dearer.digest
    assert list(talk.state.listings) == [DRAFT.sku]
    assert talk.counted("listing") == 1
    assert talk(talk.memory.listing(DRAFT.sku)) == second


def test_a_draft_that_is_not_to_be_live_is_paused(talk: Any) -> None:
    listing = talk(talk.memory.publish(evolve(DRAFT, live=False))).value
    assert (listing.status, listing.paused_for) == (ListingStatus.PAUSED, "manual")


def test_what_was_never_published_is_not_there(talk: Any) -> None:
    assert talk(talk.memory.listing("umbrella")) is None
    gone = Listing(ListingId("x"), "x", "store", Ref("memory", "x"), ListingStatus.LIVE)
    assert talk(talk.memory.delist(gone)) == Refused(
        (Problem("no_such_listing", "x", raw="no_such_listing"),)
    )


@pytest.mark.parametrize(
    ("title", "code"),
    [("Replica umbrella", "forbidden_word"), ("x" * 256, "title_too_long")],
)
def test_a_draft_the_shop_does_not_take_is_refused_with_the_field(
    talk: Any, title: str, code: str
) -> None:
    outcome = talk(talk.memory.publish(evolve(DRAFT, title=title)))
    assert outcome.codes == (code,)
    assert outcome.problems[0].field == "title"
    assert talk.state.listings == {}
    assert talk.state.effects == []


def test_delisting_hides_the_listing_and_bears_a_repeat(talk: Any, losing: Any) -> None:
    listing = talk(talk.memory.publish(DRAFT)).value
    line = losing(talk.memory.server, "/delist")
    hidden = talk(talk.memory.delist(listing), http=line).value
    assert (hidden.status, hidden.paused_for) == (ListingStatus.PAUSED, "manual")
    assert line.seen == 2
    assert talk(talk.memory.listing(DRAFT.sku)) == hidden


def _level(sku: str, quantity: int, was: int | None) -> StockLevel:
    return StockLevel(SkuId(sku), quantity, was)


def test_stock_is_set_only_where_what_was_believed_stands_there(talk: Any) -> None:
    listing = talk(talk.memory.publish(DRAFT)).value
    levels = (_level("s1", 7, 3), _level("s2", 5, 4), _level("s3", 1, None), _level("s2", 8, None))
    fresh, stale, unknown, blind = talk(talk.memory.set_stock(listing, levels))
    assert fresh == Done(levels[0])
    assert stale.codes == ("stale",)
    assert stale.problems[0].extra["actual"] == 0
    assert unknown.codes == ("no_such_sku",)
    assert blind == Done(levels[3])
    assert talk.state.stock == {(DRAFT.sku, "s1"): 7, (DRAFT.sku, "s2"): 8}


def test_a_lost_answer_to_a_stock_level_does_not_make_it_stale(talk: Any, losing: Any) -> None:
    listing = talk(talk.memory.publish(DRAFT)).value
    line = losing(talk.memory.server, "/stock")
    levels = (_level("s1", 7, 3),)
    assert talk(talk.memory.set_stock(listing, levels), http=line) == (Done(levels[0]),)
    assert line.seen == 2
    (again,) = talk(talk.memory.set_stock(listing, levels), key="another run")
    assert again.codes == ("stale",)


def test_orders_come_page_by_page_oldest_change_first(talk: Any, order: Any) -> None:
    start = talk.clock.now()
    for number in range(13):
        changed = start - timedelta(hours=number)
        talk.state.place_order(order(number, placed_at=changed, updated_at=changed))
    old = order(99, placed_at=start - timedelta(days=9))
    talk.state.place_order(old)
    since = start - timedelta(hours=12)
    pages = talk.pages(talk.memory.orders(since=since))
    assert [len(page.items) for page in pages] == [5, 5, 3]
    assert [item.id for page in pages for item in page.items] == [
        str(number) for number in reversed(range(13))
    ]
    again = talk.pages(talk.memory.orders(since=since, cursor=pages[1].cursor))
    assert [page.items for page in again] == [pages[2].items]
    everything = talk.pages(talk.memory.orders(since=start - timedelta(days=10)))
    assert everything[0].items[0] == old


def test_an_order_is_shown_as_it_stands_now(talk: Any, order: Any) -> None:
    talk.state.place_order(order())
    assert talk(talk.memory.order(Ref("memory", "1"))) == order()
    with pytest.raises(NotFound):
        talk(talk.memory.order(Ref("memory", "2")))


def test_a_dispatch_is_reported_and_stands_on_the_order(talk: Any, order: Any) -> None:
    talk.state.place_order(order())
    done = talk(talk.memory.dispatch(order(), SENT)).value
    assert done == evolve(SENT, ref=Ref("memory", "1-F1"))
    current = talk(talk.memory.order(Ref("memory", "1")))
    assert current.fulfilments == (done,)
    assert current.updated_at == talk.clock.now()


@pytest.mark.parametrize("after", [True, False], ids=["after the effect", "before it"])
def test_a_lost_answer_leaves_one_dispatch(talk: Any, order: Any, losing: Any, after: bool) -> None:
    talk.state.place_order(order())
    line = losing(talk.memory.server, "/fulfilments", after=after)
    done = talk(talk.memory.dispatch(order(), SENT), http=line).value
    assert done.ref == Ref("memory", "1-F1")
    assert talk.counted("dispatch") == 1


def test_no_more_is_dispatched_than_is_wanted(talk: Any, order: Any) -> None:
    talk.state.place_order(order())
    whole = evolve(SENT, lines=(FulfilmentLine("a", 2),))
    assert isinstance(talk(talk.memory.dispatch(order(), whole)), Done)
    again = talk(talk.memory.dispatch(order(), evolve(whole, id="F-2")))
    assert again.codes == ("nothing_left",)
    assert again.problems[0].field == "lines"
    with pytest.raises(NotFound):
        talk(talk.memory.dispatch(order(2), SENT))


def test_no_more_goes_back_to_the_buyer_than_was_paid(talk: Any, order: Any) -> None:
    talk.state.place_order(order())
    now = talk.clock.now()

    def back(amount: str) -> Any:
        flow = talk.memory.refund_order(order(), Price(amount, "USD"), now=now, reason="late")
        return talk(flow, key=f"refund/{amount}")

    assert back("20.01").codes == ("too_much",)
    refund = back("15").value
    assert (refund.money, refund.status, refund.reason) == (
        Price("15", "USD"),
        "succeeded",
        "late",
    )
    assert back("5.01").codes == ("too_much",)
    assert back("5").value.ref == Ref("memory", "1-R2")
    assert talk.counted("refund") == 2
    with pytest.raises(NotFound):
        talk(talk.memory.refund_order(order(2), Price("1", "USD"), now=now))


def test_a_lost_answer_to_a_refund_leaves_one(talk: Any, order: Any, losing: Any) -> None:
    talk.state.place_order(order())
    line = losing(talk.memory.server, "/refunds")
    flow = talk.memory.refund_order(order(), Price("5", "USD"), now=talk.clock.now())
    assert talk(flow, http=line).value.ref == Ref("memory", "1-R1")
    assert line.seen == 2
    assert talk.counted("refund") == 1
