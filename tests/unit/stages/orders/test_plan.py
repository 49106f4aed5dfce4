from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import CurrencyMismatch, InvalidValue
from crossborder.model.decision import Decision
from crossborder.model.ids import OfferId, OrderId, ProductId, Ref, SkuId, SupplierId, WarehouseId
from crossborder.model.ledger import PaymentState
from crossborder.model.money import Price
from crossborder.model.order import Fulfilment, FulfilmentLine, Order, OrderLine
from crossborder.model.status import FulfilmentState, OrderState, OrderStatus
from crossborder.model.stock import RealStock
from crossborder.model.supply import OfferLine, PriceTier, Quoting, Supplier, SupplierOffer
from crossborder.stages.orders import PurchasePlan, plan

NOW = datetime(2026, 11, 2, tzinfo=UTC)
DAY = timedelta(days=1)
PAID = OrderStatus(OrderState.OPEN, PaymentState.PAID, FulfilmentState.UNFULFILLED)


def cny(amount: str) -> Price:
    return Price(Decimal(amount), "CNY")


def order(*lines: tuple[str, int], status: OrderStatus = PAID) -> Order:
    price = Price(Decimal(20), "USD")
    made = tuple(OrderLine(f"l{n}", SkuId(sku), q, price) for n, (sku, q) in enumerate(lines))
    ref = Ref("shopify", "1")
    return Order(OrderId("o1"), "shopify", ref, NOW, made, "USD", reported=status)


def offer(
    name: str, sku: str, price: str = "10", supplier: str = "s1", **terms: Any
) -> SupplierOffer:
    line = OfferLine(SkuId(sku), unit_price=cny(price), ref=Ref("alibaba1688", f"spec-{name}"))
    line = evolve(line, **terms.pop("line", {}))
    return SupplierOffer(
        OfferId(name),
        Supplier(SupplierId(supplier)),
        ProductId("p"),
        (line,),
        "CNY",
        NOW,
        **terms,
    )


def stock(sku: str, pieces: int, warehouse: str = "w1", **more: Any) -> RealStock:
    return RealStock(SkuId(sku), WarehouseId(warehouse), pieces, **more)


def make(placed: Order, *offers: SupplierOffer, **terms: Any) -> Decision[PurchasePlan]:
    given_terms: dict[str, Any] = {"now": NOW, "order_by": NOW + DAY, "unit_limit": {}}
    return plan(placed, offers, **(given_terms | terms))


def pieces(value: PurchasePlan, line_id: str) -> tuple[int, int, int]:
    """From stock, bought, missing."""
    stocked = sum(take.quantity for take in value.from_stock if take.line_id == line_id)
    bought = sum(
        line.quantity
        for purchase in value.purchases
        for line in purchase.lines
        if line.order_line == line_id
    )
    return stocked, bought, value.missing.get(line_id, 0)


skus = st.sampled_from(["a", "b", "c"])
offers = st.lists(
    st.builds(
        lambda name, sku, price, supplier, available, moq, one: offer(
            name,
            sku,
            str(price),
            supplier,
            moq=moq,
            one_piece=one,
            line={"available": available, "one_piece_price": cny(str(price + 2))},
        ),
        st.sampled_from("uvwxyz"),
        skus,
        st.integers(1, 20),
        st.sampled_from(["s1", "s2"]),
        st.none() | st.integers(0, 9),
        st.integers(1, 4),
        st.booleans(),
    ),
    max_size=5,
    unique_by=lambda item: item.id,
)


@given(
    st.lists(st.tuples(skus, st.integers(1, 6)), min_size=1, max_size=5),
    offers,
    st.lists(st.builds(stock, skus, st.integers(0, 6), st.sampled_from(["w1", "w2"])), max_size=4),
    st.integers(1, 3),
    st.booleans(),
)
def test_every_wanted_piece_comes_from_exactly_one_place(
    lines: list[tuple[str, int]],
    some: list[SupplierOffer],
    held: list[RealStock],
    max_lines: int,
    in_time: bool,
) -> None:
    placed = order(*lines)
    late = NOW + DAY if in_time else NOW - DAY
    value = make(placed, *some, stock=tuple(held), max_lines=max_lines, order_by=late).value
    for line in placed.lines:
        assert sum(pieces(value, line.id)) == line.wanted
        assert (line.id in value.uncovered) == (pieces(value, line.id)[2] > 0)
    for sku in "abc":
        taken = sum(take.quantity for take in value.from_stock if take.sku_id == sku)
        assert taken <= sum(item.free for item in held if item.sku_id == sku)
    for item in some:
        sold = item.lines[0]
        bought = sum(
            line.quantity
            for purchase in value.purchases
            for line in purchase.lines
            if line.line_ref == sold.ref
        )
        assert sold.available is None or bought <= sold.available
    assert all(len(purchase.lines) <= max_lines for purchase in value.purchases)
    assert len({purchase.id for purchase in value.purchases}) == len(value.purchases)
    assert (
        make(placed, *reversed(some), stock=tuple(held), max_lines=max_lines, order_by=late).value
        == value
    )


