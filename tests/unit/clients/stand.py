"""A far end by script, and a client of either colour in front of it."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from attrs import evolve

from crossborder.clients import AsyncClient, Client, ClientEvent
from crossborder.conversation import (
    Broken,
    Busy,
    Desk,
    Flow,
    Ok,
    Reply,
    Request,
    Steps,
    Transport,
    Verdict,
    flow,
    read_status,
)
from crossborder.policy import Policies, Policy
from crossborder.testing.clock import VirtualClock

COLOURS = ("sync", "async")
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
Answer = Reply | Exception


class Line(Transport):
    """Answers by script: a list in order, or a function of the request; it keeps what came."""

    def __init__(self, answers: Iterable[Answer] | Callable[[Request], Answer]) -> None:
        self._answer = answers if callable(answers) else None
        self._answers = [] if callable(answers) else list(answers)
        self._lock = Lock()
        self.requests: list[Request] = []
        self.limits: list[tuple[float, float]] = []

    def exchange(self, request: Request, *, connect: float, read: float) -> Reply:
        with self._lock:
            self.requests.append(request)
            self.limits.append((connect, read))
            if self._answer is None:
                assert self._answers, f"one exchange too many: {request}"
            answer = self._answer(request) if self._answer else self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def left(self) -> int:
        """Answers that nobody asked for."""
        return len(self._answers)


def read(reply: Reply) -> Verdict:
    """By status; with the headers X-Busy and X-Repeat as a vendor's own words."""
    if reply.header("x-busy"):
        return Busy(float(reply.header("x-busy") or 0))
    if reply.header("x-repeat"):
        return Broken(reply.header("x-repeat") == "yes")
    if reply.header("x-unreadable"):
        reply.json(source="shop")
    verdict = read_status(reply)
    return Ok() if isinstance(verdict, Ok) else verdict


def desk(policy: Policy | None = None, **more: Any) -> Desk:
    """A desk whose one policy is given."""
    made = Desk("shop", "https://shop.test", "eu", Policies(default=policy or Policy()), read=read)
    return evolve(made, **more)


class Runner:
    """A client of one colour, used from ordinary code."""

    def __init__(self, colour: str, http: Any, **more: Any) -> None:
        self.clock = more.pop("clock", None) or VirtualClock(NOW)
        self.events: list[ClientEvent] = []
        more = {"on_event": self.events.append, "chance": lambda: 1.0, **more}
        kind: Any = Client if colour == "sync" else AsyncClient
        self.client: Any = kind(http=http, clock=self.clock, **more)
        self._asynchronous = colour == "async"

    def run(self, wanted: Flow[Any], **more: Any) -> Any:
        return self._wait(lambda: self.client.run(wanted, **more))

    def run_all(self, flows: Any, **more: Any) -> Any:
        return self._wait(lambda: self.client.run_all(flows, **more))

    def close(self) -> None:
        self._wait(self.client.close)

    def listed(self, name: str, wanted: Flow[Any]) -> list[Any]:
        if not self._asynchronous:
            return list(getattr(self.client, name)(wanted))

        async def collect() -> list[Any]:
            return [item async for item in getattr(self.client, name)(wanted)]

        return asyncio.run(collect())

    @property
    def told(self) -> list[str]:
        """The kinds of the events, in order."""
        return [event.kind for event in self.events]

    def _wait(self, make: Callable[[], Any]) -> Any:
        if not self._asynchronous:
            return make()

        async def go() -> Any:
            return await make()

        return asyncio.run(go())


@flow
def reading(at: Desk, operation: str = "things.get") -> Steps[Reply]:
    """One read."""
    return (yield from at.get(operation, "/things"))


@flow
def writing(
    at: Desk,
    method: str = "POST",
    *,
    step: str = "create",
    keyed: bool = False,
    json: Any = None,
    repeatable: bool | None = None,
) -> Steps[Reply]:
    """One write."""
    request = at.request(method, "/things", json=json or {"a": 1})
    return (
        yield from at.call(
            "things.write",
            request,
            step=step,
            repeatable=repeatable,
            keyed=with_key if keyed else None,
        )
    )


def with_key(request: Request, key: str) -> Request:
    """The request under the vendor's own key."""
    return request.with_headers({"Idempotency-Key": key})


def answer(status: int = 200, headers: Mapping[str, str] | None = None, body: str = "") -> Reply:
    """A reply."""
    return Reply(status, headers or {}, body.encode())
