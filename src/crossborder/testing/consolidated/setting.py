"""The lines that are simulated, and how much goes wrong on them."""

from datetime import UTC, datetime, timedelta

from attrs import field, fields_dict, frozen

from crossborder.model.check import checked, refuse
from crossborder.predict.whole import as_float

__all__ = ["LINES", "Setting", "SimulatedLine"]


@frozen
class SimulatedLine:
    """A consolidated line from China to one country; times are hours, and means unless said.

    Attributes:
        name: of the line.
        carrier: whose number is on the parcel from the start.
        line_haul: whose number is on the master.
        last_mile: whose number the parcel gets at break-bulk.
        country: where to.
        offset: hours that clocks there are ahead of UTC.
        flight: from departure to arrival.
        clearance: from arrival to release.
        delivery: from break-bulk to delivery.
        promised: from the ship date to the latest promised moment.
    """

    name: str
    carrier: str
    line_haul: str
    last_mile: str
    country: str
    offset: int
    flight: float
    clearance: float
    delivery: float
    promised: float


LINES = (
    SimulatedLine("air-us", "sunline", "dhl", "uspost", "US", -5, 40, 30, 84, 372),
    SimulatedLine("air-de", "sunline", "dhl", "paketnetz", "DE", 1, 30, 20, 60, 324),
)


_AROUND = timedelta(days=1000)
"""Nothing in the simulated world happens longer before its first ship date or after its last."""


def _share(share: float) -> float:
    return field(default=share, converter=as_float, metadata={"share": True})


@frozen(field_transformer=checked)
class Setting:
    """How large the simulated world is, and how often something goes wrong.

    Shares are probabilities from 0 to 1, of a master, a parcel or a scan as their names say.

    Attributes:
        start: the first ship date.
        masters: how many there are.
        spacing: from one ship date to the next.
        bags: in each master; they stand on two pallets.
        parcels_a_bag: in each bag.
        lost_bags: the places of the masters that lose a bag, counted from 0.
        held_parcels: parcels of each master that customs take out and hold.
        master_held: masters that customs hold as a whole.
        asked: holds in which customs ask for information.
        weather: masters that weather holds up.
        stalled: parcels that lie still for days in the last mile.
        lost_parcels: parcels lost one by one in the last mile.
        failed_attempts: deliveries that find nobody; the second time in a row it goes back.
        late_numbers: last-mile numbers that are told a day or two late.
        missing_scans: scans that nobody ever reports, of those that are not of an end or a hold.
        naive: parcels whose last-mile carrier tells local times without a zone.
        reused: parcels whose first number was another parcel's a year before.
        second_source: parcels that an aggregator follows as well.
        webhooks_lost: scans of which no webhook arrives.
        webhooks_repeated: webhooks that arrive again.
        webhooks_late: webhooks that arrive days late.
        poll: from one poll of a number to the next.
    """

    start: datetime = datetime(2026, 3, 2, 4, tzinfo=UTC)
    masters: int = 8
    spacing: timedelta = timedelta(hours=30)
    bags: int = 8
    parcels_a_bag: int = 25
    lost_bags: frozenset[int] = frozenset({1})
    held_parcels: int = 3
    master_held: float = _share(0.15)
    asked: float = _share(0.5)
    weather: float = _share(0.15)
    stalled: float = _share(0.06)
    lost_parcels: float = _share(0.004)
    failed_attempts: float = _share(0.06)
    late_numbers: float = _share(0.3)
    missing_scans: float = _share(0.1)
    naive: float = _share(0.4)
    reused: float = _share(0.02)
    second_source: float = _share(0.2)
    webhooks_lost: float = _share(0.2)
    webhooks_repeated: float = _share(0.3)
    webhooks_late: float = _share(0.03)
    poll: timedelta = timedelta(hours=12)

    def __attrs_post_init__(self) -> None:
        for name in ("masters", "bags", "parcels_a_bag"):
            if getattr(self, name) < 1:
                raise refuse(self, name, getattr(self, name), "must be at least 1")
        parcels = self.bags * self.parcels_a_bag
        if self.held_parcels > parcels:
            said = f"must be at most {parcels}, the parcels of a master"
            raise refuse(self, "held_parcels", self.held_parcels, said)
        for name, one in fields_dict(Setting).items():
            if "share" in one.metadata and not 0 <= getattr(self, name) <= 1:
                raise refuse(self, name, getattr(self, name), "must be a share, 0 to 1")
        if self.spacing < timedelta(0):
            raise refuse(self, "spacing", self.spacing, "must not be negative")
        if self.poll <= timedelta(0):
            raise refuse(self, "poll", self.poll, "must be above zero")
        try:
            _ = self.start - _AROUND, self.start + self.masters * self.spacing + _AROUND
        except OverflowError:
            said = "leaves no room in the calendar for all ship dates"
            raise refuse(self, "start", self.start, said) from None
