"""The line (线路) a parcel should go by."""

from datetime import datetime, timedelta

from crossborder.model.carriage import Line, Parcel
from crossborder.model.check import refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.measure import Size, Weight
from crossborder.model.money import Money
from crossborder.stages.logistics.scorecard.feed import measured
from crossborder.stages.logistics.scorecard.score import LaneScore

__all__ = ["billable", "choose"]

_TWO_DAYS = timedelta(days=2) // timedelta(microseconds=1)
_THOUSAND = 1000


def billable(weight: Weight, size: Size | None, *, divisor: int) -> Weight:
    """The heavier of real and volumetric weight (抛重), as carriers bill it.

    >>> billable(Weight.kg("1.2"), Size.cm(40, 30, 20), divisor=6000)
    Weight.kg('4')
    """
    return weight if size is None else max(weight, size.volumetric(divisor))


def _refusal(
    line: Line, parcel: Parcel, country: str, now: datetime, deliver_by: datetime | None
) -> tuple[str, str]:
    """Why the line cannot be used: a code and words; empty when it can."""
    if line.countries and country not in line.countries:
        return "other_country", f"does not deliver to {country}"
    if line.max_weight is not None and parcel.weight > line.max_weight:
        return "too_heavy", f"takes up to {line.max_weight.in_kg} kg"
    if parcel.cargo not in line.accepts:
        return "cargo_refused", f"does not take {parcel.cargo}"
    if deliver_by is not None and now + line.transit[1] > deliver_by:
        return "too_slow", "may arrive after the promised time"
    return "", ""


def _dominates(one: Line, other: Line) -> bool:
    """Whether `one` is nowhere worse and somewhere better."""
    differ = (
        one.cost != other.cost
        or one.transit != other.transit
        or one.loss != other.loss
        or one.tracked != other.tracked
    )
    return (
        differ
        and one.cost <= other.cost
        and one.transit[0] <= other.transit[0]
        and one.transit[1] <= other.transit[1]
        and one.loss <= other.loss
        and one.tracked >= other.tracked
    )


def _worth(line: Line, day_value: Money | None, at_stake: Money | None) -> Money:
    """Cost, value of the expected time and expected loss, scaled by one factor to stay exact."""
    worth: Money = line.cost
    if at_stake is not None:
        worth = worth * _THOUSAND + at_stake * line.loss
    scaled = worth * _TWO_DAYS
    if day_value is None:
        return scaled
    span = (line.transit[0] + line.transit[1]) // timedelta(microseconds=1)
    return scaled + day_value * (span if at_stake is None else span * _THOUSAND)


def _exactness(score: LaneScore) -> tuple[bool, bool, bool, datetime, str]:
    return bool(score.line), bool(score.destination), bool(score.origin), score.at, score.origin


def _score_of(
    line: Line, country: str, origin: str, scores: tuple[LaneScore, ...]
) -> tuple[LaneScore | None, bool]:
    """The score that says most of this line to this country, and whether an origin was missed.

    Where nobody says from where it goes, scores from one origin alone are taken for it; from
    several, none of them.
    """
    fit = [
        score
        for score in scores
        if score.carrier == line.carrier
        and score.line in ("", line.id)
        and score.destination in ("", country)
    ]
    origins = {score.origin for score in fit if score.origin}
    missed = not origin and len(origins) > 1
    if origin or missed:
        fit = [score for score in fit if score.origin in ("", origin)]
    return max(fit, key=_exactness, default=None), missed


def _as_measured(
    lines: tuple[Line, ...], country: str, origin: str, scores: tuple[LaneScore, ...]
) -> tuple[list[Line], list[Reason]]:
    """The lines by id, with what their scores have shown of them."""
    found: list[Line] = []
    reasons: list[Reason] = []
    for line in sorted(lines, key=lambda line: line.id):
        score, missed = _score_of(line, country, origin, scores)
        if missed:
            text = "there are scores from several countries"
            reasons.append(Reason("origin_not_told", text, Extra({"line": line.id})))
        if score is not None:
            decision = measured(line, score)
            line = decision.value
            reasons += decision.reasons
        found.append(line)
    return found, reasons


@decides("logistics.choose", 2)
def choose(
    lines: tuple[Line, ...],
    parcel: Parcel,
    *,
    country: str,
    now: datetime,
    deliver_by: datetime | None = None,
    day_value: Money | None = None,
    scores: tuple[LaneScore, ...] = (),
    origin: str = "",
    at_stake: Money | None = None,
) -> Decision[Line | None]:
    """The line with the least cost and value of time, of those that can carry the parcel at all.

    A line that is nowhere better than another is dropped. The deadline is held against the slowest
    transit. Ties go by id, and the order of the lines is nothing. With scores a line is taken for
    what it has shown, as `measured` says; of several scores of a line the most exact one counts.

    Args:
        lines: what may be booked, each with its cost for this parcel.
        parcel: weight and cargo.
        country: where it goes.
        now: the moment of handing over.
        deliver_by: what the buyer was promised, or None.
        day_value: what it is worth to be there a day sooner, or None for nothing.
        scores: of the carriers, their lines and lanes, as far as there are any; those from another
            origin do not count.
        origin: the country from where it goes; may be left out where all scores are of one.
        at_stake: what a lost parcel costs, or None for nothing.

    Raises:
        CurrencyMismatch: costs, `day_value` and `at_stake` are not of one currency.
        InvalidValue: two lines of one id.
    """
    ids = [line.id for line in lines]
    if len(set(ids)) < len(ids):
        raise refuse("choose", "lines", ids, "has two lines of one id")
    known, reasons = _as_measured(lines, country, origin, scores)
    fit = []
    for line in known:
        code, text = _refusal(line, parcel, country, now, deliver_by)
        if code:
            reasons.append(Reason(code, text, Extra({"line": line.id})))
        else:
            fit.append(line)
    kept = []
    for line in fit:
        better = next((other.id for other in fit if _dominates(other, line)), None)
        if better is None:
            kept.append(line)
        else:
            facts = Extra({"line": line.id, "better": better})
            reasons.append(Reason("dominated", f"{better} is nowhere worse", facts))
    if not kept:
        event = Event("logistics.no_line", country, now, Extra({"lines": tuple(sorted(ids))}))
        return Decision(None, (*reasons, Reason("no_line", "no line can carry it")), (event,))
    winner, *others = sorted(kept, key=lambda line: (_worth(line, day_value, at_stake), line.id))
    facts = Extra({"line": winner.id, "cost": str(winner.cost)})
    reasons.append(Reason("chosen", "least cost and value of time", facts))
    reasons += [Reason("beaten", facts=Extra({"line": line.id})) for line in others]
    return Decision(winner, tuple(reasons))
