"""When a parcel is expected (预计收到时间), and on what that rests."""

from datetime import datetime, timedelta
from types import MappingProxyType

from crossborder.model.check import refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.model.shipment import Shipment
from crossborder.model.time import Window
from crossborder.model.tracking import Expected, Stage

__all__ = ["expect"]

_LEFT = MappingProxyType(
    {
        Stage.REGISTERED: 100,
        Stage.ACCEPTED: 95,
        Stage.EXPORT: 80,
        Stage.LINE_HAUL: 65,
        Stage.IMPORT_CUSTOMS: 40,
        Stage.HANDOVER: 25,
        Stage.LAST_MILE: 15,
        Stage.OUT_FOR_DELIVERY: 3,
        Stage.COLLECT: 2,
    }
)
"""Per cent of the transit time still to come when a parcel enters a stage.

An estimate for small packets and dedicated lines from China, used until measured times of the line
replace it; it only falls from stage to stage.
"""


def _entered(shipment: Shipment, stage: Stage) -> datetime | None:
    """When the parcel came into the stage it is in, as far as a zone was given."""
    moments = [event.at for event in shipment.events if event.stage is stage]
    return min((at for at in moments if at is not None), default=None)


def _start(shipment: Shipment) -> datetime | None:
    if shipment.ship_date is not None:
        return shipment.ship_date
    scans = [
        event.at
        for event in shipment.events
        if event.at is not None and event.stage not in (Stage.UNKNOWN, Stage.REGISTERED)
    ]
    return min(scans, default=None)


def _expected(window: Window, source: str, evidence: int, now: datetime) -> Expected:
    middle = window.earliest + (window.latest - window.earliest) / 2
    return Expected(window, middle, source, evidence, now)


@decides("logistics.expect", 1)
def expect(
    shipment: Shipment,
    *,
    transit: tuple[timedelta, timedelta],
    evidence: int,
    now: datetime,
    carrier: Window | None = None,
) -> Decision[Expected | None]:
    """The window in which the parcel should arrive; None when it has ended or not begun.

    The carrier's own estimate wins while it is not over. Else the time from hand-over to delivery
    counts from the ship date, or from the first scan; once a later stage is entered, only the share
    that is left counts from there. The window is never before `now`.

    Args:
        shipment: with its history and state.
        transit: fastest and slowest time from hand-over to delivery.
        evidence: how many parcels stand behind `transit`; 0 for the line's own word.
        now: the moment of saying it.
        carrier: the carrier's own estimate, or None.

    Raises:
        InvalidValue: the slowest transit is below the fastest.
    """
    fastest, slowest = transit
    if slowest < fastest:
        raise refuse("expect", "transit", transit, "ends before it begins")
    stage = shipment.state.stage
    if stage.ended:
        return Decision(None, (Reason("ended", stage.value),))
    if stage is Stage.RETURNING:
        return Decision(None, (Reason("going_back", "it will not reach the buyer"),))
    reasons = []
    if carrier is not None and carrier.latest >= now:
        window = Window(max(carrier.earliest, now), carrier.latest)
        said = Reason("carrier_estimate", "the carrier says so")
        return Decision(_expected(window, "carrier", 1, now), (said,))
    if carrier is not None:
        reasons.append(Reason("carrier_estimate_over", "the carrier's estimate has passed"))
    left = _LEFT.get(stage, 100)
    entered = _entered(shipment, stage) if stage in _LEFT and left < 100 else None
    base = entered if entered is not None else _start(shipment)
    if base is None:
        return Decision(None, (*reasons, Reason("not_started", "neither sent nor scanned")))
    if entered is None:
        left = 100
    facts = Extra({"stage": stage.value, "left": left, "from": base.isoformat()})
    reasons.append(Reason("by_stage" if entered is not None else "by_ship_date", facts=facts))
    earliest, latest = base + fastest * left / 100, base + slowest * left / 100
    if latest < now:
        reasons.append(Reason("overdue", "should have been there", facts))
        latest = now + (slowest - fastest) * left / 100
    window = Window(max(earliest, now), latest)
    source = "history" if evidence else "line"
    return Decision(_expected(window, source, evidence, now), tuple(reasons))
