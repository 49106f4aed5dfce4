"""17TRACK's tracking answers and webhooks, read into parcels and problems.

One reader for the answer of `gettrackinfo` and for both webhooks, `TRACKING_UPDATED` and
`TRACKING_STOPPED`. A parcel or an event that cannot be read becomes a problem; the rest stands.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import evolve, field, frozen

from crossborder.adapters.track17.events import event, wall_clock
from crossborder.adapters.track17.rules import (
    CARRIERS,
    STATUSES,
    SUB_STATUSES,
    VENDOR,
    problem,
    refusals,
)
from crossborder.errors import InvalidValue
from crossborder.model.extra import Extra
from crossborder.model.ids import ShipmentId
from crossborder.model.outcome import Problem
from crossborder.model.shipment import Leg, Shipment
from crossborder.model.time import Window
from crossborder.model.tracking import Expected, ParcelState, TrackingEvent
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.dates import instant
from crossborder.wire.payload import Payload
from crossborder.wire.text import read_json

__all__ = ["Reader", "carrier_name", "reported"]

_KEPT = ("latest_status", "misc_info", "time_metrics", "milestone", "shipping_info")
_NOBODY = "unknown"


def carrier_name(code: int | None, carriers: Mapping[str, int]) -> str:
    """Our name of a carrier, else 17TRACK's number as text, else `unknown`.

    >>> carrier_name(190012, CARRIERS), carrier_name(100003, CARRIERS), carrier_name(0, CARRIERS)
    ('yanwen', '100003', 'unknown')
    """
    if not code:
        return _NOBODY
    return next((name for name, held in carriers.items() if held == code), str(code))


def reported(status: str | None = None, sub_status: str | None = None) -> ParcelState:
    """The state 17TRACK itself reports: by sub-status where we know it, else by status."""
    found = SUB_STATUSES.get(sub_status or "") or STATUSES.get(status or "")
    return found or ParcelState()


@frozen
class Reader(TrackingReader):
    """Reads what 17TRACK answers and pushes.

    Attributes:
        carriers: our name of a carrier → 17TRACK's number.
    """

    carriers: Mapping[str, int] = field(default=CARRIERS, hash=False)

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """The parcels of an answer or a webhook, and what was refused or could not be read.

        Raises:
            Unreadable: the bytes are no answer of 17TRACK.
        """
        value = read_json(body, charset=charset, source=VENDOR)
        answer = Payload(value, source=VENDOR)
        if answer.has("event"):
            return self._parcels((answer.one("data"),), received_at, answer.text("event"))
        problems = refusals(value)
        if problems:
            return Reading((), problems)
        data = answer.one("data")
        reading = self._parcels(data.each("accepted"), received_at, "")
        return evolve(
            reading,
            problems=reading.problems + tuple(_refused(item) for item in data.each("rejected")),
        )

    def _parcels(self, items: tuple[Payload, ...], received_at: datetime, topic: str) -> Reading:
        parcels: list[Shipment] = []
        problems: list[Problem] = []
        for item in items:
            try:
                parcels.append(self._parcel(item, received_at, topic, problems))
            except InvalidValue as error:
                problems.append(_unreadable(error))
        return Reading(tuple(parcels), tuple(problems))

    def _parcel(
        self, item: Payload, received_at: datetime, topic: str, problems: list[Problem]
    ) -> Shipment:
        number, code = item.text("number"), item.maybe_integer("carrier")
        tag, info = item.maybe_text("tag"), item.maybe_one("track_info")
        extra = {**({"event": topic} if topic else {}), "carrier_code": code, **item.unread()}
        parcel = Shipment(ShipmentId(tag or number), carrier_name(code, self.carriers), number)
        if info is None:
            return evolve(parcel, extra=Extra(extra))
        latest = info.maybe_one("latest_status")
        legs, events = self._travelled(parcel, info, received_at, problems)
        status = (latest.maybe_text("status"), latest.maybe_text("sub_status")) if latest else ()
        return evolve(
            parcel,
            legs=legs,
            events=events,
            state=reported(*status),
            expected=_expected(info, received_at),
            extra=Extra(extra | {name: info.raw(name) for name in _KEPT if info.has(name)}),
        )

    def _travelled(
        self, parcel: Shipment, info: Payload, received_at: datetime, problems: list[Problem]
    ) -> tuple[tuple[Leg, ...], tuple[TrackingEvent, ...]]:
        """The legs by provider, and every event once, oldest first.

        The number on the last mile stands in `misc_info`, with the carrier it belongs to.
        """
        misc = info.maybe_one("misc_info")
        local = (misc.maybe_text("local_number") or "") if misc else ""
        local_key = misc.maybe_integer("local_key") if misc else None
        tracking = info.maybe_one("tracking")
        legs: list[Leg] = []
        events: list[TrackingEvent] = []
        for provider in tracking.each("providers") if tracking else ():
            about = provider.maybe_one("provider")
            key = about.maybe_integer("key") if about else None
            number = local if local and key == local_key else parcel.number
            legs.append(
                Leg(
                    carrier_name(key, self.carriers),
                    number=number,
                    line=provider.maybe_text("service_type") or "",
                )
            )
            for entry in provider.each("events"):
                try:
                    events.append(event(entry, number=number, received_at=received_at))
                except InvalidValue as error:
                    problems.append(_unreadable(error, parcel.number))
        if local and local not in (parcel.number, *(leg.number for leg in legs)):
            legs.append(Leg(carrier_name(local_key, self.carriers), number=local))
        return tuple(legs), tuple(sorted(dict.fromkeys(events), key=wall_clock(events)))


def _expected(info: Payload, received_at: datetime) -> Expected | None:
    """The carrier's window; only when both ends have a zone and stand in order.

    `time_metrics` is kept whole in `extra`, so that a window not used here is not lost.
    """
    metrics = info.maybe_one("time_metrics")
    stated = metrics.maybe_one("estimated_delivery_date") if metrics else None
    if stated is None:
        return None
    try:
        ends = [
            instant(stated.text(name), field=stated.path(name), source=VENDOR)
            for name in ("from", "to")
        ]
        window = Window(*ends)
    except InvalidValue:  # half a window, a date without a zone, or the wrong way round
        return None
    middle = window.earliest + (window.latest - window.earliest) / 2
    return Expected(window, middle, "carrier", 0, received_at)


def _refused(item: Payload) -> Problem:
    number = {"number": item.maybe_text("number") or ""}
    return problem(item.one("error"), extra=Extra({**number, "carrier": item.raw("carrier")}))


def _unreadable(error: InvalidValue, number: str = "") -> Problem:
    extra: dict[str, Any] = {"number": number} if number else {}
    return Problem("unreadable", str(error), field=error.field, extra=Extra(extra))
