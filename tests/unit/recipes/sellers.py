"""Processes that sell from one ledger at once, with the class that a page shows."""

import re
import signal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.util import module_from_spec, spec_from_file_location
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import ModuleType

from attrs import field, frozen, mutable

from crossborder import Done, OrderId, SkuId, WarehouseId
from crossborder.clients import StockKeeper
from crossborder.protocols import Entry, StockLedger
from crossborder.stages.inventory.ledger import Allocate, StockLine

__all__ = [
    "CUP",
    "HOME",
    "NOW",
    "Answer",
    "Shop",
    "answered",
    "everything",
    "order",
    "sell_together",
]

CUP, HOME = SkuId("CUP"), WarehouseId("home")
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
_PAGES = Path(__file__).parents[3] / "docs" / "recipes"
_SPAWN = get_context("spawn")


def order(id: str) -> Allocate:
    """A command to promise one cup to an order of its own."""
    return Allocate(id, OrderId(id), (StockLine("1", CUP, 1),))


@frozen
class Shop:
    """Where a ledger is kept, and the code of its class.

    Attributes:
        code: the page's first block, as a module.
        address: of the file or the database.
    """

    code: Path
    address: str

    @classmethod
    def of(cls, page: str, address: str, folder: Path) -> "Shop":
        """The shop whose ledger the first block of a page defines."""
        block = re.search(
            r"^```python\n(.*?)^```$", (_PAGES / page).read_text("utf-8"), re.DOTALL | re.MULTILINE
        )
        assert block is not None
        code = folder / (Path(page).stem + ".py")
        code.write_text(block.group(1), "utf-8")
        return cls(code, address)

    def page(self) -> ModuleType:
        """What the code defines."""
        spec = spec_from_file_location(self.code.stem, self.code)
        assert spec is not None
        assert spec.loader is not None
        page = module_from_spec(spec)
        spec.loader.exec_module(page)
        return page

    @contextmanager
    def ledger(self) -> Iterator[StockLedger]:
        """The ledger, for one process; its tables are made where they are missing."""
        page = self.page()
        if hasattr(page, "SqliteStockLedger"):
            yield page.SqliteStockLedger(self.address)
            return
        from psycopg_pool import ConnectionPool

        with ConnectionPool(self.address, min_size=1, max_size=1, open=False) as pool:
            with pool.connection() as db:
                if db.execute("SELECT to_regclass('stock_head')").fetchone() == (None,):
                    db.execute(page.SCHEMA)
            yield page.PostgresStockLedger(pool)


@frozen
class Answer:
    """What one command came to.

    Attributes:
        id: the command's.
        word: `kept`, `repeated`, or the code of the refusal.
        conflicts: how often somebody else was faster.
    """

    id: str
    word: str
    conflicts: int


def everything(ledger: StockLedger) -> list[Entry]:
    """All commands of a ledger, read in parts."""
    told: list[Entry] = []
    while part := ledger.since(told[-1].position if told else 0, limit=300):
        told += part
    return told


def answered(keeper: StockKeeper, id: str) -> Answer:
    """Send the command of that id."""
    kept = keeper.obey(order(id), NOW)
    if isinstance(kept.outcome, Done):
        return Answer(id, "kept" if kept.outcome.value else "repeated", kept.conflicts)
    return Answer(id, kept.outcome.problems[0].code, kept.conflicts)


def _sell(door: Connection, shop: Shop, ids: Sequence[str]) -> None:
    with shop.ledger() as ledger:
        keeper = StockKeeper(ledger, (HOME,))
        door.send("ready")
        door.recv()
        for one in ids[:-1]:
            door.send(answered(keeper, one))
        door.recv()
        door.send(answered(keeper, ids[-1]))
    door.close()


@mutable
class _Seller:
    door: Connection
    process: SpawnProcess
    ids: tuple[str, ...]
    answers: list[Answer] = field(factory=list)

    @classmethod
    def start(cls, shop: Shop, ids: Iterable[str]) -> "_Seller":
        ours, theirs = _SPAWN.Pipe()
        mine = tuple(ids)
        process = _SPAWN.Process(target=_sell, args=(theirs, shop, mine), daemon=True)
        process.start()
        theirs.close()
        return cls(ours, process, mine)

    def end(self) -> None:
        if self.process.is_alive():
            self.process.kill()
        self.process.join()
        self.process.close()
        self.door.close()


def _listen(sellers: Iterable[_Seller], victims: Mapping[Connection, int]) -> None:
    """Take down each answer; kill a victim when it has told so many, and read what it still said."""
    open_doors = {seller.door: seller for seller in sellers}
    while open_doors:
        for door in wait(list(open_doors)):
            assert isinstance(door, Connection)
            seller = open_doors[door]
            try:
                answer = door.recv()
            except (EOFError, ConnectionResetError):
                del open_doors[door]
                continue
            assert isinstance(answer, Answer)
            seller.answers.append(answer)
            if len(seller.answers) == victims.get(door):
                seller.process.kill()


def sell_together(
    shop: Shop, shares: Sequence[Sequence[str]], *, victims: Iterable[int] = ()
) -> list[list[Answer]]:
    """What a process for each share was told; all begin when all are ready.

    A victim is killed in the middle: it is not let go to its last command. What it was told counts
    as far as it got out.
    """
    sellers: list[_Seller] = []
    try:
        sellers.extend(_Seller.start(shop, share) for share in shares)
        for seller in sellers:
            assert seller.door.recv() == "ready"
        doomed = {sellers[at].door: len(sellers[at].ids) // 4 for at in victims}
        for seller in sellers:
            seller.door.send("begin")
            if seller.door not in doomed:
                seller.door.send("end")
        _listen(sellers, doomed)
        for seller in sellers:
            seller.process.join()
            assert seller.process.exitcode == (-signal.SIGKILL if seller.door in doomed else 0)
        return [seller.answers for seller in sellers]
    finally:
        for seller in sellers:
            seller.end()
