"""The adapter against a pretend shop with state, both judged by Shopify's own schema."""

from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve

from contracts.shopify.fake import LOCATION  # type: ignore[import-not-found,unused-ignore]
from crossborder.adapters.memory import MemoryJournal
from crossborder.adapters.shopify import Shopify
from crossborder.clients import Client
from crossborder.conversation import Flow, Steps
from crossborder.errors import NotFound, OutcomeUnknown, Throttled
from crossborder.model.extra import Extra
from crossborder.model.ids import ProductId, Ref, SkuId
from crossborder.model.ledger import PaymentState
from crossborder.model.listing import DraftVariant, Listing, ListingDraft, ListingStatus
from crossborder.model.measure import Weight
from crossborder.model.money import Price
from crossborder.model.order import Fulfilment, FulfilmentLine, Order
from crossborder.model.outcome import Done, Refused
from crossborder.model.product import Image, Option
from crossborder.model.status import FulfilmentState, OrderState
from crossborder.protocols.inventory import StockLevel
from crossborder.testing.clock import VirtualClock
from crossborder.testing.play import play

NOW = datetime(2026, 11, 2, 13, tzinfo=UTC)
PUBLICATION = "gid://shopify/Publication/9"
SHOPIFY = Shopify.connect("demo", token="shpat_x", publication=PUBLICATION)


def run(shop: Any, flow: Flow[Any] | Steps[Any]) -> Any:
    return play(flow, shop.script).value


def variant(sku: str, value: str, price: str = "12.50", quantity: int = 4) -> DraftVariant:
    return DraftVariant(
        SkuId(sku),
        Price(price, "USD"),
        quantity,
        (Option("颜色", value, "Colour", value),),
        weight=Weight.kg("0.25"),
    )


def many(count: int) -> tuple[DraftVariant, ...]:
    """More variants than one option may have values."""
    return tuple(
        evolve(
            variant(f"T-{number}", "any"),
            options=(Option("Colour", f"C{number // 20}"), Option("Size", f"S{number % 20}")),
        )
        for number in range(count)
    )


def draft(**changes: Any) -> ListingDraft:
    whole = ListingDraft(
        "Tea cup",
        ProductId("p1"),
        "shopify",
        "Tea cup",
        "en",
        (variant("T-RED", "Red"), variant("T-BLUE", "Blue")),
        "<p>Two colours.</p>",
        (Image("https://img.test/a/red.jpg"), Image("https://img.test/a/blue")),
        brand="Chaxi",
        tags=("tea",),
        attributes=Extra({"material": "clay"}),
    )
    return evolve(whole, **changes)


def published(shop: Any, **changes: Any) -> Listing:
    outcome = run(shop, SHOPIFY.publish(draft(**changes)))
    assert isinstance(outcome, Done), outcome
    return outcome.value  # type: ignore[no-any-return]


def test_a_published_draft_stands_there_whole_and_is_found_again(shop: Any) -> None:
    listing = published(shop)
    assert listing.status is ListingStatus.LIVE
    assert listing.digest == draft().digest
    assert set(listing.variant_refs) == {"T-RED", "T-BLUE"}
    assert run(shop, SHOPIFY.listing("Tea cup")) == listing
    assert set(shop.stock.values()) == {4}
    assert shop.published == [(listing.ref.value, PUBLICATION)]
    assert len(shop.products[listing.extra["handle"]]["files"]) == 2


def test_publishing_twice_leaves_one_product_and_the_same_ids(shop: Any) -> None:
    assert published(shop) == published(shop)
    assert len(shop.products) == 1


def test_a_variant_that_the_new_draft_does_not_have_is_gone_there(shop: Any) -> None:
    before = published(shop)
    after = published(shop, variants=(variant("T-RED", "Red", "13"),))
    assert after.variant_refs == Extra({"T-RED": before.variant_refs["T-RED"]})
    assert after.digest != before.digest


