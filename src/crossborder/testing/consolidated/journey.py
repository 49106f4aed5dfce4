"""One master's way: packed, flown, cleared, opened, delivered; what is true, and what is heard."""

from datetime import datetime, timedelta

from crossborder.model.measure import Weight
from crossborder.model.shipment import HandlingUnit, UnitKind
from crossborder.model.time import Window
from crossborder.model.tracking import Health, ParcelState, Stage
from crossborder.stages.logistics.consolidation import (
    MISSING,
    BreakBulk,
    Command,
    LinkNumber,
    Load,
    Unload,
)
from crossborder.testing.consolidated.chance import Draws
from crossborder.testing.consolidated.last_mile import Draft, LastMile
from crossborder.testing.consolidated.scans import Clock, Ear
from crossborder.testing.consolidated.setting import Setting, SimulatedLine
from crossborder.testing.consolidated.truth import Consignment, Told, Truth

__all__ = ["Journey"]

_HOUR = timedelta(hours=1)
_EXPORT = ParcelState(Stage.EXPORT)
_FLYING = ParcelState(Stage.LINE_HAUL)
_CUSTOMS = ParcelState(Stage.IMPORT_CUSTOMS)
_HUB = ParcelState(Stage.HANDOVER)
_ASKED = ParcelState(Stage.IMPORT_CUSTOMS, Health.ACTION_REQUIRED, "customs_info_required")
_HOLDS = ("customs_inspection", "customs_documentation", "customs_duties_unpaid", "customs_delay")


