from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import InvalidValue, NaiveTime
from crossborder.model.ids import SkuId
from crossborder.stages.inventory.virtual import virtual_stock
from crossborder.stages.inventory.virtual.batch import (
    StockAsk,
    virtual_stock_all,
    virtual_stock_chunk,
)
from unit.stages.inventory.virtual.test_stock import DAY, LEAD, NOW, OFFERS, SHIP_BY, SKU, offer

OTHER = SkuId("s2")
ASKS = st.builds(
    StockAsk,
    OFFERS,
    st.sampled_from([SKU, OTHER]),
    st.integers(2, 9).map(lambda days: NOW + days * DAY),
    st.sampled_from([LEAD, evolve(LEAD, margin=DAY)]),
    st.sampled_from([None, NOW + 12 * DAY]),
    st.none() | st.integers(0, 60),
)


@given(st.lists(ASKS, max_size=9), st.integers(1, 4), st.integers(0, 80))
@settings(max_examples=25, deadline=None)
def test_a_row_gets_what_its_sku_gets_alone(asks: list[StockAsk], chunk: int, cap: int) -> None:
    level, fresh_for = Decimal("0.8"), timedelta(hours=30)
    alike: dict[str, Any] = {"now": NOW, "level": level, "cap": cap, "fresh_for": fresh_for}
    alone = [
        virtual_stock(
            ask.offer,
            ask.sku_id,
            ship_by=ask.ship_by,
            lead=ask.lead,
            deliver_by=ask.deliver_by,
            credible=ask.credible,
            **alike,
        )
        for ask in asks
    ]
    parts = list(virtual_stock_all(asks, chunk=chunk, **alike))
    assert [made.start for made in parts] == list(range(0, len(asks), chunk))
    assert [one for made in parts for one in made.stock] == [one.value for one in alone]
    assert [code for made in parts for code in made.why_not] == [
        one.codes[0] if one.value is None else None for one in alone
    ]


def test_the_last_fields_of_a_plain_tuple_may_be_left_out() -> None:
    rows = [(offer(20), SKU, SHIP_BY, LEAD), (offer(20), OTHER, SHIP_BY, LEAD)]
    told: list[int] = []
    (made,) = virtual_stock_all(rows, now=NOW, start=5, on_done=told.append)
    assert made.start == 5
    assert made.stock[0] is not None
    assert made.stock[1] is None
    assert made.why_not == (None, "sku_not_offered")
    assert told == [7]


@pytest.mark.parametrize(
    ("row", "field", "source"),
    [
        ((), "row", "row 3"),
        ((offer(), SKU, SHIP_BY), "row", "row 3"),
        (None, "row", "row 3"),
        (("o1", SKU, SHIP_BY, LEAD), "offer", "row 3"),
        ((offer(), 7, SHIP_BY, LEAD), "sku_id", "row 3"),
        ((offer(), SKU, "today", LEAD), "ship_by", "row 3"),
        ((offer(), SKU, SHIP_BY, DAY), "lead", "row 3"),
        ((offer(), SKU, SHIP_BY, LEAD, DAY), "deliver_by", "row 3"),
        ((offer(), SKU, SHIP_BY, LEAD, None, "5"), "credible", "row 3"),
        ((offer(), SKU, SHIP_BY, LEAD, None, 2.5), "credible", "row 3"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(row: Any, field: str, source: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        virtual_stock_chunk(3, [row], now=NOW)
    assert (caught.value.field, caught.value.source) == (field, source)


def test_a_row_that_cannot_be_decided_is_named_with_its_offer_and_sku() -> None:
    good = StockAsk(offer(), SKU, SHIP_BY, LEAD)
    naive = good._replace(ship_by=SHIP_BY.replace(tzinfo=None))
    with pytest.raises(NaiveTime, match=r"row 2 \(o1, s1\)\.ship_by"):
        list(virtual_stock_all([good, good, naive], now=NOW, chunk=2))


@pytest.mark.parametrize("wrong", [{"level": Decimal(1)}, {"fresh_for": timedelta(0)}, {"cap": -1}])
def test_what_holds_for_all_rows_is_refused_at_once(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue) as caught:
        virtual_stock_all([], now=NOW, **wrong)
    assert caught.value.field == next(iter(wrong))
