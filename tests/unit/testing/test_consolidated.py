"""Consolidated lines, simulated: what the library says of each parcel, against the truth."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from statistics import fmean

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import InvalidValue, NaiveTime
from crossborder.model.ids import ShipmentId
from crossborder.model.shipment import Shipment, UnitKind
from crossborder.model.time import Window
from crossborder.model.tracking import Expected, Health, Stage
from crossborder.predict.quantiles import Distribution
from crossborder.stages.logistics.consolidation import (
    MISSING,
    BreakBulk,
    ContainerDelay,
    Stream,
    consolidate,
    histories,
    propagate,
    unclaimed,
)
from crossborder.stages.logistics.tracking import parcel_state, track
from crossborder.testing.consolidated import (
    ByArrival,
    BySurvival,
    Grade,
    Replay,
    Setting,
    StageLaws,
    World,
    grade,
    seeded,
    simulate,
)

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ONE = Setting(masters=1, lost_bags=frozenset({0}), master_held=1, weather=1)


@cache
def one_master(seed: int = 1) -> World:
    """A master of 200 parcels that loses a bag, is held by weather and by customs."""
    return simulate(seeded(seed), ONE)


@cache
def one_graded(seed: int = 1) -> Grade:
    """The same, looked at day by day."""
    return grade(one_master(seed))


@cache
def many(seed: int, masters: int, a_bag: int) -> Grade:
    """Many masters, the first of which only teach."""
    setting = Setting(masters=masters, parcels_a_bag=a_bag, spacing=16 * HOUR)
    return grade(simulate(seeded(seed), setting), warm_up=masters // 2)


def test_the_same_chance_makes_the_same_world_and_another_one_another() -> None:
    assert simulate(seeded(1), ONE) == one_master()
    assert simulate(seeded(2), ONE) != one_master()


def test_a_world_holds_all_that_happens_on_such_lines() -> None:
    (one,) = one_master().consignments
    assert Counter(unit.kind for unit in one.units) == {
        UnitKind.MASTER: 1,
        UnitKind.PALLET: 2,
        UnitKind.BAG: 8,
        UnitKind.PARCEL: 200,
    }
    assert sum(truth.lost_at is not None for truth in one.truths) >= 25 - 3
    assert sum(truth.held for truth in one.truths) == 3
    reasons = set().union(*(truth.reasons for truth in one.truths))
    assert {"weather_delay", MISSING, "consignee_not_home"} <= reasons
    assert any(reason.startswith("customs_") for reason in reasons)
    seen = one.observations
    assert [s.received_at for s in seen] == sorted(s.received_at for s in seen)
    assert all(s.event.received_at == s.received_at for s in seen)
    assert any(s.event.at is None for s in seen), "some carriers tell local times alone"
    assert any(s.event.source == "allparcels" for s in seen)
    times = [s.event.at for s in seen if s.event.at is not None]
    assert times != sorted(times), "scans reach us in another order than they happened"
    assert len({s.event for s in seen}) < len(seen), "and more than once"
    late = [t.known_at for t in one.told if hasattr(t.command, "number")]
    assert max(late) - min(late) > DAY


@pytest.mark.parametrize("seed", [1, 2])
def test_every_parcel_ends_as_it_truly_did_and_none_is_delivered_by_its_master(seed: int) -> None:
    graded = one_graded(seed)
    assert graded.parcels == 200
    assert graded.wrong_ends == ()
    assert graded.falsely_delivered == ()
    assert graded.state_known >= 0.995
    assert graded.state_true >= 0.8
    assert graded.held_with_reason == 1


def test_every_parcel_of_the_lost_bag_is_alarmed_the_day_it_is_missed() -> None:
    graded = one_graded()
    (one,) = one_master().consignments
    opened = max(told.known_at for told in one.told if isinstance(told.command, BreakBulk))
    gone = [truth.parcel for truth in one.truths if MISSING in truth.reasons]
    assert len(gone) >= 22
    assert graded.lost_alarmed == 1
    for name in gone:
        assert graded.alarms[name].kind == "missing"
        assert opened <= graded.alarms[name].at <= opened + DAY


def test_the_order_grouping_and_repetition_of_what_was_heard_do_not_matter() -> None:
    (one,) = one_master().consignments
    end = one.observations[-1].received_at
    units = consolidate(one.units, one.commands(end)).value
    assert units.problems == ()
    streams = one.streams(end)
    plain = histories(units.units, streams)
    pieces = tuple(
        evolve(stream, events=stream.events[start::3]) for stream in streams for start in (2, 0, 1)
    )
    assert histories(tuple(reversed(units.units)), (*pieces, *streams[::2])) == plain
    for truth in one.truths:
        if truth.delivered_at is not None:
            assert parcel_state(plain[truth.parcel]).stage is Stage.DELIVERED


def test_what_a_reused_number_did_last_year_is_nobodys_now() -> None:
    world = simulate(seeded(3), evolve(ONE, reused=1, bags=2, parcels_a_bag=5))
    (one,) = world.consignments
    end = one.observations[-1].received_at
    units = consolidate(one.units, one.commands(end)).value.units
    left = unclaimed(units, one.streams(end))
    assert sum(len(stream.events) for stream in left) == 2 * 10
    assert {event.stage for stream in left for event in stream.events} == {
        Stage.ACCEPTED,
        Stage.DELIVERED,
    }
    assert grade(world).wrong_ends == ()


def test_nobody_is_delivered_from_silence() -> None:
    silent = evolve(ONE, bags=2, parcels_a_bag=10, lost_bags=frozenset(), lost_parcels=1.0)
    (one,) = simulate(seeded(4), silent).consignments
    replay = Replay(one)
    parcels = replay.until(one.observations[-1].received_at + 90 * DAY)
    assert all(parcel.truth.lost_at is not None for parcel in parcels.values())
    assert not any(parcel.seen.state.stage.ended for parcel in parcels.values())


def test_a_masters_delay_reaches_all_still_inside_and_none_that_customs_took_out() -> None:
    (one,) = one_master().consignments
    held = [truth for truth in one.truths if truth.held]
    at = max(change.at for t in held for change in t.changes if change.state.reason) + HOUR
    now = at + 4 * HOUR
    units = consolidate(one.units, one.commands(now)).value.units
    expected = Expected(Window(at, at + 9 * DAY), at + 5 * DAY, "history", 9, at - HOUR)
    delay = ContainerDelay(one.master, at, 2 * DAY, Health.DELAYED, "customs_inspection")
    parcels = [truth.parcel for truth in one.truths]
    reached = {
        item.unit: item.expected
        for item in propagate(
            units, (delay,), expected=dict.fromkeys(parcels, expected), now=now
        ).value
    }
    out = {truth.parcel for truth in held}
    assert reached.keys() & set(parcels) == set(parcels) - out
    for name in set(parcels) - out:
        after = reached[name]
        assert after is not None
        assert after.likely == expected.likely + 2 * DAY


def _graded(full_size: bool) -> list[Grade]:
    return [many(seed, 32, 25 if full_size else 1) for seed in (11, 12)]


def test_arrivals_are_covered_as_often_as_the_forecast_says(full_size: bool) -> None:
    grades = _graded(full_size)
    total = sum(graded.forecasts for graded in grades)
    # The parcels of a master move together: what is judged is 32 masters, not their parcels.
    for p, (least, most) in {0.5: (0.4, 0.65), 0.8: (0.73, 0.88), 0.9: (0.83, 0.95)}.items():
        share = sum(graded.covered[p] * graded.forecasts for graded in grades) / total
        assert least <= share <= most


def test_late_parcels_are_warned_of_in_time_and_few_others(full_size: bool) -> None:
    grades = _graded(full_size)
    assert fmean(graded.recall for graded in grades) >= 0.9
    assert all(graded.wrong_ends == graded.falsely_delivered == () for graded in grades)
    assert fmean(graded.precision for graded in grades) >= 0.45
    assert fmean(graded.lead_days for graded in grades) >= 1


def test_a_plain_table_of_times_left_cries_wolf_at_large_masters(full_size: bool) -> None:
    if not full_size:
        pytest.skip("small masters do not show it")
    world = simulate(seeded(11), Setting(masters=32, parcels_a_bag=25, spacing=16 * HOUR))
    plain = grade(world, forecaster=StageLaws(), warner=ByArrival(), warm_up=16)
    assert plain.recall >= 0.9
    assert plain.precision < many(11, 32, 25).precision


def test_the_chance_of_being_late_misses_hardly_any_late_parcel(full_size: bool) -> None:
    if not full_size:
        pytest.skip("it learns from more parcels than the quick run has")
    world = simulate(seeded(13), Setting(masters=32, spacing=16 * HOUR))
    graded = grade(world, warner=BySurvival(), warm_up=16)
    assert graded.recall >= 0.9
    assert graded.lead_days >= 1
    late = [t.late for one in world.consignments[16:] for t in one.truths]
    assert graded.precision >= 1.5 * sum(late) / len(late)


class _Hopeful:
    """Says that everything arrives tomorrow."""

    def learn(self, ended: object, going: object, *, now: datetime) -> None:
        """Never."""

    def arrival(self, shipment: Shipment, *, now: datetime) -> Distribution | None:
        return Distribution.point(24.0)


def test_a_grade_tells_a_bad_forecast_from_a_good_one() -> None:
    setting = Setting(masters=2, bags=2, parcels_a_bag=10, spacing=16 * HOUR)
    graded = grade(simulate(seeded(5), setting), forecaster=_Hopeful())
    assert graded.covered[0.9] < 0.4
    assert graded.judged == 40
    deaf = ByArrival(least=1.1)
    blind = grade(simulate(seeded(5), setting), forecaster=_Hopeful(), warner=deaf)
    assert blind.recall < 1
    assert {alarm.kind for alarm in blind.alarms.values()} == {"missing"}


SHARES = (
    *("master_held", "asked", "weather", "stalled", "lost_parcels", "failed_attempts"),
    *("late_numbers", "missing_scans", "naive", "reused", "second_source", "webhooks_lost"),
    *("webhooks_repeated", "webhooks_late"),
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("masters", 0), ("masters", -1), ("bags", 0), ("parcels_a_bag", 0)),
        *(("held_parcels", 201), ("held_parcels", -1), ("lost_bags", frozenset({-1}))),
        *(("poll", timedelta(0)), ("poll", -HOUR), ("spacing", -HOUR), ("masters", 1.5)),
        ("start", datetime(9999, 6, 1, tzinfo=UTC)),
        ("start", datetime(2, 1, 1, tzinfo=UTC)),
        *((name, share) for name in SHARES for share in (-0.1, 1.1, 2, float("nan"), "often")),
    ],
)
def test_a_setting_of_which_no_world_can_be_made_is_refused_by_name(
    name: str, value: object
) -> None:
    with pytest.raises(InvalidValue) as told:
        Setting(**{name: value})  # type: ignore[arg-type]
    assert (told.value.source, told.value.field) == ("Setting", name)


def test_more_parcels_than_a_master_has_cannot_be_held() -> None:
    with pytest.raises(InvalidValue, match="at most 2") as told:
        Setting(masters=1, bags=1, parcels_a_bag=2)
    assert told.value.field == "held_parcels"
    with pytest.raises(NaiveTime, match="start"):
        Setting(datetime(2026, 1, 1))  # noqa: DTZ001


@settings(deadline=None, max_examples=25)
@given(
    st.integers(1, 2),
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(0, 9),
    st.dictionaries(st.sampled_from(SHARES), st.sampled_from([0, 0.5, 1])),
    st.integers(0, 99),
)
def test_of_every_other_setting_a_world_is_made_and_graded(
    masters: int, bags: int, a_bag: int, held: int, shares: dict[str, float], seed: int
) -> None:
    sizes = {"masters": masters, "bags": bags, "parcels_a_bag": a_bag}
    made = Setting(**sizes, held_parcels=min(held, bags * a_bag), **shares)  # type: ignore[arg-type]
    world = simulate(seeded(seed), made)
    graded = grade(world)
    assert graded.parcels == masters * bags * a_bag
    assert graded.wrong_ends == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("warm_up", -1), ("every", timedelta(0)), ("every", -DAY)),
        *(("quantiles", (0.5, 1.0)), ("quantiles", (0.0,)), ("quantiles", (float("nan"),))),
    ],
)
def test_a_grading_that_makes_no_sense_is_refused_by_name(name: str, value: object) -> None:
    world = simulate(seeded(5), Setting(masters=1, bags=1, parcels_a_bag=3))
    with pytest.raises(InvalidValue, match=rf"grade\.{name}"):
        grade(world, **{name: value})  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match=r"grade\.world"):
        grade(World(()))


def test_two_hundred_shuffled_and_doubled_streams_give_each_parcel_one_timeline() -> None:
    setting = evolve(ONE, bags=2, parcels_a_bag=10)
    (one,) = simulate(seeded(6), setting).consignments
    end = one.observations[-1].received_at
    units, streams = consolidate(one.units, one.commands(end)).value.units, one.streams(end)
    chance, names = seeded(6), [truth.parcel for truth in one.truths]

    def timelines(told: Sequence[Stream]) -> dict[str, Shipment]:
        seen = histories(units, tuple(told))
        bare = {name: Shipment(ShipmentId(name), "yun", name) for name in names}
        return {name: track(bare[name], seen[name], now=end).value for name in names}

    wanted = timelines(streams)
    assert {len(parcel.events) for parcel in wanted.values()} != {0}
    for _ in range(200):
        told = [
            evolve(
                stream,
                events=tuple(
                    sorted(
                        (event for event in stream.events for _ in range(1 + (chance() < 0.5))),
                        key=lambda _: chance(),
                    )
                ),
            )
            for stream in sorted(streams, key=lambda _: chance())
        ]
        assert timelines(told) == wanted
