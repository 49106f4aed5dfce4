"""Commands to a stock ledger that others write to as well: load, decide, append, and again."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from datetime import datetime
from threading import Lock

from attrs import frozen

from crossborder.errors import InvalidValue
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.ids import SkuId, WarehouseId
from crossborder.model.outcome import Done, Problem, Refused
from crossborder.model.stock import SkuStock, StockMove
from crossborder.protocols.storage import (
    Appended,
    AsyncStockLedger,
    Conflict,
    StockLedger,
)
from crossborder.stages.inventory.ledger import Command, StockBook, touched

__all__ = ["AsyncStockKeeper", "Kept", "StockKeeper"]


@frozen
class Kept:
    """What a command came to.

    Attributes:
        outcome: its moves, now in the ledger (none when it was obeyed before), or why there are
            none.
        events: what people should know of: shortages, losses, promises no longer covered.
        conflicts: how often somebody else was faster.
    """

    outcome: Done[tuple[StockMove, ...]] | Refused
    events: tuple[Event, ...] = ()
    conflicts: int = 0


@frozen
class _Load:
    sku_ids: tuple[SkuId, ...]
    after: Mapping[SkuId, int]


@frozen
class _Append:
    moves: tuple[StockMove, ...]
    expected: Mapping[SkuId, int]


_Wish = Generator[_Load | _Append, "Sequence[StockMove] | Appended | Conflict", Kept]


def _keeping(book: StockBook, command: Command, now: datetime, tries: int) -> _Wish:
    """What is asked of a ledger until the command is kept or refused; one text for both colours."""
    skus = touched(command)
    conflicts = 0
    while True:
        moves = yield _Load(skus, book.versions(skus))
        assert not isinstance(moves, Appended | Conflict)
        book.add(moves)
        obeyed = book.ask(command, now)
        if obeyed.problems:
            return Kept(Refused(obeyed.problems), (), conflicts)
        if obeyed.repeated:
            return Kept(Done(()), (), conflicts)
        answer = yield _Append(obeyed.moves, book.versions(skus))
        if isinstance(answer, Appended):
            book.add(obeyed.moves)
            return Kept(Done(obeyed.moves), obeyed.events, conflicts)
        assert isinstance(answer, Conflict)
        conflicts += 1
        if answer.repeated and not answer.versions:
            said = f"the id {command.id!r} was used for a command on other SKUs"
            facts = Extra({"id": command.id})
            return Kept(Refused((Problem("id_reused", said, "id", extra=facts),)), (), conflicts)
        if conflicts >= tries:
            said = f"others were faster {conflicts} times: try again"
            actual = Extra({str(sku): at for sku, at in answer.versions.items()})
            problem = Problem("conflict", said, "", extra=Extra({"versions": actual}))
            return Kept(Refused((problem,)), (), conflicts)


def _copied(book: StockBook, sku_ids: Sequence[SkuId]) -> StockBook:
    stock = [book.stock(sku) for sku in dict.fromkeys(sku_ids)]
    return StockBook(book.warehouses, stock, closed=True)


def _positive(tries: int) -> int:
    if tries < 1:
        raise InvalidValue("must be at least 1", field="tries", value=tries, source="StockKeeper")
    return tries


class StockKeeper:
    """Obeys commands on a ledger that other processes write to as well; safe for threads.

    What was read once is remembered, so each command reads only what is new; with `stock`, values
    of `book(...).stock(sku)` kept from an earlier run, it begins there. A command that ends with
    an error of the ledger may or may not be kept: send it again under the same id.

    >>> from datetime import UTC, datetime
    >>> from crossborder.adapters.memory import MemoryStockLedger
    >>> from crossborder.stages.inventory.ledger import Receive
    >>> keeper = StockKeeper(MemoryStockLedger(), (WarehouseId("home"),))
    >>> now = datetime(2026, 11, 2, tzinfo=UTC)
    >>> receipt = Receive("r1", SkuId("CUP"), WarehouseId("home"), 5)
    >>> [move.quantity for move in keeper.obey(receipt, now).outcome.value]
    [5]
    >>> keeper.obey(receipt, now).outcome
    Done(value=(), problems=())
    """

    def __init__(
        self,
        ledger: StockLedger,
        warehouses: Iterable[WarehouseId],
        *,
        stock: Iterable[SkuStock] = (),
        tries: int = 1000,
    ) -> None:
        self._ledger = ledger
        self._book = StockBook(warehouses, stock)
        self._tries = _positive(tries)
        self._lock = Lock()

    def obey(self, command: Command, now: datetime) -> Kept:
        """Keep the command's moves, or say why not; `conflict` when `tries` were not enough."""
        with self._lock:
            steps = _keeping(self._book, command, now, self._tries)
            wish = next(steps)
            while True:
                answer: Sequence[StockMove] | Appended | Conflict
                if isinstance(wish, _Load):
                    answer = self._ledger.load(wish.sku_ids, after=wish.after)
                else:
                    answer = self._ledger.append(wish.moves, expected_version=wish.expected)
                try:
                    wish = steps.send(answer)
                except StopIteration as end:
                    kept: Kept = end.value
                    return kept

    def book(self, sku_ids: Sequence[SkuId]) -> StockBook:
        """A book of your own with everything the ledger has of these SKUs, and of no others."""
        with self._lock:
            self._book.add(self._ledger.load(sku_ids, after=self._book.versions(sku_ids)))
            return _copied(self._book, sku_ids)


class AsyncStockKeeper:
    """`StockKeeper` for an `AsyncStockLedger`; one command at a time."""

    def __init__(
        self,
        ledger: AsyncStockLedger,
        warehouses: Iterable[WarehouseId],
        *,
        stock: Iterable[SkuStock] = (),
        tries: int = 1000,
    ) -> None:
        self._ledger = ledger
        self._book = StockBook(warehouses, stock)
        self._tries = _positive(tries)

    async def obey(self, command: Command, now: datetime) -> Kept:
        """See `StockKeeper.obey`."""
        steps = _keeping(self._book, command, now, self._tries)
        wish = next(steps)
        while True:
            answer: Sequence[StockMove] | Appended | Conflict
            if isinstance(wish, _Load):
                answer = await self._ledger.load(wish.sku_ids, after=wish.after)
            else:
                answer = await self._ledger.append(wish.moves, expected_version=wish.expected)
            try:
                wish = steps.send(answer)
            except StopIteration as end:
                kept: Kept = end.value
                return kept

    async def book(self, sku_ids: Sequence[SkuId]) -> StockBook:
        """See `StockKeeper.book`."""
        self._book.add(await self._ledger.load(sku_ids, after=self._book.versions(sku_ids)))
        return _copied(self._book, sku_ids)
