"""What stands behind `_repr_html_`: small escaped tables, no data frame needed."""

from collections.abc import Iterable, Sequence
from html import escape

__all__ = ["html_table"]

_ROWS = 20


def html_table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, caption: str = "") -> str:
    """An HTML table of at most 20 rows; every cell is escaped, and what was cut is said.

    >>> html_table(["sku"], [["<b>"]])
    '<table><thead><tr><th>sku</th></tr></thead><tbody><tr><td>&lt;b&gt;</td></tr></tbody></table>'
    """
    body: list[str] = []
    left = 0
    for row in rows:
        if len(body) < _ROWS:
            cells = "".join(f"<td>{escape(str(cell))}</td>" for cell in row)
            body.append(f"<tr>{cells}</tr>")
        else:
            left += 1
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    foot = f'<tfoot><tr><td colspan="{len(heads)}">… {left} more</td></tr></tfoot>' if left else ""
    return (
        f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody>{foot}</table>"
    )
