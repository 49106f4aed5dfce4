from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crossborder.errors import CurrencyMismatch, InvalidValue
from crossborder.model.currency import exponent
from crossborder.model.ids import SkuId
from crossborder.model.money import ExchangeRate, Money, Price, RateSide, agree, total
from crossborder.model.order import OrderLine
from crossborder.testing.strategies import amounts, money, prices

AT = datetime(2026, 11, 2, tzinfo=UTC)
PLACES = {"USD": 2, "CNY": 2, "TWD": 2, "JPY": 0, "KRW": 0, "KWD": 3, "CLF": 4}
codes = st.sampled_from(sorted(PLACES))
minor = st.integers(-(10**9), 10**9)
weights = st.lists(st.integers(0, 10**6) | st.decimals(0, 1000, places=3), min_size=1, max_size=9)


@pytest.mark.parametrize(("code", "places"), sorted(PLACES.items()))
def test_every_currency_has_the_places_that_iso_gives_it(code: str, places: int) -> None:
    assert exponent(code) == places


@given(amounts(signed=True), amounts(signed=True))
def test_adding_and_subtracting_is_exact_and_undoes_itself(a: Decimal, b: Decimal) -> None:
    one, other = Money(a, "USD"), Money(b, "USD")
    assert Fraction((one + other).amount) == Fraction(a) + Fraction(b)
    assert one + other == other + one
    assert one + other - other == one
    assert one - other == -(other - one)


@given(money("EUR"), st.integers(-1000, 1000) | st.decimals(-1000, 1000, places=6))
def test_multiplying_is_exact_from_both_sides(whole: Money, factor: int | Decimal) -> None:
    exact = Fraction(whole.amount) * Fraction(factor)
    assert Fraction((whole * factor).amount) == exact
    assert factor * whole == whole * factor


def test_an_amount_of_many_digits_loses_none_of_them() -> None:
    long = "123456789012345678901234567890.123456789"
    assert (Money(long, "USD") + Money("0.000000001", "USD")).amount == Decimal(
        "123456789012345678901234567890.123456790"
    )


@given(minor, codes)
def test_minor_units_and_back_are_the_same(units: int, code: str) -> None:
    assert Money.from_minor(units, code).to_minor() == units
    assert Money.from_minor(units, code, places=6).to_minor(places=6) == units


def test_a_gateways_places_override_iso() -> None:
    """Gateways count TWD and JPY with places of their own; what they say is scaled by those."""
    assert Money.from_minor(199900, "TWD", places=2) == Money("1999", "TWD")
    assert Money("1999", "JPY").to_minor(places=2) == 199900
    assert Money("1999", "JPY").to_minor() == 1999


def test_an_amount_that_does_not_fit_the_minor_unit_is_refused() -> None:
    with pytest.raises(InvalidValue, match="more than 0 decimal places") as caught:
        Money("10.5", "JPY").to_minor()
    assert (caught.value.field, caught.value.value) == ("amount", Decimal("10.5"))


@given(minor, st.sampled_from(["JPY", "USD", "KWD", "TWD"]), weights)
def test_parts_of_any_weights_add_up_to_the_whole(
    units: int, code: str, shares: list[int | Decimal]
) -> None:
    assume(any(shares))
    whole = Money.from_minor(units, code)
    parts = whole.split(shares)
    assert len(parts) == len(shares)
    assert total(parts, code) == whole
    # No part is further than one minor unit from its exact share, and zero weight gets nothing.
    weight = sum(map(Fraction, shares))
    for part, share in zip(parts, shares, strict=True):
        exact = Fraction(units) * Fraction(share) / weight
        assert abs(part.to_minor() - exact) < 1
        assert share or not part


def test_shares_of_ten_by_thirds_add_to_ten() -> None:
    thirds = Money("10.00", "USD").split([1, 1, 1])
    assert [str(part.amount) for part in thirds] == ["3.34", "3.33", "3.33"]
    assert total(thirds, "USD") == Money("10.00", "USD")


def test_a_negative_amount_is_split_like_its_opposite() -> None:
    back = Money("-10.00", "USD").split([1, 1, 1])
    assert [str(part.amount) for part in back] == ["-3.34", "-3.33", "-3.33"]


@pytest.mark.parametrize("shares", [[], [0, 0], [1, -1], [-1, 2]])
def test_weights_that_say_nothing_are_refused(shares: list[int]) -> None:
    with pytest.raises(InvalidValue, match="must not be empty, negative or all zero") as caught:
        Money("10", "USD").split(shares)
    assert (caught.value.field, caught.value.value) == ("weights", tuple(shares))


def test_only_a_rounded_amount_is_split() -> None:
    with pytest.raises(InvalidValue, match="more than 2 decimal places"):
        Money("10.005", "USD").split([1, 2])


