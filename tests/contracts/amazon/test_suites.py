"""Amazon passes the suite of a warehouse's feed, judged by its published model."""

from datetime import UTC, datetime

import pytest

from contracts.amazon.fake import CLIENT, MARKETPLACE, REFRESH, SECRET, FakeAmazon, summary
from crossborder.adapters.amazon import Amazon
from crossborder.model.extra import Extra
from crossborder.protocols.inventory import HeldStock
from crossborder.testing.contracts import Far, WarehouseFeedContract
from where import contracts_root

pytestmark = [pytest.mark.contracts, pytest.mark.usefixtures("contracts")]

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
STRANGE = "reservedQuantity.stagingQuantity"


def amazon() -> Far:
    fake = FakeAmazon()
    for number in range(1, 6):
        fake.stock.append(summary(f"s{number}", f"2026-11-01T0{number}:00:00Z"))
    details = fake.stock[2]["inventoryDetails"]
    details["reservedQuantity"] = {"totalReservedQuantity": 9, "stagingQuantity": 9}
    shop = Amazon.connect(
        refresh_token=REFRESH,
        client_id=CLIENT,
        client_secret=SECRET,
        marketplace_id=MARKETPLACE,
        region="eu",
    )
    return Far(shop, fake.transport(contracts_root()), dict, NOW, server=fake)


class TestHeld(WarehouseFeedContract):
    def far(self) -> Far:
        return amazon()

    def expected(self) -> tuple[HeldStock, ...]:
        plain = {"fulfillableQuantity": 5, "totalQuantity": 5}
        odd = {"reservedQuantity.totalReservedQuantity": 9, STRANGE: 9}
        return tuple(
            HeldStock(
                f"s{number}",
                Extra({**plain, **(odd if number == 3 else {})}),
                MARKETPLACE,
                datetime(2026, 11, 1, number, tzinfo=UTC),
            )
            for number in range(1, 6)
        )

    def unknown(self) -> tuple[str, str, str]:
        return "s3", STRANGE, "fnSku"
