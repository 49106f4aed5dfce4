"""What stockpyl and scipy answered; written by tests/golden/make_planning.py."""

import json
from pathlib import Path
from typing import Any

__all__ = ["cases"]

_FILE = Path(__file__).parents[4] / "golden" / "planning.json"


def cases(name: str) -> list[Any]:
    """Inputs and answers of one formula."""
    kept = json.loads(_FILE.read_text())["cases"][name]
    return [(case["inputs"], case["answer"]) for case in kept]
