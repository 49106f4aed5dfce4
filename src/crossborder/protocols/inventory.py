"""Stage 2: telling a channel how much may be sold, and being told what others hold of ours."""

from abc import abstractmethod
from datetime import datetime
from typing import Any, Protocol

from attrs import field, frozen

from crossborder.conversation import Flow, Page
from crossborder.model.check import checked, refuse
from crossborder.model.extra import Extra
from crossborder.model.ids import SkuId
from crossborder.model.listing import Listing
from crossborder.model.outcome import Outcome

__all__ = ["HeldStock", "StockLevel", "StockPublisher", "WarehouseFeed"]


def _whole(instance: object, attribute: Any, value: Extra) -> None:
    for name, pieces in value.items():
        if type(pieces) is not int:
            raise refuse(instance, f"{attribute.name}.{name}", pieces, "must be a whole number")


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


@frozen(field_transformer=checked)
class HeldStock:
    """What somebody who stores for us says that they hold of one SKU.

    Attributes:
        sku: the SKU as we named it to them.
        counts: every number of pieces they state, by their own name of it, dotted where it stands
            inside another; buckets, totals and what nobody knows yet alike, none left out and
            none changed, a negative one neither.
        place: which of their stocks it is, such as a warehouse or a marketplace; empty: the only
            one.
        updated_at: when a count changed last, or None when they do not say.
        extra: what they said beyond this.
    """

    sku: str
    counts: Extra = field(factory=Extra, validator=_whole)
    place: str = ""
    updated_at: datetime | None = None
    extra: Extra = field(factory=Extra)


class WarehouseFeed(Protocol):
    """Shows what a warehouse run by others holds of ours."""

    @abstractmethod
    def held(
        self, *, since: datetime | None = None, cursor: str | None = None
    ) -> Flow[Page[HeldStock]]:
        """What is held of each SKU, page by page: of all, or of those changed after `since`.

        The words stay the holder's: what each count means is decided where it is read.
        """
        ...
