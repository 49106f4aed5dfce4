"""Accepted order lines that rest on virtual stock, and the alarms about them."""

from collections.abc import Iterable
from datetime import datetime

from attrs import frozen

from crossborder.model.check import checked, refuse
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.ids import OfferId, OrderId, SkuId
from crossborder.model.money import Price

__all__ = ["Key", "OpenLine", "alarm", "cleared", "standing_alarms"]

Key = tuple[OrderId, str]


@frozen(field_transformer=checked)
class OpenLine:
    """An accepted order line that rests on virtual stock.

    Attributes:
        order_id: the order.
        line_id: the line.
        sku_id: what was sold.
        quantity: pieces; at least 1.
        offer_id: the offer it was promised from, or bought on.
        ship_by: the parcel must leave by then.
        deliver_by: the promised date, or None where only the hand-over was promised.
        part: the part of the lead time that is under way, by its name; empty while nothing is
            bought.
        since: when that part began.
        max_unit_price: the most one piece may cost so that the margin floor holds, or None.
    """

    order_id: OrderId
    line_id: str
    sku_id: SkuId
    quantity: int
    offer_id: OfferId
    ship_by: datetime
    deliver_by: datetime | None = None
    part: str = ""
    since: datetime | None = None
    max_unit_price: Price | None = None

    def __attrs_post_init__(self) -> None:
        if self.quantity < 1:
            raise refuse(self, "quantity", self.quantity, "must be at least 1")
        if bool(self.part) != (self.since is not None):
            raise refuse(self, "since", str(self.since), "goes with the part under way")

    @property
    def key(self) -> Key:
        """The order and the line."""
        return self.order_id, self.line_id


def alarm(
    line: OpenLine,
    name: str,
    cause: str,
    now: datetime,
    facts: Extra,
    raised: frozenset[str],
) -> tuple[Event, ...]:
    """The event of a line and cause, unless it was raised before."""
    key = f"{_about(line, name)}/{cause}"
    if key in raised:
        return ()
    told = {"line": line.line_id, "sku": line.sku_id, "cause": cause, "key": key}
    return (Event(f"inventory.{name}", line.order_id, now, Extra({**facts, **told})),)


def cleared(
    line: OpenLine, name: str, over: str, now: datetime, raised: frozenset[str]
) -> tuple[Event, ...]:
    """The event `over` where alarms of that name about the line were raised and hold no more."""
    about = _about(line, name)
    keys = tuple(sorted(key for key in raised if key.rpartition("/")[0] == about))
    if not keys:
        return ()
    told = Extra({"line": line.line_id, "sku": line.sku_id, "cleared": keys})
    return (Event(f"inventory.{over}", line.order_id, now, told),)


def _about(line: OpenLine, name: str) -> str:
    return f"{name}/{line.order_id}/{line.line_id}"


def standing_alarms(raised: frozenset[str], events: Iterable[Event]) -> frozenset[str]:
    """The keys of the alarms that stand after these events: what to pass as `raised` next time.

    >>> from datetime import UTC
    >>> now = datetime(2026, 11, 2, tzinfo=UTC)
    >>> rung = Event("inventory.line_uncovered", "1001", now, Extra({"key": "k"}))
    >>> over = Event("inventory.line_covered", "1001", now, Extra({"cleared": ("k",)}))
    >>> standing_alarms(frozenset(), (rung,)), standing_alarms(frozenset({"k"}), (over,))
    (frozenset({'k'}), frozenset())
    """
    standing = set(raised)
    for event in events:
        standing -= set(event.facts.get("cleared", ()))
        if "key" in event.facts:
            standing.add(event.facts["key"])
    return frozenset(standing)
