"""The rules of 1688: limits, how replies are read, and what its refusals mean.

Sources: the open platform's pages of solution 1703167397970 (`open.1688.com/api/apidocdetail.htm`)
for the business codes; of the gateway's own codes only `gw.QosAppFrequencyLimit`,
`gw.QosApiFrequencyLimit`, `gw.APIACLDecline`, `gw.SignatureInvalid`, `gw.APIUnsupported` and 401
"Request need user authorized" were seen in use; the vendor publishes no list, the others follow
their names. It states no rates either: four calls a second stay clear of the daily pools.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from crossborder.conversation import (
    Broken,
    Busy,
    Expired,
    Ok,
    Rejected,
    Reply,
    Verdict,
    read_status,
)
from crossborder.errors import BadRequest, NotFound, Unauthorized, Unreadable, VendorError
from crossborder.model.outcome import Problem
from crossborder.policy import Policies, Policy, RateLimit

__all__ = [
    "GATEWAY",
    "LINES_AN_ORDER",
    "PAGE_SIZE",
    "POLICIES",
    "SETTLES_AFTER",
    "SPEC",
    "VENDOR",
    "line_problem",
    "problem",
    "read",
]

VENDOR = "alibaba1688"
"""The adapter's name, and the vendor of its refs."""

SPEC = "alibaba1688.spec"
"""The vendor of a `specId`: it is unique inside its offer only, so never a ref on its own."""

GATEWAY = "https://gw.open.1688.com"

LINES_AN_ORDER = 50
"""SKUs one order may hold (createCrossOrder: "at most 50 SKUs, all from the same supplier")."""

PAGE_SIZE = 50
"""Hits and orders a page."""

SETTLES_AFTER = 5.0
"""Seconds to wait before a lost write is looked up; the vendor states no figure."""

_APP = Policy(RateLimit(burst=4, every=timedelta(milliseconds=250)), bucket="app")
POLICIES = Policies(
    {
        "offers.get": _APP,
        "offers.search": _APP,
        "orders.create": _APP,
        "orders.get": _APP,
        "orders.list": _APP,
        "orders.preview": _APP,
        "orders.trace": _APP,
        "payments.agreements": _APP,
        "payments.debit": _APP,
        "payments.url": _APP,
        "token.renew": Policy(RateLimit(burst=1, every=timedelta(seconds=1))),
    }
)
"""One bucket an app key: the vendor counts per app."""

# Public clients wait 10, 20, 40 … seconds after this code.
_WAIT = 10.0
_BUSY = frozenset({"qosappfrequencylimit", "qosapifrequencylimit"})
_EXPIRED = frozenset({"401", "accesstokenexpired", "accesstokeninvalid"})
_NO_LEAVE = frozenset(
    {"apiacldecline", "appkeyinvalid", "signatureinvalid", "signaturemissing", "invalidsignature"}
)
_FAILED = frozenset({"ispinvokeerror", "ispinvoketimeout", "systemerror", "timeout"})
_NEEDS_USER = "request need user authorized"
# RFC 6749, 5.2: what a token endpoint answers when the grant or the client is not accepted.
_OAUTH = frozenset({"invalid_grant", "invalid_client", "unauthorized_client", "access_denied"})

# createOrder.preview, error codes; createCrossOrder answers with the same ones.
_PROBLEMS: Mapping[str, str] = {
    "500_001": "not_orderable",
    "500_002": "several_sellers",
    "500_003": "several_sellers",
    "500_004": "out_of_stock",
    "500_005": "below_moq",
    "500_006": "mix_rule",
    "500_007": "no_relation",
    "500_008": "price_zero",
    "500_009": "below_moq",
}
# Where only the text tells: createCrossOrder, field `message`; alipay.url.get, error codes.
_SAYINGS: tuple[tuple[str, str], ...] = (
    ("addressid invalid", "bad_address"),
    ("not support tradetype", "wrong_trade_type"),
    ("product_trade_stat_error", "out_of_stock"),
    ("not surport manual-trade", "not_orderable"),
)
# getLogisticsInfos: 500_2 not shipped yet; getLogisticsTraceInfo: 404 no trace, nothing of a year.
_ABSENT = frozenset({"404", "500_2", "order.createtime.history"})
_FOREIGN = frozenset({"order.nopermission.buyer"})

_NO_CODE = frozenset({"", "0", "200", "null", "success"})
_CODES = ("errorCode", "code", "resultCode")
_TEXTS = ("errorMessage", "errorMsg", "erroMsg", "message")
# What stands in an answer only when the thing was done, whatever `success` says beside it: the
# vendor's own sample of a created order has `"success": false`.
_EVIDENCE = ("orderId", "orderList", "payUrl")


