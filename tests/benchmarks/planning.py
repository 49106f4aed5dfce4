"""Stock planning: formulas, exact policies, forecasts, and six million rows.

`python tests/benchmarks/planning.py [--skus N] [--peer PYTHON]`. Six warehouses a SKU; CPU time
where it says us, wall time for rows and workers. Rows stream: the peak memory is that of the whole
process until then, and `--skus 1000000` plans six million of them in a few minutes. With `--peer`, an interpreter that has stockpyl,
the same inputs are given to it in the same run. Prints one `name value` a line.
"""

import argparse
import json
import random
import resource
import subprocess
import tracemalloc
from array import array
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from time import perf_counter, process_time
from typing import Any

from crossborder.model.ids import SkuId, WarehouseId
from crossborder.predict.quantiles import Distribution
from crossborder.stages.inventory.planning import (
    Forecast,
    PlanRow,
    ReorderItem,
    order_levels,
    plan_all,
    propose,
)
from crossborder.stages.inventory.planning.demand import probabilities
from crossborder.stages.inventory.planning.forecast_batch import History, forecast_all, teach_pool
from crossborder.stages.inventory.planning.formulas import continuous_review, economic_lot
from crossborder.stages.inventory.planning.newsvendor import (
    newsvendor_margin,
    newsvendor_normal,
    newsvendor_poisson,
)

WAREHOUSES = ("CN", "DE", "GB", "US-E", "US-W", "JP")
NOW = datetime(2026, 1, 5, tzinfo=UTC)
LEADS = tuple(
    ((days, 1.0), (days * 1.2, 2.0), (days * 1.5, 2.0), (days * 2.0, 1.0))
    for days in (7.0, 10.0, 14.0, 21.0, 30.0)
)

PEER = """
import json, sys
from time import process_time
from stockpyl.eoq import economic_order_quantity
from stockpyl.newsvendor import newsvendor_normal, newsvendor_normal_explicit, newsvendor_poisson
from stockpyl.rq import r_q_eil_approximation
from stockpyl.ss import s_s_discrete_exact
calls = {
    "eoq": lambda i: economic_order_quantity(i["fixed"], i["holding"], i["demand"]),
    "newsvendor_normal": lambda i: newsvendor_normal(
        i["holding"], i["shortage"], i["mean"], i["sd"]),
    "newsvendor_margin": lambda i: newsvendor_normal_explicit(
        i["price"], i["cost"], i["salvage"], i["mean"], i["sd"]),
    "newsvendor_poisson": lambda i: newsvendor_poisson(i["holding"], i["shortage"], i["mean"]),
    "continuous_review": lambda i: r_q_eil_approximation(
        i["holding"], i["shortage"], i["fixed"], i["mean"], i["sd"], i["lead"]),
    "order_levels": lambda i: s_s_discrete_exact(
        i["holding"], i["shortage"], i["fixed"], True, i["mean"]),
}
told = {}
for name, inputs in json.load(sys.stdin).items():
    begun = process_time()
    for one in inputs:
        calls[name](one)
    told[name] = (process_time() - begun) / len(inputs) * 1e6
print(json.dumps(told))
"""


def inputs(rng: random.Random) -> dict[str, list[dict[str, float]]]:
    """For each formula what it is asked."""

    def some(count: int, **ranges: tuple[float, float]) -> list[dict[str, float]]:
        return [{name: rng.uniform(*one) for name, one in ranges.items()} for _ in range(count)]

    costs = {"holding": (0.5, 2.0), "shortage": (3.0, 20.0)}
    return {
        "eoq": some(2000, fixed=(5, 200), holding=(0.1, 5), demand=(10, 3000)),
        "newsvendor_normal": some(2000, mean=(10, 500), sd=(1, 50), **costs),
        "newsvendor_margin": some(
            2000, price=(20, 40), cost=(5, 18), salvage=(0.1, 4), mean=(10, 500), sd=(1, 50)
        ),
        "newsvendor_poisson": some(2000, mean=(3, 80), **costs),
        "continuous_review": some(
            2000,
            fixed=(5, 80),
            holding=(0.1, 0.5),
            shortage=(5, 60),
            mean=(800, 3000),
            sd=(50, 300),
            lead=(0.02, 0.3),
        ),
        "order_levels": some(100, fixed=(5, 120), mean=(3, 50), **costs),
    }


