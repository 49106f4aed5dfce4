"""Nouns as the variables of the documents: pure, and the same for the same noun."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from attrs import evolve

from crossborder.adapters.shopify.rules import SOURCE
from crossborder.adapters.shopify.shapes.fulfilment import Allocation
from crossborder.adapters.shopify.shapes.refund import Share
from crossborder.conversation import Request
from crossborder.model.ids import digest
from crossborder.model.listing import DraftVariant, ListingDraft
from crossborder.model.order import Fulfilment, Order
from crossborder.model.product import Image
from crossborder.protocols.inventory import StockLevel
from crossborder.wire.text import read_json, write_json

__all__ = [
    "dispatch",
    "handle",
    "keyed",
    "mark",
    "product",
    "refund",
    "since",
    "stock",
]

_NOT_PLAIN = re.compile(r"[^a-z0-9]+")
_PICTURES = {".jpg": "jpg", ".jpeg": "jpg", ".png": "png", ".webp": "webp", ".gif": "gif"}
_TAXONOMY = "gid://shopify/TaxonomyCategory/"
_HANDLE = 200


def handle(sku: str) -> str:
    """The product's handle: our key, written as Shopify writes handles.

    Two keys never share one: where the plain form loses something, a piece of the key's digest
    is put behind it.

    >>> handle("tea-cup"), handle("Tea cup")
    ('tea-cup', 'tea-cup-8434b5d3')
    """
    ascii_only = unicodedata.normalize("NFKD", sku).encode("ascii", "ignore").decode()
    plain = _NOT_PLAIN.sub("-", ascii_only.casefold()).strip("-")[:_HANDLE].strip("-")
    return plain if plain == sku else f"{plain}-{digest('handle', sku)[:8]}".strip("-")


def keyed(request: Request, key: str) -> Request:
    """The request with the operation key among its variables, in the form of a UUID.

    Shopify recommends UUIDs; the digest of the operation key is as long and as unlikely to meet
    another.
    """
    body = read_json(request.content, source=SOURCE)
    hexed = digest("idempotent", key)
    parts = (hexed[:8], hexed[8:12], hexed[12:16], hexed[16:20], hexed[20:])
    body["variables"] = {**body["variables"], "key": "-".join(parts)}
    return evolve(request, content=write_json(body).encode())


def product(draft: ListingDraft, *, location: str) -> dict[str, Any]:
    """The variables of `productSet`.

    Lists are complete: Shopify deletes what is missing in them. Metafields and collections are
    left out on purpose, as other apps keep theirs there.
    """
    stated: dict[str, Any] = {
        "handle": handle(draft.sku),
        "title": draft.title,
        "descriptionHtml": draft.description_html,
        "vendor": draft.brand,
        "tags": list(draft.tags),
        "status": "ACTIVE" if draft.live else "DRAFT",
        "files": [_file(image) for image in draft.images],
        "productOptions": _options(draft.variants),
        "variants": [_variant(variant, location) for variant in draft.variants],
    }
    if draft.category.startswith(_TAXONOMY):
        stated["category"] = draft.category
    else:
        stated["productType"] = draft.category
    return {"identifier": {"handle": handle(draft.sku)}, "input": stated}


def _chosen(variant: DraftVariant) -> list[tuple[str, str]]:
    # Shopify wants one option at least; this pair is its own spelling of "no choice".
    return [(option.shown_name, option.shown_value) for option in variant.options] or [
        ("Title", "Default Title")
    ]


def _options(variants: Iterable[DraftVariant]) -> list[dict[str, Any]]:
    values: dict[str, dict[str, None]] = {}
    for variant in variants:
        for name, value in _chosen(variant):
            values.setdefault(name, {})[value] = None
    return [
        {"name": name, "position": place, "values": [{"name": value} for value in found]}
        for place, (name, found) in enumerate(values.items(), 1)
    ]


def _variant(variant: DraftVariant, location: str) -> dict[str, Any]:
    item: dict[str, Any] = {"tracked": True, "requiresShipping": True}
    if variant.weight is not None:
        weight = {"unit": "GRAMS", "value": variant.weight.grams}
        item["measurement"] = {"weight": weight}
    stated: dict[str, Any] = {
        "sku": variant.sku_id,
        "price": f"{variant.price.amount:f}",
        "barcode": variant.barcode,
        "inventoryItem": item,
        "inventoryPolicy": "DENY",
        "optionValues": [{"optionName": name, "name": value} for name, value in _chosen(variant)],
    }
    if location:
        stated["inventoryQuantities"] = [
            {"locationId": location, "name": "available", "quantity": variant.quantity}
        ]
    return stated


def _file(image: Image) -> dict[str, Any]:
    """A picture by address; named by it, so that a repeat replaces the file and adds none."""
    stated: dict[str, Any] = {"originalSource": image.url, "contentType": "IMAGE"}
    path = urlsplit(image.url).path.casefold()
    for ending, kind in _PICTURES.items():
        if path.endswith(ending):
            stated["filename"] = f"{digest('image', image.url)[:16]}.{kind}"
            stated["duplicateResolutionMode"] = "REPLACE"
    return stated


def mark(draft: ListingDraft, product_id: str) -> dict[str, Any]:
    """The variables that note, on the product itself, which draft stands there."""
    values = (
        ("digest", "single_line_text_field", draft.digest),
        ("attributes", "json", write_json(draft.attributes)),
    )
    return {
        "metafields": [
            {
                "ownerId": product_id,
                "namespace": "crossborder",
                "key": key,
                "type": kind,
                "value": value,
            }
            for key, kind, value in values
        ]
    }


def stock(levels: Sequence[StockLevel], items: Sequence[str], *, location: str) -> dict[str, Any]:
    """The variables of `inventorySetQuantities`, `key` apart.

    `changeFromQuantity` is always there: since 2026-04 an explicit null says "whatever stands
    there", and leaving it out is an error.
    """
    quantities = [
        {
            "inventoryItemId": item,
            "locationId": location,
            "quantity": level.quantity,
            "changeFromQuantity": level.was,
        }
        for level, item in zip(levels, items, strict=True)
    ]
    return {"input": {"name": "available", "reason": "correction", "quantities": quantities}}


def since(moment: datetime) -> str:
    """The search for orders changed at or after a moment.

    >>> since(datetime(2026, 11, 2, tzinfo=UTC))
    "updated_at:>='2026-11-02T00:00:00Z'"
    """
    # A part of a second is cut off, never rounded up: an order may come twice, never be missed.
    whole = moment.astimezone(UTC).isoformat(timespec="seconds")
    return f"updated_at:>='{whole.replace('+00:00', 'Z')}'"


def dispatch(fulfilment: Fulfilment, allocation: Allocation, *, notify: bool) -> dict[str, Any]:
    """The variables of `fulfillmentCreate`."""
    tracking: dict[str, Any] = {}
    if fulfilment.carrier:
        tracking["company"] = fulfilment.carrier
    if fulfilment.numbers:
        tracking["numbers"] = list(fulfilment.numbers)
    if fulfilment.url:
        tracking["urls"] = [fulfilment.url]
    stated: dict[str, Any] = {
        "notifyCustomer": notify,
        "lineItemsByFulfillmentOrder": [
            {
                "fulfillmentOrderId": name,
                "fulfillmentOrderLineItems": [
                    {"id": line, "quantity": pieces} for line, pieces in lines
                ],
            }
            for name, lines in allocation
        ],
    }
    if tracking:
        stated["trackingInfo"] = tracking
    return {"fulfillment": stated}


def refund(order: Order, shares: Sequence[Share], *, currency: str, reason: str) -> dict[str, Any]:
    """The variables of `refundCreate`, `key` apart: money only, no goods are put back."""
    stated: dict[str, Any] = {
        "orderId": order.ref.value,
        "currency": currency,
        "note": reason,
        "transactions": [
            {
                "orderId": order.ref.value,
                "parentId": share.transaction,
                "gateway": share.gateway,
                "kind": "REFUND",
                "amount": f"{share.amount:f}",
            }
            for share in shares
        ],
    }
    return {"input": stated}
