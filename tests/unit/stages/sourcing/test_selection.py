from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import CurrencyMismatch, InvalidValue
from crossborder.model.ids import OfferId, ProductId, SkuId, SupplierId
from crossborder.model.money import Money, Price
from crossborder.model.supply import MixRule, OfferLine, PriceTier, Quoting, Supplier, SupplierOffer
from crossborder.stages.sourcing import Choice, select, unit_price

NOW = datetime(2026, 11, 2, tzinfo=UTC)
SKU = SkuId("s1")
DAY = timedelta(days=1)


def cny(amount: str | int) -> Price:
    return Price(Decimal(amount), "CNY")


def offer(name: str = "o1", price: str | None = "10", **fields: Any) -> SupplierOffer:
    line = OfferLine(
        SKU,
        fields.pop("available", 100),
        None if price is None else cny(price),
        fields.pop("one_piece_price", None),
        fields.pop("channel_price", None),
    )
    currency = fields.pop("currency", "CNY")
    supplier = Supplier(SupplierId("m"))
    return SupplierOffer(OfferId(name), supplier, ProductId("p"), (line,), currency, NOW, **fields)


def tiers(*pairs: tuple[int, str]) -> tuple[PriceTier, ...]:
    return tuple(PriceTier(least, cny(price), cny("0.01")) for least, price in pairs)


@st.composite
def offers(draw: st.DrawFn) -> tuple[SupplierOffer, ...]:
    made = []
    for number in range(draw(st.integers(0, 5))):
        falling = sorted(draw(st.lists(st.integers(1, 30), max_size=3)), reverse=True)
        steps = tuple(PriceTier(1 + 5 * i, cny(price)) for i, price in enumerate(falling))
        made.append(
            offer(
                f"o{number}",
                draw(st.sampled_from(["5", "7", None])),
                available=draw(st.sampled_from([None, 0, 3, 20, 500])),
                quoting=draw(st.sampled_from(Quoting)),
                tiers=steps,
                moq=draw(st.integers(1, 12)),
                multiple=draw(st.sampled_from([1, 2, 6])),
                one_piece=draw(st.booleans()),
                one_piece_price=draw(st.sampled_from([None, cny("6")])),
                orderable=draw(st.sampled_from([True, True, False])),
                mix=draw(st.sampled_from([None, MixRule(min_pieces=4), MixRule(cny("50"))])),
            )
        )
    return tuple(made)


@given(
    st.lists(st.integers(1, 1000), min_size=1, max_size=5),
    st.integers(1, 60),
    st.integers(1, 60),
)
def test_more_pieces_never_cost_more_each_where_the_tiers_fall(
    prices: list[int], one: int, other: int
) -> None:
    falling = sorted(prices, reverse=True)
    steps = tuple(PriceTier(1 + 7 * i, cny(price)) for i, price in enumerate(falling))
    tiered = offer(price=None, quoting=Quoting.TIERS, tiers=steps)
    few = unit_price(tiered, SKU, min(one, other), now=NOW).value
    many = unit_price(tiered, SKU, max(one, other), now=NOW).value
    assert few is not None
    assert many is not None
    assert many <= few


@given(offers(), st.integers(1, 30), st.randoms(use_true_random=False))
def test_the_choice_does_not_hang_on_the_order_of_the_offers(
    given_offers: tuple[SupplierOffer, ...], quantity: int, chance: Any
) -> None:
    shuffled = list(given_offers)
    chance.shuffle(shuffled)
    assert select(tuple(shuffled), SKU, quantity, now=NOW) == select(
        given_offers, SKU, quantity, now=NOW
    )


@given(offers(), st.integers(1, 30), st.integers(0, 9))
def test_a_choice_keeps_the_terms_of_its_offer_and_no_other_choice_is_cheaper(
    given_offers: tuple[SupplierOffer, ...], quantity: int, pieces: int
) -> None:
    choice = select(given_offers, SKU, quantity, now=NOW, cart_pieces=pieces).value
    alone = [
        select((single,), SKU, quantity, now=NOW, cart_pieces=pieces).value
        for single in given_offers
    ]
    sums = [one.goods for one in alone if one is not None]
    if choice is None:
        assert not sums
        return
    assert choice.goods == min(sums) == choice.unit_price * choice.quantity
    chosen = next(item for item in given_offers if item.id == choice.offer_id)
    available = chosen.line(SKU).available
    assert available is None or choice.quantity <= available
    assert choice.quantity >= quantity
    assert choice.waived_moq is (choice.quantity < chosen.moq)
    if choice.waived_moq:
        assert chosen.one_piece or chosen.mix is not None
    else:
        assert choice.quantity % chosen.multiple == 0


@given(offers(), st.integers(1, 30))
def test_every_offer_that_lost_has_its_reason(
    given_offers: tuple[SupplierOffer, ...], quantity: int
) -> None:
    decision = select(given_offers, SKU, quantity, now=NOW)
    named = [reason.facts["offer"] for reason in decision.reasons if "offer" in reason.facts]
    assert sorted(named) == sorted(item.id for item in given_offers)


