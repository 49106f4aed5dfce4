"""Who sells to us, on which terms, and what we bought."""

from datetime import datetime, timedelta
from enum import StrEnum

from attrs import evolve, field, frozen

from crossborder.errors import IllegalMove
from crossborder.model.check import checked, refuse
from crossborder.model.extra import Extra
from crossborder.model.ids import OfferId, OrderId, ProductId, PurchaseId, Ref, SkuId, SupplierId
from crossborder.model.money import Money, Price, agree, currency_code, total

__all__ = [
    "CostPart",
    "LandedCost",
    "MixRule",
    "OfferLine",
    "PriceTier",
    "Purchase",
    "PurchaseLine",
    "PurchaseStatus",
    "Quoting",
    "Supplier",
    "SupplierOffer",
]


@frozen(field_transformer=checked)
class Supplier:
    """The one who sells to us.

    Attributes:
        id: our id of the supplier.
        name: as the source has it; may be empty.
        ref: the platform's id of the shop.
        identities: the platform's badges, such as `super_factory`.
        scores: stated scores by name, as the source wrote them.
        extra: what the source said beyond this.
    """

    id: SupplierId
    name: str = ""
    ref: Ref | None = None
    identities: tuple[str, ...] = ()
    scores: Extra = field(factory=Extra)
    extra: Extra = field(factory=Extra)


class Quoting(StrEnum):
    """What the supplier's prices hang on."""

    OFFER = "offer"
    """The offer has no SKUs; tiers stand on it (1688 quoteType 0)."""
    SKU = "sku"
    """Each SKU has its price (1688 quoteType 1)."""
    TIERS = "tiers"
    """SKUs exist, the tiers stand on the offer and count over its SKUs (1688 quoteType 2)."""


@frozen(field_transformer=checked)
class PriceTier:
    """From this many pieces on, this price each.

    Attributes:
        min_quantity: pieces; at least 1.
        unit_price: for one piece.
        member_price: for members of the platform's programme only: never cost with it unasked.
    """

    min_quantity: int
    unit_price: Price
    member_price: Price | None = None

    def __attrs_post_init__(self) -> None:
        if self.min_quantity < 1:
            raise refuse(self, "min_quantity", self.min_quantity, "must be at least 1")


@frozen(field_transformer=checked)
class MixRule:
    """Mixed batch (混批): over a seller's mixable goods, either sum waives each offer's MOQ.

    Attributes:
        min_amount: the money that is enough, or None.
        min_pieces: the pieces that are enough, or None.
    """

    min_amount: Price | None = None
    min_pieces: int | None = None

    def met(self, amount: Money, pieces: int) -> bool:
        """Whether a cart of this much money and this many pieces waives the MOQ."""
        by_amount = self.min_amount is not None and amount >= self.min_amount
        return by_amount or (self.min_pieces is not None and pieces >= self.min_pieces)


@frozen(field_transformer=checked)
class OfferLine:
    """One SKU inside an offer.

    Attributes:
        sku_id: our SKU.
        available: pieces the supplier says it has; None when it does not count (99999 on 1688).
        unit_price: the SKU's own wholesale price, or None when the tiers rule.
        one_piece_price: the price of one, bought alone, for dropshipping, or None.
        channel_price: a price agreed with this buyer, or None.
        ref: what ordering wants (1688 `specId`), or None when the offer has no SKUs.
    """

    sku_id: SkuId
    available: int | None = None
    unit_price: Price | None = None
    one_piece_price: Price | None = None
    channel_price: Price | None = None
    ref: Ref | None = None


