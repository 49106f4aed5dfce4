"""What is sent again, what is not, and how long is waited; the same in both colours."""

from datetime import timedelta
from typing import Any

import pytest

from crossborder.adapters.memory import MemoryJournal
from crossborder.conversation import Desk, Flow, Lost, NotSent, Reply, Request, Steps, flow
from crossborder.errors import (
    BadRequest,
    KeyReused,
    NoPolicy,
    NotFound,
    OutcomeUnknown,
    Throttled,
    Unauthorized,
    Unavailable,
    Unreachable,
    Unreadable,
    VendorError,
)
from crossborder.policy import CostLimit, Policies, Policy, RateLimit, Retry
from crossborder.testing.clock import VirtualClock
from unit.clients.stand import (  # type: ignore[import-not-found,unused-ignore]
    COLOURS,
    NOW,
    Line,
    Runner,
    answer,
    desk,
    reading,
    writing,
)

DESK = desk()
OK = answer(200, body="fine")
colours = pytest.mark.parametrize("colour", COLOURS)


def failing(runner: Runner, wanted: Flow[Any], kind: type[Exception], **more: Any) -> Any:
    with pytest.raises(kind) as caught:
        runner.run(wanted, **more)
    assert type(caught.value) is kind
    return caught.value


@colours
@pytest.mark.parametrize(
    "wanted",
    [reading(DESK).keep(), writing(DESK).keep(), writing(DESK, "PUT").keep()],
    ids=["a read", "a POST", "a PUT"],
)
def test_what_was_not_sent_is_always_tried_again(colour: str, wanted: Flow[Reply]) -> None:
    line = Line([NotSent("down"), NotSent("down"), OK])
    runner = Runner(colour, line)
    assert runner.run(wanted) == OK
    assert (line.left, runner.clock.slept) == (0, (0.5, 1.0))


@colours
def test_a_call_that_never_leaves_ends_as_unreachable(colour: str) -> None:
    error = failing(Runner(colour, Line(lambda _: NotSent("down"))), writing(DESK), Unreachable)
    assert (error.retryable, error.vendor, error.operation) == (True, "shop", "things.write")


@colours
def test_a_lost_read_is_tried_again_and_ends_as_unreachable(colour: str) -> None:
    line = Line(lambda _: Lost("cut"))
    failing(Runner(colour, line), reading(DESK), Unreachable)
    assert len(line.requests) > 3
    assert Runner(colour, Line([Lost("cut"), OK])).run(reading(DESK)) == OK


@colours
def test_a_lost_write_is_unknown_at_once_after_exactly_one_exchange(colour: str) -> None:
    line = Line([Lost("cut")])
    error = failing(Runner(colour, line), writing(DESK), OutcomeUnknown, key="run")
    assert (error.key, error.fresh, error.request.method) == ("run/create", True, "POST")
    assert len(line.requests) == 1


@colours
@pytest.mark.parametrize(
    "wanted",
    [writing(DESK, "PUT").keep(), writing(DESK, keyed=True).keep()],
    ids=["a PUT", "a keyed POST"],
)
def test_a_lost_write_that_may_be_repeated_is_and_ends_as_unknown(
    colour: str, wanted: Flow[Reply]
) -> None:
    assert Runner(colour, Line([Lost("cut"), OK])).run(wanted) == OK
    line = Line(lambda _: Lost("cut"))
    error = failing(Runner(colour, line), wanted, OutcomeUnknown)
    assert error.retryable
    assert len(set(line.requests)) == 1
    assert len(line.requests) > 3


@colours
@pytest.mark.parametrize(
    "last",
    [NotSent("down"), answer(429), answer(401), answer(503)],
    ids=["not sent", "throttled", "expired", "broken"],
)
def test_after_a_loss_nothing_but_a_refusal_is_certain(colour: str, last: Any) -> None:
    answers = iter([Lost("cut")])
    line = Line(lambda _: next(answers, last))
    error = failing(Runner(colour, line), writing(DESK, "PUT"), OutcomeUnknown)
    assert error.fresh
    if isinstance(last, Reply):
        assert error.status == last.status
    refused = Line([Lost("cut"), answer(422)])
    failing(Runner(colour, refused), writing(DESK, "PUT"), BadRequest)


