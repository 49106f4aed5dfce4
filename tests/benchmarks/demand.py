"""Intermittent demand, one month ahead: pinball loss and coverage of the pool's quantiles.

`demand.py --data FILE [FILE ...] --grade-from YYYY-MM` reads tables of monthly demand (CSV, may be
gzipped: a part, then one column a month; empty is unknown; several files are joined by part).
Every month from `--grade-from` on is forecast for every part from the months before it, then
learnt. Without arguments the car parts of the public data are used, and skipped when absent;
`--weekly` adds the weekly demand of the online retailer's items, as shares of mean demand.

Prints one `name value` a line.
"""

import argparse
import csv
import gzip
import io
import os
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from crossborder.predict.demand import DemandPool, pinball

CHANCES = (0.5, 0.8, 0.9, 0.95)
MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
MONTHLY, WEEKLY = "carparts/monthly_demand.csv.gz", "uci_online_retail/lines.csv.gz"
LINES = 40
"""An item of the weekly table was on at least so many lines."""

Table = dict[str, dict[datetime, int | None]]


class Absent(Exception):
    """The public data are not at hand."""


class BadTable(Exception):
    """A table that cannot be read: file, line and column are named."""


def data_file(name: str) -> Path:
    """A file of CROSSBORDER_DATA, else of `../shared/data` beside the project."""
    stated = os.environ.get("CROSSBORDER_DATA")
    root = Path(stated) if stated else Path(__file__).resolve().parents[3] / "shared" / "data"
    if not (root / name).is_file():
        raise Absent(f"no {name} at {root}: set CROSSBORDER_DATA")
    return root / name


def month_end(text: str, place: str) -> datetime:
    """When a month's demand is known: the moment the next one begins."""
    found = MONTH.fullmatch(text.strip())
    if not found:
        raise BadTable(f"{place}: {text!r} is not a month such as 2001-04")
    year, month = int(found[1]), int(found[2])
    return datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)


def rows_of(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Line numbers and cells of the lines that are not blank."""
    try:
        body = path.read_bytes()
        text = (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise BadTable(f"{path}: cannot be read: {error}") from error
    reader = csv.reader(io.StringIO(text, newline=""))
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def quantity_of(cell: str, place: str) -> int | None:
    """A cell's whole quantity, None when empty."""
    text = cell.strip()
    if not text:
        return None
    if not re.fullmatch(r"[0-9]+(\.0*)?", text, re.ASCII):
        raise BadTable(f"{place}: {text!r} is not a whole quantity")
    return int(text.partition(".")[0])


def read(path: Path, table: Table) -> None:
    """Join one file into the table; a known figure may come twice, but not in two sizes."""
    lines = rows_of(path)
    line, header = next(lines, (0, []))
    if len(header) < 2:
        raise BadTable(f"{path}, line {line or 1}: needs a part and at least one month")
    months = [
        month_end(name, f"{path}, line {line}, column {place}")
        for place, name in enumerate(header[1:], start=2)
    ]
    if len(set(months)) < len(months):
        raise BadTable(f"{path}, line {line}: a month stands there twice")
    for line, cells in lines:
        part = cells[0].strip()
        if not part:
            raise BadTable(f"{path}, line {line}, column 1: no part")
        if len(cells) != len(header):
            raise BadTable(f"{path}, line {line}: {len(cells)} cells, the header has {len(header)}")
        known = table.setdefault(part, {})
        for place, (month, cell) in enumerate(zip(months, cells[1:], strict=True), start=2):
            where = f"{path}, line {line}, column {place} ({header[place - 1].strip()})"
            quantity = quantity_of(cell, where)
            before = known.get(month)
            if quantity is None or before is None:
                known[month] = quantity if quantity is not None else before
            elif before != quantity:
                raise BadTable(f"{where}: part {part} has {before} in another place")


def grade(table: Mapping[str, Mapping[datetime, int | None]], start: datetime) -> dict[str, float]:
    """Forecast every period known from `start` on, each from what was known before it."""
    pool = DemandPool()
    loss, kept = [0.0] * len(CHANCES), [0] * len(CHANCES)
    graded = sold = 0
    seconds = 0.0
    moments = sorted({moment for known in table.values() for moment in known})
    before = moments[0] if moments else start
    for moment in moments:
        figures = [(part, known.get(moment)) for part, known in table.items()]
        if moment >= start:
            asked = [(part, quantity) for part, quantity in figures if quantity is not None]
            begun = time.perf_counter()
            quotes = [pool.quantiles(part, CHANCES, now=before) for part, _ in asked]
            seconds += time.perf_counter() - begun
            for (_, pieces), quote in zip(asked, quotes, strict=True):
                graded += 1
                sold += pieces
                for place, (chance, quantile) in enumerate(zip(CHANCES, quote, strict=True)):
                    loss[place] += pinball(pieces, quantile, chance)
                    kept[place] += pieces <= quantile
        for part, quantity in figures:
            pool.observe(part, quantity, known_at=moment, now=moment)
        before = moment
    if not graded:
        raise BadTable("no known figure in the graded months")
    result = {
        f"p{round(100 * chance)}_pinball": loss[place] / graded
        for place, chance in enumerate(CHANCES)
    }
    for place, chance in list(enumerate(CHANCES))[1:]:
        result[f"p{round(100 * chance)}_coverage"] = kept[place] / graded
    result["us_per_forecast"] = 1e6 * seconds / graded
    result["mean_demand"] = sold / graded
    return result


def show(figures: Mapping[str, float], names: Iterable[str], prefix: str = "") -> None:
    """Print the named figures."""
    for name in names:
        print(f"{prefix}{name} {figures[name]:.4f}")


NAMES = (
    *("p50_pinball", "p80_pinball", "p90_pinball", "p95_pinball"),
    *("p80_coverage", "p90_coverage", "p95_coverage", "us_per_forecast"),
)


def weekly(path: Path, weeks: int) -> dict[str, float]:
    """Weekly pieces of each item from its first week on; the last `weeks` are graded."""
    first = date(2010, 12, 1)
    sold: dict[str, Counter[int]] = defaultdict(Counter)
    lines: Counter[str] = Counter()
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            pieces, item = int(float(row["qty"])), row["item"]
            if pieces > 0 and item:
                sold[item][(date.fromisoformat(row["ts"][:10]) - first).days // 7] += pieces
                lines[item] += 1
    last = max(max(found) for found in sold.values())  # the last week is cut short
    begin = datetime(2010, 12, 8, tzinfo=UTC)
    table = {
        item: {begin + timedelta(weeks=week): found[week] for week in range(min(found), last)}
        for item, found in sold.items()
        if lines[item] >= LINES
    }
    figures = grade(table, begin + timedelta(weeks=last - weeks))
    return {
        name: value / figures["mean_demand"] if name.endswith("pinball") else value
        for name, value in figures.items()
    }


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Grade forecasts of monthly demand.")
    parser.add_argument("--data", nargs="+", type=Path, help="tables of monthly demand")
    parser.add_argument("--grade-from", default="2000-01", help="first graded month")
    parser.add_argument("--weekly", action="store_true", help="the weekly items as well")
    given = parser.parse_args(arguments)
    paths: list[Path] = given.data or []
    try:
        if not paths:
            paths = [data_file(MONTHLY)]
        table: Table = {}
        for path in paths:
            read(path, table)
        show(grade(table, month_end(given.grade_from, "--grade-from")), NAMES)
        if given.weekly:
            figures = weekly(data_file(WEEKLY), 12)
            show(figures, NAMES, "weekly_")
    except Absent as absent:
        print(f"skipped: {absent}")
    except BadTable as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
