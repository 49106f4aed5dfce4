"""A parcel as the schedule of polls sees it."""

from datetime import MINYEAR, datetime, timedelta
from decimal import Decimal

from attrs import field, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Stage
from crossborder.predict.whole import as_float
from crossborder.stages.logistics.polling.rules import positive
from crossborder.stages.logistics.tracking import moment

__all__ = ["Followed", "follow"]

_OFF = timedelta(hours=14)
"""A local time read as if it were UTC is no further from its instant."""


def _share(instance: object, attribute: object, value: float) -> None:
    if not 0.0 <= value <= 1.0:
        raise refuse(instance, "late", value, "must be a share, 0 to 1")


@frozen(field_transformer=checked)
class Followed:
    """A parcel as the schedule sees it.

    Attributes:
        id: ours; each parcel stands once in a schedule.
        since: when we began to follow it.
        stage: as far as is known.
        asked_at: when it was last asked for, or None when it never was.
        heard_at: when the vendor last told something of it unasked, or None.
        scanned_at: its last scan, or None while there is none.
        gap: the usual time between two scans of its line at this stage.
        promised: the end of the promise, or None.
        late: the probability that it comes after that, 0 to 1.
        pushed: whether the vendor tells of it by webhook.
        ended_at: when it ended, or None where its stage is no end. Where nobody says when, its
            last scan stands for it, else when it was last heard of, else the begin of following.
        paid: whether asking for it takes a credit.
    """

    id: str
    since: datetime
    stage: Stage = Stage.UNKNOWN
    asked_at: datetime | None = None
    heard_at: datetime | None = None
    scanned_at: datetime | None = None
    gap: timedelta = field(default=timedelta(days=2), validator=positive)
    promised: datetime | None = None
    late: float = field(default=0.0, converter=as_float, validator=_share)
    pushed: bool = False
    ended_at: datetime | None = None
    paid: bool = False


def follow(
    shipment: Shipment,
    *,
    since: datetime,
    asked_at: datetime | None = None,
    heard_at: datetime | None = None,
    gap: timedelta = timedelta(days=2),
    late: float | Decimal = 0.0,
    pushed: bool = False,
    paid: bool = False,
) -> Followed:
    """A parcel as the schedule sees it: its stage, its last scan, its promise and its end.

    A parcel whose end is in doubt, as a scan came after it, is treated as on its way. A scan of
    the end whose time has no zone ended it when we learnt of it, at the latest.

    >>> from datetime import UTC
    >>> from crossborder.model.ids import ShipmentId
    >>> parcel = Shipment(ShipmentId("p-1"), "yanwen", "UY1")
    >>> follow(parcel, since=datetime(2026, 11, 22, tzinfo=UTC)).stage.value
    'unknown'
    """
    state, seen = shipment.state, map(moment, shipment.events)
    last = max((at for at in seen if at.year > MINYEAR), default=None)
    doubtful = state.reopened and state.stage.ended
    stage = Stage.UNKNOWN if doubtful else state.stage
    return Followed(
        shipment.id,
        since,
        stage,
        asked_at=asked_at,
        heard_at=heard_at,
        scanned_at=last,
        gap=gap,
        promised=shipment.promised.latest if shipment.promised is not None else None,
        late=late,
        pushed=pushed,
        ended_at=_end(shipment, last) if stage.ended else None,
        paid=paid,
    )


def _end(shipment: Shipment, last: datetime | None) -> datetime | None:
    """When a parcel ended by its last scan that says so; without such a one, its last scan."""
    ending = next((event for event in reversed(shipment.events) if event.stage.ended), None)
    if ending is None:
        return last
    clock, received = moment(ending), ending.received_at
    read = clock.year > MINYEAR
    if received is None or (read and ending.at is not None):
        return clock if read else last
    # The local time bounds it too: a history may be read long after, and anew each time.
    return min(received, clock + _OFF) if read else received
