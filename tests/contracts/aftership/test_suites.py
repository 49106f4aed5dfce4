"""AfterShip passes the suites of a tracker, its reader and webhooks, judged by printed answers."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve

from contracts.aftership.fake import KEY, FakeAfterShip, sample
from contracts.colours import Reads, in_both_colours
from crossborder.adapters.aftership import AfterShip, Reader
from crossborder.adapters.aftership.sign import signature
from crossborder.clients import Client
from crossborder.model.extra import Extra
from crossborder.model.ids import ShipmentId
from crossborder.model.outcome import Done
from crossborder.model.shipment import Shipment
from crossborder.protocols.logistics import TrackingReader
from crossborder.protocols.webhooks import WebhookReader
from crossborder.secret import Secret
from crossborder.testing.contracts import (
    Deed,
    Far,
    Signed,
    TrackerContract,
    TrackingReaderContract,
    WebhookReaderContract,
)
from where import contracts_root

pytestmark = [pytest.mark.contracts, pytest.mark.usefixtures("contracts")]

NOW = datetime(2026, 7, 1, tzinfo=UTC)
SECRET = Secret("webhook-secret")


def aftership() -> Far:
    server = FakeAfterShip(contracts_root())
    return Far(AfterShip.connect(KEY), server, lambda: {"tracking": len(server.registered)}, NOW)


def parcel(number: str = "RA123456789US") -> Shipment:
    return Shipment(ShipmentId(f"id-{number}"), "usps", number)


def published(name: str) -> bytes:
    return (contracts_root() / "carriers" / "aftership" / f"{name}.json").read_bytes()


def agreeing() -> bytes:
    """The printed page with a first parcel that is as far as its checkpoint says.

    As printed, it is delivered by its tag and only announced by its checkpoint.
    """
    page = sample(contracts_root(), "list_trackings_response")
    first = page["data"]["trackings"][0]
    first.update(tag=first["checkpoints"][0]["tag"], subtag=first["checkpoints"][0]["subtag"])
    return json.dumps(page).encode()


class TestTracker(TrackerContract):
    def far(self) -> Far:
        return aftership()

    def known(self, far: Far) -> Shipment:
        return parcel()

    def refused(self, far: Far) -> Shipment:
        return parcel("A1")

    def many(self, far: Far) -> tuple[Shipment, ...]:
        """More than the fifty of one look-up."""
        return tuple(parcel(f"AA{number:09d}US") for number in range(53))

    def deeds(self) -> tuple[Deed, ...]:
        """A new number counts against the plan."""
        return (Deed("register", lambda far: far.adapter.register((parcel(),)), "tracking"),)

    def essence(self, outcome: Any) -> Any:
        """A number that is registered already is accepted with a warning, with its id alone."""
        if not isinstance(outcome, Done):
            return super().essence(outcome)
        return evolve(outcome, value=evolve(outcome.value, extra=Extra()), problems=())


class TestReader(TrackingReaderContract):
    def problems(self) -> tuple[tuple[bytes, int], ...]:
        refused = {"meta": {"code": 4004, "message": "Tracking does not exist."}, "data": {}}
        return ((json.dumps(refused).encode(), 1),)

    def reader(self) -> TrackingReader:
        return Reader()

    def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
        return ((published("create_tracking_response"), 1, 0), (agreeing(), 2, 1))


class TestWebhooks(WebhookReaderContract):
    def reader(self) -> WebhookReader:
        return AfterShip.connect(KEY)

    def signed(self) -> Signed:
        tracking = sample(contracts_root(), "list_trackings_response")["data"]["trackings"][0]
        body = json.dumps({"event": "tracking_update", "msg": tracking}).encode()
        headers = {"aftership-hmac-sha256": signature(body, SECRET)}
        return Signed(body, headers, SECRET, NOW, dated=False)


def _filled() -> Far:
    far = aftership()
    parcels = tuple(parcel(f"AA{place:09}US") for place in range(45))
    with Client(http=far.transport) as client:
        client.run(far.adapter.register(parcels), key="register")
    return far


READS: Reads = {
    "track": lambda far: far.adapter.track(
        tuple(parcel(f"AA{place:09}US") for place in range(2)), now=far.now
    ),
    "known": lambda far: far.adapter.known(now=far.now),
}


@pytest.mark.parametrize("name", READS)
def test_a_read_is_the_same_in_both_colours(name: str) -> None:
    plain, awaited = in_both_colours(_filled, READS[name])
    assert plain == awaited
    assert len(plain) == (3 if name == "known" else 1)