def formulas(rng: random.Random, peer: str | None) -> None:
    """Microseconds a call, and how many times the peer takes."""
    calls: dict[str, Callable[[dict[str, Any]], object]] = {
        "eoq": lambda i: economic_lot(**i),
        "newsvendor_normal": lambda i: newsvendor_normal(**i),
        "newsvendor_margin": lambda i: newsvendor_margin(**i),
        "newsvendor_poisson": lambda i: newsvendor_poisson(**i),
        "continuous_review": lambda i: continuous_review(**i),
        "order_levels": lambda i: order_levels(
            probabilities(i["mean"]),
            fixed=i["fixed"],
            holding=i["holding"],
            shortage=i["shortage"],
        ),
    }
    asked, ours = inputs(rng), {}
    for name, given in asked.items():
        begun = process_time()
        for one in given:
            calls[name](one)
        print(f"{name}_us {(process_time() - begun) / len(given) * 1e6:.2f}")
        asked[name] = given[: 10 if name == "order_levels" else 200]
        begun = process_time()
        for one in asked[name]:
            calls[name](one)
        ours[name] = (process_time() - begun) / len(asked[name]) * 1e6
    if peer is None:
        return
    told = subprocess.run(
        [peer, "-c", PEER], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    for name, theirs in json.loads(told.stdout).items():
        print(f"{name}_peer_us {theirs:.1f}")
        print(f"{name}_times_faster {theirs / ours[name]:.0f}")


def rows(count: int, seed: int) -> Iterator[PlanRow]:
    """SKUs in six warehouses; a fifth of them has something coming in."""
    rng = random.Random(seed)
    for place in range(count):
        yield PlanRow(
            f"sku{place // 6}",
            WAREHOUSES[place % 6],
            on_hand=rng.randrange(40),
            allocated=0,
            incoming=((rng.uniform(1, 90), 20),) if place % 5 == 0 else (),
            rate=rng.expovariate(2.0),
            dispersion=1.0 + rng.random(),
            lead=rng.choice(LEADS),
            review=7.0,
            service=0.95,
            moq=5,
            multiple=5,
        )


def planned(given: Sequence[PlanRow] | Iterator[PlanRow], **how: Any) -> tuple[float, int]:
    """Wall seconds and rows."""
    begun, count = perf_counter(), 0
    for plans in plan_all(given, **how):
        count += len(plans.quantity)
    return perf_counter() - begun, count


def scalar(rng: random.Random) -> None:
    """The whole proposal with its reasons."""
    items = [
        ReorderItem(
            SkuId(row.sku),
            WarehouseId(row.warehouse),
            row.on_hand,
            Forecast((row.rate,), row.dispersion),
            Distribution(tuple(d for d, _ in row.lead), tuple(w for _, w in row.lead)),
            review=timedelta(days=7),
            service=Decimal("0.95"),
        )
        for row in rows(300, rng.randrange(10**6))
    ]
    begun = process_time()
    for item in items:
        propose(item, now=NOW)
    print(f"proposal_us {(process_time() - begun) / len(items) * 1e6:.0f}")


def peak_mb() -> float:
    """The most memory that this process has held so far (ru_maxrss is in kB on Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def scale(total: int) -> None:
    """Rows a second at rising numbers of rows, and what a row costs against the fewest."""
    first = None
    for count in sorted({10_000, 100_000, 1_000_000, total}):
        if count > total:
            continue
        begun = process_time()
        seconds, done = planned(rows(count, 1))
        each = (process_time() - begun) / done * 1e6
        first = first or each
        print(f"rows_{count}_per_second {done / seconds:.0f}")
        print(f"rows_{count}_cpu_us_each {each:.1f}")
        print(f"rows_{count}_cost_ratio {each / first:.2f}")
        print(f"rows_{count}_peak_rss_mb {peak_mb():.0f}", flush=True)


def histories(count: int, seed: int) -> Iterator[tuple[str, History]]:
    """SKUs with two years of months; most sell seldom."""
    rng = random.Random(seed)
    months = [NOW - timedelta(days=30 * back) for back in range(24, 0, -1)]
    for place in range(count):
        chance = min(rng.expovariate(2.0), 0.9)
        sold = (rng.randrange(1, 9) if rng.random() < chance else 0 for _ in months)
        yield f"sku{place}", tuple(zip(months, sold, strict=True))


def forecasts(count: int) -> None:
    """The pool is taught once, then each SKU is read from it."""
    begun = process_time()
    pool = teach_pool(histories(count, 4), now=NOW)
    print(f"teach_pool_{count}_cpu_s {process_time() - begun:.1f}")
    begun = process_time()
    for _ in forecast_all(histories(count, 4), now=NOW, pool=pool):
        pass
    print(f"forecast_cpu_us_each {(process_time() - begun) / count * 1e6:.0f}")


def spun(count: int) -> int:
    """Work that no memory and no pickling slows."""
    return sum(i * i for i in range(count))


def workers(count: int) -> None:
    """One worker process against two, beside what two give to work that shares nothing."""
    given, took, bare = list(rows(count, 2)), {}, {}
    for number in (1, 2):
        with ProcessPoolExecutor(number) as pool:
            list(pool.map(abs, range(number)))
            took[number], _ = planned(given, executor=pool, chunk=5_000)
            begun = perf_counter()
            list(pool.map(spun, [1_500_000] * 12))
            bare[number] = perf_counter() - begun
        print(f"workers_{number}_rows_per_second {count / took[number]:.0f}")
    print(f"workers_1_to_2_ratio {took[1] / took[2]:.2f}")
    print(f"workers_1_to_2_ratio_bare {bare[1] / bare[2]:.2f}")


def memory() -> None:
    """Bytes held at the end of 30,000 rows, answers kept; and at most beside them."""
    tracemalloc.start()
    kept: list[array[Any]] = []
    for plans in plan_all(rows(30_000, 3), chunk=2_000):
        kept.extend(column for column in plans if isinstance(column, array))
    held, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"bytes_per_row_kept {held / 30_000:.0f}")
    print(f"bytes_per_sku_kept {held / 5_000:.0f}")
    print(f"peak_beside_kept_mb {(most - held) / 1e6:.1f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--skus", type=int, default=30_000, help="SKUs, in six warehouses each")
    parser.add_argument("--peer", help="an interpreter that has stockpyl")
    stated = parser.parse_args()
    rng = random.Random(5)
    formulas(rng, stated.peer)
    scalar(rng)
    scale(stated.skus * 6)
    forecasts(10_000)
    workers(60_000)
    memory()


if __name__ == "__main__":
    main()
