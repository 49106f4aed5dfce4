from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given

from crossborder.errors import InvalidValue
from crossborder.model.ids import OfferId, SkuId
from crossborder.model.stock import RealStock, VirtualStock
from crossborder.model.time import Window
from crossborder.testing.strategies import real_stock, virtual_stock

AT = datetime(2026, 11, 2, tzinfo=UTC)
TICK = timedelta(microseconds=1)


@given(real_stock())
def test_free_and_missing_pieces_are_never_negative_and_never_both(stock: RealStock) -> None:
    assert stock.free == max(0, stock.on_hand - stock.allocated - stock.held)
    assert stock.shortage == max(0, stock.allocated - stock.on_hand)
    assert not (stock.free and stock.shortage)


@given(virtual_stock())
def test_nothing_is_promised_once_the_deadline_has_passed(stock: VirtualStock) -> None:
    assert stock.promisable(stock.sellable_until - TICK) == stock.sellable
    assert stock.promisable(stock.sellable_until) == 0
    assert stock.promisable(stock.order_by) == 0


def _virtual(**changed: object) -> VirtualStock:
    given: dict[str, object] = {
        "sku_id": SkuId("s"),
        "offer_id": OfferId("o"),
        "sellable": 3,
        "order_by": AT,
        "sellable_until": AT,
        "promise": Window(AT, AT),
        "confidence": Decimal("0.9"),
        "observed_at": AT,
    }
    return VirtualStock(**(given | changed))  # type: ignore[arg-type]


def test_virtual_stock_is_not_sold_beyond_its_order_by_deadline() -> None:
    with pytest.raises(InvalidValue, match="is after the order-by deadline") as caught:
        _virtual(sellable_until=AT + TICK)
    assert caught.value.field == "sellable_until"


@pytest.mark.parametrize("confidence", [Decimal("1.01"), Decimal("-0.01")])
def test_a_confidence_is_a_probability(confidence: Decimal) -> None:
    with pytest.raises(InvalidValue) as caught:
        _virtual(confidence=confidence)
    assert (caught.value.field, caught.value.value) == ("confidence", confidence)
