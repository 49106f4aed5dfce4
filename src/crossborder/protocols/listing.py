"""Stage 4: putting a draft on a platform."""

from abc import abstractmethod
from typing import Protocol

from crossborder.conversation import Flow
from crossborder.model.listing import Listing, ListingDraft
from crossborder.model.outcome import Outcome

__all__ = ["ListingChannel"]


class ListingChannel(Protocol):
    """Holds our listings."""

    @abstractmethod
    def publish(self, draft: ListingDraft) -> Flow[Outcome[Listing]]:
        """Make the channel show exactly the draft: new, or in place of what stands there.

        The draft's `sku` is the natural key: publishing twice leaves one listing.
        """
        ...

    @abstractmethod
    def listing(self, sku: str) -> Flow[Listing | None]:
        """What stands there under our key, or None."""
        ...

    @abstractmethod
    def delist(self, listing: Listing) -> Flow[Outcome[Listing]]:
        """Take it from the buyers' sight, without losing it."""
        ...
