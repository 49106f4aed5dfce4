"""What is remembered of one part: a few fading sums, whatever its history's length."""

from attrs import frozen

from crossborder.predict.demand.grid import step_of

__all__ = ["FAST", "QUICK", "SLOW", "Track", "TrackState"]

SLOW = 0.02
"""Share of a period that fades from the slow memory with each new one."""

FAST = 0.05
"""The same of the fast memory."""

QUICK = 0.25
"""The same of the quick memory."""

_KEEP_SLOW = 1 - SLOW
_KEEP_FAST = 1 - FAST
_KEEP_QUICK = 1 - QUICK
_UNIT_MOST = 1e9


@frozen
class TrackState:
    """A track to be kept: see `Track` for the fields.

    Attributes:
        periods: how many known periods were counted.
        slow: the slow sum of demand.
        fast: the fast sums of weight, demand and periods with demand.
        quick: the quick sums of weight and demand.
        unit: what one new period weighs in `reached`.
        reached: by step, the weight of the periods that reached it.
    """

    periods: int
    slow: float
    fast: tuple[float, float, float]
    quick: tuple[float, float]
    unit: float
    reached: tuple[float, ...]


class Track:
    """The memory of one part's demand; a period is added in O(1).

    Unknown periods are not added: they neither raise nor lower anything.

    >>> track = Track()
    >>> for quantity in (0, 2, 0):
    ...     track.add(quantity)
    >>> track.periods, round(track.mean, 2)
    (3, 0.67)
    """

    __slots__ = ("demand", "fast", "late", "periods", "quick", "reached", "share", "slow", "unit")

    def __init__(self, state: TrackState | None = None) -> None:
        """Empty, or as it was kept."""
        self.periods = 0
        self.slow = self.fast = self.demand = self.share = self.quick = self.late = 0.0
        # A new period weighs ever more instead of the old ones ever less: only the steps that
        # were reached have to be touched.
        self.unit = 1.0
        self.reached: list[float] = [0.0, 0.0]
        if state is not None:
            self.periods, self.slow, self.unit = state.periods, state.slow, state.unit
            self.fast, self.demand, self.share = state.fast
            self.quick, self.late = state.quick
            self.reached = list(state.reached)

    def add(self, quantity: int) -> None:
        """Count one more known period."""
        self.periods += 1
        self.slow = _KEEP_SLOW * self.slow + SLOW * quantity
        self.fast = _KEEP_FAST * self.fast + FAST
        self.demand = _KEEP_FAST * self.demand + FAST * quantity
        self.share = _KEEP_FAST * self.share + (FAST if quantity else 0.0)
        self.quick = _KEEP_QUICK * self.quick + QUICK
        self.late = _KEEP_QUICK * self.late + QUICK * quantity
        self.unit = unit = self.unit / _KEEP_SLOW
        reached, step = self.reached, step_of(quantity)
        if len(reached) < step + 2:
            reached.extend([0.0] * (step + 2 - len(reached)))
        for index in range(step + 1):
            reached[index] += unit
        if unit > _UNIT_MOST:
            self.reached = [weight / unit for weight in reached]
            self.unit = 1.0

    @property
    def mean(self) -> float:
        """The fading mean of demand per period; 0 without history."""
        return self.demand / self.fast if self.fast else 0.0

    @property
    def state(self) -> TrackState:
        """To be kept."""
        fast = (self.fast, self.demand, self.share)
        quick = (self.quick, self.late)
        return TrackState(self.periods, self.slow, fast, quick, self.unit, tuple(self.reached))
