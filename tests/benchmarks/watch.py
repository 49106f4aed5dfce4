"""Observations of 20-SKU offers a second on one core: unchanged, one figure changed, all changed.

Prints one `name value` a line; the fastest of five rounds in one process.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import evolve

from crossborder.model.ids import ListingId, OfferId, ProductId, PurchaseId, Ref, SkuId, SupplierId
from crossborder.model.money import Price
from crossborder.model.supply import OfferLine, PriceTier, Supplier, SupplierOffer
from crossborder.stages.inventory.watch import watch, watched
from crossborder.stages.inventory.watch.purchases import PurchaseRecord
from crossborder.stages.inventory.watch.scorecard import scorecard
from crossborder.stages.inventory.watch.switch import ShelfState, switch

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MAKER = SupplierId("maker")


def price(amount: str) -> Price:
    """Yuan."""
    return Price(amount, "CNY")


def offer(hours: int, *, more: int = 0) -> SupplierOffer:
    """An offer read anew: no value in it is shared with another."""
    lines = tuple(
        OfferLine(
            SkuId(f"sku{number}"),
            100 + number + more,
            price("12.50"),
            price("13.50"),
            None,
            Ref("alibaba1688", f"{number:032x}"),
        )
        for number in range(20)
    )
    tiers = (PriceTier(1, price("12.50")), PriceTier(10, price("11.80")))
    return SupplierOffer(
        OfferId("offer"),
        Supplier(MAKER, "工厂"),
        ProductId("product"),
        lines,
        "CNY",
        NOON + hours * HOUR,
        tiers=tiers,
    )


def rate(work: Callable[[], Any], times: int, each: int = 1) -> int:
    """Calls a second, or `each` as many, in the fastest of five rounds."""
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(times):
            work()
        best = min(best, (time.perf_counter() - start) / times)
    return round(each / best)


def main() -> None:
    """Measure and print."""
    now = NOON + 100 * HOUR
    known, same, all_other = offer(0), offer(1), offer(1, more=1)
    first = evolve(same.lines[0], available=3)
    one_other = evolve(same, lines=(first, *same.lines[1:]))
    stream = tuple(offer(hours) for hours in range(100))
    print(f"unchanged_per_second {rate(lambda: watch(known, same, now=now), 5000)}")
    print(f"stream_per_second {rate(lambda: watched(stream, now=now), 50, len(stream))}")
    print(f"one_changed_per_second {rate(lambda: watch(known, one_other, now=now), 2000)}")
    print(f"all_changed_per_second {rate(lambda: watch(known, all_other, now=now), 500)}")
    shelf = ShelfState(SkuId("sku"), ListingId("listing"), listed=True)
    print(f"switch_per_second {rate(lambda: switch(shelf, 9, observed_at=NOON, now=now), 5000)}")
    records = tuple(
        PurchaseRecord(
            PurchaseId(f"po{number}"),
            MAKER,
            NOON - number * HOUR,
            now,
            2,
            handed_over_at=NOON - number * HOUR + timedelta(hours=number % 60),
        )
        for number in range(1000)
    )
    cards = rate(lambda: scorecard(MAKER, records, now=now), 5, len(records))
    print(f"scorecard_records_per_second {cards}")


if __name__ == "__main__":
    main()
