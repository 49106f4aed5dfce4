"""Smoothers of demand: as public libraries compute them, with figures only when they are known."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue, NaiveTime
from crossborder.predict.demand import (
    BackTest,
    BackTestState,
    Croston,
    Holt,
    Ses,
    Smoother,
    Tsb,
    pinball,
    resume,
)
from crossborder.serial import from_json, to_json

START = datetime(2026, 1, 1, tzinfo=UTC)
MONTH = timedelta(days=30)
GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "demand.json").read_text("utf-8"))
MAKE: dict[str, Callable[[], Smoother]] = {
    "ses": lambda: Ses(0.2),
    "holt": lambda: Holt(0.3, 0.1, 0.9),
    "croston": lambda: Croston(0.1),
    "sba": lambda: Croston(0.1, debiased=True),
    "tsb": lambda: Tsb(0.1, 0.05),
}
every_method = pytest.mark.parametrize("name", sorted(MAKE))
histories = st.lists(st.none() | st.integers(0, 40), max_size=30)


class Learns(Protocol):
    """Takes figures as they become known."""

    def observe(self, quantity: int | None, *, known_at: datetime, now: datetime) -> None: ...


L = TypeVar("L", bound=Learns)


def fed(method: L, series: Sequence[int | None]) -> L:
    """The method after the series, a figure a month."""
    for month, quantity in enumerate(series):
        known = START + month * MONTH
        method.observe(quantity, known_at=known, now=known)
    return method


@pytest.mark.parametrize("case", GOLDEN["series"])
def test_forecasts_are_those_of_public_libraries(case: dict[str, Any]) -> None:
    series, alpha, beta = case["series"], case["alpha"], case["beta"]
    said = {
        "ses": fed(Ses(alpha), series).mean,
        "croston": fed(Croston(0.1), series).mean,
        "croston_sba": fed(Croston(0.1, debiased=True), series).mean,
        "tsb": fed(Tsb(alpha, beta), series).mean,
        "holt": fed(Holt(alpha, beta, case["damping"]), series).ahead(case["ahead"]),
    }
    assert said == {name: pytest.approx(case[name], rel=1e-6, abs=1e-6) for name in said}


@every_method
@given(series=histories)
def test_unknown_periods_change_no_forecast(name: str, series: list[int | None]) -> None:
    known = [quantity for quantity in series if quantity is not None]
    with_gaps, without = fed(MAKE[name](), series), fed(MAKE[name](), known)
    assert with_gaps.mean == without.mean
    assert with_gaps.periods == without.periods == len(known)


@every_method
@given(series=histories)
def test_an_expected_demand_is_never_negative(name: str, series: list[int | None]) -> None:
    assert fed(MAKE[name](), series).mean >= 0


@every_method
@given(series=histories, more=histories)
def test_a_kept_smoother_goes_on_as_if_it_had_never_stopped(
    name: str, series: list[int | None], more: list[int | None]
) -> None:
    whole = fed(MAKE[name](), series + more)
    kept = fed(MAKE[name](), series).state
    again = resume(kept)
    assert again.state == kept
    for month, quantity in enumerate(more, start=len(series)):
        known = START + month * MONTH
        again.observe(quantity, known_at=known, now=known)
    assert again.state == whole.state


@every_method
def test_a_state_survives_its_text(name: str) -> None:
    state = fed(MAKE[name](), (0, 3, None, 1)).state
    assert from_json(to_json(state), type(state)) == state


@every_method
def test_the_future_and_the_past_are_refused(name: str) -> None:
    method = fed(MAKE[name](), (1, 2))
    before = method.state
    with pytest.raises(InvalidValue, match="later than now"):
        method.observe(3, known_at=START + 3 * MONTH, now=START + 2 * MONTH)
    for known in (START, START + MONTH):
        with pytest.raises(InvalidValue, match="out of order"):
            method.observe(3, known_at=known, now=START + 9 * MONTH)
    with pytest.raises(NaiveTime):
        method.observe(3, known_at=datetime(2026, 9, 1), now=START + 9 * MONTH)  # noqa: DTZ001
    for quantity in (-1, 1.5, True):
        with pytest.raises(InvalidValue, match="must"):
            method.observe(quantity, known_at=START + 3 * MONTH, now=START + 3 * MONTH)  # type: ignore[arg-type,unused-ignore]
    assert method.state == before


def test_an_unknown_period_is_told_once_too() -> None:
    method = fed(Ses(0.1), (None,))
    with pytest.raises(InvalidValue, match="out of order"):
        method.observe(3, known_at=START, now=START)


@pytest.mark.parametrize("share", [0.0, -0.1, 1.1, float("nan")])
def test_constants_are_shares(share: float) -> None:
    for make in (Ses, Croston, lambda rate: Tsb(0.1, rate), lambda rate: Holt(0.1, 0.1, rate)):
        with pytest.raises(InvalidValue, match="at most 1"):
            make(share)


def test_while_nothing_sells_croston_stands_and_tsb_falls() -> None:
    series = (2, 0, 2, 0, 2)
    dying = (*series, *(0,) * 24)
    assert fed(Croston(0.1), dying).mean == fed(Croston(0.1), series).mean
    assert fed(Tsb(0.1, 0.1), dying).mean < fed(Tsb(0.1, 0.1), series).mean / 5


def test_a_state_of_no_method_is_refused() -> None:
    state = Ses(0.1).state
    with pytest.raises(InvalidValue, match="must be one of croston, holt, ses, tsb"):
        resume(evolve(state, method="oracle"))
    with pytest.raises(InvalidValue, match="are not those of ses"):
        resume(evolve(state, numbers=(1.0, 2.0)))
    with pytest.raises(InvalidValue, match="at most 1"):
        resume(evolve(state, parameters=(7.0,)))


def test_the_back_test_prefers_what_did_best() -> None:
    level = fed(BackTest(), (6, 5, 7, 6, 5, 7) * 5)
    assert level.losses[0][0] == level.best
    assert level.losses[0][1] <= level.losses[-1][1]
    jumping = fed(BackTest(), (2,) * 20 + (20,) * 10)
    assert jumping.best in {"ses(0.25)", "holt(0.2, 0.05, 0.9)"}
    assert jumping.law.mean == pytest.approx(20, rel=0.15)


def test_the_back_test_of_nothing_expects_nothing() -> None:
    empty = fed(BackTest(), (None, None))
    assert (empty.periods, empty.best, empty.law.mean) == (0, "ses(0.1)", 0)
    assert fed(BackTest(), (None, 4)).law.mean == 4


@given(histories, histories)
def test_a_kept_back_test_goes_on_as_if_it_had_never_stopped(
    series: list[int | None], more: list[int | None]
) -> None:
    whole = fed(BackTest(0.8), series + more)
    kept = from_json(to_json(fed(BackTest(0.8), series).state), BackTestState)
    again = BackTest.resumed(kept)
    for month, quantity in enumerate(more, start=len(series)):
        known = START + month * MONTH
        again.observe(quantity, known_at=known, now=known)
    assert again.state == whole.state
    assert again.law == whole.law


def test_a_back_test_of_other_methods_is_refused() -> None:
    state = BackTest().state
    with pytest.raises(InvalidValue, match=r"must be ses\(0.1\), "):
        BackTest.resumed(evolve(state, runners=state.runners[1:]))


def test_after_a_long_silence_an_item_may_be_dead() -> None:
    alive = next(name for name, _ in BackTest().losses if name.endswith("alive"))
    silent = fed(BackTest(), (3, 0, 2, 3, 0, 3, 2, *(0,) * 12))
    losses = dict(silent.losses)
    assert losses[alive] < losses["croston_sba(0.1)"]
    assert silent.law.quantile(0.8) <= 1


@given(histories)
def test_the_back_test_judges_only_what_was_said_before(series: list[int | None]) -> None:
    def losses(extra: list[int | None]) -> list[tuple[str, float]]:
        return sorted(fed(BackTest(), series + extra).losses)

    unknown = losses([None])
    assert unknown == sorted(fed(BackTest(), series).losses)
    quantities = [quantity for quantity in series if quantity is not None]
    if not quantities:
        assert all(loss == 0 for _, loss in losses([5]))


@given(st.integers(0, 50), st.integers(0, 50), st.floats(0.01, 0.99))
def test_a_quantile_costs_nothing_only_when_it_is_right(
    quantity: int, quantile: int, chance: float
) -> None:
    cost = pinball(quantity, quantile, chance)
    assert (cost == 0) == (quantity == quantile)
    assert cost >= 0
