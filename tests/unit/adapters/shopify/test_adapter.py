import json
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve

from crossborder.adapters.shopify import API_VERSION, Shopify
from crossborder.conversation import Call, Reply
from crossborder.errors import (
    InvalidValue,
    NotFound,
    OutcomeUnknown,
    Throttled,
    Unauthorized,
    Unreadable,
)
from crossborder.model.extra import Extra
from crossborder.model.ids import ListingId, ProductId, Ref, SkuId
from crossborder.model.listing import DraftVariant, Listing, ListingDraft, ListingStatus
from crossborder.model.money import Price
from crossborder.model.order import Fulfilment, FulfilmentLine, Order
from crossborder.model.outcome import Done, Refused
from crossborder.protocols.inventory import StockLevel
from crossborder.secret import Secret
from crossborder.testing.play import LOST, play, reply
from unit.adapters.shopify import answers  # type: ignore[import-not-found,unused-ignore]

NOW = datetime(2026, 11, 2, tzinfo=UTC)
SHOP = Shopify.connect("demo", token=Secret("t"), location="L", publication="P")
DRAFT = ListingDraft(
    "tea", ProductId("p"), "shopify", "Tea", "en", (DraftVariant(SkuId("A"), Price("1", "USD"), 1),)
)


def data(**fields: Any) -> Reply:
    return reply(200, {"data": fields})


def error(message: str, code: str | None = None, *field: str) -> Any:
    return {"message": message, "code": code, "field": list(field)}


def product(**fields: Any) -> dict[str, Any]:
    return {
        "id": "gid://shopify/Product/1",
        "handle": "tea",
        "title": "Tea",
        "status": "ACTIVE",
        "onlineStoreUrl": "https://demo.test/tea",
        "updatedAt": answers.NOW,
        "digest": None,
        "variants": answers.listed({"id": "v1", "sku": "A", "inventoryItem": {"id": "i1"}}),
        **fields,
    }


FOUND = data(shop={"currencyCode": "USD"}, location=None, product=None)
SET = data(productSet={"product": product(), "userErrors": []})
EXPOSED = data(publishablePublish={"userErrors": []})
MARKED = data(metafieldsSet={"userErrors": []})


@pytest.mark.parametrize("shop", ["demo", "demo.myshopify.com", "DEMO.myshopify.com"])
def test_a_shop_is_named_with_or_without_its_domain(shop: str) -> None:
    connected = Shopify.connect(shop, token="t", account="one")
    assert connected.desk.base_url == f"https://demo.myshopify.com/admin/api/{API_VERSION}"
    assert connected.desk.account == "one"


@pytest.mark.parametrize(
    "shop", ["", "evil.com", "demo.myshopify.com.evil.com", "a/b", "https://demo.myshopify.com"]
)
def test_the_token_is_sent_to_no_other_host(shop: str) -> None:
    with pytest.raises(InvalidValue, match="shop"):
        Shopify.connect(shop, token="t")


def test_a_version_is_a_quarter() -> None:
    with pytest.raises(InvalidValue, match="version"):
        Shopify.connect("demo", token="t", api_version="2026-10/../x")


def test_publishing_sets_exposes_and_marks_in_this_order() -> None:
    played = play(SHOP.publish(DRAFT), [FOUND, SET, EXPOSED, MARKED])
    assert isinstance(played.value, Done)
    assert [call.step for call in played.calls] == [None, "publish", "expose", "mark"]
    assert played.value.value.digest == DRAFT.digest
    assert all(call.repeatable for call in played.calls)
    assert all(call.cost is not None for call in played.calls)


@pytest.mark.parametrize("place", [1, 2, 3])
def test_each_mutation_may_refuse(place: int) -> None:
    no = [error("no", None, "input")]
    script = [
        FOUND,
        data(productSet={"product": None, "userErrors": no}) if place == 1 else SET,
        data(publishablePublish={"userErrors": no}) if place == 2 else EXPOSED,
        data(metafieldsSet={"userErrors": no}) if place == 3 else MARKED,
    ]
    outcome = play(SHOP.publish(DRAFT), script[: place + 1]).value
    assert isinstance(outcome, Refused)
    assert (outcome.codes, outcome.problems[0].field) == (("refused",), "input")


