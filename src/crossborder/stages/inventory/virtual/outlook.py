"""How the promises on open orders stand, worst first, with an alarm while one can still act."""

from datetime import datetime, timedelta
from decimal import Decimal

from attrs import evolve, field, frozen

from crossborder.model.check import SIGNED, checked, refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.ids import OfferId, OrderId
from crossborder.stages.inventory.virtual.allot import Allotment, Served, in_turn
from crossborder.stages.inventory.virtual.hours import TooLong
from crossborder.stages.inventory.virtual.keep import (
    CERTAIN,
    Starts,
    conditioned,
    confidence,
    ends,
    starts,
)
from crossborder.stages.inventory.virtual.lead import LeadTime
from crossborder.stages.inventory.virtual.lines import Key, OpenLine, alarm, cleared
from crossborder.stages.inventory.virtual.stock import Asked, check_arguments
from crossborder.stages.inventory.virtual.ways import Candidate, Way, distinct

__all__ = ["LineOutlook", "outlook"]

_ONE = Decimal(1)
_NONE = timedelta(0)
_FRESH = timedelta(hours=24)
_NOISE = 1e-9
_ALARM = "promise_at_risk"


@frozen(field_transformer=checked)
class LineOutlook:
    """How the promise on one line stands.

    Attributes:
        order_id: the order.
        line_id: the line.
        kept: probability of keeping the promise; None when nothing is known of the way.
        must: the latest time to buy, or for the part under way to be over, so that the promise
            holds with the wanted probability; None when nothing is known or bound.
        slack: until then; negative when it has passed; None without such a time.
        substitute: the offer that could still step in, or None.
        act_by: until when it could, or None.
        at_risk: whether the probability is below the wanted one, or not known.
    """

    order_id: OrderId
    line_id: str
    kept: Decimal | None
    must: datetime | None
    slack: timedelta | None = field(metadata=SIGNED)
    substitute: OfferId | None = None
    act_by: datetime | None = None
    at_risk: bool = False


@frozen
class _Stand:
    """What is known of a line before anybody else is asked to step in.

    Attributes:
        one: its outlook so far.
        cause: what its alarm would say.
        until: the last moment at which its own supplier can be bought from, or None.
    """

    one: LineOutlook
    cause: str
    until: datetime | None = None


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
    cap: int = 1000,
    fresh_for: timedelta = _FRESH,
) -> Decision[tuple[LineOutlook, ...]]:
    """The open lines by the probability of keeping their promise, the worst first.

    What is not bought yet is judged as if bought now, and as `redecide` would serve it: pieces
    that another line needs are not there, and a supplier without the pieces keeps no promise. For
    a part under way, its time is conditioned on the silence: it is not over after so long. What
    already takes longer than was ever seen counts as lost.

    A line at risk gives one event `inventory.promise_at_risk`, with the time until which a
    substitute could still be bought (`act_by`) and the cause:

    - `not_bought` or `silent`: the probability is below `level`; a substitute is there.
    - `no_way`: no substitute is, so that the buyer is told.
    - `last_chance`: all is well yet, but the last moment to buy from its supplier, or from a
      substitute where the promise is not certain, passes within `notice`, the time until the
      next look.
    - `lead_unknown`, `part_unknown`, `lead_too_long`: its goods are under way, and nothing can be
      said: its offer is not among the candidates, its lead time does not know the part, or a part
      takes more than three years.

    There is one event for each line and cause while it stands; when all is well again an event
    `inventory.promise_safe` says which are over. Keep what `standing_alarms` makes of `raised`
    and the events, and pass it as `raised` the next time.

    Args:
        lines: the accepted lines.
        candidates: the offers as they are now.
        now: the moment of looking.
        level: the least probability of keeping a promise.
        notice: the time until the next look.
        raised: keys of the alarms that stand.
        min_match: the least probability that a substitute is the same goods.
        cap: most pieces counted on of one offer; half of it where stock is not counted.
        fresh_for: after so long a supplier's figure is not believed.

    Raises:
        InvalidValue: an offer or a line twice, a level or freshness out of bounds, or a negative
            notice.
    """
    distinct(candidates, "outlook")
    if notice < _NONE:
        raise refuse("outlook", "notice", str(notice), "must not be negative")
    asked = Asked(now, now, None, level, cap, fresh_for)
    check_arguments(asked, "outlook")
    keys = [line.key for line in lines]
    if len(set(keys)) < len(keys):
        raise refuse("outlook", "lines", keys, "has one line twice")
    allotment = Allotment(candidates, asked, min_match)
    served = allotment.serve(lines)
    by_offer = {candidate.offer.id: candidate for candidate in candidates}
    turns = in_turn(lines)
    stands = {
        line.key: _stand(line, by_offer.get(line.offer_id), served.get(line.key), asked)
        for line in turns
    }
    # Those at risk take their substitutes before the others ask whether one would be left.
    for risk in (True, False):
        for line in turns:
            stand = stands[line.key]
            if stand.one.at_risk is risk:
                stands[line.key] = _acting(line, stand, served, allotment, now + notice)
    events: list[Event] = []
    reasons: list[Reason] = []
    for line in lines:
        stand = stands[line.key]
        if stand.cause:
            facts = _facts(stand.one)
            events += alarm(line, _ALARM, stand.cause, now, facts, raised)
            reasons.append(Reason(stand.cause, f"{line.order_id}/{line.line_id}", facts))
        else:
            events += cleared(line, _ALARM, "promise_safe", now, raised)
    found = sorted((stands[key].one for key in keys), key=_worst)
    return Decision(tuple(found), tuple(reasons), tuple(events))


