"""The delay warning on real orders: how well it ranks, how early it speaks, how often it is right.

`delay.py --fit ORDERS.csv.gz --grade ORDERS.csv.gz` learns from the first table and grades on the
second; without arguments the public orders are split by time, and skipped when absent. `--rolling`
prints several such splits. Prints one `name value` a line.

Late is what is delivered after the end of the promised day. At a checkpoint only parcels count
that are still open and before their promised date: at hand-over (`to_carrier_at`) and fourteen
days after it. All figures are over delivered orders of the graded table. Each order is checked at
hand-over and every 24 hours from then on, until its alarm, its delivery or the end of the promised
day; recall is over the late ones that were handed over before that end, and the lead counts from
the alarm to that end. The monthly share is at hand-over, by month of purchase, of months with a
hundred parcels or more. Every outcome is told when it happened, those of the graded orders too.
"""

import argparse
import csv
import gzip
import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from attrs import Factory, define

from crossborder.predict.survival import AlarmRule, Arrived, Course, Ended, Journey, LateForecast

Row = dict[str, str]

DAY = timedelta(days=1)
AT_LAST = datetime(9999, 1, 1, tzinfo=UTC)
ORDERS = "olist_orders/orders.csv.gz"
REMEMBERED = 120 * DAY
"""From how long back the alarm's rule is chosen anew each month."""

TOLD = ("purchased_at", "to_carrier_at", "delivered_at")
FEWEST = 100
"""Months with fewer parcels say nothing about their share."""

NAMES = (
    *("warn_auc_handover", "warn_ap_handover", "warn_auc_14d", "warn_ap_14d"),
    *("policy_precision", "policy_recall", "policy_lead_days", "late_share_worst_month_factor"),
)


class Absent(Exception):
    """The public data are not at hand."""


def moment(text: str) -> datetime | None:
    """A local wall time; taken as if in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


@define
class Order:
    """One parcel of the tables, and what was said of it."""

    journey: Journey
    bought: datetime
    arrived: datetime | None
    followed: datetime
    graded: bool
    delivered: bool
    said: dict[int, float] = Factory(dict)
    checks: list[tuple[float, float]] = Factory(list)
    alarm: float | None = None

    @property
    def late(self) -> bool:
        """Delivered after the promised day, or not at all."""
        return self.arrived is None or self.arrived >= self.journey.promised_by

    def open_at(self, at: datetime) -> bool:
        """Whether it was on its way and before its promised date."""
        return (self.arrived is None or at < self.arrived) and at < self.journey.promised_by - DAY


def orders_of(rows: Iterable[Row], *, graded: bool) -> Iterator[Order]:
    """The parcels of a table; what was never handed over, or stood there before, is none."""
    kept = [row for row in rows if row["purchased_at"] and row["promised_date"]]
    times = (row[name] for row in kept for name in TOLD)
    cut = max((found for text in times if (found := moment(text))), default=AT_LAST)
    for row in kept:
        bought, handed = moment(row["purchased_at"]), moment(row["to_carrier_at"])
        arrived, promised = moment(row["delivered_at"]), moment(row["promised_date"])
        if bought is None or handed is None or promised is None:
            continue
        if arrived is not None and arrived <= handed:
            continue
        due, worth = promised + DAY, row.get("payment_value", "")
        journey = Journey(
            row["order_id"],
            handed,
            due,
            ordered_at=min(bought, due),
            worth=float(worth) if worth else None,
        )
        # What was open when the table was cut off has an end that nobody knows.
        followed = cut if row["status"] == "open_at_cut" and arrived is None else AT_LAST
        delivered = row["status"] == "delivered" and arrived is not None
        yield Order(journey, bought, arrived, max(followed, handed), graded, graded and delivered)


Step = tuple[datetime, int, str, int]


def steps(orders: dict[str, Order]) -> list[Step]:
    """What happens and what is asked, in time: hand-overs, arrivals, ends, then questions."""
    found: list[Step] = []
    for key, order in orders.items():
        journey = order.journey
        found.append((journey.handed_at, 0, key, 0))
        if order.arrived is not None:
            found.append((order.arrived, 1, key, 0))
        elif order.followed < AT_LAST:
            found.append((order.followed, 2, key, 0))
        end = min(order.arrived or AT_LAST, order.followed, journey.promised_by)
        days = range(max(-((journey.handed_at - end) // DAY), 0))
        found += [(journey.handed_at + day * DAY, 3, key, day) for day in days]
    return sorted(found)


def asked(order: Order, day: int, forecast: LateForecast, at: datetime, rule: AlarmRule) -> None:
    """One daily check of an order."""
    chance = forecast.late(order.journey.id, now=at).probability
    left = (order.journey.promised_by - at) / DAY
    if day in (0, 14) and order.open_at(at):
        order.said[day] = chance
    order.checks.append((left, chance))
    if order.alarm is None and rule.calls(chance, left=left):
        order.alarm = left


def holidays(years: Iterable[int]) -> frozenset[date]:
    """Brazil's national holidays and carnival, known years ahead."""
    fixed = ((1, 1), (4, 21), (5, 1), (9, 7), (10, 12), (11, 2), (11, 15), (12, 25))
    found = set()
    for year in years:
        found |= {date(year, month, day) for month, day in fixed}
        found |= {easter(year) + days * DAY for days in (-48, -47, -2, 60)}
    return frozenset(found)


