"""crossborder: buy in China, sell abroad, as a library.

The front door: the nouns, the clients, the outcomes, the errors, and the ten stages. Everything
is loaded when it is first used; importing the package loads nothing else.

>>> from crossborder import Money, inventory
>>> Money("12.50", "USD") * 2
Money('25.00', 'USD')
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crossborder.clients import (
        AsyncClient as AsyncClient,
    )
    from crossborder.clients import (
        AsyncStockKeeper as AsyncStockKeeper,
    )
    from crossborder.clients import (
        Client as Client,
    )
    from crossborder.clients import (
        ClientEvent as ClientEvent,
    )
    from crossborder.clients import (
        Ran as Ran,
    )
    from crossborder.clients import (
        StockKeeper as StockKeeper,
    )
    from crossborder.conversation import (
        Flow as Flow,
    )
    from crossborder.conversation import (
        Page as Page,
    )
    from crossborder.errors import (
        BadRequest as BadRequest,
    )
    from crossborder.errors import (
        CrossborderError as CrossborderError,
    )
    from crossborder.errors import (
        CurrencyMismatch as CurrencyMismatch,
    )
    from crossborder.errors import (
        IllegalMove as IllegalMove,
    )
    from crossborder.errors import (
        InvalidValue as InvalidValue,
    )
    from crossborder.errors import (
        KeyReused as KeyReused,
    )
    from crossborder.errors import (
        MissingCredential as MissingCredential,
    )
    from crossborder.errors import (
        MissingExtra as MissingExtra,
    )
    from crossborder.errors import (
        NaiveTime as NaiveTime,
    )
    from crossborder.errors import (
        NoPolicy as NoPolicy,
    )
    from crossborder.errors import (
        NotFound as NotFound,
    )
    from crossborder.errors import (
        OutcomeUnknown as OutcomeUnknown,
    )
    from crossborder.errors import (
        SetupError as SetupError,
    )
    from crossborder.errors import (
        Throttled as Throttled,
    )
    from crossborder.errors import (
        Unauthorized as Unauthorized,
    )
    from crossborder.errors import (
        Unavailable as Unavailable,
    )
    from crossborder.errors import (
        UnknownAdapter as UnknownAdapter,
    )
    from crossborder.errors import (
        Unreachable as Unreachable,
    )
    from crossborder.errors import (
        Unreadable as Unreadable,
    )
    from crossborder.errors import (
        VendorError as VendorError,
    )
    from crossborder.model.carriage import (
        CustomsLine as CustomsLine,
    )
    from crossborder.model.carriage import (
        Label as Label,
    )
    from crossborder.model.carriage import (
        Line as Line,
    )
    from crossborder.model.carriage import (
        Parcel as Parcel,
    )
    from crossborder.model.carriage import (
        Quote as Quote,
    )
    from crossborder.model.carriage import (
        ServiceClass as ServiceClass,
    )
    from crossborder.model.carriage import (
        ShipmentRequest as ShipmentRequest,
    )
    from crossborder.model.cost import (
        CostPart as CostPart,
    )
    from crossborder.model.cost import (
        LandedCost as LandedCost,
    )
    from crossborder.model.customer import (
        Customer as Customer,
    )
    from crossborder.model.customer import (
        CustomerHistory as CustomerHistory,
    )
    from crossborder.model.customer import (
        Segment as Segment,
    )
    from crossborder.model.decision import (
        Decision as Decision,
    )
    from crossborder.model.decision import (
        Reason as Reason,
    )
    from crossborder.model.decision import (
        decides as decides,
    )
    from crossborder.model.decision import (
        recording as recording,
    )
    from crossborder.model.events import (
        Event as Event,
    )
    from crossborder.model.extra import (
        Extra as Extra,
    )
    from crossborder.model.ids import (
        CustomerId as CustomerId,
    )
    from crossborder.model.ids import (
        ListingId as ListingId,
    )
    from crossborder.model.ids import (
        OfferId as OfferId,
    )
    from crossborder.model.ids import (
        OrderId as OrderId,
    )
    from crossborder.model.ids import (
        ProductId as ProductId,
    )
    from crossborder.model.ids import (
        PurchaseId as PurchaseId,
    )
    from crossborder.model.ids import (
        Ref as Ref,
    )
    from crossborder.model.ids import (
        ReturnId as ReturnId,
    )
    from crossborder.model.ids import (
        ShipmentId as ShipmentId,
    )
    from crossborder.model.ids import (
        SkuId as SkuId,
    )
    from crossborder.model.ids import (
        SupplierId as SupplierId,
    )
    from crossborder.model.ids import (
        TicketId as TicketId,
    )
    from crossborder.model.ids import (
        WarehouseId as WarehouseId,
    )
    from crossborder.model.ids import (
        digest as digest,
    )
    from crossborder.model.ledger import (
        EntryKind as EntryKind,
    )
    from crossborder.model.ledger import (
        LedgerEntry as LedgerEntry,
    )
    from crossborder.model.ledger import (
        MoneyLedger as MoneyLedger,
    )
    from crossborder.model.ledger import (
        PaymentState as PaymentState,
    )
    from crossborder.model.listing import (
        DraftVariant as DraftVariant,
    )
    from crossborder.model.listing import (
        Fee as Fee,
    )
    from crossborder.model.listing import (
        FeeRule as FeeRule,
    )
    from crossborder.model.listing import (
        Listing as Listing,
    )
    from crossborder.model.listing import (
        ListingDraft as ListingDraft,
    )
    from crossborder.model.listing import (
        ListingRules as ListingRules,
    )
    from crossborder.model.listing import (
        ListingStatus as ListingStatus,
    )
    from crossborder.model.listing import (
        PayoutTerms as PayoutTerms,
    )
    from crossborder.model.listing import (
        Platform as Platform,
    )
    from crossborder.model.listing import (
        PlatformKind as PlatformKind,
    )
    from crossborder.model.measure import (
        Size as Size,
    )
    from crossborder.model.measure import (
        Weight as Weight,
    )
    from crossborder.model.money import (
        ExchangeRate as ExchangeRate,
    )
    from crossborder.model.money import (
        Money as Money,
    )
    from crossborder.model.money import (
        Price as Price,
    )
    from crossborder.model.money import (
        RateSide as RateSide,
    )
    from crossborder.model.order import (
        Fulfilment as Fulfilment,
    )
    from crossborder.model.order import (
        FulfilmentLine as FulfilmentLine,
    )
    from crossborder.model.order import (
        Order as Order,
    )
    from crossborder.model.order import (
        OrderLine as OrderLine,
    )
    from crossborder.model.outcome import (
        Done as Done,
    )
    from crossborder.model.outcome import (
        Outcome as Outcome,
    )
    from crossborder.model.outcome import (
        Pending as Pending,
    )
    from crossborder.model.outcome import (
        Problem as Problem,
    )
    from crossborder.model.outcome import (
        Refused as Refused,
    )
    from crossborder.model.payment import (
        Payment as Payment,
    )
    from crossborder.model.payment import (
        PaymentAttempt as PaymentAttempt,
    )
    from crossborder.model.payment import (
        PaymentMethod as PaymentMethod,
    )
    from crossborder.model.payment import (
        Payout as Payout,
    )
    from crossborder.model.payment import (
        PayoutHold as PayoutHold,
    )
    from crossborder.model.payment import (
        Refund as Refund,
    )
    from crossborder.model.place import (
        Address as Address,
    )
    from crossborder.model.place import (
        Place as Place,
    )
    from crossborder.model.product import (
        SKU as SKU,
    )
    from crossborder.model.product import (
        Attribute as Attribute,
    )
    from crossborder.model.product import (
        Image as Image,
    )
    from crossborder.model.product import (
        Option as Option,
    )
    from crossborder.model.product import (
        Product as Product,
    )
    from crossborder.model.product import (
        Provenance as Provenance,
    )
    from crossborder.model.product import (
        Tag as Tag,
    )
    from crossborder.model.product import (
        Translation as Translation,
    )
    from crossborder.model.promotion import (
        Campaign as Campaign,
    )
    from crossborder.model.promotion import (
        Commission as Commission,
    )
    from crossborder.model.promotion import (
        CommissionState as CommissionState,
    )
    from crossborder.model.promotion import (
        Medium as Medium,
    )
    from crossborder.model.promotion import (
        Touch as Touch,
    )
    from crossborder.model.purchase import (
        Purchase as Purchase,
    )
    from crossborder.model.purchase import (
        PurchaseLine as PurchaseLine,
    )
    from crossborder.model.purchase import (
        PurchaseStatus as PurchaseStatus,
    )
    from crossborder.model.returns import (
        Return as Return,
    )
    from crossborder.model.returns import (
        ReturnLine as ReturnLine,
    )
    from crossborder.model.returns import (
        ReturnStatus as ReturnStatus,
    )
    from crossborder.model.shipment import (
        HandlingUnit as HandlingUnit,
    )
    from crossborder.model.shipment import (
        Leg as Leg,
    )
    from crossborder.model.shipment import (
        NumberUse as NumberUse,
    )
    from crossborder.model.shipment import (
        Shipment as Shipment,
    )
    from crossborder.model.shipment import (
        Stay as Stay,
    )
    from crossborder.model.shipment import (
        UnitKind as UnitKind,
    )
    from crossborder.model.status import (
        FulfilmentState as FulfilmentState,
    )
    from crossborder.model.status import (
        Native as Native,
    )
    from crossborder.model.status import (
        OrderState as OrderState,
    )
    from crossborder.model.status import (
        OrderStatus as OrderStatus,
    )
    from crossborder.model.status import (
        SettlementState as SettlementState,
    )
    from crossborder.model.stock import (
        RealStock as RealStock,
    )
    from crossborder.model.stock import (
        SkuStock as SkuStock,
    )
    from crossborder.model.stock import (
        StockAccount as StockAccount,
    )
    from crossborder.model.stock import (
        StockBalance as StockBalance,
    )
    from crossborder.model.stock import (
        StockMove as StockMove,
    )
    from crossborder.model.stock import (
        VirtualStock as VirtualStock,
    )
    from crossborder.model.stock import (
        Warehouse as Warehouse,
    )
    from crossborder.model.stock import (
        WarehouseKind as WarehouseKind,
    )
    from crossborder.model.supply import (
        MixRule as MixRule,
    )
    from crossborder.model.supply import (
        OfferLine as OfferLine,
    )
    from crossborder.model.supply import (
        PriceTier as PriceTier,
    )
    from crossborder.model.supply import (
        Quoting as Quoting,
    )
    from crossborder.model.supply import (
        Supplier as Supplier,
    )
    from crossborder.model.supply import (
        SupplierOffer as SupplierOffer,
    )
    from crossborder.model.ticket import (
        Author as Author,
    )
    from crossborder.model.ticket import (
        Message as Message,
    )
    from crossborder.model.ticket import (
        Ticket as Ticket,
    )
    from crossborder.model.ticket import (
        TicketStatus as TicketStatus,
    )
    from crossborder.model.time import (
        Window as Window,
    )
    from crossborder.model.tracking import (
        Expected as Expected,
    )
    from crossborder.model.tracking import (
        Health as Health,
    )
    from crossborder.model.tracking import (
        ParcelState as ParcelState,
    )
    from crossborder.model.tracking import (
        Stage as Stage,
    )
    from crossborder.model.tracking import (
        TrackingEvent as TrackingEvent,
    )
    from crossborder.protocols import (
        supports as supports,
    )
    from crossborder.secret import (
        Secret as Secret,
    )
    from crossborder.stages import (
        inventory as inventory,
    )
    from crossborder.stages import (
        listing as listing,
    )
    from crossborder.stages import (
        logistics as logistics,
    )
    from crossborder.stages import (
        operations as operations,
    )
    from crossborder.stages import (
        orders as orders,
    )
    from crossborder.stages import (
        payment as payment,
    )
    from crossborder.stages import (
        platforms as platforms,
    )
    from crossborder.stages import (
        promotion as promotion,
    )
    from crossborder.stages import (
        service as service,
    )
    from crossborder.stages import (
        sourcing as sourcing,
    )

__version__ = "0.1.0"

_HOMES = {
    "crossborder.clients": (
        "AsyncClient",
        "AsyncStockKeeper",
        "Client",
        "ClientEvent",
        "Ran",
        "StockKeeper",
    ),
    "crossborder.conversation": (
        "Flow",
        "Page",
    ),
    "crossborder.errors": (
        "BadRequest",
        "CrossborderError",
        "CurrencyMismatch",
        "IllegalMove",
        "InvalidValue",
        "KeyReused",
        "MissingCredential",
        "MissingExtra",
        "NaiveTime",
        "NoPolicy",
        "NotFound",
        "OutcomeUnknown",
        "SetupError",
        "Throttled",
        "Unauthorized",
        "Unavailable",
        "UnknownAdapter",
        "Unreachable",
        "Unreadable",
        "VendorError",
    ),
    "crossborder.model.carriage": (
        "CustomsLine",
        "Label",
        "Line",
        "Parcel",
        "Quote",
        "ServiceClass",
        "ShipmentRequest",
    ),
    "crossborder.model.cost": (
        "CostPart",
        "LandedCost",
    ),
    "crossborder.model.customer": (
        "Customer",
        "CustomerHistory",
        "Segment",
    ),
    "crossborder.model.decision": (
        "Decision",
        "Reason",
        "decides",
        "recording",
    ),
    "crossborder.model.events": ("Event",),
    "crossborder.model.extra": ("Extra",),
    "crossborder.model.ids": (
        "CustomerId",
        "ListingId",
        "OfferId",
        "OrderId",
        "ProductId",
        "PurchaseId",
        "Ref",
        "ReturnId",
        "ShipmentId",
        "SkuId",
        "SupplierId",
        "TicketId",
        "WarehouseId",
        "digest",
    ),
    "crossborder.model.ledger": (
        "EntryKind",
        "LedgerEntry",
        "MoneyLedger",
        "PaymentState",
    ),
    "crossborder.model.listing": (
        "DraftVariant",
        "Fee",
        "FeeRule",
        "Listing",
        "ListingDraft",
        "ListingRules",
        "ListingStatus",
        "PayoutTerms",
        "Platform",
        "PlatformKind",
    ),
    "crossborder.model.measure": (
        "Size",
        "Weight",
    ),
    "crossborder.model.money": (
        "ExchangeRate",
        "Money",
        "Price",
        "RateSide",
    ),
    "crossborder.model.order": (
        "Fulfilment",
        "FulfilmentLine",
        "Order",
        "OrderLine",
    ),
    "crossborder.model.outcome": (
        "Done",
        "Outcome",
        "Pending",
        "Problem",
        "Refused",
    ),
    "crossborder.model.payment": (
        "Payment",
        "PaymentAttempt",
        "PaymentMethod",
        "Payout",
        "PayoutHold",
        "Refund",
    ),
    "crossborder.model.place": (
        "Address",
        "Place",
    ),
    "crossborder.model.product": (
        "Attribute",
        "Image",
        "Option",
        "Product",
        "Provenance",
        "SKU",
        "Tag",
        "Translation",
    ),
    "crossborder.model.promotion": (
        "Campaign",
        "Commission",
        "CommissionState",
        "Medium",
        "Touch",
    ),
    "crossborder.model.purchase": (
        "Purchase",
        "PurchaseLine",
        "PurchaseStatus",
    ),
    "crossborder.model.returns": (
        "Return",
        "ReturnLine",
        "ReturnStatus",
    ),
    "crossborder.model.shipment": (
        "HandlingUnit",
        "Leg",
        "NumberUse",
        "Shipment",
        "Stay",
        "UnitKind",
    ),
    "crossborder.model.status": (
        "FulfilmentState",
        "Native",
        "OrderState",
        "OrderStatus",
        "SettlementState",
    ),
    "crossborder.model.stock": (
        "RealStock",
        "SkuStock",
        "StockAccount",
        "StockBalance",
        "StockMove",
        "VirtualStock",
        "Warehouse",
        "WarehouseKind",
    ),
    "crossborder.model.supply": (
        "MixRule",
        "OfferLine",
        "PriceTier",
        "Quoting",
        "Supplier",
        "SupplierOffer",
    ),
    "crossborder.model.ticket": (
        "Author",
        "Message",
        "Ticket",
        "TicketStatus",
    ),
    "crossborder.model.time": ("Window",),
    "crossborder.model.tracking": (
        "Expected",
        "Health",
        "ParcelState",
        "Stage",
        "TrackingEvent",
    ),
    "crossborder.protocols": ("supports",),
    "crossborder.secret": ("Secret",),
}
_STAGES = (
    "sourcing",
    "inventory",
    "platforms",
    "listing",
    "payment",
    "promotion",
    "operations",
    "orders",
    "logistics",
    "service",
)
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    *sorted((*_HOME_OF, *_STAGES)),
]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _STAGES:
        value: Any = import_module(f"crossborder.stages.{name}")
    elif name in _HOME_OF:
        value = getattr(import_module(_HOME_OF[name]), name)
    else:
        raise AttributeError(f"module 'crossborder' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted((*globals(), *__all__))
