"""What was allocated can be told to the stock book, piece by piece."""

from hypothesis import given
from hypothesis import strategies as st

from crossborder.model.ids import SkuId, WarehouseId
from crossborder.model.stock import StockAccount
from crossborder.stages.inventory.allocation import allocate, stock_lines
from crossborder.stages.inventory.ledger import Allocate, Receive, StockBook, StockLine
from unit.stages.inventory.allocation.build import NOW, demand, goods, lane, stocked, taken


@given(
    st.lists(
        st.tuples(st.sampled_from("lmn"), st.sampled_from("xy"), st.integers(1, 5)),
        min_size=1,
        unique_by=lambda one: one[:2],
    ),
    st.lists(st.integers(0, 9), min_size=3, max_size=3),
    st.lists(st.integers(0, 9), min_size=3, max_size=3),
)
def test_every_piece_that_was_allocated_stands_in_one_line(
    wanted: list[tuple[str, str, int]], one: list[int], two: list[int]
) -> None:
    stock = stocked(x=tuple(one), y=tuple(two))
    lanes = tuple(lane(name) for name in "abc")
    made = allocate(demand(*wanted), stock, lanes, goods("x", "y"), now=NOW).value
    found = stock_lines(made)
    assert {(line.warehouses[0], line.id, line.sku_id): line.quantity for line in found} == taken(
        made
    )
    assert len({(line.id, line.sku_id, line.warehouses) for line in found}) == len(found)
    assert bool(found) is made.served


def test_the_stock_book_takes_every_piece_from_where_it_was_decided() -> None:
    houses = tuple(WarehouseId(name) for name in "ab")
    book = StockBook(houses)
    free = {("x", "a"): 5, ("x", "b"): 4, ("y", "a"): 1}
    for place, ((sku, name), pieces) in enumerate(free.items()):
        book.obey(Receive(f"r{place}", SkuId(sku), WarehouseId(name), pieces), NOW)
    stock = tuple(row for sku in "xy" for row in book.real(SkuId(sku), NOW))
    want = demand(("l", "x", 3), ("set", "x", 2), ("set", "y", 1))
    # By itself the book would take from its first warehouse.
    lanes = (lane("a", "1", "5"), lane("b", "1"))
    made = allocate(want, stock, lanes, goods("x", "y"), now=NOW).value
    found = book.obey(Allocate("take", made.order_id, stock_lines(made)), NOW)
    assert found.problems == ()
    left = {(sku, name): book.free(SkuId(sku), NOW, WarehouseId(name)) for sku, name in free}
    assert left == {("x", "a"): 4, ("x", "b"): 0, ("y", "a"): 0}
    promised = {
        (move.warehouse_id, move.line_id, move.sku_id): move.quantity
        for move in found.moves
        if move.account is StockAccount.ALLOCATED
    }
    assert promised == taken(made)


def test_a_split_line_and_the_parts_of_a_bundle_are_lines_of_their_own() -> None:
    want = demand(("set", "x", 3), ("set", "y", 1))
    lanes = (lane("a"), lane("b"))
    made = allocate(want, stocked(x=(2, 1), y=(1, 0)), lanes, goods("x", "y"), now=NOW).value
    first, second = (WarehouseId("a"),), (WarehouseId("b"),)
    assert stock_lines(made) == (
        StockLine("set", SkuId("x"), 2, warehouses=first),
        StockLine("set", SkuId("x"), 1, warehouses=second),
        StockLine("set", SkuId("y"), 1, warehouses=first),
    )
