"""The benchmark of the delay warning grades without looking ahead."""

import csv
import gzip
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.delay import (
    NAMES,
    Row,
    auc,
    average_precision,
    cut,
    easter,
    graded,
    holidays,
    main,
    orders_of,
    replayed,
)

DAY = timedelta(days=1)
COLUMNS = (
    *("order_id", "status", "purchased_at", "approved_at", "to_carrier_at", "delivered_at"),
    *("promised_date", "payment_value"),
)


def table(days: int = 150) -> list[Row]:
    """Three orders a day; every thirteenth takes so long that it is late."""
    rows = []
    for number in range(days * 3):
        bought = datetime(2017, 9, 1, 8, tzinfo=UTC) + number // 3 * DAY + number % 3 * DAY / 12
        handed = bought + (1 + number % 4) * DAY
        there = handed + ((4 + number % 7) if number % 13 else 26) * DAY
        promised = bought.date() + (18 + number % 5) * DAY
        times = (bought, bought, handed, there)
        stamps = [time.strftime("%Y-%m-%dT%H:%M") for time in times]
        values = (f"o{number}", "delivered", *stamps, f"{promised}T00:00", "99.5")
        rows.append(dict(zip(COLUMNS, values, strict=True)))
    return rows


def test_all_figures_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fit, grade = cut(table(), "2017-12-01", "2018-01-10")
    paths = []
    for name, rows in (("fit", fit), ("grade", grade)):
        path = tmp_path / f"{name}.csv.gz"
        with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
        paths += [f"--{name}", str(path)]
    assert main(paths) == 0
    told = dict(line.split() for line in capsys.readouterr().out.splitlines())
    assert tuple(told) == NAMES
    figures = {name: float(value) for name, value in told.items()}
    assert figures["policy_recall"] == 1.0
    assert figures["policy_precision"] > 0.3
    assert figures["policy_lead_days"] > 0
    assert figures["warn_auc_handover"] > 0.4
    # From the sixteenth day on only the late ones are open.
    assert figures["warn_ap_14d"] == 1.0


def said_by(rows: Sequence[Row], until: datetime) -> dict[str, list[tuple[float, float]]]:
    orders = {order.journey.id: order for order in orders_of(rows, graded=True)}
    replayed(orders)
    return {
        key: [check for check in order.checks if order.journey.promised_by - check[0] * DAY < until]
        for key, order in orders.items()
    }


def test_what_happens_later_changes_nothing_said_before() -> None:
    rows = table(90)
    until = datetime(2017, 11, 1, tzinfo=UTC)
    other = []
    for row in rows:
        changed = dict(row)
        if row["delivered_at"] >= "2017-11-01":
            changed["delivered_at"] = "2018-02-01T00:00"
        other.append(changed)
    one, two = said_by(rows, until), said_by(other, until)
    assert sum(map(len, one.values())) > 500
    for key, checks in one.items():
        assert two[key] == checks


def test_what_was_cut_off_is_neither_late_nor_on_time() -> None:
    fit, _ = cut(table(60), "2017-10-10", "2017-10-11")
    open_ = [row for row in fit if row["status"] == "open_at_cut"]
    assert open_
    assert all(row["delivered_at"] < "2017-10-10" for row in fit)
    orders = {order.journey.id: order for order in orders_of(fit, graded=False)}
    ends = {orders[row["order_id"]].followed for row in open_ if row["to_carrier_at"]}
    assert len(ends) == 1
    assert ends.pop() < datetime(2017, 10, 10, tzinfo=UTC)


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.5, 0.9]), st.booleans()), max_size=30))
def test_ranks_are_counted_as_defined(pairs: list[tuple[float, bool]]) -> None:
    late = [chance for chance, missed in pairs if missed]
    prompt = [chance for chance, missed in pairs if not missed]
    if not late or not prompt:
        assert auc(pairs) != auc(pairs)
        return
    wins = sum((one > other) + (one == other) / 2 for one in late for other in prompt)
    assert auc(pairs) == pytest.approx(wins / (len(late) * len(prompt)))
    above = [
        sum(one >= mine for one in late) / sum(chance >= mine for chance, _ in pairs)
        for mine in late
    ]
    assert average_precision(pairs) == pytest.approx(sum(above) / len(above))


def test_a_perfect_ranking_has_the_full_marks() -> None:
    pairs = [(0.9, True), (0.8, True), (0.2, False)]
    assert (auc(pairs), average_precision(pairs)) == (1.0, 1.0)


def test_holidays_are_those_of_the_calendar() -> None:
    assert [easter(year) for year in (2017, 2018, 2024)] == [
        date(2017, 4, 16),
        date(2018, 4, 1),
        date(2024, 3, 31),
    ]
    assert {date(2018, 2, 13), date(2018, 3, 30), date(2018, 5, 31)} <= holidays((2018,))


def test_figures_need_no_late_parcels() -> None:
    rows = [row for number, row in enumerate(table(40)) if number % 13]
    figures = graded([], rows)
    assert figures["warn_auc_handover"] != figures["warn_auc_handover"]
    assert figures["policy_recall"] != figures["policy_recall"]
