"""Cancellation, and things that really happen at the same time."""

import asyncio
from threading import get_ident
from typing import Any

import pytest
from attrs import evolve

from crossborder.adapters.memory import AsyncMemoryJournal, MemoryJournal
from crossborder.clients import AsyncClient, Client, SystemClock
from crossborder.conversation import (
    NotSent,
    Renewable,
    Reply,
    Request,
    Steps,
    Token,
    both,
    flow,
    work,
)
from crossborder.errors import NotFound
from crossborder.secret import Secret
from crossborder.testing.clock import VirtualClock
from unit.clients.stand import (  # type: ignore[import-not-found,unused-ignore]
    NOW,
    answer,
    desk,
    reading,
    writing,
)

DESK = desk()


class Held:
    """A far end whose answers wait for a word."""

    def __init__(self) -> None:
        self.arrived: list[str] = []
        self.cancelled: list[str] = []
        self.came = asyncio.Event()
        self.go = asyncio.Event()

    async def exchange(self, request: Request, *, connect: float, read: float) -> Reply:
        path = request.url.rsplit("/", 1)[1]
        self.arrived.append(path)
        self.came.set()
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled.append(path)
            raise
        return answer(404 if path == "missing" else 200, body=path)


class Forever(VirtualClock):
    """A clock whose pauses do not end."""

    def __init__(self) -> None:
        super().__init__(NOW)
        self.waiting = asyncio.Event()

    async def pause(self, seconds: float) -> None:
        self.waiting.set()
        await asyncio.Event().wait()


async def cancelled(task: "asyncio.Task[Any]") -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("kind", [MemoryJournal, AsyncMemoryJournal])
def test_a_run_cancelled_in_an_exchange_closes_its_flow_and_stays_begun(kind: Any) -> None:
    closed: list[str] = []

    @flow
    def held() -> Steps[None]:
        try:
            yield from writing(DESK)
        except Exception:
            closed.append("not for this")
            raise
        finally:
            closed.append("closed")

    async def go() -> None:
        far, journal = Held(), kind()
        client = AsyncClient(http=far, journal=journal, clock=VirtualClock(NOW))
        task = asyncio.create_task(client.run(held(), key="a"))
        await far.came.wait()
        await cancelled(task)
        assert closed == ["closed"]
        assert getattr(journal, "_plain", journal).unfinished() == ("a/create",)

    asyncio.run(go())


def test_a_run_cancelled_while_it_waits_closes_its_flow() -> None:
    closed: list[str] = []

    @flow
    def held() -> Steps[None]:
        try:
            yield from reading(DESK)
        finally:
            closed.append("closed")

    class Down:
        def exchange(self, request: Request, *, connect: float, read: float) -> Reply:
            raise NotSent("down")

    async def go() -> None:
        clock = Forever()
        client = AsyncClient(http=Down(), clock=clock)
        task = asyncio.create_task(client.run(held()))
        await clock.waiting.wait()
        await cancelled(task)
        assert closed == ["closed"]

    asyncio.run(go())


class Bearer(Renewable):
    """A token asked for with a call."""

    @property
    def token(self) -> Token | None:
        return None

    def sign(self, request: Request, token: Token | None, now: Any) -> Request:
        return request

    def renew(self, token: Token | None, now: Any) -> Steps[Token]:
        yield from DESK.get("token", "/token")
        return Token(Secret("t"))


def test_a_renewal_that_is_cancelled_leaves_the_way_free_for_the_next() -> None:
    async def go() -> None:
        far = Held()
        client = AsyncClient(http=far, clock=VirtualClock(NOW))
        at = evolve(DESK, credentials=Bearer())
        first = asyncio.create_task(client.run(reading(at)))
        await far.came.wait()
        second = asyncio.create_task(client.run(reading(at)))
        await cancelled(first)
        far.go.set()
        assert (await second).status == 200
        assert far.arrived == ["token", "token", "things"]
        await client.close()

    asyncio.run(go())


@flow
def one(path: str) -> Steps[str]:
    reply = yield from DESK.get("things.get", f"/{path}")
    return reply.text(source="shop")


@flow
def pair(left: str, right: str) -> Steps[Any]:
    return (yield from both(one(left), one(right)))


