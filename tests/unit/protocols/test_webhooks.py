"""A message that is pushed again, or by somebody else, is taken once."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue, NaiveTime
from crossborder.protocols.webhooks import Heard, ReplayGuard, WebhookEvent

NOW = datetime(2026, 11, 2, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def message(
    name: str = "evt_1", *, vendor: str = "easypost", at: datetime | None = None
) -> WebhookEvent:
    return WebhookEvent(vendor, name, "tracker.updated", at=at)


pushes = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 60), st.none() | st.integers(-60, 60)),
    max_size=30,
)


@given(pushes, st.integers(1, 400))
def test_a_message_with_a_signed_time_is_taken_once_whenever_it_is_pushed(
    given_: list[tuple[str, int, int | None]], hours: int
) -> None:
    # One message has one time: it is signed with it.
    times = {name: at for name, _, at in given_}
    guard, taken = ReplayGuard(hours * HOUR), []
    for name, day, _ in sorted(given_, key=lambda push: push[1]):
        at = times[name]
        moment = None if at is None else NOW + at * DAY
        (heard,), guard = guard.take([message(name, at=moment)], now=NOW + day * DAY)
        if heard is Heard.NEW and moment is not None:
            taken.append(name)
    assert len(taken) == len(set(taken))


@given(pushes)
def test_messages_taken_together_are_as_ones_taken_one_by_one(
    given_: list[tuple[str, int, int | None]],
) -> None:
    events = [message(name, at=None if at is None else NOW + at * HOUR) for name, _, at in given_]
    together, whole = ReplayGuard().take(events, now=NOW)
    guard, alone = ReplayGuard(), []
    for event in events:
        (heard,), guard = guard.take([event], now=NOW)
        alone.append(heard)
    assert (together, whole) == (tuple(alone), guard)


def test_two_vendors_may_use_the_same_id() -> None:
    events = [message(), message(vendor="aftership"), message()]
    heard, _ = ReplayGuard().take(events, now=NOW)
    assert heard == (Heard.NEW, Heard.NEW, Heard.REPEAT)


def test_an_old_message_is_stale_and_one_without_a_time_is_forgotten_after_the_window() -> None:
    guard = ReplayGuard(2 * DAY)
    old = message("old", at=NOW - 2 * DAY - HOUR)
    heard, guard = guard.take([old, message("timeless"), message("dated", at=NOW)], now=NOW)
    assert heard == (Heard.STALE, Heard.NEW, Heard.NEW)
    again = [message("timeless"), message("dated", at=NOW)]
    assert guard.take(again, now=NOW + 2 * DAY)[0] == (Heard.REPEAT, Heard.REPEAT)
    later, guard = guard.take(again, now=NOW + 2 * DAY + HOUR)
    assert later == (Heard.NEW, Heard.STALE)
    assert set(guard.until) == {("easypost", "timeless")}


def test_a_guard_that_is_not_kept_takes_the_message_again() -> None:
    guard = ReplayGuard()
    guard.take([message()], now=NOW)
    assert guard.take([message()], now=NOW)[0] == (Heard.NEW,)


def test_a_clock_that_goes_back_forgets_nothing() -> None:
    _, guard = ReplayGuard(DAY).take([message()], now=NOW)
    assert guard.take([message()], now=NOW - 9 * DAY)[0] == (Heard.REPEAT,)


def test_a_window_and_a_moment_must_be_sound() -> None:
    with pytest.raises(InvalidValue, match="above zero"):
        ReplayGuard(timedelta(0))
    with pytest.raises(NaiveTime):
        ReplayGuard().take([], now=NOW.replace(tzinfo=None))
