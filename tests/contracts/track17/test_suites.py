"""17TRACK passes the suites of a tracker, its reader and webhooks, judged by printed answers."""

from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve

from contracts.colours import Reads, in_both_colours
from contracts.track17.fake import KEY, FakeTrack17
from crossborder.adapters.track17 import Reader, Track17
from crossborder.adapters.track17.sign import signature
from crossborder.clients import Client
from crossborder.model.extra import Extra
from crossborder.model.ids import ShipmentId
from crossborder.model.outcome import Done
from crossborder.model.shipment import Shipment
from crossborder.protocols.logistics import TrackingReader
from crossborder.protocols.webhooks import WebhookReader
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
CREDITS = 100


def track17() -> Far:
    server = FakeTrack17(contracts_root(), credits=CREDITS)
    return Far(Track17.connect(KEY), server, lambda: {"credit": CREDITS - server.credits}, NOW)


def parcel(number: str = "AA123456789BR") -> Shipment:
    return Shipment(ShipmentId(f"id-{number}"), "correios", number)


def published(name: str) -> bytes:
    path = contracts_root() / "china" / "logistics" / f"17track_v24_{name}.json"
    return path.read_bytes()


class TestTracker(TrackerContract):
    def far(self) -> Far:
        return track17()

    def known(self, far: Far) -> Shipment:
        return parcel()

    def refused(self, far: Far) -> Shipment:
        return parcel("A1")

    def many(self, far: Far) -> tuple[Shipment, ...]:
        """More than the forty of one call."""
        return tuple(parcel(f"AA{number:09d}BR") for number in range(43))

    def deeds(self) -> tuple[Deed, ...]:
        """A new number costs one credit."""
        return (Deed("register", lambda far: far.adapter.register((parcel(),)), "credit"),)

    def essence(self, outcome: Any) -> Any:
        """A number that is registered already is accepted with a warning, and nothing is said."""
        if not isinstance(outcome, Done):
            return super().essence(outcome)
        return evolve(outcome, value=evolve(outcome.value, extra=Extra()), problems=())


class TestReader(TrackingReaderContract):
    def problems(self) -> tuple[tuple[bytes, int], ...]:
        return ((published("gettrackinfo_yanwen_190012"), 1),)

    def reader(self) -> TrackingReader:
        return Reader()

    def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
        return (
            (published("gettrackinfo_correios_2151"), 1, 3),
            (published("gettrackinfo_yanwen_190012"), 1, 3),
            (published("webhook_tracking_stopped"), 1, 0),
        )


class TestWebhooks(WebhookReaderContract):
    def reader(self) -> WebhookReader:
        return Track17.connect(KEY)

    def signed(self) -> Signed:
        body = published("webhook_tracking_stopped")
        return Signed(body, {"sign": signature(body, KEY)}, KEY, NOW, dated=False)


def _following(far: Far, count: int = 1) -> tuple[Shipment, ...]:
    """Parcels that are registered at the far end."""
    parcels = tuple(parcel(f"AA{place:09}BR") for place in range(count))
    with Client(http=far.transport) as client:
        client.run(far.adapter.register(parcels), key="register")
    return parcels


def _filled() -> Far:
    far = track17()
    _following(far, 45)
    return far


READS: Reads = {
    "track": lambda far: far.adapter.track(_following(far, 2), now=far.now),
    "known": lambda far: far.adapter.known(),
    "quota": lambda far: far.adapter.quota(),
}


@pytest.mark.parametrize("name", READS)
def test_a_read_is_the_same_in_both_colours(name: str) -> None:
    plain, awaited = in_both_colours(_filled, READS[name])
    assert plain == awaited
    assert len(plain) == (2 if name == "known" else 1)
