"""How well a supplier delivers: rates from purchases and tickets, and what they do to stock."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from attrs import field, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.model.ids import SupplierId
from crossborder.predict.quantiles import Distribution
from crossborder.stages.inventory.dated.trust import trusted
from crossborder.stages.inventory.watch.purchases import PurchaseRecord
from crossborder.stages.inventory.watch.trials import Trial, latest

__all__ = ["Rate", "Scorecard", "ScorecardPolicy", "effect", "scorecard"]

_ONE, _NONE = Decimal(1), Decimal(0)
_PLACES = Decimal("0.0001")
_DECIMALS = Context(prec=28)
_INTERVAL = Decimal("1.645")


def _probability(instance: object, attribute: Any, value: Decimal) -> None:
    if value > 1:
        raise refuse(instance, attribute.name, value, "must not be above 1")


@frozen(field_transformer=checked)
class ScorecardPolicy:
    """What is believed of a supplier before there is evidence, and how long evidence lasts.

    The four rates are starting points to be set from one's own history, not measurements. They
    count as `strength` purchases (pseudo-counts of a beta prior), so that a few purchases, good
    or bad, move a rate little.

    Attributes:
        on_time: share of purchases handed over in time.
        cancelled: share cancelled by the supplier after we paid.
        defective: share of the pieces with defects.
        vanished: share whose offer vanished before they were handed over.
        strength: how many purchases that belief is worth.
        half_life: after so long a purchase counts half.
        handling: the time to hand over where none was promised.
    """

    on_time: Decimal = field(default=Decimal("0.90"), validator=_probability)
    cancelled: Decimal = field(default=Decimal("0.03"), validator=_probability)
    defective: Decimal = field(default=Decimal("0.02"), validator=_probability)
    vanished: Decimal = field(default=Decimal("0.02"), validator=_probability)
    strength: int = 30
    half_life: timedelta = timedelta(days=90)
    handling: timedelta = timedelta(hours=48)

    def __attrs_post_init__(self) -> None:
        if self.strength < 1:
            raise refuse(self, "strength", self.strength, "must be at least 1")
        if self.half_life <= timedelta(0):
            raise refuse(self, "half_life", str(self.half_life), "must be above zero")
        if self.handling < timedelta(0):
            raise refuse(self, "handling", str(self.handling), "must not be negative")

    @property
    def faultless(self) -> Decimal:
        """The share of purchases without any fault, were faults independent of each other."""
        kept = (_ONE - self.cancelled, _ONE - self.defective, _ONE - self.vanished)
        share = self.on_time
        for part in kept:
            share = _DECIMALS.multiply(share, part)
        return share


@frozen(field_transformer=checked)
class Rate:
    """A share of the purchases, shrunk to what was believed before.

    Attributes:
        value: from 0 to 1, to four places.
        low: lower end of the interval in which the share lies with 90 %, to four places.
        high: its upper end.
        evidence: purchases it rests on.
        weight: what they count for now that some are old, to four places.
    """

    value: Decimal = field(validator=_probability)
    low: Decimal = field(validator=_probability)
    high: Decimal = field(validator=_probability)
    evidence: int
    weight: Decimal


@frozen(field_transformer=checked)
class Scorecard:
    """How well a supplier delivers.

    Attributes:
        supplier_id: who.
        at: as of when.
        on_time: handed over in time.
        cancelled: cancelled by the supplier after we paid.
        defective: defective pieces.
        vanished: offer gone before the goods were handed over.
        score: from 0 to 1, to four places: the shrunk share of faultless purchases.
        lead_hours: hours from placing to handing over, rising.
        open_hours: hours that purchases had waited when last heard of, rising: they take longer.
    """

    supplier_id: SupplierId
    at: datetime
    on_time: Rate
    cancelled: Rate
    defective: Rate
    vanished: Rate
    score: Decimal = field(validator=_probability)
    lead_hours: tuple[float, ...] = ()
    open_hours: tuple[float, ...] = ()

    def hours(self) -> Distribution | None:
        """How many hours the supplier takes to hand over; None while nothing tells.

        Purchases that still wait count as longer than they have waited (see
        `Distribution.censored`), so a silent supplier does not look quick.
        """
        if not self.lead_hours and not any(self.open_hours):
            return None
        return Distribution.censored(self.lead_hours, self.open_hours)

    def _repr_html_(self) -> str:
        from crossborder.display import html_table

        heads = ("rate", "value", "90 % between", "purchases", "weight")
        names = ("on_time", "cancelled", "defective", "vanished")
        rates = ((name, getattr(self, name)) for name in names)
        rows = (
            (name, rate.value, f"{rate.low} and {rate.high}", rate.evidence, rate.weight)
            for name, rate in rates
        )
        return html_table(heads, rows, caption=f"{self.supplier_id}: {self.score}")


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(_PLACES, ROUND_HALF_EVEN)


def _rate(
    trials: list[Trial], prior: Decimal, strength: int, share: Callable[[Trial], Decimal]
) -> Rate:
    weight = sum((trial.weight for trial in trials), _NONE)
    hits = sum((trial.weight * share(trial) for trial in trials), _NONE)
    whole = strength + weight
    value = (prior * strength + hits) / whole
    # The normal approximation of the beta posterior: narrow enough only as evidence grows.
    half = _INTERVAL * (value * (_ONE - value) / (whole + 1)).sqrt()
    low, high = max(_NONE, value - half), min(_ONE, value + half)
    return Rate(_rounded(value), _rounded(low), _rounded(high), len(trials), _rounded(weight))


def _score(trials: list[Trial], policy: ScorecardPolicy) -> Decimal:
    clean = sum((trial.weight for trial in trials if not trial.faults), _NONE)
    faults = sum((trial.weight * trial.faults for trial in trials), _NONE)
    believed = policy.faultless * policy.strength
    return _rounded((believed + clean) / (policy.strength + clean + faults))


_POLICY = ScorecardPolicy()


@decides("inventory.scorecard", 1)
def scorecard(
    supplier_id: SupplierId,
    records: tuple[PurchaseRecord, ...],
    *,
    now: datetime,
    policy: ScorecardPolicy = _POLICY,
) -> Decision[Scorecard]:
    """The supplier's rates and score from what is known of our purchases at `now`.

    - A purchase counts once it shows what it is: handed over, overdue, cancelled or vanished. It
      counts half after each `half_life` since it was placed. Of two records of one purchase the
      one known last stands; of two known at once the one that makes the score lower.
    - Each rate is `(prior * strength + hits) / (strength + weight)`, with what is believed before
      any evidence; so is the score, whose hits are the faultless purchases.
    - In the score a purchase with a fault counts nothing in favour, and every fault of it counts
      against: late, cancelled, vanished, and defects by their share of the pieces. What was
      cancelled or vanished was not handed over in time either, and counts for both. A further
      purchase with a fault therefore never raises the score, a faultless one never lowers it.

    The order of the records does not matter.

    Raises:
        InvalidValue: a record of another supplier, or one known only after `now`.
    """
    kept = latest(
        supplier_id, records, now=now, handling=policy.handling, half_life=policy.half_life
    )
    trials = [trial for _, trial in kept if trial is not None]
    strength = policy.strength
    card = Scorecard(
        supplier_id,
        now,
        _rate(trials, policy.on_time, strength, lambda trial: _ONE - trial.late),
        _rate(trials, policy.cancelled, strength, lambda trial: trial.cancelled),
        _rate(trials, policy.defective, strength, lambda trial: trial.defective),
        _rate(trials, policy.vanished, strength, lambda trial: trial.vanished),
        _score(trials, policy),
        tuple(sorted(record.hours for record, _ in kept if record.handed_over_at is not None)),
        tuple(sorted(record.hours for record, _ in kept if record.waits)),
    )
    reasons = [
        Reason(name, f"believed {getattr(policy, name)} before", _facts(getattr(card, name)))
        for name in ("on_time", "cancelled", "defective", "vanished")
    ]
    if card.on_time.weight < strength:
        facts = Extra({"weight": card.on_time.weight, "strength": strength})
        reasons.append(Reason("thin", "what was believed before outweighs the purchases", facts))
    faultless = sum(not trial.faults for trial in trials)
    counts = Extra({"score": card.score, "purchases": len(trials), "faultless": faultless})
    reasons.append(Reason("score", "share of faultless purchases", counts))
    return Decision(card, tuple(reasons))


def _facts(rate: Rate) -> Extra:
    names = ("value", "low", "high", "evidence", "weight")
    return Extra({name: getattr(rate, name) for name in names})


@decides("inventory.scorecard_effect", 1)
def effect(before: Scorecard, after: Scorecard, *, pieces: int) -> Decision[int]:
    """By how many sellable pieces, more or (negative) fewer, a new scorecard changes an offer.

    Args:
        before: the card that counted until now.
        after: the new one, of the same supplier.
        pieces: what the supplier states.

    Raises:
        InvalidValue: cards of two suppliers, or a negative number of pieces.
    """
    if before.supplier_id != after.supplier_id:
        raise refuse("effect", "after", after.supplier_id, f"is not {before.supplier_id}")
    was, becomes = trusted(pieces, score=before.score), trusted(pieces, score=after.score)
    scores = {"score_before": before.score, "score_after": after.score}
    facts = Extra({"pieces": pieces, "before": was, "after": becomes, **scores})
    code = "unchanged" if was == becomes else ("more" if becomes > was else "fewer")
    return Decision(becomes - was, (Reason(code, "pieces left after the haircut", facts),))
