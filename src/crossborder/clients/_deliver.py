"""How a call is delivered: pure decisions, written once for both colours.

A delivery is a generator of effects (send this, wait so long, note that in the journal); a
client only carries them out. tenacity decides when to try again and when to stop, here, with
the same options under `Client` and `AsyncClient`.
"""

import sys
from datetime import datetime, timedelta
from typing import Any, TypeVar

import tenacity
from attrs import frozen

from crossborder.clients._effects import (
    Alone,
    Begin,
    Effects,
    Exchange,
    Finish,
    Forget,
    LoadToken,
    SwapToken,
    Together,
    Wait,
)
from crossborder.clients._events import Tell, teller
from crossborder.clients._http import BodyTooLarge
from crossborder.clients._run import CONNECT, READ, Run
from crossborder.conversation import (
    Both,
    Broken,
    Busy,
    Call,
    Expired,
    Lost,
    NotSent,
    Ok,
    Renewable,
    Reply,
    Request,
    Step,
    Steps,
    Token,
    Work,
    failure,
    may_repeat,
    outcome_unknown,
    reads,
)
from crossborder.errors import (
    KeyReused,
    OutcomeUnknown,
    Throttled,
    Unauthorized,
    Unreachable,
    Unreadable,
    VendorError,
)
from crossborder.policy import Policy, Retry
from crossborder.protocols.storage import Begun, Recorded

__all__ = ["conduct"]

T = TypeVar("T")

# A token that ends within this time is renewed before it is used.
_SKEW = timedelta(seconds=60)


def conduct(steps: Steps[T], run: Run) -> Effects[T]:
    """Carry a conversation through: each step's result or error goes back into it.

    The conversation is closed whatever happens, so a cancelled run leaves none half read.
    """
    try:
        step: Step = next(steps)
        while True:
            try:
                got = yield from _perform(step, run)
            except Exception as error:
                step = steps.throw(error)
            else:
                step = steps.send(got)
    except StopIteration as stop:
        result: T = stop.value
        return result
    finally:
        steps.close()


def _perform(step: Step, run: Run) -> Effects[Any]:
    if isinstance(step, Call):
        if step.after:
            yield Wait(step.after)
        return (yield from _deliver(step, run))
    if isinstance(step, Both):
        left, right = iter(step.left), iter(step.right)
        return (yield Together(conduct(left, run), conduct(right, run)))  # type: ignore[arg-type]
    if isinstance(step, Work):
        return (yield step)
    raise TypeError(f"a flow yields only steps of its desk, not {step!r}: use `yield from`")


def _deliver(call: Call, run: Run) -> Effects[Reply]:
    policy = call.desk.policies.of(call.operation)
    if call.step is None:
        tell = teller(call, run.on_event, None)
        return (yield from _attempts(call, call.request, policy, run, tell=tell, key=None))
    key = f"{run.key}/{call.step}"
    tell = teller(call, run.on_event, key)
    digest = call.request.digest
    if run.written.setdefault(key, digest) != digest:
        raise KeyReused("one step name stands for two different writes in this run", name=key)
    request = call.keyed(call.request, key) if call.keyed is not None else call.request
    if not run.journaled:
        return (yield from _attempts(call, request, policy, run, tell=tell, key=key))
    now = run.clock.now()
    known = yield Begin(key, digest, now)
    if isinstance(known, Recorded):
        tell("recalled", status=known.reply.status)
        return known.reply
    if isinstance(known, Begun) and not _resendable(call, policy, known, now):
        tell("begun")
        raise outcome_unknown(call, "an earlier run had begun it", key=key, fresh=False)
    try:
        reply = yield from _attempts(call, request, policy, run, tell=tell, key=key)
    except OutcomeUnknown:
        raise
    except VendorError:
        # Every other error means that nothing happened there: the key may be used again.
        yield Forget(key)
        raise
    yield Finish(key, reply.recorded)
    return reply


def _resendable(call: Call, policy: Policy, begun: Begun, now: datetime) -> bool:
    """Whether a write that an earlier run had begun may simply be sent again.

    It may when sending it twice does no harm: a PUT, or a write under a key that the vendor
    honours, for as long as it keeps the key.
    """
    if not may_repeat(call):
        return False
    return policy.key_life is None or (begun.at is not None and now - begun.at < policy.key_life)


