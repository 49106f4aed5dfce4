from typing import Any

import pytest

from crossborder.demo.world import sample_offer, sheet, terms_of
from crossborder.errors import NotFound
from crossborder.model.ids import Ref
from crossborder.model.product import Product, Translation
from crossborder.stages.sourcing import ScreeningLists, Verdict


class Translator:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, product: Product, language: str) -> Translation:
        self.asked.append(language)
        return sheet(product, language)


def test_an_offer_comes_into_the_library_reviewed_and_translated(site: Any) -> None:
    made = site()
    entered = made.sourced()
    assert entered.review.verdict is Verdict.APPROVED
    words = entered.product.translated("en")
    assert words is not None
    assert words.source == "sheet"
    assert [stage for stage, _ in entered.decisions] == [1, 1, 2]
    assert made.heard == [f"GET /offers/{made.world.offer_ref.value}"]


def test_the_translator_is_asked_once_when_words_are_missing(site: Any) -> None:
    translator = Translator()
    site().sourced(translate=translator)
    assert translator.asked == ["en"]


def test_the_translator_is_not_asked_for_words_that_are_there(site: Any) -> None:
    translator = Translator()
    ready = Translation("en", "Packing cubes", "<p>Six.</p>", "person")
    entered = site().sourced(translate=translator, translations=(ready,))
    assert translator.asked == []
    assert entered.product.translated("en").title == "Packing cubes"


def test_a_title_alone_is_not_enough_to_spare_the_translator(site: Any) -> None:
    translator = Translator()
    site().sourced(translate=translator, translations=(Translation("en", "Packing cubes"),))
    assert translator.asked == ["en"]


def test_nobody_is_asked_to_translate_into_the_products_own_language(site: Any) -> None:
    translator = Translator()
    site().sourced(translate=translator, terms=terms_of(language="zh"))
    assert translator.asked == []


def test_without_a_translator_the_platforms_own_words_stand(site: Any) -> None:
    entered = site().sourced(translate=None)
    assert entered.product.translated("en").source == "alibaba1688"


def test_a_listed_brand_blocks_unless_we_may_sell_it(site: Any) -> None:
    payload = sample_offer()
    payload["result"]["result"]["subjectTrans"] = "Nike packing cubes"
    lists = ScreeningLists(brands=frozenset({"nike"}))
    made = site(payload)
    assert made.sourced(terms=terms_of(lists=lists)).review.verdict is Verdict.BLOCKED
    ours = terms_of(lists=lists, authorised=frozenset({"Nike"}))
    assert made.sourced(terms=ours).review.verdict is Verdict.APPROVED


def test_an_offer_that_is_gone_is_not_found(site: Any) -> None:
    made = site()
    made.state.offers.clear()
    with pytest.raises(NotFound):
        made.sourced()
    assert made.world.offer_ref == Ref("alibaba1688", "810000000000000123")
