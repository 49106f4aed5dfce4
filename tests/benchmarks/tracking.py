"""Reading tracking answers and merging scans: ratios to `json.loads` and to karrio, in one run.

karrio is installed into an environment of its own under a temporary folder (`--karrio PYTHON` takes
one that is there already, `--no-karrio` leaves it out); both sides read the same bytes of the
published answers, in turns, by processor time. Prints one `name value` a line.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from crossborder.adapters.readers import load
from crossborder.model.tracking import Stage, TrackingEvent
from crossborder.stages.logistics.tracking import merge

CONTRACTS = Path(
    os.environ.get("CROSSBORDER_CONTRACTS", Path(__file__).parents[3] / "shared" / "contracts")
)
NOW = datetime(2026, 11, 29, tzinfo=UTC)
PEERS = {
    "ups": ("ups", "ups/tracking_response.json", "pairs"),
    "usps": ("usps", "usps/tracking_response.json", "pairs"),
    "fedex": ("fedex", "fedex/tracking_response.json", "plain"),
    "australiapost": ("australiapost", "australiapost/tracking_response.json", "plain"),
    "dhl_unified": ("dhl_universal", "dhl_unified/tracking_response.json", "list"),
    "dhl_express_xml": ("dhl_express", "dhl_express_xml/tracking_response.xml", "xml"),
}
"""Our reader → karrio's connector, the file, and the shape in which karrio's client hands it on."""

_CHILD = """
import json, logging, sys, time
logging.disable(logging.CRITICAL)
import karrio.sdk as karrio
import karrio.lib as lib
import importlib
for line in sys.stdin:
    name, path, shape, rounds = json.loads(line)
    body = open(path, encoding="utf-8").read()
    settings = importlib.import_module(f"karrio.mappers.{name}.settings").Settings
    fields = {f.name: "x" for f in settings.__attrs_attrs__ if f.default.__class__.__name__ == "_Nothing"}
    made = settings(**fields)
    parse = importlib.import_module(f"karrio.providers.{name}.tracking").parse_tracking_response
    given, reader = {
        "plain": (body, lib.to_dict),
        "xml": (body, lib.to_element),
        "list": ([body], lambda many: [lib.to_dict(one) for one in many]),
        "pairs": ([("1", body)], lambda many: [(n, lib.to_dict(one)) for n, one in many]),
    }[shape]
    run = lambda: parse(lib.Deserializable(given, reader), made)
    parcels, _ = run()
    told = [[parcel.status, len(parcel.events)] for parcel in parcels]
    best = 9e9
    for _ in range(rounds):
        start = time.process_time()
        for _ in range(5):
            run()
        best = min(best, (time.process_time() - start) / 5)
    print(json.dumps([best, told]), flush=True)
"""


def fastest(work: Callable[[], Any], times: int = 40, rounds: int = 9) -> float:
    """Processor seconds of one call, the fastest of some rounds."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        for _ in range(times):
            work()
        best = min(best, (time.process_time() - start) / times)
    return best


def long_answer(parcels: int = 20, scans: int = 25) -> bytes:
    """An answer in Australia Post's shape with many parcels, each with many scans."""
    start = datetime(2026, 11, 1, 8, tzinfo=UTC)
    results = [
        {
            "tracking_id": f"AP{number:08}",
            "status": "In transit",
            "trackable_items": [
                {
                    "article_id": f"AP{number:08}",
                    "product_type": "Parcel Post",
                    "events": [
                        {
                            "location": f"TOWN {scan % 7} VIC",
                            "description": "Item processed at facility",
                            "date": (start + timedelta(hours=9 * scan, minutes=number)).isoformat(),
                        }
                        for scan in reversed(range(scans))
                    ],
                }
            ],
        }
        for number in range(parcels)
    ]
    return json.dumps({"tracking_results": results}).encode()


