"""Which parcels to ask for: what a plan over a hundred thousand costs, beside sorting them.

Prints one `name value` a line.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from crossborder.model.tracking import Stage
from crossborder.stages.logistics.polling import Followed, PollBudget, poll

NOW = datetime(2026, 11, 29, tzinfo=UTC)


def fastest(work: Callable[[], Any]) -> float:
    """Processor seconds of one call, the fastest of three."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def main() -> None:
    """Print the figures."""
    stages = list(Stage)
    hour, day = timedelta(hours=1), timedelta(days=1)
    parcels = tuple(
        Followed(
            f"p{place}",
            NOW - 60 * day,
            stages[place % len(stages)],
            asked_at=NOW - place % 89 * hour,
            scanned_at=NOW - place % 199 * hour,
            promised=NOW + (place % 23 - 3) * day,
            late=place % 101 / 100,
            pushed=place % 3 == 0,
        )
        for place in range(100_000)
    )
    budget = PollBudget(180, 40)
    planned = fastest(lambda: poll(parcels, budget=budget, now=NOW))
    ordered = fastest(lambda: sorted(parcels, key=lambda one: (one.late, one.id)))
    print(f"plan_100k_parcels_seconds {planned:.2f}")
    print(f"plan_times_sorting {planned / ordered:.1f}")


if __name__ == "__main__":
    main()
