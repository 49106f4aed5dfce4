"""When a parcel is expected (预计收到时间), and on what that rests."""

from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

from crossborder.model.check import refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.model.shipment import Shipment
from crossborder.model.time import Window
from crossborder.model.tracking import Expected, Stage
from crossborder.predict.calendar import WorkCalendar
from crossborder.predict.transit import TransitLaw
from crossborder.stages.logistics.remaining import FEWEST, Law, as_law, begun, entered, remaining

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

_EARLIEST = 0.1
"""One in ten comes sooner than the earliest time that is said."""


def _expected(window: Window, source: str, evidence: int, now: datetime) -> Expected:
    middle = window.earliest + (window.latest - window.earliest) / 2
    return Expected(window, middle, source, evidence, now)


def _by_share(
    shipment: Shipment,
    base: datetime,
    *,
    transit: tuple[timedelta, timedelta],
    evidence: int,
    now: datetime,
) -> tuple[Expected, tuple[Reason, ...]]:
    """The stated transit from the base on, or the share of it that the stage leaves."""
    fastest, slowest = transit
    stage = shipment.state.stage
    left = _LEFT.get(stage, 100)
    since = entered(shipment, stage) if left < 100 else None
    if since is None:
        left = 100
    else:
        base = since
    facts = Extra({"stage": stage.value, "left": left, "from": base.isoformat()})
    reasons = [Reason("by_stage" if since is not None else "by_ship_date", facts=facts)]
    earliest, latest = base + fastest * left / 100, base + slowest * left / 100
    if latest < now:
        reasons.append(Reason("overdue", "should have been there", facts))
        latest = now + (slowest - fastest) * left / 100
    window = Window(max(earliest, now), latest)
    source = "history" if evidence else "line"
    return _expected(window, source, evidence, now), tuple(reasons)


def _by_law(
    shipment: Shipment,
    base: datetime,
    *,
    law: TransitLaw,
    confidence: Decimal,
    now: datetime,
    delivers: WorkCalendar | None,
) -> tuple[Expected, tuple[Reason, ...]]:
    """The law, given that the parcel has not arrived and where it is."""
    stage = shipment.state.stage
    since = entered(shipment, stage)
    rest = remaining(shipment, law, base=base, now=now)
    facts = Extra(
        {
            "stage": stage.value,
            "from": (since if rest.by == "stages" and since else base).isoformat(),
            "evidence": int(rest.days.evidence),
        }
    )
    reasons = [Reason("by_stage_laws" if rest.by == "stages" else "by_law", facts=facts)]
    if rest.outlasted:
        reasons.append(Reason("overdue", "has lasted longer than any that was seen", facts))
    begin = max(now, base)
    earliest, likely, latest = (
        begin + timedelta(days=rest.days.quantile(chance))
        for chance in (_EARLIEST, 0.5, float(confidence))
    )
    if delivers is not None:
        earliest, likely, latest = map(delivers.begins, (earliest, likely, latest))
    window = Window(earliest, latest)
    evidence = int(rest.days.evidence)
    return Expected(window, likely, "history", evidence, now, confidence), tuple(reasons)


@decides("logistics.expect", 2)
def expect(
    shipment: Shipment,
    *,
    now: datetime,
    transit: tuple[timedelta, timedelta] | None = None,
    evidence: int = 0,
    carrier: Window | None = None,
    law: Law | None = None,
    confidence: Decimal = Decimal("0.9"),
    collects: WorkCalendar | None = None,
    delivers: WorkCalendar | None = None,
) -> Decision[Expected | None]:
    """The window in which the parcel should arrive; None when it has ended or not begun.

    The carrier's own estimate wins while it is not over. Else a learnt law speaks: of what is left
    given the stage it has reached and how long nothing further was heard, or given how long it is
    on its way. A law of fewer than 20 observations gives way to the stated transit: that counts from the
    ship date, or from the first scan; once a later stage is entered, only the share that is left
    counts from there. The window is never before `now`.

    Args:
        shipment: with its history and state.
        now: the moment of saying it.
        transit: fastest and slowest time from hand-over to delivery, or None when there is a law.
        evidence: how many parcels stand behind `transit`; 0 for the line's own word.
        carrier: the carrier's own estimate, or None.
        law: of the days from hand-over to delivery, by stages (`StageTimes.law`) or of the whole
            way (`TransitTimes.law`), or None.
        confidence: the share of parcels that should arrive by the end of the window, by the law.
        collects: when the carrier collects: what is handed over after its cut-off counts from the
            next opening. None: at all hours.
        delivers: when is delivered. None: at all hours.

    Raises:
        InvalidValue: neither law nor transit, the slowest transit is below the fastest, or a
            confidence that is not between .5 and 1.
    """
    if law is None and transit is None:
        raise refuse("expect", "transit", None, "or a law must be given")
    if transit is not None and transit[1] < transit[0]:
        raise refuse("expect", "transit", transit, "ends before it begins")
    if not Decimal("0.5") <= confidence < 1:
        raise refuse("expect", "confidence", confidence, "must be .5 or more, below 1")
    stage = shipment.state.stage
    if stage.ended:
        return Decision(None, (Reason("ended", stage.value),))
    if stage is Stage.RETURNING:
        return Decision(None, (Reason("going_back", "it will not reach the buyer"),))
    reasons: tuple[Reason, ...] = ()
    if carrier is not None and carrier.latest >= now:
        window = Window(max(carrier.earliest, now), carrier.latest)
        said = Reason("carrier_estimate", "the carrier says so")
        return Decision(_expected(window, "carrier", 1, now), (said,))
    if carrier is not None:
        reasons += (Reason("carrier_estimate_over", "the carrier's estimate has passed"),)
    base = begun(shipment)
    since = entered(shipment, stage) if _LEFT.get(stage, 100) < 100 else None
    if base is None and since is None:
        return Decision(None, (*reasons, Reason("not_started", "neither sent nor scanned")))
    start = base or since or now
    if collects is not None:
        start = collects.begins(start)
    learnt = None if law is None else as_law(law, "logistics.expect")
    if learnt is not None and transit is not None and learnt.whole.evidence < FEWEST:
        few = Extra({"evidence": int(learnt.whole.evidence)})
        reasons += (Reason("few_observations", "the stated transit counts", few),)
        learnt = None
    if learnt is not None:
        value, why = _by_law(
            shipment, start, law=learnt, confidence=confidence, now=now, delivers=delivers
        )
    elif transit is not None:
        value, why = _by_share(shipment, start, transit=transit, evidence=evidence, now=now)
    return Decision(value, reasons + why)
