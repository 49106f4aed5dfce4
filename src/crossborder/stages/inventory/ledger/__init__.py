"""The stock ledger: what is there, what is promised, what comes, and nothing twice.

Commands go in, moves come out; the moves are all there is to keep. `StockBook` holds the sums of
many SKUs while commands are obeyed one after another; `decide` is the same decision as a pure
function of frozen values.

| command | what it is for |
|---|---|
| `Hold`, `Release` | a cart keeps pieces until a time, or lets them go before it |
| `Allocate`, `Free`, `Cancel` | an order is promised pieces; some, or all, are taken back |
| `Cover` | whoever waits gets what became free by itself |
| `Ship`, `Return` | pieces leave for the buyer, and come back |
| `Expect`, `Receive`, `Close` | a delivery is announced, comes in, and is complete or short |
| `Transfer`, `Land`, `Close` | pieces go between warehouses, arrive, and are complete or lost |
| `Count`, `WriteOff`, `Regrade` | what is there differs from the books, leaves them, changes |
| `Announce`, `Buy` | what an offer lets us promise; what was promised is bought |
"""

from crossborder.stages.inventory.ledger.book import Obeyed, StockBook, decide
from crossborder.stages.inventory.ledger.bundles import Bundle, explode, fits, lacking, most
from crossborder.stages.inventory.ledger.commands import (
    Allocate,
    Announce,
    Buy,
    Cancel,
    Close,
    Command,
    Count,
    Cover,
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
    "Cover",
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
    "decide",
    "explode",
    "fits",
    "lacking",
    "most",
    "touched",
]
