"""The chance that a parcel arrives today, given that it has not yet: learnt day by day.

A day's deliveries are held against what was expected of every parcel on its way, so what is still
open teaches as well as what has arrived, and no outcome has to be waited for. Two things are
learnt: how age, the length of the promise and the day of the week bear on the chance (a logistic
regression, one Newton step a day, older days fading), and the level of the last days, which says
how much more or less arrives than that. The level moves within days; the rest within months.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from math import exp, log, log1p

from attrs import frozen

from crossborder.model.check import refuse

__all__ = ["Hazard", "HazardState", "Way", "logistic"]

DENSE = 12
"""Coefficients that every parcel has: a cubic in age, and what tilts it."""

_FIRST, _HOLIDAY, _WEEKDAY = DENSE, DENSE + 1, DENSE + 2
SIZE = _WEEKDAY + 6

_FADE = 0.5 ** (1 / 300)
"""A day counts half after 300 days."""

_LEVEL_FADE = 0.5 ** (1 / 3)
_LEVEL_PRIOR = 20.0
"""The level rests on the last days: half-life three, beside twenty deliveries as expected."""

_STIFF = 3.0
_RIDGE = 0.1
"""What holds a coefficient near its start: at first so much, and always so much."""

_SURE = 40.0
"""Whoever would outlast so much has one chance in 10^17: the days beyond are not counted."""

_START = -2.0
"""Before anything is known about one in eight arrives each day."""

_PACE = (1.15, 1.15, 1.15, 1.15, 1.15, 0.35, 0.1)
"""How much each weekday ages a parcel, from Monday; about one a day in the mean of the week."""

_SHORTEST, _LONGEST = 3.0, 80.0
_LATEST = 4.0
"""Logs of promise and delay are kept in what was ever seen."""


def logistic(z: float) -> float:
    """The probability whose logit is `z`."""
    if z < -700:
        return 0.0
    return 1.0 / (1.0 + exp(-z))


def _elapsed(day: int) -> float:
    """How much days before `day` have aged a parcel, by the pace of the week."""
    weeks, rest = divmod(day, 7)
    # The first day of the calendar was a Monday.
    return weeks * _WEEK + _SINCE_MONDAY[rest]


_SINCE_MONDAY = tuple(sum(_PACE[:rest]) for rest in range(7))
_WEEK = sum(_PACE)


class Way:
    """What bears on one parcel's pace, as centred logs.

    Attributes:
        handed: the day of the hand-over, counted as `date.toordinal() - 1`.
        promise: log of the days from order to promise.
        relative: the same against the promises of the time.
        delay: log of the days from order to hand-over.
        worth: log of the worth against the worths of the time.
    """

    __slots__ = ("_began", "delay", "handed", "promise", "relative", "worth")

    def __init__(
        self, handed: int, promised: float, usual: float, *, waited: float, worth: float
    ) -> None:
        """`promised` and `waited` in days; `usual` the mean log promise; `worth` a log ratio."""
        self.handed = handed
        length = log(min(max(promised, _SHORTEST), _LONGEST))
        self.promise = length - 3.2
        self.relative = length - usual
        self.delay = min(log1p(max(waited, 0.0)), _LATEST) - 1.2
        self.worth = min(max(worth, -3.0), 3.0)
        self._began = _elapsed(handed)

    def age(self, day: int) -> float:
        """The log age on a day, centred."""
        return log(max(_elapsed(day) - self._began, 0.0) + 0.5) - 1.5

    def row(self, day: int) -> list[float]:
        """The dense coefficients' part of a day."""
        age, promise, relative = self.age(day), self.promise, self.relative
        square = age * age
        return [
            *(1.0, age, square, square * age, promise, promise * age, promise * square),
            *(relative, relative * age, self.delay, self.delay * age, self.worth),
        ]


@frozen
class HazardState:
    """What a `Hazard` has learnt, to be kept.

    Attributes:
        holidays: days on which little is delivered.
        theta: the coefficients.
        information: how much is known of them: the lower half of a symmetric matrix, by rows.
        seen: what was delivered lately.
        expected: what was to be expected of it.
    """

    holidays: frozenset[date]
    theta: tuple[float, ...]
    information: tuple[tuple[float, ...], ...]
    seen: float
    expected: float