def test_a_full_discount_of_a_tax_inclusive_price_leaves_exactly_nothing() -> None:
    gross = Price("19.99", "EUR")
    net = gross.per(Decimal("1.19"))
    tax = gross - net
    off = net * 1 + tax * 1
    assert gross - off == Money.zero("EUR")
    assert str((gross - off).amount.normalize()) == "0"


def test_the_net_of_a_line_is_the_unit_net_times_the_quantity() -> None:
    unit = Price("244.04", "GBP")
    line = OrderLine("1", SkuId("a"), 3, unit)
    assert line.net == Money("732.12", "GBP")
    inclusive = Price("292.848", "GBP")
    unit_net = inclusive.per(Decimal("1.2"))
    assert unit_net * 3 == Money("732.12", "GBP")


@given(st.lists(money("USD"), max_size=6))
def test_a_total_is_the_exact_sum_in_any_order(parts: list[Money]) -> None:
    exact = sum((Fraction(part.amount) for part in parts), Fraction())
    assert Fraction(total(parts, "USD").amount) == exact
    assert total(reversed(parts), "USD") == total(parts, "USD")


@given(prices())
def test_a_price_is_equal_to_the_same_money_and_has_its_hash(price: Price) -> None:
    same = Money(price.amount, price.currency)
    assert price == same
    assert same == price
    assert hash(price) == hash(same)
    assert eval(repr(price), {"Price": Price}) == price
    assert eval(repr(same), {"Money": Money}) == same
    assert str(same) == f"{same.amount} {same.currency}"


def test_equal_amounts_are_equal_whatever_their_zeros() -> None:
    assert Money("1.50", "USD") == Money("1.5", "USD")
    assert hash(Money("1.50", "USD")) == hash(Money("1.5", "USD"))
    assert Money("1.50", "USD") != Money("1.50", "EUR")
    assert Money("1.50", "USD") != Decimal("1.50")
    assert Money("1.50", "USD") != "1.50 USD"


def test_arithmetic_on_prices_gives_money_that_may_be_negative() -> None:
    change = Price("1", "USD") - Price("3", "USD")
    assert type(change) is Money
    assert change == Money("-2", "USD")
    assert type(Price("1", "USD") * 2) is Money


def test_a_price_is_never_negative() -> None:
    with pytest.raises(InvalidValue, match="must not be negative") as caught:
        Price("-0.01", "USD")
    assert (caught.value.field, caught.value.source) == ("amount", "Price")
    assert Price.zero("USD") == Price("0", "USD")
    assert type(Price.from_minor(5, "USD")) is Price


@pytest.mark.parametrize("operation", ["+", "-", "<", "<=", ">", ">="])
def test_two_currencies_never_mix(operation: str) -> None:
    names = {"a": Money("1", "USD"), "b": Money("1", "EUR")}
    with pytest.raises(CurrencyMismatch) as caught:
        eval(f"a {operation} b", names)
    error = caught.value
    assert (error.field, error.value, error.text) == ("currency", "EUR", "must be USD")


def test_agree_names_the_first_amount_of_another_currency() -> None:
    dollars, euros = Money("1", "USD"), Money("1", "EUR")
    agree(dollars, "USD", first=dollars, second=None)
    with pytest.raises(CurrencyMismatch) as caught:
        agree(dollars, "USD", first=dollars, second=euros, third=euros)
    error = caught.value
    assert (error.field, error.value, error.source) == ("second", euros, "Money")


@given(money("USD"), money("USD"))
def test_money_of_one_currency_is_ordered_by_amount(a: Money, b: Money) -> None:
    assert (a < b) == (a.amount < b.amount)
    assert (a <= b) == (a.amount <= b.amount)
    assert (a >= b) == (not a < b)


def test_money_is_true_when_there_is_any() -> None:
    assert Money("-0.01", "USD")
    assert not Money("0.00", "USD")


