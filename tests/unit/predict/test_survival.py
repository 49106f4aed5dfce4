from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import InvalidValue, NaiveTime
from crossborder.predict.survival import Arrived, Ended, Journey, LateForecast, Scanned

DAY = timedelta(days=1)
MONDAY = datetime(2026, 11, 2, 10, tzinfo=UTC)


def journey(name: str, day: float = 0.0, promised: float = 20.0) -> Journey:
    handed = MONDAY + day * DAY
    return Journey(name, handed, handed + promised * DAY, ordered_at=handed - 2 * DAY)


def tell(forecast: LateForecast, *news: Journey | Arrived | Ended | Scanned) -> None:
    for item in news:
        at = item.handed_at if isinstance(item, Journey) else item.at
        forecast.observe(item, known_at=at, now=at)


def taught(
    days: int = 60, takes: Sequence[float] = (3.4, 5.4, 8.4, 13.4), slow: float = 1.0
) -> LateForecast:
    """Four parcels a day, of which the last takes longest."""
    forecast = LateForecast()
    news: list[tuple[datetime, int, str, Journey | Arrived]] = []
    for day in range(days):
        for place, long in enumerate(takes):
            parcel = journey(f"{day}/{place}", day)
            news.append((parcel.handed_at, 0, parcel.id, parcel))
            there = parcel.handed_at + long * slow * DAY
            if there < MONDAY + days * DAY:
                news.append((there, 1, parcel.id, Arrived(parcel.id, there)))
    for _, _, _, item in sorted(news, key=lambda entry: entry[:3]):
        tell(forecast, item)
    return forecast


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(24)))
def test_the_order_of_what_is_known_at_one_time_does_not_matter(order: list[int]) -> None:
    noon, count = MONDAY + 4 * DAY, 8
    news: list[Journey | Arrived | Scanned] = [
        Arrived(f"p{at}", noon - timedelta(hours=at)) for at in range(count)
    ]
    news += [Scanned(f"q{at}", noon - timedelta(hours=at)) for at in range(count)]
    news += [evolve(journey(f"new{at}", 4.0 - at / 100, 9.3 + at), worth=at) for at in range(count)]
    said = []
    for told in (news, [news[at] for at in order]):
        forecast = LateForecast()
        for at in range(count):
            tell(forecast, evolve(journey(f"p{at}"), worth=at), journey(f"q{at}"))
        for item in told:
            forecast.observe(item, known_at=noon, now=noon)
        said.append(
            [forecast.late("new0", now=noon)]
            + [forecast.late(f"q{at}", now=noon + day * DAY) for day in (1, 3) for at in (0, 1)]
        )
    assert said[0] == said[1]


@settings(max_examples=30, deadline=None)
@given(st.floats(1, 40), st.floats(0, 39))
def test_a_chance_is_a_probability_and_sure_once_the_promise_has_passed(
    promised: float, later: float
) -> None:
    forecast = taught(10)
    forecast.observe(
        journey("p", 10.0, promised), known_at=MONDAY + 10 * DAY, now=MONDAY + 10 * DAY
    )
    found = forecast.late("p", now=MONDAY + (10 + later) * DAY)
    assert 0 <= found.probability <= 1
    assert (found.probability == 1) == (found.left <= timedelta(0))


@settings(max_examples=20, deadline=None)
@given(st.floats(2, 30), st.floats(0.5, 10))
def test_a_later_promise_is_never_likelier_to_be_missed(promised: float, more: float) -> None:
    forecast = taught(20)
    at = MONDAY + 20 * DAY
    # The same kind of way: only the end differs, so the quote is for one promise at two moments.
    tell(forecast, Journey("p", at, at + (promised + more) * DAY, ordered_at=at - 2 * DAY))
    early = forecast.late("p", now=at).probability
    late = forecast.late("p", now=at + min(more, promised) * DAY).probability
    assert late >= early - 1e-9


def test_time_passing_without_arrival_raises_the_chance() -> None:
    forecast = taught()
    start = MONDAY + 60 * DAY
    tell(forecast, journey("p", 60, 12))
    said = [forecast.late("p", now=start + day * DAY).probability for day in range(12)]
    assert said == sorted(said)
    assert said[0] < 0.4 < said[11]


