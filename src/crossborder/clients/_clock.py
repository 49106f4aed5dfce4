"""Time, as the clients see it: one object that tests replace."""

import asyncio
import time
from abc import abstractmethod
from datetime import UTC, datetime
from typing import Protocol

__all__ = ["Clock", "SystemClock"]


class Clock(Protocol):
    """Where a client reads the time and waits."""

    @abstractmethod
    def now(self) -> datetime:
        """The time of day, with a zone: for signatures and token ends."""
        ...

    @abstractmethod
    def monotonic(self) -> float:
        """Seconds that only grow: for waits and deadlines."""
        ...

    @abstractmethod
    def sleep(self, seconds: float) -> None:
        """Wait, in a thread."""
        ...

    @abstractmethod
    async def pause(self, seconds: float) -> None:
        """Wait, in a task."""
        ...


class SystemClock(Clock):
    """The machine's own clock."""

    def now(self) -> datetime:
        """The machine's time, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """The machine's monotonic seconds."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Block the thread."""
        time.sleep(seconds)

    async def pause(self, seconds: float) -> None:
        """Suspend the task."""
        await asyncio.sleep(seconds)
