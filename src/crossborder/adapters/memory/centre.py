"""The fulfilment centre: pieces that are stored for others, by bucket."""

from datetime import datetime
from typing import Any

from crossborder.adapters.memory.effects import Answer, Effects, moment, show
from crossborder.protocols.inventory import HeldStock

__all__ = ["CentreState"]

_PAGE = 5


class CentreState(Effects):
    """What is held, by the owner's SKU."""

    def __init__(self) -> None:
        self.held: dict[str, HeldStock] = {}

    def store(self, stock: HeldStock) -> None:
        """Let the centre hold exactly this of a SKU from now on."""
        self.held[stock.sku] = stock

    def list_held(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """What is held of each SKU, or of those that changed after a time."""
        since, start = given.get("since"), int(given.get("cursor", "0"))
        after = moment(since) if since is not None else None
        found = [stock for stock in self.held.values() if _changed(stock, after)]
        cursor = str(start + _PAGE) if start + _PAGE < len(found) else None
        page = [show(stock) for stock in found[start : start + _PAGE]]
        return Answer(200, {"items": page, "cursor": cursor})


def _changed(stock: HeldStock, after: datetime | None) -> bool:
    """Whether it changed after the time; a change whose time nobody knows may have."""
    return after is None or stock.updated_at is None or stock.updated_at > after
