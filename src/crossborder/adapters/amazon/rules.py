"""What Amazon's Selling Partner API promises and how it speaks, as data.

Sources: the models in amzn/selling-partner-api-models (limits stand in each operation's
description under "Usage Plan"), and https://developer-docs.amazon.com/sp-api for hosts
("SP-API endpoints"), tokens ("Connect to the SP-API") and limits ("Usage plans and rate limits").
"""

from datetime import timedelta
from decimal import Decimal, InvalidOperation

from crossborder.conversation import (
    Broken,
    Busy,
    Expired,
    Ok,
    Rejected,
    Reply,
    Verdict,
    read_status,
    retry_after,
)
from crossborder.errors import Unauthorized, Unreadable
from crossborder.model.outcome import Problem
from crossborder.policy import Policies, Policy, RateLimit
from crossborder.wire.payload import Payload

__all__ = [
    "COUNTS",
    "HOSTS",
    "LOGIN_HOST",
    "POLICIES",
    "SANDBOXES",
    "VENDOR",
    "problems",
    "read",
    "read_token",
]

VENDOR = "amazon"

HOSTS = {region: f"https://sellingpartnerapi-{region}.amazon.com" for region in ("eu", "fe", "na")}
"""Region → where its sellers are served: Europe with India and the Middle East, the Far East with
Australia and Singapore, North America with Brazil."""

SANDBOXES = {region: host.replace("https://", "https://sandbox.") for region, host in HOSTS.items()}
"""Region → where calls are answered without a shop."""

LOGIN_HOST = "https://api.amazon.com"
"""Login with Amazon, for every region."""

POLICIES = Policies(
    {
        # getInventorySummaries: 2 a second, burst 2.
        "inventory.list": Policy(RateLimit(burst=2, every=timedelta(milliseconds=500))),
        # Login with Amazon states no figure.
        "token.renew": Policy(),
    }
)
"""The stated rates are those that every seller has; some are given more."""

COUNTS = frozenset(
    {
        "Fulfillable",
        "FutureSupplyBuyable",
        "PendingCustomerOrderInTransit",
        "Researching",
        "Unfulfillable",
    }
)
"""Names of counts that do not say so (`FBAInventoryAvailabilityChangeNotification.json`): all
others are a `…Quantity`, or stand in a `…Breakdown`."""

_ENDED = "Unauthorized"


def problems(reply: Reply) -> tuple[Problem, ...]:
    """Why Amazon refuses: its `errors`; empty where the body says nothing that can be read."""
    try:
        body = Payload(reply.json(source=VENDOR), source=VENDOR)
        return tuple(
            Problem(
                error.text("code"),
                error.maybe_text("message") or "",
                raw=error.text("code"),
                extra=error.unread(),
            )
            for error in body.each("errors")
        )
    except Unreadable:
        return ()


def read(reply: Reply) -> Verdict:
    """What a reply says: the HTTP status, with Amazon's own words.

    A 403 whose code is `Unauthorized` may be a token that has ended, which is renewed once; when
    it comes again the region, the role or the seller's grant is wrong. `x-amzn-RateLimit-Limit`
    states how many requests a second flow in, and not how many are left: it cannot correct a
    bucket, but says how long to wait for the next one after a 429.

    >>> read(Reply(429, {"x-amzn-RateLimit-Limit": "0.5"})).wait
    2.0
    """
    verdict = read_status(reply)
    if isinstance(verdict, Ok):
        return verdict
    stated = problems(reply)
    text = "; ".join(problem.text or problem.code for problem in stated)
    if isinstance(verdict, Busy):
        wait = retry_after(reply)
        return Busy(_next(reply) if wait is None else wait, text=text)
    if isinstance(verdict, Broken):
        return Broken(text=text)
    if isinstance(verdict, Expired) or (
        reply.status == 403 and any(problem.code == _ENDED for problem in stated)
    ):
        return Expired(text)
    return Rejected(stated, verdict.kind, text)


def _next(reply: Reply) -> float | None:
    """Seconds until one more request flows in, by the stated rate; None where none is stated."""
    try:
        rate = Decimal(reply.header("x-amzn-ratelimit-limit") or "0")
    except InvalidOperation:
        return None
    return float(1 / rate) if rate.is_finite() and rate > 0 else None


def read_token(reply: Reply) -> Verdict:
    """What Login with Amazon answers: `error` and `error_description`, as OAuth 2 (RFC 6749, 5.2).

    Any refusal means that the credentials, or the seller's grant, are not good (any more).

    >>> read_token(Reply(400, content=b'{"error": "invalid_grant"}')).problems[0].code
    'invalid_grant'
    """
    verdict = read_status(reply)
    if not isinstance(verdict, Expired | Rejected):
        return verdict
    try:
        said = Payload(reply.json(source=VENDOR), source=VENDOR)
        code = said.maybe_text("error") or "refused"
        text = said.maybe_text("error_description") or ""
    except Unreadable:
        code, text = "refused", ""
    return Rejected((Problem(code, text, raw=code),), Unauthorized, text or code)
