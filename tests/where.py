"""Where the vendors' published contracts and the public data sets lie; never part of the project."""

import os
from pathlib import Path

import pytest

__all__ = ["contracts_root", "data_root"]

_PROJECT = Path(__file__).resolve().parents[1]


def _folder(variable: str, name: str, what: str, required: str) -> Path:
    stated = os.environ.get(variable)
    root = Path(stated) if stated else _PROJECT.parent / "shared" / name
    if not root.is_dir():
        text = f"no {what} at {root}: set {variable} to their folder"
        if os.environ.get(required) == "1":
            pytest.fail(text)
        pytest.skip(text, allow_module_level=True)
    return root


def contracts_root() -> Path:
    """The folder named by CROSSBORDER_CONTRACTS, else `../shared/contracts` beside the project.

    Where it is absent the calling test, or the calling module, is skipped.
    """
    return _folder(
        "CROSSBORDER_CONTRACTS",
        "contracts",
        "published contracts",
        "CROSSBORDER_REQUIRE_CONTRACTS",
    )


def data_root() -> Path:
    """The folder named by CROSSBORDER_DATA, else `../shared/data` beside the project.

    Where it is absent the calling test, or the calling module, is skipped.
    """
    return _folder("CROSSBORDER_DATA", "data", "public data sets", "CROSSBORDER_REQUIRE_DATA")
