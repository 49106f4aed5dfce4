from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from crossborder.model.extra import Extra
from crossborder.model.ids import ProductId, SkuId
from crossborder.model.listing import DraftVariant, ListingDraft, ListingRules
from crossborder.model.measure import Weight
from crossborder.model.money import Price
from crossborder.model.product import Image, Option
from crossborder.stages.listing import validate

RED, BLUE = SkuId("red"), SkuId("blue")
DRAFT = ListingDraft(
    sku="p1",
    product_id=ProductId("p1"),
    platform="shop",
    title="Long Summer Dress",
    language="en",
    variants=(
        DraftVariant(
            RED, Price(Decimal("18.99"), "USD"), 5, (Option("Colour", "Red"),), "4006381333931"
        ),
        DraftVariant(BLUE, Price(Decimal("19.99"), "USD"), 7, (Option("Color", "Blue"),)),
    ),
    images=tuple(Image(f"https://example.test/{number}.jpg") for number in range(3)),
    category="dresses",
    brand="Acme",
    attributes=Extra({"Material": ("cotton", "linen")}),
)
RULES = ListingRules(max_title=40, currencies=frozenset({"USD"}))


def test_a_draft_within_the_rules_is_fine() -> None:
    decision = validate(DRAFT, RULES)
    assert (decision.value, decision.codes) == ((), ("fine",))


@pytest.mark.parametrize(
    ("rules", "code", "fields"),
    [
        ({"max_title": 16}, "title_too_long", ["title"]),
        ({"max_variants": 1}, "too_many_variants", ["variants"]),
        ({"max_images": 2}, "too_many_images", ["images"]),
        ({"max_options": 1}, "too_many_options", ["variants.options"]),
        ({"languages": frozenset({"fr"})}, "language_not_accepted", ["language"]),
        (
            {"currencies": frozenset({"EUR"})},
            "currency_not_accepted",
            ["variants.0.price", "variants.1.price"],
        ),
        (
            {"min_price": Price(Decimal(5), "EUR")},
            "currency_not_accepted",
            ["variants.0.price", "variants.1.price"],
        ),
        ({"min_price": Price(Decimal(19), "USD")}, "price_too_low", ["variants.0.price"]),
        ({"required": frozenset({"Colour"})}, "missing", ["attributes.Colour"]),
        ({"required": frozenset({"barcode"})}, "missing", ["variants.1.barcode"]),
        (
            {"required": frozenset({"weight"})},
            "missing",
            ["variants.0.weight", "variants.1.weight"],
        ),
        ({"forbidden_words": frozenset({"SUMMER"})}, "forbidden_word", ["title"]),
    ],
)
def test_every_rule_of_a_platform_names_what_breaks_it(
    rules: dict[str, Any], code: str, fields: list[str]
) -> None:
    decision = validate(DRAFT, evolve(RULES, **rules))
    assert [(problem.code, problem.field) for problem in decision.value] == [
        (code, field) for field in fields
    ]
    assert all(problem.text for problem in decision.value)
    assert decision.codes == (code,) * len(fields)


@pytest.mark.parametrize(
    "rules",
    [
        {"languages": frozenset({"en"})},
        {"min_price": Price(Decimal("18.99"), "USD")},
        {"required": frozenset({"brand", "category", "images", "Material"})},
        {"forbidden_words": frozenset({"sum", "mer dress"})},
    ],
)
def test_what_keeps_a_rule_is_no_problem(rules: dict[str, Any]) -> None:
    british = evolve(DRAFT, language="en-GB")
    assert validate(british, evolve(RULES, **rules)).value == ()


def test_a_missing_part_and_a_chinese_word_are_found() -> None:
    bare = evolve(DRAFT, brand="", title="爆款连衣裙")
    rules = evolve(RULES, required=frozenset({"brand"}), forbidden_words=frozenset({"爆款"}))
    problems = validate(bare, rules).value
    assert [(problem.code, problem.field) for problem in problems] == [
        ("missing", "brand"),
        ("forbidden_word", "title"),
    ]
    assert problems[1].extra == {"word": "爆款", "start": 0, "end": 2}


def test_a_stated_weight_is_no_problem() -> None:
    weighed = evolve(
        DRAFT, variants=tuple(evolve(item, weight=Weight.kg("0.2")) for item in DRAFT.variants)
    )
    assert validate(weighed, evolve(RULES, required=frozenset({"weight"}))).value == ()
