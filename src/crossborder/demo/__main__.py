"""`python -m crossborder.demo [--offer FILE] [--json]`."""

import argparse
import json
import sys
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from textwrap import shorten
from typing import Any

from crossborder.adapters.memory import MemoryJournal
from crossborder.clients import Client
from crossborder.demo.told import StageTold, invariants, told
from crossborder.demo.walk import walk
from crossborder.demo.world import World
from crossborder.errors import CrossborderError, Unreadable
from crossborder.wire.text import read_json

__all__ = ["main"]

_LIMIT = 20_000_000


def main(arguments: list[str] | None = None) -> int:
    """Run the demo; 0 when every promise held, 1 when one broke, 2 when the offer is unreadable."""
    parser = argparse.ArgumentParser(
        prog="python -m crossborder.demo",
        description="One order through all ten stages, offline.",
    )
    parser.add_argument(
        "--offer", metavar="FILE", help="a 1688 product-detail answer (JSON), enveloped or not"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args(arguments)
    try:
        world = World.make(_payload(given.offer))
    except (CrossborderError, OSError) as error:
        print(f"the offer cannot be read: {error}", file=sys.stderr)
        return 2
    with Client(http=world.memory.server, journal=MemoryJournal()) as client:
        story = walk(client.run, world)
    stages, held = told(story, world), invariants(story, world)
    _show(_json(stages, held) if given.json else _text(stages, held))
    return 0 if all(held.values()) else 1


def _show(text: str) -> None:
    """Print it, whatever the terminal can write; a reader who has had enough may go."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    with suppress(BrokenPipeError):
        print(text, flush=True)


def _payload(path: str | None) -> Any:
    if path is None:
        return None
    with Path(path).open("rb") as file:
        content = file.read(_LIMIT + 1)
    payload = read_json(content, source=path, limit=_LIMIT)
    if not isinstance(payload, dict):
        raise Unreadable("is not an object", field="body", value=payload, source=path)
    return payload


def _json(stages: tuple[StageTold, ...], held: dict[str, bool]) -> str:
    told = [
        {
            "stage": stage.name,
            "in": list(stage.came_in),
            "decided": list(stage.decided),
            "reasons": list(stage.reasons),
            "out": list(stage.went_out),
        }
        for stage in stages
    ]
    return json.dumps({"stages": told, "invariants": held}, ensure_ascii=False, indent=2)


def _text(stages: tuple[StageTold, ...], held: dict[str, bool]) -> str:
    blocks = []
    for stage in stages:
        lines = [f"── {stage.number} {stage.name} " + "─" * (60 - len(stage.name))]
        for title, said in (
            ("in", stage.came_in),
            ("decided", stage.decided),
            ("because", stage.reasons),
            ("out", stage.went_out),
        ):
            shown = [shorten(line, 150, placeholder=" …") for line in said[:6]]
            if len(said) > 6:
                shown.append(f"… and {len(said) - 6} more")
            lines += [
                f"  {title if place == 0 else '':<8} {line}" for place, line in enumerate(shown)
            ]
        blocks.append("\n".join(lines))
    promises = [f"  {'kept  ' if good else 'BROKEN'} {name}" for name, good in held.items()]
    return "\n\n".join([*blocks, "\n".join(["── promises ──", *promises])])


if __name__ == "__main__":
    sys.exit(main())