def _worst(one: LineOutlook) -> tuple[Decimal, timedelta, OrderId, str]:
    kept = Decimal(-1) if one.kept is None else one.kept
    slack = timedelta.max if one.slack is None else one.slack
    return kept, slack, one.order_id, one.line_id


def _stand(line: OpenLine, own: Candidate | None, served: Served | None, asked: Asked) -> _Stand:
    lead = None if own is None else own.lead.handled(own.offer.handling)
    try:
        if served is not None:
            return _not_bought(line, lead, served, asked)
        return _under_way(line, lead, asked)
    except TooLong:
        return _unknown(line, "lead_too_long")


def _made(
    line: OpenLine, kept: Decimal | None, must: datetime | None, now: datetime, *, at_risk: bool
) -> LineOutlook:
    slack = None if must is None else must - now
    return LineOutlook(line.order_id, line.line_id, kept, must, slack, at_risk=at_risk)


def _unknown(line: OpenLine, cause: str) -> _Stand:
    return _Stand(LineOutlook(line.order_id, line.line_id, None, None, None, at_risk=True), cause)


def _not_bought(line: OpenLine, lead: LeadTime | None, served: Served, asked: Asked) -> _Stand:
    now, own = asked.now, served.own
    if isinstance(own, Way):
        stock = own.stock
        one = _made(line, stock.confidence, stock.order_by, now, at_risk=False)
        return _Stand(one, "", _ends(own))
    kept, must = Decimal(0), None
    if lead is not None and not lead.unknown:
        law = starts(lead, ship_by=line.ship_by, deliver_by=line.deliver_by)
        must = law.latest(float(asked.level))
        if own.code == "deadline_passed":
            kept = confidence(law.chance(now))
    return _Stand(_made(line, kept, must, now, at_risk=True), "not_bought")


def _under_way(line: OpenLine, lead: LeadTime | None, asked: Asked) -> _Stand:
    now, since = asked.now, line.since
    if lead is None or since is None:
        return _unknown(line, "lead_unknown")
    every = (*lead.parts, *lead.transit)
    place = next((index for index, part in enumerate(every) if part.name == line.part), None)
    if place is None:
        return _unknown(line, "part_unknown")
    if place >= len(lead.parts) and line.deliver_by is None:
        return _Stand(_made(line, CERTAIN, None, now, at_risk=False), "")
    part = every[place]
    known = every[place:] if line.deliver_by is not None else lead.parts[place:]
    if any(one.hours is None for one in known):
        return _unknown(line, "lead_unknown")
    over = ends(lead, place, ship_by=line.ship_by, deliver_by=line.deliver_by)
    left = conditioned(part, since, now)
    chance = 0.0 if left is None else Starts(over, evolve(part, hours=left)).chance(since)
    level = float(asked.level)
    risk = chance < level - _NOISE
    one = _made(line, confidence(chance), Starts(over).latest(level), now, at_risk=risk)
    return _Stand(one, "silent" if risk else "")


def _acting(
    line: OpenLine,
    stand: _Stand,
    served: dict[Key, Served],
    allotment: Allotment,
    look: datetime,
) -> _Stand:
    """With the substitute that could step in, and the cause of the alarm, if there is any."""
    one = stand.one
    if one.kept is None:
        return stand
    if one.at_risk:
        if line.key in served:
            best = served[line.key].other
        else:
            best, _ = allotment.substitute(line, _lasting, take=True)
        return _Stand(_stepping_in(one, best), "no_way" if best is None else stand.cause)
    if stand.until is not None:
        return stand if look < stand.until else evolve(stand, cause="last_chance")
    if look <= allotment.asked.now or one.kept >= CERTAIN:
        return stand
    best, _ = allotment.substitute(line, _lasting, take=False)
    last = best is not None and _ends(best) <= look
    return _Stand(_stepping_in(one, best), "last_chance" if last else "")


def _stepping_in(one: LineOutlook, best: Way | None) -> LineOutlook:
    if best is None:
        return one
    return evolve(one, substitute=best.candidate.offer.id, act_by=_ends(best))


def _lasting(tried: list[Way | Reason]) -> Way | None:
    """The substitute that can be waited for longest."""
    able = [one for one in tried if isinstance(one, Way)]
    return max(able, key=lambda one: (_ends(one), one.candidate.offer.id), default=None)


def _ends(found: Way) -> datetime:
    """Until when a purchase would help; the stock figure can be read again."""
    until = found.candidate.offer.valid_until
    return found.stock.order_by if until is None else min(found.stock.order_by, until)


def _facts(one: LineOutlook) -> Extra:
    times = {
        name: None if at is None else at.isoformat()
        for name, at in (("act_by", one.act_by), ("must", one.must))
    }
    return Extra({"kept": one.kept, "substitute": one.substitute, **times})
