"""Commands to a stock ledger that others write to as well."""

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.adapters.memory import AsyncMemoryStockLedger, MemoryStockLedger
from crossborder.clients import AsyncStockKeeper, Kept, StockKeeper
from crossborder.errors import InvalidValue
from crossborder.model.ids import OrderId, SkuId, WarehouseId
from crossborder.model.outcome import Done, Refused
from crossborder.model.stock import StockMove
from crossborder.protocols import Appended, AsyncStockLedger, Conflict, Entry, StockLedger
from crossborder.stages.inventory.ledger import Allocate, Count, Receive, StockLine
from crossborder.testing.contracts import AsyncStockLedgerContract, StockLedgerContract

NOW = datetime(2026, 11, 2, tzinfo=UTC)
CUP, POT = SkuId("CUP"), SkuId("POT")
HOME = WarehouseId("home")


def order(name: str, pieces: int = 1, sku: SkuId = CUP) -> Allocate:
    return Allocate(name, OrderId(f"order {name}"), (StockLine("1", sku, pieces),))


def keeper(ledger: StockLedger, pieces: int = 0, tries: int = 1000) -> StockKeeper:
    made = StockKeeper(ledger, (HOME,), tries=tries)
    if pieces:
        made.obey(Receive("first", CUP, HOME, pieces), NOW)
    return made


def codes(kept: Kept) -> tuple[str, ...]:
    return kept.outcome.codes if isinstance(kept.outcome, Refused) else ()


