"""Laws of counts against a public library, and their own rules."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.predict.demand import DemandLaw, NegativeBinomial, PieceLaw
from crossborder.predict.demand.grid import EDGES, LAST_STEP, WIDTHS, step_of
from crossborder.predict.demand.law import quantiles_of
from crossborder.predict.demand.linear import newton_step, quadratic, solve

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "demand.json").read_text("utf-8"))
laws = st.builds(
    NegativeBinomial,
    st.floats(0, 60, allow_subnormal=False).filter(lambda mean: mean == 0 or mean > 1e-6),
    st.sampled_from((0.0, 0.01, 0.5, 3.0)),
    st.sampled_from((0.0, 0.3, 1.0)),
)
falling = (
    st.lists(st.floats(0.05, 0.95), min_size=1, max_size=30)
    .map(lambda shares: tuple(_products(shares)))
    .map(DemandLaw)
)


def _products(shares: list[float]) -> list[float]:
    left, result = 1.0, []
    for share in shares:
        left *= share
        result.append(left)
    return result


@pytest.mark.parametrize("case", GOLDEN["laws"])
def test_laws_are_those_of_a_public_library(case: dict[str, Any]) -> None:
    law = NegativeBinomial(case["mean"], case["dispersion"], case["dead"])
    within = [law.within(count) for count in case["counts"]]
    assert within == pytest.approx(case["within"], rel=1e-7, abs=1e-12)
    assert [law.quantile(level) for level in case["levels"]] == case["quantiles"]
    assert law.mean == pytest.approx(case["whole_mean"])
    assert law.variance == pytest.approx(case["whole_variance"])
    assert law.deviation**2 == pytest.approx(law.variance)


@given(laws, st.floats(0.01, 0.99))
def test_a_quantile_is_the_least_quantity_that_suffices(
    law: NegativeBinomial, chance: float
) -> None:
    count = law.quantile(chance)
    assert law.within(count) >= chance - 1e-9
    assert count == 0 or law.within(count - 1) < chance


@given(laws)
def test_chances_add_up(law: NegativeBinomial) -> None:
    last = law.quantile(0.999)
    assert sum(law.chance(count) for count in range(last + 1)) == pytest.approx(law.within(last))
    assert law.chance(-1) == law.within(-1) == 0


@given(laws, st.integers(1, 6))
def test_a_longer_time_asks_for_more(law: NegativeBinomial, periods: int) -> None:
    total = law.total(periods)
    assert total.mean == pytest.approx(law.mean * periods)
    assert total.quantile(0.9) >= law.quantile(0.9)


@pytest.mark.parametrize("fields", [(-1.0, 0.0), (1.0, -0.1), (1.0, 0.1, 1.5), (float("nan"), 0.0)])
def test_a_law_that_cannot_be_is_refused(fields: tuple[float, ...]) -> None:
    with pytest.raises(InvalidValue, match="at least 0"):
        NegativeBinomial(*fields)


@pytest.mark.parametrize("chance", [0.0, 1.0, -0.5, float("nan")])
def test_a_sure_quantile_does_not_exist(chance: float) -> None:
    for law in (NegativeBinomial(2.0, 0.1), DemandLaw((0.5, 0.0))):
        with pytest.raises(InvalidValue, match="between 0 and 1"):
            law.quantile(chance)


def test_a_chance_beyond_rounding_ends_where_nothing_is_added() -> None:
    law = NegativeBinomial(90_000.0, 0.001)
    assert law.quantile(1 - 1e-11) >= law.quantile(1 - 1e-9) > law.quantile(0.999)


@pytest.mark.parametrize("periods", [0, -2, 1.5])
def test_demand_over_no_period_is_refused(periods: Any) -> None:
    for law in (NegativeBinomial(2.0, 0.1), DemandLaw((0.5, 0.0))):
        with pytest.raises(InvalidValue, match="at least 1"):
            law.total(periods)


@given(st.integers(0, 20_000_000))
def test_every_quantity_stands_on_one_step(quantity: int) -> None:
    step = step_of(quantity)
    assert quantity <= EDGES[step] or step == LAST_STEP
    assert step == 0 or quantity > EDGES[step - 1]


def test_steps_widen_and_leave_no_gap() -> None:
    assert all(
        high - low == width for (low, high), width in zip(pairwise(EDGES), WIDTHS[1:], strict=True)
    )
    assert EDGES[:21] == tuple(range(21))


@given(falling)
def test_moments_of_steps_are_those_of_their_pieces(law: DemandLaw) -> None:
    pieces = PieceLaw(tuple(law.pieces))
    assert sum(law.pieces) == pytest.approx(1)
    assert law.mean == pytest.approx(pieces.mean, rel=0.2)
    assert pieces.variance >= 0
    assert law.variance >= 0


def test_moments_are_exact_when_no_tail_is_left() -> None:
    law = DemandLaw((*(1 - (step + 1) / 24 for step in range(22)), 0.0))
    pieces = PieceLaw(tuple(law.pieces))
    assert law.mean == pytest.approx(pieces.mean)
    assert law.variance == pytest.approx(pieces.variance)


@given(falling, st.lists(st.floats(0.02, 0.97), min_size=1, max_size=5))
def test_quantiles_of_steps_are_those_of_their_pieces(law: DemandLaw, chances: list[float]) -> None:
    pieces = PieceLaw(tuple(law.pieces))
    said = quantiles_of(law.above, chances)
    assert said == tuple(law.quantile(chance) for chance in chances)
    for quantity, chance in zip(said, chances, strict=True):
        assert abs(quantity - pieces.quantile(chance)) <= 1


@given(falling, st.integers(1, 4))
def test_a_sum_has_the_sum_of_means_and_needs_less_than_the_sum_of_quantiles(
    law: DemandLaw, periods: int
) -> None:
    total = law.total(periods)
    one = PieceLaw(tuple(law.pieces))
    if isinstance(total, PieceLaw):
        assert total.mean == pytest.approx(one.mean * periods)
        assert total.variance == pytest.approx(one.variance * periods)
    else:
        assert total.mean == pytest.approx(law.mean * periods)
    if periods > 1:
        assert not isinstance(total, DemandLaw)


def test_a_large_sum_keeps_mean_and_variance() -> None:
    law = DemandLaw((*(0.99**step for step in range(1, 30)), 0.0))
    total = law.total(40)
    assert isinstance(total, NegativeBinomial)
    assert total.variance == pytest.approx(law.variance * 40)
    assert total.quantile(0.9) < 40 * law.quantile(0.9)


def test_the_tail_of_pieces_ends_at_the_last() -> None:
    assert PieceLaw((0.5, 0.25)).quantile(0.9) == 1


@given(st.lists(st.lists(st.floats(-3, 3), min_size=3, max_size=3), min_size=3, max_size=9))
def test_a_solved_system_gives_its_right_side(rows: list[list[float]]) -> None:
    size = 3
    matrix = [
        [sum(row[a] * row[b] for row in rows) + (a == b) for b in range(size)] for a in range(size)
    ]
    triangle = [matrix[a][b] for a in range(size) for b in range(a, size)]
    x = solve(triangle, (1.0, -2.0, 3.0))
    back = [sum(value * part for value, part in zip(row, x, strict=True)) for row in matrix]
    assert back == pytest.approx([1, -2, 3], abs=1e-6)
    form = sum(x[a] * matrix[a][b] * x[b] for a in range(size) for b in range(size))
    assert quadratic(triangle, x) == pytest.approx(form, abs=1e-6)


def test_a_step_is_damped_to_one_unit_of_score() -> None:
    steep, _ = newton_step((0.0,), (0.001,), (-100.0,), (1.0,), memory=0.5, ridge=0.0)
    gentle, curvature = newton_step((1.0,), (2.0,), (0.5,), (1.0,), memory=0.5, ridge=4.0)
    assert steep == pytest.approx((1.0,))
    assert gentle == pytest.approx((1 - 0.5 / 4,))
    assert curvature == (4.0,)
    still, _ = newton_step((1.0,), (2.0,), (0.0,), (1.0,), memory=0.5, ridge=4.0)
    assert still == (1.0,)
