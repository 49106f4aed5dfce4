"""Stage 2, products and stock (产品及库存).

Five decisions stand here; the rooms beside them hold the rest: `ledger` (what is there and
promised, exactly), `dated` (what may be promised by when), `virtual` (sell now, buy in time),
`watch` (suppliers), `channels` (how much each may show), `planning` (what to order), `allocation`
(what leaves from where), `valuation` (what it cost, and how old it is), `fba` (Amazon's figures).
"""

from crossborder.stages.inventory import (
    allocation,
    channels,
    dated,
    ledger,
    planning,
    valuation,
    virtual,
    watch,
)
from crossborder.stages.inventory.available import available
from crossborder.stages.inventory.library import enter, untranslated
from crossborder.stages.inventory.virtual import LeadTime, virtual_stock

__all__ = [
    "LeadTime",
    "allocation",
    "available",
    "channels",
    "dated",
    "enter",
    "ledger",
    "planning",
    "untranslated",
    "valuation",
    "virtual",
    "virtual_stock",
    "watch",
]
