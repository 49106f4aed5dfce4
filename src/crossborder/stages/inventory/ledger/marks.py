"""What is known of a hold, an offer, a purchase or a delivery beside its pieces."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from crossborder.model.stock import StockAccount, StockBalance, StockMove

__all__ = ["NO_MARK", "Mark", "marked"]


class Mark(NamedTuple):
    """Times and certainty; of an offer also who read it when, to tell which reading is newer."""

    since: datetime | None = None
    until: datetime | None = None
    confidence: Decimal | None = None
    at: datetime | None = None
    by: str = ""

    def newer(self, other: "Mark | None") -> bool:
        """Whether this replaces another: read later, else decided later."""
        if other is None or other.since is None or self.since is None:
            return True
        if self.since != other.since or self.at is None or other.at is None:
            return self.since >= other.since
        return (self.at, self.by) >= (other.at, other.by)


NO_MARK = Mark()


def marked(account: StockAccount, one: StockMove | StockBalance, at: datetime | None) -> Mark:
    """The mark of a move or of a balance; `NO_MARK` itself where there is none."""
    if one.since is None and one.until is None and one.confidence is None:
        return NO_MARK
    if account is not StockAccount.OFFERED:
        return Mark(one.since, one.until, one.confidence)
    by = one.id if isinstance(one, StockMove) else one.by
    return Mark(one.since, one.until, one.confidence, at, by)
