"""Stock in Amazon's centres (FBA 仓): every piece in exactly one bucket, and what does not add up.

Amazon states sixteen buckets and four totals. The names are those of its FBA inventory model, v1
(amzn/selling-partner-api-models, `fbaInventory.json`), and of the notification
`FBA_INVENTORY_AVAILABILITY_CHANGES`; a name that is not among them is quarantined: kept with its
pieces, and never sold from.

What `totalQuantity` covers is not defined: "in an inbound shipment or in Amazon fulfillment
centers". The model has no example of it. The one published answer of a live account that we know
of (https://amazon-doc-tr.readme.io/reference/fba-envanter-api-örneği, June 2025) states 8
fulfillable, 50 inbound, 2 researched and a total of 58: researched pieces stand outside of the
total there, while examples written by hand mostly count them in. So nothing is assumed: what the
total has more or less than the buckets is its residue, and `outside` names the one group that
would explain it.
"""

from crossborder.stages.inventory.fba.books import counted, real_stock
from crossborder.stages.inventory.fba.buckets import FbaBucket, FbaUse
from crossborder.stages.inventory.fba.stock import (
    FbaCounts,
    FbaPieces,
    FbaResidue,
    FbaStock,
    fba_stock,
)

__all__ = [
    "FbaBucket",
    "FbaCounts",
    "FbaPieces",
    "FbaResidue",
    "FbaStock",
    "FbaUse",
    "counted",
    "fba_stock",
    "real_stock",
]
