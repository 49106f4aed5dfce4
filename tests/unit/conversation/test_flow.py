"""Flows as values, and the two ways of joining them."""

import gc
import warnings
from collections.abc import Callable, Iterator

import pytest

from crossborder.conversation import (
    Both,
    Call,
    Desk,
    Flow,
    Page,
    Reply,
    Steps,
    Work,
    both,
    flow,
    outcome_unknown,
    settled,
    under,
    work,
)
from crossborder.errors import NotFound, OutcomeUnknown
from crossborder.model.outcome import Pending
from crossborder.policy import Policies, Policy
from crossborder.testing.play import LOST, play, reply

DESK = Desk("shop", "https://shop.test", "eu", Policies(default=Policy()))


@flow
def number(of: str = "a") -> Steps[int]:
    """A number."""
    said = yield from DESK.get("numbers.get", f"/{of}")
    return int(said.content)


def test_a_flow_is_a_value_that_says_that_it_was_not_run() -> None:
    held = number("a").keep()
    assert held == number("a").keep()
    assert held != number("b").keep()
    assert held != "a"
    assert len({held, number("a").keep()}) == 1
    assert repr(held) == "<Flow number: not run; use client.run(flow)>"
    assert number.__doc__ == "A number."


def test_a_flow_runs_as_often_as_it_is_asked_to() -> None:
    held = number()
    assert [play(held, [reply(200, n)]).value for n in (1, 2)] == [1, 2]


def test_a_flow_that_is_dropped_without_being_run_warns() -> None:
    with pytest.warns(RuntimeWarning, match="<Flow number: not run"):
        number()


def test_a_flow_whose_making_failed_does_not_warn() -> None:
    held: Flow[int] = Flow.__new__(Flow)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        del held


@flow
def numbers() -> Steps[Page[int]]:
    """A page."""
    yield from DESK.get("numbers.list", "/")
    return Page((1,))


def test_a_flow_kept_in_a_page_or_a_pending_outcome_may_be_dropped() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        page, pending = Page((1,), "2", numbers()), Pending(1, number())
        assert page.next == numbers().keep()
        assert pending.ask == number().keep()
        del page, pending
        gc.collect()
    assert Page((1,)).next is None


def test_a_piece_of_work_is_a_step_with_the_functions_result() -> None:
    @flow
    def adding() -> Steps[int]:
        return (yield from work("add", sum, (1, 2)))

    played = play(adding(), [])
    assert (played.value, played.work) == (3, (Work("add", sum, ((1, 2),)),))


def test_two_flows_are_taken_as_one_step_and_their_results_as_a_pair() -> None:
    @flow
    def pair() -> Steps[tuple[int, int]]:
        return (yield from both(number("a"), number("b")))  # type: ignore[no-any-return]

    assert play(pair(), [reply(200, 1), reply(200, 2)]).value == (1, 2)


def attempts(*found: int | None) -> tuple[Callable[[], Flow[int]], list[str]]:
    """A settled write, and the names it was tried under; each look answers the next finding."""
    names: list[str] = []
    looks = iter(found)

    def attempt(step: str) -> Steps[int]:
        names.append(step)
        said = yield from DESK.post("numbers.create", "/", json={}, step=step)
        return int(said.content)

    def look() -> Steps[int | None]:
        yield from DESK.get("numbers.find", "/")
        return next(looks)

    @flow
    def create() -> Steps[int]:
        return (yield from settled(attempt, look, step="create"))

    return create, names


NOTHING = reply(200)


def test_an_answered_write_is_not_looked_for() -> None:
    create, names = attempts()
    assert play(create(), [reply(200, 7)]).value == 7
    assert names == ["create"]


def test_a_write_whose_answer_was_lost_is_found() -> None:
    create, names = attempts(7)
    assert play(create(), [LOST, NOTHING]).value == 7
    assert names == ["create"]


def test_a_write_that_is_not_found_is_tried_again_under_a_new_name() -> None:
    create, names = attempts(None, None)
    assert play(create(), [LOST, NOTHING, LOST, NOTHING, reply(200, 7)]).value == 7
    assert names == ["create", "create/2", "create/3"]


def test_after_three_lost_answers_a_write_is_given_up() -> None:
    create, names = attempts(None, None, None)
    played = play(create(), [LOST, NOTHING] * 3)
    assert isinstance(played.error, OutcomeUnknown)
    assert len(names) == 3


def test_a_name_begun_by_an_earlier_run_is_skipped_without_being_counted() -> None:
    create, names = attempts(*[None] * 13)

    def answer(call: Call) -> Reply | Exception:
        if call.step is None:
            return NOTHING
        if len(names) <= 10:
            return outcome_unknown(call, "begun", fresh=False)
        return outcome_unknown(call, "lost")

    assert isinstance(play(create(), answer).error, OutcomeUnknown)
    assert len(names) == 13


def test_even_begun_names_come_to_an_end() -> None:
    create, names = attempts(*[None] * 100)

    def answer(call: Call) -> Reply | Exception:
        begun = outcome_unknown(call, "begun", fresh=False)
        return NOTHING if call.step is None else begun

    assert isinstance(play(create(), answer).error, OutcomeUnknown)
    assert len(names) == 100


def test_a_look_that_fails_leaves_the_outcome_unknown() -> None:
    create, _ = attempts(7)
    played = play(create(), [LOST, reply(404)])
    assert isinstance(played.error, OutcomeUnknown)
    assert isinstance(played.error.__cause__, NotFound)


@flow
def writing(name: str) -> Steps[Reply]:
    return (yield from DESK.post("things.create", "/", json={}, step=name))


@flow
def three() -> Steps[tuple[Reply, Reply]]:
    yield from writing("first")
    yield from DESK.get("things.get", "/")
    left, right = yield from both(writing("left"), under("inner", writing("right")))
    return left, right


def test_under_names_every_write_also_within_two_at_once() -> None:
    @flow
    def chain() -> Steps[tuple[Reply, Reply]]:
        return (yield from under("order-1", three()))

    played = play(chain(), [NOTHING] * 4)
    assert [call.step for call in played.calls] == [
        "order-1/first",
        None,
        "order-1/left",
        "order-1/inner/right",
    ]
    assert played.value == (NOTHING, NOTHING)


def test_under_hands_an_error_to_the_conversation_inside() -> None:
    @flow
    def careful() -> Steps[str]:
        try:
            yield from writing("first")
        except NotFound:
            yield from writing("second")
        return "done"

    @flow
    def chain() -> Steps[str]:
        return (yield from under("x", careful()))

    played = play(chain(), [reply(404), NOTHING])
    assert (played.value, [call.step for call in played.calls]) == (
        "done",
        ["x/first", "x/second"],
    )


def test_under_closes_the_conversation_inside() -> None:
    closed: list[str] = []

    @flow
    def held() -> Steps[None]:
        try:
            yield from writing("first")
        finally:
            closed.append("closed")

    steps = under("x", held())
    next(steps)
    steps.close()
    assert closed == ["closed"]


def test_the_second_of_two_renamed_flows_may_never_be_reached() -> None:
    @flow
    def chain() -> Steps[object]:
        return (yield from under("x", pair_of(number("a"), number("b"))))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert isinstance(play(chain(), [reply(404)]).error, NotFound)
        gc.collect()


def pair_of(left: Flow[int], right: Flow[int]) -> Steps[object]:
    return (yield from both(left, right))


def test_a_step_of_two_holds_them_as_given() -> None:
    def nothing() -> Iterator[Call]:
        return iter(())

    left, right = nothing(), nothing()
    assert Both(left, right) == Both(left, right)
