"""One run of a flow: its key, its deadline, and what it may use."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from attrs import define, frozen

from crossborder.clients._clock import Clock
from crossborder.clients._events import ClientEvent
from crossborder.clients.pace import Pacer

__all__ = ["CONNECT", "READ", "Ran", "Run"]

T = TypeVar("T")

# Seconds: to connect, and to wait for the next bytes.
CONNECT = 10.0
READ = 30.0


@frozen
class Ran(Generic[T]):
    """What came of one flow of `run_all`: a value or an error, never both.

    Attributes:
        value: what the flow returned, or None when it raised.
        error: what it raised, or None.
    """

    value: T | None = None
    error: Exception | None = None

    @property
    def result(self) -> T:
        """The value; raises the error when there is one."""
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]


@define
class Run:
    """What the delivery of one run's calls needs.

    Attributes:
        key: the run's operation key.
        ends_at: on the monotonic clock.
        retry: whether to try again at all.
        journaled: whether writes are journaled.
        clock: the client's clock.
        pacer: the client's buckets.
        chance: a number from 0 to 1, for jitter.
        on_event: the client's callback.
        written: the digest of each write's request, by its key.
        renewing: the vendor and account whose token this run renews, or None.
    """

    key: str
    ends_at: float
    retry: bool
    journaled: bool
    clock: Clock
    pacer: Pacer
    chance: Callable[[], float]
    on_event: Callable[[ClientEvent], None] | None
    written: dict[str, str]
    renewing: tuple[str, str] | None = None

    def left(self) -> float:
        """Seconds until the deadline; never below zero."""
        return max(0.0, self.ends_at - self.clock.monotonic())


def owned(value: Any) -> bool:
    """Whether a thing carries requests by itself, without an HTTP library."""
    return hasattr(value, "exchange")
