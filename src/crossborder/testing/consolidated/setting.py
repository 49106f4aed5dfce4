"""The lines that are simulated, and how much goes wrong on them."""

from datetime import UTC, datetime, timedelta

from attrs import frozen

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


@frozen
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
    master_held: float = 0.15
    asked: float = 0.5
    weather: float = 0.15
    stalled: float = 0.06
    lost_parcels: float = 0.004
    failed_attempts: float = 0.06
    late_numbers: float = 0.3
    missing_scans: float = 0.1
    naive: float = 0.4
    reused: float = 0.02
    second_source: float = 0.2
    webhooks_lost: float = 0.2
    webhooks_repeated: float = 0.3
    webhooks_late: float = 0.03
    poll: timedelta = timedelta(hours=12)
