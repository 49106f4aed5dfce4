"""The library's own learnt laws and alarms, as a forecaster and a warner of simulated lines."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Stage
from crossborder.predict.quantiles import Distribution
from crossborder.predict.transit import StageTimes, TransitLaw, Way
from crossborder.stages.logistics.consolidation import MISSING
from crossborder.stages.logistics.delay import AlarmPolicy, alarm
from crossborder.stages.logistics.tracking import moment

__all__ = ["ByAlarm", "ByTransit"]

_HOUR = timedelta(hours=1)
_QUARTER = timedelta(hours=6)
_WAY = (
    *(Stage.ACCEPTED, Stage.EXPORT, Stage.LINE_HAUL, Stage.IMPORT_CUSTOMS),
    *(Stage.HANDOVER, Stage.LAST_MILE, Stage.OUT_FOR_DELIVERY),
)
_OF_LATENESS = frozenset({"at_risk", "late", "lost", "claim_due"})


class ByTransit:
    """Forecasts by `StageTimes`: the law of what is left of the stage, and of those to come."""

    def __init__(self) -> None:
        self._times = StageTimes([stage.value for stage in _WAY])
        self._told: dict[str, set[Stage]] = {}
        self._laws: dict[str, TransitLaw | None] = {}
        # Parcels that are alike to a quarter of a day are given one answer.
        self._left: dict[tuple[object, ...], Distribution] = {}

    def learn(self, ended: Iterable[Shipment], going: Iterable[Shipment], *, now: datetime) -> None:
        """See `Forecaster`."""
        self._laws, self._left = {}, {}
        for shipment in going:
            self._follow(shipment, now)
        for shipment in ended:
            self._follow(shipment, now)
            ends = [moment(e) for e in shipment.events if e.stage is Stage.DELIVERED]
            if shipment.id in self._told:
                end = min(now, max(ends))
                self._times.observe(shipment.id, None, end, known_at=now, now=now)

    def _follow(self, shipment: Shipment, now: datetime) -> None:
        sent, name = shipment.ship_date, shipment.id
        if sent is None or sent > now:
            return
        if name not in self._told:
            self._times.begin(name, Way(shipment.line), at=sent, now=now)
            self._told[name] = set()
        for event in shipment.events:
            if event.stage not in self._told[name]:
                self._told[name].add(event.stage)
                at = min(now, max(sent, moment(event)))
                self._times.observe(name, event.stage.value, at, known_at=now, now=now)

    def arrival(self, shipment: Shipment, *, now: datetime) -> Distribution | None:
        """See `Forecaster`."""
        sent, stage = shipment.ship_date, shipment.state.stage
        if sent is None or sent > now:
            return None
        if shipment.line not in self._laws:
            self._laws[shipment.line] = self._times.law(Way(shipment.line), now=now)
        law = self._laws[shipment.line]
        if law is None:
            return None
        entered = [moment(event) for event in shipment.events if event.stage is stage]
        spent = [(now - since) // _QUARTER for since in (sent, min(entered, default=now))]
        asked = (shipment.line, stage, *spent)
        if asked not in self._left:
            elapsed, lasted = (max(0, quarters) / 4 for quarters in spent)
            left = law.left(elapsed=elapsed, stage=stage.value, lasted=lasted)
            self._left[asked] = left.days.scaled(24.0)
        return self._left[asked]


class ByAlarm:
    """Warns by `alarm`, with the chance of being late that the forecast gives.

    Only what is of lateness or loss counts; a door that was not opened is another trouble.
    """

    def __init__(self, policy: AlarmPolicy | None = None) -> None:
        self._policy = AlarmPolicy() if policy is None else policy

    def learn(self, ended: Iterable[Shipment], going: Iterable[Shipment], *, now: datetime) -> None:
        """Nothing: the forecast has learnt."""

    def warns(
        self, shipment: Shipment, arrival: Distribution | None, *, now: datetime
    ) -> str | None:
        """See `Warner`."""
        if shipment.state.reason == MISSING:
            return "missing"
        chance = None
        if arrival is not None and shipment.promised is not None:
            late = 1 - arrival.cdf((shipment.promised.latest - now) / _HOUR)
            chance = Decimal(str(round(min(1.0, max(0.0, late)), 4)))
        raised = alarm(shipment, now=now, policy=self._policy, probability=chance).value
        return raised.kind if raised is not None and raised.kind in _OF_LATENESS else None
