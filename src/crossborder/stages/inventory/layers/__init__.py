"""Cost layers: what the pieces that are there cost, receipt by receipt, first in, first out.

Nothing is lost: the value of the layers and the value of what was issued always make up what was
paid for goods and charges, to the last digit.
"""

from crossborder.stages.inventory.layers.book import CostBook
from crossborder.stages.inventory.layers.nouns import (
    Basis,
    Charge,
    Charged,
    ChargePart,
    Issue,
    Layer,
    Receipt,
    Take,
)

__all__ = [
    "Basis",
    "Charge",
    "ChargePart",
    "Charged",
    "CostBook",
    "Issue",
    "Layer",
    "Receipt",
    "Take",
]
