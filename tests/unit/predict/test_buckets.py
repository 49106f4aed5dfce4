from itertools import accumulate, pairwise

from hypothesis import given
from hypothesis import strategies as st

from crossborder.predict.buckets import FEWEST, bucketed

WEIGHTS = st.lists(st.integers(1, 50), min_size=1, max_size=3)
RUNS = st.one_of(
    st.lists(WEIGHTS, min_size=1, max_size=20), st.lists(WEIGHTS, min_size=91, max_size=150)
)
ATOMS = st.integers(FEWEST, 90)


@given(RUNS, ATOMS)
def test_equal_values_apart_are_bucketed_as_if_they_were_one(
    runs: list[list[int]], atoms: int
) -> None:
    apart = [(float(place), float(one)) for place, run in enumerate(runs) for one in run]
    split = bucketed([value for value, _ in apart], [weight for _, weight in apart], atoms)
    whole = bucketed(
        [float(place) for place in range(len(runs))], [float(sum(run)) for run in runs], atoms
    )
    assert split == whole


@given(RUNS, ATOMS)
def test_buckets_are_few_rise_strictly_and_keep_the_mass(runs: list[list[int]], atoms: int) -> None:
    weights = [float(sum(run)) for run in runs]
    values, masses = bucketed([float(place) for place in range(len(runs))], weights, atoms)
    assert len(values) <= atoms
    assert all(one < later for one, later in pairwise(values))
    assert set(accumulate(masses)) <= set(accumulate(weights))
    assert sum(masses) == sum(weights)


@given(st.integers(0, 199), st.integers(101, 10_000))
def test_a_value_of_half_the_mass_stays_as_it_is(place: int, percent: int) -> None:
    weights = [1.0] * 200
    weights[place] = 2.0 * percent
    values, masses = bucketed([value / 8 for value in range(200)], weights, 64)
    assert (place / 8, 2.0 * percent) in zip(values, masses, strict=True)


def test_a_bucket_whose_weight_is_lost_to_rounding_is_left_out() -> None:
    values, masses = bucketed([1.0, 2.0], [1.0, 1e-300], FEWEST)
    assert (values, masses) == ([1.0], [1.0])
