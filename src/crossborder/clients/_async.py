"""The client for tasks."""

import asyncio
import inspect
import random
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

from crossborder.clients._clock import Clock, SystemClock
from crossborder.clients._deliver import conduct
from crossborder.clients._effects import (
    Alone,
    Begin,
    Effect,
    Effects,
    Exchange,
    Finish,
    Forget,
    LoadToken,
    SwapToken,
    Together,
    Wait,
)
from crossborder.clients._events import ClientEvent
from crossborder.clients._http import AsyncWire, default_http
from crossborder.clients._run import Ran, owned
from crossborder.clients._setup import Setup, Tokens
from crossborder.conversation import Flow, Page, Reply, Transport, Work
from crossborder.protocols.storage import AsyncJournal, AsyncTokenStore, Journal, TokenStore

__all__ = ["AsyncClient"]

T = TypeVar("T")


class AsyncClient:
    """Runs the same flows as `Client`, in tasks of one event loop.

    A journal or token store may be the awaited kind or the plain kind; the plain kind is called
    in the loop's own thread, so it must be quick.

    Args:
        http: an asynchronous client of httpx's shape, or a `Transport`; None opens one and
            closes it at the end.
        journal: see `Client`.
        tokens: see `Client`.
        clock: for tests.
        on_event: told of everything the client does.
        deadline: seconds a run may take in all, unless it says otherwise.
        body_limit: bytes of a reply's body.

    >>> import asyncio
    >>> from crossborder.adapters.memory import Memory
    >>> memory = Memory.demo()
    >>> async def look():
    ...     async with AsyncClient(http=memory.server) as client:
    ...         return await client.run(memory.listing("no-such-sku"))
    >>> asyncio.run(look()) is None
    True
    """

    def __init__(
        self,
        http: Any = None,
        journal: AsyncJournal | Journal | None = None,
        tokens: AsyncTokenStore | TokenStore | None = None,
        clock: Clock | None = None,
        on_event: Callable[[ClientEvent], None] | None = None,
        *,
        deadline: float = 300.0,
        body_limit: int = 20_000_000,
        chance: Callable[[], float] | None = None,
    ) -> None:
        self._clock = clock if clock is not None else SystemClock()
        self._journal = journal
        self._tokens: AsyncTokenStore | TokenStore = tokens if tokens is not None else Tokens()
        self._given = http
        self._http: Any = None
        self._wire: AsyncWire | Transport | None = http if owned(http) else None
        self._body_limit = body_limit
        self._alone: dict[tuple[str, str], asyncio.Lock] = {}
        self._setup = Setup(
            clock=self._clock,
            on_event=on_event,
            deadline=deadline,
            journaled=journal is not None,
            chance=chance if chance is not None else random.random,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the HTTP client, if this client opened it."""
        http, self._http = self._http, None
        # Locks belong to the loop they were used in, and the next run may be in another.
        self._alone.clear()
        if http is not None:
            self._wire = None
            await http.aclose()

    async def run(
        self,
        flow: Flow[T],
        *,
        key: str | None = None,
        deadline: float | None = None,
        retry: bool = True,
    ) -> T:
        """Run a flow to its end and return what it returns: see `Client.run`."""
        run = self._setup.run(key, deadline, retry)
        return await self._drive(conduct(iter(flow), run))

    async def items(
        self, flow: Flow[Page[T]], *, deadline: float | None = None
    ) -> AsyncIterator[T]:
        """Every item of a paged list, fetching page after page as they are used."""
        async for page in self.pages(flow, deadline=deadline):
            for item in page.items:
                yield item

    async def pages(
        self, flow: Flow[Page[T]], *, deadline: float | None = None
    ) -> AsyncIterator[Page[T]]:
        """Every page of a list; keep `page.cursor` to start again behind it."""
        following: Flow[Page[T]] | None = flow
        while following is not None:
            page = await self.run(following, deadline=deadline)
            yield page
            following = page.next

    async def run_all(
        self,
        flows: Iterable[Flow[T]],
        *,
        keys: Sequence[str] | None = None,
        at_once: int = 4,
        on_done: Callable[[int, int], None] | None = None,
    ) -> list[Ran[T]]:
        """Run many flows, some at once; one failure never raises for all: see `Client.run_all`."""
        # Handed over: what is left when the caller breaks off was not forgotten.
        todo = [flow.keep() for flow in flows]
        named: list[str | None] = list(keys) if keys is not None else [None] * len(todo)
        if len(named) != len(todo):
            raise ValueError(f"{len(todo)} flows and {len(named)} keys")
        gate = asyncio.Semaphore(max(1, at_once))
        finished = 0

        async def one(flow: Flow[T], key: str | None) -> Ran[T]:
            nonlocal finished
            async with gate:
                try:
                    value: T = await self.run(flow, key=key)
                except Exception as error:
                    ran: Ran[T] = Ran(error=error)
                else:
                    ran = Ran(value=value)
            finished += 1
            if on_done is not None:
                on_done(finished, len(todo))
            return ran

        return list(await _all(*(one(flow, key) for flow, key in zip(todo, named, strict=True))))

    async def _drive(self, effects: Effects[T]) -> T:
        try:
            effect = next(effects)
            while True:
                try:
                    got = await self._carry_out(effect)
                except Exception as error:
                    effect = effects.throw(error)
                else:
                    effect = effects.send(got)
        except StopIteration as stop:
            result: T = stop.value
            return result
        finally:
            effects.close()

    async def _carry_out(self, effect: Effect) -> Any:
        match effect:
            case Exchange(request, connect, read):
                answer = self._carrier().exchange(request, connect=connect, read=read)
                reply: Reply = await _given(answer)
                return reply
            case Wait(seconds):
                return await self._clock.pause(seconds)
            case Work(function=function, args=args):
                return await asyncio.to_thread(function, *args)
            case Together(left, right):
                try:
                    return await _all(self._drive(left), self._drive(right))
                finally:
                    left.close()
                    right.close()
            case Alone(key, effects):
                async with self._alone.setdefault(key, asyncio.Lock()):
                    return await self._drive(effects)
            case LoadToken(vendor, account):
                return await _given(self._tokens.load(vendor, account))
            case SwapToken(vendor, account, old, new):
                return await _given(self._tokens.swap(vendor, account, old, new))
        return await self._note(effect)

    async def _note(self, effect: Begin | Finish | Forget) -> Any:
        journal = self._journal
        assert journal is not None, "journal effects come only in journaled runs"
        match effect:
            case Begin(key, digest, now):
                return await _given(journal.begin(key, digest, now))
            case Finish(key, reply):
                return await _given(journal.finish(key, reply))
        return await _given(journal.forget(effect.key))

    def _carrier(self) -> AsyncWire | Transport:
        if self._wire is None:
            http = self._given
            if http is None:
                http = self._http = default_http(asynchronous=True)
            self._wire = AsyncWire(http, self._body_limit)
        return self._wire


async def _given(answer: Any) -> Any:
    """The answer, awaited where it has to be."""
    return await answer if inspect.isawaitable(answer) else answer


async def _all(*parts: Any) -> tuple[Any, ...]:
    """All results in order; after the first error the others are cancelled and waited for."""
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        return tuple(await asyncio.gather(*tasks))
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
