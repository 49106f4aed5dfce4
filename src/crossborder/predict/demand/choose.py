"""One item's own forecast: several methods run side by side, the one that did best is used.

Each period every method is first judged on what it would have stocked (pinball loss of its
quantiles, older losses fade), then it learns. Only what was known then is used, so the choice is
a back-test that never ends.
"""

from collections.abc import Sequence
from datetime import datetime

from attrs import frozen

from crossborder.errors import InvalidValue
from crossborder.predict.demand.counts import NegativeBinomial
from crossborder.predict.demand.intermittent import Croston, Tsb
from crossborder.predict.demand.resume import resume
from crossborder.predict.demand.smoothing import Holt, Ses, Smoother, SmootherState

__all__ = ["BackTest", "BackTestState", "RunnerState", "pinball"]

_LEVELS = (0.5, 0.8, 0.9, 0.95)
_KEEP = 0.95
_PRIOR = 8.0  # periods that the usual dispersion counts for
_LEAST = 0.01
_DEATH = 0.02  # a period's chance that an item is asked for no more


def pinball(quantity: float, quantile: float, chance: float) -> float:
    """What a quantile costs: `chance` for each piece short, the rest of 1 for each piece over.

    >>> pinball(5, 3, 0.75), pinball(1, 3, 0.75)
    (1.5, 0.5)
    """
    gap = quantity - quantile
    return chance * gap if gap >= 0 else (chance - 1) * gap


@frozen
class RunnerState:
    """One method of a back-test, to be kept.

    Attributes:
        name: of the method with its constants.
        method: its own state.
        loss: the fading sum of its losses.
        weight: the fading number of periods it was judged on.
        excess: the fading sum of squared errors beyond the forecasts.
        square: the fading sum of squared forecasts.
        alive: the chance that the item lives.
    """

    name: str
    method: SmootherState
    loss: float
    weight: float
    excess: float
    square: float
    alive: float


@frozen
class BackTestState:
    """A back-test to be kept: the usual dispersion, and each method."""

    dispersion: float
    runners: tuple[RunnerState, ...]


class _Life:
    """The chance that an item still lives, from how long nothing sold.

    A live item sells in a period with chance `1 / interval` and dies with chance `_DEATH`.
    """

    __slots__ = ("alive",)

    def __init__(self) -> None:
        self.alive = 1.0

    def add(self, quantity: int, interval: float) -> None:
        if quantity:
            self.alive = 1 - _DEATH
        elif interval:
            silent = self.alive * (1 - 1 / max(interval, 1.0))
            self.alive = (1 - _DEATH) * silent / (silent + 1 - self.alive)


class _Runner:
    """A method with its losses and the spread around its forecasts."""

    __slots__ = ("excess", "life", "loss", "method", "name", "square", "weight")

    def __init__(self, name: str, method: Smoother, life: _Life | None = None) -> None:
        self.name, self.method, self.life = name, method, life
        self.loss = self.weight = self.excess = self.square = 0.0

    def law(self, usual: float) -> NegativeBinomial:
        mean = self.method.mean
        # What sells more sells more steadily: on weekly shop sales this is nearer than one
        # dispersion for all.
        usual /= max(1.0, mean) ** 0.5
        usually = _PRIOR * max(mean * mean, self.square / self.weight if self.weight else 0.0)
        if usually:
            usual = (self.excess + usually * usual) / (self.square + usually)
        dead = 1 - self.life.alive if self.life else 0.0
        return NegativeBinomial(mean, max(usual, _LEAST), dead)

    @property
    def state(self) -> RunnerState:
        alive = self.life.alive if self.life else 1.0
        sums = (self.loss, self.weight, self.excess, self.square)
        return RunnerState(self.name, self.method.state, *sums, alive)

    def restore(self, state: RunnerState) -> None:
        self.method = resume(state.method)
        self.loss, self.weight = state.loss, state.weight
        self.excess, self.square = state.excess, state.square
        if self.life:
            self.life.alive = state.alive

    def observe(
        self, quantity: int | None, law: NegativeBinomial, *, known_at: datetime, now: datetime
    ) -> None:
        """Learn, and be judged by `law`, what was said before."""
        first = not self.method.periods
        self.method.observe(quantity, known_at=known_at, now=now)
        if quantity is None:
            return
        if self.life and isinstance(self.method, Croston):
            self.life.add(quantity, self.method.interval)
        if first:
            return
        loss = sum(pinball(quantity, law.quantile(level), level) for level in _LEVELS)
        self.loss = _KEEP * self.loss + loss
        self.weight = _KEEP * self.weight + 1
        self.excess = _KEEP * self.excess + (quantity - law.mean) ** 2 - law.mean
        self.square = _KEEP * self.square + law.mean**2


