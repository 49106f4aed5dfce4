"""The documentation says what the code is: what is generated is compared, what is named exists."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import attrs
import pytest

import crossborder
from crossborder import errors, protocols
from crossborder.adapters import available, load
from crossborder.replay import STAGES

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted((*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"))
TWINS = {"README.md": "docs/zh/README.md", "docs/quickstart.md": "docs/zh/quickstart.md"}


def _text(path: str | Path) -> str:
    return (ROOT / path).read_text("utf-8")


def _between(page: str, name: str) -> str:
    found = re.search(rf"<!-- {name}:begin -->\n(.*?)<!-- {name}:end -->", _text(page), re.DOTALL)
    assert found is not None, f"{page} has no markers {name}:begin and {name}:end"
    return found.group(1).strip()


def _blocks(text: str) -> list[tuple[str, str]]:
    return re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def _prose(text: str) -> str:
    return re.sub(r"^```.*?^```$|<!--.*?-->", "", text, flags=re.DOTALL | re.MULTILINE)


def _headings(text: str) -> list[str]:
    return re.findall(r"^(#+) ", _prose(text), re.MULTILINE)


def _abilities() -> list[type]:
    order = ("sourcing", "inventory", "listing", "payment", "orders", "logistics", "service")
    found = [getattr(protocols, name) for name in protocols.__all__]
    able = [kind for kind in found if getattr(kind, "_is_protocol", False)]
    rooms = [f"crossborder.protocols.{name}" for name in (*order, "webhooks")]
    able = [kind for kind in able if kind.__module__ != "crossborder.protocols.storage"]
    return sorted(able, key=lambda kind: (rooms.index(kind.__module__), kind.__name__))


def _bases(vendor: str) -> set[type]:
    """Every base of the public classes in a vendor's folder: the adapter and its readers."""
    module = import_module(load(vendor).__module__)
    public = [getattr(module, name) for name in module.__all__]
    return {base for kind in public if isinstance(kind, type) for base in kind.__mro__}


def protocol_table() -> str:
    """Protocol × vendor, from the bases of the adapters' classes."""
    vendors = [name for name in available() if load(name).__module__.startswith("crossborder.")]
    bases = {vendor: _bases(vendor) for vendor in vendors}
    rows = [
        f"| `{kind.__name__}` | "
        + " | ".join("yes" if kind in bases[vendor] else "" for vendor in vendors)
        + " |"
        for kind in _abilities()
    ]
    head = f"| protocol | {' | '.join(vendors)} |"
    return "\n".join([head, "|---" * (len(vendors) + 1) + "|", *rows])


def error_tree() -> str:
    """The tree that stands in the docstring of the errors."""
    ((kind, tree),) = _blocks(errors.__doc__ or "")
    return f"```{kind}\n{tree}```"


def layer_picture() -> str:
    """The layers of the import linter's settings, the highest first."""
    settings = tomllib.loads(_text("pyproject.toml"))["tool"]["importlinter"]
    layers = next(item for item in settings["contracts"] if item["type"] == "layers")["layers"]
    width = max(len(layer) for layer in layers) + 4
    rows = [f"│{layer:^{width}}│" for layer in layers]
    line = "─" * width
    inside = f"\n├{line}┤\n".join(rows)
    return f"```text\n┌{line}┐\n{inside}\n└{line}┘\n```"


GENERATED = [
    ("docs/adapters.md", "protocols", protocol_table),
    ("docs/errors.md", "errors", error_tree),
    ("docs/architecture.md", "layers", layer_picture),
]


@pytest.mark.parametrize(("page", "name", "make"), GENERATED, ids=[page for page, *_ in GENERATED])
def test_what_is_generated_stands_in_its_page(page: str, name: str, make: Any) -> None:
    expected = make()
    assert _between(page, name) == expected, f"{page} must hold:\n{expected}"


def test_the_error_tree_names_every_public_error_and_no_other() -> None:
    assert sorted(re.findall(r"[├└]── (\w+)", error_tree())) == sorted(
        name for name in errors.__all__ if name != "CrossborderError"
    )


def test_every_protocol_of_the_table_is_had_by_some_vendor() -> None:
    for row in protocol_table().splitlines()[2:]:
        assert "yes" in row, row