@colours
def test_a_broken_vendor_is_asked_again_on_a_read_and_on_what_may_be_repeated(
    colour: str,
) -> None:
    for wanted in (reading(DESK), writing(DESK, "PUT"), writing(DESK, keyed=True)):
        assert Runner(colour, Line([answer(503), OK])).run(wanted) == OK
    failing(Runner(colour, Line(lambda _: answer(503))), reading(DESK), Unavailable)
    failing(Runner(colour, Line(lambda _: answer(503))), writing(DESK, "PUT"), OutcomeUnknown)
    error = failing(Runner(colour, Line([answer(500)])), writing(DESK), OutcomeUnknown, key="r")
    assert (error.key, error.status) == ("r/create", 500)


@colours
def test_the_vendors_own_word_on_repeating_goes_before_our_rule(colour: str) -> None:
    yes, no = answer(500, {"X-Repeat": "yes"}), answer(500, {"X-Repeat": "no"})
    assert Runner(colour, Line([yes, OK])).run(writing(DESK)) == OK
    failing(Runner(colour, Line([no])), writing(DESK, keyed=True), OutcomeUnknown)
    failing(Runner(colour, Line([no])), reading(DESK), Unavailable)


@colours
@pytest.mark.parametrize(
    "busy",
    [answer(429, {"Retry-After": "7"}), answer(200, {"X-Busy": "7"})],
    ids=["as 429", "as 200"],
)
def test_a_throttle_waits_exactly_as_long_as_the_vendor_says(colour: str, busy: Reply) -> None:
    limited = desk(Policy(RateLimit(burst=10, every=timedelta(seconds=1))))
    runner = Runner(colour, Line([busy, OK]))
    assert runner.run(writing(limited)) == OK
    assert runner.clock.slept == (7.0,)


@colours
def test_a_throttle_without_a_time_waits_by_our_own_rhythm(colour: str) -> None:
    runner = Runner(colour, Line([answer(429), OK]))
    assert runner.run(reading(DESK)) == OK
    assert runner.clock.slept == (0.5,)


@colours
def test_a_stated_wait_beyond_the_deadline_raises_at_once(colour: str) -> None:
    runner = Runner(colour, Line([answer(429, {"Retry-After": "60"})]))
    error = failing(runner, reading(DESK), Throttled, deadline=30)
    assert (error.retry_after, runner.clock.slept) == (60.0, ())


@colours
def test_stated_waits_do_not_count_against_our_own_patience(colour: str) -> None:
    runner = Runner(colour, Line([answer(429, {"Retry-After": "60"})] * 3 + [OK]))
    assert runner.run(reading(DESK)) == OK
    assert runner.clock.slept == (60.0, 60.0, 60.0)


@colours
def test_tries_end_after_the_policys_number(colour: str) -> None:
    tried = desk(Policy(retry=Retry(attempts=3, within=1000)))
    line = Line(lambda _: NotSent("down"))
    failing(Runner(colour, line), reading(tried), Unreachable)
    assert len(line.requests) == 3


@colours
def test_no_try_begins_beyond_our_own_patience(colour: str) -> None:
    runner = Runner(colour, Line(lambda _: NotSent("down")))
    failing(runner, reading(DESK), Unreachable)
    assert runner.clock.slept == (0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0)
    assert sum(runner.clock.slept) <= 45


@colours
def test_jitter_comes_from_the_given_chance(colour: str) -> None:
    runner = Runner(colour, Line([NotSent("down")] * 2 + [OK]), chance=lambda: 0.0)
    runner.run(reading(DESK))
    assert runner.clock.slept == (0.25, 0.5)


@colours
def test_without_retry_each_call_is_tried_once(colour: str) -> None:
    runner = Runner(colour, Line([NotSent("down")]))
    failing(runner, reading(DESK), Unreachable, retry=False)
    assert runner.clock.slept == ()


