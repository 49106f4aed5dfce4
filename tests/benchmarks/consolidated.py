"""What the library says of simulated consolidated lines, graded against the truth.

    python tests/benchmarks/consolidated.py [--masters 40] [--parcels 200] [--seeds 3]

Prints one `name value` a line: means over the seeds, and the time of the history of 200 parcels.
The first half of the masters of each world only teaches the forecast. `plain` and `arrival` are the
laws of the simulator's own, `transit`, `survival` and `alarm` those of the library.
"""

import argparse
import time
from datetime import timedelta
from statistics import fmean

from crossborder.stages.logistics.consolidation import consolidate, histories
from crossborder.stages.logistics.tracking import parcel_state
from crossborder.testing.consolidated import (
    ByArrival,
    BySurvival,
    Setting,
    StageLaws,
    grade,
    seeded,
    simulate,
)


def timed(setting: Setting) -> None:
    """Time the histories and states of one master's parcels, at its end."""
    (one,) = simulate(seeded(1), setting).consignments
    end = one.observations[-1].received_at
    units, streams = consolidate(one.units, one.commands(end)).value.units, one.streams(end)
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        for events in histories(units, streams).values():
            parcel_state(events)
        best = min(best, time.perf_counter() - start)
    print(f"history_parcels {len(one.truths)}")
    print(f"history_observations {len(one.observations)}")
    print(f"history_ms_per_master {best * 1e3:.1f}")


def main() -> None:
    """Grade and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--masters", type=int, default=40)
    parser.add_argument("--parcels", type=int, default=200)
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    setting = Setting(
        masters=given.masters,
        parcels_a_bag=max(1, given.parcels // Setting().bags),
        spacing=timedelta(hours=16),
    )
    timed(Setting(masters=1))
    by_arrival, by_survival, by_alarm = [], [], []
    for seed in range(given.seeds):
        world = simulate(seeded(seed), setting)
        half = given.masters // 2
        by_arrival.append(grade(world, forecaster=StageLaws(), warner=ByArrival(), warm_up=half))
        by_survival.append(grade(world, warner=BySurvival(), warm_up=half))
        by_alarm.append(grade(world, warm_up=half))
    print(f"parcels {sum(one.parcels for one in by_arrival)}")
    print(f"parcel_days {sum(one.parcel_days for one in by_arrival)}")
    print(f"state_as_reported {fmean(one.state_known for one in by_arrival):.5f}")
    print(f"state_as_true {fmean(one.state_true for one in by_arrival):.4f}")
    print(f"wrong_ends {sum(len(one.wrong_ends) for one in by_arrival)}")
    print(f"falsely_delivered {sum(len(one.falsely_delivered) for one in by_arrival)}")
    print(f"lost_bag_alarmed {fmean(one.lost_alarmed for one in by_arrival):.3f}")
    print(f"held_with_reason {fmean(one.held_with_reason for one in by_arrival):.3f}")
    for name, grades in (("plain", by_arrival), ("transit", by_alarm)):
        forecasts = sum(one.forecasts for one in grades)
        for p in (0.5, 0.8, 0.9):
            hits = sum(one.covered[p] * one.forecasts for one in grades)
            print(f"eta_{name}_p{p * 100:.0f}_coverage {hits / forecasts:.3f}")
    warned = (("arrival", by_arrival), ("survival", by_survival), ("alarm", by_alarm))
    for name, grades in warned:
        print(f"warn_by_{name}_precision {fmean(one.precision for one in grades):.3f}")
        print(f"warn_by_{name}_recall {fmean(one.recall for one in grades):.3f}")
        print(f"warn_by_{name}_lead_days {fmean(one.lead_days for one in grades):.2f}")


if __name__ == "__main__":
    main()
