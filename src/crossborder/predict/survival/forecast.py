"""The chance of being late, from everything known up to a moment.

It is put together in logits: three parts what today's pace says (`Hazard`), one part what parcels
of that line, destination and promise took in the past (`TransitTable`), a shift that answers how
often parcels were late against what was said when they were handed over, and what a silence
says where scans are known (`ScanGaps`).
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from math import ceil, log

from crossborder.errors import InvalidValue
from crossborder.model.check import aware
from crossborder.predict.survival.chance import LateChance
from crossborder.predict.survival.hazard import Hazard, Way, logistic
from crossborder.predict.survival.journey import Arrived, Journey, News, Scanned
from crossborder.predict.survival.kept import LateState
from crossborder.predict.survival.parcel import Parcel, day_of
from crossborder.predict.survival.raw import raw_logit
from crossborder.predict.survival.shift import Shift
from crossborder.predict.survival.silence import ScanGaps
from crossborder.predict.survival.table import TransitTable
from crossborder.predict.survival.usual import Usual

__all__ = ["LateForecast"]

_GIVE_UP = 60
"""Days after which an open parcel teaches nothing more about arriving."""

_USUAL_PROMISE, _USUAL_WORTH = log(24.0), log(120.0)
"""What is usual in promises (days) and worths, before any is known."""


class LateForecast:
    """Chances of being late, improved by each thing that becomes known.

    News is told with the moment it was known; of one day in any order. Telling and asking move
    time on: a day is learnt from as soon as something of a later day is told or asked, and what
    was known on a day that is over is refused from then on.

    >>> forecast = LateForecast()
    >>> sent = datetime(2026, 11, 2, 9, tzinfo=UTC)
    >>> parcel = Journey("p1", sent, sent + timedelta(days=9))
    >>> forecast.observe(parcel, known_at=sent, now=sent)
    >>> soon, later = (sent + timedelta(days=day) for day in (1, 8))
    >>> forecast.late("p1", now=soon).probability < forecast.late("p1", now=later).probability
    True

    What was learnt is kept as a value, and goes on from it.

    >>> again = LateForecast.resumed(forecast.state)
    >>> again.late("p1", now=later) == forecast.late("p1", now=later)
    True
    """

    __slots__ = (
        *("_gaps", "_heard", "_hazard", "_leaving", "_parcels", "_promise", "_scans", "_shift"),
        *("_table", "_today", "_worth", "_zone"),
    )

    def __init__(self, *, holidays: Iterable[date] = (), zone: tzinfo = UTC) -> None:
        """Nothing known.

        Args:
            holidays: days on which little is delivered, past and to come.
            zone: whose days are counted: the place of delivery.
        """
        self._zone = zone
        self._hazard = Hazard(holidays)
        self._table = TransitTable()
        self._shift = Shift()
        self._gaps: dict[str, ScanGaps] = {}
        self._parcels: dict[str, Parcel] = {}
        self._promise = Usual(_USUAL_PROMISE)
        self._worth = Usual(_USUAL_WORTH)
        self._today: int | None = None
        self._scans: list[tuple[str, float]] = []
        self._heard: dict[str, float] = {}
        self._leaving: dict[int, list[Parcel]] = {}

    @classmethod
    def resumed(cls, state: LateState, *, zone: tzinfo = UTC) -> "LateForecast":
        """The forecast that `state` was kept of.

        Args:
            state: with the holidays that were given.
            zone: the one whose days were counted.

        Raises:
            InvalidValue: another zone, or it was kept of none.
        """
        if str(zone) != state.zone:
            text = f"must be {state.zone}, as days were counted"
            raise InvalidValue(text, field="zone", value=str(zone), source=_NAME)
        found = cls(zone=zone)
        found._hazard = Hazard.resumed(state.hazard)
        found._table = TransitTable.resumed(state.table)
        found._shift = Shift.resumed(state.shift)
        found._promise = Usual.resumed(_USUAL_PROMISE, state.promise)
        found._worth = Usual.resumed(_USUAL_WORTH, state.worth)
        found._gaps = {line: ScanGaps.resumed(gaps) for line, gaps in state.gaps}
        found._scans, found._today = list(state.scans), state.today
        for id_, at in state.scans:
            found._heard[id_] = max(at, found._heard.get(id_, at))
        gone = [Parcel.resumed(kept, zone) for kept in state.leaving]
        going = [Parcel.resumed(kept, zone) for kept in state.parcels]
        found._parcels = {parcel.journey.id: parcel for parcel in going}
        for parcel in (*gone, *going):
            day = _judged_on(parcel)
            if parcel.said is not None and state.today is not None and day >= state.today:
                found._leaving.setdefault(day, []).append(parcel)
        return found

    @property
    def state(self) -> LateState:
        """To be kept."""
        gone = (
            parcel.state
            for _, leaving in sorted(self._leaving.items())
            for parcel in leaving
            if self._parcels.get(parcel.journey.id) is not parcel
        )
        return LateState(
            str(self._zone),
            self._hazard.state,
            self._table.state,
            self._shift.state,
            self._promise.state,
            self._worth.state,
            tuple((line, gaps.state) for line, gaps in sorted(self._gaps.items())),
            tuple(parcel.state for _, parcel in sorted(self._parcels.items())),
            tuple(gone),
            tuple(sorted(self._scans)),
            self._today,
        )

    def _at(self, moment: datetime) -> float:
        return day_of(moment, self._zone)

    def observe(self, news: News, *, known_at: datetime, now: datetime) -> None:
        """Learn that a parcel was handed over, was scanned, has arrived or is followed no longer.

        Being late need not be told: it is known when the promise passes.

        Raises:
            InvalidValue: known after `now`, on a day that is over, before it happened, or of a
                parcel that is not (or already) on its way.
            NaiveTime: a time without a zone.
        """
        known_at, now = aware(known_at, "known_at", _NAME), aware(now, "now", _NAME)
        if known_at > now:
            raise _refuse("known_at", known_at, f"is later than now ({now.isoformat()})")
        happened = news.handed_at if isinstance(news, Journey) else news.at
        if happened > known_at:
            raise _refuse("known_at", known_at, f"is before it happened ({happened.isoformat()})")
        if not isinstance(news, Journey):
            self._going(news.id)
        self._move(int(self._at(known_at)), known_at)
        if isinstance(news, Journey):
            self._begin(news, self._at(known_at))
            return
        parcel = self._going(news.id)
        if news.at < parcel.journey.handed_at:
            raise _refuse("at", news.at, "is before the hand-over")
        # Where a clock is put back, what comes later may show an earlier time.
        at = max(self._at(news.at), parcel.handed)
        if isinstance(news, Scanned):
            self._scans.append((news.id, at))
            self._heard[news.id] = max(at, self._heard.get(news.id, at))
        elif isinstance(news, Arrived):
            if parcel.arrived is not None:
                raise _refuse("id", news.at, f"{news.id} has arrived already")
            parcel.arrived, parcel.ended = at, False
        else:
            parcel.ended = parcel.arrived is None

    def _going(self, id: str) -> Parcel:
        """A parcel on its way, or of which the last was heard today: the order of a day's news
        does not matter.
        """
        parcel = self._parcels.get(id)
        if parcel is None:
            raise InvalidValue("is not on its way", field="id", value=id, source=_NAME)
        return parcel

    def _begin(self, journey: Journey, known: float) -> None:
        if journey.id in self._parcels:
            raise InvalidValue("is on its way", field="id", value=journey.id, source=_NAME)
        worth = 0.0 if journey.worth is None else log(journey.worth + 10.0) - self._worth.mean
        parcel = Parcel(journey, self._zone, usual=self._promise.mean, worth=worth)
        if parcel.due > known:
            parcel.said = self._raw(parcel, parcel.handed)
            self._leaving.setdefault(_judged_on(parcel), []).append(parcel)
        self._parcels[journey.id] = parcel

    def late(self, id: str, *, now: datetime) -> LateChance:
        """The chance that a parcel on its way misses its promise.

        Raises:
            InvalidValue: it is not on its way, was handed over after `now`, or `now` is on a day
                that is over.
            NaiveTime: a time without a zone.
        """
        now = aware(now, "now", _NAME)
        at = self._at(now)
        parcel = self._parcels.get(id)
        if parcel is None or parcel.arrived is not None or parcel.ended:
            raise InvalidValue("is not on its way", field="id", value=id, source=_NAME)
        if now < parcel.journey.handed_at:
            raise _refuse("now", now, "is before the hand-over")
        at = max(at, parcel.handed)
        self._move(int(at), now)
        journey = parcel.journey
        gaps = self._gaps.get(journey.line)
        usual = gaps.quantile(0.9) if gaps is not None else None
        heard = max(parcel.seen, min(self._heard.get(id, parcel.seen), at))
        silence = None
        chance = 1.0
        if at < parcel.due:
            z = self._raw(parcel, at) + self._shift.value
            if gaps is not None and usual is not None:
                z += gaps.logit(at - heard)
            chance = logistic(z)
        if usual is not None:
            silence = timedelta(days=at - heard)
        evidence = int(self._table.evidence(day=int(at)))
        gap = None if usual is None else timedelta(days=usual)
        return LateChance(chance, journey.promised_by - now, evidence, silence, gap, now)

    def _raw(self, parcel: Parcel, at: float) -> float:
        return raw_logit(self._hazard, self._table, parcel, at)

    def _move(self, day: int, moment: datetime) -> None:
        """Close the days before this one."""
        today = self._today
        if today is not None and day < today:
            raise _refuse("known_at", moment, "lies on a day that is over")
        if today is not None:
            for over in range(today, day):
                self._close(over)
        self._today = day

    def _close(self, day: int) -> None:
        """Learn from a day that is over, in an order that is always the same."""
        learnt: list[tuple[Way, bool]] = []
        gone: list[str] = []
        for id_ in sorted(self._parcels):
            parcel = self._parcels[id_]
            journey, age = parcel.journey, day - int(parcel.handed)
            if int(parcel.handed) == day:
                self._promise.tell(log(min(max(parcel.promised, 3.0), 80.0)))
                if journey.worth is not None:
                    self._worth.tell(log(journey.worth + 10.0))
            if parcel.ended:
                gone.append(id_)
                continue
            if age <= _GIVE_UP:
                learnt.append((parcel.way, parcel.arrived is not None))
            if parcel.arrived is not None:
                self._table.add(
                    journey.line,
                    journey.destination,
                    promised=parcel.promised,
                    took=parcel.arrived - parcel.handed,
                    day=day,
                )
                gone.append(id_)
        self._hazard.learn(day, learnt)
        self._judge(day)
        self._heed_scans()
        for id_ in gone:
            del self._parcels[id_]
        self._promise.fade()
        self._worth.fade()

    def _judge(self, day: int) -> None:
        """Hold what was said at hand-over against the promises that passed."""
        for parcel in sorted(self._leaving.pop(day, ()), key=lambda parcel: parcel.journey.id):
            if parcel.said is not None and not (parcel.ended and parcel.arrived is None):
                late = parcel.arrived is None or parcel.arrived >= parcel.due
                self._shift.tell(logistic(parcel.said), late=late)
        self._shift.fade()

    def _heed_scans(self) -> None:
        for id_, at in sorted(self._scans, key=lambda scan: scan[::-1]):
            parcel = self._parcels[id_]
            if at > parcel.seen:
                gaps = self._gaps.setdefault(parcel.journey.line, ScanGaps())
                gaps.add(at - parcel.seen)
                parcel.seen = at
        self._scans.clear()
        self._heard.clear()


_NAME = LateForecast.__name__


def _judged_on(parcel: Parcel) -> int:
    """The day at whose end it is known whether the promise was kept."""
    return ceil(parcel.due) - 1


def _refuse(name: str, moment: datetime, text: str) -> InvalidValue:
    return InvalidValue(text, field=name, value=moment.isoformat(), source=_NAME)
