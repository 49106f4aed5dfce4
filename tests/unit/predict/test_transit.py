"""Times of journeys: nothing from the future, no order of arrival, quick to follow, never wild."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from math import exp, sqrt
from random import Random  # noqa: TID251  seeded worlds, the same in each run

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import InvalidValue, NaiveTime
from crossborder.predict.transit import TransitQuote, TransitSettings, TransitTimes, Way
from crossborder.predict.transit.ledger import Ledger
from crossborder.predict.transit.way import Trip

DAY = timedelta(days=1)
START = datetime(2026, 1, 1, tzinfo=UTC)
WAY = Way("express", zone="US")

Journey = tuple[str, Way, datetime, datetime | None]
"""Key, way, begin and arrival."""


def world(
    days: int,
    *,
    a_day: int = 4,
    mean: Callable[[int], float] = lambda _: 10.0,
    way: Callable[[int], Way] = lambda _: WAY,
    slower: Callable[[Way], float] = lambda _: 1.0,
    seed: int = 7,
) -> list[Journey]:
    """Journeys with times spread by a third around a mean that may move with the day."""
    chance, found = Random(seed), list[Journey]()
    for number in range(days * a_day):
        start = START + number / a_day * DAY
        goes = way(number)
        lasting = mean(number // a_day) * slower(goes) * exp(chance.gauss(0, 0.35))
        found.append((f"j{number:05d}", goes, start, start + lasting * DAY))
    return found


def told(
    times: TransitTimes, journeys: Sequence[Journey], until: datetime, *, quoted: bool = False
) -> TransitTimes:
    """What was known by a moment, told in the order in which it happened."""
    news = [(start, 0, key, way) for key, way, start, _ in journeys if start <= until]
    news += [
        (end, 1, key, way) for key, way, _, end in journeys if end is not None and end <= until
    ]
    for at, kind, key, way in sorted(news, key=lambda each: each[:3]):
        if kind:
            times.observe(key, at, known_at=at, now=at)
        else:
            times.begin(key, way, at=at, now=at)
            if quoted:
                times.quote(way, now=at, key=key)
    return times


def said(times: TransitTimes, now: datetime, way: Way = WAY) -> TransitQuote:
    quote = times.quote(way, now=now)
    assert quote is not None
    return quote


def test_before_anything_has_arrived_nothing_is_said() -> None:
    times = TransitTimes()
    times.begin("a", WAY, at=START, now=START)
    later = START + 5 * DAY
    assert times.quote(WAY, now=later) is None
    assert times.days(WAY, [0.5], now=later) is None
    assert times.law(WAY, now=later) is None


def test_an_outcome_is_not_taken_before_it_is_known() -> None:
    times = TransitTimes()
    times.begin("a", WAY, at=START, now=START)
    with pytest.raises(InvalidValue, match="later than now"):
        times.begin("b", WAY, at=START + DAY, now=START)
    with pytest.raises(InvalidValue, match="later than now"):
        times.observe("a", START + DAY, known_at=START + 2 * DAY, now=START + DAY)
    with pytest.raises(InvalidValue, match="before it happened"):
        times.observe("a", START + 2 * DAY, known_at=START + DAY, now=START + 3 * DAY)
    with pytest.raises(InvalidValue, match="before it began"):
        times.observe("a", START - DAY, known_at=START, now=START)
    with pytest.raises(NaiveTime):
        times.quote(WAY, now=START.replace(tzinfo=None))


def test_a_journey_begins_and_ends_once() -> None:
    times = TransitTimes()
    times.begin("a", WAY, at=START, now=START)
    with pytest.raises(InvalidValue, match="on its way"):
        times.begin("a", WAY, at=START, now=START)
    with pytest.raises(InvalidValue, match="never began"):
        times.observe("b", START, known_at=START, now=START)
    times.withdraw("a", known_at=START + DAY, now=START + DAY)
    with pytest.raises(InvalidValue, match="ended already"):
        times.observe("a", START + DAY, known_at=START + DAY, now=START + DAY)


JOURNEYS = world(40)
CHANCES = (0.1, 0.5, 0.8, 0.9, 0.95)


@settings(max_examples=25)
@given(st.permutations(JOURNEYS), st.integers(20, 60))
def test_the_order_in_which_outcomes_are_told_changes_no_quote(
    shuffled: list[Journey], day: int
) -> None:
    now = START + day * DAY
    one, other = TransitTimes(), TransitTimes()
    for times, journeys in ((one, JOURNEYS), (other, shuffled)):
        for key, way, start, end in journeys:
            if start <= now:
                times.begin(key, way, at=start, now=now)
                if end is not None and end <= now:
                    times.observe(key, end, known_at=end, now=now)
    assert one.days(WAY, CHANCES, now=now) == other.days(WAY, CHANCES, now=now)


@settings(max_examples=25)
@given(st.integers(15, 55))
def test_what_becomes_known_later_changes_no_earlier_quote(day: int) -> None:
    now = START + day * DAY
    times = told(TransitTimes(), JOURNEYS, now)
    before = times.days(WAY, CHANCES, now=now)
    after = START + 90 * DAY
    for key, way, start, end in JOURNEYS:
        if start > now:
            times.begin(key, way, at=start, now=after)
        if end is not None and end > now:
            times.observe(key, end, known_at=end, now=after)
    assert times.days(WAY, CHANCES, now=after) != before
    assert times.days(WAY, CHANCES, now=now) == before


def test_asking_in_between_changes_no_later_quote() -> None:
    asked, silent = TransitTimes(), TransitTimes()
    for times in (asked, silent):
        for day in range(50):
            now = START + day * DAY
            for key, way, start, end in JOURNEYS:
                if now - DAY < start <= now:
                    times.begin(key, way, at=start, now=now)
                if end is not None and now - DAY < end <= now:
                    times.observe(key, end, known_at=end, now=now)
            if times is asked:
                times.days(WAY, [0.8], now=now)
    now = START + 50 * DAY
    assert asked.days(WAY, CHANCES, now=now) == silent.days(WAY, CHANCES, now=now)


@given(st.lists(st.floats(0.01, 0.99), min_size=2, max_size=6).map(sorted))
def test_a_surer_quote_is_never_shorter(chances: list[float]) -> None:
    now = START + 60 * DAY
    days = learnt().days(WAY, chances, now=now)
    assert days is not None
    assert list(days) == sorted(days)


@cache
def learnt() -> TransitTimes:
    return told(TransitTimes(), JOURNEYS, START + 60 * DAY)


def test_the_law_says_what_the_quote_says() -> None:
    now = START + 60 * DAY
    law, quote = learnt().law(WAY, now=now), said(learnt(), now)
    assert law is not None
    assert law.quantile(0.1) == quote.earliest
    assert law.quantile(0.5) == quote.expected
    assert law.quantile(0.9) == quote.latest
    assert (quote.confidence, quote.as_of, quote.evidence) == (0.9, now, int(law.evidence + 1e-9))


def test_quotes_keep_their_chances_on_a_steady_line() -> None:
    journeys = world(200, a_day=6)
    times = told(TransitTimes(), journeys, START + 230 * DAY, quoted=True)
    for kept in times.coverage(now=START + 230 * DAY):
        assert kept.quotes > 1000
        assert abs(kept.share - kept.chance) < 0.03


@pytest.mark.parametrize("factor", [0.6, 1.5])
def test_three_weeks_after_all_became_quicker_or_slower_quotes_have_followed(
    factor: float,
) -> None:
    journeys = world(200, a_day=10, mean=lambda day: 10.0 if day < 150 else 10.0 * factor)
    before = said(told(TransitTimes(), journeys, START + 149 * DAY), START + 149 * DAY)
    after = said(told(TransitTimes(), journeys, START + 172 * DAY), START + 172 * DAY)
    moved = after.latest / before.latest
    assert abs(moved - factor) < 0.5 * abs(1 - factor)
    settled = said(told(TransitTimes(), journeys, START + 199 * DAY), START + 199 * DAY)
    assert abs(settled.latest / before.latest - factor) < 0.15 * factor


def test_open_journeys_speak_before_they_arrive() -> None:
    """From day 100 on nothing arrives: what is open says that times have become long."""
    stuck = [
        (key, way, start, end if end is not None and end < START + 100 * DAY else None)
        for key, way, start, end in world(115, a_day=10)
    ]
    before = said(told(TransitTimes(), stuck, START + 100 * DAY), START + 100 * DAY)
    after = said(told(TransitTimes(), stuck, START + 114 * DAY), START + 114 * DAY)
    assert after.latest > 1.3 * before.latest


@pytest.mark.parametrize("given_up", [True, False])
def test_what_never_arrives_makes_no_quote_of_what_does_longer(given_up: bool) -> None:
    """Given up after two days, or open for ever: neither an arrival nor a slow one."""
    now, times = START + 90 * DAY, TransitTimes()
    for number, (key, way, start, end) in enumerate(JOURNEYS):
        times.begin(key, way, at=start, now=now)
        if number % 5:
            assert end is not None
            times.observe(key, end, known_at=end, now=now)
        elif given_up:
            times.withdraw(key, known_at=start + 2 * DAY, now=now)
    steady = said(told(TransitTimes(), JOURNEYS, now), now)
    found = said(times, now)
    assert abs(found.earliest / steady.earliest - 1) < 0.1
    assert abs(found.latest / steady.latest - 1) < 0.1


def fed_back(rate: float, journeys: Sequence[Journey]) -> list[float]:
    """The plain correction: a quantile that moves by `rate` at each outcome, as it comes in."""
    shift, quotes = 0.0, list[float]()
    waiting: list[tuple[datetime, bool]] = []
    for _, _, start, end in journeys:
        for told_at, held in sorted(waiting):
            if told_at <= start:
                shift += rate * (0.8 - held)
                waiting.remove((told_at, held))
        days = 13.5 * exp(shift)
        quotes.append(days)
        assert end is not None
        until = start + min(days, 4000.0) * DAY
        waiting.append((min(until, end), end <= until))
    return quotes


def swing(quotes: Sequence[float]) -> float:
    return max(quotes) / min(quotes)


def test_late_feedback_never_makes_quotes_swing() -> None:
    """Outcomes ten and more days late blow the plain correction up at .02; ours stays calm."""
    journeys = world(160, a_day=20, mean=lambda day: 14.0 if day < 60 else 9.0)
    settled = [place for place, one in enumerate(journeys) if one[2] >= START + 100 * DAY]
    plain = fed_back(0.02, journeys)
    assert swing([plain[place] for place in settled]) > 1.6
    times = TransitTimes()
    quotes = list[float]()
    arrivals = sorted((end, key) for key, _, _, end in journeys if end is not None)
    place = 0
    for key, way, start, _ in journeys:
        while arrivals[place][0] <= start:
            end, done = arrivals[place]
            times.observe(done, end, known_at=end, now=start)
            place += 1
        times.begin(key, way, at=start, now=start)
        days = times.days(way, [0.8], now=start)
        times.quote(way, now=start, key=key)
        quotes.append(days[0] if days is not None else 0.0)
    calm = [quotes[place] for place in settled]
    assert swing(calm) < 1.3
    assert abs(sum(calm) / len(calm) / (9.0 * exp(0.35 * 0.8416)) - 1) < 0.1
    jumps = [abs(later / one - 1) for one, later in pairwise(calm)]
    assert max(jumps) < 0.12


def test_a_miss_is_counted_when_the_quote_passes_not_when_the_parcel_comes() -> None:
    times = told(TransitTimes(), JOURNEYS, START + 60 * DAY)
    now = START + 60 * DAY
    times.begin("x", WAY, at=now, now=now)
    quote = times.quote(WAY, now=now, key="x")
    assert quote is not None
    short, long = now + (quote.latest - 0.01) * DAY, now + (quote.latest + 0.01) * DAY
    assert [kept.quotes for kept in times.coverage(now=short)][-1] == 0
    missed = times.coverage(now=long)[-1]
    assert (missed.chance, missed.quotes, missed.kept) == (0.9, 1, 0)
    late = now + 90 * DAY
    times.observe("x", late, known_at=late, now=late)
    assert times.coverage(now=late)[-1].kept == 0


def test_what_was_given_up_is_neither_kept_nor_missed() -> None:
    times = told(TransitTimes(), JOURNEYS, START + 60 * DAY)
    now = START + 60 * DAY
    times.begin("x", WAY, at=now, now=now)
    times.quote(WAY, now=now, key="x")
    with pytest.raises(InvalidValue, match="quoted already"):
        times.quote(WAY, now=now, key="x")
    times.withdraw("x", known_at=now + DAY, now=now + DAY)
    assert [kept.quotes for kept in times.coverage(now=now + 99 * DAY)] == [0, 0, 0]


def test_what_is_told_late_counts_from_when_it_was_known() -> None:
    now = START + 45 * DAY
    times = told(TransitTimes(), JOURNEYS[:-40], now)
    before = times.days(WAY, CHANCES, now=now)
    for key, way, start, end in JOURNEYS[-40:]:
        times.begin(key, way, at=start, now=now)
        if end is not None and end <= now:
            times.observe(key, end, known_at=end, now=now)
    assert times.days(WAY, CHANCES, now=now) != before
    assert times.days(WAY, CHANCES, now=now) == told(TransitTimes(), JOURNEYS, now).days(
        WAY, CHANCES, now=now
    )


def test_an_outcome_told_late_counts_from_when_it_was_known() -> None:
    now = START + 45 * DAY
    times = told(TransitTimes(), JOURNEYS, START + 30 * DAY)
    before = times.days(WAY, CHANCES, now=now)
    for key, _, start, end in JOURNEYS:
        if start <= START + 30 * DAY and end is not None and START + 30 * DAY < end <= now:
            times.observe(key, end, known_at=end, now=now)
    after = times.days(WAY, CHANCES, now=now)
    assert before is not None
    assert after is not None
    assert after[1] < before[1]


@given(st.lists(st.sampled_from(["held", "missed", "given up"]), max_size=80), st.floats(0, 1))
def test_the_correction_is_a_share_of_what_was_missed_within_bounds(
    outcomes: list[str], correction: float
) -> None:
    rule = TransitSettings(correction=correction, correction_most=0.1, correction_prior=5.0)
    ledger, trips = Ledger(), dict[str, Trip]()
    for number, outcome in enumerate(outcomes):
        trip = trips[str(number)] = Trip(str(number), WAY, 0.0)
        ledger.add(trip.key, [10.0, 10.0, 10.0])
        if outcome != "missed":
            trip.end = trip.known = 5.0
            trip.arrived = outcome == "held"
    judged = [outcome for outcome in outcomes if outcome != "given up"]
    moves = ledger.moves(trips, 10.5, rule)
    for chance, move in zip((0.5, 0.8, 0.9), moves, strict=True):
        missed = sum(chance - (outcome == "held") for outcome in judged)
        assert abs(move) <= 0.1
        assert abs(move) <= correction
        assert move * missed >= 0
    assert moves == sorted(moves)


def test_corrections_of_several_chances_never_cross() -> None:
    """Half never held and eight in ten always did: P50 goes up and P80 down, but not below it."""
    times = told(TransitTimes(TransitSettings(correction=1.0, correction_prior=0.0)), JOURNEYS, END)
    quote = times.days(WAY, (0.5, 0.8), now=END)
    assert quote is not None
    between = (quote[0] + quote[1]) / 2
    for number in range(200):
        times.begin(f"x{number}", Way("other"), at=END, now=END)
        times.quote(WAY, now=END, key=f"x{number}")
    for number in range(200):
        end = END + between * DAY
        times.observe(f"x{number}", end, known_at=end, now=end)
    later = END + 30 * DAY
    days = times.days(WAY, (0.5, 0.8, 0.9), now=later)
    assert days is not None
    assert list(days) == sorted(days)


END = START + 60 * DAY


def test_a_slower_line_is_quoted_longer_and_a_far_promise_too() -> None:
    def way(number: int) -> Way:
        return Way("slow" if number % 2 else "quick", promised=10.0 + number % 3 * 10)

    def slower(goes: Way) -> float:
        return (2.0 if goes.line == "slow" else 1.0) * sqrt((goes.promised or 10.0) / 20)

    times = told(TransitTimes(), world(150, way=way, slower=slower), START + 150 * DAY)
    now = START + 150 * DAY
    slow, quick = (said(times, now, Way(line, promised=20.0)) for line in ("slow", "quick"))
    assert 1.7 < slow.expected / quick.expected < 2.3
    near, far = (said(times, now, Way("quick", promised=days)) for days in (10.0, 30.0))
    assert 1.5 < far.expected / near.expected < 2.0


def test_a_way_never_seen_is_quoted_by_all() -> None:
    now = START + 60 * DAY
    strange = said(learnt(), now, Way("never", zone="XX", kinds=("odd",), amounts={"kg": 3}))
    assert strange.source == "all"
    assert strange.latest == said(learnt(), now).latest


def test_what_was_kept_goes_on_as_before() -> None:
    times = told(TransitTimes(), JOURNEYS, START + 45 * DAY, quoted=True)
    again = TransitTimes.resumed(times.state)
    assert again.state == times.state
    for day in (46, 60, 80):
        now = START + day * DAY
        assert again.days(WAY, CHANCES, now=now) == times.days(WAY, CHANCES, now=now)
        assert again.coverage(now=now) == times.coverage(now=now)


@pytest.mark.parametrize(
    "wrong",
    [
        {"promised": 0},
        {"promised": float("nan")},
        {"amounts": {"kg": -1}},
        {"amounts": {"kg": float("inf")}},
    ],
)
def test_a_way_without_sense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidValue):
        Way(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("chance", [0.0, 1.0, -1.0])
def test_a_chance_that_is_none_is_refused(chance: float) -> None:
    with pytest.raises(InvalidValue):
        learnt().days(WAY, [chance], now=START + 60 * DAY)
    with pytest.raises(InvalidValue):
        learnt().quote(WAY, now=START + 60 * DAY, confidence=chance)


@pytest.mark.parametrize(
    "wrong", [{"correction": 1.5}, {"memory": 0}, {"level_half_life": -1}, {"level_prior": -1}]
)
def test_constants_that_would_swing_or_say_nothing_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidValue):
        TransitSettings(**wrong)  # type: ignore[arg-type]