@pytest.mark.parametrize(("page", "twin"), TWINS.items())
def test_the_chinese_twin_has_the_same_headings_and_the_same_code(page: str, twin: str) -> None:
    ours, theirs = _text(page), _text(twin)
    assert _headings(ours) == _headings(theirs)
    assert _blocks(ours) == _blocks(theirs)
    assert _blocks(ours)


def test_the_twins_tables_have_the_same_rows() -> None:
    ours, theirs = (
        [line.count("|") for line in _text(page).splitlines() if line.startswith("|")]
        for page in ("README.md", "docs/zh/README.md")
    )
    assert ours == theirs


def _named() -> Iterator[str]:
    for line in _text("docs/glossary.md").splitlines():
        if line.startswith("|") and not line.startswith(("|---", "| 中文")):
            yield from re.findall(r"`([^`]+)`", line.split("|")[3])


def _resolved(name: str) -> Any:
    root, _, rest = name.partition(".")
    inner = root in ("chain", "protocols")
    found = import_module(f"crossborder.{root}") if inner else getattr(crossborder, root)
    for part in rest.split(".") if rest else ():
        fields = attrs.fields_dict(found) if isinstance(found, type) and attrs.has(found) else {}
        found = fields[part] if part in fields else getattr(found, part)
    return found


@pytest.mark.parametrize("name", sorted(set(_named())))
def test_every_code_name_of_the_glossary_exists(name: str) -> None:
    assert _resolved(name) is not None


def test_every_row_of_the_glossary_has_a_code_name() -> None:
    rows = [line for line in _text("docs/glossary.md").splitlines() if re.match(r"\| [^-中]", line)]
    assert len(rows) > 50
    assert all("`" in row.split("|")[3] for row in rows)


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_has_a_page_that_uses_it_and_says_what_is_not_there(stage: str) -> None:
    page = _text(f"docs/stages/{stage}.md")
    assert "not yet" in page
    assert any(f"{stage}." in code for kind, code in _blocks(page) if kind == "python")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_leads_to_what_exists_and_shows_no_machine(page: Path) -> None:
    text = page.read_text("utf-8")
    assert not re.search(r"(?<![\w.])/(?:work|home|root|tmp|Users|mnt|opt)/", text)
    for target in re.findall(r"\]\(([^)#\s]+)", _prose(text)):
        if not target.startswith("https://"):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_only_imports_of_foreign_frameworks_are_not_executed(page: Path) -> None:
    text = page.read_text("utf-8")
    skipped = re.findall(r"<!-+ skip: next -+>\s+```python\n(.*?)```", text, re.DOTALL)
    assert len(skipped) == text.count("skip:")
    for code in skipped:
        assert re.fullmatch(r"(from (fastapi|django|celery)\S* import [\w, ]+\n)+", code), code


def test_every_decision_is_numbered_dated_and_listed() -> None:
    pages = sorted((DOCS / "decisions").glob("0*.md"))
    index = _text("docs/decisions/index.md")
    assert [page.name[:4] for page in pages] == [f"{n:04d}" for n in range(1, len(pages) + 1)]
    for page in pages:
        text = page.read_text("utf-8")
        assert re.match(rf"# {page.name[:4]} .+\n\n20\d\d-\d\d-\d\d\n", text), page.name
        assert f"]({page.name})" in index


def test_the_version_is_told_the_same_everywhere() -> None:
    version = re.escape(crossborder.__version__)
    assert re.search(
        rf"^## \[{version}\] - \d{{4}}-\d\d-\d\d$", _text("CHANGELOG.md"), re.MULTILINE
    )
    assert re.search(rf'^release = version = "{version}"$', _text("docs/conf.py"), re.MULTILINE)


def test_the_pages_build_without_a_warning(full_size: bool, tmp_path: Path) -> None:
    if not full_size or find_spec("furo") is None or find_spec("myst_parser") is None:
        pytest.skip("built at full size, where the extra `docs` is installed")
    command = [sys.executable, "-m", "sphinx", "-W", "-q", "-b", "html", str(DOCS), str(tmp_path)]
    built = subprocess.run(command, capture_output=True, text=True, check=False, timeout=110)
    assert built.returncode == 0, built.stderr
