"""What every adapter must show: a write happens once, whatever is lost, throttled or killed."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from attrs import field, frozen

from crossborder.adapters.memory import MemoryJournal
from crossborder.clients import AsyncClient, Client
from crossborder.conversation import Flow, Lost, NotSent, Reply, Request, Transport
from crossborder.model.outcome import Done, Pending, Refused
from crossborder.protocols.storage import Journal
from crossborder.testing.clock import VirtualClock
from crossborder.testing.crash import Killed, KillSwitch

__all__ = ["Deed", "Far", "OnceContract"]

_NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@frozen
class Far:
    """A far end with state, and the adapter at its near end.

    Attributes:
        adapter: what is tested.
        transport: what its calls are carried by; it checks them and answers.
        effects: what really happened there so far, by name.
        now: the time of the test, at both ends.
        throttle: an answer that means "too many calls" in the vendor's own words.
        server: what stands behind the transport, for your own samples to look into.
    """

    adapter: Any
    transport: Transport
    effects: Callable[[], Mapping[str, int]]
    now: datetime = _NOW
    throttle: Reply = field(factory=lambda: Reply(429, {"Retry-After": "2"}))
    server: Any = None


@frozen
class Deed:
    """A write that must happen once.

    Attributes:
        name: for messages.
        flow: makes the write at a far end.
        effect: the name of what it does there, as `Far.effects` counts it; empty for a write that
            only sets a state.
        count: how often it must have happened: once, or never for a write that only sets a state
            (then what stands there is compared).
    """

    name: str
    flow: Callable[[Far], Flow[Any]]
    effect: str
    count: int = 1


class _Meddling(Transport):
    """Does something at one exchange: by its number, writes and reads alike."""

    def __init__(self, inner: Transport, number: int, trouble: str, throttle: Reply) -> None:
        self._inner, self._number = inner, number
        self._trouble, self._throttle = trouble, throttle
        self.count = 0

    def exchange(self, request: Request, *, connect: float, read: float) -> Reply:
        number, self.count = self.count, self.count + 1
        if number == self._number:
            if self._trouble == "not sent":
                raise NotSent("the line is down")
            if self._trouble == "throttled":
                return self._throttle
        reply = self._inner.exchange(request, connect=connect, read=read)
        if number == self._number and self._trouble == "lost":
            raise Lost("the line went down")
        return reply


class OnceContract(ABC):
    """The base of the suites: give `far`; a suite with writes gives `deeds`."""

    @abstractmethod
    def far(self) -> Far:
        """A fresh far end, the same each time."""

    def deeds(self) -> tuple[Deed, ...]:
        """The writes that must happen once; a suite that only reads has none."""
        return ()

    def essence(self, outcome: Any) -> Any:
        """What of an outcome must be the same, however it became known that the write is done.

        The outcome itself; of one that is pending its value, as its flow belongs to one far end.
        A vendor that shows what stands there with other fields than it answers the write with
        overrides this, and leaves out those fields alone.
        """
        return (Pending, outcome.value) if isinstance(outcome, Pending) else outcome

    def run(
        self, far: Far, flow: Flow[Any], *, key: str = "contract", journal: Journal | None = None
    ) -> Any:
        """Run a flow at a far end, with a clock that does not wait."""
        return self._client(far, far.transport, journal).run(flow, key=key)

    def _client(self, far: Far, transport: Transport, journal: Journal | None) -> Client:
        return Client(
            http=transport, journal=journal, clock=VirtualClock(far.now), chance=lambda: 0.5
        )

    def _exchanges(self, deed: Deed) -> int:
        """How many exchanges the deed takes when nothing goes wrong."""
        far = self.far()
        counting = _Meddling(far.transport, -1, "", far.throttle)
        self._client(far, counting, MemoryJournal()).run(deed.flow(far), key=deed.name)
        return counting.count

    def _plain(self, deed: Deed) -> Any:
        far = self.far()
        return self.run(far, deed.flow(far), key=deed.name, journal=MemoryJournal())

    def _alike(self, one: Any, other: Any) -> bool:
        if isinstance(one, tuple) and isinstance(other, tuple):
            pairs = zip(one, other, strict=False)
            return len(one) == len(other) and all(self._alike(*pair) for pair in pairs)
        return bool(self.essence(one) == self.essence(other))

    def _happened(self, far: Far, deed: Deed) -> None:
        count = far.effects().get(deed.effect, 0)
        assert count == deed.count, f"{deed.name}: {deed.effect} happened {count} times"

    def _troubled(self, trouble: str) -> None:
        for deed in self.deeds():
            expected = self._plain(deed)
            for number in range(self._exchanges(deed)):
                far = self.far()
                meddling = _Meddling(far.transport, number, trouble, far.throttle)
                client = self._client(far, meddling, MemoryJournal())
                result = client.run(deed.flow(far), key=deed.name)
                assert self._alike(result, expected), f"{deed.name}, exchange {number}: {result}"
                self._happened(far, deed)

    def test_each_write_is_done_and_happens_once(self) -> None:
        for deed in self.deeds():
            far = self.far()
            result = self.run(far, deed.flow(far), key=deed.name, journal=MemoryJournal())
            assert _went_well(result), f"{deed.name}: {result}"
            self._happened(far, deed)

    def test_a_lost_answer_leaves_one_effect(self) -> None:
        self._troubled("lost")

    def test_a_call_that_never_left_is_made_again(self) -> None:
        self._troubled("not sent")

    def test_a_throttled_call_waits_and_is_made_again(self) -> None:
        self._troubled("throttled")

    def test_a_run_killed_at_any_moment_goes_on_and_leaves_one_effect(self) -> None:
        for deed in self.deeds():
            expected = self._plain(deed)
            counting = KillSwitch()
            self._killable(deed, self.far(), MemoryJournal(), counting)
            for moment in range(counting.moments):
                far, journal = self.far(), MemoryJournal()
                try:
                    result = self._killable(deed, far, journal, KillSwitch(moment))
                except Killed:
                    result = self._killable(deed, far, journal, KillSwitch())
                assert self._alike(result, expected), f"{deed.name}, moment {moment}: {result}"
                self._happened(far, deed)

    def _killable(self, deed: Deed, far: Far, journal: Journal, switch: KillSwitch) -> Any:
        client = self._client(far, switch.transport(far.transport), switch.journal(journal))
        return client.run(deed.flow(far), key=deed.name)

    def test_the_same_key_again_sends_no_write(self) -> None:
        for deed in self.deeds():
            far, journal = self.far(), MemoryJournal()
            first = self.run(far, deed.flow(far), key=deed.name, journal=journal)
            again = self.run(far, deed.flow(far), key=deed.name, journal=journal)
            assert self._alike(again, first), deed.name
            self._happened(far, deed)

    def test_both_colours_give_equal_results(self) -> None:
        for deed in self.deeds():
            far = self.far()

            async def run(deed: Deed = deed, far: Far = far) -> Any:
                async with AsyncClient(
                    http=far.transport, journal=MemoryJournal(), clock=VirtualClock(far.now)
                ) as client:
                    return await client.run(deed.flow(far), key=deed.name)

            assert self._alike(asyncio.run(run()), self._plain(deed)), deed.name


def _went_well(result: Any) -> bool:
    if isinstance(result, tuple):
        return all(_went_well(item) for item in result)
    return isinstance(result, Done | Pending) and not isinstance(result, Refused)
