"""What each command of the stock ledger does, by example; long histories: `test_machine.py`."""

from datetime import UTC, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve

from crossborder.errors import InvalidValue, NaiveTime
from crossborder.model.decision import recording
from crossborder.model.ids import OfferId, OrderId, SkuId, WarehouseId
from crossborder.model.outcome import Done, Refused
from crossborder.model.stock import SkuStock, StockAccount, VirtualStock
from crossborder.model.time import Window
from crossborder.replay import replay, to_record
from crossborder.stages.inventory.ledger import (
    Allocate,
    Announce,
    Buy,
    Cancel,
    Close,
    Command,
    Count,
    Cover,
    Expect,
    Free,
    Hold,
    Land,
    Obeyed,
    Receive,
    Regrade,
    Release,
    Return,
    Ship,
    StockBook,
    StockLine,
    Transfer,
    WriteOff,
    decide,
    touched,
)
from unit.stages.inventory.ledger.world import HOMES, SKUS, START, TICK

CUP, POT, _ = SKUS
HOME, ABROAD, FBA = HOMES
ORDER, OTHER = OrderId("1001"), OrderId("1002")
CHEAP = OfferId("cheap")
SOON = START + timedelta(minutes=15)


def book(home: int = 0, abroad: int = 0, sku: SkuId = CUP) -> StockBook:
    made = StockBook(HOMES)
    for name, where, pieces in (("h", HOME, home), ("a", ABROAD, abroad)):
        if pieces:
            made.obey(Receive(f"{name}-{sku}", sku, where, pieces), START)
    return made


def line(pieces: int, id: str = "1", sku: SkuId = CUP, **more: object) -> StockLine:
    return StockLine(id, sku, pieces, **more)  # type: ignore[arg-type]


def offer(pieces: int, until: int = 60, age: int = 0, sku: SkuId = CUP) -> VirtualStock:
    end = START + timedelta(minutes=until)
    promise = Window(START, START + timedelta(days=9))
    read = START - timedelta(minutes=age)
    return VirtualStock(sku, CHEAP, pieces, end, end, promise, Decimal("0.9"), read)


def codes(obeyed: Obeyed) -> list[str]:
    return [problem.code for problem in obeyed.problems]


def told(obeyed: Obeyed) -> list[tuple[str, int]]:
    return [
        (event.name, event.facts["pieces"]) for event in obeyed.events if "pieces" in event.facts
    ]


def at(stock: StockBook, account: StockAccount, sku: SkuId = CUP) -> list[tuple[str, int]]:
    return [
        (one.warehouse_id or one.offer_id, one.quantity)
        for one in stock.stock(sku).balances
        if one.account is account
    ]


# What three well-known shops get wrong.


def test_using_a_hold_never_makes_allocated_pieces_free() -> None:
    stock = book(home=5, abroad=5)
    stock.obey(Allocate("a", ORDER, (line(5, warehouses=(HOME,)),)), START)
    stock.obey(Hold("h", (line(1),), SOON), START)
    assert codes(stock.ask(Allocate("b", OTHER, (line(6),), hold_id="h"), START)) == ["short"]
    stock.obey(Allocate("c", OTHER, (line(5),), hold_id="h"), START)
    assert at(stock, StockAccount.ALLOCATED) == [(ABROAD, 5), (HOME, 5)]


def test_thirteen_of_ten_and_fifteen_takes_thirteen() -> None:
    stock = book(home=10, abroad=15)
    stock.obey(Allocate("a", ORDER, (line(13),)), START)
    assert at(stock, StockAccount.ALLOCATED) == [(ABROAD, 3), (HOME, 10)]


def test_two_lines_of_one_item_are_not_checked_apart() -> None:
    stock = book(home=5)
    lines = (line(3, "1"), line(3, "2"))
    assert codes(stock.obey(Allocate("a", ORDER, lines), START)) == ["short"]
    assert stock.free(CUP, START) == 5
    assert not stock.obey(Allocate("b", ORDER, (line(3, "1"), line(2, "2"))), START).problems


# Holds.


def test_a_hold_ends_by_itself_at_its_time() -> None:
    stock = book(home=5)
    stock.obey(Hold("h", (line(4),), SOON), START)
    assert [stock.free(CUP, now) for now in (START, SOON - TICK, SOON)] == [1, 1, 5]
    assert stock.free(CUP, START) == 1


def test_a_question_about_an_earlier_time_sees_the_hold_again() -> None:
    stock = book(home=5)
    stock.obey(Hold("h", (line(4),), SOON), START)
    stock.obey(Hold("i", (line(1),), SOON + TICK), START)
    assert [stock.free(CUP, now) for now in (SOON, START, SOON + TICK, START)] == [4, 0, 5, 0]


def test_a_hold_is_released_once() -> None:
    stock = book(home=5)
    stock.obey(Hold("h", (line(4),), SOON), START)
    stock.obey(Release("r", "h", (CUP,)), START)
    stock.obey(Release("s", "h", (CUP,)), START)
    assert stock.free(CUP, START) == 5 == stock.free(CUP, SOON)