def test_a_shop_without_a_place_gets_no_quantities() -> None:
    bare = evolve(SHOP, location=None, publication=None)
    played = play(bare.publish(DRAFT), [FOUND, SET, MARKED])
    sent = json.loads(played.calls[1].request.content)["variables"]["input"]
    assert "inventoryQuantities" not in sent["variants"][0]


def test_a_listing_without_digest_or_skus_is_read() -> None:
    bare = product(variants=answers.listed({"id": "v", "sku": None, "inventoryItem": {"id": "i"}}))
    listing = play(SHOP.listing("tea"), [data(product=bare)]).value
    assert listing is not None
    assert (listing.digest, listing.variant_refs) == ("", Extra())


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("ACTIVE", ListingStatus.LIVE),
        ("UNLISTED", ListingStatus.LIVE),
        ("DRAFT", ListingStatus.PAUSED),
        ("ARCHIVED", ListingStatus.ENDED),
    ],
)
def test_every_product_status_has_its_place(word: str, status: ListingStatus) -> None:
    listing = play(SHOP.listing("tea"), [data(product=product(status=word))]).value
    assert listing is not None
    assert (listing.status, listing.native) == (status, word)


def test_a_product_status_that_nobody_knows_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="status"):
        _ = play(SHOP.listing("tea"), [data(product=product(status="SOLD"))]).value


def test_a_throttled_answer_with_http_200_is_thrown_as_throttled() -> None:
    body = {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]}
    assert isinstance(play(SHOP.listing("tea"), [reply(200, body)]).error, Throttled)


def test_a_missing_scope_is_thrown_as_unauthorized() -> None:
    denied = {"message": "Access denied", "extensions": {"code": "ACCESS_DENIED"}}
    body = {"errors": [denied], "data": {"product": None}}
    assert isinstance(play(SHOP.listing("tea"), [reply(200, body)]).error, Unauthorized)


LISTING = Listing(
    ListingId("l"),
    "tea",
    "shopify",
    Ref("shopify", "gid://shopify/Product/1"),
    ListingStatus.LIVE,
    variant_refs=Extra({name: {"inventory_item": f"i{name}"} for name in "ABC"}),
)
LEVELS = tuple(StockLevel(SkuId(name), 1, was=2) for name in "ABC")


def stock(*errors: Any, done: bool = False) -> Reply:
    group = {"id": "g"} if done or not errors else None
    return data(inventorySetQuantities={"inventoryAdjustmentGroup": group, "userErrors": errors})


def test_the_key_of_a_stock_write_is_put_among_the_variables() -> None:
    played = play(SHOP.set_stock(LISTING, LEVELS), [stock()])
    call = played.calls[0]
    assert played.value == tuple(map(Done, LEVELS))
    assert call.keyed is not None
    assert "key" in json.loads(call.keyed(call.request, "run/stock/1").content)["variables"]


def test_after_a_failed_attempt_the_batch_goes_out_under_a_new_key() -> None:
    before = stock(error("failed before", "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"))
    played = play(SHOP.set_stock(LISTING, LEVELS), [before, before, stock()])
    assert played.value == tuple(map(Done, LEVELS))
    assert [call.step for call in played.calls] == ["stock/1", "stock/1/2", "stock/1/3"]
    given_up = play(SHOP.set_stock(LISTING, LEVELS), [before] * 3).value
    assert all(isinstance(outcome, Refused) for outcome in given_up)


def test_an_error_about_the_whole_batch_refuses_every_level_of_it() -> None:
    played = play(
        SHOP.set_stock(LISTING, LEVELS),
        [stock(error("no such place", "INVALID_LOCATION", "input", "quantities"))],
    )
    assert {outcome.codes for outcome in played.value if isinstance(outcome, Refused)} == {
        ("INVALID_LOCATION",)
    }


def test_a_place_that_is_none_of_ours_belongs_to_the_whole_batch() -> None:
    wrong = [error("?", "X", "input", "quantities", place) for place in ("9", "x")]
    outcomes = play(SHOP.set_stock(LISTING, LEVELS), [stock(*wrong)]).value
    assert all(isinstance(outcome, Refused) for outcome in outcomes)


def test_levels_that_were_set_beside_refused_ones_are_not_sent_again() -> None:
    wrong = error("no", "INVALID_QUANTITY_TOO_HIGH", "input", "quantities", "1", "quantity")
    outcomes = play(SHOP.set_stock(LISTING, LEVELS), [stock(wrong, done=True)]).value
    assert [isinstance(outcome, Done) for outcome in outcomes] == [True, False, True]


