"""Our parcels as EasyPost's requests."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from crossborder.adapters.easypost.rules import PAGE
from crossborder.model.shipment import Shipment

__all__ = ["carrier_name", "looked_up", "page", "registration", "sought", "step"]

_NOBODY = "unknown"

# The oldest tracker that is looked for: a number may come back after a year.
_OLDEST = timedelta(days=365)


def carrier_name(stated: str | None, carriers: Mapping[str, str]) -> str:
    """Our name of a carrier, else EasyPost's, else `unknown`.

    >>> carrier_name("USPS", {"usps": "USPS"}), carrier_name("LaserShipV2", {})
    ('usps', 'LaserShipV2')
    """
    named = next((name for name, held in carriers.items() if held == stated), None)
    return named or stated or _NOBODY


def _theirs(shipment: Shipment, carriers: Mapping[str, str]) -> dict[str, str]:
    """The number, and the carrier where we are sure of EasyPost's name of it."""
    carrier = carriers.get(shipment.carrier)
    if carrier is None and shipment.carrier in carriers.values():
        carrier = shipment.carrier
    return {"tracking_code": shipment.number, **({"carrier": carrier} if carrier else {})}


def registration(shipment: Shipment, carriers: Mapping[str, str]) -> dict[str, Any]:
    """What is registered: EasyPost keeps nothing of ours beside it."""
    return {"tracker": _theirs(shipment, carriers)}


def step(shipment: Shipment) -> str:
    """The name of one registration."""
    return "/".join(("register", shipment.number, shipment.carrier))


def looked_up(shipment: Shipment, carriers: Mapping[str, str]) -> dict[str, str]:
    """The query for the trackers of a number that were created in the last month.

    No beginning is stated, so an older parcel under a number that came back is not taken for it.
    """
    return {**_theirs(shipment, carriers), **page()}


def sought(shipment: Shipment, carriers: Mapping[str, str], now: datetime) -> dict[str, str]:
    """The query for the trackers of a number since its parcel was shipped, or for a year.

    Both ends are stated: with one alone EasyPost searches a month from there.
    """
    begin = now - _OLDEST
    if shipment.ship_date is not None:
        # It may have been registered before it was handed over.
        begin = max(begin, shipment.ship_date - timedelta(days=30))
    since, until = (at.isoformat(timespec="seconds") for at in (begin, now))
    within = {"start_datetime": since, "end_datetime": until}
    return {**looked_up(shipment, carriers), **within}


def page(before: str = "") -> dict[str, str]:
    """The query for one page: the trackers created before that one, the newest first."""
    return {"page_size": str(PAGE), **({"before_id": before} if before else {})}
