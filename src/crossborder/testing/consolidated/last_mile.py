"""The last mile: under a number of its own, told late, lying still, lost, not at home, or there."""

from datetime import datetime, timedelta, timezone

from attrs import define, field

from crossborder.model.tracking import Health, ParcelState, Stage
from crossborder.testing.consolidated.chance import Draws
from crossborder.testing.consolidated.scans import Clock, Ear
from crossborder.testing.consolidated.setting import Setting, SimulatedLine
from crossborder.testing.consolidated.truth import Change

__all__ = ["Draft", "LastMile"]

_HOUR = timedelta(hours=1)
_HERE = ParcelState(Stage.LAST_MILE)


@define
class Draft:
    """A parcel in the making."""

    id: str
    number: str
    local: str
    bag: str
    home: Clock
    last: Clock
    second: bool
    changes: list[Change] = field(factory=list)
    reasons: set[str] = field(factory=set)
    held: bool = False
    delivered_at: datetime | None = None
    lost_at: datetime | None = None
    returned_at: datetime | None = None

    def became(self, state: ParcelState, at: datetime, known: datetime | None) -> None:
        """Its true state changed."""
        self.changes.append(Change(at, state, known))
        if state.reason is not None:
            self.reasons.add(state.reason)


class LastMile:
    """Brings parcels of one line to the door; scans are asked for once the number is known."""

    def __init__(self, line: SimulatedLine, setting: Setting, draws: Draws, *, ear: Ear) -> None:
        self._line, self._setting, self._draws, self._ear = line, setting, draws, ear

    def travel(self, parcel: Draft, at: datetime, linked: datetime) -> None:
        """From the hub to the door, or to what becomes of it otherwise."""
        draws, setting = self._draws, self._setting
        # For a parcel on its way it is no step back that the carrier has data of it.
        announced = ParcelState(Stage.REGISTERED)
        self._told(parcel, announced, at - 20 * _HOUR, linked, code="shipment_data_received")
        at += draws.between(3, 20) * _HOUR
        self._scan(parcel, _HERE, at, linked, code="arrived_at_facility")
        if draws.happens(setting.lost_parcels):
            parcel.lost_at = at
            return
        if draws.happens(setting.stalled):
            at += draws.between(72, 216) * _HOUR
        hours = max(10.0, draws.waiting(self._line.delivery - 12, 3))
        self._scan(parcel, _HERE, at + hours / 2 * _HOUR, linked, code="in_transit")
        self._to_the_door(parcel, at + hours * _HOUR, linked)

    def _to_the_door(self, parcel: Draft, at: datetime, linked: datetime) -> None:
        draws = self._draws
        for attempt in (1, 2):
            at = self._morning(at)
            out = ParcelState(Stage.OUT_FOR_DELIVERY)
            self._scan(parcel, out, at, linked, code="out_for_delivery")
            at += draws.between(1, 9) * _HOUR
            if not draws.happens(self._setting.failed_attempts):
                delivered = ParcelState(Stage.DELIVERED)
                self._scan(parcel, delivered, at, linked, code="delivered", sure=True)
                parcel.delivered_at = at
                return
            nobody = ParcelState(Stage.LAST_MILE, Health.FAILED, "consignee_not_home")
            self._scan(parcel, nobody, at, linked, code="nobody_home", sure=True)
            at += (20 if attempt == 2 else 12) * _HOUR
        self._scan(parcel, ParcelState(Stage.RETURNING), at, linked, code="returning", sure=True)
        at += draws.between(60, 120) * _HOUR
        self._scan(parcel, ParcelState(Stage.RETURNED), at, linked, code="returned", sure=True)
        parcel.returned_at = at

    def _morning(self, at: datetime) -> datetime:
        """The next morning on which is delivered: no Sunday."""
        local = at.astimezone(timezone(self._line.offset * _HOUR))
        eight = local.replace(hour=0, minute=0, second=0, microsecond=0) + 8 * _HOUR
        eight += self._draws.between(0, 2) * _HOUR
        while eight < local or eight.weekday() == 6:
            eight += 24 * _HOUR
        return eight

    def _scan(
        self,
        parcel: Draft,
        state: ParcelState,
        at: datetime,
        linked: datetime,
        *,
        code: str,
        sure: bool = False,
    ) -> None:
        """A scan, and the state it means."""
        known = self._told(parcel, state, at, linked, code=code, sure=sure)
        parcel.became(state, at, known)

    def _told(
        self,
        parcel: Draft,
        state: ParcelState,
        at: datetime,
        linked: datetime,
        *,
        code: str,
        sure: bool = False,
    ) -> datetime | None:
        return self._ear.scan(
            parcel.local,
            state,
            at,
            parcel.last,
            code=code,
            since=linked,
            sure=sure,
            second=parcel.second,
        )
