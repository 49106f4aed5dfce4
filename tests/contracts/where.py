"""Where the vendors' published contracts lie; they are never part of the project."""

import os
from pathlib import Path

import pytest

__all__ = ["contracts_root"]

_PROJECT = Path(__file__).resolve().parents[2]


def contracts_root() -> Path:
    """The folder named by CROSSBORDER_CONTRACTS, else `../shared/contracts` beside the project.

    Where it is absent the calling test, or the calling module, is skipped.
    """
    stated = os.environ.get("CROSSBORDER_CONTRACTS")
    root = Path(stated) if stated else _PROJECT.parent / "shared" / "contracts"
    if not root.is_dir():
        text = f"no published contracts at {root}: set CROSSBORDER_CONTRACTS to their folder"
        if os.environ.get("CROSSBORDER_REQUIRE_CONTRACTS") == "1":
            pytest.fail(text)
        pytest.skip(text, allow_module_level=True)
    return root
