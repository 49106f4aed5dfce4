"""Refuse a run whose line or branch coverage is below a share: `coverage.py FILE PERCENT`."""

import json
import sys
from pathlib import Path


def main(path: str, least: str) -> int:
    """Print both shares; 1 when one of them is too low."""
    totals = json.loads(Path(path).read_text("utf-8"))["totals"]
    shares = {
        "lines": 100 * totals["covered_lines"] / max(1, totals["num_statements"]),
        "branches": 100 * totals["covered_branches"] / max(1, totals["num_branches"]),
    }
    for name, share in shares.items():
        print(f"{name}: {share:.2f} %")
    return int(min(shares.values()) < float(least))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
