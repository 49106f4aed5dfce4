"""From a verdict to the error that is thrown into the flow."""

from typing import Any

from crossborder.conversation.exchange import Reply
from crossborder.conversation.steps import Call
from crossborder.conversation.verdict import Broken, Busy, Expired, Rejected
from crossborder.errors import OutcomeUnknown, Throttled, Unauthorized, Unavailable, VendorError
from crossborder.secret import scrubbed

__all__ = ["failure", "fields_of", "may_repeat", "outcome_unknown", "reads"]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_SETTING = frozenset({"PUT", "DELETE"})


def fields_of(call: Call, reply: Reply | None = None) -> dict[str, Any]:
    """What every error of a call carries."""
    return {
        "vendor": call.vendor,
        "account": call.account,
        "operation": call.operation,
        "status": reply.status if reply is not None else None,
        "request_id": reply.request_id if reply is not None else None,
        "raw": scrubbed(reply.content.decode("utf-8", "replace")) if reply is not None else None,
    }


def may_repeat(call: Call) -> bool:
    """Whether sending the call twice does no harm.

    The call's own word first, then the vendor's policy, then the method and the key.
    """
    if call.repeatable is not None:
        return call.repeatable
    stated = call.desk.policies.of(call.operation).repeatable
    if stated is not None:
        return stated
    return call.request.method in _SAFE | _SETTING or call.keyed is not None


def reads(call: Call) -> bool:
    """Whether the call only reads, so that a lost answer means nothing happened."""
    return call.request.method in _SAFE or (call.step is None and call.repeatable is True)


def failure(call: Call, reply: Reply, verdict: Busy | Expired | Rejected | Broken) -> VendorError:
    """The error of a reply that was not Ok; `retryable` says what may be done with the call."""
    fields = fields_of(call, reply)
    text = verdict.text
    if isinstance(verdict, Busy):
        return Throttled(
            text or "too many calls", retry_after=verdict.wait, retryable=True, **fields
        )
    if isinstance(verdict, Expired):
        return Unauthorized(text or "the access token is not accepted", **fields)
    if isinstance(verdict, Rejected):
        said = text or "; ".join(item.text or item.code for item in verdict.problems)
        return verdict.kind(said, problems=verdict.problems, **fields)
    if reads(call) or (verdict.repeat is not False and (verdict.repeat or may_repeat(call))):
        return Unavailable(text or "the vendor failed", retryable=True, **fields)
    return OutcomeUnknown(text or "the vendor failed while writing", request=call.request, **fields)


def outcome_unknown(
    call: Call, text: str, *, key: str | None = None, fresh: bool = True
) -> OutcomeUnknown:
    """The error of a write whose answer is not known."""
    return OutcomeUnknown(text, key=key, request=call.request, fresh=fresh, **fields_of(call))
