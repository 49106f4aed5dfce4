"""Tables for spreadsheets."""

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.wire.table import neutral_cell, write_table

_CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["\t", ",", ";"]), st.integers(1, 4), st.data())
def test_a_reader_of_the_format_finds_every_cell_again(
    delimiter: str, width: int, data: st.DataObject
) -> None:
    row = st.lists(_CELLS, min_size=width, max_size=width)
    heads, rows = data.draw(row), data.draw(st.lists(row, max_size=3))
    written = write_table(heads, rows, delimiter=delimiter)
    found = list(csv.reader(io.StringIO(written, newline=""), delimiter=delimiter, strict=True))
    assert found == [[neutral_cell(cell) for cell in line] for line in (heads, *rows)]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from("=+-@\t\r\n＝＋－＠"), st.text())
def test_no_cell_begins_like_a_formula_unless_it_is_a_plain_number(start: str, rest: str) -> None:
    cell = neutral_cell(start + rest)
    assert cell.endswith(start + rest)
    assert cell.startswith("'") or Decimal(cell).is_finite()


@pytest.mark.parametrize("cell", ["-12.50", "+3", ".5", "text", "", "a=b", "'x"])
def test_plain_numbers_and_other_texts_stay(cell: str) -> None:
    assert neutral_cell(cell) == cell


def test_none_is_an_empty_cell_and_a_decimal_has_no_exponent() -> None:
    rows: list[list[object]] = [[None, Decimal("1E+2")], ['say "hi"', 3]]
    assert write_table(["a", "b"], rows) == 'a\tb\r\n\t100\r\n"say ""hi"""\t3\r\n'


def test_a_row_of_another_width_is_refused_by_its_place() -> None:
    with pytest.raises(InvalidValue) as caught:
        write_table(["a"], [["1"], ["1", "2"]])
    assert caught.value.field == "rows.1"
