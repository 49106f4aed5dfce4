"""How long journeys take, learnt journey by journey, the open ones included."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime

from crossborder.model.check import refuse
from crossborder.predict.lead.ledger import Kept
from crossborder.predict.quantiles import Distribution
from crossborder.predict.transit.fit import Fit, fitted
from crossborder.predict.transit.ledger import Ledger
from crossborder.predict.transit.level import level_at
from crossborder.predict.transit.moments import DAY, EPOCH, days_of, known_of
from crossborder.predict.transit.quote import EARLIEST, TransitQuote
from crossborder.predict.transit.settings import JUDGED, TransitSettings
from crossborder.predict.transit.standing import Standing, TransitState, TripState
from crossborder.predict.transit.way import Trip, Way

__all__ = ["TransitTimes"]

_FORGOTTEN = 8
"""A journey that began so many half-lives ago has no say."""


class TransitTimes:
    """Times of journeys as laws, from those that arrived and those still on their way.

    A journey's time is the product of what its traits let expect (least squares on logarithms,
    anew each week), of today's level (from the recent journeys against what was expected of
    them, anew each day), and of a law around it: that of all, or of its line or finer cell where
    that cell came out ahead on later journeys. What coverage kept quotes had corrects the next
    ones within bounds.

    All that is known is taken as of the midnight (UTC) before `now`: what came in later, or in
    another order, changes no quote, and a quote of an earlier day can be asked for again.

    >>> from datetime import UTC, timedelta
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

    What was learnt is kept as a value, and goes on from it.

    >>> TransitTimes.resumed(times.state).quote(way, now=start + timedelta(days=75)) == quote
    True
    """

    def __init__(self, settings: TransitSettings | None = None) -> None:
        """Nothing known yet."""
        self.settings = settings or TransitSettings()
        self._trips: dict[str, Trip] = {}
        self._order: list[Trip] = []
        self._sorted = True
        self._ledger = Ledger()
        self._fit: tuple[float, Fit | None] | None = None
        self._standing: Standing | None = None

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

        It counts from its begin on, whenever that is told: tell it when it begins, or ask only
        about times after the telling.

        Raises:
            InvalidValue: it began after `now`, or the key is known.
            NaiveTime: a time without a zone.
        """
        start = known_of(at, now, "at")
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
        self._end(key, days_of(arrived_at, "arrived_at"), known_at, now, arrived=True)

    def withdraw(self, key: str, *, known_at: datetime, now: datetime) -> None:
        """A journey was given up or lost from sight: it lasted until `known_at`.

        Raises:
            InvalidValue: known after `now`, before it began, not begun, or ended already.
            NaiveTime: a time without a zone.
        """
        self._end(key, days_of(known_at, "known_at"), known_at, now, arrived=False)

    def days(
        self, way: Way, chances: Sequence[float], *, now: datetime
    ) -> tuple[float, ...] | None:
        """For each chance the days within which a journey that begins now arrives so surely.

        None while nothing has arrived.

        Raises:
            InvalidValue: a chance that is not between 0 and 1.
            NaiveTime: `now` has no zone.
        """
        moment = days_of(now, "now")
        for chance in chances:
            if not 0 < chance < 1:
                raise refuse("TransitTimes", "chances", chance, "must lie between 0 and 1")
        standing = self._at(moment)
        if standing is None:
            return None
        said = standing.of(way)
        return tuple(said.days(chance) for chance in chances)

    def law(self, way: Way, *, now: datetime) -> Distribution | None:
        """The law in days of a journey that begins now, a hundred equal parts; None as `days`.

        Raises:
            NaiveTime: `now` has no zone.
        """
        standing = self._at(days_of(now, "now"))
        if standing is None:
            return None
        said = standing.of(way)
        values = said.law
        return Distribution.of(values, [max(said.evidence, 1e-3) / len(values)] * len(values))

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
        moment = days_of(now, "now")
        standing = self._at(moment)
        if standing is None:
            return None
        said = standing.of(way)
        if key is not None:
            self._ledger.add(key, [moment + said.days(chance) for chance in JUDGED])
        return TransitQuote(
            said.days(EARLIEST),
            said.days(0.5),
            said.days(confidence),
            confidence,
            said.source,
            int(said.evidence),
            EPOCH + DAY * standing.at,
        )

    def coverage(self, *, now: datetime) -> tuple[Kept, ...]:
        """How often the kept quotes held, of those whose time has passed."""
        return self._ledger.kept(self._trips, days_of(now, "now"))

    def _end(
        self, key: str, end: float, known_at: datetime, now: datetime, *, arrived: bool
    ) -> None:
        known = known_of(known_at, now, "known_at")
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

    def _at(self, moment: float) -> Standing | None:
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
        self._standing = Standing(day, fit, level, moves, {})
        return self._standing


def _place_of(trip: Trip) -> tuple[float, str]:
    """In order of start, and of key where several start at once."""
    return trip.start, trip.key


def _place(trips: Sequence[Trip], at: float) -> int:
    return bisect_left(trips, at, key=lambda trip: trip.start)
