"""EasyPost passes the suites of a tracker, its reader and webhooks, judged by printed answers."""

from datetime import UTC, datetime

import pytest

from contracts.colours import Reads, in_both_colours
from contracts.easypost.fake import KEY, FakeEasyPost
from crossborder.adapters.easypost import EasyPost, Reader
from crossborder.adapters.easypost.sign import signature
from crossborder.clients import Client
from crossborder.model.ids import ShipmentId
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
SECRET = Secret("sécret")


def easypost(*, test_mode: bool) -> Far:
    server = FakeEasyPost(contracts_root(), test_mode=test_mode)
    return Far(EasyPost.connect(KEY), server, lambda: {"tracker": len(server.trackers)}, NOW)


def parcel(number: str = "EZ2000000002") -> Shipment:
    return Shipment(ShipmentId(f"id-{number}"), "usps", number)


def published(name: str) -> bytes:
    return (contracts_root() / "carriers" / "easypost" / f"{name}.json").read_bytes()


class TestTracker(TrackerContract):
    """In production, where the second tracker of a number is the first."""

    def far(self) -> Far:
        return easypost(test_mode=False)

    def known(self, far: Far) -> Shipment:
        return parcel()

    def refused(self, far: Far) -> Shipment:
        return parcel("A1")

    def many(self, far: Far) -> tuple[Shipment, ...]:
        return tuple(parcel(f"EZ{number:010d}") for number in range(23))

    def deeds(self) -> tuple[Deed, ...]:
        """A tracker is paid for."""
        return (Deed("register", lambda far: far.adapter.register((parcel(),)), "tracker"),)


class TestTrackerInTestMode(TestTracker):
    """Here each call makes another one, so a lost answer must be looked up."""

    def far(self) -> Far:
        return easypost(test_mode=True)


class TestReader(TrackingReaderContract):
    def problems(self) -> tuple[tuple[bytes, int], ...]:
        return ((published("error_response"), 1),)

    def reader(self) -> TrackingReader:
        return Reader()

    def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
        return (
            (published("trackers_create"), 1, 2),
            (published("trackers_list"), 1, 2),
            (published("trackers_retrieve"), 1, 2),
            (published("tracking_response"), 1, 2),
            (published("webhook_event_body.raw"), 1, 7),
        )


class TestWebhooks(WebhookReaderContract):
    def reader(self) -> WebhookReader:
        return EasyPost.connect(KEY)

    def signed(self) -> Signed:
        body = published("webhook_event_body.raw")
        headers = {"X-Hmac-Signature": signature(body, SECRET)}
        return Signed(body, headers, SECRET, NOW, dated=False)


def _filled() -> Far:
    far = easypost(test_mode=False)
    parcels = tuple(parcel(f"EZ{place:010}") for place in range(45))
    with Client(http=far.transport) as client:
        client.run(far.adapter.register(parcels), key="register")
    return far


READS: Reads = {
    "track": lambda far: far.adapter.track(
        tuple(parcel(f"EZ{place:010}") for place in range(2)), now=far.now
    ),
    "known": lambda far: far.adapter.known(now=far.now),
}


@pytest.mark.parametrize("name", READS)
def test_a_read_is_the_same_in_both_colours(name: str) -> None:
    plain, awaited = in_both_colours(_filled, READS[name])
    assert plain == awaited
    assert len(plain) == (3 if name == "known" else 1)
