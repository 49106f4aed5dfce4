"""Oversell and lost sales of three channels on one stock, while news of a sale is under way.

Demand is replayed order by order. A channel takes an order while it still shows a piece: it shows
what was published a feed lag ago, less what it has sold itself since. What it takes beyond the
pieces there is oversold; what it refuses while a piece is there is a lost sale. All policies see
the same demand and the same refills, which follow from demand alone.

The public Olist file holds a random tenth of the orders, and the product of one in twelve. So a
SKU is drawn for each order from the most sold products, by their share, and each order stands for
ten within an hour around it (`volume`): the true number of orders, and a little burstier. Stock is
lean on purpose: it is refilled once in some days to what the last four weeks' demand makes of that
time, so that it runs out in about every second period.

Prints one `name value` a line; without arguments every setting, on the file and on made streams.
`--orders FILE --seed N --lag MINUTES --channels N` choose another file and setting.
"""

import argparse
import csv
import gzip
import os
import random
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import cache
from math import log
from pathlib import Path

from crossborder.predict.quantiles import Distribution
from crossborder.stages.inventory.channels import ChannelTerms, channel_quantities
from crossborder.stages.inventory.channels.buffer import FeedLag, feed_guard

DAY = 24 * 60.0
MONTH = 28
TARGET = Decimal("0.001")
WEIGHTS = (0.5, 0.3, 0.2, 0.15, 0.1)


@dataclass(frozen=True)
class Order:
    """One piece asked for, at a minute since the beginning."""

    at: float
    sku: int
    channel: int


@dataclass(frozen=True)
class Setting:
    """What the shop and its feeds are like: lags in minutes, refills in days."""

    lags: tuple[float, ...] = (15.0,)
    refill: int = 7
    channels: int = 3
    seed: int = 1


@dataclass
class Result:
    """What came of a replay, the first four weeks (in which a policy learns) left out."""

    units: int = 0
    oversold: int = 0
    lost: int = 0

    @property
    def oversell_share(self) -> float:
        """Of the pieces taken, those that were not there."""
        return self.oversold / max(1, self.units)

    @property
    def lost_share(self) -> float:
        """Of the pieces that were there when asked for, those refused."""
        return self.lost / max(1, self.units - self.oversold + self.lost)