def _runners() -> list[_Runner]:
    return [
        *(_Runner(f"ses({alpha})", Ses(alpha)) for alpha in (0.1, 0.05, 0.25)),
        _Runner("tsb(0.1, 0.05)", Tsb(0.1, 0.05)),
        _Runner("croston_sba(0.1)", Croston(0.1, debiased=True)),
        _Runner("croston_sba(0.1) alive", Croston(0.1, debiased=True), _Life()),
        _Runner("holt(0.2, 0.05, 0.9)", Holt(0.2, 0.05, 0.9)),
    ]


class BackTest:
    """Several smoothers of one item's demand, the best so far in front.

    `dispersion` is the usual one of items that sell about one piece a period, to which a short
    history is shrunk; items that sell more are taken to be steadier, by the root of their mean. A
    tie goes to the first, simple smoothing with 0.1.

    >>> from datetime import UTC, datetime, timedelta
    >>> own, month = BackTest(), datetime(2026, 1, 31, tzinfo=UTC)
    >>> for quantity in (2, 3, 2, 4, 3, 2, 3, 3):
    ...     own.observe(quantity, known_at=month, now=month)
    ...     month += timedelta(days=30)
    >>> own.best, own.law.quantile(0.9)
    ('ses(0.05)', 4)
    """

    __slots__ = ("_runners", "dispersion")

    def __init__(self, dispersion: float = 0.5) -> None:
        """Nothing observed yet."""
        self.dispersion = dispersion
        self._runners = _runners()

    @classmethod
    def resumed(cls, state: BackTestState) -> "BackTest":
        """The back-test that `state` was kept of.

        Raises:
            InvalidValue: other methods than those in use here.
        """
        found = cls(state.dispersion)
        said, known = (
            [each.name for each in each_of] for each_of in (state.runners, found._runners)
        )
        if said != known:
            text = f"must be {', '.join(known)}"
            raise InvalidValue(text, field="runners", value=said, source="BackTestState")
        for runner, kept in zip(found._runners, state.runners, strict=True):
            runner.restore(kept)
        return found

    @property
    def state(self) -> BackTestState:
        """To be kept."""
        return BackTestState(self.dispersion, tuple(runner.state for runner in self._runners))

    def observe(self, quantity: int | None, *, known_at: datetime, now: datetime) -> None:
        """Judge every method on this period, then let it learn; see `Smoother.observe`."""
        for runner in self._runners:
            law = runner.law(self.dispersion)
            runner.observe(quantity, law, known_at=known_at, now=now)

    @property
    def best(self) -> str:
        """The name of the method in front."""
        return min(self._runners, key=lambda runner: runner.loss).name

    @property
    def law(self) -> NegativeBinomial:
        """Next period's demand as the method in front sees it."""
        return min(self._runners, key=lambda runner: runner.loss).law(self.dispersion)

    @property
    def losses(self) -> Sequence[tuple[str, float]]:
        """Each method's fading loss, best first."""
        rows = ((runner.name, runner.loss) for runner in self._runners)
        return tuple(sorted(rows, key=lambda row: row[1]))

    @property
    def periods(self) -> int:
        """How many known periods were counted."""
        return self._runners[0].method.periods
