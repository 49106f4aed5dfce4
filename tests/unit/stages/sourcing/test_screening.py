from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.ids import ProductId, SkuId
from crossborder.model.product import SKU, Attribute, Image, Option, Product, Tag, Translation
from crossborder.stages.sourcing import (
    COUNTERFEIT_WORDS,
    Finding,
    FindingKind,
    Review,
    ScreeningLists,
    Verdict,
    fingerprint,
    publishable,
    screen,
)

NOW = datetime(2026, 11, 2, tzinfo=UTC)
BASE = Product(ProductId("p1"), "连衣裙", "zh", (SKU(SkuId("s1"), (Option("颜色", "红"),)),))
LISTS = ScreeningLists(brands=frozenset({"Nike", "耐克"}), forbidden=frozenset({"knife", "刀具"}))


def product(**fields: Any) -> Product:
    return evolve(BASE, **fields)


def verdict(thing: Product, lists: ScreeningLists = LISTS) -> Verdict:
    return screen(thing, lists, now=NOW).value.verdict


LOOKALIKES = {
    "n": ["n", "N", "ｎ"],
    "i": ["i", "I", "і", "ι", "í"],
    "k": ["k", "K", "к", "κ", "K"],
    "e": ["e", "E", "е", "ε", "é", "e\u200b"],
}


@given(st.tuples(*(st.sampled_from(LOOKALIKES[letter]) for letter in "nike")))
def test_a_brand_is_found_however_its_letters_are_dressed_up(letters: tuple[str, ...]) -> None:
    assert verdict(product(title=f"Shoes {''.join(letters)}鞋")) is Verdict.BLOCKED


@given(
    st.sampled_from(["nike", "耐克", "replica", "刀具"]), st.text(max_size=8), st.text(max_size=8)
)
def test_more_listed_words_never_make_a_product_pass(word: str, before: str, after: str) -> None:
    thing = product(title=f"x{before} {word} {after}")
    short = screen(thing, ScreeningLists(counterfeit=frozenset()), now=NOW).value
    long = screen(thing, LISTS, now=NOW).value
    assert short.verdict is Verdict.APPROVED
    assert long.verdict is Verdict.BLOCKED


@pytest.mark.parametrize(
    ("title", "blocked"),
    [
        ("Nike shoes", True),
        ("nike_shoes", True),
        ("男鞋nike正品", True),
        ("Nikeology book", False),
        ("snike", False),
        ("新款耐克鞋", True),
        ("高仿手表", True),
        ("A货包", True),
        ("USA货架", False),
        ("penknife", False),
        ("pen-knife", True),
        ("厨房刀具套装", True),
        ("plain dress", False),
    ],
)
def test_latin_words_match_whole_and_chinese_words_anywhere(title: str, blocked: bool) -> None:
    assert (verdict(product(title=title)) is Verdict.BLOCKED) is blocked


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"title": "nike"}, "title"),
        ({"brand": "NIKE"}, "brand"),
        ({"translations": (Translation("en", "a nike"),)}, "translations.en.title"),
        ({"attributes": (Attribute("a", "b"), Attribute("c", "nike"))}, "attributes.1.value"),
        (
            {"attributes": (Attribute("a", "b", value_translated="nike"),)},
            "attributes.0.value_translated",
        ),
        ({"skus": (SKU(SkuId("s"), (Option("款", "nike"),)),)}, "skus.0.options.0.value"),
        (
            {"skus": (SKU(SkuId("s"), (Option("款", "x", value_translated="nike"),)),)},
            "skus.0.options.0.value_translated",
        ),
    ],
)
def test_a_finding_names_the_place_of_the_word(fields: dict[str, Any], where: str) -> None:
    decision = screen(product(**fields), LISTS, now=NOW)
    assert decision.value.findings == (Finding(FindingKind.INFRINGEMENT, "nike", where),)
    assert decision.value.verdict is Verdict.BLOCKED
    assert decision.codes == ("infringement", "blocked")


