import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.testing.clock import VirtualClock

START = datetime(2026, 11, 22, 8, tzinfo=UTC)


@given(st.lists(st.integers(0, 10_000)))
def test_the_time_is_the_start_and_everything_that_was_slept(naps: list[int]) -> None:
    clock = VirtualClock(START)
    for nap in naps:
        clock.sleep(nap)
    assert clock.monotonic() == sum(naps)
    assert clock.now() == START + timedelta(seconds=sum(naps))
    assert clock.slept == tuple(naps)


def test_advancing_is_no_sleep() -> None:
    clock = VirtualClock(START)
    clock.advance(60)
    assert (clock.monotonic(), clock.slept) == (60, ())


def test_tasks_get_their_turn_at_each_pause() -> None:
    clock = VirtualClock(START)
    turns: list[str] = []

    async def task(name: str) -> None:
        for _ in range(2):
            turns.append(name)
            await clock.pause(30)

    async def both() -> None:
        await asyncio.gather(task("a"), task("b"))

    asyncio.run(both())
    assert turns == ["a", "b", "a", "b"]
    assert clock.monotonic() == 120


def test_no_second_is_lost_among_threads() -> None:
    clock = VirtualClock(START)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(clock.sleep, [1.0] * 400))
    assert clock.monotonic() == 400


@pytest.mark.parametrize("seconds", [-1, float("nan")])
def test_time_never_goes_backwards(seconds: float) -> None:
    with pytest.raises(InvalidValue, match="must not be negative"):
        VirtualClock(START).sleep(seconds)


def test_a_start_has_a_zone() -> None:
    with pytest.raises(InvalidValue, match="has no zone"):
        VirtualClock(datetime(2026, 11, 22))  # noqa: DTZ001
