"""Many parts together: what one teaches the others, and what none may know too early."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random  # noqa: TID251  seeded worlds, the same in each run

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import InvalidValue, NaiveTime
from crossborder.predict.demand import (
    BackTest,
    DemandPool,
    Ladder,
    NegativeBinomial,
    PoolState,
    Track,
    TrackState,
    pinball,
    pool,
)
from crossborder.serial import from_json, to_json

START = datetime(2026, 1, 1, tzinfo=UTC)
MONTH = timedelta(days=30)
CHANCES = (0.5, 0.8, 0.9, 0.95)
World = dict[str, list[int | None]]
worlds = st.dictionaries(
    st.sampled_from(("a", "b", "c", "d", "e")),
    st.lists(st.none() | st.integers(0, 60), min_size=4, max_size=4),
    min_size=1,
)


def moment(month: int) -> datetime:
    return START + month * MONTH


def fed(world: World, months: Sequence[int], into: DemandPool | None = None) -> DemandPool:
    """The pool after those months of the world."""
    found = into or DemandPool()
    for month in months:
        for part, series in world.items():
            if month < len(series):
                found.observe(part, series[month], known_at=moment(month), now=moment(month))
    return found


def drawn(law: NegativeBinomial, rng: Random) -> int:
    return law.quantile(min(max(rng.random(), 1e-9), 1 - 1e-9))


def slow_movers(seed: int, *, parts: int = 150, months: int = 24) -> World:
    """Parts of levels between .05 and 5 a month; a third die on the way."""
    rng = Random(seed)
    world: World = {}
    for number in range(parts):
        law = NegativeBinomial(0.05 * 100 ** rng.random(), 0.8)
        end = rng.randrange(months) if number % 3 == 0 else months
        world[f"part {number}"] = [drawn(law, rng) if m < end else 0 for m in range(months)]
    return world


@settings(max_examples=30, deadline=None)
@given(worlds, st.randoms(use_true_random=False))
def test_the_order_of_parts_within_a_period_changes_no_forecast(
    world: World, chance: Random
) -> None:
    shuffled = list(world.items())
    chance.shuffle(shuffled)
    one, other = fed(world, range(4)), fed(dict(shuffled), range(4))
    for part in (*world, "never seen"):
        assert one.quantiles(part, CHANCES, now=moment(9)) == other.quantiles(
            part, CHANCES, now=moment(9)
        )
    assert one.shared.level == pytest.approx(other.shared.level)


@settings(max_examples=30, deadline=None)
@given(worlds)
def test_a_kept_pool_goes_on_as_if_it_had_never_stopped(world: World) -> None:
    whole = fed(world, range(4))
    kept = fed(world, range(2)).state
    again = fed(world, range(2, 4), DemandPool(from_json(to_json(kept), PoolState)))
    assert again.state == whole.state


@settings(max_examples=30, deadline=None)
@given(worlds)
def test_asking_changes_nothing_and_the_open_period_counts_already(world: World) -> None:
    asked, silent = DemandPool(), DemandPool()
    for month in range(4):
        for part, series in world.items():
            for each in (asked, silent):
                each.observe(part, series[month], known_at=moment(month), now=moment(month))
            asked.quantiles(part, CHANCES, now=moment(month))
            _ = asked.coverage, asked.state
    assert asked.state == silent.state


@settings(max_examples=50, deadline=None)
@given(worlds)
def test_quantiles_rise_and_the_law_agrees(world: World) -> None:
    found = fed(world, range(4))
    for part in (*world, "new"):
        quantiles = found.quantiles(part, CHANCES, now=moment(5))
        law = found.law(part, now=moment(5))
        assert list(quantiles) == sorted(quantiles)
        assert quantiles == tuple(law.quantile(chance) for chance in CHANCES)
        assert law.mean >= 0
        assert list(law.above) == sorted(law.above, reverse=True)


def test_the_future_and_the_past_are_refused() -> None:
    found = fed({"a": [1, 2]}, (0, 1))
    before = found.state
    with pytest.raises(InvalidValue, match="later than now"):
        found.observe("a", 1, known_at=moment(3), now=moment(2))
    with pytest.raises(InvalidValue, match="out of order"):
        found.observe("b", 1, known_at=moment(0), now=moment(9))
    with pytest.raises(InvalidValue, match="was told already"):
        found.observe("a", 1, known_at=moment(1), now=moment(1))
    with pytest.raises(InvalidValue, match="later than now"):
        found.quantiles("a", CHANCES, now=moment(0))
    with pytest.raises(NaiveTime):
        found.observe("a", 1, known_at=datetime(2026, 9, 1), now=moment(20))  # noqa: DTZ001
    for quantity in (-1, 2.5, True):
        with pytest.raises(InvalidValue, match="must"):
            found.observe("a", quantity, known_at=moment(2), now=moment(2))  # type: ignore[arg-type,unused-ignore]
    assert found.state == before


def test_a_kept_period_is_closed() -> None:
    again = DemandPool(fed({"a": [1]}, (0,)).state)
    with pytest.raises(InvalidValue, match="out of order"):
        again.observe("b", 1, known_at=moment(0), now=moment(0))


def test_unknown_periods_leave_a_part_as_it_was() -> None:
    world: World = {"a": [3, 1, 2], "b": [None, None, None]}
    found = fed(world, range(3))
    assert (found.periods("a"), found.periods("b"), found.periods("c")) == (3, 0, 0)
    now = moment(3)
    assert found.law("b", now=now) == found.law("c", now=now)
    assert found.state == evolve(fed({"a": world["a"]}, range(3)).state, known_at=moment(2))


def test_no_chances_ask_for_nothing() -> None:
    assert DemandPool().quantiles("a", (), now=START) == ()


def test_an_empty_pool_knows_only_a_usual_law() -> None:
    empty = DemandPool()
    assert empty.coverage == ()
    assert empty.law("a", now=START).mean == pytest.approx(0.5, rel=0.01)
    assert fed({"a": [None]}, (0,)).shared == empty.shared


def test_a_new_part_gets_the_law_of_the_pool_and_own_sales_pull_it_away() -> None:
    found = fed(slow_movers(1), range(24))
    now = moment(24)
    new = found.law("new", now=now).mean
    known = [found.law(f"part {number}", now=now).mean for number in range(150)]
    assert min(known) < new < max(known)
    for month, quantity in enumerate((9, 7, 8), start=24):
        found.observe("new", quantity, known_at=moment(month), now=moment(month))
    assert new < found.law("new", now=moment(27)).mean < 9


def test_a_part_that_sells_no_more_is_stocked_no_more() -> None:
    world = slow_movers(2)
    world["dying"] = [4, 3, 5, 4, 4, 3, 5, 4, *(0,) * 16]
    found = fed(world, range(8))
    assert found.quantiles("dying", (0.8,), now=moment(8))[0] >= 4
    fed(world, range(8, 24), found)
    assert found.quantiles("dying", (0.8,), now=moment(24)) == (0,)


def test_what_sells_in_pairs_is_stocked_in_pairs() -> None:
    rng = Random(3)
    world: World = {}
    for number in range(60):
        world[f"pair {number}"] = [2 * (rng.random() < 0.3) for _ in range(24)]
        world[f"single {number}"] = [int(rng.random() < 0.3) for _ in range(24)]
    found = fed(world, range(24))
    pair, single = (found.law(f"{kind} 0", now=moment(24)).pieces for kind in ("pair", "single"))
    assert pair[1] < 0.2 * pair[2]
    assert single[2] < 0.2 * single[1]


def test_coverage_is_what_was_stated() -> None:
    found = fed(slow_movers(4, parts=300, months=30), range(30))
    for stated, seen in found.coverage:
        assert seen == pytest.approx(stated, abs=0.02)


def test_the_pool_beats_each_item_alone() -> None:
    world = slow_movers(5)
    found = fed(world, range(16))
    alone = {part: BackTest() for part in world}
    together = single = 0.0
    for month in range(24):
        known = moment(month)
        for part, series in world.items():
            quantity = series[month]
            assert quantity is not None
            if month >= 16:
                said = found.quantiles(part, (0.8, 0.9), now=moment(month - 1))
                own = alone[part].law
                for chance, quantile in zip((0.8, 0.9), said, strict=True):
                    together += pinball(quantity, quantile, chance)
                    single += pinball(quantity, own.quantile(chance), chance)
            alone[part].observe(quantity, known_at=known, now=known)
        if month >= 16:
            fed(world, (month,), found)
    assert together < 0.98 * single


def test_a_large_pool_learns_from_a_sample_and_remembers_every_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = slow_movers(6, parts=300)
    whole = fed(world, range(24))
    monkeypatch.setattr(pool, "LEARN_FROM", 50)
    sampled = fed(world, range(24))
    assert sampled.shared.rows < whole.shared.rows / 3
    assert [track for _, track in sampled.state.tracks] == [t for _, t in whole.state.tracks]
    now = moment(24)
    gap = [abs(sampled.law(part, now=now).mean - whole.law(part, now=now).mean) for part in world]
    assert sorted(gap)[len(gap) // 2] < 0.15
    again = DemandPool(sampled.state)
    assert fed({"part 0": [1] * 26}, (25,), again).shared.rows <= sampled.shared.rows + 1


@pytest.mark.parametrize("quantity", [0, 1, 10**9])
def test_pools_of_one_kind_of_demand_are_no_trouble(quantity: int) -> None:
    found = fed({f"p{n}": [quantity] * 30 for n in range(5)}, range(30))
    (quantile,) = found.quantiles("p0", (0.5,), now=moment(30))
    assert quantile == min(quantity, 10_000_000) or (quantity == 10**9 and quantile > 10**6)


@given(st.lists(st.integers(0, 500), max_size=40))
def test_a_track_is_kept_whole(series: list[int]) -> None:
    track = Track()
    for quantity in series:
        track.add(quantity)
    state = from_json(to_json(track.state), TrackState)
    assert Track(state).state == track.state
    assert track.periods == len(series)
    assert 0 <= track.mean <= max(series, default=0) * (1 + 1e-9)


def test_a_long_track_forgets_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    series = [number % 3 for number in range(1500)]
    long = Track()
    for quantity in series:
        long.add(quantity)
    ladder = Ladder()
    monkeypatch.setattr("crossborder.predict.demand.track._UNIT_MOST", 2.0)
    often = Track()
    for quantity in series:
        often.add(quantity)
    assert often.unit < 2 < long.unit
    assert ladder.law(often).above == pytest.approx(ladder.law(long).above)
    assert ladder.law(long).mean == pytest.approx(long.mean, rel=0.2)
