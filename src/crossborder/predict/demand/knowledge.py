"""What may be learnt when: nothing from the future, nothing out of order."""

from datetime import datetime

from crossborder.errors import InvalidValue
from crossborder.model.check import aware

__all__ = ["Heard", "admit", "admit_quantity", "share_of_one"]


def admit(
    known_at: datetime, *, now: datetime, last: datetime | None, source: str, again: bool = False
) -> None:
    """Refuse a figure that is not known yet, or that is not newer than the last one.

    `again` allows a figure of the same moment: many parts report at one time.

    Raises:
        NaiveTime: a time without a zone.
        InvalidValue: known after `now`, or out of order.
    """
    for name, moment in (("known_at", known_at), ("now", now)):
        aware(moment, name, source)
    if known_at > now:
        text = f"is later than now ({now.isoformat()})"
        raise InvalidValue(text, field="known_at", value=known_at, source=source)
    if last is not None and (known_at < last or (known_at == last and not again)):
        text = f"is out of order: {last.isoformat()} is known already"
        raise InvalidValue(text, field="known_at", value=known_at, source=source)


def admit_quantity(quantity: object, *, source: str) -> None:
    """Refuse what is not a whole number of pieces; None (unknown) is none either.

    Raises:
        InvalidValue: not a whole number, or negative.
    """
    if type(quantity) is not int:
        text = "must be a whole number"
        raise InvalidValue(text, field="quantity", value=quantity, source=source)
    if quantity < 0:
        raise InvalidValue("must not be negative", field="quantity", value=quantity, source=source)


def share_of_one(name: str, value: float, source: str) -> float:
    """A smoothing constant: above 0 and at most 1.

    Raises:
        InvalidValue: anything else.
    """
    if not 0 < value <= 1:
        text = "must lie above 0 and be at most 1"
        raise InvalidValue(text, field=name, value=value, source=source)
    return value


class Heard:
    """When figures were known, and how many."""

    __slots__ = ("last", "periods", "source")

    def __init__(self, source: str) -> None:
        """Nothing heard yet; `source` names the method in errors."""
        self.source = source
        self.periods = 0
        self.last: datetime | None = None

    def admits(self, quantity: int | None, *, known_at: datetime, now: datetime) -> bool:
        """Whether there is a figure to count; what may not be known is refused."""
        admit(known_at, now=now, last=self.last, source=self.source)
        if quantity is None:
            self.last = known_at
            return False
        admit_quantity(quantity, source=self.source)
        self.last = known_at
        self.periods += 1
        return True
