"""What to do with aged stock: keep, mark down, ship back, liquidate or dispose of it."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.model.ids import SkuId
from crossborder.model.money import Money, Price
from crossborder.stages.inventory.valuation.carrying import FREE, StorageFees, carried, oldest_first
from crossborder.stages.inventory.valuation.layers import Layer

__all__ = [
    "Alternative",
    "Disposal",
    "Exits",
    "Liquidation",
    "SalePlan",
    "ShipBack",
    "Way",
    "disposal",
]


class Way(StrEnum):
    """What can be done with aged stock."""

    KEEP = "keep"
    MARKDOWN = "markdown"
    SHIP_BACK = "ship_back"
    LIQUIDATE = "liquidate"
    DISPOSE = "dispose"


@frozen(field_transformer=checked)
class SalePlan:
    """Selling on, at one price.

    Attributes:
        name: for people, such as `-20 %`.
        unit_net: what one sold piece brings after fees and delivery; may be below zero.
        per_day: pieces that are expected to sell in a day at that price.
    """

    name: str
    unit_net: Money
    per_day: Decimal

    def sold(self, days: int) -> int:
        """Whole pieces sold after so many days, where there are enough."""
        return int(self.per_day * days)


@frozen(field_transformer=checked)
class ShipBack:
    """Sending pieces back (退运).

    Attributes:
        worth: what one piece is worth where it goes.
        freight: for one piece, removal and duties included.
    """

    worth: Money
    freight: Price

    @property
    def unit_net(self) -> Money:
        """What one piece brings."""
        return self.worth - self.freight


def _share(instance: object, attribute: Any, value: Decimal) -> None:
    if value > 1:
        raise refuse(instance, attribute.name, value, "must not be above 1")


@frozen(field_transformer=checked)
class Liquidation:
    """Selling pieces off to a liquidator (清货).

    Attributes:
        price: what one piece sells for otherwise.
        recovery: the share of it that comes back.
        fee: for one piece.
    """

    price: Price
    recovery: Decimal = field(validator=_share)
    fee: Price = field()

    @property
    def unit_net(self) -> Money:
        """What one piece brings."""
        return self.price * self.recovery - self.fee


@frozen(field_transformer=checked)
class Exits:
    """The ways in which pieces can leave at once; at least one.

    Attributes:
        ship_back: sending them back, or None.
        liquidate: selling them off, or None.
        dispose_fee: for having one piece destroyed (销毁), or None.
    """

    ship_back: ShipBack | None = None
    liquidate: Liquidation | None = None
    dispose_fee: Price | None = None

    def __attrs_post_init__(self) -> None:
        if not self.unit_nets:
            raise refuse(self, "dispose_fee", None, "or another way out must be given")

    @property
    def unit_nets(self) -> dict[Way, Money]:
        """What one piece brings on each way there is."""
        nets: dict[Way, Money] = {}
        if self.ship_back is not None:
            nets[Way.SHIP_BACK] = self.ship_back.unit_net
        if self.liquidate is not None:
            nets[Way.LIQUIDATE] = self.liquidate.unit_net
        if self.dispose_fee is not None:
            nets[Way.DISPOSE] = -self.dispose_fee
        return nets


@frozen(field_transformer=checked)
class Alternative:
    """One thing that can be done, and what it comes to.

    Attributes:
        way: what is done.
        sold: pieces sold within the horizon.
        left: pieces that go by the best way out, at once or at the end of the horizon.
        days: until nothing is left.
        revenue: from what is sold.
        carrying: storage, surcharges and capital until then.
        exit: what the pieces that are left bring.
        plan: the name of the sale plan; empty for the ways out.
    """

    way: Way
    sold: int
    left: int
    days: int
    revenue: Money
    carrying: Money
    exit: Money
    plan: str = ""

    @property
    def net(self) -> Money:
        """Revenue and exit, less carrying: what was paid for the goods is gone in any case."""
        return self.revenue + self.exit - self.carrying


@frozen(field_transformer=checked)
class Disposal:
    """What is best done with one SKU's aged stock.

    Attributes:
        sku_id: the SKU.
        best: with the highest net; of equal ones the first.
        alternatives: all that were compared: keep, each markdown, each way out.
    """

    sku_id: SkuId
    best: Alternative
    alternatives: tuple[Alternative, ...]

    def _repr_html_(self) -> str:
        from crossborder.display import html_table

        heads = ("way", "plan", "sold", "left", "days", "net")
        rows = ((a.way, a.plan, a.sold, a.left, a.days, a.net) for a in self.alternatives)
        return html_table(heads, rows, caption=f"{self.sku_id}: {self.best.way}")


def _one_sku(layers: tuple[Layer, ...]) -> tuple[list[Layer], SkuId, str]:
    there = oldest_first(layers)
    skus = sorted({layer.receipt.sku_id for layer in there})
    if len(skus) != 1:
        raise refuse("disposal", "layers", tuple(skus), "must hold pieces of exactly one SKU")
    return there, skus[0], there[0].unit_cost.currency


def _days(plan: SalePlan, pieces: int, horizon: int) -> list[int]:
    """Pieces that are there on each day, until nothing is left or the horizon is reached."""
    left: list[int] = []
    for day in range(horizon):
        there = pieces - plan.sold(day)
        if there <= 0:
            break
        left.append(there)
    return left


@decides("inventory.disposal", 1)
def disposal(
    layers: tuple[Layer, ...],
    exits: Exits,
    *,
    keep: SalePlan,
    markdowns: tuple[SalePlan, ...] = (),
    now: datetime,
    horizon: int,
    fees: StorageFees = FREE,
    capital_rate: Decimal = Decimal(0),
) -> Decision[Disposal]:
    """What to do with one SKU's aged stock, by what each way brings from `now` on.

    Keeping and each markdown sell so many pieces a day, the oldest first; every piece costs
    storage, surcharges and capital until it is gone; what is left at the horizon goes by the best
    way out. The ways out are compared for all pieces at once. What was paid for the goods counts
    in none of them. Of equal nets the first in this order wins: keep, the markdowns as given,
    ship back, liquidate, dispose.

    Args:
        layers: the SKU's cost layers.
        exits: the ways in which pieces can leave at once.
        keep: selling on as now.
        markdowns: selling at lower prices.
        now: the moment of deciding.
        horizon: days to look ahead.
        fees: the warehouse's fees for one piece.
        capital_rate: the price of money for a year of 365 days, as a fraction.

    Raises:
        InvalidValue: no pieces or several SKUs, a negative horizon or rate.
        CurrencyMismatch: a figure is not in the layers' currency.
    """
    if horizon < 0 or capital_rate < 0:
        raise refuse("disposal", "horizon", (horizon, capital_rate), "must not be negative")
    there, sku_id, currency = _one_sku(layers)
    pieces = sum(layer.quantity for layer in there)
    none, outs = Money.zero(currency), exits.unit_nets
    best_out = max(outs.values())
    found = []
    for place, plan in enumerate((keep, *markdowns)):
        stay = _days(plan, pieces, horizon)
        cost = carried(
            there, stay, now=now, fees=fees, capital_rate=capital_rate, currency=currency
        )
        sold = min(pieces, plan.sold(len(stay)))
        way, left = (Way.MARKDOWN if place else Way.KEEP), pieces - sold
        figures = plan.unit_net * sold, cost.total, best_out * left
        found.append(Alternative(way, sold, left, len(stay), *figures, plan.name))
    for way, unit in outs.items():
        found.append(Alternative(way, 0, pieces, 0, none, none, unit * pieces))
    value = Disposal(sku_id, max(found, key=lambda item: item.net), tuple(found))
    return Decision(value, tuple(_reason(item) for item in found))


def _reason(item: Alternative) -> Reason:
    facts = {
        "net": str(item.net),
        "sold": item.sold,
        "left": item.left,
        "days": item.days,
        "revenue": str(item.revenue),
        "carrying": str(item.carrying),
        "exit": str(item.exit),
    }
    return Reason(item.way.value, item.plan, Extra(facts))
