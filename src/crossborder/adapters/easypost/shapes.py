"""EasyPost's answers as our nouns; what tracks a parcel is in `reader`."""

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from crossborder.adapters.easypost.calls import carrier_name
from crossborder.adapters.easypost.rules import VENDOR
from crossborder.model.extra import Extra
from crossborder.model.ids import Ref
from crossborder.model.outcome import Done
from crossborder.model.shipment import Shipment
from crossborder.wire.payload import Payload

__all__ = ["after", "newest", "ours", "ref_of", "registered", "standing"]


def registered(answer: Any, shipment: Shipment) -> Done[Shipment]:
    """The parcel with EasyPost's id; whether it was new is not told, and scans come later."""
    return Done(_known(shipment, Payload(answer, source=VENDOR).text("id")))


def standing(answer: Any, shipment: Shipment, carriers: Mapping[str, str]) -> Done[Shipment] | None:
    """The newest tracker of a number and its carrier in a list, or None."""
    for item in Payload(answer, source=VENDOR).each("trackers"):
        if item.text("tracking_code") != shipment.number:
            continue
        if shipment.carrier not in carriers or _same(item, shipment, carriers):
            return Done(_known(shipment, item.text("id")))
    return None


def _same(item: Payload, shipment: Shipment, carriers: Mapping[str, str]) -> bool:
    return carrier_name(item.maybe_text("carrier"), carriers) == shipment.carrier


def _known(shipment: Shipment, ref: str) -> Shipment:
    """The parcel with EasyPost's id of it."""
    others = tuple(one for one in shipment.refs if one.vendor != VENDOR)
    return evolve(shipment, refs=(*others, Ref(VENDOR, ref)))


def ref_of(shipment: Shipment) -> str:
    """EasyPost's id of a parcel, or empty."""
    return next((one.value for one in shipment.refs if one.vendor == VENDOR), "")


def after(answer: Any) -> str:
    """The last tracker of a page that others follow; empty at the end."""
    page = Payload(answer, source=VENDOR)
    items = page.each("trackers")
    return items[-1].text("id") if page.flag("has_more") and items else ""


def newest(
    shipment: Shipment, read: tuple[Shipment, ...], carriers: Mapping[str, str]
) -> Shipment | None:
    """Of the trackers of one number, newest first, that of the parcel's carrier, else the first."""
    mine = [one for one in read if one.number == shipment.number]
    same = [one for one in mine if one.carrier == shipment.carrier]
    if shipment.carrier in carriers and mine and not same:
        return None
    return next(iter(same or mine), None)


def ours(mine: Shipment, read: Shipment) -> Shipment:
    """What was read of our parcel, with all that is ours kept.

    Ours are the id, the carrier, the order, the ship date, the promise and the line; EasyPost's
    are the events, the state and the expected day.
    """
    known = _known(mine, read.refs[0].value) if read.refs else mine
    return evolve(
        known,
        legs=read.legs or mine.legs,
        events=read.events,
        state=read.state,
        expected=read.expected or mine.expected,
        extra=Extra({**mine.extra, VENDOR: read.extra}),
    )