def test_a_draft_that_is_not_live_is_put_on_no_publication(shop: Any) -> None:
    listing = published(shop, live=False)
    assert (listing.status, listing.native) == (ListingStatus.PAUSED, "DRAFT")
    assert shop.published == []


def test_a_draft_without_options_gets_the_shop_s_own_single_option(shop: Any) -> None:
    plain = DraftVariant(SkuId("T-1"), Price("9", "USD"), 1)
    assert set(published(shop, variants=(plain,)).variant_refs) == {"T-1"}


def test_what_the_shop_refuses_is_a_refusal_with_field_and_code(shop: Any) -> None:
    outcome = run(shop, SHOPIFY.publish(draft(title="x" * 256)))
    assert isinstance(outcome, Refused)
    assert (outcome.problems[0].field, outcome.codes) == ("input.title", ("INVALID_PRODUCT",))


def test_a_draft_in_another_currency_is_refused_before_anything_is_written(shop: Any) -> None:
    euro = DraftVariant(SkuId("T-1"), Price("9", "EUR"), 1)
    outcome = run(shop, SHOPIFY.publish(draft(variants=(euro,))))
    assert isinstance(outcome, Refused)
    assert outcome.codes == ("currency",)
    assert shop.products == {}


def test_a_product_of_somebody_else_under_our_handle_is_left_alone(shop: Any) -> None:
    listing = published(shop)
    theirs = shop.products[listing.extra["handle"]]
    theirs["marks"].clear()
    other = draft(variants=(variant("OTHER", "Red"),))
    outcome = run(shop, SHOPIFY.publish(other))
    assert isinstance(outcome, Refused)
    assert outcome.codes == ("handle_taken",)
    # A product that broke off before its digest was noted is known by its SKUs.
    assert isinstance(run(shop, SHOPIFY.publish(draft())), Done)


def test_a_publish_that_broke_off_does_not_show_the_new_digest(shop: Any) -> None:
    old = published(shop)
    shop.lose.add("metafieldsSet")
    changed = draft(title="New title")
    played = play(SHOPIFY.publish(changed), shop.script)
    assert isinstance(played.error, OutcomeUnknown)
    shop.products[old.extra["handle"]]["marks"]["crossborder", "digest"] = {"value": old.digest}
    standing = run(shop, SHOPIFY.listing("Tea cup"))
    assert (standing.extra["title"], standing.digest) == ("New title", old.digest)


def test_many_variants_are_read_page_by_page(shop: Any) -> None:
    listing = published(shop, variants=many(420))
    assert len(listing.variant_refs) == 420


def test_a_key_that_was_never_published_is_not_found(shop: Any) -> None:
    assert run(shop, SHOPIFY.listing("nothing")) is None


def test_a_delisted_product_is_a_draft_with_everything_in_it(shop: Any) -> None:
    listing = published(shop)
    outcome = run(shop, SHOPIFY.delist(listing))
    assert isinstance(outcome, Done)
    assert (outcome.value.status, outcome.value.paused_for) == (ListingStatus.PAUSED, "manual")
    assert outcome.value.variant_refs == listing.variant_refs
    assert run(shop, SHOPIFY.listing("Tea cup")).status is ListingStatus.PAUSED


def test_delisting_what_is_gone_is_refused(shop: Any) -> None:
    listing = published(shop)
    shop.products.clear()
    assert isinstance(run(shop, SHOPIFY.delist(listing)), Refused)


def test_a_stale_level_is_refused_with_what_stands_there_and_the_others_are_set(
    shop: Any,
) -> None:
    listing = published(shop)
    levels = (
        StockLevel(SkuId("T-RED"), 9, was=3),
        StockLevel(SkuId("T-BLUE"), 7, was=4),
        StockLevel(SkuId("T-NONE"), 1),
    )
    red, blue, none = run(shop, SHOPIFY.set_stock(listing, levels))
    assert isinstance(red, Refused)
    assert red.codes == ("stale",)
    assert red.problems[0].extra == Extra({"actual": 4})
    assert blue == Done(levels[1])
    assert isinstance(none, Refused)
    assert none.codes == ("unknown_sku",)
    assert sorted(shop.stock.values()) == [4, 7]