def test_stock_comes_first_and_the_cheapest_offer_covers_the_rest() -> None:
    held = (stock("a", 2), stock("a", 9, "w2", condition="damaged"), stock("a", 3, "w3", held=3))
    decision = make(order(("a", 5)), offer("x", "a", "10"), offer("y", "a", "9"), stock=held)
    value = decision.value
    assert pieces(value, "l0") == (2, 3, 0)
    assert value.purchases[0].lines[0].unit_price == cny("9")
    assert value.purchases[0].buy_by == NOW + DAY
    assert decision.codes == ("from_stock", "bought")


def test_purchases_are_one_a_supplier_and_split_when_too_long() -> None:
    placed = order(("a", 1), ("b", 1), ("c", 1))
    some = (offer("x", "a"), offer("y", "b", supplier="s2"), offer("z", "c"))
    value = make(placed, *some).value
    assert [len(purchase.lines) for purchase in value.purchases] == [2, 1]
    split = make(placed, *some, max_lines=1).value
    assert len(split.purchases) == 3
    assert value.purchases[0].id == split.purchases[0].id


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (evolve(PAID, flags=frozenset({"hold:risk"})), "on_hold"),
        (evolve(PAID, order=OrderState.PENDING), "not_open"),
        (evolve(PAID, payment=PaymentState.PENDING), "not_paid"),
        (evolve(PAID, payment=PaymentState.AUTHORIZED), "not_paid"),
        (evolve(PAID, fulfilment=FulfilmentState.DELIVERED), "nothing_to_send"),
    ],
)
def test_nothing_is_bought_for_an_order_that_is_not_ready(status: OrderStatus, code: str) -> None:
    decision = make(order(("a", 2), status=status), offer("x", "a"), stock=(stock("a", 9),))
    assert (decision.value.purchases, decision.value.from_stock) == ((), ())
    assert (decision.value.uncovered, decision.codes) == (("l0",), (code,))
    assert decision.events == ()


def test_an_authorised_payment_is_enough_when_allowed() -> None:
    placed = order(("a", 2), status=evolve(PAID, payment=PaymentState.AUTHORIZED))
    assert make(placed, offer("x", "a"), pay_first=False).value.purchases


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (offer("x", "a", orderable=False), "not_orderable"),
        (offer("x", "a", valid_until=NOW - DAY), "offer_not_valid"),
        (offer("x", "a", valid_from=NOW + DAY), "offer_not_valid"),
        (offer("x", "a", line={"available": 1}), "supplier_short"),
        (offer("x", "a", moq=3), "below_moq"),
        (offer("x", "a", multiple=5), "not_a_multiple"),
        (offer("x", "a", line={"unit_price": None}), "no_price"),
        (offer("x", "a", "12.01"), "price_guard"),
        (offer("x", "b"), "no_offer"),
    ],
)
def test_an_offer_that_does_not_fit_leaves_the_line_uncovered(
    found: SupplierOffer, code: str
) -> None:
    decision = make(order(("a", 2)), found, unit_limit={SkuId("a"): cny("12")})
    assert decision.value.uncovered == ("l0",)
    assert decision.reasons[-1].code == code
    assert [event.name for event in decision.events] == ["orders.uncovered"]
    assert decision.events[0].facts["missing"] == {"l0": 2}


def test_offers_that_fail_for_different_reasons_are_summed_up() -> None:
    decision = make(order(("a", 2)), offer("x", "a", moq=3), offer("y", "a", orderable=False))
    assert decision.codes == ("below_moq", "not_orderable", "no_offer")


def test_after_the_deadline_only_stock_covers() -> None:
    decision = make(order(("a", 2)), offer("x", "a"), stock=(stock("a", 1),), order_by=NOW - DAY)
    assert pieces(decision.value, "l0") == (1, 0, 1)
    assert decision.codes == ("from_stock", "deadline_passed")


@pytest.mark.parametrize(
    ("terms", "quantity", "price"),
    [
        ({}, 2, "10"),
        ({"line": {"channel_price": cny("7")}}, 2, "7"),
        ({"moq": 3, "one_piece": True, "line": {"one_piece_price": cny("11.5")}}, 2, "11.5"),
        ({"multiple": 2, "one_piece": True, "line": {"one_piece_price": cny("11.5")}}, 3, "11.5"),
        ({"moq": 3, "one_piece": True, "line": {"one_piece_price": cny("11.5")}}, 3, "10"),
        (
            {
                "quoting": Quoting.TIERS,
                "tiers": (PriceTier(1, cny("9")), PriceTier(5, cny("8"))),
                "line": {"unit_price": None},
            },
            5,
            "8",
        ),
    ],
)
def test_a_line_is_priced_by_the_offers_terms(
    terms: dict[str, Any], quantity: int, price: str
) -> None:
    value = make(order(("a", quantity)), offer("x", "a", **terms)).value
    assert value.purchases[0].lines[0].unit_price == cny(price)


def test_pieces_that_left_already_are_not_bought_again() -> None:
    left = Fulfilment("f1", OrderId("o1"), (FulfilmentLine("l0", 2),), dispatched_at=NOW)
    planned = evolve(left, id="f2", dispatched_at=None)
    placed = evolve(order(("a", 5)), fulfilments=(left, planned))
    assert pieces(make(placed, offer("x", "a")).value, "l0") == (0, 3, 0)


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(InvalidValue):
        make(order(("a", 1)), max_lines=0)
    limit = {SkuId("a"): Price(Decimal(3), "USD")}
    with pytest.raises(CurrencyMismatch):
        make(order(("a", 1)), offer("x", "a"), unit_limit=limit)
