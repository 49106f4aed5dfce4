"""A parcel's history: its own scans, and those of everything it was inside of, while inside."""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import datetime
from operator import itemgetter
from types import MappingProxyType

from attrs import evolve, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.shipment import HandlingUnit, Stay
from crossborder.model.tracking import Health, Stage, TrackingEvent
from crossborder.stages.logistics.consolidation.windows import Claims
from crossborder.stages.logistics.tracking import merge, moment

__all__ = ["MISSING", "Stream", "histories", "history", "unclaimed"]

MISSING = "missing_at_break_bulk"
"""The reason of a parcel that was not found where its container was opened."""

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
) -> tuple[dict[str, list[TrackingEvent]], list[Stream]]:
    """The scans of each unit under its own numbers, and those that are nobody's or several's."""
    claims = _claims(units)
    own: dict[str, list[TrackingEvent]] = {}
    rest = []
    for stream in streams:
        spans = claims.spans(stream.number, stream.carrier)
        left = []
        for event in stream.events:
            at = moment(event)
            owners = {owner for owner, begin, end in spans if begin <= at < end}
            if len(owners) == 1:
                own.setdefault(owners.pop(), []).append(event)
            else:
                left.append(event)
        if left:
            rest.append(evolve(stream, events=tuple(left)))
    return own, rest


def _missing(unit: HandlingUnit) -> tuple[TrackingEvent, ...]:
    if unit.missing_since is None:
        return ()
    return (
        TrackingEvent(
            "consolidation",
            MISSING,
            f"{unit.kind.value} {unit.number or unit.id} was not found when its bulk was broken",
            at=unit.missing_since,
            reason=MISSING,
            health=Health.FAILED,
            number=unit.number,
        ),
    )


class _Histories:
    """Each unit's history once, outer units first."""

    def __init__(self, units: Iterable[HandlingUnit], streams: Iterable[Stream]) -> None:
        self._units = {unit.id: unit for unit in units}
        self._own, _ = _owned(self._units.values(), streams)
        self._known: dict[str, tuple[TrackingEvent, ...]] = {}
        self._passed_on: dict[str, tuple[list[datetime], tuple[TrackingEvent, ...]]] = {}

    def of(self, name: str) -> tuple[TrackingEvent, ...]:
        """The unit's history; those of its containers are made on the way, each once."""
        waiting, begun = [name], set()
        while waiting:
            one = waiting[-1]
            if one in self._known or one in begun:
                waiting.pop()
                if one not in self._known:
                    self._known[one] = self._made(self._units[one])
                continue
            begun.add(one)
            waiting += [
                stay.inside
                for stay in self._units[one].stays
                if stay.inside in self._units and stay.inside not in begun
            ]
        return self._known[name]

    def _made(self, unit: HandlingUnit) -> tuple[TrackingEvent, ...]:
        inherited = [self._while_inside(stay) for stay in unit.stays]
        return merge(tuple(self._own.get(unit.id, ())), _missing(unit), *inherited)

    def _while_inside(self, stay: Stay) -> tuple[TrackingEvent, ...]:
        """The holder's scans of that time, as they concern what is inside."""
        if stay.inside not in self._known:
            return ()
        if stay.inside not in self._passed_on:
            told = [(moment(event), event) for event in self._known[stay.inside]]
            told.sort(key=itemgetter(0))
            self._passed_on[stay.inside] = (
                [at for at, _ in told],
                tuple(_inherited(event) for _, event in told),
            )
        moments, events = self._passed_on[stay.inside]
        begin = 0 if stay.loaded_at is None else bisect_left(moments, stay.loaded_at)
        end = None if stay.unloaded_at is None else bisect_left(moments, stay.unloaded_at)
        return events[begin:end]


def _inherited(event: TrackingEvent) -> TrackingEvent:
    stage = _INHERITED.get(event.stage)
    return event if stage is None else evolve(event, stage=stage)


def history(
    unit: str, units: tuple[HandlingUnit, ...], streams: tuple[Stream, ...]
) -> tuple[TrackingEvent, ...]:
    """The unit's own scans under all its numbers, and its containers' while it was inside.

    A scan of a container counts from the loading until just before the unloading, at any depth: a
    pallet's scan reaches the parcel in a bag on it. The delivery of a container is a hand-over for
    what is inside, never its delivery. A number that was reused gives each parcel the scans of its
    own time; those that may be of several are given to nobody (see `unclaimed`). A unit that is
    missing says so by an event of its own. Units and streams may come in any order, repeated or in
    parts: the history is the same.

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