def test_a_stale_level_of_an_item_that_is_gone_says_no_actual_figure() -> None:
    stale = [
        error("stale", "CHANGE_FROM_QUANTITY_STALE", "input", "quantities", "0", "q"),
        error("odd", "OTHER", "input", "quantities", "0", "q"),
        error("stale", "CHANGE_FROM_QUANTITY_STALE", "input", "quantities", "1", "q"),
        error("stale", "CHANGE_FROM_QUANTITY_STALE", "input", "quantities", "2", "q"),
    ]
    standing = [
        {"id": "iA", "inventoryLevel": {"quantities": [{"quantity": 5}]}},
        None,
        {"id": "iC", "inventoryLevel": None},
    ]
    a, b, c = play(SHOP.set_stock(LISTING, LEVELS), [stock(*stale), data(nodes=standing)]).value
    assert isinstance(a, Refused)
    assert isinstance(b, Refused)
    assert isinstance(c, Refused)
    assert a.codes == ("stale", "OTHER")
    assert [problem.extra for problem in a.problems] == [Extra({"actual": 5}), Extra()]
    assert b.problems[0].extra == c.problems[0].extra == Extra()


def unknown(call: Call, *, fresh: bool) -> OutcomeUnknown:
    return OutcomeUnknown(
        "begun", vendor="shopify", account="a", operation=call.operation, fresh=fresh
    )


def test_a_stock_write_begun_too_long_ago_is_made_again_under_another_name() -> None:
    def answer(call: Call) -> Any:
        return unknown(call, fresh=False) if call.step == "stock/1" else stock()

    played = play(SHOP.set_stock(LISTING, LEVELS), answer)
    assert played.value == tuple(map(Done, LEVELS))
    lost = play(SHOP.set_stock(LISTING, LEVELS), [LOST])
    assert isinstance(lost.error, OutcomeUnknown)


def sold(**fields: Any) -> Order:
    script = [data(order=answers.order(**fields))]
    return play(SHOP.order(Ref("shopify", "x")), script).value


ORDER = sold()
PARCEL = Fulfilment(
    "f1", ORDER.id, (FulfilmentLine(answers.gid("LineItem", 1), 1),), "China Post", ("RR1CN",)
)
NONE_SENT = data(order={"fulfillments": []})


def places(*left: int, location: Any = "L", after: str = "") -> Reply:
    nodes = [
        {
            "id": f"fo{number}",
            "status": "OPEN",
            "supportedActions": [{"action": "CREATE_FULFILLMENT"}],
            "assignedLocation": {"location": {"id": location} if location else None},
            "lineItems": answers.listed(
                {
                    "id": f"fl{number}",
                    "remainingQuantity": pieces,
                    "lineItem": {"id": answers.gid("LineItem", 1)},
                }
            ),
        }
        for number, pieces in enumerate(left)
    ]
    return data(order={"fulfillmentOrders": answers.listed(*nodes, after=after)})


def test_pieces_are_taken_from_several_fulfilment_orders_of_one_place() -> None:
    made = data(fulfillmentCreate={"fulfillment": answers.parcel(pieces=2), "userErrors": []})
    two = evolve(PARCEL, lines=(FulfilmentLine(answers.gid("LineItem", 1), 2),))
    played = play(SHOP.dispatch(ORDER, two), [NONE_SENT, places(1, 1, location=None), made])
    assert isinstance(played.value, Done)
    sent = json.loads(played.calls[-1].request.content)["variables"]["fulfillment"]
    assert [one["fulfillmentOrderId"] for one in sent["lineItemsByFulfillmentOrder"]] == [
        "fo0",
        "fo1",
    ]
    assert played.value.value.ref == Ref("shopify", answers.gid("Fulfillment", 1))


def test_the_write_s_name_follows_the_choice_of_places() -> None:
    made = data(fulfillmentCreate={"fulfillment": answers.parcel(), "userErrors": []})
    names = {
        play(SHOP.dispatch(ORDER, PARCEL), [NONE_SENT, choice, made]).calls[-1].step
        for choice in (places(1), places(0, 1), places(1))
    }
    assert len(names) == 2


