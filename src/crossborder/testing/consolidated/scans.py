"""How true scans reach us: polled and pushed, late, twice, in no order, or never."""

from datetime import datetime, timedelta, timezone
from functools import cache

from attrs import evolve, frozen

from crossborder.model.place import Place
from crossborder.model.tracking import ParcelState, Stage, TrackingEvent, scan
from crossborder.testing.consolidated.chance import Draws
from crossborder.testing.consolidated.setting import Setting
from crossborder.testing.consolidated.truth import Observation

__all__ = ["Clock", "Ear"]

_AGGREGATOR = "allparcels"
_ANOTHER_PARCEL = (
    (0, "accepted", ParcelState(Stage.ACCEPTED)),
    (9, "delivered", ParcelState(Stage.DELIVERED)),
)


@frozen
class Clock:
    """Where and how a carrier tells the time.

    Attributes:
        carrier: who tells it.
        country: where its scans happen.
        offset: hours ahead of UTC there.
        naive: it tells local times without saying the zone.
        teller: who passes its scans on, or empty where it tells them itself.
    """

    carrier: str
    country: str
    offset: int
    naive: bool = False
    teller: str = ""


class Ear:
    """Listens to one consignment and keeps what it hears."""

    def __init__(self, setting: Setting, draws: Draws) -> None:
        self._setting, self._draws = setting, draws
        self.heard: list[Observation] = []

    def scan(
        self,
        number: str,
        state: ParcelState,
        at: datetime,
        clock: Clock,
        *,
        code: str,
        since: datetime | None = None,
        sure: bool = False,
        second: bool = False,
    ) -> datetime | None:
        """A scan happened; when we first learn of it, or None.

        Args:
            number: what was scanned.
            state: what the scan says.
            at: when it happened.
            clock: of who scanned it.
            code: the carrier's word for it.
            since: from when we ask for the number; None for always.
            sure: it is certain to be reported.
            second: an aggregator tells of it too.
        """
        setting, draws = self._setting, self._draws
        if not sure and draws.happens(setting.missing_scans):
            return None
        begun = at if since is None else max(at, since)
        received = [(self._polled(begun), "poll")]
        if not draws.happens(setting.webhooks_lost):
            late = draws.happens(setting.webhooks_late)
            delay = draws.between(24, 72) if late else draws.between(0.02, 0.4)
            first = begun + timedelta(hours=delay)
            received.append((first, "webhook"))
            if draws.happens(setting.webhooks_repeated):
                received.append((first + timedelta(minutes=draws.one_of((10, 30, 60))), "webhook"))
        # A number is polled until its end: every poll tells the whole history anew, of which we
        # keep the first telling and one more.
        received.append((received[0][0] + setting.poll, "poll"))
        for moment, by in received:
            event = _event(number, state, at, clock, code=code, received=moment)
            self.heard.append(Observation(moment, number, clock.carrier, by, event))
        if second:
            moment = self._polled(begun)
            other = evolve(clock, teller=_AGGREGATOR)
            event = _event(number, state, at, other, code=f"A-{code}", received=moment)
            self.heard.append(Observation(moment, number, clock.carrier, "aggregator", event))
        return min(moment for moment, _ in received)

    def last_year(self, number: str, clock: Clock, at: datetime) -> None:
        """The number was another parcel's: polls tell what became of that one, too."""
        for days, code, state in _ANOTHER_PARCEL:
            then, now = at - timedelta(days=400 - days), self._polled(at)
            event = _event(number, state, then, clock, code=code, received=now)
            self.heard.append(Observation(now, number, clock.carrier, "poll", event))

    def _polled(self, at: datetime) -> datetime:
        """The first poll after that moment."""
        since = (at - self._setting.start) % self._setting.poll
        return at + self._setting.poll - since

    @property
    def in_order(self) -> tuple[Observation, ...]:
        """What was heard, in the order of hearing; of what came at one time, in no order."""
        mixed = self._draws.shuffled(self.heard)
        return tuple(sorted(mixed, key=lambda seen: seen.received_at))


def _event(
    number: str,
    state: ParcelState,
    at: datetime,
    clock: Clock,
    *,
    code: str,
    received: datetime,
) -> TrackingEvent:
    local = at.astimezone(timezone(timedelta(hours=clock.offset)))
    return scan(
        clock.teller or clock.carrier,
        code,
        code.replace("_", " "),
        state,
        None if clock.naive else local,
        local.strftime("%Y-%m-%d %H:%M:%S") if clock.naive else None,
        _place(clock.country),
        number,
        received,
    )


@cache
def _place(country: str) -> Place:
    return Place(country=country)