class Hazard:
    """Chances of arriving, by day."""

    __slots__ = ("_expected", "_holidays", "_information", "_seen", "level", "theta")

    def __init__(self, holidays: Iterable[date] = ()) -> None:
        """Nothing learnt; on `holidays` little is delivered."""
        self._holidays = frozenset(day.toordinal() - 1 for day in holidays)
        self.theta = [0.0] * SIZE
        self.theta[0] = _START
        self._information = [
            [_STIFF if row == column else 0.0 for column in range(SIZE)] for row in range(SIZE)
        ]
        self._seen = self._expected = 0.0
        self.level = 0.0

    @classmethod
    def resumed(cls, state: HazardState) -> "Hazard":
        """The chances that `state` was kept of.

        Raises:
            InvalidValue: it is of another number of coefficients.
        """
        found = cls(state.holidays)
        rows = [len(row) for row in state.information]
        if len(state.theta) != SIZE or rows != list(range(1, SIZE + 1)):
            raise refuse("Hazard", "theta", len(state.theta), f"must be {SIZE} coefficients")
        found.theta = list(state.theta)
        for line, row in zip(found._information, state.information, strict=True):
            line[: len(row)] = row
        found._seen, found._expected = state.seen, state.expected
        found._set_level()
        return found

    @property
    def state(self) -> HazardState:
        """To be kept."""
        holidays = frozenset(date.fromordinal(day + 1) for day in self._holidays)
        lower = tuple(tuple(line[: at + 1]) for at, line in enumerate(self._information))
        return HazardState(holidays, tuple(self.theta), lower, self._seen, self._expected)

    def _sparse(self, day: int, first: bool) -> list[int]:
        """The places of what is simply so on a day."""
        places = [_FIRST] if first else []
        if day in self._holidays:
            places.append(_HOLIDAY)
        weekday = day % 7
        if weekday:
            places.append(_WEEKDAY + weekday - 1)
        return places

    def learn(self, day: int, parcels: Sequence[tuple[Way, bool]]) -> None:
        """Count a day that is over: every parcel that was on its way, and whether it arrived."""
        if not parcels:
            return
        theta, gradient = self.theta, [0.0] * SIZE
        information = self._information
        for line in information:
            for column in range(SIZE):
                line[column] *= _FADE
        seen = expected = 0.0
        for way, arrived in parcels:
            row = way.row(day)
            places = self._sparse(day, way.handed == day)
            z = sum(map(float.__mul__, theta, row)) + sum(theta[at] for at in places)
            expected += logistic(z)
            chance = logistic(z + self.level)
            seen += arrived
            self._add(row, places, gradient, left=arrived - chance, weight=chance - chance * chance)
        self._seen = self._seen * _LEVEL_FADE + seen
        self._expected = self._expected * _LEVEL_FADE + expected
        step = _solved(information, gradient)
        self.theta = [held + moved for held, moved in zip(theta, step, strict=True)]
        self._set_level()

    def _set_level(self) -> None:
        self.level = log((self._seen + _LEVEL_PRIOR) / (self._expected + _LEVEL_PRIOR))

    def _add(
        self,
        row: list[float],
        places: list[int],
        gradient: list[float],
        *,
        left: float,
        weight: float,
    ) -> None:
        """Only the lower half of the information is kept: it is symmetric."""
        information = self._information
        for at, value in enumerate(row):
            gradient[at] += left * value
            line, scaled = information[at], weight * value
            for column in range(at + 1):
                line[column] += scaled * row[column]
        for at in places:
            gradient[at] += left
            line = information[at]
            for column, value in enumerate(row):
                line[column] += weight * value
            for other in places:
                if other <= at:
                    line[other] += weight

    def outlasts(self, way: Way, start: float, end: float) -> float:
        """The chance to be still on the way at `end`, given that at `start`; days, fractions too.

        Within a day arrivals are spread evenly.
        """
        theta, promise, relative = self.theta, way.promise, way.relative
        bend, tilt = theta[3], theta[2] + theta[6] * promise
        slope = theta[1] + theta[5] * promise + theta[8] * relative + theta[10] * way.delay
        base = theta[0] + theta[4] * promise + theta[7] * relative + theta[9] * way.delay
        base += theta[11] * way.worth + self.level
        total, day = 0.0, int(start)
        while day < end:
            age = way.age(day)
            z = base + age * (slope + age * (tilt + age * bend))
            for at in self._sparse(day, way.handed == day):
                z += theta[at]
            share = min(end, day + 1) - max(start, day)
            # log(1 + e^z) is what a whole day takes off the log of the chance.
            total += share * (log1p(exp(z)) if z < 30 else z)
            if total > _SURE:
                break
            day += 1
        return exp(-total)


def _solved(lower: list[list[float]], gradient: list[float]) -> list[float]:
    """The step that the gradient asks for: Cholesky's way, with the ridge on the diagonal."""
    size = len(gradient)
    root: list[list[float]] = []
    for at in range(size):
        line: list[float] = []
        for column in range(at):
            held = root[column]
            rest = lower[at][column] - sum(map(float.__mul__, line, held[:column]))
            line.append(rest / held[column])
        line.append((lower[at][at] + _RIDGE - sum(value * value for value in line)) ** 0.5)
        root.append(line)
    forward: list[float] = []
    for at in range(size):
        rest = gradient[at] - sum(map(float.__mul__, root[at][:at], forward))
        forward.append(rest / root[at][at])
    found = [0.0] * size
    for at in range(size - 1, -1, -1):
        rest = forward[at] - sum(root[later][at] * found[later] for later in range(at + 1, size))
        found[at] = rest / root[at][at]
    return found
