"""The chance of keeping a promise, for every purchase time at once.

Going back from the deadline, each possible duration of a part leads to the latest moment at which
that part may begin. What comes out is the law of the latest purchase: the promise is kept exactly
when the purchase is not later. Durations are combined as laws, through each part's calendar and
cut-off; quantiles are never added.
"""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from functools import lru_cache
from itertools import accumulate
from math import ceil

from crossborder.predict.quantiles import Distribution
from crossborder.stages.inventory.virtual.hours import Hours, hours_for
from crossborder.stages.inventory.virtual.laws import FINE, ROUGH, Law, combined
from crossborder.stages.inventory.virtual.lead import LeadTime
from crossborder.stages.inventory.virtual.part import MANY, LeadPart, at_fixed, hours_between

__all__ = [
    *("CERTAIN", "Starts", "arrival", "conditioned", "confidence", "ends", "fastest"),
    *("latest_purchase", "starts"),
]

_NOISE = 1e-9
_FEW_PARTS, _FEW_FIGURES = 5, 8
CERTAIN = Decimal("0.9999")
"""The most that is ever told of a chance."""


class Starts:
    """The law of the latest moment at which a part may begin, so that all after it is in time.

    Made of the law of the moment at which the part must be over, and the part; without a part it
    is the law of that moment itself.

    >>> law = Starts(([0, 3600], [0.25, 0.75]))
    >>> law.chance(datetime(1970, 1, 1, 0, 30, tzinfo=UTC))
    0.75
    >>> law.latest(0.9).hour, law.latest(0.7).hour
    (0, 1)
    """

    __slots__ = ("_axis", "_first", "_last", "_moments", "_rising", "_taken")

    def __init__(self, over: Law, part: LeadPart | None = None) -> None:
        moments, weights = over
        self._taken = ([0], [1.0]) if part is None else _durations(part)
        self._axis: Hours | None = None
        if part is not None and part.calendar is not None:
            back = self._taken[0][-1]
            self._axis = hours_for(part.calendar, moments[0], moments[-1], back=back)
            moments = [self._axis.worked(moment) for moment in moments]
        self._moments = moments
        self._rising = [0.0, *accumulate(weights)]
        self._first = moments[0] - self._taken[0][-1]
        self._last = over[0][-1]

    def chance(self, moment: datetime) -> float:
        """The probability that beginning at that moment is not too late."""
        began = ceil(moment.timestamp())
        if began > self._last:
            return 0.0
        if self._axis is None:
            return self._kept(began)
        if began <= self._axis.latest(self._first):
            return 1.0
        return self._kept(self._axis.worked(self._axis.begins(began)))

    def latest(self, level: float) -> datetime:
        """The latest moment at which that probability is at least `level`."""
        # At the first one every course is in time, beyond the last one none is.
        low, high = self._first, self._moments[-1] - self._taken[0][0]
        while low < high:
            middle = (low + high + 1) // 2
            if self._kept(middle) >= level - _NOISE:
                low = middle
            else:
                high = middle - 1
        return _moment(low if self._axis is None else self._axis.latest(low))

    def _kept(self, began: int) -> float:
        """The same on the axis of the part."""
        moments, rising = self._moments, self._rising
        late = sum(
            share * rising[bisect_left(moments, began + seconds)]
            for seconds, share in zip(*self._taken, strict=True)
        )
        return 1 - late / rising[-1]


def confidence(chance: float) -> Decimal:
    """A probability as it is told: rounded down to four places, and never quite 1.

    >>> confidence(0.98765), confidence(1.0)
    (Decimal('0.9876'), Decimal('0.9999'))
    """
    told = Decimal(str(round(chance, 9))).quantize(CERTAIN, ROUND_DOWN)
    return max(Decimal(0), min(told, CERTAIN))


@lru_cache(maxsize=64)
def ends(lead: LeadTime, place: int, *, ship_by: datetime, deliver_by: datetime | None) -> Law:
    """The law of the latest moment at which the part at that place must be over.

    Args:
        lead: the parts; those after this one are known.
        place: counted over the parts and then the transit. In the transit the parcel was handed
            over already, and `ship_by` is past.
        ship_by: the parcel must be handed over by then.
        deliver_by: and be with the buyer by then, or None.
    """
    count = len(lead.parts)
    transit = () if deliver_by is None else lead.transit[max(0, place + 1 - count) :]
    after = (*reversed(transit), *reversed(lead.parts[place + 1 :]))
    law: Law = ([_seconds(ship_by if deliver_by is None else deliver_by)], [1.0])
    for step, part in enumerate(after):
        if step == len(transit):
            law = _handed(law, lead, ship_by)
        law = _back(law, part, _bounds(step, after))
    return _handed(law, lead, ship_by) if place == count - 1 else law


