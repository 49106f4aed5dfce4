"""The pictures on the pages of the stages are those that their examples draw."""

import doctest
import re
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

STAGES = Path(__file__).parents[2] / "docs" / "stages"
PICTURES = [
    ("inventory", "picture", "inventory-stock.svg", {"risk", "expected", "to-promise"}),
    ("logistics", "way_picture", "logistics-way.svg", {"way", "promised", "expected"}),
    ("logistics", "fan_picture", "logistics-fan.svg", {"window", "likely", "promised"}),
]
"""Page, the name its example gives the picture, the stored file, and the parts it must show."""


@cache
def _after_the_page(page: str) -> dict[str, Any]:
    """All names of the page's examples, once they have run."""
    names: dict[str, Any] = {}
    parser = doctest.DocTestParser()
    text = (STAGES / f"{page}.md").read_text("utf-8")
    for code in re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        examples = parser.get_examples(code)
        for source in [one.source for one in examples] or [code]:
            exec(compile(source, f"{page}.md", "exec"), names)
    return names


def _drawn_by(picture: str) -> str:
    found = re.search(r"Matplotlib v[\d.]+", picture)
    assert found is not None
    return found.group()


@pytest.mark.parametrize(("page", "name", "file", "_parts"), PICTURES)
def test_the_picture_is_the_one_that_the_example_draws(
    page: str, name: str, file: str, _parts: set[str]
) -> None:
    pytest.importorskip("matplotlib")
    drawn = _after_the_page(page)[name]
    stored = (STAGES / file).read_text("utf-8")
    if _drawn_by(stored) != _drawn_by(drawn):
        pytest.skip(f"the stored picture was drawn by {_drawn_by(stored)}")
    assert stored == drawn, f"write the page's `{name}` to docs/stages/{file}"


@pytest.mark.parametrize(("page", "_name", "file", "parts"), PICTURES)
def test_the_picture_shows_its_parts_and_no_date(
    page: str, _name: str, file: str, parts: set[str]
) -> None:
    stored = (STAGES / file).read_text("utf-8")
    assert parts <= {one.get("id") for one in ElementTree.fromstring(stored).iter()}
    assert "dc:date" not in stored
    assert f"({file})" in (STAGES / f"{page}.md").read_text("utf-8")
