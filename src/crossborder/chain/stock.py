"""A command to the stock as a step of a longer flow."""

from datetime import datetime

from crossborder.clients import Kept, StockKeeper
from crossborder.conversation import Steps, flow, work
from crossborder.stages.inventory.ledger import Command

__all__ = ["stock"]


@flow
def stock(keeper: StockKeeper, command: Command, *, now: datetime) -> Steps[Kept]:
    """A command to the stock as one step of a longer flow.

    >>> from datetime import UTC, datetime
    >>> from crossborder import Client, SkuId, WarehouseId
    >>> from crossborder.adapters.memory import MemoryStockLedger
    >>> from crossborder.stages.inventory.ledger import Receive
    >>> home = WarehouseId("home")
    >>> keeper = StockKeeper(MemoryStockLedger(), (home,))
    >>> command = Receive("r1", SkuId("CUP"), home, 5)
    >>> with Client() as client:
    ...     kept = client.run(stock(keeper, command, now=datetime(2026, 11, 2, tzinfo=UTC)))
    >>> len(kept.outcome.value)
    1
    """
    kept = yield from work("stock.obey", keeper.obey, command, now)
    return kept
