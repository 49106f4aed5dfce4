"""A refund of the shop, and which payments the money comes out of."""

from collections.abc import Sequence
from decimal import Decimal

from attrs import frozen

from crossborder.adapters.shopify.rules import SOURCE
from crossborder.adapters.shopify.shapes.base import moment, money, readable
from crossborder.model.ids import Ref
from crossborder.model.money import Price
from crossborder.model.order import Order
from crossborder.model.payment import Refund
from crossborder.wire.payload import Payload

__all__ = ["Share", "is_new", "refund", "shares"]

_STATUSES = {
    "SUCCESS": "succeeded",
    "PENDING": "pending",
    "AWAITING_RESPONSE": "pending",
    "UNKNOWN": "pending",
    "ERROR": "failed",
    "FAILURE": "failed",
}
_INCOMING = frozenset({"SALE", "CAPTURE"})
_TAKEN = frozenset({"SUCCESS", "PENDING"})


@frozen
class Share:
    """So much of a refund comes out of this transaction, through its gateway."""

    transaction: str
    gateway: str
    amount: Decimal


def shares(order: Order, money: Price) -> tuple[Share, ...]:
    """Which payments of the order give the money back, the oldest first; empty when too little.

    It depends on the order value alone, never on what the shop says now: so a repeat after a
    lost answer is the same request, which the vendor knows by its idempotency key.
    """
    kept = order.extra.get("transactions", ())
    facts = [item for item in kept if item["currency"] == money.currency]
    left: dict[str, Decimal] = {}
    gateways: dict[str, str] = {}
    for item in facts:
        if item["kind"] in _INCOMING and item["status"] == "SUCCESS":
            left[item["id"]] = item["amount"]
            gateways[item["id"]] = item["gateway"]
    for item in facts:
        if item["kind"] == "REFUND" and item["status"] in _TAKEN and item["parent"] in left:
            left[item["parent"]] -= item["amount"]
    found: list[Share] = []
    missing = money.amount
    for name, amount in left.items():
        now = min(amount, missing)
        if now > 0:
            found.append(Share(name, gateways[name], now))
            missing -= now
    return () if missing > 0 else tuple(found)


def is_new(order: Order, payload: Payload) -> bool:
    """Whether the order, as read, does not know this refund's transactions yet."""
    known = {item["id"] for item in order.extra.get("transactions", ())}
    ids = {item.text("id") for item in payload.one("transactions").each("nodes")}
    return not ids & known


def refund(payload: Payload, *, chosen: Sequence[Share], reason: str) -> Refund:
    """The refund that was made; its status is the worst of its transactions."""
    words = [item.text("status") for item in payload.one("transactions").each("nodes")]
    for word in words:
        if word not in _STATUSES:
            raise payload.refuse("transactions", word, "is not a status that is known")
    said = {_STATUSES[word] for word in words}
    status = next((word for word in ("failed", "pending") if word in said), "succeeded")
    gid = payload.text("id")
    with readable(payload.at):
        return Refund(
            Ref(SOURCE, gid),
            Ref(SOURCE, chosen[0].transaction),
            money(payload, "totalRefundedSet", side="presentmentMoney"),
            status,
            moment(payload, "createdAt"),
            reason,
        )
