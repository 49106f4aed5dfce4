"""Which parcel a reading is of: by number, carrier and time, as numbers come back."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from attrs import evolve, frozen

from crossborder.model.check import checked
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.model.ids import ShipmentId
from crossborder.model.shipment import NumberUse, Shipment
from crossborder.stages.logistics.consolidation.windows import EVER, REUSE, TOLERANCE, Claims
from crossborder.stages.logistics.tracking import moment

__all__ = ["Assigned", "Matched", "Unsure", "match"]


@frozen(field_transformer=checked)
class Assigned:
    """A reading, or the part of it that is of one parcel.

    Attributes:
        shipment_id: the parcel.
        reading: what was read, with the scans that are its.
    """

    shipment_id: ShipmentId
    reading: Shipment


@frozen(field_transformer=checked)
class Unsure:
    """A reading, or a part of it, that may be of several parcels, or of one by its number alone.

    Attributes:
        candidates: the parcels, in the order in which they were given.
        reading: what was read, with the scans that cannot be told apart.
    """

    candidates: tuple[ShipmentId, ...]
    reading: Shipment


@frozen(field_transformer=checked)
class Matched:
    """Every reading, with all its scans, in one of three places.

    Attributes:
        assigned: of one known parcel.
        ambiguous: of one of several, or of one whose carrier is called otherwise.
        unknown: of none that is known.
    """

    assigned: tuple[Assigned, ...] = ()
    ambiguous: tuple[Unsure, ...] = ()
    unknown: tuple[Shipment, ...] = ()


def _uses(shipment: Shipment) -> Iterator[tuple[ShipmentId, NumberUse]]:
    yield shipment.id, NumberUse(shipment.number, shipment.carrier, shipment.ship_date)
    for leg in shipment.legs:
        if leg.number and (leg.number, leg.carrier) != (shipment.number, shipment.carrier):
            since = leg.handed_at or shipment.ship_date
            yield shipment.id, NumberUse(leg.number, leg.carrier, since)


@decides("logistics.match", 2)
def match(
    readings: tuple[Shipment, ...],
    shipments: tuple[Shipment, ...],
    *,
    tolerance: timedelta = TOLERANCE,
    reuse: timedelta = REUSE,
) -> Decision[Matched]:
    """Sort what was read to the parcels it is of.

    A reading with a ship date is of the parcel that was handed over under the number nearest to
    it. Else each scan is sorted by its time: a number's use begins `tolerance` before its ship
    date and lasts for `reuse`, or until it is used anew. A poll under a reused number may so be
    taken apart. What has neither, or a time that cannot be read, is sorted where only one parcel
    had the number. A parcel of the number whose carrier has another name is never taken for it in silence: where no
    other fits, it is a candidate. Where the parcel names no carrier, the number decides. Numbers
    are the same however they are set apart by blanks and hyphens.

    The codes say what came of the readings: matched, ambiguous, unknown.

    Args:
        readings: one a number, as tracking answers give them.
        shipments: those that are known; their legs' numbers count too.
        tolerance: how far a stated ship date may be off, and how early a number may be scanned.
        reuse: after how long a number may mean another parcel.
    """
    uses = (use for shipment in shipments for use in _uses(shipment))
    claims = Claims(uses, tolerance=tolerance, reuse=reuse)
    places = {shipment.id: place for place, shipment in enumerate(shipments)}
    assigned: list[Assigned] = []
    ambiguous: list[Unsure] = []
    unknown: list[Shipment] = []
    for reading in readings:
        for owners, sure, part in _parts(reading, claims):
            candidates = tuple(sorted(owners, key=places.__getitem__))
            if not candidates:
                unknown.append(part)
            elif sure and len(candidates) == 1:
                assigned.append(Assigned(candidates[0], part))
            else:
                ambiguous.append(Unsure(candidates, part))
    matched = Matched(tuple(assigned), tuple(ambiguous), tuple(unknown))
    counts = {"matched": len(assigned), "ambiguous": len(ambiguous), "unknown": len(unknown)}
    reasons = [Reason(code, facts=Extra({"parts": n})) for code, n in counts.items() if n]
    return Decision(matched, tuple(reasons) or (Reason("nothing_read"),))


def _parts(
    reading: Shipment, claims: Claims[ShipmentId]
) -> Iterator[tuple[frozenset[ShipmentId], bool, Shipment]]:
    """The reading in parts, with those whose it may be and whether the carrier is theirs too."""
    parts: dict[tuple[frozenset[ShipmentId], bool], list[int]] = {}
    for place, event in enumerate(reading.events if reading.ship_date is None else ()):
        at = moment(event)
        whose = _whose(reading, claims, None if at == EVER else at)
        parts.setdefault(whose, []).append(place)
    if not parts:
        yield (*_whose(reading, claims, None), reading)
    for (owners, sure), kept in parts.items():
        events = tuple(reading.events[place] for place in kept)
        part = reading if len(parts) == 1 else evolve(reading, events=events)
        yield owners, sure, part


def _whose(
    reading: Shipment, claims: Claims[ShipmentId], at: datetime | None
) -> tuple[frozenset[ShipmentId], bool]:
    for carrier in (reading.carrier, None):
        if at is not None:
            owners = claims.owners(reading.number, carrier, at)
        elif reading.ship_date is None:
            owners = claims.carried(reading.number, carrier)
        else:
            # Where no parcel of that date is known, one without a date may still be it.
            near = claims.near(reading.number, carrier, reading.ship_date)
            owners = near or claims.undated(reading.number, carrier)
        if owners:
            return frozenset(owners), carrier is not None
    return frozenset(), True