def test_a_hold_that_is_over_before_it_begins_is_refused() -> None:
    assert codes(book(home=5).obey(Hold("h", (line(1),), START), START)) == ["over"]


def test_an_expired_hold_cannot_be_allocated() -> None:
    stock = book(home=5)
    stock.obey(Hold("h", (line(4),), SOON), START)
    late = Allocate("a", ORDER, (line(4),), hold_id="h")
    assert codes(stock.obey(late, SOON)) == ["hold_expired"]
    assert codes(stock.obey(evolve(late, id="b", hold_id="x"), START)) == ["unknown_hold"]
    assert not stock.obey(evolve(late, id="c"), SOON - TICK).problems


def test_held_pieces_that_are_allocated_are_counted_once() -> None:
    stock = book(home=5)
    stock.obey(Hold("h", (line(4),), SOON), START)
    stock.obey(Allocate("a", ORDER, (line(4),), hold_id="h"), START)
    (real,) = stock.real(CUP, START)
    assert (real.allocated, real.held, real.free) == (4, 0, 1)
    assert stock.free(CUP, SOON) == 1


def test_the_rest_beyond_a_hold_comes_from_free_pieces_and_what_it_leaves_is_free() -> None:
    stock = book(home=5)
    stock.obey(Hold("h", (line(3),), SOON), START)
    assert not stock.obey(Allocate("a", ORDER, (line(5),), hold_id="h"), START).problems
    stock = book(home=5)
    stock.obey(Hold("h", (line(3),), SOON), START)
    stock.obey(Allocate("a", ORDER, (line(1),), hold_id="h"), START)
    assert stock.free(CUP, START) == 4


# Allocating.


def test_a_refused_order_leaves_no_trace() -> None:
    stock = book(home=5)
    before = stock.stock(CUP)
    refused = stock.obey(Allocate("a", ORDER, (line(2, "1"), line(9, "2"))), START)
    assert refused.problems[0].text == "6 of CUP are missing for line 2"
    assert (refused.problems[0].field, refused.problems[0].extra["missing"]) == ("lines.2", 6)
    assert not refused.moves
    assert stock.stock(CUP) == before


def test_lines_that_can_go_elsewhere_make_room_for_those_that_cannot() -> None:
    for turned in (False, True):
        stock = book(home=2, abroad=2)
        lines = (line(2, "1"), line(2, "2", warehouses=(HOME,)))
        obeyed = stock.obey(Allocate("a", ORDER, lines[::-1] if turned else lines), START)
        assert not obeyed.problems
        assert at(stock, StockAccount.ALLOCATED) == [(ABROAD, 2), (HOME, 2)]


def test_one_line_may_be_taken_from_named_warehouses_in_named_shares() -> None:
    stock = book(home=5, abroad=5)
    shares = (line(2, warehouses=(HOME,)), line(4, warehouses=(ABROAD,)))
    assert not stock.obey(Allocate("a", ORDER, shares), START).problems
    assert at(stock, StockAccount.ALLOCATED) == [(ABROAD, 4), (HOME, 2)]
    over = (line(4, warehouses=(HOME,)), line(9, warehouses=(ABROAD,)))
    refused = stock.ask(Allocate("b", OTHER, over), START)
    assert sum(problem.extra["missing"] for problem in refused.problems) == 9
    assert not stock.obey(Ship("s", ORDER, (line(6),)), START).problems


def test_a_cancelled_order_that_was_promised_nothing_is_told() -> None:
    stock = book(home=5)
    (event,) = stock.obey(Cancel("c", ORDER, (CUP,)), START).events
    assert (event.name, event.subject) == ("inventory.nothing_cancelled", ORDER)


def test_a_closed_book_knows_only_what_it_was_made_with() -> None:
    closed = StockBook(HOMES, (book(home=5).stock(CUP),), closed=True)
    assert closed.free(CUP, START) == 5
    with pytest.raises(InvalidValue, match="was not read into this book"):
        closed.free(POT, START)


def test_what_belongs_to_a_name_can_be_asked_for_by_account() -> None:
    stock = book(home=5)
    stock.obey(Hold("1001", (line(1),), SOON), START)
    stock.obey(Allocate("a", ORDER, (line(2),)), START)
    assert [one.quantity for _, one in stock.of("1001", StockAccount.ALLOCATED)] == [2]
    assert len(stock.of("1001")) == 2


def test_a_backorder_says_what_is_missing_and_waits_for_it() -> None:
    stock = book(home=5)
    obeyed = stock.obey(Allocate("a", ORDER, (line(7),), backorder=True), START)
    assert told(obeyed) == [("inventory.short", 2)]
    (real,) = stock.real(CUP, START)
    assert (real.allocated, real.shortage, real.free) == (7, 2, 0)
    assert codes(stock.obey(Ship("s", ORDER, (line(7),)), START)) == ["not_allocated"]
    came = stock.obey(Receive("r", CUP, HOME, 1), START)
    assert told(came) == [("inventory.covered", 1)]
    assert stock.free(CUP, START) == 0
    stock.obey(Receive("q", CUP, HOME, 3), START)
    assert stock.free(CUP, START) == 2
    assert not stock.obey(Ship("t", ORDER, (line(7),)), START).problems


