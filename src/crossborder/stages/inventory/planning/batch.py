"""A million proposals: rows in, columns out, chunk by chunk, on any executor.

Rows are plain tuples, so that columns of any kind (lists, arrays, a data frame's) come in through
`zip(...)`. Results are compact columns (`array`), a chunk at a time and in the order of the rows,
so that memory stays flat however many rows there are.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

from crossborder.errors import InvalidValue
from crossborder.predict.batches import AHEAD, in_batches
from crossborder.stages.inventory.planning.window import (
    Atoms,
    atoms,
    kept,
    laws,
    needed,
    whole_order,
    windows,
)

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = ["PlanRow", "Plans", "plan_all", "plan_chunk"]


class PlanRow(NamedTuple):
    """One SKU in one warehouse; a plain tuple of the same fields does as well.

    Attributes:
        sku: its id.
        warehouse: where it is kept.
        on_hand: sellable pieces there.
        allocated: pieces of them that are promised already.
        incoming: days from now and pieces; what is overdue (days below nought) is counted on no
            sooner than an order placed now.
        rate: expected demand per day.
        dispersion: variance over mean of demand; 1 is Poisson.
        lead: days from order to arrival, with weights.
        review: days between two chances to order.
        service: wanted probability of not running out before the next arrival.
        lot: the economic lot, or 0.
        moq: the supplier's smallest quantity.
        multiple: quantities must be multiples of this.
    """

    sku: str
    warehouse: str
    on_hand: int
    allocated: int
    incoming: tuple[tuple[float, int], ...]
    rate: float
    dispersion: float
    lead: tuple[tuple[float, float], ...]
    review: float
    service: float
    lot: int = 0
    moq: int = 1
    multiple: int = 1


class Plans(NamedTuple):
    """The answers for a run of rows, as columns; 32 bytes a row.

    Attributes:
        start: the place of the first row among all rows.
        quantity: pieces to order now.
        need: the fewest pieces that keep the service.
        risk_without: probability of running out before the next arrival, nothing ordered.
        risk_with: the same with the quantity ordered.
    """

    start: int
    quantity: "array[int]"
    need: "array[int]"
    risk_without: "array[float]"
    risk_with: "array[float]"


def _wrong(row: Sequence[Any], place: int) -> InvalidValue:
    """Which field of the row is wrong."""
    if len(row) < 10 or len(row) > 13:
        source = f"row {place}"
        said = "must have 10 to 13 fields"
        return InvalidValue(said, field="row", value=len(row), source=source)
    full = PlanRow(*row)
    source = f"row {place} ({full.sku}, {full.warehouse})"
    for name, least in (("on_hand", 0), ("allocated", 0), ("lot", 0), ("moq", 1), ("multiple", 1)):
        value = getattr(full, name)
        if type(value) is not int or value < least:
            said = f"must be a whole number of at least {least}"
            return InvalidValue(said, field=name, value=value, source=source)
    for name, lowest in (("rate", 0.0), ("dispersion", 1.0), ("review", 0.0)):
        value = getattr(full, name)
        if not isinstance(value, int | float) or not lowest <= value < inf:
            said = f"must be a number of at least {lowest:g}"
            return InvalidValue(said, field=name, value=value, source=source)
    if not isinstance(full.service, float) or not 0 < full.service < 1:
        said = "must be a number between 0 and 1"
        return InvalidValue(said, field="service", value=full.service, source=source)
    if not _pairs(full.lead) or not full.lead or min(full.lead)[0] < 0:
        said = "must be pairs of days (not negative) and weights (above nought)"
        return InvalidValue(said, field="lead", value=full.lead, source=source)
    said = "must be pairs of days and pieces"
    return InvalidValue(said, field="incoming", value=full.incoming, source=source)


def _pairs(items: object) -> bool:
    """Whether these are pairs of finite numbers, the second above nought."""
    if type(items) is not tuple:
        return False
    return all(
        type(item) is tuple
        and len(item) == 2
        and all(isinstance(part, int | float) and -inf < part < inf for part in item)
        and item[1] > 0
        for item in items
    )


def _lead(pairs: Sequence[tuple[float, float]]) -> Atoms:
    if not _pairs(pairs) or not pairs or min(pairs)[0] < 0:
        raise ValueError
    rising = sorted(pairs)
    return atoms([days for days, _ in rising], [weight for _, weight in rising])


def _plan(given: Sequence[Any], leads: dict[Any, Atoms]) -> tuple[int, int, float, float]:
    row = PlanRow(*given)
    on_hand, allocated, lot, moq, multiple = (
        *(row.on_hand, row.allocated),
        *(row.lot, row.moq, row.multiple),
    )
    if not (
        type(on_hand) is type(allocated) is type(lot) is type(moq) is type(multiple) is int
        and on_hand >= 0
        and allocated >= 0
        and lot >= 0
        and moq >= 1
        and multiple >= 1
        and 0 <= row.rate < inf
        and 1 <= row.dispersion < inf
        and 0 <= row.review < inf
        and 0 < row.service < 1
    ):
        raise ValueError
    lead = leads.get(row.lead)
    if lead is None:
        lead = leads[row.lead] = _lead(row.lead)
    incoming: Sequence[tuple[float, int]] = row.incoming
    supply = on_hand - allocated
    if incoming:
        if not _pairs(incoming):
            raise ValueError
        supply += sum(pieces for day, pieces in incoming if day < 0)
        incoming = sorted(arrival for arrival in incoming if arrival[0] >= 0)
    mean_by = float(row.rate).__mul__
    ahead = windows(lead, row.review, supply, incoming, mean_by)
    tables = laws(ahead, row.dispersion)
    need, without = needed(tables, row.service)
    quantity = whole_order(need, lot=lot, moq=moq, multiple=multiple)
    risk = max(0.0, 1 - kept(tables, quantity)) if quantity else without
    return quantity, need, without, risk


def plan_chunk(start: int, rows: Sequence[Sequence[Any]]) -> Plans:
    """The answers for these rows; `start` is the place of the first one among all.

    Raises:
        InvalidValue: a row that cannot be planned; names its place, SKU, warehouse and field.

    >>> row = PlanRow("kettle", "DE", 4, 0, ((90.0, 500),), 1.0, 1.0, ((10.0, 1.0),), 7.0, 0.95)
    >>> plan_chunk(0, [row]).quantity
    array('q', [20])
    """
    leads: dict[Any, Atoms] = {}
    plans = Plans(start, array("q"), array("q"), array("d"), array("d"))
    columns = (plans.quantity.append, plans.need.append)
    risks = (plans.risk_without.append, plans.risk_with.append)
    for offset, row in enumerate(rows):
        try:
            quantity, need, without, risk = _plan(row, leads)
        except (TypeError, ValueError, IndexError):
            raise _wrong(row, start + offset) from None
        columns[0](quantity)
        columns[1](need)
        risks[0](without)
        risks[1](risk)
    return plans


def plan_all(
    rows: Iterable[Sequence[Any]],
    *,
    executor: "Executor | None" = None,
    chunk: int = 10_000,
    ahead: int = AHEAD,
    start: int = 0,
    on_done: Callable[[int], None] | None = None,
) -> Iterator[Plans]:
    """The answers for all rows, a chunk at a time, in the order of the rows.

    Nothing is read before it is asked for, and at most a few chunks are under way: memory does not
    grow with the rows. Every executor gives the same answers to the last bit, and the same ones as
    `propose` without price tiers and cash. When the answers are no longer asked for, chunks that
    have not begun are cancelled.

    Args:
        rows: `PlanRow`s or plain tuples of their fields.
        executor: where chunks are planned: threads, processes or anything of that interface; None
            plans them here.
        chunk: rows planned together; 10,000 take a fraction of a second.
        ahead: chunks under way at most; two for each worker keep all of them busy.
        start: the place of the first row, when earlier ones were planned before.
        on_done: called with the place of the next row, once a chunk's answers were taken.

    Raises:
        InvalidValue: a chunk of less than one row, or a row that cannot be planned; names its
            place, SKU, warehouse and field.

    >>> rows = [("kettle", "DE", 4, 0, (), 1.0, 1.0, ((10.0, 1.0),), 7.0, 0.95)]
    >>> [list(plans.quantity) for plans in plan_all(rows)]
    [[20]]
    """
    if executor is not None:
        # Plain tuples pickle faster than named ones.
        rows = map(tuple, rows)
    return in_batches(
        plan_chunk,
        rows,
        executor=executor,
        chunk=chunk,
        ahead=ahead,
        start=start,
        on_done=on_done,
    )
