"""The plainest forecast: how long parcels still took that had looked like this one."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Health, Stage
from crossborder.predict.quantiles import Distribution
from crossborder.stages.logistics.tracking import moment

__all__ = ["Forecaster", "StageLaws"]

_HOUR = timedelta(hours=1)
_GIVEN_UP = 45 * 24.0
"""Hours after which a parcel that still is open teaches nothing more of how long one lasts."""
_STRENGTH = 20.0
_FEWEST = 30
_ATOMS = 128
_DAYS_IN_STAGE = (1, 2, 3, 5, 8, 12)

Key = tuple[str, Stage, bool, int]
"""Line (or none), stage, held up in it or not, and how long since it was entered."""


class Forecaster(Protocol):
    """Learns from parcels that ended, and says when those on their way arrive."""

    def learn(self, ended: Iterable[Shipment], going: Iterable[Shipment], *, now: datetime) -> None:
        """Take in the parcels that were seen to be delivered since the last time, and the open."""
        ...

    def arrival(self, shipment: Shipment, *, now: datetime) -> Distribution | None:
        """Hours from now until delivery, or None while too little is known."""
        ...


class StageLaws:
    """Laws of the hours left, by line, stage, trouble and the time since the stage was entered.

    Every parcel on its way is looked at each time and becomes a sample once it has arrived; until
    then it counts as lasting at least as long (Kaplan and Meier). So a parcel that lies still is
    held against others that lay as still. A line with little evidence is shrunk towards all lines.
    """

    def __init__(self) -> None:
        self._looks: dict[str, list[tuple[datetime, Key]]] = {}
        self._finished: dict[Key, list[float]] = {}
        self._laws: dict[Key, Distribution] = {}

    def learn(self, ended: Iterable[Shipment], going: Iterable[Shipment], *, now: datetime) -> None:
        """See `Forecaster`."""
        for shipment in ended:
            end = max(moment(e) for e in shipment.events if e.stage is Stage.DELIVERED)
            for at, key in self._looks.pop(shipment.id, ()):
                for one in (key, ("", *key[1:])):
                    self._finished.setdefault(one, []).append(max(0.0, (end - at) / _HOUR))
        for shipment in going:
            self._looks.setdefault(shipment.id, []).append((now, _key(shipment, now)))
        waiting: dict[Key, list[float]] = {}
        for looks in self._looks.values():
            for at, key in looks:
                lasted = (now - at) / _HOUR
                if lasted < _GIVEN_UP:
                    for one in (key, ("", *key[1:])):
                        waiting.setdefault(one, []).append(lasted)
        self._laws = {
            key: Distribution.censored(hours, waiting.get(key, ())).compressed(_ATOMS)
            for key, hours in self._finished.items()
            if len(hours) >= _FEWEST
        }

    def arrival(self, shipment: Shipment, *, now: datetime) -> Distribution | None:
        """See `Forecaster`."""
        line, stage, held, days = _key(shipment, now)
        for place in range(days, -1, -1):
            own = self._laws.get((line, stage, held, place))
            all_lines = self._laws.get(("", stage, held, place))
            if all_lines is not None:
                return all_lines if own is None else own.blended(all_lines, _STRENGTH)
        return None


def _key(shipment: Shipment, now: datetime) -> Key:
    state = shipment.state
    held = state.reason is not None or state.health is not Health.OK
    entered = min(
        (moment(event) for event in shipment.events if event.stage is state.stage), default=now
    )
    days = (now - entered) / timedelta(days=1)
    return shipment.line, state.stage, held, bisect_right(_DAYS_IN_STAGE, days)
