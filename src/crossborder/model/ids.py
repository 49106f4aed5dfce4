"""Ids are texts: our own by `NewType`, a vendor's as a `Ref`."""

from hashlib import sha256
from typing import NewType

from attrs import frozen

from crossborder.model.check import checked

__all__ = [
    "CustomerId",
    "ListingId",
    "OfferId",
    "OrderId",
    "ProductId",
    "PurchaseId",
    "Ref",
    "ReturnId",
    "ShipmentId",
    "SkuId",
    "SupplierId",
    "TicketId",
    "WarehouseId",
    "digest",
]

ProductId = NewType("ProductId", str)
SkuId = NewType("SkuId", str)
SupplierId = NewType("SupplierId", str)
OfferId = NewType("OfferId", str)
WarehouseId = NewType("WarehouseId", str)
ListingId = NewType("ListingId", str)
OrderId = NewType("OrderId", str)
PurchaseId = NewType("PurchaseId", str)
ShipmentId = NewType("ShipmentId", str)
ReturnId = NewType("ReturnId", str)
TicketId = NewType("TicketId", str)
CustomerId = NewType("CustomerId", str)


@frozen(field_transformer=checked)
class Ref:
    """A vendor's own id of a thing: always a text, never a number.

    Attributes:
        vendor: the adapter's name, such as `alibaba1688`.
        value: the id as the vendor writes it.

    >>> str(Ref("shopify", "gid://shopify/Product/1"))
    'shopify:gid://shopify/Product/1'
    """

    vendor: str
    value: str

    def __str__(self) -> str:
        return f"{self.vendor}:{self.value}"


def digest(*parts: str) -> str:
    """A stable id of 32 hex digits from texts: the same texts give the same id on every machine.

    >>> digest("order", "1001") == digest("order", "1001")
    True
    >>> digest("a", "bc") == digest("ab", "c")
    False
    """
    joined = "".join(f"{len(part)}:{part}" for part in parts)
    return sha256(joined.encode()).hexdigest()[:32]
