from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from crossborder.display import html_table

cells = st.text(max_size=5)
tables = st.integers(1, 3).flatmap(
    lambda width: st.tuples(
        st.lists(cells, min_size=width, max_size=width),
        st.lists(st.lists(cells, min_size=width, max_size=width), max_size=30),
    )
)


@given(tables, cells)
def test_every_cell_is_escaped_and_no_more_than_twenty_rows_are_shown(
    table: tuple[list[str], list[list[str]]], caption: str
) -> None:
    heads, rows = table
    shown = html_table(heads, rows, caption=caption)
    body = shown.partition("<tbody>")[2].partition("</tbody>")[0]
    said = body.replace("<tr>", "").replace("</tr>", "").replace("<td>", "").split("</td>")
    assert [unescape(cell) for cell in said[:-1]] == [cell for row in rows[:20] for cell in row]
    assert ("<tfoot>" in shown) == (len(rows) > 20)
    assert shown.count("<th>") == len(heads)
    assert ("<caption>" in shown) == bool(caption)


def test_what_was_cut_is_said_across_the_whole_width() -> None:
    shown = html_table(["a", "b"], ([n, n] for n in range(25)))
    assert '<tfoot><tr><td colspan="2">… 5 more</td></tr></tfoot>' in shown


def test_a_caption_and_a_head_are_escaped_too() -> None:
    shown = html_table(["<h>"], [], caption="<c>")
    assert "<caption>&lt;c&gt;</caption>" in shown
    assert "<th>&lt;h&gt;</th>" in shown


def test_costs_and_decisions_show_themselves_as_tables() -> None:
    from crossborder.model.cost import CostPart, LandedCost
    from crossborder.model.decision import Decision, Reason
    from crossborder.model.extra import Extra
    from crossborder.model.money import Money

    cost = LandedCost((CostPart("goods", Money("8", "USD")), CostPart("duty", Money("1", "USD"))))
    shown = cost._repr_html_()
    assert "<td>total</td><td>9 USD</td>" in shown
    decided = Decision(3, (Reason("<b>", "why", Extra({"n": 1})),), rule="demo.rule/1")
    table = decided._repr_html_()
    assert "demo.rule/1: 3" in table
    assert "&lt;b&gt;" in table
