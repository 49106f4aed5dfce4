"""Stage 8: what a channel tells of its orders, and what it is told of them."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from crossborder.conversation import Flow, Page
from crossborder.model.ids import Ref
from crossborder.model.money import Price
from crossborder.model.order import Fulfilment, Order
from crossborder.model.outcome import Outcome
from crossborder.model.payment import Refund

__all__ = ["DispatchReporter", "OrderFeed", "OrderRefunder"]


class OrderFeed(Protocol):
    """Shows orders."""

    @abstractmethod
    def orders(self, *, since: datetime, cursor: str | None = None) -> Flow[Page[Order]]:
        """Orders changed at or after `since`, oldest change first, page by page."""
        ...

    @abstractmethod
    def order(self, ref: Ref) -> Flow[Order]:
        """One order as it stands now."""
        ...


class DispatchReporter(Protocol):
    """Is told what left."""

    @abstractmethod
    def dispatch(self, order: Order, fulfilment: Fulfilment) -> Flow[Outcome[Fulfilment]]:
        """Report a dispatch with its tracking numbers, once."""
        ...


class OrderRefunder(Protocol):
    """Gives a buyer money back through the channel."""

    @abstractmethod
    def refund_order(
        self, order: Order, money: Price, *, now: datetime, reason: str = ""
    ) -> Flow[Outcome[Refund]]:
        """Give this much back, once."""
        ...
