from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.ids import OfferId, SkuId, WarehouseId
from crossborder.model.stock import RealStock, VirtualStock
from crossborder.model.time import Window
from crossborder.stages.inventory import available

NOW = datetime(2026, 11, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
SKU = SkuId("s1")


def real(on_hand: int, **fields: Any) -> RealStock:
    return RealStock(fields.pop("sku_id", SKU), WarehouseId("w"), on_hand, **fields)


def virtual(
    sellable: int, name: str = "o1", *, ends: datetime = NOW + HOUR, seen: datetime = NOW
) -> VirtualStock:
    promise = Window(NOW, NOW + HOUR)
    return VirtualStock(SKU, OfferId(name), sellable, ends, ends, promise, Decimal("0.9"), seen)


STOCKS = st.lists(
    st.builds(
        virtual,
        st.integers(0, 9),
        st.sampled_from(["a", "b"]),
        ends=st.sampled_from([NOW, NOW + HOUR]),
        seen=st.sampled_from([NOW, NOW - HOUR]),
    ),
    max_size=4,
)


@given(STOCKS, st.randoms(use_true_random=False), st.integers(0, 9))
def test_the_order_of_the_stocks_does_not_matter_and_nothing_is_below_zero(
    stocks: list[VirtualStock], chance: Any, safety: int
) -> None:
    shuffled = list(stocks)
    chance.shuffle(shuffled)
    one = available((), tuple(stocks), SKU, now=NOW, safety=safety)
    assert one == available((), tuple(shuffled), SKU, now=NOW, safety=safety)
    assert 0 <= one.value <= sum(stock.sellable for stock in stocks)


def test_real_and_virtual_pieces_are_offered_less_the_safety() -> None:
    decision = available((real(10, allocated=2, held=1),), (virtual(5),), SKU, now=NOW, safety=4)
    assert decision.value == 8
    assert [(reason.code, reason.facts["pieces"]) for reason in decision.reasons] == [
        ("real", 7),
        ("virtual", 5),
        ("safety", 4),
    ]


def test_only_sellable_pieces_of_the_sku_count() -> None:
    stocks = (real(3), real(5, condition="damaged"), real(7, sku_id=SkuId("s2")))
    assert available(stocks, (), SKU, now=NOW).value == 3
    assert available((), (virtual(4),), SkuId("s2"), now=NOW).value == 0


def test_a_promise_past_its_deadline_counts_nothing() -> None:
    assert available((), (virtual(5, ends=NOW),), SKU, now=NOW).value == 0


def test_one_offer_is_not_promised_twice() -> None:
    older, newer = virtual(9, seen=NOW - HOUR), virtual(4)
    assert available((), (newer, older), SKU, now=NOW).value == 4
    assert available((), (newer, virtual(3)), SKU, now=NOW).value == 3
    assert available((), (newer, virtual(3, "o2")), SKU, now=NOW).value == 7


def test_safety_never_makes_the_offer_negative_and_is_never_negative_itself() -> None:
    assert available((real(3),), (), SKU, now=NOW, safety=9).value == 0
    with pytest.raises(InvalidValue, match=r"available\.safety must not be negative"):
        available((), (), SKU, now=NOW, safety=-1)
