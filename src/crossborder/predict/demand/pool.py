"""Many parts' demand together: each period teaches the shared law, each part has its own memory.

>>> from datetime import UTC, datetime
>>> pool = DemandPool()
>>> for month in range(1, 13):
...     known = datetime(2026, month, 28, tzinfo=UTC)
...     for part in ("fast", "slow"):
...         pool.observe(part, 5 if part == "fast" else month % 2, known_at=known, now=known)
>>> pool.quantiles("fast", (0.5, 0.9), now=known) > pool.quantiles("slow", (0.5, 0.9), now=known)
True
"""

from collections.abc import Sequence
from datetime import datetime
from zlib import crc32

from attrs import frozen

from crossborder.errors import InvalidValue
from crossborder.predict.demand.knowledge import admit, admit_quantity
from crossborder.predict.demand.ladder import FRESH, LEVELS, Ladder, LadderState
from crossborder.predict.demand.law import DemandLaw
from crossborder.predict.demand.track import Track, TrackState

__all__ = ["DemandPool", "PoolState"]

LEARN_FROM = 4000
"""About so many parts a period teach the shared law; all have their memory."""

_NEW = Track()


@frozen
class PoolState:
    """A pool to be kept.

    Attributes:
        shared: the law that all parts share, before the open period.
        tracks: each part's memory, by part.
        known_at: when the last figures were known.
    """

    shared: LadderState
    tracks: tuple[tuple[str, TrackState], ...]
    known_at: datetime | None


class DemandPool:
    """Forecasts for many parts, improved by each figure that becomes known.

    Figures are fed by the moment they are known, all parts of one period with the same moment.
    The order of parts within a period does not matter. A period is closed by the first figure of
    a later one; a forecast asked for in between already counts what came in.
    """

    __slots__ = ("_checked", "_heard", "_known_at", "_ladder", "_quoting", "_stride", "_tracks")

    def __init__(self, state: PoolState | None = None) -> None:
        """Empty, or as it was kept."""
        self._known_at: datetime | None = None
        self._checked: tuple[datetime, datetime] | None = None
        self._tracks: dict[str, Track] = {}
        self._heard: set[str] = set()
        self._stride = 1
        self._ladder = Ladder(FRESH if state is None else state.shared)
        self._quoting: Ladder | None = None
        if state is not None:
            self._known_at = state.known_at
            self._tracks = {part: Track(track) for part, track in state.tracks}
            self._stride = -(-len(self._tracks) // LEARN_FROM) or 1

    def observe(
        self, part: str, quantity: int | None, *, known_at: datetime, now: datetime
    ) -> None:
        """Count a part's demand of the period that became known at `known_at`; None is unknown.

        Raises:
            InvalidValue: known after `now`, older than what is known, the part's second figure of
                one period, or no whole quantity >= 0.
            NaiveTime: a time without a zone.
        """
        if self._checked != (known_at, now):
            last, open_ = self._known_at, bool(self._heard)
            admit(known_at, now=now, last=last, source="DemandPool", again=open_)
        if quantity is not None:
            admit_quantity(quantity, source="DemandPool")
        if known_at != self._known_at:
            self._close(known_at)
        elif part in self._heard:
            text = f"was told already for {known_at.isoformat()}"
            raise InvalidValue(text, field="part", value=part, source="DemandPool")
        self._checked = (known_at, now)
        self._heard.add(part)
        if quantity is None:
            return
        track = self._tracks.get(part)
        if track is None:
            track = self._tracks[part] = Track()
        self._ladder.hear(quantity)
        if self._stride == 1 or crc32(part.encode()) % self._stride == 0:
            self._ladder.learn(track, quantity)
        track.add(quantity)
        self._quoting = None

    def _close(self, known_at: datetime) -> None:
        self._stride = -(-len(self._heard) // LEARN_FROM) or self._stride
        self._ladder = Ladder(self._ladder.closed())
        self._known_at = known_at
        self._heard = set()

    def _asked(self, now: datetime) -> Ladder:
        if self._known_at is not None:
            admit(self._known_at, now=now, last=None, source="DemandPool")
        if self._quoting is None:
            self._quoting = Ladder(self._ladder.closed())
        return self._quoting

    def quantiles(self, part: str, chances: Sequence[float], *, now: datetime) -> tuple[int, ...]:
        """For each chance the pieces that cover the part's next period so surely.

        A part without history gets the pool's law.

        Raises:
            InvalidValue: `now` before the last known figure, or a chance not between 0 and 1.
        """
        return self._asked(now).quantiles(self._tracks.get(part, _NEW), chances)

    def law(self, part: str, *, now: datetime) -> DemandLaw:
        """The whole law of the part's next period; raises as `quantiles` does."""
        return self._asked(now).law(self._tracks.get(part, _NEW))

    def periods(self, part: str) -> int:
        """How many known periods the part has."""
        track = self._tracks.get(part)
        return track.periods if track else 0

    @property
    def shared(self) -> LadderState:
        """What all parts taught together, the open period included."""
        return self._ladder.closed()

    @property
    def coverage(self) -> tuple[tuple[float, float], ...]:
        """How often demand stayed within a stated quantile, lately: (stated, seen).

        Judged before each figure was learnt from; a step that straddles the quantile counts in
        part, so a sound forecast shows the stated chances. Empty before anything was judged.
        """
        shared = self.shared
        if not shared.judged:
            return ()
        seen = (kept / shared.judged for kept in shared.kept)
        return tuple(zip(LEVELS, seen, strict=True))

    @property
    def state(self) -> PoolState:
        """To be kept. In the kept pool the period is closed: only later figures are taken."""
        tracks = tuple((part, track.state) for part, track in sorted(self._tracks.items()))
        return PoolState(self.shared, tracks, self._known_at)
