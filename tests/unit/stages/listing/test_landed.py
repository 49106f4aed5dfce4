from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import CurrencyMismatch, InvalidValue
from crossborder.model.money import ExchangeRate, Money, Price, total
from crossborder.stages.listing import landed

NOW = datetime(2026, 11, 2, tzinfo=UTC)
RATE = ExchangeRate("CNY", "USD", Decimal("0.14"), "bank", NOW, margin=Decimal("0.02"))
AMOUNTS = st.decimals("0", "9999", places=4)


def cny(amount: str | Decimal) -> Money:
    return Money(Decimal(amount), "CNY")


@given(AMOUNTS, AMOUNTS, st.one_of(st.none(), AMOUNTS), st.decimals("0", "0.2", places=3))
def test_the_parts_are_the_worth_and_the_exchange_stands_apart(
    goods: Decimal, freight: Decimal, fee: Decimal | None, margin: Decimal
) -> None:
    rate = evolve(RATE, margin=margin)
    cost = landed(
        Price(goods, "CNY"),
        domestic_freight=cny(freight),
        agent_fee=None if fee is None else cny(fee),
        rate=rate,
        now=NOW,
    ).value
    spread = total((part.money for part in cost.parts if part.kind == "fx"), "USD")
    stated = cny(goods + freight + (fee or 0))
    assert cost.total - spread == Money(stated.amount * rate.rate, "USD")
    # What is paid, less what the exchange keeps, is the stated sum.
    assert abs(cost.total.amount * (1 - margin) - stated.amount * rate.rate) < Decimal("0.00001")
    assert spread.amount >= 0


def test_every_stated_part_is_named_in_order() -> None:
    decision = landed(
        Price(Decimal("13.9"), "CNY"),
        domestic_freight=cny("0.40"),
        agent_fee=cny("0.5"),
        international=Money(Decimal(3), "USD"),
        packing=cny("1"),
        rate=RATE,
        now=NOW,
    )
    cost = decision.value
    assert [(part.kind, str(part.money)) for part in cost.parts] == [
        ("goods", "1.946 USD"),
        ("domestic_freight", "0.0560 USD"),
        ("agent_fee", "0.070 USD"),
        ("packing", "0.14 USD"),
        ("international_freight", "3 USD"),
        ("fx", "0.045143 USD"),
    ]
    assert cost.total == Money(Decimal("5.257143"), "USD")
    assert decision.codes[-2:] == ("rate", "total")


def test_without_a_rate_the_parts_stay_as_they_are() -> None:
    decision = landed(Price(Decimal("13.9"), "CNY"), domestic_freight=cny("0"), now=NOW)
    assert [part.kind for part in decision.value.parts] == ["goods", "domestic_freight"]
    assert decision.value.total == cny("13.9")


def test_a_part_in_a_third_currency_is_refused() -> None:
    with pytest.raises(CurrencyMismatch, match=r"landed\.packing must be USD"):
        landed(
            Price(Decimal(1), "CNY"),
            domestic_freight=cny("0"),
            packing=Money(Decimal(1), "EUR"),
            rate=RATE,
            now=NOW,
        )
    with pytest.raises(CurrencyMismatch, match="domestic_freight must be CNY"):
        landed(Price(Decimal(1), "CNY"), domestic_freight=Money(Decimal(1), "USD"), now=NOW)


def test_a_rate_that_has_ended_is_refused() -> None:
    ended = evolve(RATE, valid_until=NOW - timedelta(seconds=1))
    with pytest.raises(InvalidValue, match="had ended"):
        landed(Price(Decimal(1), "CNY"), domestic_freight=cny("0"), rate=ended, now=NOW)
