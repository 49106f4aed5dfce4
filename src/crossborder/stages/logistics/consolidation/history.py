"""A parcel's history: its own scans, and those of everything it was inside of, while inside."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import datetime
from operator import itemgetter
from types import MappingProxyType

from attrs import evolve, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.extra import Extra
from crossborder.model.shipment import HandlingUnit
from crossborder.model.tracking import Health, Stage, TrackingEvent
from crossborder.stages.logistics.consolidation.contents import absences
from crossborder.stages.logistics.consolidation.windows import EVER, NEVER, Claims
from crossborder.stages.logistics.tracking import merge, moment

__all__ = ["FOUND", "INHERITED", "MISSING", "Stream", "histories", "history", "unclaimed"]

MISSING = "missing_at_break_bulk"
"""The reason of a parcel that was not found where its container was opened."""

FOUND = "turned_up_after_break_bulk"
"""The reason of one that was missing and is there again; its health is ok.

As events of one time stand in the order of their codes, it comes after `MISSING`.
"""

INHERITED = "inherited_from"
"""Under this name `extra` says whose scan an inherited one is: the unit's id and its number."""

_INHERITED = MappingProxyType(
    {
        Stage.ACCEPTED: Stage.EXPORT,
        Stage.OUT_FOR_DELIVERY: Stage.HANDOVER,
        Stage.LAST_MILE: Stage.HANDOVER,
        Stage.COLLECT: Stage.HANDOVER,
        Stage.DELIVERED: Stage.HANDOVER,
        Stage.RETURNED: Stage.RETURNING,
        Stage.REGISTERED: Stage.UNKNOWN,
        Stage.CANCELLED: Stage.UNKNOWN,
    }
)
"""What a container's stage means for what is inside, where it is not the same.

A container is accepted after the parcels in it were, and delivered to whoever opens it, never to
the buyer. Sent back, it reaches the line and not the seller. Its waybill may be announced or
cancelled while the parcels stand where they stood.
"""


@frozen
class _Absence:
    """A time at which a unit was missing; until `NEVER` where it still is."""

    unit: HandlingUnit
    since: datetime
    until: datetime


@frozen(field_transformer=checked)
class Stream:
    """Scans reported under one number.

    Attributes:
        number: the number that was asked for.
        events: in any order, repeated or not.
        carrier: whose number it is, or empty where the source did not say.
    """

    number: str
    events: tuple[TrackingEvent, ...] = ()
    carrier: str = ""


def _claims(units: Iterable[HandlingUnit]) -> Claims[str]:
    return Claims((unit.id, use) for unit in units for use in unit.numbers)


def _owned(
    units: Iterable[HandlingUnit], streams: Iterable[Stream]
) -> tuple[dict[str, list[tuple[TrackingEvent, str]]], list[Stream]]:
    """Each unit's scans with the number each was told under; and those of nobody or of several."""
    claims = _claims(units)
    own: dict[str, list[tuple[TrackingEvent, str]]] = {}
    rest = []
    for stream in streams:
        spans = claims.spans(stream.number, stream.carrier)
        left = []
        for event in stream.events:
            at = moment(event)
            read = at != EVER
            owners = {owner for owner, begin, end in spans if not read or begin <= at < end}
            if len(owners) == 1:
                own.setdefault(owners.pop(), []).append((event, event.number or stream.number))
            else:
                left.append(event)
        if left:
            rest.append(evolve(stream, events=tuple(left)))
    return own, rest


class _Histories:
    """What a unit lived through: its own scans, and those of what was around it at the time."""

    def __init__(self, units: Iterable[HandlingUnit], streams: Iterable[Stream]) -> None:
        self._units = {unit.id: unit for unit in units}
        self._own, _ = _owned(self._units.values(), streams)
        self._read: dict[str, tuple[list[datetime], tuple[TrackingEvent, ...]]] = {}

    def of(self, name: str) -> tuple[TrackingEvent, ...]:
        """The unit's history."""
        scans = [tuple(event for event, _ in self._own.get(name, ()))]
        absent = list(self._absent(name, EVER, NEVER))
        for holder, begin, end in self._around(name):
            moments, lent = self._lends(holder)
            scans.append(lent[bisect_left(moments, begin) : bisect_left(moments, end)])
            absent += self._absent(holder, begin, end)
        return merge(*scans, tuple(_trouble(name, absent)))

    def _around(self, name: str) -> Iterator[tuple[str, datetime, datetime]]:
        """Everything it was inside of at any depth, and from when to when."""
        seen = {(name, EVER, NEVER)}
        waiting = list(seen)
        for inner, begin, end in waiting:
            for stay in self._units[inner].stays:
                if stay.inside not in self._units or stay.inside == name:
                    continue
                since = max(begin, stay.loaded_at or EVER)
                until = min(end, stay.unloaded_at or NEVER)
                span = (stay.inside, since, until)
                if since < until and span not in seen:
                    seen.add(span)
                    waiting.append(span)
                    yield span

    def _lends(self, holder: str) -> tuple[list[datetime], tuple[TrackingEvent, ...]]:
        """The container's scans in order, as they concern what is inside."""
        if holder not in self._read:
            own = self._own.get(holder, ())
            # Merged first: a local time may get its moment by the place.
            scans = merge(tuple(_lent(event, holder, number) for event, number in own))
            told = sorted(((moment(event), event) for event in scans), key=itemgetter(0))
            self._read[holder] = [at for at, _ in told], tuple(event for _, event in told)
        return self._read[holder]

    def _absent(self, name: str, begin: datetime, end: datetime) -> Iterator[_Absence]:
        """The times the unit was missing that began in that span; they end with it."""
        unit = self._units[name]
        for since, until in absences(unit, self._units):
            if begin <= since < end:
                yield _Absence(unit, since, min(until or NEVER, end))


