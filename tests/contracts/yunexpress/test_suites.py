"""YunExpress passes the suites of a carrier and of its reader, judged by its printed samples."""

from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve

from contracts.colours import Reads, in_both_colours
from contracts.yunexpress.fake import APP, SECRET, FakeYunExpress, sample
from crossborder.adapters.yunexpress import Reader, YunExpress
from crossborder.clients import Client
from crossborder.model.carriage import CustomsLine, Parcel, ShipmentRequest
from crossborder.model.extra import Extra
from crossborder.model.measure import Size, Weight
from crossborder.model.money import Price
from crossborder.model.outcome import Done
from crossborder.model.place import Address
from crossborder.model.shipment import Shipment
from crossborder.protocols.logistics import TrackingReader
from crossborder.testing.contracts import CarrierContract, Far, TrackingReaderContract
from crossborder.wire.text import write_json
from where import contracts_root

pytestmark = [pytest.mark.contracts, pytest.mark.usefixtures("contracts")]

NOW = datetime(2026, 7, 1, tzinfo=UTC)
REQUEST = ShipmentRequest(
    "parcel-1",
    "BKZXR",
    Address("Buyer", "US", ("12 Example Street",), "Springfield", "IL", "62701", phone="1"),
    Parcel(
        Weight.kg("0.4"),
        Size.cm(20, 15, 3),
        (
            CustomsLine(
                "cotton shirt", 2, Price("5.50", "USD"), Weight.kg("0.2"), "棉衬衫", "610910"
            ),
        ),
    ),
)


def yunexpress() -> Far:
    server = FakeYunExpress(contracts_root())
    server.closed.add("CLOSED")
    carrier = YunExpress.connect(APP, SECRET)
    return Far(carrier, server, lambda: {"parcel": len(server.orders)}, NOW)


class TestCarrier(CarrierContract):
    def far(self) -> Far:
        return yunexpress()

    def request(self) -> ShipmentRequest:
        return REQUEST

    def refused_request(self) -> ShipmentRequest:
        return evolve(REQUEST, line="CLOSED")

    def essence(self, outcome: Any) -> Any:
        """Only a booking tells of bar codes and remoteness, only a look-up of the status."""
        if not isinstance(outcome, Done):
            return super().essence(outcome)
        return evolve(outcome, value=evolve(outcome.value, extra=Extra()))


class TestReader(TrackingReaderContract):
    def reader(self) -> TrackingReader:
        return Reader()

    def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
        root = contracts_root()
        told = write_json(sample(root, "get_tracking_info")["response"]).encode()
        numbers = write_json(sample(root, "legacy_get_tracking_number")).encode()
        return (told, 1, 1), (numbers, 1, 0)


def _booked(far: Far) -> Shipment:
    with Client(http=far.transport) as client:
        outcome = client.run(far.adapter.ship(REQUEST, now=far.now), key="ship")
    assert isinstance(outcome, Done)
    shipment: Shipment = outcome.value
    return shipment


READS: Reads = {
    "quote": lambda far: far.adapter.quote(REQUEST),
    "label": lambda far: far.adapter.label(_booked(far)),
    "track": lambda far: far.adapter.track((_booked(far),), now=far.now),
}


@pytest.mark.parametrize("name", READS)
def test_a_read_is_the_same_in_both_colours(name: str) -> None:
    plain, awaited = in_both_colours(yunexpress, READS[name])
    assert plain == awaited
    assert plain != [()]
