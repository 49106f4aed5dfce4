"""The demo's outside: a seller's terms, a market, a shop, a buyer and a carrier who is slow."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import Any

from attrs import define, field

from crossborder.adapters.alibaba1688 import shapes
from crossborder.adapters.memory import Memory, MemoryServer
from crossborder.chain import Terms
from crossborder.model.carriage import Line, ServiceClass
from crossborder.model.customer import Customer, CustomerHistory
from crossborder.model.ids import CustomerId, OrderId, Ref, TicketId
from crossborder.model.listing import (
    DraftVariant,
    Fee,
    FeeRule,
    Listing,
    ListingDraft,
    ListingRules,
    PayoutTerms,
    Platform,
    PlatformKind,
)
from crossborder.model.money import ExchangeRate, Money, Price
from crossborder.model.order import Order, OrderLine
from crossborder.model.payment import PaymentMethod
from crossborder.model.place import Address, Place
from crossborder.model.product import Product, Tag, Translation
from crossborder.model.promotion import Campaign, Medium, Touch
from crossborder.model.shipment import Shipment
from crossborder.model.stock import VirtualStock
from crossborder.model.ticket import Author, Message, Ticket
from crossborder.model.tracking import Stage, TrackingEvent
from crossborder.protocols.sourcing import Sourced
from crossborder.stages import orders
from crossborder.stages.inventory import LeadTime
from crossborder.stages.operations import PromotionRule, Thresholds
from crossborder.stages.platforms import Assumptions
from crossborder.stages.sourcing import ScreeningLists

__all__ = ["MARKET", "STORE", "World", "sample_offer", "sheet", "terms_of"]

_START = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
_CUSTOMER = CustomerId("customer-7")

STORE = Platform(
    "store",
    "Our own shop",
    PlatformKind.HOSTED,
    "USD",
    fees=(FeeRule(Fee.PAYMENT, Decimal("0.029"), Money("0.30", "USD")),),
    rules=ListingRules(max_title=150, currencies=frozenset({"USD"})),
    payout=PayoutTerms(timedelta(days=3)),
    traffic_cost=Money("3.20", "USD"),
)
MARKET = Platform(
    "market",
    "A marketplace",
    PlatformKind.MARKETPLACE,
    "USD",
    fees=(FeeRule(Fee.COMMISSION, Decimal("0.15")), FeeRule(Fee.ADVERTISING, Decimal("0.10"))),
    rules=ListingRules(max_title=200, currencies=frozenset({"USD"})),
    payout=PayoutTerms(timedelta(days=14), Decimal("0.10"), timedelta(days=90)),
)
_LINES = (
    Line(
        "EXPRESS",
        "memory",
        "Express",
        ServiceClass.EXPRESS,
        Price("118.00", "CNY"),
        (timedelta(days=3), timedelta(days=6)),
    ),
    Line(
        "DEDICATED-US",
        "memory",
        "Dedicated line",
        ServiceClass.DEDICATED_LINE,
        Price("31.50", "CNY"),
        (timedelta(days=7), timedelta(days=11)),
        frozenset({"US", "CA"}),
    ),
    Line(
        "PACKET",
        "memory",
        "Small packet",
        ServiceClass.SMALL_PACKET,
        Price("24.00", "CNY"),
        (timedelta(days=14), timedelta(days=35)),
    ),
)


def terms_of(**changed: Any) -> Terms:
    """The demo seller's terms; any of them changed."""
    stated: dict[str, Any] = {
        "language": "en",
        "platforms": (STORE, MARKET),
        "margin": Decimal("0.30"),
        "floor": Decimal("0.12"),
        "domestic_freight": Money("2.00", "CNY"),
        "international_freight": Money("28.00", "CNY"),
        "lead": LeadTime.stated(timedelta(days=2), timedelta(days=2), timedelta(hours=12)),
        "transit": (timedelta(days=7), timedelta(days=11)),
        "dispatch_within": timedelta(days=7),
        "assumptions": Assumptions(200, Decimal("0.04"), Decimal("0.18")),
        "thresholds": Thresholds(Money("500", "USD")),
        "warehouse": Address(
            "Warehouse",
            "CN",
            ("No. 1 Warehouse Road",),
            "Shenzhen",
            "Guangdong",
            "518000",
            "Bao'an",
            phone="13800000000",
        ),
        "rate": ExchangeRate(
            "CNY", "USD", Decimal("0.1405"), "demo", _START, margin=Decimal("0.01")
        ),
        "lists": ScreeningLists(brands=frozenset({"nike", "adidas", "gucci", "disney"})),
        "tags": (Tag("demo", "demo"),),
        "promotions": (PromotionRule("autumn", Decimal("0.10"), group="season"),),
        "methods": (
            PaymentMethod(
                "card",
                cost_share=Decimal("0.029"),
                cost_fixed=Price("0.30", "USD"),
                approval=Decimal("0.91"),
            ),
            PaymentMethod("ideal", countries=frozenset({"NL"}), cost_share=Decimal("0.01")),
        ),
        "hold_above": Money("1000", "USD"),
        "campaigns": (Campaign("travel-blog", Medium.AFFILIATE, "a blog", Decimal("0.08")),),
        "day_value": Money("1.00", "CNY"),
    }
    return Terms(**{**stated, **changed})


