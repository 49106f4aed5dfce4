"""Pictures of numbers: what they match, how many there are, and that no search explodes."""

import re

import pytest

from crossborder.stages.logistics.numbers.layout import Layout
from crossborder.stages.logistics.numbers.rules import FORMATS

LAYOUTS = [layout for kind in FORMATS for layout in kind.layouts]


def test_a_picture_is_read() -> None:
    layout = Layout("420 zip:d5 ( 9 [23] kind:A|B serial:d1x2-3 ) check:d1")
    found = layout.matched("420123459" + "3B" + "7XY" + "5")
    assert found == {
        "zip": "12345",
        "covered": "93B7XY",
        "kind": "B",
        "serial": "7XY",
        "check": "5",
    }
    assert (layout.shortest, layout.longest, layout.lead) == (15, 16, "420")
    assert layout.count == 10**5 * 2 * 2 * 10 * (36**2 + 36**3)


@pytest.mark.parametrize("number", ["42012345", "420123459" + "4B7XY5", "4201234593B7X", "x"])
def test_what_does_not_fit_the_picture_is_not_matched(number: str) -> None:
    assert Layout("420 zip:d5 9 [23] kind:A|B serial:d1x2-3").matched(number) is None


@pytest.mark.parametrize("picture", ["zip4:d4", "d4+", "(a) d3", "lower"])
def test_a_picture_that_cannot_be_read_is_a_mistake_of_the_table(picture: str) -> None:
    with pytest.raises(AssertionError):
        Layout(picture)


def test_names_of_formats_are_unique() -> None:
    names = [kind.name for kind in FORMATS]
    assert len(names) == len(set(names)) == 39
    assert len({kind.carrier for kind in FORMATS}) == 19
    assert all(kind.source for kind in FORMATS)


def test_every_format_with_a_check_says_what_is_covered() -> None:
    for kind in FORMATS:
        for layout in kind.layouts:
            checked = "check" in layout.counts
            assert checked == (kind.check is not None) == bool(kind.rule), kind.name
            assert checked == ("(?P<covered>" in layout.source)


def test_runs_are_bounded_and_never_repeated() -> None:
    """Without `*`, `+` and a repeated group a search takes time linear in the text."""
    for layout in LAYOUTS:
        assert not re.search(r"[*+]|\)[{?]", layout.source.replace("(?", "("))
        assert layout.longest <= 41
