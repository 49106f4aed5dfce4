"""What the outside may be able to do: small protocols, one ability each, meant to be subclassed.

A class has a method or it does not: `supports(adapter, OrderFeed)` looks at its bases, and a
forgotten method is a `TypeError` when the adapter is built.
"""

from crossborder.protocols.inventory import HeldStock, StockLevel, StockPublisher, WarehouseFeed
from crossborder.protocols.listing import ListingChannel
from crossborder.protocols.logistics import Carrier, Reading, Tracker, TrackingReader
from crossborder.protocols.orders import DispatchReporter, OrderFeed, OrderRefunder
from crossborder.protocols.payment import PaymentGateway
from crossborder.protocols.service import Inbox
from crossborder.protocols.sourcing import (
    Found,
    OfferSource,
    Preview,
    PurchaseTracer,
    Purchasing,
    Sourced,
)
from crossborder.protocols.storage import (
    Appended,
    AsyncJournal,
    AsyncStockLedger,
    AsyncTokenStore,
    Begun,
    Conflict,
    Entry,
    Journal,
    New,
    Recorded,
    StockLedger,
    TokenStore,
    command_id,
)
from crossborder.protocols.webhooks import Heard, ReplayGuard, WebhookEvent, WebhookReader

__all__ = [
    "Appended",
    "AsyncJournal",
    "AsyncStockLedger",
    "AsyncTokenStore",
    "Begun",
    "Carrier",
    "Conflict",
    "DispatchReporter",
    "Entry",
    "Found",
    "Heard",
    "HeldStock",
    "Inbox",
    "Journal",
    "ListingChannel",
    "New",
    "OfferSource",
    "OrderFeed",
    "OrderRefunder",
    "PaymentGateway",
    "Preview",
    "PurchaseTracer",
    "Purchasing",
    "Reading",
    "Recorded",
    "ReplayGuard",
    "Sourced",
    "StockLedger",
    "StockLevel",
    "StockPublisher",
    "TokenStore",
    "Tracker",
    "TrackingReader",
    "WarehouseFeed",
    "WebhookEvent",
    "WebhookReader",
    "command_id",
    "supports",
]


def supports(adapter: object, protocol: type) -> bool:
    """Whether the adapter's class was built on the protocol.

    >>> class Nothing: ...
    >>> supports(Nothing(), OrderFeed)
    False
    """
    return protocol in type(adapter).__mro__
