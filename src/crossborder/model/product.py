"""What is sold: a product with its SKUs, in the supplier's words and in ours."""

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.extra import Extra
from crossborder.model.ids import ProductId, Ref, SkuId
from crossborder.model.measure import Size, Weight

__all__ = ["SKU", "Attribute", "Image", "Option", "Product", "Provenance", "Tag", "Translation"]


class Provenance(StrEnum):
    """How a product came into the library."""

    ONLINE = "online"
    SUPPLIER = "supplier"
    CUSTOM = "custom"


@frozen(field_transformer=checked)
class Attribute:
    """One stated property; a property with several values stands several times.

    Attributes:
        name: as the source names it.
        value: as the source states it.
        code: the source's id of the property, as text.
        name_translated: the source's own translation of the name, if it gave one.
        value_translated: the source's own translation of the value, if it gave one.
    """

    name: str
    value: str = ""
    code: str | None = None
    name_translated: str | None = None
    value_translated: str | None = None


def _said(text: str | None) -> str | None:
    return text if text and text.strip() else None


@frozen(field_transformer=checked)
class Option:
    """One choice that tells SKUs of a product apart, such as colour = red."""

    name: str
    value: str
    name_translated: str | None = None
    value_translated: str | None = None

    @property
    def shown_name(self) -> str:
        """The translated name where there is one that says something."""
        return _said(self.name_translated) or self.name

    @property
    def shown_value(self) -> str:
        """The translated value where there is one that says something."""
        return _said(self.value_translated) or self.value


@frozen(field_transformer=checked)
class Image:
    """A picture by address; `role` is main, white, sku or detail."""

    url: str
    role: str = "main"
    digest: str | None = None


@frozen(field_transformer=checked)
class Tag:
    """A word the library files a product under, and who put it there."""

    name: str
    source: str = ""


@frozen(field_transformer=checked)
class Translation:
    """Title and description in one language, with who translated it and when.

    Attributes:
        language: BCP 47 tag, such as `en` or `pt-BR`.
        title: the title in that language.
        description_html: the description in that language, sanitised.
        source: the translator: a person, a service, the supplier.
        at: when it was made.
    """

    language: str
    title: str
    description_html: str = ""
    source: str = ""
    at: datetime | None = None


@frozen(field_transformer=checked)
class SKU:
    """One buyable variant.

    Attributes:
        id: our id of the SKU.
        options: the choices, in the product's order.
        refs: the vendors' ids of this SKU (1688 has two: `skuId` and, inside an offer, `specId`).
        supplier_code: the supplier's article number (货号): free text, not unique, never a key.
        barcode: GTIN, or None.
        weight: packed weight, or None when nobody said.
        weight_source: official, seller, predicted or measured.
        size: packed size, or None.
        image_url: picture of this variant, or None.
        extra: what the source said beyond this.
    """

    id: SkuId
    options: tuple[Option, ...] = ()
    refs: tuple[Ref, ...] = ()
    supplier_code: str | None = None
    barcode: str | None = None
    weight: Weight | None = None
    weight_source: str | None = None
    size: Size | None = None
    image_url: str | None = None
    extra: Extra = field(factory=Extra)

    @property
    def label(self) -> str:
        """The options in one line, such as `red / XL`."""
        return " / ".join(option.shown_value for option in self.options)


@frozen(field_transformer=checked)
class Product:
    """A product as the library holds it.

    Attributes:
        id: our id of the product.
        title: in `language`, as the source wrote it.
        language: BCP 47 tag of title and description.
        skus: at least one.
        source: where it was found.
        provenance: online, from a supplier, or made to order.
        brand: the stated brand, or None.
        category: the source's category, as text.
        description_html: sanitised HTML.
        attributes: every raw attribute of the source, in its order.
        images: pictures, main one first.
        translations: at most one a language.
        tags: sorted by nobody: the order of filing.
        status: the source's lifecycle word, such as `published`.
        extra: what the source said beyond this.
    """

    id: ProductId
    title: str
    language: str
    skus: tuple[SKU, ...]
    source: Ref | None = None
    provenance: Provenance = Provenance.ONLINE
    brand: str | None = None
    category: str = ""
    description_html: str = ""
    attributes: tuple[Attribute, ...] = ()
    images: tuple[Image, ...] = ()
    translations: tuple[Translation, ...] = ()
    tags: tuple[Tag, ...] = ()
    status: str = ""
    extra: Extra = field(factory=Extra)

    def __attrs_post_init__(self) -> None:
        if not self.skus:
            raise refuse(self, "skus", self.skus, "must hold at least one SKU")
        ids = [sku.id for sku in self.skus]
        if len(set(ids)) < len(ids):
            raise refuse(self, "skus", ids, "has two SKUs of one id")
        languages = [translation.language for translation in self.translations]
        if len(set(languages)) < len(languages):
            raise refuse(self, "translations", languages, "has two of one language")

    def sku(self, sku_id: SkuId) -> SKU:
        """The SKU of that id; `InvalidValue` when the product has none."""
        for sku in self.skus:
            if sku.id == sku_id:
                return sku
        raise refuse(self, "skus", sku_id, "has no such SKU")

    def translated(self, language: str) -> Translation | None:
        """The translation into that language, or None."""
        return next((item for item in self.translations if item.language == language), None)

    def _repr_html_(self) -> str:
        from crossborder.display import html_table

        rows = ((sku.id, sku.label, sku.weight or "", sku.barcode or "") for sku in self.skus)
        return html_table(("SKU", "options", "weight", "barcode"), rows, caption=self.title)
