"""Purchase-order lead times: pinball loss and coverage of quotes, and the ranking of late orders.

`lead_time.py --fit FILE --grade FILE` reads tables of shipment lines with the columns of the
public SCMS delivery history (CSV, may be gzipped). Lines of one `asn_dn_no` are one shipment,
and shipments are what is graded.

Lead times: direct-drop shipments of `--grade`, from the day the order was sent to the vendor to
the day it was delivered, quoted on the morning it was sent. Lateness: against the scheduled day,
ranked on the morning the order was placed; `late_auc` is that of the direct-drop orders,
`late_auc_all` that of every shipment, those from regional stock too (placed on the day of their
price quotation; without one, 202 days before the schedule, earlier than three in four).

Both files are one stream of time: an order is open from the day it was placed, its outcome is
known on the morning after delivery, never earlier. Neither the scheduled day nor anything weighed
or billed after the order was placed enters a quote.

`--rolling FILE` shows what the constants were chosen on: five splits by schedule of one table, half
a year apart, two years graded each, as they are and with all lead times of the graded part a
fifth shorter and a quarter longer; only the earlier parts of the public data were used.

Without arguments the public data of CROSSBORDER_DATA are split at 2011-07-01 of the schedule, and
skipped when absent. Prints one `name value` a line.
"""

import argparse
import csv
import gzip
import io
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from attrs import evolve, frozen

from crossborder.predict.demand import pinball
from crossborder.predict.lead import LateOdds, LeadTimes

TABLE = "scms_shipments/shipments.csv.gz"
SPLIT, END = date(2011, 7, 1), date(2013, 7, 1)
SPLITS = (date(2009, 7, 1), date(2010, 1, 1), date(2010, 7, 1), date(2011, 1, 1), SPLIT)
GRADED = timedelta(days=730)
LEVELS = (1.0, 0.8, 1.25)
NAMES = (
    *("po_p50_pinball", "po_p80_pinball", "po_p80_coverage", "po_p90_pinball"),
    *("po_p90_coverage", "late_auc", "late_auc_all", "po_shipments", "late_shipments"),
)
CHANCES = (0.5, 0.8, 0.9)
WITHOUT_DATE = timedelta(days=202)
LEAD_TRAITS = ("sea", "vendor", "country", "prepared")
ALIKE = {"sea": 2.0, "vendor": 2.0, "country": 2.0}
LATE_TRAITS = ("way", "way_country", "vendor", "country")
COLUMNS = (
    *("asn_dn_no", "country", "fulfill_via", "shipment_mode", "pq_first_sent_to_client_date"),
    *("po_sent_to_vendor_date", "scheduled_delivery_date", "delivered_to_client_date", "vendor"),
)


class Absent(Exception):
    """The public data are not at hand."""


class BadTable(Exception):
    """A table that cannot be read: file, line and column are named."""


@frozen
class Drop:
    """One shipment: where from and to, how, and its days.

    Attributes:
        number: its `asn_dn_no`.
        country: where it goes.
        vendor: who made it.
        way: how the order is fulfilled and carried.
        direct: from the vendor, not from regional stock.
        sea: by ocean.
        priced: when the price quotation was first sent, or None.
        sent: when the order was sent to the vendor, or None.
        due: the scheduled day.
        delivered: the day of delivery.
    """

    number: str
    country: str
    vendor: str
    way: str
    direct: bool
    sea: bool
    priced: date | None
    sent: date | None
    due: date
    delivered: date

    @property
    def placed(self) -> date:
        """When the order was placed, as far as is known; never after the eve of delivery."""
        stated = self.sent if self.direct and self.sent else self.priced
        return min(stated or self.due - WITHOUT_DATE, self.delivered - timedelta(days=1))

    @property
    def days(self) -> int | None:
        """From the order to the delivery; None when it is not an order with a lead time."""
        if not self.direct or self.sent is None or self.delivered <= self.sent:
            return None
        return (self.delivered - self.sent).days

    @property
    def prepared(self) -> str:
        """How long the order was prepared after its price quotation, in steps."""
        if self.priced is None or self.sent is None:
            return "unknown"
        waited = (self.sent - self.priced).days
        steps = ((10, "quickly"), (25, "usually"), (60, "slowly"))
        return next((name for most, name in steps if waited < most), "very slowly")

    @property
    def lead_traits(self) -> dict[str, str]:
        """What is known of the lead time when the order is sent."""
        found = ("sea" if self.sea else "other", self.vendor, self.country, self.prepared)
        return dict(zip(LEAD_TRAITS, found, strict=True))

    @property
    def late_traits(self) -> dict[str, str]:
        """What is known of lateness when the order is placed."""
        side = "direct" if self.direct else "stock"
        found = (f"{side} {self.way}", f"{side} {self.country}", self.vendor, self.country)
        return dict(zip(LATE_TRAITS, found, strict=True))


