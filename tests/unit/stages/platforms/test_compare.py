from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import CurrencyMismatch, InvalidValue
from crossborder.model.cost import CostPart, LandedCost
from crossborder.model.listing import Fee, FeeRule, PayoutTerms, Platform, PlatformKind
from crossborder.model.money import Money, Price, total
from crossborder.stages.platforms import Assumptions, FeeLine, compare, economics

DAY = timedelta(days=1)
ASSUMED = Assumptions(100, Decimal("0.05"), Decimal("0.10"))


def usd(amount: str | Decimal) -> Money:
    return Money(Decimal(amount), "USD")


def landed(amount: str | Decimal) -> LandedCost:
    return LandedCost((CostPart("goods", usd(amount)),))


def platform(name: str = "m", *fees: FeeRule, **fields: Any) -> Platform:
    return Platform(name, name.upper(), PlatformKind.MARKETPLACE, "USD", fees, **fields)


CENTS = st.decimals("0.01", "999.99", places=2)
SHARES = st.decimals("0", "0.6", places=4)
DELAYS = st.integers(0, 90 * 24).map(lambda hours: timedelta(hours=hours))
PAYOUTS = st.builds(PayoutTerms, DELAYS, SHARES, DELAYS)
FEES = st.lists(
    st.builds(
        FeeRule,
        st.sampled_from(Fee),
        SHARES,
        st.one_of(st.none(), CENTS.map(usd)),
        st.one_of(st.none(), CENTS.map(usd)),
    ),
    max_size=4,
)
ASSUMPTIONS = st.builds(Assumptions, st.integers(1, 5000), SHARES, SHARES)


@given(CENTS, CENTS, FEES, PAYOUTS, ASSUMPTIONS)
def test_the_parts_add_up_to_the_price_exactly(
    price: Decimal, cost: Decimal, fees: list[FeeRule], payout: PayoutTerms, assumed: Assumptions
) -> None:
    place = platform("m", *fees, payout=payout, traffic_cost=usd("1.23"))
    result = economics(place, Price(price, "USD"), landed(cost), assumptions=assumed).value
    charged = total((line.money for line in result.fees), "USD")
    parts = charged + result.cost + result.returns + result.capital_cost + result.net
    assert parts == result.price == usd(price)
    assert result.cost == usd(cost)
    assert charged >= usd(price) * sum((fee.share for fee in fees), Decimal(0)) + usd("1.23")


@given(CENTS, FEES, PAYOUTS, PAYOUTS)
def test_payout_terms_move_the_days_and_the_cost_of_waiting_and_nothing_else(
    price: Decimal, fees: list[FeeRule], one: PayoutTerms, other: PayoutTerms
) -> None:
    def under(terms: PayoutTerms) -> Any:
        place = platform("m", *fees, payout=terms)
        return economics(place, Price(price, "USD"), landed("3"), assumptions=ASSUMED).value

    first, second = under(one), under(other)
    assert (first.fees, first.cost, first.returns) == (second.fees, second.cost, second.returns)
    assert first.contribution == second.contribution
    if first.days_locked <= second.days_locked:
        assert first.capital_cost <= second.capital_cost
        assert first.net >= second.net


def test_one_order_is_taken_apart_to_the_cent() -> None:
    fees = (
        FeeRule(Fee.COMMISSION, Decimal("0.15"), usd("0.30"), source="https://example.test/fees"),
        FeeRule(Fee.SUBSCRIPTION, monthly=usd("39")),
    )
    payout = PayoutTerms(14 * DAY, Decimal("0.1"), 90 * DAY)
    place = platform("m", *fees, payout=payout, traffic_cost=usd("2"))
    decision = economics(place, Price(Decimal("36.50"), "USD"), landed("12"), assumptions=ASSUMED)
    result = decision.value
    assert result.fees == (
        FeeLine("commission", usd("5.775"), "https://example.test/fees"),
        FeeLine("subscription", usd("0.39")),
        FeeLine("traffic", usd("2")),
    )
    assert result.returns == usd("1.825")
    assert result.days_locked == 23
    assert result.capital_cost == usd("0.23")
    assert result.net == usd("14.28")
    assert result.margin == Decimal("0.391233")
    assert decision.codes == ("fees", "returns", "held", "net")


def test_the_best_net_comes_first_and_ties_go_by_id() -> None:
    cheap = platform("z", FeeRule(Fee.COMMISSION, Decimal("0.05")))
    places = (
        platform("dear", FeeRule(Fee.COMMISSION, Decimal("0.3"))),
        cheap,
        evolve(cheap, id="a"),
    )
    prices = {name: Price(Decimal(20), "USD") for name in ("dear", "z", "a")}
    ranked = compare(places, prices, landed("5"), assumptions=ASSUMED)
    assert [item.platform_id for item in ranked.value] == ["a", "z", "dear"]
    assert compare(places[::-1], prices, landed("5"), assumptions=ASSUMED) == ranked


def test_a_long_hold_may_cost_a_platform_its_place() -> None:
    quick = platform("quick", FeeRule(Fee.COMMISSION, Decimal("0.11")))
    slow = platform("slow", FeeRule(Fee.COMMISSION, Decimal("0.10")), payout=PayoutTerms(90 * DAY))
    prices = {"quick": Price(Decimal(20), "USD"), "slow": Price(Decimal(20), "USD")}
    free = evolve(ASSUMED, capital_a_year=Decimal(0))
    first = compare((quick, slow), prices, landed("5"), assumptions=free).value[0]
    assert first.platform_id == "slow"
    first = compare((quick, slow), prices, landed("5"), assumptions=ASSUMED).value[0]
    assert first.platform_id == "quick"


def test_a_platform_without_a_price_is_left_out_with_a_reason() -> None:
    decision = compare((platform("a"),), {}, landed("5"), assumptions=ASSUMED)
    assert decision.value == ()
    assert decision.codes == ("no_price",)


def test_two_currencies_do_not_mix() -> None:
    euro = LandedCost((CostPart("goods", Money(Decimal(5), "EUR")),))
    with pytest.raises(CurrencyMismatch, match=r"economics\.cost must be USD"):
        economics(platform(), Price(Decimal(9), "USD"), euro, assumptions=ASSUMED)
    with pytest.raises(CurrencyMismatch, match=r"economics\.price must be USD"):
        economics(platform(), Price(Decimal(9), "EUR"), landed("5"), assumptions=ASSUMED)
    strange = platform("m", FeeRule(Fee.FIXED, fixed=Money(Decimal(1), "EUR")))
    with pytest.raises(CurrencyMismatch):
        economics(strange, Price(Decimal(9), "USD"), landed("5"), assumptions=ASSUMED)


def test_assumptions_and_prices_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidValue, match="price must be above zero"):
        economics(platform(), Price(Decimal(0), "USD"), landed("5"), assumptions=ASSUMED)
    with pytest.raises(InvalidValue, match="orders_a_month must be at least 1"):
        Assumptions(0, Decimal(0), Decimal(0))
    with pytest.raises(InvalidValue, match="return_share must not be above 1"):
        Assumptions(1, Decimal(2), Decimal(0))


def test_the_economics_of_an_order_show_themselves_part_by_part() -> None:
    made = platform("store", FeeRule(Fee.COMMISSION, Decimal("0.1")))
    found = economics(
        made, Price("20", "USD"), landed("8"), assumptions=Assumptions(1, Decimal(0), Decimal(0))
    )
    shown = found.value._repr_html_()
    assert "<caption>store</caption>" in shown
    assert "<td>fee: commission</td>" in shown
    assert f"<td>net</td><td>{found.value.net}</td>" in shown
