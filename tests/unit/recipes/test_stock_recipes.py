"""Many processes, one SKU, the ledgers of the recipes: never oversold, never lost, never twice."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import psycopg
import pytest
from attrs import frozen
from psycopg.errors import LockNotAvailable

from crossborder import Done, SkuId, StockAccount, StockMove
from crossborder.clients import StockKeeper
from crossborder.protocols import Appended
from crossborder.stages.inventory.ledger import Receive, StockBook
from postgres import Server
from unit.recipes.sellers import (
    CUP,
    HOME,
    NOW,
    Answer,
    Shop,
    answered,
    everything,
    sell_together,
)

RECEIPT = "receipt"


@frozen
class Size:
    """So many processes with so many orders each want so many pieces."""

    processes: int
    orders: int
    pieces: int

    @property
    def shares(self) -> list[list[str]]:
        return [[f"{who}-{n}" for n in range(self.orders)] for who in range(self.processes)]


SMALL = Size(2, 50, 60)
GATE, FULL = Size(2, 200, 250), Size(8, 500, 1000)

Open = Callable[[str], tuple[Shop, Size]]


@pytest.fixture(params=["sqlite", "postgresql"])
def opened(request: pytest.FixtureRequest, full_size: bool, tmp_path: Path) -> Open:
    """Opens a shop of that name, with its pieces received."""

    def filled(name: str) -> tuple[Shop, Size]:
        if request.param == "sqlite":
            shop, size = Shop.of("stock_sqlite.md", str(tmp_path / f"{name}.db"), tmp_path), SMALL
        else:
            server: Server = request.getfixturevalue("postgres")
            address = server.create(name)
            size = FULL if full_size else GATE
            shop = Shop.of("stock_postgresql.md", address, tmp_path)
        with shop.ledger() as ledger:
            receipt = Receive(RECEIPT, CUP, HOME, size.pieces)
            assert isinstance(StockKeeper(ledger, (HOME,)).obey(receipt, NOW).outcome, Done)
        return shop, size

    return filled


def prove(shop: Shop, size: Size, answers: Iterable[Answer]) -> None:
    """The ledger holds what was answered, once, and not a piece more than there was."""
    said = list(answers)
    with shop.ledger() as ledger:
        told = everything(ledger)
        ids = [move.id for entry in told for move in entry.moves[:1]]
        sold = set(ids) - {RECEIPT}
        assert [entry.position for entry in told] == list(range(1, len(told) + 1))
        assert len(set(ids)) == len(ids)

        accepted = {one.id for one in said if one.word in ("kept", "repeated")}
        refused = {one.id for one in said if one.word == "short"}
        assert accepted == sold
        assert refused == set(chain(*size.shares)) - sold
        assert max(Counter(one.id for one in said if one.word == "kept").values()) == 1
        assert len(sold) == min(size.pieces, size.processes * size.orders)

        followed = StockBook((HOME,))
        followed.add(move for entry in told for move in entry.moves)
        loaded = StockBook((HOME,))
        loaded.add(ledger.load((CUP,)))
        assert followed.stock(CUP) == loaded.stock(CUP)
        (shelf,) = loaded.real(CUP, NOW)
        assert (shelf.on_hand, shelf.allocated) == (size.pieces, len(sold))

        keeper = StockKeeper(ledger, (HOME,))
        assert {answered(keeper, one).word for one in sorted(accepted)} == {"repeated"}
        assert len(everything(ledger)) == len(told)


def test_processes_that_sell_one_sku_at_once_never_oversell_and_lose_nothing(opened: Open) -> None:
    shop, size = opened("together")
    answers = list(chain(*sell_together(shop, size.shares)))
    assert len(answers) == size.processes * size.orders
    assert {one.word for one in answers} == {"kept", "short"}
    prove(shop, size, answers)


def test_what_a_killed_process_sends_again_is_kept_once(opened: Open) -> None:
    shop, size = opened("killed")
    half = range(size.processes // 2)
    before = sell_together(shop, size.shares, victims=half)
    assert all(len(before[who]) < size.orders for who in half)
    after = sell_together(shop, [size.shares[who] for who in half])

    for who in half:
        was = {one.id: one.word for one in before[who]}
        now = {one.id: one.word for one in after[who]}
        assert set(now) == set(size.shares[who])
        assert {now[one] for one, word in was.items() if word == "kept"} <= {"repeated"}
    prove(shop, size, chain(*before, *after))


@frozen
class Held:
    """A pool of one connection that neither commits nor rolls back."""

    db: psycopg.Connection

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection]:
        yield self.db


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "taken back"])
def test_no_position_is_seen_before_an_earlier_one_and_none_is_left_out(
    postgres: Server, tmp_path: Path, kept: bool
) -> None:
    address = postgres.create(f"order_{kept}")
    shop = Shop.of("stock_postgresql.md", address, tmp_path)
    ledger_of, pot = shop.page().PostgresStockLedger, SkuId("POT")
    cups = (StockMove("cups", CUP, StockAccount.ON_HAND, 1, NOW, HOME, "sellable"),)
    pots = (StockMove("pots", pot, StockAccount.ON_HAND, 1, NOW, HOME, "sellable"),)
    with (
        shop.ledger() as ledger,
        psycopg.connect(address) as first,
        psycopg.connect(address, options="-c lock_timeout=50ms") as second,
    ):
        slow, quick = ledger_of(Held(first)), ledger_of(Held(second))
        assert slow.append(cups, expected_version={CUP: 0}) == Appended(1)
        with pytest.raises(LockNotAvailable):
            quick.append(pots, expected_version={pot: 0})
        second.rollback()
        assert everything(ledger) == []

        (first.commit if kept else first.rollback)()
        assert quick.append(pots, expected_version={pot: 0}) == Appended(1 + kept)
        second.commit()
        told = [(entry.position, entry.moves[0].id) for entry in everything(ledger)]
        assert told == ([(1, "cups"), (2, "pots")] if kept else [(1, "pots")])
