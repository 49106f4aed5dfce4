"""What keeping stock costs: storage, its surcharges for old stock, and the capital."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from attrs import frozen

from crossborder.model.check import checked, refuse
from crossborder.model.money import Money, Price, total
from crossborder.stages.inventory.valuation.age import days_on_hand
from crossborder.stages.inventory.valuation.layers import Layer

__all__ = [
    "FREE",
    "CarryingCost",
    "StorageFees",
    "StorageTier",
    "carried",
    "carrying_cost",
    "oldest_first",
]

_YEAR = 365


@frozen(field_transformer=checked)
class StorageTier:
    """From this age on, this fee.

    Attributes:
        from_day: days on hand.
        per_piece_day: for one piece and one day.
    """

    from_day: int
    per_piece_day: Price


def _rising(source: object, name: str, tiers: tuple[StorageTier, ...]) -> None:
    days = [tier.from_day for tier in tiers]
    if days != sorted(set(days)):
        raise refuse(source, name, tuple(days), "must rise, one tier for each age")


@frozen(field_transformer=checked)
class StorageFees:
    """A warehouse's fees for one piece of a SKU, by its age: data, with its source and its date.

    Attributes:
        tiers: the storage fee; each holds until the next begins.
        surcharges: for aged stock, on top of it.
        source: whose table it is, such as an address.
        effective: from when it holds, or None.
    """

    tiers: tuple[StorageTier, ...] = ()
    surcharges: tuple[StorageTier, ...] = ()
    source: str = ""
    effective: date | None = None

    def __attrs_post_init__(self) -> None:
        _rising(self, "tiers", self.tiers)
        _rising(self, "surcharges", self.surcharges)


FREE = StorageFees()
"""A warehouse that costs nothing, such as one's own."""


@frozen(field_transformer=checked)
class CarryingCost:
    """What keeping pieces costs.

    Attributes:
        piece_days: pieces times days.
        storage: the storage fees, exactly.
        surcharge: the surcharges for old stock, exactly.
        capital: the cost of the money that lies in them, to six places for each layer.
    """

    piece_days: int
    storage: Money
    surcharge: Money
    capital: Money

    @property
    def total(self) -> Money:
        """All of it."""
        return self.storage + self.surcharge + self.capital


def oldest_first(layers: Iterable[Layer]) -> list[Layer]:
    """The layers with pieces in them, in the order in which their pieces leave."""
    return sorted(
        (layer for layer in layers if layer.quantity),
        key=lambda layer: (layer.receipt.at, layer.receipt.id, layer.warehouse_id),
    )


def _fees(tiers: tuple[StorageTier, ...], ages: Counter[int], currency: str) -> Money:
    starts = [tier.from_day for tier in tiers]
    days: Counter[int] = Counter()
    for age, pieces in ages.items():
        days[bisect_right(starts, age)] += pieces
    owed = (tier.per_piece_day * days[place] for place, tier in enumerate(tiers, 1))
    return total(owed, currency)


def carried(
    layers: Sequence[Layer],
    left: Iterable[int],
    *,
    now: datetime,
    fees: StorageFees = FREE,
    capital_rate: Decimal = Decimal(0),
    currency: str,
) -> CarryingCost:
    """What keeping costs while pieces leave: `left` is how many are there on each day from `now`.

    `layers` stand in the order in which their pieces leave.
    """
    days_old = [days_on_hand(layer, now) for layer in layers]
    spent = [0] * len(layers)
    ages: Counter[int] = Counter()
    for day, there in enumerate(left):
        rest = there
        for place in range(len(layers) - 1, -1, -1):
            pieces = min(rest, layers[place].quantity)
            if not pieces:
                break
            spent[place] += pieces
            ages[days_old[place] + day] += pieces
            rest -= pieces
    capital = (
        (layer.value * capital_rate * days).per(layer.quantity * _YEAR)
        for layer, days in zip(layers, spent, strict=True)
    )
    return CarryingCost(
        sum(spent),
        _fees(fees.tiers, ages, currency),
        _fees(fees.surcharges, ages, currency),
        total(capital, currency),
    )


def carrying_cost(
    layers: Iterable[Layer],
    *,
    now: datetime,
    days: int,
    fees: StorageFees = FREE,
    capital_rate: Decimal = Decimal(0),
    currency: str,
) -> CarryingCost:
    """What keeping all the pieces for so many more days costs.

    Args:
        layers: of one SKU, as the fees are for one.
        now: when it begins: ages are counted up to here, and then day by day.
        days: how many.
        fees: the warehouse's.
        capital_rate: the price of money for a year of 365 days, as a fraction.
        currency: of the layers and the fees.

    Raises:
        InvalidValue: a negative number of days or rate.
        CurrencyMismatch: a layer or a fee in another currency.
    """
    if days < 0 or capital_rate < 0:
        raise refuse("carrying_cost", "days", (days, capital_rate), "must not be negative")
    there = oldest_first(layers)
    left = [sum(layer.quantity for layer in there)] * days
    return carried(there, left, now=now, fees=fees, capital_rate=capital_rate, currency=currency)
