"""The fulfilment side: what a centre holds of ours."""

from datetime import datetime

from crossborder.adapters.memory import calls, shapes
from crossborder.conversation import Desk, Page, Steps, flow
from crossborder.protocols.inventory import HeldStock, WarehouseFeed

__all__ = ["Holding"]


class Holding(WarehouseFeed):
    """The fulfilment side: what a centre holds of ours."""

    desk: Desk

    @flow
    def held(
        self, *, since: datetime | None = None, cursor: str | None = None
    ) -> Steps[Page[HeldStock]]:
        """See `WarehouseFeed.held`."""
        reply = yield from self.desk.get("held.list", "/held", query=calls.page(since, cursor))
        return shapes.page(reply, HeldStock, lambda at: self.held(since=since, cursor=at))