def test_two_at_once_are_really_at_once_under_the_client_for_tasks() -> None:
    async def go() -> None:
        far = Held()
        client = AsyncClient(http=far, clock=VirtualClock(NOW))
        task = asyncio.create_task(client.run(pair("a", "b")))
        while len(far.arrived) < 2:
            await VirtualClock(NOW).pause(0)
        far.go.set()
        assert await task == ("a", "b")

    asyncio.run(go())


def test_an_error_of_one_of_two_cancels_the_other_and_closes_its_flow() -> None:
    closed: list[str] = []

    @flow
    def waiting() -> Steps[None]:
        try:
            yield from DESK.get("things.get", "/slow")
        finally:
            closed.append("slow")

    class Uneven(Held):
        async def exchange(self, request: Request, *, connect: float, read: float) -> Reply:
            if request.url.endswith("missing"):
                await self.came.wait()
                return answer(404)
            return await super().exchange(request, connect=connect, read=read)

    async def go() -> None:
        far = Uneven()

        @flow
        def two() -> Steps[Any]:
            return (yield from both(waiting(), one("missing")))

        client = AsyncClient(http=far, clock=VirtualClock(NOW))
        with pytest.raises(NotFound):
            await client.run(two())
        assert far.cancelled == ["slow"]
        assert closed == ["slow"]

    asyncio.run(go())


def test_a_cancelled_run_of_two_cancels_both() -> None:
    async def go() -> None:
        far = Held()
        client = AsyncClient(http=far, clock=VirtualClock(NOW))
        task = asyncio.create_task(client.run(pair("a", "b")))
        while len(far.arrived) < 2:
            await VirtualClock(NOW).pause(0)
        await cancelled(task)
        assert far.cancelled == ["a", "b"]

    asyncio.run(go())


def test_cancelling_many_runs_cancels_all_that_are_under_way() -> None:
    async def go() -> None:
        far = Held()
        client = AsyncClient(http=far, clock=VirtualClock(NOW))
        task = asyncio.create_task(client.run_all([one(str(n)) for n in range(9)], at_once=3))
        while len(far.arrived) < 3:
            await VirtualClock(NOW).pause(0)
        await cancelled(task)
        assert far.cancelled == ["0", "1", "2"]

    asyncio.run(go())


def test_no_more_runs_are_under_way_than_asked_for() -> None:
    async def go() -> None:
        far = Held()
        client = AsyncClient(http=far, clock=VirtualClock(NOW))
        task = asyncio.create_task(client.run_all([one(str(n)) for n in range(9)], at_once=3))
        for _ in range(50):
            await VirtualClock(NOW).pause(0)
        assert len(far.arrived) == 3
        far.go.set()
        assert [ran.value for ran in await task] == [str(n) for n in range(9)]

    asyncio.run(go())


@flow
def where() -> Steps[int]:
    return (yield from work("where", get_ident))


def test_work_runs_in_a_thread_of_its_own_under_the_client_for_tasks() -> None:
    async def go() -> int:
        return await AsyncClient(http=object).run(where())

    assert asyncio.run(go()) != get_ident()
    assert Client(http=object).run(where()) == get_ident()


def test_one_client_serves_one_loop_after_another() -> None:
    at = evolve(DESK, credentials=Bearer())
    client: list[AsyncClient] = []

    class Turning:
        async def exchange(self, request: Request, *, connect: float, read: float) -> Reply:
            for _ in range(9):
                await VirtualClock(NOW).pause(0)
            return answer(200)

    async def go() -> None:
        if not client:
            client.append(AsyncClient(http=Turning(), clock=VirtualClock(NOW)))
        client[0]._tokens = type(client[0]._tokens)()
        async with client[0] as mine:
            ran = await asyncio.gather(*(mine.run(reading(at)) for _ in range(4)))
        assert [reply.status for reply in ran] == [200] * 4

    asyncio.run(go())
    asyncio.run(go())


def test_the_machines_clock_has_a_zone_only_grows_and_waits() -> None:
    clock = SystemClock()
    assert clock.now().utcoffset() is not None
    before = clock.monotonic()
    clock.sleep(0)
    asyncio.run(clock.pause(0))
    assert clock.monotonic() >= before
