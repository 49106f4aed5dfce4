"""The suite for asynchronous stock ledgers: the plain one, each call awaited in one event loop."""

import asyncio
import atexit
from abc import abstractmethod
from collections.abc import Coroutine, Mapping, Sequence
from functools import cache
from threading import Thread
from typing import Any, TypeVar

from crossborder.model.ids import SkuId
from crossborder.model.stock import StockMove
from crossborder.protocols.storage import (
    Appended,
    AsyncStockLedger,
    Conflict,
    Entry,
    StockLedger,
)
from crossborder.testing.contracts.stock import StockLedgerContract

__all__ = ["AsyncStockLedgerContract"]

T = TypeVar("T")


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """One loop in a thread of its own, as connections and pools belong to the loop they began in."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def end() -> None:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    atexit.register(end)
    return loop


class _Awaited(StockLedger):
    """An asynchronous ledger for tests that run in threads."""

    def __init__(self, inner: AsyncStockLedger) -> None:
        self._inner = inner

    def load(
        self, sku_ids: Sequence[SkuId], *, after: Mapping[SkuId, int] | None = None
    ) -> Sequence[StockMove]:
        return _awaited(self._inner.load(sku_ids, after=after))

    def append(
        self, moves: tuple[StockMove, ...], *, expected_version: Mapping[SkuId, int]
    ) -> Appended | Conflict:
        return _awaited(self._inner.append(moves, expected_version=expected_version))

    def since(self, position: int, *, limit: int = 1000) -> Sequence[Entry]:
        return _awaited(self._inner.since(position, limit=limit))


def _awaited(coroutine: Coroutine[Any, Any, T]) -> T:
    return asyncio.run_coroutine_threadsafe(coroutine, _loop()).result()


class AsyncStockLedgerContract(StockLedgerContract):
    """`AsyncStockLedger`: give an empty one; it is made and called in one event loop."""

    @abstractmethod
    async def async_ledger(self) -> AsyncStockLedger:
        """An empty ledger."""

    def ledger(self) -> StockLedger:
        """The same ledger, each call run to its end."""
        return _Awaited(self.run(self.async_ledger()))

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """The result of what has to happen in the ledger's own event loop, such as closing it."""
        return _awaited(coroutine)
