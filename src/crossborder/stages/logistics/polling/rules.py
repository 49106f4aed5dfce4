"""What a vendor allows, and what an answer is worth to the schedule of polls."""

from datetime import timedelta

from attrs import field, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.tracking import Stage

__all__ = ["BASE", "DOOR", "ENDED", "LATE", "NEW", "OVERDUE", "PollBudget", "PollRules", "positive"]

BASE = {
    Stage.UNKNOWN: 1.0,
    Stage.REGISTERED: 0.5,
    Stage.ACCEPTED: 1.0,
    Stage.EXPORT: 1.0,
    Stage.LINE_HAUL: 1.0,
    Stage.IMPORT_CUSTOMS: 1.5,
    Stage.HANDOVER: 1.5,
    Stage.LAST_MILE: 2.0,
    Stage.OUT_FOR_DELIVERY: 3.0,
    Stage.COLLECT: 1.5,
    Stage.RETURNING: 1.0,
}
"""What an answer is worth by stage: most where the next scan is told to the buyer."""

ENDED = 0.25
NEW, DOOR, LATE, OVERDUE = 12.0, 2.0, 3.0, 2.0
_MOST = BASE[Stage.OUT_FOR_DELIVERY] + DOOR + LATE + OVERDUE


def positive(instance: object, attribute: object, value: timedelta) -> None:
    """A validator: a span above zero."""
    if value <= timedelta(0):
        name = getattr(attribute, "name", "")
        raise refuse(instance, name, value, "must be above zero")


@frozen(field_transformer=checked)
class PollBudget:
    """What may be asked now.

    Attributes:
        calls: that are left in this time.
        numbers: that one call takes.
        credits: that are left, or None where asking costs none.
    """

    calls: int
    numbers: int = 1
    credits: int | None = None

    def __attrs_post_init__(self) -> None:
        if self.numbers < 1:
            raise refuse(self, "numbers", self.numbers, "must be at least 1")


@frozen(field_transformer=checked)
class PollRules:
    """How often is often enough.

    Attributes:
        least: a parcel is not asked for again before that: the vendor itself asks the carrier
            only every few hours.
        reconcile: one that is pushed is asked for only when nothing was heard for that long. A
            push that was not taken is dropped at last (17TRACK tries for an hour and 40 minutes).
        reopened: for that long after its end a parcel is looked at again: some ends are untrue.
        recheck: how often it is, in that time.
        near: a promise that ends within that time makes an answer worth more.
        patience: each such time of waiting counts as much as one parcel on its ordinary way, so
            that no parcel waits for ever.
    """

    least: timedelta = field(default=timedelta(hours=1), validator=positive)
    reconcile: timedelta = field(default=timedelta(days=1), validator=positive)
    reopened: timedelta = field(default=timedelta(days=14), validator=positive)
    recheck: timedelta = field(default=timedelta(days=3), validator=positive)
    near: timedelta = field(default=timedelta(days=3), validator=positive)
    patience: timedelta = field(default=timedelta(days=2), validator=positive)

    @property
    def overtaken(self) -> timedelta:
        """How long a waiting parcel can be overtaken by ones that began to wait after it.

        After that each of the others goes before it once at most, however many come anew: so no
        parcel waits longer than this and the time the budget takes to ask for all of them once.

        >>> PollRules().overtaken.days
        44
        """
        return self.patience * (NEW + _MOST)
