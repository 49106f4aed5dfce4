"""Forecasts in batches are those of one SKU at a time, whatever the batches."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import InvalidValue, NaiveTime
from crossborder.predict.demand import DemandPool, LadderState
from crossborder.stages.inventory.planning.forecast import forecast_demand
from crossborder.stages.inventory.planning.forecast_batch import (
    Forecasts,
    History,
    forecast_all,
    forecast_chunk,
    teach_pool,
)
from unit.stages.inventory.planning.test_forecast import MONTH, NOW, START, history

Row = tuple[str, History]


def shop(count: int, months: int = 12) -> list[Row]:
    """SKUs of levels from 0 to 5; every seventh has a month nobody knows of."""
    return [
        (
            f"sku{part}",
            history(
                *(
                    None
                    if part % 7 == 0 and month == 3
                    else (part * 7 + month * part) % (1 + part % 6)
                    for month in range(months)
                )
            ),
        )
        for part in range(count)
    ]


@pytest.fixture(scope="module")
def learnt() -> LadderState:
    return teach_pool(shop(60), now=NOW)


@given(st.lists(st.lists(st.none() | st.integers(0, 30), max_size=9), max_size=6))
@settings(max_examples=15, deadline=None)
def test_a_row_gets_the_forecast_that_its_sku_gets_alone(figures: list[list[int | None]]) -> None:
    pool = teach_pool(shop(60), now=NOW)
    rows = [(f"s{place}", history(*each)) for place, each in enumerate(figures)]
    for given_pool in (None, pool):
        found = forecast_chunk(0, rows, now=NOW, periods=2, pool=given_pool)
        alone = [forecast_demand(h, now=NOW, periods=2, pool=given_pool).value for _, h in rows]
        assert [Decimal(str(mean)) for mean in found.mean] == [one.mean for one in alone]
        assert [Decimal(str(wide)) for wide in found.variance] == [one.variance for one in alone]
        for name in ("p50", "p80", "p90", "p95", "evidence", "method"):
            assert list(getattr(found, name)) == [getattr(one, name) for one in alone]


def test_chunks_change_nothing(learnt: LadderState) -> None:
    rows = shop(23)
    whole = forecast_chunk(0, rows, now=NOW, pool=learnt)
    told: list[int] = []
    parts = list(forecast_all(rows, now=NOW, pool=learnt, chunk=5, on_done=told.append))
    assert [made.start for made in parts] == [0, 5, 10, 15, 20]
    assert told == [5, 10, 15, 20, 23]
    for name in Forecasts._fields[1:]:
        assert [one for made in parts for one in getattr(made, name)] == list(getattr(whole, name))
    (later,) = forecast_all(rows[20:], now=NOW, pool=learnt, start=20)
    assert later == parts[-1]


def test_the_pool_is_the_one_that_learns_period_by_period() -> None:
    rows, pool = shop(40), DemandPool()
    for month in range(12):
        known = START + month * MONTH
        for sku, figures in rows:
            pool.observe(sku, figures[month][1], known_at=known, now=known)
    assert forecast_chunk(0, rows, now=NOW, pool=teach_pool(rows, now=NOW)).mean == pytest.approx(
        forecast_chunk(0, rows, now=NOW, pool=pool.shared).mean
    )


def test_the_order_of_the_rows_teaches_the_same_to_the_last_bit() -> None:
    rows = shop(50)
    assert teach_pool(reversed(rows), now=NOW) == teach_pool(rows, now=NOW)
    few = teach_pool(rows, now=NOW, most=20)
    assert few == teach_pool(reversed(rows), now=NOW, most=20)
    assert few.rows == pytest.approx(20 * 12, abs=20)
    assert few != teach_pool(rows, now=NOW)


def test_no_rows_teach_nothing_and_get_nothing() -> None:
    assert teach_pool([], now=NOW).rows == 0
    assert list(forecast_all([], now=NOW)) == []


def _taught(rows: list[Any]) -> object:
    return teach_pool(rows, now=NOW)


def _forecast(rows: list[Any]) -> object:
    return list(forecast_all(rows, now=NOW, chunk=2))


GOOD = shop(4)
TURNED = history(1, 2)[::-1]


@pytest.mark.parametrize("asked", [_taught, _forecast])
@pytest.mark.parametrize(
    ("row", "field", "source"),
    [
        (("kettle", ((NOW + timedelta(1), 3),)), "known_at", "row 4 (kettle)"),
        (("kettle", TURNED), "known_at", "row 4 (kettle)"),
        (("kettle", history(-1)), "quantity", "row 4 (kettle)"),
        (("kettle", ((NOW, 1.5),)), "quantity", "row 4 (kettle)"),
        (("kettle", ((NOW,),)), "history", "row 4 (kettle)"),
        (("kettle", (("yesterday", 3),)), "history", "row 4 (kettle)"),
        (("kettle", None), "history", "row 4 (kettle)"),
        (("kettle",), "row", "row 4"),
        ((5, ()), "row", "row 4"),
        (None, "row", "row 4"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(
    asked: Callable[[list[Any]], object], row: object, field: str, source: str
) -> None:
    with pytest.raises(InvalidValue) as caught:
        asked([*GOOD, row])
    assert (caught.value.field, caught.value.source) == (field, source)


def test_a_time_without_a_zone_stays_one() -> None:
    rows = [("kettle", ((datetime(2026, 1, 1), 1),))]  # noqa: DTZ001
    for asked in (_taught, _forecast):
        with pytest.raises(NaiveTime, match=r"row 0 \(kettle\)\.known_at has no zone"):
            asked(rows)


def test_a_sku_cannot_teach_twice() -> None:
    with pytest.raises(InvalidValue, match=r"row 4 \(sku1\)\.part was told already"):
        teach_pool([*GOOD, GOOD[1]], now=NOW)


def test_no_period_is_refused_at_once() -> None:
    with pytest.raises(InvalidValue, match="at least 1") as caught:
        forecast_all([], now=NOW, periods=0)
    assert caught.value.field == "periods"
