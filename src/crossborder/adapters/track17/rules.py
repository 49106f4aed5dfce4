"""What 17TRACK promises and how it speaks, as data: limits, carriers, statuses, errors.

Sources: the v2.4 document (`https://api.17track.net/en/doc?version=v2.4`) for calls, limits,
statuses and sub-statuses, as godely/aio17track transcribed it on 2026-07-03; the help page "Error
Codes and Troubleshooting" (`https://help.17track.net/hc/en-us/articles/37570440168473`) for HTTP
statuses and error codes. Which stage, health and reason a status means is our reading of it.
"""

from datetime import timedelta
from typing import Any

from crossborder.conversation import (
    Broken,
    Expired,
    Ok,
    Rejected,
    Reply,
    Verdict,
    read_status,
)
from crossborder.errors import BadRequest, Unauthorized, Unreadable, VendorError
from crossborder.model.extra import Extra
from crossborder.model.outcome import Problem
from crossborder.model.tracking import Health, ParcelState, Stage
from crossborder.policy import Policies, Policy, RateLimit
from crossborder.wire.payload import Payload

__all__ = [
    "ALREADY",
    "BATCH",
    "CARRIERS",
    "MILESTONES",
    "POLICIES",
    "PROBLEMS",
    "STATUSES",
    "SUB_STATUSES",
    "URL",
    "VENDOR",
    "problem",
    "read",
    "refusals",
    "rejection",
]

VENDOR = "track17"
URL = "https://api.17track.net/track/v2.4"

BATCH = 40
"""Numbers in one call at most (v2.4 document; one more is refused with -18010014)."""

# Three requests in a second for one key, over all calls (v2.4 document; beyond it HTTP 429).
_LIMIT = RateLimit(burst=3, every=timedelta(seconds=1) / 3)
# Every call is a POST. Reading twice does no harm. A number that is registered, stopped or
# restarted a second time is refused with a code of its own (`ALREADY`); a credit is taken only
# when a registration is accepted (v2.4 document, "register").
_EACH = Policy(_LIMIT, bucket="requests", repeatable=True)

POLICIES = Policies(
    dict.fromkeys(
        (
            "numbers.info",
            "numbers.list",
            "numbers.register",
            "numbers.retrack",
            "numbers.stop",
            "quota.get",
        ),
        _EACH,
    )
)
"""How each call is delivered: one bucket for all."""

CARRIERS = Extra(
    {
        "china_post": 3011,  # the v2.4 document's own examples
        "correios": 2151,  # answers of 2026-06 that name the provider beside its key
        "yanwen": 190012,  # the same
    }
)
"""Our name of a carrier → 17TRACK's number of it; `Track17.connect(carriers=…)` adds to it.

A carrier whose number is not certain is left out: 17TRACK finds it by the parcel's number, and a
wrong one would be tracked in its place. For YunExpress two numbers circulate (190008, 190107).
"""


def _state(
    stage: Stage = Stage.UNKNOWN, health: Health = Health.OK, reason: str | None = None
) -> ParcelState:
    return ParcelState(stage, health, reason)


_FAILED, _ACT = Health.FAILED, Health.ACTION_REQUIRED

STATUSES = {
    "NotFound": _state(),
    "InfoReceived": _state(Stage.REGISTERED),
    "InTransit": _state(Stage.LINE_HAUL),
    "Expired": _state(),
    "AvailableForPickup": _state(Stage.COLLECT),
    "OutForDelivery": _state(Stage.OUT_FOR_DELIVERY),
    "DeliveryFailure": _state(Stage.LAST_MILE, _FAILED),
    "Delivered": _state(Stage.DELIVERED),
    "Exception": _state(Stage.UNKNOWN, _ACT),
}
"""The nine main statuses of the v2.4 document.

`NotFound` says that no carrier knows the number, and `Expired` that nothing was heard for 30
days: neither says how far the parcel is. Silence and delay are computed from the events and the
promise, so no health is read from `Expired`. A status that only says "moving" is line haul.
"""

SUB_STATUSES = {
    "NotFound_Other": _state(),
    "NotFound_InvalidCode": _state(Stage.UNKNOWN, _ACT, "retailer_incorrect_data"),
    "InfoReceived": _state(Stage.REGISTERED),
    "InTransit_PickedUp": _state(Stage.ACCEPTED),
    "InTransit_Other": _state(Stage.LINE_HAUL),
    "InTransit_Departure": _state(Stage.EXPORT),
    "InTransit_Arrival": _state(Stage.LINE_HAUL),
    "InTransit_CustomsProcessing": _state(Stage.IMPORT_CUSTOMS),
    "InTransit_CustomsReleased": _state(Stage.IMPORT_CUSTOMS),
    "InTransit_CustomsRequiringInformation": _state(
        Stage.IMPORT_CUSTOMS, _ACT, "customs_info_required"
    ),
    "Expired_Other": _state(),
    "AvailableForPickup_Other": _state(Stage.COLLECT),
    "OutForDelivery_Other": _state(Stage.OUT_FOR_DELIVERY),
    "DeliveryFailure_Other": _state(Stage.LAST_MILE, _FAILED, "unknown"),
    "DeliveryFailure_NoBody": _state(Stage.LAST_MILE, _FAILED, "consignee_not_home"),
    "DeliveryFailure_Security": _state(Stage.LAST_MILE, _FAILED, "security_issue"),
    "DeliveryFailure_Rejected": _state(Stage.LAST_MILE, _FAILED, "consignee_refused"),
    "DeliveryFailure_InvalidAddress": _state(
        Stage.LAST_MILE, _FAILED, "consignee_incorrect_address"
    ),
    "Delivered_Other": _state(Stage.DELIVERED),
    "Exception_Other": _state(Stage.UNKNOWN, _ACT, "unknown"),
    "Exception_Returning": _state(Stage.RETURNING, _FAILED),
    "Exception_Returned": _state(Stage.RETURNED, _FAILED),
    "Exception_NoBody": _state(Stage.LAST_MILE, _FAILED, "consignee_not_available"),
    "Exception_Security": _state(Stage.UNKNOWN, _FAILED, "security_issue"),
    "Exception_Damage": _state(Stage.UNKNOWN, _FAILED, "carrier_damaged_parcel"),
    "Exception_Rejected": _state(Stage.LAST_MILE, _FAILED, "consignee_refused"),
    "Exception_Delayed": _state(Stage.UNKNOWN, Health.OK, "carrier_delay"),
    "Exception_Lost": _state(Stage.LOST, _FAILED, "carrier_parcel_lost"),
    "Exception_Destroyed": _state(Stage.DESTROYED, _FAILED),
    "Exception_Cancel": _state(Stage.CANCELLED, Health.OK, "retailer_cancelled"),
}
"""The 30 sub-statuses of the v2.4 document; others occur and are kept as they came.

`Departure` is leaving the port of origin, `Arrival` reaching the port of destination: the end of
the line haul, before any customs. Both customs statuses short of a request are the same stage.
"""

