"""What is kept of a forecast of lateness."""

from attrs import frozen

from crossborder.predict.survival.hazard import HazardState
from crossborder.predict.survival.parcel import KeptParcel
from crossborder.predict.survival.table import TableState

__all__ = ["LateState"]


@frozen
class LateState:
    """What a `LateForecast` has learnt, to be kept.

    Attributes:
        zone: the name of the zone whose days are counted; moments are days of it.
        hazard: today's pace.
        table: what parcels took in the past.
        shift: how often parcels were late against what was said.
        promise: what is promised of late.
        worth: what goods are worth of late.
        gaps: by line, how long parcels go without a scan.
        parcels: on their way, by id.
        leaving: no longer on their way, but still to be held against their promise.
        scans: of the day that is not over.
        today: the day that is not over, or None.
    """

    zone: str
    hazard: HazardState
    table: TableState
    shift: tuple[float, float]
    promise: tuple[float, float]
    worth: tuple[float, float]
    gaps: tuple[tuple[str, tuple[float, ...]], ...]
    parcels: tuple[KeptParcel, ...]
    leaving: tuple[KeptParcel, ...]
    scans: tuple[tuple[str, float], ...]
    today: int | None
