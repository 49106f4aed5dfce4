"""What scans say: how far a parcel has come, how it is doing, and when it is expected."""

from collections.abc import Iterable
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any

from attrs import field, frozen

from crossborder.model.check import checked, refuse, slots
from crossborder.model.extra import Extra, frozen_late
from crossborder.model.place import Place
from crossborder.model.time import Window

__all__ = [
    "COMPUTED",
    "GOING_BACK",
    "TROUBLE",
    "Expected",
    "Health",
    "ParcelState",
    "Stage",
    "TrackingEvent",
    "added_up",
    "scan",
    "together",
    "told_at",
]


class Stage(StrEnum):
    """How far a parcel has come."""

    UNKNOWN = "unknown"
    REGISTERED = "registered"
    ACCEPTED = "accepted"
    EXPORT = "export"
    LINE_HAUL = "line_haul"
    IMPORT_CUSTOMS = "import_customs"
    HANDOVER = "handover"
    LAST_MILE = "last_mile"
    OUT_FOR_DELIVERY = "out_for_delivery"
    COLLECT = "collect"
    DELIVERED = "delivered"
    RETURNING = "returning"
    RETURNED = "returned"
    LOST = "lost"
    DESTROYED = "destroyed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more is expected to happen."""
        return self in _ENDS


_ENDS = frozenset({Stage.DELIVERED, Stage.RETURNED, Stage.LOST, Stage.DESTROYED, Stage.CANCELLED})


class Health(StrEnum):
    """How a parcel is doing; delayed and silent are computed, never read from a stage."""

    OK = "ok"
    ACTION_REQUIRED = "action_required"
    DELAYED = "delayed"
    FAILED = "failed"
    SILENT = "silent"


@frozen(field_transformer=checked)
class ParcelState:
    """Stage × health × reason.

    Attributes:
        stage: how far it has come.
        health: how it is doing.
        reason: why it is not ok, from an open list such as `customs_documentation`, or None.
        reopened: an event came after the parcel had been delivered.
    """

    stage: Stage = Stage.UNKNOWN
    health: Health = Health.OK
    reason: str | None = None
    reopened: bool = False


@frozen(field_transformer=checked)
class TrackingEvent:
    """One scan.

    Either `at` or `local` is given. A time that its source told without a zone is `local`; where
    both are given, `at` was found from `local` by the place.

    Attributes:
        source: who told us: an adapter's name.
        code: the source's raw code, or its status word; empty when it only wrote text.
        text: what the source wrote.
        stage: read from the code.
        at: with a zone, or None.
        local: the local time as text, such as `2026-11-22 08:30:00`, when no zone was given.
        reason: or None.
        health: ok, action_required or failed, when the code says so.
        place: where.
        number: the tracking number it was reported under, or empty.
        received_at: when we learnt of it, or None.
        extra: what the source said of this scan beyond that.
    """

    source: str
    code: str = ""
    text: str = ""
    stage: Stage = Stage.UNKNOWN
    at: datetime | None = None
    local: str | None = None
    reason: str | None = None
    health: Health = Health.OK
    place: Place | None = None
    number: str = ""
    received_at: datetime | None = field(default=None, eq=False)
    extra: Extra = field(factory=Extra, eq=False)

    def __attrs_post_init__(self) -> None:
        if self.at is None and not self.local:
            raise refuse(self, "at", None, "or a local time must be given")


@frozen(field_transformer=checked)
class Expected:
    """When a parcel is expected, and on what that rests.

    Attributes:
        window: earliest to latest.
        likely: the middle of what is expected.
        source: carrier, promise, line or history.
        evidence: how many observations stand behind it.
        as_of: when it was said.
        confidence: the share of such parcels that arrive by the end of the window, 0 to 1, or None
            where nobody has measured it.
    """

    window: Window
    likely: datetime
    source: str
    evidence: int
    as_of: datetime
    confidence: Decimal | None = field(default=None)

    @confidence.validator
    def _share(self, attribute: object, value: Decimal | None) -> None:
        if value is not None and not 0 <= value <= 1:
            raise refuse(self, "confidence", value, "must be a share, 0 to 1")


def told_at(event: TrackingEvent) -> datetime | None:
    """When a scan was made, in UTC; a local time without a zone is read as if it were UTC.

    So it is off by up to 14 hours, and serves where that matters little: for order, and beside
    stages of days. None where the text is no time, and at the ends of the calendar (the years 1
    and 9999, as clocks show that were never set).

    >>> told_at(TrackingEvent("acme", local="2026/11/02 08:30")).isoformat()
    '2026-11-02T08:30:00+00:00'
    """
    at = event.at
    if at is None:
        try:
            at = datetime.fromisoformat((event.local or "").strip().replace("/", "-"))
        except ValueError:
            return None
    if not MINYEAR < at.year < MAXYEAR:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


_new = TrackingEvent.__new__
_NOTHING_MORE = Extra()
# The setters of the slots: a frozen class is filled by them at a sixth of the cost of its checks.
(
    _set_source,
    _set_code,
    _set_text,
    _set_stage,
    _set_at,
    _set_local,
    _set_reason,
    _set_health,
    _set_place,
    _set_number,
    _set_received,
    _set_extra,
) = slots(TrackingEvent)
frozen_late(TrackingEvent, "extra")


