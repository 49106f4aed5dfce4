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
from crossborder.stages.logistics import DelayWarning, track, warn

DAY = timedelta(days=1)
SENT = datetime(2026, 11, 2, tzinfo=UTC)
PARCEL = Shipment(ShipmentId("s1"), "yunexpress", "YT1", ship_date=SENT)


def at(stage: Stage, day: int, parcel: Shipment = PARCEL, **more: Any) -> Shipment:
    event = TrackingEvent("17track", stage=stage, at=SENT + day * DAY, **more)
    return track(parcel, (event,), now=SENT).value


def window(days: int, more: int) -> Window:
    return Window(SENT + days * DAY, SENT + more * DAY)


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
    assert warned(PARCEL, 16) == ("silent", -11 * DAY, "open_claim")
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
        DelayWarning(ShipmentId("s1"), "cross", DAY, "open_claim", SENT)
    with pytest.raises(InvalidValue):
        DelayWarning(ShipmentId("s1"), "late", DAY, "pray", SENT)
