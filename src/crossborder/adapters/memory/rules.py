"""How the pretend vendor is called and read; it stands in for a well-behaved one."""

from datetime import timedelta

from crossborder.conversation import (
    Busy,
    Expired,
    Ok,
    Rejected,
    Reply,
    Verdict,
    read_status,
    retry_after,
)
from crossborder.errors import NotFound
from crossborder.model.outcome import Problem
from crossborder.policy import Policies, Policy, RateLimit
from crossborder.wire.payload import Payload

__all__ = ["POLICIES", "VENDOR", "read"]

VENDOR = "memory"

_BRISK = Policy(RateLimit(burst=1000, every=timedelta(milliseconds=1)))
# The pretend vendor keeps operation keys for ever, so no key has a life to run out.
POLICIES = Policies(default=_BRISK)


def read(reply: Reply) -> Verdict:
    """What the pretend vendor means: 422 and 402 are refusals with problems in the body.

    >>> read(Reply(422, {}, b'{"problems":[{"code":"below_moq"}]}')).problems[0].code
    'below_moq'
    """
    if reply.status in (402, 404, 409, 422):
        body = Payload(reply.json(source=VENDOR), source=VENDOR) if reply.content else None
        problems = tuple(
            Problem(
                item.text("code"),
                item.maybe_text("text") or "",
                item.maybe_text("field") or "",
                raw=item.text("code"),
                extra=item.unread(),
            )
            for item in (body.each("problems") if body is not None else ())
        )
        return Rejected(problems, NotFound) if reply.status == 404 else Rejected(problems)
    if reply.status == 401:
        return Expired("the token has ended")
    if reply.status == 429:
        return Busy(retry_after(reply))
    if reply.status == 200 and reply.header("x-throttled"):
        return Busy(float(reply.header("x-throttled") or 1))
    verdict = read_status(reply)
    return Ok() if isinstance(verdict, Ok) else verdict