def easter(year: int) -> date:
    """Easter Sunday (Butcher's rule)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    i = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * i) // 451
    month, day = divmod(h + i - 7 * m + 114, 31)
    return date(year, month, day + 1)


def chosen(orders: Iterable[Order], now: datetime) -> AlarmRule:
    """The rule that did best on the parcels whose promise passed lately."""
    since = now - REMEMBERED
    return AlarmRule.chosen(
        Course(tuple(order.checks), order.late)
        for order in orders
        if order.checks and since <= order.journey.promised_by <= now <= order.followed
    )


def replayed(orders: dict[str, Order]) -> None:
    """Tell and ask in the order of time; what was said stays with each order."""
    years = range(2000, 2100)
    forecast, rule = LateForecast(holidays=holidays(years)), AlarmRule()
    month: tuple[int, int] | None = None
    for at, kind, key, day in steps(orders):
        order = orders[key]
        if (at.year, at.month) != month:
            month = at.year, at.month
            rule = chosen(orders.values(), at)
        if kind == 0:
            forecast.observe(order.journey, known_at=at, now=at)
        elif kind == 1:
            forecast.observe(Arrived(key, at), known_at=at, now=at)
        elif kind == 2:
            forecast.observe(Ended(key, at), known_at=at, now=at)
        else:
            asked(order, day, forecast, at, rule)


def graded(fit: list[Row], grade: list[Row]) -> dict[str, float]:
    """All figures of the warning; an order of both tables counts as one of the second."""
    orders = {order.journey.id: order for order in orders_of(fit, graded=False)}
    orders |= {order.journey.id: order for order in orders_of(grade, graded=True)}
    replayed(orders)
    counted = [order for order in orders.values() if order.delivered]
    figures: dict[str, float] = {}
    for day, name in ((0, "handover"), (14, "14d")):
        pairs = [(order.said[day], order.late) for order in counted if day in order.said]
        figures[f"warn_auc_{name}"] = auc(pairs)
        figures[f"warn_ap_{name}"] = average_precision(pairs)
    raised = [order for order in counted if order.alarm is not None]
    leads = [order.alarm for order in raised if order.late and order.alarm is not None]
    late = sum(order.late for order in counted if order.checks)
    nan = float("nan")
    figures["policy_precision"] = len(leads) / len(raised) if raised else nan
    figures["policy_recall"] = len(leads) / late if late else nan
    figures["policy_lead_days"] = sum(leads) / len(leads) if leads else nan
    figures["late_share_worst_month_factor"] = worst_month(counted)
    return figures


def worst_month(orders: Iterable[Order]) -> float:
    """How many times the predicted share of late parcels is off, in the month where it is most."""
    months: dict[tuple[int, int], list[Order]] = defaultdict(list)
    for order in orders:
        if 0 in order.said:
            months[order.bought.year, order.bought.month].append(order)
    worst = float("nan")
    for found in months.values():
        if len(found) >= FEWEST:
            said, late = sum(order.said[0] for order in found), sum(order.late for order in found)
            factor = max(said / late, late / said) if late else float("inf")
            worst = factor if worst != worst else max(worst, factor)
    return worst


def auc(pairs: Sequence[tuple[float, bool]]) -> float:
    """The chance that a late one was said to be likelier late than one on time; ties count half."""
    ranks: dict[float, list[int]] = defaultdict(lambda: [0, 0])
    for chance, late in pairs:
        ranks[chance][late] += 1
    below = better = 0.0
    for chance in sorted(ranks):
        prompt, missed = ranks[chance]
        better += missed * (below + prompt / 2)
        below += prompt
    wanted = sum(late for _, late in pairs)
    return better / (wanted * below) if wanted and below else float("nan")


def average_precision(pairs: Sequence[tuple[float, bool]]) -> float:
    """The mean share of late ones among those ranked as high as each late one."""
    ranks: dict[float, list[int]] = defaultdict(lambda: [0, 0])
    for chance, late in pairs:
        ranks[chance][late] += 1
    seen = hits = 0
    gained = 0.0
    for chance in sorted(ranks, reverse=True):
        prompt, missed = ranks[chance]
        seen, hits = seen + prompt + missed, hits + missed
        gained += missed * hits / seen
    return gained / hits if hits else float("nan")


def read(path: Path) -> list[Row]:
    """A table of orders, gzipped or not."""
    body = path.read_bytes()
    text = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
    return list(csv.DictReader(text.decode("utf-8-sig").splitlines()))


def cut(rows: Iterable[Row], begin: str, end: str) -> tuple[list[Row], list[Row]]:
    """What was known on the morning of `begin`, and the orders bought from then until `end`."""
    fit, grade = [], []
    for row in rows:
        if begin <= row["purchased_at"] < end:
            grade.append(row)
        if row["purchased_at"] < begin:
            known = dict(row)
            for name in ("approved_at", "to_carrier_at", "delivered_at"):
                if known[name] >= begin:
                    known |= {name: "", "status": "open_at_cut"}
            fit.append(known)
    return fit, grade


SPLITS = (
    *(("2017-06-01", "2017-09-01"), ("2017-09-01", "2017-11-01"), ("2017-11-01", "2018-01-01")),
    *(("2018-01-01", "2018-03-01"), ("2017-06-01", "2018-03-01")),
)


def public() -> list[Row]:
    """The public orders at CROSSBORDER_DATA, else at `../shared/data` beside the project."""
    stated = os.environ.get("CROSSBORDER_DATA")
    root = Path(stated) if stated else Path(__file__).resolve().parents[3] / "shared" / "data"
    if not (root / ORDERS).is_file():
        raise Absent(f"no {ORDERS} at {root}: set CROSSBORDER_DATA")
    return read(root / ORDERS)


def show(figures: dict[str, float], prefix: str = "") -> None:
    """One figure a line."""
    for name in NAMES:
        print(f"{prefix}{name} {figures[name]:.4f}")


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Grade the delay warning.")
    parser.add_argument("--fit", type=Path, help="orders to learn from")
    parser.add_argument("--grade", type=Path, help="later orders to grade on")
    parser.add_argument("--rolling", action="store_true", help="several splits of the public data")
    given = parser.parse_args(arguments)
    if (given.fit is None) != (given.grade is None):
        parser.error("--fit and --grade go together")
    try:
        if given.fit is not None:
            show(graded(read(given.fit), read(given.grade)))
        elif given.rolling:
            rows = public()
            for begin, end in SPLITS:
                show(graded(*cut(rows, begin, end)), f"{begin}_{end}_")
        else:
            show(graded(*cut(public(), "2017-12-01", "2018-03-01")))
    except Absent as absent:
        print(f"skipped: {absent}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
