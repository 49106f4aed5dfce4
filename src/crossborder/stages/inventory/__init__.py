"""Stage 2, products and stock (产品及库存): the library, what can be bought in time, what is free."""

from crossborder.stages.inventory.available import available
from crossborder.stages.inventory.library import enter, untranslated
from crossborder.stages.inventory.virtual import LeadTime, virtual_stock

__all__ = ["LeadTime", "available", "enter", "untranslated", "virtual_stock"]