@pytest.mark.parametrize(
    ("made", "quantity", "price", "code"),
    [
        (offer(channel_price=cny("8")), 1, "8", "channel_price"),
        (offer(moq=3, one_piece=True, one_piece_price=cny("15")), 1, "15", "one_piece_price"),
        (offer(moq=3, one_piece=True, one_piece_price=cny("15")), 3, "10", "sku_price"),
        (offer(moq=3, one_piece=True), 1, None, "below_moq"),
        (offer(moq=3), 2, None, "below_moq"),
        (offer(price="10", tiers=tiers((1, "9"))), 1, "10", "sku_price"),
        (
            offer(price="10", quoting=Quoting.TIERS, tiers=tiers((1, "9"), (5, "7"))),
            5,
            "7",
            "tier_price",
        ),
        (
            offer(price="10", quoting=Quoting.OFFER, tiers=tiers((1, "9"), (5, "7"))),
            4,
            "9",
            "tier_price",
        ),
        (offer(price=None, tiers=tiers((2, "9"))), 1, "9", "tier_price"),
        (offer(price="10", quoting=Quoting.TIERS), 1, "10", "sku_price"),
        (offer(price=None), 1, None, "no_price"),
        (offer(orderable=False), 1, None, "not_orderable"),
        (offer(valid_from=NOW + DAY), 1, None, "not_begun"),
        (offer(valid_until=NOW), 1, None, "expired"),
        (offer(valid_from=NOW, valid_until=NOW + DAY), 1, "10", "sku_price"),
        (offer(available=0), 1, None, "sold_out"),
        (offer(available=None), 1, "10", "sku_price"),
    ],
)
def test_the_price_of_one_piece_follows_the_terms(
    made: SupplierOffer, quantity: int, price: str | None, code: str
) -> None:
    decision = unit_price(made, SKU, quantity, now=NOW)
    assert decision.value == (None if price is None else cny(price))
    assert decision.codes == (code,)


def test_tiers_and_the_smallest_quantity_count_over_the_whole_offer() -> None:
    tiered = offer(price=None, quoting=Quoting.TIERS, tiers=tiers((3, "9"), (5, "7")), moq=3)
    assert unit_price(tiered, SKU, 2, now=NOW, offer_quantity=5).value == cny("7")
    assert unit_price(tiered, SKU, 2, now=NOW).value is None


def test_a_dearer_offer_loses_and_an_equal_one_loses_by_its_id() -> None:
    decision = select((offer("b"), offer("a"), offer("c", "11")), SKU, 2, now=NOW)
    assert decision.value == Choice(OfferId("a"), SKU, 2, cny("10"), Money(Decimal(20), "CNY"))
    lost = [(reason.code, reason.facts["offer"]) for reason in decision.reasons[1:]]
    assert lost == [("dearer", "b"), ("dearer", "c")]


def test_a_low_price_with_a_high_smallest_quantity_costs_more_in_all() -> None:
    bulk, single = offer("bulk", "6", moq=10), offer("single", "9")
    choice = select((bulk, single), SKU, 2, now=NOW).value
    assert choice is not None
    assert choice.offer_id == "single"
    assert select((bulk, single), SKU, 9, now=NOW).value == Choice(
        OfferId("bulk"), SKU, 10, cny("6"), Money(Decimal(60), "CNY")
    )


@pytest.mark.parametrize(
    ("cart", "quantity", "waived"),
    [
        ({}, 12, False),
        ({"cart_pieces": 4}, 12, False),
        ({"cart_pieces": 5}, 4, True),
        ({"cart_amount": Money(Decimal(99), "CNY")}, 12, False),
        ({"cart_amount": Money(Decimal(100), "CNY")}, 4, True),
    ],
)
def test_a_cart_that_meets_the_mix_rule_waives_the_smallest_quantity_but_not_the_multiple(
    cart: dict[str, Any], quantity: int, waived: bool
) -> None:
    mixed = offer(moq=11, multiple=4, mix=MixRule(cny("100"), 5))
    choice = select((mixed,), SKU, 2, now=NOW, **cart).value
    assert choice is not None
    assert (choice.quantity, choice.waived_moq) == (quantity, waived)


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (offer(available=3), "too_few"),
        (offer(available=5, moq=6), "too_few"),
        (offer(orderable=False), "not_orderable"),
    ],
)
def test_an_offer_that_cannot_serve_gives_no_choice_and_its_reason(
    made: SupplierOffer, code: str
) -> None:
    decision = select((made,), SKU, 4, now=NOW)
    assert decision.value is None
    assert decision.codes == (code, "no_offer")
    assert decision.reasons[0].facts["offer"] == "o1"


def test_an_offer_of_other_skus_is_passed_over() -> None:
    other = evolve(offer("z", "1"), lines=(OfferLine(SkuId("s2"), 5, cny("1")),))
    decision = select((other, offer()), SKU, 1, now=NOW)
    assert decision.codes == ("cheapest", "sku_not_offered")
    assert select((), SKU, 1, now=NOW).codes == ("no_offer",)


def test_what_cannot_be_compared_is_refused() -> None:
    dollars = evolve(
        offer("d", None), currency="USD", lines=(OfferLine(SKU, 5, Price(Decimal(1), "USD")),)
    )
    with pytest.raises(CurrencyMismatch):
        select((dollars, offer()), SKU, 1, now=NOW)
    with pytest.raises(InvalidValue, match="two of one id"):
        select((offer(), offer()), SKU, 1, now=NOW)
    for function in (
        lambda: select((), SKU, 0, now=NOW),
        lambda: unit_price(offer(), SKU, 0, now=NOW),
    ):
        with pytest.raises(InvalidValue, match="at least 1"):
            function()
    with pytest.raises(InvalidValue, match="no such SKU"):
        unit_price(offer(), SkuId("s9"), 1, now=NOW)
