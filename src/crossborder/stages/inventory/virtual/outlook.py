"""How the promises on open orders stand, worst first, with an alarm while one can still act."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from attrs import evolve, field, frozen

from crossborder.model.check import SIGNED, checked, refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.ids import OfferId, OrderId, SkuId
from crossborder.model.money import Price
from crossborder.stages.inventory.virtual.keep import conditioned, confidence, starts
from crossborder.stages.inventory.virtual.lead import LeadTime
from crossborder.stages.inventory.virtual.stock import Asked, check_arguments, closed
from crossborder.stages.inventory.virtual.ways import Candidate, Way, distinct, way

__all__ = ["LineOutlook", "OpenLine", "alarm", "outlook", "ways_for"]

_ONE = Decimal(1)
_NONE = timedelta(0)
_NEVER = Decimal(0)
_FRESH = timedelta(hours=24)


@frozen(field_transformer=checked)
class OpenLine:
    """An accepted order line that rests on virtual stock.

    Attributes:
        order_id: the order.
        line_id: the line.
        sku_id: what was sold.
        quantity: pieces; at least 1.
        offer_id: the offer it was promised from, or bought on.
        ship_by: the parcel must leave by then.
        deliver_by: the promised date, or None.
        part: the part of the lead time that is under way, by its name; empty while nothing is
            bought.
        since: when that part began.
        max_unit_price: the most one piece may cost so that the margin floor holds, or None.
    """

    order_id: OrderId
    line_id: str
    sku_id: SkuId
    quantity: int
    offer_id: OfferId
    ship_by: datetime
    deliver_by: datetime | None = None
    part: str = ""
    since: datetime | None = None
    max_unit_price: Price | None = None

    def __attrs_post_init__(self) -> None:
        if self.quantity < 1:
            raise refuse(self, "quantity", self.quantity, "must be at least 1")
        if bool(self.part) != (self.since is not None):
            raise refuse(self, "since", str(self.since), "goes with the part under way")


@frozen(field_transformer=checked)
class LineOutlook:
    """How the promise on one line stands.

    Attributes:
        order_id: the order.
        line_id: the line.
        kept: probability of keeping the promise.
        must: the latest time to buy, or for the part under way to be over, so that the promise
            holds with the wanted probability; None when nothing is known.
        slack: until then; negative when it has passed.
        substitute: the offer that could still step in, or None.
        act_by: until when it could, or None.
        at_risk: whether the probability is below the wanted one.
    """

    order_id: OrderId
    line_id: str
    kept: Decimal
    must: datetime | None
    slack: timedelta = field(metadata=SIGNED)
    substitute: OfferId | None = None
    act_by: datetime | None = None
    at_risk: bool = False


@decides("inventory.outlook", 1)
def outlook(
    lines: tuple[OpenLine, ...],
    candidates: tuple[Candidate, ...],
    *,
    now: datetime,
    level: Decimal = Decimal("0.90"),
    notice: timedelta = _NONE,
    raised: frozenset[str] = frozenset(),
    min_match: Decimal = _ONE,
    fresh_for: timedelta = _FRESH,
) -> Decision[tuple[LineOutlook, ...]]:
    """The open lines by the probability of keeping their promise, the worst first.

    What is not bought yet is judged as if bought now. For a part under way, its time is
    conditioned on the silence: it is not over after so long. What already takes longer than was
    ever seen counts as lost.

    A line whose probability is below `level` gives one event `inventory.promise_at_risk`, with
    the time until which a substitute could still be bought (`act_by`); where none can, one with
    the cause `no_way`, so that the buyer is told. It also comes while all is well, when the last
    moment to act would pass within `notice`, the time until the next look. There is one event for
    each line and cause: pass the `key` of every event so far in `raised`.

    Raises:
        InvalidValue: an offer twice, a level or freshness out of bounds, or a negative notice.
    """
    distinct(candidates, "outlook")
    if notice < _NONE:
        raise refuse("outlook", "notice", str(notice), "must not be negative")
    by_offer = {candidate.offer.id: candidate for candidate in candidates}
    found: list[LineOutlook] = []
    reasons: list[Reason] = []
    events: list[Event] = []
    for line in lines:
        asked = Asked(now, line.ship_by, line.deliver_by, level, 2 * line.quantity, fresh_for)
        check_arguments(asked, "outlook")
        own = by_offer.get(line.offer_id)
        chance, must = _stands(line, own, float(level))
        kept = chance(now)
        next_time = chance(now + notice) if notice else kept
        one = LineOutlook(
            line.order_id,
            line.line_id,
            kept,
            must,
            _NONE if must is None else must - now,
            at_risk=kept < level,
        )
        if min(kept, next_time) < level:
            one, cause = _acting(line, one, candidates, asked=asked, min_match=min_match)
            if one.at_risk or _last_chance(line, one, now + notice):
                events += alarm(line, "promise_at_risk", cause, now, _facts(one), raised)
                reasons.append(Reason(cause, f"{line.order_id}/{line.line_id}", _facts(one)))
        found.append(one)
    found.sort(key=lambda one: (one.kept, one.slack, one.order_id, one.line_id))
    return Decision(tuple(found), tuple(reasons), tuple(events))


def alarm(
    line: OpenLine,
    name: str,
    cause: str,
    now: datetime,
    facts: Extra,
    raised: frozenset[str],
) -> tuple[Event, ...]:
    """The event of a line and cause, unless it was raised before."""
    key = f"{name}/{line.order_id}/{line.line_id}/{cause}"
    if key in raised:
        return ()
    told = {"line": line.line_id, "sku": line.sku_id, "cause": cause, "key": key}
    return (Event(f"inventory.{name}", line.order_id, now, Extra({**facts, **told})),)


def ways_for(
    line: OpenLine,
    candidates: tuple[Candidate, ...],
    *,
    asked: Asked,
    min_match: Decimal,
) -> list[Way | Reason]:
    """How each candidate could serve the line, or why not."""
    return [
        way(
            candidate,
            line.sku_id,
            line.quantity,
            asked=asked,
            max_unit_price=line.max_unit_price,
            min_match=min_match,
        )
        for candidate in candidates
    ]


Chance = Callable[[datetime], Decimal]
"""The probability that a line is kept, judged at a moment until which nothing has happened."""


def _stands(line: OpenLine, own: Candidate | None, level: float) -> tuple[Chance, datetime | None]:
    """The chance of a line, and by when the next thing must be done."""
    if own is None:
        return _lost, None
    lead = own.lead.handled(own.offer.handling)
    if line.since is not None:
        return _under_way(line, lead, line.since, level)
    if lead.unknown:
        return _lost, None
    offer = own.offer
    law = starts(lead, ship_by=line.ship_by, deliver_by=line.deliver_by)
    sold = next((sold for sold in offer.lines if sold.sku_id == line.sku_id), None)

    def chance(now: datetime) -> Decimal:
        if sold is None or closed(offer, sold, now=now) is not None:
            return _NEVER
        return confidence(law.chance(now))

    return chance, law.latest(level)


def _under_way(
    line: OpenLine, lead: LeadTime, since: datetime, level: float
) -> tuple[Chance, datetime | None]:
    every = (*lead.parts, *lead.transit)
    place = next((index for index, part in enumerate(every) if part.name == line.part), None)
    if place is None:
        raise refuse("OpenLine", "part", line.part, "is no part of its lead time")
    handed = place >= len(lead.parts)
    if handed and line.deliver_by is None:
        return _sure, None
    if any(part.hours is None for part in every[place:]):
        return _lost, None
    after = starts(
        lead, ship_by=line.ship_by, deliver_by=line.deliver_by, begin=place + 1, handed=handed
    )

    def chance(now: datetime) -> Decimal:
        left = conditioned(every[place], since, now)
        if left is None:
            return _NEVER
        law = starts(
            lead.replaced(evolve(every[place], hours=left)),
            ship_by=line.ship_by,
            deliver_by=line.deliver_by,
            begin=place,
            handed=handed,
        )
        return confidence(law.chance(since))

    return chance, after.latest(level)


def _lost(now: datetime) -> Decimal:
    return _NEVER


def _sure(now: datetime) -> Decimal:
    return confidence(1.0)


def _acting(
    line: OpenLine,
    one: LineOutlook,
    candidates: tuple[Candidate, ...],
    *,
    asked: Asked,
    min_match: Decimal,
) -> tuple[LineOutlook, str]:
    """The line with the substitute that lasts longest, and the cause of its alarm."""
    others = tuple(other for other in candidates if other.offer.id != line.offer_id)
    able = [
        found
        for found in ways_for(line, others, asked=asked, min_match=min_match)
        if isinstance(found, Way)
    ]
    cause = "silent" if line.part else "not_bought"
    if not able:
        return one, "no_way" if one.at_risk else cause
    best = max(able, key=lambda found: (_ends(found), found.candidate.offer.id))
    return evolve(one, substitute=best.candidate.offer.id, act_by=_ends(best)), cause


def _ends(found: Way) -> datetime:
    """Until when the substitute could be bought; its stock figure can be read again."""
    until = found.candidate.offer.valid_until
    return found.stock.order_by if until is None else min(found.stock.order_by, until)


def _last_chance(line: OpenLine, one: LineOutlook, look: datetime) -> bool:
    """Whether waiting for the next look would leave nothing to do."""
    if not line.part:
        return True
    return one.act_by is not None and one.act_by <= look


def _facts(one: LineOutlook) -> Extra:
    act_by = None if one.act_by is None else one.act_by.isoformat()
    return Extra({"kept": one.kept, "substitute": one.substitute, "act_by": act_by})