def _date(text: str, place: str) -> date | None:
    """A day, or None for what is no day: empty, or a note why there is none."""
    text = text.strip()
    if not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise BadTable(f"{place}: {text!r} is not a day") from error


def read(path: Path) -> dict[str, Drop]:
    """The shipments of a table by number; the first line of each gives its traits."""
    try:
        body = path.read_bytes()
        text = (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise BadTable(f"{path}: cannot be read: {error}") from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise BadTable(f"{path}, line 1: has no column {', '.join(missing)}")
    found: dict[str, Drop] = {}
    for row in reader:
        place = f"{path}, line {reader.line_num}"
        cells = {name: (row[name] or "").strip() for name in COLUMNS}
        if cells["asn_dn_no"] in found:
            continue
        days = [_date(cells[name], f"{place}, {name}") for name in COLUMNS if "date" in name]
        priced, sent, due, delivered = days
        if due is None or delivered is None:
            continue  # nothing can be graded or learnt
        found[cells["asn_dn_no"]] = Drop(
            number=cells["asn_dn_no"],
            country=cells["country"],
            vendor=cells["vendor"],
            way=cells["shipment_mode"],
            direct=cells["fulfill_via"] == "Direct Drop",
            sea=cells["shipment_mode"] == "Ocean",
            priced=priced,
            sent=sent,
            due=due,
            delivered=delivered,
        )
    return found


def morning(day: date) -> datetime:
    """The begin of a day: its place on the one line of time."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def known(drop: Drop) -> datetime:
    """When the outcome is known: the morning after."""
    return morning(drop.delivered + timedelta(days=1))


def lead_quotes(drops: Iterable[Drop], graded: frozenset[str]) -> list[tuple[int, list[float]]]:
    """Days and quoted quantiles of the graded shipments, each quoted when its order was sent."""
    times = LeadTimes(LEAD_TRAITS, alike=ALIKE)
    # Of one moment what happened before comes first: deliveries, then quotes, then orders.
    stream: list[tuple[datetime, int, str, Drop]] = []
    for drop in drops:
        if drop.days is None or drop.sent is None:
            continue
        stream.append((known(drop), 0, drop.number, drop))
        stream.append((morning(drop.sent), 1, drop.number, drop))
    found = []
    placed = ended = 0
    for now, kind, number, drop in sorted(stream, key=lambda item: item[:3]):
        if not kind:
            times.observe(number, morning(drop.delivered), known_at=now, now=now)
            ended += 1
            continue
        if placed >= 30 and ended:
            law = times.quote(drop.lead_traits, now=now, key=number)
            if number in graded and drop.days is not None:
                found.append((drop.days, [law.quantile(chance) for chance in CHANCES]))
        times.place(number, drop.lead_traits, placed_at=now, now=now)
        placed += 1
    return found


def late_scores(drops: Iterable[Drop], graded: frozenset[str]) -> list[tuple[Drop, float]]:
    """The chance of being late of each graded shipment, as seen when it was placed."""
    odds = LateOdds(LATE_TRAITS)
    stream = [
        event
        for drop in drops
        for event in (
            (known(drop), 0, drop.number, drop),
            (morning(drop.placed), 1, drop.number, drop),
        )
    ]
    found = []
    for now, kind, number, drop in sorted(stream, key=lambda item: item[:3]):
        if not kind:
            late = drop.delivered > drop.due
            odds.observe(drop.late_traits, late=late, known_at=now, now=now)
        elif number in graded:
            found.append((drop, odds.chance(drop.late_traits, now=now)))
    return found


def auc(scored: Sequence[tuple[bool, float]]) -> float:
    """How often a late one scores above one in time; equal scores count one half."""
    ranks: dict[float, list[int]] = {}
    for late, score in scored:
        ranks.setdefault(score, [0, 0])[late] += 1
    below = won = 0.0
    for score in sorted(ranks):
        ontime, late_ones = ranks[score]
        won += late_ones * (below + ontime / 2)
        below += ontime
    lates = sum(late for late, _ in scored)
    return won / (lates * below) if lates and below else float("nan")


def lead_figures(quotes: Sequence[tuple[int, list[float]]]) -> dict[str, float]:
    """Mean pinball loss and coverage at each chance."""
    found: dict[str, float] = {}
    for place, chance in enumerate(CHANCES):
        name = f"po_p{round(100 * chance)}"
        loss = sum(pinball(days, quote[place], chance) for days, quote in quotes)
        found[f"{name}_pinball"] = loss / len(quotes)
        found[f"{name}_coverage"] = sum(d <= quote[place] for d, quote in quotes) / len(quotes)
    return found


def grade(fit: Mapping[str, Drop], graded: Mapping[str, Drop]) -> dict[str, float]:
    """All figures for the shipments of `graded`, learning from both as time goes by."""
    drops = list({**fit, **graded}.values())
    numbers = frozenset(graded)
    quotes = lead_quotes(drops, numbers)
    if not quotes:
        raise BadTable("no direct-drop order with both days to grade")
    result = lead_figures(quotes)
    scored = [
        (drop, score, drop.delivered > drop.due) for drop, score in late_scores(drops, numbers)
    ]
    result["late_auc"] = auc([(late, score) for drop, score, late in scored if drop.direct])
    result["late_auc_all"] = auc([(late, score) for _, score, late in scored])
    result["po_shipments"] = len(quotes)
    result["late_shipments"] = len(scored)
    return result


def public_split() -> tuple[dict[str, Drop], dict[str, Drop]]:
    """The public data, split by schedule."""
    stated = os.environ.get("CROSSBORDER_DATA")
    root = Path(stated) if stated else Path(__file__).resolve().parents[3] / "shared" / "data"
    if not (root / TABLE).is_file():
        raise Absent(f"no {TABLE} at {root}: set CROSSBORDER_DATA")
    found = read(root / TABLE)
    fit = {number: drop for number, drop in found.items() if drop.due < SPLIT}
    later = {number: drop for number, drop in found.items() if SPLIT <= drop.due < END}
    return fit, later


def rescaled(drop: Drop, level: float) -> Drop:
    """The same with a lead time so many times as long."""
    if drop.days is None or drop.sent is None:
        return drop
    days = max(round(drop.days * level), 1)
    return evolve(drop, delivered=drop.sent + timedelta(days=days))


def roll(table: Mapping[str, Drop]) -> None:
    """Print the lead-time figures of every split and level."""
    for split in SPLITS:
        fit = {number: drop for number, drop in table.items() if drop.due < split}
        later = {n: drop for n, drop in table.items() if split <= drop.due < split + GRADED}
        for level in LEVELS:
            graded = {number: rescaled(drop, level) for number, drop in later.items()}
            quotes = lead_quotes([*fit.values(), *graded.values()], frozenset(graded))
            if not quotes:
                continue
            figures = lead_figures(quotes)
            said = " ".join(f"{name} {value:.3f}" for name, value in figures.items())
            print(f"{split} x{level} {said}", flush=True)


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Grade quotes of purchase-order lead times.")
    parser.add_argument("--fit", type=Path, help="shipments to begin with")
    parser.add_argument("--grade", type=Path, help="shipments to grade")
    parser.add_argument("--rolling", type=Path, help="shipments to split again and again")
    given = parser.parse_args(arguments)
    if (given.fit is None) != (given.grade is None):
        parser.error("--fit and --grade go together")
    try:
        if given.rolling is not None:
            roll(read(given.rolling))
            return 0
        fit, graded = public_split() if given.fit is None else (read(given.fit), read(given.grade))
        figures = grade(fit, graded)
    except Absent as absent:
        print(f"skipped: {absent}")
        return 0
    except BadTable as error:
        print(error, file=sys.stderr)
        return 2
    for name in NAMES:
        print(f"{name} {figures[name]:.4f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
