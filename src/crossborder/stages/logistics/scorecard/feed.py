"""What scores do to the choice of a line, and to what is promised."""

from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from attrs import evolve, field, frozen

from crossborder.model.carriage import Line
from crossborder.model.check import SIGNED, checked, refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.predict.quantiles import Distribution
from crossborder.stages.logistics.scorecard.score import LaneScore

__all__ = ["PromiseMove", "line_law", "measured", "promise_move", "stated_law"]

_DAY = timedelta(days=1)
_STRENGTH = 20
_LOSS_STRENGTH = 200
_TENTH = Decimal("0.1")


def stated_law(line: Line) -> Distribution:
    """The line's own word as a law in days: one in ten quicker, one in ten slower than its window.

    >>> from crossborder.model.carriage import ServiceClass
    >>> from crossborder.model.money import Price
    >>> days = (timedelta(days=6), timedelta(days=10))
    >>> line = Line("a", "acme", "A", ServiceClass.DEDICATED_LINE, Price("10", "CNY"), days)
    >>> stated_law(line).quantile(0.1), stated_law(line).quantile(0.9)
    (6.0, 10.0)
    """
    fast, slow = (span / _DAY for span in line.transit)
    return Distribution.of(fast + (slow - fast) * step / 8 for step in range(10))


@decides("logistics.measured", 2)
def measured(line: Line, score: LaneScore) -> Decision[Line]:
    """The line with the transit and the loss that its score has shown, for `choose`.

    Its own word counts as much as 20 parcels for the transit and 200 for the loss, so that few
    parcels move little and many move it to what they took. Without a parcel it stays as it is.

    Raises:
        InvalidValue: the score is of another carrier, or of another of its lines.
    """
    if score.carrier != line.carrier or score.line not in ("", line.id):
        raise refuse("measured", "score", (score.carrier, score.line), f"is not of {line.id}")
    facts = Extra({"line": line.id, "parcels": score.parcels, "on_time": score.on_time.value})
    seen = score.loss.evidence
    if score.transit is None and not seen:
        return Decision(line, (Reason("as_stated", "no parcel of it was seen", facts),))
    transit, reasons = line.transit, []
    if score.transit is None:
        reasons.append(Reason("as_stated", "no parcel of it has arrived", facts))
    else:
        law = line_law(line, score)
        transit = _DAY * law.quantile(0.1), _DAY * law.quantile(0.9)
        facts = Extra({**facts, "p90_stated": _said(line.transit[1]), "p90": _said(transit[1])})
        reasons.append(Reason("measured", "its own word and what parcels took", facts))
    # The counts, and not the score's own share, which is drawn to what is usual already.
    lost = Decimal(score.loss.hits * 1000 + line.loss * _LOSS_STRENGTH) / (seen + _LOSS_STRENGTH)
    loss = int(lost.quantize(Decimal(1), ROUND_HALF_EVEN))
    if loss != line.loss:
        change = Extra({"line": line.id, "stated": line.loss, "measured": loss})
        reasons.append(Reason("loss_measured", "in thousandths", change))
    return Decision(evolve(line, transit=transit, loss=loss), tuple(reasons))


def line_law(line: Line, score: LaneScore) -> Distribution:
    """Days from hand-over to delivery, as a promise takes them: parcels, and the line's own word.

    Times 24 it is the hours of a lead time's transit.
    """
    stated = stated_law(line)
    return stated if score.transit is None else score.transit.blended(stated, _STRENGTH)


def _said(span: timedelta) -> str:
    return f"{span / _DAY:.1f}"


@frozen(field_transformer=checked)
class PromiseMove:
    """What newer parcels change; below zero where they were better.

    Attributes:
        days: by how much later 9 of 10 parcels have arrived, to a tenth.
        on_time: by how much the share on time rises.
        loss: by how much the share lost rises.
    """

    days: Decimal = field(metadata=SIGNED)
    on_time: Decimal = field(metadata=SIGNED)
    loss: Decimal = field(metadata=SIGNED)


@decides("logistics.promise_move", 1)
def promise_move(before: LaneScore, after: LaneScore) -> Decision[PromiseMove]:
    """By how much a promise that holds in 9 of 10 cases moves from one score to a later one.

    Raises:
        InvalidValue: scores of two lanes, or one of them without any transit.
    """
    cells = [(one.carrier, one.origin, one.destination, one.line) for one in (before, after)]
    if cells[0] != cells[1]:
        raise refuse("promise_move", "after", cells[1], f"is not {cells[0]}")
    was, becomes = before.p90, after.p90
    if was is None or becomes is None:
        raise refuse("promise_move", "before", None, "must know a transit, and so must after")
    days = Decimal(str(becomes - was)).quantize(_TENTH, ROUND_HALF_EVEN)
    move = PromiseMove(
        days, after.on_time.value - before.on_time.value, after.loss.value - before.loss.value
    )
    facts = Extra({"p90_before": f"{was:.1f}", "p90_after": f"{becomes:.1f}", "days": days})
    code = "unchanged" if not days else ("later" if days > 0 else "earlier")
    return Decision(move, (Reason(code, "the days in which 9 of 10 arrive", facts),))