def test_a_lost_dispatch_that_is_not_there_is_tried_again_under_a_new_name() -> None:
    made = data(fulfillmentCreate={"fulfillment": answers.parcel(), "userErrors": []})
    played = play(SHOP.dispatch(ORDER, PARCEL), [NONE_SENT, places(1), LOST, NONE_SENT, made])
    assert isinstance(played.value, Done)
    steps = [call.step for call in played.calls if call.step]
    assert steps[1] == f"{steps[0]}/2"


def test_a_refused_dispatch_is_a_refusal() -> None:
    no = data(fulfillmentCreate={"fulfillment": None, "userErrors": [error("no")]})
    outcome = play(SHOP.dispatch(ORDER, PARCEL), [NONE_SENT, places(1), no]).value
    assert isinstance(outcome, Refused)


def test_nothing_may_leave_where_there_is_no_fulfilment_order() -> None:
    outcome = play(SHOP.dispatch(ORDER, PARCEL), [NONE_SENT, places()]).value
    assert isinstance(outcome, Refused)
    assert outcome.codes == ("not_open",)


def test_a_dispatch_of_an_order_that_is_gone_is_not_found() -> None:
    assert isinstance(play(SHOP.dispatch(ORDER, PARCEL), [data(order=None)]).error, NotFound)


def test_a_cancelled_fulfilment_is_not_taken_for_ours() -> None:
    gone = data(order={"fulfillments": [answers.parcel(status="CANCELLED")]})
    made = data(fulfillmentCreate={"fulfillment": answers.parcel(2), "userErrors": []})
    outcome = play(SHOP.dispatch(ORDER, PARCEL), [gone, places(1), made]).value
    assert isinstance(outcome, Done)
    assert outcome.value.ref == Ref("shopify", answers.gid("Fulfillment", 2))


def refund(*statuses: str, amount: str = "5.00", note: str | None = "why", number: int = 9) -> Any:
    nodes = [
        {"id": answers.gid("OrderTransaction", number + place), "status": status}
        for place, status in enumerate(statuses)
    ]
    return {
        "id": answers.gid("Refund", number),
        "createdAt": answers.NOW,
        "note": note,
        "totalRefundedSet": answers.money(amount),
        "transactions": answers.listed(*nodes),
    }


def refunded(*statuses: str) -> Reply:
    return data(refundCreate={"refund": refund(*statuses), "userErrors": []})


FIVE = Price("5.00", "USD")


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        (("SUCCESS",), "succeeded"),
        ((), "succeeded"),
        (("SUCCESS", "PENDING"), "pending"),
        (("AWAITING_RESPONSE",), "pending"),
    ],
)
def test_a_refund_stands_where_its_slowest_transaction_stands(
    statuses: tuple[str, ...], status: str
) -> None:
    outcome = play(SHOP.refund_order(ORDER, FIVE, now=NOW, reason="why"), [refunded(*statuses)])
    assert isinstance(outcome.value, Done)
    made = outcome.value.value
    assert (made.status, made.reason) == (status, "why")
    assert made.payment == Ref("shopify", answers.gid("OrderTransaction", 1))


def test_a_refund_that_the_gateway_declined_is_refused() -> None:
    outcome = play(SHOP.refund_order(ORDER, FIVE, now=NOW), [refunded("SUCCESS", "FAILURE")]).value
    assert isinstance(outcome, Refused)
    assert outcome.codes == ("declined",)


def test_a_refund_that_the_shop_refuses_is_refused() -> None:
    no = data(refundCreate={"refund": None, "userErrors": [error("too much", None, "input")]})
    assert isinstance(play(SHOP.refund_order(ORDER, FIVE, now=NOW), [no]).value, Refused)


def test_a_refund_status_that_nobody_knows_is_unreadable() -> None:
    played = play(SHOP.refund_order(ORDER, FIVE, now=NOW), [refunded("BEAMED")])
    assert isinstance(played.error, Unreadable)


