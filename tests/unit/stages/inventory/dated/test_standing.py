from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from crossborder.errors import InvalidValue
from crossborder.model.ids import OfferId, OrderId, SkuId, WarehouseId
from crossborder.model.stock import SkuStock, StockAccount, StockBalance, VirtualStock
from crossborder.model.time import Window
from crossborder.stages.inventory.dated import available_to_promise, forecast, standing
from crossborder.stages.inventory.ledger import (
    Allocate,
    Announce,
    Expect,
    Hold,
    Receive,
    StockBook,
    StockLine,
    Transfer,
)

NOW = datetime(2026, 11, 2, tzinfo=UTC)
DAY = timedelta(days=1)
CUP, HOME, ABROAD = SkuId("CUP"), WarehouseId("home"), WarehouseId("abroad")


def filled() -> StockBook:
    book = StockBook((HOME, ABROAD))
    offer = VirtualStock(
        *(CUP, OfferId("o"), 5, NOW + DAY, NOW + DAY, Window(NOW, NOW + 9 * DAY)),
        *(Decimal("0.9"), NOW),
    )
    for command in (
        Receive("r1", CUP, HOME, 10),
        Receive("r2", CUP, HOME, 3, "opened"),
        Receive("r3", CUP, ABROAD, 2),
        Announce("o1", offer),
        Allocate("a1", OrderId("1"), (StockLine("1", CUP, 4, warehouses=(HOME,)),)),
        Allocate("a2", OrderId("2"), (StockLine("1", CUP, 9, offers=(OfferId("o"),)),)),
        Expect("e1", CUP, HOME, 6, Window(NOW + DAY, NOW + 3 * DAY), Decimal("0.95")),
        Expect("e2", CUP, HOME, 6, Window(NOW + DAY, NOW + 3 * DAY), Decimal("0.5")),
    ):
        assert not book.obey(command, NOW).problems
    return book


def test_the_ledgers_figures_are_the_positions() -> None:
    book = filled()
    position = standing(book.stock(CUP))
    assert (position.on_hand, position.allocated) == (12, 12)
    home = standing(book.stock(CUP), warehouse_id=HOME)
    assert (home.on_hand, home.allocated, home.warehouse_id) == (10, 10, HOME)
    assert [item.expected for item in position.incoming] == [NOW + 2 * DAY] * 2


def test_what_is_coming_surely_can_be_promised_from_its_last_day() -> None:
    position = standing(filled().stock(CUP))
    free = [available_to_promise(position, NOW + n * DAY, now=NOW).value for n in (0, 2, 3)]
    assert free == [0, 0, 6]


def test_a_hold_over_two_warehouses_is_one_and_ends_by_itself() -> None:
    book = StockBook((HOME, ABROAD))
    book.obey(Receive("r1", CUP, HOME, 2), NOW)
    book.obey(Receive("r2", CUP, ABROAD, 2), NOW)
    book.obey(Hold("h", (StockLine("1", CUP, 3),), NOW + DAY), NOW)
    position = standing(book.stock(CUP))
    assert [(hold.ref, hold.quantity) for hold in position.holds] == [("h", 3)]
    assert [forecast(position, now, now=now) for now in (NOW, NOW + DAY)] == [1, 4]


def test_a_transfer_that_is_due_comes_in_where_it_goes() -> None:
    book = StockBook((HOME, ABROAD))
    book.obey(Receive("r1", CUP, HOME, 5), NOW)
    due = Window(NOW + DAY, NOW + 2 * DAY)
    book.obey(Transfer("t", CUP, 3, HOME, ABROAD, due=due), NOW)
    assert standing(book.stock(CUP), warehouse_id=HOME).incoming == ()
    (coming,) = standing(book.stock(CUP), warehouse_id=ABROAD).incoming
    assert (coming.quantity, coming.latest, coming.confidence) == (3, due.latest, Decimal(1))


def test_a_delivery_without_a_window_is_named() -> None:
    lost = StockBalance(StockAccount.INCOMING, 3, warehouse_id="home", ref="e9")
    with pytest.raises(InvalidValue, match="has no window") as caught:
        standing(SkuStock(CUP, 1, (lost,)))
    assert (caught.value.value, caught.value.source) == ("e9", "CUP")
