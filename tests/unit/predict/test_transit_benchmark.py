"""The benchmark of delivery times knows only what was known, and names what it cannot read."""

import gzip
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from random import Random  # noqa: TID251  seeded: the same table in each run

import pytest

from benchmarks import eta
from benchmarks.eta import COLUMNS, BadTable, Table, bent, day, figures, main, mirrored, read, split

CUT, END = day("2017-06-01"), day("2017-08-01")


def made(count: int = 700, seed: int = 2) -> Table:
    """Orders of a shop from January on, five a day; one in forty is never delivered."""
    chance, rows = Random(seed), list[dict[str, str]]()
    for number in range(count):
        start = day("2017-03-01") + timedelta(minutes=number * 288)
        window = chance.choice([15, 20, 30])
        end = start + timedelta(minutes=int(window * 720 * chance.lognormvariate(0, 0.4)))
        delivered = end.strftime("%Y-%m-%dT%H:%M") if number % 40 else ""
        cells = {
            "order_id": f"o{number:04d}",
            "status": "delivered" if delivered else "shipped",
            "purchased_at": start.strftime("%Y-%m-%dT%H:%M"),
            "delivered_at": delivered,
            "promised_date": (start + timedelta(days=window)).strftime("%Y-%m-%dT00:00"),
            "main_payment_type": chance.choice(["credit_card", "boleto"]),
            "payment_value": f"{chance.uniform(10, 300):.2f}",
        }
        rows.append({name: cells.get(name, "") for name in COLUMNS})
    return rows


ROWS = made()
FIT, GRADE = split(ROWS, CUT, END)


def quotes(fit: Table, grade: Table) -> dict[str, Sequence[float]]:
    return {quoted.order.key: quoted.days for quoted in eta.replay(fit, grade).quotes}


def test_a_split_shows_nothing_of_what_came_after_it() -> None:
    assert all(row["purchased_at"] < "2017-06-01" for row in FIT)
    assert all(row["delivered_at"] < "2017-06-01" for row in FIT)
    assert {row["purchased_at"][:7] for row in GRADE} == {"2017-06", "2017-07"}


def test_outcomes_after_the_cut_that_a_table_tells_by_mistake_are_used_when_they_happen() -> None:
    """A table that was not blanked gives the quotes of the first day that a blanked one gives."""
    told = [row for row in ROWS if row["purchased_at"] < "2017-06-01"]
    one, other = quotes(FIT, GRADE), quotes(told, GRADE)
    first = [row["order_id"] for row in GRADE if row["purchased_at"] < "2017-06-02"]
    for key in first:
        assert one[key] == pytest.approx(other[key], rel=0.02)


def test_what_happens_later_changes_no_earlier_quote() -> None:
    later = [
        {**row, "delivered_at": "2017-09-30T00:00"} if row["delivered_at"] >= "2017-07-01" else row
        for row in GRADE
    ]
    one, other = quotes(FIT, GRADE), quotes(FIT, later)
    early = [row["order_id"] for row in GRADE if row["purchased_at"] < "2017-07-01"]
    late = [row["order_id"] for row in GRADE if row["purchased_at"] >= "2017-07-10"]
    assert [one[key] for key in early] == [other[key] for key in early]
    assert [one[key] for key in late] != [other[key] for key in late]


def test_what_is_filled_in_after_the_purchase_changes_no_quote() -> None:
    changed = [
        {**row, "status": "canceled", "approved_at": "", "to_carrier_at": row["purchased_at"]}
        for row in GRADE
    ]
    assert quotes(FIT, changed) == quotes(FIT, GRADE)


def test_the_order_of_lines_does_not_matter() -> None:
    assert quotes(FIT[::-1], GRADE[::-1]) == quotes(FIT, GRADE)


def test_on_a_steady_shop_quotes_keep_their_chances() -> None:
    found = figures(eta.replay(FIT, GRADE).quotes)
    assert abs(found["eta_p80_coverage"] - 0.8) < 0.06
    assert abs(found["eta_p90_coverage"] - 0.9) < 0.05
    assert found["eta_p90_pinball"] < found["eta_p80_pinball"] < found["eta_p50_pinball"]


def test_a_bent_table_is_as_it_was_before_the_cut() -> None:
    table = bent(ROWS, CUT, 0.5, 0.5)
    assert [row for row in table if row["purchased_at"] < "2017-06-01"] == [
        {**row, "delivered_at": row["delivered_at"] and row["delivered_at"] + ":00"}
        for row in FIT_WHOLE
    ]
    last = [(one, row) for one, row in zip(table, ROWS, strict=True) if row["delivered_at"]][-1]
    before, after = (eta.orders([row])[0].days for row in reversed(last))
    assert before is not None
    assert after is not None
    assert after < before


FIT_WHOLE = [row for row in ROWS if row["purchased_at"] < "2017-06-01"]


def test_weeks_that_run_backwards_keep_their_orders_and_weekdays() -> None:
    weeks = 12
    table = mirrored(ROWS, day("2017-03-06"), weeks)
    assert [row["purchased_at"] for row in table] == sorted(row["purchased_at"] for row in table)
    moved = {row["order_id"]: row for row in table}
    before = {order.key: order for order in eta.orders(ROWS)}
    for order in eta.orders(table):
        was = before[order.key]
        assert (order.days, order.way) == (was.days, was.way)
        assert order.bought.weekday() == was.bought.weekday()
    assert len(moved) == sum("2017-03-06" <= row["purchased_at"] < "2017-05-29" for row in ROWS)


def written(folder: Path, rows: Table, name: str) -> Path:
    lines = [",".join(COLUMNS), *(",".join(row.values()) for row in rows)]
    path = folder / name
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    return path


def test_every_promised_figure_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eta, "refit_seconds", lambda rows: 1.0)
    monkeypatch.setattr(eta, "warning", lambda fit, grade: dict.fromkeys(eta.WARNING, 0.5))
    fit, grade = written(tmp_path, FIT, "f.csv.gz"), written(tmp_path, GRADE, "g.csv.gz")
    assert main(["--fit", str(fit), "--grade", str(grade)]) == 0
    printed = dict(line.split() for line in capsys.readouterr().out.splitlines())
    assert set(eta.NAMES) | set(eta.WARNING) | {"refit_100k_seconds"} <= set(printed)
    assert all(float(value) >= 0 for value in printed.values())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("order_id\n", r"line 1: has no column status"),
        (f"{','.join(COLUMNS)}\na,,yesterday\n", r"line 2, column purchased_at: 'yesterday'"),
    ],
)
def test_a_bad_table_is_named_by_file_line_and_column(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(BadTable, match=said):
        read(path)
    assert main(["--fit", str(path), "--grade", str(path)]) == 2


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match="cannot be read"):
        read(tmp_path / "none.csv")
