from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import CurrencyMismatch, InvalidValue
from crossborder.model.customer import CustomerHistory, Segment
from crossborder.model.ids import CustomerId
from crossborder.model.money import Money, Price
from crossborder.stages.operations import Thresholds, rfm, segment


def usd(amount: str | int | Decimal) -> Price:
    return Price(Decimal(amount), "USD")


NOW = datetime(2026, 11, 2, tzinfo=UTC)
LIMITS = Thresholds(usd("500"))


def history(orders: int, spent: str, days: int | None, name: str = "c") -> CustomerHistory:
    last = NOW - timedelta(days=days) if days is not None else None
    return CustomerHistory(CustomerId(name), orders, usd(spent), last)


histories = st.builds(
    history,
    st.integers(0, 9),
    st.integers(0, 900).map(str),
    st.none() | st.integers(-2, 400),
    st.sampled_from("abc"),
)


@given(
    st.lists(histories, max_size=12).flatmap(
        lambda x: st.permutations(range(len(x))).map(lambda p: (x, p))
    )
)
def test_scores_follow_their_customers_in_any_order(
    pair: tuple[list[CustomerHistory], list[int]],
) -> None:
    given_order, places = pair
    scores = rfm(tuple(given_order), now=NOW).value
    moved = rfm(tuple(given_order[place] for place in places), now=NOW).value
    assert moved == tuple(scores[place] for place in places)


@given(st.lists(histories, min_size=1, max_size=12))
def test_more_is_never_scored_less_and_equals_score_the_same(seen: list[CustomerHistory]) -> None:
    scores = rfm(tuple(seen), now=NOW).value
    for one, mine in zip(seen, scores, strict=True):
        assert 1 <= mine.recency <= 5
        for other, theirs in zip(seen, scores, strict=True):
            if one.orders <= other.orders:
                assert mine.frequency <= theirs.frequency
            if one.spent <= other.spent:
                assert mine.monetary <= theirs.monetary


def test_five_different_buyers_get_the_five_scores() -> None:
    seen = tuple(history(n, str(n), 10 - n) for n in range(5))
    scores = rfm(seen, now=NOW).value
    assert [(s.recency, s.frequency, s.monetary) for s in scores] == [
        (n, n, n) for n in range(1, 6)
    ]


def test_a_buyer_without_a_last_order_is_the_least_recent() -> None:
    scores = rfm((history(1, "1", None), history(1, "1", 5)), now=NOW).value
    assert scores[0].recency < scores[1].recency


def test_histories_of_two_currencies_are_refused() -> None:
    other = CustomerHistory(CustomerId("x"), 1, Money(Decimal(1), "EUR"))
    with pytest.raises(CurrencyMismatch):
        rfm((history(1, "1", 1), other), now=NOW)


@pytest.mark.parametrize(
    ("seen", "expected", "code"),
    [
        (history(0, "0", None), Segment.NEW, "no_orders"),
        (history(9, "900", 181), Segment.LOST, "lost"),
        (history(9, "900", 91), Segment.AT_RISK, "at_risk"),
        (history(1, "500", 90), Segment.HIGH_VALUE, "high_spent"),
        (history(5, "10", 1), Segment.HIGH_VALUE, "high_orders"),
        (history(1, "10", 1), Segment.NEW, "new_buyer"),
        (history(2, "10", 1), Segment.REGULAR, "regular_buyer"),
        (history(2, "10", None), Segment.REGULAR, "recency_unknown"),
    ],
)
def test_a_history_gives_a_segment(seen: CustomerHistory, expected: Segment, code: str) -> None:
    decision = segment(seen, thresholds=LIMITS, now=NOW)
    assert decision.value is expected
    assert decision.codes[0] == code


def test_lost_must_not_be_shorter_than_at_risk() -> None:
    with pytest.raises(InvalidValue):
        Thresholds(usd("1"), at_risk=timedelta(days=9), lost=timedelta(days=8))
