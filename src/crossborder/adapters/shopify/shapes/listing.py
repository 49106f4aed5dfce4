"""A product of the shop as a `Listing`."""

from collections.abc import Iterable

from crossborder.adapters.shopify.rules import SOURCE
from crossborder.adapters.shopify.shapes.base import maybe_moment, readable
from crossborder.model.extra import Extra
from crossborder.model.ids import ListingId, Ref
from crossborder.model.listing import Listing, ListingStatus
from crossborder.wire.payload import Payload

__all__ = ["digest", "listing", "listing_status", "skus", "variant_refs"]

# An unlisted product can be bought by whoever has its address; a draft cannot be bought.
_STATUSES = {
    "ACTIVE": ListingStatus.LIVE,
    "UNLISTED": ListingStatus.LIVE,
    "DRAFT": ListingStatus.PAUSED,
    "ARCHIVED": ListingStatus.ENDED,
}


def listing_status(product: Payload) -> ListingStatus:
    """Where the product stands; a word that is not known is refused, never guessed."""
    word = product.text("status")
    if word not in _STATUSES:
        raise product.refuse("status", word, "is not a product status that is known")
    return _STATUSES[word]


def digest(product: Payload) -> str:
    """The digest of the draft that was last put there in full, or empty."""
    field = product.maybe_one("digest")
    return "" if field is None else field.maybe_text("value") or ""


def skus(variants: Iterable[Payload]) -> frozenset[str]:
    """The SKU texts that stand there."""
    return frozenset(filter(None, (variant.maybe_text("sku") for variant in variants)))


def variant_refs(variants: Iterable[Payload]) -> Extra:
    """By SKU: the ids of the variant and of its inventory item."""
    found: dict[str, Extra] = {}
    for variant in variants:
        sku = variant.maybe_text("sku")
        item = variant.one("inventoryItem").text("id")
        if sku:
            found[sku] = Extra({"variant": variant.text("id"), "inventory_item": item})
    return Extra(found)


def listing(product: Payload, variants: Iterable[Payload], *, sku: str) -> Listing:
    """What stands there under our key."""
    gid = product.text("id")
    status = listing_status(product)
    with readable(product.at):
        return Listing(
            ListingId(gid),
            sku,
            SOURCE,
            Ref(SOURCE, gid),
            status,
            digest=digest(product),
            variant_refs=variant_refs(variants),
            native=product.text("status"),
            url=product.maybe_text("onlineStoreUrl"),
            seen_at=maybe_moment(product, "updatedAt"),
            extra=Extra({"handle": product.text("handle"), "title": product.text("title")}),
        )
