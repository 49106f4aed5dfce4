"""The cost book: receipts, charges, issues, returns and transfers, each making a new book."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from attrs import evolve, field, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.currency import currency_code
from crossborder.model.ids import SkuId, WarehouseId
from crossborder.model.money import Money, total
from crossborder.stages.inventory.valuation.layers import (
    Charge,
    Charged,
    ChargePart,
    Issue,
    Layer,
    Receipt,
    Take,
    booked,
)

__all__ = ["CostBook"]

Key = tuple[str, WarehouseId]


def _key(layer: Layer) -> Key:
    return layer.receipt.id, layer.warehouse_id


def _age(layer: Layer) -> tuple[datetime, str, str]:
    return layer.receipt.at, layer.receipt.id, layer.warehouse_id


def _part(landed: Money, pieces: int, others: int) -> Money:
    """The part of a charge that lies on `pieces`, beside `others`."""
    return landed.split((pieces, others))[0]


@frozen(field_transformer=checked)
class CostBook:
    """What stock cost, layer by layer, in one currency.

    Every method that changes something gives a new book; a refused one leaves nothing behind.
    Pieces leave the oldest receipt first. A part of a layer takes its part of the charges with it,
    split to the last cent.

    Attributes:
        currency: of every value here.
        layers: by age; empty ones stay, for late charges and returns.
        issues: what left, in the order it was booked.
        charges: what was shared out, in the order it was booked.

    >>> from datetime import UTC
    >>> from crossborder.stages.inventory.valuation import Basis
    >>> day, home, sku = datetime(2026, 11, 2, tzinfo=UTC), WarehouseId("w1"), SkuId("s1")
    >>> book = CostBook("USD").receive(Receipt("r1", sku, home, 3, Money("2.00", "USD"), day))
    >>> book = book.charge(Charge("duty", Money("1.00", "USD"), Basis.VALUE, day), ["r1"])
    >>> book = book.issue(sku, home, 1, ref="order-1", at=day)
    >>> book.value, book.issued_value
    (Money('4.67', 'USD'), Money('2.33', 'USD'))
    """

    currency: str = field(validator=currency_code)
    layers: tuple[Layer, ...] = ()
    issues: tuple[Issue, ...] = ()
    charges: tuple[Charged, ...] = ()

    @property
    def value(self) -> Money:
        """What all pieces that are there cost, charges and all."""
        return total((layer.value for layer in self.layers), self.currency)

    @property
    def issued_value(self) -> Money:
        """What the issued pieces cost, and the late charges that fell on them."""
        issued = total((issue.value(self.currency) for issue in self.issues), self.currency)
        parts = (part.expensed for charged in self.charges for part in charged.parts)
        return issued + total(parts, self.currency)

    @property
    def paid_value(self) -> Money:
        """What was paid for all goods received and all charges, in the book's currency."""
        goods = {item.receipt.id: item.unit_cost * item.receipt.quantity for item in self.layers}
        charges = total((charged.booked for charged in self.charges), self.currency)
        return total(goods.values(), self.currency) + charges

    def on_hand(self, sku_id: SkuId, warehouse_id: WarehouseId | None = None) -> int:
        """Pieces of the SKU that are there, in one warehouse or in all."""
        return sum(layer.quantity for layer in self.of(sku_id, warehouse_id))

    def of(self, sku_id: SkuId, warehouse_id: WarehouseId | None = None) -> tuple[Layer, ...]:
        """The SKU's layers with pieces in them, oldest first."""
        return tuple(
            layer
            for layer in self.layers
            if layer.quantity
            and layer.receipt.sku_id == sku_id
            and warehouse_id in (None, layer.warehouse_id)
        )

    def _with(self, changed: Iterable[Layer], **more: Any) -> "CostBook":
        layers = {_key(layer): layer for layer in (*self.layers, *changed)}
        return evolve(self, layers=tuple(sorted(layers.values(), key=_age)), **more)

    def _layer(self, like: Layer, warehouse_id: WarehouseId) -> Layer:
        """The layer of the same receipt in that warehouse, empty where there is none yet."""
        key = like.receipt.id, warehouse_id
        found = (layer for layer in self.layers if _key(layer) == key)
        none = Money.zero(self.currency)
        return next(found, Layer(like.receipt, warehouse_id, like.unit_cost, none))

    def receive(self, receipt: Receipt) -> "CostBook":
        """The book with a new layer.

        Raises:
            InvalidValue: a receipt of that id is in the book.
            CurrencyMismatch: paid in another currency without the rate for it.
        """
        if any(layer.receipt.id == receipt.id for layer in self.layers):
            raise refuse("CostBook", "receipt", receipt.id, "is in the book already")
        cost = booked(receipt.unit_cost, receipt.rate, receipt.at, self.currency)
        none = Money.zero(self.currency)
        layer = Layer(receipt, receipt.warehouse_id, cost, none, receipt.quantity)
        return self._with([layer])

    def charge(self, charge: Charge, receipt_ids: Collection[str]) -> "CostBook":
        """The book with a charge shared out over these receipts, wherever their pieces are now.

        It lies on all the pieces received. The part of those that have been issued goes to the
        issued value at once, and stays there when they come back.

        Raises:
            InvalidValue: the charge or a receipt is not what it should be, a weight or size that
                the basis needs is not known, or nothing bears any part.
            CurrencyMismatch: paid in another currency without the rate for it.
        """
        if any(charged.charge.ref == charge.ref for charged in self.charges):
            raise refuse("CostBook", "charge", charge.ref, "is in the book already")
        for receipt_id in receipt_ids:
            if all(layer.receipt.id != receipt_id for layer in self.layers):
                raise refuse("CostBook", "receipt_ids", receipt_id, "is not in the book")
        bearing = [item for item in self.layers if item.receipt.id in receipt_ids]
        weights = [
            item.receipt.measure(charge.basis, item.unit_cost) * (item.quantity + item.out)
            for item in bearing
        ]
        whole = booked(charge.money, charge.rate, charge.at, self.currency).rounded()
        paid, shares = charge.money.split(weights), whole.split(weights)
        changed, parts = [], []
        for layer, part, share in zip(bearing, paid, shares, strict=True):
            gone = Money.zero(self.currency)
            if layer.out:
                gone = _part(share, layer.out, layer.quantity)
            changed.append(evolve(layer, landed=layer.landed + (share - gone)))
            parts.append(ChargePart(layer.receipt.id, layer.warehouse_id, part, share, gone))
        made = Charged(charge, whole, tuple(parts))
        return self._with(changed, charges=(*self.charges, made))

    def _oldest(
        self, sku_id: SkuId, warehouse_id: WarehouseId, quantity: int
    ) -> list[tuple[Layer, int, Money]]:
        """So many pieces, oldest first: layer, pieces, and the charges that lie on them."""
        if quantity < 1:
            raise refuse("CostBook", "quantity", quantity, "must be at least 1")
        left, found = quantity, []
        for layer in self.of(sku_id, warehouse_id):
            pieces = min(left, layer.quantity)
            if pieces:
                landed = _part(layer.landed, pieces, layer.quantity - pieces)
                found.append((layer, pieces, landed))
                left -= pieces
        if left:
            raise refuse("CostBook", "quantity", quantity, f"is {left} more than is on hand")
        return found

    def issue(
        self, sku_id: SkuId, warehouse_id: WarehouseId, quantity: int, *, ref: str, at: datetime
    ) -> "CostBook":
        """The book after pieces left, the oldest first.

        Raises:
            InvalidValue: an issue of that ref is in the book, or too few are on hand.
        """
        if any(issue.ref == ref for issue in self.issues):
            raise refuse("CostBook", "ref", ref, "is in the book already")
        changed, takes = [], []
        for layer, pieces, landed in self._oldest(sku_id, warehouse_id, quantity):
            rest, out = layer.quantity - pieces, layer.out + pieces
            changed.append(evolve(layer, quantity=rest, out=out, landed=layer.landed - landed))
            takes.append(Take(layer.receipt.id, layer.unit_cost, pieces, landed))
        made = Issue(ref, sku_id, warehouse_id, at, tuple(takes))
        return self._with(changed, issues=(*self.issues, made))

    def give_back(
        self, ref: str, quantity: int, *, warehouse_id: WarehouseId | None = None
    ) -> "CostBook":
        """The book after pieces of an issue came back to their layers, the last taken first.

        Args:
            ref: the issue's.
            quantity: pieces that came back.
            warehouse_id: where to; None: where they had been.

        Raises:
            InvalidValue: no such issue, or fewer pieces of it are out.
        """
        issue = next((issue for issue in self.issues if issue.ref == ref), None)
        if issue is None:
            raise refuse("CostBook", "ref", ref, "is not in the book")
        if not 1 <= quantity <= issue.quantity:
            raise refuse("CostBook", "quantity", quantity, f"must be 1 to {issue.quantity}")
        book, left, kept = self, quantity, []
        for take in reversed(issue.takes):
            pieces = min(left, take.quantity)
            landed = Money.zero(self.currency)
            if pieces:
                landed = _part(take.landed, pieces, take.quantity - pieces)
                book = book._returned(issue, take, pieces, landed, warehouse_id)
                left -= pieces
            if pieces < take.quantity:
                rest = take.quantity - pieces
                kept.append(evolve(take, quantity=rest, landed=take.landed - landed))
        after = evolve(issue, takes=tuple(reversed(kept)))
        issues = (after if item.ref == ref else item for item in self.issues)
        return evolve(book, issues=tuple(issues))

    def _returned(
        self, issue: Issue, take: Take, pieces: int, landed: Money, to: WarehouseId | None
    ) -> "CostBook":
        key = take.receipt_id, issue.warehouse_id
        home = next(layer for layer in self.layers if _key(layer) == key)
        book = self._with([evolve(home, out=home.out - pieces)])
        there = book._layer(home, issue.warehouse_id if to is None else to)
        more = there.quantity + pieces
        return book._with([evolve(there, quantity=more, landed=there.landed + landed)])

    def move(
        self, sku_id: SkuId, source: WarehouseId, target: WarehouseId, quantity: int
    ) -> "CostBook":
        """The book after a transfer, the oldest pieces first: each keeps its receipt and its age.

        Raises:
            InvalidValue: too few are on hand, or both are one warehouse.
        """
        if source == target:
            raise refuse("CostBook", "target", target, "is where the pieces are")
        changed = []
        for layer, pieces, landed in self._oldest(sku_id, source, quantity):
            rest = layer.quantity - pieces
            changed.append(evolve(layer, quantity=rest, landed=layer.landed - landed))
            there = self._layer(layer, target)
            more = there.quantity + pieces
            changed.append(evolve(there, quantity=more, landed=there.landed + landed))
        return self._with(changed)

    def _repr_html_(self) -> str:
        from crossborder.display import html_table

        heads = ("receipt", "SKU", "warehouse", "received", "pieces", "unit cost", "value")
        rows = (
            (
                *(layer.receipt.id, layer.receipt.sku_id, layer.warehouse_id),
                *(layer.receipt.at.date(), layer.quantity, layer.unit_cost, layer.value),
            )
            for layer in self.layers
            if layer.quantity
        )
        return html_table(heads, rows, caption=f"{self.value}")
