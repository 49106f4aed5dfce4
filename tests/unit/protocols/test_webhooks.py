"""A message that is pushed again, or by somebody else, is taken once."""

import pickle
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue, NaiveTime
from crossborder.protocols.webhooks import Heard, ReplayGuard, WebhookEvent
from crossborder.serial import from_json, to_json

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


@given(st.integers(1, 40), st.integers(0, 10_000), st.integers(1, 9))
def test_of_many_messages_each_is_heard_as_if_all_were_looked_through(
    days: int, seed: int, a_batch: int
) -> None:
    # The plain way: every message with its end, all of them gone through for each batch.
    window = 3 * DAY
    plain: dict[str, datetime] = {}
    guard, place = ReplayGuard(window), seed
    for number in range(400):
        now = NOW + number * days * DAY / 400
        place = (place * 7919 + 104729) % 1_000_003
        # Some come again, soon or after long.
        names = [f"m{number - (place + one) % 50 * (place % 7)}" for one in range(a_batch)]
        heard, guard = guard.take([message(name) for name in names], now=now)
        plain = {name: end for name, end in plain.items() if end >= now}
        for name, said in zip(names, heard, strict=True):
            assert said is (Heard.REPEAT if name in plain else Heard.NEW)
            plain.setdefault(name, now + window)
        kept = {name: end for (_, name), end in guard.until.items() if end >= now}
        assert kept == plain
        assert len(guard.until) == len(list(guard.until)) == len(dict(guard.until))


def test_what_is_to_be_forgotten_is_forgotten_at_last() -> None:
    guard = ReplayGuard(DAY)
    for number in range(20_000):
        _, guard = guard.take([message(str(number))], now=NOW + number * HOUR / 100)
    assert 2400 <= len(guard.until) <= 2 * 2400


def test_a_guard_of_many_messages_is_not_copied_for_one() -> None:
    many = [message(str(number)) for number in range(50_000)]
    _, full = ReplayGuard().take(many, now=NOW)
    guard, copied = full, 0
    for number in range(200):
        before = guard.until
        _, guard = guard.take([message(f"new {number}")], now=NOW)
        copied += guard.until._old is not before._old  # type: ignore[attr-defined]
    assert copied == 0
    assert len(full.until) == 50_000
    assert len(guard.until) == 50_200
    assert guard.take([message("new 7"), message("8")], now=NOW)[0] == (Heard.REPEAT,) * 2


def test_a_guard_is_kept_and_handed_on_whole() -> None:
    _, guard = ReplayGuard().take([message(str(number)) for number in range(300)], now=NOW)
    _, guard = guard.take([message("new")], now=NOW)
    assert from_json(to_json(guard), ReplayGuard) == guard
    assert pickle.loads(pickle.dumps(guard)) == guard
    assert ReplayGuard(until=dict(guard.until)) == guard
    few = ReplayGuard().take([message()], now=NOW)[1]
    assert eval(repr(few), {"ReplayGuard": ReplayGuard, "datetime": __import__("datetime")}) == few


@pytest.mark.parametrize("at", [datetime.max.replace(tzinfo=UTC), NOW.replace(year=9999)])
def test_a_message_from_the_end_of_the_calendar_is_remembered_until_then(at: datetime) -> None:
    heard, guard = ReplayGuard().take([message(at=at), message("now")], now=NOW)
    assert heard == (Heard.NEW, Heard.NEW)
    assert guard.take([message(at=at)], now=NOW + 9000 * DAY)[0] == (Heard.REPEAT,)
    assert ReplayGuard().take([message()], now=at)[0] == (Heard.NEW,)
    assert from_json(to_json(guard), ReplayGuard) == guard


def test_a_window_and_a_moment_must_be_sound() -> None:
    with pytest.raises(InvalidValue, match="above zero"):
        ReplayGuard(timedelta(0))
    with pytest.raises(InvalidValue, match="window"):
        ReplayGuard(14)  # type: ignore[arg-type]
    with pytest.raises(NaiveTime):
        ReplayGuard().take([], now=NOW.replace(tzinfo=None))
