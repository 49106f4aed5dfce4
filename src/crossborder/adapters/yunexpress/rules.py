"""What YunExpress (云途) promises and how it speaks, as data.

Source, unless another is named: the open platform (`https://open.yunexpress.cn`), as the public
SDK evan-lc/yunexpress-sdk describes it in `skills/yunexpress/references/openapi.yaml`; for the old
gateway, the answers published in karrio's `yunexpress` extension; for today's tracking answers, the
push and the old OMS, what public clients declare and test, read 2026-11 (the types of a `Yuntu`
client, the service `ns-tracking-go`). What is an assumption says so.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from crossborder.conversation import Broken, Ok, Rejected, Reply, Verdict, read_status
from crossborder.errors import BadRequest, Unauthorized, Unreadable
from crossborder.model.outcome import Problem
from crossborder.model.tracking import Health, ParcelState, Stage
from crossborder.policy import Policies, Policy
from crossborder.wire.payload import Payload
from crossborder.wire.scans import states

__all__ = [
    "CANCELLED",
    "CARGO",
    "CURRENCIES",
    "CUSTOMS_NUMBERS",
    "DUPLICATE",
    "LABELS",
    "LONGEST",
    "NODES",
    "NOT_FOUND",
    "PACKAGE_STATES",
    "PACKAGE_STATUSES",
    "POLICIES",
    "SANDBOX",
    "URL",
    "VENDOR",
    "WORDINGS",
    "accepted",
    "read",
    "read_token",
    "refusals",
    "wording",
]

VENDOR = "yunexpress"
URL = "https://openapi.yunexpress.cn"
SANDBOX = "https://openapi-sbx.yunexpress.cn"

POLICIES = Policies(
    {
        "labels.get": Policy(),
        "orders.create": Policy(),
        "orders.get": Policy(),
        "prices.get": Policy(),
        "token.create": Policy(),
        "tracks.get": Policy(),
    }
)
"""The vendor answers 429 when it is too much, and states no figure."""

CURRENCIES = {"RMB": "CNY"}
"""Currencies as prices are stated → ISO 4217, where they differ (price trial: `RMB`)."""

CARGO = {"general": "C", "battery": "E", "special": "F", "liquid": "F", "powder": "F"}
"""Our cargo class → `package_type` of the price trial: C general, E electric, F special.

That liquids and powders are special cargo is an assumption."""

CUSTOMS_NUMBERS = {
    "ioss": "ioss_code",
    "vat": "vat_code",
    "eori": "eori_number",
    "tax": "tax_number",
}
"""Names of tax ids, in small letters → fields of `customs_number`.

The platform's description calls it a text; programs in use send an object with these fields."""

LABELS = {"PDF": "application/pdf", "PNG": "image/png", "ZPL": "application/zpl"}
"""`label_type` → media type."""

LONGEST = 50
"""Characters of a customer order number and of a product code (1 to 50)."""

CANCELLED = "E"
"""`status` of a cancelled order: A forecast, B in warehouse, C shipped, D completed, E cancelled,
Y abnormal. The letters are kept as they are: they tell of the order, not of the parcel's way."""

DUPLICATE = "duplicate"
"""Our code of the refusal of an order number that was used before."""

# An assumption: the vendor publishes neither its codes nor its words for a second order of one
# number. A word too many costs one look-up, a word too few is a plain refusal.
_DUPLICATE = re.compile(
    r"duplicat|already (?:exist|been used)|repeated|重复|已存在|已被使用", re.IGNORECASE
)

# "00000000" in the answer of /v1/issue/release; "0000" on the old gateway.
_FINE = frozenset({"0", "0000", "00000000", "200"})
_CODES = ("code", "ResultCode", "error_code", "Code")
_HELD = ("result", "Items", "Item", "data", "accessToken")

_BACK, _FAILED, _ACT = (Stage.RETURNING, Health.FAILED), Health.FAILED, Health.ACTION_REQUIRED

NOT_FOUND = "N"
"""`package_status` of a number that the platform does not know."""

