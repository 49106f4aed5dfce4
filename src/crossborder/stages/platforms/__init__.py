"""Stage 3, the choice of platform (平台选择): what is left of a price, and when it comes."""

from crossborder.stages.platforms.compare import (
    Assumptions,
    Economics,
    FeeLine,
    compare,
    economics,
)

__all__ = ["Assumptions", "Economics", "FeeLine", "compare", "economics"]
