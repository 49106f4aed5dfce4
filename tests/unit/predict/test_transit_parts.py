"""The parts of transit times: residuals, effects, cells that pay, usual promises."""

from math import log
from random import Random  # noqa: TID251  seeded: the same noise in each run

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.predict.transit.cells import Cells
from crossborder.predict.transit.regress import Coder, least_squares
from crossborder.predict.transit.settings import TransitSettings
from crossborder.predict.transit.spread import LEVELS, STEPS, Spread, at_level, step_of
from crossborder.predict.transit.usual import Usual
from crossborder.predict.transit.way import Trip, Way

RULE = TransitSettings()


@given(st.lists(st.floats(-2.4, 1.4), min_size=1, max_size=50), st.floats(0.01, 0.99))
def test_quantiles_of_residuals_are_right_to_a_step(found: list[float], chance: float) -> None:
    spread = Spread()
    for residual in found:
        spread.ended[step_of(residual)] += 1.0
    exact = sorted(found)[min(int(chance * len(found) - 1e-9), len(found) - 1)]
    assert abs(spread.quantiles([chance])[0] - exact) <= 0.06


@given(
    st.lists(st.integers(5, 75), min_size=20, max_size=50),
    st.lists(st.integers(5, 75), max_size=30),
    st.integers(5, 70),
    st.floats(0.1, 0.9),
)
def test_one_more_that_is_open_never_makes_the_others_quicker(
    ended: list[int], left: list[int], more: int, chance: float
) -> None:
    spread = Spread()
    for step in ended:
        spread.ended[step] += 1.0
    for step in left:
        spread.left[step] += 1.0
    parent = [1e-6] * STEPS

    def alive() -> float:
        share = 1.0
        for hazard in spread.hazards(parent, 0.01)[: int(chance * STEPS)]:
            share *= 1 - hazard
        return share

    before = alive()
    spread.left[more] += 1.0
    assert alive() >= before - 1e-12


@given(st.lists(st.floats(-3, 3), min_size=100, max_size=100).map(sorted), st.floats(0.01, 0.99))
def test_a_table_is_read_between_its_levels(table: list[float], chance: float) -> None:
    value = at_level(table, chance)
    below = [one for one, level in zip(table, LEVELS, strict=True) if level <= chance]
    above = [one for one, level in zip(table, LEVELS, strict=True) if level >= chance]
    assert max(below, default=table[0]) - 1e-9 <= value <= min(above) + 1e-9


def test_least_squares_find_what_the_numbers_were_made_of() -> None:
    chance = Random(1)
    rows, targets = [], []
    for _ in range(500):
        one, other = chance.uniform(-1, 1), chance.uniform(-1, 1)
        # The places of a row come in any order.
        rows.append(([2, 0, 1], [other, 1.0, one]))
        targets.append(2 + 3 * one - other + chance.gauss(0, 0.01))
    found = least_squares(rows, targets, [1.0] * 500, 3, strength=1e-6)
    assert found == pytest.approx([2.0, 3.0, -1.0], abs=0.01)
    held = least_squares(rows, targets, [1.0] * 500, 3, strength=1e6)
    assert held == pytest.approx([2.0, 0.0, 0.0], abs=0.1)


@given(
    st.builds(
        Way,
        st.sampled_from(["", "a", "b"]),
        zone=st.sampled_from(["", "x", "new"]),
        promised=st.none() | st.floats(0.5, 99),
        amounts=st.dictionaries(st.sampled_from(["kg", "worth", "odd"]), st.floats(0, 1e6)),
        kinds=st.lists(st.sampled_from(["k", "l", "odd"]), unique=True).map(tuple),
    ),
    st.none() | st.floats(0, 5),
)
def test_what_a_journey_comes_to_is_the_same_with_and_without_its_row(
    way: Way, usual: float | None
) -> None:
    known = Way("a", zone="x", amounts={"kg": 2, "worth": 30}, kinds=("k", "l"))
    other = Way("b")
    coder = Coder([Trip(str(n), known if n % 2 else other, float(n)) for n in range(80)])
    effects = [0.1 * (place + 1) for place in range(coder.size)]
    places, values = coder.row(way, usual)
    summed = sum(effects[place] * value for place, value in zip(places, values, strict=True))
    assert coder.expected(way, usual, effects) == pytest.approx(summed)


def test_a_word_that_few_had_has_no_effect_of_its_own() -> None:
    trips = [Trip(str(n), Way(kinds=("often",) if n % 2 else ()), float(n)) for n in range(80)]
    trips += [Trip(f"r{n}", Way(kinds=("rare",)), 99.0) for n in range(20)]
    assert list(Coder(trips).places) == ["kind:often"]


def test_what_is_usual_follows_within_weeks() -> None:
    usual = Usual()
    assert usual.value(0.0) is None
    for day in range(100):
        for _ in range(5):
            usual.add(float(day), 3.0)
    for day in range(100, 130):
        for _ in range(5):
            usual.add(float(day), 2.0)
    value = usual.value(130.0)
    assert value is not None
    assert 2.0 < value < 2.35


def learnt_cells(
    own: dict[str, float], later: dict[str, float] | None = None, a_line: int = 200
) -> dict[tuple[str, ...], list[float]]:
    """The tables of cells in use, where lines differ from all by so much; and differ later."""
    chance = Random(11)
    trips, residuals = [], []
    for number in range(a_line * len(own)):
        line = sorted(own)[number % len(own)]
        moved = own if later is None or number < 0.7 * a_line * len(own) else later
        trips.append(Trip(f"{number:05d}", Way(line), float(number)))
        residuals.append(moved[line] + chance.gauss(0, 0.4))
    spread = Spread()
    for residual in residuals:
        spread.ended[step_of(residual)] += 1.0
    table = spread.quantiles(LEVELS)
    size = len(trips)
    cells = Cells.learnt(
        trips,
        residuals,
        [1.0] * size,
        [True] * size,
        table=table,
        ripe=range(size),
        rule=RULE,
    )
    return {key: cell.table for key, cell in cells.found.items()}


def test_a_cell_is_used_where_it_has_shown_itself_on_later_journeys() -> None:
    assert set(learnt_cells({"a": 0.0, "b": 0.6})) == {("a",), ("b",)}


def test_a_cell_that_was_right_only_earlier_is_not_used() -> None:
    assert learnt_cells({"a": -0.3, "b": 0.3}, later={"a": 0.3, "b": -0.3}) == {}


def test_lines_that_do_not_differ_stay_with_all() -> None:
    assert learnt_cells(dict.fromkeys("abcdef", 0.0)) == {}


def test_a_cell_of_few_journeys_is_not_looked_at() -> None:
    assert learnt_cells({"a": 0.0, "b": 1.0}, a_line=30) == {}


def test_a_higher_quantile_is_held_harder_and_tables_never_fall() -> None:
    tables = learnt_cells({"a": -0.5, "b": 0.5})
    low, high = tables["a",], tables["b",]
    for table in (low, high):
        assert table == sorted(table)
    gaps = [at_level(high, chance) - at_level(low, chance) for chance in (0.5, 0.8, 0.9, 0.95)]
    assert 1.0 > gaps[0] > gaps[1] > gaps[2] > gaps[3] > 0


def test_promises_count_within_bounds() -> None:
    coder = Coder([])
    places, values = coder.row(Way(promised=1e9), log(20))
    assert values[places.index(1)] < 2