def test_without_was_a_quantity_is_set_whatever_stands_there(shop: Any) -> None:
    listing = published(shop)
    level = StockLevel(SkuId("T-RED"), 0)
    here = Shopify.connect("demo", token="x", location=LOCATION)
    assert run(shop, here.set_stock(listing, (level,))) == (Done(level),)
    assert 0 in shop.stock.values()


def test_an_item_that_is_gone_is_refused_alone(shop: Any) -> None:
    listing = published(shop)
    del shop.stock[listing.variant_refs["T-RED"]["inventory_item"]]
    levels = (StockLevel(SkuId("T-RED"), 1), StockLevel(SkuId("T-BLUE"), 1))
    red, blue = run(shop, SHOPIFY.set_stock(listing, levels))
    assert isinstance(red, Refused)
    assert red.codes == ("INVALID_INVENTORY_ITEM",)
    assert blue == Done(levels[1])


def test_more_levels_than_a_batch_holds_go_in_several_calls(shop: Any) -> None:
    listing = published(shop, variants=many(260))
    levels = tuple(StockLevel(SkuId(f"T-{number}"), number, was=4) for number in range(260))
    played = play(SHOPIFY.set_stock(listing, levels), shop.script)
    assert played.value == tuple(map(Done, levels))
    assert [call.step for call in played.calls if call.step] == ["stock/1", "stock/2"]


def sold(shop: Any, *lines: tuple[str, int, str]) -> Order:
    made = shop.add_order(*(lines or [("T-RED", 2, "10.00"), ("T-BLUE", 1, "5.00")]))
    return run(shop, SHOPIFY.order(Ref("shopify", made["id"])))  # type: ignore[no-any-return]


def parcel(order: Order, *pieces: int, numbers: tuple[str, ...] = ("RR1CN",)) -> Fulfilment:
    lines = tuple(
        FulfilmentLine(line.id, count)
        for line, count in zip(order.lines, pieces, strict=False)
        if count
    )
    return Fulfilment("f1", order.id, lines, "China Post", numbers)


def test_an_order_is_read_with_its_money_and_its_status(shop: Any) -> None:
    order = sold(shop)
    assert order.total == Price("25", "USD")
    assert order.status.payment is PaymentState.PAID
    assert order.status.order is OrderState.OPEN
    assert order.status.fulfilment is FulfilmentState.UNFULFILLED
    assert order.ledger is not None
    assert order.ledger.captured == Price("25", "USD")


def test_the_feed_gives_every_order_once_oldest_change_first(shop: Any) -> None:
    for day in range(1, 29):
        shop.add_order(("T", 1, "1.00"), updated=f"2026-10-{29 - day:02}T00:00:00Z")
    shop.add_order(("T", 1, "1.00"), updated="2026-09-01T00:00:00Z")
    page = run(shop, SHOPIFY.orders(since=datetime(2026, 10, 1, tzinfo=UTC)))
    again = run(shop, SHOPIFY.orders(since=datetime(2026, 10, 1, tzinfo=UTC), cursor=page.cursor))
    rest = run(shop, page.next)
    assert rest == again
    assert (len(page.items), len(rest.items)) == (25, 3)
    assert rest.next is None
    assert rest.cursor is None
    changes = [order.updated_at for order in (*page.items, *rest.items)]
    assert changes == sorted(changes)


def test_an_order_that_is_not_there_is_not_found(shop: Any) -> None:
    with pytest.raises(NotFound):
        run(shop, SHOPIFY.order(Ref("shopify", "gid://shopify/Order/0")))


