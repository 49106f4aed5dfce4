"""When AfterShip, or the carrier behind it, expects a parcel."""

import re
from datetime import datetime, timedelta, timezone

from crossborder.adapters.aftership.rules import VENDOR
from crossborder.errors import InvalidValue, NaiveTime
from crossborder.model.time import Window
from crossborder.model.tracking import Expected
from crossborder.wire.dates import instant
from crossborder.wire.payload import Payload

__all__ = ["expected"]

# All its days are those of the recipient, whose zone is not told: a day lasts from its beginning
# where the day begins first to its end where it ends last.
_FIRST, _LAST = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# The first day of somebody's clock (year 1, 1900, 1970) stands for no day.
_BEGIN = 1980


def expected(item: Payload, as_of: datetime) -> Expected | None:
    """The latest expectation that is stated, else the carrier's day; None where there is none.

    One that cannot be read is left out: the parcel is worth more than a guess at its day.
    """
    source = "carrier"
    latest = item.maybe_one("latest_estimated_delivery")
    ends = _ends(latest, "datetime", "datetime_min", "datetime_max")
    if latest is not None and ends:
        source = _source(latest.maybe_text("source") or "")
    carriers = item.maybe_one("courier_estimated_delivery_date")
    first, last = "estimated_delivery_date_min", "estimated_delivery_date_max"
    ends = ends or _ends(carriers, "estimated_delivery_date", first, last)
    plain = item.maybe_text("expected_delivery")
    ends = ends or ([plain] if plain else [])
    if not ends:
        return None
    try:
        spans = [_span(text) for text in ends]
        window = Window(spans[0][0], spans[-1][1])
    except InvalidValue:
        return None
    if window.earliest.year < _BEGIN:
        return None
    middle = window.earliest + (window.latest - window.earliest) / 2
    return Expected(window, middle, source, 0, as_of)


def _ends(stated: Payload | None, point: str, first: str, last: str) -> list[str]:
    """Both ends where both stand, else the one day."""
    if stated is None:
        return []
    both = [text for name in (first, last) if (text := stated.maybe_text(name))]
    one = stated.maybe_text(point)
    return both if len(both) == 2 else [one] if one else []


def _source(stated: str) -> str:
    """Whose word it is: the carrier's, the shop's own promise, or AfterShip's from past parcels.

    >>> _source("Carrier EDD"), _source("Order EDD"), _source("AfterShip EDD")
    ('carrier', 'promise', 'history')
    """
    word = stated.casefold()
    if "carrier" in word or "courier" in word:
        return "carrier"
    return "promise" if "order" in word or "custom" in word or "promise" in word else "history"


def _span(text: str) -> tuple[datetime, datetime]:
    """From when to when a stated time or day may be, wherever it is."""
    where, said = "expected", text.strip()
    if _DAY.fullmatch(said):
        start = instant(f"{said} 00:00", zone=_FIRST, field=where, source=VENDOR)
        return start, instant(f"{said} 24:00", zone=_LAST, field=where, source=VENDOR)
    try:
        moment = instant(said, field=where, source=VENDOR)
    except NaiveTime:
        first, last = (
            instant(said, zone=zone, field=where, source=VENDOR) for zone in (_FIRST, _LAST)
        )
        return first, last
    return moment, moment
