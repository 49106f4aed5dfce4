"""How a vendor writes a time: layouts in the marks of `strptime`."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from crossborder.model.check import refuse

__all__ = ["by_layout", "pattern"]

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_TOKENS = {
    "%Y": r"(?P<year>[0-9]{4})",
    "%m": r"(?P<month>[0-9]{1,2})",
    "%d": r"(?P<day>[0-9]{1,2})",
    "%y": r"(?P<short>[0-9]{2})",
    "%B": r"(?P<name>[A-Za-z]{3,9})\.?",
    "%b": r"(?P<name>[A-Za-z]{3,9})\.?",
    "%A": r"[A-Za-z]{2,9}\.?",
    "%a": r"[A-Za-z]{2,9}\.?",
    "%H": r"(?P<hour>[0-9]{1,2})",
    "%I": r"(?P<hour>[0-9]{1,2})",
    "%M": r"(?P<minute>[0-9]{2})",
    "%S": r"(?P<second>[0-9]{2})",
    "%f": r"(?P<fraction>[0-9]{1,9})",
    "%p": r"(?P<half>[AaPp])\.?[Mm]\.?",
    "%z": r"(?P<zone>Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})",
    "%Z": r"(?P<zone>[A-Za-z]{1,5})",
}
_PARTS = re.compile(r"%[A-Za-z]| +|.")


@lru_cache(maxsize=256)
def pattern(layout: str) -> re.Pattern[str]:
    """What reads a layout.

    Raises:
        InvalidValue: a mark that is not read.
    """
    parts = []
    for part in _PARTS.findall(layout):
        if part.startswith("%"):
            if part not in _TOKENS:
                raise refuse("When", "layouts", layout, f"has {part}, which is not read")
            parts.append(_TOKENS[part])
        else:
            parts.append(r"\s+" if not part.strip() else re.escape(part))
    return re.compile("".join(parts))


def by_layout(text: str, layouts: tuple[str, ...]) -> tuple[datetime, str, bool] | None:
    """The clock that the first fitting layout reads, its offset, and whether it has an hour."""
    for layout in layouts:
        match = pattern(layout).fullmatch(text)
        if match is None:
            continue
        said = match.groupdict()
        month = _month(said)
        hour = int(said.get("hour") or 0)
        if said.get("half"):
            hour = hour % 12 + (12 if said["half"] in "pP" else 0)
        if month is None:
            continue
        try:
            read = datetime(
                int(said.get("year") or f"20{said['short']}"),
                month,
                int(said["day"]),
                hour % 24,
                int(said.get("minute") or 0),
                int(said.get("second") or 0),
                int((said.get("fraction") or "").ljust(6, "0")[:6]),
                tzinfo=UTC,
            ).replace(tzinfo=None)
        except ValueError:
            continue
        timed = said.get("hour") is not None
        return read + timedelta(days=hour // 24), said.get("zone") or "", timed
    return None


def _month(said: Mapping[str, str | None]) -> int | None:
    name = said.get("name")
    if name is None:
        return int(said.get("month") or 0)
    short = name[:3].casefold()
    return _MONTHS.index(short) + 1 if short in _MONTHS else None
