"""The benchmark of lead times reads shipments as they come, and learns nothing early."""

import gzip
from datetime import date, timedelta
from pathlib import Path

import pytest

from benchmarks.lead_time import COLUMNS, NAMES, BadTable, auc, grade, main, read
from where import data_root

ROW = {
    "asn_dn_no": "S1",
    "country": "Kenya",
    "fulfill_via": "Direct Drop",
    "shipment_mode": "Air",
    "pq_first_sent_to_client_date": "2010-01-01",
    "po_sent_to_vendor_date": "2010-01-20",
    "scheduled_delivery_date": "2010-04-01",
    "delivered_to_client_date": "2010-04-02",
    "vendor": "V",
}


def written(folder: Path, rows: list[dict[str, str]], name: str = "a.csv") -> Path:
    lines = [",".join(COLUMNS), *(",".join((ROW | row)[name] for name in COLUMNS) for row in rows)]
    path, body = folder / name, "\n".join(lines).encode()
    path.write_bytes(gzip.compress(body) if name.endswith(".gz") else body)
    return path


def many(start: int, count: int, days: int = 20) -> list[dict[str, str]]:
    """Orders of January 2010 on, one a day, each delivered after so many days or a few more."""
    rows = []
    for number in range(start, start + count):
        sent = date(2010, 1, 1) + timedelta(days=number)
        delivered = sent + timedelta(days=days + number % 5)
        due = sent + timedelta(days=days + 2)
        rows.append(
            {
                "asn_dn_no": f"S{number}",
                "po_sent_to_vendor_date": sent.isoformat(),
                "scheduled_delivery_date": due.isoformat(),
                "delivered_to_client_date": delivered.isoformat(),
                "shipment_mode": "Air" if number % 2 else "Ocean",
            }
        )
    return rows


def test_lines_of_one_number_are_one_shipment(tmp_path: Path) -> None:
    path = written(tmp_path, [{}, {"vendor": "W"}, {"asn_dn_no": "S2"}], "a.csv.gz")
    found = read(path)
    assert sorted(found) == ["S1", "S2"]
    assert found["S1"].vendor == "V"
    assert found["S1"].days == 72
    assert found["S1"].prepared == "usually"


def test_an_order_without_its_days_has_no_lead_time(tmp_path: Path) -> None:
    rows = [
        {"po_sent_to_vendor_date": ""},
        {"asn_dn_no": "S2", "fulfill_via": "From RDC", "pq_first_sent_to_client_date": "Pre-PQ"},
        {"asn_dn_no": "S3", "delivered_to_client_date": ""},
    ]
    found = read(written(tmp_path, rows))
    assert sorted(found) == ["S1", "S2"]
    assert found["S1"].days is None
    assert found["S2"].days is None
    assert found["S2"].placed < found["S2"].due


def test_a_bad_table_is_named_by_file_and_line(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match=r"line 2, scheduled_delivery_date: '2010-02-31'"):
        read(written(tmp_path, [{"scheduled_delivery_date": "2010-02-31"}]))
    path = tmp_path / "b.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(BadTable, match="has no column asn_dn_no, country"):
        read(path)
    with pytest.raises(BadTable, match="cannot be read"):
        read(tmp_path / "none.csv")


def test_equal_scores_count_one_half() -> None:
    assert auc([(True, 0.9), (False, 0.1), (False, 0.9)]) == 0.75
    assert auc([(True, 0.5), (False, 0.5)]) == 0.5


def test_later_shipments_change_no_earlier_quote(tmp_path: Path) -> None:
    fit = read(written(tmp_path, many(0, 120)))
    one = many(130, 1)
    alone = grade(fit, read(written(tmp_path, one, "b.csv")))
    # Orders sent on later days, of much longer times, in the same file to grade from.
    later = read(written(tmp_path, many(131, 40, days=300), "c.csv"))
    graded = read(tmp_path / "b.csv")
    both = grade({**fit, **later}, graded)
    names = [name for name in alone if name.startswith("po_")]
    assert [alone[name] for name in names] == [both[name] for name in names]


def test_the_figures_are_printed_one_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fit, later = written(tmp_path, many(0, 100)), written(tmp_path, many(100, 20), "b.csv")
    assert main(["--fit", str(fit), "--grade", str(later)]) == 0
    said = dict(line.split() for line in capsys.readouterr().out.splitlines())
    assert tuple(said) == NAMES
    assert float(said["po_p80_pinball"]) < 5
    assert float(said["po_shipments"]) == 20


def test_the_rolling_splits_are_graded_at_three_levels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], full_size: bool
) -> None:
    if not full_size:
        pytest.skip("nine gradings take long")
    path = written(tmp_path, many(0, 230))
    assert main(["--rolling", str(path)]) == 0
    said = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert {row[0] for row in said} == {"2009-07-01", "2010-01-01", "2010-07-01"}
    assert [row[1] for row in said[:3]] == ["x1.0", "x0.8", "x1.25"]
    assert all("po_p90_coverage" in row for row in said)


def test_what_cannot_be_read_ends_with_two(tmp_path: Path) -> None:
    assert main(["--fit", str(tmp_path / "x"), "--grade", str(tmp_path / "y")]) == 2


def test_the_public_shipments_are_read_whole() -> None:
    found = read(data_root() / "scms_shipments" / "shipments.csv.gz")
    assert sum(drop.days is not None for drop in found.values()) == 2300
