"""What a reorder proposal is made from, and the proposal."""

from datetime import datetime, timedelta
from decimal import Decimal
from math import inf

from attrs import field, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.ids import SkuId, WarehouseId
from crossborder.model.money import Money, Price, agree
from crossborder.model.supply import PriceTier
from crossborder.predict.quantiles import Distribution

__all__ = ["Arrival", "Forecast", "ReorderItem", "ReorderProposal"]

_WEEK = timedelta(days=7)
_NONE = timedelta(0)


def _float(value: object) -> object:
    return float(value) if type(value) is int else value


def _floats(values: object) -> object:
    return tuple(map(_float, values)) if isinstance(values, tuple | list) else values


@frozen(field_transformer=checked)
class Forecast:
    """Expected demand by period; the last period goes on for ever.

    Attributes:
        means: pieces per period, the first one beginning now.
        dispersion: variance over mean of demand; 1 is Poisson, more is burstier.
        period: days in one period.

    >>> Forecast((2.0, 4.0), period=7.0).by(10.5)
    4.0
    """

    means: tuple[float, ...] = field(converter=_floats)
    dispersion: float = field(default=1.0, converter=_float)
    period: float = field(default=1.0, converter=_float)

    def __attrs_post_init__(self) -> None:
        if not self.means:
            raise refuse(self, "means", self.means, "must not be empty")
        for mean in self.means:
            if not 0 <= mean < inf:
                raise refuse(self, "means", mean, "must be a number that is not negative")
        if not 1 <= self.dispersion < inf:
            raise refuse(self, "dispersion", self.dispersion, "must be at least 1")
        if not 0 < self.period < inf:
            raise refuse(self, "period", self.period, "must be above zero")

    @classmethod
    def of(cls, mean: Decimal, variance: Decimal, days: float) -> "Forecast":
        """From the mean and the variance of the pieces asked for in so many days together.

        >>> Forecast.of(Decimal(14), Decimal(21), 7)
        Forecast(means=(14.0,), dispersion=1.5, period=7.0)
        """
        dispersion = max(1.0, float(variance / mean)) if mean else 1.0
        return cls((float(mean),), dispersion, days)

    def by(self, days: float) -> float:
        """Expected pieces up to so many days from now."""
        periods = days / self.period
        if len(self.means) == 1:
            return self.means[0] * periods
        whole = min(int(periods), len(self.means) - 1)
        return sum(self.means[:whole]) + self.means[whole] * (periods - whole)


@frozen(field_transformer=checked)
class Arrival:
    """Pieces that are ordered and not there yet.

    Attributes:
        pieces: how many.
        due: when they are expected.
    """

    pieces: int
    due: datetime


@frozen(field_transformer=checked)
class ReorderItem:
    """One SKU in one warehouse, with all that a proposal needs.

    The wanted service is stated by `service`, or follows from the costs: a piece short against a
    piece kept for one review (`shortage_cost` and `holding` of the price).

    Attributes:
        sku_id: the SKU.
        warehouse_id: where it is kept.
        on_hand: sellable pieces there.
        forecast: demand there.
        lead: days from order to arrival.
        allocated: pieces of `on_hand` that are promised already.
        incoming: what is on its way.
        review: how long until the next chance to order.
        service: wanted probability of not running out before the next arrival, or None.
        moq: the supplier's smallest quantity.
        multiple: quantities must be multiples of this.
        unit_cost: for one piece, where there are no tiers.
        tiers: prices by quantity.
        order_cost: for one order, whatever its size.
        holding: cost of keeping goods for a year, as a share of their price.
        shortage_cost: what a piece short loses: margin, and goodwill if you like.
    """

    sku_id: SkuId
    warehouse_id: WarehouseId
    on_hand: int
    forecast: Forecast
    lead: Distribution
    allocated: int = 0
    incoming: tuple[Arrival, ...] = ()
    review: timedelta = _WEEK
    service: Decimal | None = None
    moq: int = 1
    multiple: int = 1
    unit_cost: Price | None = None
    tiers: tuple[PriceTier, ...] = ()
    order_cost: Price | None = None
    holding: Decimal = Decimal("0.25")
    shortage_cost: Price | None = None

    def __attrs_post_init__(self) -> None:
        for name in ("moq", "multiple"):
            if getattr(self, name) < 1:
                raise refuse(self, name, getattr(self, name), "must be at least 1")
        if self.review < _NONE:
            raise refuse(self, "review", str(self.review), "must not be negative")
        if self.lead.values[0] < 0:
            raise refuse(self, "lead", self.lead.values[0], "must not be negative")
        if self.service is not None and not 0 < self.service < 1:
            raise refuse(self, "service", self.service, "must be between 0 and 1")
        first = self.price_of(self.moq)
        if self.service is None and (self.shortage_cost is None or first is None):
            said = "must be stated, or the prices from which it follows"
            raise refuse(self, "service", None, said)
        known = [price for price in (first, self.shortage_cost, self.order_cost) if price]
        if known:
            tiers = {f"tiers.{i}": tier.unit_price for i, tier in enumerate(self.tiers)}
            agree(
                self,
                known[0].currency,
                unit_cost=self.unit_cost,
                order_cost=self.order_cost,
                shortage_cost=self.shortage_cost,
                **tiers,
            )

    def price_of(self, quantity: int) -> Price | None:
        """What one piece costs in an order of this size; below all tiers the first one's price."""
        tiers = sorted(self.tiers, key=lambda tier: tier.min_quantity)
        if not tiers:
            return self.unit_cost
        reached = [tier for tier in tiers if tier.min_quantity <= quantity]
        return (reached or tiers[:1])[-1].unit_price


@frozen(field_transformer=checked)
class ReorderProposal:
    """What to order, and what that changes.

    Probabilities and expected pieces have six decimal places.

    Attributes:
        sku_id: the SKU.
        warehouse_id: for which warehouse.
        quantity: pieces to order at `order_at`; 0 when nothing is needed now.
        need: the fewest pieces that keep the service, before lot, MOQ, multiple and cash.
        order_at: now, or the review at which something will be needed; None when that is far off.
        risk_before: probability of running out before this order can arrive: it mends nothing.
        risk_without: probability of running out before the next arrival when nothing is ordered.
        risk_with: the same with this order.
        saved: pieces that buyers are expected to get in time by this order.
        cost: of the pieces and the order, or None when no price is known.
        benefit: `saved` times what a piece short loses, or None when that is not known.
    """

    sku_id: SkuId
    warehouse_id: WarehouseId
    quantity: int
    need: int
    order_at: datetime | None
    risk_before: Decimal
    risk_without: Decimal
    risk_with: Decimal
    saved: Decimal
    cost: Money | None = None
    benefit: Money | None = None
