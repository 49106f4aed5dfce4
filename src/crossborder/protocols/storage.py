"""What a client keeps: which writes were begun and answered, and the current tokens."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from attrs import frozen

from crossborder.conversation import Reply, Token

__all__ = ["AsyncJournal", "AsyncTokenStore", "Begun", "Journal", "New", "Recorded", "TokenStore"]


@frozen
class New:
    """The key was not known; it is begun now."""


@frozen
class Begun:
    """An earlier run began it and kept no answer: nobody knows whether it was done.

    Attributes:
        at: when it was begun first, or None when the journal does not say.
    """

    at: datetime | None = None


@frozen
class Recorded:
    """It was done; this was the answer."""

    reply: Reply


class Journal(Protocol):
    """Which writes were begun and what came of them.

    `begin` must be on disk before it returns, and two callers with one key must not both get
    `New`: that is all the library asks for to send nothing twice.
    """

    @abstractmethod
    def begin(self, key: str, digest: str, now: datetime) -> New | Begun | Recorded:
        """Begin a write at `now`, or say what is known of it.

        Raises:
            KeyReused: the key was begun for another digest.
        """
        ...

    @abstractmethod
    def finish(self, key: str, reply: Reply) -> None:
        """Keep the answer of a write that was begun."""
        ...

    @abstractmethod
    def forget(self, key: str) -> None:
        """Drop a write that is known not to have happened; an unknown key is no error."""
        ...

    @abstractmethod
    def unfinished(self) -> Sequence[str]:
        """The keys begun and neither finished nor forgotten, oldest first."""
        ...


class AsyncJournal(Protocol):
    """`Journal` for `AsyncClient`: the same four, awaited."""

    @abstractmethod
    async def begin(self, key: str, digest: str, now: datetime) -> New | Begun | Recorded:
        """See `Journal.begin`."""
        ...

    @abstractmethod
    async def finish(self, key: str, reply: Reply) -> None:
        """See `Journal.finish`."""
        ...

    @abstractmethod
    async def forget(self, key: str) -> None:
        """See `Journal.forget`."""
        ...

    @abstractmethod
    async def unfinished(self) -> Sequence[str]:
        """See `Journal.unfinished`."""
        ...


class TokenStore(Protocol):
    """The current token of each account."""

    @abstractmethod
    def load(self, vendor: str, account: str) -> Token | None:
        """The token kept for that account, or None."""
        ...

    @abstractmethod
    def swap(self, vendor: str, account: str, old: Token | None, new: Token) -> Token:
        """Keep `new` if `old` is still what is kept; answer what is kept afterwards.

        It is kept before it is first used, so a refresh token that replaced another is not lost.
        """
        ...


class AsyncTokenStore(Protocol):
    """`TokenStore` for `AsyncClient`: the same two, awaited."""

    @abstractmethod
    async def load(self, vendor: str, account: str) -> Token | None:
        """See `TokenStore.load`."""
        ...

    @abstractmethod
    async def swap(self, vendor: str, account: str, old: Token | None, new: Token) -> Token:
        """See `TokenStore.swap`."""
        ...
