"""Our parcels as 17TRACK's requests."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from crossborder.adapters.track17.rules import BATCH
from crossborder.model.shipment import Shipment

__all__ = ["batches", "carrier_code", "page", "registration", "subject"]


def batches(shipments: tuple[Shipment, ...]) -> Iterator[tuple[Shipment, ...]]:
    """The parcels in order, as many as one call takes; nothing is sent twice in one call.

    A second parcel of the same number and carrier is in the next call: a number is answered once.
    """
    batch: dict[tuple[str, str], Shipment] = {}
    for shipment in shipments:
        key = (shipment.number, shipment.carrier)
        if len(batch) == BATCH or key in batch:
            yield tuple(batch.values())
            batch = {}
        batch[key] = shipment
    if batch:
        yield tuple(batch.values())


def carrier_code(carrier: str, carriers: Mapping[str, int]) -> int | None:
    """17TRACK's number of a carrier, or None: then it finds the carrier itself.

    >>> carrier_code("190012", {}), carrier_code("yanwen", {"yanwen": 190012})
    (190012, 190012)
    """
    if carrier.isascii() and carrier.isdigit():
        return int(carrier)
    return carriers.get(carrier)


def subject(shipment: Shipment, carriers: Mapping[str, int]) -> dict[str, Any]:
    """The number a call is about, with its carrier where we know it."""
    code = carrier_code(shipment.carrier, carriers)
    return {"number": shipment.number, **({} if code is None else {"carrier": code})}


def registration(shipment: Shipment, carriers: Mapping[str, int]) -> dict[str, Any]:
    """What is registered: the number, its carrier, our id as the tag and the order's id."""
    order = {} if shipment.order_id is None else {"order_no": shipment.order_id}
    return {**subject(shipment, carriers), "tag": shipment.id, **order}


def page(number: int, numbers: Iterable[str] = ()) -> dict[str, Any]:
    """One page of what is registered, of these numbers or of all."""
    named = ",".join(numbers)
    return {"page_no": number, **({"number": named} if named else {})}
