"""An order's status: five small parts, and the platform's own words beside them."""

from datetime import datetime
from enum import StrEnum

from attrs import frozen

from crossborder.model.check import checked
from crossborder.model.ledger import PaymentState

__all__ = ["FulfilmentState", "Native", "OrderState", "OrderStatus", "SettlementState"]


class OrderState(StrEnum):
    """The order part: the only one that is a machine."""

    DRAFT = "draft"
    PENDING = "pending"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    def leads_to(self, state: "OrderState") -> bool:
        """Whether an order in this state may be moved to that one; staying is no move."""
        return state is self or state in _ORDER_MOVES[self]


_ORDER_MOVES = {
    OrderState.DRAFT: {OrderState.PENDING},
    OrderState.PENDING: {OrderState.OPEN, OrderState.CANCELLED},
    OrderState.OPEN: {OrderState.CLOSED, OrderState.CANCELLED},
    OrderState.CLOSED: {OrderState.OPEN},
    OrderState.CANCELLED: set[OrderState](),
}


class FulfilmentState(StrEnum):
    """The fulfilment part."""

    UNFULFILLED = "unfulfilled"
    SCHEDULED = "scheduled"
    ON_HOLD = "on_hold"
    IN_PROGRESS = "in_progress"
    PARTIALLY_SHIPPED = "partially_shipped"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    NOT_REQUIRED = "not_required"
    UNFULFILLABLE = "unfulfillable"
    CANCELLED = "cancelled"


class SettlementState(StrEnum):
    """The settlement part: the platform's money towards us, not the buyer's."""

    UNKNOWN = "unknown"
    HELD = "held"
    RELEASING = "releasing"
    RELEASED = "released"


@frozen(field_transformer=checked)
class Native:
    """A platform's own word: kept, never interpreted.

    Attributes:
        platform: the adapter's name.
        field: the field of the payload.
        value: the raw value.
        api_version: of the payload, or empty.
        observed_at: when it was read, or None.
    """

    platform: str
    field: str
    value: str
    api_version: str = ""
    observed_at: datetime | None = None


@frozen(field_transformer=checked)
class OrderStatus:
    """The five parts; a part nobody knows is None.

    Attributes:
        order: draft, pending, open, closed or cancelled.
        payment: see `PaymentState`.
        fulfilment: see `FulfilmentState`.
        settlement: see `SettlementState`.
        flags: such as `hold:risk`, `presale`, `quarantine:unknown_status`, `conflict:payment`.
        native: the platform's own words.
    """

    order: OrderState | None = None
    payment: PaymentState | None = None
    fulfilment: FulfilmentState | None = None
    settlement: SettlementState | None = None
    flags: frozenset[str] = frozenset()
    native: tuple[Native, ...] = ()

    @property
    def holds(self) -> frozenset[str]:
        """The flags that stop all work."""
        return frozenset(flag for flag in self.flags if flag.startswith(("hold:", "quarantine:")))

    @property
    def workable(self) -> bool:
        """Whether goods may be bought and sent: the order is open and nothing holds it."""
        return self.order is OrderState.OPEN and not self.holds
