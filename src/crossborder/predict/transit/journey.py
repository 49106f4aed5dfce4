"""One journey through its stages: as it is learnt, as it is kept, and as a parcel's scans tell it."""

from datetime import datetime

from attrs import frozen

from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Stage, told_at
from crossborder.predict.transit.settings import TransitSettings
from crossborder.predict.transit.way import Way

__all__ = ["Journey", "StageScan", "StageState", "StageTrip", "begin_of", "entered"]

_NOT_ON_THE_WAY = frozenset(
    {*(stage for stage in Stage if stage.ended), Stage.UNKNOWN, Stage.REGISTERED, Stage.RETURNING}
)


@frozen
class StageScan:
    """That a journey came into a stage.

    Attributes:
        stage: its name.
        at: when.
        known_at: since when that is known.
    """

    stage: str
    at: datetime
    known_at: datetime


@frozen
class StageTrip:
    """One journey to be kept.

    Attributes:
        key: what it is called.
        way: how it goes.
        began_at: when it began.
        scans: the first of each stage, in the order of the way; where an earlier one was heard of
            later, both, as they were known.
        ended_at: when it arrived or was given up, or None.
        known_at: since when that is known, or None.
        arrived: whether it arrived.
    """

    key: str
    way: Way
    began_at: datetime
    scans: tuple[StageScan, ...]
    ended_at: datetime | None
    known_at: datetime | None
    arrived: bool


@frozen
class StageState:
    """What `StageTimes` learnt from, to be kept.

    Attributes:
        settings: the constants.
        stages: in the order of the way.
        trips: by their begin.
    """

    settings: TransitSettings
    stages: tuple[str, ...]
    trips: tuple[StageTrip, ...]


class Journey:
    """One journey as it is learnt.

    Attributes:
        way: how it goes.
        began: when it began.
        scans: by stage, when it was first scanned there and since when that is known; where an
            earlier one was heard of later, each of them, so that no day forgets what it knew.
        end: when it ended, since when that is known, and whether it arrived; None on its way.
    """

    __slots__ = ("began", "end", "scans", "way")

    def __init__(self, way: Way, began: datetime) -> None:
        """On its way."""
        self.way, self.began = way, began
        self.scans: dict[str, list[tuple[datetime, datetime]]] = {}
        self.end: tuple[datetime, datetime, bool] | None = None

    def scanned(self, stage: str, at: datetime, known_at: datetime) -> None:
        """Take in a scan of a stage: it counts where none as early was known by then."""
        facts = sorted((*self.scans.get(stage, ()), (at, known_at)), key=lambda fact: fact[::-1])
        first: list[tuple[datetime, datetime]] = []
        for fact in facts:
            if not first or fact[0] < first[-1][0]:
                first.append(fact)
        self.scans[stage] = first

    def known(self, day: datetime) -> dict[str, datetime]:
        """The first scan of each stage, as it was known at a moment."""
        found = {}
        for stage, facts in self.scans.items():
            heard = [at for at, since in facts if since <= day]
            if heard:
                found[stage] = heard[-1]
        return found

    def trip(self, key: str, stages: tuple[str, ...]) -> StageTrip:
        """To be kept."""
        scans = tuple(
            StageScan(name, *fact) for name in stages for fact in self.scans.get(name, ())
        )
        ended_at, known_at, arrived = self.end or (None, None, False)
        return StageTrip(key, self.way, self.began, scans, ended_at, known_at, arrived)


def entered(shipment: Shipment) -> dict[str, list[datetime]]:
    """The moments of the parcel's scans by stage, each in order."""
    found: dict[str, list[datetime]] = {}
    for event in shipment.events:
        at = told_at(event)
        if at is not None:
            found.setdefault(event.stage.value, []).append(at)
    return {stage: sorted(moments) for stage, moments in found.items()}


def begin_of(shipment: Shipment) -> datetime | None:
    """The ship date, else the first scan on the way; None before either."""
    if shipment.ship_date is not None:
        return shipment.ship_date
    scans = entered(shipment).items()
    return min((at for stage, (at, *_) in scans if stage not in _NOT_ON_THE_WAY), default=None)
