"""Sums of stages: what a convolution costs, how well it covers, and what adding quantiles does.

The stages are those of CROSSBORDER_DATA olist_orders, in hours: purchased to approved, approved to
carrier, carrier to delivered. Coverage is the share of a million simulated journeys (independent
draws, seeded) within the promise, minus the promised probability. Without the data the stages are
simulated. The added_* lines show what promising the sum of the stages' quantiles would cover.
Prints one `name value` a line; times are the fastest of seven rounds in one process.
"""

import csv
import gzip
import os
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

from crossborder.predict.chinese import chinese_calendar
from crossborder.predict.quantiles import Distribution, convolve

DATA = "olist_orders/orders.csv.gz"
STAGES = (
    ("purchased_at", "approved_at"),
    ("approved_at", "to_carrier_at"),
    ("to_carrier_at", "delivered_at"),
)
PROMISES = (0.5, 0.8, 0.9, 0.95, 0.99)
DRAWS = 1_000_000


def data_file() -> Path | None:
    """The orders, where they are at hand."""
    stated = os.environ.get("CROSSBORDER_DATA")
    root = Path(stated) if stated else Path(__file__).resolve().parents[3] / "shared" / "data"
    return root / DATA if (root / DATA).is_file() else None


def hours(rows: list[dict[str, str]], start: str, end: str) -> Iterator[float]:
    """How long the stage took in each order that passed it."""
    for row in rows:
        if row[start] and row[end]:
            took = datetime.fromisoformat(row[end]) - datetime.fromisoformat(row[start])
            if took >= timedelta():
                yield took / timedelta(hours=1)


def samples(chance: Random) -> list[list[float]]:
    """6,000 observations of each stage."""
    found = data_file()
    if found is None:
        return [[chance.lognormvariate(1, s) for _ in range(6000)] for s in (0.5, 1.0, 1.5)]
    with gzip.open(found, "rt", encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    return [chance.sample(list(hours(rows, *stage)), 6000) for stage in STAGES]


def fastest(work: Callable[[], Any], times: int) -> float:
    """Microseconds of one call, the fastest of seven rounds."""
    best = float("inf")
    for _ in range(7):
        start = time.perf_counter()
        for _ in range(times):
            work()
        best = min(best, (time.perf_counter() - start) / times)
    return best * 1e6


def enumerated(parts: list[Distribution]) -> list[tuple[float, float]]:
    """Every combination, sorted: the plain way."""
    one, two, three = (list(zip(part.values, part.weights, strict=True)) for part in parts)
    return sorted((a + b + c, u * v * w) for (a, u), (b, v), (c, w) in product(one, two, three))


def main() -> None:
    """Measure and print."""
    chance = Random(20261102)
    drawn = samples(chance)
    stages = [Distribution.of(stage) for stage in drawn]
    small = [stage.compressed() for stage in stages]
    whole = convolve(stages)
    took = fastest(lambda: convolve(small), 20)
    print(f"data {'olist_orders' if data_file() else 'simulated'}")
    print(f"convolve_us {took:.0f}")
    print(f"convolve_uncompressed_us {fastest(lambda: convolve(stages), 5):.0f}")
    plain = fastest(lambda: enumerated(small), 1)
    print(f"enumeration_over_convolve {plain / took:.0f}")
    print(f"mean_relative_error {whole.mean / sum(stage.mean for stage in stages) - 1:.1e}")
    journeys = sorted(
        map(sum, zip(*(chance.choices(stage, k=DRAWS) for stage in drawn), strict=True))
    )
    for p in PROMISES:
        kept = bisect_right(journeys, whole.quantile(p)) / DRAWS
        print(f"coverage_error_p{p * 100:.0f} {kept - p:+.4f}")
    for p in PROMISES:
        kept = bisect_right(journeys, sum(stage.quantile(p) for stage in stages)) / DRAWS
        print(f"added_quantiles_error_p{p * 100:.0f} {kept - p:+.4f}")
    calendar = chinese_calendar([2026])
    moment = datetime(2026, 2, 5, 3, tzinfo=UTC)
    work = timedelta(hours=30)
    print(f"after_three_days_us {fastest(lambda: calendar.after(moment, work), 500):.1f}")
    print(f"before_three_days_us {fastest(lambda: calendar.before(moment, work), 500):.1f}")
    print(f"years_cached_us {fastest(lambda: chinese_calendar([2026, 2027]), 50):.0f}")


if __name__ == "__main__":
    main()
