"""17TRACK's answers as our nouns; what tracks a parcel is in `reader`."""

from collections.abc import Mapping
from functools import partial
from typing import Any, TypeVar

from attrs import evolve, field, frozen

from crossborder.adapters.track17.reader import carrier_name, reported
from crossborder.adapters.track17.rules import ALREADY, VENDOR, rejection
from crossborder.model.check import checked
from crossborder.model.extra import Extra
from crossborder.model.ids import ShipmentId
from crossborder.model.outcome import Done, Outcome, Problem, Refused
from crossborder.model.shipment import Leg, Shipment
from crossborder.protocols.logistics import Reading
from crossborder.wire.payload import Payload

__all__ = ["Quota", "known", "ours", "outcomes", "quota"]

T = TypeVar("T")

# What an answer says: of which number, at which carrier, and what.
_Said = tuple[str, int | None, T]
# One entry of an answer: all of it, and its reader when the number was rejected.
_Entry = tuple[Extra, Payload | None]


@frozen(field_transformer=checked)
class Quota:
    """What is left of an account's credits; one is taken when a number is registered.

    Attributes:
        total: bought.
        used: taken.
        remaining: left.
        used_today: taken today.
        extra: what 17TRACK said beyond this.
    """

    total: int
    used: int
    remaining: int
    used_today: int = 0
    extra: Extra = field(factory=Extra)


def quota(answer: Any) -> Quota:
    """The credits of an answer of `getquota`."""
    data = Payload(answer, source=VENDOR).one("data")
    return Quota(
        data.integer("quota_total"),
        data.integer("quota_used"),
        data.integer("quota_remain"),
        data.maybe_integer("today_used") or 0,
        data.unread(),
    )


def outcomes(
    answer: Any, batch: tuple[Shipment, ...], *, operation: str, codes: Mapping[str, int]
) -> tuple[Outcome[Shipment], ...]:
    """One outcome for each parcel of the batch, in its order, whatever the answer's order.

    A refusal that says "it is so already" is done, with a warning. A parcel of which the answer
    says nothing is refused as `not_answered`. What was said of an accepted number is kept in
    `extra["track17"]`.
    """
    data = Payload(answer, source=VENDOR).one("data")
    said: list[_Said[_Entry]] = []
    for name in ("accepted", "rejected"):
        for entry in data.each(name):
            whole = entry.unread()
            about = (entry.text("number"), entry.maybe_integer("carrier"))
            said.append((*about, (whole, entry if name == "rejected" else None)))
    found = _paired(batch, said, codes)
    return tuple(map(partial(_outcome, operation), batch, found))


def _outcome(operation: str, shipment: Shipment, found: _Entry | None) -> Outcome[Shipment]:
    if found is None:
        return Refused((Problem("not_answered", "the answer does not name this number"),))
    whole, rejected = found
    if rejected is None:
        return Done(evolve(shipment, extra=Extra({**shipment.extra, VENDOR: whole})))
    error = rejection(rejected)
    if error.code == ALREADY.get(operation):
        return Done(shipment, (evolve(error, severity="warning"),))
    return Refused((error,))


def _paired(
    batch: tuple[Shipment, ...], said: list[_Said[T]], codes: Mapping[str, int]
) -> list[T | None]:
    """What was said of each parcel: first by number and carrier, then the rest by number.

    The carrier may differ: 17TRACK found another one, or names none when it refuses.
    """
    left, found = list(said), dict[int, T]()
    for exactly in (True, False):
        for place, shipment in enumerate(batch):
            code = codes.get(shipment.carrier)
            if place in found or (exactly and code is None):
                continue
            same = (one for one in left if one[0] == shipment.number)
            match = next((one for one in same if not exactly or one[1] == code), None)
            if match is not None:
                left.remove(match)
                found[place] = match[2]
    return [found.get(place) for place in range(len(batch))]


def known(answer: Any, carriers: Mapping[str, int]) -> tuple[tuple[Shipment, ...], int]:
    """The registered parcels of one page, and how many pages there are."""
    body = Payload(answer, source=VENDOR)
    pages = body.one("page").integer("page_total")
    return tuple(_known(item, carriers) for item in body.one("data").each("accepted")), pages


def _known(item: Payload, carriers: Mapping[str, int]) -> Shipment:
    number, code = item.text("number"), item.maybe_integer("carrier")
    first = carrier_name(code, carriers)
    last = item.maybe_integer("final_carrier")
    legs = (Leg(first, number=number), *((Leg(carrier_name(last, carriers)),) if last else ()))
    return Shipment(
        ShipmentId((item.maybe_text("tag") or "").strip() or number),
        first,
        number,
        legs=legs,
        state=reported(item.maybe_text("package_status"), None),
        extra=Extra({"carrier_code": code, **item.unread()}),
    )


def ours(
    batch: tuple[Shipment, ...], reading: Reading, codes: Mapping[str, int]
) -> tuple[Shipment, ...]:
    """What was read of our parcels, in our order, with all that is ours kept.

    Ours are the id, the carrier, the order, the ship date, the promise, the line and the
    carrier's ids; 17TRACK's are the legs, the events, the state and the expected time.
    """
    said: list[_Said[Shipment]] = [
        (read.number, read.extra.get("carrier_code"), read) for read in reading.parcels
    ]
    found = _paired(batch, said, codes)
    return tuple(
        evolve(
            mine,
            legs=read.legs or mine.legs,
            events=read.events,
            state=read.state,
            expected=read.expected or mine.expected,
            extra=Extra({**mine.extra, VENDOR: read.extra}),
        )
        for mine, read in zip(batch, found, strict=True)
        if read is not None
    )
