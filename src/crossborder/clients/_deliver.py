"""How a call is delivered: pure decisions, written once for both colours.

A delivery is a generator of effects (send this, wait so long, note that in the journal); a
client only carries them out. tenacity decides when to try again and when to stop, with the
same options under `Client` and `AsyncClient`.
"""

from datetime import datetime
from typing import Any, TypeVar

from crossborder.clients._attempt import Attempt
from crossborder.clients._effects import Begin, Effects, Finish, Forget, Together, Wait
from crossborder.clients._events import Tell, teller
from crossborder.clients._retry import retried
from crossborder.clients._run import Run
from crossborder.conversation import (
    Both,
    Call,
    Note,
    Reply,
    Request,
    Step,
    Steps,
    Work,
    may_repeat,
    outcome_unknown,
)
from crossborder.errors import KeyReused, OutcomeUnknown, Unreachable, VendorError
from crossborder.model.ids import digest
from crossborder.policy import Policy
from crossborder.protocols.storage import Begun, New, Recorded

__all__ = ["conduct"]

T = TypeVar("T")


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
            if step.after > run.left():
                raise Unreachable(
                    "it would be sent after the run's deadline",
                    vendor=step.vendor,
                    account=step.account,
                    operation=step.operation,
                    retryable=True,
                )
            yield Wait(step.after)
        return (yield from _deliver(step, run))
    if isinstance(step, Both):
        left, right = iter(step.left), iter(step.right)
        return (yield Together(conduct(left, run), conduct(right, run)))  # type: ignore[arg-type]
    if isinstance(step, Work):
        return (yield step)
    if isinstance(step, Note):
        return (yield from _noted(step, run))
    raise TypeError(f"a flow yields only steps of its desk, not {step!r}: use `yield from`")


def _noted(note: Note, run: Run) -> Effects[str | None]:
    if not run.journaled:
        return note.text
    key = f"{run.key}/{note.step}"
    # The digest is that of the name: what a later run would note instead does not count.
    known = yield Begin(key, digest("note", note.step), run.clock.now())
    if isinstance(known, Recorded):
        return known.reply.content.decode()
    if note.text is None:
        if isinstance(known, New):
            yield Forget(key)
        return None
    yield Finish(key, Reply(200, content=note.text.encode()))
    return note.text


def _deliver(call: Call, run: Run) -> Effects[Reply]:
    policy = call.desk.policies.of(call.operation)
    if call.step is None:
        tell = teller(call, run.on_event, None)
        attempt = Attempt(call, call.request, policy, run, tell=tell, carry=conduct)
        return (yield from retried(attempt.once, policy.retry, run, tell))
    key = f"{run.key}/{call.step}"
    tell = teller(call, run.on_event, key)
    asked = call.request.digest
    if run.written.setdefault(key, asked) != asked:
        raise KeyReused(
            f"the step {call.step!r} stands for two different writes in this run", name=key
        )
    request = call.keyed(call.request, key) if call.keyed is not None else call.request
    if run.journaled:
        return (yield from _journaled(call, request, policy, run, tell=tell, key=key))
    attempt = Attempt(call, request, policy, run, tell=tell, carry=conduct, key=key)
    return (yield from retried(attempt.once, policy.retry, run, tell))


def _journaled(
    call: Call, request: Request, policy: Policy, run: Run, *, tell: Tell, key: str
) -> Effects[Reply]:
    now = run.clock.now()
    known = yield Begin(key, call.request.digest, now)
    if isinstance(known, Recorded):
        tell("recalled", status=known.reply.status)
        return known.reply
    begun = isinstance(known, Begun)
    if isinstance(known, Begun) and not _resendable(call, policy, known, now):
        tell("begun")
        raise outcome_unknown(call, "an earlier run had begun it", key=key, fresh=False)
    attempt = Attempt(call, request, policy, run, tell=tell, carry=conduct, key=key, begun=begun)
    try:
        reply = yield from retried(attempt.once, policy.retry, run, tell)
    except OutcomeUnknown:
        raise
    except Exception as error:
        # Every other word of a vendor means that nothing happened there, and what never left
        # cannot have happened: the key may be used again.
        if isinstance(error, VendorError) or not (begun or attempt.sent):
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
