"""What is left of a parcel's way: from where it counts, and what a learnt law says of it."""

from datetime import datetime, timedelta

from crossborder.model.check import refuse
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Stage
from crossborder.predict.quantiles import Distribution
from crossborder.predict.transit import Left, TransitLaw

__all__ = ["FEWEST", "Law", "as_law", "begun", "entered", "remaining"]

FEWEST = 20
"""A law of fewer observations gives way to what is stated, where something is."""

Law = TransitLaw | Distribution
"""Of the days from hand-over to delivery: by stages, or of the whole way alone."""

_DAY = timedelta(days=1)


def as_law(law: Law, source: str) -> TransitLaw:
    """The law; days alone, as `TransitTimes.law` has them, are the law of the whole way.

    Raises:
        InvalidValue: it is neither.
    """
    if isinstance(law, Distribution):
        return TransitLaw(law)
    if not isinstance(law, TransitLaw):
        raise refuse(source, "law", law, "must be a TransitLaw or a Distribution of days")
    return law


def entered(shipment: Shipment, stage: Stage) -> datetime | None:
    """When the parcel came into a stage, as far as a zone was given."""
    moments = [event.at for event in shipment.events if event.stage is stage]
    return min((at for at in moments if at is not None), default=None)


def begun(shipment: Shipment) -> datetime | None:
    """When it was handed over: the ship date, or the first scan on the way; None before."""
    if shipment.ship_date is not None:
        return shipment.ship_date
    scans = [
        event.at
        for event in shipment.events
        if event.at is not None and event.stage not in (Stage.UNKNOWN, Stage.REGISTERED)
    ]
    return min(scans, default=None)


def remaining(shipment: Shipment, law: TransitLaw, *, base: datetime, now: datetime) -> Left:
    """What is left by the law, given that it has not arrived and how long it is where it is.

    Laws of stages that rest on fewer than `FEWEST` observations give way to that of the whole.

    Args:
        shipment: with its state and scans.
        law: of the days from hand-over to delivery.
        base: from when the whole way counts.
        now: the moment of asking.

    >>> from datetime import UTC
    >>> from crossborder.model.ids import ShipmentId
    >>> sent = datetime(2026, 11, 2, tzinfo=UTC)
    >>> law = TransitLaw(Distribution.of([4, 6, 8, 10]))
    >>> parcel = Shipment(ShipmentId("p1"), "acme", "N1", sent)
    >>> remaining(parcel, law, base=sent, now=sent + timedelta(days=5)).days.values
    (1.0, 3.0, 5.0)
    """
    stage = shipment.state.stage
    since = entered(shipment, stage)
    here = stage.value if since is not None else None
    lasted = (now - since) / _DAY if since is not None else 0.0
    elapsed = (now - base) / _DAY
    names = [each.stage for each in law.stages]
    if here in names and law.whole.evidence >= FEWEST:
        ahead = law.stages[names.index(here) :]
        if min(each.days.evidence for each in ahead) < FEWEST:
            here = None
    return law.left(elapsed=elapsed, stage=here, lasted=lasted)
