"""The chance of being late is learnt from what is known, and a trait of few orders says little."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import InvalidValue, NaiveTime
from crossborder.predict.lead import LateOdds

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
outcomes = st.lists(
    st.tuples(st.integers(0, 90), st.sampled_from("ab"), st.sampled_from("xyz"), st.booleans()),
    min_size=1,
    max_size=60,
)


def traits(mode: str, country: str) -> dict[str, str]:
    return {"mode": mode, "country": country}


def fed(drawn: list[tuple[int, str, str, bool]]) -> LateOdds:
    odds = LateOdds(("mode", "country"))
    for day, mode, country, late in drawn:
        known = START + DAY * day
        odds.observe(traits(mode, country), late=late, known_at=known, now=START + DAY * 500)
    return odds


@settings(deadline=None, max_examples=50)
@given(outcomes, st.integers(1, 99))
def test_the_order_in_which_outcomes_came_in_does_not_matter(
    drawn: list[tuple[int, str, str, bool]], seed: int
) -> None:
    shuffled = [drawn[at] for at in sorted(range(len(drawn)), key=lambda at: at * seed % 101)]
    one, other = fed(drawn), fed(shuffled)
    for day in (10, 60, 200):
        now = START + DAY * day
        assert one.chance(traits("a", "x"), now=now) == other.chance(traits("a", "x"), now=now)


@settings(deadline=None, max_examples=50)
@given(outcomes, st.integers(0, 90))
def test_a_later_outcome_changes_no_earlier_chance(
    drawn: list[tuple[int, str, str, bool]], day: int
) -> None:
    now = START + DAY * day
    known = [one for one in drawn if one[0] <= day]
    assert fed(drawn).chance(traits("b", "y"), now=now) == fed(known).chance(
        traits("b", "y"), now=now
    )


@settings(deadline=None, max_examples=50)
@given(outcomes)
def test_a_late_outcome_never_lowers_the_chance_of_its_like(
    drawn: list[tuple[int, str, str, bool]],
) -> None:
    now = START + DAY * 300
    before = fed(drawn).chance(traits("a", "x"), now=now)
    after = fed([*drawn, (90, "a", "x", True)]).chance(traits("a", "x"), now=now)
    assert after >= before - 1e-6


def test_nothing_known_is_one_half() -> None:
    assert LateOdds(("mode",)).chance({"mode": "air"}, now=START) == 0.5


def test_a_trait_of_few_orders_leans_on_all() -> None:
    many = [(n % 90, "a", "x", n % 10 == 0) for n in range(300)]
    now = START + DAY * 200
    once = fed([*many, (50, "b", "x", True)]).chance(traits("b", "x"), now=now)
    often = fed([*many, *((50, "b", "x", True) for _ in range(30))]).chance(
        traits("b", "x"), now=now
    )
    assert 0.1 < once < 0.45 < 0.8 < often


def test_what_may_not_be_known_or_named_is_refused() -> None:
    odds = LateOdds(("mode",))
    with pytest.raises(InvalidValue, match="later than now"):
        odds.observe({"mode": "air"}, late=True, known_at=START + DAY, now=START)
    with pytest.raises(InvalidValue, match="must be mode"):
        odds.chance({"modes": "air"}, now=START)
    with pytest.raises(NaiveTime):
        odds.chance({"mode": "air"}, now=datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(InvalidValue):
        LateOdds(())
    with pytest.raises(InvalidValue):
        LateOdds(("mode",), strength=0)
