"""The figures of a carrier on a lane, each with the evidence it rests on."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from attrs import frozen

from crossborder.model.check import checked, refuse
from crossborder.predict.quantiles import Distribution
from crossborder.stages.logistics.scorecard.rules import ScoreRules
from crossborder.stages.logistics.scorecard.seen import Seen

__all__ = ["LaneCard", "LaneScore", "Share", "scored"]

_PLACES = Decimal("0.0001")
_Z90 = Decimal("1.645")
_DAY = timedelta(days=1)


@frozen(field_transformer=checked)
class Share:
    """A share of parcels, shrunk to what is known of a wider circle.

    Attributes:
        value: from 0 to 1, to four places.
        low: lower end of the interval in which the share lies with 90 %, to four places.
        high: its upper end.
        hits: parcels that count for it.
        evidence: parcels it rests on.
    """

    value: Decimal
    low: Decimal
    high: Decimal
    hits: int
    evidence: int

    def __attrs_post_init__(self) -> None:
        if not self.low <= self.value <= self.high <= 1:
            raise refuse(self, "value", self.value, "must lie within its interval, at most 1")
        if self.hits > self.evidence:
            raise refuse(self, "hits", self.hits, "must not be more than the evidence")


@frozen(field_transformer=checked)
class LaneScore:
    """How a carrier does on a lane.

    Attributes:
        carrier: who.
        at: as of when.
        parcels: how many parcels of this lane it rests on.
        on_time: delivered by the promise.
        loss: lost, or silent for so long that they are taken for lost.
        transit: days from hand-over to delivery, or None while nothing tells.
        gap: hours from one scan to the next, or None.
        origin: the country it goes from; empty for every one.
        destination: the country it goes to; empty for every one.
        line: the carrier's product code; empty for every one.
    """

    carrier: str
    at: datetime
    parcels: int
    on_time: Share
    loss: Share
    transit: Distribution | None = None
    gap: Distribution | None = None
    origin: str = ""
    destination: str = ""
    line: str = ""

    @property
    def p90(self) -> float | None:
        """In 9 of 10 cases it takes no more days than this."""
        return None if self.transit is None else self.transit.quantile(0.9)

    @property
    def window(self) -> tuple[timedelta, timedelta] | None:
        """From hand-over to delivery: one in ten is quicker, one in ten slower."""
        if self.transit is None:
            return None
        return _DAY * self.transit.quantile(0.1), _DAY * self.transit.quantile(0.9)

    @property
    def hours(self) -> Distribution | None:
        """The transit in hours, as a promise takes it."""
        return None if self.transit is None else self.transit.scaled(24.0)

    @property
    def quiet(self) -> timedelta | None:
        """A longer silence than this is unusual: 19 of 20 gaps are shorter."""
        return None if self.gap is None else timedelta(hours=self.gap.quantile(0.95))

    def _repr_html_(self) -> str:
        return LaneCard(self.at, (self,))._repr_html_()


@frozen(field_transformer=checked)
class LaneCard:
    """The scores of every carrier and lane, for people.

    Attributes:
        at: as of when.
        scores: by carrier, then by lane; that of a whole carrier stands before its lanes.
    """

    at: datetime
    scores: tuple[LaneScore, ...]

    def _repr_html_(self) -> str:
        from crossborder.display import html_table

        heads = (
            *("carrier", "line", "lane", "parcels", "on time", "P50 days", "P90 days"),
            *("loss", "gap P50 h", "gap P95 h"),
        )
        return html_table(heads, map(_row, self.scores), caption=f"carriers at {self.at:%Y-%m-%d}")


def _row(score: LaneScore) -> tuple[object, ...]:
    lane = f"{score.origin or '*'} → {score.destination or '*'}"
    days = _read(score.transit, 0.5, 0.9)
    gaps = _read(score.gap, 0.5, 0.95)
    on_time = f"{score.on_time.value} ({score.on_time.hits} of {score.on_time.evidence})"
    loss = f"{score.loss.value} ({score.loss.hits} of {score.loss.evidence})"
    return score.carrier, score.line or "*", lane, score.parcels, on_time, *days, loss, *gaps


def _read(law: Distribution | None, *chances: float) -> tuple[str, ...]:
    return tuple("" if law is None else f"{law.quantile(chance):.1f}" for chance in chances)


def _shared(hits: int, evidence: int, *, prior: Decimal, strength: int) -> Share:
    whole = Decimal(strength + evidence)
    value = (prior * strength + hits) / whole
    # The normal approximation of the beta posterior: narrow enough only as evidence grows.
    half = _Z90 * (value * (1 - value) / (whole + 1)).sqrt()
    low, high = max(Decimal(0), value - half), min(Decimal(1), value + half)
    value, low, high = (one.quantize(_PLACES, ROUND_HALF_EVEN) for one in (value, low, high))
    return Share(value, low, high, hits, evidence)


def _law(
    ended: Sequence[float],
    waiting: Iterable[float],
    *,
    parent: Distribution | None,
    strength: int,
) -> Distribution | None:
    """What the durations come to, open ones counted as longer, shrunk to the parent's."""
    still = [one for one in waiting if one > 0]
    if not ended and not still:
        return parent
    own = Distribution.censored(ended, still)
    if parent is None:
        return own
    # The wider circle holds these parcels too: it cannot say more than its others have shown.
    others = max(parent.evidence - own.evidence, 0.0)
    return own.blended(parent, min(float(strength), others))


def scored(
    parcels: Sequence[Seen],
    cell: tuple[str, str, str, str],
    *,
    now: datetime,
    rules: ScoreRules,
    parent: LaneScore | None,
) -> LaneScore:
    """The score of these parcels, shrunk to that of the wider circle.

    Args:
        parcels: of the carrier and lane, as they are known `now`.
        cell: carrier, origin, destination and line; empty for every one.
        now: the moment of scoring.
        rules: what is believed, and how strongly.
        parent: the score of the wider circle, or None.
    """
    # A product's days are its own: an express line is not slow because the carrier's packets are.
    like = parent if parent is not None and parent.line == cell[3] else None
    kept = [one.on_time(now, rules.lost_after) for one in parcels]
    promised = [one for one in kept if one is not None]
    gone = [one.missing(now, rules.lost_after) for one in parcels]
    settled = [lost for one, lost in zip(parcels, gone, strict=True) if lost or one.ended]
    moving = [one for one, lost in zip(parcels, gone, strict=True) if not lost]
    transit = _law(
        [days for days in (one.days for one in parcels) if days is not None],
        [days for days in (one.open_days(now) for one in moving) if days is not None],
        parent=like.transit if like else None,
        strength=rules.strength,
    )
    gap = _law(
        [hours for one in parcels for hours in one.gaps],
        [hours for hours in (one.silent_hours(now) for one in moving) if hours is not None],
        parent=like.gap if like else None,
        strength=rules.strength,
    )
    on_time = _shared(
        sum(promised),
        len(promised),
        prior=parent.on_time.value if parent else rules.on_time,
        strength=rules.strength,
    )
    loss = _shared(
        sum(gone),
        len(settled),
        prior=parent.loss.value if parent else rules.loss,
        strength=rules.loss_strength,
    )
    carrier, *place = cell
    return LaneScore(carrier, now, len(parcels), on_time, loss, transit, gap, *place)
