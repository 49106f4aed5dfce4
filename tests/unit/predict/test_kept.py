"""What was learnt is kept as text, and goes on as if it had never been put away."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.predict.survival import Arrived, Ended, Journey, LateForecast, LateState, Scanned
from crossborder.predict.survival.journey import News
from crossborder.predict.transit import (
    StageState,
    StageTimes,
    TransitSettings,
    TransitState,
    TransitTimes,
    Way,
)
from crossborder.serial import from_json, to_json

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
START = datetime(2026, 1, 1, tzinfo=UTC)
ZONES = (UTC, timezone(8 * HOUR, "CST"), ZoneInfo("America/New_York"))

Told = tuple[datetime, str, str, datetime, int]
"""When it was told, of which parcel, what, when that happened, and a number to vary it by."""


def course(parcel: tuple[int, list[tuple[int, int, str]], int], key: str) -> list[Told]:
    """A parcel's begin and what followed, each told some hours after it happened."""
    hour, news, size = parcel
    at = START + hour * HOUR
    found = [(at + size % 3 * HOUR, key, "begin", at, size)]
    for later, delay, kind in news:
        at += later * HOUR
        found.append((at + delay * HOUR, key, kind, at, size))
    return found


def courses(*kinds: str) -> st.SearchStrategy[list[Told]]:
    """What is told of some parcels in the order of telling, and what is asked in between."""
    news = st.tuples(st.integers(0, 99), st.sampled_from([0, 0, 5, 50]), st.sampled_from(kinds))
    parcels = st.lists(
        st.tuples(st.integers(0, 30 * 24), st.lists(news, max_size=4), st.integers(1, 60)),
        min_size=1,
        max_size=8,
    ).map(lambda drawn: [one for n, each in enumerate(drawn) for one in course(each, f"p{n}")])
    # Now and then what is wrong: told of another parcel, or a second time.
    odd = st.tuples(
        st.integers(0, 40 * 24).map(lambda hour: START + hour * HOUR),
        st.sampled_from(["p0", "p1", "?"]),
        st.sampled_from(["begin", *kinds]),
        st.integers(0, 40 * 24).map(lambda hour: START + hour * HOUR),
        st.integers(1, 60),
    )
    asked = st.tuples(
        st.integers(5 * 24, 50 * 24).map(lambda hour: START + hour * HOUR),
        st.sampled_from(["p0", "p1", "p2"]),
        st.just("ask"),
        st.just(START),
        st.integers(1, 60),
    )
    return st.builds(
        lambda *told: sorted((one for each in told for one in each), key=lambda one: one[0]),
        parcels,
        st.lists(odd, max_size=3),
        st.lists(asked, min_size=1, max_size=6),
    )


PLACES = st.sets(st.integers(0, 40))
"""Before which steps it is kept and resumed."""


class Learner(Protocol):
    @property
    def state(self) -> Any: ...


L = TypeVar("L", bound=Learner)
Step = Callable[[L], object]


def answers(
    learner: L, steps: Sequence[Step[L]], kept: Callable[[L], L], at: Sequence[int] = ()
) -> list[object]:
    """What each step says or raises, with the learner kept and resumed before some of them."""
    said: list[object] = []
    for place, step in enumerate(steps):
        if place in at:
            learner = kept(learner)
        try:
            said.append(step(learner))
        except InvalidValue as error:
            said.append(str(error))
    return said


def transit_kept(times: TransitTimes) -> TransitTimes:
    state = times.state
    again = TransitTimes.resumed(from_json(to_json(state), TransitState))
    assert again.state == state
    return again


def stages_kept(times: StageTimes) -> StageTimes:
    state = times.state
    again = StageTimes.resumed(from_json(to_json(state), StageState))
    assert again.state == state
    assert to_json(again.state) == to_json(state)
    return again


def transit_step(told: Told) -> Step[TransitTimes]:
    now, key, kind, at, size = told
    now, at = now.astimezone(ZONES[size % 3]), at.astimezone(ZONES[size % 2])
    way = Way("xy"[size % 2], promised=size, amounts={"worth": size / 3}, kinds=("battery",))

    def step(times: TransitTimes) -> object:
        if kind == "quote":
            return times.quote(way, now=now, key=key)
        if kind == "ask":
            return times.law(way, now=now), times.coverage(now=now)
        if kind == "begin":
            times.begin(key, way, at=at, now=now)
        elif kind == "arrive":
            times.observe(key, at, known_at=now, now=now)
        else:
            times.withdraw(key, known_at=at, now=now)
        return None

    return step


