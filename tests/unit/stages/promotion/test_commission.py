from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.ids import OrderId, Ref, SkuId
from crossborder.model.ledger import EntryKind, LedgerEntry, MoneyLedger
from crossborder.model.money import Price
from crossborder.model.order import Order, OrderLine
from crossborder.model.promotion import Campaign, Commission, CommissionState, Medium, Touch
from crossborder.stages.promotion import accrue, settle


def usd(amount: str | int | Decimal) -> Price:
    return Price(Decimal(amount), "USD")


AT = datetime(2026, 11, 2, tzinfo=UTC)
DAY = timedelta(days=1)
CPS = Campaign("spring", Medium.AFFILIATE, rate=Decimal("0.08"))


def order(*prices: str) -> Order:
    lines = tuple(OrderLine(str(n), SkuId("s"), 1, usd(price)) for n, price in enumerate(prices))
    ref = Ref("shopify", "1")
    return Order(OrderId("o1"), "shopify", ref, AT, lines, "USD", shipping=usd("5"))


def accrued(campaign: Campaign = CPS, *prices: str) -> Commission:
    touch = Touch(campaign.id, campaign.medium, AT)
    value = accrue(order(*(prices or ("100",))), campaign, touch=touch).value
    assert value is not None
    return value


def ledger(*facts: tuple[EntryKind, str, int]) -> MoneyLedger:
    entries = [
        LedgerEntry(f"e{n}", kind, usd(amount), AT + DAY * days)
        for n, (kind, amount, days) in enumerate(facts)
    ]
    return MoneyLedger(usd("100")).with_entries(entries)


PAID = (EntryKind.CAPTURED, "100", 0)


@given(
    st.lists(st.integers(1, 10**6), min_size=1, max_size=5),
    st.decimals("0.01", "1", places=4),
)
def test_what_is_payable_is_the_rate_times_the_eligible_goods(
    cents: list[int], rate: Decimal
) -> None:
    campaign = Campaign("c", Medium.INFLUENCER, rate=rate)
    prices = [str(Decimal(item).scaleb(-2)) for item in cents]
    value = accrued(campaign, *prices)
    goods = usd(Decimal(sum(cents)).scaleb(-2))
    assert value.base == goods
    assert value.amount == (goods * rate).rounded()


@given(st.integers(0, 100), st.integers(0, 40))
def test_what_stays_falls_with_the_refund_and_is_never_negative(back: int, day: int) -> None:
    facts = ledger(PAID, *([(EntryKind.REFUNDED, str(back), day)] if back else []))
    value = settle(accrued(), facts, now=AT + 50 * DAY).value
    counted = back if day <= 30 else 0
    assert value.amount == (usd(100 - counted) * Decimal("0.08")).rounded()
    full = counted == 100
    assert value.state is (CommissionState.CLAWED_BACK if full else CommissionState.LOCKED)


def test_only_affiliates_and_influencers_with_a_rate_are_paid() -> None:
    for campaign, code in (
        (Campaign("a", Medium.ADVERTISEMENT, rate=Decimal("0.1")), "not_per_sale"),
        (Campaign("a", Medium.AFFILIATE), "no_rate"),
    ):
        decision = accrue(order("9"), campaign, touch=Touch("a", campaign.medium, AT))
        assert (decision.value, decision.codes) == (None, (code,))


def test_a_touch_of_another_campaign_earns_nothing() -> None:
    decision = accrue(order("9"), CPS, touch=Touch("autumn", Medium.AFFILIATE, AT))
    assert decision.codes == ("other_campaign",)


def test_an_order_without_value_earns_nothing() -> None:
    decision = accrue(order("0"), CPS, touch=Touch("spring", Medium.AFFILIATE, AT))
    assert decision.codes == ("nothing_eligible",)


def test_a_rate_above_one_is_refused() -> None:
    campaign = Campaign("c", Medium.AFFILIATE, rate=Decimal("1.5"))
    with pytest.raises(InvalidValue):
        accrue(order("9"), campaign, touch=Touch("c", Medium.AFFILIATE, AT))


def test_the_lock_comes_after_the_return_window() -> None:
    assert accrued().locks_at == AT + 30 * DAY
    assert accrued().state is CommissionState.ACCRUED


def test_before_the_lock_a_partial_refund_lessens_and_leaves_it_open() -> None:
    facts = ledger(PAID, (EntryKind.REFUNDED, "25", 2))
    decision = settle(accrued(), facts, now=AT + 3 * DAY)
    assert (decision.value.amount, decision.value.state) == (
        usd("6"),
        CommissionState.ACCRUED,
    )
    assert decision.codes == ("partly_refunded", "waiting")


def test_with_the_rate_settling_twice_takes_back_once() -> None:
    facts = ledger(PAID, (EntryKind.REFUNDED, "25", 2))
    once = settle(accrued(), facts, now=AT + 3 * DAY, rate=CPS.rate).value
    again = settle(once, facts, now=AT + 31 * DAY, rate=CPS.rate)
    assert again.value.amount == once.amount == usd("6")
    assert again.events[0].name == "promotion.commission_locked"


def test_a_settled_commission_is_left_alone() -> None:
    late = ledger(PAID, (EntryKind.REFUNDED, "100", 40))
    locked = settle(accrued(), late, now=AT + 35 * DAY).value
    assert locked.state is CommissionState.LOCKED
    decision = settle(locked, late, now=AT + 90 * DAY)
    assert (decision.value, decision.codes) == (locked, ("already_settled",))


def test_a_refund_that_is_not_known_yet_does_not_count() -> None:
    facts = ledger(PAID, (EntryKind.REFUNDED, "100", 9))
    assert settle(accrued(), facts, now=AT + 8 * DAY).value.amount == usd("8")


def test_an_order_never_paid_pays_no_commission() -> None:
    early = settle(accrued(), ledger(), now=AT + DAY)
    assert (early.value, early.codes) == (accrued(), ("not_paid_yet",))
    late = settle(accrued(), ledger(), now=AT + 30 * DAY)
    assert (late.value.state, late.codes) == (CommissionState.CLAWED_BACK, ("never_paid",))
    assert late.events[0].name == "promotion.commission_clawed_back"
