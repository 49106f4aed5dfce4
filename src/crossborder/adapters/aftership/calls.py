"""Our parcels as AfterShip's requests."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from crossborder.adapters.aftership.rules import BATCH, KEPT, PAGE
from crossborder.model.shipment import Shipment

__all__ = ["batches", "carrier_name", "page", "registration", "slug", "sought", "step"]

_NOBODY = "unknown"


def slug(carrier: str, carriers: Mapping[str, str]) -> str | None:
    """AfterShip's name of a carrier, or None: then it finds the carrier itself.

    Its names are ours with hyphens, unless a table says otherwise.

    >>> slug("china_post", {}), slug("correios", {"correios": "brazil-correios"}), slug("unknown", {})
    ('china-post', 'brazil-correios', None)
    """
    if carrier == _NOBODY:
        return None
    return carriers.get(carrier, carrier.replace("_", "-"))


def carrier_name(stated: str | None, carriers: Mapping[str, str]) -> str:
    """Our name of a carrier by AfterShip's; `unknown` where it names none or recognises none.

    >>> carrier_name("royal-mail", {}), carrier_name("unrecognized", {})
    ('royal_mail', 'unknown')
    """
    if not stated or stated == "unrecognized":
        return _NOBODY
    named = next((name for name, held in carriers.items() if held == stated), None)
    return named or stated.replace("-", "_")


def registration(shipment: Shipment, carriers: Mapping[str, str]) -> dict[str, Any]:
    """What is registered: the number, its carrier, the order, and our id in a field of our own.

    The last mile is told where we know its carrier and its number, and the day of shipping, which
    some carriers need to tell apart numbers that come back.
    """
    told: dict[str, Any] = {
        "tracking_number": shipment.number,
        "slug": slug(shipment.carrier, carriers),
        "order_id": shipment.order_id,
        "custom_fields": {"shipment": shipment.id},
    }
    if shipment.ship_date is not None:
        told["tracking_ship_date"] = f"{shipment.ship_date:%Y-%m-%d}"
    last = shipment.legs[-1] if shipment.legs else None
    if last is not None and last.number not in ("", shipment.number):
        further = slug(last.carrier, carriers)
        if further is not None:
            told["last_mile"] = {"tracking_number": last.number, "slug": further}
    return {name: value for name, value in told.items() if value is not None}


def step(shipment: Shipment) -> str:
    """The name of one registration: of two parcels under one number each has its own."""
    return "/".join(("register", shipment.number, shipment.carrier, shipment.id))


def batches(shipments: Iterable[Shipment]) -> Iterator[tuple[str, ...]]:
    """The numbers to look up, each once, as many as one call takes.

    A comma parts numbers in the query, so a number with one in it cannot be asked for.
    """
    numbers = dict.fromkeys(shipment.number for shipment in shipments)
    asked = [number for number in numbers if "," not in number]
    for place in range(0, len(asked), BATCH):
        yield tuple(asked[place : place + BATCH])


def sought(numbers: tuple[str, ...], now: datetime, cursor: str = "") -> dict[str, str]:
    """The query for these numbers, as far back as AfterShip remembers."""
    since = (now - KEPT).isoformat(timespec="seconds")
    return {"tracking_numbers": ",".join(numbers), "created_at_min": since, **page(cursor)}


def page(cursor: str = "") -> dict[str, str]:
    """The query for one page."""
    return {"limit": str(PAGE), **({"cursor": cursor} if cursor else {})}
