from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.ids import OfferId, ProductId, SkuId, SupplierId
from crossborder.model.money import Price
from crossborder.model.product import SKU, Attribute, Product, Tag
from crossborder.model.supply import MixRule, OfferLine, Supplier, SupplierOffer
from crossborder.stages.sourcing import NOISE_WORDS, normalise

NOW = datetime(2026, 11, 2, tzinfo=UTC)
PRODUCT = Product(ProductId("p1"), "连衣裙", "zh", (SKU(SkuId("s1")),))
OFFER = SupplierOffer(
    OfferId("o1"),
    Supplier(SupplierId("m1")),
    ProductId("p1"),
    (OfferLine(SkuId("s1"), 10, Price(Decimal("9.9"), "CNY")),),
    "CNY",
    NOW,
)


def product(**fields: Any) -> Product:
    return evolve(PRODUCT, **fields)


PIECES = st.sampled_from(
    [
        *NOISE_WORDS,
        "【",
        "】",
        "(",
        ")",
        "[爆",
        "款",
        "同",
        "现",
        "货",
        "dress",
        "裙",
        " ",
        "!",
        "A",
    ]
)
TITLES = st.lists(PIECES, min_size=1, max_size=12).map("".join).filter(str.strip)


@given(TITLES)
def test_normalising_twice_is_normalising_once_and_never_empties_the_title(title: str) -> None:
    once = normalise(product(title=title), OFFER, now=NOW).value
    again = normalise(once, OFFER, now=NOW)
    assert again.value == once
    assert again.events == ()
    assert once.title.strip()


@given(st.lists(st.tuples(st.text(min_size=1), st.text()), max_size=5))
def test_every_attribute_of_the_source_is_kept(pairs: list[tuple[str, str]]) -> None:
    attributes = tuple(Attribute(name, value) for name, value in pairs if name.strip())
    assert normalise(product(attributes=attributes), OFFER, now=NOW).value.attributes == attributes


@pytest.mark.parametrize(
    ("title", "clean"),
    [
        ("抖音同款 夏季爆款连衣裙 现货", "抖音 夏季连衣裙"),
        ("【厂家直销】雪纺裙  长款", "雪纺裙 长款"),
        ("雪纺裙【纯棉】", "雪纺裙【纯棉】"),
        ("WHOLESALE批发 Dress（一件代发）", "Dress"),
        ("wholesaler bag", "wholesaler bag"),
        ("爆现货款裙", "裙"),
        ("裙★★【】", "裙"),
    ],
)
def test_a_title_loses_noise_and_keeps_what_tells_of_the_goods(title: str, clean: str) -> None:
    decision = normalise(product(title=title), OFFER, now=NOW)
    assert decision.value.title == clean


def test_a_title_of_noise_alone_stays_and_the_reason_says_so() -> None:
    decision = normalise(product(title="爆款  现货"), OFFER, now=NOW)
    assert decision.value.title == "爆款 现货"
    assert "title_only_noise" in decision.codes


def test_a_change_of_title_is_a_reason_with_both_titles_and_an_event() -> None:
    decision = normalise(product(title="爆款裙"), OFFER, now=NOW)
    reason = next(reason for reason in decision.reasons if reason.code == "title_cleaned")
    assert reason.facts == {"before": "爆款裙", "after": "裙"}
    assert [(event.name, event.subject, event.at) for event in decision.events] == [
        ("sourcing.normalised", "p1", NOW)
    ]


@pytest.mark.parametrize(
    ("brand", "attributes", "found", "code"),
    [
        (None, [Attribute("品牌", " Acme ")], "Acme", "brand_from_attribute"),
        (None, [Attribute("Brand", "Acme")], "Acme", "brand_from_attribute"),
        (
            None,
            [Attribute("牌子", "Acme", name_translated="brand")],
            "Acme",
            "brand_from_attribute",
        ),
        (None, [Attribute("品牌", "无"), Attribute("品牌", "B")], "B", "brand_from_attribute"),
        (None, [Attribute("品牌", "其他")], None, "no_brand"),
        ("None", [], None, "no_brand"),
        ("无", [Attribute("品牌", "Acme")], "Acme", "brand_from_attribute"),
        ("Acme", [Attribute("品牌", "Other Co")], "Acme", "brand_conflict"),
        ("Acme", [Attribute("品牌", "ACME")], "Acme", "unchanged"),
        (None, [Attribute("颜色", "红")], None, "unchanged"),
    ],
)
def test_a_brand_comes_from_the_attributes_only_where_there_is_none(
    brand: str | None, attributes: list[Attribute], found: str | None, code: str
) -> None:
    raw = product(brand=brand, attributes=tuple(attributes))
    decision = normalise(raw, OFFER, now=NOW)
    assert decision.value.brand == found
    assert code in decision.codes


def test_the_terms_of_the_offer_and_the_category_become_tags() -> None:
    offer = evolve(OFFER, one_piece=True, free_postage=True, mix=MixRule(min_pieces=3))
    decision = normalise(product(category="女装"), offer, now=NOW)
    names = [tag.name for tag in decision.value.tags]
    assert names == ["one-piece", "free-postage", "mix", "女装"]
    assert decision.codes.count("tagged") == 4


def test_a_tag_of_terms_that_no_longer_hold_goes_and_ones_of_others_stay() -> None:
    tags = (Tag("one-piece", "offer"), Tag("summer", "ann"), Tag("mix", "ann"))
    decision = normalise(product(tags=tags), evolve(OFFER, mix=MixRule()), now=NOW)
    assert decision.value.tags == (Tag("summer", "ann"), Tag("mix", "ann"))
    assert "tag_removed" in decision.codes


def test_an_offer_for_another_product_is_refused() -> None:
    with pytest.raises(InvalidValue, match="product_id is not p1"):
        normalise(PRODUCT, evolve(OFFER, product_id=ProductId("p2")), now=NOW)