@given(courses("arrive", "arrive", "arrive", "withdraw", "quote"), PLACES)
def test_transit_times_kept_and_resumed_at_any_time_say_the_same(
    told: list[Told], at: set[int]
) -> None:
    rule, steps = TransitSettings(correction_prior=0), [transit_step(one) for one in told]
    first = answers(TransitTimes(rule), steps, transit_kept)
    assert answers(TransitTimes(rule), steps, transit_kept, sorted(at)) == first


def test_a_quote_of_a_journey_that_has_not_begun_is_neither_kept_nor_missed() -> None:
    times = TransitTimes(TransitSettings(correction_prior=0))
    for number in range(30):
        at, key = START + number * DAY, str(number)
        times.begin(key, Way("x"), at=at, now=at)
        times.observe(key, at + 5 * DAY, known_at=at + 5 * DAY, now=at + 5 * DAY)
    times.quote(Way("x"), now=START + 40 * DAY, key="late")
    day = START + 60 * DAY
    before = times.law(Way("x"), now=day)
    times.begin("late", Way("x"), at=day + HOUR, now=day + HOUR)
    assert [kept.quotes for kept in times.coverage(now=day)] == [0, 0, 0]
    assert times.law(Way("x"), now=day + 2 * HOUR) == before
    assert transit_kept(times).law(Way("x"), now=day + 2 * HOUR) == before


NAMES = ("accepted", "line_haul", "last_mile")


def stage_step(told: Told) -> Step[StageTimes]:
    now, key, kind, at, size = told
    now, at = now.astimezone(ZONES[size % 3]), at.astimezone(ZONES[size % 2])

    def step(times: StageTimes) -> object:
        if kind == "ask":
            return times.law(Way("x"), now=now)
        if kind == "begin":
            times.begin(key, Way("x"), at=at, now=now)
        elif kind == "withdraw":
            times.withdraw(key, known_at=at, now=now)
        else:
            times.observe(key, kind, at, known_at=now, now=now)
        return None

    return step


@given(courses(*NAMES, "delivered", "delivered", "withdraw"), PLACES)
def test_stage_times_kept_and_resumed_at_any_time_say_the_same(
    told: list[Told], at: set[int]
) -> None:
    steps = [stage_step(one) for one in told]
    first = answers(StageTimes(NAMES), steps, stages_kept)
    assert answers(StageTimes(NAMES), steps, stages_kept, sorted(at)) == first


def parcels(count: int) -> list[tuple[datetime, str, str | None]]:
    """What happens to parcels, in order: begin (empty), stages, arrival (None), loss."""
    news: list[tuple[datetime, str, str | None]] = []
    for number in range(count):
        sent, key = START + number * DAY / 2, f"p{number:03d}"
        news.append((sent, key, ""))
        days = [0.2, 1 + number % 3, 6 + number % 5, 8 + number % 7 / 3]
        for stage, day in zip((*NAMES, None), days, strict=True):
            if not (stage is None and number % 9 == 4):
                news.append((sent + day * DAY, key, stage))
        if number % 9 == 4:
            news.append((sent + 20 * DAY, key, "lost"))
    return sorted(news, key=lambda item: item[0])


def test_a_long_course_kept_each_week_says_what_it_would_have_said() -> None:
    never, weekly = StageTimes(NAMES), StageTimes(NAMES)
    whole, whole_weekly = TransitTimes(), TransitTimes()
    news = parcels(200)
    for day in range(125):
        now = START + (day + 1) * DAY
        for at, key, stage in (item for item in news if now - DAY <= item[0] < now):
            for times in (never, weekly):
                if stage == "":
                    times.begin(key, Way("x"), at=at, now=at)
                elif stage == "lost":
                    times.withdraw(key, known_at=at, now=at)
                else:
                    times.observe(key, stage, at, known_at=at, now=at)
            for all_ in (whole, whole_weekly):
                if stage == "":
                    all_.begin(key, Way("xy"[len(key + str(at)) % 2]), at=at, now=at)
                    all_.quote(Way("x"), now=at, key=key)
                elif stage is None:
                    all_.observe(key, at, known_at=at, now=at)
                elif stage == "lost":
                    all_.withdraw(key, known_at=at, now=at)
        if day % 7 == 0:
            weekly, whole_weekly = stages_kept(weekly), transit_kept(whole_weekly)
            assert weekly.law(Way("x"), now=now) == never.law(Way("x"), now=now)
            chances = (0.1, 0.5, 0.9)
            assert whole_weekly.days(Way("x"), chances, now=now) == whole.days(
                Way("x"), chances, now=now
            )
            assert whole_weekly.coverage(now=now) == whole.coverage(now=now)
    law = never.law(Way("x"), now=START + 125 * DAY)
    assert law is not None
    assert len(law.stages) == len(NAMES)