def ratios() -> None:
    """Our readers beside `json.loads` of the same bytes."""
    for name, (_, path, shape) in PEERS.items():
        file = CONTRACTS / "carriers" / path
        if not file.is_file():
            print(f"# no {file.name}: set CROSSBORDER_CONTRACTS")
            continue
        body, reader = file.read_bytes(), load(name)
        ours = fastest(lambda body=body, reader=reader: reader.read(body, received_at=NOW))  # type: ignore[misc]
        events = sum(len(parcel.events) for parcel in reader.read(body, received_at=NOW).parcels)
        print(f"{name}_us_per_answer {ours * 1e6:.0f}")
        print(f"{name}_events_per_second {events / ours:.0f}")
        if shape != "xml":
            plain = fastest(lambda body=body: json.loads(body))  # type: ignore[misc]
            print(f"{name}_times_json_loads {ours / plain:.2f}")
    body, reader = long_answer(), load("australiapost")
    plain = fastest(lambda: json.loads(body), 10)
    ours = fastest(lambda: reader.read(body, received_at=NOW), 10)
    print(f"long_answer_events_per_second {500 / ours:.0f}")
    print(f"long_answer_times_json_loads {ours / plain:.2f}")


def merging() -> None:
    """100,000 scans, a fifth of them told twice, in any order: one timeline, and 5,000."""
    chance = Random(7)
    scans = [
        TrackingEvent(
            "acme",
            f"C{place % 40}",
            f"Text {place % 40}",
            Stage.LINE_HAUL,
            NOW + timedelta(seconds=17 * place),
            number=f"N{place % 3}",
        )
        for place in range(100_000)
    ]
    parcels = [tuple(scans[start : start + 20]) for start in range(0, 100_000, 20)]
    chance.shuffle(scans)
    one, other = tuple(scans[:60_000]), tuple(scans[40_000:])
    print(f"merge_100k_scans_seconds {fastest(lambda: merge(one, other), 1, 3):.2f}")

    def each() -> None:
        for parcel in parcels:
            merge(parcel[:12], parcel[8:])

    print(f"merge_5000_parcels_seconds {fastest(each, 1, 3):.2f}")


def beside_karrio(python: str) -> None:
    """Both on the same files, in turns."""
    child = subprocess.Popen(
        [python, "-c", _CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    for name, (theirs, path, shape) in PEERS.items():
        file = CONTRACTS / "carriers" / path
        if not file.is_file():
            continue
        body, reader = file.read_bytes(), load(name)
        child.stdin.write(json.dumps([theirs, str(file), shape, 9]) + "\n")
        child.stdin.flush()
        answer = child.stdout.readline()
        ours = fastest(lambda body=body, reader=reader: reader.read(body, received_at=NOW))  # type: ignore[misc]
        if not answer:
            print(f"# karrio failed on {name}")
            break
        seconds, told = json.loads(answer)
        parcels = reader.read(body, received_at=NOW).parcels
        print(f"{name}_karrio_us {seconds * 1e6:.0f}")
        print(f"{name}_times_faster_than_karrio {seconds / ours:.1f}")
        print(f"# {name}: karrio {told}")
        print(f"# {name}: ours {[[p.state.stage.value, len(p.events)] for p in parcels]}")
    child.stdin.close()
    child.wait()


def main() -> None:
    """Print the figures."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--karrio", default="")
    asked.add_argument("--no-karrio", action="store_true")
    given = asked.parse_args()
    ratios()
    merging()
    if given.no_karrio:
        return
    with tempfile.TemporaryDirectory() as folder:
        python = given.karrio
        if not python:
            names = [
                "karrio",
                *(f"karrio-{peer.replace('_', '-')}" for peer, _, _ in PEERS.values()),
            ]
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
            python = f"{folder}/bin/python"
            if subprocess.run(
                [python, "-m", "pip", "install", "-q", *names], check=False
            ).returncode:
                print("# karrio cannot be installed here")
                return
        beside_karrio(python)


if __name__ == "__main__":
    main()
