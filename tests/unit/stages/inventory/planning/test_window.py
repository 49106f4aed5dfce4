from math import fsum, isclose

from hypothesis import example, given
from hypothesis import strategies as st

from crossborder.stages.inventory.planning.window import (
    atoms,
    kept,
    laws,
    needed,
    short,
    whole_order,
    windows,
)


@given(st.sets(st.integers(0, 400), min_size=1), st.integers(1, 9))
@example({1, 2, 3, 50}, 2)
def test_many_lead_times_are_merged_in_order_and_keep_their_mean(days: set[int], most: int) -> None:
    values = [float(day) for day in sorted(days)]
    weights = [1.0 + day % 3 for day in values]
    found = atoms(values, weights, most)
    assert len(found) <= max(most, 1)
    assert [day for day, _ in found] == sorted(day for day, _ in found)
    assert isclose(fsum(p for _, p in found), 1)
    mean = fsum(v * w for v, w in zip(values, weights, strict=True)) / fsum(weights)
    assert isclose(fsum(d * p for d, p in found), mean, abs_tol=1e-9)
    if len(values) <= most:
        assert [day for day, _ in found] == values


@given(st.floats(0, 900), st.floats(1, 4), st.integers(-20, 40), st.integers(0, 1000))
def test_the_pieces_short_are_the_sum_of_the_chances_beyond(
    mean: float, dispersion: float, supply: int, extra: int
) -> None:
    tables = laws(windows(((10.0, 1.0),), 0.0, supply, (), lambda _: mean), dispersion)
    law = tables[0].parts[0][0]
    beyond = 0.0
    pieces = supply + extra
    while pieces < mean or law.at(pieces) < 1 - 1e-12:
        beyond += 1 - law.at(pieces)
        pieces += 1
    assert isclose(short(tables, extra), beyond, rel_tol=1e-6, abs_tol=1e-6)


@given(st.integers(1, 5), st.integers(0, 90), st.floats(0.5, 0.999))
def test_the_end_of_the_window_is_not_helped_by_what_comes_in_at_it(
    review: int, pieces: int, service: float
) -> None:
    lead = ((10.0, 1.0),)
    bare = windows(lead, review, 3, (), lambda days: days)
    at_end = windows(lead, review, 3, ((10.0 + review, pieces),), lambda days: days)
    assert at_end == bare
    need = needed(laws(bare, 1.0), service)
    assert kept(laws(bare, 1.0), need.pieces) >= service


def test_no_need_orders_nothing_whatever_the_lot() -> None:
    assert whole_order(0, lot=100, moq=10, multiple=3) == 0
    assert whole_order(1, lot=100, moq=10, multiple=3) == 102