@frozen(field_transformer=checked)
class SupplierOffer:
    """A supplier's terms for a product.

    Attributes:
        id: our id of the offer.
        supplier: who offers.
        product_id: our product.
        lines: the SKUs on offer.
        currency: of every price here.
        observed_at: when these terms were read: a stock figure grows old.
        quoting: what the prices hang on.
        tiers: by rising quantity, or empty.
        moq: smallest quantity over the offer.
        multiple: quantities must be multiples of this (一手).
        mix: the supplier's mix rule, or None.
        one_piece: whether single pieces may be bought for dropshipping (一件代发).
        free_postage: whether domestic freight is in the one-piece price.
        valid_from: when the terms begin, or None.
        valid_until: when they end, or None.
        handling: how long the supplier says it takes to hand over, or None.
        ship_from: where it ships from, as text.
        unit: the unit of sale, as the source has it (件, 双, 箱).
        orderable: False when the source's lifecycle word forbids buying.
        ref: the platform's id of the offer.
        extra: what the source said beyond this.
    """

    id: OfferId
    supplier: Supplier
    product_id: ProductId
    lines: tuple[OfferLine, ...]
    currency: str = field(validator=currency_code)
    observed_at: datetime
    quoting: Quoting = Quoting.SKU
    tiers: tuple[PriceTier, ...] = ()
    moq: int = 1
    multiple: int = 1
    mix: MixRule | None = None
    one_piece: bool = False
    free_postage: bool = False
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    handling: timedelta | None = None
    ship_from: str = ""
    unit: str = ""
    orderable: bool = True
    ref: Ref | None = None
    extra: Extra = field(factory=Extra)

    def __attrs_post_init__(self) -> None:
        if not self.lines:
            raise refuse(self, "lines", self.lines, "must hold at least one SKU")
        if self.moq < 1:
            raise refuse(self, "moq", self.moq, "must be at least 1")
        if self.multiple < 1:
            raise refuse(self, "multiple", self.multiple, "must be at least 1")
        starts = [tier.min_quantity for tier in self.tiers]
        if starts != sorted(set(starts)):
            raise refuse(self, "tiers", starts, "must rise in quantity, one tier each")
        for tier in self.tiers:
            agree(self, self.currency, tiers=tier.unit_price)
            agree(self, self.currency, tiers=tier.member_price)
        for line in self.lines:
            for price in (line.unit_price, line.one_piece_price, line.channel_price):
                agree(self, self.currency, lines=price)

    def line(self, sku_id: SkuId) -> OfferLine:
        """The line of that SKU; `InvalidValue` when the offer has none."""
        for line in self.lines:
            if line.sku_id == sku_id:
                return line
        raise refuse(self, "lines", sku_id, "has no such SKU")

    def _repr_html_(self) -> str:
        from crossborder.display import html_table

        rows = ((tier.min_quantity, tier.unit_price) for tier in self.tiers)
        return html_table(("from", "unit price"), rows, caption=str(self.ref or self.id))


@frozen(field_transformer=checked)
class CostPart:
    """One named part of a cost: goods, domestic_freight, agent_fee, international_freight, duty,
    packing, fx or residue.
    """

    kind: str
    money: Money


@frozen(field_transformer=checked)
class LandedCost:
    """What one unit costs where it is sold from; the parts add up to it exactly.

    >>> cost = LandedCost((CostPart("goods", Money("13.9", "CNY")),
    ...                    CostPart("domestic_freight", Money("0.40", "CNY"))))
    >>> cost.total
    Money('14.30', 'CNY')
    """

    parts: tuple[CostPart, ...]

    def __attrs_post_init__(self) -> None:
        if not self.parts:
            raise refuse(self, "parts", self.parts, "must hold at least one part")
        currencies = {part.money.currency for part in self.parts}
        if len(currencies) > 1:
            raise refuse(self, "parts", sorted(currencies), "must be of one currency")

    @property
    def total(self) -> Money:
        """The sum of the parts."""
        return total((part.money for part in self.parts), self.parts[0].money.currency)


class PurchaseStatus(StrEnum):
    """Where a purchase order stands."""

    PLANNED = "planned"
    PLACED = "placed"
    PAID = "paid"
    PARTIALLY_SHIPPED = "partially_shipped"
    SHIPPED = "shipped"
    RECEIVED = "received"
    CLOSED = "closed"
    CANCELLED = "cancelled"


