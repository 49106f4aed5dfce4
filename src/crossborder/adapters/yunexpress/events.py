"""One scan as YunExpress tells it: on the platform of today, as once printed, and in the old OMS."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC
from typing import Any

from crossborder.adapters.yunexpress.rules import NODES, VENDOR, wording
from crossborder.model.tracking import ParcelState
from crossborder.wire.scans import ScanShape, When, Where

__all__ = ["OLD", "PRINTED", "TODAY", "shape"]

_UTC = When("process_utc_time", zone=UTC)


def _stated(entry: Mapping[str, Any]) -> Any:
    """The time in UTC, by its name and not by its spelling; else that of the place, without a zone.

    The time of the place ends in `Z` all the same in some answers: that is no zone.
    """
    at, odd = _UTC.read(entry, VENDOR)
    if at is not None:
        return at.isoformat()
    local = entry.get("process_time") or odd
    return local.strip().rstrip("Zz") if isinstance(local, str) else local


def _worded(code: str, text: str) -> Callable[[Mapping[str, Any]], ParcelState | None]:
    """What the sentence of an event without a code says."""
    return lambda entry: None if entry.get(code) else wording(str(entry.get(text) or ""))


TODAY = ScanShape(
    VENDOR,
    When(_stated),
    code="track_node_code",
    text=("process_content", "track_node_description"),
    where=Where("process_country", "process_province", "process_city", text="process_location"),
    states=NODES,
    state=_worded("track_node_code", "process_content"),
)
"""Of the open platform and its push."""

PRINTED = ScanShape(
    VENDOR,
    When("event_date", offset="time_zone"),
    text="description",
    where=Where(text="location"),
    state=_worded("", "description"),
)
"""As the platform's document prints it: without codes."""

OLD = ScanShape(
    VENDOR,
    When("ProcessDate"),
    code="TrackNodeCode",
    text="ProcessContent",
    where=Where("ProcessCountry", "ProcessProvince", "ProcessCity", text="ProcessLocation"),
    states=NODES,
    state=_worded("TrackNodeCode", "ProcessContent"),
)
"""Of the old OMS: its times are those of the place."""


def shape(entries: Iterable[Any]) -> ScanShape:
    """The shape of these scans, by the name of the time in them."""
    names = {name for entry in entries if isinstance(entry, dict) for name in entry}
    if "event_date" in names:
        return PRINTED
    return OLD if "ProcessDate" in names else TODAY