def test_whoever_waits_takes_nothing_that_others_were_promised_or_hold() -> None:
    stock = book(home=5)
    stock.obey(Allocate("a", ORDER, (line(3),)), START)
    stock.obey(Hold("h", (line(2),), SOON), START)
    stock.obey(Allocate("b", OTHER, (line(3),), backorder=True), START)
    assert codes(stock.ask(Ship("s", OTHER, (line(3),)), START)) == ["not_allocated"]
    assert not stock.ask(Allocate("c", OrderId("3"), (line(2),), "h"), START).problems
    assert not stock.obey(Ship("t", ORDER, (line(3),)), START).problems


def test_what_becomes_free_by_itself_goes_to_the_longest_wait_first() -> None:
    stock = book(home=4)
    stock.obey(Hold("h", (line(4),), SOON), START)
    for name, at_ in (("1", START), ("2", START + TICK)):
        wait = Allocate(f"b{name}", OrderId(name), (line(3),), backorder=True)
        assert told(stock.obey(wait, at_)) == [("inventory.short", 3)]
    assert codes(stock.ask(Allocate("n", OrderId("3"), (line(1),)), SOON)) == ["short"]
    covered = stock.obey(Cover("c", (CUP,)), SOON)
    assert [(event.facts["order_id"], event.facts["pieces"]) for event in covered.events] == [
        ("1", 3),
        ("2", 1),
    ]
    again = Allocate("b3", OrderId("2"), (line(1),), backorder=True)
    assert codes(stock.obey(again, SOON)) == ["awaits_already"]


def test_letting_go_of_a_hold_that_is_over_makes_no_room_for_those_who_wait() -> None:
    stock = book(home=2)
    stock.obey(Hold("h", (line(2),), SOON), START)
    stock.obey(Allocate("a", ORDER, (line(2),)), SOON)
    stock.obey(Allocate("b", OTHER, (line(1),), backorder=True), SOON)
    assert told(stock.obey(Release("r", "h", (CUP,)), SOON)) == []
    (real,) = stock.real(CUP, SOON)
    assert (real.allocated, real.shortage) == (3, 1)
    assert at(stock, StockAccount.ALLOCATED) == [(HOME, 2)]


def test_a_backorder_waits_at_a_warehouse_and_never_at_an_offer() -> None:
    stock = book()
    stock.obey(Announce("o", offer(2)), START)
    stock.obey(Hold("h", (line(1, offers=(CHEAP,)),), SOON), START)
    wanted = line(5, warehouses=(ABROAD,), offers=(CHEAP,))
    stock.obey(Allocate("a", ORDER, (wanted,), "h", backorder=True), START)
    assert at(stock, StockAccount.AWAITED) == [(ABROAD, 3)]
    assert at(stock, StockAccount.ALLOCATED) == [(CHEAP, 2)]
    stock.obey(Cancel("c", ORDER, (CUP,)), START)
    assert at(stock, StockAccount.AWAITED) == []
    nowhere = StockBook(())
    virtual = (line(1, offers=(CHEAP,)),)
    assert codes(nowhere.obey(Allocate("x", ORDER, virtual, backorder=True), START)) == [
        "unknown_warehouse"
    ]


def test_bundles_share_their_parts_with_other_lines_of_the_cart() -> None:
    stock = book(home=5)
    stock.obey(Receive("p", POT, HOME, 9), START)
    parts = ((CUP, 2), (POT, 1))
    two = line(2, "1", SkuId("SET"), parts=parts)
    assert codes(stock.ask(Allocate("a", ORDER, (two, line(2, "2"))), START)) == ["short"]
    assert not stock.obey(Allocate("b", ORDER, (two, line(1, "2"))), START).problems
    assert (stock.free(CUP, START), stock.free(POT, START)) == (0, 7)


def test_freeing_more_than_was_allocated_is_refused() -> None:
    stock = book(home=5)
    stock.obey(Allocate("a", ORDER, (line(2),)), START)
    assert codes(stock.obey(Free("f", ORDER, (line(3),)), START)) == ["not_allocated"]
    assert not stock.obey(Free("g", ORDER, (line(2),)), START).problems
    assert stock.free(CUP, START) == 5


def test_a_cancelled_order_gives_back_all_its_pieces_once() -> None:
    stock = book(home=2, abroad=3)
    stock.obey(Allocate("a", ORDER, (line(4),)), START)
    for name in ("c", "d"):
        stock.obey(Cancel(name, ORDER, (CUP,)), START)
        assert stock.free(CUP, START) == 5


