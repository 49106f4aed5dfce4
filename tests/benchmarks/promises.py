"""Promises from virtual stock: how many are kept on real past orders, and what a decision costs.

Past orders (approved, handed over, delivered) stand for a supplier's handling and the way to the
buyer; each month is promised from what was known at its beginning. Prints one `name value` a line;
without the public data only the costs.
"""

import csv
import gzip
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import exp
from pathlib import Path
from statistics import NormalDist
from typing import Any

from attrs import evolve

from crossborder.model.ids import OfferId, OrderId, ProductId, SkuId, SupplierId
from crossborder.model.money import Price
from crossborder.model.supply import OfferLine, Supplier, SupplierOffer
from crossborder.predict.calendar import WorkCalendar
from crossborder.predict.chinese import chinese_calendar
from crossborder.predict.quantiles import Distribution
from crossborder.stages.inventory.virtual import (
    Candidate,
    LeadPart,
    LeadTime,
    OpenLine,
    outlook,
    promise,
    virtual_stock,
)
from crossborder.stages.inventory.virtual.keep import arrival, ends, starts

SKU = SkuId("s1")
DAY = timedelta(days=1)
NOW = datetime(2026, 9, 14, 3, tzinfo=UTC)
DATA = Path(os.environ.get("CROSSBORDER_DATA", Path(__file__).parents[3] / "shared" / "data"))
NAMES = ("approved_at", "to_carrier_at", "delivered_at", "promised_date")

Past = tuple[datetime, datetime, datetime, datetime]


def fastest(work: Callable[[], Any], times: int) -> float:
    """Seconds of one call, the fastest of five rounds."""
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(times):
            work()
        best = min(best, (time.perf_counter() - start) / times)
    return best


def skewed(middle: float, size: int = 400) -> Distribution:
    """A law of so many different hours."""
    normal = NormalDist(middle, 0.5)
    return Distribution.of(exp(normal.inv_cdf((at + 0.5) / size)) for at in range(size))


def long_lead() -> LeadTime:
    """Three parts with calendars, a leg by night and day, and a last mile with its own."""
    supplier = chinese_calendar([2026], cut_off=timedelta(hours=16))
    ours = WorkCalendar(weekend=frozenset({7}), opens=timedelta(hours=8))
    buyers = WorkCalendar(zone="America/New_York", weekend=frozenset({7}))
    return LeadTime(
        (
            LeadPart("handling", skewed(2.2), supplier, 400.0),
            LeadPart("domestic", skewed(3.6), None, 400.0),
            LeadPart("check", skewed(1.2), ours, 400.0),
        ),
        (
            LeadPart("line_haul", skewed(4.7), None, 400.0),
            LeadPart("last_mile", skewed(2.5), buyers, 400.0),
        ),
    )


def offer(now: datetime) -> SupplierOffer:
    supplier = Supplier(SupplierId("m"))
    line = OfferLine(SKU, 1000, Price("10", "CNY"))
    return SupplierOffer(OfferId("o"), supplier, ProductId("p"), (line,), "CNY", now)


def costs() -> None:
    """What deciding costs, and how far thinned laws are from many draws."""
    lead, made, ship_by = long_lead(), offer(NOW), NOW + 25 * DAY
    deliver_by = ship_by + 14 * DAY

    def decide() -> object:
        return virtual_stock(made, SKU, now=NOW, ship_by=ship_by, deliver_by=deliver_by, lead=lead)

    def decide_anew() -> object:
        ends.cache_clear()
        return decide()

    print(f"virtual_stock_5_parts_us {fastest(decide_anew, 10) * 1e6:.0f}")
    print(f"virtual_stock_same_dates_us {fastest(decide, 50) * 1e6:.0f}")
    single = (made.id, SKU)
    lines = tuple(
        OpenLine(OrderId(str(at)), "1", single[1], 1, single[0], ship_by, deliver_by)
        for at in range(100)
    )
    candidates = (Candidate(made, lead),)

    def watch() -> object:
        ends.cache_clear()
        return outlook(lines, candidates, now=NOW, level=Decimal("0.8"))

    print(f"outlook_per_line_us {fastest(watch, 1) / len(lines) * 1e6:.0f}")
    several = tuple(
        Candidate(evolve(made, id=OfferId(f"o{at}")), evolve(lead, margin=(20 + at) * DAY / 4))
        for at in range(5)
    )

    def answer() -> object:
        ends.cache_clear()
        soon, there = NOW + 8 * DAY, NOW + 15 * DAY
        return promise(several, SKU, 2, now=NOW, ship_by=soon, deliver_by=there, later=30)

    print(f"promise_5_offers_30_days_us {fastest(answer, 1) * 1e6:.0f}")
    print(f"thinning_largest_error {largest_error(lead, ship_by, deliver_by):.4f}")


