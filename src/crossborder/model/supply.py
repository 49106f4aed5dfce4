"""Who sells to us, and on which terms."""

from datetime import datetime, timedelta
from enum import StrEnum

from attrs import field, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.currency import currency_code
from crossborder.model.extra import Extra
from crossborder.model.ids import OfferId, ProductId, Ref, SkuId, SupplierId
from crossborder.model.money import Money, Price, agree

__all__ = ["MixRule", "OfferLine", "PriceTier", "Quoting", "Supplier", "SupplierOffer"]


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

    def listed_price(self, line: OfferLine, pieces: int) -> Price | None:
        """What everybody pays for one of so many pieces; None when nothing is stated.

        Below the first tier it is the first tier's.
        """
        if line.unit_price is not None and (self.quoting is Quoting.SKU or not self.tiers):
            return line.unit_price
        reached = [tier for tier in self.tiers if tier.min_quantity <= pieces]
        first = self.tiers[0].unit_price if self.tiers else None
        return reached[-1].unit_price if reached else first

    def sells_singly(self, line: OfferLine) -> bool:
        """Whether one piece of this SKU can be bought below the MOQ, at a price that is known."""
        known = line.one_piece_price is not None or line.channel_price is not None
        return self.one_piece and known

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
