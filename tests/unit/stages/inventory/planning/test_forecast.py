"""Forecasts of demand as decisions: which evidence they rest on, and that they say so."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.decision import recording
from crossborder.predict.demand import DemandPool, LadderState
from crossborder.replay import replay, to_record
from crossborder.stages.inventory.planning.forecast import DemandForecast, forecast_demand

START = datetime(2026, 1, 1, tzinfo=UTC)
MONTH = timedelta(days=30)
NOW = START + 100 * MONTH
History = tuple[tuple[datetime, int | None], ...]
series = st.lists(st.none() | st.integers(0, 30), max_size=16)


def history(*quantities: int | None) -> History:
    return tuple((START + month * MONTH, each) for month, each in enumerate(quantities))


@pytest.fixture(scope="module")
def learnt() -> LadderState:
    """A pool of sixty SKUs over a year, of levels from 0 to 5."""
    pool = DemandPool()
    for month in range(12):
        known = START + month * MONTH
        for part in range(60):
            quantity = (part * 7 + month * part) % (1 + part // 10)
            pool.observe(str(part), quantity, known_at=known, now=known)
    return pool.shared


@settings(deadline=None)
@given(series, st.integers(1, 4))
def test_quantiles_rise_and_the_mean_is_a_demand(figures: list[int | None], periods: int) -> None:
    made = forecast_demand(history(*figures), now=NOW, periods=periods).value
    assert 0 <= made.p50 <= made.p80 <= made.p90 <= made.p95
    assert made.mean >= 0
    assert made.variance >= 0
    assert made.periods == periods
    assert made.evidence == sum(each is not None for each in figures)


def test_a_pool_that_learnt_enough_is_used(learnt: LadderState) -> None:
    steady = forecast_demand(history(4, 5, 4, 5, 4, 5, 4), now=NOW, pool=learnt)
    silent = forecast_demand(history(0, 0, 0, 0, 0, 0, 0), now=NOW, pool=learnt)
    assert steady.codes == silent.codes == ("history", "pooled")
    assert steady.value.method == "pool"
    assert steady.value.mean > silent.value.mean
    assert steady.value.p90 > silent.value.p90


def test_the_decision_is_what_the_pool_itself_says() -> None:
    pool = DemandPool()
    figures = {str(part): [(part + month) % 4 for month in range(24)] for part in range(40)}
    for month in range(24):
        known = START + month * MONTH
        for part, found in figures.items():
            pool.observe(part, found[month], known_at=known, now=known)
    made = forecast_demand(history(*figures["7"]), now=NOW, pool=pool.shared).value
    assert (made.p50, made.p80, made.p90, made.p95) == pool.quantiles(
        "7", (0.5, 0.8, 0.9, 0.95), now=NOW
    )


def test_without_a_pool_the_best_of_its_own_methods_is_used() -> None:
    made = forecast_demand(history(3, 2, None, 3, 4, 3, 2, 3), now=NOW)
    assert made.codes == ("history", "no_pool", "back_tested")
    assert made.value.method in made.reasons[-1].facts
    assert made.value.mean == pytest.approx(Decimal(3), abs=Decimal("0.6"))
    assert made.reasons[0].facts == {"known": 7, "unknown": 1}


def test_a_thin_pool_is_not_asked(learnt: LadderState) -> None:
    thin = evolve(learnt, rows=499)
    made = forecast_demand(history(*(2,) * 8), now=NOW, pool=thin)
    assert made.codes == ("history", "thin_pool", "back_tested")
    assert made.value == forecast_demand(history(*(2,) * 8), now=NOW).value


@pytest.mark.parametrize("figures", [(), (None, None), (5, 4), (0, 0, 0, 1, 0)])
def test_a_thin_history_falls_back_and_says_so(
    figures: tuple[int | None, ...], learnt: LadderState
) -> None:
    alone = forecast_demand(history(*figures), now=NOW)
    pooled = forecast_demand(history(*figures), now=NOW, pool=learnt)
    assert alone.codes == ("history", "thin_history", "no_pool", "prior")
    assert pooled.codes == ("history", "thin_history", "pooled")
    assert alone.value.method == "prior"


@pytest.mark.parametrize("figures", [(), (2, 0, 1), (1, 2, 0, 1, 3, 0, 1, 2)])
def test_three_periods_ask_for_less_than_three_times_one_quantile(
    figures: tuple[int, ...],
) -> None:
    one = forecast_demand(history(*figures), now=NOW).value
    three = forecast_demand(history(*figures), now=NOW, periods=3)
    assert three.codes[-1] == "summed"
    assert three.value.mean == pytest.approx(3 * one.mean, abs=Decimal("0.01"))
    assert one.p95 < three.value.p95 < 3 * one.p95


def test_what_is_not_known_yet_is_refused() -> None:
    figures = history(1, 2, 3)
    with pytest.raises(InvalidValue, match="later than now"):
        forecast_demand(figures, now=START + MONTH)
    with pytest.raises(InvalidValue, match="out of order"):
        forecast_demand(figures[::-1], now=NOW)
    with pytest.raises(InvalidValue, match="out of order"):
        forecast_demand((*figures, *figures[-1:]), now=NOW)
    with pytest.raises(InvalidValue, match="negative"):
        forecast_demand(history(-1), now=NOW)
    with pytest.raises(InvalidValue, match="at least 1"):
        forecast_demand(figures, now=NOW, periods=0)


def test_a_forecast_whose_quantiles_fall_cannot_be_written() -> None:
    fields: dict[str, Any] = {"p50": 3, "p80": 2, "p90": 4, "p95": 4}
    with pytest.raises(InvalidValue, match="must not fall"):
        DemandForecast(
            periods=1, mean=Decimal(3), variance=Decimal(1), method="pool", evidence=1, **fields
        )


@pytest.mark.parametrize("figures", [(), (1, None, 0), (2, 0, 1, 0, 3, 0, 0, 1)])
def test_the_decision_made_again_from_its_record_is_the_same(
    figures: tuple[int | None, ...], learnt: LadderState
) -> None:
    for pool in (None, learnt):
        with recording():
            made = forecast_demand(history(*figures), now=NOW, periods=2, pool=pool)
        record = json.loads(json.dumps(to_record(made)))
        assert replay(record) == evolve(made, inputs=None)
