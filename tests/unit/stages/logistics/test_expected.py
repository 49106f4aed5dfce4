from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.decision import Decision, recording
from crossborder.model.ids import ShipmentId
from crossborder.model.shipment import Shipment
from crossborder.model.time import Window
from crossborder.model.tracking import Expected, Stage, TrackingEvent
from crossborder.predict.calendar import WorkCalendar
from crossborder.predict.quantiles import Distribution, convolve
from crossborder.predict.transit import StageLaw, TransitLaw
from crossborder.replay import replay, to_record
from crossborder.stages.logistics import expect, track

DAY = timedelta(days=1)
SENT = datetime(2026, 11, 2, tzinfo=UTC)
PARCEL = Shipment(ShipmentId("s1"), "yunexpress", "YT1", ship_date=SENT)
ON_THE_WAY = [
    Stage.REGISTERED,
    Stage.ACCEPTED,
    Stage.EXPORT,
    Stage.LINE_HAUL,
    Stage.IMPORT_CUSTOMS,
    Stage.HANDOVER,
    Stage.LAST_MILE,
    Stage.OUT_FOR_DELIVERY,
    Stage.COLLECT,
]


def at(stage: Stage, day: int, parcel: Shipment = PARCEL, **more: Any) -> Shipment:
    event = TrackingEvent("17track", stage=stage, at=SENT + day * DAY, **more)
    return track(parcel, (event,), now=SENT).value


def guess(parcel: Shipment, *, day: int = 0, **more: Any) -> Decision[Expected | None]:
    terms: dict[str, Any] = {"transit": (8 * DAY, 14 * DAY), "evidence": 0} | more
    return expect(parcel, now=SENT + day * DAY, **terms)


def window(days: int, more: int) -> Window:
    return Window(SENT + days * DAY, SENT + more * DAY)


@given(st.sampled_from(ON_THE_WAY), st.integers(0, 30), st.integers(0, 40))
def test_the_window_is_never_before_now(stage: Stage, day: int, today: int) -> None:
    value = guess(at(stage, day), day=today).value
    assert value is not None
    assert SENT + today * DAY <= value.window.earliest <= value.likely <= value.window.latest


@given(st.integers(0, 20))
def test_a_later_stage_on_the_same_day_is_never_expected_later(day: int) -> None:
    found = [guess(at(stage, day)).value for stage in ON_THE_WAY[1:]]
    latest = [item.window.latest for item in found if item is not None]
    assert len(latest) == 8
    assert latest == sorted(latest, reverse=True)


def test_before_any_scan_the_ship_date_counts() -> None:
    value = guess(PARCEL).value
    assert value is not None
    assert (value.window, value.likely, value.source) == (window(8, 14), SENT + 11 * DAY, "line")


def test_without_a_ship_date_the_first_scan_counts() -> None:
    unsent = evolve(PARCEL, ship_date=None)
    assert guess(unsent).codes == ("not_started",)
    assert guess(at(Stage.REGISTERED, 1, unsent)).codes == ("not_started",)
    scanned = at(Stage.ACCEPTED, 1, unsent)
    event = TrackingEvent("a", stage=Stage.EXPORT, local="2026-11-05 00:00")
    value = guess(track(scanned, (event,), now=SENT).value).value
    assert value is not None
    assert value.window == window(9, 15)


def test_measured_times_are_called_history() -> None:
    value = guess(PARCEL, evidence=40).value
    assert value is not None
    assert (value.source, value.evidence) == ("history", 40)


def test_the_carriers_estimate_wins_while_it_lies_ahead() -> None:
    value = guess(PARCEL, carrier=window(3, 4), day=3).value
    assert value is not None
    assert (value.window, value.source) == (window(3, 4), "carrier")
    over = guess(PARCEL, carrier=window(3, 4), day=5)
    assert over.codes == ("carrier_estimate_over", "by_ship_date")


def test_an_overdue_parcel_is_expected_from_now_on() -> None:
    decision = guess(PARCEL, day=20)
    assert decision.value is not None
    assert decision.value.window == window(20, 26)
    assert "overdue" in decision.codes


def test_what_has_ended_or_goes_back_is_not_expected() -> None:
    assert guess(at(Stage.DELIVERED, 3)).codes == ("ended",)
    assert guess(at(Stage.RETURNING, 3)).codes == ("going_back",)


def test_a_transit_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidValue):
        guess(PARCEL, transit=(2 * DAY, DAY))


def test_without_a_law_and_without_a_transit_nothing_can_be_said() -> None:
    with pytest.raises(InvalidValue, match="law"):
        expect(PARCEL, now=SENT)


LASTING = st.lists(st.floats(0.25, 60.0), min_size=20, max_size=60)


def law(days: list[float], stages: dict[Stage, list[float]] | None = None) -> TransitLaw:
    each = [StageLaw(name.value, Distribution.of(some)) for name, some in (stages or {}).items()]
    return TransitLaw(Distribution.of(days), tuple(each))


def learnt(
    parcel: Shipment, known: TransitLaw, *, day: float = 0.0, **more: Any
) -> Decision[Expected | None]:
    return expect(parcel, now=SENT + day * DAY, law=known, **more)


