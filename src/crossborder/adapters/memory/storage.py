"""Journals, token stores and stock ledgers in memory: for tests, notebooks, and as the shape of
your own.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from threading import Lock

from crossborder.conversation import Reply, Token
from crossborder.errors import KeyReused
from crossborder.model.ids import SkuId
from crossborder.model.stock import StockMove
from crossborder.protocols.storage import (
    Appended,
    AsyncJournal,
    AsyncStockLedger,
    AsyncTokenStore,
    Begun,
    Conflict,
    Entry,
    Journal,
    New,
    Recorded,
    StockLedger,
    TokenStore,
    command_id,
)

__all__ = [
    "AsyncMemoryJournal",
    "AsyncMemoryStockLedger",
    "AsyncMemoryTokenStore",
    "MemoryJournal",
    "MemoryStockLedger",
    "MemoryTokenStore",
]


class MemoryJournal(Journal):
    """A journal that lasts as long as the process; safe for threads.

    >>> from datetime import UTC
    >>> journal, now = MemoryJournal(), datetime(2026, 11, 2, tzinfo=UTC)
    >>> journal.begin("order/1/place", "abc", now)
    New()
    >>> journal.unfinished()
    ('order/1/place',)
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._entries: dict[str, tuple[str, datetime, Reply | None]] = {}

    def begin(self, key: str, digest: str, now: datetime) -> New | Begun | Recorded:
        """See `Journal.begin`."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                self._entries[key] = (digest, now, None)
                return New()
        known, at, reply = entry
        if known != digest:
            raise KeyReused(f"the key {key!r} was begun for another request", name=key)
        return Recorded(reply) if reply is not None else Begun(at)

    def finish(self, key: str, reply: Reply) -> None:
        """See `Journal.finish`."""
        with self._lock:
            digest, at, _ = self._entries[key]
            self._entries[key] = (digest, at, reply)

    def forget(self, key: str) -> None:
        """See `Journal.forget`."""
        with self._lock:
            self._entries.pop(key, None)

    def unfinished(self) -> Sequence[str]:
        """See `Journal.unfinished`."""
        with self._lock:
            return tuple(key for key, entry in self._entries.items() if entry[2] is None)


class AsyncMemoryJournal(AsyncJournal):
    """The same journal, awaited."""

    def __init__(self) -> None:
        self._plain = MemoryJournal()

    async def begin(self, key: str, digest: str, now: datetime) -> New | Begun | Recorded:
        """See `Journal.begin`."""
        return self._plain.begin(key, digest, now)

    async def finish(self, key: str, reply: Reply) -> None:
        """See `Journal.finish`."""
        self._plain.finish(key, reply)

    async def forget(self, key: str) -> None:
        """See `Journal.forget`."""
        self._plain.forget(key)

    async def unfinished(self) -> Sequence[str]:
        """See `Journal.unfinished`."""
        return self._plain.unfinished()


class MemoryTokenStore(TokenStore):
    """Tokens that last as long as the process; safe for threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._tokens: dict[tuple[str, str], Token] = {}

    def load(self, vendor: str, account: str) -> Token | None:
        """See `TokenStore.load`."""
        return self._tokens.get((vendor, account))

    def swap(self, vendor: str, account: str, old: Token | None, new: Token) -> Token:
        """See `TokenStore.swap`."""
        with self._lock:
            if self._tokens.get((vendor, account)) == old:
                self._tokens[vendor, account] = new
            return self._tokens[vendor, account]


class AsyncMemoryTokenStore(AsyncTokenStore):
    """The same token store, awaited."""

    def __init__(self) -> None:
        self._plain = MemoryTokenStore()

    async def load(self, vendor: str, account: str) -> Token | None:
        """See `TokenStore.load`."""
        return self._plain.load(vendor, account)

    async def swap(self, vendor: str, account: str, old: Token | None, new: Token) -> Token:
        """See `TokenStore.swap`."""
        return self._plain.swap(vendor, account, old, new)


class MemoryStockLedger(StockLedger):
    """A stock ledger that lasts as long as the process; safe for threads.

    >>> from datetime import UTC
    >>> from crossborder.model.stock import StockAccount
    >>> cup = SkuId("CUP")
    >>> move = StockMove("r1", cup, StockAccount.ON_HAND, 5, datetime(2026, 11, 2, tzinfo=UTC), "home")
    >>> ledger = MemoryStockLedger()
    >>> ledger.append((move,), expected_version={cup: 0})
    Appended(position=1)
    >>> ledger.append((move,), expected_version={cup: 0})
    Conflict(versions={'CUP': 1}, repeated=True)
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._entries: list[Entry] = []
        self._places: dict[SkuId, list[int]] = {}
        self._commands: set[str] = set()

    def load(
        self, sku_ids: Sequence[SkuId], *, after: Mapping[SkuId, int] | None = None
    ) -> Sequence[StockMove]:
        """See `StockLedger.load`."""
        known = after or {}
        with self._lock:
            found = [
                (place, move)
                for sku in dict.fromkeys(sku_ids)
                for place in self._places.get(sku, ())[known.get(sku, 0) :]
                for move in self._entries[place].moves
                if move.sku_id == sku
            ]
        found.sort(key=lambda item: item[0])
        return tuple(move for _, move in found)

    def append(
        self, moves: tuple[StockMove, ...], *, expected_version: Mapping[SkuId, int]
    ) -> Appended | Conflict:
        """See `StockLedger.append`."""
        command = command_id(moves, expected_version)
        skus = {move.sku_id for move in moves}
        with self._lock:
            actual = {sku: len(self._places.get(sku, ())) for sku in expected_version}
            stale = {sku: at for sku, at in actual.items() if at != expected_version[sku]}
            repeated = command in self._commands
            if stale or repeated:
                return Conflict(stale, repeated)
            for sku in skus:
                self._places.setdefault(sku, []).append(len(self._entries))
            self._entries.append(Entry(len(self._entries) + 1, moves))
            self._commands.add(command)
            return Appended(len(self._entries))

    def since(self, position: int, *, limit: int = 1000) -> Sequence[Entry]:
        """See `StockLedger.since`."""
        with self._lock:
            return tuple(self._entries[position : position + limit])


class AsyncMemoryStockLedger(AsyncStockLedger):
    """The same stock ledger, awaited."""

    def __init__(self) -> None:
        self._plain = MemoryStockLedger()

    async def load(
        self, sku_ids: Sequence[SkuId], *, after: Mapping[SkuId, int] | None = None
    ) -> Sequence[StockMove]:
        """See `StockLedger.load`."""
        return self._plain.load(sku_ids, after=after)

    async def append(
        self, moves: tuple[StockMove, ...], *, expected_version: Mapping[SkuId, int]
    ) -> Appended | Conflict:
        """See `StockLedger.append`."""
        return self._plain.append(moves, expected_version=expected_version)

    async def since(self, position: int, *, limit: int = 1000) -> Sequence[Entry]:
        """See `StockLedger.since`."""
        return self._plain.since(position, limit=limit)
