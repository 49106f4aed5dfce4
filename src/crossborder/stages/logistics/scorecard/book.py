"""What all parcels teach about their carriers, kept up to date scan by scan."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime

from attrs import astuple, frozen

from crossborder.model.check import aware, checked, refuse
from crossborder.model.ids import ShipmentId
from crossborder.model.shipment import Shipment
from crossborder.stages.logistics.scorecard.rules import ScoreRules
from crossborder.stages.logistics.scorecard.score import LaneCard, LaneScore, scored
from crossborder.stages.logistics.scorecard.seen import Seen, seen

__all__ = ["BookState", "CarrierBook"]

_RULES = ScoreRules()
_Told = tuple[datetime, str, Seen]
_Cell = tuple[str, str, str, str]


@frozen(field_transformer=checked)
class BookState:
    """What a `CarrierBook` has been told, to be kept.

    Attributes:
        rules: what is believed of carriers.
        told: every telling, by parcel, the newest of a parcel last.
    """

    rules: ScoreRules
    told: tuple[Seen, ...] = ()


class CarrierBook:
    """Scores of carriers by lane from the shipments as they become known.

    A shipment may be told as often as it changes: of its tellings the newest known one counts, and
    for a score of an earlier moment the newest known then. So neither the order of tellings nor
    what comes later changes a score.

    >>> from datetime import UTC, timedelta
    >>> from crossborder.model.tracking import ParcelState, Stage, TrackingEvent
    >>> book, sent = CarrierBook(), datetime(2026, 11, 2, tzinfo=UTC)
    >>> came = sent + timedelta(days=8)
    >>> book.observe(
    ...     Shipment(
    ...         ShipmentId("S1"),
    ...         "yunexpress",
    ...         "YT1",
    ...         ship_date=sent,
    ...         events=(TrackingEvent("yunexpress", stage=Stage.DELIVERED, at=came),),
    ...         state=ParcelState(Stage.DELIVERED),
    ...     ),
    ...     known_at=came,
    ...     now=came,
    ...     lane=("CN", "US"),
    ... )
    >>> score = book.score("yunexpress", "CN", "US", now=came)
    >>> score.parcels, score.p90
    (1, 8.0)

    What was told is kept as a value, and goes on from it.

    >>> CarrierBook.resumed(book.state).score("yunexpress", "CN", "US", now=came) == score
    True
    """

    def __init__(self, rules: ScoreRules = _RULES) -> None:
        """Nothing observed yet."""
        self.rules = rules
        self._told: dict[ShipmentId, list[_Told]] = {}
        self._carried: dict[str, set[ShipmentId]] = {}

    @classmethod
    def resumed(cls, state: BookState) -> "CarrierBook":
        """The book that `state` was kept of."""
        found = cls(state.rules)
        for fact in state.told:
            found._keep(fact)
        return found

    @property
    def state(self) -> BookState:
        """To be kept."""
        told = (fact for _, tellings in sorted(self._told.items()) for _, _, fact in tellings)
        return BookState(self.rules, tuple(told))

    def observe(
        self,
        shipment: Shipment,
        *,
        known_at: datetime,
        now: datetime,
        lane: tuple[str, str] | None = None,
    ) -> None:
        """Learn a shipment as it is known since `known_at`; before its hand-over there is nothing.

        Args:
            shipment: with its events and its state.
            known_at: since when this is known.
            now: the moment of telling.
            lane: the countries it goes from and to; from its legs when left out.

        Raises:
            InvalidValue: known after `now`, or delivered after it was known.
            NaiveTime: a time without a zone.
        """
        known, today = aware(known_at, "known_at", "CarrierBook"), aware(now, "now", "CarrierBook")
        if known > today:
            raise refuse("CarrierBook", "known_at", known_at, f"is later than {today.isoformat()}")
        fact = seen(shipment, known_at=known, lane=lane)
        if fact is None:
            return
        if fact.delivered_at is not None and fact.delivered_at > known:
            raise refuse("CarrierBook", "known_at", known_at, "is before it was delivered")
        self._keep(fact)

    def _keep(self, fact: Seen) -> None:
        tellings = self._told.setdefault(fact.shipment_id, [])
        # Of two tellings of one moment the one whose words sort last stands, in any order.
        told = (fact.known_at, _words(fact), fact)
        place = bisect_right(tellings, told[:2], key=lambda one: one[:2])
        if place and tellings[place - 1][:2] == told[:2]:
            return
        tellings.insert(place, told)
        self._carried.setdefault(fact.carrier, set()).add(fact.shipment_id)

    def forget(self, *, before: datetime) -> int:
        """Drop the parcels that were handed over before a moment; how many they were.

        What is older than the rules' memory counts for no score; the book keeps it until told so,
        as it may be asked about the past.

        Raises:
            NaiveTime: `before` has no zone.
        """
        since = aware(before, "before", "CarrierBook")
        old = [key for key, told in self._told.items() if told[-1][2].shipped_at < since]
        for key in old:
            for _, _, fact in self._told.pop(key):
                self._carried[fact.carrier].discard(key)
        self._carried = {carrier: keys for carrier, keys in self._carried.items() if keys}
        return len(old)

    def score(
        self,
        carrier: str,
        origin: str = "",
        destination: str = "",
        *,
        now: datetime,
        line: str = "",
    ) -> LaneScore:
        """How the carrier does on a lane, by one of its lines or by all; empty is every one.

        A lane leans on the carrier (or, of a line, on that line) as a whole, and its shares on
        what the rules believe: each adds as many parcels as the rules' strength says.

        Raises:
            NaiveTime: `now` has no zone.
        """
        moment = aware(now, "now", "CarrierBook")
        parcels = list(self._as_of(carrier, moment))
        found: LaneScore | None = None
        for cell in _chain((carrier, origin, destination, line)):
            found = scored(_within(parcels, cell), cell, now=moment, rules=self.rules, parent=found)
        assert found is not None
        return found

    def card(self, *, now: datetime) -> LaneCard:
        """Every carrier, and every lane of it, as of `now`.

        Raises:
            NaiveTime: `now` has no zone.
        """
        moment = aware(now, "now", "CarrierBook")
        scores = []
        for carrier in sorted(self._carried):
            parcels = list(self._as_of(carrier, moment))
            if not parcels:
                continue
            whole = (carrier, "", "", "")
            top = scored(parcels, whole, now=moment, rules=self.rules, parent=None)
            scores.append(top)
            lanes: dict[tuple[str, str], list[Seen]] = {}
            for one in parcels:
                if one.origin and one.destination:
                    lanes.setdefault((one.origin, one.destination), []).append(one)
            for lane, mine in sorted(lanes.items()):
                cell = (carrier, *lane, "")
                scores.append(scored(mine, cell, now=moment, rules=self.rules, parent=top))
        return LaneCard(moment, tuple(scores))

    def _as_of(self, carrier: str, now: datetime) -> Iterator[Seen]:
        """Each parcel as it was known then, those handed over too long ago left out.

        A parcel whose carrier was corrected is of the carrier that the newest telling names.
        """
        since = now - self.rules.memory
        for key in sorted(self._carried.get(carrier, ())):
            tellings = self._told[key]
            place = bisect_right(tellings, now, key=lambda one: one[0])
            fact = tellings[place - 1][2] if place else None
            if fact is not None and fact.shipped_at >= since and fact.carrier == carrier:
                yield fact


def _words(fact: Seen) -> str:
    """The same for the same telling, in whatever zones its times stand."""
    parts = astuple(fact, recurse=False)
    return repr([one.astimezone(UTC) if isinstance(one, datetime) else one for one in parts])


def _chain(cell: _Cell) -> list[_Cell]:
    """From the carrier as a whole to the cell, each one narrower."""
    whole = (cell[0], "", "", "")
    return list(dict.fromkeys((whole, (*whole[:3], cell[3]), cell)))


def _within(parcels: list[Seen], cell: _Cell) -> list[Seen]:
    _, origin, destination, line = cell
    return [
        one
        for one in parcels
        if (not line or one.line == line)
        and (not origin or one.origin == origin)
        and (not destination or one.destination == destination)
    ]
