import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from crossborder.adapters.shopify import calls
from crossborder.conversation import Request
from crossborder.model.ids import OrderId, ProductId, SkuId
from crossborder.model.listing import DraftVariant, ListingDraft
from crossborder.model.measure import Weight
from crossborder.model.money import Price
from crossborder.model.order import Fulfilment, FulfilmentLine
from crossborder.model.product import Image, Option
from crossborder.protocols.inventory import StockLevel

MOMENTS = st.builds(
    lambda seconds, hours: (
        datetime(1990, 1, 1, tzinfo=timezone(timedelta(hours=hours))) + timedelta(seconds=seconds)
    ),
    st.floats(0, 3e9),
    st.integers(-12, 14),
)
KEYS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=300).filter(str.strip)


@given(KEYS)
def test_a_handle_is_one_that_shopify_takes(sku: str) -> None:
    made = calls.handle(sku)
    assert 0 < len(made) <= 255
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not made.startswith("-")
    assert calls.handle(sku) == made


@given(KEYS, KEYS)
def test_two_keys_never_share_a_handle(left: str, right: str) -> None:
    assert (calls.handle(left) == calls.handle(right)) == (left == right)


def test_keys_that_look_alike_have_their_own_handles() -> None:
    alike = ["Tea cup", "tea cup", "tea-cup", "téa-cup", "茶杯", "茶", "tea--cup"]
    assert len({calls.handle(sku) for sku in alike}) == len(alike)


@given(st.text(), st.text())
def test_an_operation_key_becomes_the_same_uuid_every_time(left: str, right: str) -> None:
    request = Request("POST", "https://x.test", content=b'{"query":"q","variables":{"a":1.50}}')
    keyed = [json.loads(calls.keyed(request, key).content) for key in (left, left, right)]
    assert keyed[0] == keyed[1]
    assert (keyed[0] == keyed[2]) == (left == right)
    assert [len(part) for part in keyed[0]["variables"]["key"].split("-")] == [8, 4, 4, 4, 12]
    assert keyed[0]["query"] == "q"


@given(MOMENTS)
def test_the_feed_s_filter_never_starts_after_the_moment_asked_for(moment: datetime) -> None:
    stated = calls.since(moment).removeprefix("updated_at:>='").removesuffix("'")
    start = datetime.fromisoformat(stated)
    assert timedelta(0) <= moment.astimezone(UTC) - start < timedelta(seconds=1)


def test_the_filter_is_in_utc() -> None:
    beijing = datetime(2026, 11, 2, 8, tzinfo=timezone(timedelta(hours=8)))
    assert calls.since(beijing) == "updated_at:>='2026-11-02T00:00:00Z'"


def draft(**fields: object) -> ListingDraft:
    size, colour = Option("尺码", "大", "Size", "L"), Option("Colour", "Red")
    variants = (
        DraftVariant(SkuId("A"), Price(Decimal("1E+1"), "USD"), 1, (size, colour)),
        DraftVariant(SkuId("B"), Price("10.5", "USD"), 2, (size, Option("Colour", "Blue"))),
    )
    stated = {
        "sku": "a",
        "product_id": ProductId("p"),
        "platform": "shopify",
        "title": "T",
        "language": "en",
        "variants": variants,
        **fields,
    }
    return ListingDraft(**stated)  # type: ignore[arg-type]


def test_the_options_are_the_translated_choices_of_all_variants_each_once() -> None:
    asked = calls.product(draft(), location="")["input"]
    assert asked["productOptions"] == [
        {"name": "Size", "position": 1, "values": [{"name": "L"}]},
        {"name": "Colour", "position": 2, "values": [{"name": "Red"}, {"name": "Blue"}]},
    ]
    assert [one["price"] for one in asked["variants"]] == ["10", "10.5"]
    assert "inventoryQuantities" not in asked["variants"][0]


def test_what_the_draft_does_not_have_is_said_to_be_gone() -> None:
    asked = calls.product(draft(), location="L")["input"]
    assert asked["variants"][0]["barcode"] is None
    assert (asked["files"], asked["tags"], asked["vendor"]) == ([], [], "")
    assert "metafields" not in asked
    assert "collections" not in asked


def test_a_variant_with_a_weight_states_it_in_grams_and_one_without_options_has_the_default() -> (
    None
):
    plain = DraftVariant(SkuId("A"), Price("1", "USD"), 1, weight=Weight.kg("0.25"), barcode="4")
    asked = calls.product(draft(variants=(plain,)), location="L")["input"]
    variant = asked["variants"][0]
    assert variant["inventoryItem"]["measurement"]["weight"] == {"unit": "GRAMS", "value": 250}
    assert variant["optionValues"] == [{"optionName": "Title", "name": "Default Title"}]
    assert variant["inventoryQuantities"][0]["quantity"] == 1
    assert asked["productOptions"][0]["values"] == [{"name": "Default Title"}]


def test_a_category_of_shopify_s_taxonomy_is_told_from_a_plain_one() -> None:
    gid = "gid://shopify/TaxonomyCategory/hg-11-6"
    asked = calls.product(draft(category=gid), location="")["input"]
    assert asked["category"] == gid
    assert "productType" not in asked
    assert calls.product(draft(category="Mugs"), location="")["input"]["productType"] == "Mugs"


def test_a_picture_is_named_by_its_address_so_that_a_repeat_replaces_it() -> None:
    images = (Image("https://i.test/1/A.JPEG?v=2"), Image("https://i.test/2"))
    named, bare = calls.product(draft(images=images), location="")["input"]["files"]
    assert named["filename"].endswith(".jpg")
    assert named["duplicateResolutionMode"] == "REPLACE"
    assert "filename" not in bare
    again = calls.product(draft(images=images), location="")["input"]["files"]
    assert again == [named, bare]


def test_the_comparison_is_always_stated_even_when_it_is_given_up() -> None:
    levels = [StockLevel(SkuId("A"), 1, was=0), StockLevel(SkuId("B"), 2)]
    quantities = calls.stock(levels, ["i1", "i2"], location="L")["input"]["quantities"]
    assert [one["changeFromQuantity"] for one in quantities] == [0, None]


def test_a_dispatch_without_number_carrier_or_address_has_no_tracking() -> None:
    parcel = Fulfilment("f", OrderId("o"), (FulfilmentLine("l", 1),))
    asked = calls.dispatch(parcel, (("fo", (("fl", 1),)),), notify=True)["fulfillment"]
    assert "trackingInfo" not in asked
    assert asked["notifyCustomer"] is True
    full = Fulfilment("f", OrderId("o"), (), "DHL", ("1", "2"), "https://t.test/1")
    tracking = calls.dispatch(full, (), notify=False)["fulfillment"]["trackingInfo"]
    assert tracking == {"company": "DHL", "numbers": ["1", "2"], "urls": ["https://t.test/1"]}