class _Again(Exception):
    """Try again: after `wait` seconds, or by the policy's own rhythm when it is None."""

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
        error = state.outcome.exception() if state.outcome is not None else None
        if isinstance(error, _Again) and error.wait is not None:
            return error.wait
        grown = min(self.retry.most, self.retry.first * 2.0 ** (state.attempt_number - 1))
        return float(grown * (0.5 + self.run.chance() / 2))

    def stop(self, state: tenacity.RetryCallState) -> bool:
        if not self.run.retry or state.attempt_number >= self.retry.attempts:
            return True
        error = state.outcome.exception() if state.outcome is not None else None
        wait = state.upcoming_sleep
        if wait > self.run.left():
            return True
        stated = isinstance(error, _Again) and error.wait is not None
        spent = self.run.clock.monotonic() - self.started
        return not stated and spent + wait > self.retry.within


def _attempts(
    call: Call, request: Request, policy: Policy, run: Run, *, tell: Tell, key: str | None
) -> Effects[Reply]:
    rhythm = _Rhythm(policy.retry, run, run.clock.monotonic())
    retrying = tenacity.Retrying(
        wait=rhythm.wait,
        stop=rhythm.stop,
        retry=tenacity.retry_if_exception_type(_Again),
        reraise=True,
    )
    retrying.begin()
    state = tenacity.RetryCallState(retry_object=retrying, fn=None, args=(), kwargs={})
    attempt = _Attempt(call, request, policy, run, tell, key)
    try:
        while True:
            todo = retrying.iter(retry_state=state)
            if isinstance(todo, tenacity.DoAttempt):
                try:
                    reply = yield from attempt.once(state.attempt_number)
                except Exception:
                    state.set_exception(sys.exc_info())  # type: ignore[arg-type]
                else:
                    state.set_result(reply)
            elif isinstance(todo, tenacity.DoSleep):
                tell("retried", attempt=state.attempt_number, seconds=float(todo))
                state.prepare_for_next_attempt()
                yield Wait(float(todo))
            else:
                done: Reply = todo
                return done
    except _Again as again:
        raise again.error from None
    finally:
        # tenacity's bookkeeping points at itself; nothing of a reply stays behind.
        state.outcome = None


