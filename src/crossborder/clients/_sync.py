"""The client for threads."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from itertools import islice
from threading import Lock
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
from crossborder.clients._http import Wire, default_http
from crossborder.clients._run import Ran, owned
from crossborder.clients._setup import Setup, Tokens
from crossborder.conversation import Flow, Page, Steps, Transport, Work
from crossborder.protocols.storage import Journal, TokenStore

__all__ = ["Client"]

T = TypeVar("T")


class Client:
    """Runs flows, one after the other in the calling thread; safe to share between threads.

    Args:
        http: a client of httpx's shape, or a `Transport`; None opens one and closes it at the
            end. What was handed in is never closed.
        journal: where writes are noted before they are sent; without one, a crash forgets them.
        tokens: where renewed tokens are kept; without one, in memory.
        clock: for tests.
        on_event: told of everything the client does, in its thread.
        deadline: seconds a run may take in all, unless it says otherwise.
        body_limit: bytes of a reply's body.

    >>> from crossborder.adapters.memory import Memory
    >>> from crossborder.model.ids import Ref
    >>> memory = Memory.demo()
    >>> with Client(http=memory.server) as client:
    ...     listing = client.run(memory.listing("no-such-sku"))
    >>> listing is None
    True
    """

    def __init__(
        self,
        http: Any = None,
        journal: Journal | None = None,
        tokens: TokenStore | None = None,
        clock: Clock | None = None,
        on_event: Callable[[ClientEvent], None] | None = None,
        *,
        deadline: float = 300.0,
        body_limit: int = 20_000_000,
        chance: Callable[[], float] | None = None,
    ) -> None:
        self._clock = clock if clock is not None else SystemClock()
        self._journal = journal
        self._tokens: TokenStore = tokens if tokens is not None else Tokens()
        self._given = http
        self._http: Any = None
        self._wire: Transport | None = http if owned(http) else None
        self._body_limit = body_limit
        self._lock = Lock()
        self._alone: dict[tuple[str, str], Lock] = {}
        self._setup = Setup(
            clock=self._clock,
            on_event=on_event,
            deadline=deadline,
            journaled=journal is not None,
            chance=chance if chance is not None else random.random,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the HTTP client, if this client opened it."""
        with self._lock:
            http, self._http = self._http, None
            if http is not None:
                self._wire = None
        if http is not None:
            http.close()

    def run(
        self,
        flow: Flow[T],
        *,
        key: str | None = None,
        deadline: float | None = None,
        retry: bool = True,
    ) -> T:
        """Run a flow to its end and return what it returns.

        Args:
            flow: the conversation.
            key: the operation key: with the same key, journal and flow, a run after a crash goes
                on where the first stopped and sends nothing twice. Needed for writes that are to
                survive one.
            deadline: seconds it may take in all, waits included.
            retry: False to try each call once.

        Raises:
            VendorError: what the flow did not handle.
            KeyReused: the key was used for something else.
        """
        run = self._setup.run(key, deadline, retry)
        return self._drive(conduct(_steps(flow), run))

    def items(self, flow: Flow[Page[T]], *, deadline: float | None = None) -> Iterator[T]:
        """Every item of a paged list, fetching page after page as they are used."""
        for page in self.pages(flow, deadline=deadline):
            yield from page.items

    def pages(self, flow: Flow[Page[T]], *, deadline: float | None = None) -> Iterator[Page[T]]:
        """Every page of a list; keep `page.cursor` to start again behind it."""
        following: Flow[Page[T]] | None = flow
        while following is not None:
            page = self.run(following, deadline=deadline)
            yield page
            following = page.next

    def run_all(
        self,
        flows: Iterable[Flow[T]],
        *,
        keys: Sequence[str] | None = None,
        at_once: int = 4,
        on_done: Callable[[int, int], None] | None = None,
    ) -> list[Ran[T]]:
        """Run many flows, some at once; one failure never raises for all.

        Args:
            flows: what to run.
            keys: an operation key for each, in order.
            at_once: how many run at the same time.
            on_done: told how many are done, and of how many, after each.

        Returns:
            one `Ran` a flow, in the order given.
        """
        # Handed over: what is left when the caller breaks off was not forgotten.
        todo = [flow.keep() for flow in flows]
        named: list[str | None] = list(keys) if keys is not None else [None] * len(todo)
        if len(named) != len(todo):
            raise ValueError(f"{len(todo)} flows and {len(named)} keys")
        done: list[Ran[T]] = [Ran() for _ in todo]

        def one(place: int) -> int:
            try:
                done[place] = Ran(value=self.run(todo[place], key=named[place]))
            except Exception as error:
                done[place] = Ran(error=error)
            return place

        places, number = iter(range(len(todo))), 0
        with ThreadPoolExecutor(max_workers=max(1, at_once)) as pool:
            running = {pool.submit(one, place) for place in islice(places, max(1, at_once))}
            # One is begun when one is told of: who breaks off leaves the rest undone.
            while running:
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    future.result()
                    number += 1
                    if on_done is not None:
                        on_done(number, len(todo))
                    running |= {pool.submit(one, place) for place in islice(places, 1)}
        return done

    def _drive(self, effects: Effects[T]) -> T:
        try:
            effect = next(effects)
            while True:
                try:
                    got = self._carry_out(effect)
                except Exception as error:
                    effect = effects.throw(error)
                else:
                    effect = effects.send(got)
        except StopIteration as stop:
            result: T = stop.value
            return result
        finally:
            effects.close()

    def _carry_out(self, effect: Effect) -> Any:
        match effect:
            case Exchange(request, connect, read):
                return self._carrier().exchange(request, connect=connect, read=read)
            case Wait(seconds):
                return self._clock.sleep(seconds)
            case Work(function=function, args=args):
                return function(*args)
            case Together(left, right):
                try:
                    return self._drive(left), self._drive(right)
                finally:
                    right.close()
            case Alone(key, effects):
                with self._lock:
                    lock = self._alone.setdefault(key, Lock())
                with lock:
                    return self._drive(effects)
            case LoadToken(vendor, account):
                return self._tokens.load(vendor, account)
            case SwapToken(vendor, account, old, new):
                return self._tokens.swap(vendor, account, old, new)
        return self._note(effect)

    def _note(self, effect: Begin | Finish | Forget) -> Any:
        journal = self._journal
        assert journal is not None, "journal effects come only in journaled runs"
        match effect:
            case Begin(key, digest, now):
                return journal.begin(key, digest, now)
            case Finish(key, reply):
                return journal.finish(key, reply)
        return journal.forget(effect.key)

    def _carrier(self) -> Transport:
        with self._lock:
            if self._wire is None:
                http = self._given
                if http is None:
                    http = self._http = default_http(asynchronous=False)
                self._wire = Wire(http, self._body_limit)
            return self._wire


def _steps(flow: Flow[T]) -> Steps[T]:
    return iter(flow)