PACKAGE_STATUSES = states(
    {
        NOT_FOUND: Stage.UNKNOWN,
        "F": Stage.REGISTERED,
        "T": Stage.LINE_HAUL,
        "D": Stage.DELIVERED,
        "E": (Stage.UNKNOWN, _FAILED),
        "R": _BACK,
        "C": Stage.CANCELLED,
    }
)
"""`package_status` of a parcel: N not found, F forecast received, T in transit, D delivered, E perhaps
abnormal, R returned, C cancelled. R is told of a parcel on its way back and of one that has come
back: the way back is what is certain."""

PACKAGE_STATES = states(
    {
        0: Stage.UNKNOWN,
        1: Stage.REGISTERED,
        2: Stage.LINE_HAUL,
        3: Stage.DELIVERED,
        4: Stage.ACCEPTED,
        5: Stage.CANCELLED,
        6: (Stage.LAST_MILE, _FAILED),
        7: (Stage.RETURNED, _FAILED),
    }
)
"""`PackageState` of the old OMS: 0 unknown, 1 submitted, 2 in transit, 3 signed for, 4 received by the
carrier, 5 cancelled, 6 delivery failed, 7 returned (已退回)."""

NODES = states(
    {
        **dict.fromkeys(("ORDER_CREATION", "PRE_INFO", "PRE_ADVICING"), Stage.REGISTERED),
        **dict.fromkeys(("PICKED_UP", "FIRST_MILE_ARRIVE"), Stage.ACCEPTED),
        **dict.fromkeys(("ARRIVE_ORIN_CUSTOMS", "EXPORT_CUSTOMS_COMPLETE"), Stage.EXPORT),
        **dict.fromkeys(("AIRPORT_RELEASE", "MAIN_LINE_DEPART"), Stage.EXPORT),
        **dict.fromkeys(("AIRPORT_HOLD", "AIRPORT_INSPECTION"), (Stage.EXPORT, _ACT)),
        **dict.fromkeys(("FIRST_MILE_DEPART", "TRANSIT_IN", "TRANSIT_OUT"), Stage.LINE_HAUL),
        **dict.fromkeys(("IN_TRANSIT", "MAIN_LINE_ARRIVE"), Stage.LINE_HAUL),
        **dict.fromkeys(("CUSTOMS_PROCESSING", "CUSTOMS_COMPLETE"), Stage.IMPORT_CUSTOMS),
        "CUSTOMS_RELEASE": Stage.IMPORT_CUSTOMS,
        **dict.fromkeys(("CUSTOMS_HOLD", "CUSTOMS_INSPCTION"), (Stage.IMPORT_CUSTOMS, _ACT)),
        "CUSTOMS_DELAY": (Stage.IMPORT_CUSTOMS, _ACT, "customs_delay"),
        "TRANSITHUB_ARRIVE": Stage.HANDOVER,
        "DELIVERY_FAILURE": (Stage.LAST_MILE, _FAILED),
        "DELIVERED": Stage.DELIVERED,
        **dict.fromkeys(("RETURNED", "RETURNED_BACK", "RETURNED_TO_SENDER"), _BACK),
        "PACKAGE_LOST": (Stage.LOST, _FAILED, "carrier_parcel_lost"),
    }
)
"""`track_node_code` of an event, spelled as the vendor spells it; others occur and are kept.

`DELIVERY_ATTEMPT` is left out: it is on the van for one source, a failed delivery for another."""

_PARCEL = r"(?:(?:your |the )?(?:parcel|package|shipment|item|order|mail) )?"
_DONE = r"(?:has been |have been |was |is )?(?:successfully )?"
_GIVEN = r"(?:delivered|handed over|transferred)"
_LOCAL = r"(?:local|last[- ]mile|destination) (?:carrier|courier|post|delivery partner)"