@pytest.mark.parametrize("code", ["usd", "US", "EURO", "XXX", "BTC", " USD", ""])
def test_an_unknown_currency_is_refused(code: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        Money("1", code)
    assert (caught.value.field, caught.value.value) == ("currency", code)


@pytest.mark.parametrize("factor", [1.5, "2", True, None])
def test_a_factor_that_is_not_exact_is_refused(factor: object) -> None:
    with pytest.raises(InvalidValue, match="must be an int or a Decimal"):
        Money("1", "USD") * factor  # type: ignore[operator]


@pytest.mark.parametrize("value", [0.1, True, None, [], Decimal("NaN")])
def test_an_amount_that_is_not_exact_is_refused(value: object) -> None:
    with pytest.raises(InvalidValue) as caught:
        Money(value, "USD")  # type: ignore[arg-type]
    assert caught.value.field == "amount"


@pytest.mark.parametrize(
    ("mode", "amount", "said"),
    [
        ("ROUND_HALF_EVEN", "2.345", "2.34"),
        (ROUND_HALF_UP, "2.345", "2.35"),
        (ROUND_DOWN, "2.349", "2.34"),
        (ROUND_CEILING, "2.341", "2.35"),
        (ROUND_HALF_UP, "-2.345", "-2.35"),
    ],
)
def test_rounding_is_by_the_named_mode(mode: str, amount: str, said: str) -> None:
    assert str(Money(amount, "USD").rounded(mode).amount) == said


def test_rounding_is_to_the_currencys_places_or_the_stated_ones() -> None:
    assert str(Money("2.5", "JPY").rounded().amount) == "2"
    assert str(Money("2.0005", "KWD").rounded().amount) == "2.000"
    assert str(Money("2.34567", "USD").rounded(places=4).amount) == "2.3457"


@given(money("USD"), st.integers(1, 97))
def test_a_share_times_the_divisor_is_the_whole_to_its_places(whole: Money, divisor: int) -> None:
    share = whole.per(divisor, places=8)
    assert abs((share * divisor - whole).amount) <= Decimal(divisor) * Decimal("0.5e-8")


def test_nothing_is_divided_by_zero() -> None:
    with pytest.raises(InvalidValue, match="must not be zero"):
        Money("1", "USD").per(0)


RATE = ExchangeRate("CNY", "USD", Decimal("0.14"), "bank", AT, AT + timedelta(hours=1))


@given(amounts(signed=True), st.decimals("0.0001", 100, places=4), st.decimals(0, "0.9", places=2))
def test_an_exchange_takes_its_margin_from_what_is_received(
    amount: Decimal, rate: Decimal, margin: Decimal
) -> None:
    quoted = ExchangeRate("CNY", "USD", rate, "bank", AT, margin=margin, side=RateSide.BID)
    got = quoted.convert(Money(amount, "CNY"), AT)
    assert got.currency == "USD"
    assert Fraction(got.amount) == Fraction(amount) * Fraction(rate) * (1 - Fraction(margin))


def test_a_rate_holds_until_its_end_and_not_after() -> None:
    end = AT + timedelta(hours=1)
    assert RATE.convert(Money("100", "CNY"), end) == Money("14", "USD")
    with pytest.raises(InvalidValue, match="had ended at") as caught:
        RATE.convert(Money("100", "CNY"), end + timedelta(microseconds=1))
    assert caught.value.field == "valid_until"


def test_a_rate_converts_only_its_base() -> None:
    with pytest.raises(CurrencyMismatch, match="must be CNY"):
        RATE.convert(Money("100", "USD"), AT)


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("rate", {"rate": Decimal(0)}),
        ("margin", {"margin": Decimal(1)}),
        ("base", {"base": "RMB"}),
        ("quote", {"quote": "usd"}),
    ],
)
def test_a_rate_that_cannot_be_is_refused(field: str, changed: dict[str, object]) -> None:
    given: dict[str, object] = {
        "base": "CNY",
        "quote": "USD",
        "rate": Decimal("0.14"),
        "source": "bank",
        "at": AT,
    }
    with pytest.raises(InvalidValue) as caught:
        ExchangeRate(**(given | changed))  # type: ignore[arg-type]
    assert (caught.value.field, caught.value.value) == (field, changed[field])


@pytest.mark.parametrize("precision", [3, 5, 28])
def test_the_callers_decimal_context_changes_no_amount(precision: int) -> None:
    from decimal import Decimal, getcontext, localcontext

    with localcontext() as context:
        context.prec = precision
        whole = Money("123456.78", "USD")
        assert sum(whole.split([1, 1])) == whole
        assert -whole == Money("-123456.78", "USD")
        assert whole.to_minor() == 12345678
        assert Money.from_minor(12345678, "USD") == whole
        assert str(whole.per(3).amount) == "41152.260000"
        assert getcontext().prec == precision
        assert whole / Money("61728.39", "USD") == Decimal(2)


def test_amounts_of_one_currency_can_be_summed_compared_and_shown() -> None:
    prices = [Money("1.50", "USD"), Money("2.25", "USD")]
    assert sum(prices) == Money("3.75", "USD")
    assert f"{prices[0]:.1f}" == "1.5 USD"
    with pytest.raises(InvalidValue):
        _ = 1 + prices[0]
    with pytest.raises(InvalidValue):
        _ = prices[0] / Money("0", "USD")
    with pytest.raises(InvalidValue):
        _ = prices[0] / 2  # type: ignore[operator]


@pytest.mark.parametrize("text", ["١", "1_000", " 1 ", "1 ", "", "one", "1e99999", "NaN"])
def test_only_a_plain_decimal_text_is_an_amount(text: str) -> None:
    with pytest.raises(InvalidValue):
        Money(text, "USD")
