"""Whom to warn of: by the forecast of arrival, or by the chance of being late as it is learnt."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Stage
from crossborder.predict.quantiles import Distribution
from crossborder.predict.survival import Arrived, Ended, Journey, LateForecast, Scanned
from crossborder.stages.logistics.consolidation import MISSING
from crossborder.stages.logistics.tracking import moment

__all__ = ["ByArrival", "BySurvival", "Warner"]

_HOUR = timedelta(hours=1)


class Warner(Protocol):
    """Learns as a `Forecaster` does, and says of which parcels to warn."""

    def learn(self, ended: Iterable[Shipment], going: Iterable[Shipment], *, now: datetime) -> None:
        """Take in the parcels that were seen to end since the last time, and the open ones."""
        ...

    def warns(
        self, shipment: Shipment, arrival: Distribution | None, *, now: datetime
    ) -> str | None:
        """The kind of the warning, or None where there is nothing to warn of."""
        ...


class ByArrival:
    """Warns of what is missing, and of what by the forecast is more likely late than not.

    Args:
        least: the chance of being late from which to warn.
    """

    def __init__(self, least: float = 0.5) -> None:
        self._least = least

    def learn(self, ended: Iterable[Shipment], going: Iterable[Shipment], *, now: datetime) -> None:
        """Nothing: the forecast has learnt."""

    def warns(
        self, shipment: Shipment, arrival: Distribution | None, *, now: datetime
    ) -> str | None:
        """See `Warner`."""
        if shipment.state.reason == MISSING:
            return "missing"
        if shipment.promised is None or arrival is None:
            return None
        left = (shipment.promised.latest - now) / _HOUR
        return "late" if 1 - arrival.cdf(left) >= self._least else None


class BySurvival:
    """Warns of what is missing, and by `LateForecast`: by line, promise, time and silence.

    Args:
        least: the chance of being late from which to warn.
    """

    def __init__(self, least: float = 0.5) -> None:
        self._least = least
        self._forecast = LateForecast()
        self._seen: dict[str, datetime] = {}

    def learn(self, ended: Iterable[Shipment], going: Iterable[Shipment], *, now: datetime) -> None:
        """See `Warner`."""
        for shipment in ended:
            if shipment.id in self._seen:
                end = min(now, max(moment(event) for event in shipment.events))
                arrived = shipment.state.stage is Stage.DELIVERED
                news = Arrived(shipment.id, end) if arrived else Ended(shipment.id, end)
                self._forecast.observe(news, known_at=now, now=now)
                del self._seen[shipment.id]
        for shipment in going:
            self._follow(shipment, now)

    def _follow(self, shipment: Shipment, now: datetime) -> None:
        sent, promised = shipment.ship_date, shipment.promised
        if sent is None or promised is None or sent > now:
            return
        name = shipment.id
        if name not in self._seen:
            journey = Journey(name, sent, promised.latest, line=shipment.line)
            self._forecast.observe(journey, known_at=now, now=now)
            self._seen[name] = sent
        last = min(now, max(moment(event) for event in shipment.events))
        if last > self._seen[name]:
            self._forecast.observe(Scanned(name, last), known_at=now, now=now)
            self._seen[name] = last

    def warns(
        self, shipment: Shipment, arrival: Distribution | None, *, now: datetime
    ) -> str | None:
        """See `Warner`."""
        if shipment.state.reason == MISSING:
            return "missing"
        if shipment.id not in self._seen:
            return None
        chance = self._forecast.late(shipment.id, now=now).probability
        return "late" if chance >= self._least else None
