from pathlib import Path

import pytest

from where import contracts_root  # type: ignore[import-not-found,unused-ignore]


@pytest.fixture(scope="session")
def contracts() -> Path:
    """The folder of the vendors' published contracts; the test is skipped where it is absent."""
    root: Path = contracts_root()
    return root
