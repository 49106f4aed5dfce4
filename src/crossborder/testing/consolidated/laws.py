"""The plainest forecast: how long parcels took from where this one is, given its silence."""

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

Key = tuple[str, Stage, bool]


class Forecaster(Protocol):
    """Learns from parcels that ended, and says when those on their way arrive."""

    def learn(self, ended: Iterable[Shipment], going: Iterable[Shipment], *, now: datetime) -> None:
        """Take in the parcels that were seen to be delivered since the last time, and the open."""
        ...

    def arrival(self, shipment: Shipment, *, now: datetime) -> Distribution | None:
        """Hours from now until delivery, or None while too little is known."""
        ...


def _entered(shipment: Shipment) -> dict[tuple[Stage, bool], datetime]:
    """When the parcel first was in each stage, held up in it or not."""
    found: dict[tuple[Stage, bool], datetime] = {}
    for event in shipment.events:
        held = event.reason is not None or event.health is not Health.OK
        found.setdefault((event.stage, held), moment(event))
    return found


class StageLaws:
    """A law of the hours from entering a stage to delivery, for each line and stage.

    Parcels on their way count as lasting at least as long as they have (Kaplan and Meier); a line
    with little evidence is shrunk towards all lines.
    """

    def __init__(self) -> None:
        self._finished: dict[Key, list[float]] = {}
        self._laws: dict[Key, Distribution] = {}

    def learn(self, ended: Iterable[Shipment], going: Iterable[Shipment], *, now: datetime) -> None:
        """See `Forecaster`."""
        for shipment in ended:
            end = max(moment(e) for e in shipment.events if e.stage is Stage.DELIVERED)
            for (stage, held), at in _entered(shipment).items():
                for line in (shipment.line, ""):
                    hours = max(0.0, (end - at) / _HOUR)
                    self._finished.setdefault((line, stage, held), []).append(hours)
        waiting: dict[Key, list[float]] = {}
        for shipment in going:
            for (stage, held), at in _entered(shipment).items():
                lasted = (now - at) / _HOUR
                if 0 < lasted < _GIVEN_UP:
                    for line in (shipment.line, ""):
                        waiting.setdefault((line, stage, held), []).append(lasted)
        self._laws = {
            key: Distribution.censored(hours, waiting.get(key, ())).compressed(_ATOMS)
            for key, hours in self._finished.items()
            if len(hours) >= _FEWEST
        }

    def arrival(self, shipment: Shipment, *, now: datetime) -> Distribution | None:
        """See `Forecaster`."""
        state, entered = shipment.state, _entered(shipment)
        held = state.reason is not None or state.health is not Health.OK
        for trouble in (held, False):
            at = entered.get((state.stage, trouble))
            law = self._law(shipment.line, state.stage, trouble)
            if at is None or law is None:
                continue
            lasted = max(0.0, (now - at) / _HOUR)
            left = law.conditioned(lasted)
            # Beyond all that was seen: nobody knows, but it is not soon.
            return Distribution.point(14 * 24.0) if left is None else left.shifted(-lasted)
        return None

    def _law(self, line: str, stage: Stage, held: bool) -> Distribution | None:
        own, all_lines = self._laws.get((line, stage, held)), self._laws.get(("", stage, held))
        if own is None or all_lines is None:
            return all_lines
        key = ("blended " + line, stage, held)
        if key not in self._laws:
            self._laws[key] = own.blended(all_lines, _STRENGTH)
        return self._laws[key]
