"""Bundles (组合装): sold as one, stocked as parts; a shared part is never sold twice.

A bundle has no stock of its own. Its parts' figures are what may be offered of them, real and
virtual pieces alike, so one rule holds for both.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from attrs import frozen

from crossborder.model.check import checked, refuse
from crossborder.model.ids import OfferId, SkuId, WarehouseId
from crossborder.stages.inventory.ledger.lines import StockLine

__all__ = ["Bundle", "explode", "fits", "lacking", "most"]


@frozen(field_transformer=checked)
class Bundle:
    """What one piece of a bundle is made of.

    Attributes:
        sku_id: the bundle's own SKU.
        parts: the SKU of each part, once, and how many of it; a part may be a bundle itself.

    >>> Bundle(SkuId("set"), ((SkuId("cup"), 4), (SkuId("pot"), 1))).parts[0]
    ('cup', 4)
    """

    sku_id: SkuId
    parts: tuple[tuple[SkuId, int], ...]

    def __attrs_post_init__(self) -> None:
        if not self.parts:
            raise refuse(self, "parts", self.parts, "must hold at least one part")
        skus = [sku for sku, _ in self.parts]
        if len(set(skus)) < len(skus):
            raise refuse(self, "parts", tuple(skus), "has a part twice")
        for sku, quantity in self.parts:
            if quantity < 1:
                raise refuse(self, "parts", (sku, quantity), "must be at least 1 each")

    def line(
        self,
        id: str,
        quantity: int,
        *,
        bundles: "Iterable[Bundle]" = (),
        warehouses: tuple[WarehouseId, ...] = (),
        offers: tuple[OfferId, ...] = (),
    ) -> StockLine:
        """The line of an order that wants so many; `bundles` opens parts that are bundles.

        >>> tea = Bundle(SkuId("set"), ((SkuId("cup"), 4), (SkuId("pot"), 1)))
        >>> tea.line("1", 2).needs
        (('cup', 8), ('pot', 2))
        """
        parts = tuple(explode([(self.sku_id, 1)], [self, *bundles]).items())
        return StockLine(id, self.sku_id, quantity, parts, warehouses, offers)


def _outside_in(bundles: Iterable[Bundle]) -> list[Bundle]:
    """Every bundle before the bundles it contains."""
    by_sku: dict[SkuId, Bundle] = {}
    for bundle in bundles:
        if by_sku.setdefault(bundle.sku_id, bundle) != bundle:
            raise refuse("bundles", "sku_id", bundle.sku_id, "has two different lists of parts")
    inside = {sku: [part for part, _ in bundle.parts] for sku, bundle in by_sku.items()}
    try:
        order = [*TopologicalSorter(inside).static_order()]
    except CycleError as error:
        raise refuse("bundles", "parts", tuple(error.args[1]), "contains itself") from None
    return [by_sku[sku] for sku in reversed(order) if sku in by_sku]


def explode(lines: Iterable[tuple[SkuId, int]], bundles: Iterable[Bundle] = ()) -> dict[SkuId, int]:
    """How many of each plain SKU the lines need in all, bundles inside bundles opened too.

    Args:
        lines: SKU and quantity; a SKU may stand in several lines.
        bundles: what is known of bundles; every other SKU is a plain one.

    Raises:
        InvalidValue: a negative quantity, a bundle that contains itself, or one with two
            different lists of parts.

    >>> tea = Bundle(SkuId("set"), ((SkuId("cup"), 4), (SkuId("pot"), 1)))
    >>> explode([(SkuId("set"), 2), (SkuId("cup"), 1)], [tea])
    {'cup': 9, 'pot': 2}
    """
    needs: Counter[SkuId] = Counter()
    for sku, quantity in lines:
        if quantity < 0:
            raise refuse("explode", "lines", (sku, quantity), "must not be negative")
        needs[sku] += quantity
    for bundle in _outside_in(bundles):
        wanted = needs.pop(bundle.sku_id, 0)
        for part, quantity in bundle.parts:
            needs[part] += wanted * quantity
    return {sku: needs[sku] for sku in sorted(needs) if needs[sku]}


def lacking(
    lines: Iterable[tuple[SkuId, int]],
    available: Mapping[SkuId, int],
    bundles: Iterable[Bundle] = (),
) -> dict[SkuId, int]:
    """Pieces of each plain SKU that are too few for all the lines together; empty if none.

    A SKU that `available` does not name has no pieces.
    """
    needs = explode(lines, bundles)
    short = {sku: needed - max(0, available.get(sku, 0)) for sku, needed in needs.items()}
    return {sku: pieces for sku, pieces in short.items() if pieces > 0}


def fits(
    lines: Iterable[tuple[SkuId, int]],
    available: Mapping[SkuId, int],
    bundles: Iterable[Bundle] = (),
) -> bool:
    """Whether all the lines can be served together, each piece once."""
    return not lacking(lines, available, bundles)


def most(bundle: Bundle, available: Mapping[SkuId, int], bundles: Iterable[Bundle] = ()) -> int:
    """How many of the bundle can be sold: what the scarcest part allows.

    Args:
        bundle: the bundle.
        available: pieces that may be offered of each plain SKU, real and virtual.
        bundles: the bundles that may be among its parts.

    >>> tea = Bundle(SkuId("set"), ((SkuId("cup"), 4), (SkuId("pot"), 1)))
    >>> most(tea, {SkuId("cup"): 11, SkuId("pot"): 5})
    2
    """
    needs = explode([(bundle.sku_id, 1)], (bundle, *bundles))
    return min(max(0, available.get(sku, 0)) // needed for sku, needed in needs.items())
