"""How long journeys take, learnt journey by journey, the open ones included."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import exp

from attrs import frozen

from crossborder.errors import NaiveTime
from crossborder.model.check import refuse
from crossborder.predict.lead.ledger import Kept
from crossborder.predict.quantiles import Distribution
from crossborder.predict.transit.cells import ALL, Cell, Key
from crossborder.predict.transit.fit import Fit, fitted
from crossborder.predict.transit.ledger import Ledger, Quoted
from crossborder.predict.transit.level import Level, level_at
from crossborder.predict.transit.quote import EARLIEST, TransitQuote
from crossborder.predict.transit.settings import JUDGED, TransitSettings
from crossborder.predict.transit.spread import LEVELS, at_level
from crossborder.predict.transit.way import Trip, Way

__all__ = ["TransitState", "TransitTimes", "TripState", "known_by"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_LONGEST = 8.0
"""No time is said beyond this logarithm of days (eight years)."""

_FORGOTTEN = 8
"""A journey that began so many half-lives ago has no say."""


@frozen
class TripState:
    """One journey to be kept; times are days since 1970. See `Trip` for the fields."""

    key: str
    way: Way
    start: float
    end: float | None
    known: float | None
    arrived: bool


@frozen
class TransitState:
    """What `TransitTimes` learnt from, to be kept.

    Attributes:
        settings: the constants.
        trips: by start.
        quotes: by judged chance.
    """

    settings: TransitSettings
    trips: tuple[TripState, ...]
    quotes: tuple[tuple[Quoted, ...], ...]


@frozen
class _Standing:
    """What is said of the day that begins at `at`."""

    at: float
    fit: Fit
    level: Level
    moves: list[float]
    tables: dict[Key, list[float]]

    def table(self, key: Key, cell: Cell | None) -> list[float]:
        """Residuals at `LEVELS`, corrected by what was kept; they never fall."""
        found = self.tables.get(key)
        if found is None:
            highest = -_LONGEST
            found = []
            for chance, value in zip(
                LEVELS, self.fit.table if cell is None else cell.table, strict=True
            ):
                highest = max(highest, value + _move(self.moves, chance))
                found.append(highest)
            self.tables[key] = found
        return found


class TransitTimes:
    """Times of journeys as laws, from those that arrived and those still on their way.

    A journey's time is the product of what its traits let expect (least squares on logarithms,
    anew each week), of today's level (from the recent journeys against what was expected of
    them, anew each day), and of a law around it: that of all, or of its line or finer cell where
    that cell came out ahead on later journeys. What coverage kept quotes had corrects the next
    ones within bounds.

    All that is known is taken as of the midnight (UTC) before `now`: what came in later, or in
    another order, changes no quote, and a quote of an earlier day can be asked for again.

    >>> times, start = TransitTimes(), datetime(2026, 1, 1, tzinfo=UTC)
    >>> way = Way("express", zone="US")
    >>> for number in range(60):
    ...     day = start + timedelta(days=number)
    ...     times.begin(str(number), way, at=day, now=day)
    ...     end = day + timedelta(days=8 + number % 5)
    ...     times.observe(str(number), end, known_at=end, now=end)
    >>> quote = times.quote(way, now=start + timedelta(days=75))
    >>> round(quote.expected), round(quote.latest), quote.source, quote.evidence > 40
    (10, 12, 'all', True)
    """

    def __init__(self, settings: TransitSettings | None = None) -> None:
        """Nothing known yet."""
        self.settings = settings or TransitSettings()
        self._trips: dict[str, Trip] = {}
        self._order: list[Trip] = []
        self._sorted = True
        self._ledger = Ledger()
        self._fit: tuple[float, Fit | None] | None = None
        self._standing: _Standing | None = None

    @classmethod
    def resumed(cls, state: TransitState) -> "TransitTimes":
        """The times that `state` was kept of."""
        found = cls(state.settings)
        for kept in state.trips:
            trip = Trip(kept.key, kept.way, kept.start)
            trip.end, trip.known, trip.arrived = kept.end, kept.known, kept.arrived
            found._trips[kept.key] = trip
            found._order.append(trip)
        found._sorted = False
        by_key: dict[str, list[float]] = {}
        for quotes in state.quotes:
            for until, key in quotes:
                by_key.setdefault(key, []).append(until)
        for key, untils in by_key.items():
            found._ledger.add(key, untils)
        return found

    @property
    def state(self) -> TransitState:
        """To be kept."""
        trips = tuple(
            TripState(trip.key, trip.way, trip.start, trip.end, trip.known, trip.arrived)
            for trip in self._ordered()
        )
        return TransitState(self.settings, trips, self._ledger.quotes)

    def begin(self, key: str, way: Way, *, at: datetime, now: datetime) -> None:
        """A journey began; until its end is told it counts as on its way.

        Raises:
            InvalidValue: it began after `now`, or the key is known.
            NaiveTime: a time without a zone.
        """
        start = _known(at, now, "at")
        if key in self._trips:
            raise refuse("TransitTimes", "key", key, "is on its way or has arrived already")
        trip = Trip(key, way, start)
        self._trips[key] = trip
        if self._order and _place_of(self._order[-1]) > (start, key):
            self._sorted = False
        self._order.append(trip)
        self._touch(start, told=False)

    def observe(self, key: str, arrived_at: datetime, *, known_at: datetime, now: datetime) -> None:
        """A journey ended at its goal, and since `known_at` that is known.

        Raises:
            InvalidValue: known after `now` or before it happened, arrived before it began, not
                begun, or ended already.
            NaiveTime: a time without a zone.
        """
        self._end(key, _days(arrived_at, "arrived_at"), known_at, now, arrived=True)

    def withdraw(self, key: str, *, known_at: datetime, now: datetime) -> None:
        """A journey was given up or lost from sight: it lasted until `known_at`.

        Raises:
            InvalidValue: known after `now`, before it began, not begun, or ended already.
            NaiveTime: a time without a zone.
        """
        self._end(key, _days(known_at, "known_at"), known_at, now, arrived=False)

    def days(
        self, way: Way, chances: Sequence[float], *, now: datetime
    ) -> tuple[float, ...] | None:
        """For each chance the days within which a journey that begins now arrives so surely.

        None while nothing has arrived.

        Raises:
            InvalidValue: a chance that is not between 0 and 1.
            NaiveTime: `now` has no zone.
        """
        moment = _days(now, "now")
        for chance in chances:
            if not 0 < chance < 1:
                raise refuse("TransitTimes", "chances", chance, "must lie between 0 and 1")
        standing = self._at(moment)
        if standing is None:
            return None
        table, centre, _, _ = self._read(standing, way)
        return tuple(exp(min(centre + at_level(table, chance), _LONGEST)) for chance in chances)

    def law(self, way: Way, *, now: datetime) -> Distribution | None:
        """The law in days of a journey that begins now, a hundred equal parts; None as `days`.

        Raises:
            NaiveTime: `now` has no zone.
        """
        standing = self._at(_days(now, "now"))
        if standing is None:
            return None
        table, centre, _, evidence = self._read(standing, way)
        values = [exp(min(centre + value, _LONGEST)) for value in table]
        return Distribution.of(values, [max(evidence, 1e-3) / len(values)] * len(values))

    def quote(
        self, way: Way, *, now: datetime, key: str | None = None, confidence: float = 0.9
    ) -> TransitQuote | None:
        """Earliest, expected and latest days of a journey that begins now; None as `days`.

        With a key the quote is kept, and judged once its time has passed.

        Raises:
            InvalidValue: a confidence that is not between .5 and 1, or the key was quoted already.
            NaiveTime: `now` has no zone.
        """
        if not 0.5 <= confidence < 1:
            raise refuse("TransitTimes", "confidence", confidence, "must be .5 or more, below 1")
        if key is not None and key in self._ledger.keys:
            raise refuse("TransitTimes", "key", key, "was quoted already")
        moment = _days(now, "now")
        standing = self._at(moment)
        if standing is None:
            return None
        table, centre, source, evidence = self._read(standing, way)
        if key is not None:
            self._ledger.add(
                key,
                [
                    moment + exp(min(centre + at_level(table, chance), _LONGEST))
                    for chance in JUDGED
                ],
            )
        earliest, expected, latest = (
            exp(min(centre + at_level(table, chance), _LONGEST))
            for chance in (EARLIEST, 0.5, confidence)
        )
        return TransitQuote(
            earliest,
            expected,
            latest,
            confidence,
            source,
            int(evidence),
            _EPOCH + _DAY * standing.at,
        )

    def coverage(self, *, now: datetime) -> tuple[Kept, ...]:
        """How often the kept quotes held, of those whose time has passed."""
        return self._ledger.kept(self._trips, _days(now, "now"))

    def _read(self, standing: _Standing, way: Way) -> tuple[list[float], float, str, float]:
        """The table for a way, its centre with today's level, whose it is and its evidence."""
        fit, level = standing.fit, standing.level
        key, cell = fit.cells.finest(way)
        centre = fit.centre(way, level.usual) + level.of(way.line)
        source = "all" if key == ALL else "line" if len(key) == 1 else "cell"
        evidence = fit.evidence if cell is None else cell.evidence
        return standing.table(key, cell), centre, source, evidence

    def _end(
        self, key: str, end: float, known_at: datetime, now: datetime, *, arrived: bool
    ) -> None:
        known = _known(known_at, now, "known_at")
        trip = self._trips.get(key)
        if trip is None:
            raise refuse("TransitTimes", "key", key, "never began")
        if trip.end is not None:
            raise refuse("TransitTimes", "key", key, "has ended already")
        if end < trip.start:
            raise refuse("TransitTimes", "key", key, "ended before it began")
        if end > known:
            raise refuse("TransitTimes", "known_at", known_at, "is before it happened")
        trip.end, trip.known, trip.arrived = end, known, arrived
        self._touch(known, told=True)

    def _touch(self, day: float, *, told: bool) -> None:
        """Forget what was reckoned for moments that would have known of this."""
        if self._fit is not None and (day < self._fit[0] or (told and day == self._fit[0])):
            self._fit = self._standing = None
        elif self._standing is not None and (
            day < self._standing.at or (told and day == self._standing.at)
        ):
            self._standing = None

    def _ordered(self) -> list[Trip]:
        if not self._sorted:
            self._order.sort(key=_place_of)
            self._sorted = True
        return self._order

    def _at(self, moment: float) -> _Standing | None:
        day = moment // 1
        if self._standing is not None and self._standing.at == day:
            return self._standing
        rule = self.settings
        order = self._ordered()
        week = day // rule.refit * rule.refit
        oldest = week - _FORGOTTEN * max(rule.spread_half_life, rule.effect_half_life)
        first, end = _place(order, oldest), _place(order, day)
        trips = order[first:end]
        if self._fit is None or self._fit[0] != week:
            self._fit = week, fitted(trips[: _place(trips, week)], week, rule)
        fit = self._fit[1]
        if fit is None:
            # A young seller: what arrived since the week began is better than nothing.
            fit = fitted(trips, day, rule)
            if fit is None:
                return None
        level = level_at(trips, day, fit, rule)
        moves = self._ledger.moves(self._trips, day, rule)
        self._standing = _Standing(day, fit, level, moves, {})
        return self._standing


