"""Stage 1, sourcing (选品): take a product in, screen it, choose the offer to buy it on."""

from crossborder.stages.sourcing.intake import NOISE_WORDS, normalise
from crossborder.stages.sourcing.screening import (
    COUNTERFEIT_WORDS,
    Finding,
    FindingKind,
    Review,
    ScreeningLists,
    Verdict,
    fingerprint,
    publishable,
    screen,
)
from crossborder.stages.sourcing.selection import Choice, select, unit_price

__all__ = [
    "COUNTERFEIT_WORDS",
    "NOISE_WORDS",
    "Choice",
    "Finding",
    "FindingKind",
    "Review",
    "ScreeningLists",
    "Verdict",
    "fingerprint",
    "normalise",
    "publishable",
    "screen",
    "select",
    "unit_price",
]