def _trouble(name: str, absent: list[_Absence]) -> Iterator[TrackingEvent]:
    """That it was missing, and that it was there again, unless it was gone anew or otherwise."""
    for absence in absent:
        told = [_missing(absence.unit, MISSING, absence.since)]
        until = absence.until
        if until != NEVER and not any(one.since <= until < one.until for one in absent):
            told.append(_missing(absence.unit, FOUND, until))
        for event in told:
            unit = absence.unit
            yield event if unit.id == name else _lent(event, unit.id, unit.number)


def _missing(unit: HandlingUnit, code: str, at: datetime) -> TrackingEvent:
    """That it went missing or turned up; of both at one time the second stands behind."""
    gone = code == MISSING
    said = "was not found when its bulk was broken" if gone else "turned up again"
    return TrackingEvent(
        "consolidation",
        code,
        f"{unit.kind.value} {unit.number or unit.id} {said}",
        at=at,
        reason=code,
        health=Health.FAILED if gone else Health.OK,
        number=unit.number,
    )


def _lent(event: TrackingEvent, unit: str, number: str) -> TrackingEvent:
    """A container's event as it is of what is inside, under no number: its own is in `extra`."""
    whose = Extra({"unit": unit, "number": number})
    return evolve(
        event,
        stage=_INHERITED.get(event.stage, event.stage),
        number="",
        extra=Extra({**event.extra, INHERITED: whose}),
    )


def history(
    unit: str, units: tuple[HandlingUnit, ...], streams: tuple[Stream, ...]
) -> tuple[TrackingEvent, ...]:
    """The unit's own scans under all its numbers, and its containers' while it was inside.

    A scan of a container counts from the loading until just before the unloading, at any depth: a
    pallet's scan reaches the parcel in a bag on it. The delivery of a container is a hand-over for
    what is inside, never its delivery. A number that was reused gives each parcel the scans of its
    own time; those that may be of several are given to nobody (see `unclaimed`). That a unit was
    missing, or what it was inside of, and that it turned up again, are events of their own.

    An inherited scan has no `number`, as its container's is none of the parcel: whose it is stands
    in `extra` under `INHERITED`. Units and streams may come in any order, repeated or in parts: the
    history is the same. It is not when more is told of who was inside what: see `retrack`.

    >>> from datetime import UTC
    >>> from crossborder.model.shipment import UnitKind
    >>> day = lambda n: datetime(2026, 11, n, tzinfo=UTC)
    >>> parts = (
    ...     HandlingUnit("m", UnitKind.MASTER, "JJD1"),
    ...     HandlingUnit("p", UnitKind.PARCEL, "YT1", "m", day(2), day(6)),
    ... )
    >>> scans = tuple(TrackingEvent("dhl", at=day(n), stage=Stage.DELIVERED) for n in (1, 5, 7))
    >>> [(scan.at.day, scan.stage.value) for scan in history("p", parts, (Stream("JJD1", scans),))]
    [(5, 'handover')]

    Raises:
        InvalidValue: no such unit is among the units.
    """
    return histories(units, streams, only=(unit,))[unit]


def histories(
    units: tuple[HandlingUnit, ...],
    streams: tuple[Stream, ...],
    *,
    only: Iterable[str] | None = None,
) -> dict[str, tuple[TrackingEvent, ...]]:
    """The history of every unit, or of those named, in one pass: see `history`.

    Args:
        units: all that may be inside one another.
        streams: scans by number.
        only: the ids that are asked for; None for all.

    Raises:
        InvalidValue: no unit of an id that is asked for is among the units.
    """
    made = _Histories(units, streams)
    names = tuple(unit.id for unit in units) if only is None else tuple(only)
    known = {unit.id for unit in units}
    for name in names:
        if name not in known:
            raise refuse("histories", "only", name, "is none of the units")
    return {name: made.of(name) for name in names}


def unclaimed(units: tuple[HandlingUnit, ...], streams: tuple[Stream, ...]) -> tuple[Stream, ...]:
    """The scans that are of no unit, or may be of several: nothing is lost without a word."""
    return tuple(_owned(units, streams)[1])
