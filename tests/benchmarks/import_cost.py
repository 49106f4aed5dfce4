"""What an import costs, against attrs and against the whole stack, in fresh processes.

Prints one `name value` a line; ratios of CPU time net of the bare interpreter (median of nine).
"""

import statistics
import subprocess
import sys

ROUNDS = 9
MEASURE = "import time; t = time.process_time(); {code}; print(time.process_time() - t)"


def cost(code: str) -> float:
    """Seconds of CPU of the code, the median of fresh processes."""
    times = []
    for _ in range(ROUNDS):
        out = subprocess.run(
            [sys.executable, "-c", MEASURE.format(code=code)],
            capture_output=True,
            text=True,
            check=True,
        )
        times.append(float(out.stdout))
    return statistics.median(times)


def main() -> None:
    """Measure and print."""
    attrs = cost("import attrs")
    stack = cost("import attrs, cattrs, tenacity, httpx")
    front = cost("import crossborder")
    noun = cost("from crossborder import Money")
    adapter = cost("import crossborder.adapters.shopify")
    print(f"front_door_over_attrs {front / attrs:.3f}")
    print(f"front_door_over_stack {front / stack:.3f}")
    print(f"noun_over_attrs {noun / attrs:.3f}")
    print(f"adapter_over_stack {adapter / stack:.3f}")


if __name__ == "__main__":
    main()
