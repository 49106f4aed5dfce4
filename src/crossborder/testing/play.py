"""Play a conversation from a script: no network, no client, no clock.

>>> from crossborder.conversation import Desk, flow
>>> from crossborder.policy import Policies, Policy
>>> desk = Desk("demo", "https://demo.test", "shop", Policies(default=Policy()))
>>> @flow
... def count():
...     reply = yield from desk.get("things.count", "/things")
...     return reply.json(source="demo")["count"]
>>> played = play(count(), [reply(200, {"count": 3})])
>>> played.result, played.calls[0].operation
(3, 'things.count')
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

from attrs import frozen

from crossborder.conversation import (
    Both,
    Call,
    Flow,
    Note,
    Ok,
    Reply,
    Step,
    Steps,
    Work,
    failure,
    outcome_unknown,
    reads,
)
from crossborder.errors import (
    CrossborderError,
    OutcomeUnknown,
    Unreachable,
    Unreadable,
    VendorError,
)
from crossborder.wire.text import write_json

__all__ = ["LOST", "Played", "Script", "play", "reply"]

T = TypeVar("T")


class _Lost:
    """A script's word for: sent, and the answer never came."""

    def __repr__(self) -> str:
        return "LOST"


LOST = _Lost()
"""In a script: the call was sent and its answer never came.

A write ends in `OutcomeUnknown`, a read in `Unreachable`.
"""

Script = Reply | Exception | _Lost
"""What a script may answer to one call."""


@frozen
class Played(Generic[T]):
    """What came of a play.

    Attributes:
        result: what the flow returned, or None when it raised.
        error: what it raised, or None.
        calls: every call it made, in order, before signing.
        work: every piece of work it asked for, in order.
    """

    result: T | None
    error: CrossborderError | None
    calls: tuple[Call, ...]
    work: tuple[Work, ...] = ()

    @property
    def operations(self) -> tuple[str, ...]:
        """The operations of the calls, in order."""
        return tuple(call.operation for call in self.calls)

    @property
    def value(self) -> T:
        """The result; raises what the flow raised."""
        if self.error is not None:
            raise self.error
        return self.result  # type: ignore[return-value]


def reply(
    status: int = 200,
    json: Any = None,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
) -> Reply:
    """A reply for a script: a JSON value, or bytes.

    >>> reply(201, {"id": "p1"}).content
    b'{"id":"p1"}'
    """
    body = content if content is not None else b"" if json is None else write_json(json).encode()
    return Reply(status, {"Content-Type": "application/json", **(headers or {})}, body)


def play(
    flow: Flow[T] | Steps[T],
    script: Iterable[Script] | Callable[[Call], Script],
    *,
    run_work: bool = True,
) -> Played[T]:
    """Run a flow against a script: a list of answers in order, or a function of the call.

    Each reply is read by the adapter's own `read`, as a client would: what is not Ok is thrown
    into the flow as its error (there is no retry and no waiting in a play). A list must be used
    up exactly: an answer too few or too many is an `AssertionError`.
    """
    player = _Player(script, run_work=run_work)
    result, error = None, None
    try:
        result = player.conduct(iter(flow))
    except CrossborderError as raised:
        error = raised
    left = player.left()
    if left:
        raise AssertionError(f"the script has {left} answers left after {player.calls}") from error
    return Played(result, error, tuple(player.calls), tuple(player.works))


class _Player:
    def __init__(
        self, script: Iterable[Script] | Callable[[Call], Script], *, run_work: bool
    ) -> None:
        self._answer = script if callable(script) else None
        self._answers = [] if callable(script) else list(script)
        self._run_work = run_work
        self.calls: list[Call] = []
        self.works: list[Work] = []

    def left(self) -> int:
        return len(self._answers)

    def conduct(self, steps: Any) -> Any:
        try:
            step = next(steps)
            while True:
                try:
                    got = self._perform(step)
                except AssertionError:
                    # The script is wrong: no flow may catch that.
                    raise
                except Exception as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(got)
        except StopIteration as stop:
            return stop.value
        finally:
            steps.close()

    def _perform(self, step: Step) -> Any:
        if isinstance(step, Both):
            left, right = iter(step.left), iter(step.right)
            return self.conduct(left), self.conduct(right)
        if isinstance(step, Note):
            return step.text
        if isinstance(step, Work):
            self.works.append(step)
            return step.function(*step.args) if self._run_work else self._scripted(step)
        if not isinstance(step, Call):
            raise TypeError(f"a flow yields only steps of its desk, not {step!r}: use `yield from`")
        self.calls.append(step)
        answer = self._answer(step) if self._answer is not None else self._scripted(step)
        if isinstance(answer, _Lost):
            raise _unanswered(step, "lost by the script")
        if isinstance(answer, Exception):
            raise answer
        try:
            verdict = step.desk.read(answer)
        except Unreadable as error:
            if reads(step):
                raise
            raise _unanswered(step, f"the answer's {error.field} {error.text}") from error
        if isinstance(verdict, Ok):
            return answer
        failed = failure(step, answer, verdict)
        if isinstance(failed, OutcomeUnknown):
            failed.key = step.step
        raise failed

    def _scripted(self, step: Step) -> Any:
        if not self._answers:
            raise AssertionError(f"the script has no answer for {step}")
        answer = self._answers.pop(0)
        if isinstance(step, Work) and isinstance(answer, Exception):
            raise answer
        return answer


def _unanswered(call: Call, text: str) -> VendorError:
    """What a client raises when no answer came, after the last try."""
    if not reads(call):
        return outcome_unknown(call, text, key=call.step)
    return Unreachable(
        text,
        vendor=call.vendor,
        account=call.account,
        operation=call.operation,
        retryable=True,
    )
