"""Threads, processes and the machines of a cluster give what is worked out here, to the last bit."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any

import pytest

from crossborder.errors import InvalidValue
from crossborder.stages.inventory.planning import PlanRow, plan_all
from crossborder.stages.inventory.planning.forecast_batch import forecast_all, teach_pool
from crossborder.stages.inventory.virtual.batch import StockAsk, virtual_stock_all
from unit.stages.inventory.planning.test_forecast import NOW, history
from unit.stages.inventory.virtual import test_stock

LEAD = ((10.0, 1.0), (14.0, 1.0))
ROWS = [
    PlanRow(f"s{i}", "DE", i * 7 % 60, 0, (), 0.1 + i * 13 % 40 / 10, 1.2, LEAD, 7.0, 0.95, 0, 5, 5)
    for i in range(300)
]
HISTORIES = [
    (f"s{i}", history(*((i * 7 + i * month) % (1 + i % 6) for month in range(12))))
    for i in range(60)
]
POOL = teach_pool(HISTORIES, now=NOW)
OFFERS = [test_stock.offer(available) for available in (0, 3, 60, None)]
ASKS = [
    StockAsk(
        OFFERS[i % 4], test_stock.SKU, test_stock.NOW + i % 9 * test_stock.DAY, test_stock.LEAD
    )
    for i in range(40)
]

BATCHES: dict[str, Callable[..., Iterator[Any]]] = {
    "plans": lambda **how: plan_all(ROWS, chunk=40, **how),
    "forecasts": lambda **how: forecast_all(HISTORIES, now=NOW, pool=POOL, chunk=8, **how),
    "virtual stock": lambda **how: virtual_stock_all(ASKS, now=test_stock.NOW, chunk=6, **how),
}


def cluster() -> Iterator[Executor]:
    """Two worker processes on this machine, reached as those of others are."""
    distributed = pytest.importorskip("distributed", reason="distributed is not installed")
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            host="127.0.0.1",
            protocol="tcp://",
            dashboard_address=None,
            silence_logs=logging.ERROR,
        ) as local,
        distributed.Client(local) as client,
        client.get_executor() as executor,
    ):
        yield executor


def threads() -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as executor:
        yield executor


def processes() -> Iterator[Executor]:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        yield executor


@pytest.fixture(scope="module", params=[threads, processes, cluster])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    yield from request.param()


@pytest.mark.parametrize("name", BATCHES)
def test_every_executor_gives_the_answers_of_none(name: str, executor: Executor) -> None:
    told: list[int] = []
    here = list(BATCHES[name]())
    assert len(here) > 5
    assert list(BATCHES[name](executor=executor, ahead=3, on_done=told.append)) == here
    assert told == [answer.start for answer in here[1:]] + told[-1:]


def test_every_executor_names_the_row_that_cannot_be_planned(executor: Executor) -> None:
    rows = [*ROWS[:95], ROWS[0]._replace(sku="kettle", rate=-1.0), *ROWS[95:]]
    plans = plan_all(rows, executor=executor, chunk=20, ahead=3)
    for done in range(4):
        assert next(plans).start == done * 20
    with pytest.raises(InvalidValue, match=r"row 95 \(kettle, DE\)\.rate") as caught:
        next(plans)
    assert "in the batch of items 80 to 99" in caught.value.__notes__


def test_every_executor_can_be_left_before_the_end(executor: Executor) -> None:
    plans: Any = plan_all(ROWS, executor=executor, chunk=10)
    next(plans)
    plans.close()
    (rest,) = plan_all(ROWS[:10], executor=executor)
    assert rest == next(plan_all(ROWS, chunk=10))