def test_named_places_are_the_only_ones_that_pieces_are_taken_back_from() -> None:
    stock = book(home=2, abroad=2)
    stock.obey(Allocate("a", ORDER, (line(4),)), START)
    stock.obey(Free("f", ORDER, (line(2),), warehouse_id=ABROAD), START)
    assert at(stock, StockAccount.ALLOCATED) == [(HOME, 2)]
    elsewhere = Free("g", ORDER, (line(1),), offer_id=CHEAP)
    assert codes(stock.obey(elsewhere, START)) == ["not_allocated"]


# Shipping and returning.


def test_shipped_pieces_leave_the_shelf_and_the_promise() -> None:
    stock = book(home=5)
    stock.obey(Allocate("a", ORDER, (line(4),)), START)
    stock.obey(Ship("s", ORDER, (line(3),)), START)
    (real,) = stock.real(CUP, START)
    assert (real.on_hand, real.allocated, real.free) == (2, 1, 1)
    assert at(stock, StockAccount.SHIPPED) == [("", 3)]


def test_no_more_pieces_come_back_than_went() -> None:
    stock = book(home=5)
    stock.obey(Allocate("a", ORDER, (line(4),)), START)
    stock.obey(Ship("s", ORDER, (line(3),)), START)
    assert codes(stock.obey(Return("r", ORDER, line(4), HOME), START)) == ["not_shipped"]
    assert not stock.obey(Return("t", ORDER, line(2), HOME), START).problems
    assert codes(stock.obey(Return("u", ORDER, line(2), HOME), START)) == ["not_shipped"]


def test_opened_pieces_that_come_back_are_not_sellable() -> None:
    stock = book(home=5)
    stock.obey(Allocate("a", ORDER, (line(3),)), START)
    stock.obey(Ship("s", ORDER, (line(3),)), START)
    stock.obey(Return("r", ORDER, line(3), HOME, "opened"), START)
    assert stock.free(CUP, START) == 2
    assert [(one.condition, one.on_hand) for one in stock.real(CUP, START)] == [
        ("opened", 3),
        ("sellable", 2),
    ]
    assert not stock.obey(Regrade("g", CUP, HOME, 3, "opened", "sellable"), START).problems
    assert stock.free(CUP, START) == 5


# Goods.


def test_a_short_delivery_is_told_when_it_is_closed_and_a_long_one_at_once() -> None:
    stock = book()
    due = Window(START, START + timedelta(days=3))
    stock.obey(Expect("x", CUP, HOME, 10, due), START)
    assert told(stock.obey(Receive("r", CUP, HOME, 4, expected_id="x"), START)) == []
    assert at(stock, StockAccount.INCOMING) == [(HOME, 6)]
    assert told(stock.obey(Close("c", "x", CUP), START)) == [("inventory.short_receipt", 6)]
    assert at(stock, StockAccount.INCOMING) == []
    late = Receive("s", CUP, HOME, 1, expected_id="x")
    assert codes(stock.obey(late, START)) == ["unknown_delivery"]
    stock.obey(Expect("y", CUP, HOME, 2, due), START)
    over = stock.obey(Receive("t", CUP, HOME, 5, expected_id="y"), START)
    assert told(over) == [("inventory.over_receipt", 3)]
    assert stock.free(CUP, START) == 9


def test_a_count_sets_the_figure_and_tells_of_promises_beyond_it() -> None:
    stock = book(home=5)
    stock.obey(Allocate("a", ORDER, (line(4),)), START)
    assert told(stock.obey(Count("c", CUP, HOME, 3), START)) == [("inventory.short", 1)]
    (real,) = stock.real(CUP, START)
    assert (real.on_hand, real.shortage, stock.free(CUP, START)) == (3, 1, 0)
    (differs,) = stock.ask(Count("e", CUP, HOME, 4), START).events
    assert differs.name == "inventory.count_differs"
    assert (differs.facts["booked"], differs.facts["counted"]) == (3, 4)
    assert told(stock.obey(Count("d", CUP, HOME, 6), START)) == []
    assert stock.free(CUP, START) == 2


def test_a_count_that_finds_no_difference_is_not_applied_later() -> None:
    stock = book(home=5)
    count = Count("c", CUP, HOME, 5)
    stock.obey(count, START)
    stock.obey(Receive("r", CUP, HOME, 5), START)
    assert stock.obey(count, START).repeated
    assert stock.free(CUP, START) == 10


def test_a_count_may_say_what_the_books_said_when_it_was_made() -> None:
    stock = book(home=5)
    stock.obey(Allocate("a", ORDER, (line(3),)), START)
    stock.obey(Ship("s", ORDER, (line(3),)), START)
    stock.obey(Count("c", CUP, HOME, 4, booked=5), START)
    assert stock.free(CUP, START) == 1
    assert codes(stock.obey(Count("d", CUP, HOME, 0, booked=2), START)) == ["short"]