def test_a_refund_comes_out_of_the_oldest_payments_first_less_what_went_back() -> None:
    paid = answers.paid
    parent = {"id": answers.gid("OrderTransaction", 1)}
    order = sold(
        transactions=[
            paid(1, "SALE", "10.00"),
            paid(2, "CAPTURE", "10.00", gateway="paypal"),
            paid(3, "SALE", "99.00", "FAILURE"),
            paid(4, "REFUND", "6.00", parentTransaction=parent),
            paid(5, "REFUND", "1.00", "FAILURE", parentTransaction=parent),
            paid(6, "REFUND", "1.00"),
        ]
    )
    played = play(SHOP.refund_order(order, FIVE, now=NOW, reason="why"), [refunded("SUCCESS")])
    sent = json.loads(played.calls[0].request.content)["variables"]["input"]["transactions"]
    assert [(one["parentId"][-1], one["gateway"], one["amount"]) for one in sent] == [
        ("1", "shopify_payments", "4.00"),
        ("2", "paypal", "1.00"),
    ]


def test_a_refund_is_in_the_currency_the_buyer_paid_in() -> None:
    sale = answers.paid(1, "SALE", "26.60", amountSet=answers.money("26.60", "USD", "24.00", "EUR"))
    order = sold(presentmentCurrencyCode="EUR", transactions=[sale])
    outcome = play(SHOP.refund_order(order, FIVE, now=NOW), []).value
    assert isinstance(outcome, Refused)
    assert outcome.codes == ("currency",)
    too_much = play(SHOP.refund_order(order, Price("24.01", "EUR"), now=NOW), []).value
    assert isinstance(too_much, Refused)
    played = play(SHOP.refund_order(order, Price("24.00", "EUR"), now=NOW), [refunded("SUCCESS")])
    assert json.loads(played.calls[0].request.content)["variables"]["input"]["currency"] == "EUR"


def test_an_order_that_does_not_say_how_it_was_paid_is_refused() -> None:
    bare = evolve(ORDER, extra=Extra())
    assert isinstance(play(SHOP.refund_order(bare, FIVE, now=NOW), []).value, Refused)


def test_a_lost_refund_is_looked_up_among_those_that_the_order_does_not_know() -> None:
    flow = SHOP.refund_order(ORDER, FIVE, now=NOW, reason="why")
    known = refund("SUCCESS", number=1)
    others = [known, refund("SUCCESS", amount="4.00"), refund("SUCCESS", note=None)]
    found = data(order={"refunds": [*others, refund("SUCCESS", number=30)]})
    played = play(flow, [LOST, found])
    assert isinstance(played.value, Done)
    assert played.value.value.ref == Ref("shopify", answers.gid("Refund", 30))
    missing = play(flow, [LOST, data(order={"refunds": others}), refunded("SUCCESS")])
    assert [call.step for call in missing.calls] == ["refund", None, "refund/2"]


def test_a_delisting_that_the_shop_refuses_is_refused() -> None:
    no = data(productUpdate={"product": None, "userErrors": [error("no", None, "id")]})
    assert isinstance(play(SHOP.delist(LISTING), [no]).value, Refused)


def test_a_data_less_answer_is_unreadable() -> None:
    assert isinstance(play(SHOP.listing("tea"), [reply(200, {})]).error, Unreadable)


def test_a_price_in_another_currency_than_the_shop_s_writes_nothing() -> None:
    pounds = data(shop={"currencyCode": "GBP"}, location=None, product=None)
    outcome = play(SHOP.publish(DRAFT), [pounds]).value
    assert isinstance(outcome, Refused)
    assert outcome.codes == ("currency",)


@pytest.mark.parametrize(
    ("standing", "ours"),
    [
        (product(digest={"value": "d"}, variants=answers.listed()), True),
        (product(), True),
        (product(variants=answers.listed()), False),
    ],
)
def test_a_product_is_ours_by_its_digest_or_a_shared_sku(standing: Any, ours: bool) -> None:
    found = data(shop={"currencyCode": "USD"}, location={"id": "L"}, product=standing)
    script = [found, SET, EXPOSED, MARKED] if ours else [found]
    assert isinstance(play(SHOP.publish(DRAFT), script).value, Done) is ours


def test_a_key_that_was_never_published_has_no_listing() -> None:
    assert play(SHOP.listing("tea"), [data(product=None)]).value is None


def test_a_delisted_listing_is_paused_by_hand() -> None:
    gone = {"id": "p", "status": "DRAFT", "onlineStoreUrl": None, "updatedAt": answers.NOW}
    outcome = play(
        SHOP.delist(LISTING), [data(productUpdate={"product": gone, "userErrors": []})]
    ).value
    assert isinstance(outcome, Done)
    assert (outcome.value.status, outcome.value.paused_for) == (ListingStatus.PAUSED, "manual")


