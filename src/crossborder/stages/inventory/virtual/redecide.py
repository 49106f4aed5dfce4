"""What a change at the suppliers does to the promises already given."""

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from attrs import define, evolve, field, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.ids import OfferId, OrderId, SkuId
from crossborder.model.money import Money
from crossborder.model.stock import VirtualStock
from crossborder.stages.inventory.virtual.outlook import OpenLine, alarm, ways_for
from crossborder.stages.inventory.virtual.stock import Asked, check_arguments, credible_pieces
from crossborder.stages.inventory.virtual.ways import Candidate, Way, cheapest, distinct

__all__ = ["Cover", "CoverKind", "redecide"]

_ONE = Decimal(1)
_FRESH = timedelta(hours=24)


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
        buy: pieces to buy there.
        unit_cost: the whole purchase for each wanted piece, or None.
        stock: the new deadline and probability, or None.
    """

    order_id: OrderId
    line_id: str
    kind: CoverKind
    offer_id: OfferId | None = None
    buy: int = 0
    unit_cost: Money | None = None
    stock: VirtualStock | None = None


Key = tuple[OrderId, str]


@define
class _Again:
    """The lines served anew, one after the other, from what is left at each offer."""

    candidates: tuple[Candidate, ...]
    asked: Asked
    min_match: Decimal
    raised: frozenset[str]
    taken: dict[tuple[OfferId, SkuId], int] = field(factory=dict)
    why: dict[Key, Reason] = field(factory=dict)
    events: list[Event] = field(factory=list)

    def own(self, line: OpenLine) -> Cover | None:
        """Served by the supplier it was promised from, or None."""
        own = tuple(one for one in self.candidates if one.offer.id == line.offer_id)
        tried = self._tried(line, own, Decimal(0))
        found = tried[0] if tried else Reason("offer_gone", "the offer is not there any more")
        if isinstance(found, Way):
            return self._taken(line, CoverKind.KEPT, found)
        self.why[_key(line)] = found
        return None

    def other(self, line: OpenLine) -> Cover:
        """Served by the cheapest substitute, or uncovered; with its event."""
        others = tuple(one for one in self.candidates if one.offer.id != line.offer_id)
        tried = self._tried(line, others, self.min_match)
        best = cheapest((one for one in tried if isinstance(one, Way)), "redecide")
        why, now = self.why[_key(line)], self.asked.now
        if best is None:
            facts = Extra({"offer": line.offer_id, "passed": _codes(others, tried)})
            self.events += alarm(line, "line_uncovered", why.code, now, facts, self.raised)
            return Cover(line.order_id, line.line_id, CoverKind.UNCOVERED)
        facts = _switch_facts(line, best, why)
        self.events.append(Event("inventory.supplier_switched", line.order_id, now, facts))
        return self._taken(line, CoverKind.SWITCHED, best)

    def _tried(
        self, line: OpenLine, candidates: tuple[Candidate, ...], min_match: Decimal
    ) -> list[Way | Reason]:
        asked = evolve(self.asked, ship_by=line.ship_by, deliver_by=line.deliver_by)
        left = tuple(self._left(candidate, line.sku_id, asked) for candidate in candidates)
        return ways_for(line, left, asked=asked, min_match=min_match)

    def _left(self, candidate: Candidate, sku_id: SkuId, asked: Asked) -> Candidate:
        """The candidate with the pieces that no other line has taken."""
        offer = candidate.offer
        line = next((line for line in offer.lines if line.sku_id == sku_id), None)
        if line is None:
            return candidate
        pieces = credible_pieces(offer, line, asked=asked, credible=candidate.credible)
        gone = self.taken.get((offer.id, sku_id), 0)
        return evolve(candidate, credible=max(0, pieces - gone))

    def _taken(self, line: OpenLine, kind: CoverKind, found: Way) -> Cover:
        """The pieces of the purchase are spoken for."""
        key = found.candidate.offer.id, line.sku_id
        self.taken[key] = self.taken.get(key, 0) + found.bought.pieces
        return Cover(
            line.order_id,
            line.line_id,
            kind,
            found.candidate.offer.id,
            found.bought.pieces,
            found.unit_cost,
            found.stock,
        )


def _key(line: OpenLine) -> Key:
    return line.order_id, line.line_id


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

    Lines whose goods are bought are left alone. The others are served anew, those that must leave
    first before the rest, each by its own supplier where he has the pieces, the time and the
    price; what is left over goes to the cheapest substitute that holds the promise, with its own
    deadline (`inventory.supplier_switched`). A switch that would break the promise or the price
    limit is not made. No piece is counted twice.

    A line that nobody can serve gives an event `inventory.line_uncovered` with the cause at its
    own supplier; once for each line and cause: pass the `key` of every event so far in `raised`,
    without those of lines that were covered again since.

    Args:
        lines: the accepted lines.
        candidates: the offers as they are now.
        now: the moment of deciding.
        level: the least probability of keeping a promise.
        raised: keys of the events raised before.
        min_match: the least probability that a substitute is the same goods.
        cap: most pieces counted on of one offer; half of it where stock is not counted.
        fresh_for: after so long a supplier's figure is not believed.

    Raises:
        InvalidValue: an offer or a line twice, or a level or freshness out of bounds.
        CurrencyMismatch: substitutes to choose from are priced in two currencies.
    """
    distinct(candidates, "redecide")
    asked = Asked(now, now, None, level, cap, fresh_for)
    check_arguments(asked, "redecide")
    keys = [_key(line) for line in lines]
    if len(set(keys)) < len(keys):
        raise refuse("redecide", "lines", keys, "has one line twice")
    again = _Again(candidates, asked, min_match, raised)
    first = sorted(lines, key=lambda line: (line.ship_by, *_key(line)))
    own = {_key(line): _bought(line) if line.part else again.own(line) for line in first}
    # Only what no line's own supplier needs is left for the others.
    covers = {_key(line): own[_key(line)] or again.other(line) for line in first}
    reasons = tuple(_told(line, again.why[_key(line)]) for line in lines if _key(line) in again.why)
    return Decision(tuple(covers[key] for key in keys), reasons, tuple(again.events))


def _bought(line: OpenLine) -> Cover:
    return Cover(line.order_id, line.line_id, CoverKind.BOUGHT, line.offer_id)


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


def _codes(others: tuple[Candidate, ...], tried: list[Way | Reason]) -> tuple[str, ...]:
    """Why each other offer could not step in."""
    return tuple(
        f"{other.offer.id}: {one.code}"
        for other, one in zip(others, tried, strict=True)
        if isinstance(one, Reason)
    )


def _told(line: OpenLine, why: Reason) -> Reason:
    facts = {**why.facts, "order": line.order_id, "line": line.line_id, "offer": line.offer_id}
    return Reason(why.code, why.text, Extra(facts))
