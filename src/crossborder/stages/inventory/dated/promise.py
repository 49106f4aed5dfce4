"""Forecast and available to promise: of one position, for one moment."""

from collections import Counter
from datetime import datetime
from decimal import Decimal
from itertools import accumulate

from crossborder.errors import InvalidValue
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.stages.inventory.dated.position import CONFIDENT, Band, Position

__all__ = ["available_to_promise", "changes_of", "forecast", "not_past", "uncommitted"]


def changes_of(
    position: Position, now: datetime, band: Band, confident: Decimal
) -> dict[datetime, int]:
    """Pieces by the moment from which they count, oldest first; what is there counts at `now`."""
    changes = Counter({now: position.on_hand - position.allocated - position.held(now)})
    for item in position.incoming:
        date = item.counts_from(now, band, confident)
        if date is not None:
            changes[date] += item.quantity
    for demand in position.planned:
        changes[max(now, demand.at)] -= demand.quantity
    return {date: changes[date] for date in sorted(changes)}


def not_past(at: datetime, now: datetime, source: str) -> None:
    """Refuse a moment before `now`."""
    if at < now:
        raise InvalidValue("is before now", field="at", value=at.isoformat(), source=source)


def forecast(
    position: Position,
    at: datetime,
    *,
    now: datetime,
    band: Band = Band.LOW,
    confident: Decimal = CONFIDENT,
) -> int:
    """Pieces that nobody has a claim on at `at`, as seen at `now`; below zero for a shortage.

    What is on hand, less allocated, plus the deliveries that count by then, less the demand
    planned by then, less the holds that live at `now`: their carts may still become orders.
    Overdue demand counts at once; a delivery whose last date has passed counts no more until it
    gets a new one.

    Raises:
        InvalidValue: `at` lies before `now`.
    """
    not_past(at, now, "forecast")
    changes = changes_of(position, now, band, confident)
    return sum(pieces for date, pieces in changes.items() if date <= at)


def _least(changes: dict[datetime, int], at: datetime) -> tuple[int, datetime]:
    """The least forecast from `at` on, and the first moment at which it stands so low."""
    levels = dict(zip(changes, accumulate(changes.values()), strict=True))
    standing = [level for date, level in levels.items() if date <= at][-1]
    later = ((level, date) for date, level in levels.items() if date > at)
    return min(((standing, at), *later))


def uncommitted(
    position: Position,
    at: datetime,
    *,
    now: datetime,
    band: Band = Band.LOW,
    confident: Decimal = CONFIDENT,
) -> int:
    """The least forecast from `at` on, below zero where more is claimed than will be there.

    Raises:
        InvalidValue: `at` lies before `now`.
    """
    not_past(at, now, "uncommitted")
    return _least(changes_of(position, now, band, confident), at)[0]


@decides("inventory.available_to_promise", 1)
def available_to_promise(
    position: Position,
    at: datetime,
    *,
    now: datetime,
    band: Band = Band.LOW,
    confident: Decimal = CONFIDENT,
) -> Decision[int]:
    """Pieces that may be promised for `at` (ATP) without breaking any later claim.

    It is the least forecast over all moments from `at` on, and never below zero. More supply
    never lowers it, more demand never raises it, and a later `at` never lowers it.

    Args:
        position: what is known of the stock.
        at: when the pieces must be there.
        now: the moment of asking.
        band: which deliveries count, and when.
        confident: from this confidence on a delivery counts.

    Raises:
        InvalidValue: `at` lies before `now`.

    >>> from datetime import UTC
    >>> from crossborder.model.ids import SkuId
    >>> from crossborder.stages.inventory.dated import PlannedDemand
    >>> now, later = datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 9, tzinfo=UTC)
    >>> position = Position(SkuId("s1"), 10, planned=(PlannedDemand("sale", 7, later),))
    >>> available_to_promise(position, now, now=now).value
    3
    """
    not_past(at, now, "available_to_promise")
    least, moment = _least(changes_of(position, now, band, confident), at)
    dates = [item.counts_from(now, band, confident) for item in position.incoming]
    pairs = tuple(zip(position.incoming, dates, strict=True))
    facts = {"on_hand": position.on_hand, "allocated": position.allocated}
    reasons = [
        Reason("there", "pieces there", Extra({**facts, "held": position.held(now)})),
        Reason(
            "incoming",
            f"deliveries that count ({band})",
            Extra({"pieces": sum(item.quantity for item, date in pairs if date is not None)}),
        ),
    ]
    uncounted = (item for item, date in pairs if date is None)
    for item in sorted(uncounted, key=lambda i: (i.ref, i.latest, i.quantity, i.confidence)):
        code = "overdue" if item.latest < now else "not_confident"
        told = {"ref": item.ref, "pieces": item.quantity, "confidence": item.confidence}
        reasons.append(Reason(code, "does not count", Extra(told)))
    bound = {"at": moment.isoformat(), "pieces": least}
    reasons.append(Reason("shortage" if least < 0 else "bound_by", "the least", Extra(bound)))
    return Decision(max(0, least), tuple(reasons))