class Meddling(MemoryStockLedger):
    """Lets somebody else command the same SKU just before each of the first appends."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times
        self.lost = False

    def append(
        self, moves: tuple[StockMove, ...], *, expected_version: Mapping[SkuId, int]
    ) -> Appended | Conflict:
        if self.times:
            self.times -= 1
            other = StockKeeper(Plain(self), (HOME,))
            other.obey(Receive(f"other {self.times}", CUP, HOME, 1), NOW)
        answer = super().append(moves, expected_version=expected_version)
        if self.lost:
            self.lost = False
            raise ConnectionResetError("the answer was lost")
        return answer


class Plain(StockLedger):
    """The ledger itself, without the meddling."""

    def __init__(self, inner: MemoryStockLedger) -> None:
        self.inner = inner

    def load(
        self, sku_ids: Sequence[SkuId], *, after: Mapping[SkuId, int] | None = None
    ) -> Sequence[StockMove]:
        return self.inner.load(sku_ids, after=after)

    def append(
        self, moves: tuple[StockMove, ...], *, expected_version: Mapping[SkuId, int]
    ) -> Appended | Conflict:
        return MemoryStockLedger.append(self.inner, moves, expected_version=expected_version)

    def since(self, position: int, *, limit: int = 1000) -> Sequence[Entry]:
        return self.inner.since(position, limit=limit)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(1, 4)), max_size=20), st.integers(1, 12))
def test_two_keepers_in_turn_decide_as_one(asked: list[tuple[int, int]], pieces: int) -> None:
    shared = MemoryStockLedger()
    two = keeper(shared, pieces), StockKeeper(shared, (HOME,))
    one = keeper(MemoryStockLedger(), pieces)
    for number, (who, wanted) in enumerate(asked):
        command = order(f"c{number}", wanted)
        assert two[who].obey(command, NOW).outcome == one.obey(command, NOW).outcome
    assert two[0].book((CUP,)).stock(CUP) == one.book((CUP,)).stock(CUP)


def test_whoever_was_slower_decides_again_on_what_stands_there_now() -> None:
    ledger = Meddling(0)
    mine = keeper(ledger, 1)
    ledger.times = 2
    kept = mine.obey(order("a", 2), NOW)
    assert codes(kept) == ("short",)
    kept = mine.obey(order("b", 1), NOW)
    assert isinstance(kept.outcome, Done)
    assert kept.conflicts == 2
    assert mine.book((CUP,)).free(CUP, NOW) == 2


def test_whoever_is_always_slower_is_told_so_as_a_value() -> None:
    ledger = Meddling(0)
    mine = keeper(ledger, 5, tries=3)
    ledger.times = 99
    kept = mine.obey(order("a"), NOW)
    assert codes(kept) == ("conflict",)
    assert kept.conflicts == 3
    assert isinstance(kept.outcome, Refused)
    assert kept.outcome.problems[0].extra["versions"] == {CUP: 4}


def test_a_command_whose_answer_was_lost_is_sent_again_without_harm() -> None:
    ledger = Meddling(0)
    mine = keeper(ledger, 5)
    ledger.lost = True
    with pytest.raises(ConnectionResetError):
        mine.obey(order("a", 2), NOW)
    assert mine.obey(order("a", 2), NOW).outcome == Done(())
    assert mine.book((CUP,)).free(CUP, NOW) == 3


def test_an_id_used_for_other_skus_is_refused() -> None:
    mine = keeper(MemoryStockLedger(), 5)
    mine.obey(Receive("p", POT, HOME, 5), NOW)
    assert isinstance(mine.obey(order("a"), NOW).outcome, Done)
    assert codes(mine.obey(order("a", sku=POT), NOW)) == ("id_reused",)
    assert codes(mine.obey(order("a", 2), NOW)) == ("id_reused",)


def test_the_last_piece_is_sold_once_among_many_threads() -> None:
    ledger = MemoryStockLedger()
    keepers = [keeper(ledger, 10), *(StockKeeper(ledger, (HOME,)) for _ in range(3))]
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda n: keepers[n % 4].obey(order(f"c{n}"), NOW).outcome, range(40)))
    assert sum(isinstance(outcome, Done) for outcome in kept) == 10
    assert keepers[1].book((CUP,)).free(CUP, NOW) == 0


class Counting(Plain):
    """Counts the moves that were loaded."""

    loaded = 0

    def load(
        self, sku_ids: Sequence[SkuId], *, after: Mapping[SkuId, int] | None = None
    ) -> Sequence[StockMove]:
        found = super().load(sku_ids, after=after)
        self.loaded += len(found)
        return found


def test_a_keeper_that_begins_with_kept_values_reads_only_what_is_new() -> None:
    ledger = Counting(MemoryStockLedger())
    first = keeper(ledger, 5)
    first.obey(order("a"), NOW)
    kept = first.book((CUP,)).stock(CUP)
    first.obey(order("b"), NOW)
    ledger.loaded = 0
    second = StockKeeper(ledger, (HOME,), stock=(kept,))
    assert second.book((CUP,)).stock(CUP) == first.book((CUP,)).stock(CUP)
    assert ledger.loaded == 1
    assert second.obey(order("a"), NOW).outcome == Done(())


def test_events_come_with_what_was_kept() -> None:
    mine = keeper(MemoryStockLedger(), 5)
    mine.obey(order("a", 4), NOW)
    differs, short = mine.obey(Count("c", CUP, HOME, 3), NOW).events
    assert (differs.name, short.name) == ("inventory.count_differs", "inventory.short")
    assert short.facts["pieces"] == 1


@pytest.mark.parametrize("kind", [StockKeeper, AsyncStockKeeper])
def test_no_tries_at_all_are_refused(kind: type[StockKeeper]) -> None:
    with pytest.raises(InvalidValue, match="must be at least 1"):
        kind(MemoryStockLedger(), (HOME,), tries=0)


def test_the_asynchronous_keeper_decides_the_same() -> None:
    async def run() -> tuple[list[Kept], int]:
        mine = AsyncStockKeeper(AsyncMemoryStockLedger(), (HOME,))
        await mine.obey(Receive("first", CUP, HOME, 5), NOW)
        kept = [await mine.obey(order(f"c{n}", 2), NOW) for n in (1, 2, 3, 1)]
        return kept, (await mine.book((CUP,))).free(CUP, NOW)

    kept, free = asyncio.run(run())
    plain = keeper(MemoryStockLedger(), 5)
    assert kept == [plain.obey(order(f"c{n}", 2), NOW) for n in (1, 2, 3, 1)]
    assert free == 1


class Slow(AsyncMemoryStockLedger):
    """Lets other tasks in between every two steps."""

    async def load(
        self, sku_ids: Sequence[SkuId], *, after: Mapping[SkuId, int] | None = None
    ) -> Sequence[StockMove]:
        found = await super().load(sku_ids, after=after)
        await asyncio.sleep(0)  # noqa: TID251
        return found

    async def append(
        self, moves: tuple[StockMove, ...], *, expected_version: Mapping[SkuId, int]
    ) -> Appended | Conflict:
        await asyncio.sleep(0)  # noqa: TID251
        answer = await super().append(moves, expected_version=expected_version)
        await asyncio.sleep(0)  # noqa: TID251
        return answer


def test_tasks_that_share_a_keeper_sell_each_piece_once() -> None:
    async def run() -> tuple[list[Kept], int]:
        mine = AsyncStockKeeper(Slow(), (HOME,))
        await mine.obey(Receive("first", CUP, HOME, 10), NOW)
        kept = await asyncio.gather(*(mine.obey(order(f"c{n}"), NOW) for n in range(25)))
        return list(kept), (await mine.book((CUP,))).free(CUP, NOW)

    kept, free = asyncio.run(run())
    assert sum(isinstance(one.outcome, Done) for one in kept) == 10
    assert free == 0
    assert sum(one.conflicts for one in kept) > 0


class TestAsyncMemoryStockLedger(AsyncStockLedgerContract):
    async def async_ledger(self) -> AsyncStockLedger:
        return AsyncMemoryStockLedger()


class TestASlowLedgerIsALedgerToo(AsyncStockLedgerContract):
    async def async_ledger(self) -> AsyncStockLedger:
        return Slow()


class TestMeddlingIsALedgerToo(StockLedgerContract):
    def ledger(self) -> StockLedger:
        return Plain(MemoryStockLedger())


def test_moves_of_two_commands_or_without_a_version_are_no_entry() -> None:
    ledger = MemoryStockLedger()
    mine = StockKeeper(ledger, (HOME,))
    mine.obey(Receive("a", CUP, HOME, 1), NOW)
    mine.obey(Receive("b", CUP, HOME, 1), NOW)
    moves = tuple(ledger.load((CUP,)))
    for wrong, versions in ((moves, {CUP: 2}), (moves[:1], {POT: 0}), ((), {CUP: 2})):
        with pytest.raises(InvalidValue, match="moves of one command"):
            ledger.append(wrong, expected_version=versions)
