"""With which chance a parcel comes too late, by what was learnt of its line."""

from datetime import datetime, timedelta
from decimal import Decimal

from crossborder.model.check import aware
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Stage
from crossborder.predict.calendar import WorkCalendar
from crossborder.stages.logistics.remaining import FEWEST, Law, as_law, begun, remaining

__all__ = ["late_chance"]

_DAY = timedelta(days=1)
_PLACES = Decimal("0.0001")
_JUST = 1e-9
"""Days are floats: what ends exactly with the promise is in time."""


def late_chance(
    shipment: Shipment,
    law: Law,
    *,
    now: datetime,
    collects: WorkCalendar | None = None,
) -> Decimal | None:
    """The chance that the parcel arrives after its promise, to four places.

    Given where it is, how long it has been there, and that it has not arrived. A parcel that was
    not handed over yet is reckoned as if it were handed over now: it cannot do better. None where
    there is nothing to be late for (no promise, an end, a way back), and where the law rests on
    fewer than 20 observations.

    Args:
        shipment: with its state, scans and promise.
        law: of the days from hand-over to delivery (`predict.transit`), by stages or of the whole.
        now: the moment of asking.
        collects: when the carrier collects; what is handed over after its cut-off counts from the
            next opening. None: at all hours.

    Raises:
        NaiveTime: `now` has no zone.
        InvalidValue: the law is none.

    >>> from datetime import UTC
    >>> from crossborder.model.ids import ShipmentId
    >>> from crossborder.model.time import Window
    >>> from crossborder.predict.quantiles import Distribution
    >>> sent = datetime(2026, 11, 2, tzinfo=UTC)
    >>> promised = Window(sent, sent + timedelta(days=9))
    >>> parcel = Shipment(ShipmentId("p1"), "acme", "N1", sent, promised=promised)
    >>> law = Distribution.of([4, 6, 8, 10] * 5)
    >>> [late_chance(parcel, law, now=sent + timedelta(days=day)) for day in (0, 7, 10)]
    [Decimal('0.2500'), Decimal('0.5000'), Decimal('1.0000')]
    """
    now, known = aware(now, "now", "late_chance"), as_law(law, "late_chance")
    stage, promised = shipment.state.stage, shipment.promised
    if promised is None or stage.ended or stage is Stage.RETURNING:
        return None
    if now > promised.latest:
        return Decimal(1).quantize(_PLACES)
    if known.whole.evidence < FEWEST:
        return None
    base = begun(shipment) or now
    if collects is not None:
        base = collects.begins(base)
    start = max(now, base)
    rest = remaining(shipment, known, base=base, now=now)
    late = 1.0 - rest.days.cdf((promised.latest - start) / _DAY + _JUST)
    return Decimal(min(1.0, max(0.0, late))).quantize(_PLACES)
