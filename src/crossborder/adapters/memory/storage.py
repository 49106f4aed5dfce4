"""Journals and token stores in memory: for tests, notebooks, and as the shape of your own."""

from collections.abc import Sequence
from datetime import datetime
from threading import Lock

from crossborder.conversation import Reply, Token
from crossborder.errors import KeyReused
from crossborder.protocols.storage import (
    AsyncJournal,
    AsyncTokenStore,
    Begun,
    Journal,
    New,
    Recorded,
    TokenStore,
)

__all__ = ["AsyncMemoryJournal", "AsyncMemoryTokenStore", "MemoryJournal", "MemoryTokenStore"]


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
