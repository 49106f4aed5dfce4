"""Putting a draft on the shop, and what stands there."""

from attrs import evolve

from crossborder.adapters.shopify import calls
from crossborder.adapters.shopify.asking import ask, more, pages, write
from crossborder.adapters.shopify.shapes import base
from crossborder.adapters.shopify.shapes import listing as listings
from crossborder.conversation import Desk, Steps
from crossborder.model.listing import Listing, ListingDraft
from crossborder.model.outcome import Done, Outcome, Problem, Refused
from crossborder.wire.payload import Payload

__all__ = ["delist", "publish", "standing"]


def publish(
    desk: Desk, draft: ListingDraft, *, location: str | None, publication: str | None
) -> Steps[Outcome[Listing]]:
    """Set the product, put it on the publication, note the digest: in this order."""
    asked = {"identifier": {"handle": calls.handle(draft.sku)}}
    data = yield from ask(desk, "products.shop", asked)
    problem = _unfit(draft, data)
    if problem is not None:
        return Refused((problem,))
    primary = data.maybe_one("location")
    here = location or (primary.text("id") if primary else "")
    # Repeatable: `productSet` with an identifier updates what stands under it, so the same
    # input twice leaves the same product
    # (https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/productSet).
    data = yield from write(
        desk,
        "products.set",
        calls.product(draft, location=here),
        step="publish",
        repeatable=True,
        more_cost=2 + len(draft.variants) // 5 + 2 * len(draft.images),
    )
    payload = data.one("productSet")
    refused = base.problems(payload)
    if refused:
        return Refused(refused)
    product = payload.one("product")
    gid = product.text("id")
    if draft.live and publication is not None:
        # Repeatable: a product already on the publication stays there
        # (https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/publishablePublish).
        data = yield from write(
            desk,
            "products.expose",
            {"id": gid, "input": [{"publicationId": publication}]},
            step="expose",
            repeatable=True,
        )
        refused = base.problems(data.one("publishablePublish"))
        if refused:
            return Refused(refused)
    # Repeatable: it sets values whatever stood there
    # (https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/metafieldsSet).
    data = yield from write(
        desk, "products.mark", calls.mark(draft, gid), step="mark", repeatable=True
    )
    refused = base.problems(data.one("metafieldsSet"))
    if refused:
        return Refused(refused)
    listing = yield from _listing(desk, product, draft.sku)
    return Done(evolve(listing, digest=draft.digest))


def standing(desk: Desk, sku: str) -> Steps[Listing | None]:
    """What stands under our key, or None."""
    asked = {"identifier": {"handle": calls.handle(sku)}}
    data = yield from ask(desk, "products.find", asked)
    product = data.maybe_one("product")
    if product is None:
        return None
    return (yield from _listing(desk, product, sku))


def delist(desk: Desk, listing: Listing) -> Steps[Outcome[Listing]]:
    """Make the product a draft."""
    # Repeatable: it sets a status
    # (https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/productUpdate).
    data = yield from write(
        desk,
        "products.status",
        {"product": {"id": listing.ref.value, "status": "DRAFT"}},
        step="delist",
        repeatable=True,
    )
    payload = data.one("productUpdate")
    refused = base.problems(payload)
    if refused:
        return Refused(refused)
    product = payload.one("product")
    return Done(
        evolve(
            listing,
            status=listings.listing_status(product),
            paused_for="manual",
            native=product.text("status"),
            url=product.maybe_text("onlineStoreUrl"),
            seen_at=base.maybe_moment(product, "updatedAt"),
        )
    )


def _listing(desk: Desk, product: Payload, sku: str) -> Steps[Listing]:
    following = more(desk, "products.variants", product.text("id"), "product", "variants")
    variants = yield from pages(product.one("variants"), following)
    return listings.listing(product, variants, sku=sku)


def _unfit(draft: ListingDraft, data: Payload) -> Problem | None:
    """Why the draft must not be put there, by what stands in the shop; None when it may."""
    currency = data.one("shop").text("currencyCode")
    asked = draft.variants[0].price.currency
    if asked != currency:
        return Problem("currency", f"the shop sells in {currency}, not in {asked}", "variants")
    standing = data.maybe_one("product")
    if standing is None or listings.digest(standing):
        return None
    ours = {variant.sku_id for variant in draft.variants}
    if ours & listings.skus(standing.one("variants").each("nodes")):
        return None
    text = "a product of this handle stands there that shares no SKU with the draft"
    return Problem("handle_taken", text, "sku", raw=standing.text("id"))