WORDINGS: tuple[tuple[str, ParcelState], ...] = (
    # The one wording that the vendor publishes (example of /v1/track-service/info/get).
    (rf"{_PARCEL}{_DONE}delivered(?: successfully)?", ParcelState(Stage.DELIVERED)),
    # An assumption: common sentences of parcel carriers; each must match from first to last word.
    (rf"{_PARCEL}{_DONE}out for delivery", ParcelState(Stage.OUT_FOR_DELIVERY)),
    (rf"{_PARCEL}{_DONE}{_GIVEN} to (?:the )?{_LOCAL}", ParcelState(Stage.HANDOVER)),
    (rf"{_PARCEL}{_DONE}{_GIVEN} to (?:the )?airline", ParcelState(Stage.EXPORT)),
    (
        rf"(?:{_PARCEL}|shipping |shipment )(?:electronic )?information {_DONE}received",
        ParcelState(Stage.REGISTERED),
    ),
    (rf"{_PARCEL}{_DONE}(?:picked up|collected)", ParcelState(Stage.ACCEPTED)),
    (rf"{_PARCEL}{_DONE}returned to (?:the )?sender", ParcelState(Stage.RETURNED, Health.FAILED)),
    (rf"{_PARCEL}{_DONE}cancelled", ParcelState(Stage.CANCELLED)),
)
"""Whole sentences of an event without a code → its state.

A sentence that holds more or less than one of these ("has not been delivered", "could not be
delivered", "will be returned to sender") stays unknown, with its text.
"""

_SENTENCES = tuple((re.compile(pattern, re.IGNORECASE), state) for pattern, state in WORDINGS)


@lru_cache(maxsize=8192)
def wording(text: str) -> ParcelState:
    """What a sentence says of a parcel; unknown unless it is one of `WORDINGS`, word for word.

    >>> wording("Parcel has been delivered.").stage, wording("Parcel has not been delivered").stage
    (<Stage.DELIVERED: 'delivered'>, <Stage.UNKNOWN: 'unknown'>)
    """
    sentence = " ".join(text.split()).rstrip(".!")
    found = (state for pattern, state in _SENTENCES if pattern.fullmatch(sentence))
    return next(found, ParcelState())


def accepted(answer: Mapping[str, Any]) -> bool | None:
    """Whether an answer says that it was accepted; None where it says nothing of it.

    >>> accepted({"success": True}), accepted({"Code": "1006"}), accepted({"Message": "no"})
    (True, False, None)

    Raises:
        Unreadable: a field of its envelope is of the wrong kind.
    """
    body = Payload(answer, source=VENDOR)
    success, code = body.maybe_flag("success"), _code(body)
    return (code in _FINE if code else None) if success is None else success


def _code(body: Payload) -> str:
    return (body.maybe_text(*_CODES) or "").strip()


def refusals(answer: Any) -> tuple[Problem, ...]:
    """Why an answer refuses, in any of the vendor's five envelopes; empty when it does not.

    `{t, success, result}`, `{code, msg}`, from the old gateway `{ResultCode, ResultDesc}` and
    `{Message, MessageDetail}`, and from the old OMS `{Code, Message}`, which may say "accepted".

    Raises:
        Unreadable: it is no object, or a field of its envelope is of the wrong kind.
    """
    body = Payload(answer, source=VENDOR)
    code = _code(body)
    parts = (
        body.maybe_text("msg", "message", "ResultDesc", "Message"),
        body.maybe_text("MessageDetail"),
    )
    text = ": ".join(filter(None, parts))
    taken = accepted(answer)
    if taken is None:
        taken = not text or any(body.has(name) for name in _HELD)
    return () if taken else (Problem(_named(code, text), text, raw=code),)


def _named(code: str, text: str) -> str:
    return DUPLICATE if _DUPLICATE.search(text) else code or "refused"


def read(reply: Reply) -> Verdict:
    """What a reply says: the HTTP status first, then the envelope, which may refuse inside a 200.

    >>> read(Reply(200, content=b'{"success": false, "code": "1", "msg": "no"}')).text
    'no'
    """
    verdict = read_status(reply)
    if not isinstance(verdict, Ok | Rejected):
        return verdict
    kind = BadRequest if isinstance(verdict, Ok) else verdict.kind
    try:
        problems = refusals(reply.json(source=VENDOR))
    except Unreadable as error:
        return Broken(text=str(error)) if isinstance(verdict, Ok) else verdict
    if problems:
        return Rejected(problems, kind, problems[0].text)
    return verdict


def read_token(reply: Reply) -> Verdict:
    """What the answer of the token call says: a refusal means that the credentials are wrong."""
    verdict = read(reply)
    if isinstance(verdict, Rejected):
        return Rejected(verdict.problems, Unauthorized, verdict.text)
    return verdict
