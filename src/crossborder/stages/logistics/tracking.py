"""Scans from several sources, merged to one history, and what they add up to."""

from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter

from attrs import evolve

from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.place import Place
from crossborder.model.shipment import Leg, Shipment
from crossborder.model.tracking import Health, ParcelState, Stage, TrackingEvent, added_up
from crossborder.stages.logistics.zones import zoned

__all__ = ["merge", "moment", "parcel_state", "track"]

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_PROGRESS = {stage: place for place, stage in enumerate(Stage)}
_TROUBLE = frozenset({Health.ACTION_REQUIRED, Health.FAILED})


def moment(event: TrackingEvent) -> datetime:
    """Where an event stands among others: its instant, or its local time read as if it were UTC.

    The second is off by the unknown zone, up to 14 hours, and serves for ordering alone. A local
    text that is no time stands before everything.
    """
    if event.at is not None:
        return event.at.astimezone(UTC)
    text = (event.local or "").strip().replace("/", "-")
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return _LONG_AGO
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def _same(event: TrackingEvent) -> tuple[object, ...]:
    """Two events with the same key are one scan, told twice."""
    when = event.local if event.at is None else event.at
    return event.source, when, event.code, event.text.casefold(), event.number


def _identity(event: TrackingEvent) -> tuple[str, str, str, str, str]:
    """What tells scans apart, as texts that can be put in order."""
    when = event.at.astimezone(UTC).isoformat() if event.at is not None else event.local or ""
    return event.source, when, event.code, event.text.casefold(), event.number


def _place(place: Place | None) -> tuple[str, ...]:
    if place is None:
        return ()
    parts = (place.country, place.region, place.city, place.postal_code, place.facility, place.text)
    return tuple("" if part is None else f"={part}" for part in parts)


def _order(event: TrackingEvent) -> tuple[object, ...]:
    """A total order: by time, then by progress, then by everything else an event holds."""
    at = event.at.isoformat() if event.at is not None else ""
    received = event.received_at.astimezone(UTC) if event.received_at is not None else _LONG_AGO
    return (
        moment(event),
        _PROGRESS[event.stage],
        _identity(event),
        event.text,
        event.health.value,
        event.reason or "",
        _place(event.place),
        at,
        event.local or "",
        _LONG_AGO - received,
        repr(sorted(event.extra.items())) if event.extra else "",
    )


def _placed(event: TrackingEvent) -> TrackingEvent:
    """The event with its moment, where only the local time was told and the place settles it."""
    if event.at is not None or event.local is None or event.place is None:
        return event
    at = zoned(event.local, event.place)
    return event if at is None else evolve(event, at=at)


def _clock(event: TrackingEvent) -> timedelta | None:
    """How far its clock is from UTC: one moment may be told in two zones."""
    return None if event.at is None else event.at.utcoffset()


def _stands(event: TrackingEvent, other: TrackingEvent) -> bool:
    """Whether of two tellings of one scan this one stands: the same in any order of the two."""
    if event == other and event.extra == other.extra and _clock(event) == _clock(other):
        # The whole order would say the same, at ten times the cost: who was told of first stands.
        heard = other.received_at
        return heard is not None and (event.received_at is None or event.received_at < heard)
    return _order(event) > _order(other)


def merge(*streams: tuple[TrackingEvent, ...]) -> tuple[TrackingEvent, ...]:
    """Every scan once, oldest first, whatever the order and grouping of the streams.

    A scan with a local time only gets its moment where its place keeps one time (`local` stays
    beside it); else it stays without. Two events are one scan when source, time, code, text
    (ignoring case) and number are the same; of two tellings the one that reads a further stage
    stays, then the one received first. A carrier that corrects itself in other words has made
    another scan.

    >>> at = datetime(2026, 11, 2, tzinfo=UTC)
    >>> scan = TrackingEvent("17track", text="Departed", at=at)
    >>> merge((scan,), (scan,)) == (scan,)
    True
    """
    kept: dict[tuple[object, ...], TrackingEvent] = {}
    for stream in streams:
        for event in stream:
            if event.at is None:
                event = _placed(event)
            key = _same(event)
            other = kept.setdefault(key, event)
            if other is not event and _stands(event, other):
                kept[key] = event
    # Most scans differ in time: the whole order is asked for only where they do not.
    ranked = [((moment(event), _PROGRESS[event.stage]), event) for event in kept.values()]
    ranked.sort(key=itemgetter(0))
    merged: list[TrackingEvent] = []
    for _, run in groupby(ranked, key=itemgetter(0)):
        same = [event for _, event in run]
        merged += same if len(same) == 1 else sorted(same, key=_order)
    return tuple(merged)


def parcel_state(events: tuple[TrackingEvent, ...]) -> ParcelState:
    """What the events add up to, in any order of arrival: `model.tracking.added_up` of all of them.

    >>> at = datetime(2026, 11, 2, tzinfo=UTC)
    >>> parcel_state((TrackingEvent("acme", "OK", stage=Stage.DELIVERED, at=at),)).stage.value
    'delivered'
    """
    return added_up(merge(events))


def _with_numbers(shipment: Shipment, events: tuple[TrackingEvent, ...]) -> tuple[Leg, ...]:
    """The legs, and one more for each number that an event brought, in the order of the history.

    A leg that was added so before is added anew: scans may arrive in any order, and the legs are
    those that all of them together say.
    """
    brought = {event.number: event.source for event in reversed(events) if event.number}
    added = {number: Leg(carrier=source, number=number) for number, source in brought.items()}
    told = _tellings(events)
    stated = tuple(leg for leg in shipment.legs if leg not in told)
    known = {shipment.number, *(leg.number for leg in stated)}
    order = dict.fromkeys(event.number for event in events if event.number)
    return (*stated, *(added[number] for number in order if number not in known))


def _tellings(events: tuple[TrackingEvent, ...]) -> set[Leg]:
    """Every leg that some scan could have brought."""
    return {Leg(carrier=event.source, number=event.number) for event in events if event.number}


@decides("logistics.track", 2)
def track(
    shipment: Shipment, events: tuple[TrackingEvent, ...], *, now: datetime
) -> Decision[Shipment]:
    """The shipment with more scans: history merged, state computed anew, new numbers as legs.

    The same scans again change nothing and cause no events.

    Args:
        shipment: as known so far.
        events: from one or more sources, in any order.
        now: the moment of reading, for the events that follow.
    """
    merged = merge(shipment.events, events)
    before, state = shipment.state, added_up(merged)
    legs = _with_numbers(shipment, merged)
    after = evolve(shipment, events=merged, state=state, legs=legs)
    facts = Extra(
        {
            "from": before.stage.value,
            "to": state.stage.value,
            "health": state.health.value,
            "reason": state.reason,
        }
    )
    reasons = [
        Reason("merged", facts=Extra({"before": len(shipment.events), "after": len(merged)})),
        Reason(f"stage_{state.stage.value}", facts=facts),
    ]
    reasons += [Reason("new_number", leg.number) for leg in legs[len(shipment.legs) :]]
    names = []
    if state.stage is not before.stage:
        names.append("logistics.stage_changed")
        if state.stage is Stage.DELIVERED:
            names.append("logistics.delivered")
    if state.health in _TROUBLE and (state.health, state.reason) != (before.health, before.reason):
        names.append("logistics.exception")
    if state.reopened and not before.reopened:
        names.append("logistics.reopened")
        reasons.append(Reason("reopened", "scanned again after delivery"))
    happened = tuple(Event(name, shipment.id, now, facts) for name in names)
    return Decision(after, tuple(reasons), happened)