def test_a_lost_piece_does_not_block_those_who_hold_the_others() -> None:
    stock = book(home=10)
    for n in range(10):
        stock.obey(Hold(f"h{n}", (line(1),), SOON), START)
    lost = stock.obey(Count("c", CUP, HOME, 9), START)
    assert told(lost) == [("inventory.holds_uncovered", 1)]
    served = [
        stock.obey(Allocate(f"a{n}", ORDER, (line(1, f"{n}"),), f"h{n}"), START) for n in range(10)
    ]
    assert [codes(one) for one in served] == [[]] * 9 + [["short"]]
    assert [(one.on_hand, one.allocated) for one in stock.real(CUP, START)] == [(9, 9)]


def test_what_was_promised_and_is_not_there_is_not_shipped() -> None:
    stock = book(home=5, abroad=2)
    stock.obey(Allocate("a", ORDER, (line(7),)), START)
    stock.obey(Count("c", CUP, HOME, 3), START)
    assert codes(stock.obey(Ship("s", ORDER, (line(7),)), START)) == ["not_there"]
    assert codes(stock.obey(Ship("t", ORDER, (line(4),), warehouse_id=HOME), START)) == [
        "not_there"
    ]
    assert not stock.obey(Ship("u", ORDER, (line(5),)), START).problems
    assert at(stock, StockAccount.ALLOCATED) == [(HOME, 2)]


def test_the_line_that_was_allocated_is_understood_by_every_later_command() -> None:
    stock = book(home=2)
    stock.obey(Announce("o", offer(5)), START)
    wanted = line(3, warehouses=(HOME,), offers=(CHEAP,))
    stock.obey(Allocate("a", ORDER, (wanted,)), START)
    assert not stock.ask(Free("f", ORDER, (wanted,)), START).problems
    stock.obey(Buy("b", ORDER, evolve(wanted, quantity=1), CHEAP), START)
    mine = Receive("r", CUP, HOME, 1, "sellable", None, ORDER, "1", CHEAP)
    assert not stock.obey(mine, START).problems
    assert not stock.obey(Ship("s", ORDER, (wanted,)), START).problems
    assert not stock.obey(Return("t", ORDER, wanted, ABROAD), START).problems


def test_a_hold_is_changed_in_one_step() -> None:
    stock = book(home=3)
    stock.obey(Hold("h", (line(2),), SOON), START)
    later = SOON + timedelta(minutes=5)
    assert codes(stock.ask(Hold("i", (line(3),), later), START)) == ["short"]
    assert not stock.obey(Hold("i", (line(3),), later, replaces="h"), START).problems
    assert [stock.free(CUP, now) for now in (START, SOON, later)] == [0, 0, 3]
    assert stock.of("h") == ()
    assert codes(stock.ask(Hold("j", (line(4),), later, replaces="i"), START)) == ["short"]
    assert codes(stock.ask(Hold("k", (line(1),), later, replaces="gone"), START)) == ["short"]


def test_a_transfer_is_landed_and_never_received() -> None:
    stock = book(home=4)
    stock.obey(Transfer("t", CUP, 4, HOME, ABROAD, due=Window(START, SOON)), START)
    refused = stock.obey(Receive("r", CUP, ABROAD, 4, expected_id="t"), START)
    assert codes(refused) == ["is_transfer"]
    stock.obey(Land("l", "t", CUP, ABROAD, 4), START)
    assert stock.free(CUP, START) == 4


def test_all_that_belongs_to_an_order_a_cart_or_a_transfer_can_be_asked_for() -> None:
    stock = book(home=5)
    stock.obey(Receive("p", POT, HOME, 5), START)
    stock.obey(Allocate("a", ORDER, (line(2), line(1, "2", POT))), START)
    stock.obey(Hold("h", (line(1),), SOON), START)
    stock.obey(Transfer("t", POT, 2, HOME, ABROAD), START)
    assert [(sku, one.quantity) for sku, one in stock.of(ORDER)] == [(CUP, 2), (POT, 1)]
    assert [(sku, one.until) for sku, one in stock.of("h")] == [(CUP, SOON)]
    assert [(one.account, one.quantity) for _, one in stock.of("t")] == [("in_transit", 2)]
    assert (stock.of("nothing"), stock.sku_ids) == ((), (CUP, POT))


def test_promised_and_held_pieces_are_not_written_off_regraded_or_sent_away() -> None:
    stock = book(home=5)
    stock.obey(Allocate("a", ORDER, (line(2),)), START)
    stock.obey(Hold("h", (line(1),), SOON), START)
    for command in (
        WriteOff("w", CUP, HOME, 3, "broken"),
        Regrade("g", CUP, HOME, 3, "sellable", "damaged"),
        Transfer("t", CUP, 3, HOME, ABROAD),
    ):
        refused = stock.ask(command, START)
        assert codes(refused) == ["short"]
        assert refused.problems[0].extra["missing"] == 1
        assert not stock.ask(evolve(command, quantity=2), START).problems
        assert not stock.ask(command, SOON).problems


