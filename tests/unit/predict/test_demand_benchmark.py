"""The benchmark of demand reads tables as they come, or names what is wrong with them."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.demand import NAMES, BadTable, Table, grade, main, read


def written(folder: Path, text: str, name: str = "a.csv") -> Path:
    path = folder / name
    body = text.encode()
    path.write_bytes(gzip.compress(body) if name.endswith(".gz") else body)
    return path


def month(year: int, number: int) -> datetime:
    """When that month's demand is known."""
    return datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)


def test_files_are_joined_by_part(tmp_path: Path) -> None:
    table: Table = {}
    read(written(tmp_path, "\ufeffpart,2000-12,2001-02\n\nx,1,\ny,0,3\n\n"), table)
    read(written(tmp_path, "part,2001-01,2000-12\r\nx,4.0,\r\nz,,7\r\n", "b.csv.gz"), table)
    assert table == {
        "x": {month(2000, 12): 1, month(2001, 1): 4, month(2001, 2): None},
        "y": {month(2000, 12): 0, month(2001, 2): 3},
        "z": {month(2001, 1): None, month(2000, 12): 7},
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", r"a\.csv, line 1: needs a part"),
        ("part\nx\n", r"line 1: needs a part"),
        ("part,2001-13\nx,1\n", r"line 1, column 2: '2001-13' is not a month"),
        ("part,2001-01,2001-01\nx,1,2\n", r"line 1: a month stands there twice"),
        ("part,2001-01\nx,1\n\nx,2\n", r"line 4, column 2 \(2001-01\): part x has 1"),
        ("part,2001-01\nx,-1\n", r"line 2, column 2 \(2001-01\): '-1' is not a whole"),
        ("part,2001-01\nx,1.5\n", r"line 2, column 2 \(2001-01\): '1.5' is not a whole"),
        ("part,2001-01\n,1\n", r"line 2, column 1: no part"),
        ("part,2001-01,2001-02\nx,1\n", r"line 2: 2 cells, the header has 3"),
    ],
)
def test_a_bad_table_is_named_by_file_line_and_column(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadTable, match=said):
        read(written(tmp_path, text), {})


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match="cannot be read"):
        read(tmp_path / "none.csv", {})


def test_later_figures_change_no_earlier_forecast() -> None:
    months = [month(2000, number) for number in range(1, 13)]
    first: Table = {
        str(part): {known: (part * place) % 3 for place, known in enumerate(months[:7])}
        for part in range(20)
    }
    later: Table = {part: known | {months[8]: None} for part, known in first.items()}
    later["other"] = {months[9]: None, months[2]: None}
    names = [name for name in NAMES if name != "us_per_forecast"]
    one, other = grade(first, months[6]), grade(later, months[6])
    assert [one[name] for name in names] == [other[name] for name in names]
    more: Table = {part: known | {months[8]: 0} for part, known in first.items()}
    huge: Table = {part: known | {months[8]: 900} for part, known in first.items()}
    # A quantile of the last month costs a share of 900 when it was not foreseen.
    low, high = grade(more, months[6])["p95_pinball"], grade(huge, months[6])["p95_pinball"]
    assert high - low > 0.95 * 800 / 2


def test_it_prints_exactly_the_named_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = written(tmp_path, "part,2001-01,2001-02\nx,1,2\ny,0,1\n")
    new = written(tmp_path, "part,2001-03\nx,2\nnew,1\nempty,\n", "b.csv")
    assert main(["--data", str(old), str(new), "--grade-from", "2001-03"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert tuple(name for name, _ in lines) == NAMES
    assert all(float(value) >= 0 for _, value in lines)


def test_what_is_wrong_is_said_without_a_trace(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, "part,2001-01\nx,1\n")
    assert main(["--data", str(path), "--grade-from", "2001-02"]) == 2
    assert "no known figure in the graded months" in capsys.readouterr().err
    assert main(["--data", str(path), "--grade-from", "soon"]) == 2
    assert "'soon' is not a month" in capsys.readouterr().err


def test_without_the_public_data_it_is_skipped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CROSSBORDER_DATA", str(tmp_path))
    assert main([]) == 0
    assert capsys.readouterr().out.startswith("skipped: no carparts")
