from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.model.ids import ProductId, SkuId
from crossborder.model.product import SKU, Product, Tag, Translation
from crossborder.stages.inventory import enter, untranslated

NOW = datetime(2026, 11, 2, tzinfo=UTC)
DAY = timedelta(days=1)
PRODUCT = Product(ProductId("p1"), "连衣裙", "zh", (SKU(SkuId("s1")),))

TRANSLATIONS = st.builds(
    Translation,
    st.sampled_from(["en", "fr"]),
    st.sampled_from(["a", "b", "c"]),
    source=st.sampled_from(["person", "machine", ""]),
    at=st.sampled_from([None, NOW - DAY, NOW]),
)


@given(st.lists(TRANSLATIONS, max_size=8))
def test_a_persons_words_are_only_ever_followed_by_a_persons(
    given_words: list[Translation],
) -> None:
    product = PRODUCT
    for words in given_words:
        before = product.translated(words.language)
        product = enter(product, (words,), now=NOW).value
        after = product.translated(words.language)
        assert after is not None
        if before is not None and before.source == "person":
            assert after.source == "person"
        assert after.at is not None


@given(st.lists(TRANSLATIONS, max_size=6))
def test_entering_the_same_words_again_changes_nothing(given_words: list[Translation]) -> None:
    last = {words.language: words for words in given_words}
    once = enter(PRODUCT, tuple(last.values()), now=NOW).value
    again = enter(once, tuple(last.values()), now=NOW)
    assert again.value == once
    assert again.events == ()
    assert again.codes[-1] == "unchanged"


def test_the_languages_still_missing_are_told_once_each_and_in_order() -> None:
    product = enter(PRODUCT, (Translation("en", "Dress"),), now=NOW).value
    assert untranslated(product, ("fr", "zh", "en", "de", "fr")) == ("fr", "de")
    assert untranslated(product, ()) == ()


@pytest.mark.parametrize(
    ("old", "new", "title", "code"),
    [
        (("person", NOW - DAY), ("machine", NOW), "old", "person_kept"),
        (("machine", NOW), ("person", NOW - DAY), "new", "retranslated"),
        (("machine", NOW - DAY), ("machine", NOW), "new", "retranslated"),
        (("machine", NOW), ("machine", NOW - DAY), "old", "translation_older"),
        (("person", NOW - DAY), ("person", None), "new", "retranslated"),
        (("machine", None), ("machine", None), "new", "retranslated"),
    ],
)
def test_of_two_translations_the_better_one_stands(
    old: tuple[str, datetime | None], new: tuple[str, datetime | None], title: str, code: str
) -> None:
    words = Translation("en", "old", source=old[0], at=old[1])
    product = evolve(PRODUCT, translations=(words,))
    newer = Translation("en", "new", source=new[0], at=new[1])
    decision = enter(product, (newer,), now=NOW)
    kept = decision.value.translated("en")
    assert kept is not None
    assert kept.title == title
    assert decision.codes[0] == code


def test_entering_files_new_tags_and_tells_it_as_an_event() -> None:
    product = evolve(PRODUCT, tags=(Tag("summer"),))
    tags = (Tag("summer", "bot"), Tag("dress", "bot"))
    decision = enter(product, (Translation("en", "Dress"),), tags=tags, now=NOW)
    assert decision.value.tags == (Tag("summer"), Tag("dress", "bot"))
    assert decision.codes == ("translated", "tagged")
    assert [(event.name, event.at, event.facts) for event in decision.events] == [
        ("inventory.entered", NOW, {"languages": ("en",)})
    ]
