"""When to try again and when to stop: tenacity's loop, with the waits given as effects."""

import sys
from collections.abc import Callable
from typing import TypeVar

import tenacity
from attrs import frozen

from crossborder.clients._effects import Effects, Wait
from crossborder.clients._events import Tell
from crossborder.clients._run import Run
from crossborder.errors import BadRequest, NotFound, VendorError
from crossborder.policy import Retry

__all__ = ["Again", "retried"]

T = TypeVar("T")


class Again(Exception):
    """Try again: after `wait` seconds, or by the policy's own rhythm when it is None.

    `error` is what is raised when no further try is allowed.
    """

    def __init__(self, error: VendorError, wait: float | None = None) -> None:
        super().__init__(str(error))
        self.error, self.wait = error, wait


@frozen
class _Rhythm:
    """When tenacity waits and stops."""

    retry: Retry
    run: Run
    started: float

    def wait(self, state: tenacity.RetryCallState) -> float:
        stated = _stated(state)
        if stated is not None:
            return stated
        grown = min(self.retry.most, self.retry.first * 2.0 ** (state.attempt_number - 1))
        return float(grown * (0.5 + self.run.chance() / 2))

    def stop(self, state: tenacity.RetryCallState) -> bool:
        if not self.run.retry or state.attempt_number >= self.retry.attempts:
            return True
        wait = state.upcoming_sleep
        if wait > self.run.left():
            return True
        spent = self.run.clock.monotonic() - self.started
        return _stated(state) is None and spent + wait > self.retry.within


def _stated(state: tenacity.RetryCallState) -> float | None:
    error = state.outcome.exception() if state.outcome is not None else None
    return error.wait if isinstance(error, Again) else None


def retried(attempt: Callable[[int], Effects[T]], retry: Retry, run: Run, tell: Tell) -> Effects[T]:
    """The result of the first attempt that does not raise `Again`; attempts count from 1.

    Raises:
        VendorError: what the last attempt said, when no further one is allowed.
    """
    rhythm = _Rhythm(retry, run, run.clock.monotonic())
    retrying = tenacity.Retrying(
        wait=rhythm.wait,
        stop=rhythm.stop,
        retry=tenacity.retry_if_exception_type(Again),
        reraise=True,
    )
    retrying.begin()
    state = tenacity.RetryCallState(retry_object=retrying, fn=None, args=(), kwargs={})
    try:
        while True:
            todo = retrying.iter(retry_state=state)
            if isinstance(todo, tenacity.DoAttempt):
                try:
                    result = yield from attempt(state.attempt_number)
                except Exception:
                    state.set_exception(sys.exc_info())  # type: ignore[arg-type]
                else:
                    state.set_result(result)
            elif isinstance(todo, tenacity.DoSleep):
                tell("retried", attempt=state.attempt_number, seconds=float(todo))
                state.prepare_for_next_attempt()
                yield Wait(float(todo))
            else:
                done: T = todo
                return done
    except Again as again:
        _failed(again.error, state, tell)
        raise again.error from None
    except VendorError as error:
        _failed(error, state, tell)
        raise
    finally:
        # tenacity's bookkeeping points at itself; nothing of a reply stays behind.
        state.outcome = None


def _failed(error: VendorError, state: tenacity.RetryCallState, tell: Tell) -> None:
    # A vendor that says no has worked: often the flow only asked whether a thing is there.
    refused = isinstance(error, BadRequest | NotFound)
    tell(
        "refused" if refused else "failed",
        attempt=state.attempt_number,
        status=error.status,
        request_id=error.request_id,
        text=str(error),
    )
