"""What is kept: writes begun and answered, the current tokens, and the moves of stock."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from attrs import frozen

from crossborder.conversation import Reply, Token
from crossborder.errors import InvalidValue
from crossborder.model.ids import SkuId
from crossborder.model.stock import StockMove

__all__ = [
    "Appended",
    "AsyncJournal",
    "AsyncStockLedger",
    "AsyncTokenStore",
    "Begun",
    "Conflict",
    "Entry",
    "Journal",
    "New",
    "Recorded",
    "StockLedger",
    "TokenStore",
    "command_id",
]


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


@frozen
class Entry:
    """The moves of one command, as they are kept.

    Attributes:
        position: 1 for the first command of the ledger, then one more each.
        moves: all moves of the command.
    """

    position: int
    moves: tuple[StockMove, ...]


@frozen
class Appended:
    """The moves are kept.

    Attributes:
        position: of the command in the ledger.
    """

    position: int


@frozen
class Conflict:
    """Nothing was kept: decide again on what stands there now.

    Attributes:
        versions: of the SKUs that are not at the expected version, where each one is.
        repeated: whether a command of this id is kept already.
    """

    versions: Mapping[SkuId, int]
    repeated: bool = False


def command_id(moves: tuple[StockMove, ...], expected_version: Mapping[SkuId, int]) -> str:
    """The id of the command that made these moves; what `append` checks first.

    Raises:
        InvalidValue: no moves, moves of several commands, or of a SKU without a version.
    """
    ids = sorted({move.id for move in moves})
    if len(ids) != 1 or not {move.sku_id for move in moves} <= set(expected_version):
        said = "must be the moves of one command, each SKU with an expected version"
        raise InvalidValue(said, field="moves", value=ids, source="StockLedger.append")
    return ids[0]


class StockLedger(Protocol):
    """All moves of stock, in the order in which they were kept; never changed, only added to.

    The version of a SKU is the number of commands that have moves of it; one that was never moved
    is at 0.
    """

    @abstractmethod
    def load(
        self, sku_ids: Sequence[SkuId], *, after: Mapping[SkuId, int] | None = None
    ) -> Sequence[StockMove]:
        """All moves of these SKUs, oldest command first.

        `after` leaves out, for each SKU in it, the commands up to that version.
        """
        ...

    @abstractmethod
    def append(
        self, moves: tuple[StockMove, ...], *, expected_version: Mapping[SkuId, int]
    ) -> Appended | Conflict:
        """Keep the moves of one command, all or none, on disk before it returns.

        They are kept only while each SKU of `expected_version` is at that version, and while no
        command of the same id is kept. Of two callers who expect the same version of a SKU at
        once exactly one is answered `Appended`.

        Raises:
            InvalidValue: no moves, moves of several commands, or of a SKU without a version.
        """
        ...

    @abstractmethod
    def since(self, position: int, *, limit: int = 1000) -> Sequence[Entry]:
        """The commands kept after a position, in order, at most `limit`.

        What was returned once is never followed by a command with a smaller position: whoever
        goes on from the last one misses nothing.
        """
        ...


class AsyncStockLedger(Protocol):
    """`StockLedger` for asynchronous programs: the same three, awaited."""

    @abstractmethod
    async def load(
        self, sku_ids: Sequence[SkuId], *, after: Mapping[SkuId, int] | None = None
    ) -> Sequence[StockMove]:
        """See `StockLedger.load`."""
        ...

    @abstractmethod
    async def append(
        self, moves: tuple[StockMove, ...], *, expected_version: Mapping[SkuId, int]
    ) -> Appended | Conflict:
        """See `StockLedger.append`."""
        ...

    @abstractmethod
    async def since(self, position: int, *, limit: int = 1000) -> Sequence[Entry]:
        """See `StockLedger.since`."""
        ...
