"""Offers: what product detail and keyword search answer → products, terms and hits.

Units: prices in yuan, weights in kg (in the deprecated `skuShippingInfoList` in grams), sizes in
cm. The vendor's field descriptions and a captured answer are the source.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crossborder.adapters.alibaba1688.reading import address, kept, opened, price, readable
from crossborder.adapters.alibaba1688.rules import SPEC, VENDOR
from crossborder.adapters.alibaba1688.shapes_packing import Packing, packing
from crossborder.adapters.alibaba1688.shapes_terms import Terms, terms
from crossborder.model.extra import Extra
from crossborder.model.ids import OfferId, ProductId, Ref, SkuId
from crossborder.model.product import SKU, Attribute, Image, Option, Product, Translation
from crossborder.model.supply import OfferLine, SupplierOffer
from crossborder.protocols.sourcing import Found, Sourced
from crossborder.wire.html import sanitise
from crossborder.wire.payload import Payload

__all__ = ["found", "gone", "sourced"]

_CHINESE = "zh"
# The attributes 品牌 and 货号.
_BRAND = "2176"


def sourced(payload: Mapping[str, Any], *, language: str, now: datetime) -> Sourced:
    """The offer in an answer of `product.search.queryProductDetail`.

    Args:
        payload: the answer with its envelopes, with one of them, or the inner object alone; read
            it with `wire.text.read_json`, as a float is refused.
        language: what the answer was asked in (`country`).
        now: kept as the time of observation.

    Raises:
        Unreadable: a field that is needed is missing, or one does not say what it promises.
    """
    with readable():
        top = opened(payload, "offerId")
        said_no = top.maybe_text("errorMessage", "error_message", "message", "msg")
        if not top.has("offerId") and said_no:
            raise top.refuse("offerId", None, f"is missing: 1688 says {said_no!r}")
        offer_id = top.text("offerId")
        packed = packing(top)
        said = terms(top)
        items = top.each("productSkuInfos")
        pairs = [_sku(item, offer_id, packed, said) for item in items]
        if not pairs:
            pairs = [_whole(offer_id, packed, said)]
        skus, lines = zip(*pairs, strict=True)
        product = _product(top, offer_id, skus, language=language, now=now, packed=packed)
        return Sourced(product, _offer(product, said, lines, now))


def gone(answer: Any) -> bool:
    """Whether an answer says that all is well and shows no offer: there is none of that id."""
    top = opened(answer, "offerId")
    return top.has("success") and not top.has("offerId") and not top.has("result")


def _id(*parts: str) -> str:
    return f"{VENDOR}:{'/'.join(parts)}"


def _sku(item: Payload, offer_id: str, packed: Packing, said: Terms) -> tuple[SKU, OfferLine]:
    """A SKU: `skuId` is unique on the site, `specId` inside the offer; ordering wants the latter."""
    sku_id, spec_id = item.maybe_text("skuId") or "", item.maybe_text("specId") or ""
    if not sku_id and not spec_id:
        raise item.refuse("skuId", None, "is missing, and specId with it")
    choices = item.each("skuAttributes")
    refs = [Ref(VENDOR, sku_id)] if sku_id else []
    spec = Ref(SPEC, spec_id) if spec_id else None
    ours = SkuId(_id(sku_id) if sku_id else _id(offer_id, spec_id))
    weight, source = packed.weight(sku_id)
    pictures = [address(choice.maybe_text("skuImageUrl")) for choice in choices]
    line = said.line(item, ours, sku_id, spec)
    # A choice without a value chooses nothing; sellers leave some blank.
    filled = (choice for choice in choices if (choice.maybe_text("value") or "").strip())
    options = tuple(_option(choice) for choice in filled)
    left = tuple(kept(choice) for choice in choices)
    more = {"skuAttributes": left} if any(left) else {}
    shipping = packed.beside(sku_id)
    sku = SKU(
        ours,
        options,
        (*refs, spec) if spec is not None else tuple(refs),
        supplier_code=item.maybe_text("cargoNumber") or None,
        weight=weight,
        weight_source=source,
        size=packed.size(sku_id),
        image_url=next(filter(None, pictures), None),
        extra=Extra({**kept(item), **more, **({"shipping": shipping} if shipping else {})}),
    )
    return sku, line


def _option(choice: Payload) -> Option:
    return Option(
        choice.text("attributeName"),
        choice.text("value"),
        choice.maybe_text("attributeNameTrans") or None,
        choice.maybe_text("valueTrans") or None,
    )


def _whole(offer_id: str, packed: Packing, said: Terms) -> tuple[SKU, OfferLine]:
    """An offer without SKUs is sold as one; ordering then leaves `specId` out."""
    bare = Payload({}, source=VENDOR)
    ours = SkuId(_id(offer_id))
    weight, source = packed.weight("")
    sku = SKU(ours, weight=weight, weight_source=source, size=packed.size(""))
    return sku, said.line(bare, ours, "", None)


def _product(
    top: Payload,
    offer_id: str,
    skus: tuple[SKU, ...],
    *,
    language: str,
    now: datetime,
    packed: Packing,
) -> Product:
    attributes = tuple(_attribute(item) for item in top.each("productAttribute"))
    brand = next((item.value for item in attributes if item.code == _BRAND and item.value), None)
    title = top.text("subject")
    translations = _translations(top, title, language, now)
    pictures = top.maybe_one("productImage")
    category_id = top.maybe_text("categoryId")
    description = sanitise(top.maybe_text("description") or "")
    status = top.maybe_text("status") or ""
    category = top.maybe_text("categoryName") or category_id or ""
    images = _images(pictures)
    left = kept(
        top, productImage=kept(pictures) if pictures else {}, productShippingInfo=packed.left
    )
    ids = {"categoryId": category_id} if category_id else {}
    return Product(
        ProductId(_id(offer_id)),
        title,
        _CHINESE,
        skus,
        source=Ref(VENDOR, offer_id),
        brand=brand,
        category=category,
        description_html=description,
        attributes=attributes,
        images=images,
        translations=translations,
        status=status,
        extra=Extra({**left, **ids}),
    )


def _attribute(item: Payload) -> Attribute:
    return Attribute(
        item.maybe_text("attributeName") or item.text("attributeId"),
        item.maybe_text("value") or "",
        item.maybe_text("attributeId"),
        item.maybe_text("attributeNameTrans"),
        item.maybe_text("valueTrans"),
    )


def _translations(
    top: Payload, title: str, language: str, now: datetime
) -> tuple[Translation, ...]:
    """The translated title; where 1688 gives the Chinese one back, there is none."""
    given = top.raw("subjectTrans")
    if language.partition("-")[0].casefold() == _CHINESE or not isinstance(given, str):
        return ()
    if not given.strip() or given.strip() == title.strip():
        return ()
    return (Translation(language, given.strip(), source=VENDOR, at=now),)


def _images(pictures: Payload | None) -> tuple[Image, ...]:
    if pictures is None:
        return ()
    stated = pictures.raw("images")
    filled = [url for url in stated if url is not None] if isinstance(stated, list) else stated
    read = Payload({"images": filled}, source=VENDOR, at=pictures.at).texts("images")
    main = filter(None, map(address, read))
    white = address(pictures.maybe_text("whiteImage"))
    shown = [Image(url) for url in dict.fromkeys(main)]
    return (*shown, Image(white, "white")) if white else tuple(shown)


def _offer(
    product: Product, said: Terms, lines: tuple[OfferLine, ...], now: datetime
) -> SupplierOffer:
    return SupplierOffer(
        OfferId(str(product.id)),
        said.supplier,
        product.id,
        lines,
        "CNY",
        now,
        said.quoting,
        said.tiers,
        said.moq,
        said.multiple,
        said.mix,
        said.one_piece,
        said.free_postage,
        handling=said.handling,
        ship_from=said.ship_from,
        unit=said.unit,
        orderable=product.status == "published",
        ref=product.source,
        extra=said.extra,
    )


def found(payload: Mapping[str, Any]) -> tuple[tuple[Found, ...], bool]:
    """The hits in an answer of a search, and whether more pages follow."""
    with readable():
        page = opened(payload, "data")
        hits = tuple(_found(item) for item in page.each("data"))
        current, last = page.maybe_integer("currentPage"), page.maybe_integer("totalPage")
        more = current is not None and last is not None and current < last
        return hits, bool(hits) and more


def _found(item: Payload) -> Found:
    prices = item.maybe_one("priceInfo")
    shown = price(prices, "price") if prices is not None else None
    title, translated = item.text("subject"), item.maybe_text("subjectTrans")
    return Found(
        Ref(VENDOR, item.text("offerId")),
        title,
        translated if translated and translated != title else None,
        shown,
        item.maybe_integer("minOrderQuantity") or None,
        address(item.maybe_text("imageUrl")),
        item.maybe_integer("monthSold"),
        kept(item, priceInfo=kept(prices) if prices is not None else {}),
    )
