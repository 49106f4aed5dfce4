"""Times of the stages of a way, each learnt on its own, to be composed by their laws."""

from collections.abc import Sequence
from datetime import UTC, datetime

from crossborder.model.check import aware, refuse
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Stage
from crossborder.predict.transit.journey import Journey, StageState, begin_of, entered
from crossborder.predict.transit.law import StageLaw, TransitLaw
from crossborder.predict.transit.moments import known_by
from crossborder.predict.transit.settings import TransitSettings
from crossborder.predict.transit.times import TransitTimes
from crossborder.predict.transit.way import Way

__all__ = ["StageTimes"]


class StageTimes:
    """The stages of journeys, from scans in any order.

    A journey teaches a stage's time when the next scan is that of the next stage; what jumps over
    stages teaches nothing about those. What is still in a stage, or was given up there, teaches
    how long it lasts at least.

    >>> from datetime import timedelta
    >>> times, start = StageTimes(["accepted", "last_mile"]), datetime(2026, 1, 1, tzinfo=UTC)
    >>> for number in range(20):
    ...     key, day = str(number), start + timedelta(days=number)
    ...     times.begin(key, Way("line"), at=day, now=day)
    ...     for stage, after in (("accepted", 1), ("last_mile", 6), ("delivered", 8)):
    ...         then = day + timedelta(days=after)
    ...         times.observe(key, stage, then, known_at=then, now=then)
    >>> law = times.law(Way("line"), now=start + timedelta(days=60))
    >>> [(each.stage, round(each.days.quantile(0.5))) for each in law.stages]
    [('accepted', 5), ('last_mile', 2)]

    What was learnt is kept as a value, and goes on from it.

    >>> StageTimes.resumed(times.state).law(Way("line"), now=start + timedelta(days=60)) == law
    True
    """

    def __init__(self, stages: Sequence[str], settings: TransitSettings | None = None) -> None:
        """The stages in the order of the way; the last ends with the arrival."""
        self.stages = tuple(stages)
        if not self.stages or len(set(self.stages)) < len(self.stages):
            raise refuse("StageTimes", "stages", self.stages, "must be names, each once")
        self.settings = settings or TransitSettings()
        self._whole = TransitTimes(self.settings)
        self._journeys: dict[str, Journey] = {}
        self._built: tuple[datetime, list[TransitTimes]] | None = None

    @classmethod
    def resumed(cls, state: StageState) -> "StageTimes":
        """The times that `state` was kept of.

        Raises:
            InvalidValue: it was kept of none, such as one with a journey twice.
        """
        found = cls(state.stages, state.settings)
        for trip in state.trips:
            found.begin(trip.key, trip.way, at=trip.began_at, now=trip.began_at)
            for scan in trip.scans:
                known = scan.known_at
                found.observe(trip.key, scan.stage, scan.at, known_at=known, now=known)
            if trip.ended_at is not None and trip.known_at is not None:
                known = trip.known_at
                if trip.arrived:
                    found.observe(trip.key, None, trip.ended_at, known_at=known, now=known)
                else:
                    found.withdraw(trip.key, known_at=known, now=known)
        return found

    @property
    def state(self) -> StageState:
        """To be kept: of each journey what `law` needs, by begin and name."""
        ordered = sorted(self._journeys.items(), key=lambda item: (item[1].began, item[0]))
        trips = tuple(journey.trip(key, self.stages) for key, journey in ordered)
        return StageState(self.settings, self.stages, trips)

    def begin(self, key: str, way: Way, *, at: datetime, now: datetime) -> None:
        """A journey began; raises as `TransitTimes.begin`."""
        self._whole.begin(key, way, at=at, now=now)
        self._journeys[key] = Journey(way, _utc(at))

    def observe(
        self, key: str, stage: str | None, at: datetime, *, known_at: datetime, now: datetime
    ) -> None:
        """A journey came into a stage, or has arrived, and since `known_at` that is known.

        The first scan of a stage counts, and the first arrival that is told; a stage that is not
        named here changes nothing.

        Args:
            key: the journey.
            stage: where it came; it has arrived with None, or with `delivered` where that is not
                one of the stages.
            at: when.
            known_at: since when that is known.
            now: the moment of telling.

        Raises:
            InvalidValue: known after `now` or before it happened, before the journey began, of
                one that never did, or arrived after it was withdrawn.
            NaiveTime: a time without a zone.
        """
        known_by(at, known_at, now=now)
        journey, fact = self._journeys.get(key), (_utc(at), _utc(known_at))
        if journey is None:
            raise refuse("StageTimes", "key", key, "never began")
        if fact[0] < journey.began:
            raise refuse("StageTimes", "at", at, "is before the journey began")
        if stage is None or (stage == Stage.DELIVERED and stage not in self.stages):
            if journey.end is not None and journey.end[2]:
                return
            self._whole.observe(key, at, known_at=known_at, now=now)
            journey.end = (*fact, True)
        elif stage in self.stages:
            journey.scanned(stage, *fact)
        else:
            return
        self._touch(fact[1])

    def withdraw(self, key: str, *, known_at: datetime, now: datetime) -> None:
        """A journey was given up, returned or lost: it lasted until `known_at`, and so did the
        stage where it was; raises as `TransitTimes.withdraw`.
        """
        self._whole.withdraw(key, known_at=known_at, now=now)
        self._journeys[key].end = _utc(known_at), _utc(known_at), False
        self._touch(_utc(known_at))

    def follow(self, shipment: Shipment, *, now: datetime, way: Way | None = None) -> None:
        """Learn a parcel's journey from its scans; to be called again whenever it has new ones.

        The journey is called by the shipment's id. It begins with the ship date, or without one
        with the first scan on the way; the first scan of each stage counts, one before the begin
        as if made then; it ends with the first scan of a delivery. When the parcel has ended
        without one (returned, lost, destroyed, cancelled) the journey is withdrawn. A scan dated
        after `now` waits until its time has come; a local time without a zone is read as UTC.

        All of it is known since `now`, so the law counts it from the next midnight (UTC) on. What
        was told before stands: the same history changes nothing, a longer one adds to it.

        Args:
            shipment: with its events and its state.
            now: the moment of telling.
            way: how it goes; the shipment's line alone when left out. `law` is asked by the same.

        Raises:
            NaiveTime: `now` has no zone.

        >>> from datetime import timedelta
        >>> from crossborder.model.ids import ShipmentId
        >>> from crossborder.model.tracking import TrackingEvent
        >>> times, start = StageTimes(["accepted", "last_mile"]), datetime(2026, 1, 1, tzinfo=UTC)
        >>> stops = ((Stage.ACCEPTED, 1), (Stage.LAST_MILE, 6), (Stage.DELIVERED, 8))
        >>> for number in range(20):
        ...     sent = start + timedelta(days=number)
        ...     scans = [TrackingEvent("x", stage=to, at=sent + timedelta(day)) for to, day in stops]
        ...     parcel = Shipment(ShipmentId(f"p{number}"), "x", "N", sent, events=scans, line="line")
        ...     for day in range(10):
        ...         times.follow(parcel, now=sent + timedelta(days=day))
        >>> law = times.law(Way("line"), now=start + timedelta(days=60))
        >>> round(law.whole.quantile(0.5)), [round(one.days.quantile(0.5)) for one in law.stages]
        (8, [5, 2])
        """
        today, key = _utc(now), shipment.id
        if key not in self._journeys:
            begin = begin_of(shipment)
            if begin is None or begin > today:
                return
            self.begin(key, Way(shipment.line) if way is None else way, at=begin, now=now)
        journey, scans = self._journeys[key], entered(shipment)
        if journey.began > today:
            return
        for stage in self.stages:
            if stage in scans and stage not in journey.scans and scans[stage][0] <= today:
                first = max(scans[stage][0], journey.began)
                self.observe(key, stage, first, known_at=now, now=now)
        if journey.end is not None:
            return
        came = [at for at in scans.get(Stage.DELIVERED, ()) if at >= journey.began]
        if came and came[0] <= today:
            self.observe(key, None, came[0], known_at=now, now=now)
        elif not came and shipment.state.stage.ended:
            self.withdraw(key, known_at=now, now=now)

    def law(self, way: Way, *, now: datetime) -> TransitLaw | None:
        """The law of a journey that begins now; without stages while one has none; None as
        `TransitTimes.law`.
        """
        whole = self._whole.law(way, now=now)
        if whole is None:
            return None
        laws = [times.law(way, now=now) for times in self._learnt(now)]
        stages = [
            StageLaw(stage, law)
            for stage, law in zip(self.stages, laws, strict=True)
            if law is not None
        ]
        return TransitLaw(whole, tuple(stages) if len(stages) == len(self.stages) else ())

    def _touch(self, known_at: datetime) -> None:
        """Forget what was reckoned for a midnight that would have known of this."""
        if self._built is not None and known_at <= self._built[0]:
            self._built = None

    def _learnt(self, now: datetime) -> list[TransitTimes]:
        """The times of each stage from the scans known by the midnight before."""
        day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        if self._built is not None and self._built[0] == day:
            return self._built[1]
        found = [TransitTimes(self.settings) for _ in self.stages]
        for key, journey in self._journeys.items():
            self._teach(found, key, journey, day)
        self._built = day, found
        return found

    def _teach(
        self, found: Sequence[TransitTimes], key: str, journey: Journey, day: datetime
    ) -> None:
        known = journey.known(day)
        end, since, arrived = journey.end or (None, None, False)
        if since is None or since > day:
            end = None
        last = len(self.stages) - 1
        seen = [place for place, stage in enumerate(self.stages) if stage in known]
        for number, place in enumerate(seen):
            entered_at = known[self.stages[place]]
            following = seen[number + 1] if number + 1 < len(seen) else None
            left, ended = end, arrived
            if following is not None:
                if following > place + 1:
                    continue
                left, ended = known[self.stages[following]], True
            elif end is not None and arrived and place < last:
                continue
            if left is not None and left < entered_at:
                continue
            found[place].begin(key, journey.way, at=entered_at, now=day)
            if left is not None and ended:
                found[place].observe(key, left, known_at=left, now=day)
            elif left is not None:
                found[place].withdraw(key, known_at=left, now=day)


def _utc(moment: datetime) -> datetime:
    return aware(moment, "at", "StageTimes").astimezone(UTC)