def _handed(law: Law, lead: LeadTime, ship_by: datetime) -> Law:
    """The parcel must leave in time for the transit, and by `ship_by`; both with the margin."""
    margin, leaves = ceil(lead.margin.total_seconds()), _seconds(ship_by)
    return [min(moment, leaves) - margin for moment in law[0]], law[1]


def starts(lead: LeadTime, *, ship_by: datetime, deliver_by: datetime | None) -> Starts:
    """The law of the latest purchase, of a way about which everything is known."""
    return Starts(ends(lead, 0, ship_by=ship_by, deliver_by=deliver_by), lead.parts[0])


def latest_purchase(
    lead: LeadTime,
    *,
    ship_by: datetime,
    deliver_by: datetime | None = None,
    level: Decimal = Decimal("0.90"),
) -> datetime | None:
    """The latest time to buy so that the promise holds with that probability.

    None when nothing is known about a part of the way.

    Raises:
        InvalidValue: a part takes more than three years.
    """
    if lead.unknown:
        return None
    return starts(lead, ship_by=ship_by, deliver_by=deliver_by).latest(float(level))


def arrival(parts: tuple[LeadPart, ...], begun: datetime, level: float) -> datetime:
    """By when all parts are over with that probability, when the first begins at `begun`."""
    law: Law = ([_seconds(begun, up=True)], [1.0])
    for step, part in enumerate(parts):
        law = _on(law, part, _bounds(step, parts))
    rising = list(accumulate(law[1]))
    place = bisect_left(rising, level * rising[-1] - _NOISE)
    return _moment(law[0][place])


def fastest(parts: tuple[LeadPart, ...], begun: datetime) -> datetime:
    """When all parts are over in the fastest course of things."""
    moment = begun
    for part in parts:
        takes = timedelta(seconds=ceil(part.law.values[0] * 3600))
        moment = moment + takes if part.calendar is None else part.calendar.after(moment, takes)
    return moment


def conditioned(part: LeadPart, since: datetime, now: datetime) -> Distribution | None:
    """What the part takes in all, given that it began at `since` and is not over at `now`.

    None when it already takes longer than was ever seen or stated.
    """
    return part.law.conditioned(hours_between(since, now, part.calendar))


def _bounds(step: int, parts: tuple[LeadPart, ...]) -> tuple[float, ...]:
    """How the sum after that step is thinned: by what the parts are, never by how long they take.

    Switched by the number of courses, a longer part with fewer of them could come out shorter.
    """
    if step == 0 or len(parts) == 2:
        return ()
    if len(parts) <= _FEW_PARTS and all(_only_stated(part) for part in parts):
        return ()
    return FINE if step == len(parts) - 1 else ROUGH


def _only_stated(part: LeadPart) -> bool:
    return not part.evidence and len(part.law.values) <= _FEW_FIGURES


def _durations(part: LeadPart) -> Law:
    """Its durations in seconds, rounded up, rising; of many observations at fixed probabilities."""
    law = part.law if part.evidence <= MANY else at_fixed(part.law)
    whole = law.evidence
    return (
        [max(1, ceil(hours * 3600)) for hours in law.values],
        [weight / whole for weight in law.weights],
    )


def _back(law: Law, part: LeadPart, bounds: tuple[float, ...]) -> Law:
    """The latest moments at which a part may begin, from those at which it must be over."""
    taken = _durations(part)
    if part.calendar is None:
        return combined(law, taken, bounds)
    axis = hours_for(part.calendar, law[0][0], law[0][-1], back=taken[0][-1])
    worked, weights = combined(([axis.worked(at) for at in law[0]], law[1]), taken, bounds)
    return [axis.latest(left) for left in worked], weights


def _on(law: Law, part: LeadPart, bounds: tuple[float, ...]) -> Law:
    """The moments at which a part is over, from those at which it begins."""
    moments, weights = law
    taken = _durations(part)
    axis = None
    if part.calendar is not None:
        axis = hours_for(part.calendar, moments[0], moments[-1], ahead=taken[0][-1])
        moments = [axis.worked(axis.begins(moment)) for moment in moments]
    # Turned round, late is early: what is thinned comes out later, not earlier.
    turned = ([-moment for moment in reversed(moments)], weights[::-1])
    found, shares = combined(turned, taken, bounds)
    over = [-end for end in reversed(found)]
    return (over if axis is None else [axis.done(worked) for worked in over]), shares[::-1]


def _seconds(moment: datetime, *, up: bool = False) -> int:
    return ceil(moment.timestamp()) if up else int(moment.timestamp() // 1)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
