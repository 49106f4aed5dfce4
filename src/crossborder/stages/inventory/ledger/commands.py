"""All that can be asked of the stock ledger; every command has an id of its own.

A hold, a transfer and an announced delivery are named by the id of the command that made them.
"""

from crossborder.model.ids import SkuId
from crossborder.stages.inventory.ledger.claim_commands import (
    Allocate,
    Cancel,
    Cover,
    Free,
    Hold,
    Release,
    Return,
    Ship,
)
from crossborder.stages.inventory.ledger.goods_commands import (
    Announce,
    Buy,
    Close,
    Count,
    Expect,
    Land,
    Receive,
    Regrade,
    Transfer,
    WriteOff,
)

__all__ = [
    "Allocate",
    "Announce",
    "Buy",
    "Cancel",
    "Close",
    "Command",
    "Count",
    "Cover",
    "Expect",
    "Free",
    "Hold",
    "Land",
    "Receive",
    "Regrade",
    "Release",
    "Return",
    "Ship",
    "Transfer",
    "WriteOff",
    "touched",
]

Command = (
    Hold
    | Release
    | Allocate
    | Free
    | Cancel
    | Cover
    | Ship
    | Return
    | Expect
    | Receive
    | Close
    | Count
    | WriteOff
    | Regrade
    | Transfer
    | Land
    | Announce
    | Buy
)
"""Everything the ledger obeys."""


def touched(command: Command) -> tuple[SkuId, ...]:
    """The SKUs whose stock a command reads or changes, each once, sorted.

    >>> touched(Release("r1", "h1", (SkuId("b"), SkuId("a"))))
    ('a', 'b')
    """
    if isinstance(command, Hold | Allocate | Free | Ship):
        return tuple(sorted({sku for line in command.lines for sku, _ in line.needs}))
    if isinstance(command, Return | Buy):
        return tuple(sorted({sku for sku, _ in command.line.needs}))
    if isinstance(command, Release | Cancel | Cover):
        return tuple(sorted(set(command.sku_ids)))
    return (command.stock.sku_id,) if isinstance(command, Announce) else (command.sku_id,)
