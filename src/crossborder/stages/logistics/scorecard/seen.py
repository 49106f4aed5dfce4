"""What one parcel teaches about its carrier, read from its shipment."""

from datetime import MINYEAR, datetime, timedelta
from itertools import pairwise

from attrs import frozen

from crossborder.model.check import checked
from crossborder.model.ids import ShipmentId
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Stage
from crossborder.stages.logistics.tracking import moment

__all__ = ["Seen", "seen"]

_LOST = frozenset({Stage.LOST, Stage.DESTROYED})
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_AHEAD = timedelta(hours=14)
"""How far a local time without a zone may seem to lie in the future."""


@frozen(field_transformer=checked)
class Seen:
    """One parcel, as far as it was known at a moment.

    Attributes:
        shipment_id: which.
        carrier: who took it first.
        shipped_at: when it was handed over.
        known_at: as of when this is said.
        last_scan: the last scan, or the hand-over.
        origin: the country it left, or empty where that is not known.
        destination: the country it went to, or empty.
        line: the carrier's product code, or empty.
        delivered_at: or None.
        ended: nothing more is expected to happen.
        lost: the carrier says that it is lost or destroyed.
        promised: the end of the promise, or None.
        gaps: hours between one scan and the next.
    """

    shipment_id: ShipmentId
    carrier: str
    shipped_at: datetime
    known_at: datetime
    last_scan: datetime
    origin: str = ""
    destination: str = ""
    line: str = ""
    delivered_at: datetime | None = None
    ended: bool = False
    lost: bool = False
    promised: datetime | None = None
    gaps: tuple[float, ...] = ()

    @property
    def days(self) -> float | None:
        """From hand-over to delivery; None unless it was delivered."""
        if self.delivered_at is None:
            return None
        return max((self.delivered_at - self.shipped_at) / _DAY, 0.0)

    def open_days(self, now: datetime) -> float | None:
        """How long it is on its way already; None when it has ended."""
        return None if self.ended else (now - self.shipped_at) / _DAY

    def silent_hours(self, now: datetime) -> float | None:
        """How long nothing was heard of it; None when it has ended."""
        return None if self.ended else (now - self.last_scan) / _HOUR

    def missing(self, now: datetime, lost_after: timedelta) -> bool:
        """Whether it is lost: by the carrier's word, or by silence."""
        return self.lost or (not self.ended and now - self.last_scan > lost_after)

    def on_time(self, now: datetime, lost_after: timedelta) -> bool | None:
        """Whether the promise was kept; None until it ends, or when none was made.

        What arrives early is not counted early: else a shop that grows would see its newest
        parcels by those alone that came quickly.
        """
        if self.promised is None or now <= self.promised:
            return None
        if self.delivered_at is not None:
            return self.delivered_at <= self.promised
        return False if self.missing(now, lost_after) or not self.ended else None


def _lane(shipment: Shipment) -> tuple[str, str]:
    """The countries it left and went to, as its legs say; what it left, its first scan may say.

    Where it went to is not taken from scans: only parcels that arrive would have such a lane.
    """
    ends = [leg.origin for leg in shipment.legs[:1]], [leg.destination for leg in shipment.legs]
    origin = next((place.country for place in ends[0] if place and place.country), None)
    reached = [place.country for place in ends[1] if place and place.country]
    scanned = [event.place.country for event in shipment.events if event.place is not None]
    told = [country for country in scanned if country]
    if origin is None and told:
        origin = told[0]
    return origin or "", reached[-1] if reached else ""


def seen(
    shipment: Shipment, *, known_at: datetime, lane: tuple[str, str] | None = None
) -> Seen | None:
    """What the shipment, as it was known at `known_at`, teaches; None before the hand-over.

    Scans that seem to lie after `known_at` are left out, but for the delivery.

    Args:
        shipment: with its events and state.
        known_at: as of when.
        lane: the countries it goes from and to; from its legs when left out, else only the origin
            is known, from its first scan.
    """
    shipped = shipment.ship_date
    if shipped is None or shipped > known_at:
        return None
    stage = shipment.state.stage
    moments = [(moment(event), event.stage) for event in shipment.events]
    delivered = None
    if stage is Stage.DELIVERED:
        at = [when for when, what in moments if what is stage and when.year > MINYEAR]
        delivered = min(at, default=known_at)
        if known_at < delivered <= known_at + _AHEAD:
            delivered = known_at
    scans = sorted(when for when, _ in moments if shipped <= when <= known_at)
    gaps = tuple((b - a) / _HOUR for a, b in pairwise(dict.fromkeys(scans)))
    origin, destination = lane or _lane(shipment)
    return Seen(
        shipment_id=shipment.id,
        carrier=shipment.carrier,
        origin=origin,
        destination=destination,
        line=shipment.line,
        shipped_at=shipped,
        known_at=known_at,
        delivered_at=delivered,
        ended=stage.ended,
        lost=stage in _LOST,
        promised=shipment.promised.latest if shipment.promised is not None else None,
        last_scan=max([shipped, *scans]),
        gaps=gaps,
    )