class _Attempt:
    """The tries of one call: it remembers that a token was renewed, and that a send was lost."""

    def __init__(
        self, call: Call, request: Request, policy: Policy, run: Run, tell: Tell, key: str | None
    ) -> None:
        self._call, self._request, self._policy, self._run = call, request, policy, run
        self._tell, self._key = tell, key
        self._renewed = False
        self._lost = False
        self._bucket = (call.vendor, call.account, policy.bucket or call.operation)
        self._cost = float(call.cost if call.cost is not None else policy.cost)

    def once(self, number: int) -> Effects[Reply]:
        call, run = self._call, self._run
        token = yield from _token(call, run, self._tell)
        yield from self._pace()
        request, credentials = self._request, call.desk.credentials
        if credentials is not None:
            request = credentials.sign(request, token, run.clock.now())
        self._tell("sent", attempt=number)
        left = run.left()
        if left <= 0:
            raise self._unreachable("the run's deadline has passed", again=False)
        try:
            reply = yield Exchange(request, min(CONNECT, left), min(READ, left))
        except NotSent as error:
            self._settle(None)
            raise self._unreachable(f"not sent: {error}") from None
        except Lost as error:
            self._settle(None)
            raise self._missing(f"no answer: {error}") from None
        except BodyTooLarge as error:
            self._settle(None)
            self._refuse_body(error)
        return (yield from self._read(reply, token, number))

    def _pace(self) -> Effects[None]:
        limit = self._policy.limit
        if limit is None:
            return
        run = self._run
        now, left = run.clock.monotonic(), run.left()
        wait = run.pacer.reserve(self._bucket, limit, self._cost, now=now, most=left)
        if wait is None:
            raise Throttled(
                "our own pacing would wait past the run's deadline",
                retryable=True,
                **self._fields(),
            )
        if wait > 0:
            self._tell("paced", seconds=wait)
            yield Wait(wait)

    def _settle(self, verdict: Any) -> None:
        if self._policy.limit is not None:
            budget = getattr(verdict, "budget", None)
            now = self._run.clock.monotonic()
            self._run.pacer.settle(self._bucket, self._cost, budget, now=now)

    def _read(self, reply: Reply, token: Token | None, number: int) -> Effects[Reply]:
        verdict = self._call.desk.read(reply)
        self._settle(verdict)
        self._tell("answered", attempt=number, status=reply.status, request_id=reply.request_id)
        if isinstance(verdict, Ok):
            return reply
        error = failure(self._call, reply, verdict)
        if isinstance(verdict, Busy):
            if verdict.wait is not None:
                now = self._run.clock.monotonic()
                self._run.pacer.close(self._bucket, verdict.wait, now=now)
            raise _Again(self._after_loss(error), verdict.wait)
        if isinstance(verdict, Expired) and self._renewable and not self._renewed:
            self._renewed = True
            yield from _renewed(self._call, self._run, token, self._tell)
            raise _Again(self._after_loss(error), 0.0)
        if isinstance(verdict, Broken):
            if verdict.repeat is False:
                raise self._final(error)
            if verdict.repeat or reads(self._call) or may_repeat(self._call):
                self._lost = self._lost or not reads(self._call)
                raise _Again(self._after_loss(error))
        self._tell("failed", attempt=number, status=reply.status, text=str(error))
        raise self._final(error)

    @property
    def _renewable(self) -> bool:
        return isinstance(self._call.desk.credentials, Renewable)

    def _final(self, error: VendorError) -> VendorError:
        if isinstance(error, OutcomeUnknown):
            error.key = self._key
        return error

    def _after_loss(self, error: VendorError) -> VendorError:
        """Once a write may have happened, giving up means that its outcome is unknown."""
        if not self._lost:
            return error
        return outcome_unknown(self._call, str(error), key=self._key)

    def _fields(self) -> dict[str, Any]:
        call = self._call
        return {"vendor": call.vendor, "account": call.account, "operation": call.operation}

    def _unreachable(self, text: str, *, again: bool = True) -> Exception:
        error = self._after_loss(Unreachable(text, retryable=True, **self._fields()))
        return _Again(error) if again else error

    def _missing(self, text: str) -> Exception:
        self._tell("lost", text=text)
        if reads(self._call):
            return _Again(Unreachable(text, retryable=True, **self._fields()))
        self._lost = True
        unknown = outcome_unknown(self._call, text, key=self._key)
        return _Again(unknown) if may_repeat(self._call) else unknown

    def _refuse_body(self, error: BodyTooLarge) -> None:
        if not reads(self._call):
            raise outcome_unknown(self._call, f"the answer is too large: {error}", key=self._key)
        raise Unreadable(
            "is too large", field="body", value=str(error), source=self._call.vendor
        ) from None


def _token(call: Call, run: Run, tell: Tell) -> Effects[Token | None]:
    credentials = call.desk.credentials
    if not isinstance(credentials, Renewable):
        return None
    stored: Token | None = yield LoadToken(call.vendor, call.account)
    token = stored if stored is not None else credentials.token
    if token is not None and not _ending(token, run):
        return token
    return (yield from _renewed(call, run, token, tell))


def _ending(token: Token, run: Run) -> bool:
    return token.expires_at is not None and token.expires_at <= run.clock.now() + _SKEW


def _renewed(call: Call, run: Run, old: Token | None, tell: Tell) -> Effects[Token]:
    """A fresh token: one renewal at a time for each account, kept before it is used."""
    credentials = call.desk.credentials
    if not isinstance(credentials, Renewable):
        raise Unauthorized("the credentials cannot be renewed", **_who(call))

    def renew() -> Effects[Token]:
        stored: Token | None = yield LoadToken(call.vendor, call.account)
        if stored is not None and stored != old and not _ending(stored, run):
            return stored
        steps = credentials.renew(stored if stored is not None else old, run.clock.now())
        new: Token = yield from conduct(steps, run)
        kept: Token = yield SwapToken(call.vendor, call.account, stored, new)
        tell("renewed")
        return kept

    fresh: Token = yield Alone((call.vendor, call.account), renew())
    return fresh


def _who(call: Call) -> dict[str, Any]:
    return {"vendor": call.vendor, "account": call.account, "operation": call.operation}
