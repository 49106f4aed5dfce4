"""How the Admin API is called: costs, limits, what it accepts, and how its replies are read.

Sources: https://shopify.dev/docs/api/usage/limits (points, 250 items an array),
https://shopify.dev/docs/apps/build/apis/graphql-admin/rate-limits (points by plan),
https://shopify.dev/docs/api/usage/response-codes (HTTP statuses and error codes),
https://shopify.dev/docs/api/usage/versioning (what an expired version falls forward to).
"""

from datetime import timedelta
from typing import Any

from crossborder.conversation import (
    Broken,
    Budget,
    Busy,
    Ok,
    Rejected,
    Reply,
    Verdict,
    read_status,
)
from crossborder.errors import BadRequest, NotFound, Unauthorized, Unreadable, VendorError
from crossborder.model.listing import ListingRules
from crossborder.model.outcome import Problem
from crossborder.policy import CostLimit, Policies, Policy

__all__ = [
    "API_VERSION",
    "BATCH",
    "COSTS",
    "POLICIES",
    "RULES",
    "SOURCE",
    "read",
    "version_drift",
]

SOURCE = "shopify"
"""The adapter's name: the vendor in every error, and the platform of its nouns."""

API_VERSION = "2026-10"
"""The version that the documents of this adapter are written for."""

BATCH = 250
"""Items that an array of an input may hold."""

COSTS = {
    "products.shop": 206,
    "products.find": 204,
    "products.variants": 503,
    "products.set": 216,
    "products.expose": 12,
    "products.mark": 12,
    "products.status": 13,
    "locations.primary": 1,
    "inventory.set": 13,
    "inventory.read": 750,
    "orders.list": 27,
    "orders.get": 897,
    "orders.lines": 753,
    "fulfilments.list": 841,
    "fulfilments.lines": 503,
    "fulfilments.dispatchable": 833,
    "fulfilments.dispatchable_lines": 503,
    "fulfilments.create": 36,
    "refunds.list": 801,
    "refunds.create": 28,
}
"""The most that an operation can cost, by the published rule: an object is one point, a
connection two and its items, a mutation ten. The vendor takes this much before it begins and
gives back what was not needed; a reply tells the true state of the bucket.
"""

# The smallest bucket seen at a standard shop; larger plans show themselves in the first reply.
_BUCKET = CostLimit(points=1000, per_second=50)

# A day, after which the same key would be a new write
# (https://shopify.dev/docs/api/usage/implementing-idempotency).
_KEY_LIFE = timedelta(hours=24)

POLICIES = Policies(
    {
        name: Policy(_BUCKET, bucket="admin", cost=cost, key_life=_KEY_LIFE)
        for name, cost in COSTS.items()
    }
)
"""All operations share one bucket, which belongs to the app and the shop."""

RULES = ListingRules(
    max_title=255,
    max_variants=2048,
    max_images=250,
    max_options=3,
    source=(
        "https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/productSet ; "
        "https://help.shopify.com/manual/products"
    ),
)
"""What a product may hold."""

_STATUSES: dict[int, tuple[str, type[VendorError], str]] = {
    402: ("shop_frozen", Unauthorized, "the shop is frozen: its plan is not paid"),
    403: ("shop_forbidden", Unauthorized, "the shop or the app is not allowed to do this"),
    404: ("shop_not_found", NotFound, "there is no such shop or API version"),
    423: ("shop_locked", Unauthorized, "the shop is locked"),
}
# Top-level codes that say: refused, whatever else stands in the reply.
_REFUSALS: dict[str, type[VendorError]] = {
    "ACCESS_DENIED": Unauthorized,
    "SHOP_INACTIVE": Unauthorized,
    "UNAUTHORIZED": Unauthorized,
    "BAD_REQUEST": BadRequest,
    "IDEMPOTENCY_KEY_PARAMETER_MISMATCH": BadRequest,
    "MAX_COST_EXCEEDED": BadRequest,
}
_CONCURRENT = "IDEMPOTENCY_CONCURRENT_REQUEST"


