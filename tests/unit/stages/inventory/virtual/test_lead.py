from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue, NaiveTime
from crossborder.predict.calendar import WorkCalendar
from crossborder.predict.quantiles import Distribution
from crossborder.stages.inventory.virtual import LeadPart, LeadTime
from crossborder.stages.inventory.virtual.part import longer

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OFFICE = WorkCalendar(cut_off=time(16))
LAWS = st.builds(
    Distribution.of,
    st.lists(st.integers(0, 30), min_size=1, max_size=6),
)
SHARES = st.floats(0.001, 0.999)


@given(LAWS, LAWS, SHARES)
def test_the_longer_of_two_is_at_every_probability_the_longer(
    one: Distribution, other: Distribution, share: float
) -> None:
    both = longer(one, other)
    # Just beside a step the two floats of one probability may differ.
    near = {law.quantile(share) for law in (one, other)}
    around = {law.quantile(at) for law in (one, other) for at in (share - 1e-9, share + 1e-9)}
    if near == around:
        assert both.quantile(share) == max(near)
    assert both == longer(other, one)
    assert longer(one, one).values == one.values


def test_a_stated_figure_spreads_up_to_twice_itself_and_is_no_evidence() -> None:
    part = LeadPart.stated("handling", 2 * DAY)
    assert part.law.values == (48.0, 72.0, 96.0)
    assert [part.law.cdf(hours) for hours in (48, 72, 96)] == pytest.approx([0.8, 0.95, 1.0])
    assert part.evidence == 0
    assert LeadPart.stated("handling", timedelta(0)).law.values == (0.0,)


def test_a_stated_day_of_one_who_keeps_hours_is_a_working_day() -> None:
    assert LeadPart.stated("handling", 2 * DAY, OFFICE).law.values == (18.0, 27.0, 36.0)


def test_a_stated_window_is_spread_evenly() -> None:
    part = LeadPart.between("transit", 2 * DAY, 4 * DAY)
    assert part.law.values == (48.0, 60.0, 72.0, 84.0, 96.0)
    assert part.law.quantile(0.5) == 72.0


def test_history_is_learned_with_one_observation_of_the_unseen() -> None:
    spans = tuple((NOW - day * DAY, NOW - day * DAY + day * HOUR) for day in range(1, 10))
    part = LeadPart.learned("handling", spans, now=NOW)
    assert part.evidence == 9.0
    assert part.law.values == (*map(float, range(1, 10)), 18.0)
    assert part.law.quantile(0.95) == 18.0


def test_history_of_one_who_keeps_hours_is_counted_in_these() -> None:
    """From Friday 17:00 in Shanghai, past the cut-off, to Monday 11:00."""
    span = (datetime(2026, 10, 30, 9, tzinfo=UTC), datetime(2026, 11, 2, 3, tzinfo=UTC))
    part = LeadPart.learned("handling", (span,), now=NOW, calendar=OFFICE)
    assert part.law.values == (2.0, 4.0)


def test_a_stated_figure_counts_beside_a_little_history() -> None:
    spans = tuple((NOW - day * DAY, NOW - day * DAY + 10 * HOUR) for day in range(1, 6))
    part = LeadPart.learned("handling", spans, now=NOW, stated=2 * DAY)
    assert part.law.evidence == pytest.approx(5 + 1 + 3)
    assert part.law.quantile(0.5) == 10.0
    assert part.law.quantile(0.9) == 48.0


@pytest.mark.parametrize("stated", [None, DAY])
def test_without_history_the_stated_figure_stands(stated: timedelta | None) -> None:
    part = LeadPart.learned("handling", (), now=NOW, stated=stated)
    assert part == LeadPart.stated("handling", stated)


@pytest.mark.parametrize(
    "span", [(NOW - HOUR, NOW + HOUR), (NOW - HOUR, NOW - 2 * HOUR)], ids=["future", "backwards"]
)
def test_a_span_from_the_future_or_backwards_is_refused(span: tuple[datetime, datetime]) -> None:
    with pytest.raises(InvalidValue, match="must rise and end by now"):
        LeadPart.learned("handling", (span,), now=NOW)


@pytest.mark.parametrize(
    ("span", "now", "field"),
    [
        ((NOW - HOUR, NOW), NOW.replace(tzinfo=None), "now"),
        (((NOW - HOUR).replace(tzinfo=None), NOW), NOW, "spans.1.0"),
        ((NOW - HOUR, NOW.replace(tzinfo=None)), NOW, "spans.1.1"),
    ],
)
def test_a_time_without_a_zone_is_refused_by_its_place(
    span: tuple[datetime, datetime], now: datetime, field: str
) -> None:
    with pytest.raises(NaiveTime) as caught:
        LeadPart.learned("handling", ((NOW - HOUR, NOW), span), now=now)
    assert (caught.value.source, caught.value.field) == ("LeadPart.learned", field)


