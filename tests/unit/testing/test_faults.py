from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.conversation import Lost, NotSent, Reply, Request, Transport
from crossborder.testing.clock import VirtualClock
from crossborder.testing.contract_transport import ContractTransport, Sample, SampleBook
from crossborder.testing.faults import (
    Fault,
    Faults,
    duplicate,
    lost_after,
    lost_before,
    not_sent,
    server_error,
    shuffled,
    slow,
    throttled,
    truncated,
)

ASKED = Request("POST", "https://shop.test/orders", {"page": "1"})


class Shop(Transport):
    """Counts its orders: the effect that a fault may hide."""

    def __init__(self) -> None:
        self.orders = 0

    def exchange(self, request: Request, *, connect: float, read: float) -> Reply:
        self.orders += 1
        return Reply(201, {"Content-Type": "text/plain"}, f"order {self.orders}".encode())


def struck(fault: Fault) -> tuple[Any, int]:
    """What comes of the fault, and how many effects there were."""
    shop = Shop()
    try:
        return Faults(shop, {1: fault}).exchange(ASKED, connect=5, read=30), shop.orders
    except (Lost, NotSent) as error:
        return type(error), shop.orders


@pytest.mark.parametrize(
    ("fault", "said", "effects"),
    [
        (lost_after(), Lost, 1),
        (lost_before(), Lost, 0),
        (not_sent(), NotSent, 0),
    ],
)
def test_a_lost_exchange_may_or_may_not_have_had_its_effect(
    fault: Fault, said: type[Exception], effects: int
) -> None:
    assert struck(fault) == (said, effects)


def test_a_duplicate_takes_effect_twice_and_answers_the_second_time() -> None:
    reply, effects = struck(duplicate())
    assert (reply.content, effects) == (b"order 2", 2)


def test_a_throttled_call_has_no_effect_and_may_say_how_long_to_wait() -> None:
    reply, effects = struck(throttled(retry_after=2, headers={"X-Limit": "1"}))
    assert (reply.status, reply.header("retry-after"), reply.header("x-limit")) == (429, "2", "1")
    assert effects == 0
    assert struck(throttled())[0] == Reply(429)


def test_a_vendor_may_throttle_in_http_200() -> None:
    reply, effects = struck(throttled(status=200, json={"errors": [{"code": "THROTTLED"}]}))
    assert (reply.status, reply.content) == (200, b'{"errors":[{"code":"THROTTLED"}]}')
    assert effects == 0


@pytest.mark.parametrize(("after", "effects"), [(False, 0), (True, 1)])
def test_a_server_may_fail_before_or_after_the_effect(after: bool, effects: int) -> None:
    reply, happened = struck(server_error(status=503, after=after, json={"why": "down"}))
    assert (reply.status, reply.content, happened) == (503, b'{"why":"down"}', effects)


def test_a_slow_answer_takes_its_time_and_is_lost_beyond_the_limit() -> None:
    clock = VirtualClock(datetime(2026, 11, 22, tzinfo=UTC))
    reply, _ = struck(slow(10, clock))
    assert (reply.status, clock.monotonic()) == (201, 10)
    assert struck(slow(31, clock)) == (Lost, 1)
    assert clock.monotonic() == 40
    assert clock.slept == ()


def test_a_truncated_body_ends_early() -> None:
    assert struck(truncated())[0].content == b"ord"
    assert struck(truncated(1))[0].content == b"o"


def test_faults_strike_by_number_and_leave_the_rest_alone() -> None:
    line = Faults(Shop(), {2: throttled(), 9: lost_after()})
    statuses = [line.exchange(ASKED, connect=5, read=30).status for _ in range(3)]
    assert statuses == [201, 429, 201]
    assert (line.calls, line.happened, line.left) == (3, ("throttled",), 1)


def test_faults_strike_by_what_the_call_contains_and_so_many_times() -> None:
    line = Faults(Shop()).on("POST https://shop.test/orders?page=1", throttled(), times=2)
    line.on("/other", lost_after())
    statuses = [line.exchange(ASKED, connect=5, read=30).status for _ in range(3)]
    assert statuses == [429, 429, 201]
    assert line.left == 1


def test_faults_strike_by_operation_and_can_be_stacked() -> None:
    book = SampleBook({"orders.list": Sample("POST", "/orders", {}, query={"page": "1"})})
    inner = Faults(ContractTransport(book))
    line = Faults(inner).on("orders.list", throttled())
    assert line.exchange(ASKED, connect=5, read=30).status == 429
    assert line.exchange(ASKED, connect=5, read=30).status == 200
    assert inner.calls == 1


@given(st.permutations(range(6)))
def test_events_in_another_order_are_the_same_events(order: list[int]) -> None:
    events = [f"e{number}" for number in range(6)]
    assert sorted(shuffled(events, order)) == events
    assert shuffled(events, order)[0] == events[order[0]]
