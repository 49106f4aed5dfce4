"""What scans say: how far a parcel has come, how it is doing, and when it is expected."""

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.place import Place
from crossborder.model.time import Window

__all__ = ["Expected", "Health", "ParcelState", "Stage", "TrackingEvent"]


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

    Either `at` or `local` is given: a time without a zone is never given one.

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
    """

    window: Window
    likely: datetime
    source: str
    evidence: int
    as_of: datetime