MILESTONES = {
    "InfoReceived": _state(Stage.REGISTERED),
    "PickedUp": _state(Stage.ACCEPTED),
    "Departure": _state(Stage.EXPORT),
    "Arrival": _state(Stage.LINE_HAUL),
    "AvailableForPickup": _state(Stage.COLLECT),
    "OutForDelivery": _state(Stage.OUT_FOR_DELIVERY),
    "Delivered": _state(Stage.DELIVERED),
    "Returning": _state(Stage.RETURNING, _FAILED),
    "Returned": _state(Stage.RETURNED, _FAILED),
}
"""The nine values of an event's `stage` (v2.4 document), for an event without a sub-status."""

PROBLEMS = {
    -18010012: "invalid_format",
    -18010018: "address_required",
    -18010019: "postal_code_required",
    -18010020: "phone_required",
    -18019901: "already_registered",
    -18019902: "not_registered",
    -18019903: "carrier_not_detected",
    -18019904: "not_stopped",
    -18019905: "retracked_before",
    -18019906: "not_tracking",
    -18019907: "daily_limit",
    -18019908: "quota_exhausted",
    -18019909: "no_information_yet",
    -18019910: "carrier_unknown",
    -18019911: "carrier_not_offered",
}
"""Error codes of one number → our word; any other keeps its number as its code."""

ALREADY = {
    "numbers.register": "already_registered",
    "numbers.stop": "not_tracking",
    "numbers.retrack": "not_stopped",
}
"""The refusal of a call that says: what you ask for is so already."""

# The request as a whole (help page): the key, its addresses, the account; and the vendor itself.
_KEY_REFUSED = frozenset({-18010001, -18010002, -18010004, -18010005})
_VENDOR_FAILED = -18010003


def problem(error: Payload, *, severity: str = "error", extra: Extra | None = None) -> Problem:
    """The problem an error object `{code, message}` states; one without a code is `refused`."""
    code = error.maybe_integer("code")
    raw = "" if code is None else str(code)
    return Problem(
        "refused" if code is None else PROBLEMS.get(code, raw),
        error.maybe_text("message") or "",
        severity=severity,
        raw=raw,
        extra=extra or Extra(),
    )


def rejection(item: Payload) -> Problem:
    """The problem of a rejected number, whatever is said of the reason."""
    stated = item.raw("error")
    about = Extra({**item.unread(), "number": item.maybe_text("number") or ""})
    if not isinstance(stated, dict):
        return Problem("refused", stated if isinstance(stated, str) else "", extra=about)
    return problem(item.one("error"), extra=about)


def refusals(answer: Any) -> tuple[Problem, ...]:
    """Why an answer refuses the whole request: its own code, or `data.errors`; else empty.

    Raises:
        Unreadable: the answer has no code.
    """
    body = Payload(answer, source=VENDOR)
    said = body.integer("code")
    data = body.raw("data")
    errors = Payload(data, source=VENDOR, at="data").each("errors") if _object(data) else ()
    found = tuple(problem(error) for error in errors)
    if said and not found:
        found = (problem(body),)
    return found


def _object(value: object) -> bool:
    return isinstance(value, dict)


def read(reply: Reply) -> Verdict:
    """What a reply says: the HTTP status first, then the code inside a 200.

    A 401 is a refused key, a foreign address or a closed account: there is no token to renew.

    >>> read(Reply(200, content=b'{"code": -18010003}'))
    Broken(repeat=None, text='')
    """
    verdict = read_status(reply)
    if isinstance(verdict, Expired):
        return Rejected(_stated(reply), Unauthorized, "the key is not accepted")
    if not isinstance(verdict, Ok):
        return verdict
    try:
        problems = refusals(reply.json(source=VENDOR))
    except Unreadable as error:
        return Broken(text=str(error))
    return _judged(problems) if problems else verdict


def _stated(reply: Reply) -> tuple[Problem, ...]:
    try:
        return refusals(reply.json(source=VENDOR))
    except Unreadable:  # a gateway's page instead of the vendor's answer: the status says enough
        return ()


def _judged(problems: tuple[Problem, ...]) -> Verdict:
    codes = {int(item.raw) for item in problems if item.raw}
    text = "; ".join(item.text for item in problems if item.text)
    if _VENDOR_FAILED in codes:
        return Broken(text=text)
    kind: type[VendorError] = Unauthorized if codes & _KEY_REFUSED else BadRequest
    return Rejected(problems, kind, text)
