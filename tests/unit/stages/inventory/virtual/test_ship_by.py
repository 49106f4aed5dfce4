from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.decision import recording
from crossborder.predict.calendar import WorkCalendar
from crossborder.replay import replay, to_record
from crossborder.stages.inventory.virtual import ShipByRule, ship_by

START = datetime(2026, 11, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
PACIFIC = WorkCalendar(
    zone="America/Los_Angeles",
    opens=time(0),
    closes=timedelta(hours=24),
    cut_off=time(14),
    closed=(date(2026, 11, 26),),
    confirmed=(2026,),
)
RULES = st.sampled_from(
    [
        ShipByRule(within=48 * HOUR),
        ShipByRule(within=48 * HOUR, calendar=PACIFIC),
        ShipByRule(days=0, calendar=PACIFIC),
        ShipByRule(days=2, calendar=PACIFIC),
        ShipByRule(days=3, calendar=WorkCalendar(cut_off=time(16))),
    ]
)
MINUTES = st.integers(0, 60 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))


def pacific(month: int, day: int, hour: int) -> datetime:
    """Local winter time there."""
    return datetime(2026, month, day, hour, tzinfo=UTC) + 8 * HOUR


@given(RULES, MINUTES, MINUTES)
def test_a_later_order_is_never_due_sooner(
    rule: ShipByRule, one: datetime, other: datetime
) -> None:
    first, second = sorted((one, other))
    assert first <= ship_by(rule, first).value <= ship_by(rule, second).value


@given(RULES, MINUTES)
def test_a_decision_made_again_is_the_same(rule: ShipByRule, placed: datetime) -> None:
    with recording():
        first = ship_by(rule, placed)
    assert replay(to_record(first)) == evolve(first, inputs=None)


@pytest.mark.parametrize(
    ("placed", "days", "due"),
    [
        # Monday morning, two business days: until the end of Wednesday.
        (pacific(11, 2, 9), 2, pacific(11, 5, 0)),
        # Monday at three is past the cut-off: it counts as Tuesday's.
        (pacific(11, 2, 15), 2, pacific(11, 6, 0)),
        # Friday afternoon counts as Monday's.
        (pacific(11, 6, 15), 1, pacific(11, 11, 0)),
        # Thanksgiving is no business day.
        (pacific(11, 25, 9), 1, pacific(11, 28, 0)),
        (pacific(11, 2, 9), 0, pacific(11, 3, 0)),
    ],
)
def test_business_days_end_with_the_day(placed: datetime, days: int, due: datetime) -> None:
    assert ship_by(ShipByRule(days=days, calendar=PACIFIC), placed).value == due


def test_hours_run_from_the_order_or_from_when_it_counts() -> None:
    placed = pacific(11, 6, 15)
    assert ship_by(ShipByRule(within=24 * HOUR), placed).value == placed + 24 * HOUR
    waits = ship_by(ShipByRule(within=24 * HOUR, calendar=PACIFIC), placed)
    assert waits.value == pacific(11, 9, 0) + 24 * HOUR
    assert waits.codes == ("rule", "counts_later")


def test_the_rule_and_an_open_year_are_told() -> None:
    open_year = evolve(PACIFIC, confirmed=())
    rule = ShipByRule(days=2, calendar=open_year, source="the platform's page")
    decision = ship_by(rule, pacific(11, 2, 9))
    assert decision.codes == ("rule", "calendar_unconfirmed")
    assert decision.reasons[0].facts == {"source": "the platform's page"}
    assert decision.reasons[1].facts == {"years": (2026,)}


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({}, "within"),
        ({"within": HOUR, "days": 1, "calendar": PACIFIC}, "within"),
        ({"within": timedelta(0)}, "within"),
        ({"days": 1}, "calendar"),
        ({"days": 366, "calendar": PACIFIC}, "days"),
    ],
)
def test_a_rule_says_one_thing(fields: dict[str, Any], name: str) -> None:
    with pytest.raises(InvalidValue, match=f"ShipByRule.{name}"):
        ShipByRule(**fields)