def test_pieces_on_the_way_are_ours_and_at_no_warehouse() -> None:
    stock = book(home=5)
    due = Window(START, START + timedelta(days=3))
    stock.obey(Transfer("t", CUP, 4, HOME, ABROAD, owner="our company abroad", due=due), START)
    assert stock.free(CUP, START) == 1
    assert at(stock, StockAccount.IN_TRANSIT) == [(ABROAD, 4)] == at(stock, StockAccount.INCOMING)
    assert stock.stock(CUP).balances[0].line_id == "our company abroad"
    assert told(stock.obey(Land("l", "t", CUP, ABROAD, 1), START)) == []
    assert stock.free(CUP, START, ABROAD) == 1
    assert told(stock.obey(Close("c", "t", CUP), START)) == [("inventory.lost_in_transit", 3)]
    assert at(stock, StockAccount.LOST) == [("", 3)]
    assert at(stock, StockAccount.IN_TRANSIT) == [] == at(stock, StockAccount.INCOMING)
    assert codes(stock.obey(Land("m", "t", CUP, ABROAD, 1), START)) == ["unknown_delivery"]
    assert codes(stock.obey(Close("d", "t", CUP), START)) == ["unknown_delivery"]


def test_more_pieces_than_were_sent_are_booked_and_told() -> None:
    stock = book(home=5)
    stock.obey(Transfer("t", CUP, 2, HOME, ABROAD), START)
    assert told(stock.obey(Land("l", "t", CUP, ABROAD, 3), START)) == [
        ("inventory.over_receipt", 1)
    ]
    assert stock.free(CUP, START, ABROAD) == 3


# Virtual stock.


def test_an_offer_is_promised_until_its_end_and_no_further() -> None:
    stock = book()
    stock.obey(Announce("o", offer(5)), START)
    end = START + timedelta(minutes=60)
    assert [stock.promisable(CUP, CHEAP, now) for now in (START, end - TICK, end)] == [5, 5, 0]
    wanted = Allocate("a", ORDER, (line(1, offers=(CHEAP,)),))
    assert codes(stock.ask(wanted, end)) == ["short"]
    assert not stock.ask(wanted, end - TICK).problems


def test_virtual_stock_is_used_after_the_warehouses_and_only_when_named() -> None:
    stock = book(home=2)
    stock.obey(Announce("o", offer(5)), START)
    assert codes(stock.ask(Allocate("a", ORDER, (line(3),)), START)) == ["short"]
    stock.obey(Allocate("b", ORDER, (line(3, offers=(CHEAP,)),)), START)
    assert at(stock, StockAccount.ALLOCATED) == [(CHEAP, 1), (HOME, 2)]


def test_an_older_reading_of_an_offer_changes_nothing() -> None:
    stock = book()
    stock.obey(Announce("o", offer(5, age=1)), START)
    ignored = stock.obey(Announce("p", offer(9, age=2)), START)
    assert [event.name for event in ignored.events] == ["inventory.older_reading"]
    assert stock.promisable(CUP, CHEAP, START) == 5
    stock.obey(Announce("q", offer(3, age=0)), START)
    assert stock.promisable(CUP, CHEAP, START) == 3


def test_a_reading_worked_out_anew_replaces_the_same_reading() -> None:
    stock = book()
    stock.obey(Announce("o", offer(5, until=600)), START)
    stock.obey(Announce("p", offer(3, until=30)), START + TICK)
    shown = [stock.promisable(CUP, CHEAP, START + timedelta(minutes=n)) for n in (1, 31)]
    assert shown == [3, 0]


def test_holds_that_an_offer_no_longer_covers_are_told() -> None:
    stock = book()
    stock.obey(Announce("o", offer(5, age=9)), START)
    stock.obey(Hold("h", (line(4, offers=(CHEAP,)),), SOON), START)
    assert told(stock.obey(Announce("p", offer(1)), START)) == [("inventory.holds_uncovered", 3)]


def test_promises_that_an_offer_no_longer_covers_raise_an_alarm() -> None:
    stock = book()
    stock.obey(Announce("o", offer(5, age=9)), START)
    stock.obey(Allocate("a", ORDER, (line(4, offers=(CHEAP,)),)), START)
    alarm = stock.obey(Announce("p", offer(1)), START)
    assert told(alarm) == [("inventory.uncovered", 3)]
    assert alarm.events[0].facts["offer_id"] == CHEAP
    assert stock.promisable(CUP, CHEAP, START) == 0


def test_what_was_bought_is_neither_promised_twice_nor_offered_again() -> None:
    stock = book()
    stock.obey(Announce("o", offer(5)), START)
    stock.obey(Allocate("a", ORDER, (line(3, offers=(CHEAP,)),)), START)
    assert codes(stock.obey(Buy("x", ORDER, line(4), CHEAP), START)) == ["not_allocated"]
    stock.obey(Buy("b", ORDER, line(3), CHEAP), START)
    assert stock.promisable(CUP, CHEAP, START) == 2
    assert at(stock, StockAccount.ORDERED) == [(CHEAP, 3)]
    stock.obey(Announce("p", offer(5)), START + TICK)
    assert stock.promisable(CUP, CHEAP, START + TICK) == 2
    stock.obey(Announce("q", offer(5, age=-1)), START + timedelta(minutes=1))
    assert stock.promisable(CUP, CHEAP, START + timedelta(minutes=1)) == 5