def test_slow_times_are_seen_before_any_promise_has_passed() -> None:
    start = MONDAY + 60 * DAY
    chances = []
    for slow in (False, True):
        forecast = taught()
        # Ten days in which nothing more arrives: no promise of twenty days has passed yet.
        for day in range(10):
            moment = start + day * DAY
            tell(forecast, journey(f"x{day}", 60 + day))
            if not slow:
                for at in range(4):
                    tell(forecast, journey(f"f{day}/{at}", 60 + day + 0.1))
        for day in range(10):
            if not slow:
                for at in range(4):
                    there = start + (10 + day / 50 + at / 500) * DAY
                    tell(forecast, Arrived(f"f{day}/{at}", there))
        moment = start + 12 * DAY
        tell(forecast, journey("p", 72, 10))
        chances.append(forecast.late("p", now=moment).probability)
    assert chances[1] > chances[0]


def test_an_order_handed_over_late_is_in_greater_danger() -> None:
    forecast = taught()
    at = MONDAY + 60 * DAY
    due = at + 9 * DAY
    tell(forecast, Journey("soon", at, due, ordered_at=at - DAY))
    tell(forecast, Journey("late", at + 4 * DAY, due, ordered_at=at - DAY))
    now = at + 4 * DAY
    assert forecast.late("late", now=now).probability != forecast.late("soon", now=now).probability
    first = LateForecast()
    tell(first, Journey("a", at, due), Journey("b", at, due + 5 * DAY))
    assert first.late("a", now=at).probability > first.late("b", now=at).probability


def test_silence_longer_than_the_lines_gaps_raises_the_chance() -> None:
    forecast = LateForecast()
    for at in range(30):
        tell(forecast, journey(f"p{at}", at / 100))
    for day in range(1, 4):
        for at in range(30):
            if at != 7:
                tell(forecast, Scanned(f"p{at}", MONDAY + day * DAY + timedelta(hours=at / 10)))
    now = MONDAY + 4 * DAY
    seen, silent = forecast.late("p8", now=now), forecast.late("p7", now=now)
    assert seen.silence is not None
    assert silent.silence is not None
    assert silent.usual_silence is not None
    assert seen.silence < silent.usual_silence < silent.silence
    # The silence multiplies the odds, by five at most.
    odds = [found.probability / (1 - found.probability) for found in (silent, seen)]
    assert 2 < odds[0] / odds[1] < 6


def test_without_scans_a_silence_says_nothing() -> None:
    found = taught().late("59/3", now=MONDAY + 60 * DAY)
    assert (found.silence, found.usual_silence) == (None, None)
    assert found.evidence > 100


def test_the_future_and_the_past_are_refused() -> None:
    forecast = LateForecast()
    parcel = journey("p", 3)
    with pytest.raises(InvalidValue, match="later than now"):
        forecast.observe(parcel, known_at=MONDAY + 4 * DAY, now=MONDAY + 3 * DAY)
    with pytest.raises(InvalidValue, match="before it happened"):
        forecast.observe(parcel, known_at=MONDAY, now=MONDAY + 9 * DAY)
    tell(forecast, parcel)
    there = Arrived("p", MONDAY + 6 * DAY)
    with pytest.raises(InvalidValue, match="before it happened"):
        forecast.observe(there, known_at=MONDAY + 5 * DAY, now=MONDAY + 9 * DAY)
    forecast.late("p", now=MONDAY + 8 * DAY)
    with pytest.raises(InvalidValue, match="is over"):
        forecast.observe(there, known_at=MONDAY + 7 * DAY, now=MONDAY + 9 * DAY)
    with pytest.raises(InvalidValue, match="before the hand-over"):
        forecast.observe(Arrived("p", MONDAY), known_at=MONDAY + 9 * DAY, now=MONDAY + 9 * DAY)
    with pytest.raises(NaiveTime):
        forecast.observe(there, known_at=datetime(2026, 11, 20), now=MONDAY)  # noqa: DTZ001
    with pytest.raises(NaiveTime):
        forecast.late("p", now=datetime(2026, 11, 20))  # noqa: DTZ001


def test_only_what_is_on_its_way_is_asked_and_told() -> None:
    forecast = LateForecast()
    tell(forecast, journey("p"), journey("q"))
    with pytest.raises(InvalidValue, match="is on its way"):
        tell(forecast, journey("p"))
    tell(forecast, Arrived("p", MONDAY + DAY), Ended("q", MONDAY + DAY))
    for name in ("p", "q", "nobody"):
        with pytest.raises(InvalidValue, match="is not on its way"):
            forecast.late(name, now=MONDAY + 2 * DAY)
        with pytest.raises(InvalidValue, match="is not on its way"):
            tell(forecast, Arrived(name, MONDAY + 2 * DAY))


