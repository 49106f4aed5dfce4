from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.decision import Decision
from crossborder.model.ids import ProductId, SkuId
from crossborder.model.measure import Weight
from crossborder.model.money import Price
from crossborder.model.product import SKU, Image, Option, Product, Translation
from crossborder.stages.promotion import FeedItem, columns, feed_item, json_ld


def usd(amount: str | int | Decimal) -> Price:
    return Price(Decimal(amount), "USD")


MAIN = "https://img.example/1.jpg"
CUP = Product(
    ProductId("p1"),
    "杯子",
    "zh",
    (
        SKU(
            SkuId("A1"),
            (Option("颜色", "红", "colour", "red"),),
            barcode="4006381333931",
            weight=Weight.g(250),
        ),
        SKU(SkuId("A2")),
    ),
    brand="Acme",
    category="Kitchen",
    description_html="<p>杯</p>",
    images=(Image(MAIN), Image("https://img.example/2.jpg"), Image("http://img.example/3.jpg")),
    translations=(
        Translation(
            "en", "Cup", "<style>p{}</style><p>A <b>red</b> cup.</p><p>For tea &amp; me</p>"
        ),
    ),
)


def make(product: Product = CUP, sku: str = "A1", **changes: Any) -> Decision[FeedItem | None]:
    terms: dict[str, Any] = {
        "language": "en",
        "price": usd("15"),
        "available": 3,
        "link": "https://shop.example/cup",
    }
    return feed_item(product, SkuId(sku), **(terms | changes))


def item(product: Product = CUP, sku: str = "A1", **changes: Any) -> FeedItem:
    value = make(product, sku, **changes).value
    assert value is not None
    return value


@given(st.text(max_size=80))
def test_a_description_holds_no_markup_and_no_more_than_is_allowed(text: str) -> None:
    html = f"<div>word {text * 100}</div><script>alert(1)</script>"
    found = item(evolve(CUP, language="en", title="x", translations=(), description_html=html))
    assert len(found.description) <= 5000
    assert "alert(1)" not in found.description or "alert(1)" in text


def test_a_row_says_what_the_product_says() -> None:
    row = dict(columns(item()))
    assert row == {
        "id": "A1",
        "title": "Cup",
        "description": "A red cup. For tea & me",
        "link": "https://shop.example/cup",
        "image_link": MAIN,
        "additional_image_link": "https://img.example/2.jpg",
        "availability": "in_stock",
        "price": "15.00 USD",
        "condition": "new",
        "brand": "Acme",
        "gtin": "4006381333931",
        "item_group_id": "p1",
        "product_type": "Kitchen",
        "shipping_weight": "0.250 kg",
    }


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"language": "fr"}, "no_title"),
        ({"link": "ftp://x"}, "bad_link"),
        ({"price": usd("0")}, "no_price"),
        ({"condition": "mint"}, "bad_condition"),
    ],
)
def test_a_missing_field_is_a_reason(changes: dict[str, Any], code: str) -> None:
    decision = make(**changes)
    assert decision.value is None
    assert code in decision.codes


@pytest.mark.parametrize(
    ("product", "code"),
    [
        (evolve(CUP, images=()), "no_image"),
        (evolve(CUP, images=(Image("http://x.example/1.jpg"),)), "image_not_https"),
        (evolve(CUP, translations=(Translation("en", "x" * 151, "y"),)), "title_too_long"),
        (evolve(CUP, translations=(Translation("en", "x", "<br>"),)), "no_description"),
    ],
)
def test_a_product_that_is_not_fit_gets_no_row(product: Product, code: str) -> None:
    decision = make(product)
    assert (decision.value, decision.codes) == (None, (code,))


def test_an_id_of_more_than_fifty_characters_is_a_reason() -> None:
    long = "x" * 51
    product = evolve(CUP, skus=(SKU(SkuId(long)),))
    assert make(product, long).codes == ("id_too_long",)


def test_the_own_language_needs_no_translation() -> None:
    assert item(language="zh").title == "杯子"


def test_a_barcode_that_is_no_gtin_is_left_out() -> None:
    for barcode in ("4006381333932", "123", "x" * 13):
        product = evolve(CUP, skus=(SKU(SkuId("A1"), barcode=barcode),))
        decision = make(product)
        assert {"gtin_invalid", "no_identifier"} <= set(decision.codes)
        found = item(product)
        assert dict(columns(found))["identifier_exists"] == "no"
        assert not found.item_group_id


def test_brand_and_part_number_identify_too() -> None:
    found = item(sku="A2", mpn="M-1")
    assert found.identifier_exists
    assert dict(columns(found))["mpn"] == "M-1"
    assert not item(sku="A2").identifier_exists


def test_a_long_description_is_cut_at_a_word() -> None:
    for text, length in (("word " * 2000, 4999), ("x" * 6000, 5000), ("a" * 5000 + " b", 5000)):
        product = evolve(CUP, translations=(Translation("en", "Cup", text),))
        assert "description_cut" in make(product).codes
        assert len(item(product).description) == length


def test_nothing_available_is_out_of_stock() -> None:
    assert item(available=0).availability == "out_of_stock"


def test_structured_data_states_price_as_text() -> None:
    shown = json_ld(CUP, item(mpn="M-1"))
    assert shown["offers"]["price"] == "15.00"
    assert shown["offers"]["availability"] == "https://schema.org/InStock"
    assert shown["brand"]["name"] == "Acme"
    assert (shown["gtin"], shown["mpn"]) == ("4006381333931", "M-1")
    assert shown["additionalProperty"][0] == {
        "@type": "PropertyValue",
        "name": "colour",
        "value": "red",
    }
    plain = json_ld(evolve(CUP, brand=None), item(evolve(CUP, brand=None), "A2"))
    assert "brand" not in plain
    assert "additionalProperty" not in plain


def test_structured_data_of_another_product_is_refused() -> None:
    other = evolve(CUP, skus=(SKU(SkuId("B1")),))
    with pytest.raises(InvalidValue):
        json_ld(other, item())