def test_pieces_bought_for_an_order_arrive_for_that_order() -> None:
    stock = book()
    stock.obey(Announce("o", offer(5)), START)
    stock.obey(Allocate("a", ORDER, (line(3, offers=(CHEAP,)),)), START)
    assert codes(stock.obey(Ship("s", ORDER, (line(3),)), START)) == ["not_allocated"]
    stock.obey(Buy("b", ORDER, line(3), CHEAP), START)
    mine = {"order_id": ORDER, "line_id": "1", "offer_id": CHEAP}
    arrived = stock.obey(Receive("r", CUP, HOME, 4, **mine), START)  # type: ignore[arg-type]
    assert told(arrived) == [("inventory.over_receipt", 1)]
    (real,) = stock.real(CUP, START)
    assert (real.on_hand, real.allocated, real.free) == (4, 3, 1)
    again = Receive("q", CUP, HOME, 1, **mine)  # type: ignore[arg-type]
    assert codes(stock.obey(again, START)) == ["not_bought"]
    assert not stock.obey(Ship("t", ORDER, (line(3),)), START).problems


def test_bought_pieces_may_leave_the_supplier_for_the_buyer() -> None:
    stock = book()
    stock.obey(Announce("o", offer(5)), START)
    stock.obey(Allocate("a", ORDER, (line(3, offers=(CHEAP,)),)), START)
    stock.obey(Buy("b", ORDER, line(2), CHEAP), START)
    assert codes(stock.ask(Ship("r", ORDER, (line(3),), offer_id=CHEAP), START)) == ["not_bought"]
    stock.obey(Ship("s", ORDER, (line(2),), offer_id=CHEAP), START)
    assert at(stock, StockAccount.SHIPPED) == [("", 2)]
    assert at(stock, StockAccount.ALLOCATED) == [(CHEAP, 1)]


def test_what_was_bought_for_a_cancelled_order_is_told() -> None:
    stock = book()
    stock.obey(Announce("o", offer(5)), START)
    stock.obey(Allocate("a", ORDER, (line(3, offers=(CHEAP,)),)), START)
    stock.obey(Buy("b", ORDER, line(2), CHEAP), START)
    cancelled = stock.obey(Cancel("c", ORDER, (CUP,)), START)
    assert told(cancelled) == [("inventory.bought_in_vain", 2)]
    assert stock.of(ORDER) == ()
    assert at(stock, StockAccount.ORDERED) == [(CHEAP, 2)]
    mine = Receive("r", CUP, HOME, 2, "sellable", None, ORDER, "1", CHEAP)
    assert codes(stock.obey(mine, START)) == ["not_bought"]
    assert not stock.obey(Receive("s", CUP, HOME, 2, offer_id=CHEAP), START).problems
    assert (at(stock, StockAccount.ORDERED), stock.free(CUP, START)) == ([], 2)


# Ids, versions, bad input.


def test_a_repeated_command_changes_nothing_and_another_use_of_its_id_is_refused() -> None:
    stock = book(home=5)
    first = Allocate("a", ORDER, (line(2),))
    assert not stock.obey(first, START).repeated
    assert stock.obey(first, SOON).repeated
    assert codes(stock.obey(Allocate("a", ORDER, (line(3),)), START)) == ["id_reused"]
    assert (stock.free(CUP, START), stock.versions((CUP,))) == (3, {CUP: 2})


def test_an_equal_command_is_a_repeat_however_it_is_written() -> None:
    stock = book(home=5)
    until = (START + timedelta(days=1)).astimezone(ZoneInfo("Asia/Shanghai"))
    stock.obey(Hold("h", (line(1),), until), START)
    assert stock.obey(Hold("h", (line(1),), until.astimezone(UTC)), START).repeated
    due = Window(START, SOON)
    stock.obey(Expect("e", CUP, HOME, 1, due, Decimal("0.9")), START)
    assert stock.obey(Expect("e", CUP, HOME, 1, due, Decimal("0.90")), START).repeated
    assert codes(stock.obey(Expect("e", CUP, HOME, 1, due), START)) == ["id_reused"]


def test_a_time_without_a_zone_is_refused_before_it_does_harm() -> None:
    stock = book(home=5)
    stock.obey(Hold("h", (line(1),), SOON), START)
    naive = START.replace(tzinfo=None)
    for question in (
        lambda: stock.obey(Allocate("a", ORDER, (line(1),)), naive),
        lambda: stock.free(CUP, naive),
        lambda: stock.real(CUP, naive),
        lambda: stock.promisable(CUP, CHEAP, naive),
    ):
        with pytest.raises(NaiveTime):
            question()
    assert stock.free(CUP, START) == 4


def test_a_book_is_made_of_several_warehouses_and_each_sku_once() -> None:
    with pytest.raises(InvalidValue, match="several ids"):
        StockBook("home")  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="given twice"):
        StockBook(HOMES, (SkuStock(CUP), SkuStock(CUP)))