def sample_offer() -> Any:
    """A product-detail answer of our own making, in the shape of 1688's."""
    return json.loads(
        (Path(__file__).parent / "offer.json").read_text("utf-8"), parse_float=Decimal
    )


def sheet(product: Product, language: str) -> Translation:
    """A stand-in for a translator: the supplier's own translations, put together as a sheet.

    It knows only what the offer already said in the other language; a real one is a service.
    """
    known = product.translated(language)
    title = known.title if known is not None else product.title
    stated = {
        item.name_translated or item.name: item.value_translated or item.value
        for item in product.attributes
    }
    rows = "".join(f"<li>{escape(name)}: {escape(value)}</li>" for name, value in stated.items())
    return Translation(language, title, f"<p>{escape(title)}</p><ul>{rows}</ul>", "sheet")


@define
class World:
    """Everything outside the seller's application, with the times at which it happens.

    Attributes:
        terms: the seller's.
        sourced: the offer as the market shows it.
        memory: the pretend vendor.
        moment: the time at the vendor.
        country: of the buyer.
        spent: what the buyer spent with us before.
        financial: the shop's word for the order's payment.
        scans: the stages the parcel is scanned at, with days after dispatch.
        question: what the buyer writes.
        campaign: what brought the buyer, or empty when nobody did.
        start: when it all begins.
    """

    terms: Terms
    sourced: Sourced
    memory: Memory
    moment: datetime = _START
    country: str = "US"
    spent: Money = field(factory=lambda: Money("64.00", "USD"))
    financial: str = "PENDING"
    scans: tuple[tuple[Stage, int], ...] = (
        (Stage.ACCEPTED, 0),
        (Stage.EXPORT, 4),
        (Stage.LINE_HAUL, 10),
    )
    question: str = "Hello, where is my order {number}? It should be here by now."
    campaign: str = "travel-blog"
    start: datetime = _START

    @classmethod
    def make(cls, payload: Any = None, **changed: Any) -> "World":
        """A fresh world around a product-detail answer; terms and circumstances may be changed."""
        own = {name: changed.pop(name) for name in list(changed) if name in _CIRCUMSTANCES}
        terms = changed.pop("terms", None) or terms_of(**changed)
        found = shapes.sourced(
            payload if payload is not None else sample_offer(),
            language=terms.language,
            now=_START,
        )
        holder: list[World] = []
        server = MemoryServer(lambda: holder[0].moment)
        world = cls(terms, found, Memory.connect(server), **own)
        holder.append(world)
        server.state.add_offer(found)
        for line in _LINES:
            server.state.add_line(line)
        return world

    @property
    def offer_ref(self) -> Ref:
        """What the market calls the offer."""
        known = self.sourced.offer.ref
        return known if known is not None else Ref("memory", self.sourced.offer.id)

    def at(self, **later: int) -> datetime:
        """Move the vendor's clock to so long after the start, and answer it."""
        self.moment = self.start + timedelta(**later)
        return self.moment

    def buyer_orders(
        self,
        draft: ListingDraft,
        listing: Listing,
        stock: tuple[VirtualStock, ...],
        pieces: int,
        *,
        chosen: DraftVariant | None = None,
    ) -> Order:
        """A buyer orders so many of the chosen variant, or of the first; once."""
        known = self.memory.server.state.orders.get("1001")
        if known is not None:
            return known
        variant = chosen if chosen is not None else draft.variants[0]
        promise = next((item.promise for item in stock if item.sku_id == variant.sku_id), None)
        placed = self.at(hours=3)
        status = orders.read_status(
            "shopify",
            {"financial": self.financial, "fulfillment": "UNFULFILLED"},
            observed_at=placed,
        )
        order = Order(
            OrderId("1001"),
            listing.platform,
            Ref("memory", "1001"),
            placed,
            (OrderLine("line-1", variant.sku_id, pieces, variant.price, draft.title),),
            variant.price.currency,
            customer=Customer(_CUSTOMER, "Buyer", "buyer@example.com", country=self.country),
            ship_to=Address(
                "Buyer",
                self.country,
                ("12 Example Street",),
                "Springfield",
                "IL",
                "62701",
                phone="10000000000",
                email="buyer@example.com",
            ),
            reported=status.value,
            number="#1001",
            shipping=Price("0", variant.price.currency),
            ship_by=placed + self.terms.dispatch_within,
            deliver_by=promise.latest if promise is not None else None,
            touches=(
                (Touch(self.campaign, Medium.AFFILIATE, placed - timedelta(hours=2)),)
                if self.campaign
                else ()
            ),
            updated_at=placed,
        )
        self.memory.server.state.place_order(order)
        return order

    def supplier_ships(self, purchase: str) -> None:
        """The supplier hands the goods over."""
        self.at(days=2)
        event = TrackingEvent(
            "memory", "PU", "collected from the supplier", Stage.ACCEPTED, self.moment
        )
        self.memory.server.state.scan_purchase(purchase, f"SF{purchase}", (event,))

    def carrier_scans(self, shipment: Shipment) -> None:
        """The carrier scans the parcel a few times, and then no more; once."""
        state = self.memory.server.state
        if len(state.shipments[shipment.number].events) > 1:
            return
        sent = shipment.ship_date if shipment.ship_date is not None else self.moment
        events = tuple(
            TrackingEvent(
                "memory",
                stage.name[:3],
                f"parcel: {stage.value}",
                stage,
                sent + timedelta(days=days, hours=6),
                place=Place(country="CN"),
                number=shipment.number,
            )
            for stage, days in self.scans
        )
        state.scan(shipment.number, events)

    def buyer_asks(self, order: Order) -> datetime:
        """The buyer writes; once. Answers when."""
        asked = self.at(days=17, hours=1)
        if "T-1" not in self.memory.server.state.tickets:
            message = Message(
                "mail-1", Author.CUSTOMER, self.question.format(number=order.number), asked, "en"
            )
            ticket = Ticket(
                TicketId("T-1"),
                "mail",
                (message,),
                ref=Ref("memory", "T-1"),
                customer_id=_CUSTOMER,
                subject="My order",
            )
            self.memory.server.state.write(ticket)
        return asked

    @property
    def histories(self) -> dict[CustomerId, CustomerHistory]:
        """What the buyer bought from us before."""
        return {
            _CUSTOMER: CustomerHistory(_CUSTOMER, 2, self.spent, self.start - timedelta(days=20))
        }


_CIRCUMSTANCES = frozenset({"country", "spent", "financial", "scans", "question", "campaign"})
