"""What each purchase shows of its supplier: the trials that a scorecard counts."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, ROUND_UP, Decimal
from itertools import groupby
from typing import Any

from attrs import frozen

from crossborder.model.check import refuse
from crossborder.model.ids import SupplierId
from crossborder.stages.inventory.watch.purchases import PurchaseRecord

__all__ = ["Judged", "Trial", "latest"]

_NONE = Decimal(0)
_WEIGHT = Decimal("0.000001")
_MICROSECOND = timedelta(microseconds=1)


@frozen
class Trial:
    """A purchase that has shown what it is: its weight and the share of each fault in it.

    Attributes:
        weight: what it counts for now, up to 1.
        late: 1 when it was not handed over in time, else 0.
        cancelled: 1 when the supplier cancelled it after we paid, else 0.
        defective: the share of its pieces with defects.
        vanished: 1 when the offer vanished before it was handed over, else 0.
    """

    weight: Decimal
    late: Decimal
    cancelled: Decimal
    defective: Decimal
    vanished: Decimal

    @property
    def faults(self) -> Decimal:
        """All its faults together."""
        return self.late + self.cancelled + self.defective + self.vanished

    @property
    def merit(self) -> Decimal:
        """What it does to the score, which it raises (above zero) or lowers."""
        return -self.weight * self.faults if self.faults else self.weight


def _trial(
    record: PurchaseRecord, now: datetime, handling: timedelta, half_life: timedelta
) -> Trial | None:
    late = record.late(handling)
    if late is None:
        return None
    age = Decimal((now - record.placed_at) // _MICROSECOND)
    halvings = age / Decimal(half_life // _MICROSECOND)
    # Six places make sums exact, whatever the order; beyond 20 halvings nothing is left.
    weight = (Decimal(2) ** -min(halvings, Decimal(60))).quantize(_WEIGHT, ROUND_HALF_EVEN)
    # Rounded up, as one defect in any number of pieces is still a fault.
    share = (Decimal(record.defective) / record.quantity).quantize(_WEIGHT, ROUND_UP)
    cancelled, vanished = Decimal(record.cancelled_after_pay), Decimal(record.vanished)
    return Trial(weight, Decimal(late), cancelled, share, vanished)


Judged = tuple[PurchaseRecord, Trial | None]
"""A purchase with what it has shown; None while it is open."""


def _order(judged: Judged) -> tuple[Any, ...]:
    """By purchase, by time, then what makes the score lower last; what is open leaves it."""
    record, trial = judged
    harm = _NONE if trial is None else -trial.merit
    return record.purchase_id, record.known_at, harm, record.told


def latest(
    supplier_id: SupplierId,
    records: Iterable[PurchaseRecord],
    *,
    now: datetime,
    handling: timedelta,
    half_life: timedelta,
) -> list[Judged]:
    """Each purchase once, by id, as known last, so that no order of the records matters.

    Of two records known at once the one that makes the score lower stands.

    Args:
        supplier_id: whose records they are.
        records: what is known of purchases.
        now: as of when.
        handling: the time to hand over where none was promised.
        half_life: after so long a purchase counts half.

    Raises:
        InvalidValue: a record of another supplier, or one known only after `now`.
    """
    for record in records:
        if record.supplier_id != supplier_id:
            raise refuse("scorecard", "records", record.supplier_id, f"is not {supplier_id}")
        if record.known_at > now:
            raise refuse("scorecard", "records", record.known_at.isoformat(), "is known after now")
    judged = ((record, _trial(record, now, handling, half_life)) for record in records)
    rising = sorted(judged, key=_order)
    return [list(group)[-1] for _, group in groupby(rising, key=lambda one: one[0].purchase_id)]