def test_what_calendars_do_not_know_is_told_of_every_year_on_the_way() -> None:
    known = evolve(OFFICE, years=(2026, 2027), confirmed=(2026,))
    lead = LeadTime((LeadPart("handling", Distribution.point(1), known, 20.0),))
    days = (NOW, NOW + 800 * DAY)
    found = lead.reasons(days)
    assert [(reason.code, reason.facts["years"]) for reason in found] == [
        ("calendar_missing_year", (2028, 2029)),
        ("calendar_unconfirmed", (2027,)),
    ]
    assert lead.reasons(days[::-1]) == found
    assert lead.reasons(()) == ()


def test_the_suppliers_word_bounds_what_is_known_from_below() -> None:
    known = LeadPart("handling", Distribution.of([10, 60]), None, 20.0)
    assert known.at_least(None) is known
    assert known.at_least(2 * DAY).law.values == (48.0, 60.0)
    assert known.at_least(2 * DAY).evidence == 20.0
    stated = LeadPart.stated("handling", 2 * DAY)
    assert stated.at_least(DAY).law.values == stated.law.values
    assert stated.at_least(3 * DAY).law.values == (72.0, 108.0, 144.0)
    unknown = LeadPart("handling", None)
    assert unknown.at_least(DAY) == LeadPart.stated("handling", DAY)
    seen = LeadPart("handling", None, None, 3.0)
    assert seen.at_least(DAY).law.values == (24.0,)


def test_a_lead_time_has_its_parts_and_its_way_to_the_buyer() -> None:
    lead = LeadTime.stated(DAY, DAY, HOUR, transit=(DAY, 2 * DAY), supplier=OFFICE, ours=OFFICE)
    assert [part.name for part in lead.parts] == ["handling", "domestic", "check"]
    assert [part.calendar for part in lead.parts] == [OFFICE, None, OFFICE]
    assert [part.name for part in lead.transit] == ["transit"]
    assert lead.evidence == 0
    assert len(LeadTime.stated(DAY, DAY).parts) == 2
    assert lead.handled(None) is lead
    assert lead.handled(3 * DAY).parts[1:] == lead.parts[1:]


def test_an_unknown_part_is_named() -> None:
    assert LeadTime.stated(None, DAY).unknown == ("handling",)
    assert LeadTime.stated(DAY, None).unknown == ("domestic",)


def test_a_lead_time_shows_itself() -> None:
    lead = LeadTime.stated(None, DAY, 2 * HOUR, ours=OFFICE)
    shown = lead._repr_html_()
    for text in ("handling", "unknown", "24 h", "working h"):
        assert text in shown


PART = LeadPart.stated("handling", DAY)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: LeadTime(()), "must hold at least one part"),
        (lambda: LeadTime((PART, PART)), "name of their own"),
        (lambda: LeadTime((PART,), margin=-HOUR), "must not be negative"),
        (lambda: LeadPart("handling", Distribution.of([-1])), "must not be negative"),
        (lambda: LeadPart("handling", None, None, -1.0), "must not be negative"),
        (lambda: LeadPart("handling", None, None, float("nan")), "must not be negative"),
        (lambda: LeadPart("handling", Distribution.of(range(1025))), "more than 1024 values"),
        (lambda: LeadPart.stated("handling", -HOUR), "must not be negative"),
        (lambda: LeadPart.between("transit", DAY, HOUR), "must rise"),
        (lambda: LeadPart.between("transit", -DAY, DAY), "must rise"),
    ],
)
def test_what_cannot_be_is_refused(make: Any, said: str) -> None:
    with pytest.raises(InvalidValue, match=said):
        make()


def test_a_whole_number_of_observations_will_do() -> None:
    assert LeadPart("handling", None, None, 64) == LeadPart("handling", None, None, 64.0)


@given(st.lists(st.integers(1, 200), min_size=129, max_size=200))
def test_of_a_long_history_the_tail_is_never_shortened(hours: list[int]) -> None:
    """At most 128 times are kept; above .9 none is shorter than what was seen."""
    part = LeadPart.learned("handling", [(NOW - one * HOUR, NOW) for one in hours], now=NOW)
    whole = Distribution.of([*hours, 2 * max(hours)])
    assert len(part.law.values) <= 128
    assert part.law.evidence == pytest.approx(len(hours) + 1)
    for share in (0.91, 0.95, 0.985, 0.99, 0.995, 0.999):
        assert part.law.quantile(share) >= whole.quantile(share)


@pytest.mark.parametrize(
    ("takes", "hours"),
    [(timedelta(hours=4), 4), (timedelta(days=1), 9), (timedelta(days=1, hours=4), 13)],
)
def test_stated_hours_are_working_hours_and_a_stated_day_is_a_working_day(
    takes: timedelta, hours: int
) -> None:
    law = LeadPart.stated("check", takes, WorkCalendar()).hours
    assert law is not None
    assert law.values[0] == hours


def test_a_longer_stated_time_never_takes_fewer_working_hours() -> None:
    told = [
        LeadPart.stated("check", timedelta(hours=n), WorkCalendar()).law.mean for n in range(1, 80)
    ]
    assert told == sorted(told)
