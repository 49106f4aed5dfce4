from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import CurrencyMismatch, InvalidValue
from crossborder.model.money import Money, Price
from crossborder.model.payment import PaymentMethod
from crossborder.stages.payment import choose

TWENTY = Money(Decimal(20), "EUR")


def ids(methods: list[PaymentMethod], country: str = "NL", money: Money = TWENTY) -> list[str]:
    return [item.id for item in choose(tuple(methods), country=country, money=money).value]


METHODS = st.lists(
    st.builds(
        PaymentMethod,
        st.sampled_from(["a", "b", "c", "d", "e"]),
        st.sampled_from([frozenset[str](), frozenset({"NL"}), frozenset({"US"})]),
        cost_share=st.sampled_from(["0", "0.01", "0.02"]).map(Decimal),
        cost_fixed=st.sampled_from([None, Price(Decimal("0.30"), "EUR")]),
        approval=st.sampled_from([None, Decimal("0.3"), Decimal("0.6"), Decimal(0)]),
    ),
    max_size=5,
    unique_by=lambda method: method.id,
)


def cost(method: PaymentMethod) -> Decimal:
    fixed = Decimal(0) if method.cost_fixed is None else method.cost_fixed.amount
    return method.cost_share * 20 + fixed


@given(METHODS, st.randoms(use_true_random=False))
def test_the_order_given_does_not_matter_and_the_cheapest_success_comes_first(
    methods: list[PaymentMethod], chance: Any
) -> None:
    shuffled = list(methods)
    chance.shuffle(shuffled)
    ranked = choose(tuple(methods), country="NL", money=TWENTY).value
    assert ranked == choose(tuple(shuffled), country="NL", money=TWENTY).value
    known = [item for item in ranked if item.approval is not None]
    assert list(ranked[: len(known)]) == known
    for first, second in pairwise(known):
        assert first.approval is not None
        assert second.approval is not None
        # Cross-multiplied, so that nothing is rounded.
        assert cost(first) * second.approval <= cost(second) * first.approval


@given(METHODS)
def test_every_method_has_its_reason(methods: list[PaymentMethod]) -> None:
    decision = choose(tuple(methods), country="NL", money=TWENTY)
    named = sorted(reason.facts["method"] for reason in decision.reasons)
    assert named == sorted(method.id for method in methods)


def test_a_cheap_method_that_often_fails_is_not_the_cheapest() -> None:
    cheap = PaymentMethod("cheap", cost_share=Decimal("0.01"), approval=Decimal("0.4"))
    sure = PaymentMethod("sure", cost_share=Decimal("0.02"), approval=Decimal("0.9"))
    unknown = PaymentMethod("unknown")
    assert ids([unknown, cheap, sure]) == ["sure", "cheap", "unknown"]


def test_a_fixed_cost_weighs_more_on_a_small_sum() -> None:
    fixed = PaymentMethod(
        "fixed", cost_fixed=Price(Decimal("0.30"), "EUR"), approval=Decimal("0.9")
    )
    share = PaymentMethod("share", cost_share=Decimal("0.02"), approval=Decimal("0.9"))
    assert ids([fixed, share], money=Money(Decimal(14), "EUR")) == ["share", "fixed"]
    assert ids([fixed, share], money=Money(Decimal(16), "EUR")) == ["fixed", "share"]


@pytest.mark.parametrize(
    ("method", "code"),
    [
        (PaymentMethod("m", frozenset({"US"})), "not_in_country"),
        (PaymentMethod("m", currencies=frozenset({"USD"})), "not_in_currency"),
        (PaymentMethod("m", min_amount=Price(Decimal("20.01"), "EUR")), "amount_too_small"),
        (PaymentMethod("m", max_amount=Price(Decimal("19.99"), "EUR")), "amount_too_large"),
        (PaymentMethod("m", approval=Decimal(0)), "never_approved"),
    ],
)
def test_a_method_that_does_not_work_here_is_left_out_with_a_reason(
    method: PaymentMethod, code: str
) -> None:
    decision = choose((method,), country="NL", money=TWENTY)
    assert (decision.value, decision.codes) == ((), (code,))


def test_a_method_at_the_edge_of_its_limits_works() -> None:
    edge = PaymentMethod(
        "m",
        frozenset({"NL"}),
        frozenset({"EUR"}),
        Price(Decimal(20), "EUR"),
        Price(Decimal(20), "EUR"),
    )
    assert ids([edge]) == ["m"]


@pytest.mark.parametrize("name", ["min_amount", "max_amount", "cost_fixed"])
def test_limits_and_costs_in_another_currency_cannot_be_compared(name: str) -> None:
    price = {name: Price(Decimal(1), "USD")}
    method = PaymentMethod(
        "m",
        min_amount=price.get("min_amount"),
        max_amount=price.get("max_amount"),
        cost_fixed=price.get("cost_fixed"),
    )
    with pytest.raises(CurrencyMismatch, match=f"m.{name} must be EUR"):
        ids([method])


def test_sums_and_approvals_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidValue, match="money must be above zero"):
        ids([], money=Money(Decimal(0), "EUR"))
    with pytest.raises(InvalidValue, match="approval must not be above 1"):
        ids([PaymentMethod("m", approval=Decimal(2))])
