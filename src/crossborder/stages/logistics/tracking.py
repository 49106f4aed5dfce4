"""Scans from several sources, merged to one history, and what they add up to."""

from datetime import UTC, datetime

from attrs import evolve

from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.place import Place
from crossborder.model.shipment import Leg, Shipment
from crossborder.model.tracking import Health, ParcelState, Stage, TrackingEvent

__all__ = ["merge", "moment", "parcel_state", "track"]

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_PROGRESS = {stage: place for place, stage in enumerate(Stage)}
_TROUBLE = frozenset({Health.ACTION_REQUIRED, Health.FAILED})
_BEFORE_MOVING = frozenset({Stage.UNKNOWN, Stage.REGISTERED, Stage.CANCELLED})
_GOING_BACK = frozenset({Stage.RETURNING, Stage.RETURNED})


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


def _identity(event: TrackingEvent) -> tuple[str, str, str, str, str]:
    """Two events with the same identity are one scan, told twice."""
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
    )


def merge(*streams: tuple[TrackingEvent, ...]) -> tuple[TrackingEvent, ...]:
    """Every scan once, oldest first, whatever the order and grouping of the streams.

    Two events are one scan when source, time, code, text (ignoring case) and number are the same;
    of two tellings the one that reads a further stage stays, then the one received first.

    >>> at = datetime(2026, 11, 2, tzinfo=UTC)
    >>> scan = TrackingEvent("17track", text="Departed", at=at)
    >>> merge((scan,), (scan,)) == (scan,)
    True
    """
    kept: dict[tuple[str, ...], TrackingEvent] = {}
    ranked = [(_order(event), event) for stream in streams for event in stream]
    for _, event in sorted(ranked, key=lambda pair: pair[0], reverse=True):
        kept.setdefault(_identity(event), event)
    return tuple(reversed(kept.values()))


def _states(event: TrackingEvent) -> bool:
    """Whether the event says how the parcel does."""
    return event.health in _TROUBLE or event.reason is not None


def parcel_state(events: tuple[TrackingEvent, ...]) -> ParcelState:
    """What the events add up to, in any order of arrival.

    The newest known stage counts. An announcement (`registered`) does not take back a parcel that
    moves, as each carrier on the way makes its own. A delivered parcel stays delivered when a
    later scan says otherwise, and is marked `reopened`; only a way back takes it over. Health and
    reason come from the newest scan of the stage, or a later one that states them.
    """
    return _fold(merge(events))


def _fold(events: tuple[TrackingEvent, ...]) -> ParcelState:
    stage, health, reason, reopened = Stage.UNKNOWN, Health.OK, None, False
    for event in events:
        known = event.stage is not Stage.UNKNOWN
        if event.stage is Stage.REGISTERED and stage not in _BEFORE_MOVING:
            known = False
        if stage is Stage.DELIVERED and known and event.stage is not Stage.DELIVERED:
            reopened = True
            known = event.stage in _GOING_BACK
        if known:
            stage, health, reason = event.stage, event.health, event.reason
        elif _states(event):
            health, reason = event.health, event.reason
    return ParcelState(stage, health, reason, reopened)


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


@decides("logistics.track", 1)
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
    before, state = shipment.state, _fold(merged)
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
