"""Settings for every test, examples in src, docs and README included."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser

if TYPE_CHECKING:
    from postgres import Server

settings.register_profile(
    "quick", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "full", max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
_FULL = os.environ.get("CROSSBORDER_FULL") == "1"
settings.load_profile("full" if _FULL else "quick")

collect_ignore_glob = ["tests/golden/make_*.py"]
"""What makes the stored figures needs libraries that no test needs."""

_ON_A_SERVER = ["docs/recipes/stock_postgresql.md"]
_pages = Sybil(
    parsers=[PythonCodeBlockParser(), SkipParser()],
    patterns=["README.md", "docs/*.md", "docs/**/*.md"],
    excludes=_ON_A_SERVER,
)
_pages_on_a_server = Sybil(
    parsers=[PythonCodeBlockParser(), SkipParser()],
    patterns=_ON_A_SERVER,
    fixtures=["stock_database"],
)
pytest_collect_file = (_pages + _pages_on_a_server).pytest()


@pytest.fixture(scope="session")
def postgres() -> Iterator["Server"]:
    """A throw-away PostgreSQL server."""
    from postgres import running

    with running() as server:
        yield server


@pytest.fixture(scope="session")
def stock_database(postgres: "Server") -> Iterator[str]:
    """An empty database, which STOCK_DATABASE names."""
    with pytest.MonkeyPatch.context() as patch:
        address = postgres.create("page")
        patch.setenv("STOCK_DATABASE", address)
        yield address


@pytest.fixture
def full_size() -> bool:
    """Whether this is the slow run, at full size (CROSSBORDER_FULL=1)."""
    return _FULL


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reaches beyond this machine."""
    import socket

    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else "localhost"
        if host not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {host}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