@colours
def test_what_was_waited_for_past_the_deadline_is_not_sent(colour: str) -> None:
    @flow
    def polling() -> Steps[Reply]:
        return (yield from DESK.get("things.get", "/", after=20))

    runner = Runner(colour, Line([OK]))
    assert runner.run(polling()) == OK
    assert runner.clock.slept == (20.0,)
    late = Runner(colour, Line([]))
    failing(late, polling(), Unreachable, deadline=10)
    assert late.clock.slept == ()
    failing(Runner(colour, Line([])), reading(DESK), Unreachable, deadline=0)


@colours
def test_our_own_pacing_past_the_deadline_is_a_throttle_and_sends_nothing(colour: str) -> None:
    limited = desk(Policy(RateLimit(burst=2, every=timedelta(seconds=60))))
    line = Line([OK, OK])
    runner = Runner(colour, line)
    runner.run(reading(limited))
    failing(runner, reading(limited), Throttled, deadline=30)
    assert runner.run(reading(limited), deadline=100) == OK
    assert runner.clock.slept == (60.0,)


@colours
def test_pacing_past_the_deadline_after_a_lost_write_leaves_it_unknown(colour: str) -> None:
    limited = desk(Policy(RateLimit(burst=2, every=timedelta(seconds=60))))
    runner = Runner(colour, Line([Lost("cut")]))
    failing(runner, writing(limited, "PUT"), OutcomeUnknown, deadline=30)


class Closing(VirtualClock):
    """A clock during whose first sleep the vendor throttles somebody else."""

    def __init__(self) -> None:
        super().__init__(NOW)
        self.pacer: Any = None

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if len(self.slept) == 1:
            self.pacer.close(("shop", "eu", "things.get"), 20, now=self.monotonic())

    async def pause(self, seconds: float) -> None:
        self.sleep(seconds)


@colours
def test_who_waits_for_a_turn_hears_of_a_throttle_meanwhile(colour: str) -> None:
    limited = desk(Policy(RateLimit(burst=2, every=timedelta(seconds=5))))
    for deadline in (26, 24):
        clock = Closing()
        runner = Runner(colour, Line([OK, OK]), clock=clock)
        clock.pacer = runner.client._setup.pacer
        runner.run(reading(limited))
        if deadline == 26:
            assert runner.run(reading(limited), deadline=deadline) == OK
            assert clock.slept == (5.0, 20.0)
        else:
            failing(runner, reading(limited), Throttled, deadline=deadline)
            assert clock.slept == (5.0,)


@colours
def test_limits_of_time_are_always_passed_and_shrink_with_the_deadline(colour: str) -> None:
    line = Line([OK, OK, OK])
    runner = Runner(colour, line)
    runner.run(reading(DESK))
    runner.run(reading(DESK), deadline=20)
    runner.run(reading(DESK), deadline=4)
    assert line.limits == [(10.0, 30.0), (10.0, 20.0), (4.0, 4.0)]


@colours
def test_calls_wait_only_for_their_own_bucket(colour: str) -> None:
    limit = RateLimit(burst=2, every=timedelta(seconds=9))
    policies = Policies({name: Policy(limit) for name in ("a", "b")})
    shared = Policies({name: Policy(limit, bucket="all") for name in ("a", "b")})

    def slept(first: Desk, second: Desk) -> Any:
        runner = Runner(colour, Line([OK, OK]))
        runner.run(reading(first, "a"))
        runner.run(reading(second, "b"))
        return runner.clock.slept

    one = desk(policies=policies)
    assert slept(one, one) == ()
    same = desk(policies=shared)
    assert slept(same, same) == (9.0,)
    assert slept(same, desk(policies=shared, account="us")) == ()
    assert slept(same, desk(policies=shared, vendor="other")) == ()


@colours
def test_a_call_says_its_own_cost(colour: str) -> None:
    costly = desk(Policy(CostLimit(points=100, per_second=10)))

    @flow
    def asking() -> Steps[None]:
        for _ in range(2):
            yield from costly.post("q", "/", json={}, repeatable=True, cost=50)

    runner = Runner(colour, Line([OK, OK]))
    runner.run(asking())
    assert runner.clock.slept == (5.0,)


