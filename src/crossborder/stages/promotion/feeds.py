"""One row of a product feed, and the same facts as structured data for a product page.

Field names, lengths and formats follow Google's "Product data specification",
https://support.google.com/merchants/answer/7052112; structured data follows
https://schema.org/Product and https://schema.org/Offer.
"""

from html.parser import HTMLParser

from attrs import field, frozen

from crossborder.model.check import checked
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.model.ids import SkuId
from crossborder.model.measure import Weight
from crossborder.model.money import Price
from crossborder.model.product import SKU, Product

__all__ = ["FeedItem", "columns", "feed_item", "json_ld"]

_MAX_ID = 50
_MAX_TITLE = 150
_MAX_DESCRIPTION = 5000
_MAX_MORE_IMAGES = 10
_CONDITIONS = {
    "new": "https://schema.org/NewCondition",
    "refurbished": "https://schema.org/RefurbishedCondition",
    "used": "https://schema.org/UsedCondition",
}
_AVAILABILITY = {
    "in_stock": "https://schema.org/InStock",
    "out_of_stock": "https://schema.org/OutOfStock",
}


@frozen(field_transformer=checked)
class FeedItem:
    """One buyable variant as a feed states it.

    Attributes:
        id: at most 50 characters: our SKU.
        title: at most 150 characters.
        description: plain text, at most 5000 characters.
        link: the product page.
        image_link: the main picture, by https.
        availability: in_stock or out_of_stock.
        price: what the buyer pays for one.
        condition: new, refurbished or used.
        brand: or empty.
        gtin: 8, 12, 13 or 14 digits with a right check digit, or empty.
        mpn: the maker's part number, or empty.
        identifier_exists: False when the maker gave the product no identifier.
        item_group_id: what the variants share, or empty when there is one variant.
        google_product_category: id or path of Google's taxonomy, or empty.
        product_type: our own category, or empty.
        shipping_weight: packed, or None.
        additional_image_link: at most ten further pictures.
    """

    id: str
    title: str
    description: str
    link: str
    image_link: str
    availability: str
    price: Price
    condition: str = "new"
    brand: str = ""
    gtin: str = ""
    mpn: str = ""
    identifier_exists: bool = True
    item_group_id: str = ""
    google_product_category: str = ""
    product_type: str = ""
    shipping_weight: Weight | None = None
    additional_image_link: tuple[str, ...] = field(default=())


_BREAKS = frozenset({"br", "div", "h1", "h2", "h3", "h4", "li", "ol", "p", "table", "tr", "ul"})


class _Text(HTMLParser):
    """Collects what a reader of the page would read."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("script", "style")
        if tag in _BREAKS:
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style") and self._hidden > 0
        if tag in _BREAKS:
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def _plain(html: str) -> str:
    reader = _Text()
    reader.feed(html)
    reader.close()
    return " ".join("".join(reader.parts).split())


def _gtin(code: str) -> bool:
    """Whether the digits are a GTIN: GS1's check digit, weights 3 and 1 from the right."""
    if not (code.isascii() and code.isdigit() and len(code) in (8, 12, 13, 14)):
        return False
    weighted = sum(
        int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(code))
    )
    return weighted % 10 == 0


def _pictures(product: Product, sku: SKU) -> tuple[str, ...]:
    mains = [image.url for image in product.images if image.role in ("main", "white")]
    return tuple(dict.fromkeys(filter(None, (sku.image_url, *mains))))


def _cut(text: str) -> str:
    """At most the allowed length, ending with a whole word where there is one."""
    shortened = text[:_MAX_DESCRIPTION]
    if len(text) > _MAX_DESCRIPTION and not text[_MAX_DESCRIPTION].isspace():
        head, _, _ = shortened.rpartition(" ")
        return head or shortened
    return shortened


