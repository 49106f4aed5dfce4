"""What goes wrong between us and a vendor, by script.

The fault that matters most is `lost_after`: the effect happened and the answer was lost.

>>> from crossborder.conversation import Lost
>>> class Shop(Transport):
...     orders = 0
...     def exchange(self, request, *, connect, read):
...         self.orders += 1
...         return Reply(201)
>>> shop = Shop()
>>> line = Faults(shop, {1: lost_after()})
>>> line.exchange(Request("POST", "https://shop.test/orders"), connect=5, read=30)
Traceback (most recent call last):
...
crossborder.conversation.exchange.Lost: the answer was lost
>>> shop.orders, line.happened
(1, ('lost_after',))
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Lock
from typing import Any, Self, TypeVar

from attrs import define, evolve, frozen

from crossborder.conversation import Lost, NotSent, Reply, Request, Transport
from crossborder.testing.clock import VirtualClock
from crossborder.wire.text import write_json

__all__ = [
    "Exchange",
    "Fault",
    "Faults",
    "duplicate",
    "lost_after",
    "lost_before",
    "not_sent",
    "server_error",
    "shuffled",
    "slow",
    "throttled",
    "truncated",
]

T = TypeVar("T")


@frozen
class Exchange:
    """One exchange in the hands of a fault.

    Attributes:
        request: what is sent.
        send: carries it to the vendor and back; a fault may call it never, once or twice.
        read: the time limit of the answer, in seconds.
    """

    request: Request
    send: Callable[[], Reply]
    read: float


@frozen
class Fault:
    """One thing that can go wrong: a name and what it does to an exchange."""

    name: str
    act: Callable[[Exchange], Reply]


def lost_after() -> Fault:
    """The vendor did it, and the answer was lost."""

    def act(exchange: Exchange) -> Reply:
        exchange.send()
        raise Lost("the answer was lost")

    return Fault("lost_after", act)


def lost_before() -> Fault:
    """Sent, but the vendor never saw it: for the caller the same as `lost_after`."""

    def act(exchange: Exchange) -> Reply:
        raise Lost("the request was lost on its way")

    return Fault("lost_before", act)


def not_sent() -> Fault:
    """No connection: nothing left, nothing happened."""

    def act(exchange: Exchange) -> Reply:
        raise NotSent("no connection")

    return Fault("not_sent", act)


def duplicate() -> Fault:
    """The request arrives twice, and the second answer comes back."""

    def act(exchange: Exchange) -> Reply:
        exchange.send()
        return exchange.send()

    return Fault("duplicate", act)


def throttled(
    *,
    retry_after: float | str | None = None,
    status: int = 429,
    json: Any = None,
    headers: Mapping[str, str] | None = None,
) -> Fault:
    """Refused by a limit, before any effect.

    A vendor that says so in HTTP 200 is played with `status=200` and its own body in `json`.
    """

    def act(exchange: Exchange) -> Reply:
        stated = {} if retry_after is None else {"Retry-After": f"{retry_after}"}
        return _reply(status, json, {**stated, **(headers or {})})

    return Fault("throttled", act)


def server_error(*, status: int = 500, after: bool = False, json: Any = None) -> Fault:
    """The vendor fails: before the effect, or with `after` behind it."""

    def act(exchange: Exchange) -> Reply:
        if after:
            exchange.send()
        return _reply(status, json, {})

    return Fault("server_error", act)


def slow(seconds: float, clock: VirtualClock) -> Fault:
    """The answer takes so long; beyond the read limit it is lost, though the vendor did it."""

    def act(exchange: Exchange) -> Reply:
        reply = exchange.send()
        clock.advance(min(seconds, exchange.read))
        if seconds > exchange.read:
            raise Lost(f"no answer within {exchange.read} s")
        return reply

    return Fault("slow", act)


def truncated(keep: int | None = None) -> Fault:
    """The body ends early: after so many bytes, else in the middle."""

    def act(exchange: Exchange) -> Reply:
        reply = exchange.send()
        size = len(reply.content) // 2 if keep is None else keep
        return evolve(reply, content=reply.content[:size])

    return Fault("truncated", act)


def _reply(status: int, json: Any, headers: Mapping[str, str]) -> Reply:
    if json is None:
        return Reply(status, headers)
    heads = {"Content-Type": "application/json", **headers}
    return Reply(status, heads, write_json(json).encode())


@define
class _Rule:
    what: str
    fault: Fault
    left: int


class Faults(Transport):
    """A transport with faults on the way.

    Args:
        transport: what stands behind it.
        script: the fault of a call, by its number, from 1.

    Attributes:
        calls: how many there were.
        happened: the names of the faults that struck, in order.
    """

    def __init__(self, transport: Transport, script: Mapping[int, Fault] | None = None) -> None:
        self._transport, self._script = transport, dict(script or {})
        self._rules: list[_Rule] = []
        self._happened: list[str] = []
        self._lock = Lock()
        self.calls = 0

    def on(self, what: str, fault: Fault, *, times: int = 1) -> Self:
        """Strike the next `times` calls whose method and address, or operation, contain `what`.

        The operation is known when a `ContractTransport` stands behind.
        """
        self._rules.append(_Rule(what, fault, times))
        return self

    @property
    def happened(self) -> tuple[str, ...]:
        """The names of the faults that struck, in order."""
        return tuple(self._happened)

    @property
    def left(self) -> int:
        """How many scripted faults have not struck: a test that expects them asserts 0."""
        later = sum(1 for number in self._script if number > self.calls)
        return later + sum(rule.left for rule in self._rules)

    def exchange(self, request: Request, *, connect: float, read: float) -> Reply:
        """Carry the request, with the fault that is due."""

        def send() -> Reply:
            return self._transport.exchange(request, connect=connect, read=read)

        fault = self._due(request)
        return send() if fault is None else fault.act(Exchange(request, send, read))

    def _due(self, request: Request) -> Fault | None:
        with self._lock:
            self.calls += 1
            fault = self._script.get(self.calls)
            if fault is None:
                fault = self._by_rule(request)
            if fault is not None:
                self._happened.append(fault.name)
            return fault

    def _by_rule(self, request: Request) -> Fault | None:
        for rule in self._rules:
            if rule.left and rule.what in self._described(request):
                rule.left -= 1
                return rule.fault
        return None

    def _described(self, request: Request) -> str:
        return f"{request.method} {request.target} {self.operation_of(request)}"

    def operation_of(self, request: Request) -> str:
        """The operation, as the transport behind names it; so that faults can be stacked."""
        named = getattr(self._transport, "operation_of", None)
        return str(named(request)) if named is not None else ""


def shuffled(items: Iterable[T], order: Sequence[int]) -> tuple[T, ...]:
    """The items in another order, and some of them twice or not at all: webhooks as they come.

    >>> shuffled(["paid", "shipped", "refunded"], [2, 0, 0])
    ('refunded', 'paid', 'paid')
    """
    held = tuple(items)
    return tuple(held[place] for place in order)
