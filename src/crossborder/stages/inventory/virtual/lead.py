"""How long it takes from the purchase to the buyer, part by part, each with its uncertainty."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from attrs import evolve, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.decision import Reason
from crossborder.model.extra import Extra
from crossborder.predict.calendar import WorkCalendar
from crossborder.stages.inventory.virtual.part import LeadPart

__all__ = ["LITTLE", "LeadTime"]

LITTLE = 20
"""Fewer observations than this are said to be little history."""

_NONE = timedelta(0)


@frozen(field_transformer=checked)
class LeadTime:
    """From the purchase to the moment the parcel leaves, and from there to the buyer.

    Attributes:
        parts: until the parcel is handed to its carrier, in their order; the first one is the
            supplier's handling.
        transit: from there to the buyer, such as line haul and last mile; may be empty.
        margin: kept in hand before the hand-over, on the clock.

    >>> lead = LeadTime.stated(timedelta(days=2), timedelta(days=3), margin=timedelta(hours=6))
    >>> [part.name for part in lead.parts], lead.evidence
    (['handling', 'domestic'], 0.0)
    """

    parts: tuple[LeadPart, ...]
    transit: tuple[LeadPart, ...] = ()
    margin: timedelta = _NONE

    def __attrs_post_init__(self) -> None:
        if not self.parts:
            raise refuse(self, "parts", self.parts, "must hold at least one part")
        names = [part.name for part in (*self.parts, *self.transit)]
        if len(set(names)) < len(names):
            raise refuse(self, "parts", tuple(names), "must each have a name of their own")
        if self.margin < _NONE:
            raise refuse(self, "margin", str(self.margin), "must not be negative")

    @classmethod
    def stated(
        cls,
        handling: timedelta | None,
        domestic: timedelta | None,
        check: timedelta = _NONE,
        *,
        transit: tuple[timedelta, timedelta] | None = None,
        margin: timedelta = _NONE,
        supplier: WorkCalendar | None = None,
        ours: WorkCalendar | None = None,
    ) -> "LeadTime":
        """From what is said, without history: see `LeadPart.stated`; None is unknown.

        Args:
            handling: until the supplier hands over.
            domestic: from the supplier to our warehouse.
            check: for looking at the goods and packing them.
            transit: from our warehouse to the buyer, fastest and slowest.
            margin: kept in hand.
            supplier: when the supplier works.
            ours: when our warehouse works.
        """
        parts = [
            LeadPart.stated("handling", handling, supplier),
            LeadPart.stated("domestic", domestic),
        ]
        if check:
            parts.append(LeadPart.stated("check", check, ours))
        made = cls(tuple(parts), margin=margin)
        return made if transit is None else made.carried(*transit)

    def carried(self, fastest: timedelta, slowest: timedelta) -> "LeadTime":
        """The same, sent on a line with this stated window to the buyer."""
        return evolve(self, transit=(LeadPart.between("transit", fastest, slowest),))

    def handled(self, takes: timedelta | None) -> "LeadTime":
        """The same, where the supplier says that handling takes so long."""
        first = self.parts[0].at_least(takes)
        return self if first is self.parts[0] else self.replaced(first)

    def replaced(self, part: LeadPart) -> "LeadTime":
        """The same with this part in the place of the one of its name."""
        return evolve(
            self,
            parts=tuple(part if one.name == part.name else one for one in self.parts),
            transit=tuple(part if one.name == part.name else one for one in self.transit),
        )

    @property
    def evidence(self) -> float:
        """The least evidence of any part."""
        return min(part.evidence for part in (*self.parts, *self.transit))

    @property
    def unknown(self) -> tuple[str, ...]:
        """The parts about which nothing is known."""
        return tuple(part.name for part in (*self.parts, *self.transit) if part.hours is None)

    def reasons(self, days: tuple[datetime, ...]) -> tuple[Reason, ...]:
        """What is to be said about the figures: no or little history, what calendars do not know.

        A year outside `WorkCalendar.years` is a `calendar_missing_year`: its holidays are taken
        for working days. One that is covered without being announced is `calendar_unconfirmed`.

        Args:
            days: every calendar must know the years from the earliest of these to the latest.
        """
        found = []
        for part in (*self.parts, *self.transit):
            facts = Extra({"part": part.name, "observations": int(part.evidence)})
            if not part.evidence:
                found.append(Reason("no_history", f"{part.name} is only stated", facts))
            elif part.evidence < LITTLE:
                said = f"{part.name} was seen {part.evidence:.0f} times, fewer than {LITTLE}"
                facts = Extra({**facts, "fewer_than": LITTLE})
                found.append(Reason("little_history", said, facts))
            if part.calendar is not None and days:
                found.extend(_unknown_days(part.name, part.calendar, min(days), max(days)))
        return tuple(found)

    def _repr_html_(self) -> str:
        from crossborder.display import html_table

        rows = (
            (part.name, *_figures(part), int(part.evidence))
            for part in (*self.parts, *self.transit)
        )
        return html_table(("part", "half in", "9 of 10 in", "evidence"), rows, caption="lead time")


def _unknown_days(
    name: str, calendar: WorkCalendar, first: datetime, last: datetime
) -> Iterator[Reason]:
    missing, assumed = calendar.gaps(first, last)
    if missing:
        listed = ", ".join(map(str, missing))
        said = f"the calendar of {name} has no holidays of {listed}: all weekdays count as worked"
        facts = Extra({"part": name, "years": missing})
        yield Reason("calendar_missing_year", said, facts)
    if assumed:
        facts = Extra({"part": name, "years": assumed})
        yield Reason("calendar_unconfirmed", "holidays of the year are not announced", facts)


def _figures(part: LeadPart) -> tuple[str, str]:
    if part.hours is None:
        return "unknown", "unknown"
    unit = "h" if part.calendar is None else "working h"
    half, most = part.hours.quantile(0.5), part.hours.quantile(0.9)
    return f"{half:.0f} {unit}", f"{most:.0f} {unit}"
