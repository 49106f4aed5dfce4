"""What `import crossborder` gives, and what every public module keeps to."""

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules, walk_packages
from types import ModuleType
from typing import Any

import pytest

import crossborder

HEAVY = ("httpx", "cattrs", "tenacity", "asyncio", "attrs", "attr", "importlib.metadata")
STAGES = (
    "sourcing",
    "inventory",
    "platforms",
    "listing",
    "payment",
    "promotion",
    "operations",
    "orders",
    "logistics",
    "service",
)
SOURCE = Path(crossborder.__file__)
MODULES = sorted(
    found.name
    for found in walk_packages(crossborder.__path__, "crossborder.")
    if not found.name.endswith(".__main__")
)
PUBLIC = [name for name in MODULES if not any(p.startswith("_") for p in name.split("."))]


def _fresh(code: str) -> str:
    """What a new interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


def test_importing_the_package_loads_nothing_heavy_and_nothing_of_its_own() -> None:
    code = (
        "import sys; before = set(sys.modules); import crossborder;"
        f"print([name for name in {HEAVY} if name in sys.modules],"
        " sorted(name for name in set(sys.modules) - before if name.startswith('crossborder.')))"
    )
    assert _fresh(code) == "[] []"


def test_a_noun_loads_neither_clients_nor_http() -> None:
    code = (
        "import sys; from crossborder import Money, Order;"
        "print([name for name in ('httpx', 'cattrs', 'tenacity', 'asyncio',"
        " 'crossborder.clients', 'crossborder.conversation') if name in sys.modules])"
    )
    assert _fresh(code) == "[]"


def test_the_front_door_is_sorted_and_holds_each_name_once() -> None:
    assert list(crossborder.__all__) == sorted(set(crossborder.__all__))


@pytest.mark.parametrize("name", crossborder.__all__)
def test_every_name_of_the_front_door_is_the_one_at_its_home(name: str) -> None:
    value = getattr(crossborder, name)
    if name in STAGES:
        assert value is import_module(f"crossborder.stages.{name}")
        return
    home = import_module(crossborder._HOME_OF[name])
    assert value is getattr(home, name)
    assert name in home.__all__
    if inspect.isclass(value) or inspect.isfunction(value):
        assert inspect.getdoc(value)


def test_the_ten_stages_stand_in_the_order_of_the_chain() -> None:
    assert crossborder._STAGES == STAGES
    assert set(STAGES) <= set(crossborder.__all__)


def _typed() -> Iterator[tuple[str, str]]:
    """(home, name) of everything the type checker is told."""
    for node in ast.parse(SOURCE.read_text("utf-8")).body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for line in node.body:
                assert isinstance(line, ast.ImportFrom), ast.unparse(line)
                for alias in line.names:
                    assert alias.asname == alias.name
                    yield str(line.module), alias.name


def test_the_type_checker_sees_exactly_what_is_loaded_lazily() -> None:
    lazy = [(home, name) for home, names in crossborder._HOMES.items() for name in names]
    stages = [("crossborder.stages", name) for name in STAGES]
    typed = list(_typed())
    assert len(typed) == len(set(typed))
    assert set(typed) == {*lazy, *stages}


def test_no_name_of_the_front_door_hides_a_submodule() -> None:
    for found in iter_modules(crossborder.__path__):
        if found.name in crossborder.__all__:
            same = import_module(f"crossborder.{found.name}")
            assert getattr(crossborder, found.name) is same


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Shopfy'"):
        _ = crossborder.Shopfy


def test_dir_lists_the_front_door_and_the_version() -> None:
    assert {*crossborder.__all__, "__version__"} <= set(dir(crossborder))
    assert re.fullmatch(r"\d+\.\d+\.\d+", crossborder.__version__)


def test_star_import_gives_the_front_door() -> None:
    names: dict[str, Any] = {}
    exec("from crossborder import *", names)
    assert set(crossborder.__all__) <= set(names)


def _order(name: str) -> tuple[int, list[tuple[int, int, str]]]:
    """The order of `__all__` that ruff asks for: constants, classes, the rest; 2 before 10."""
    if re.fullmatch(r"[A-Z][A-Z0-9_]*", name) and name.isupper():
        group = 0
    elif name[0].isupper():
        group = 1
    else:
        group = 2
    parts = [part for part in re.split(r"(\d+)", name) if part]
    return group, [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in parts]


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_module_says_what_it_offers(name: str) -> None:
    module = import_module(name)
    assert module.__doc__, f"{name} has no docstring"
    offered = vars(module).get("__all__")
    if offered is None:
        own = [value for value in vars(module).values() if _made_in(value, module)]
        assert not own, f"{name} defines {own} and has no __all__"
        return
    assert list(offered) == sorted(set(offered), key=_order)
    for item in offered:
        assert hasattr(module, item), f"{name}.__all__ names {item}, which is not there"


def _made_in(value: object, module: ModuleType) -> bool:
    return (inspect.isclass(value) or inspect.isfunction(value)) and (
        value.__module__ == module.__name__
    )


def _undocumented(module: ModuleType) -> Iterator[str]:
    for name in vars(module).get("__all__", ()):
        value = getattr(module, name)
        if not _made_in(value, module):
            continue
        if not inspect.getdoc(value):
            yield f"{module.__name__}.{name}"
        if not inspect.isclass(value):
            continue
        for own, method in vars(value).items():
            inside = method.__func__ if isinstance(method, classmethod | staticmethod) else method
            # A test of a contract suite is named by its sentence.
            if own.startswith(("_", "test_")) or not (
                inspect.isfunction(inside) or isinstance(inside, property)
            ):
                continue
            # A method of a protocol is documented there.
            if not inspect.getdoc(getattr(value, own)):
                yield f"{module.__name__}.{name}.{own}"


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_function_class_and_method_is_documented(name: str) -> None:
    assert list(_undocumented(import_module(name))) == []


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
    assert [name for name in MODULES if drawers & set(name.split("."))] == []


def test_the_package_is_typed() -> None:
    assert (SOURCE.parent / "py.typed").is_file()
