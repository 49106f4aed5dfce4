"""Delivery times quoted at purchase: pinball loss, coverage and length of P50, P80 and P90.

`eta.py --fit FILE --grade FILE` reads tables of orders with the columns of the public Olist orders
(CSV, may be gzipped). Both are one stream of time: every order is quoted at its purchase from what
was known then; a delivery is known when it happens, and a quote is missed when its time passes. Of
orders of `--fit` that are open at its end nothing more is heard. Delivered orders of `--grade` are
graded. The warning's figures on the same tables follow.

Without arguments the orders of CROSSBORDER_DATA are split by time at 2017-12-01, the constants are
chosen on what comes before, and what was bought from then to 2018-02-01 is graded; `--rolling`
grades the standing constants over many splits, some with times made to fall or rise, and beside
them the table of promised windows that is never learnt again. Skipped when the data are absent.

Prints one `name value` a line.
"""

import argparse
import csv
import gzip
import io
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import exp, log
from pathlib import Path
from statistics import median
from typing import Any

from attrs import evolve, frozen

from crossborder.predict.demand import pinball
from crossborder.predict.transit import TransitSettings, TransitTimes, Way

TABLE = "olist_orders/orders.csv.gz"
CHANCES = (0.5, 0.8, 0.9)
COLUMNS = (
    *("order_id", "status", "purchased_at", "approved_at", "to_carrier_at", "delivered_at"),
    *("promised_date", "customer_state", "main_payment_type", "n_payments"),
    *("max_installments", "payment_value"),
)
DAY = timedelta(days=1)
NAMES = (
    *("eta_p50_pinball", "eta_p80_pinball", "eta_p80_coverage", "eta_p90_pinball"),
    *("eta_p90_coverage", "eta_p90_mean_days", "us_per_quote"),
)
WARNING = (
    *("warn_auc_handover", "warn_ap_handover", "warn_auc_14d", "warn_ap_14d"),
    *("policy_precision", "policy_recall", "policy_lead_days", "late_share_worst_month_factor"),
)

Table = list[dict[str, str]]


class Absent(Exception):
    """The public data are not at hand."""


class BadTable(Exception):
    """A table that cannot be read: file, line and column are named."""


@frozen
class Order:
    """One order of the table.

    Attributes:
        key: its id.
        way: what is known of it at purchase.
        bought: when it was purchased.
        delivered: when it arrived, or None.
    """

    key: str
    way: Way
    bought: datetime
    delivered: datetime | None

    @property
    def days(self) -> float | None:
        """From purchase to delivery."""
        return None if self.delivered is None else (self.delivered - self.bought) / DAY


def data_file() -> Path:
    """The orders of CROSSBORDER_DATA, else of `../shared/data` beside the project."""
    stated = os.environ.get("CROSSBORDER_DATA")
    root = Path(stated) if stated else Path(__file__).resolve().parents[3] / "shared" / "data"
    if not (root / TABLE).is_file():
        raise Absent(f"no {TABLE} at {root}: set CROSSBORDER_DATA")
    return root / TABLE


def read(path: Path) -> Table:
    """The lines of a table by column."""
    try:
        body = path.read_bytes()
        text = (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise BadTable(f"{path}: cannot be read: {error}") from error
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="")
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise BadTable(f"{path}, line 1: has no column {', '.join(missing)}")
    found = []
    for row in reader:
        for name in ("purchased_at", "delivered_at", "promised_date"):
            try:
                moment(row[name])
            except ValueError as error:
                place = f"{path}, line {reader.line_num}, column {name}"
                raise BadTable(f"{place}: {row[name]!r} is not a time") from error
        if row["purchased_at"]:
            found.append(row)
    return found


