"""A batch of orders over shared stock: served first come, first served, then made cheaper."""

from datetime import UTC, datetime

from crossborder.model.check import refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.stock import RealStock
from crossborder.stages.inventory.allocation.batch import Asked, Batch, Cell
from crossborder.stages.inventory.allocation.core import plan
from crossborder.stages.inventory.allocation.repair import improve
from crossborder.stages.inventory.allocation.single import explained, not_allocated
from crossborder.stages.inventory.allocation.table import Table
from crossborder.stages.inventory.allocation.terms import (
    Allocation,
    Demand,
    Goods,
    JointAllocation,
    Lane,
)

__all__ = ["allocate_all"]

_LAST = datetime.max.replace(tzinfo=UTC)


def _turn(demand: Demand) -> tuple[datetime, str]:
    return demand.placed_at or _LAST, demand.order_id


@decides("inventory.allocate_all", 1)
def allocate_all(
    demands: tuple[Demand, ...],
    stock: tuple[RealStock, ...],
    lanes: tuple[Lane, ...],
    goods: tuple[Goods, ...],
    *,
    now: datetime,
    rounds: int = 20,
    starts: int = 1,
) -> Decision[JointAllocation]:
    """Where every piece of many orders comes from, cheap for all of them together.

    Who is served is settled first come, first served (`placed_at`, then the id), each order whole
    or not at all, and nothing after that changes it. Then scarce stock is priced and orders change
    places, so that the sum of the costs (see `allocate`) falls. No piece is given twice.

    Args:
        demands: the orders; their order does not matter, two of one id are refused.
        stock: as for `allocate`.
        lanes: the terms of every warehouse to every destination, in one currency.
        goods: weight and customs value of every wanted SKU.
        now: when the parcels are sent.
        rounds: prices tried; time grows with it, the gap shrinks. With 0 orders stay as they came.
        starts: allocations repaired, of the cheapest found.

    Raises:
        CurrencyMismatch: two currencies among lanes, goods and demands.
        InvalidValue: as for `allocate`, two demands of one order, negative rounds, or no starts.
    """
    if rounds < 0:
        raise refuse("allocate_all", "rounds", rounds, "must not be negative")
    if starts < 1:
        raise refuse("allocate_all", "starts", starts, "must be at least 1")
    ordered = sorted(demands, key=_turn)
    ids = [demand.order_id for demand in ordered]
    if len(set(ids)) < len(ids):
        raise refuse("allocate_all", "demands", ids, "has an order twice")
    table = Table(ordered, stock, lanes, goods, now)
    batch = _batch(ordered, table)
    improve(batch, rounds, starts)
    made: list[tuple[Demand, Allocation]] = []
    for place, demand in enumerate(ordered):
        held = batch.held[place]
        if held is not None:
            dealt = zip(table.wanted[place], held, strict=True)
            made.append((demand, table.served(demand, dealt)))
        else:
            made.append((demand, table.refused(demand, table.wanted[place], batch.short[place])))
    made.sort(key=lambda one: one[0].order_id)
    reasons: list[Reason] = []
    events: list[Event] = []
    for demand, allocation in made:
        reachable = bool(table.reach(demand.destination))
        reasons += explained(demand, allocation, reachable=reachable)
        if not allocation.served:
            events.append(not_allocated(allocation, now, reachable=reachable))
    value = JointAllocation(
        tuple(allocation for _, allocation in made),
        table.money(sum(batch.cost)),
        table.money(batch.bound),
    )
    facts = Extra({"cost": str(value.cost), "bound": str(value.bound), "gap": value.gap})
    return Decision(value, (*reasons, Reason("bounded", "", facts)), tuple(events))


def _batch(ordered: list[Demand], table: Table) -> Batch:
    cells: list[Cell] = []
    known: dict[tuple[str, str], int] = {}
    orders: list[Asked] = []
    for demand, wanted in zip(ordered, table.wanted, strict=True):
        asked = []
        for sku, pieces in wanted.items():
            key = demand.destination, sku
            if key not in known:
                known[key] = len(cells)
                price = table.price(demand.destination, sku)
                cells.append((table.rows[sku], price, table.reach(demand.destination)))
            asked.append((known[key], pieces))
        orders.append((plan(table.fixed(demand)), asked, demand.split_allowed))
    return Batch(table.free, cells, orders)