def test_a_large_order_is_read_with_all_its_lines(shop: Any) -> None:
    lines = [(f"S{number}", 1, "1.00") for number in range(120)]
    assert len(sold(shop, *lines).lines) == 120


def test_a_dispatch_is_reported_with_its_number(shop: Any) -> None:
    order = sold(shop)
    outcome = run(shop, SHOPIFY.dispatch(order, parcel(order, 2, 0)))
    assert isinstance(outcome, Done)
    assert outcome.value.ref is not None
    again = run(shop, SHOPIFY.order(order.ref))
    assert again.fulfilments[0].numbers == ("RR1CN",)
    assert again.computed.fulfilment is FulfilmentState.PARTIALLY_SHIPPED


def test_a_dispatch_reported_twice_stands_there_once(shop: Any) -> None:
    order = sold(shop)
    first = run(shop, SHOPIFY.dispatch(order, parcel(order, 2, 1)))
    assert run(shop, SHOPIFY.dispatch(order, parcel(order, 2, 1))) == first
    assert shop.ran.count("fulfillmentCreate") == 1


def test_a_dispatch_whose_answer_was_lost_is_found_and_not_made_again(shop: Any) -> None:
    order = sold(shop)
    shop.lose.add("fulfillmentCreate")
    played = play(SHOPIFY.dispatch(order, parcel(order, 1, 1)), shop.script)
    assert isinstance(played.value, Done)
    assert shop.ran.count("fulfillmentCreate") == 1
    assert played.calls[-1].after > 0


def test_two_equal_parcels_without_numbers_are_told_apart(shop: Any) -> None:
    order = sold(shop, ("T", 2, "1.00"))
    first = parcel(order, 1, numbers=())
    done = run(shop, SHOPIFY.dispatch(order, first))
    order = evolve(order, fulfilments=(done.value,))
    assert isinstance(run(shop, SHOPIFY.dispatch(order, evolve(first, id="f2"))), Done)
    assert shop.ran.count("fulfillmentCreate") == 2


def test_pieces_that_may_not_leave_are_refused_with_what_is_left(shop: Any) -> None:
    order = sold(shop)
    run(shop, SHOPIFY.dispatch(order, parcel(order, 1, 0)))
    outcome = run(shop, SHOPIFY.dispatch(order, parcel(order, 2, 0, numbers=("RR2CN",))))
    assert isinstance(outcome, Refused)
    assert outcome.codes == ("not_open",)
    assert outcome.problems[0].extra["left"] == 1
    shop.orders[0]["places"][0]["supportedActions"].clear()
    held = run(shop, SHOPIFY.dispatch(order, parcel(order, 1, 0, numbers=("RR2CN",))))
    assert isinstance(held, Refused)
    assert held.problems[0].extra["left"] == 0


def test_pieces_in_two_places_do_not_leave_as_one_fulfilment(shop: Any) -> None:
    order = sold(shop)
    items = shop.orders[0]["lineItems"](None)["nodes"]
    places = shop.orders[0]["places"]
    places[:] = [shop._place(items[:1]), shop._place(items[1:], "gid://shopify/Location/2")]
    outcome = run(shop, SHOPIFY.dispatch(order, parcel(order, 2, 1)))
    assert isinstance(outcome, Refused)
    assert outcome.codes == ("not_open",)
    assert isinstance(run(shop, SHOPIFY.dispatch(order, parcel(order, 0, 1))), Done)


def test_a_refund_goes_back_out_of_the_payment_it_came_in_by(shop: Any) -> None:
    order = sold(shop)
    outcome = run(shop, SHOPIFY.refund_order(order, Price("5", "USD"), now=NOW, reason="chipped"))
    assert isinstance(outcome, Done)
    assert outcome.value.money == Price("5", "USD")
    assert outcome.value.status == "succeeded"
    again = run(shop, SHOPIFY.order(order.ref))
    assert again.ledger.refunded == Price("5", "USD")
    assert again.status.payment is PaymentState.PARTIALLY_REFUNDED


