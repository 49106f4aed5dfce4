"""Stage 2: telling a channel how much may be sold."""

from abc import abstractmethod
from typing import Protocol

from attrs import frozen

from crossborder.conversation import Flow
from crossborder.model.check import checked
from crossborder.model.ids import SkuId
from crossborder.model.listing import Listing
from crossborder.model.outcome import Outcome

__all__ = ["StockLevel", "StockPublisher"]


@frozen(field_transformer=checked)
class StockLevel:
    """What a channel is to offer of one SKU.

    Attributes:
        sku_id: the SKU.
        quantity: pieces from now on.
        was: pieces we believe stand there, for compare-and-set; None to set without looking.
    """

    sku_id: SkuId
    quantity: int
    was: int | None = None


class StockPublisher(Protocol):
    """Sets the quantities of a channel."""

    @abstractmethod
    def set_stock(
        self, listing: Listing, levels: tuple[StockLevel, ...]
    ) -> Flow[tuple[Outcome[StockLevel], ...]]:
        """Set the quantities; one outcome a level, in order.

        A level whose `was` is stale is refused with the code `stale`; the problem's extra says
        what stands there, under `actual`, where the channel tells.
        """
        ...
