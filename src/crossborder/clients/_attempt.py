"""One call and its tries: paced, signed, sent, and its reply read before it is believed."""

from typing import Any

from crossborder.clients._conceal import carried, conceal, concealed
from crossborder.clients._effects import Effects, Exchange, Wait
from crossborder.clients._events import Tell
from crossborder.clients._http import BodyTooLarge, Unsendable
from crossborder.clients._retry import Again
from crossborder.clients._run import CONNECT, READ, Run
from crossborder.clients._token import Carry, current, renewed
from crossborder.conversation import (
    Broken,
    Budget,
    Busy,
    Call,
    Expired,
    Lost,
    NotSent,
    Ok,
    Rejected,
    Renewable,
    Reply,
    Request,
    Token,
    Verdict,
    failure,
    may_repeat,
    reads,
)
from crossborder.errors import OutcomeUnknown, Throttled, Unreachable, Unreadable, VendorError
from crossborder.policy import Policy

__all__ = ["Attempt"]


class Attempt:
    """The tries of one call.

    Attributes:
        sent: whether a try of this run has left; one that is known not to have left, not.
    """

    def __init__(
        self,
        call: Call,
        request: Request,
        policy: Policy,
        run: Run,
        *,
        tell: Tell,
        carry: Carry,
        key: str | None = None,
        begun: bool = False,
    ) -> None:
        self._call, self._request, self._policy, self._run = call, request, policy, run
        self._tell, self._carry, self._key = tell, carry, key
        self._reads, self._may_repeat = reads(call), may_repeat(call)
        self._renewed = False
        self._carried: tuple[str, ...] = ()
        # Whether the write may have happened already, in an earlier try or an earlier run.
        self._lost = begun
        self.sent = False
        self._bucket = (call.vendor, call.account, policy.bucket or call.operation)
        self._cost = float(call.cost if call.cost is not None else policy.cost)

    def once(self, number: int) -> Effects[Reply]:
        """One try, counted from 1; `Again` when another may follow."""
        try:
            return (yield from self._once(number))
        except Again as again:
            conceal(again.error, self._carried)
            raise
        except VendorError as error:
            conceal(error, self._carried)
            raise

    def _once(self, number: int) -> Effects[Reply]:
        try:
            token = yield from current(self._call, self._run, self._tell, carry=self._carry)
            wait = self._reserved()
        except VendorError as error:
            raise self._after_loss(error) from error.__cause__
        budget: Budget | None = None
        try:
            yield from self._turn(wait)
            reply = yield from self._exchange(token, number)
            verdict = self._verdict(reply, number)
            budget = verdict.budget if isinstance(verdict, Ok | Busy) else None
        finally:
            # Whatever happened, and also when the run was cancelled, the call flies no more.
            if self._policy.limit is not None:
                now = self._run.clock.monotonic()
                self._run.pacer.settle(self._bucket, self._cost, budget, now=now)
        if isinstance(verdict, Ok):
            return reply
        return (yield from self._refused(reply, verdict, token))

    def _reserved(self) -> float:
        limit, run = self._policy.limit, self._run
        if limit is None:
            return 0.0
        now, left = run.clock.monotonic(), run.left()
        wait = run.pacer.reserve(self._bucket, limit, self._cost, now=now, most=left)
        if wait is None:
            raise self._too_late()
        return wait

    def _turn(self, wait: float) -> Effects[None]:
        """Wait for our turn; when the vendor throttles meanwhile, wait that out too."""
        run = self._run
        while wait > 0:
            if wait > run.left():
                raise self._after_loss(self._too_late())
            self._tell("paced", seconds=wait)
            yield Wait(wait)
            wait = run.pacer.closed(self._bucket, now=run.clock.monotonic())

    def _exchange(self, token: Token | None, number: int) -> Effects[Reply]:
        run, request, credentials = self._run, self._request, self._call.desk.credentials
        left = run.left()
        if left <= 0:
            raise self._unreachable("the run's deadline has passed")
        if credentials is not None:
            request = credentials.sign(request, token, run.clock.now())
        self._carried = carried(self._request, request, credentials, token)
        self._tell("sent", attempt=number)
        before, self.sent = self.sent, True
        try:
            reply: Reply = yield Exchange(request, min(CONNECT, left), min(READ, left))
        except NotSent as error:
            self.sent = before
            raise Again(self._unreachable(self._quiet(f"not sent: {error}"))) from None
        except Unsendable as error:
            self.sent = before
            raise self._unreachable(self._quiet(f"not sent: {error}"), retryable=False) from None
        except Lost as error:
            raise self._missing(self._quiet(f"no answer: {error}"), number) from None
        except BodyTooLarge as error:
            if self._reads:
                raise Unreadable(
                    "is too large", field="body", value=str(error), source=self._call.vendor
                ) from None
            self._lost = True
            raise self._unknown(f"the answer is too large: {error}") from None
        return reply

    def _quiet(self, text: str) -> str:
        """What a library says of a request may quote it."""
        return concealed(text, self._carried)

    def _verdict(self, reply: Reply, number: int) -> Verdict:
        try:
            verdict = self._call.desk.read(reply)
        except Unreadable as error:
            if self._reads:
                raise
            # Nobody can say what a write came to whose answer cannot be read.
            raise self._missing(f"the answer's {error.field} {error.text}", number) from error
        self._tell("answered", attempt=number, status=reply.status, request_id=reply.request_id)
        return verdict

    def _refused(self, reply: Reply, verdict: Verdict, token: Token | None) -> Effects[Reply]:
        """What follows from a reply that was not Ok: always an error."""
        assert not isinstance(verdict, Ok)
        error = failure(self._call, reply, verdict)
        if isinstance(error, OutcomeUnknown):
            error.key = self._key
        if isinstance(verdict, Busy):
            if verdict.wait is not None:
                now = self._run.clock.monotonic()
                self._run.pacer.close(self._bucket, verdict.wait, now=now)
            raise Again(self._after_loss(error), verdict.wait)
        credentials = self._call.desk.credentials
        if isinstance(verdict, Expired) and isinstance(credentials, Renewable):
            if self._renewed:
                raise self._after_loss(error)
            self._renewed = True
            try:
                yield from renewed(
                    self._call, credentials, token, self._run, self._tell, carry=self._carry
                )
            except VendorError as failed:
                raise self._after_loss(failed) from failed.__cause__
            raise Again(self._after_loss(error), 0.0)
        if isinstance(verdict, Broken):
            self._lost = self._lost or not self._reads
            again = verdict.repeat or self._reads or self._may_repeat
            if again and verdict.repeat is not False:
                raise Again(self._after_loss(error))
        # A refusal is the vendor's last word; the other verdicts speak of this try alone.
        raise error if isinstance(verdict, Rejected) else self._after_loss(error)

    def _missing(self, text: str, number: int) -> Exception:
        """The error of an answer that did not come, or came unreadable."""
        self._tell("lost", attempt=number, text=text)
        if self._reads:
            return Again(self._unreachable(text))
        self._lost = True
        unknown = self._unknown(text)
        return Again(unknown) if self._may_repeat else unknown

    def _after_loss(self, error: VendorError) -> VendorError:
        """Once a write may have happened, giving up means that its outcome is unknown."""
        if not self._lost or isinstance(error, OutcomeUnknown):
            return error
        said = error.text or type(error).__name__
        return self._unknown(said, status=error.status, request_id=error.request_id, raw=error.raw)

    def _unknown(self, text: str, **more: Any) -> OutcomeUnknown:
        return OutcomeUnknown(
            text,
            key=self._key,
            request=self._call.request,
            fresh=self.sent,
            retryable=self._may_repeat,
            **self._who,
            **more,
        )

    def _unreachable(self, text: str, *, retryable: bool = True) -> VendorError:
        return self._after_loss(Unreachable(text, retryable=retryable, **self._who))

    def _too_late(self) -> Throttled:
        text = "our own pacing would wait past the run's deadline"
        return Throttled(text, retryable=True, **self._who)

    @property
    def _who(self) -> dict[str, Any]:
        call = self._call
        return {"vendor": call.vendor, "account": call.account, "operation": call.operation}
