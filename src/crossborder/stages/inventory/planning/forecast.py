"""Demand of one SKU (需求预测): what to expect, and what stock covers it how surely."""

from datetime import datetime
from decimal import Decimal

from attrs import frozen

from crossborder.errors import InvalidValue
from crossborder.model.check import checked, refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.predict.demand.choose import BackTest
from crossborder.predict.demand.counts import NegativeBinomial
from crossborder.predict.demand.knowledge import admit, admit_quantity
from crossborder.predict.demand.ladder import FRESH, Ladder, LadderState
from crossborder.predict.demand.law import DemandLaw, PieceLaw
from crossborder.predict.demand.track import Track
from crossborder.stages.inventory.planning.item import Forecast

__all__ = ["DemandForecast", "forecast_demand"]

ENOUGH_PERIODS = 6
"""A history of fewer known periods says too little by itself."""

ENOUGH_ROWS = 500
"""A pool that learnt from fewer figures is not asked."""

_MILLI = Decimal("0.001")
_SOURCE = "forecast_demand"


@frozen(field_transformer=checked)
class DemandForecast:
    """Demand over the coming periods together.

    Attributes:
        periods: how many periods are covered.
        mean: expected pieces.
        variance: of the pieces.
        p50: pieces that cover the demand in half of the cases; likewise the next ones.
        p80: in 80 of 100 cases.
        p90: in 90 of 100 cases.
        p95: in 95 of 100 cases.
        method: what made it: `pool`, a smoothing method with its constants, or `prior`.
        evidence: how many known periods of this SKU it rests on.
    """

    periods: int
    mean: Decimal
    variance: Decimal
    p50: int
    p80: int
    p90: int
    p95: int
    method: str
    evidence: int

    def __attrs_post_init__(self) -> None:
        if not self.p50 <= self.p80 <= self.p90 <= self.p95:
            shown = (self.p50, self.p80, self.p90, self.p95)
            raise refuse(self, "p50", shown, "the quantiles must not fall")

    def over(self, days: int) -> Forecast:
        """The same demand as what `propose` and `split_modes` take; it covers so many days."""
        return Forecast.of(self.mean, self.variance, days)


def _track(history: tuple[tuple[datetime, int | None], ...], now: datetime) -> Track:
    track, last = Track(), None
    for known_at, quantity in history:
        admit(known_at, now=now, last=last, source=_SOURCE)
        last = known_at
        if quantity is not None:
            admit_quantity(quantity, source=_SOURCE)
            track.add(quantity)
    return track


def _back_test(history: tuple[tuple[datetime, int | None], ...], now: datetime) -> BackTest:
    own = BackTest()
    for known_at, quantity in history:
        own.observe(quantity, known_at=known_at, now=now)
    return own


def _rounded(number: float) -> Decimal:
    return Decimal(repr(number)).quantize(_MILLI)


def _forecast(
    law: DemandLaw | PieceLaw | NegativeBinomial, periods: int, *, method: str, evidence: int
) -> DemandForecast:
    return DemandForecast(
        periods=periods,
        mean=_rounded(law.mean),
        variance=_rounded(law.variance),
        p50=law.quantile(0.5),
        p80=law.quantile(0.8),
        p90=law.quantile(0.9),
        p95=law.quantile(0.95),
        method=method,
        evidence=evidence,
    )


@decides("inventory.forecast", 1)
def forecast_demand(
    history: tuple[tuple[datetime, int | None], ...],
    *,
    now: datetime,
    periods: int = 1,
    pool: LadderState | None = None,
) -> Decision[DemandForecast]:
    """Demand of the next `periods` together, from the periods whose demand is known.

    `history` gives each period, oldest first, by the moment its figure was known; None is unknown
    and is skipped, not taken as zero. `pool` is what many SKUs taught (`DemandPool.shared`).

    - With a pool that learnt from at least 500 figures, the pool's law at this SKU's history.
    - Else, with at least six known periods, the smoothing method that did best on them so far.
    - Else the prior: a geometric law around the few figures there are. The reasons say so.

    Several periods are summed as independent draws of that law; quantiles are never added.

    Raises:
        InvalidValue: a figure known after `now`, out of order or negative; no period.
    """
    if periods < 1:
        raise InvalidValue("must be at least 1", field="periods", value=periods, source=_SOURCE)
    track = _track(history, now)
    known = track.periods
    counted = Extra({"known": known, "unknown": len(history) - known})
    reasons = [Reason("history", f"{known} known periods", counted)]
    if known < ENOUGH_PERIODS:
        least = Extra({"known": known, "least": ENOUGH_PERIODS})
        reasons.append(Reason("thin_history", "the SKU's own figures say little yet", least))
    rows = pool.rows if pool is not None else 0
    learnt = Extra({"rows": rows, "least": ENOUGH_ROWS})
    law: DemandLaw | PieceLaw | NegativeBinomial
    if pool is not None and rows >= ENOUGH_ROWS:
        method, law = "pool", Ladder(pool).law(track).total(periods)
        reasons.append(Reason("pooled", "read from many SKUs with such a history", learnt))
    else:
        text = "no pool was given" if pool is None else "the pool learnt from too little"
        reasons.append(Reason("no_pool" if pool is None else "thin_pool", text, learnt))
        if known >= ENOUGH_PERIODS:
            own = _back_test(history, now)
            method, law = own.best, own.law.total(periods)
            losses = Extra({name: str(_rounded(loss)) for name, loss in own.losses})
            reasons.append(Reason("back_tested", f"{method} did best so far", losses))
        else:
            method, law = "prior", Ladder(FRESH).law(track).total(periods)
            reasons.append(Reason("prior", "a usual spread around the few figures there are"))
    if periods > 1:
        text = "the periods are taken as independent"
        reasons.append(Reason("summed", text, Extra({"periods": periods})))
    forecast = _forecast(law, periods, method=method, evidence=known)
    return Decision(forecast, reasons=tuple(reasons))