@colours
def test_a_forgotten_yield_from_is_named(colour: str) -> None:
    @flow
    def wrong() -> Steps[Any]:
        yield DESK.get("things.get", "/")  # type: ignore[misc]

    with pytest.raises(TypeError, match="use `yield from`"):
        Runner(colour, Line([])).run(wrong())


@colours
def test_an_operation_without_a_policy_is_refused(colour: str) -> None:
    failing(Runner(colour, Line([])), reading(desk(policies=Policies())), NoPolicy)


@colours
def test_errors_of_the_flows_own_code_come_out_unchanged(colour: str) -> None:
    raised = ZeroDivisionError("mine")

    @flow
    def broken() -> Steps[None]:
        yield from DESK.get("things.get", "/")
        raise raised

    with pytest.raises(ZeroDivisionError) as caught:
        Runner(colour, Line([OK])).run(broken())
    assert caught.value is raised


@colours
def test_an_error_reaches_the_line_of_the_flow_that_asked(colour: str) -> None:
    @flow
    def careful() -> Steps[str]:
        try:
            yield from DESK.get("things.get", "/")
        except NotFound as error:
            return f"none: {error.status}"
        return "some"

    assert Runner(colour, Line([answer(404)])).run(careful()) == "none: 404"


@colours
def test_a_reply_that_cannot_be_read_is_unreadable_on_a_read_and_unknown_on_a_write(
    colour: str,
) -> None:
    cut = answer(200, {"X-Unreadable": "yes"}, '{"a": ')
    failing(Runner(colour, Line([cut])), reading(DESK), Unreadable)
    line = Line([cut])
    failing(Runner(colour, line), writing(DESK), OutcomeUnknown)
    assert len(line.requests) == 1
    assert Runner(colour, Line([cut, OK])).run(writing(DESK, "PUT")) == OK


@colours
def test_one_step_name_for_two_different_writes_is_refused(colour: str) -> None:
    @flow
    def twice() -> Steps[None]:
        yield from DESK.post("a", "/", json=1, step="create")
        yield from DESK.post("a", "/", json=2, step="create")

    for journal in (None, MemoryJournal()):
        error = failing(Runner(colour, Line([OK]), journal=journal), twice(), KeyReused, key="run")
        assert error.name == "run/create"


@colours
def test_a_vendors_key_is_the_runs_key_and_the_step(colour: str) -> None:
    line = Line([OK])
    Runner(colour, line).run(writing(DESK, keyed=True), key="order-1")
    assert line.requests[0].header("idempotency-key") == "order-1/create"


@colours
def test_a_blank_key_is_refused(colour: str) -> None:
    with pytest.raises(ValueError, match=r"run\.key"):
        Runner(colour, Line([])).run(reading(DESK).keep(), key=" ")


@colours
@pytest.mark.parametrize("last", [answer(422), answer(404), answer(500), Lost("x"), answer(401)])
def test_every_error_says_who_and_what(colour: str, last: Any) -> None:
    with pytest.raises(VendorError) as caught:
        Runner(colour, Line([last])).run(writing(DESK))
    error = caught.value
    assert (error.vendor, error.account, error.operation) == ("shop", "eu", "things.write")


@colours
def test_credentials_without_a_token_sign_at_the_moment_of_sending(colour: str) -> None:
    class Stamped:
        def sign(self, request: Request, token: object, now: Any) -> Request:
            return request.with_headers({"Stamp": now.isoformat()})

    line = Line([NotSent("down"), OK, answer(401)])
    runner = Runner(colour, line)
    runner.run(reading(desk(credentials=Stamped())))
    first, second = (request.header("stamp") for request in line.requests)
    assert (first, second) == ("2026-11-22T10:00:00+00:00", "2026-11-22T10:00:00.500000+00:00")
    failing(runner, reading(desk(credentials=Stamped())), Unauthorized)
