"""One order: which pieces leave which warehouse, at the least total cost."""

from datetime import datetime

from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.stock import RealStock
from crossborder.stages.inventory.allocation.bound import settle
from crossborder.stages.inventory.allocation.core import deal, need, plan
from crossborder.stages.inventory.allocation.table import Table
from crossborder.stages.inventory.allocation.terms import Allocation, Demand, Goods, Lane

__all__ = ["allocate", "explained", "not_allocated"]


def explained(demand: Demand, made: Allocation, *, reachable: bool) -> tuple[Reason, ...]:
    """The reasons for one order's allocation."""
    reasons = []
    if not reachable:
        facts = Extra({"order": demand.order_id, "destination": demand.destination})
        reasons.append(Reason("no_lane", "no warehouse sends there", facts))
    for item in made.short:
        facts = Extra(
            {
                "order": demand.order_id,
                "line": item.line_id,
                "sku": item.sku_id,
                "missing": item.missing,
            }
        )
        code = "not_in_one_warehouse" if item.elsewhere else "short"
        reasons.append(Reason(code, f"{item.missing} of {item.sku_id} are missing", facts))
    for parcel in made.parcels:
        facts = Extra(
            {
                "order": demand.order_id,
                "warehouse": parcel.warehouse_id,
                "pieces": sum(take.quantity for take in parcel.takes),
                "freight": str(parcel.costs.freight),
                "handling": str(parcel.costs.handling),
                "duty": str(parcel.costs.duty),
                "lateness": str(parcel.costs.lateness),
            }
        )
        reasons.append(Reason("parcel", f"a parcel from {parcel.warehouse_id}", facts))
    return tuple(reasons)


def not_allocated(made: Allocation, now: datetime, *, reachable: bool) -> Event:
    """The fact that an order was refused, with what it lacked, and whether a lane leads there."""
    short = tuple(
        Extra({"line": item.line_id, "sku": item.sku_id, "missing": item.missing})
        for item in made.short
    )
    facts = Extra({"short": short, "reachable": reachable})
    return Event("inventory.not_allocated", made.order_id, now, facts)


@decides("inventory.allocate", 1)
def allocate(
    demand: Demand,
    stock: tuple[RealStock, ...],
    lanes: tuple[Lane, ...],
    goods: tuple[Goods, ...],
    *,
    now: datetime,
) -> Decision[Allocation]:
    """Where every piece of an order comes from, at the least cost; all of them or none.

    The cost is the sum over parcels, one a warehouse: freight (base and weight), handling, duty
    that we pay, and each begun day past the promise. Up to ten warehouses in question every set
    of them is looked at and the result is exact; beyond that it is the best found, with a proven
    bound in `Allocation.bound` and `gap`. Among equal costs the fewest parcels win, then the
    cheaper parcels, then the warehouse ids; the order of the arguments never matters.

    Args:
        demand: what is wanted. A line that cannot be covered refuses the whole order.
        stock: only sellable pieces that nobody has a claim on are taken; one row for each SKU,
            warehouse and condition.
        lanes: the terms of every warehouse to the destination, in one currency.
        goods: weight and customs value of every wanted SKU.
        now: when the parcels are sent.

    Raises:
        CurrencyMismatch: two currencies among lanes, goods and demand.
        InvalidValue: no lanes, two different lanes of one warehouse and destination, two rows of
            the same stock, or a wanted SKU that `goods` lacks.
    """
    table = Table((demand,), stock, lanes, goods, now)
    reach = table.reach(demand.destination)
    needs = [
        need(table.free[table.rows[sku]], table.price(demand.destination, sku), pieces, reach)
        for sku, pieces in table.wanted[0].items()
    ]
    found = settle(needs, plan(table.fixed(demand)), split=demand.split_allowed)
    if found is None:
        refused = table.refused(demand, table.wanted[0], [one[0] for one in needs])
        reasons = explained(demand, refused, reachable=bool(reach))
        return Decision(refused, reasons, (not_allocated(refused, now, reachable=bool(reach)),))
    cost, mask, bound = found
    made = table.served(demand, zip(table.wanted[0], deal(needs, mask), strict=True), bound)
    code = "exact" if cost == bound else "bounded"
    facts = Extra({"cost": str(made.cost), "bound": str(made.bound), "gap": made.gap})
    return Decision(made, (*explained(demand, made, reachable=True), Reason(code, "", facts)))
