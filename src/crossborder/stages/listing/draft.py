"""What we want to stand on a platform, from the library's product."""

from collections.abc import Mapping

from crossborder.errors import InvalidValue
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.model.ids import SkuId
from crossborder.model.listing import DraftVariant, ListingDraft, Platform
from crossborder.model.money import Price
from crossborder.model.product import SKU, Image, Option, Product

__all__ = ["draft"]


def _words(product: Product, language: str) -> tuple[str, str]:
    """Title and description in the language."""
    translation = product.translated(language)
    if translation is not None:
        return translation.title, translation.description_html
    if product.language == language:
        return product.title, product.description_html
    raise InvalidValue(
        "has no words in this language", field="translations", value=language, source="Product"
    )


def _trimmed(title: str, limit: int) -> str:
    """At most `limit` characters, cut before a word where there are words."""
    if len(title) <= limit:
        return title
    head, space, _ = title[: limit + 1].rpartition(" ")
    return (head if space else title[:limit]).rstrip(" ,;:-–—/")


def _option(option: Option, *, native: bool) -> Option:
    if native:
        return Option(option.name, option.value)
    return Option(option.shown_name, option.shown_value)


def _foreign(option: Option) -> bool:
    """Whether an untranslated part of it would be strange to a foreign reader."""
    return not (option.shown_name + option.shown_value).isascii() and not (
        option.name_translated and option.value_translated
    )


def _attributes(product: Product, *, native: bool) -> tuple[Extra, tuple[Reason, ...]]:
    """Attributes by name, several values as a tuple; those a reader cannot read are left out."""
    found: dict[str, list[str]] = {}
    reasons = []
    for item in product.attributes:
        name = item.name if native else item.name_translated or item.name
        value = item.value if native else item.value_translated or item.value
        readable = native or (
            (item.name_translated or item.name.isascii())
            and (item.value_translated or item.value.isascii())
        )
        if readable:
            found.setdefault(name, []).append(value)
        else:
            facts = Extra({"attribute": item.name})
            reasons.append(Reason("attribute_untranslated", "left out", facts))
    values = {name: texts[0] if len(texts) == 1 else tuple(texts) for name, texts in found.items()}
    return Extra(values), tuple(reasons)


def _images(product: Product, limit: int) -> tuple[tuple[Image, ...], tuple[Reason, ...]]:
    main_first = sorted(product.images, key=lambda image: image.role != "main")
    variants = [Image(sku.image_url, "sku") for sku in product.skus if sku.image_url]
    unique = tuple({image.url: image for image in reversed([*main_first, *variants])}.values())
    images = unique[::-1]
    if len(images) <= limit:
        return images, ()
    facts = Extra({"images": len(images), "max_images": limit})
    return images[:limit], (Reason("images_left_out", "more than the platform takes", facts),)


def _variant(sku: SKU, price: Price, quantity: int, *, native: bool) -> DraftVariant:
    options = tuple(_option(option, native=native) for option in sku.options)
    return DraftVariant(sku.id, price, quantity, options, sku.barcode, sku.weight)


def _about(
    product: Product,
    prices: Mapping[SkuId, Price],
    quantities: Mapping[SkuId, int],
    *,
    native: bool,
) -> list[Reason]:
    reasons = []
    for sku in product.skus:
        facts = Extra({"sku": sku.id})
        if sku.id not in prices:
            reasons.append(Reason("no_price", "the SKU is left out", facts))
            continue
        if sku.id not in quantities:
            reasons.append(Reason("no_quantity", "offered with none", facts))
        if not native and any(_foreign(option) for option in sku.options):
            reasons.append(Reason("option_untranslated", "shown as the source has it", facts))
    return reasons


@decides("listing.draft", 1)
def draft(
    product: Product,
    *,
    platform: Platform,
    language: str,
    prices: Mapping[SkuId, Price],
    quantities: Mapping[SkuId, int],
    live: bool = True,
) -> Decision[ListingDraft]:
    """The listing we want, in the language; its key on the platform is the product's id.

    The words are the translation's (or the product's own where that is the language), the title
    cut at a word to the platform's length. Only SKUs with a price are in it; one without a
    quantity is offered with none. Pictures stand once each, the main one first.

    Raises:
        InvalidValue: there are no words in the language, or no SKU has a price.
    """
    words, description = _words(product, language)
    native = product.language == language
    title = _trimmed(words, platform.rules.max_title)
    variants = tuple(
        _variant(sku, prices[sku.id], quantities.get(sku.id, 0), native=native)
        for sku in product.skus
        if sku.id in prices
    )
    if not variants:
        shown = tuple(sorted(prices))
        raise InvalidValue(
            "holds a price for no SKU of the product", field="prices", value=shown, source="draft"
        )
    images, about_images = _images(product, platform.rules.max_images)
    attributes, about_attributes = _attributes(product, native=native)
    wanted = ListingDraft(
        sku=product.id,
        product_id=product.id,
        platform=platform.id,
        title=title,
        language=language,
        variants=variants,
        description_html=description,
        images=images,
        category=product.category,
        brand=product.brand or "",
        tags=tuple(dict.fromkeys(tag.name for tag in product.tags)),
        attributes=attributes,
        live=live,
    )
    reasons = _about(product, prices, quantities, native=native)
    if title != words:
        reasons.append(Reason("title_cut", "", Extra({"before": words, "after": title})))
    facts = Extra({"skus": len(variants), "digest": wanted.digest})
    drafted = Reason("drafted", language, facts)
    return Decision(wanted, reasons=(*reasons, *about_images, *about_attributes, drafted))
