from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from crossborder.model.customer import Customer
from crossborder.model.decision import Decision
from crossborder.model.ids import CustomerId
from crossborder.stages.operations import may_reach

NOW = datetime(2026, 11, 2, tzinfo=UTC)
BUYER = Customer(CustomerId("c1"), consents=frozenset({"mail:marketing"}))


def ask(*days: int, purpose: str = "marketing", channel: str = "mail") -> Decision[bool]:
    sent = tuple(NOW - timedelta(days=day) for day in days)
    return may_reach(BUYER, purpose=purpose, channel=channel, sent=sent, now=NOW)


@given(st.lists(st.integers(-3, 20), max_size=8))
def test_no_more_than_the_cap_in_the_time_before(days: list[int]) -> None:
    assert ask(*days).value == (sum(0 <= day < 7 for day in days) < 3)


def test_consent_is_for_one_purpose_and_one_channel() -> None:
    assert ask().codes == ("allowed",)
    assert ask(channel="whatsapp").codes == ("no_consent",)
    assert ask(purpose="survey").value is False


def test_the_reason_for_silence_is_the_cap() -> None:
    assert ask(0, 1, 6).codes == ("cap_reached",)
    assert ask(0, 1, 7).value is True
