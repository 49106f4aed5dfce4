"""Virtual stock for many SKUs of many offers, in batches, on any executor."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from crossborder.errors import InvalidValue
from crossborder.model.ids import SkuId
from crossborder.model.stock import VirtualStock
from crossborder.model.supply import SupplierOffer
from crossborder.predict.batches import AHEAD, at_row, in_batches
from crossborder.stages.inventory.virtual.lead import LeadTime
from crossborder.stages.inventory.virtual.stock import Asked, check_arguments, virtual_stock

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = ["StockAsk", "VirtualStocks", "virtual_stock_all", "virtual_stock_chunk"]


class StockAsk(NamedTuple):
    """One SKU of one offer; a plain tuple of the same fields does as well.

    Attributes:
        offer: the terms.
        sku_id: what is to be sold.
        ship_by: the parcel must be handed to its carrier by then.
        lead: how long it takes by this supplier. One object for many rows is sent once a batch.
        deliver_by: the promised date, or None where one is to be found.
        credible: pieces that may be counted on, or None to go by the age of the stock figure.
    """

    offer: SupplierOffer
    sku_id: SkuId
    ship_by: datetime
    lead: LeadTime
    deliver_by: datetime | None = None
    credible: int | None = None


class VirtualStocks(NamedTuple):
    """The answers for a run of rows, as columns.

    Attributes:
        start: the place of the first row among all rows.
        stock: what may be sold, or None.
        why_not: where it is None, the code of the reason, such as `deadline_passed`; else None.
    """

    start: int
    stock: tuple[VirtualStock | None, ...]
    why_not: tuple[str | None, ...]


def virtual_stock_chunk(
    start: int,
    asks: Sequence[Sequence[Any]],
    *,
    now: datetime,
    level: Decimal = Decimal("0.90"),
    cap: int = 50,
    fresh_for: timedelta = timedelta(hours=24),
) -> VirtualStocks:
    """The answers for these rows; `start` is the place of the first one among all.

    Raises:
        InvalidValue: as `virtual_stock` does; names the place, offer and SKU of the row.
    """
    stock: list[VirtualStock | None] = []
    why_not: list[str | None] = []
    for place, given in enumerate(asks, start):
        ask = _ask(place, given)
        try:
            made = virtual_stock(
                ask.offer,
                ask.sku_id,
                now=now,
                ship_by=ask.ship_by,
                lead=ask.lead,
                deliver_by=ask.deliver_by,
                level=level,
                credible=ask.credible,
                cap=cap,
                fresh_for=fresh_for,
            )
        except InvalidValue as error:
            raise at_row(error, place, ask.offer.id, ask.sku_id) from None
        stock.append(made.value)
        why_not.append(made.reasons[0].code if made.value is None else None)
    return VirtualStocks(start, tuple(stock), tuple(why_not))


def _ask(place: int, given: Sequence[Any]) -> StockAsk:
    """The row with its names, or which field of it is wrong."""
    source = f"row {place}"
    try:
        ask = StockAsk(*given)
    except TypeError:
        text = "must have 4 to 6 fields"
        raise InvalidValue(text, field="row", value=given, source=source) from None
    optional = type(None)
    kinds: tuple[tuple[str, type | tuple[type, ...]], ...] = (
        ("offer", SupplierOffer),
        ("sku_id", str),
        ("ship_by", datetime),
        ("lead", LeadTime),
        ("deliver_by", (datetime, optional)),
        ("credible", (int, optional)),
    )
    for name, kind in kinds:
        value = getattr(ask, name)
        if not isinstance(value, kind):
            text = "is of the wrong kind"
            raise InvalidValue(text, field=name, value=value, source=source)
    return ask


def virtual_stock_all(
    asks: Iterable[Sequence[Any]],
    *,
    now: datetime,
    level: Decimal = Decimal("0.90"),
    cap: int = 50,
    fresh_for: timedelta = timedelta(hours=24),
    executor: "Executor | None" = None,
    chunk: int = 1_000,
    ahead: int = AHEAD,
    start: int = 0,
    on_done: Callable[[int], None] | None = None,
) -> Iterator[VirtualStocks]:
    """What `virtual_stock` says of each SKU, a chunk at a time, in the order of the rows.

    Memory does not grow with the rows; every executor gives the same answers. Keep the rows of one
    offer together: an offer is sent once for each batch that it stands in.

    Args:
        asks: `StockAsk`s or plain tuples of their fields.
        now: the moment of deciding; of all rows, as for the next three.
        level: the least probability of keeping a promise.
        cap: most pieces promised of one offer.
        fresh_for: after so long a supplier's figure is not believed.
        executor: see `in_batches`, as for the next ones.
        chunk: rows in a batch.
        ahead: batches under way at most.
        start: the place of the first row.
        on_done: called with the place of the next row, once a chunk's answers were taken.

    Raises:
        InvalidValue: a level that is no probability below 1, no freshness, or as `virtual_stock`
            does; names the place, offer and SKU of the row.
    """
    # What holds for all rows is no fault of the first one.
    check_arguments(Asked(now, now, None, level, cap, fresh_for), "virtual_stock_all")
    function: Callable[[int, list[Sequence[Any]]], VirtualStocks]
    function = partial(virtual_stock_chunk, now=now, level=level, cap=cap, fresh_for=fresh_for)
    return in_batches(
        function,
        asks,
        executor=executor,
        chunk=chunk,
        ahead=ahead,
        start=start,
        on_done=on_done,
    )