def scan(
    source: str,
    code: str,
    text: str,
    state: ParcelState,
    at: datetime | None,
    local: str | None,
    place: Place | None,
    number: str,
    received_at: datetime | None,
    extra: dict[str, Any] = _NOTHING_MORE,
) -> TrackingEvent:
    """A `TrackingEvent` of parts that were checked one by one: no check is made again.

    For readers that make hundreds of thousands; everybody else calls the class. `extra` may be an
    object as JSON was parsed, which nobody changes any more: it is frozen when it is looked at.

    >>> at = datetime.fromisoformat("2026-11-22T08:30:00+08:00")
    >>> parts = ("PU", "Picked up", ParcelState(Stage.ACCEPTED), at, None, None, "YT1", None)
    >>> scan("acme", *parts) == TrackingEvent(
    ...     "acme", "PU", "Picked up", Stage.ACCEPTED, at, number="YT1"
    ... )
    True
    """
    event = _new(TrackingEvent)
    _set_source(event, source)
    _set_code(event, code)
    _set_text(event, text)
    _set_stage(event, state.stage)
    _set_at(event, at)
    _set_local(event, local)
    _set_reason(event, state.reason)
    _set_health(event, state.health)
    _set_place(event, place)
    _set_number(event, number)
    _set_received(event, received_at)
    _set_extra(event, extra)
    return event


TROUBLE = frozenset({Health.ACTION_REQUIRED, Health.FAILED})
"""What a carrier says of a parcel that needs somebody; delayed and silent are our own words."""

COMPUTED = frozenset({Health.DELAYED, Health.SILENT})
"""What we reckon ourselves, against a promise or a gap."""

_BEFORE_MOVING = frozenset({Stage.UNKNOWN, Stage.REGISTERED, Stage.CANCELLED})
GOING_BACK = frozenset({Stage.RETURNING, Stage.RETURNED})
"""On the way back to the sender, or there."""


def added_up(events: Iterable[TrackingEvent]) -> ParcelState:
    """What events add up to that stand in order, the oldest first.

    The newest known stage counts. An announcement (`registered`) does not take back a parcel that
    moves, as each carrier on the way makes its own. A delivered parcel stays delivered when a
    later scan says otherwise, and is marked `reopened`; only a way back takes it over. A parcel on
    its way back stays so while it is scanned along the way, and what is delivered at its end is
    returned. Health and reason come from the newest scan of the stage, or a later one that states
    them.
    """
    stage, health, reason, reopened = Stage.UNKNOWN, Health.OK, None, False
    for event in events:
        told = event.stage
        known = told is not Stage.UNKNOWN
        if told is Stage.REGISTERED and stage not in _BEFORE_MOVING:
            known = False
        if stage in GOING_BACK:
            if told is Stage.DELIVERED:
                told = Stage.RETURNED
            elif told not in _ENDS:
                known = told is Stage.RETURNING and stage is Stage.RETURNING
        elif stage is Stage.DELIVERED and known and told is not Stage.DELIVERED:
            reopened = True
            known = told in GOING_BACK
        if known:
            stage, health, reason = told, event.health, event.reason
        elif event.health in TROUBLE or event.reason is not None:
            health, reason = event.health, event.reason
    return _state(stage, health, reason, reopened)


_state = lru_cache(maxsize=4096)(ParcelState)

_MOVING = frozenset(
    {
        *(Stage.ACCEPTED, Stage.EXPORT, Stage.LINE_HAUL, Stage.IMPORT_CUSTOMS),
        *(Stage.HANDOVER, Stage.LAST_MILE, Stage.OUT_FOR_DELIVERY, Stage.COLLECT),
    }
)
_SAYS_NOTHING = ParcelState()


def together(reported: ParcelState | None, told: ParcelState) -> ParcelState:
    """What a carrier reports of the whole parcel, where it says more than its scans do.

    A report that the parcel only moves gives way to scans that say where, one that it is only
    announced to scans that it moves; one of trouble without a stage or a reason takes them from
    the scans.

    Args:
        reported: the carrier's word for the parcel, or None.
        told: what its scans add up to (`added_up`).

    >>> moving = ParcelState(Stage.LINE_HAUL)
    >>> together(ParcelState(Stage.DELIVERED), moving).stage.value
    'delivered'
    >>> together(moving, ParcelState(Stage.LAST_MILE)).stage.value
    'last_mile'
    """
    if reported is None or reported == _SAYS_NOTHING:
        return told
    vague = (
        reported.stage is Stage.UNKNOWN
        or (reported.stage is Stage.LINE_HAUL and told.stage in _MOVING)
        or (reported.stage is Stage.REGISTERED and told.stage not in _BEFORE_MOVING)
    )
    if not vague and reported.stage is not told.stage:
        return reported
    if reported.health is Health.OK and not reported.reason:
        return told
    if told.health is not Health.OK and reported.reason in (None, "unknown"):
        return told
    return ParcelState(told.stage, reported.health, reported.reason, told.reopened)
