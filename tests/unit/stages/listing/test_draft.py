from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.decision import Decision
from crossborder.model.ids import ProductId, SkuId
from crossborder.model.listing import ListingDraft, ListingRules, Platform, PlatformKind
from crossborder.model.money import Price
from crossborder.model.product import SKU, Attribute, Image, Option, Product, Tag, Translation
from crossborder.stages.listing import draft, validate

RED, BLUE = SkuId("red"), SkuId("blue")
PRODUCT = Product(
    ProductId("p1"),
    "连衣裙",
    "zh",
    (
        SKU(RED, (Option("颜色", "红", "Colour", "Red"),), barcode="4006381333931"),
        SKU(BLUE, (Option("颜色", "蓝"),), image_url="https://example.test/blue.jpg"),
    ),
    brand="Acme",
    category="dresses",
    description_html="<p>裙</p>",
    attributes=(
        Attribute("材质", "棉", name_translated="Material", value_translated="cotton"),
        Attribute("材质", "麻", name_translated="Material", value_translated="linen"),
        Attribute("产地", "义乌"),
        Attribute("Style", "A-line"),
    ),
    images=(
        Image("https://example.test/2.jpg", "detail"),
        Image("https://example.test/1.jpg"),
        Image("https://example.test/2.jpg", "detail"),
    ),
    translations=(Translation("en", "Long Summer Dress", "<p>Dress</p>"),),
    tags=(Tag("summer", "ann"), Tag("summer", "bot"), Tag("mix", "offer")),
)
RULES = ListingRules(max_title=40, currencies=frozenset({"USD"}))
PLATFORM = Platform("shop", "Shop", PlatformKind.SELF_HOSTED, "USD", rules=RULES)
PRICES = {RED: Price(Decimal("18.99"), "USD"), BLUE: Price(Decimal("19.99"), "USD")}


def drafted(product: Product = PRODUCT, **changes: Any) -> Decision[ListingDraft]:
    arguments: dict[str, Any] = {
        "platform": PLATFORM,
        "language": "en",
        "prices": PRICES,
        "quantities": {RED: 5, BLUE: 7},
    }
    return draft(product, **{**arguments, **changes})


def under(**rules: Any) -> Platform:
    return evolve(PLATFORM, rules=evolve(RULES, **rules))


WORDS = st.lists(st.sampled_from(["long", "summer", "a", "连衣裙", "dress,", "–"]), min_size=1)


@given(WORDS.map(" ".join).filter(lambda text: text.strip(" –")), st.integers(1, 30))
def test_a_title_is_cut_to_the_length_and_starts_like_the_whole(text: str, limit: int) -> None:
    words = Translation("en", f"x{text}")
    product = evolve(PRODUCT, translations=(words,))
    title = drafted(product, platform=under(max_title=limit)).value.title
    assert 0 < len(title) <= limit
    assert words.title.startswith(title)
    assert validate(drafted(product, platform=under(max_title=limit)).value, RULES).value == ()


@pytest.mark.parametrize(
    ("limit", "title"),
    [(17, "Long Summer Dress"), (16, "Long Summer"), (11, "Long Summer"), (10, "Long"), (3, "Lon")],
)
def test_a_title_is_cut_before_a_word(limit: int, title: str) -> None:
    decision = drafted(platform=under(max_title=limit))
    assert decision.value.title == title
    assert ("title_cut" in decision.codes) is (limit < 17)


def test_a_draft_speaks_the_language_it_is_for() -> None:
    decision = drafted()
    made = decision.value
    assert (made.sku, made.product_id, made.platform) == ("p1", "p1", "shop")
    assert (made.title, made.description_html) == ("Long Summer Dress", "<p>Dress</p>")
    assert made.variants[0].options == (Option("Colour", "Red"),)
    assert (made.variants[0].price, made.variants[0].quantity) == (PRICES[RED], 5)
    assert made.attributes == {"Material": ("cotton", "linen"), "Style": "A-line"}
    assert made.tags == ("summer", "mix")
    assert (made.brand, made.category, made.live) == ("Acme", "dresses", True)
    assert decision.codes == ("option_untranslated", "attribute_untranslated", "drafted")


def test_a_draft_in_the_products_own_language_takes_its_own_words() -> None:
    decision = drafted(language="zh", live=False)
    assert decision.value.title == "连衣裙"
    assert decision.value.description_html == "<p>裙</p>"
    assert decision.value.variants[0].options == (Option("颜色", "红"),)
    assert decision.value.attributes["产地"] == "义乌"
    assert decision.value.live is False
    assert decision.codes == ("drafted",)


def test_a_language_without_words_is_refused() -> None:
    with pytest.raises(InvalidValue, match="no words in this language"):
        drafted(language="fr")


def test_pictures_stand_once_and_the_main_one_first() -> None:
    urls = [image.url[-5:] for image in drafted().value.images]
    assert urls == ["1.jpg", "2.jpg", "e.jpg"]
    decision = drafted(platform=under(max_images=1))
    assert [image.role for image in decision.value.images] == ["main"]
    assert "images_left_out" in decision.codes


def test_only_skus_with_a_price_are_offered_and_with_none_where_nobody_counted() -> None:
    decision = drafted(prices={RED: PRICES[RED]}, quantities={})
    assert [(item.sku_id, item.quantity) for item in decision.value.variants] == [(RED, 0)]
    assert decision.codes[:2] == ("no_quantity", "no_price")
    with pytest.raises(InvalidValue, match=r"draft\.prices holds a price for no SKU"):
        drafted(prices={})
