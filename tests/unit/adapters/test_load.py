from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pytest

import crossborder.adapters as adapters
from crossborder.adapters import available, load
from crossborder.errors import UnknownAdapter

BUILT_IN = ("alibaba1688", "amazon", "memory", "shopify", "stripe", "track17", "yunexpress")


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A distribution of somebody else, with an adapter, and one that takes a built-in name."""
    entries = (
        EntryPoint("acme", "collections:OrderedDict", "crossborder.adapters"),
        EntryPoint("memory", "collections:Counter", "crossborder.adapters"),
        EntryPoint("broken", "no_such_module:Broken", "crossborder.adapters"),
    )

    def fake(*, group: str) -> tuple[EntryPoint, ...]:
        return entries if group == "crossborder.adapters" else ()

    monkeypatch.setattr(adapters, "entry_points", fake)


def test_the_built_in_adapters_are_available() -> None:
    assert set(BUILT_IN) <= set(available())
    assert list(available()) == sorted(set(available()))


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_built_in_adapter_is_loaded_by_its_name(name: str) -> None:
    found = load(name)
    assert isinstance(found, type)
    assert found.__module__ == f"crossborder.adapters.{name}"
    assert found.__name__.casefold() == name


@pytest.mark.usefixtures("installed")
def test_an_installed_adapter_is_loaded_through_its_entry_point() -> None:
    from collections import OrderedDict

    assert "acme" in available()
    assert load("acme") is OrderedDict


@pytest.mark.usefixtures("installed")
def test_a_built_in_name_is_not_taken_over_by_an_installed_one() -> None:
    assert load("memory").__name__ == "Memory"
    assert available().count("memory") == 1


@pytest.mark.usefixtures("installed")
def test_an_installed_adapter_that_cannot_be_imported_says_so_itself() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        load("broken")


@pytest.mark.parametrize("name", ["shopfy", "", "Shopify", "crossborder.adapters.memory"])
def test_an_unknown_adapter_is_refused_with_the_names_there_are(name: str) -> None:
    with pytest.raises(UnknownAdapter) as caught:
        load(name)
    assert caught.value.name == name
    for known in BUILT_IN:
        assert known in str(caught.value)


def test_real_entry_points_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a fake, the interpreter's own distributions are looked through."""
    asked: list[Any] = []
    real = entry_points

    def spy(*, group: str) -> Any:
        asked.append(group)
        return real(group=group)

    monkeypatch.setattr(adapters, "entry_points", spy)
    available()
    assert asked == ["crossborder.adapters"]
