"""Stage 1, and the buying of stage 8: what a sourcing platform may be able to do."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from attrs import field, frozen

from crossborder.conversation import Flow, Page
from crossborder.model.check import checked
from crossborder.model.extra import Extra
from crossborder.model.ids import Ref
from crossborder.model.money import Money, Price
from crossborder.model.outcome import Outcome, Problem
from crossborder.model.place import Address
from crossborder.model.product import Product
from crossborder.model.purchase import Purchase
from crossborder.model.supply import SupplierOffer
from crossborder.model.tracking import TrackingEvent

__all__ = ["Found", "OfferSource", "Preview", "PurchaseTracer", "Purchasing", "Sourced"]


@frozen(field_transformer=checked)
class Sourced:
    """An offer as a platform shows it: the product and the terms."""

    product: Product
    offer: SupplierOffer


@frozen(field_transformer=checked)
class Found:
    """One hit of a search: enough to choose, not enough to buy.

    Attributes:
        ref: the platform's id of the offer.
        title: as shown.
        title_translated: the platform's translation, or None.
        price: the shown price, or None.
        moq: or None.
        image_url: or None.
        sold_a_month: pieces, or None.
        extra: what the platform said beyond this.
    """

    ref: Ref
    title: str
    title_translated: str | None = None
    price: Price | None = None
    moq: int | None = None
    image_url: str | None = None
    sold_a_month: int | None = None
    extra: Extra = field(factory=Extra)


@frozen(field_transformer=checked)
class Preview:
    """What a purchase would cost, before it is placed.

    Attributes:
        goods: the sum of the lines.
        freight: domestic freight.
        total: what would be paid.
        trade_types: how it can be paid; empty means it cannot be ordered.
        problems: why parts of it cannot be bought.
        extra: what the platform said beyond this.
    """

    goods: Money
    freight: Money
    total: Money
    trade_types: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    extra: Extra = field(factory=Extra)


class OfferSource(Protocol):
    """Shows suppliers' offers."""

    @abstractmethod
    def offer(self, ref: Ref, *, language: str, now: datetime) -> Flow[Sourced]:
        """One offer whole; `now` is kept as the time of observation."""
        ...

    @abstractmethod
    def search(
        self, keyword: str, *, language: str, cursor: str | None = None
    ) -> Flow[Page[Found]]:
        """Offers for a keyword, page by page."""
        ...


class Purchasing(Protocol):
    """Buys from suppliers."""

    @abstractmethod
    def preview(self, purchase: Purchase, *, ship_to: Address) -> Flow[Outcome[Preview]]:
        """What the purchase would cost now."""
        ...

    @abstractmethod
    def place(self, purchase: Purchase, *, ship_to: Address) -> Flow[Outcome[Purchase]]:
        """Place the purchase once, whatever is lost on the way; `purchase.id` goes with it."""
        ...

    @abstractmethod
    def pay_purchase(self, purchase: Purchase) -> Flow[Outcome[Purchase]]:
        """Pay by automatic debit, or leave a `pay_url` for a person."""
        ...

    @abstractmethod
    def purchase(self, purchase: Purchase) -> Flow[Purchase]:
        """The purchase as it stands at the platform now, with its waybills."""
        ...


class PurchaseTracer(Protocol):
    """Shows the domestic way of what was bought."""

    @abstractmethod
    def trace(self, purchase: Purchase) -> Flow[tuple[TrackingEvent, ...]]:
        """The scans of the parcels on their way to us; none when nothing was sent yet."""
        ...