def test_a_brand_only_spoken_of_in_a_description_is_for_a_person() -> None:
    assert verdict(product(description_html="<p>fits nike soles</p>")) is Verdict.NEEDS_REVIEW
    spoken = Translation("en", "Sole", "fits nike")
    assert verdict(product(translations=(spoken,))) is Verdict.NEEDS_REVIEW
    assert verdict(product(description_html='<img src="nike.png">')) is Verdict.APPROVED
    assert verdict(product(description_html="a replica")) is Verdict.BLOCKED


def test_a_brand_we_may_sell_does_not_block_and_the_reason_says_so() -> None:
    ours = frozenset({"ＮＩＫＥ"})
    decision = screen(product(brand="Nike"), LISTS, now=NOW, authorised=ours)
    assert decision.value.verdict is Verdict.APPROVED
    assert "brand_authorised" in decision.codes


def test_a_stated_brand_on_no_list_is_approved_with_a_reason() -> None:
    decision = screen(product(brand="Acme"), LISTS, now=NOW)
    assert decision.value.verdict is Verdict.APPROVED
    assert decision.codes == ("brand_not_listed", "approved")


def test_a_review_holds_for_the_time_asked_and_tells_its_verdict_as_an_event() -> None:
    decision = screen(BASE, LISTS, now=NOW, valid_for=timedelta(days=2))
    assert decision.value.expires_at == NOW + timedelta(days=2)
    assert decision.value.reviewer == "rule"
    assert decision.events[0].facts == {"verdict": "approved"}


def test_the_built_in_words_and_words_of_nothing_are_safe() -> None:
    for word in COUNTERFEIT_WORDS:
        assert verdict(product(title=f"a {word} b"), ScreeningLists()) is Verdict.BLOCKED
    assert verdict(product(title="a"), ScreeningLists(frozenset({"\u200b"}))) is Verdict.APPROVED


CHANGES: list[dict[str, Any]] = [
    {"title": "别的"},
    {"brand": "Acme"},
    {"description_html": "new"},
    {"images": (Image("https://example.test/2.jpg"),)},
    {"translations": (Translation("en", "Dress"),)},
    {"attributes": (Attribute("a", "b"),)},
    {"skus": (SKU(SkuId("s1"), (Option("颜色", "蓝"),)),)},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_a_change_of_what_was_reviewed_reopens_the_review(change: dict[str, Any]) -> None:
    review = screen(BASE, LISTS, now=NOW).value
    decision = publishable(product(**change), review, now=NOW)
    assert decision.value is False
    assert decision.codes == ("changed",)


def test_a_change_of_tags_or_ids_does_not_reopen_the_review() -> None:
    review = screen(BASE, LISTS, now=NOW).value
    tagged = product(tags=(Tag("summer"),), status="published")
    assert fingerprint(tagged) == review.fingerprint
    assert publishable(tagged, review, now=NOW).value is True


def test_only_an_approved_review_in_its_time_lets_a_product_go() -> None:
    review = screen(BASE, LISTS, now=NOW).value
    assert publishable(BASE, None, now=NOW).codes == ("no_review",)
    for bad in (Verdict.BLOCKED, Verdict.NEEDS_REVIEW):
        refused = publishable(BASE, evolve(review, verdict=bad), now=NOW)
        assert (refused.value, refused.codes) == (False, ("not_approved",))
    late = publishable(BASE, review, now=review.expires_at)
    assert (late.value, late.codes) == (False, ("expired",))
    assert publishable(BASE, review, now=NOW).codes == ("approved",)


def test_a_review_of_another_product_is_refused() -> None:
    review = Review(ProductId("p2"), Verdict.APPROVED, (), "f", NOW, NOW + timedelta(days=1))
    with pytest.raises(InvalidValue, match="product_id is not p1"):
        publishable(BASE, review, now=NOW)
