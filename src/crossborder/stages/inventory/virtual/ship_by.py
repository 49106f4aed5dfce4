"""By when a platform wants the parcel handed over: its rule as data, and the moment it gives."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from attrs import frozen

from crossborder.model.check import checked, refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.predict.calendar import WorkCalendar

__all__ = ["ShipByRule", "ship_by"]

_DAY = timedelta(days=1)
_NONE = timedelta(0)
_MOST = 365


@frozen(field_transformer=checked)
class ShipByRule:
    """Within how long a platform wants an order handed over.

    Exactly one of `within` and `days` is stated.

    Attributes:
        within: elapsed time from the order.
        days: business days of the calendar after the one on which the order counts; the parcel
            may leave until the last one's closing.
        calendar: the platform's business days, zone and cut-off: an order after the cut-off
            counts as the next business day's. Without it `within` runs from the order itself.
        source: the page it was read from.

    >>> rule = ShipByRule(within=timedelta(hours=48))
    """

    within: timedelta | None = None
    days: int | None = None
    calendar: WorkCalendar | None = None
    source: str = ""

    def __attrs_post_init__(self) -> None:
        if (self.within is None) == (self.days is None):
            raise refuse(self, "within", str(self.within), "or days must be stated, and one alone")
        if self.within is not None and self.within <= _NONE:
            raise refuse(self, "within", str(self.within), "must be above zero")
        if self.days is not None and self.calendar is None:
            raise refuse(self, "calendar", None, "must say which days count")
        if self.days is not None and self.days > _MOST:
            raise refuse(self, "days", self.days, f"must be at most {_MOST}")


@decides("inventory.ship_by", 1)
def ship_by(rule: ShipByRule, placed_at: datetime) -> Decision[datetime]:
    """By when an order placed at that moment must be handed over.

    With a calendar the time runs from the moment at which the order counts as placed: at once
    within the hours, else at the next opening.

    >>> placed = datetime(2026, 11, 2, 8, tzinfo=UTC)
    >>> ship_by(ShipByRule(within=timedelta(hours=48)), placed).value.isoformat()
    '2026-11-04T08:00:00+00:00'
    """
    calendar = rule.calendar
    if calendar is None:
        end = placed_at + (rule.within or _NONE)
        return Decision(end, (_stated(rule),))
    begins = calendar.begins(placed_at)
    if rule.days is None:
        end = begins + (rule.within or _NONE)
    else:
        end = _closing(calendar, begins, rule.days)
    reasons = [_stated(rule)]
    if begins > placed_at:
        facts = Extra({"counts_from": begins.isoformat()})
        reasons.append(
            Reason("counts_later", "placed outside the hours or past the cut-off", facts)
        )
    missing, assumed = calendar.gaps(placed_at, end)
    if missing:
        said = "the calendar has no holidays of the year"
        reasons.append(Reason("calendar_missing_year", said, Extra({"years": tuple(missing)})))
    if assumed:
        said = "holidays of the year are not announced"
        reasons.append(Reason("calendar_unconfirmed", said, Extra({"years": tuple(assumed)})))
    return Decision(end, tuple(reasons))


def _closing(calendar: WorkCalendar, begins: datetime, days: int) -> datetime:
    zone = ZoneInfo(calendar.zone)
    midnight = _midnight(begins.astimezone(zone))
    for _ in range(days):
        opening = calendar.begins((midnight + _DAY).replace(tzinfo=zone))
        midnight = _midnight(opening.astimezone(zone))
    return (midnight + calendar.closes).replace(tzinfo=zone).astimezone(UTC)


def _midnight(local: datetime) -> datetime:
    """The beginning of that day, as the wall clock has it."""
    return datetime.combine(local.date(), time(0))


def _stated(rule: ShipByRule) -> Reason:
    told = f"within {rule.within}" if rule.days is None else f"within {rule.days} business days"
    return Reason("rule", told, Extra({"source": rule.source}))
