"""Shares, fen and yuan."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import InvalidValue, Unreadable
from crossborder.model.money import Money, Price
from crossborder.wire.numbers import fen, percent, yuan


@settings(max_examples=50, deadline=None)
@given(st.decimals(0, 1, places=6))
def test_a_share_reads_the_same_with_and_without_a_percent_sign(share: Decimal) -> None:
    assert percent(str(share * 100) + "%") == percent(f"{share:f}") == share


def test_shares_from_platforms() -> None:
    assert percent("52.48%") == Decimal("0.5248")
    assert percent("0.4666") == Decimal("0.4666")
    assert percent("152 ％ ") == Decimal("1.52")
    assert percent(Decimal("0.5")) == Decimal("0.5")
    assert percent(1) == 1
    assert percent(None) is None
    assert percent("") is None


@pytest.mark.parametrize("text", ["52.48", "many", "%", "1e-1", True, Decimal("NaN"), "1,5%"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(Unreadable) as caught:
        percent(text, field="rate", source="shop")
    assert (caught.value.field, caught.value.source) == ("rate", "shop")


@settings(max_examples=50, deadline=None)
@given(st.integers(-(10**12), 10**12))
def test_a_hundred_fen_are_a_yuan(count: int) -> None:
    assert fen(count) * 100 == yuan(count)
    assert fen(str(count)).to_minor() == count


def test_yuan_keep_their_places_and_may_be_a_price() -> None:
    assert str(yuan("13.9000").amount) == "13.9000"
    assert type(yuan(2)) is Money
    assert type(yuan("2", kind=Price)) is Price
    assert fen("5", kind=Price) == Price(Decimal("0.05"), "CNY")
    with pytest.raises(InvalidValue, match="negative"):
        yuan("-1", kind=Price)


@pytest.mark.parametrize("value", ["1.5", "a", "", True, Decimal("1E+41")])
def test_what_is_no_whole_number_of_fen_is_refused(value: str) -> None:
    with pytest.raises(Unreadable):
        fen(value)


@pytest.mark.parametrize("value", ["¥1", "1,000", "", 1.5, "9" * 50])
def test_what_is_no_amount_is_refused(value: str) -> None:
    with pytest.raises(Unreadable):
        yuan(value)
