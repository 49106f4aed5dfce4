"""Where we sell, what we want to stand there, and what stands there."""

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Any

from attrs import evolve, field, fields, frozen

from crossborder.errors import IllegalMove
from crossborder.model.check import checked, refuse
from crossborder.model.currency import currency_code
from crossborder.model.extra import Extra
from crossborder.model.ids import ListingId, ProductId, Ref, SkuId
from crossborder.model.measure import Weight
from crossborder.model.money import Money, Price
from crossborder.model.product import Image, Option

__all__ = [
    "DraftVariant",
    "Fee",
    "FeeRule",
    "Listing",
    "ListingDraft",
    "ListingRules",
    "ListingStatus",
    "PayoutTerms",
    "Platform",
    "PlatformKind",
]


class PlatformKind(StrEnum):
    """What kind of place it is."""

    SELF_HOSTED = "self_hosted"
    HOSTED = "hosted"
    MARKETPLACE = "marketplace"


class Fee(StrEnum):
    """What the platform takes money for."""

    SUBSCRIPTION = "subscription"
    COMMISSION = "commission"
    PAYMENT = "payment"
    FULFILMENT = "fulfilment"
    ADVERTISING = "advertising"
    FIXED = "fixed"


@frozen(field_transformer=checked)
class FeeRule:
    """One fee: a share of the price, a fixed sum an order, or both.

    Attributes:
        kind: what it is for.
        share: fraction of the selling price (0.15 is 15 %).
        fixed: for each order, or None.
        monthly: each month, spread over orders by the caller, or None.
        source: the page it was read from.
    """

    kind: Fee
    share: Decimal = Decimal(0)
    fixed: Money | None = None
    monthly: Money | None = None
    source: str = ""


@frozen(field_transformer=checked)
class PayoutTerms:
    """When the platform lets go of the money (压款, 回款).

    Attributes:
        delay: from the order to the payout.
        reserve_share: fraction held back longer.
        reserve_delay: how much longer the reserve is held.
        source: the page it was read from.
    """

    delay: timedelta = timedelta(0)
    reserve_share: Decimal = Decimal(0)
    reserve_delay: timedelta = timedelta(0)
    source: str = ""


@frozen(field_transformer=checked)
class ListingRules:
    """What the platform accepts in a listing.

    Attributes:
        max_title: characters.
        max_variants: SKUs in one listing.
        max_images: pictures in one listing.
        max_options: kinds of choice.
        languages: accepted languages; empty means any.
        currencies: accepted currencies; empty means any.
        required: attributes that must stand in the draft.
        forbidden_words: words that may not stand in a title.
        min_price: lowest price, or None.
        source: the page it was read from.
    """

    max_title: int = 255
    max_variants: int = 100
    max_images: int = 20
    max_options: int = 3
    languages: frozenset[str] = frozenset()
    currencies: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    forbidden_words: frozenset[str] = frozenset()
    min_price: Price | None = None
    source: str = ""


@frozen(field_transformer=checked)
class Platform:
    """A place to sell, with its fees, rules and payout terms."""

    id: str
    name: str
    kind: PlatformKind
    currency: str = field(validator=currency_code)
    fees: tuple[FeeRule, ...] = ()
    rules: ListingRules = field(factory=ListingRules)
    payout: PayoutTerms = field(factory=PayoutTerms)
    traffic_cost: Money | None = None
    """What one order's worth of visitors costs there, or None when the place brings its own."""


@frozen(field_transformer=checked)
class DraftVariant:
    """One SKU of a draft.

    Attributes:
        sku_id: our SKU, which the platform shows as its SKU text.
        price: what the buyer pays for one.
        quantity: pieces offered.
        options: the choices, translated.
        barcode: GTIN, or None.
        weight: packed weight, or None.
    """

    sku_id: SkuId
    price: Price
    quantity: int
    options: tuple[Option, ...] = ()
    barcode: str | None = None
    weight: Weight | None = None


