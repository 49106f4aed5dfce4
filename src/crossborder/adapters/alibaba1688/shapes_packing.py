"""Weights and sizes of an offer: who says them, and whom to believe.

| field of `productShippingInfo` | unit | source |
|---|---|---|
| `skuShippingDetails[].officialWeight`, `official*` | kg, cm | official: measured by the platform |
| `skuShippingDetails[].weight` … | kg, cm | `pkgSizeSource`: 官方测量, 商家自填, 预测-… |
| `skuShippingDetails[].aiWeight` | kg | predicted |
| `skuShippingInfoList[].weight` (deprecated) | grams, cm | seller |
| `weight`, `officialWeight` … of the offer | kg, cm | as above, for SKUs that say nothing |
"""

from collections.abc import Mapping

from attrs import frozen

from crossborder.adapters.alibaba1688.reading import kept
from crossborder.model.extra import Extra
from crossborder.model.measure import Size, Weight
from crossborder.wire.payload import Payload

__all__ = ["Packing", "packing"]

_TRUST = ("official", "seller", "predicted")
_SOURCES = (("官方", "official"), ("商家", "seller"), ("预测", "predicted"))
_SIDES = ("length", "width", "height")
_OFFICIAL_SIDES = ("officialLength", "officialWidth", "officialHeight")


@frozen
class _Said:
    """What one place says of a packed SKU: pairs with their source."""

    weights: tuple[tuple[str, Weight], ...] = ()
    sizes: tuple[tuple[str, Size], ...] = ()


@frozen
class Packing:
    """What an offer says of its packing; `""` stands for the offer itself.

    Attributes:
        said: by `skuId`, the nearest statement first.
        kept_of: what else stands beside a SKU's figures.
        left: what else stands in `productShippingInfo`.
    """

    said: Mapping[str, tuple[_Said, ...]]
    kept_of: Mapping[str, Extra]
    left: Extra

    def _of(self, sku_id: str) -> tuple[_Said, ...]:
        own = self.said.get(sku_id, ()) if sku_id else ()
        return (*own, *self.said.get("", ()))

    def weight(self, sku_id: str) -> tuple[Weight | None, str | None]:
        """The packed weight of a SKU and its source; official before seller before predicted."""
        stated = [pair for said in self._of(sku_id) for pair in said.weights]
        best = min(stated, key=lambda pair: _TRUST.index(pair[0]), default=None)
        return (None, None) if best is None else (best[1], best[0])

    def size(self, sku_id: str) -> Size | None:
        """The packed size of a SKU, by the same order."""
        stated = [pair for said in self._of(sku_id) for pair in said.sizes]
        best = min(stated, key=lambda pair: _TRUST.index(pair[0]), default=None)
        return None if best is None else best[1]

    def beside(self, sku_id: str) -> Extra:
        """What else stands beside the figures of a SKU."""
        return self.kept_of.get(sku_id, Extra())


def packing(top: Payload) -> Packing:
    """The packing in an offer; `sendGoodsAddressText` and the promise of time are read elsewhere."""
    info = top.maybe_one("productShippingInfo")
    if info is None:
        return Packing({}, {}, Extra())
    said: dict[str, tuple[_Said, ...]] = {}
    others: dict[str, Extra] = {}
    for item in info.each("skuShippingDetails"):
        sku_id = item.text("skuId")
        said[sku_id] = (*said.get(sku_id, ()), _kilograms(item))
        others[sku_id] = _beside(item)
    for item in info.each("skuShippingInfoList"):
        sku_id = item.text("skuId")
        said[sku_id] = (*said.get(sku_id, ()), _grams(item))
    said[""] = (_kilograms(info),)
    for name in ("sendGoodsAddressText", "shippingTimeGuarantee"):
        info.raw(name)
    return Packing(said, others, _beside(info))


def _beside(item: Payload) -> Extra:
    """What else stands there, and who packed in the vendor's own words."""
    stated = item.maybe_text("pkgSizeSource")
    return Extra({**kept(item), "pkgSizeSource": stated}) if stated else kept(item)


def _kilograms(item: Payload) -> _Said:
    stated = item.maybe_text("pkgSizeSource") or ""
    source = next((ours for word, ours in _SOURCES if stated.startswith(word)), "seller")
    weights = (
        ("official", _weight(item, "officialWeight", "kg")),
        (source, _weight(item, "weight", "kg")),
        ("predicted", _weight(item, "aiWeight", "kg")),
    )
    sizes = (("official", _size(item, _OFFICIAL_SIDES)), (source, _size(item, _SIDES)))
    return _Said(
        tuple((who, weight) for who, weight in weights if weight is not None),
        tuple((who, size) for who, size in sizes if size is not None),
    )


def _grams(item: Payload) -> _Said:
    weight, size = _weight(item, "weight", "g"), _size(item, _SIDES)
    return _Said(
        (("seller", weight),) if weight is not None else (),
        (("seller", size),) if size is not None else (),
    )


def _weight(item: Payload, name: str, unit: str) -> Weight | None:
    """A weight; zero says that nobody weighed."""
    number = item.maybe_decimal(name)
    if not number:
        return None
    if number < 0:
        raise item.refuse(name, number, "is negative")
    return Weight.of(number, unit)


def _size(item: Payload, names: tuple[str, str, str]) -> Size | None:
    """A size in cm; None unless all three sides are stated."""
    sides = [item.maybe_decimal(name) for name in names]
    for name, side in zip(names, sides, strict=True):
        if side is not None and side < 0:
            raise item.refuse(name, side, "is negative")
    length, width, height = sides
    return Size.cm(length, width, height) if length and width and height else None
