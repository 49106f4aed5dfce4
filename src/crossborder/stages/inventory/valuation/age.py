"""How old stock is, and how much money lies in it."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta

from attrs import frozen

from crossborder.model.check import aware, checked, refuse
from crossborder.model.money import Money, total
from crossborder.stages.inventory.valuation.layers import Layer

__all__ = ["Ageing", "AgeingBucket", "ageing", "capital_tied", "days_on_hand"]

BOUNDS = (30, 60, 90, 180, 270, 365)


def days_on_hand(layer: Layer, now: datetime) -> int:
    """Whole days since the pieces came in; those of a later receipt are 0 days old.

    Raises:
        NaiveTime: `now` has no zone.
    """
    aware(now, "now", "days_on_hand")
    return max(timedelta(0), now - layer.receipt.at).days


def capital_tied(layers: Iterable[Layer], currency: str) -> Money:
    """The money that lies in the pieces that are there (占用资金)."""
    return total((layer.value for layer in layers), currency)


@frozen(field_transformer=checked)
class AgeingBucket:
    """Pieces of about one age.

    Attributes:
        from_day: days on hand, at least.
        before_day: fewer days than this; None for the oldest.
        pieces: how many.
        value: what they cost.
    """

    from_day: int
    before_day: int | None
    pieces: int
    value: Money


@frozen(field_transformer=checked)
class Ageing:
    """The stock by age, youngest first; every piece is in exactly one bucket.

    Attributes:
        now: as seen when.
        buckets: without gaps; empty ones too.
    """

    now: datetime
    buckets: tuple[AgeingBucket, ...]

    def _repr_html_(self) -> str:
        from crossborder.display import html_table

        rows = (
            (b.from_day, "" if b.before_day is None else b.before_day, b.pieces, b.value)
            for b in self.buckets
        )
        heads = ("from day", "before day", "pieces", "value")
        return html_table(heads, rows, caption=self.now.isoformat())


def ageing(
    layers: Iterable[Layer], *, now: datetime, currency: str, bounds: tuple[int, ...] = BOUNDS
) -> Ageing:
    """The pieces of the layers by days on hand.

    Args:
        layers: of any SKUs and warehouses.
        now: the moment of looking.
        currency: of the layers' values.
        bounds: the days at which a new bucket begins, rising from 1 at least.

    Raises:
        InvalidValue: the bounds do not rise.
        NaiveTime: `now` has no zone.
        CurrencyMismatch: a layer in another currency.
    """
    aware(now, "now", "ageing")
    starts = (0, *bounds)
    if list(starts) != sorted(set(starts)):
        raise refuse("ageing", "bounds", bounds, "must rise from at least 1")
    pieces = [0] * len(starts)
    values = [Money.zero(currency)] * len(starts)
    for layer in layers:
        place = bisect_right(starts, days_on_hand(layer, now)) - 1
        pieces[place] += layer.quantity
        values[place] += layer.value
    rows = zip(starts, (*bounds, None), pieces, values, strict=True)
    return Ageing(now, tuple(AgeingBucket(*row) for row in rows))
