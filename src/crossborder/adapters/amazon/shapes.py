"""Amazon's answers as our nouns."""

from collections.abc import Mapping
from decimal import Decimal
from types import NoneType
from typing import Any

from crossborder.adapters.amazon.rules import COUNTS, VENDOR
from crossborder.errors import Unreadable
from crossborder.model.extra import Extra
from crossborder.protocols.inventory import HeldStock
from crossborder.wire.dates import instant
from crossborder.wire.payload import Payload
from crossborder.wire.text import read_json

__all__ = ["fba_notification", "summaries"]

_NOTIFIED = "FBA_INVENTORY_AVAILABILITY_CHANGES"


def summaries(answer: Any) -> tuple[tuple[HeldStock, ...], str | None]:
    """The stock of an answer of `getInventorySummaries`, and the token of its next page."""
    body = Payload(answer, source=VENDOR)
    payload = body.one("payload")
    around = payload.maybe_one("granularity")
    place = (around.maybe_text("granularityId") if around is not None else None) or ""
    found = tuple(_summary(item, place) for item in payload.each("inventorySummaries"))
    pages = body.maybe_one("pagination")
    return found, (pages.maybe_text("nextToken") if pages is not None else None) or None


def _summary(item: Payload, place: str) -> HeldStock:
    counts, odd = _counts(item, "inventoryDetails")
    sku, changed = item.text("sellerSku"), item.maybe_text("lastUpdatedTime")
    rest: dict[str, Any] = {}
    for name, value in item.unread().items():
        if _is_count(name):
            _walk(value, name, item.at, counts, rest)
        else:
            rest[name] = value
    path = item.path("lastUpdatedTime")
    return HeldStock(
        sku,
        Extra(counts),
        place,
        instant(changed, field=path, source=VENDOR) if changed else None,
        Extra({**rest, **({"inventoryDetails": odd} if odd else {})}),
    )


def fba_notification(body: bytes) -> tuple[HeldStock, ...]:
    """The stock of one SKU that a notification tells of: one for each marketplace.

    It comes by a queue of the seller's own and is not signed. Unlike a summary it splits neither
    unfulfillable nor researched pieces, and has no total of all.

    Raises:
        Unreadable: it is no `FBA_INVENTORY_AVAILABILITY_CHANGES`.
    """
    told = Payload(read_json(body, source=VENDOR), source=VENDOR)
    kind = told.text("NotificationType")
    if kind != _NOTIFIED:
        raise told.refuse("NotificationType", kind, f"is not {_NOTIFIED}")
    at = instant(told.text("EventTime"), field=told.path("EventTime"), source=VENDOR)
    payload = told.one("Payload")
    sku = payload.text("SKU")
    places = payload.each("FulfillmentInventoryByMarketplace")
    about = payload.unread()
    found = []
    for place in places:
        counts, odd = _counts(place, "FulfillmentInventory")
        marketplace = place.text("MarketplaceId")
        extra = {**about, **place.unread(), **({"FulfillmentInventory": odd} if odd else {})}
        found.append(HeldStock(sku, Extra(counts), marketplace, at, Extra(extra)))
    return tuple(found)


def _counts(item: Payload, name: str) -> tuple[dict[str, int], dict[str, Any]]:
    """Every number inside an object, by its dotted name; and whatever else stands there."""
    counts: dict[str, int] = {}
    odd: dict[str, Any] = {}
    inside = item.maybe_one(name)
    if inside is not None:
        _walk(item.raw(name), "", inside.at, counts, odd)
    return counts, odd


def _walk(value: Any, name: str, at: str, counts: dict[str, int], odd: dict[str, Any]) -> None:
    """Go through objects and named lists, also such as nobody knows yet.

    What is called a count must be a whole number. Under an unknown name a number is a count, and
    anything else is kept as it is.
    """
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _walk(inner, f"{name}.{key}" if name else str(key), at, counts, odd)
    elif isinstance(value, list | tuple) and all(_entry(one) for one in value):
        for one in value:
            _walk(one["quantity"], f"{name}.{one['name']}", at, counts, odd)
            rest = {key: kept for key, kept in one.items() if key not in ("name", "quantity")}
            if rest:
                odd[f"{name}.{one['name']}"] = rest
    elif (pieces := _whole(value)) is not None:
        # Two entries of one name are two parts of it.
        counts[name] = counts.get(name, 0) + pieces
    elif _is_count(name) and not isinstance(value, list | tuple | NoneType):
        said = "is not a whole number"
        raise Unreadable(said, field=f"{at}.{name}", value=value, source=VENDOR)
    elif value is not None:
        odd[name] = value


def _entry(value: Any) -> bool:
    named = isinstance(value, Mapping) and isinstance(value.get("name"), str)
    return named and "quantity" in value


def _is_count(name: str) -> bool:
    around, _, last = name.rpartition(".")
    return last.endswith("Quantity") or around.endswith("Breakdown") or name in COUNTS


def _whole(value: Any) -> int | None:
    """A whole number, also one written `12.0`; None for anything else."""
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        return int(value)
    return value if type(value) is int else None