def problem(code: object, text: object, *, field: str = "", severity: str = "error") -> Problem:
    """A refusal of 1688 in our words, where we know them; `raw` is the vendor's code.

    >>> problem("500_004", "no stock", field="cargo.1").code
    'out_of_stock'
    """
    raw, said = _word(code), _word(text)
    folded = said.casefold()
    ours = _PROBLEMS.get(raw) or next((own for hint, own in _SAYINGS if hint in folded), None)
    return Problem(ours or raw or "refused", said, field, severity, raw)


def _word(value: object) -> str:
    return "" if value is None else str(value).strip()


def read(reply: Reply) -> Verdict:
    """What a reply of the gateway means: both envelope families and the gateway's own errors.

    >>> read(Reply(400, (), b'{"error_code": "gw.QosAppFrequencyLimit"}'))
    Busy(wait=10.0, budget=None, text='gw.QosAppFrequencyLimit')
    """
    verdict = read_status(reply)
    try:
        body = reply.json(source=VENDOR)
    except Unreadable:
        body = None
    if not isinstance(body, Mapping):
        return Broken(text="the answer is not a JSON object") if verdict == Ok() else verdict
    if _word(body.get("error_code")):
        return _gateway(body, verdict)
    if isinstance(body.get("error"), str):
        text = " ".join(filter(None, (body["error"], _word(body.get("error_description")))))
        return Rejected(kind=Unauthorized if body["error"] in _OAUTH else BadRequest, text=text)
    return _business(body) if verdict == Ok() else verdict


def _gateway(body: Mapping[str, Any], verdict: Verdict) -> Verdict:
    code = _word(body["error_code"])
    parts = (code, *(_word(body.get(name)) for name in ("error_message", "exception")))
    text = ": ".join(dict.fromkeys(filter(None, parts)))
    if request_id := _word(body.get("request_id")):
        text = f"{text} (request {request_id})"
    name = code.removeprefix("gw.").casefold()
    if name in _BUSY:
        return Busy(_WAIT, text=text)
    if name in _EXPIRED or _NEEDS_USER in text.casefold():
        return Expired(text)
    if name in _NO_LEAVE:
        return Rejected(kind=Unauthorized, text=text)
    if name in _FAILED or isinstance(verdict, Broken):
        return Broken(text=text)
    kind = verdict.kind if isinstance(verdict, Rejected) else BadRequest
    return Rejected(kind=kind, text=text)


def _levels(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The answer and the objects in its `result` envelopes, outermost first."""
    level: object = body
    while isinstance(level, Mapping):
        yield level
        level = level.get("result")


def _says(level: Mapping[str, Any]) -> bool | None:
    """What `success` says, a bool or its text."""
    return {"true": True, "false": False}.get(_word(level.get("success")).casefold())


def _code(level: Mapping[str, Any]) -> str:
    words = (_word(level.get(name)) for name in _CODES)
    return next((word for word in words if word.casefold() not in _NO_CODE), "")


def _business(body: Mapping[str, Any]) -> Verdict:
    levels = tuple(_levels(body))
    if any(level.get(name) for level in levels for name in _EVIDENCE):
        return Ok()
    said = [_says(level) for level in levels]
    failed = False in said or (True not in said and _word(body.get("errorCode")) and _code(body))
    if not failed:
        return Ok()
    code = next(filter(None, map(_code, levels)), "")
    words = (_word(level.get(name)) for level in levels for name in _TEXTS)
    text = next(filter(None, words), "")
    lines = tuple(_line_problems(levels))
    return Rejected(lines or (problem(code, text),), _kind(code), text)


def _kind(code: str) -> type[VendorError]:
    if code in _ABSENT:
        return NotFound
    return Unauthorized if code in _FOREIGN else BadRequest


def _line_problems(levels: tuple[Mapping[str, Any], ...]) -> Iterator[Problem]:
    for level in levels:
        failed = level.get("failedOfferList")
        for item in failed if isinstance(failed, list) else ():
            if isinstance(item, Mapping):
                yield line_problem(item)


def line_problem(item: Mapping[str, Any]) -> Problem:
    """Why one SKU was left out (createCrossOrder, `failedOfferList`)."""
    where = "/".join(filter(None, (_word(item.get("offerId")), _word(item.get("specId")))))
    return problem(item.get("errorCode"), item.get("errorMessage"), field=where)