def moment(text: str) -> datetime | None:
    """A local time, read as if it were UTC: all are of one place."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text.strip() else None


def bought(row: Mapping[str, str]) -> datetime:
    """When an order was purchased."""
    found = moment(row["purchased_at"])
    assert found is not None
    return found


def number(text: str) -> float | None:
    """A figure, or None for what is none."""
    try:
        found = float(text)
    except ValueError:
        return None
    return found if 0 <= found < float("inf") else None


def way_of(row: Mapping[str, str]) -> Way:
    """What is known of an order when it is placed."""
    promised = moment(row["promised_date"])
    window = None if promised is None else (promised - bought(row)) / DAY
    amounts = {"worth": number(row["payment_value"]), "parts": number(row["max_installments"])}
    kind = row["main_payment_type"].strip()
    return Way(
        zone=row["customer_state"].strip(),
        promised=window if window is not None and window > 0 else None,
        amounts={name: value for name, value in amounts.items() if value is not None},
        kinds=(kind,) if kind else (),
    )


def orders(rows: Iterable[Mapping[str, str]]) -> list[Order]:
    """The orders of a table by purchase; an order that arrived before it was bought did not."""
    found = []
    for row in rows:
        start, end = bought(row), moment(row["delivered_at"])
        delivered = end if end is not None and end > start else None
        found.append(Order(row["order_id"], way_of(row), start, delivered))
    return sorted(found, key=lambda order: (order.bought, order.key))


def last_seen(rows: Sequence[Mapping[str, str]]) -> datetime:
    """The end of the last day of which a table tells."""
    columns = ("purchased_at", "approved_at", "to_carrier_at", "delivered_at")
    latest = max(row[name] for row in rows for name in columns)
    return datetime.fromisoformat(latest[:10]).replace(tzinfo=UTC) + DAY


@frozen
class Quoted:
    """An order with the days that were quoted for it, by chance."""

    order: Order
    days: tuple[float, ...]


@frozen
class Replay:
    """What a replay gave: the quotes, the seconds of each, and of all learning."""

    quotes: list[Quoted]
    quoting: list[float]
    learning: float


def replay(fit: Table, grade: Table, settings: TransitSettings | None = None) -> Replay:
    """Quote the orders of the second table as time goes by."""
    times = TransitTimes(settings)
    known = {row["order_id"] for row in fit}
    before = orders(fit)
    after = [order for order in orders(grade) if order.key not in known]
    cut = last_seen(fit)
    if after:
        cut = max(min(cut, after[0].bought), max(order.bought for order in before))
    for order in before:
        times.begin(order.key, order.way, at=order.bought, now=cut)
        # Outcomes after the end of the table are not in it: nothing more is heard of the order.
        if order.delivered is None:
            times.withdraw(order.key, known_at=cut, now=cut)
        else:
            end = order.delivered
            times.observe(order.key, end, known_at=end, now=max(cut, end))
    arrivals = sorted(
        (order.delivered, order.key) for order in after if order.delivered is not None
    )
    quotes, quoting, learning = list[Quoted](), list[float](), 0.0
    place, today = 0, None
    for order in after:
        now = order.bought
        while place < len(arrivals) and arrivals[place][0] <= now:
            end, key = arrivals[place]
            times.observe(key, end, known_at=end, now=now)
            place += 1
        if now.date() != today:
            today = now.date()
            started = time.perf_counter()
            times.days(order.way, CHANCES, now=now)
            learning += time.perf_counter() - started
        times.begin(order.key, order.way, at=now, now=now)
        times.quote(order.way, now=now, key=order.key)
        started = time.perf_counter()
        days = times.days(order.way, CHANCES, now=now)
        quoting.append(time.perf_counter() - started)
        if days is None:
            raise BadTable("no order of the first table arrived")
        quotes.append(Quoted(order, days))
    return Replay(quotes, quoting, learning)


def figures(quotes: Iterable[Quoted]) -> dict[str, float]:
    """Losses, coverages and lengths over what was delivered."""
    graded = [(quoted.order.days, quoted.days) for quoted in quotes]
    told = [(lasted, days) for lasted, days in graded if lasted is not None]
    if not told:
        raise BadTable("no delivered order in the graded table")
    found = {}
    for place, chance in enumerate(CHANCES):
        name = f"eta_p{round(100 * chance)}"
        found[f"{name}_pinball"] = sum(
            pinball(lasted, days[place], chance) for lasted, days in told
        ) / len(told)
        found[f"{name}_coverage"] = sum(lasted <= days[place] for lasted, days in told) / len(told)
        found[f"{name}_mean_days"] = sum(days[place] for _, days in told) / len(told)
    return found


def graded(fit: Table, grade: Table, settings: TransitSettings | None = None) -> dict[str, float]:
    """The figures of one split."""
    done = replay(fit, grade, settings)
    found = figures(done.quotes)
    whole = sum(done.quoting) + done.learning
    found["us_per_quote"] = 1e6 * median(done.quoting)
    found["us_per_quote_with_learning"] = 1e6 * whole / len(done.quoting)
    return found


def split(rows: Table, cut: datetime, end: datetime) -> tuple[Table, Table]:
    """What was known on the morning of the cut, and what was bought from then to the end."""
    fit, grade = [], []
    for row in rows:
        at = bought(row)
        if at >= end:
            continue
        if at >= cut:
            grade.append(row)
            continue
        later = {
            name: ""
            for name in ("approved_at", "to_carrier_at", "delivered_at")
            if row[name] and datetime.fromisoformat(row[name]).replace(tzinfo=UTC) >= cut
        }
        fit.append({**row, **later} if later else row)
    return fit, grade


def bent(rows: Table, cut: datetime, factor: float, promise: float) -> Table:
    """A copy whose times fall or rise from the cut on, by `factor` after 150 days.

    The promised window follows with the power `promise` of it.
    """
    found = []
    for row in rows:
        start = bought(row)
        share = min(max((start - cut) / (150 * DAY), 0.0), 1.0)
        scale = exp(share * log(factor))
        changed = dict(row)
        for name in ("to_carrier_at", "delivered_at"):
            then = moment(row[name])
            if then is not None and then > start:
                changed[name] = (start + (then - start) * scale).replace(tzinfo=None).isoformat()
        then = moment(row["promised_date"])
        if then is not None and then > start:
            day = start + max((then - start) * scale**promise, 2 * DAY)
            changed["promised_date"] = day.strftime("%Y-%m-%dT00:00")
        found.append(changed)
    return found


def mirrored(rows: Table, first: datetime, weeks: int) -> Table:
    """A copy whose weeks run backwards, so that what rose falls; days of the week stay."""
    found = []
    for row in rows:
        week = (bought(row) - first) // (7 * DAY)
        if 0 <= week < weeks:
            by = 7 * DAY * (weeks - 1 - 2 * week)
            moved = {
                name: (datetime.fromisoformat(row[name]) + by).isoformat()
                for name in COLUMNS
                if name.endswith(("_at", "_date")) and row[name]
            }
            found.append({**row, **moved})
    return sorted(found, key=lambda row: row["purchased_at"])


def day(text: str) -> datetime:
    """A morning."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


