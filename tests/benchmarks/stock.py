"""The stock ledger: commands a second, replay of a long ledger, memory a SKU, and how both grow.

Limits in the same run: the same commands as bare dictionary updates (no ids, holds, checks or
moves kept), and the same moves summed into one dictionary.

    python tests/benchmarks/stock.py [--commands 20000] [--skus 10000 100000]
"""

import argparse
import gc
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import process_time

from crossborder.model.ids import OrderId, SkuId, WarehouseId
from crossborder.model.stock import StockAccount, StockMove
from crossborder.stages.inventory.ledger import (
    Allocate,
    Hold,
    Receive,
    Ship,
    StockBook,
    StockLine,
)

NOW = datetime(2026, 11, 2, tzinfo=UTC)
HOMES = tuple(WarehouseId(name) for name in "abcdef")


def seconds(work: Callable[[], object]) -> float:
    gc.collect()
    begun = process_time()
    work()
    return process_time() - begun


def commands(count: int) -> None:
    skus = [SkuId(f"S{n}") for n in range(1000)]
    book = StockBook(HOMES)
    first = [
        Receive(f"r{n}{home}", sku, home, 1000) for n, sku in enumerate(skus) for home in HOMES
    ]
    spent = seconds(lambda: [book.obey(one, NOW) for one in first])
    print(f"receipts_per_second {len(first) / spent:.0f}")
    orders = [OrderId(f"o{n}") for n in range(count)]
    lines = [(StockLine("1", skus[n % 1000], 1 + n % 3),) for n in range(count)]
    until = NOW + timedelta(minutes=15)
    for name, made in (
        ("holds", [Hold(f"h{n}", lines[n], until) for n in range(count)]),
        (
            "held_allocations",
            [Allocate(f"a{n}", orders[n], lines[n], f"h{n}") for n in range(count)],
        ),
        ("shipments", [Ship(f"s{n}", orders[n], lines[n]) for n in range(count)]),
        ("allocations", [Allocate(f"b{n}", orders[n], lines[n]) for n in range(count)]),
    ):
        asked: list[Hold | Allocate | Ship] = list(made)
        spent = seconds(lambda asked=asked: [book.obey(one, NOW) for one in asked])  # type: ignore[misc]
        print(f"{name}_per_second {count / spent:.0f}")
    bare = {(sku, home): [1000, 0] for sku in skus for home in HOMES}
    promised: dict[tuple[str, str], list[tuple[str, int]]] = {}

    def allocate(order: str, line: StockLine) -> int:
        left = line.quantity
        for home in HOMES:
            there = bare[line.sku_id, home]
            some = min(left, there[0] - there[1])
            if some:
                there[1] += some
                promised.setdefault((order, line.id), []).append((home, some))
                left -= some
            if not left:
                break
        return left

    limit = seconds(lambda: [allocate(orders[n], lines[n][0]) for n in range(count)])
    print(f"allocation_to_bare_dictionaries_ratio {spent / limit:.1f}")


def replay(size: int) -> None:
    """A ledger of so many moves on ten moves a SKU, folded from nothing."""
    skus = [SkuId(f"S{n}") for n in range(size // 10)]
    moves = [
        StockMove(f"c{n}-{sku}", sku, StockAccount.ON_HAND, 1, NOW, HOMES[n % 6], "sellable")
        for sku in skus
        for n in range(10)
    ]
    book = StockBook(HOMES)
    spent = seconds(lambda: book.add(moves))
    flat: dict[tuple[str, str], int] = {}

    def bare() -> None:
        for move in moves:
            key = (move.sku_id, move.warehouse_id)
            flat[key] = flat.get(key, 0) + move.quantity

    limit = seconds(bare)
    print(f"replay_us_per_move_{size} {spent / size * 1e6:.2f}")
    print(f"replay_to_bare_sum_ratio_{size} {spent / limit:.1f}")


def memory(size: int) -> None:
    """Bytes a SKU takes with stock in six warehouses, one order and one hold on it."""
    tracemalloc.start()
    book = StockBook(HOMES)
    before = tracemalloc.get_traced_memory()[0]
    for n in range(size):
        sku = SkuId(f"S{n}")
        for home in HOMES:
            book.obey(Receive(f"r{n}{home}", sku, home, 9), NOW)
        book.obey(Allocate(f"a{n}", OrderId(f"o{n}"), (StockLine("1", sku, 3),)), NOW)
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    print(f"bytes_per_sku_{size} {(after - before) / size:.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commands", type=int, default=20_000)
    parser.add_argument("--moves", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--skus", type=int, nargs="*", default=[1_000, 10_000])
    given = parser.parse_args()
    commands(given.commands)
    for size in given.moves:
        replay(size)
    for size in given.skus:
        memory(size)


if __name__ == "__main__":
    main()