def test_a_question_before_the_hand_over_is_refused() -> None:
    forecast = LateForecast()
    tell(forecast, journey("p"))
    with pytest.raises(InvalidValue, match="before the hand-over"):
        forecast.late("p", now=MONDAY - timedelta(minutes=1))


def test_a_parcel_out_of_sight_is_neither_late_nor_on_time() -> None:
    shifts = []
    for count, ended in ((0, False), (60, True), (60, False)):
        forecast = taught(30)
        for at in range(count):
            tell(forecast, journey(f"x{at}", 30 + at / 100, 3))
        for at in range(count if ended else 0):
            tell(forecast, Ended(f"x{at}", MONDAY + 31 * DAY))
        tell(forecast, journey("p", 36, 10))
        shifts.append(forecast._shift.value)
    assert shifts[0] == shifts[1] < shifts[2]


def test_a_journey_knows_what_cannot_be() -> None:
    with pytest.raises(InvalidValue):
        Journey("p", MONDAY, MONDAY, ordered_at=MONDAY + DAY)
    with pytest.raises(InvalidValue):
        Journey("p", MONDAY, MONDAY + DAY, worth=-1)
    with pytest.raises(InvalidValue):
        Journey("", MONDAY, MONDAY + DAY)
    assert Journey("p", MONDAY, MONDAY + DAY, worth=5).worth == 5.0


def test_a_scan_of_today_ends_a_silence_at_once() -> None:
    forecast = LateForecast()
    for at in range(30):
        tell(forecast, journey(f"p{at}", at / 100))
    for day in range(1, 4):
        for at in range(30):
            tell(forecast, Scanned(f"p{at}", MONDAY + day * DAY + timedelta(hours=at / 10)))
    now = MONDAY + 6 * DAY + timedelta(hours=10)
    silent = forecast.late("p7", now=now)
    heard = now - timedelta(hours=3)
    forecast.observe(Scanned("p7", heard), known_at=heard, now=heard)
    found = forecast.late("p7", now=now)
    assert found.silence == pytest.approx(timedelta(hours=3), abs=timedelta(seconds=1))
    assert found.probability < silent.probability
    kept = LateForecast.resumed(forecast.state)
    assert kept.late("p7", now=now) == found
    assert forecast.late("p7", now=heard - timedelta(hours=1)).silence != found.silence


@given(
    st.permutations([Scanned, Arrived, Ended]),
    st.integers(0, 3),
)
def test_of_one_day_the_news_of_one_parcel_may_come_in_any_order(
    kinds: list[Any], later: int
) -> None:
    said = []
    noon = MONDAY + 3 * DAY
    for order in ([Scanned, Arrived, Ended], kinds):
        forecast = taught(30)
        last = MONDAY + 30 * DAY
        kind: Any
        for kind in order:
            forecast.observe(kind("29/3", last), known_at=last, now=last)
        with pytest.raises(InvalidValue, match="is not on its way"):
            forecast.late("29/3", now=last)
        asked = last + later * DAY
        fresh = evolve(journey("fresh"), handed_at=last, promised_by=last + 9 * DAY)
        forecast.observe(fresh, known_at=last, now=last)
        said.append(forecast.late("fresh", now=asked))
    assert said[0] == said[1]
    assert noon < last


def test_a_clock_that_is_put_back_makes_no_scan_too_early() -> None:
    zone = ZoneInfo("America/New_York")
    forecast = LateForecast(zone=zone)
    handed = datetime(2026, 11, 1, 5, 50, tzinfo=UTC)  # 01:50 in summer time
    tell(forecast, Journey("p", handed, handed + 9 * DAY))
    tell(forecast, Scanned("p", handed + timedelta(minutes=20)))  # 01:10 in winter time
    assert 0 <= forecast.late("p", now=handed + timedelta(minutes=30)).probability <= 1


def test_a_promise_without_end_is_asked_about_as_fast_as_any() -> None:
    forecast = taught(30)
    far = Journey("far", MONDAY + 30 * DAY, datetime(9999, 1, 1, tzinfo=UTC))
    tell(forecast, far)
    assert forecast.late("far", now=MONDAY + 31 * DAY).probability < 1e-3


def test_refused_news_of_a_parcel_nobody_knows_moves_no_time() -> None:
    forecast = LateForecast()
    tell(forecast, journey("p"))
    with pytest.raises(InvalidValue, match="is not on its way"):
        tell(forecast, Arrived("nobody", MONDAY + 5 * DAY))
    tell(forecast, Scanned("p", MONDAY + DAY))
