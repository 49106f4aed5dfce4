"""Terms of an offer: prices, quantities, the seller."""

import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from attrs import frozen

from crossborder.adapters.alibaba1688.reading import kept, price
from crossborder.adapters.alibaba1688.rules import VENDOR
from crossborder.errors import Unreadable
from crossborder.model.extra import Extra
from crossborder.model.ids import Ref, SkuId, SupplierId
from crossborder.model.money import Price
from crossborder.model.supply import MixRule, OfferLine, PriceTier, Quoting, Supplier
from crossborder.wire.numbers import percent
from crossborder.wire.payload import Payload

__all__ = ["Terms", "terms"]

_QUOTING = {0: Quoting.OFFER, 1: Quoting.SKU, 2: Quoting.TIERS}
# 99999 and its like stand where a seller does not count; 166761 is a real stock figure.
_NOT_COUNTED = re.compile(r"9{5,}")
_HOURS = re.compile(r"shipIn([0-9]{1,4})Hours")
_TODAY = "shipInToday"
# Stated as shares, at times with a percent sign and at times without; the rest are 0 to 5.
_SHARES = frozenset(
    {"collect30DayWithin48HPercent", "qualityRefundWithin30Day", "repeatPurchasePercent"}
)


@frozen
class Terms:
    """What an offer states for all its SKUs; the fields are those of `SupplierOffer`.

    Attributes:
        available: pieces of an offer without SKUs.
        one_piece_price: for SKUs that state none of their own.
        channel: prices agreed with this buyer, by `skuId`.
    """

    supplier: Supplier
    quoting: Quoting
    tiers: tuple[PriceTier, ...]
    moq: int
    multiple: int
    mix: MixRule | None
    one_piece: bool
    free_postage: bool
    handling: timedelta | None
    ship_from: str
    unit: str
    available: int | None
    one_piece_price: Price | None
    channel: Mapping[str, Price]
    extra: Extra

    def line(self, item: Payload, ours: SkuId, sku_id: str, spec: Ref | None) -> OfferLine:
        """The terms of one SKU; without a `sku_id` those of the whole offer."""
        counted = _available(item) if sku_id or spec is not None else self.available
        # Where tiers rule, a price beside them is not what is paid: it stays in `extra`.
        own = price(item, "price") if self.quoting is Quoting.SKU or not self.tiers else None
        alone, agreed = self._one_piece_price(item), self.channel.get(sku_id)
        return OfferLine(ours, counted, own, alone, agreed, spec)

    def _one_piece_price(self, item: Payload) -> Price | None:
        if not self.one_piece:
            return None
        own = price(_part(item, "fenxiaoPriceInfo"), "onePiecePrice")
        return own or price(item, "consignPrice") or self.one_piece_price


def terms(top: Payload) -> Terms:
    """The terms in an offer's detail."""
    sale = _part(top, "productSaleInfo")
    fenxiao, unit = _part(sale, "fenxiaoSaleInfo"), _part(sale, "unitInfo")
    shipping = _part(top, "productShippingInfo")
    tags = {tag.text("key"): tag.raw("value") for tag in top.each("tagInfoList")}
    one_piece = _yes(tags.get("isOnePsale"))
    free_postage = fenxiao.flag("onePieceFreePostage") or _yes(tags.get("isOnePsaleFreePostage"))
    tiers = tuple(sorted(map(_tier, sale.each("priceRangeList")), key=_start))
    promised = shipping.maybe_text("shippingTimeGuarantee") or ""
    handling, mix = _handling(promised), _mix(top)
    quoting, available = _quoting(top, sale, tiers), _available(sale)
    alone = None
    if one_piece:
        alone = price(fenxiao, "onePiecePrice") or price(sale, "consignPrice")
    unit_name = unit.maybe_text("unit") or ""
    extra = {
        "amountOnSale": sale.raw("amountOnSale") if top.each("productSkuInfos") else None,
        "tags": tags,
        "sellerMixSetting": None if mix is not None else top.raw("sellerMixSetting"),
        "shippingTimeGuarantee": promised if handling is None else None,
    }
    left = kept(sale, fenxiaoSaleInfo=kept(fenxiao), unitInfo=kept(unit))
    return Terms(
        _supplier(top),
        quoting,
        tiers,
        _count(top, "minOrderQuantity"),
        _count(top, "batchNumber"),
        mix,
        one_piece,
        free_postage,
        handling,
        shipping.maybe_text("sendGoodsAddressText") or "",
        unit_name,
        available,
        alone,
        _channel(top),
        Extra({**left, **{name: value for name, value in extra.items() if value}}),
    )