def test_without_a_stated_location_the_primary_one_is_asked_for() -> None:
    bare = evolve(SHOP, location=None)
    played = play(bare.set_stock(LISTING, LEVELS), [data(location={"id": "here"}), stock()])
    sent = json.loads(played.calls[-1].request.content)["variables"]["input"]["quantities"]
    assert {one["locationId"] for one in sent} == {"here"}


def test_a_sku_that_the_listing_does_not_have_is_refused_without_a_call() -> None:
    levels = (StockLevel(SkuId("Z"), 1),)
    (outcome,) = play(SHOP.set_stock(LISTING, levels), []).value
    assert isinstance(outcome, Refused)
    assert outcome.codes == ("unknown_sku",)


def test_a_dispatch_that_stands_there_is_reported_as_it_stands() -> None:
    standing = data(order={"fulfillments": [answers.parcel(7)]})
    outcome = play(SHOP.dispatch(ORDER, PARCEL), [standing]).value
    assert isinstance(outcome, Done)
    assert outcome.value == evolve(
        PARCEL,
        ref=Ref("shopify", answers.gid("Fulfillment", 7)),
        dispatched_at=outcome.value.dispatched_at,
    )


def test_an_equal_parcel_that_the_caller_knows_as_another_is_not_this_one() -> None:
    first = evolve(PARCEL, numbers=(), ref=Ref("shopify", answers.gid("Fulfillment", 7)))
    order = evolve(ORDER, fulfilments=(first,))
    second = evolve(PARCEL, id="f2", numbers=())
    standing = data(order={"fulfillments": [answers.parcel(7, trackingInfo=[])]})
    made = data(fulfillmentCreate={"fulfillment": answers.parcel(8), "userErrors": []})
    outcome = play(SHOP.dispatch(order, second), [standing, places(1), made]).value
    assert isinstance(outcome, Done)
    assert outcome.value.ref == Ref("shopify", answers.gid("Fulfillment", 8))
    again = play(SHOP.dispatch(order, evolve(first, ref=None)), [standing]).value
    assert isinstance(again, Done)


def test_a_held_fulfilment_order_gives_nothing_and_other_places_are_tried() -> None:
    nodes: Any = json.loads(places(1, 1).content)["data"]["order"]["fulfillmentOrders"]["nodes"]
    nodes[0]["supportedActions"] = [{"action": "RELEASE_HOLD"}]
    nodes[1]["assignedLocation"]["location"]["id"] = "elsewhere"
    open_ones = data(order={"fulfillmentOrders": answers.listed(*nodes)})
    made = data(fulfillmentCreate={"fulfillment": answers.parcel(), "userErrors": []})
    played = play(SHOP.dispatch(ORDER, PARCEL), [NONE_SENT, open_ones, made])
    assert isinstance(played.value, Done)
    assert b'"fulfillmentOrderId":"fo1"' in played.calls[-1].request.content


def test_payments_beyond_what_is_needed_are_left_alone() -> None:
    order = sold(transactions=[answers.paid(1, "SALE", "5.00"), answers.paid(2, "SALE", "5.00")])
    played = play(SHOP.refund_order(order, FIVE, now=NOW, reason="why"), [refunded("SUCCESS")])
    assert (
        len(json.loads(played.calls[0].request.content)["variables"]["input"]["transactions"]) == 1
    )


def test_pieces_that_no_single_place_has_are_refused_with_the_first_place_s_figures() -> None:
    nodes: Any = json.loads(places(1, 1).content)["data"]["order"]["fulfillmentOrders"]["nodes"]
    nodes[1]["assignedLocation"]["location"]["id"] = "elsewhere"
    split = data(order={"fulfillmentOrders": answers.listed(*nodes)})
    two = evolve(PARCEL, lines=(FulfilmentLine(answers.gid("LineItem", 1), 2),))
    outcome = play(SHOP.dispatch(ORDER, two), [NONE_SENT, split]).value
    assert isinstance(outcome, Refused)
    assert outcome.problems[0].extra["left"] == 1


def test_a_dispatch_of_nothing_is_refused() -> None:
    outcome = play(SHOP.dispatch(ORDER, evolve(PARCEL, lines=())), [NONE_SENT, places(1)]).value
    assert isinstance(outcome, Refused)
    assert outcome.codes == ("no_lines",)