@decides("promotion.feed_item", 1)
def feed_item(
    product: Product,
    sku_id: SkuId,
    *,
    language: str,
    price: Price,
    available: int,
    link: str,
    mpn: str = "",
    condition: str = "new",
    google_product_category: str = "",
) -> Decision[FeedItem | None]:
    """The feed's row for one SKU, or None with every reason why there can be none.

    A title that is too long is a reason, as cutting it changes what is offered; a description is
    cut. A barcode that is no GTIN is left out, since a wrong one gets the account suspended.

    Raises:
        InvalidValue: the product has no such SKU.
    """
    sku = product.sku(sku_id)
    translated = product.translated(language)
    own = language == product.language
    title = translated.title if translated else product.title if own else ""
    html = translated.description_html if translated else product.description_html if own else ""
    description = _plain(html)
    pictures = _pictures(product, sku)
    secure = tuple(url for url in pictures if url.startswith("https://"))
    refusals = [
        (not title, "no_title", f"no title in {language}"),
        (len(title) > _MAX_TITLE, "title_too_long", f"more than {_MAX_TITLE} characters"),
        (not description, "no_description", f"no description in {language}"),
        (not pictures, "no_image", "no picture"),
        (bool(pictures) and not secure, "image_not_https", "no picture by https"),
        (not link.startswith(("https://", "http://")), "bad_link", "the link is no web address"),
        (not price, "no_price", "the price is zero"),
        (len(sku_id) > _MAX_ID, "id_too_long", f"more than {_MAX_ID} characters"),
        (condition not in _CONDITIONS, "bad_condition", "must be new, refurbished or used"),
    ]
    refused = tuple(Reason(code, text) for bad, code, text in refusals if bad)
    if refused:
        return Decision(None, refused)
    notes = []
    gtin = sku.barcode or ""
    if gtin and not _gtin(gtin):
        notes.append(Reason("gtin_invalid", "the barcode is no GTIN", Extra({"barcode": gtin})))
        gtin = ""
    brand = product.brand or ""
    identified = bool(gtin) or bool(brand and mpn)
    if not identified:
        notes.append(Reason("no_identifier", "neither a GTIN nor brand and part number"))
    if len(description) > _MAX_DESCRIPTION:
        notes.append(Reason("description_cut", f"cut to {_MAX_DESCRIPTION} characters"))
    item = FeedItem(
        id=sku_id,
        title=title,
        description=_cut(description),
        link=link,
        image_link=secure[0],
        availability="in_stock" if available > 0 else "out_of_stock",
        price=price,
        condition=condition,
        brand=brand,
        gtin=gtin,
        mpn=mpn,
        identifier_exists=identified,
        item_group_id=product.id if len(product.skus) > 1 else "",
        google_product_category=google_product_category,
        product_type=product.category,
        shipping_weight=sku.weight,
        additional_image_link=secure[1 : 1 + _MAX_MORE_IMAGES],
    )
    return Decision(item, (*notes, Reason(item.availability, facts=Extra({"pieces": available}))))


def columns(item: FeedItem) -> tuple[tuple[str, str], ...]:
    """The row as (attribute, text), in the specification's spelling; empty ones are left out.

    >>> item = FeedItem("A1", "Cup", "A cup", "https://a.example/1", "https://a.example/1.jpg",
    ...                 "in_stock", Price("15", "USD"), identifier_exists=False)
    >>> dict(columns(item))["price"], dict(columns(item))["identifier_exists"]
    ('15.00 USD', 'no')
    """
    weight = item.shipping_weight
    row = (
        ("id", item.id),
        ("title", item.title),
        ("description", item.description),
        ("link", item.link),
        ("image_link", item.image_link),
        ("additional_image_link", ",".join(item.additional_image_link)),
        ("availability", item.availability),
        ("price", str(item.price.rounded())),
        ("condition", item.condition),
        ("brand", item.brand),
        ("gtin", item.gtin),
        ("mpn", item.mpn),
        ("identifier_exists", "" if item.identifier_exists else "no"),
        ("item_group_id", item.item_group_id),
        ("google_product_category", item.google_product_category),
        ("product_type", item.product_type),
        ("shipping_weight", f"{weight.in_kg} kg" if weight is not None else ""),
    )
    return tuple((name, text) for name, text in row if text)


def json_ld(product: Product, item: FeedItem) -> Extra:
    """The item as schema.org structured data for the product page; the price is a text.

    Raises:
        InvalidValue: the item is of another product.
    """
    sku = product.sku(SkuId(item.id))
    shown: dict[str, object] = {
        "@context": "https://schema.org/",
        "@type": "Product",
        "sku": item.id,
        "name": item.title,
        "description": item.description,
        "image": (item.image_link, *item.additional_image_link),
        "offers": {
            "@type": "Offer",
            "url": item.link,
            "price": str(item.price.rounded().amount),
            "priceCurrency": item.price.currency,
            "availability": _AVAILABILITY[item.availability],
            "itemCondition": _CONDITIONS[item.condition],
        },
    }
    if item.brand:
        shown["brand"] = {"@type": "Brand", "name": item.brand}
    optional = (
        ("gtin", item.gtin),
        ("mpn", item.mpn),
        ("inProductGroupWithID", item.item_group_id),
        ("category", item.product_type),
    )
    shown |= {name: text for name, text in optional if text}
    if sku.options:
        shown["additionalProperty"] = tuple(
            {"@type": "PropertyValue", "name": option.shown_name, "value": option.shown_value}
            for option in sku.options
        )
    return Extra(shown)
