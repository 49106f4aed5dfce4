"""What AfterShip promises and how it speaks, as data: limits, statuses, errors.

Spoken is version 2026-07 of the Tracking API. Sources, read 2026-11: the quick start
(`https://www.aftership.com/docs/tracking/quickstart/api-quick-start`) for the address and the
key; "Rate limit" beside it, per endpoint since 2024-07; "Request Errors" beside it for the error
codes; the query and the models of AfterShip's own client libraries for limits and fields; the
page "Delivery Sub-statuses" and the help article "Learn About Delivery Sub-Status" for subtags.
Which stage, health and reason a status means is our reading of it.
"""

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
    retry_after,
)
from crossborder.errors import BadRequest, Unauthorized, Unreadable
from crossborder.model.extra import Extra
from crossborder.model.outcome import Problem
from crossborder.model.tracking import Health, ParcelState, Stage
from crossborder.policy import Policies, Policy, RateLimit
from crossborder.wire.payload import Payload

__all__ = [
    "ALREADY",
    "BATCH",
    "KEPT",
    "PAGE",
    "POLICIES",
    "PROBLEMS",
    "STATUSES",
    "SUB_STATUSES",
    "URL",
    "VENDOR",
    "problem",
    "read",
    "refusal",
]

VENDOR = "aftership"
URL = "https://api.aftership.com/tracking/2026-07"

BATCH = 50
"""Numbers in one look-up at most (query `tracking_numbers`)."""

PAGE = 200
"""Parcels on one page at most (query `limit`; 100 when it is not said)."""

KEPT = timedelta(days=120)
"""How long a parcel is kept; without a beginning only the last 30 days are searched."""

_SECOND = timedelta(seconds=1)

POLICIES = Policies(
    {
        "trackings.create": Policy(RateLimit.per(20, _SECOND)),
        "trackings.list": Policy(RateLimit.per(6, _SECOND)),
    }
)
"""How each call is delivered: every endpoint has a limit of its own."""


def _state(
    stage: Stage = Stage.UNKNOWN, health: Health = Health.OK, reason: str | None = None
) -> ParcelState:
    return ParcelState(stage, health, reason)


_FAILED, _ACT = Health.FAILED, Health.ACTION_REQUIRED

STATUSES = {
    "Pending": _state(),
    "InfoReceived": _state(Stage.REGISTERED),
    "InTransit": _state(Stage.LINE_HAUL),
    "OutForDelivery": _state(Stage.OUT_FOR_DELIVERY),
    "AttemptFail": _state(Stage.LAST_MILE, _FAILED),
    "Delivered": _state(Stage.DELIVERED),
    "AvailableForPickup": _state(Stage.COLLECT),
    "Exception": _state(Stage.UNKNOWN, _ACT),
    "Expired": _state(),
}
"""The nine tags.

`Pending` says that nothing is known yet, `Expired` that nothing was heard for 30 days: neither
says how far the parcel is. A tag that only says "moving" is line haul.
"""

