"""Off the shelf at once, back on it only when supply is sure."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random  # noqa: TID251  (seeded: the same noise each time)
from typing import Any

import pytest
from attrs import evolve
from hypothesis import example, given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.decision import Decision, recording
from crossborder.model.extra import Extra
from crossborder.model.ids import ListingId, SkuId
from crossborder.model.money import Money
from crossborder.replay import replay, to_record
from crossborder.stages.inventory.watch.switch import ShelfState, SwitchPolicy, switch

START = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
END = START + timedelta(days=60)
ON = ShelfState(SkuId("s"), ListingId("l"), listed=True)
OFF = evolve(ON, listed=False)
POLICY = SwitchPolicy()


def after(state: ShelfState, sellable: int, hours: float = 0, **given: Any) -> Decision[ShelfState]:
    return switch(state, sellable, observed_at=START + hours * HOUR, now=END, **given)


def run(figures: list[int], state: ShelfState = ON, **given: Any) -> list[ShelfState]:
    """The states after a figure an hour."""
    states = []
    for hour, sellable in enumerate(figures):
        state = after(state, sellable, hour, **given).value
        states.append(state)
    return states


def flips(states: list[ShelfState]) -> int:
    shelf = [True, *(state.listed for state in states)]
    return sum(one is not other for one, other in pairwise(shelf))


@st.composite
def snapshots(draw: st.DrawFn) -> tuple[list[int], int]:
    """Hourly figures of up to 30 days, and how often supply really came or went.

    While it is there any figure above 0 is seen; while it is gone a first 0, then zeros among
    ghosts: few pieces at any time, or many in too short a row.
    """
    figures: list[int] = []
    spells = draw(st.lists(st.integers(4, 90), min_size=1, max_size=8))
    for number, hours in enumerate(spells):
        if number % 2 == 0:
            figures += [9] * 3 + draw(st.lists(st.integers(1, 99), min_size=hours, max_size=hours))
        else:
            ghosts = st.lists(st.integers(1, 2), min_size=1) | st.lists(
                st.integers(3, 99), min_size=1, max_size=2
            )
            gone = [0, 0]
            while len(gone) < hours:
                gone += [*draw(ghosts), 0]
            figures += gone
    return figures[:720], len(spells) - 1


@given(snapshots())
def test_the_shelf_flips_at_most_once_for_each_real_change(
    drawn: tuple[list[int], int],
) -> None:
    figures, changes = drawn
    states = run(figures)
    assert flips(states) <= changes
    for sellable, state in zip(figures, states, strict=True):
        assert sellable or not state.listed
        assert state.listed or state.quantity == 0


def test_thirty_noisy_days_flip_once_for_each_real_change(full_size: bool) -> None:
    for seed in range(300 if full_size else 30):
        chance = Random(seed)
        figures: list[int] = []
        truth: list[bool] = []
        there, left = True, 0
        while len(figures) < 30 * 24:
            if not left:
                there, left = bool(truth) ^ there, chance.randint(12, 96)
                # The spell begins with what tells it: nothing, or enough for long enough.
                begins = [0] if not there else [chance.randint(3, 60) for _ in range(3)]
                figures += begins
                truth += [there] * len(begins)
            noise = chance.choice([0, 1, 1, 2]) if figures[-1] else chance.choice([0, 0, 1, 2, 40])
            figures.append(chance.randint(1, 60) if there else noise)
            truth.append(there)
            left -= 1
        states = run(figures, policy=SwitchPolicy(longest_wait=0 * HOUR))
        real = sum(one is not other for one, other in pairwise(truth))
        assert flips(states) == real > 4
        vanished = [hour for hour, figure in enumerate(figures) if not figure]
        assert all(states[hour].quantity == 0 for hour in vanished)
        # Waiting longer each time, a short spell may be let pass, but none is added.
        assert flips(run(figures)) in (real, real - 1, real - 2)


def flip_times(figures: list[tuple[timedelta, int]]) -> list[datetime]:
    """When the shelf flips, the figures being so far apart; each is told twice, to no effect."""
    state, at, found = ON, START, []
    for later, sellable in figures:
        at += later
        made = switch(state, sellable, observed_at=at, now=at).value
        assert switch(made, sellable, observed_at=at, now=at).value == made
        if made.listed is not state.listed:
            found.append(at)
        state = made
    return found


def most_in_a_day(times: list[datetime]) -> int:
    return max((sum(one <= t < one + 24 * HOUR for t in times) for one in times), default=0)


SPELLS = st.lists(
    st.tuples(st.sampled_from([0, 2, 50]), st.sampled_from([5, 20, 30, 60]), st.integers(1, 40)),
    max_size=6,
)


@given(SPELLS, st.integers(1, 20))
@example([(0, 10, 1), (50, 10, 7)], 18)
def test_no_course_of_figures_flips_the_shelf_more_than_ten_times_a_day(
    spells: list[tuple[int, int, int]], times: int
) -> None:
    figures = [
        (timedelta(minutes=minutes), sellable)
        for sellable, minutes, count in spells * times
        for _ in range(count)
    ]
    assert most_in_a_day(flip_times(figures)) <= 10


def test_a_supply_that_goes_whenever_it_is_sold_is_waited_for_longer_each_time() -> None:
    state, at, flipped = ON, START, []
    while at < START + timedelta(days=20):
        at += timedelta(minutes=10)
        after = switch(state, 0 if state.listed else 50, observed_at=at, now=at).value
        flipped += [at] if after.listed is not state.listed else []
        state = after
    assert most_in_a_day(flipped) == 9
    back = flipped[1::2]
    waited = [(relisted - gone) // HOUR for gone, relisted in zip(flipped[::2], back, strict=False)]
    assert waited[:7] == [1, 2, 4, 8, 16, 24, 24]
    assert len(flipped) < 9 + 2 * 20
    # Zero, then 70 minutes of plenty, again and again: once off, it stays off for the day.
    cycle = [0, *[50] * 7]
    assert len(flip_times([(timedelta(minutes=10), figure) for figure in cycle * 18])) == 3


@pytest.mark.parametrize("flapped", [0, 6])
def test_a_single_real_change_is_over_after_the_first_wait(flapped: int) -> None:
    figures = ([0] + [9] * 30) * flapped + [9] * 24 * 4 + [0] * 3 + [9] * 3
    states = run(figures)
    assert states[-1].listed
    assert not states[-2].listed
    assert states[-1].delistings == 1
    waiting = after(states[-3], 9, len(figures) - 2.5)
    facts = {"lasted": "0:30:00", "wait": "1:00:00", "delistings": 1}
    assert waiting.reasons[0].facts.items() >= facts.items()


def test_what_is_off_the_shelf_for_a_calm_time_comes_back_after_the_first_wait() -> None:
    flapping = evolve(OFF, delistings=6, flipped_at=START)
    asked = [after(flapping, 9, hours).reasons[0].facts["wait"] for hours in (71, 72)]
    assert asked == ["1 day, 0:00:00", "1:00:00"]


def test_a_wait_is_doubled_up_to_the_longest_and_never_shortened() -> None:
    def waits(**given: Any) -> list[float]:
        return [SwitchPolicy(**given).wait(count) / HOUR for count in (0, 1, 2, 5, 6, 10**9)]

    assert waits() == [1, 1, 2, 16, 24, 24]
    assert waits(longest_wait=0 * HOUR) == [1] * 6
    assert waits(relist_after=30 * HOUR) == [30] * 6
    assert waits(relist_after=0 * HOUR) == [0] * 6
    assert waits(longest_wait=timedelta.max)[:4] == [1, 1, 2, 16]


FIGURES = st.integers(0, 6)
STEPS = st.lists(st.tuples(FIGURES, st.integers(0, 12), FIGURES, FIGURES), min_size=1, max_size=25)
POLICIES = st.builds(
    lambda at, more, rows, hours: SwitchPolicy(at, at + more, rows, hours * HOUR),
    *(st.integers(0, 2), st.integers(1, 3), st.integers(1, 3), st.integers(0, 4)),
)


@given(STEPS, POLICIES, st.booleans())
def test_the_shelf_keeps_its_rules_in_every_course_of_things(
    steps: list[tuple[int, int, int, int]], policy: SwitchPolicy, listed: bool
) -> None:
    state = ON if listed else OFF
    for sellable, hours, orders, substitutes in steps:
        terms = {"open_orders": orders, "substitutes": substitutes, "policy": policy}
        made = after(state, sellable, hours, **terms)
        again = after(made.value, sellable, hours, **terms)
        assert (again.value, again.events) == (made.value, ())
        names = [event.name for event in made.events]
        new = made.value
        left = max(0, new.sellable + substitutes - orders)
        if state.observed_at is not None and START + hours * HOUR < state.observed_at:
            assert (new.sellable, new.observed_at) == (state.sellable, state.observed_at)
            assert made.codes[0] == "older"
        else:
            assert new.sellable <= sellable
        assert new.quantity == (left if new.listed else 0)
        assert not (new.listed and left <= policy.delist_at)
        assert ("inventory.delisted" in names) is (state.listed and not new.listed)
        assert ("inventory.relisted" in names) is (new.listed and not state.listed)
        assert new.uncovered == max(0, orders - new.sellable - substitutes)
        if new.uncovered > state.uncovered:
            assert "inventory.orders_uncovered" in names
        if new.listed and not state.listed:
            assert left >= policy.relist_margin
            since = state.enough_since or new.observed_at
            assert since is not None
            assert new.observed_at is not None
            assert new.observed_at - since >= policy.relist_after
        state = new


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 9))
def test_more_promised_pieces_never_publish_more(
    sellable: int, substitutes: int, orders: int, more: int
) -> None:
    terms: dict[str, Any] = {"substitutes": substitutes, "policy": POLICY}
    few = after(ON, sellable, open_orders=orders, **terms).value
    many = after(ON, sellable, open_orders=orders + more, **terms).value
    assert many.quantity <= few.quantity
    assert many.uncovered >= few.uncovered


def test_nothing_left_at_the_supplier_is_off_the_shelf_in_one_decision() -> None:
    listed = after(ON, 40).value
    assert (listed.listed, listed.quantity) == (True, 40)
    gone = after(listed, 0, 1)
    assert (gone.value.listed, gone.value.quantity, gone.codes) == (False, 0, ("sold_out",))
    (event,) = gone.events
    assert (event.name, event.subject, event.at) == ("inventory.delisted", "l", END)
    figures = {"sellable": 0, "substitutes": 0, "open_orders": 0, "left": 0}
    assert event.facts == {**figures, "sku_id": "s", "reason": "sold_out"}


def test_a_substitute_keeps_it_on_the_shelf() -> None:
    kept = after(ON, 0, substitutes=8, open_orders=3)
    assert (kept.value.quantity, kept.codes, kept.events) == (5, ("substitute_covers",), ())


def test_pieces_promised_already_come_first() -> None:
    taken = after(ON, 5, open_orders=5)
    assert (taken.value.listed, taken.codes) == (False, ("promised_away",))
    short = after(ON, 5, open_orders=7)
    assert short.codes == ("promised_away", "uncovered")
    assert [event.name for event in short.events] == [
        "inventory.delisted",
        "inventory.orders_uncovered",
    ]
    assert short.events[1].facts == {"pieces": 2, "sku_id": "s", "reason": "promised_away"}
    same = after(short.value, 5, 1, open_orders=7)
    assert (same.events, same.codes) == ((), ("below_margin", "uncovered"))
    assert after(short.value, 5, 2, open_orders=7 + 1).events[0].facts["pieces"] == 3


def test_what_the_policy_keeps_back_is_not_sold() -> None:
    policy = SwitchPolicy(delist_at=2)
    assert after(ON, 2, policy=policy).codes == ("too_few",)
    assert after(ON, 3, policy=policy).value.quantity == 3


def test_a_flapping_figure_stays_off_the_shelf() -> None:
    states = run([9, 0, 1, 0, 1, 0, 40, 0, 40, 40, 0])
    assert [state.listed for state in states] == [True] + [False] * 10


def test_it_comes_back_after_enough_looks_over_enough_time() -> None:
    policy = SwitchPolicy(relist_after=4 * HOUR)
    states = run([0, 5, 5, 5, 5, 7], policy=policy)
    assert [state.listed for state in states] == [False] * 5 + [True]
    assert [state.enough for state in states] == [0, 1, 2, 3, 4, 0]
    assert states[-1].quantity == 7
    waiting = after(states[3], 5, 3.5, policy=policy)
    assert waiting.codes == ("waiting",)
    facts = {"enough": 4, "wanted": 3, "lasted": "2:30:00", "margin": 3, "left": 5}
    assert waiting.reasons[0].facts.items() >= facts.items()


def test_the_same_look_again_is_no_further_evidence() -> None:
    once = after(OFF, 9, policy=SwitchPolicy(relist_observations=2, relist_after=0 * HOUR))
    again = after(once.value, 9)
    assert (again.value, again.codes) == (once.value, ("repeated", "waiting"))
    assert after(OFF, 9, policy=SwitchPolicy(0, 3, 1, 0 * HOUR)).value.listed


def test_of_two_figures_of_one_moment_the_smaller_counts() -> None:
    listed = after(ON, 5).value
    assert after(listed, 9).value.quantity == 5
    assert after(listed, 4).value.quantity == 4


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_an_older_look_is_no_news_but_what_was_promised_since_counts(
    known: int, older: int, orders: int, substitutes: int
) -> None:
    listed = after(ON, known, 2).value
    terms = {"open_orders": orders, "substitutes": substitutes}
    late, again = after(listed, older, 1, **terms), after(listed, known, 2, **terms)
    assert (late.value, late.events) == (again.value, again.events)
    assert (late.codes[0], late.codes[1:]) == ("older", again.codes[1:])


def test_pieces_promised_since_are_not_published_with_an_older_look() -> None:
    late = after(after(ON, 5, 2).value, 5, 1, open_orders=5)
    assert (late.value.listed, late.value.quantity) == (False, 0)
    assert (late.value.observed_at, late.codes) == (START + 2 * HOUR, ("older", "promised_away"))
    more = after(after(ON, 5, 2).value, 50, 1)
    assert more.value.quantity == 5


@pytest.mark.parametrize(
    ("spend", "names"),
    [
        (None, ["delisted"]),
        (Money("0", "USD"), ["delisted"]),
        (Money("12.5", "USD"), ["delisted", "ads_unwanted"]),
    ],
)
def test_ads_for_what_is_off_the_shelf_are_told_of(spend: Money | None, names: list[str]) -> None:
    gone = after(ON, 0, ad_spend=spend)
    assert [event.name.removeprefix("inventory.") for event in gone.events] == names
    if len(names) > 1:
        cost = {"amount": Money("12.5", "USD").amount, "currency": "USD"}
        assert gone.events[1].facts == {**cost, "sku_id": "s", "reason": "sold_out"}
        back = after(gone.value, 9, 1, ad_spend=spend, policy=SwitchPolicy(0, 3, 1, 0 * HOUR))
        assert [event.name for event in back.events] == [
            "inventory.relisted",
            "inventory.ads_wanted",
        ]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"sellable": -1}, "sellable"),
        ({"open_orders": -1}, "open_orders"),
        ({"substitutes": -1}, "substitutes"),
        ({"now": START - HOUR}, "observed_at"),
    ],
)
def test_figures_that_cannot_be_are_refused(given: dict[str, Any], field: str) -> None:
    arguments = {"state": ON, "sellable": 1, "observed_at": START, "now": START, **given}
    with pytest.raises(InvalidValue) as caught:
        switch(**arguments)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"delist_at": 3}, "relist_margin"),
        ({"relist_observations": 0}, "relist_observations"),
        ({"relist_after": -HOUR}, "relist_after"),
        ({"longest_wait": -HOUR}, "longest_wait"),
        ({"calm": -HOUR}, "calm"),
    ],
)
def test_a_policy_that_would_flap_is_refused(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        SwitchPolicy(**change)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"quantity": 1}, "quantity"),
        ({"enough": 1}, "enough_since"),
        ({"delistings": 1}, "flipped_at"),
    ],
)
def test_a_state_that_cannot_be_is_refused(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        evolve(OFF, **change)
    assert caught.value.field == field


def test_a_switch_is_made_again_from_its_record() -> None:
    with recording():
        made = after(ON, 0, ad_spend=Money("3", "EUR"), policy=SwitchPolicy(relist_margin=7))
        late = after(made.value, 9, -1)
    assert replay(to_record(made)) == evolve(made, inputs=None)
    assert replay(to_record(late)) == evolve(late, inputs=None)
    assert late.reasons[0].facts == Extra(
        {"observed_at": "2026-10-31T23:00:00+00:00", "known": "2026-11-01T00:00:00+00:00"}
    )
