"""The chance to come too late, by a law of the line."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import example, given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue, NaiveTime
from crossborder.model.ids import ShipmentId
from crossborder.model.shipment import Shipment
from crossborder.model.time import Window
from crossborder.model.tracking import ParcelState, Stage, TrackingEvent
from crossborder.predict.quantiles import Distribution
from crossborder.predict.transit import StageLaw, TransitLaw
from crossborder.stages.logistics import expect
from crossborder.stages.logistics.delay import late_chance

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PARCEL = Shipment(
    ShipmentId("p1"), "acme", "N1", NOON, promised=Window(NOON, NOON + 10 * DAY), line="FAST"
)
DAYS = st.lists(st.integers(1, 400).map(lambda tenths: tenths / 10), min_size=20, max_size=30)


@example([0.1] * 19 + [10.0], 7.6)
@given(DAYS, st.integers(0, 90).map(lambda tenths: tenths / 10))
def test_it_is_the_share_of_the_journeys_that_last_as_long_and_outlast_the_promise(
    days: list[float], elapsed: float
) -> None:
    still = [day for day in days if day > elapsed]
    if still:
        chance = late_chance(PARCEL, TransitLaw(Distribution.of(days)), now=NOON + elapsed * DAY)
        assert chance is not None
        late = sum(day > 10 + 1e-9 for day in still) / len(still)
        assert float(chance) == pytest.approx(late, abs=2e-4)


@given(DAYS, st.integers(0, 20), st.integers(0, 20))
def test_a_later_promise_is_never_missed_more_often(days: list[float], one: int, two: int) -> None:
    law = TransitLaw(Distribution.of(days))
    sooner, later = sorted((one, two))
    chances = [
        late_chance(evolve(PARCEL, promised=Window(NOON, NOON + day * DAY)), law, now=NOON)
        for day in (sooner, later)
    ]
    assert None not in chances
    assert chances[0] >= chances[1]  # type: ignore[operator]


def test_a_parcel_that_was_not_handed_over_is_reckoned_as_if_it_were_now() -> None:
    law = Distribution.of([4, 6, 8, 10] * 5)
    waiting = evolve(PARCEL, ship_date=None)
    chances = [late_chance(waiting, law, now=NOON + day * DAY) for day in (0, 1, 3, 5, 7)]
    assert [float(chance or 0) for chance in chances] == [0, 0.25, 0.5, 0.75, 1]


def test_where_it_is_counts_for_more_than_how_long_it_is_on_its_way() -> None:
    stages = (
        StageLaw("line_haul", Distribution.of([6, 9] * 10)),
        StageLaw("last_mile", Distribution.of([1, 2] * 10)),
    )
    law = TransitLaw(Distribution.of([7, 11] * 10), stages)
    scan = TrackingEvent("acme", "L", "", Stage.LAST_MILE, NOON + 7 * DAY)
    arrived = evolve(PARCEL, events=(scan,), state=ParcelState(Stage.LAST_MILE))
    assert late_chance(PARCEL, law, now=NOON + 7.5 * DAY) == 1
    assert late_chance(arrived, law, now=NOON + 7.5 * DAY) == 0


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"promised": None}, None),
        ({"state": ParcelState(Stage.DELIVERED)}, None),
        ({"state": ParcelState(Stage.LOST)}, None),
        ({"state": ParcelState(Stage.RETURNING)}, None),
        ({"promised": Window(NOON - 2 * DAY, NOON - DAY)}, Decimal(1)),
    ],
)
def test_there_is_no_chance_where_there_is_nothing_to_be_late_for(
    changed: dict[str, Any], said: Decimal | None
) -> None:
    parcel = evolve(PARCEL, **changed)
    assert late_chance(parcel, Distribution.of([4] * 20), now=NOON) == said


def test_a_law_of_few_observations_says_no_chance_and_young_stages_leave_it_to_the_whole() -> None:
    assert late_chance(PARCEL, Distribution.of([30] * 19), now=NOON) is None
    assert late_chance(PARCEL, Distribution.of([30] * 20), now=NOON) == 1
    young = TransitLaw(Distribution.of([30] * 20), (StageLaw("line_haul", Distribution.of([1.0])),))
    scan = TrackingEvent("acme", "L", "", Stage.LINE_HAUL, NOON)
    moving = evolve(PARCEL, events=(scan,), state=ParcelState(Stage.LINE_HAUL))
    assert late_chance(moving, young, now=NOON) == 1


def test_slips_are_refused() -> None:
    with pytest.raises(NaiveTime):
        late_chance(PARCEL, Distribution.of([4] * 20), now=NOON.replace(tzinfo=None))
    with pytest.raises(InvalidValue, match="must be a TransitLaw or a Distribution"):
        late_chance(PARCEL, (4, 5), now=NOON)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="must be a TransitLaw or a Distribution"):
        expect(PARCEL, law="slow", now=NOON)  # type: ignore[arg-type]


def test_days_of_the_whole_way_are_a_law_too() -> None:
    days = Distribution.of([4, 6, 8, 10] * 5)
    told = [expect(PARCEL, law=law, now=NOON).value for law in (days, TransitLaw(days))]
    assert told[0] == told[1] is not None
