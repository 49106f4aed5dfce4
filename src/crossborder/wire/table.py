r"""Tables as text, for files that people open in a spreadsheet.

>>> write_table(["sku", "title"], [["A-1", "=1+1"], ["A-2", None]], delimiter=",")
"sku,title\r\nA-1,'=1+1\r\nA-2,\r\n"
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from crossborder.errors import InvalidValue

__all__ = ["neutral_cell", "write_table"]

# What spreadsheets take for the start of a formula (OWASP, "CSV Injection"), with the full-width
# forms that Chinese and Japanese input gives.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")


def neutral_cell(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula; a plain number stays as it is.

    >>> neutral_cell("=HYPERLINK(1)"), neutral_cell("-12.50"), neutral_cell("-1+1")
    ("'=HYPERLINK(1)", '-12.50', "'-1+1")
    """
    if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def _cell(value: object) -> str:
    if value is None:
        return ""
    return neutral_cell(f"{value:f}" if isinstance(value, Decimal) else str(value))


def write_table(
    heads: Sequence[str], rows: Iterable[Sequence[object]], *, delimiter: str = "\t"
) -> str:
    """Heads and rows as delimited text, quoted and ended as RFC 4180 says; None is an empty cell.

    Raises:
        InvalidValue: a row has another number of cells than there are heads.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([_cell(head) for head in heads])
    for place, row in enumerate(rows):
        if len(row) != len(heads):
            said = f"must have {len(heads)} cells"
            raise InvalidValue(said, field=f"rows.{place}", value=tuple(row), source="table")
        writer.writerow([_cell(value) for value in row])
    return text.getvalue()
