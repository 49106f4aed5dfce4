"""What left of an order, and what may leave now."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from crossborder.adapters.shopify.rules import SOURCE
from crossborder.adapters.shopify.shapes.base import maybe_moment, moment, readable
from crossborder.model.extra import Extra
from crossborder.model.ids import OrderId, Ref
from crossborder.model.order import Fulfilment, FulfilmentLine
from crossborder.model.outcome import Problem
from crossborder.wire.payload import Payload

__all__ = ["Place", "allocate", "fulfilment", "fulfilment_line", "place", "same_goods"]

_LEFT = frozenset({"SUCCESS"})
_PLANNED = frozenset({"OPEN", "PENDING"})
_FAILED = frozenset({"CANCELLED", "ERROR", "FAILURE"})


def fulfilment_line(line: Payload) -> FulfilmentLine:
    """One line of a fulfilment."""
    return FulfilmentLine(line.one("lineItem").text("id"), line.integer("quantity"))


def fulfilment(parcel: Payload, lines: Iterable[Payload], *, order_id: OrderId) -> Fulfilment:
    """A fulfilment of the shop; one that was cancelled or failed is `cancelled`."""
    word = parcel.text("status")
    if word not in _LEFT | _PLANNED | _FAILED:
        raise parcel.refuse("status", word, "is not a fulfilment status that is known")
    tracking = parcel.each("trackingInfo")
    numbers = tuple(filter(None, (item.maybe_text("number") for item in tracking)))
    first = tracking[0] if tracking else None
    gid = parcel.text("id")
    with readable(parcel.at):
        return Fulfilment(
            gid,
            order_id,
            tuple(fulfilment_line(line) for line in lines),
            carrier=(first.maybe_text("company") if first else None) or "",
            numbers=numbers,
            url=first.maybe_text("url") if first else None,
            dispatched_at=moment(parcel, "createdAt") if word in _LEFT else None,
            delivered_at=maybe_moment(parcel, "deliveredAt"),
            ref=Ref(SOURCE, gid),
            cancelled=word in _FAILED,
        )


def _pieces(lines: Iterable[FulfilmentLine]) -> Counter[str]:
    pieces: Counter[str] = Counter()
    for line in lines:
        pieces[line.line_id] += line.quantity
    return pieces


def same_goods(
    wanted: Fulfilment, standing: Iterable[Fulfilment], *, known: frozenset[str]
) -> Fulfilment | None:
    """The fulfilment that stands there for the one we report, or None.

    It has the same pieces of the same lines, the same tracking numbers, and is not one that the
    caller already knows under another id: so a second parcel without a number is not taken for
    the first.
    """
    for item in standing:
        if (
            not item.cancelled
            and item.id not in known
            and set(item.numbers) == set(wanted.numbers)
            and _pieces(item.lines) == _pieces(wanted.lines)
        ):
            return item
    return None


@frozen
class Place:
    """One fulfilment order: pieces of an order that leave from one place.

    Attributes:
        id: of the fulfilment order.
        location: where it leaves from; empty when the place is gone.
        left: line id → the fulfilment order's own line id and the pieces left.
    """

    id: str
    location: str
    left: Mapping[str, tuple[str, int]]


def place(order: Payload, lines: Iterable[Payload]) -> Place | None:
    """The fulfilment order, or None when nothing may leave from it now (held, closed …)."""
    actions = [action.text("action") for action in order.each("supportedActions")]
    if "CREATE_FULFILLMENT" not in actions:
        return None
    location = order.one("assignedLocation").maybe_one("location")
    left = {
        line.one("lineItem").text("id"): (line.text("id"), line.integer("remainingQuantity"))
        for line in lines
    }
    return Place(order.text("id"), location.text("id") if location else "", left)


Allocation = tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
"""Fulfilment order id → its line ids and pieces."""


def allocate(wanted: Fulfilment, places: Sequence[Place]) -> tuple[Allocation, tuple[Problem, ...]]:
    """From which fulfilment orders the pieces are taken; all from one location, or a refusal.

    Shopify makes one fulfilment from one location; of several that have all pieces the first
    counts.
    """
    if not wanted.lines:
        return (), (Problem("no_lines", "a dispatch needs one line at least", "lines"),)
    best: tuple[Problem, ...] = ()
    for location in dict.fromkeys(item.location for item in places):
        taken, missing = _take(wanted, [item for item in places if item.location == location])
        if not missing:
            return taken, ()
        best = best or missing
    return (), best or _take(wanted, [])[1]


def _take(wanted: Fulfilment, places: Sequence[Place]) -> tuple[Allocation, tuple[Problem, ...]]:
    taken: dict[str, list[tuple[str, int]]] = {}
    problems: list[Problem] = []
    for number, (line_id, pieces) in enumerate(_pieces(wanted.lines).items()):
        missing = pieces
        for item in places:
            own, left = item.left.get(line_id, ("", 0))
            now = min(left, missing)
            if now:
                taken.setdefault(item.id, []).append((own, now))
                missing -= now
        if missing:
            facts = Extra({"line": line_id, "wanted": pieces, "left": pieces - missing})
            text = f"{pieces - missing} of {pieces} pieces may leave now from one place"
            problems.append(Problem("not_open", text, f"lines.{number}", extra=facts))
    return tuple((name, tuple(lines)) for name, lines in taken.items()), tuple(problems)
