"""Many flows, lists, two at once, work, and the life of a client."""

import gc
import warnings
from typing import Any

import pytest

from crossborder.adapters.memory import MemoryJournal
from crossborder.clients import Ran
from crossborder.conversation import Flow, Page, Reply, Request, Steps, both, flow, work
from crossborder.errors import NotFound, OutcomeUnknown
from unit.clients.stand import (  # type: ignore[import-not-found,unused-ignore]
    COLOURS,
    Line,
    Runner,
    answer,
    desk,
    reading,
    writing,
)

DESK = desk()
colours = pytest.mark.parametrize("colour", COLOURS)


@flow
def numbered(number: int) -> Steps[int]:
    """Answers its own number; 404 for 3."""
    reply = yield from DESK.get("numbers.get", f"/{number}")
    return int(reply.content)


def far(request: Request) -> Reply:
    name = request.url.rsplit("/", 1)[1]
    return answer(404) if name == "3" else answer(200, body=name)


@colours
@pytest.mark.parametrize("at_once", [0, 1, 4, 100])
def test_many_flows_are_answered_in_the_order_given_and_one_failure_is_one(
    colour: str, at_once: int
) -> None:
    runner, told = Runner(colour, Line(far)), []
    ran = runner.run_all(
        (numbered(number) for number in range(6)),
        at_once=at_once,
        on_done=lambda done, of: told.append((done, of)),
    )
    assert [one.value for one in ran] == [0, 1, 2, None, 4, 5]
    assert [type(one.error) for one in ran if one.error] == [NotFound]
    assert told == [(done, 6) for done in range(1, 7)]
    assert ran[1].result == 1
    with pytest.raises(NotFound):
        _ = ran[3].result


@colours
def test_no_flows_are_no_results(colour: str) -> None:
    assert Runner(colour, Line([])).run_all([]) == []


@colours
def test_each_of_many_flows_has_its_own_key(colour: str) -> None:
    journal = MemoryJournal()
    runner = Runner(colour, Line(lambda _: answer(200)), journal=journal)
    runner.run_all([writing(DESK), writing(DESK)], keys=["a", "b"])
    assert sorted(str(event.key) for event in runner.events if event.kind == "sent") == [
        "a/create",
        "b/create",
    ]


@colours
def test_as_many_keys_as_flows_are_needed(colour: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ValueError, match="2 flows and 1 keys"):
            Runner(colour, Line([])).run_all([numbered(1), numbered(2)], keys=["a"])
        gc.collect()


@colours
@pytest.mark.parametrize("kind", [KeyboardInterrupt, RuntimeError])
def test_breaking_off_in_the_callback_leaves_the_rest_undone(
    colour: str, kind: type[BaseException]
) -> None:
    line = Line(far)

    @flow
    def polled() -> Steps[Reply]:
        return (yield from DESK.get("numbers.get", "/0", after=1))

    def stop(done: int, of: int) -> None:
        raise kind("enough")

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(kind, match="enough"):
            Runner(colour, line).run_all([polled() for _ in range(200)], at_once=1, on_done=stop)
        gc.collect()
    assert len(line.requests) <= 2


def test_what_came_of_a_flow_is_a_value() -> None:
    assert Ran(value=1) == Ran(value=1)
    assert Ran(value=1).result == 1


@flow
def listed(start: int) -> Steps[Page[int]]:
    """Three pages of two."""
    yield from DESK.get("numbers.list", f"/{start}")
    following = start + 2
    if following >= 6:
        return Page((start, start + 1))
    return Page((start, start + 1), str(following), listed(following))


@colours
def test_a_list_is_read_page_by_page_to_its_end(colour: str) -> None:
    line = Line(lambda _: answer(200))
    runner = Runner(colour, line)
    assert runner.listed("items", listed(0)) == [0, 1, 2, 3, 4, 5]
    assert len(line.requests) == 3
    assert [page.cursor for page in runner.listed("pages", listed(0))] == ["2", "4", None]


@colours
def test_a_list_starts_again_behind_a_saved_cursor(colour: str) -> None:
    runner = Runner(colour, Line(lambda _: answer(200)))
    cursor = runner.listed("pages", listed(0))[0].cursor
    assert runner.listed("items", listed(int(cursor))) == [2, 3, 4, 5]


def test_pages_are_fetched_only_as_they_are_used() -> None:
    line = Line(lambda _: answer(200))
    items = Runner("sync", line).client.items(listed(0))
    assert [next(items), next(items)] == [0, 1]
    assert len(line.requests) == 1
    items.close()


@flow
def pair(left: Flow[Any], right: Flow[Any]) -> Steps[Any]:
    """Both."""
    return (yield from both(left, right))


@colours
def test_two_at_once_answer_as_a_pair(colour: str) -> None:
    assert Runner(colour, Line(far)).run(pair(numbered(1), numbered(2))) == (1, 2)


@colours
def test_an_error_of_one_of_two_reaches_the_flow(colour: str) -> None:
    @flow
    def careful() -> Steps[str]:
        try:
            yield from both(numbered(3), numbered(1))
        except NotFound:
            return "caught"
        return "none"

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert Runner(colour, Line(far)).run(careful()) == "caught"
        gc.collect()


def test_two_go_in_turn_under_the_client_for_threads() -> None:
    line = Line(far)
    Runner("sync", line).run(pair(numbered(1), numbered(2)))
    assert [request.url[-1] for request in line.requests] == ["1", "2"]


@colours
def test_work_gets_its_arguments_and_its_errors_reach_the_flow(colour: str) -> None:
    def divide(left: int, right: int) -> float:
        return left / right

    @flow
    def dividing() -> Steps[tuple[float, str]]:
        half = yield from work("divide", divide, 1, 2)
        try:
            yield from work("divide", divide, 1, 0)
        except ZeroDivisionError:
            return half, "caught"
        return half, "none"

    assert Runner(colour, Line([])).run(dividing()) == (0.5, "caught")


@colours
def test_a_transport_that_was_given_is_not_closed_and_the_client_works_on(colour: str) -> None:
    class Closable(Line):  # type: ignore[misc,unused-ignore]
        def close(self) -> None:
            raise AssertionError("not ours")

        aclose = close

    runner = Runner(colour, Closable(far))
    assert runner.run(numbered(1)) == 1
    runner.close()
    assert runner.run(numbered(1)) == 1


@colours
def test_an_interrupted_write_closes_its_flow_and_stays_begun(colour: str) -> None:
    closed: list[str] = []

    @flow
    def held() -> Steps[None]:
        try:
            yield from writing(DESK)
        except OutcomeUnknown:
            closed.append("not for this")
        finally:
            closed.append("closed")

    def interrupted(request: Request) -> Reply:
        raise KeyboardInterrupt

    journal = MemoryJournal()
    with pytest.raises(KeyboardInterrupt) as caught:
        Runner(colour, Line(interrupted), journal=journal).run(held(), key="a")
    # Closed by the client, not by chance: the traceback still holds every frame.
    assert caught.value.__traceback__ is not None
    assert (closed, journal.unfinished()) == (["closed"], ("a/create",))


@colours
def test_a_cancelled_call_gives_its_cost_back_to_what_is_flying(colour: str) -> None:
    from crossborder.policy import CostLimit, Policy

    costly = desk(Policy(CostLimit(points=100, per_second=10), cost=50))

    def interrupted(request: Request) -> Reply:
        raise KeyboardInterrupt

    runner = Runner(colour, Line(interrupted))
    with pytest.raises(KeyboardInterrupt):
        runner.run(reading(costly))
    (bucket,) = runner.client._setup.pacer._buckets.values()
    assert bucket.flying == 0