def test_moves_that_come_twice_are_counted_once() -> None:
    stock = book(home=5)
    moves = stock.ask(Allocate("a", ORDER, (line(2),)), START).moves
    stock.add(moves)
    stock.add(moves)
    assert stock.free(CUP, START) == 3


@pytest.mark.parametrize(
    "command",
    [
        Hold("x", (line(1, warehouses=(WarehouseId("moon"),)),), SOON),
        Allocate("x", ORDER, (line(1, warehouses=(WarehouseId("moon"),)),)),
        Receive("x", CUP, WarehouseId("moon"), 1),
        Expect("x", CUP, WarehouseId("moon"), 1, Window(START, SOON)),
        Count("x", CUP, WarehouseId("moon"), 1),
        WriteOff("x", CUP, WarehouseId("moon"), 1, "broken"),
        Regrade("x", CUP, WarehouseId("moon"), 1, "sellable", "opened"),
        Transfer("x", CUP, 1, HOME, WarehouseId("moon")),
        Return("x", ORDER, line(1), WarehouseId("moon")),
        Land("x", "t", CUP, WarehouseId("moon"), 1),
        Ship("x", ORDER, (line(1),), WarehouseId("moon")),
        Free("x", ORDER, (line(1),), WarehouseId("moon")),
    ],
    ids=lambda command: type(command).__name__,
)
def test_an_unknown_warehouse_is_refused_by_name(command: Command) -> None:
    stock = book(home=5)
    refused = stock.obey(command, START)
    assert codes(refused) == ["unknown_warehouse"]
    assert refused.problems[0].extra["value"] == "moon"
    with pytest.raises(InvalidValue, match="is no warehouse of ours"):
        stock.free(CUP, START, WarehouseId("moon"))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (lambda: line(0), "quantity"),
        (lambda: line(-1), "quantity"),
        (lambda: line(1, parts=((CUP, 0),)), "parts"),
        (lambda: line(1, parts=((CUP, 1), (CUP, 1))), "parts"),
        (lambda: Allocate("a", ORDER, ()), "lines"),
        (lambda: Allocate("a", ORDER, (line(1), line(2))), "lines"),
        (lambda: Receive("r", CUP, HOME, 0), "quantity"),
        (lambda: Receive("r", CUP, HOME, 1, order_id=ORDER), "order_id"),
        (
            lambda: Receive("r", CUP, HOME, 1, "opened", None, ORDER, "1", CHEAP),
            "condition",
        ),
        (lambda: Count("c", CUP, HOME, -1), "counted"),
        (lambda: Expect("e", CUP, HOME, 1, Window(START, SOON), Decimal(95)), "confidence"),
        (lambda: Cancel("c", ORDER, ()), "sku_ids"),
        (lambda: Release("c", "h", ()), "sku_ids"),
        (lambda: Receive("r", CUP, HOME, 1, ""), "condition"),
        (lambda: Receive("r", CUP, HOME, 1, "Sellable"), "condition"),
        (lambda: Ship("s", ORDER, (line(1),), HOME, CHEAP), "offer_id"),
        (lambda: Regrade("g", CUP, HOME, 1, "opened", "opened"), "now"),
        (lambda: Transfer("t", CUP, 1, HOME, HOME), "destination"),
    ],
)
def test_a_command_that_makes_no_sense_cannot_be_written(wrong: object, field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        wrong()  # type: ignore[operator]
    assert caught.value.field == field


def test_the_pure_decision_says_what_the_book_does_and_replays() -> None:
    stock = book(home=5)
    values = (stock.stock(CUP), SkuStock(POT))
    for command, kind, code in (
        (Allocate("a", ORDER, (line(2),)), Done, "kept"),
        (Allocate("b", ORDER, (line(9),)), Refused, "short"),
        (Receive("h-CUP", CUP, HOME, 5), Done, "repeated"),
    ):
        with recording():
            decision = decide(values, command, warehouses=HOMES, now=START)
        assert isinstance(decision.value, kind)
        assert decision.codes == (code,)
        if isinstance(decision.value, Done):
            assert decision.value.value == stock.ask(command, START).moves
        assert replay(to_record(decision)) == evolve(decision, inputs=None)


def test_a_command_names_the_skus_it_touches() -> None:
    bundle = line(1, "2", SkuId("SET"), parts=((POT, 1), (CUP, 2)))
    assert touched(Allocate("a", ORDER, (bundle, line(1)))) == (CUP, POT)
    assert touched(Return("r", ORDER, bundle, HOME)) == (CUP, POT)
    assert touched(Announce("o", offer(1))) == (CUP,)
    assert touched(Close("c", "x", POT)) == (POT,)


def test_a_sku_shows_itself_as_a_table() -> None:
    stock = book(home=5)
    stock.obey(Allocate("a", OrderId("<b>"), (line(2),)), START)
    shown = stock.stock(CUP)._repr_html_()
    assert "&lt;b&gt;" in shown
    assert "on_hand" in shown
