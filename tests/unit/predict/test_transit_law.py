"""What is left of a journey: never less than nothing, later with silence, stages as laws."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random  # noqa: TID251  seeded: the chance of a simulation

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.predict.quantiles import Distribution
from crossborder.predict.transit import StageLaw, StageTimes, TransitLaw, Way, left_of

DAY = timedelta(days=1)
START = datetime(2026, 1, 1, tzinfo=UTC)
WAY = Way("line")
DAYS = st.lists(st.floats(0.1, 50.0), min_size=1, max_size=30).map(Distribution.of)


@given(DAYS, st.floats(0.0, 80.0))
def test_something_is_always_left_of_what_has_not_arrived(
    days: Distribution, lasted: float
) -> None:
    rest, outlasted = left_of(days, lasted)
    assert rest.values[0] > 0 or not outlasted
    assert rest.values[0] >= 0
    assert outlasted == (lasted >= days.values[-1])


@given(DAYS, st.floats(0.0, 50.0), st.floats(0.0, 50.0), st.sampled_from([0.1, 0.5, 0.9]))
def test_the_longer_it_has_lasted_the_later_it_ends(
    days: Distribution, one: float, other: float, chance: float
) -> None:
    sooner, later = sorted((one, other))
    if later < days.values[-1]:
        ends = [lasted + left_of(days, lasted)[0].quantile(chance) for lasted in (sooner, later)]
        assert ends[0] <= ends[1] + 1e-9


@given(st.lists(DAYS, min_size=1, max_size=4))
def test_before_the_first_stage_ends_all_stages_are_still_to_come(
    stages: list[Distribution],
) -> None:
    law = TransitLaw(
        Distribution.point(1.0),
        tuple(StageLaw(str(number), days) for number, days in enumerate(stages)),
    )
    left = law.left(elapsed=0.0, stage="0")
    assert left.by == "stages"
    assert left.days.mean == pytest.approx(sum(days.mean for days in stages))
    assert left.days.values[0] >= min(days.values[0] for days in stages)


def test_the_sum_of_stages_is_covered_as_often_as_is_said() -> None:
    """Against 100,000 draws: summed laws keep their chance, added quantiles do not."""
    chance = Random(5)
    hauls = [chance.lognormvariate(1.8, 0.5) for _ in range(400)]
    miles = [chance.lognormvariate(1.0, 0.8) for _ in range(400)]
    stages = [Distribution.of(hauls), Distribution.of(miles)]
    law = TransitLaw(stages[0], (StageLaw("haul", stages[0]), StageLaw("mile", stages[1])))
    left = law.left(elapsed=0.0, stage="haul").days
    drawn = [chance.choice(hauls) + chance.choice(miles) for _ in range(100_000)]

    def covered(days: float) -> float:
        return sum(one <= days for one in drawn) / len(drawn)

    for level in (0.5, 0.8, 0.9):
        assert abs(covered(left.quantile(level)) - level) < 0.01
    assert covered(sum(stage.quantile(0.9) for stage in stages)) > 0.92


@pytest.mark.parametrize(
    ("whole", "stages"),
    [
        (Distribution.of([-1.0, 2.0]), ()),
        (Distribution.point(1), (StageLaw("a", Distribution.point(-1)),)),
        (Distribution.point(1), (StageLaw("a", Distribution.point(1)),) * 2),
    ],
)
def test_a_law_without_sense_is_refused(whole: Distribution, stages: tuple[StageLaw, ...]) -> None:
    with pytest.raises(InvalidValue):
        TransitLaw(whole, stages)


STAGES = ("accepted", "line_haul", "last_mile")
Scan = tuple[str, str | None, datetime]


def scans(parcels: int, *, jump: Sequence[int] = ()) -> list[Scan]:
    """Parcels that spend about one, six and two days in the stages; some jump over the second."""
    chance, found = Random(3), list[Scan]()
    for number in range(parcels):
        at = START + number * DAY / 2
        for stage, mean in zip((*STAGES, None), (0.0, 1.0, 6.0, 2.0), strict=True):
            at += mean * chance.uniform(0.7, 1.3) * DAY
            if not (stage == "line_haul" and number in jump):
                found.append((str(number), stage, at))
    return found


def heard(news: Sequence[Scan], now: datetime) -> StageTimes:
    times = StageTimes(STAGES)
    for number in range(60):
        start = START + number * DAY / 2
        if start <= now:
            times.begin(str(number), WAY, at=start, now=now)
    for key, stage, at in news:
        if at <= now:
            times.observe(key, stage, at, known_at=at, now=now)
    return times


def medians(times: StageTimes, now: datetime) -> list[int]:
    law = times.law(WAY, now=now)
    assert law is not None
    return [round(stage.days.quantile(0.5)) for stage in law.stages]


SCANS = scans(60)
LATER = START + 50 * DAY


def test_each_stage_is_learnt_on_its_own() -> None:
    assert medians(heard(SCANS, LATER), LATER) == [1, 6, 2]


@settings(max_examples=10)
@given(st.permutations(SCANS))
def test_scans_in_any_order_teach_the_same(shuffled: list[Scan]) -> None:
    now = START + 25 * DAY
    assert heard(shuffled, now).law(WAY, now=now) == heard(SCANS, now).law(WAY, now=now)


def test_what_jumps_over_a_stage_teaches_nothing_about_it() -> None:
    jumping = scans(60, jump=[number for number in range(60) if number % 3])
    first, _, last = medians(heard(jumping, LATER), LATER)
    assert (first, last) == (1, 2)


def test_while_a_stage_was_never_left_only_the_whole_is_known() -> None:
    times = heard([scan for scan in SCANS if scan[1] != "last_mile"], LATER)
    law = times.law(WAY, now=LATER)
    assert law is not None
    assert law.stages == ()


def test_a_scan_of_another_stage_changes_nothing_and_one_from_the_future_is_refused() -> None:
    times = heard(SCANS, LATER)
    before = times.law(WAY, now=LATER)
    times.observe("0", "export", START + DAY, known_at=START + DAY, now=LATER)
    assert times.law(WAY, now=LATER) == before
    for key, at, known in (("0", LATER + DAY, LATER), ("x", START, START)):
        with pytest.raises(InvalidValue):
            times.observe(key, "accepted", at, known_at=known, now=LATER)
    with pytest.raises(InvalidValue):
        StageTimes(["a", "a"])