def largest_error(lead: LeadTime, ship_by: datetime, deliver_by: datetime) -> float:
    """The largest difference of the chance of keeping from 4,000 evenly spread courses."""
    every = (*lead.parts, *lead.transit)
    laws = [part.law for part in every]
    bought = [ship_by - day * DAY for day in range(4, 24, 4)]
    kept = [0] * len(bought)
    draws = 4_000
    for at in range(1, draws + 1):
        hours = [
            law.quantile(spread(at, base)) for law, base in zip(laws, (2, 3, 5, 7, 11), strict=True)
        ]
        for place, begun in enumerate(bought):
            handed = over(lead.parts, hours, begun)
            there = over(lead.transit, hours[len(lead.parts) :], handed)
            kept[place] += handed <= ship_by and there <= deliver_by
    law = starts(lead, ship_by=ship_by, deliver_by=deliver_by)
    return max(
        abs(law.chance(begun) - count / draws) for begun, count in zip(bought, kept, strict=True)
    )


def over(parts: tuple[LeadPart, ...], hours: list[float], begun: datetime) -> datetime:
    """One course of things, walked forward."""
    for part, takes in zip(parts, hours, strict=False):
        work = timedelta(hours=takes)
        begun = begun + work if part.calendar is None else part.calendar.after(begun, work)
    return begun


def spread(at: int, base: int) -> float:
    """The `at`-th of numbers that fill 0 to 1 evenly (Halton)."""
    share, found = 1.0, 0.0
    while at:
        share /= base
        at, digit = divmod(at, base)
        found += digit * share
    return found


def past_orders(path: Path) -> list[Past]:
    """Delivered orders by the time of approval."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [[row[name] for name in NAMES] for row in csv.DictReader(file)]
    read = (
        tuple(datetime.fromisoformat(text).replace(tzinfo=UTC) for text in row)
        for row in rows
        if all(row)
    )
    orders = [(row[0], row[1], row[2], row[3]) for row in read]
    return sorted(order for order in orders if order[0] <= order[1] <= order[2])


def learned(past: list[Past], now: datetime) -> LeadTime:
    """What was known at `now`."""
    known = [order for order in past if order[2] <= now]
    handling = ((approved, handed) for approved, handed, _, _ in known)
    transit = ((handed, delivered) for _, handed, delivered, _ in known)
    return LeadTime(
        (LeadPart.learned("handling", handling, now=now),),
        (LeadPart.learned("transit", transit, now=now),),
    )


def kept_shares(past: list[Past]) -> None:
    """Promises at nine in ten, and the dates the platform promised, accepted or not."""
    begin, end = past[0][0] + 180 * DAY, max(order[2] for order in past) - 60 * DAY
    month, lead, takes = (0, 0), long_lead(), DAY
    promised = kept = accepted = accepted_kept = late = 0
    waited, spent = timedelta(0), 0.0
    for approved, _, delivered, date in past:
        if not begin <= approved <= end:
            continue
        if (approved.year, approved.month) != month:
            month = approved.year, approved.month
            first = approved.replace(day=1, hour=0, minute=0)
            lead = learned(past, first)
            takes = arrival((*lead.parts, *lead.transit), first, 0.9) - first
        promised += 1
        kept += delivered <= approved + takes
        waited += takes
        made = offer(approved)
        start = time.perf_counter()
        stock = virtual_stock(
            made, SKU, now=approved, ship_by=date, deliver_by=date, lead=lead
        ).value
        spent += time.perf_counter() - start
        if stock is not None:
            accepted += 1
            accepted_kept += delivered <= date
            late += approved >= stock.order_by
    print(f"promised {promised}")
    print(f"kept_share_at_p90 {kept / promised:.4f}")
    print(f"mean_promise_days {waited / promised / DAY:.1f}")
    print(f"accepted_share {accepted / promised:.4f}")
    print(f"accepted_kept_share {accepted_kept / accepted:.4f}")
    print(f"accepted_past_deadline {late}")
    print(f"virtual_stock_2_parts_us {spent / promised * 1e6:.0f}")


def main() -> None:
    """Measure and print."""
    costs()
    path = DATA / "olist_orders" / "orders.csv.gz"
    if path.is_file():
        kept_shares(past_orders(path))


if __name__ == "__main__":
    main()