@frozen(field_transformer=checked)
class ListingDraft:
    """What we want to stand on a platform; complete: what is missing here is to be gone there.

    Attributes:
        sku: our key of the listing on the platform (the natural key for repeats).
        product_id: our product.
        platform: the platform's id.
        title: in `language`.
        language: BCP 47 tag.
        variants: at least one.
        description_html: sanitised HTML.
        images: main one first.
        category: the platform's category, as text.
        brand: or empty.
        tags: for the platform's search.
        attributes: further attributes by name.
        live: whether it is to be seen by buyers.
    """

    sku: str
    product_id: ProductId
    platform: str
    title: str
    language: str
    variants: tuple[DraftVariant, ...]
    description_html: str = ""
    images: tuple[Image, ...] = ()
    category: str = ""
    brand: str = ""
    tags: tuple[str, ...] = ()
    attributes: Extra = field(factory=Extra)
    live: bool = True

    def __attrs_post_init__(self) -> None:
        if not self.variants:
            raise refuse(self, "variants", self.variants, "must hold at least one SKU")
        ids = [variant.sku_id for variant in self.variants]
        if len(set(ids)) < len(ids):
            raise refuse(self, "variants", ids, "has two of one SKU")
        currencies = {variant.price.currency for variant in self.variants}
        if len(currencies) > 1:
            raise refuse(self, "variants", sorted(currencies), "must be priced in one currency")

    @property
    def digest(self) -> str:
        """Sixteen hex digits of everything in the draft: equal drafts, equal digest."""
        text = repr(_plain(self))
        return sha256(text.encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    """A value as tuples and texts, such that equal values have one repr: 1.5 is 1.50."""
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, int | Decimal):
        return Decimal(value).as_integer_ratio()
    if isinstance(value, Extra):
        return sorted((name, _plain(item)) for name, item in value.items())
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    if isinstance(value, Weight):
        return value.grams
    return tuple(_plain(getattr(value, item.name)) for item in fields(type(value)))


class ListingStatus(StrEnum):
    """Where a listing stands."""

    DRAFT = "draft"
    REVIEW = "review"
    READY = "ready"
    SUBMITTED = "submitted"
    LIVE = "live"
    PAUSED = "paused"
    REJECTED = "rejected"
    ENDED = "ended"


_LISTING_MOVES = {
    ListingStatus.DRAFT: {ListingStatus.REVIEW, ListingStatus.ENDED},
    ListingStatus.REVIEW: {ListingStatus.READY, ListingStatus.REJECTED, ListingStatus.DRAFT},
    ListingStatus.READY: {ListingStatus.SUBMITTED, ListingStatus.REVIEW, ListingStatus.ENDED},
    ListingStatus.SUBMITTED: {ListingStatus.LIVE, ListingStatus.REJECTED, ListingStatus.PAUSED},
    ListingStatus.REJECTED: {ListingStatus.DRAFT, ListingStatus.ENDED},
    ListingStatus.LIVE: {ListingStatus.PAUSED, ListingStatus.ENDED, ListingStatus.SUBMITTED},
    ListingStatus.PAUSED: {ListingStatus.LIVE, ListingStatus.ENDED, ListingStatus.SUBMITTED},
    ListingStatus.ENDED: set[ListingStatus](),
}


@frozen(field_transformer=checked)
class Listing:
    """What stands on a platform, as last sent and last seen.

    Attributes:
        id: our id.
        sku: our key of the listing on the platform.
        platform: the platform's id.
        ref: the platform's id of it.
        status: where it stands.
        digest: of the draft last sent, or empty when unknown.
        paused_for: stock, price, policy or manual, while paused.
        variant_refs: the platform's ids of the SKUs, by SKU id.
        native: the platform's own status word.
        url: where a buyer sees it, or None.
        seen_at: when the platform last told us, or None.
        extra: what the platform said beyond this.
    """

    id: ListingId
    sku: str
    platform: str
    ref: Ref
    status: ListingStatus
    digest: str = ""
    paused_for: str = ""
    variant_refs: Extra = field(factory=Extra)
    native: str = ""
    url: str | None = None
    seen_at: datetime | None = None
    extra: Extra = field(factory=Extra)

    def moved(self, status: ListingStatus, *, paused_for: str = "") -> "Listing":
        """The listing in another status; `IllegalMove` when there is no such step."""
        if status is not self.status and status not in _LISTING_MOVES[self.status]:
            raise IllegalMove(
                f"cannot follow {self.status.value}",
                field="status",
                value=status.value,
                source="Listing",
            )
        return evolve(self, status=status, paused_for=paused_for)
