"""YunExpress's answers as our nouns; what tracks a parcel is in `reader`."""

import re
from datetime import timedelta
from typing import Any

from attrs import evolve

from crossborder.adapters.yunexpress.rules import CANCELLED, CURRENCIES, LABELS, VENDOR
from crossborder.errors import InvalidValue
from crossborder.model.carriage import Label, Quote, ShipmentRequest
from crossborder.model.extra import Extra
from crossborder.model.ids import Ref, ShipmentId
from crossborder.model.money import Price
from crossborder.model.shipment import Leg, Shipment
from crossborder.wire.payload import Payload

__all__ = [
    "asked",
    "booked",
    "cancelled",
    "found",
    "label",
    "legs",
    "ours",
    "quotes",
    "transit",
]

_DAYS = re.compile(
    r"\s*([0-9]{1,3})\s*(?:[-~–—至]\s*([0-9]{1,3}))?\s*(?:days?|天|工作日)?\s*", re.IGNORECASE
)
# A booking does not name who carries the last mile when it gives the number of it.
_LAST_MILE = "last_mile"


def legs(waybill: str, tracking: str, line: str = "", carrier: str = "") -> tuple[Leg, ...]:
    """The vendor's leg, and the last mile's where its number differs; it may come days later.

    >>> [leg.carrier for leg in legs("YT1", "3S1", carrier="Royal Mail")]
    ['yunexpress', 'royal_mail']
    """
    first = Leg(VENDOR, number=waybill, line=line)
    if tracking == waybill:
        return (first,)
    return first, Leg("_".join(carrier.casefold().split()) or _LAST_MILE, number=tracking)


def booked(answer: Any, request: ShipmentRequest) -> Shipment:
    """The parcel of an accepted order; bar codes and the remote-area flag are in `extra`."""
    return _parcel(Payload(answer, source=VENDOR).one("result"), request)


def found(answer: Any, request: ShipmentRequest) -> Shipment | None:
    """The parcel of a looked-up order, or None when the order found is another one.

    The look-up takes our number, the waybill and the last-mile number alike: only an order whose
    own reference is ours is the one that was asked for.
    """
    result = Payload(answer, source=VENDOR).maybe_one("result")
    if result is None or result.maybe_text("customer_order_number") != request.id:
        return None
    return _parcel(result, request)


def cancelled(shipment: Shipment) -> bool:
    """Whether a looked-up order was cancelled before."""
    return shipment.extra.get("status") == CANCELLED


def _parcel(result: Payload, request: ShipmentRequest) -> Shipment:
    waybill = result.text("waybill_number")
    tracking = result.maybe_text("tracking_number") or ""
    return Shipment(
        ShipmentId(request.id),
        VENDOR,
        waybill,
        order_id=request.order_id,
        legs=legs(waybill, tracking, request.line),
        line=request.line,
        refs=(Ref(VENDOR, waybill),),
        extra=result.unread(),
    )


def quotes(answer: Any) -> tuple[Quote, ...]:
    """The prices of an answer, in its order; one product may stand there under several fees."""
    return tuple(_quote(row) for row in Payload(answer, source=VENDOR).each("result"))


def _quote(row: Payload) -> Quote:
    stated = row.maybe_text("interval_day")
    return Quote(
        row.text("product_code"),
        row.maybe_text("product_name") or row.text("product_code"),
        _price(row),
        transit(stated or ""),
        VENDOR,
        Extra({**row.unread(), "interval_day": stated}),
    )


def _price(row: Payload) -> Price:
    amount, currency = row.decimal("calculate_amount"), row.text("currency")
    try:
        return Price(amount, CURRENCIES.get(currency.upper(), currency.upper()))
    except InvalidValue as error:
        name = "currency" if error.field == "currency" else "calculate_amount"
        raise row.refuse(name, row.raw(name), error.text) from None


def transit(text: str) -> tuple[timedelta, timedelta] | None:
    """Fastest and slowest of an interval in days; None where it is none.

    >>> transit("3-8")
    (datetime.timedelta(days=3), datetime.timedelta(days=8))
    """
    match = _DAYS.fullmatch(text)
    if match is None:
        return None
    fastest = timedelta(days=int(match[1]))
    slowest = timedelta(days=int(match[2] or match[1]))
    return (fastest, slowest) if fastest <= slowest else None


def label(answer: Any, number: str) -> Label:
    """The label, by address or by content.

    Raises:
        Unreadable: it has neither.
    """
    result = Payload(answer, source=VENDOR).one("result")
    url, content = result.maybe_text("url"), result.maybe_text("label_string")
    if not (url or content):
        raise result.refuse("url", None, "is missing, as is the content")
    kind = (result.maybe_text("label_type") or "").upper()
    return Label(
        result.maybe_text("order_number") or number,
        LABELS.get(kind, "application/octet-stream"),
        url or None,
        content or None,
    )


def asked(shipment: Shipment, read: tuple[Shipment, ...]) -> Shipment | None:
    """Of the parcels of an answer the one that was asked for, else the first, or None."""
    same = (one for one in read if one.number == shipment.number)
    return next(same, read[0] if read else None)


def ours(mine: Shipment, read: Shipment) -> Shipment:
    """What was read of our parcel, with all that is ours kept, and a last-mile number that came.

    Ours are the id, the order, the ship date, the promise and the line; YunExpress's are the events
    and the state.
    """
    last = [leg for leg in read.legs[1:] if leg.number not in mine.numbers]
    waiting = [leg for leg in mine.legs if leg.number or not last]
    return evolve(
        mine,
        legs=(*waiting, *last) if mine.legs else read.legs,
        events=read.events,
        state=read.state,
        extra=Extra({**mine.extra, VENDOR: read.extra}),
    )
