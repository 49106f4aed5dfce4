from pathlib import Path
from typing import Any

import pytest

from contracts.shopify.fake import (  # type: ignore[import-not-found,unused-ignore]
    FakeShop,
    contract_of,
    schema_at,
)


@pytest.fixture(scope="session")
def newest(contracts: Path) -> Path:
    """The contract that the adapter is written for."""
    return contracts / "shopify" / "admin_2026-10.introspection.json.gz"


@pytest.fixture(scope="session")
def schema(newest: Path) -> Any:
    """The schema of that contract, built once."""
    return schema_at(newest)


@pytest.fixture
def shop(newest: Path, schema: Any) -> Any:
    """An empty shop."""
    return FakeShop(schema, contract_of(newest))
