"""The chance of keeping a promise, for every purchase time at once.

Going back from the deadline, each possible duration of a part leads to the latest moment at which
that part may begin. What comes out is the law of the latest purchase: the promise is kept exactly
when the purchase is not later. Durations are combined as laws, through each part's calendar and
cut-off; quantiles are never added.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from itertools import accumulate
from math import ceil, prod

from crossborder.predict.quantiles import Distribution
from crossborder.stages.inventory.virtual.hours import hours_around
from crossborder.stages.inventory.virtual.lead import LeadTime
from crossborder.stages.inventory.virtual.part import LeadPart, hours_between

__all__ = [
    *("Starts", "arrival", "conditioned", "confidence", "fastest", "latest_purchase", "starts"),
]

Atoms = list[tuple[int, float]]
"""Moments in whole seconds, or seconds, with their probabilities."""

_EXACT = 512
"""Up to so many combinations of all durations are followed one by one."""
_ATOMS = 64
_LAST = 512
_NOISE = 1e-9
_CERTAIN = Decimal("0.9999")


class Starts:
    """The law of the latest moment at which one may begin.

    >>> law = Starts([(0, 0.25), (3600, 0.75)])
    >>> law.chance(datetime(1970, 1, 1, 0, 30, tzinfo=UTC))
    0.75
    >>> law.latest(0.9).hour, law.latest(0.7).hour
    (0, 1)
    """

    __slots__ = ("_moments", "_rising")

    def __init__(self, atoms: Atoms) -> None:
        atoms = sorted(atoms)
        self._moments = [moment for moment, _ in atoms]
        self._rising = [0.0, *accumulate(weight for _, weight in atoms)]

    def chance(self, moment: datetime) -> float:
        """The probability that beginning at that moment is not too late."""
        place = bisect_left(self._moments, ceil(moment.timestamp()))
        return 1 - self._rising[place] / self._rising[-1]

    def latest(self, level: float) -> datetime:
        """The latest moment at which that probability is at least `level`."""
        allowed = (1 - level) * self._rising[-1] + _NOISE
        place = bisect_right(self._rising, allowed, 1, len(self._moments)) - 1
        return _moment(self._moments[place])


def confidence(chance: float) -> Decimal:
    """A probability as it is told: rounded down to four places, and never quite 1.

    >>> confidence(0.98765), confidence(1.0)
    (Decimal('0.9876'), Decimal('0.9999'))
    """
    told = Decimal(str(round(chance, 9))).quantize(_CERTAIN, ROUND_DOWN)
    return min(told, _CERTAIN)


def starts(
    lead: LeadTime,
    *,
    ship_by: datetime,
    deliver_by: datetime | None,
    begin: int = 0,
    handed: bool = False,
) -> Starts:
    """The law of the latest purchase, or of the latest beginning of a later part.

    Args:
        lead: the parts, all of them known.
        ship_by: the parcel must be handed over by then.
        deliver_by: and be with the buyer by then, or None.
        begin: how many parts are over; what may begin late is then the next one.
        handed: whether the parcel was handed over already: `ship_by` is past then.
    """
    count = len(lead.parts)
    parts, transit = lead.parts[begin:], lead.transit[max(0, begin - count) :]
    if deliver_by is None:
        transit = ()
    end = _seconds(ship_by if deliver_by is None else deliver_by)
    margin = ceil(lead.margin.total_seconds())
    leaves = _seconds(ship_by)
    combined = prod(len(part.law.values) for part in (*parts, *transit))
    laws = _exactly if combined <= _EXACT else _roughly
    atoms: Atoms = [(end, 1.0)]
    steps: list[LeadPart | None] = [*reversed(transit), None, *reversed(parts)]
    for place, part in enumerate(steps):
        if part is None:
            if not handed:
                atoms = [(min(moment, leaves) - margin, weight) for moment, weight in atoms]
        else:
            atoms = _back(atoms, part, laws, last=place == len(steps) - 1)
    return Starts(atoms)


def latest_purchase(
    lead: LeadTime,
    *,
    ship_by: datetime,
    deliver_by: datetime | None = None,
    level: Decimal = Decimal("0.90"),
) -> datetime | None:
    """The latest time to buy so that the promise holds with that probability.

    None when nothing is known about a part of the way.
    """
    if lead.unknown:
        return None
    return starts(lead, ship_by=ship_by, deliver_by=deliver_by).latest(float(level))


def arrival(parts: tuple[LeadPart, ...], begun: datetime, level: float) -> datetime:
    """By when all parts are over with that probability, when the first begins at `begun`."""
    combined = prod(len(part.law.values) for part in parts)
    laws = _exactly if combined <= _EXACT else _roughly
    atoms: Atoms = [(_seconds(begun, up=True), 1.0)]
    for place, part in enumerate(parts):
        atoms = _on(atoms, part, laws, last=place == len(parts) - 1)
    atoms.sort()
    rising = list(accumulate(weight for _, weight in atoms))
    place = bisect_left(rising, level * rising[-1] - _NOISE)
    return _moment(atoms[place][0])


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


Combine = Callable[[Atoms, Atoms, bool], Atoms]


def _exactly(moments: Atoms, durations: Atoms, last: bool) -> Atoms:
    found: dict[int, float] = {}
    for moment, weight in moments:
        for seconds, share in durations:
            end = moment + seconds
            found[end] = found.get(end, 0.0) + weight * share
    return list(found.items())


def _roughly(moments: Atoms, durations: Atoms, last: bool) -> Atoms:
    """The sums of equally likely atoms, thinned to the middle one of each group of neighbours.

    The middle of a group moves with every one of its members, so that what takes longer never
    comes out shorter.
    """
    taken = [seconds for seconds, _ in durations]
    sums = [moment + seconds for moment, _ in moments for seconds in taken]
    sums.sort()
    keep = _LAST if last else _ATOMS
    step = max(1, len(sums) // keep)
    kept = sums[(step - 1) // 2 :: step]
    return [(moment, 1 / len(kept)) for moment in kept]


def _durations(part: LeadPart, laws: Combine) -> Atoms:
    """Its durations in seconds, rounded up; equally likely ones where laws are thinned."""
    law = part.law
    if laws is _exactly or len(law.values) == 1:
        whole = law.evidence
        return [
            (max(1, ceil(hours * 3600)), weight / whole)
            for hours, weight in zip(law.values, law.weights, strict=True)
        ]
    middles = (law.quantile((place + 0.5) / _ATOMS) for place in range(_ATOMS))
    return [(max(1, ceil(hours * 3600)), 1 / _ATOMS) for hours in middles]


def _back(deadlines: Atoms, part: LeadPart, laws: Combine, *, last: bool) -> Atoms:
    """The latest moments at which a part may begin, from those at which it must be over."""
    taken = [(-seconds, share) for seconds, share in _durations(part, laws)]
    if part.calendar is None:
        return laws(deadlines, taken, last)
    axis = hours_around(part.calendar, deadlines[0][0])
    worked = [(axis.worked(moment), weight) for moment, weight in deadlines]
    return [(axis.latest(left), weight) for left, weight in laws(worked, taken, last)]


def _on(moments: Atoms, part: LeadPart, laws: Combine, *, last: bool) -> Atoms:
    """The moments at which a part is over, from those at which it begins."""
    taken = _durations(part, laws)
    if part.calendar is None:
        return laws(moments, taken, last)
    axis = hours_around(part.calendar, moments[0][0])
    begun = [(axis.worked(axis.begins(moment)), weight) for moment, weight in moments]
    return [(axis.done(worked), weight) for worked, weight in laws(begun, taken, last)]


def _seconds(moment: datetime, *, up: bool = False) -> int:
    return ceil(moment.timestamp()) if up else int(moment.timestamp() // 1)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