def _part(whole: Payload, name: str) -> Payload:
    """The object inside, an empty one where nothing stands."""
    empty = Payload({}, source=whole.source, at=whole.path(name))
    return whole.maybe_one(name) or empty


def _yes(value: object) -> bool:
    return value is True or str(value).casefold() == "true"


def _start(tier: PriceTier) -> int:
    return tier.min_quantity


def _tier(item: Payload) -> PriceTier:
    unit_price = price(item, "price")
    if unit_price is None:
        raise item.refuse("price", item.raw("price"), "is no price")
    start = item.integer("startQuantity")
    return PriceTier(start or 1, unit_price, price(item, "promotionPrice"))


def _quoting(top: Payload, sale: Payload, tiers: tuple[PriceTier, ...]) -> Quoting:
    """What the prices hang on; where the offer does not say, the place of its prices does."""
    stated = sale.maybe_integer("quoteType")
    if stated is None:
        if not top.each("productSkuInfos"):
            return Quoting.OFFER
        return Quoting.TIERS if tiers else Quoting.SKU
    if stated not in _QUOTING:
        raise sale.refuse("quoteType", stated, "is not a way of quoting that is known")
    return _QUOTING[stated]


def _available(item: Payload) -> int | None:
    """Pieces on sale: missing means none, a row of nines that nobody counts."""
    number = item.maybe_integer("amountOnSale") or 0
    if number < 0:
        raise item.refuse("amountOnSale", number, "is negative")
    return None if _NOT_COUNTED.fullmatch(str(number)) else number


def _count(top: Payload, name: str) -> int:
    number = top.maybe_integer(name) or 1
    if number < 1:
        raise top.refuse(name, number, "is negative")
    return number


def _mix(top: Payload) -> MixRule | None:
    """Mixed batch, where the seller allows it; a limit of zero is none."""
    item = _part(top, "sellerMixSetting")
    if not item.flag("generalHunpi"):
        return None
    amount, pieces = price(item, "mixAmount"), item.maybe_integer("mixNumber") or None
    return MixRule(amount, pieces) if amount or pieces else None


def _channel(top: Payload) -> dict[str, Price]:
    items = _part(top, "channelPrice").each("channelSkuPriceList")
    prices = {item.text("skuId"): price(item, "currentPrice") for item in items}
    return {sku_id: own for sku_id, own in prices.items() if own is not None}


def _handling(promised: str) -> timedelta | None:
    """Time to hand-over; "today" is within a day, as no hour is stated."""
    hours = _HOURS.fullmatch(promised.strip())
    if hours:
        return timedelta(hours=int(hours[1]))
    return timedelta(days=1) if promised.strip() == _TODAY else None


def _supplier(top: Payload) -> Supplier:
    shop = top.text("sellerOpenId")
    scores, rest = _scores(_part(top, "sellerDataInfo"))
    badges = (*top.texts("sellerIdentities"), *top.texts("offerIdentities"))
    return Supplier(
        SupplierId(f"{VENDOR}:{shop}"),
        top.maybe_text("companyName") or "",
        Ref(VENDOR, shop),
        tuple(dict.fromkeys(filter(None, badges))),
        Extra(scores),
        rest,
    )


def _scores(data: Payload) -> tuple[dict[str, Decimal], Extra]:
    """Scores as numbers from 0 to 5 and shares as fractions; what is neither stays as it came."""
    scores: dict[str, Decimal] = {}
    rest: dict[str, object] = {}
    for name, value in data.unread().items():
        try:
            number = percent(value) if name in _SHARES else data.maybe_decimal(name)
        except Unreadable:
            rest[name] = value
        else:
            if number is not None:
                scores[name] = number
    return scores, Extra(rest)
