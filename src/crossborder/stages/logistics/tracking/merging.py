"""Scans from several sources, merged to one history: every scan once, oldest first."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter

from attrs import evolve

from crossborder.model.place import Place
from crossborder.model.tracking import Health, ParcelState, Stage, TrackingEvent, added_up, told_at
from crossborder.stages.logistics.zones import zoned

__all__ = ["merge", "moment", "parcel_state"]

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_PROGRESS = {stage: place for place, stage in enumerate(Stage)}
_GRAVITY = {Health.FAILED: 2, Health.ACTION_REQUIRED: 1}


def moment(event: TrackingEvent) -> datetime:
    """Where an event stands among others: its instant, or its local time read as if it were UTC.

    The second is off by the unknown zone, up to 14 hours, and serves for ordering alone. A local
    text that is no time, and a time at the end of the calendar (the year 1 or 9999, as clocks show
    that were never set), stand before everything.

    >>> moment(TrackingEvent("acme", local="2026-11-02 08:30:00")).isoformat()
    '2026-11-02T08:30:00+00:00'
    """
    return told_at(event) or _LONG_AGO


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC) if MINYEAR < at.year < MAXYEAR else _LONG_AGO


def _local(event: TrackingEvent) -> datetime | None:
    """The clock of a local time, with a zone where its text has one; None where it is no time."""
    try:
        clock = datetime.fromisoformat((event.local or "").strip().replace("/", "-"))
    except ValueError:
        return None
    return clock if MINYEAR < clock.year < MAXYEAR else None


def _moments(events: Sequence[TrackingEvent]) -> list[datetime]:
    """Where each event stands among these.

    A local time without a zone takes the offset of the nearest scan that has one, of the same
    source in the same country: else a delivery at noon would stand before the morning's round,
    whose place happened to say more.
    """
    clocks = {place: _local(event) for place, event in enumerate(events) if event.at is None}
    if not clocks or len(clocks) == len(events):
        return [moment(event) for event in events]
    known: dict[tuple[str, str | None], list[tuple[datetime, timedelta]]] = {}
    for event in events:
        if event.at is not None and MINYEAR < event.at.year < MAXYEAR:
            shown = (event.at.replace(tzinfo=None), event.at.utcoffset() or timedelta(0))
            known.setdefault(_spoken(event), []).append(shown)
    for shown_there in known.values():
        shown_there.sort()
    found = []
    for place, event in enumerate(events):
        clock, beside = clocks.get(place), known.get(_spoken(event))
        if clock is None or clock.tzinfo is not None or not beside:
            found.append(moment(event))
        else:
            found.append((clock - _nearest(clock, beside)).replace(tzinfo=UTC))
    return found


def _spoken(event: TrackingEvent) -> tuple[str, str | None]:
    return event.source, event.place.country if event.place is not None else None


def _nearest(clock: datetime, beside: list[tuple[datetime, timedelta]]) -> timedelta:
    """The offset that the clocks nearest to this one had; the earlier of two as near."""
    place = bisect_left(beside, (clock,))
    _, offset = min(beside[max(0, place - 1) : place + 1], key=lambda at: abs(at[0] - clock))
    return offset


def _same(event: TrackingEvent) -> tuple[object, ...]:
    """Two events with the same key are one scan, told twice."""
    when = event.local if event.at is None else event.at
    return event.source, when, event.code, event.text.casefold(), event.number


def _identity(event: TrackingEvent) -> tuple[str, str, str, str, str]:
    """What tells scans apart, as texts that can be put in order."""
    when = _utc(event.at).isoformat() if event.at is not None else event.local or ""
    return event.source, when, event.code, event.text.casefold(), event.number


def _place(place: Place | None) -> tuple[str, ...]:
    if place is None:
        return ()
    parts = (place.country, place.region, place.city, place.postal_code, place.facility, place.text)
    return tuple("" if part is None else f"={part}" for part in parts)


def _order(event: TrackingEvent) -> tuple[object, ...]:
    """A total order: by progress, then by how much is told, then by everything else it holds.

    Of two tellings of one scan the last in this order stands: the further stage, the graver
    trouble and its reason, the one received first.
    """
    at = event.at.isoformat() if event.at is not None else ""
    received = _utc(event.received_at) if event.received_at is not None else _LONG_AGO
    return (
        _PROGRESS[event.stage],
        _identity(event),
        _GRAVITY.get(event.health, 0),
        bool(event.reason),
        _LONG_AGO - received,
        event.health.value,
        event.text,
        (event.reason is not None, event.reason or ""),
        _place(event.place),
        at,
        event.local or "",
        repr(sorted(event.extra.items())) if event.extra else "",
    )


def _placed(event: TrackingEvent) -> TrackingEvent:
    """The event with its moment, where only the local time was told and the place settles it."""
    if event.at is not None or event.local is None or event.place is None:
        return event
    clock = _local(event)
    if clock is None or clock.tzinfo is not None:
        return event
    at = zoned(event.local.strip().replace("/", "-"), event.place)
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
    stays, then the graver trouble, then the one received first. A carrier that corrects itself in other words has made
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
    scans = list(kept.values())
    ranked = list(zip(_moments(scans), scans, strict=True))
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
