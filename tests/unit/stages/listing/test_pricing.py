from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from crossborder.errors import CurrencyMismatch, InvalidValue
from crossborder.model.cost import CostPart, LandedCost
from crossborder.model.decision import Decision
from crossborder.model.listing import Fee, FeeRule, ListingRules, Platform, PlatformKind
from crossborder.model.money import ExchangeRate, Money, Price
from crossborder.stages.listing import price

NOW = datetime(2026, 11, 2, tzinfo=UTC)
RATE = ExchangeRate("CNY", "USD", Decimal("0.14"), "bank", NOW, margin=Decimal("0.02"))


def landed(amount: str | Decimal, currency: str = "USD") -> LandedCost:
    return LandedCost((CostPart("goods", Money(Decimal(amount), currency)),))


def platform(
    share: str | Decimal = "0.15", fixed: str = "0.30", currency: str = "USD", **fields: Any
) -> Platform:
    fee = FeeRule(Fee.COMMISSION, Decimal(share), Money(Decimal(fixed), currency))
    return Platform("m", "M", PlatformKind.MARKETPLACE, currency, (fee,), **fields)


def priced(
    amount: str = "10", place: Platform | None = None, **changes: Any
) -> Decision[Price | None]:
    arguments = {"margin": Decimal("0.30"), "floor": Decimal("0.10"), "now": NOW, **changes}
    return price(landed(amount), place or platform(), **arguments)


SHARES = st.decimals("0", "0.7", places=3)


@given(
    st.decimals("0.01", "500", places=3),
    SHARES,
    SHARES,
    SHARES,
    st.one_of(st.none(), st.decimals("0", "900", places=2)),
    st.sampled_from([None, Decimal("0.99"), Decimal("0.5"), Decimal("0.995")]),
)
def test_the_margin_reached_is_never_under_the_floor(
    cost: Decimal,
    share: Decimal,
    margin: Decimal,
    floor: Decimal,
    market: Decimal | None,
    charm: Decimal | None,
) -> None:
    assume(floor <= margin)
    asked = price(
        landed(cost),
        platform(share),
        margin=margin,
        floor=floor,
        now=NOW,
        charm=charm,
        market=None if market is None else Price(market, "USD"),
    ).value
    if asked is None:
        assert share + margin >= 1
        return
    left = asked.amount * (1 - share) - Decimal("0.30") - cost
    assert left >= floor * asked.amount
    if market is None:
        assert left >= margin * asked.amount
    elif asked.amount > market:
        # Not a cent above the floor, where a competitor is cheaper.
        lower = asked.amount - Decimal("0.01")
        assert lower * (1 - share) - Decimal("0.30") - cost < floor * lower
    assert asked == Money(asked.amount, "USD").rounded()


@given(st.decimals("0.01", "500", places=2), st.decimals("0.01", "500", places=2))
def test_a_dearer_product_is_never_priced_lower(one: Decimal, other: Decimal) -> None:
    low, high = priced(str(min(one, other))).value, priced(str(max(one, other))).value
    assert low is not None
    assert high is not None
    assert low <= high


def test_a_price_carries_cost_fees_and_margin() -> None:
    # (10 + 0.30) / (1 - 0.15 - 0.30) = 18.727…
    assert priced(charm=None).value == Price(Decimal("18.73"), "USD")
    decision = priced()
    assert decision.value == Price(Decimal("18.99"), "USD")
    assert decision.codes == ("cost", "fees", "charmed", "priced")
    margin = decision.reasons[-1].facts["margin"]
    assert margin.quantize(Decimal("0.0001")) == Decimal("0.3076")


def test_the_visitors_a_place_must_buy_are_part_of_the_price() -> None:
    place = platform(traffic_cost=Money(Decimal("5.50"), "USD"))
    assert priced(place=place, charm=None).value == Price(Decimal("28.73"), "USD")


def test_a_price_that_already_ends_in_the_charm_stays() -> None:
    # (10.1445 + 0.30) / 0.55 = 18.99
    assert priced("10.1445").value == Price(Decimal("18.99"), "USD")
    assert priced("10.1446").value == Price(Decimal("19.99"), "USD")
    assert priced("0.01").value == Price(Decimal("0.99"), "USD")


