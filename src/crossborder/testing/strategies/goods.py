"""Strategies for products, supply, stock and listings."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from crossborder.model.cost import CostPart, LandedCost
from crossborder.model.listing import (
    DraftVariant,
    FeeRule,
    Listing,
    ListingDraft,
    ListingRules,
    PayoutTerms,
    Platform,
)
from crossborder.model.product import SKU, Attribute, Image, Option, Product, Tag, Translation
from crossborder.model.purchase import Purchase, PurchaseLine
from crossborder.model.stock import (
    RealStock,
    SkuStock,
    StockBalance,
    StockMove,
    VirtualStock,
    Warehouse,
)
from crossborder.model.supply import MixRule, OfferLine, PriceTier, Supplier, SupplierOffer
from crossborder.testing.strategies.base import (
    built,
    countries,
    currencies,
    durations,
    ids,
    made,
    moments,
    pieces,
    shares,
    some,
)
from crossborder.testing.strategies.basics import money, prices

__all__ = [
    "attributes",
    "cost_parts",
    "draft_variants",
    "fee_rules",
    "images",
    "landed_costs",
    "listing_drafts",
    "listing_rules",
    "listings",
    "mix_rules",
    "offer_lines",
    "offers",
    "options",
    "payout_terms",
    "platforms",
    "price_tiers",
    "products",
    "purchase_lines",
    "purchases",
    "real_stock",
    "sku_stock",
    "skus",
    "stock_balances",
    "stock_moves",
    "suppliers",
    "tags",
    "translations",
    "virtual_stock",
    "warehouses",
]


def _perhaps(price: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return st.none() | price


@made(Attribute)
def attributes() -> SearchStrategy[Attribute]:
    """Stated properties."""
    return built(Attribute)


@made(Option)
def options() -> SearchStrategy[Option]:
    """Choices that tell SKUs apart."""
    return built(Option)


@made(Image)
def images() -> SearchStrategy[Image]:
    """Pictures by address."""
    return built(Image, url=ids().map(lambda name: f"https://images.example/{name}.jpg"))


@made(Tag)
def tags() -> SearchStrategy[Tag]:
    """Tags."""
    return built(Tag)


@made(Translation)
def translations() -> SearchStrategy[Translation]:
    """Translations into a few languages."""
    return built(Translation, language=st.sampled_from(["en", "pt-BR", "de", "ja"]))


@made(SKU)
def skus() -> SearchStrategy[SKU]:
    """Buyable variants."""
    return built(SKU)


def _distinct(item: SearchStrategy[Any], name: str, *, least: int) -> SearchStrategy[Any]:
    """A few, no two alike in that field."""
    return st.lists(item, min_size=least, max_size=3, unique_by=lambda one: getattr(one, name)).map(
        tuple
    )


@made(Product)
def products() -> SearchStrategy[Product]:
    """Products with one to three SKUs."""
    return built(
        Product,
        language=st.sampled_from(["zh", "en"]),
        skus=_distinct(skus(), "id", least=1),
        translations=_distinct(translations(), "language", least=0),
    )


@made(Supplier)
def suppliers() -> SearchStrategy[Supplier]:
    """Suppliers."""
    return built(Supplier)


@made(PriceTier)
def price_tiers(currency: str | None = None) -> SearchStrategy[PriceTier]:
    """One tier."""
    price = prices(currency)
    return st.builds(PriceTier, pieces(1), price, _perhaps(price))


@made(MixRule)
def mix_rules() -> SearchStrategy[MixRule]:
    """Mix rules, also ones that ask for nothing."""
    return built(MixRule)


@made(OfferLine)
def offer_lines(currency: str | None = None) -> SearchStrategy[OfferLine]:
    """SKUs in an offer."""
    price = _perhaps(prices(currency))
    return built(OfferLine, unit_price=price, one_piece_price=price, channel_price=price)


@made(SupplierOffer)
def offers(currency: str | None = None) -> SearchStrategy[SupplierOffer]:
    """Offers of one currency, with tiers that rise in quantity."""

    def of_currency(code: str) -> SearchStrategy[SupplierOffer]:
        tiers = _distinct(price_tiers(code), "min_quantity", least=0)
        return built(
            SupplierOffer,
            lines=_distinct(offer_lines(code), "sku_id", least=1),
            currency=st.just(code),
            tiers=tiers.map(lambda few: tuple(sorted(few, key=lambda tier: tier.min_quantity))),
            moq=pieces(1),
            multiple=pieces(1),
        )

    return st.just(currency).flatmap(of_currency) if currency else currencies().flatmap(of_currency)


@made(CostPart)
def cost_parts(currency: str | None = None) -> SearchStrategy[CostPart]:
    """Parts of a cost."""
    return built(CostPart, money=money(currency))


@made(LandedCost)
def landed_costs() -> SearchStrategy[LandedCost]:
    """Costs whose parts are of one currency."""
    return currencies().flatmap(
        lambda code: built(LandedCost, parts=some(cost_parts(code), least=1))
    )


@made(PurchaseLine)
def purchase_lines(currency: str | None = None) -> SearchStrategy[PurchaseLine]:
    """What is bought."""
    return built(PurchaseLine, quantity=pieces(1), unit_price=prices(currency))


@made(Purchase)
def purchases() -> SearchStrategy[Purchase]:
    """Orders to a supplier, in one currency."""

    def of_currency(code: str) -> SearchStrategy[Purchase]:
        sums = _perhaps(money(code))
        lines = some(purchase_lines(code), least=1)
        return built(Purchase, lines=lines, total=sums, freight=sums)

    return currencies().flatmap(of_currency)


@made(Warehouse)
def warehouses() -> SearchStrategy[Warehouse]:
    """Warehouses in a few countries."""
    zones = st.sampled_from(["UTC", "Asia/Shanghai", "America/New_York"])
    return built(Warehouse, country=countries(), zone=zones)


@made(RealStock)
def real_stock() -> SearchStrategy[RealStock]:
    """Goods that are there, also oversold ones."""
    return built(RealStock)


@made(StockMove)
def stock_moves() -> SearchStrategy[StockMove]:
    """Goods in and out."""
    return built(StockMove, quantity=st.integers(-100_000, 100_000), confidence=_sureness())


@made(StockBalance)
def stock_balances() -> SearchStrategy[StockBalance]:
    """Sums of moves."""
    return built(StockBalance, quantity=st.integers(-100_000, 100_000), confidence=_sureness())


@made(SkuStock)
def sku_stock() -> SearchStrategy[SkuStock]:
    """What a ledger says of a SKU."""
    return built(SkuStock)


def _sureness() -> SearchStrategy[Any]:
    return st.none() | shares()


@made(VirtualStock)
def virtual_stock() -> SearchStrategy[VirtualStock]:
    """Stock to be bought, sellable until its order-by time or shorter."""

    def until(order_by: Any) -> SearchStrategy[VirtualStock]:
        earlier = durations().map(lambda length: order_by - length)
        return built(
            VirtualStock,
            order_by=st.just(order_by),
            sellable_until=earlier,
            confidence=shares(),
        )

    return moments().flatmap(until)


@made(FeeRule)
def fee_rules() -> SearchStrategy[FeeRule]:
    """Fees by share, by order and by month."""
    return built(FeeRule)


@made(PayoutTerms)
def payout_terms() -> SearchStrategy[PayoutTerms]:
    """Payout terms."""
    return built(PayoutTerms)


@made(ListingRules)
def listing_rules() -> SearchStrategy[ListingRules]:
    """What a platform accepts."""
    return built(ListingRules)


@made(Platform)
def platforms() -> SearchStrategy[Platform]:
    """Places to sell."""
    return built(Platform, currency=currencies())


@made(DraftVariant)
def draft_variants(currency: str | None = None) -> SearchStrategy[DraftVariant]:
    """SKUs of a draft."""
    return built(DraftVariant, price=prices(currency))


@made(ListingDraft)
def listing_drafts() -> SearchStrategy[ListingDraft]:
    """Drafts priced in one currency."""
    return currencies().flatmap(
        lambda code: built(
            ListingDraft, variants=_distinct(draft_variants(code), "sku_id", least=1)
        )
    )


@made(Listing)
def listings() -> SearchStrategy[Listing]:
    """What stands on a platform."""
    url = ids().map(lambda name: f"https://shop.example/{name}")
    variant_refs = st.dictionaries(ids(), ids(), max_size=3)
    return built(Listing, url=st.none() | url, variant_refs=variant_refs)
