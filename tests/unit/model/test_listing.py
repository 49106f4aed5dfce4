from decimal import Decimal
from itertools import product

import pytest
from attrs import evolve
from hypothesis import given

from crossborder.errors import IllegalMove, InvalidValue
from crossborder.model.ids import ListingId, ProductId, Ref, SkuId
from crossborder.model.listing import (
    DraftVariant,
    Listing,
    ListingDraft,
    ListingStatus,
    Platform,
    PlatformKind,
)
from crossborder.model.measure import Weight
from crossborder.model.money import Price
from crossborder.model.product import Image
from crossborder.testing.strategies import listing_drafts

VARIANT = DraftVariant(SkuId("s1"), Price("9.99", "USD"), 3)


def _draft(**changed: object) -> ListingDraft:
    given: dict[str, object] = {
        "sku": "umbrella",
        "product_id": ProductId("p"),
        "platform": "shop",
        "title": "Umbrella",
        "language": "en",
        "variants": (VARIANT,),
    }
    return ListingDraft(**(given | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("variants", "said"),
    [
        ((), "must hold at least one SKU"),
        ((VARIANT, evolve(VARIANT, quantity=1)), "has two of one SKU"),
        (
            (VARIANT, DraftVariant(SkuId("s2"), Price("9", "EUR"), 1)),
            "must be priced in one currency",
        ),
    ],
)
def test_a_draft_that_cannot_be_is_refused(variants: tuple[DraftVariant, ...], said: str) -> None:
    with pytest.raises(InvalidValue, match=said) as caught:
        _draft(variants=variants)
    assert (caught.value.field, caught.value.source) == ("variants", "ListingDraft")


def test_a_platforms_currency_is_a_currency() -> None:
    with pytest.raises(InvalidValue, match="ISO 4217") as caught:
        Platform("shop", "Shop", PlatformKind.HOSTED, "DOLLAR")
    assert (caught.value.field, caught.value.value) == ("currency", "DOLLAR")


@given(listing_drafts(), listing_drafts())
def test_equal_drafts_have_equal_digests_and_others_do_not(
    one: ListingDraft, other: ListingDraft
) -> None:
    assert len(one.digest) == 16
    assert evolve(one).digest == one.digest
    assert (one.digest == other.digest) == (one == other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            {"variants": (evolve(VARIANT, price=Price("9.990", "USD")),)},
            {"variants": (VARIANT,)},
        ),
        (
            {"variants": (evolve(VARIANT, weight=Weight.kg("0.2")),)},
            {"variants": (evolve(VARIANT, weight=Weight(200)),)},
        ),
        (
            {"attributes": {"Length": Decimal("1.50"), "Parts": {"b": 2, "a": 1}}},
            {"attributes": {"Parts": {"a": 1, "b": 2}, "Length": Decimal("1.5")}},
        ),
    ],
    ids=["price", "weight", "attributes"],
)
def test_what_is_equal_has_one_digest_however_it_was_written(
    one: dict[str, object], other: dict[str, object]
) -> None:
    assert _draft(**one) == _draft(**other)
    assert _draft(**one).digest == _draft(**other).digest


@pytest.mark.parametrize(
    "changed",
    [
        {"sku": "umbrella-2"},
        {"product_id": ProductId("p2")},
        {"platform": "market"},
        {"title": "Umbrellas"},
        {"language": "de"},
        {"variants": (evolve(VARIANT, quantity=4),)},
        {"variants": (evolve(VARIANT, price=Price("10", "USD")),)},
        {"description_html": "<p>dry</p>"},
        {"images": (Image("https://img.test/1.jpg"),)},
        {"category": "rain"},
        {"brand": "Dry"},
        {"tags": ("rain",)},
        {"attributes": {"Colour": "red"}},
        {"live": False},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_the_digest_changes_with_every_part_of_the_draft(
    changed: dict[str, object],
) -> None:
    assert _draft(**changed).digest != _draft().digest


S = ListingStatus
# The road of a listing; beside it a draft may be taken back, an edit submitted again, and
# anything that stands may end.
MOVES = {
    (S.DRAFT, S.REVIEW),
    (S.REVIEW, S.READY),
    (S.READY, S.SUBMITTED),
    (S.SUBMITTED, S.LIVE),
    (S.SUBMITTED, S.REJECTED),
    (S.LIVE, S.PAUSED),
    (S.PAUSED, S.LIVE),
    (S.LIVE, S.ENDED),
    (S.PAUSED, S.ENDED),
    (S.DRAFT, S.ENDED),
    (S.REVIEW, S.DRAFT),
    (S.REVIEW, S.REJECTED),
    (S.READY, S.REVIEW),
    (S.READY, S.ENDED),
    (S.SUBMITTED, S.PAUSED),
    (S.REJECTED, S.DRAFT),
    (S.REJECTED, S.ENDED),
    (S.LIVE, S.SUBMITTED),
    (S.PAUSED, S.SUBMITTED),
}


@pytest.mark.parametrize(("old", "new"), list(product(S, S)))
def test_a_listing_makes_every_legal_move_and_no_other(
    old: ListingStatus, new: ListingStatus
) -> None:
    listing = Listing(ListingId("1"), "umbrella", "shop", Ref("shop", "9"), old)
    if old is new or (old, new) in MOVES:
        moved = listing.moved(new, paused_for="stock" if new is S.PAUSED else "")
        assert moved.status is new
        assert moved.paused_for == ("stock" if new is S.PAUSED else "")
    else:
        with pytest.raises(IllegalMove) as caught:
            listing.moved(new)
        error = caught.value
        assert (error.field, error.value, error.source) == ("status", new.value, "Listing")
        assert error.text == f"cannot follow {old.value}"


def test_a_listing_that_goes_on_is_paused_for_nothing() -> None:
    paused = Listing(ListingId("1"), "u", "shop", Ref("shop", "9"), S.PAUSED, paused_for="stock")
    assert paused.moved(S.LIVE).paused_for == ""
