from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.decision import Decision
from crossborder.model.ids import ShipmentId
from crossborder.model.shipment import Shipment
from crossborder.model.time import Window
from crossborder.model.tracking import Expected, Health, ParcelState, Stage, TrackingEvent
from crossborder.stages.logistics import DelayWarning, expect, track, warn

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


def late(parcel: Shipment, promised: int, expected: int | None) -> Shipment:
    said = None
    if expected is not None:
        last = SENT + expected * DAY
        said = Expected(Window(SENT, last), last, "line", 0, SENT)
    return evolve(parcel, promised=window(0, promised), expected=said)


def look(parcel: Shipment, day: int = 1) -> Decision[DelayWarning | None]:
    return warn(parcel, now=SENT + day * DAY)


def warned(parcel: Shipment, day: int = 1) -> tuple[str, timedelta, str]:
    value = look(parcel, day).value
    assert value is not None
    return value.kind, value.slack, value.proposal


@given(st.integers(0, 20), st.none() | st.integers(0, 20), st.integers(0, 20))
def test_late_means_expected_or_today_after_the_promise(
    promised: int, expected: int | None, today: int
) -> None:
    value = look(late(at(Stage.EXPORT, today), promised, expected), today).value
    arrives = max(today, expected) if expected is not None else today
    assert (value is not None and value.kind == "late") == (arrives > promised)


def test_an_exception_is_worse_than_late_and_late_than_silence() -> None:
    failed = at(Stage.LAST_MILE, 1, health=Health.FAILED)
    assert warned(failed) == ("exception", timedelta(0), "chase_carrier")
    both = late(at(Stage.LAST_MILE, 1, health=Health.ACTION_REQUIRED), 3, 9)
    decision = look(both, 9)
    assert decision.codes == ("exception", "late", "silent")
    assert warned(both, 9) == ("exception", -6 * DAY, "tell_customer")
    assert warned(late(at(Stage.EXPORT, 1), 3, 9), 9) == ("late", -6 * DAY, "tell_customer")
    assert decision.events[0].name == "logistics.delay_warned"


def test_silence_is_counted_from_the_last_scan_or_the_ship_date() -> None:
    assert look(PARCEL, 5).value is None
    assert warned(PARCEL, 6) == ("silent", -DAY, "chase_carrier")
    assert look(at(Stage.EXPORT, 4), 9).value is None
    assert warned(PARCEL, 16) == ("silent", -11 * DAY, "claim")
    assert look(evolve(PARCEL, ship_date=None), 99).codes == ("on_its_way",)


def test_a_scan_without_a_readable_time_is_no_silence_of_centuries() -> None:
    odd = TrackingEvent("a", stage=Stage.EXPORT, local="yesterday")
    assert look(track(PARCEL, (odd,), now=SENT).value, 2).value is None


def test_after_the_end_there_is_no_warning() -> None:
    done = late(at(Stage.DELIVERED, 1, health=Health.FAILED), 0, 5)
    assert look(done, 99).codes == ("ended",)


def test_a_failure_without_a_scan_is_since_now() -> None:
    value = look(evolve(PARCEL, state=ParcelState(Stage.EXPORT, Health.FAILED))).value
    assert value is not None
    assert value.since == SENT + DAY


def test_a_warning_knows_its_words() -> None:
    with pytest.raises(InvalidValue):
        DelayWarning(ShipmentId("s1"), "cross", DAY, "claim", SENT)
    with pytest.raises(InvalidValue):
        DelayWarning(ShipmentId("s1"), "late", DAY, "pray", SENT)