class Recent:
    """Counts of the last four weeks, by day."""

    def __init__(self) -> None:
        self.days: deque[tuple[int, Counter[int]]] = deque([(0, Counter())])
        self.total = Counter[int]()

    def add(self, key: int, at: float) -> None:
        day = int(at // DAY)
        if self.days[-1][0] != day:
            self.days.append((day, Counter()))
        self.days[-1][1][key] += 1
        self.total[key] += 1
        while self.days[0][0] <= day - MONTH:
            self.total -= self.days.popleft()[1]

    def daily(self, key: int, at: float) -> float:
        return self.total[key] / self.span(at)

    @staticmethod
    def span(at: float) -> float:
        return min(MONTH, at // DAY + 1)


@dataclass
class Seen:
    """What a seller knows: its own sales, never the demand that was refused."""

    lags: tuple[float, ...]
    channels: int
    skus: Recent = field(default_factory=Recent)
    shares: Recent = field(default_factory=Recent)
    hours: Recent = field(default_factory=Recent)
    sold: Counter[int] = field(default_factory=Counter)
    run_outs: Counter[int] = field(default_factory=Counter)
    last: deque[float] = field(default_factory=deque)

    def sale(self, order: Order) -> None:
        self.skus.add(order.sku, order.at)
        self.shares.add(order.channel, order.at)
        self.hours.add(int(order.at // 60) % 24, order.at)
        self.sold[order.sku] += 1
        self.last.append(order.at)
        while self.last[0] < order.at - 120:
            self.last.popleft()

    def rate(self, sku: int, at: float) -> float:
        """Pieces an hour, as they are felt by a sale: hours count by what they sell.

        When the last two hours sold more than that in the whole shop, their pace counts.
        """
        every = self.hours.total.total()
        felt = sum((sold / every) ** 2 for sold in self.hours.total.values()) if every else 1 / 24
        now = len(self.last) / 2 / (every / self.skus.span(at)) if len(self.last) >= 6 else 0.0
        return max(self.skus.daily(sku, at), 1 / MONTH) * max(felt, now)


Policy = Callable[[int, int, float, Seen], tuple[int, ...]]


def naive(pieces: int, sku: int, at: float, seen: Seen) -> tuple[int, ...]:
    """Everything everywhere."""
    return (pieces,) * seen.channels


def fixed(pieces: int, sku: int, at: float, seen: Seen) -> tuple[int, ...]:
    """Everything less two, everywhere."""
    return (max(0, pieces - 2),) * seen.channels


def divided(pieces: int, sku: int, at: float, seen: Seen) -> tuple[int, ...]:
    """No piece shown twice, each channel alike."""
    return _shown(pieces, (1,) * seen.channels, (0,) * seen.channels, Decimal(1))


def ours(pieces: int, sku: int, at: float, seen: Seen) -> tuple[int, ...]:
    """Everything everywhere, but the last pieces as far as lag and rate allow."""
    every = seen.shares.total.total() + seen.channels
    weights = tuple(
        max(1, round(20 * (seen.shares.total[c] + 1) / every)) for c in range(seen.channels)
    )
    rate = _stepped(seen.rate(sku, at))
    units = _stepped(max(1.0, seen.sold[sku] / (1 + seen.run_outs[sku])))
    unshared = _unshared(seen.lags, weights, rate, units)
    return _shown(pieces, weights, unshared, Decimal(seen.channels))


def _stepped(number: float) -> Decimal:
    """To a tenth, so that one answer serves many moments."""
    return Decimal(f"{1.1 ** round(log(number, 1.1)):.4g}")


def _terms(weights: tuple[int, ...], unshared: tuple[int, ...]) -> tuple[ChannelTerms, ...]:
    pairs = enumerate(zip(weights, unshared, strict=True))
    return tuple(ChannelTerms(str(c), Decimal(w), unshared=last) for c, (w, last) in pairs)


@cache
def _unshared(
    lags: tuple[float, ...], weights: tuple[int, ...], rate: Decimal, units: Decimal
) -> tuple[int, ...]:
    terms = _terms(weights, (0,) * len(weights))
    feeds = tuple(FeedLag(term.channel, Distribution.of(lags)) for term in terms)
    found = feed_guard(terms, feeds, rate=rate, oversell_target=TARGET, units=units)
    return tuple(term.unshared for term in found.value)


@cache
def _shown(
    pieces: int, weights: tuple[int, ...], unshared: tuple[int, ...], overlap: Decimal
) -> tuple[int, ...]:
    found = channel_quantities(pieces, _terms(weights, unshared), overlap=overlap)
    return tuple(item.quantity for item in found.value)


POLICIES: dict[str, Policy] = {"naive": naive, "fixed": fixed, "divided": divided, "ours": ours}


class Stock:
    """One SKU: what is there, and what the channels were told and when that lands."""

    def __init__(self, channels: int) -> None:
        self.on_hand = 0
        self.sold = [0] * channels
        self.told = deque([(0.0, (0,) * channels, (0,) * channels)])

    def publish(self, shown: tuple[int, ...], lands: float) -> None:
        # A feed keeps its order: nothing overtakes what was sent before.
        self.told.append((max(lands, self.told[-1][0]), shown, tuple(self.sold)))

    def visible(self, channel: int, at: float) -> int:
        while len(self.told) > 1 and self.told[1][0] <= at:
            self.told.popleft()
        _, shown, sold = self.told[0]
        return shown[channel] - (self.sold[channel] - sold[channel])


def replay(orders: Sequence[Order], policy: Policy, setting: Setting) -> Result:
    """Every order in turn; `orders` by time."""
    chance = random.Random(setting.seed)
    seen, demand, result = Seen(setting.lags, setting.channels), Recent(), Result()
    skus = sorted({order.sku for order in orders})
    stocks = {sku: Stock(setting.channels) for sku in skus}

    def publish(sku: int, at: float) -> None:
        shown = policy(stocks[sku].on_hand, sku, at, seen)
        stocks[sku].publish(shown, at + chance.choice(setting.lags))

    day = -1
    for order in orders:
        while day < order.at // DAY:
            day += 1
            for sku in skus:
                if (day + sku) % setting.refill == 0 or day == 0:
                    period = demand.daily(sku, order.at) * setting.refill
                    stock = stocks[sku]
                    stock.on_hand = max(stock.on_hand, 2, -int(-period // 1))
                    publish(sku, day * DAY)
        demand.add(order.sku, order.at)
        stock = stocks[order.sku]
        counted = order.at >= MONTH * DAY
        if stock.visible(order.channel, order.at) <= 0:
            result.lost += counted and stock.on_hand > 0
            continue
        result.units += counted
        result.oversold += counted and stock.on_hand == 0
        seen.run_outs[order.sku] += stock.on_hand == 1
        stock.on_hand = max(0, stock.on_hand - 1)
        stock.sold[order.channel] += 1
        seen.sale(order)
        publish(order.sku, order.at)
    return result


def _assigned(
    times: Iterable[float], shares: Sequence[float], channels: int, seed: int
) -> list[Order]:
    chance = random.Random(seed)
    ordered = sorted(times)
    skus = chance.choices(range(len(shares)), shares, k=len(ordered))
    where = chance.choices(range(channels), WEIGHTS[:channels], k=len(ordered))
    return [Order(*each) for each in zip(ordered, skus, where, strict=True)]


def _rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def olist(
    orders: Path,
    *,
    seed: int,
    skus: int = 40,
    channels: int = 3,
    volume: int = 10,
    squeeze: int = 1,
) -> list[Order]:
    """The file's stream; `squeeze` 10 lets ten hours pass in one."""
    chance = random.Random(seed)
    beginning = datetime.fromisoformat("2017-01-01")
    times = list[float]()
    for row in _rows(orders):
        at = (datetime.fromisoformat(row["purchased_at"]) - beginning).total_seconds() / 60
        if at >= 0:
            times.append(at)
            times.extend(max(0.0, at + chance.uniform(-60, 60)) for _ in range(volume - 1))
    sold = Counter(row["product_id"] for row in _rows(orders.with_name("items.csv.gz")))
    shares = [float(count) for _, count in sorted(sold.items(), key=lambda i: (-i[1], i[0]))[:skus]]
    return _assigned((at / squeeze for at in times), shares, channels, seed)


def made(
    *, seed: int, days: int = 150, daily: float = 150, skus: int = 40, channels: int = 3
) -> list[Order]:
    """A Poisson stream with quiet nights, and products whose sales fall as 1, 1/2, 1/3 …"""
    chance = random.Random(seed)
    at, times, peak = 0.0, list[float](), 1.6
    while at < days * DAY:
        at += chance.expovariate(daily * peak / DAY)
        hour = at / 60 % 24
        if chance.random() < (0.3 if hour < 8 else 1.35) / peak:
            times.append(at)
    return _assigned(times, [1 / (rank + 1) for rank in range(skus)], channels, seed)


def report(name: str, orders: Sequence[Order], setting: Setting) -> None:
    """Print the figures of every policy."""
    for said, policy in POLICIES.items():
        result = replay(orders, policy, setting)
        print(f"{name}_{said}_units {result.units}")
        print(f"{name}_{said}_oversell_share {result.oversell_share:.5f}")
        print(f"{name}_{said}_lost_sales_share {result.lost_share:.5f}", flush=True)


def every_setting(orders: Path) -> None:
    """The usual shop, and harder ones: slow and uneven feeds, few sales, ten hours in one."""
    hour = Setting(lags=(60.0,))
    if orders.is_file():
        stream = olist(orders, seed=1)
        report("olist", stream, Setting())
        report("olist_uneven_lag", stream, Setting(lags=(5.0, 10.0, 10.0, 15.0, 20.0, 60.0)))
        report("olist_lag60", stream, hour)
        report("olist_refill3", stream, Setting(refill=3))
        report("olist_tenth", olist(orders, seed=1, volume=1), Setting())
        squeezed = olist(orders, seed=1, squeeze=10)
        report("olist_squeezed", squeezed, Setting(refill=1))
        report("olist_squeezed_lag60", squeezed, replace(hour, refill=1))
    else:
        print("skipped: no data")
    for seed in (1, 2, 3):
        report(f"made{seed}", made(seed=seed), Setting(seed=seed))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Oversell of three channels on one stock.")
    parser.add_argument("--orders", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lag", type=float, default=15.0)
    parser.add_argument("--channels", type=int, default=3, choices=range(1, len(WEIGHTS) + 1))
    given = parser.parse_args()
    shared = Path(__file__).resolve().parents[3] / "shared" / "data"
    usual = Path(os.environ.get("CROSSBORDER_DATA", shared)) / "olist_orders" / "orders.csv.gz"
    if given == parser.parse_args([]):
        every_setting(usual)
    elif (given.orders or usual).is_file():
        stream = olist(given.orders or usual, seed=given.seed, channels=given.channels)
        report("asked", stream, Setting((given.lag,), channels=given.channels, seed=given.seed))
    else:
        print("skipped: no data")


if __name__ == "__main__":
    main()
