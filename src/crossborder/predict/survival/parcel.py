"""A parcel on its way, as the forecast follows it and as it is kept."""

from datetime import datetime, tzinfo

from attrs import frozen

from crossborder.predict.survival.hazard import Way
from crossborder.predict.survival.journey import Journey

__all__ = ["KeptParcel", "Parcel", "day_of", "spans"]

_SECONDS = 86_400.0


def day_of(moment: datetime, zone: tzinfo) -> float:
    """A moment in days of the zone, Monday the first of January of year 1 being 0."""
    there = moment.astimezone(zone)
    seconds = there.hour * 3600 + there.minute * 60 + there.second + there.microsecond / 1e6
    return there.toordinal() - 1 + seconds / _SECONDS


def spans(journey: Journey, zone: tzinfo) -> tuple[float, float, float, float]:
    """When it was handed over and is due; the days of its promise, and from order to hand-over."""
    handed, due = day_of(journey.handed_at, zone), day_of(journey.promised_by, zone)
    ordered = (
        handed if journey.ordered_at is None else min(day_of(journey.ordered_at, zone), handed)
    )
    return handed, due, due - ordered, handed - ordered


@frozen
class KeptParcel:
    """One parcel to be kept; moments are days of the zone. See `Parcel` and `Way` for the fields."""

    journey: Journey
    relative: float
    worth: float
    said: float | None
    arrived: float | None
    ended: bool
    seen: float


class Parcel:
    """A parcel on its way; moments are days of the zone.

    Attributes:
        journey: what was told of it at hand-over.
        way: what bears on its pace.
        handed: when it was handed over.
        due: the end of its promise.
        promised: the days of its promise.
        said: the logit of being late that it had at hand-over, or None.
        arrived: when it arrived, or None.
        ended: it is followed no longer.
        seen: its last scan, or the hand-over.
    """

    __slots__ = ("arrived", "due", "ended", "handed", "journey", "promised", "said", "seen", "way")

    def __init__(self, journey: Journey, zone: tzinfo, *, usual: float, worth: float) -> None:
        """Handed over; `usual` is the mean log promise, `worth` a log ratio."""
        self.journey = journey
        self.handed, self.due, self.promised, waited = spans(journey, zone)
        self.way = Way(int(self.handed), self.promised, usual, waited=waited, worth=worth)
        self.said: float | None = None
        self.arrived: float | None = None
        self.ended = False
        self.seen = self.handed

    @classmethod
    def resumed(cls, state: KeptParcel, zone: tzinfo) -> "Parcel":
        """The parcel that `state` was kept of."""
        found = cls(state.journey, zone, usual=0.0, worth=state.worth)
        # What was usual is not kept, only how the promise stood against it.
        found.way.relative = state.relative
        found.said, found.arrived, found.ended = state.said, state.arrived, state.ended
        found.seen = state.seen
        return found

    @property
    def state(self) -> KeptParcel:
        """To be kept."""
        way = self.way
        return KeptParcel(
            self.journey, way.relative, way.worth, self.said, self.arrived, self.ended, self.seen
        )
