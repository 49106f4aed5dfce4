"""Buckets: never too fast, hardly ever too slow."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crossborder.clients.pace import Pacer
from crossborder.conversation import Budget
from crossborder.policy import CostLimit, RateLimit

KEY = ("shop", "eu", "orders")
INF = float("inf")

limits = st.builds(
    RateLimit,
    burst=st.integers(1, 50),
    every=st.integers(1, 2_000_000).map(lambda micro: timedelta(microseconds=micro)),
)
gaps = st.lists(st.floats(0, 5), min_size=1, max_size=120)


class Server:
    """The vendor's own full bucket; it counts what it would answer with 429."""

    def __init__(self, points: float, per_second: float) -> None:
        self.points = self.level = points
        self.per_second, self.seen, self.refused = per_second, 0.0, 0

    def take(self, now: float, cost: float = 1.0) -> None:
        self.level = min(self.points, self.level + (now - self.seen) * self.per_second)
        self.seen = now
        # A hair of tolerance: both sides count in floats.
        if self.level < cost - 1e-6:
            self.refused += 1
        else:
            self.level -= cost


def sent(limit: RateLimit | CostLimit, gaps: list[float], cost: float = 1.0) -> list[float]:
    """When each call goes, if calls come with these gaps between them."""
    pacer, now, times = Pacer(), 0.0, []
    for gap in gaps:
        now += gap
        wait = pacer.reserve(KEY, limit, cost, now=now)
        assert wait is not None
        assert wait >= 0
        times.append(now + wait)
        pacer.settle(KEY, cost, None, now=now)
    return times


@given(limits, gaps)
def test_no_window_holds_more_than_the_spared_burst_and_what_flows_in(
    limit: RateLimit, gaps: list[float]
) -> None:
    times, every = sent(limit, gaps), limit.every.total_seconds()
    spared = max(1, limit.burst - 1)
    for start in range(0, len(times), 7):
        for end in range(start, len(times)):
            width = times[end] - times[start]
            assert end - start + 1 <= spared + width / every + 1e-6 * (end - start + 1)


@given(limits, gaps)
def test_a_vendor_with_the_full_burst_answers_no_429(limit: RateLimit, gaps: list[float]) -> None:
    server = Server(limit.burst, 1 / limit.every.total_seconds())
    for now in sent(limit, gaps):
        server.take(now)
    assert server.refused == 0


@given(limits, gaps, st.floats(0, 0.5))
def test_calls_that_come_first_go_first(limit: RateLimit, gaps: list[float], later: float) -> None:
    times = sent(limit, gaps)
    assert times == sorted(times)


@given(st.integers(2, 50), st.integers(5, 2000))
def test_sixty_seconds_of_demand_use_nearly_all_that_is_allowed(
    burst: int, milliseconds: int
) -> None:
    every = milliseconds / 1000
    allowed = burst + int(60 / every)
    assume(allowed >= 60)
    times = sent(RateLimit(burst, timedelta(milliseconds=milliseconds)), [0.0] * (allowed + 5))
    assert sum(1 for time in times if time <= 60) >= 0.96 * allowed


@given(
    st.integers(100, 5000),
    st.integers(10, 500),
    st.lists(st.tuples(st.floats(0, 2), st.floats(0, 1)), min_size=1, max_size=60),
    st.integers(1, 50),
)
def test_a_cost_bucket_that_is_told_of_refunds_never_asks_for_more_than_there_is(
    points: int, rate: int, steps: list[tuple[float, float]], cost: int
) -> None:
    limit, pacer, server = CostLimit(points, rate), Pacer(), Server(points, rate)
    now = 0.0
    for gap, share in steps:
        now += gap
        wait = pacer.reserve(KEY, limit, cost, now=now)
        assert wait is not None
        now += wait
        server.take(now, cost)
        # The vendor charges less than it asked for, and says what is left.
        server.level = min(server.points, server.level + cost * share)
        budget = Budget(server.level, points, rate)
        pacer.settle(KEY, cost, budget, now=now)
    assert server.refused == 0


def test_a_refund_lets_the_next_call_go_at_once() -> None:
    pacer, limit = Pacer(), CostLimit(points=100, per_second=1)
    assert pacer.reserve(KEY, limit, 50, now=0) == 0
    pacer.settle(KEY, 50, Budget(98, 100, 1), now=0)
    assert pacer.reserve(KEY, limit, 50, now=0) == 0


def test_what_others_spend_of_the_account_slows_us_down() -> None:
    pacer, limit = Pacer(), CostLimit(points=1000, per_second=10)
    assert pacer.reserve(KEY, limit, 10, now=0) == 0
    pacer.settle(KEY, 10, Budget(0, 1000, 10), now=0)
    assert pacer.reserve(KEY, limit, 10, now=0) == 1


def test_what_is_still_flying_is_not_told_yet_and_is_counted() -> None:
    pacer, limit = Pacer(), CostLimit(points=1000, per_second=10)
    pacer.reserve(KEY, limit, 100, now=0)
    pacer.reserve(KEY, limit, 100, now=0)
    pacer.settle(KEY, 100, Budget(100, 1000, 10), now=0)
    assert pacer.reserve(KEY, limit, 100, now=0) == 10


def test_a_wait_that_is_too_long_takes_nothing() -> None:
    pacer, limit = Pacer(), RateLimit(2, timedelta(seconds=10))
    assert pacer.reserve(KEY, limit, 1, now=0, most=5) == 0
    assert pacer.reserve(KEY, limit, 1, now=0, most=5) is None
    assert pacer.reserve(KEY, limit, 1, now=0, most=10) == 10


def test_a_throttle_closes_the_bucket_for_everybody_and_no_other() -> None:
    pacer, limit = Pacer(), RateLimit(10, timedelta(seconds=1))
    other = ("shop", "us", "orders")
    for key in (KEY, other):
        pacer.reserve(key, limit, 1, now=0)
    pacer.close(KEY, 30, now=0)
    pacer.close(KEY, 5, now=0)
    assert (pacer.closed(KEY, now=0), pacer.closed(KEY, now=40)) == (30, 0)
    assert pacer.reserve(KEY, limit, 1, now=10) == 20
    assert pacer.reserve(KEY, limit, 1, now=31) == 0
    assert pacer.reserve(other, limit, 1, now=10) == 0


def test_a_bucket_nobody_used_is_not_an_error() -> None:
    pacer = Pacer()
    pacer.close(KEY, 5, now=0)
    pacer.settle(KEY, 1, Budget(1, 1, 1), now=0)
    assert pacer.closed(KEY, now=0) == 0


def test_a_call_dearer_than_the_bucket_waits_for_a_full_one() -> None:
    pacer, limit = Pacer(), RateLimit(3, timedelta(seconds=1))
    assert pacer.reserve(KEY, limit, 5, now=0) == 0
    assert pacer.reserve(KEY, limit, 1, now=0) == pytest.approx(4)


def test_eight_threads_reserve_exactly_what_one_would() -> None:
    pacer, limit = Pacer(), RateLimit(101, timedelta(seconds=1))

    def take(_: int) -> list[float | None]:
        return [pacer.reserve(KEY, limit, 1, now=0) for _ in range(50)]

    with ThreadPoolExecutor(8) as pool:
        waits = [wait for part in pool.map(take, range(8)) for wait in part]
    assert sorted(wait for wait in waits if wait is not None) == pytest.approx(
        [0.0] * 100 + [float(second) for second in range(1, 301)]
    )
