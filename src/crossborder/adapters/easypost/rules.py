"""What EasyPost promises and how it speaks, as data: limits, carriers, statuses, errors.

Sources, read 2026-11: `https://docs.easypost.com/docs/trackers` for calls, statuses and details;
`https://docs.easypost.com/guides/rate-limiting-guide` for limits; the help article "Understanding
Trackers" for what happens to a tracker that is created twice; `https://docs.easypost.com/docs/errors`
for errors. Which stage, health and reason a status means is our reading of it.
"""

from datetime import timedelta
from typing import Any

from crossborder.conversation import Broken, Expired, Ok, Rejected, Reply, Verdict, read_status
from crossborder.errors import BadRequest, Unauthorized, Unreadable
from crossborder.model.extra import Extra
from crossborder.model.outcome import Problem
from crossborder.model.tracking import Health, ParcelState, Stage
from crossborder.policy import Policies, Policy, RateLimit
from crossborder.wire.payload import Payload

__all__ = [
    "CARRIERS",
    "DETAILS",
    "PAGE",
    "POLICIES",
    "STATUSES",
    "URL",
    "VENDOR",
    "problem",
    "read",
    "refusal",
    "reported",
]

VENDOR = "easypost"
URL = "https://api.easypost.com/v2"

PAGE = 100
"""Trackers on one page at most; 20 when nothing is said."""

# Five in a second over all lists; every other call is limited by the load, which a 429 tells.
_LISTS = Policy(RateLimit.per(5, timedelta(seconds=1)), bucket="lists")

POLICIES = Policies(
    {
        "trackers.create": Policy(),
        "trackers.get": Policy(),
        "trackers.list": _LISTS,
    }
)
"""How each call is delivered."""

CARRIERS = Extra(
    {
        "australia_post": "AustraliaPost",
        "canada_post": "CanadaPost",
        "dhl_express": "DHLExpress",
        "fedex": "FedEx",
        "purolator": "Purolator",
        "royal_mail": "RoyalMail",
        "ups": "UPS",
        "usps": "USPS",
    }
)
"""Our name of a carrier → EasyPost's; `EasyPost.connect(carriers=…)` adds to it.

A carrier whose name is not certain is left out: EasyPost finds it by the parcel's number.
"""


def _state(
    stage: Stage = Stage.UNKNOWN, health: Health = Health.OK, reason: str | None = None
) -> ParcelState:
    return ParcelState(stage, health, reason)


_FAILED, _ACT = Health.FAILED, Health.ACTION_REQUIRED

STATUSES = {
    "unknown": _state(),
    "pre_transit": _state(Stage.REGISTERED),
    "in_transit": _state(Stage.LINE_HAUL),
    "out_for_delivery": _state(Stage.OUT_FOR_DELIVERY),
    "delivered": _state(Stage.DELIVERED),
    "available_for_pickup": _state(Stage.COLLECT),
    "return_to_sender": _state(Stage.RETURNING, _FAILED),
    "failure": _state(Stage.UNKNOWN, _FAILED),
    "cancelled": _state(Stage.CANCELLED),
    "error": _state(),
}
"""The ten statuses.

`return_to_sender` is told of a parcel on its way back and of one that has come back: the way back
is what is certain. `error` is EasyPost's own trouble with the number, not the parcel's.
"""

_Said = tuple[Stage | None, Health, str | None]

DETAILS: dict[str, _Said] = {
    "address_correction": (None, _ACT, "consignee_incorrect_address"),
    "arrived_at_destination": (None, Health.OK, None),
    "arrived_at_facility": (None, Health.OK, None),
    "arrived_at_pickup_location": (Stage.COLLECT, Health.OK, None),
    "awaiting_information": (None, _ACT, "retailer_incorrect_data"),
    "cancelled": (Stage.CANCELLED, Health.OK, "retailer_cancelled"),
    "damaged": (None, _FAILED, "carrier_damaged_parcel"),
    "delayed": (None, Health.OK, "carrier_delay"),
    "delivery_exception": (Stage.LAST_MILE, _FAILED, "unknown"),
    "departed_facility": (None, Health.OK, None),
    "departed_origin_facility": (None, Health.OK, None),
    "expired": (None, Health.OK, None),
    "failure": (None, _FAILED, "unknown"),
    "held": (None, _ACT, "unknown"),
    "in_transit": (None, Health.OK, None),
    "label_created": (Stage.REGISTERED, Health.OK, None),
    "lost": (Stage.LOST, _FAILED, "carrier_parcel_lost"),
    "missorted": (None, Health.OK, "carrier_sorting_error"),
    "out_for_delivery": (Stage.OUT_FOR_DELIVERY, Health.OK, None),
    "received_at_destination_facility": (Stage.LAST_MILE, Health.OK, None),
    "received_at_origin_facility": (Stage.ACCEPTED, Health.OK, None),
    "refused": (Stage.LAST_MILE, _FAILED, "consignee_refused"),
    "return": (None, _FAILED, None),
    "status_update": (None, Health.OK, None),
    "transferred_to_destination_carrier": (Stage.HANDOVER, Health.OK, None),
    "transit_exception": (None, _ACT, "unknown"),
    "unknown": (None, Health.OK, None),
    "weather_delay": (None, Health.OK, "weather_delay"),
}
"""The 28 details: stage (None: that of the status), health and reason.

A detail makes an `in_transit`, a `failure` and an `unknown` more exact; what ends a parcel or
stands at its door is said by the status, and a detail beside it only gives the reason.
"""

_OPEN = frozenset({"in_transit", "failure", "unknown", "pre_transit"})


def reported(status: str | None, detail: str | None) -> ParcelState:
    """What a status with its detail means; an unknown status has no stage whatever its detail.

    >>> reported("in_transit", "lost").stage.value, reported("delivered", "lost").stage.value
    ('lost', 'delivered')
    """
    known = STATUSES.get(status or "")
    if known is None:
        return ParcelState()
    stage, health, reason = DETAILS.get(detail or "", (None, Health.OK, None))
    if stage is None or status not in _OPEN:
        stage = known.stage
    if status in ("delivered", "cancelled"):
        health = Health.OK
    elif known.health is not Health.OK:
        health = known.health
    return ParcelState(stage, health, reason)


def problem(answer: Any) -> Problem:
    """The problem an answer `{"error": {code, message, errors}}` states, or `{"error": text}`.

    The code is EasyPost's, such as `TRACKER.CREATE.ERROR`: its words are too many for a table. One
    without a code is `refused`.
    """
    body = Payload(answer, source=VENDOR)
    if isinstance(body.raw("error"), str):
        return Problem("refused", body.text("error"))
    error = body.one("error")
    code, said = error.maybe_text("code") or "", error.raw("message")
    text = said if isinstance(said, str) else ""
    # Some messages are lists or objects: those are kept as they came.
    more = {} if text or not said else {"message": said}
    return Problem(
        code.strip() or "refused", text, raw=code, extra=Extra({**error.unread(), **more})
    )


def refusal(answer: Any) -> Problem | None:
    """Why an answer refuses the whole request, or None; a tracker may have an `error` of null."""
    return problem(answer) if Payload(answer, source=VENDOR).has("error") else None


def read(reply: Reply) -> Verdict:
    """What a reply says: the HTTP status first, then an error inside a 2xx.

    >>> read(Reply(422, content=b'{"error": {"code": "TRACKER.CREATE.ERROR"}}')).problems[0].code
    'TRACKER.CREATE.ERROR'
    """
    verdict = read_status(reply)
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
