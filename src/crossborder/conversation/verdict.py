"""Every reply is read before it is believed: what a vendor's `read` may say of one."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite

from attrs import frozen

from crossborder.conversation.exchange import Reply
from crossborder.errors import BadRequest, NotFound, Unauthorized, VendorError
from crossborder.model.outcome import Problem

__all__ = [
    "Broken",
    "Budget",
    "Busy",
    "Expired",
    "Ok",
    "Rejected",
    "Verdict",
    "read_status",
    "retry_after",
]


@frozen
class Budget:
    """What the vendor says is left in our bucket.

    Attributes:
        available: points left now.
        points: what a full bucket holds.
        per_second: points that flow in each second.
    """

    available: float
    points: float
    per_second: float


@frozen
class Ok:
    """Done as asked; the reply goes into the flow."""

    budget: Budget | None = None


@frozen
class Busy:
    """The limit is reached; the call was not processed.

    Attributes:
        wait: seconds the vendor asks for, or None.
        budget: what it says is left, or None.
        text: in the vendor's words.
    """

    wait: float | None = None
    budget: Budget | None = None
    text: str = ""


@frozen
class Expired:
    """The access token is not accepted any more; the call was not processed."""

    text: str = ""


@frozen
class Rejected:
    """The vendor says no; the call was not processed.

    Attributes:
        problems: why.
        kind: the error thrown into the flow.
        text: in the vendor's words.
    """

    problems: tuple[Problem, ...] = ()
    kind: type[VendorError] = BadRequest
    text: str = ""


@frozen
class Broken:
    """The vendor failed; it may or may not have been processed.

    Attributes:
        repeat: the vendor's own word on trying again, or None when it has none.
        text: in the vendor's words.
    """

    repeat: bool | None = None
    text: str = ""


Verdict = Ok | Busy | Expired | Rejected | Broken


def retry_after(reply: Reply) -> float | None:
    """Seconds from the `Retry-After` header: a number, or a date against the reply's `Date`.

    >>> retry_after(Reply(429, {"Retry-After": "2"}))
    2.0
    """
    stated = reply.header("retry-after")
    if not stated:
        return None
    try:
        seconds = float(stated)
    except ValueError:
        until, sent = _date(stated), _date(reply.header("date") or "")
        return max(0.0, (until - sent).total_seconds()) if until and sent else None
    return max(0.0, seconds) if isfinite(seconds) else None


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    # "-0000" comes without a zone; HTTP knows no other than UTC.
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def read_status(reply: Reply) -> Verdict:
    """What the HTTP status alone says: where a vendor's own reading begins or ends.

    >>> read_status(Reply(503))
    Broken(repeat=None, text='')
    """
    status = reply.status
    if 200 <= status < 300:
        return Ok()
    if status == 401:
        return Expired()
    if status == 403:
        return Rejected(kind=Unauthorized)
    if status in (404, 410):
        return Rejected(kind=NotFound)
    if status == 429:
        return Busy(retry_after(reply))
    if status >= 500:
        return Broken()
    return Rejected()