Splits = list[tuple[str, Table, Table]]

SPLITS = (
    ("2017-07", "2017-11", ((1.0, 0.0),)),
    (
        "2017-09",
        "2018-02",
        ((1.0, 0.0), (0.65, 0.0), (0.65, 0.6), (0.8, 0.0), (0.8, 0.6), (1.25, 0.0), (1.25, 0.6)),
    ),
    ("2017-10", "2018-02", ((1.0, 0.0),)),
    ("2017-12", "2018-02", ((1.0, 0.0), (0.75, 0.3))),
    ("2017-06", "2017-11", ((0.6, 0.3),)),
)
"""Cut, end, and by how much times (and promises, as a power) are bent after it."""

MIRROR, WEEKS = "2017-01-02", 57


def rolling(rows: Table, end: datetime) -> Splits:
    """Splits that end by then: as they are, with times bent, and with weeks run backwards."""
    found = []
    whole = [row for row in rows if bought(row) >= day("2017-01-01")]
    for start, stop, bends in SPLITS:
        cut, until = day(f"{start}-01"), day(f"{stop}-01")
        if until > end:
            continue
        for factor, promise in bends:
            table = whole if factor == 1 else bent(whole, cut, factor, promise)
            name = start if factor == 1 else f"{start}*{factor}/{promise}"
            found.append((name, *split(table, cut, until)))
    first = day(MIRROR)
    weeks = min(WEEKS, (end - first) // (7 * DAY))
    for begin in (20, 30):
        if begin + 12 > weeks:
            continue
        cut = first + 7 * DAY * begin
        for factor in (1.0, 0.7):
            table = mirrored(whole, first, weeks)
            if factor != 1:
                table = bent(table, cut, factor, 0.3)
            name = f"backwards-{begin}" + ("" if factor == 1 else f"*{factor}")
            found.append((name, *split(table, cut, cut + 22 * 7 * DAY)))
    return found


def frozen_table(fit: Table, grade: Table) -> dict[str, float]:
    """The plain table: quantiles by fifths of the promised window, of what arrived before."""
    before = [order for order in orders(fit) if order.days is not None]
    widths = sorted(order.way.promised or 0.0 for order in before)
    edges = [widths[len(widths) * part // 5] for part in range(1, 5)]

    def fifth(order: Order) -> int:
        return sum((order.way.promised or 0.0) >= edge for edge in edges)

    lasted: list[list[float]] = [[] for _ in range(5)]
    for order in before:
        if order.days is not None:
            lasted[fifth(order)].append(order.days)
    marks = []
    for found in lasted:
        found.sort()
        marks.append(tuple(found[int(chance * len(found))] for chance in CHANCES))
    return figures(Quoted(order, marks[fifth(order)]) for order in orders(grade))


CANDIDATES: tuple[dict[str, Any], ...] = (
    {},
    {"level_half_life": 7.0},
    {"level_half_life": 20.0},
    {"level_trend": 0.0},
    {"level_trend": 0.8},
    {"effect_half_life": 240.0},
    {"correction": 0.0},
)


def chosen(
    splits: Splits, say: Callable[[str], None] | None = None
) -> tuple[TransitSettings, dict[str, float]]:
    """The constants with the least P80 and P90 loss over splits, each changed alone."""
    best: dict[str, tuple[float, float]] = {}
    base = 0.0
    for change in CANDIDATES:
        settings = evolve(TransitSettings(), **change)
        loss = 0.0
        for _, fit, grade in splits:
            found = figures(replay(fit, grade, settings).quotes)
            loss += found["eta_p80_pinball"] + found["eta_p90_pinball"]
        if say is not None:
            say(f"{change} {loss / len(splits):.4f}")
        if not change:
            base = loss
            continue
        ((name, value),) = change.items()
        if loss < best.get(name, (base, 0.0))[0]:
            best[name] = loss, value
    changes: dict[str, Any] = {name: value for name, (_, value) in best.items()}
    return evolve(TransitSettings(), **changes), changes


def refit_seconds(rows: Table, size: int = 100_000) -> float:
    """Seconds to learn everything anew from so many orders, the fastest of three weeks."""
    known = [order for order in orders(rows) if order.days is not None]
    times = TransitTimes()
    end = max(order.delivered for order in known if order.delivered is not None)
    for place in range(size):
        order = known[place * len(known) // size]
        start = order.bought + timedelta(seconds=place % 60)
        key = f"{place}"
        times.begin(key, order.way, at=start, now=end + DAY)
        if order.delivered is not None:
            until = order.delivered + timedelta(seconds=60)
            times.observe(key, until, known_at=until, now=end + DAY)
    fastest = float("inf")
    for week in range(1, 4):
        now = end + (1 + 7 * week) * DAY
        started = time.perf_counter()
        times.days(known[-1].way, CHANCES, now=now)
        fastest = min(fastest, time.perf_counter() - started)
    return fastest


def warning(fit: Table, grade: Table) -> dict[str, float]:
    """The figures of the warning on the same tables; empty when it is not there."""
    folder = str(Path(__file__).resolve().parents[1])
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        from benchmarks.delay import graded as warned
    except ImportError:
        return {}
    return warned(fit, grade)


def show(found: Mapping[str, float], names: Iterable[str], prefix: str = "") -> None:
    """Print the named figures."""
    for name in names:
        if name in found:
            print(f"{prefix}{name} {found[name]:.4f}", flush=True)


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Grade quoted delivery times.")
    parser.add_argument("--fit", type=Path, help="orders up to the cut")
    parser.add_argument("--grade", type=Path, help="orders bought after it")
    parser.add_argument("--rolling", action="store_true", help="grade over many splits by time")
    given = parser.parse_args(arguments)
    if (given.fit is None) != (given.grade is None):
        parser.error("--fit and --grade belong together")
    try:
        if given.fit is not None:
            fit, grade, settings = read(given.fit), read(given.grade), TransitSettings()
        else:
            rows = read(data_file())
            if given.rolling:
                return roll(rows)
            cut = day("2017-12-01")
            fit, grade = split(rows, cut, day("2018-02-01"))
            settings, changes = chosen(rolling(fit, day("2017-11-01")))
            show(changes, sorted(changes), "chosen_")
        if not fit or not grade:
            raise BadTable("a table without orders")
        found = graded(fit, grade, settings)
        show(found, (*NAMES, "us_per_quote_with_learning"))
        print(f"refit_100k_seconds {refit_seconds(fit):.4f}", flush=True)
        show(warning(fit, grade), WARNING)
    except Absent as absent:
        print(f"skipped: {absent}")
    except BadTable as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def roll(rows: Table) -> int:
    """Grade the standing constants over all splits, beside the plain table."""
    sums: dict[str, float] = {}
    splits = rolling(rows, day("2018-02-10"))
    for name, fit, grade in splits:
        for kind, found in (
            ("", figures(replay(fit, grade).quotes)),
            ("table_", frozen_table(fit, grade)),
        ):
            show(found, NAMES, f"{name}_{kind}")
            for each in NAMES:
                if each in found:
                    sums[kind + each] = sums.get(kind + each, 0.0) + found[each] / len(splits)
    show(sums, sorted(sums), "mean_")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
