"""What the pretend vendor is tested with."""

from datetime import UTC, datetime, timedelta

from crossborder.adapters.memory import Memory, MemoryServer
from crossborder.model.carriage import Line, Parcel, ServiceClass, ShipmentRequest
from crossborder.model.extra import Extra
from crossborder.model.ids import (
    CustomerId,
    OfferId,
    OrderId,
    ProductId,
    PurchaseId,
    Ref,
    ShipmentId,
    SkuId,
    SupplierId,
    TicketId,
)
from crossborder.model.listing import DraftVariant, ListingDraft
from crossborder.model.measure import Weight
from crossborder.model.money import Price
from crossborder.model.order import Fulfilment, FulfilmentLine, Order, OrderLine
from crossborder.model.payment import PaymentAttempt
from crossborder.model.place import Address
from crossborder.model.product import SKU, Attribute, Product
from crossborder.model.purchase import Purchase, PurchaseLine
from crossborder.model.shipment import Shipment
from crossborder.model.status import Native, OrderState, OrderStatus
from crossborder.model.supply import OfferLine, PriceTier, Supplier, SupplierOffer
from crossborder.model.ticket import Author, Message, Ticket
from crossborder.model.tracking import Stage, TrackingEvent
from crossborder.protocols.inventory import HeldStock
from crossborder.protocols.sourcing import Sourced
from crossborder.testing.contracts import Far

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
_USD = "USD"


def product(number: int = 1) -> Product:
    return Product(
        ProductId(f"p{number}"),
        f"travel cubes {number}",
        "en",
        (SKU(SkuId("s1")), SKU(SkuId("s2"))),
        attributes=(Attribute("material", "polyester"), Attribute("material", "cotton")),
    )


def sourced(number: int = 1) -> Sourced:
    offer = SupplierOffer(
        OfferId(f"o{number}"),
        Supplier(SupplierId("sup")),
        ProductId(f"p{number}"),
        (OfferLine(SkuId("s1"), 100), OfferLine(SkuId("s2"), 5)),
        "CNY",
        NOW - timedelta(hours=1),
        tiers=(PriceTier(1, Price("20", "CNY")),),
        ref=Ref("memory", f"o{number}"),
    )
    return Sourced(product(number), offer)


def draft(title: str = "Travel cubes") -> ListingDraft:
    return ListingDraft(
        "T-SHIRT",
        ProductId("p1"),
        "shop",
        title,
        "en",
        (
            DraftVariant(SkuId("s1"), Price("15.99", _USD), 10),
            DraftVariant(SkuId("s2"), Price("16.99", _USD), 4),
        ),
    )


def order(number: int = 1) -> Order:
    at = NOW - timedelta(days=30 - number)
    return Order(
        OrderId(f"{1000 + number}"),
        "shop",
        Ref("memory", f"{1000 + number}"),
        at,
        (OrderLine("l1", SkuId("s1"), 2, Price("15.99", _USD)),),
        _USD,
        reported=OrderStatus(
            OrderState.OPEN, native=(Native("memory", "status", "open", observed_at=at),)
        ),
        updated_at=at,
    )


def fulfilment(of: Order) -> Fulfilment:
    return Fulfilment(
        f"f-{of.id}",
        of.id,
        (FulfilmentLine("l1", 2),),
        "memory",
        ("MEM1XB",),
        dispatched_at=NOW,
    )


def purchase(quantity: int = 3) -> Purchase:
    line = PurchaseLine(SkuId("s1"), quantity, Price("20", "CNY"), Ref("memory", "o1"))
    return Purchase(PurchaseId("purchase-1"), SupplierId("sup"), (line,))


def attempt(method: str = "card") -> PaymentAttempt:
    return PaymentAttempt("attempt-1", OrderId("1001"), Price("31.98", _USD), method)


def address() -> Address:
    return Address("Buyer", "US", ("12 Example Street",), "Springfield", "IL", "62701")


def request(line: str = "LINE") -> ShipmentRequest:
    return ShipmentRequest("parcel-1", line, address(), Parcel(Weight.kg("0.4")))


def ticket(number: int) -> Ticket:
    at = NOW - timedelta(days=10) + timedelta(hours=number)
    return Ticket(
        TicketId(f"t{number}"),
        "mail",
        (Message(f"m{number}", Author.CUSTOMER, "where is my order?", at, "en"),),
        ref=Ref("memory", f"t{number}"),
        customer_id=CustomerId("c1"),
    )


def held(number: int) -> HeldStock:
    counts = {"sellable": number, "quarantine_bay": 2, "total": number + 2}
    return HeldStock(
        f"s{number}",
        Extra(counts),
        "centre-1",
        NOW - timedelta(hours=number),
        Extra({"bin": f"A{number}"}),
    )


def fill(server: MemoryServer) -> None:
    """Offers, orders, a line and threads."""
    state = server.state
    for number in range(1, 13):
        state.add_offer(sourced(number))
    for number in range(1, 8):
        state.place_order(order(number))
        state.write(ticket(number))
        state.store(held(number))
    state.add_line(
        Line(
            "LINE",
            "memory",
            "Dedicated line",
            ServiceClass.DEDICATED_LINE,
            Price("31.50", "CNY"),
            (timedelta(days=7), timedelta(days=11)),
            max_weight=Weight.kg("2"),
        )
    )


def far(kind: type[Memory] = Memory, server: type[MemoryServer] = MemoryServer) -> Far:
    """A filled server with an adapter at it."""
    made = server(lambda: NOW, secret="s3cret", secured=True)
    fill(made)

    def effects() -> dict[str, int]:
        counts: dict[str, int] = {}
        for name, _ in made.state.effects:
            counts[name] = counts.get(name, 0) + 1
        return counts

    return Far(kind.connect(made, secret="s3cret"), made, effects, NOW)


def booked(at: Far, reference: str = "parcel-9") -> Shipment:
    """A parcel that the carrier knows, scanned once."""
    state = at.adapter.server.state
    known = state.booked.get(reference)
    if known is None:
        body = {"id": reference}
        from crossborder.serial import unstructure

        state.book_shipment({}, {**unstructure(request()), **body}, NOW)
        known = state.booked[reference]
        scan = TrackingEvent("memory", "ACC", "accepted", Stage.ACCEPTED, NOW, number=known)
        state.scan(known, (scan,))
    found: Shipment = state.shipments[known]
    return found


def unknown() -> Shipment:
    return Shipment(ShipmentId("x"), "memory", "NO-SUCH-NUMBER")