@given(LASTING, st.floats(0, 70), st.sampled_from([Decimal("0.5"), Decimal("0.8"), Decimal("0.9")]))
def test_by_a_law_the_window_is_never_before_now_and_says_how_sure_it_is(
    days: list[float], today: float, confidence: Decimal
) -> None:
    decision = learnt(PARCEL, law(days), day=today, confidence=confidence)
    value = decision.value
    assert value is not None
    now = SENT + today * DAY
    assert now <= value.window.earliest <= value.likely <= value.window.latest
    assert (value.source, value.confidence, value.as_of) == ("history", confidence, now)
    assert ("overdue" in decision.codes) == (max(days) <= (now - SENT) / DAY)


@given(LASTING, st.floats(0, 70), st.floats(0, 70))
def test_the_longer_a_parcel_is_silent_the_later_it_is_expected(
    days: list[float], one: float, other: float
) -> None:
    sooner, later = sorted((one, other))
    known = law(days)
    first, second = (learnt(PARCEL, known, day=day).value for day in (sooner, later))
    assert first is not None
    assert second is not None
    if later < max(days):
        assert first.window.latest <= second.window.latest + timedelta(microseconds=2)


def test_a_parcel_that_outlasted_all_goes_on_as_the_slowest_did() -> None:
    decision = learnt(PARCEL, law([*[10.0] * 18, 14.0, 20.0]), day=30)
    assert decision.codes == ("by_law", "overdue")
    assert decision.value is not None
    assert decision.value.window.latest == SENT + 40 * DAY


def test_in_a_known_stage_what_is_left_is_the_sum_of_laws_not_of_quantiles() -> None:
    hauls, miles = [4.0, 5.0, 6.0, 12.0] * 5, [1.0, 2.0, 3.0, 9.0] * 5
    known = law([20.0] * 20, {Stage.LINE_HAUL: hauls, Stage.LAST_MILE: miles})
    decision = learnt(at(Stage.LINE_HAUL, 3), known, day=3)
    assert decision.codes == ("by_stage_laws",)
    value = decision.value
    assert value is not None
    summed = convolve([Distribution.of(hauls), Distribution.of(miles)])
    assert value.window.latest == SENT + 3 * DAY + timedelta(days=summed.quantile(0.9))
    assert value.window.latest < SENT + (3 + 12 + 9) * DAY
    silent = learnt(at(Stage.LINE_HAUL, 3), known, day=10).value
    assert silent is not None
    assert silent.window.earliest == SENT + (3 + 12 + 1) * DAY


def test_a_stage_without_a_law_is_judged_by_the_whole_way() -> None:
    known = law([10.0, 20.0] * 10, {Stage.LAST_MILE: [1.0] * 20})
    decision = learnt(at(Stage.EXPORT, 2), known, day=12)
    assert decision.codes == ("by_law",)
    assert decision.value is not None
    assert decision.value.window == window(20, 20)


def test_a_law_of_few_observations_gives_way_to_the_stated_transit() -> None:
    few = law([30.0] * 5)
    decision = learnt(PARCEL, few, transit=(8 * DAY, 14 * DAY))
    assert decision.codes == ("few_observations", "by_ship_date")
    assert decision.value is not None
    assert (decision.value.window, decision.value.confidence) == (window(8, 14), None)
    assert learnt(PARCEL, few).codes == ("by_law",)


def test_what_misses_the_cut_off_counts_from_the_next_opening() -> None:
    shop = WorkCalendar(zone="UTC", cut_off=timedelta(hours=16))
    friday = evolve(PARCEL, ship_date=datetime(2026, 11, 6, 17, tzinfo=UTC))
    monday = datetime(2026, 11, 9, 9, tzinfo=UTC)
    value = expect(friday, now=friday.ship_date or SENT, law=law([3.0] * 20), collects=shop).value
    assert value is not None
    assert value.window.latest == monday + 3 * DAY
    stated = expect(friday, now=monday, transit=(2 * DAY, 3 * DAY), collects=shop).value
    assert stated is not None
    assert stated.window == Window(monday + 2 * DAY, monday + 3 * DAY)


def test_where_nothing_is_delivered_at_weekends_it_is_expected_on_monday() -> None:
    weekdays = WorkCalendar(zone="UTC", opens=timedelta(), closes=timedelta(hours=24))
    value = learnt(PARCEL, law([5.0] * 20), delivers=weekdays).value
    assert value is not None
    assert value.likely == datetime(2026, 11, 9, tzinfo=UTC)


def test_the_carriers_word_goes_before_the_law() -> None:
    decision = learnt(PARCEL, law([30.0] * 20), carrier=window(3, 4))
    assert decision.codes == ("carrier_estimate",)


@pytest.mark.parametrize("confidence", ["0.49", "1"])
def test_a_confidence_that_is_no_promise_is_refused(confidence: str) -> None:
    with pytest.raises(InvalidValue, match=r"\.5 or more"):
        learnt(PARCEL, law([1.0] * 20), confidence=Decimal(confidence))


def test_what_was_expected_by_a_law_can_be_decided_again() -> None:
    known = law([10.0] * 20, {Stage.EXPORT: [2.0] * 20})
    with recording():
        decision = learnt(at(Stage.EXPORT, 2), known, day=3)
    assert replay(to_record(decision)) == evolve(decision, inputs=None)
