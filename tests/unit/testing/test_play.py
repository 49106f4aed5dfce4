"""Flows played from a script."""

import gc
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from crossborder.clients import Client
from crossborder.conversation import (
    Call,
    Desk,
    Flow,
    Lost,
    Ok,
    Reply,
    Request,
    Steps,
    Transport,
    Verdict,
    both,
    flow,
    read_status,
    work,
)
from crossborder.errors import (
    BadRequest,
    NotFound,
    OutcomeUnknown,
    Throttled,
    Unauthorized,
    Unavailable,
    Unreachable,
    Unreadable,
)
from crossborder.policy import Policies, Policy
from crossborder.testing.play import LOST, Played, play, reply


def read(said: Reply) -> Verdict:
    """By status; an Ok must be JSON."""
    verdict = read_status(said)
    if isinstance(verdict, Ok):
        said.json(source="shop")
    return verdict


DESK = Desk("shop", "https://shop.test", "eu", Policies(default=Policy()), read=read)


@flow
def reading() -> Steps[Any]:
    return (yield from DESK.get("things.get", "/a")).json(source="shop")


@flow
def writing() -> Steps[Any]:
    return (yield from DESK.post("things.create", "/a", json=1, step="create")).json(source="shop")


def test_a_played_flow_shows_what_it_returned_and_what_it_asked() -> None:
    played = play(writing(), [reply(201, {"id": 1})])
    assert (played.result, played.value, played.error) == ({"id": 1}, {"id": 1}, None)
    assert played.operations == ("things.create",)
    assert played.calls[0].request.content == b"1"


def test_a_function_may_answer_instead_of_a_list() -> None:
    assert play(writing(), lambda call: reply(200, {"step": call.step})).value == {"step": "create"}


def test_bytes_and_headers_may_be_scripted() -> None:
    said = reply(200, content=b"\x00", headers={"X": "1"})
    assert (said.content, said.header("x")) == (b"\x00", "1")
    assert reply(204).content == b""


@pytest.mark.parametrize(
    ("wanted", "answer", "kind"),
    [
        (reading, LOST, Unreachable),
        (writing, LOST, OutcomeUnknown),
        (reading, reply(200, content=b"<html>"), Unreadable),
        (writing, reply(200, content=b"<html>"), OutcomeUnknown),
        (reading, reply(404), NotFound),
        (writing, reply(422), BadRequest),
        (writing, reply(401), Unauthorized),
        (writing, reply(429), Throttled),
        (reading, reply(503), Unavailable),
        (writing, reply(503), OutcomeUnknown),
    ],
)
def test_what_is_not_fine_is_the_error_a_client_would_raise(
    wanted: Callable[[], Flow[Any]], answer: Any, kind: type[Exception]
) -> None:
    played = play(wanted(), [answer])
    assert type(played.error) is kind
    assert played.result is None
    with pytest.raises(kind):
        _ = played.value
    with pytest.raises(kind):
        Client(http=_Answering(answer)).run(wanted(), retry=False)


class _Answering(Transport):
    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def exchange(self, request: Request, *, connect: float, read: float) -> Reply:
        if self._answer is LOST:
            raise Lost("cut")
        assert isinstance(self._answer, Reply)
        return self._answer


def test_an_unknown_outcome_names_the_step() -> None:
    for answer in (LOST, reply(503)):
        error = play(writing(), [answer]).error
        assert isinstance(error, OutcomeUnknown)
        assert error.key == "create"


def test_a_scripted_error_is_raised_where_the_flow_asked() -> None:
    @flow
    def careful() -> Steps[str]:
        try:
            yield from reading()
        except LookupError:
            return "caught"
        return "none"

    assert play(careful(), [LookupError()]).value == "caught"
    with pytest.raises(LookupError):
        play(reading(), [LookupError()])


def test_a_script_that_is_too_short_or_too_long_is_wrong_and_no_flow_can_hide_it() -> None:
    @flow
    def greedy() -> Steps[str]:
        try:
            yield from reading()
        except Exception:
            return "hidden"
        return "none"

    with pytest.raises(AssertionError, match=r"no answer for Call\(vendor='shop'"):
        play(greedy(), [])
    with pytest.raises(AssertionError, match="1 answers left"):
        play(reading(), [reply(200, 1), reply(200, 2)])
    with pytest.raises(AssertionError, match="1 answers left") as caught:
        play(reading(), [reply(404), reply(200)])
    assert isinstance(caught.value.__cause__, NotFound)


def test_work_is_done_or_scripted() -> None:
    @flow
    def working() -> Steps[int]:
        return (yield from work("sum", sum, (1, 2)))

    assert play(working(), []).value == 3
    scripted: Played[Any] = play(working(), [reply(200, 7)], run_work=False)
    assert scripted.result == reply(200, 7)
    assert [piece.name for piece in scripted.work] == ["sum"]
    with pytest.raises(LookupError):
        play(working(), [LookupError()], run_work=False)
    with pytest.raises(AssertionError, match="no answer for Work"):
        play(working(), lambda call: reply(200), run_work=False)


def test_of_two_at_once_the_second_may_never_be_reached() -> None:
    @flow
    def two() -> Steps[Any]:
        return (yield from both(reading(), reading()))

    assert play(two(), [reply(200, 1), reply(200, 2)]).value == (1, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert isinstance(play(two(), [reply(404)]).error, NotFound)
        gc.collect()


def test_a_forgotten_yield_from_is_named() -> None:
    @flow
    def wrong() -> Steps[Any]:
        yield DESK.get("things.get", "/")  # type: ignore[misc]

    with pytest.raises(TypeError, match="use `yield from`"):
        play(wrong(), [])


def test_a_played_flow_is_closed_whatever_happens() -> None:
    closed: list[str] = []

    def steps() -> Steps[None]:
        try:
            yield from reading()
        finally:
            closed.append("closed")

    with pytest.raises(AssertionError):
        play(steps(), [])
    assert closed == ["closed"]


def test_a_script_shows_itself() -> None:
    assert repr(LOST) == "LOST"
    assert Played(1, None, ()) == Played(1, None, ())
    call: Call = play(reading(), [reply(200, 1)]).calls[0]
    assert call.operation == "things.get"
