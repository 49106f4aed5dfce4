"""A clock that moves only when it is told to: tests wait without waiting.

>>> from datetime import UTC
>>> clock = VirtualClock(datetime(2026, 11, 22, tzinfo=UTC))
>>> clock.sleep(90)
>>> clock.now()
datetime.datetime(2026, 11, 22, 0, 1, 30, tzinfo=datetime.timezone.utc)
>>> clock.slept
(90.0,)
"""

from collections.abc import Generator
from datetime import datetime, timedelta
from threading import Lock

from crossborder.model.check import refuse

__all__ = ["VirtualClock"]


class VirtualClock:
    """What a client takes as its clock; safe for threads.

    Args:
        start: the time at which it begins, with a zone.

    Raises:
        InvalidValue: the start has no zone, or time shall go backwards.
    """

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise refuse(self, "start", start, "has no zone")
        self._start, self._passed = start, 0.0
        self._slept: list[float] = []
        self._lock = Lock()

    def now(self) -> datetime:
        """The time, in the zone of the start."""
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Seconds since the start."""
        with self._lock:
            return self._passed

    def sleep(self, seconds: float) -> None:
        """Let the time pass at once, and note it in `slept`."""
        self._pass(seconds, noted=True)

    async def pause(self, seconds: float) -> None:
        """The same for tasks: the others get their turn once, whatever the loop."""
        self._pass(seconds, noted=True)
        await _Turn()

    def advance(self, seconds: float) -> None:
        """Let the time pass without anyone having slept."""
        self._pass(seconds, noted=False)

    @property
    def slept(self) -> tuple[float, ...]:
        """How long each sleep and pause was, in order."""
        with self._lock:
            return tuple(self._slept)

    def _pass(self, seconds: float, *, noted: bool) -> None:
        if not seconds >= 0:
            raise refuse(self, "seconds", seconds, "must not be negative")
        with self._lock:
            self._passed += seconds
            if noted:
                self._slept.append(float(seconds))


class _Turn:
    """What `asyncio.sleep(0)` does: one bare yield to the loop."""

    def __await__(self) -> Generator[None, None, None]:
        yield
