"""What the pretend vendor is asked, made out of nouns."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from crossborder.conversation import Request
from crossborder.model.money import Price
from crossborder.model.place import Address
from crossborder.model.purchase import Purchase
from crossborder.model.shipment import Shipment
from crossborder.protocols.inventory import StockLevel
from crossborder.serial import unstructure

__all__ = ["body", "keyed", "levels", "money", "numbers", "page", "purchase"]


def keyed(request: Request, key: str) -> Request:
    """The operation key, where the pretend vendor looks for it."""
    return request.with_headers({"Operation-Key": key})


def body(noun: Any) -> Any:
    """A noun as the pretend vendor's JSON."""
    return unstructure(noun)


def purchase(wanted: Purchase, ship_to: Address) -> dict[str, Any]:
    """What to buy, and where it goes."""
    return {"purchase": unstructure(wanted), "ship_to": unstructure(ship_to)}


def levels(wanted: Iterable[StockLevel]) -> dict[str, Any]:
    """Quantities to set."""
    return {"levels": [unstructure(level) for level in wanted]}


def money(amount: Price, reason: str = "") -> dict[str, Any]:
    """An amount to capture or give back."""
    return {"money": unstructure(amount), "reason": reason}


def numbers(shipments: Iterable[Shipment]) -> dict[str, Any]:
    """The numbers of parcels to follow."""
    return {"numbers": [shipment.number for shipment in shipments]}


def page(since: datetime | None, cursor: str | None) -> dict[str, str]:
    """Where a list is to begin."""
    query = {"since": since.isoformat()} if since is not None else {}
    return {**query, "cursor": cursor} if cursor is not None else query
