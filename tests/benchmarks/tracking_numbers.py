"""Tracking numbers: S10 checks and look-ups of any carrier's number, a second on one core.

Prints one `name value` a line; the fastest of five rounds in one process. With `--peer` the
package `tracking-numbers` 0.1.8 is installed into an environment of its own, in a folder that is
removed again, and asked for the same numbers; where it cannot be installed, that part is left out.
"""

import argparse
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

from crossborder.stages.logistics.numbers import (
    S10,
    diagnose,
    identify,
    is_s10,
    normalised,
    s10,
    valid,
)

PEER = "tracking-numbers==0.1.8"

POSTAL = tuple(
    S10(kind, f"{number:08}", "CN").number for kind in ("RR", "UA") for number in range(500)
)
WRONG = tuple(number[:10] + str((int(number[10]) + 1) % 10) + number[11:] for number in POSTAL)
MIXED = (
    *("1Z5R89390357567127", "K1506235620", "986578788855", "041441760228964", "3318810025"),
    *("9611020987654312345672", "9405803699300124287899", "92748931507708513018050063"),
    *("420221539101026837331000039521", "7035114477138472", "320595463938", "RB123456785US"),
    *("YT2229521272164446", "TBA010000000000", "GM2951173225174494", "09980000020033F"),
    *(
        "JJD0002257639032011",
        "LTN74207623N1",
        "LX123456785CN",
        "1001921334250001000300779017972697",
    ),
)

PEER_PROGRAM = """
import sys, time
from tracking_numbers import get_tracking_number
numbers = sys.argv[1:]
best = float("inf")
for _ in range(5):
    start = time.perf_counter()
    for _ in range(100):
        for number in numbers:
            get_tracking_number(number)
    best = min(best, (time.perf_counter() - start) / 100 / len(numbers))
print(round(1 / best), sum(get_tracking_number(number) is not None for number in numbers))
"""


def rate(work: Callable[[str], object], numbers: Sequence[str], *, times: int = 1) -> int:
    """Numbers a second, in the fastest of five rounds."""
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(times):
            for number in numbers:
                work(number)
        best = min(best, (time.perf_counter() - start) / times / len(numbers))
    return round(1 / best)


def peer() -> tuple[int, int] | None:
    """Look-ups a second of the other package and how many of the numbers it knows."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            venv.create(folder, with_pip=True)
            python = Path(folder) / "bin" / "python"
            quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", PEER]
            subprocess.run([python, *quiet], check=True, capture_output=True, timeout=300)
            told = subprocess.run(
                [python, "-c", PEER_PROGRAM, *MIXED],
                check=True,
                capture_output=True,
                text=True,
                timeout=300,
            )
        except (OSError, subprocess.SubprocessError) as error:
            print(f"{PEER} is left out: {error}", file=sys.stderr)
            return None
    speed, known = told.stdout.split()
    return int(speed), int(known)


def main() -> None:
    """Measure and print."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--peer", action="store_true")
    asked = reader.parse_args()
    assert all(map(is_s10, POSTAL))
    assert not any(map(is_s10, WRONG))
    assert all(map(valid, MIXED))
    print(f"s10_checks_per_second {rate(is_s10, POSTAL, times=20)}")
    print(f"s10_refusals_per_second {rate(is_s10, WRONG, times=20)}")
    print(f"s10_reads_per_second {rate(s10, POSTAL, times=5)}")
    ours = rate(identify, MIXED, times=100)
    print(f"identify_per_second {ours}")
    print(f"valid_per_second {rate(valid, MIXED, times=100)}")
    print(f"normalised_per_second {rate(normalised, ['1z 5r89 3903 5756 7127'], times=2000)}")
    print(f"diagnose_per_second {rate(diagnose, WRONG)}")
    other = peer() if asked.peer else None
    if other is not None:
        speed, known = other
        print(f"peer_lookups_per_second {speed}")
        print(f"peer_knows_of_{len(MIXED)} {known}")
        print(f"identify_over_peer {ours / speed:.2f}")


if __name__ == "__main__":
    main()
