"""With which chance a parcel comes too late, by what was learnt of its line."""

from datetime import datetime, timedelta
from decimal import Decimal

from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Stage
from crossborder.predict.calendar import WorkCalendar
from crossborder.predict.transit import TransitLaw
from crossborder.stages.logistics.remaining import begun, remaining

__all__ = ["late_chance"]

_DAY = timedelta(days=1)
_PLACES = Decimal("0.0001")


def late_chance(
    shipment: Shipment,
    law: TransitLaw,
    *,
    now: datetime,
    collects: WorkCalendar | None = None,
) -> Decimal | None:
    """The chance that the parcel arrives after its promise, to four places.

    Given where it is, how long it has been there, and that it has not arrived. A parcel that was
    not handed over yet is reckoned as if it were handed over now: it cannot do better. None where
    there is nothing to be late for: no promise, an end, a way back.

    Args:
        shipment: with its state, scans and promise.
        law: of the days from hand-over to delivery (`predict.transit`).
        now: the moment of asking.
        collects: when the carrier collects; what is handed over after its cut-off counts from the
            next opening. None: at all hours.

    >>> from datetime import UTC
    >>> from crossborder.model.ids import ShipmentId
    >>> from crossborder.model.time import Window
    >>> from crossborder.predict.quantiles import Distribution
    >>> sent = datetime(2026, 11, 2, tzinfo=UTC)
    >>> promised = Window(sent, sent + timedelta(days=9))
    >>> parcel = Shipment(ShipmentId("p1"), "acme", "N1", sent, promised=promised)
    >>> law = TransitLaw(Distribution.of([4, 6, 8, 10]))
    >>> [late_chance(parcel, law, now=sent + timedelta(days=day)) for day in (0, 7, 10)]
    [Decimal('0.2500'), Decimal('0.5000'), Decimal('1.0000')]
    """
    stage, promised = shipment.state.stage, shipment.promised
    if promised is None or stage.ended or stage is Stage.RETURNING:
        return None
    if now > promised.latest:
        return Decimal(1).quantize(_PLACES)
    base = begun(shipment) or now
    if collects is not None:
        base = collects.begins(base)
    start = max(now, base)
    rest = remaining(shipment, law, base=base, now=now)
    late = 1.0 - rest.days.cdf((promised.latest - start) / _DAY)
    return Decimal(min(1.0, max(0.0, late))).quantize(_PLACES)
