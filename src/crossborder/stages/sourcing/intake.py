"""Take a product into the library (规范): a clean title, its brand, tags of its terms."""

import re
from datetime import datetime

from attrs import evolve

from crossborder.model.check import refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.product import Attribute, Product, Tag
from crossborder.model.supply import SupplierOffer

__all__ = ["NOISE_WORDS", "normalise"]

NOISE_WORDS: tuple[str, ...] = (
    "dropshipping",
    "factory direct",
    "free shipping",
    "hot sale",
    "wholesale",
    "一件代发",
    "厂家直供",
    "厂家直销",
    "同款",
    "工厂直销",
    "批发",
    "支持代发",
    "源头工厂",
    "热销",
    "爆款",
    "现货",
    "跨境专供",
    "量大从优",
)
"""What sellers put into titles to be found, and what says nothing about the goods."""

_BRAND_NAMES = frozenset({"品牌", "brand", "brand name"})
_NO_BRAND = frozenset(
    {"", "-", "/", "n/a", "na", "no", "no brand", "none", "null", "other", "others", "unbranded"}
    | {"其他", "其它", "无", "无品牌", "其他品牌", "其他/other", "无/none"}
)
_OFFER = "offer"
_CATEGORY = "category"


def _noise() -> re.Pattern[str]:
    words = sorted(NOISE_WORDS, key=lambda word: (-len(word), word))
    bounded = (rf"(?<![a-z0-9]){word}(?![a-z0-9])" if word.isascii() else word for word in words)
    return re.compile("|".join(bounded), re.IGNORECASE)


_NOISE = _noise()
_BRACKETS = re.compile(r"【([^【】]*)】|\[([^\[\]]*)\]|（([^（）]*)）|\(([^()]*)\)|「([^「」]*)」")
_EDGES = " \t-–—,，、;；:：!！~～|/*★☆"


def _bracket(match: re.Match[str]) -> str:
    inside = next(group for group in match.groups() if group is not None)
    junk = _NOISE.search(inside) or not any(letter.isalnum() for letter in inside)
    return " " if junk else match.group()


def _clean(title: str) -> str:
    # Taking one word out may join two halves of another, so repeat until nothing changes.
    before = None
    while title != before:
        before = title
        title = _NOISE.sub("", _BRACKETS.sub(_bracket, title))
        title = " ".join(title.split()).strip(_EDGES)
    return title


def _title(product: Product) -> tuple[str, tuple[Reason, ...]]:
    title = _clean(product.title)
    if not any(letter.isalnum() for letter in title):
        title = " ".join(product.title.split())
        return title, (Reason("title_only_noise", "nothing else stands in the title"),)
    if title == product.title:
        return title, ()
    facts = Extra({"before": product.title, "after": title})
    return title, (Reason("title_cleaned", "sellers' noise taken out", facts),)


def _is_brand(attribute: Attribute) -> bool:
    names = (attribute.name, attribute.name_translated or "")
    return any(name.strip().casefold() in _BRAND_NAMES for name in names)


def _stated(text: str | None) -> str | None:
    """The brand in the text, or None where the text only says that there is none."""
    brand = (text or "").strip()
    return None if brand.casefold() in _NO_BRAND else brand


def _brand(product: Product) -> tuple[str | None, tuple[Reason, ...]]:
    named = [item.value.strip() for item in product.attributes if _is_brand(item)]
    given = next(filter(None, map(_stated, named)), None)
    own = _stated(product.brand)
    if own is not None:
        if given is not None and given.casefold() != own.casefold():
            facts = Extra({"brand": own, "attribute": given})
            return own, (Reason("brand_conflict", "the attribute names another brand", facts),)
        return own, ()
    if given is not None:
        facts = Extra({"brand": given})
        return given, (Reason("brand_from_attribute", "the attribute names the brand", facts),)
    if product.brand is not None or named:
        return None, (Reason("no_brand", "the source says that there is no brand"),)
    return None, ()


def _tags(product: Product, offer: SupplierOffer) -> tuple[tuple[Tag, ...], tuple[Reason, ...]]:
    terms = (
        ("one-piece", offer.one_piece),
        ("free-postage", offer.free_postage),
        ("mix", offer.mix is not None),
    )
    wanted = [Tag(name, _OFFER) for name, holds in terms if holds]
    if product.category.strip():
        wanted.append(Tag(product.category.strip(), _CATEGORY))
    kept = [tag for tag in product.tags if tag.source not in (_OFFER, _CATEGORY) or tag in wanted]
    names = {tag.name for tag in kept}
    added = [tag for tag in wanted if tag.name not in names]
    reasons = [Reason("tagged", tag.source, Extra({"tag": tag.name})) for tag in added]
    reasons += [
        Reason("tag_removed", "it holds no longer", Extra({"tag": tag.name}))
        for tag in product.tags
        if tag not in kept
    ]
    return (*kept, *added), tuple(reasons)


@decides("sourcing.normalise", 1)
def normalise(product: Product, offer: SupplierOffer, *, now: datetime) -> Decision[Product]:
    """The product in the library's form; every attribute of the source is kept.

    The title loses what says nothing about the goods (`NOISE_WORDS`, brackets around them,
    repeated spaces) but is never emptied. A missing brand is read from the attributes; "none" and
    "other" are no brands. The tags tell the terms of the offer (`one-piece`, `free-postage`,
    `mix`) and the category. Doing it twice is doing it once.

    Raises:
        InvalidValue: the offer is for another product.
    """
    if offer.product_id != product.id:
        raise refuse(offer, "product_id", offer.product_id, f"is not {product.id}")
    title, about_title = _title(product)
    brand, about_brand = _brand(product)
    tags, about_tags = _tags(product, offer)
    clean = evolve(product, title=title, brand=brand, tags=tags)
    reasons = (*about_title, *about_brand, *about_tags)
    if clean == product:
        return Decision(product, reasons=(*reasons, Reason("unchanged", "nothing to change")))
    event = Event("sourcing.normalised", product.id, now, Extra({"title": title}))
    return Decision(clean, reasons=reasons, events=(event,))
