"""Stage 2, products and stock (产品及库存).

Five names stand here; the rooms beside them hold the rest and are loaded when they are first used:
`ledger` (what is there and promised, exactly), `dated` (what may be promised by when), `virtual`
(sell now, buy in time), `watch` (suppliers), `channels` (how much each may show), `planning` (what
to order), `allocation` (what leaves from where), `valuation` (what it cost, and how old it is),
`fba` (Amazon's figures).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from crossborder.stages.inventory.available import available
from crossborder.stages.inventory.library import enter, untranslated
from crossborder.stages.inventory.virtual import LeadTime, virtual_stock

if TYPE_CHECKING:
    from crossborder.stages.inventory import (
        allocation,
        channels,
        dated,
        fba,
        ledger,
        planning,
        valuation,
        virtual,
        watch,
    )

__all__ = [
    "LeadTime",
    "allocation",
    "available",
    "channels",
    "dated",
    "enter",
    "fba",
    "ledger",
    "planning",
    "untranslated",
    "valuation",
    "virtual",
    "virtual_stock",
    "watch",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