_PURCHASE_PATH = (
    PurchaseStatus.PLANNED,
    PurchaseStatus.PLACED,
    PurchaseStatus.PAID,
    PurchaseStatus.PARTIALLY_SHIPPED,
    PurchaseStatus.SHIPPED,
    PurchaseStatus.RECEIVED,
    PurchaseStatus.CLOSED,
)


@frozen(field_transformer=checked)
class PurchaseLine:
    """What is bought for which order line.

    Attributes:
        sku_id: our SKU.
        quantity: pieces bought; at least 1.
        unit_price: the price we expect to pay for one.
        offer_ref: the platform's offer.
        line_ref: what ordering wants for the SKU (1688 `specId`), or None.
        order_id: the sales order it serves, or None for stock.
        order_line: the id of the sales order's line, or None.
    """

    sku_id: SkuId
    quantity: int
    unit_price: Price
    offer_ref: Ref | None = None
    line_ref: Ref | None = None
    order_id: OrderId | None = None
    order_line: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.quantity < 1:
            raise refuse(self, "quantity", self.quantity, "must be at least 1")


@frozen(field_transformer=checked)
class Purchase:
    """An order of ours to one supplier.

    Attributes:
        id: our id; sent to the platform as its outside order id.
        supplier_id: one supplier a purchase.
        lines: what is bought.
        status: where it stands.
        buy_by: latest moment to place it, or None.
        total: what it cost or will cost, freight included, or None before a preview.
        freight: the domestic freight in `total`, or None.
        refs: the platform's order ids (one purchase may be split by the platform).
        pay_url: where a person pays, or None.
        flags: such as `seller_action`, `label_created`, `unconfirmed`, `after_payment`.
        native: the platform's own status word.
        waybills: domestic tracking numbers towards us.
        extra: what the platform said beyond this.
    """

    id: PurchaseId
    supplier_id: SupplierId
    lines: tuple[PurchaseLine, ...]
    status: PurchaseStatus = PurchaseStatus.PLANNED
    buy_by: datetime | None = None
    total: Money | None = None
    freight: Money | None = None
    refs: tuple[Ref, ...] = ()
    pay_url: str | None = None
    flags: frozenset[str] = frozenset()
    native: str = ""
    waybills: tuple[str, ...] = ()
    extra: Extra = field(factory=Extra)

    def __attrs_post_init__(self) -> None:
        if not self.lines:
            raise refuse(self, "lines", self.lines, "must hold at least one line")
        currency = self.lines[0].unit_price.currency
        for line in self.lines:
            agree(self, currency, lines=line.unit_price)
        agree(self, currency, total=self.total, freight=self.freight)

    @property
    def expected(self) -> Money:
        """The sum of the lines at the prices we expect, without freight."""
        currency = self.lines[0].unit_price.currency
        return total((line.unit_price * line.quantity for line in self.lines), currency)

    def moved(self, status: PurchaseStatus, *, refunded: bool = False) -> "Purchase":
        """The purchase in a later status.

        Raises:
            IllegalMove: backwards, out of an end, or cancelled after payment without a refund.
        """
        if status is self.status:
            return self
        if status is PurchaseStatus.CANCELLED:
            place = _PURCHASE_PATH.index(self.status)
            paid = place >= _PURCHASE_PATH.index(PurchaseStatus.PAID)
            legal = place < _PURCHASE_PATH.index(PurchaseStatus.RECEIVED) and (refunded or not paid)
        else:
            legal = self.status in _PURCHASE_PATH and _PURCHASE_PATH.index(
                status
            ) > _PURCHASE_PATH.index(self.status)
        if not legal:
            raise IllegalMove(
                f"cannot follow {self.status.value}",
                field="status",
                value=status.value,
                source="Purchase",
            )
        return evolve(self, status=status)