class Journey:
    """Lets one consignment travel."""

    def __init__(self, place: int, line: SimulatedLine, setting: Setting, draws: Draws) -> None:
        self._place, self._line, self._setting, self._draws = place, line, setting, draws
        self._ear = Ear(setting, draws)
        self._last_mile = LastMile(line, setting, draws, ear=self._ear)
        self._told: list[Told] = []
        self._begin = setting.start + place * setting.spacing
        self._master = f"m{place}"
        self._number = f"JJD{place:09d}"
        self._air = Clock(line.line_haul, "CN", 8)
        self._landed = Clock(line.line_haul, line.country, line.offset)
        self._parcels = [self._parcel(number) for number in range(self._size)]

    @property
    def _size(self) -> int:
        return self._setting.bags * self._setting.parcels_a_bag

    def _parcel(self, number: int) -> Draft:
        line, draws, setting = self._line, self._draws, self._setting
        name = f"{self._place:04d}{number:05d}"
        return Draft(
            f"p{name}",
            f"SL{name}",
            f"LM{name}{line.country}",
            f"{self._master}-b{number // setting.parcels_a_bag}",
            Clock(line.carrier, "CN", 8),
            Clock(line.last_mile, line.country, line.offset, draws.happens(setting.naive)),
            draws.happens(setting.second_source),
        )

    def travel(self) -> Consignment:
        """From the first label to the last door."""
        loaded = self._packed()
        opened = self._carried(loaded)
        missing = self._opened(opened)
        for parcel in self._parcels:
            if parcel.bag == missing:
                self._gone(parcel, opened)
            elif parcel.held:
                self._delivered(parcel, self._held_until(parcel, opened))
            else:
                self._delivered(parcel, opened)
        told = sorted(self._told, key=lambda one: one.known_at)
        truths = tuple(map(self._truth, self._parcels))
        return Consignment(self._master, self._units(), tuple(told), self._ear.in_order, truths)

    def _tell(self, command: Command, known_at: datetime) -> None:
        self._told.append(Told(known_at, command))

    def _units(self) -> tuple[HandlingUnit, ...]:
        line, master = self._line, self._master
        bags = sorted({parcel.bag for parcel in self._parcels})
        kilo = Weight(1000)
        return (
            HandlingUnit(
                master,
                UnitKind.MASTER,
                self._number,
                carrier=line.line_haul,
                shipped_at=self._begin,
            ),
            *(HandlingUnit(f"{master}-l{n}", UnitKind.PALLET, weight=kilo * 15) for n in (0, 1)),
            *(HandlingUnit(bag, UnitKind.BAG, weight=kilo) for bag in bags),
            *(
                HandlingUnit(
                    parcel.id,
                    UnitKind.PARCEL,
                    parcel.number,
                    carrier=line.carrier,
                    shipped_at=self._begin,
                    weight=Weight(100 + 7 * (place % 60)),
                )
                for place, parcel in enumerate(self._parcels)
            ),
        )

    def _own(
        self, parcel: Draft, state: ParcelState, at: datetime, code: str, *, sure: bool = False
    ) -> None:
        """A scan under the parcel's first number."""
        known = self._ear.scan(
            parcel.number, state, at, parcel.home, code=code, sure=sure, second=parcel.second
        )
        parcel.became(state, at, known)

    def _packed(self) -> datetime:
        """Labels, hand-over, bags, pallets; when the master is complete."""
        draws, begin, bags = self._draws, self._begin, set()
        closed = begin + 18 * _HOUR
        for parcel in self._parcels:
            if draws.happens(self._setting.reused):
                self._ear.last_year(parcel.number, parcel.home, begin)
            label = begin - draws.between(6, 40) * _HOUR
            self._own(parcel, ParcelState(Stage.REGISTERED), label, "label_created")
            taken = begin + draws.between(0, 10) * _HOUR
            self._own(parcel, ParcelState(Stage.ACCEPTED), taken, "picked_up")
            sorted_at = begin + draws.between(11, 16) * _HOUR
            self._own(parcel, _EXPORT, sorted_at, "left_sorting_centre")
            self._tell(Load(parcel.id, parcel.bag, sorted_at), sorted_at)
            bags.add(parcel.bag)
        for place, bag in enumerate(sorted(bags)):
            pallet = f"{self._master}-l{place % 2}"
            self._tell(Load(bag, pallet, closed), closed)
        for place in (0, 1):
            loaded = closed + _HOUR
            self._tell(Load(f"{self._master}-l{place}", self._master, loaded), loaded)
        return closed + _HOUR

    def _all(self, state: ParcelState, at: datetime, code: str, *, sure: bool = False) -> None:
        """A scan of the master, and what it means for every parcel inside."""
        clock = self._air if state.stage in (Stage.EXPORT, Stage.LINE_HAUL) else self._landed
        said = _SAYS.get(code, state)
        known = self._ear.scan(self._number, said, at, clock, code=code, sure=sure)
        for parcel in self._parcels:
            if not parcel.held:
                parcel.became(state, at, known)

    def _carried(self, loaded: datetime) -> datetime:
        """Flown and cleared; when it reaches the hub where its bulk is broken."""
        line, draws, setting = self._line, self._draws, self._setting
        self._all(_EXPORT, loaded + 2 * _HOUR, "accepted")
        at = loaded + draws.between(8, 20) * _HOUR
        self._all(_FLYING, at, "departed")
        if draws.happens(setting.weather):
            storm = ParcelState(Stage.LINE_HAUL, reason="weather_delay")
            self._all(storm, at + 3 * _HOUR, "delayed_by_weather", sure=True)
            at += draws.between(24, 96) * _HOUR
            self._all(_FLYING, at, "departed_again")
        at += max(12.0, draws.waiting(line.flight, 4)) * _HOUR
        self._all(_FLYING, at, "arrived")
        presented = at + draws.between(3, 10) * _HOUR
        self._all(_CUSTOMS, presented, "presented_to_customs")
        for parcel in draws.some(self._parcels, setting.held_parcels):
            self._held(parcel, presented + draws.between(1, 4) * _HOUR)
        at = presented + max(4.0, draws.waiting(line.clearance, 3)) * _HOUR
        if draws.happens(setting.master_held):
            held = presented + 4 * _HOUR
            self._all(self._hold(), held, "held_by_customs", sure=True)
            at = held + draws.between(24, 120) * _HOUR
        self._all(_CUSTOMS, at, "released_by_customs")
        self._all(_HUB, at + draws.between(3, 8) * _HOUR, "out_for_delivery")
        at += draws.between(9, 14) * _HOUR
        self._all(_HUB, at, "delivered")
        return at + draws.between(2, 8) * _HOUR

    def _hold(self) -> ParcelState:
        if self._draws.happens(self._setting.asked):
            return _ASKED
        return ParcelState(Stage.IMPORT_CUSTOMS, reason=self._draws.one_of(_HOLDS))

    def _held(self, parcel: Draft, at: datetime) -> None:
        """Customs take one parcel out of its bag."""
        parcel.held = True
        self._own(parcel, self._hold(), at, "held_by_customs", sure=True)
        self._tell(Unload(parcel.id, at), at + 3 * _HOUR)

    def _held_until(self, parcel: Draft, opened: datetime) -> datetime:
        """When customs let it go, as early as the others are at the hub."""
        hours = self._draws.between(12, 140)
        released = max(parcel.changes[-1].at + hours * _HOUR, opened)
        self._own(parcel, _CUSTOMS, released, "released_by_customs", sure=True)
        return released + self._draws.between(4, 16) * _HOUR

    def _opened(self, at: datetime) -> str | None:
        """Break-bulk at the hub; the bag that is missing, or None."""
        bags = sorted({parcel.bag for parcel in self._parcels})
        lost = self._draws.one_of(bags) if self._place in self._setting.lost_bags else None
        known = at + 3 * _HOUR
        self._tell(BreakBulk(self._master, at), known)
        for place in (0, 1):
            found = tuple(bag for bag in bags[place::2] if bag != lost)
            self._tell(BreakBulk(f"{self._master}-l{place}", at, found), known)
        for bag in bags:
            if bag != lost:
                self._tell(BreakBulk(bag, at), known)
        return lost

    def _gone(self, parcel: Draft, at: datetime) -> None:
        """Its bag is not there; if customs had taken it out before, it is gone all the same."""
        parcel.lost_at = at
        if not parcel.held:
            last = parcel.changes[-1].state.stage
            parcel.became(ParcelState(last, Health.FAILED, MISSING), at, at + 3 * _HOUR)

    def _truth(self, parcel: Draft) -> Truth:
        line = self._line
        latest = self._begin + line.promised * _HOUR
        return Truth(
            parcel.id,
            line.carrier,
            parcel.number,
            line.name,
            parcel.bag,
            self._begin,
            Window(latest - 120 * _HOUR, latest),
            tuple(sorted(parcel.changes, key=lambda change: change.at)),
            parcel.delivered_at,
            parcel.lost_at,
            parcel.returned_at,
            parcel.held,
            frozenset(parcel.reasons),
        )

    def _delivered(self, parcel: Draft, at: datetime) -> None:
        """Handed to the last mile, whose number may be told late."""
        draws, setting = self._draws, self._setting
        late = draws.between(12, 48) if draws.happens(setting.late_numbers) else 3.0
        linked = at + late * _HOUR
        self._tell(LinkNumber(parcel.id, parcel.local, at, parcel.last.carrier), linked)
        self._last_mile.travel(parcel, at, linked)


_SAYS = {
    "accepted": ParcelState(Stage.ACCEPTED),
    "out_for_delivery": ParcelState(Stage.OUT_FOR_DELIVERY),
    "delivered": ParcelState(Stage.DELIVERED),
}
"""What a scan of the master says of the master, where that is not what it means for a parcel."""