def test_what_is_kept_of_stages_is_one_entry_a_journey_and_one_a_stage() -> None:
    times = StageTimes(NAMES)
    times.begin("a", Way("x"), at=START, now=START)
    for hour in range(50):
        at = START + (50 - hour) * HOUR
        times.observe("a", NAMES[hour % 3], at, known_at=START + 60 * HOUR, now=START + 60 * HOUR)
    (trip,) = times.state.trips
    assert [scan.stage for scan in trip.scans] == list(NAMES)


def test_a_kept_journey_that_stands_there_twice_is_refused() -> None:
    times = StageTimes(NAMES)
    times.begin("a", Way("x"), at=START, now=START)
    state = times.state
    with pytest.raises(InvalidValue, match="on its way"):
        StageTimes.resumed(evolve(state, trips=state.trips * 2))


ZONE = ZoneInfo("America/Sao_Paulo")


def late_kept(forecast: LateForecast) -> LateForecast:
    state = forecast.state
    again = LateForecast.resumed(from_json(to_json(state), LateState), zone=ZONE)
    assert again.state == state
    return again


def late_step(told: Told) -> Step[LateForecast]:
    now, key, kind, at, size = told

    def step(forecast: LateForecast) -> object:
        if kind == "ask":
            return forecast.late(key, now=now)
        news: dict[str, News] = {
            "begin": Journey(
                key,
                at,
                at + size * DAY / 4,
                ordered_at=at - size * DAY / 20 if size % 3 else None,
                line="xy"[size % 2],
                destination="z" if size % 5 else "",
                worth=size if size % 4 else None,
            ),
            "scan": Scanned(key, at),
            "arrive": Arrived(key, at),
            "end": Ended(key, at),
        }
        forecast.observe(news[kind], known_at=now, now=now)
        return None

    return step


@given(courses("scan", "scan", "arrive", "begin", "end"), PLACES)
def test_a_forecast_of_lateness_kept_and_resumed_at_any_time_says_the_same(
    told: list[Told], at: set[int]
) -> None:
    steps = [late_step(one) for one in told]
    holidays = [date(2026, 1, 6)]
    first = answers(LateForecast(holidays=holidays, zone=ZONE), steps, late_kept)
    again = answers(LateForecast(holidays=holidays, zone=ZONE), steps, late_kept, sorted(at))
    assert again == first


def test_a_busy_forecast_kept_each_week_says_what_it_would_have_said() -> None:
    never, weekly = LateForecast(zone=ZONE), LateForecast(zone=ZONE)
    for day in range(80):
        now = START + day * DAY + 15 * HOUR
        for number in range(4):
            key = f"{day}/{number}"
            parcel = Journey(key, now, now + (9 + number) * DAY, line="x", destination="y", worth=9)
            for forecast in (never, weekly):
                forecast.observe(parcel, known_at=now, now=now)
                if day >= 12:
                    old = f"{day - 4 - number * 2}/{number}"
                    forecast.observe(Arrived(old, now), known_at=now, now=now)
                    forecast.observe(Scanned(f"{day - 1}/{number}", now), known_at=now, now=now)
        if day % 7 == 0:
            weekly = late_kept(weekly)
        for forecast in (never, weekly):
            # What was told of today counts from tomorrow on.
            forecast.late(f"{day}/0", now=now)
        assert weekly.late(f"{day}/1", now=now) == never.late(f"{day}/1", now=now)
    said = never.late("79/1", now=START + 79 * DAY + 16 * HOUR)
    assert said.evidence > 100
    assert said.usual_silence is not None


def test_a_forecast_is_resumed_in_its_own_zone_only() -> None:
    state = LateForecast(zone=ZONE).state
    with pytest.raises(InvalidValue, match="must be America/Sao_Paulo"):
        LateForecast.resumed(state)
    assert LateForecast.resumed(LateForecast().state, zone=ZoneInfo("UTC")).state.zone == "UTC"


def test_a_forecast_that_was_kept_of_none_is_refused() -> None:
    state = LateForecast().state
    for wrong in (
        evolve(state, hazard=evolve(state.hazard, theta=(0.0,))),
        evolve(state, hazard=evolve(state.hazard, information=state.hazard.information[::-1])),
        evolve(state, table=evolve(state.table, cells=(((), ((999, 1.0),)),))),
        evolve(state, gaps=(("x", (1.0,)),)),
    ):
        with pytest.raises(InvalidValue):
            LateForecast.resumed(wrong)
