"""The library's word, day by day, held against the truth of a simulated world."""

from datetime import datetime, timedelta
from statistics import fmean

from attrs import define, field, frozen

from crossborder.model.check import refuse
from crossborder.model.tracking import ParcelState, Stage
from crossborder.predict.quantiles import Distribution
from crossborder.testing.consolidated.laws import Forecaster
from crossborder.testing.consolidated.learnt import ByAlarm, ByTransit
from crossborder.testing.consolidated.replay import Parcel, Replay
from crossborder.testing.consolidated.truth import Truth
from crossborder.testing.consolidated.warning import Warner
from crossborder.testing.consolidated.world import World

__all__ = ["Grade", "Warned", "grade"]

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


@frozen
class Warned:
    """The one alarm of a parcel.

    Attributes:
        at: when.
        kind: what for.
        left: time left until the promise is broken; negative when it was.
    """

    at: datetime
    kind: str
    left: timedelta


@frozen
class Grade:
    """How right the library was; shares are from 0 to 1.

    Attributes:
        parcels: how many.
        parcel_days: looks at a parcel that had been heard of and had not ended the day before.
        state_known: looks at which the state was the newest that had been reported.
        state_true: looks at which it was the true one, reported or not.
        wrong_ends: parcels whose last state is not how they truly ended.
        falsely_delivered: parcels that were called delivered before they were, or never are.
        judged: parcels of which forecasts and alarms count: those after the warm-up.
        forecasts: looks with a forecast, at parcels that do arrive.
        covered: share of those that arrive by the quantile, for each quantile asked for.
        alarms: the alarm of each parcel that had one, in the warm-up too.
        precision: alarms whose parcel was late or never came.
        recall: parcels that were late or never came, and had an alarm by then.
        lead_days: mean time from a right alarm to the broken promise.
        lost_alarmed: share of the parcels lost with a bag that had an alarm.
        held_with_reason: share of the held parcels whose history names a customs reason.
    """

    parcels: int
    parcel_days: int
    state_known: float
    state_true: float
    wrong_ends: tuple[str, ...]
    falsely_delivered: tuple[str, ...]
    judged: int
    forecasts: int
    covered: dict[float, float]
    alarms: dict[str, Warned]
    precision: float
    recall: float
    lead_days: float
    lost_alarmed: float
    held_with_reason: float


@define
class _Tally:
    """A grade in the making."""

    quantiles: tuple[float, ...]
    judged: set[str]
    looks: int = 0
    known: int = 0
    true: int = 0
    false: dict[str, None] = field(factory=dict)
    forecasts: int = 0
    hits: dict[float, int] = field(factory=dict)
    alarms: dict[str, Warned] = field(factory=dict)
    ended: set[str] = field(factory=set)

    def state(self, parcel: Parcel, now: datetime) -> None:
        """Count a look at a parcel's state."""
        seen, truth = parcel.seen.state, parcel.truth
        self.looks += 1
        self.known += _same(seen, truth.knowable_at(now))
        self.true += _same(seen, truth.state_at(now))
        delivered = truth.delivered_at
        if seen.stage is Stage.DELIVERED and (delivered is None or delivered > now):
            self.false[truth.parcel] = None

    def forecast(self, truth: Truth, arrival: Distribution, now: datetime) -> None:
        """Count a forecast, where it counts and the parcel does arrive."""
        if truth.delivered_at is None or truth.parcel not in self.judged:
            return
        self.forecasts += 1
        hours = (truth.delivered_at - now) / _HOUR
        for p in self.quantiles:
            self.hits[p] = self.hits.get(p, 0) + (hours <= arrival.quantile(p))


def _same(one: ParcelState, other: ParcelState) -> bool:
    return (one.stage, one.health, one.reason) == (other.stage, other.health, other.reason)


