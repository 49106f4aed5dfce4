"""The stock ledger: what is there, what is promised, what comes, and nothing twice.

Commands go in, moves come out; the moves are all there is to keep. `StockBook` holds the sums of
many SKUs while commands are obeyed one after another; `keep` is the same decision as a pure
function of frozen values.
"""

from crossborder.stages.inventory.ledger.book import Obeyed, StockBook, keep
from crossborder.stages.inventory.ledger.bundles import Bundle, explode, fits, lacking, most
from crossborder.stages.inventory.ledger.commands import (
    Allocate,
    Announce,
    Buy,
    Cancel,
    Close,
    Command,
    Count,
    Expect,
    Free,
    Hold,
    Land,
    Receive,
    Regrade,
    Release,
    Return,
    Ship,
    Transfer,
    WriteOff,
    touched,
)
from crossborder.stages.inventory.ledger.lines import StockLine

__all__ = [
    "Allocate",
    "Announce",
    "Bundle",
    "Buy",
    "Cancel",
    "Close",
    "Command",
    "Count",
    "Expect",
    "Free",
    "Hold",
    "Land",
    "Obeyed",
    "Receive",
    "Regrade",
    "Release",
    "Return",
    "Ship",
    "StockBook",
    "StockLine",
    "Transfer",
    "WriteOff",
    "explode",
    "fits",
    "keep",
    "lacking",
    "most",
    "touched",
]
