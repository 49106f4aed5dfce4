"""A sales order: its lines, what left for it, and its status in two views."""

from datetime import datetime

from attrs import evolve, field, frozen

from crossborder.errors import IllegalMove
from crossborder.model.check import checked, refuse
from crossborder.model.currency import currency_code
from crossborder.model.customer import Customer
from crossborder.model.extra import Extra
from crossborder.model.ids import OrderId, Ref, SkuId
from crossborder.model.ledger import MoneyLedger
from crossborder.model.money import Money, Price, agree, total
from crossborder.model.place import Address
from crossborder.model.promotion import Touch
from crossborder.model.status import FulfilmentState, OrderState, OrderStatus

__all__ = ["Fulfilment", "FulfilmentLine", "Order", "OrderLine"]


@frozen(field_transformer=checked)
class OrderLine:
    """One line of an order.

    Attributes:
        id: the platform's id of the line, as text.
        sku_id: our SKU, or the platform's SKU text when we do not know it.
        quantity: pieces ordered; at least 1.
        unit_price: for one, before discounts.
        title: as the buyer saw it.
        discount: over the line.
        tax: over the line.
        cancelled: pieces cancelled of the quantity.
        extra: what the platform said beyond this.
    """

    id: str
    sku_id: SkuId
    quantity: int
    unit_price: Price
    title: str = ""
    discount: Price | None = None
    tax: Price | None = None
    cancelled: int = 0
    extra: Extra = field(factory=Extra)

    def __attrs_post_init__(self) -> None:
        if self.quantity < 1:
            raise refuse(self, "quantity", self.quantity, "must be at least 1")
        if self.cancelled > self.quantity:
            raise refuse(self, "cancelled", self.cancelled, "is more than was ordered")

    @property
    def net(self) -> Money:
        """Price times quantity, less the discount, without tax."""
        gross = self.unit_price * self.quantity
        return gross - self.discount if self.discount is not None else gross

    @property
    def wanted(self) -> int:
        """Pieces still wanted."""
        return self.quantity - self.cancelled


@frozen(field_transformer=checked)
class FulfilmentLine:
    """How many pieces of which order line are in a fulfilment."""

    line_id: str
    quantity: int


@frozen(field_transformer=checked)
class Fulfilment:
    """Goods of an order that leave together.

    Attributes:
        id: our id.
        order_id: the order.
        lines: what is in it.
        carrier: the carrier's name, as the buyer knows it.
        numbers: tracking numbers, the buyer's first.
        url: where the buyer tracks it, or None.
        dispatched_at: when it left, or None while it is only planned.
        delivered_at: when it arrived, or None.
        ref: the platform's id of it, or None until it is reported.
        cancelled: taken back before it left.
    """

    id: str
    order_id: OrderId
    lines: tuple[FulfilmentLine, ...]
    carrier: str = ""
    numbers: tuple[str, ...] = ()
    url: str | None = None
    dispatched_at: datetime | None = None
    delivered_at: datetime | None = None
    ref: Ref | None = None
    cancelled: bool = False