def read(reply: Reply) -> Verdict:
    """What a reply says, in three layers: the HTTP status, `errors`, and the bucket.

    The third layer of refusals, `userErrors`, belongs to the mutation and is read with its
    result; only a request that runs elsewhere under the same idempotency key is seen here.

    >>> read(Reply(423)).text
    'the shop is locked'
    """
    if reply.status in _STATUSES:
        code, kind, text = _STATUSES[reply.status]
        return Rejected((Problem(code, text, raw=str(reply.status)),), kind, text)
    verdict = read_status(reply)
    if not isinstance(verdict, Ok):
        return verdict
    try:
        body = reply.json(source=SOURCE)
    except Unreadable:
        body = None
    if not isinstance(body, dict):
        # A proxy's page in place of an answer: nobody knows whether the call went through.
        return Broken(text="the reply is not a JSON object")
    cost = _inside(_inside(body, "extensions"), "cost")
    budget = _budget(cost)
    if body.get("errors"):
        return _refused(body["errors"], cost, budget, begun="data" in body)
    if _concurrent(body.get("data")):
        return Busy(None, budget, "the same write is still running")
    return Ok(budget)


def _inside(value: dict[str, Any], name: str) -> dict[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _number(value: dict[str, Any], name: str) -> float | None:
    try:
        return float(value[name])
    except (KeyError, TypeError, ValueError):
        return None


def _budget(cost: dict[str, Any]) -> Budget | None:
    status = _inside(cost, "throttleStatus")
    names = ("currentlyAvailable", "maximumAvailable", "restoreRate")
    available, points, per_second = (_number(status, name) for name in names)
    if available is None or points is None or per_second is None:
        return None
    return Budget(available, points, per_second)


def _wait(cost: dict[str, Any], budget: Budget | None) -> float | None:
    """Seconds until the bucket holds what the call asks for, or None when it is not said."""
    requested = _number(cost, "requestedQueryCost")
    if requested is None or budget is None or budget.per_second <= 0:
        return None
    return max(0.0, (requested - budget.available) / budget.per_second)


def _refused(errors: Any, cost: dict[str, Any], budget: Budget | None, *, begun: bool) -> Verdict:
    problems = _problems(errors)
    codes = [problem.raw for problem in problems]
    text = "; ".join(problem.text for problem in problems if problem.text)
    if "THROTTLED" in codes:
        return Busy(_wait(cost, budget), budget, text)
    if _CONCURRENT in codes:
        return Busy(None, budget, text)
    for code in codes:
        if code in _REFUSALS:
            return Rejected(problems, _REFUSALS[code], text)
    # Without `data` the document was refused before anything ran; with it, something had begun.
    return Broken(text=text) if begun else Rejected(problems, BadRequest, text)


def _problems(errors: Any) -> tuple[Problem, ...]:
    items = errors if isinstance(errors, list) else [errors]
    return tuple(_problem(item) for item in items)


def _problem(error: Any) -> Problem:
    if not isinstance(error, dict):
        return Problem("error", str(error))
    code = str(_inside(error, "extensions").get("code") or "")
    path = error.get("path")
    field = ".".join(str(part) for part in path) if isinstance(path, list) else ""
    return Problem(code or "error", str(error.get("message") or ""), field, raw=code)


def _concurrent(data: Any) -> bool:
    payloads = data.values() if isinstance(data, dict) else ()
    return any(
        isinstance(error, dict) and error.get("code") == _CONCURRENT
        for payload in payloads
        if isinstance(payload, dict) and isinstance(payload.get("userErrors"), list)
        for error in payload["userErrors"]
    )


def version_drift(reply: Reply, *, wanted: str = API_VERSION) -> str | None:
    """The version that answered, when it is not the one asked for; else None.

    Shopify answers a call of an expired version with the oldest one it still has, and says so
    only in this header: look at it in an `on_event` hook, or once a day.

    >>> version_drift(Reply(200, {"X-Shopify-API-Version": "2027-01"}))
    '2027-01'
    """
    served = reply.header("x-shopify-api-version")
    return served if served and served != wanted else None
