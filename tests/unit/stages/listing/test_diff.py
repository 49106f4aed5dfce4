from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from crossborder.errors import InvalidValue
from crossborder.model.ids import ListingId, ProductId, Ref, SkuId
from crossborder.model.listing import DraftVariant, Listing, ListingDraft, ListingStatus
from crossborder.model.money import Price
from crossborder.stages.listing import ChangeKind, diff

VARIANT = DraftVariant(SkuId("red"), Price(Decimal("18.99"), "USD"), 5)
DRAFT = ListingDraft("p1", ProductId("p1"), "shop", "Long Summer Dress", "en", (VARIANT,))
HIDDEN = evolve(DRAFT, live=False)


def listing(status: ListingStatus, digest: str, **fields: Any) -> Listing:
    ref = Ref("shop", "1")
    return Listing(ListingId("l"), "p1", "shop", ref, status, digest, **fields)


SAME = DRAFT.digest


@pytest.mark.parametrize(
    ("status", "digest", "paused_for", "kind", "code"),
    [
        (ListingStatus.LIVE, SAME, "", ChangeKind.NOTHING, "same"),
        (ListingStatus.SUBMITTED, SAME, "", ChangeKind.NOTHING, "same"),
        (ListingStatus.LIVE, "other", "", ChangeKind.UPDATE, "changed"),
        (ListingStatus.LIVE, "", "", ChangeKind.UPDATE, "unknown_digest"),
        (ListingStatus.PAUSED, SAME, "stock", ChangeKind.UPDATE, "not_live"),
        (ListingStatus.PAUSED, "other", "policy", ChangeKind.NOTHING, "paused_by_policy"),
        (ListingStatus.REJECTED, SAME, "", ChangeKind.NOTHING, "rejected_as_it_is"),
        (ListingStatus.REJECTED, "other", "", ChangeKind.UPDATE, "changed"),
        (ListingStatus.ENDED, SAME, "", ChangeKind.CREATE, "absent"),
    ],
)
def test_a_draft_to_be_seen_asks_for_no_more_than_is_needed(
    status: ListingStatus, digest: str, paused_for: str, kind: ChangeKind, code: str
) -> None:
    decision = diff(DRAFT, listing(status, digest, paused_for=paused_for))
    assert (decision.value, decision.codes) == (kind, (code,))


def test_what_does_not_stand_there_is_created_if_it_is_to_be_seen() -> None:
    assert diff(DRAFT, None).value is ChangeKind.CREATE
    assert diff(HIDDEN, None).value is ChangeKind.NOTHING


@pytest.mark.parametrize("status", list(ListingStatus))
def test_what_is_to_be_gone_is_delisted_only_where_it_is_seen(status: ListingStatus) -> None:
    seen = status in (ListingStatus.LIVE, ListingStatus.SUBMITTED)
    wanted = ChangeKind.DELIST if seen else ChangeKind.NOTHING
    assert diff(HIDDEN, listing(status, SAME)).value is wanted


@pytest.mark.parametrize(
    "field", ["title", "description_html", "brand", "category", "language", "live"]
)
def test_every_part_of_a_draft_makes_an_update(field: str) -> None:
    change: dict[str, Any] = {field: False if field == "live" else "new"}
    changed = evolve(DRAFT, **change)
    kind = diff(changed, listing(ListingStatus.LIVE, SAME)).value
    assert kind is (ChangeKind.DELIST if field == "live" else ChangeKind.UPDATE)


def test_a_listing_of_another_key_or_platform_is_refused() -> None:
    with pytest.raises(InvalidValue, match="sku is not p9"):
        diff(evolve(DRAFT, sku="p9"), listing(ListingStatus.LIVE, SAME))
    with pytest.raises(InvalidValue, match="platform is not other"):
        diff(evolve(DRAFT, platform="other"), listing(ListingStatus.LIVE, SAME))
