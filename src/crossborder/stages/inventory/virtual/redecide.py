"""What a change at the suppliers does to the promises already given."""

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from attrs import frozen

from crossborder.model.check import checked, refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.ids import OfferId, OrderId
from crossborder.model.money import Money
from crossborder.model.stock import VirtualStock
from crossborder.stages.inventory.virtual.allot import Allotment, Served, in_turn
from crossborder.stages.inventory.virtual.lines import Key, OpenLine, alarm, cleared
from crossborder.stages.inventory.virtual.stock import Asked, check_arguments
from crossborder.stages.inventory.virtual.ways import Candidate, Way, distinct

__all__ = ["Cover", "CoverKind", "redecide"]

_ONE = Decimal(1)
_FRESH = timedelta(hours=24)
_ALARM = "line_uncovered"


class CoverKind(StrEnum):
    """What becomes of a promise."""

    BOUGHT = "bought"
    """It is bought already: nothing changes."""
    KEPT = "kept"
    """Its supplier can still deliver in time and within the price."""
    SWITCHED = "switched"
    """Another supplier takes over; the deadline is his."""
    UNCOVERED = "uncovered"
    """Nobody can: a person must act, or the buyer must be told."""


@frozen(field_transformer=checked)
class Cover:
    """What one open line rests on now.

    Attributes:
        order_id: the order.
        line_id: the line.
        kind: bought, kept, switched or uncovered.
        offer_id: the offer to buy on, or None.
        buy: pieces to buy there for it; none where another line's purchase has pieces to spare.
        unit_cost: what these add to the cost of the purchase, for each wanted piece, or None.
        stock: the new deadline and probability, or None.
    """

    order_id: OrderId
    line_id: str
    kind: CoverKind
    offer_id: OfferId | None = None
    buy: int = 0
    unit_cost: Money | None = None
    stock: VirtualStock | None = None


@decides("inventory.redecide", 1)
def redecide(
    lines: tuple[OpenLine, ...],
    candidates: tuple[Candidate, ...],
    *,
    now: datetime,
    level: Decimal = Decimal("0.90"),
    raised: frozenset[str] = frozenset(),
    min_match: Decimal = _ONE,
    cap: int = 1000,
    fresh_for: timedelta = _FRESH,
) -> Decision[tuple[Cover, ...]]:
    """What each open line rests on, after prices or stock at the suppliers have changed.

    Lines whose goods are bought are left alone; what was bought since a supplier's figure was
    read is taken off it. The others are served anew, those that must leave first before the rest,
    each by its own supplier where he has the pieces, the time and the price; what is left over
    goes to the cheapest substitute that holds the promise, with its own deadline
    (`inventory.supplier_switched`). A switch that would break the promise or the price limit is
    not made. No piece is counted twice; lines of one SKU at one offer are bought together, so
    that what the terms make one line buy too much serves the next. Substitutes in two currencies
    are not compared: those in another one than the line's own offer's are passed over.

    A line that nobody can serve gives an event `inventory.line_uncovered` with the cause at its
    own supplier; once for each line and cause while it stands. When the line is covered again, an
    event `inventory.line_covered` says which alarms are over. Keep what `standing_alarms` makes
    of `raised` and the events, and pass it as `raised` the next time.

    Args:
        lines: the accepted lines.
        candidates: the offers as they are now.
        now: the moment of deciding.
        level: the least probability of keeping a promise.
        raised: keys of the alarms that stand.
        min_match: the least probability that a substitute is the same goods.
        cap: most pieces counted on of one offer; half of it where stock is not counted.
        fresh_for: after so long a supplier's figure is not believed.

    Raises:
        InvalidValue: an offer or a line twice, or a level or freshness out of bounds.
    """
    distinct(candidates, "redecide")
    asked = Asked(now, now, None, level, cap, fresh_for)
    check_arguments(asked, "redecide")
    keys = [line.key for line in lines]
    if len(set(keys)) < len(keys):
        raise refuse("redecide", "lines", keys, "has one line twice")
    served = Allotment(candidates, asked, min_match).serve(lines)
    covers: dict[Key, Cover] = {}
    events: list[Event] = []
    for line in in_turn(lines):
        found = served.get(line.key)
        covers[line.key] = _cover(line, found)
        events += _events(line, found, now, raised)
    whys = ((line, served[line.key].own) for line in lines if line.key in served)
    reasons = tuple(_told(line, why) for line, why in whys if isinstance(why, Reason))
    return Decision(tuple(covers[key] for key in keys), reasons, tuple(events))


def _cover(line: OpenLine, found: Served | None) -> Cover:
    if found is None:
        return Cover(line.order_id, line.line_id, CoverKind.BOUGHT, line.offer_id)
    if found.way is None:
        return Cover(line.order_id, line.line_id, CoverKind.UNCOVERED)
    kind = CoverKind.SWITCHED if found.way is found.other else CoverKind.KEPT
    way = found.way
    offer_id = way.candidate.offer.id
    return Cover(line.order_id, line.line_id, kind, offer_id, way.buy, way.unit_cost, way.stock)


def _events(
    line: OpenLine, found: Served | None, now: datetime, raised: frozenset[str]
) -> tuple[Event, ...]:
    over = cleared(line, _ALARM, "line_covered", now, raised)
    if found is None or isinstance(found.own, Way):
        return over
    if found.other is None:
        facts = Extra({"offer": line.offer_id, "passed": found.passed})
        return alarm(line, _ALARM, found.own.code, now, facts, raised)
    facts = _switch_facts(line, found.other, found.own)
    return (Event("inventory.supplier_switched", line.order_id, now, facts), *over)


def _switch_facts(line: OpenLine, best: Way, why: Reason) -> Extra:
    return Extra(
        {
            "line": line.line_id,
            "sku": line.sku_id,
            "from": line.offer_id,
            "to": best.candidate.offer.id,
            "why": why.code,
            "order_by": best.stock.order_by.isoformat(),
            "each": str(best.unit_cost),
        }
    )


def _told(line: OpenLine, why: Reason) -> Reason:
    facts = {**why.facts, "order": line.order_id, "line": line.line_id, "offer": line.offer_id}
    return Reason(why.code, why.text, Extra(facts))
