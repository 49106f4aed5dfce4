"""Times of the stages of a way, each learnt on its own, to be composed by their laws."""

from collections.abc import Sequence
from datetime import UTC, datetime

from crossborder.model.check import refuse
from crossborder.predict.transit.law import StageLaw, TransitLaw
from crossborder.predict.transit.moments import known_by
from crossborder.predict.transit.settings import TransitSettings
from crossborder.predict.transit.times import TransitTimes
from crossborder.predict.transit.way import Way

__all__ = ["StageTimes"]

Fact = tuple[datetime, datetime]
"""When it happened, and since when that is known."""


class StageTimes:
    """The stages of journeys, from scans in any order.

    A journey teaches a stage's time when the next scan is that of the next stage; what jumps over
    stages teaches nothing about those. What is still in a stage teaches how long it lasts at
    least.

    >>> from datetime import timedelta
    >>> times, start = StageTimes(["accepted", "last_mile"]), datetime(2026, 1, 1, tzinfo=UTC)
    >>> for number in range(20):
    ...     key, day = str(number), start + timedelta(days=number)
    ...     times.begin(key, Way("line"), at=day, now=day)
    ...     for stage, after in (("accepted", 1), ("last_mile", 6), (None, 8)):
    ...         then = day + timedelta(days=after)
    ...         times.observe(key, stage, then, known_at=then, now=then)
    >>> law = times.law(Way("line"), now=start + timedelta(days=60))
    >>> [(each.stage, round(each.days.quantile(0.5))) for each in law.stages]
    [('accepted', 5), ('last_mile', 2)]
    """

    def __init__(self, stages: Sequence[str], settings: TransitSettings | None = None) -> None:
        """The stages in the order of the way; the last ends with the arrival."""
        self.stages = tuple(stages)
        if not self.stages or len(set(self.stages)) < len(self.stages):
            raise refuse("StageTimes", "stages", self.stages, "must be names, each once")
        self.settings = settings or TransitSettings()
        self._whole = TransitTimes(self.settings)
        self._ways: dict[str, Way] = {}
        self._begun: dict[str, datetime] = {}
        self._scans: dict[str, dict[str, Fact]] = {}
        self._ends: dict[str, Fact] = {}
        self._built: tuple[datetime, list[TransitTimes]] | None = None

    def begin(self, key: str, way: Way, *, at: datetime, now: datetime) -> None:
        """A journey began; raises as `TransitTimes.begin`."""
        self._whole.begin(key, way, at=at, now=now)
        self._ways[key], self._begun[key] = way, at

    def observe(
        self, key: str, stage: str | None, at: datetime, *, known_at: datetime, now: datetime
    ) -> None:
        """A journey came into a stage, or has arrived (None), and since `known_at` that is known.

        The first scan of a stage counts; a stage that is not named here changes nothing.

        Raises:
            InvalidValue: as `TransitTimes.observe`.
            NaiveTime: a time without a zone.
        """
        if stage is None:
            self._whole.observe(key, at, known_at=known_at, now=now)
            self._ends[key] = (at, known_at)
        else:
            known_by(at, known_at, now=now)
            if key not in self._ways:
                raise refuse("StageTimes", "key", key, "never began")
            if at < self._begun[key]:
                raise refuse("StageTimes", "at", at, "is before the journey began")
            if stage not in self.stages:
                return
            scans = self._scans.setdefault(key, {})
            scans[stage] = min(scans.get(stage, (at, known_at)), (at, known_at))
        self._built = None

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

    def _learnt(self, now: datetime) -> list[TransitTimes]:
        """The times of each stage from the scans known by the midnight before."""
        day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        if self._built is not None and self._built[0] == day:
            return self._built[1]
        found = [TransitTimes(self.settings) for _ in self.stages]
        for key, scans in self._scans.items():
            known = {stage: at for stage, (at, since) in scans.items() if since <= day}
            end, since = self._ends.get(key, (None, None))
            arrived = end if since is not None and since <= day else None
            self._teach(found, key, known, arrived, day)
        self._built = day, found
        return found

    def _teach(
        self,
        found: Sequence[TransitTimes],
        key: str,
        known: dict[str, datetime],
        arrived: datetime | None,
        day: datetime,
    ) -> None:
        way, last = self._ways[key], len(self.stages) - 1
        seen = [place for place, stage in enumerate(self.stages) if stage in known]
        for number, place in enumerate(seen):
            entered = known[self.stages[place]]
            following = seen[number + 1] if number + 1 < len(seen) else None
            if following is not None:
                if following > place + 1:
                    continue
                left: datetime | None = known[self.stages[following]]
            elif arrived is not None and place < last:
                continue
            else:
                left = arrived
            if left is not None and left < entered:
                continue
            found[place].begin(key, way, at=entered, now=day)
            if left is not None:
                found[place].observe(key, left, known_at=left, now=day)
