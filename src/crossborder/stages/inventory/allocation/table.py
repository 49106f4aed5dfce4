"""From values to whole numbers and back: one scale for every amount, positions for warehouses."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from crossborder.model.check import refuse
from crossborder.model.currency import exponent
from crossborder.model.ids import SkuId
from crossborder.model.money import Money, agree
from crossborder.model.stock import RealStock
from crossborder.stages.inventory.allocation.terms import (
    Allocation,
    Costs,
    Demand,
    DutyTreatment,
    Goods,
    Lane,
    Parcel,
    Short,
    Take,
)

__all__ = ["Table"]

_DAY = timedelta(days=1)


def _places(*amounts: Decimal | None) -> int:
    """Decimal places that hold all of the amounts exactly."""
    return max(
        -int(amount.as_tuple().exponent) if amount else 0 for amount in (Decimal(1), *amounts)
    )


class Table:
    """The terms of a decision as whole numbers.

    Every amount is a whole number of one unit, so small that freight by the gram and duty by the
    rate are exact; nothing is rounded on the way.

    Attributes:
        currency: of every amount.
        houses: the warehouses' ids, sorted; a house is a position here.
        wanted: pieces by SKU of each order, in the order of the SKU ids.
    """

    def __init__(
        self,
        demands: Sequence[Demand],
        stock: Iterable[RealStock],
        lanes: Sequence[Lane],
        goods: Iterable[Goods],
        now: datetime,
    ) -> None:
        if not lanes:
            raise refuse("allocate", "lanes", lanes, "must hold at least one lane")
        self.currency = lanes[0].base.currency
        self._now = now
        self._goods = {item.sku_id: item for item in goods}
        self.houses = sorted({lane.warehouse.id for lane in lanes})
        self._house = {house: place for place, house in enumerate(self.houses)}
        self._check(demands, lanes)
        self._lanes: dict[str, list[Lane | None]] = {}
        for lane in lanes:
            row = self._lanes.setdefault(lane.destination, [None] * len(self.houses))
            place = self._house[lane.warehouse.id]
            if row[place] not in (None, lane):
                key = f"{lane.warehouse.id} to {lane.destination}"
                raise refuse("allocate", "lanes", key, "is stated twice with different terms")
            row[place] = lane
        self.wanted = [self._wanted(demand) for demand in demands]
        self._scale(demands, lanes)
        self.skus = sorted({sku for wanted in self.wanted for sku in wanted})
        self.rows = {sku: row for row, sku in enumerate(self.skus)}
        self.free = [[0] * len(self.houses) for _ in self.skus]
        seen = set[tuple[str, str, str]]()
        for item in stock:
            self._check_row(item, seen)
            house, row_of = self._house.get(item.warehouse_id), self.rows.get(item.sku_id)
            if item.condition == "sellable" and house is not None and row_of is not None:
                self.free[row_of][house] += item.free
        self._pieces: dict[tuple[str, str, SkuId], tuple[int, int]] = {}
        self._prices: dict[tuple[str, SkuId], tuple[int, ...]] = {}
        self._parcels: dict[tuple[object, ...], tuple[int | None, ...]] = {}

    @staticmethod
    def _check_row(item: RealStock, seen: set[tuple[str, str, str]]) -> None:
        """Refuse a second row of the same goods: which one holds is not known, and the sum no."""
        key = item.sku_id, item.warehouse_id, item.condition
        if key in seen:
            said = "has two rows of one SKU, warehouse and condition"
            raise refuse("allocate", "stock", key, said)
        seen.add(key)

    def _check(self, demands: Sequence[Demand], lanes: Sequence[Lane]) -> None:
        for lane in lanes:
            agree("lane", self.currency, base=lane.base)
        for item in self._goods.values():
            agree("goods", self.currency, value=item.value)
        for demand in demands:
            agree(demand, self.currency, late_per_day=demand.late_per_day)
            for line in demand.lines:
                if line.sku_id not in self._goods:
                    raise refuse("allocate", "goods", line.sku_id, "is wanted, but not described")

    def _wanted(self, demand: Demand) -> Mapping[SkuId, int]:
        wanted: dict[SkuId, int] = {}
        for line in demand.lines:
            wanted[line.sku_id] = wanted.get(line.sku_id, 0) + line.quantity
        return dict(sorted(wanted.items()))

    def _scale(self, demands: Sequence[Demand], lanes: Sequence[Lane]) -> None:
        fixed = [lane.base.amount for lane in lanes]
        fixed += [lane.handling.amount for lane in lanes if lane.handling is not None]
        fixed += [one.late_per_day.amount for one in demands if one.late_per_day is not None]
        weighed = _places(*(lane.per_kg.amount for lane in lanes)) + 3
        values = _places(*(item.value.amount for item in self._goods.values()))
        dutied = values + _places(*(lane.duty_rate for lane in lanes))
        self._digits = max(_places(*fixed), weighed, dutied, exponent(self.currency))

    def _units(self, *factors: Decimal) -> int:
        """The product of the factors in units, exactly."""
        above, below = int(10**self._digits), 1
        for factor in factors:
            over, under = factor.as_integer_ratio()
            above, below = above * over, below * under
        return above // below

    def money(self, units: int) -> Money:
        """The amount of so many units, without needless zeros."""
        places = self._digits
        while places > exponent(self.currency) and units % 10 == 0:
            units, places = units // 10, places - 1
        return Money.from_minor(units, self.currency, places=places)

    def lanes(self, destination: str) -> list[Lane | None]:
        """The lane of each house to the destination, or None."""
        return self._lanes.get(destination) or [None] * len(self.houses)

    def reach(self, destination: str) -> tuple[int, ...]:
        """The houses that can send there."""
        return tuple(place for place, lane in enumerate(self.lanes(destination)) if lane)

    def _late(self, demand: Demand, lane: Lane) -> int:
        """The units that one parcel's lateness costs."""
        if demand.deliver_by is None or demand.late_per_day is None:
            return 0
        days = -((demand.deliver_by - self._now - lane.latest) // _DAY)
        return max(0, days) * self._units(demand.late_per_day.amount)

    def _handling(self, lane: Lane) -> int:
        return self._units(lane.handling.amount) if lane.handling is not None else 0

    def fixed(self, demand: Demand) -> tuple[int | None, ...]:
        """What a parcel of the order costs from each house, before its pieces; None: no lane."""
        late = demand.late_per_day
        key = demand.destination, demand.deliver_by, late.amount if late is not None else None
        found = self._parcels.get(key)
        if found is None:
            found = self._parcels[key] = tuple(
                None
                if lane is None
                else self._units(lane.base.amount) + self._handling(lane) + self._late(demand, lane)
                for lane in self.lanes(demand.destination)
            )
        return found

    def _piece(self, lane: Lane, sku: SkuId) -> tuple[int, int]:
        """Freight and duty of one piece."""
        key = lane.destination, lane.warehouse.id, sku
        found = self._pieces.get(key)
        if found is None:
            found = self._pieces[key] = self._worked_out(lane, sku)
        return found

    def _worked_out(self, lane: Lane, sku: SkuId) -> tuple[int, int]:
        goods = self._goods[sku]
        freight = self._units(lane.per_kg.amount, goods.weight.in_kg)
        if lane.treatment is not DutyTreatment.SELLER:
            return freight, 0
        return freight, self._units(goods.value.amount, lane.duty_rate)

    def price(self, destination: str, sku: SkuId) -> tuple[int, ...]:
        """What one piece costs from each house; 0 where there is no lane."""
        found = self._prices.get((destination, sku))
        if found is None:
            found = self._prices[destination, sku] = tuple(
                0 if lane is None else sum(self._piece(lane, sku))
                for lane in self.lanes(destination)
            )
        return found

    def served(
        self,
        demand: Demand,
        dealt: Iterable[tuple[SkuId, Sequence[tuple[int, int]]]],
        bound: int | None = None,
    ) -> Allocation:
        """The allocation of an order from what each SKU takes of each house."""
        lines = sorted(demand.lines, key=lambda line: (line.line_id, line.sku_id))
        boxes: dict[int, list[Take]] = {}
        for sku, takes in dealt:
            rest = [(line.line_id, line.quantity) for line in lines if line.sku_id == sku][::-1]
            for house, there in takes:
                pieces = there
                while pieces:
                    line_id, left = rest.pop()
                    taken = min(left, pieces)
                    boxes.setdefault(house, []).append(Take(line_id, sku, taken))
                    pieces -= taken
                    if left > taken:
                        rest.append((line_id, left - taken))
        parcels, cost = [], 0
        lanes = self.lanes(demand.destination)
        for house, box in sorted(boxes.items()):
            lane = lanes[house]
            assert lane is not None  # only houses in reach are opened
            parcel, units = self._parcel(demand, lane, box)
            parcels.append(parcel)
            cost += units
        proven = None if bound is None else self.money(bound)
        return Allocation(demand.order_id, tuple(parcels), (), self.money(cost), proven)

    def _parcel(self, demand: Demand, lane: Lane, box: list[Take]) -> tuple[Parcel, int]:
        freight, duty = self._units(lane.base.amount), 0
        for take in box:
            by_weight, by_value = self._piece(lane, take.sku_id)
            freight += by_weight * take.quantity
            duty += by_value * take.quantity
        parts = freight, self._handling(lane), duty, self._late(demand, lane)
        parcel = Parcel(
            warehouse_id=lane.warehouse.id,
            kind=lane.warehouse.kind,
            takes=tuple(sorted(box, key=lambda take: (take.line_id, take.sku_id))),
            promise=lane.promise(self._now),
            duty=lane.treatment,
            returns=lane.return_rule,
            costs=Costs(*(self.money(part) for part in parts)),
        )
        return parcel, sum(parts)

    def refused(
        self, demand: Demand, wanted: Mapping[SkuId, int], free: Sequence[Sequence[int]]
    ) -> Allocation:
        """The refusal of an order, with what is missing of each line; `free` is by wanted SKU.

        Nothing is said to be missing where no lane leads. Where there is enough, but not in one warehouse, it is what the one that lacks least lacks.
        """
        nothing = Money.zero(self.currency)
        reach = self.reach(demand.destination)
        if not reach:
            return Allocation(demand.order_id, (), (), nothing)
        lacks = self._lacks(wanted, free, reach)
        elsewhere = not lacks
        if elsewhere:
            each = [self._lacks(wanted, free, (house,)) for house in reach]
            lacks = min(each, key=lambda one: sum(one.values()))
        short = []
        lines = sorted(demand.lines, key=lambda line: (line.line_id, line.sku_id), reverse=True)
        for line in lines:
            missing = min(line.quantity, lacks.get(line.sku_id, 0))
            if missing:
                lacks[line.sku_id] -= missing
                short.append(Short(line.line_id, line.sku_id, missing, elsewhere))
        return Allocation(demand.order_id, (), tuple(reversed(short)), nothing)

    @staticmethod
    def _lacks(
        wanted: Mapping[SkuId, int], free: Sequence[Sequence[int]], reach: Sequence[int]
    ) -> dict[SkuId, int]:
        lacks = {}
        for (sku, pieces), row in zip(wanted.items(), free, strict=True):
            there = sum(row[house] for house in reach)
            if there < pieces:
                lacks[sku] = pieces - there
        return lacks
