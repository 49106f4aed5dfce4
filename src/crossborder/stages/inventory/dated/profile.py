"""The projected stock over time: each step with its forecasts and its promise."""

from datetime import datetime
from decimal import Decimal
from itertools import accumulate

from attrs import field, frozen

from crossborder.model.check import SIGNED, checked, refuse
from crossborder.model.ids import SkuId
from crossborder.stages.inventory.dated.position import CONFIDENT, Band, Position
from crossborder.stages.inventory.dated.promise import changes_of, not_past

__all__ = ["Profile", "ProfileStep", "earliest_for", "profile"]


@frozen(field_transformer=checked)
class ProfileStep:
    """From this moment to the next step: the forecast in its three bands, and the promise.

    Attributes:
        at: from when.
        low: forecast of the confident deliveries at their latest.
        expected: forecast of the confident deliveries at their expected date.
        high: forecast of all deliveries at their earliest.
        available: pieces that may be promised for this moment, from the low band.
    """

    at: datetime
    low: int = field(metadata=SIGNED)
    expected: int = field(metadata=SIGNED)
    high: int = field(metadata=SIGNED)
    available: int


@frozen(field_transformer=checked)
class Profile:
    """The projected stock of one SKU, step by step, as seen at one moment.

    Attributes:
        sku_id: the SKU.
        now: as seen when; the first step begins here.
        steps: by rising time; every moment at which anything changes.
    """

    sku_id: SkuId
    now: datetime
    steps: tuple[ProfileStep, ...]

    def at(self, moment: datetime) -> ProfileStep:
        """The step that holds at a moment; `InvalidValue` before `now`."""
        not_past(moment, self.now, "Profile")
        return [step for step in self.steps if step.at <= moment][-1]

    def _repr_html_(self) -> str:
        from crossborder.display import html_table

        rows = ((s.at.isoformat(), s.low, s.expected, s.high, s.available) for s in self.steps)
        heads = ("from", "low", "expected", "high", "to promise")
        return html_table(heads, rows, caption=self.sku_id)


def profile(position: Position, *, now: datetime, confident: Decimal = CONFIDENT) -> Profile:
    """The projected stock at `now` and at every later moment at which it changes."""
    bands = [changes_of(position, now, band, confident) for band in Band]
    dates = sorted({date for changes in bands for date in changes})
    low, expected, high = (
        tuple(accumulate(changes.get(date, 0) for date in dates)) for changes in bands
    )
    least = tuple(accumulate(reversed(low), min))[::-1]
    rows = zip(dates, low, expected, high, (max(0, bound) for bound in least), strict=True)
    steps = (ProfileStep(*row) for row in rows)
    return Profile(position.sku_id, now, tuple(steps))


def earliest_for(
    position: Position, quantity: int, *, now: datetime, confident: Decimal = CONFIDENT
) -> datetime | None:
    """The first moment for which so many pieces may be promised; None if never.

    Raises:
        InvalidValue: a quantity below 1.
    """
    if quantity < 1:
        raise refuse("earliest_for", "quantity", quantity, "must be at least 1")
    steps = profile(position, now=now, confident=confident).steps
    return next((step.at for step in steps if step.available >= quantity), None)
