from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.customer import Segment
from crossborder.model.decision import Decision
from crossborder.model.money import Price
from crossborder.stages.operations import PromotionRule, apply


def usd(amount: str | int | Decimal) -> Price:
    return Price(Decimal(amount), "USD")


NOW = datetime(2026, 11, 2, tzinfo=UTC)
DAY = timedelta(days=1)


def run(
    *rules: PromotionRule,
    price: str = "20",
    cost: str = "10",
    floor: str = "0.2",
    country: str = "US",
    segment: Segment = Segment.NEW,
) -> Decision[Price]:
    return apply(
        rules,
        usd(price),
        cost=usd(cost),
        floor=Decimal(floor),
        segment=segment,
        country=country,
        now=NOW,
    )


def rule(name: str, share: str, **changes: object) -> PromotionRule:
    return PromotionRule(name, Decimal(share), **changes)  # type: ignore[arg-type]


rules = st.lists(
    st.builds(
        PromotionRule,
        id=st.sampled_from("abcdef"),
        share_off=st.decimals(0, 1, places=2),
        segments=st.frozensets(st.sampled_from(Segment), max_size=2),
        countries=st.frozensets(st.sampled_from(["US", "DE"]), max_size=2),
        starts=st.none() | st.sampled_from([NOW - DAY, NOW + DAY]),
        ends=st.none() | st.sampled_from([NOW, NOW + DAY]),
        group=st.sampled_from(["", "g"]),
    ),
    max_size=5,
    unique_by=lambda item: item.id,
)
cents = st.integers(1, 10**5).map(lambda number: str(Decimal(number).scaleb(-2)))


@given(rules.flatmap(lambda x: st.tuples(st.just(x), st.permutations(x))), cents, cents)
def test_the_order_of_the_rules_changes_nothing(
    pair: tuple[list[PromotionRule], list[PromotionRule]], price: str, cost: str
) -> None:
    assert run(*pair[0], price=price, cost=cost) == run(*pair[1], price=price, cost=cost)


@given(rules, cents, cents, st.decimals(0, "0.9", places=2))
def test_a_rule_never_raises_the_price_nor_breaks_the_floor(
    some: list[PromotionRule], price: str, cost: str, floor: Decimal
) -> None:
    value = run(*some, price=price, cost=cost, floor=str(floor)).value
    assert value <= usd(price)
    if value != usd(price):
        assert value * (1 - floor) >= usd(cost)


def test_the_best_rule_wins_and_the_others_are_named() -> None:
    decision = run(
        rule("five", "0.05", group="g"), rule("ten", "0.10", group="g"), rule("one", "0.01")
    )
    assert decision.value == usd("18")
    assert decision.codes == ("won", "beaten_in_group", "beaten")
    assert decision.reasons[0].facts["rule"] == "ten"


def test_a_discount_stops_at_the_floor() -> None:
    decision = run(rule("half", "0.5"))
    assert decision.value == usd("12.50")
    assert decision.codes[-1] == "reduced_to_floor"


def test_a_price_below_the_floor_is_left_alone() -> None:
    decision = run(rule("half", "0.5"), price="12")
    assert (decision.value, decision.codes[-1]) == (usd("12"), "no_room")


def test_a_share_too_small_for_a_cent_takes_nothing_off() -> None:
    decision = run(rule("tiny", "0.0001"))
    assert (decision.value, decision.codes[-1]) == (usd("20"), "nothing_off")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"starts": NOW + DAY}, "not_started"),
        ({"ends": NOW}, "ended"),
        ({"segments": frozenset({Segment.LOST})}, "other_segment"),
        ({"countries": frozenset({"DE"})}, "other_country"),
    ],
)
def test_a_rule_for_others_does_not_apply(changes: dict[str, object], code: str) -> None:
    decision = run(rule("r", "0.1", **changes))
    assert decision.value == usd("20")
    assert decision.codes == (code, "no_rule")


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidValue):
        rule("r", "1.1")
    with pytest.raises(InvalidValue):
        run(rule("r", "0.1"), floor="1")
    with pytest.raises(InvalidValue):
        run(rule("r", "0.1"), rule("r", "0.2"))