def grade(
    world: World,
    *,
    forecaster: Forecaster | None = None,
    warner: Warner | None = None,
    warm_up: int = 0,
    every: timedelta = _DAY,
    quantiles: tuple[float, ...] = (0.5, 0.8, 0.9),
) -> Grade:
    """Look at every parcel day by day with the library, and count how right it was.

    At each look only what had reached us by then is known: commands, scans, and how earlier
    parcels ended. A parcel is looked at from the first word of it until a day after it is seen to
    have ended; one alarm is raised for a parcel, the first.

    Args:
        world: what is looked at.
        forecaster: says when parcels arrive; None for what the library learns (`ByTransit`).
        warner: says of which parcels to warn; None for the library's alarm (`ByAlarm`).
        warm_up: so many masters, the first ones, teach the forecaster; their states are graded,
            their forecasts and alarms are not, but for the lost bags.
        every: from one look to the next.
        quantiles: those whose coverage is counted.

    Raises:
        InvalidValue: a world of which nothing was heard, a warm-up that is negative, looks that do
            not go on, or a quantile that is not between 0 and 1.
    """
    heard = [one.observations[0].received_at for one in world.consignments if one.observations]
    if not heard:
        raise refuse("grade", "world", len(world.consignments), "has nothing that was heard of")
    if warm_up < 0:
        raise refuse("grade", "warm_up", warm_up, "must not be negative")
    if every <= timedelta(0):
        raise refuse("grade", "every", every, "must be above zero")
    for quantile in quantiles:
        if not 0 < quantile < 1:
            raise refuse("grade", "quantiles", quantile, "must lie between 0 and 1")
    laws = ByTransit() if forecaster is None else forecaster
    watch = ByAlarm() if warner is None else warner
    judged = {truth.parcel for one in world.consignments[warm_up:] for truth in one.truths}
    tally = _Tally(quantiles, judged)
    replays = [Replay(one) for one in world.consignments]
    now = heard[0] + every / 2
    going = replays
    while going:
        parcels = [
            parcel
            for replay in going
            for parcel in replay.until(now).values()
            if parcel.seen.events and parcel.truth.parcel not in tally.ended
        ]
        ended = [parcel for parcel in parcels if parcel.seen.state.stage.ended]
        open_ = [parcel for parcel in parcels if not parcel.seen.state.stage.ended]
        arrived = [p.seen for p in ended if p.seen.state.stage is Stage.DELIVERED]
        still = [parcel.seen for parcel in open_]
        laws.learn(arrived, still, now=now)
        watch.learn([parcel.seen for parcel in ended], still, now=now)
        for parcel in parcels:
            tally.state(parcel, now)
        tally.ended.update(parcel.truth.parcel for parcel in ended)
        for parcel in open_:
            _ask(parcel, laws, watch, tally=tally, now=now)
        going = [replay for replay in going if not _done(replay, now)]
        now += every
    return _graded(tally, [parcel for replay in replays for parcel in replay.parcels.values()])


def _done(replay: Replay, now: datetime) -> bool:
    """Whether nothing more is heard, and every promise has passed."""
    return replay.over and all(p.truth.promised.latest < now for p in replay.parcels.values())


def _ask(parcel: Parcel, laws: Forecaster, watch: Warner, *, tally: _Tally, now: datetime) -> None:
    seen, truth = parcel.seen, parcel.truth
    arrival = laws.arrival(seen, now=now)
    if arrival is not None:
        tally.forecast(truth, arrival, now)
    if truth.parcel not in tally.alarms:
        kind = watch.warns(seen, arrival, now=now)
        if kind is not None:
            tally.alarms[truth.parcel] = Warned(now, kind, truth.promised.latest - now)


def _end(truth: Truth) -> Stage | None:
    if truth.delivered_at is not None:
        return Stage.DELIVERED
    return None if truth.returned_at is None else Stage.RETURNED


def _says_why(parcel: Parcel) -> bool:
    return any((event.reason or "").startswith("customs_") for event in parcel.seen.events)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _graded(tally: _Tally, parcels: list[Parcel]) -> Grade:
    truths = [parcel.truth for parcel in parcels]
    wrong = []
    for parcel in parcels:
        stage, end = parcel.seen.state.stage, _end(parcel.truth)
        if stage is not end and (end is not None or stage.ended):
            wrong.append(parcel.truth.parcel)
    late = {truth.parcel for truth in truths if truth.late} & tally.judged
    warned = tally.alarms.keys() & tally.judged
    right = late & warned
    bags = [t.parcel for t in truths if "missing_at_break_bulk" in t.reasons]
    held = [parcel for parcel in parcels if parcel.truth.held]
    leads = [tally.alarms[name].left / _DAY for name in right]
    return Grade(
        parcels=len(parcels),
        parcel_days=tally.looks,
        state_known=_share(tally.known, tally.looks),
        state_true=_share(tally.true, tally.looks),
        wrong_ends=tuple(wrong),
        falsely_delivered=tuple(tally.false),
        judged=len(tally.judged),
        forecasts=tally.forecasts,
        covered={p: _share(tally.hits.get(p, 0), tally.forecasts) for p in tally.quantiles},
        alarms=tally.alarms,
        precision=_share(len(right), len(warned)),
        recall=_share(len(right), len(late)),
        lead_days=fmean(leads) if leads else 0.0,
        lost_alarmed=_share(sum(name in tally.alarms for name in bags), len(bags)),
        held_with_reason=_share(sum(map(_says_why, held)), len(held)),
    )
