"""The picture on the page of the inventory stage is the one its example draws."""

import doctest
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

STAGES = Path(__file__).parents[2] / "docs" / "stages"


def _after_the_page() -> dict[str, Any]:
    """All names of the page's examples, once they have run."""
    names: dict[str, Any] = {}
    parser = doctest.DocTestParser()
    page = (STAGES / "inventory.md").read_text("utf-8")
    for code in re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE):
        examples = parser.get_examples(code)
        for source in [one.source for one in examples] or [code]:
            exec(compile(source, "inventory.md", "exec"), names)
    return names


def _drawn_by(picture: str) -> str:
    found = re.search(r"Matplotlib v[\d.]+", picture)
    assert found is not None
    return found.group()


def test_the_picture_is_the_one_that_the_example_draws() -> None:
    pytest.importorskip("matplotlib")
    drawn = _after_the_page()["picture"]
    stored = (STAGES / "inventory-stock.svg").read_text("utf-8")
    if _drawn_by(stored) != _drawn_by(drawn):
        pytest.skip(f"the stored picture was drawn by {_drawn_by(stored)}")
    assert stored == drawn, "write the page's `picture` to docs/stages/inventory-stock.svg"


def test_the_picture_shows_the_band_and_both_lines_and_no_date() -> None:
    stored = (STAGES / "inventory-stock.svg").read_text("utf-8")
    ids = {one.get("id") for one in ElementTree.fromstring(stored).iter()}
    assert {"risk", "expected", "to-promise"} <= ids
    assert "dc:date" not in stored
