"""Contract suites: one class a protocol; an adapter's tests are a subclass and its far end.

```python
class TestMyShop(ListingChannelContract):
    def far(self) -> Far:
        server = MyFakeServer()
        return Far(MyShop.connect(...), server, server.effects)
```

Every suite plays the adapter through `Client` and `AsyncClient` against the far end, also with
answers that are lost, calls that are throttled, and a process that is killed between any two
steps. They need pytest (`pip install 'crossborder[testing]'`); nothing is registered with it.
"""

from crossborder.testing.contracts.awaited import AsyncStockLedgerContract
from crossborder.testing.contracts.listing import ListingChannelContract, StockPublisherContract
from crossborder.testing.contracts.logistics import CarrierContract, TrackerContract
from crossborder.testing.contracts.once import Deed, Far, OnceContract
from crossborder.testing.contracts.orders import (
    DispatchReporterContract,
    OrderFeedContract,
    OrderRefunderContract,
)
from crossborder.testing.contracts.payment import PaymentGatewayContract
from crossborder.testing.contracts.reading import TrackingReaderContract
from crossborder.testing.contracts.service import InboxContract
from crossborder.testing.contracts.sourcing import (
    OfferSourceContract,
    PurchaseTracerContract,
    PurchasingContract,
)
from crossborder.testing.contracts.stock import StockLedgerContract
from crossborder.testing.contracts.storage import JournalContract, TokenStoreContract
from crossborder.testing.contracts.warehouse import WarehouseFeedContract
from crossborder.testing.contracts.webhooks import Signed, WebhookReaderContract

__all__ = [
    "AsyncStockLedgerContract",
    "CarrierContract",
    "Deed",
    "DispatchReporterContract",
    "Far",
    "InboxContract",
    "JournalContract",
    "ListingChannelContract",
    "OfferSourceContract",
    "OnceContract",
    "OrderFeedContract",
    "OrderRefunderContract",
    "PaymentGatewayContract",
    "PurchaseTracerContract",
    "PurchasingContract",
    "Signed",
    "StockLedgerContract",
    "StockPublisherContract",
    "TokenStoreContract",
    "TrackerContract",
    "TrackingReaderContract",
    "WarehouseFeedContract",
    "WebhookReaderContract",
]
