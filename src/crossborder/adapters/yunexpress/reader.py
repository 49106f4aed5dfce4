"""YunExpress's tracking answers and pushes, read into parcels and problems.

One reader for the open platform's `{success, result}`, as it answers today and as it was printed,
for its push `{data_code, data}`, for the old OMS's `{Code, Item}` and the old gateway's
`{ResultCode, Items}`. A parcel or an event that cannot be read becomes a problem; the rest stands.
"""

from datetime import datetime
from typing import Any

from attrs import frozen

from crossborder.adapters.yunexpress.events import shape
from crossborder.adapters.yunexpress.rules import (
    NOT_FOUND,
    PACKAGE_STATES,
    PACKAGE_STATUSES,
    VENDOR,
    accepted,
    refusals,
)
from crossborder.adapters.yunexpress.shapes import legs
from crossborder.model.extra import Extra
from crossborder.model.ids import Ref
from crossborder.model.outcome import Problem
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.payload import Payload
from crossborder.wire.scans import ParcelDraft, Sheet
from crossborder.wire.scans.fields import as_text, entries

__all__ = ["Reader"]

_INFO = ("track_Info", "track_info")
_WAYBILL = ("waybill_number", "WaybillNumber", "WayBillNumber")


@frozen
class Reader(TrackingReader):
    """Reads what YunExpress answers and pushes about a parcel's way."""

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """The parcels of an answer or a push, and what was refused or could not be read.

        The state of a parcel is YunExpress's word; where it says no more than the events, it is
        what they add up to. A number that is not found is a problem.

        Raises:
            Unreadable: the bytes are no answer of YunExpress.
        """
        sheet = Sheet.json(body, source=VENDOR, received_at=received_at, charset=charset)
        answer = sheet.top
        refused = refusals(answer.peek())
        if refused:
            return Reading((), refused)
        names = ("result", "Item", "Items", *(("data",) if answer.has("data_code") else ()))
        items = [item for name in names for item in sheet.each(answer, name)]
        if not (items or sheet.problems or accepted(answer.peek())):
            raise answer.refuse("result", answer.raw("result"), "is missing")
        for item in items:
            _parcel(sheet, item)
        return Reading(*sheet.found())


def _parcel(sheet: Sheet, item: Payload) -> None:
    """One parcel: its numbers and events stand in the object itself, or in one inside it."""
    inside = [name for name in _INFO if isinstance(item.peek().get(name), dict)]
    parts = (item.one(*inside), item) if inside else (item,)
    ways = [
        (parts[0], ["track_events"]),
        (item, ["OrderTrackingDetails"]),
        *((item, [name, "track_events"]) for name in _INFO if name not in inside),
    ]
    scans = [[one for _, found, _ in entries(part, *way) for one in found] for part, way in ways]
    number = _first(parts, *_WAYBILL) or item.peek().get("order_number")
    unknown = any(part.peek().get("package_status") == NOT_FOUND for part in parts)
    if unknown and not any(scans):
        about = Extra({**item.unread(), "number": number if isinstance(number, str) else ""})
        sheet.problems.append(Problem("not_found", "no such number", raw=NOT_FOUND, extra=about))
        return
    with sheet.parcel(item, number) as draft:
        draft.around += parts[:-1]
        for (part, way), found in zip(ways, scans, strict=True):
            draft.add(shape(found), part, *way)
        _fill(draft, parts)


def _fill(draft: ParcelDraft, parts: tuple[Payload, ...]) -> None:
    """What is said beside the events; a last mile that has no number yet is no leg."""
    draft.refs = [Ref(VENDOR, draft.number)] if draft.number else []
    for part in parts:
        draft.reports(PACKAGE_STATUSES, part, "package_status")
        draft.reports(PACKAGE_STATES, part, "PackageState")
    draft.id = _text(parts, "customer_order_number", "OrderNumber", "CustomerOrderNumber")
    draft.line = _text(parts, "product_code")
    last = _text(parts, "tracking_number", "TrackingNumber") or draft.number
    carrier = as_text(parts[0].peek().get("last_mile_name"), "last_mile_name", VENDOR)
    draft.legs = list(legs(draft.number, last, draft.line, carrier))


def _first(parts: tuple[Payload, ...], *names: str) -> Any:
    """The first value that is not empty under one of these names."""
    found = (part.raw(name) for part in parts for name in names)
    return next((value for value in found if value), None)


def _text(parts: tuple[Payload, ...], *names: str) -> str:
    return as_text(_first(parts, *names), names[0], VENDOR)
