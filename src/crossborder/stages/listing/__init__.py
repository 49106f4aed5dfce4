"""Stage 4, listing (刊登): cost, price, draft, check, and what to do on the platform."""

from crossborder.stages.listing.diff import ChangeKind, diff
from crossborder.stages.listing.draft import draft
from crossborder.stages.listing.landed import landed
from crossborder.stages.listing.pricing import price
from crossborder.stages.listing.validate import validate

__all__ = ["ChangeKind", "diff", "draft", "landed", "price", "validate"]