def _place_of(trip: Trip) -> tuple[float, str]:
    """In order of start, and of key where several start at once."""
    return trip.start, trip.key


def _place(trips: Sequence[Trip], at: float) -> int:
    return bisect_left(trips, at, key=lambda trip: trip.start)


def _move(moves: Sequence[float], chance: float) -> float:
    """The correction at a chance: nothing at 0, in proportion between the judged chances."""
    low, before = 0.0, 0.0
    for high, move in zip(JUDGED, moves, strict=True):
        if chance <= high:
            return before + (move - before) * (chance - low) / (high - low)
        low, before = high, move
    return before


def _days(moment: datetime, name: str) -> float:
    if not isinstance(moment, datetime):
        raise refuse("TransitTimes", name, moment, "must be a datetime")
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise NaiveTime("has no zone", field=name, value=moment, source="TransitTimes")
    return (moment - _EPOCH) / _DAY


def known_by(happened: datetime, known_at: datetime, *, now: datetime) -> None:
    """Refuse what is not known yet, or was known before it happened.

    Raises:
        InvalidValue: known after `now`, or before it happened.
        NaiveTime: a time without a zone.
    """
    if _days(happened, "at") > _known(known_at, now, "known_at"):
        raise refuse("TransitTimes", "known_at", known_at, "is before it happened")


def _known(moment: datetime, now: datetime, name: str) -> float:
    day, today = _days(moment, name), _days(now, "now")
    if day > today:
        text = f"is later than now ({now.isoformat()})"
        raise refuse("TransitTimes", name, moment, text)
    return day