@frozen(field_transformer=checked)
class Order:
    """A sales order as we know it.

    Attributes:
        id: our id.
        platform: where it was placed.
        ref: the platform's id.
        placed_at: when.
        lines: at least one.
        currency: of every amount here.
        customer: who bought.
        ship_to: where it goes, or None while the platform withholds it.
        reported: the status as the platform's words map.
        number: what the buyer calls it, such as `#1001`.
        shipping: what the buyer paid for freight.
        ship_by: latest dispatch, or None.
        deliver_by: what the buyer was promised, or None.
        ledger: the money's facts, or None while there are none.
        fulfilments: what left or will leave.
        touches: how the buyer came, earliest first.
        updated_at: the platform's time of the last change, or None.
        extra: what the platform said beyond this.
    """

    id: OrderId
    platform: str
    ref: Ref
    placed_at: datetime
    lines: tuple[OrderLine, ...]
    currency: str = field(validator=currency_code)
    customer: Customer | None = None
    ship_to: Address | None = None
    reported: OrderStatus = field(factory=OrderStatus)
    number: str = ""
    shipping: Price | None = None
    ship_by: datetime | None = None
    deliver_by: datetime | None = None
    ledger: MoneyLedger | None = None
    fulfilments: tuple[Fulfilment, ...] = ()
    touches: tuple[Touch, ...] = ()
    updated_at: datetime | None = None
    extra: Extra = field(factory=Extra)

    def __attrs_post_init__(self) -> None:
        if not self.lines:
            raise refuse(self, "lines", self.lines, "must hold at least one line")
        ids = [line.id for line in self.lines]
        if len(set(ids)) < len(ids):
            raise refuse(self, "lines", ids, "has two lines of one id")
        for line in self.lines:
            for price in (line.unit_price, line.discount, line.tax):
                agree(self, self.currency, lines=price)
        agree(self, self.currency, shipping=self.shipping)
        if self.ledger is not None:
            agree(self, self.currency, ledger=self.ledger.due)

    @property
    def goods(self) -> Money:
        """The lines after discounts, without tax and freight."""
        return total((line.net for line in self.lines), self.currency)

    @property
    def total(self) -> Money:
        """Goods, tax and freight: what the buyer pays."""
        more: list[Money] = [line.tax for line in self.lines if line.tax is not None]
        if self.shipping is not None:
            more.append(self.shipping)
        return total((self.goods, *more), self.currency)

    def line(self, line_id: str) -> OrderLine:
        """The line of that id; `InvalidValue` when there is none."""
        for line in self.lines:
            if line.id == line_id:
                return line
        raise refuse(self, "lines", line_id, "has no such line")

    @property
    def computed(self) -> OrderStatus:
        """What our own facts say: payment from the ledger, fulfilment from lines and parcels.

        A part without facts is None.
        """
        payment = self.ledger.state if self.ledger is not None else None
        return OrderStatus(payment=payment, fulfilment=self._fulfilment())

    def _fulfilment(self) -> FulfilmentState | None:
        kept = [item for item in self.fulfilments if not item.cancelled]
        if not kept:
            return None
        wanted = {line.id: line.wanted for line in self.lines}
        if not any(wanted.values()):
            return FulfilmentState.CANCELLED
        sent: dict[str, int] = {}
        arrived: dict[str, int] = {}
        for item in kept:
            for line in item.lines:
                if item.dispatched_at is not None:
                    sent[line.line_id] = sent.get(line.line_id, 0) + line.quantity
                if item.delivered_at is not None:
                    arrived[line.line_id] = arrived.get(line.line_id, 0) + line.quantity
        if all(arrived.get(name, 0) >= pieces for name, pieces in wanted.items()):
            return FulfilmentState.DELIVERED
        if all(sent.get(name, 0) >= pieces for name, pieces in wanted.items()):
            return FulfilmentState.SHIPPED
        if any(sent.values()):
            return FulfilmentState.PARTIALLY_SHIPPED
        return FulfilmentState.IN_PROGRESS

    @property
    def status(self) -> OrderStatus:
        """Computed where we have facts, else reported; a disagreement is a `conflict:` flag."""
        mine, theirs = self.computed, self.reported
        flags = set(theirs.flags)
        for part, own, said in (
            ("payment", mine.payment, theirs.payment),
            ("fulfilment", mine.fulfilment, theirs.fulfilment),
        ):
            if own is not None and said is not None and own != said:
                flags.add(f"conflict:{part}")
        return evolve(
            theirs,
            payment=mine.payment if mine.payment is not None else theirs.payment,
            fulfilment=mine.fulfilment if mine.fulfilment is not None else theirs.fulfilment,
            flags=frozenset(flags),
        )

    def moved(self, state: OrderState) -> "Order":
        """The order with another order part; `IllegalMove` when there is no such step."""
        current = self.reported.order
        if current is not None and not current.leads_to(state):
            raise IllegalMove(
                f"cannot follow {current.value}", field="order", value=state.value, source="Order"
            )
        return evolve(self, reported=evolve(self.reported, order=state))

    def _repr_html_(self) -> str:
        from crossborder.display import html_table

        rows = ((line.sku_id, line.quantity, line.unit_price, line.net) for line in self.lines)
        return html_table(("SKU", "pieces", "price", "net"), rows, caption=self.number or self.id)
