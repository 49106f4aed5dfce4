"""Forecasts for a million SKUs: the pool is taught once, then all are read from it in batches."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from heapq import nsmallest
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

from crossborder.errors import InvalidValue
from crossborder.predict.batches import AHEAD, at_row, in_batches
from crossborder.predict.demand import DemandPool, LadderState
from crossborder.predict.demand.knowledge import admit
from crossborder.predict.demand.pool import LEARN_FROM
from crossborder.stages.inventory.planning.forecast import forecast_demand

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = ["Forecasts", "History", "forecast_all", "forecast_chunk", "teach_pool"]

History = tuple[tuple[datetime, int | None], ...]
"""One SKU's demand by period, oldest first: when it was known, and pieces or None (unknown)."""


class Forecasts(NamedTuple):
    """`DemandForecast`s of a run of rows, as columns.

    Attributes:
        start: the place of the first row among all rows.
        mean: expected pieces over the periods together.
        variance: of the pieces.
        p50: pieces that cover the demand in half of the cases; likewise the next ones.
        p80: in 80 of 100 cases.
        p90: in 90 of 100 cases.
        p95: in 95 of 100 cases.
        evidence: how many known periods of its own each rests on.
        method: what made each: see `DemandForecast`.
    """

    start: int
    mean: "array[float]"
    variance: "array[float]"
    p50: "array[int]"
    p80: "array[int]"
    p90: "array[int]"
    p95: "array[int]"
    evidence: "array[int]"
    method: tuple[str, ...]


def _numbered(
    rows: Iterable[tuple[str, History]], start: int = 0
) -> Iterator[tuple[int, str, History]]:
    for place, row in enumerate(rows, start):
        if not isinstance(row, tuple | list) or len(row) != 2 or not isinstance(row[0], str):
            text, source = "must be a SKU and its history", f"row {place}"
            raise InvalidValue(text, field="row", value=row, source=source)
        sku, history = row
        if not isinstance(history, tuple) or not all(map(_is_period, history)):
            text, source = "must be pairs of a time and a quantity", f"row {place} ({sku})"
            raise InvalidValue(text, field="history", value=history, source=source)
        yield place, sku, history


def _is_period(pair: object) -> bool:
    return isinstance(pair, tuple | list) and len(pair) == 2 and isinstance(pair[0], datetime)


def teach_pool(
    histories: Iterable[tuple[str, History]], *, now: datetime, most: int = LEARN_FROM
) -> LadderState:
    """What the SKUs teach together, for `forecast_all` and `forecast_demand`.

    Of many SKUs about 4,000 teach as much as all. They are chosen by their ids alone, so that the
    order of the rows does not matter and only the chosen histories are held in memory. The figures
    of one period must be known at the same moment for all SKUs.

    Args:
        histories: SKUs with their histories.
        now: the moment of deciding.
        most: so many SKUs are learnt from.

    Raises:
        InvalidValue: a figure known after `now`, out of order or negative, or a SKU that stands
            there twice.
    """
    chosen = nsmallest(
        most, _numbered(histories), key=lambda row: (crc32(row[1].encode()), row[1], row[0])
    )
    known: dict[datetime, list[tuple[int, str, int | None]]] = {}
    for place, sku, history in chosen:
        last = None
        try:
            for known_at, quantity in history:
                admit(known_at, now=now, last=last, source="teach_pool")
                last = known_at
                known.setdefault(known_at, []).append((place, sku, quantity))
        except InvalidValue as error:
            raise at_row(error, place, sku) from None
    pool = DemandPool()
    for known_at in sorted(known):
        for place, sku, quantity in known[known_at]:
            try:
                pool.observe(sku, quantity, known_at=known_at, now=now)
            except InvalidValue as error:
                raise at_row(error, place, sku) from None
    return pool.shared


def forecast_chunk(
    start: int,
    rows: Sequence[tuple[str, History]],
    *,
    now: datetime,
    periods: int = 1,
    pool: LadderState | None = None,
) -> Forecasts:
    """The forecasts of these rows; `start` is the place of the first one among all.

    Raises:
        InvalidValue: as `forecast_demand` does; names the place and SKU of the row.
    """
    mean, variance = array("d"), array("d")
    p50, p80, p90, p95, evidence = (array("q") for _ in range(5))
    method: list[str] = []
    for place, sku, history in _numbered(rows, start):
        try:
            found = forecast_demand(history, now=now, periods=periods, pool=pool).value
        except InvalidValue as error:
            raise at_row(error, place, sku) from None
        mean.append(float(found.mean))
        variance.append(float(found.variance))
        p50.append(found.p50)
        p80.append(found.p80)
        p90.append(found.p90)
        p95.append(found.p95)
        evidence.append(found.evidence)
        method.append(found.method)
    return Forecasts(start, mean, variance, p50, p80, p90, p95, evidence, tuple(method))


def forecast_all(
    histories: Iterable[tuple[str, History]],
    *,
    now: datetime,
    periods: int = 1,
    pool: LadderState | None = None,
    executor: "Executor | None" = None,
    chunk: int = 2_000,
    ahead: int = AHEAD,
    start: int = 0,
    on_done: Callable[[int], None] | None = None,
) -> Iterator[Forecasts]:
    """What `forecast_demand` says of each SKU, a chunk at a time, in the order of the rows.

    The pool is taught once and before (`teach_pool`); it goes with each chunk in a few kilobytes.
    A SKU's forecast depends on its own history and the pool alone: chunks, executors and the other
    rows change nothing. Memory does not grow with the rows.

    Args:
        histories: SKUs with their histories.
        now: the moment of deciding.
        periods: how many coming periods are taken together.
        pool: what many SKUs taught; without it each goes by its own figures, at ten times the time.
        executor: see `in_batches`, as for the next ones.
        chunk: SKUs in a batch.
        ahead: batches under way at most.
        start: the place of the first row.
        on_done: called with the place of the next row, once a chunk's answers were taken.

    Raises:
        InvalidValue: no period, or as `forecast_demand` does; names the place and SKU of the row.

    >>> from datetime import UTC
    >>> known = [datetime(2026, month, 28, tzinfo=UTC) for month in range(1, 9)]
    >>> rows = [("slow", tuple((at, 0) for at in known)), ("fast", tuple((at, 9) for at in known))]
    >>> pool = teach_pool(rows, now=known[-1])
    >>> [list(made.p50) for made in forecast_all(rows, now=known[-1], pool=pool)]
    [[0, 9]]
    """
    if periods < 1:
        text = "must be at least 1"
        raise InvalidValue(text, field="periods", value=periods, source="forecast_all")
    function: Callable[[int, list[Any]], Forecasts]
    function = partial(forecast_chunk, now=now, periods=periods, pool=pool)
    return in_batches(
        function,
        histories,
        executor=executor,
        chunk=chunk,
        ahead=ahead,
        start=start,
        on_done=on_done,
    )