def test_a_repeated_refund_is_known_by_its_key(shop: Any) -> None:
    order = sold(shop)
    flow = SHOPIFY.refund_order(order, Price("5", "USD"), now=NOW, reason="chipped")
    assert run(shop, flow) == run(shop, flow)
    assert len(shop.orders[0]["paid"]) == 2


def test_a_refund_whose_answer_was_lost_is_found(shop: Any) -> None:
    order = sold(shop)
    shop.lose.add("refundCreate")
    flow = SHOPIFY.refund_order(order, Price("5", "USD"), now=NOW, reason="chipped")
    played = play(flow, shop.script)
    assert isinstance(played.value, Done)
    assert shop.ran.count("refundCreate") == 1


def test_more_than_was_paid_is_not_given_back(shop: Any) -> None:
    order = sold(shop)
    outcome = run(shop, SHOPIFY.refund_order(order, Price("25.01", "USD"), now=NOW))
    assert isinstance(outcome, Refused)
    assert outcome.codes == ("not_refundable",)


def test_an_empty_bucket_throttles_with_the_time_to_wait(shop: Any) -> None:
    shop.patient, shop.available = False, 100.0
    played = play(SHOPIFY.listing("Tea cup"), shop.script)
    assert isinstance(played.error, Throttled)
    assert played.error.retry_after == pytest.approx((204 - 100) / 50)


def test_a_client_waits_for_the_bucket_and_goes_on(shop: Any) -> None:
    clock = VirtualClock(NOW)
    shop.patient, shop.available = False, 100.0
    answer = shop.transport.exchange

    class Restoring:
        def exchange(self, request: Any, *, connect: float, read: float) -> Any:
            shop.available = min(1000.0, 100.0 + 50 * clock.monotonic())
            return answer(request, connect=connect, read=read)

    with Client(http=Restoring(), clock=clock) as client:
        assert client.run(SHOPIFY.listing("Tea cup")) is None
    assert clock.monotonic() == pytest.approx(104 / 50, abs=0.5)


def test_a_client_sends_a_lost_publish_and_a_lost_refund_again_with_one_effect(shop: Any) -> None:
    order = sold(shop)
    shop.lose |= {"productSet", "refundCreate", "inventorySetQuantities"}
    refund = SHOPIFY.refund_order(order, Price("5", "USD"), now=NOW, reason="chipped")
    clock, journal = VirtualClock(NOW), MemoryJournal()
    with Client(http=shop.transport, clock=clock, journal=journal) as client:
        outcome = client.run(SHOPIFY.publish(draft()), key="publish/tea")
        assert isinstance(outcome, Done)
        listing = outcome.value
        levels = (StockLevel(SkuId("T-RED"), 9, was=4),)
        assert client.run(SHOPIFY.set_stock(listing, levels), key="stock") == (Done(levels[0]),)
        assert isinstance(client.run(refund, key="refund/1"), Done)
        calls = len(shop.ran)
        assert isinstance(client.run(refund, key="refund/1"), Done)
        assert len(shop.ran) == calls
    assert len(shop.products) == 1
    assert len(shop.orders[0]["paid"]) == 2
    assert shop.ran.count("refundCreate") == 2


def test_a_client_that_lost_the_answer_of_a_dispatch_finds_it(shop: Any) -> None:
    order = sold(shop)
    shop.lose.add("fulfillmentCreate")
    with Client(http=shop.transport, clock=VirtualClock(NOW), journal=MemoryJournal()) as client:
        flow = SHOPIFY.dispatch(order, parcel(order, 2, 1))
        first = client.run(flow, key="dispatch/f1")
        assert isinstance(first, Done)
        assert client.run(flow, key="dispatch/f1") == first
    assert shop.ran.count("fulfillmentCreate") == 1