SUB_STATUSES = {
    "Pending_001": _state(),
    "InfoReceived_001": _state(Stage.REGISTERED),
    "InTransit_001": _state(Stage.LINE_HAUL),
    "InTransit_002": _state(Stage.ACCEPTED),
    "InTransit_003": _state(Stage.LINE_HAUL),
    "InTransit_004": _state(Stage.LINE_HAUL),
    "InTransit_005": _state(Stage.IMPORT_CUSTOMS),
    "InTransit_006": _state(Stage.IMPORT_CUSTOMS),
    "InTransit_007": _state(Stage.LINE_HAUL),
    "InTransit_008": _state(Stage.LINE_HAUL),
    "InTransit_009": _state(Stage.LINE_HAUL),
    "OutForDelivery_001": _state(Stage.OUT_FOR_DELIVERY),
    "OutForDelivery_003": _state(Stage.OUT_FOR_DELIVERY),
    "OutForDelivery_004": _state(Stage.OUT_FOR_DELIVERY),
    "AttemptFail_001": _state(Stage.LAST_MILE, _FAILED, "unknown"),
    "AttemptFail_002": _state(Stage.LAST_MILE, _FAILED, "consignee_not_available"),
    "AttemptFail_003": _state(Stage.LAST_MILE, _FAILED, "consignee_business_closed"),
    "AvailableForPickup_001": _state(Stage.COLLECT),
    "Delivered_001": _state(Stage.DELIVERED),
    "Delivered_002": _state(Stage.DELIVERED),
    "Delivered_003": _state(Stage.DELIVERED),
    "Delivered_004": _state(Stage.DELIVERED),
    "Delivered_005": _state(Stage.DELIVERED),
    "Exception_001": _state(Stage.UNKNOWN, _ACT, "unknown"),
    "Exception_002": _state(Stage.LAST_MILE, _FAILED, "consignee_incorrect_address"),
    "Exception_003": _state(Stage.LAST_MILE, _FAILED, "consignee_refused"),
    "Exception_004": _state(Stage.IMPORT_CUSTOMS, Health.OK, "customs_delay"),
    "Exception_005": _state(Stage.UNKNOWN, Health.OK, "force_majeure"),
    "Exception_006": _state(Stage.UNKNOWN, _ACT, "consignee_payment_due"),
    "Exception_007": _state(Stage.LAST_MILE, _FAILED, "consignee_incorrect_address"),
    "Exception_008": _state(Stage.COLLECT, _ACT, "consignee_not_available"),
    "Exception_009": _state(Stage.UNKNOWN, _FAILED, "retailer_incorrect_parcel"),
    "Exception_010": _state(Stage.RETURNING, _FAILED),
    "Exception_011": _state(Stage.RETURNED, _FAILED),
    "Exception_012": _state(Stage.UNKNOWN, _FAILED, "carrier_damaged_parcel"),
    "Exception_013": _state(Stage.LOST, _FAILED, "carrier_parcel_lost"),
    "Exception_016": _state(Stage.UNKNOWN, Health.OK, "carrier_delay"),
    "Exception_017": _state(Stage.UNKNOWN, Health.OK, "weather_delay"),
    "Exception_018": _state(Stage.IMPORT_CUSTOMS, _ACT, "customs_documentation"),
    "Exception_019": _state(Stage.UNKNOWN, Health.OK, "carrier_delay"),
    "Exception_020": _state(Stage.CANCELLED, Health.OK, "retailer_cancelled"),
    "Exception_021": _state(Stage.DESTROYED, _FAILED),
    "Expired_001": _state(),
}
"""The documented subtags; others occur and are kept as they came.

004 is reaching the destination country, before any customs; 006 and 005 are the beginning and the
end of import customs. A departure scan (007) is leaving any place, so it is no export. The four
delays name a cause: whether the parcel is late is computed from its promise. A parcel held for
payment (006) waits for its buyer, whatever the payment is for.
"""

PROBLEMS = {
    4003: "already_registered",
    4004: "not_registered",
    4005: "invalid_format",
    4007: "number_required",
    4008: "invalid_field",
    4009: "field_required",
    4010: "carrier_unknown",
    4011: "field_required",
    4012: "carrier_not_detected",
    4013: "not_stopped",
    4015: "invalid_id",
    4016: "retracked_before",
    4017: "invalid_format",
}
"""Error codes about one parcel → our word; any other keeps its number as its code."""

ALREADY = "already_registered"
"""The refusal that says: this number is registered at this carrier."""

_GOOD = range(200, 300)


def problem(answer: Any) -> Problem:
    """The problem a refusing answer states in its `meta`; what stands in `data` goes with it."""
    body = Payload(answer, source=VENDOR)
    meta = body.one("meta")
    code, data = meta.integer("code"), body.raw("data")
    return Problem(
        PROBLEMS.get(code, str(code)),
        meta.maybe_text("message") or "",
        raw=str(code),
        extra=Extra(data if isinstance(data, dict) else {}),
    )


def refusal(answer: Any) -> Problem | None:
    """Why an answer refuses the whole request, or None.

    Raises:
        Unreadable: the answer has no `meta` with a code.
    """
    if Payload(answer, source=VENDOR).one("meta").integer("code") in _GOOD:
        return None
    return problem(answer)


def read(reply: Reply) -> Verdict:
    """What a reply says: the HTTP status first, then the code inside a 2xx.

    A limit is counted over one second, so a wait of one second is enough where none is stated.

    >>> read(Reply(429)).wait
    1.0
    """
    verdict = read_status(reply)
    if isinstance(verdict, Busy):
        return Busy(retry_after(reply) or 1.0)
    if isinstance(verdict, Expired):
        return Rejected(_stated(reply), Unauthorized, "the key is not accepted")
    if isinstance(verdict, Rejected):
        return Rejected(_stated(reply), verdict.kind)
    if not isinstance(verdict, Ok):
        return verdict
    try:
        refused = refusal(reply.json(source=VENDOR))
    except Unreadable as error:
        return Broken(text=str(error))
    return verdict if refused is None else Rejected((refused,), BadRequest, refused.text)


def _stated(reply: Reply) -> tuple[Problem, ...]:
    try:
        return (problem(reply.json(source=VENDOR)),)
    except Unreadable:  # a gateway's page instead of the vendor's answer: the status says enough
        return ()