def test_a_currency_without_cents_is_not_charmed() -> None:
    place = platform("0.15", "30", "JPY")
    decision = price(
        landed("1000", "JPY"), place, margin=Decimal("0.3"), floor=Decimal("0.1"), now=NOW
    )
    assert decision.value == Price(Decimal(1873), "JPY")
    assert "charm_left_out" in decision.codes


@pytest.mark.parametrize(
    ("market", "asked", "code"),
    [
        ("25.00", "18.99", "charmed"),
        ("18.99", "18.99", "charmed"),
        ("16.50", "16.50", "market"),
        ("13.74", "13.74", "market"),
        ("13.73", "13.74", "floor_holds"),
        ("1.00", "13.74", "floor_holds"),
    ],
)
def test_a_cheaper_competitor_pulls_the_price_down_to_the_floor_at_most(
    market: str, asked: str, code: str
) -> None:
    decision = priced(market=Price(Decimal(market), "USD"))
    assert decision.value == Price(Decimal(asked), "USD")
    assert code in decision.codes


def test_there_is_no_price_where_the_fees_leave_no_room() -> None:
    full = priced(place=platform("0.90"))
    assert (full.value, full.codes[-1]) == (None, "no_room_for_floor")
    tight = priced(place=platform("0.70"))
    assert (tight.value, tight.codes[-1]) == (None, "no_room_for_margin")


def test_there_is_no_price_under_the_lowest_of_the_platform() -> None:
    place = platform(rules=ListingRules(min_price=Price(Decimal(19), "USD")))
    decision = priced(place=place)
    assert (decision.value, decision.codes[-1]) == (None, "below_min_price")
    place = platform(rules=ListingRules(min_price=Price(Decimal("18.99"), "USD")))
    assert priced(place=place).value == Price(Decimal("18.99"), "USD")


def test_a_cost_in_another_currency_is_exchanged_with_what_the_exchange_takes() -> None:
    cost = landed("70", "CNY")
    arguments: dict[str, Any] = {"margin": Decimal("0.3"), "floor": Decimal("0.1"), "now": NOW}
    decision = price(cost, platform(), rate=RATE, charm=None, **arguments)
    # 70 CNY are worth 9.80 USD; with two per cent taken, 10 USD are paid.
    assert decision.value == Price(Decimal("18.73"), "USD")
    assert decision.codes[0] == "exchanged"
    with pytest.raises(CurrencyMismatch, match="must be USD, or come with a rate"):
        price(cost, platform(), **arguments)
    wrong = evolve(RATE, quote="EUR")
    with pytest.raises(CurrencyMismatch, match="must be USD, or come with a rate"):
        price(cost, platform(), rate=wrong, **arguments)
    ended = evolve(RATE, valid_until=NOW - timedelta(seconds=1))
    with pytest.raises(InvalidValue, match="had ended"):
        price(cost, platform(), rate=ended, **arguments)


def test_a_cost_of_nothing_has_a_price_of_nothing() -> None:
    bare = Platform("m", "M", PlatformKind.SELF_HOSTED, "USD")
    decision = priced("0", bare, charm=None)
    assert decision.value == Price(Decimal(0), "USD")
    assert decision.codes == ("cost", "fees", "target")


@pytest.mark.parametrize(
    "changes",
    [
        {"margin": Decimal(1)},
        {"floor": Decimal("-0.1")},
        {"charm": Decimal("1.99")},
        {"margin": Decimal("0.05")},
    ],
)
def test_shares_that_cannot_be_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue, match=next(iter(changes))):
        priced(**changes)


def test_a_share_that_is_a_float_is_refused_by_name() -> None:
    with pytest.raises(InvalidValue, match="margin") as caught:
        price(landed("10"), platform(), margin=0.3, floor=Decimal("0.1"), now=NOW)  # type: ignore[arg-type]
    assert caught.value.field == "margin"
