"""Suites for channels that hold listings and quantities."""

from abc import abstractmethod
from typing import Any

from attrs import evolve

from crossborder.conversation import Flow
from crossborder.model.ids import SkuId
from crossborder.model.listing import Listing, ListingDraft, ListingStatus
from crossborder.model.outcome import Done, Refused
from crossborder.protocols.inventory import StockLevel
from crossborder.testing.contracts.once import Deed, Far, OnceContract

__all__ = ["ListingChannelContract", "StockPublisherContract"]


class ListingChannelContract(OnceContract):
    """`ListingChannel`: give a draft that is accepted and one that is not.

    The far end counts a new listing as the effect `listing`.
    """

    @abstractmethod
    def draft(self) -> ListingDraft:
        """A draft the channel accepts."""

    @abstractmethod
    def refused_draft(self) -> ListingDraft:
        """A draft the channel refuses by its own rules."""

    def deeds(self) -> tuple[Deed, ...]:
        """Publishing must make one listing."""
        return (Deed("publish", lambda far: far.adapter.publish(self.draft()), "listing"),)

    def _published(self, far: Far) -> Listing:
        outcome = self.run(far, far.adapter.publish(self.draft()), key="first")
        assert isinstance(outcome, Done), outcome
        listing: Listing = outcome.value
        return listing

    def test_a_published_draft_stands_under_its_key(self) -> None:
        far, draft = self.far(), self.draft()
        sent = self._published(far)
        seen = self.run(far, far.adapter.listing(draft.sku))
        assert seen is not None
        assert (seen.sku, seen.ref, seen.digest) == (draft.sku, sent.ref, draft.digest)

    def test_every_sku_of_a_listing_has_a_ref(self) -> None:
        listing = self._published(self.far())
        wanted = {str(variant.sku_id) for variant in self.draft().variants}
        assert set(listing.variant_refs) == wanted

    def test_a_key_that_was_never_published_is_none(self) -> None:
        far = self.far()
        assert self.run(far, far.adapter.listing("no-such-key")) is None

    def test_publishing_a_changed_draft_keeps_one_listing_with_the_change(self) -> None:
        far = self.far()
        first = self._published(far)
        changed = evolve(self.draft(), title=f"{self.draft().title} II")
        outcome = self.run(far, far.adapter.publish(changed), key="second")
        assert isinstance(outcome, Done), outcome
        assert outcome.value.ref == first.ref
        assert outcome.value.digest == changed.digest
        assert far.effects()["listing"] == 1

    def test_a_refused_draft_is_a_refusal_with_problems(self) -> None:
        far = self.far()
        outcome = self.run(far, far.adapter.publish(self.refused_draft()))
        assert isinstance(outcome, Refused), outcome
        assert all(problem.code for problem in outcome.problems)
        assert outcome.problems
        assert far.effects().get("listing", 0) == 0

    def test_a_delisted_listing_is_still_there_and_paused(self) -> None:
        far = self.far()
        listing = self._published(far)
        outcome = self.run(far, far.adapter.delist(listing), key="delist")
        assert isinstance(outcome, Done), outcome
        seen = self.run(far, far.adapter.listing(listing.sku))
        assert seen is not None
        assert seen.status is ListingStatus.PAUSED


class StockPublisherContract(OnceContract):
    """`StockPublisher`: give a listing with at least two SKUs and the quantity on each."""

    @abstractmethod
    def listing(self, far: Far) -> Listing:
        """A listing that stands at the far end."""

    @abstractmethod
    def levels(self, far: Far) -> dict[str, int]:
        """The quantities that stand there, by SKU; at least two."""

    def deeds(self) -> tuple[Deed, ...]:
        """Quantities are set, not added: nothing is counted, and what is answered is compared."""
        return (Deed("set_stock", self._set, "", 0),)

    def _set(self, far: Far) -> Flow[Any]:
        fresh = self.far()
        self.listing(fresh)
        # What a second run sends is what the first one sent: `was` is not read again.
        levels = tuple(_level(sku, 7, was) for sku, was in self.levels(fresh).items())
        flow: Flow[Any] = far.adapter.set_stock(self.listing(far), levels)
        return flow

    def _happened(self, far: Far, deed: Deed) -> None:
        super()._happened(far, deed)
        assert set(self.levels(far).values()) == {7}

    def test_quantities_are_set_in_order(self) -> None:
        far = self.far()
        listing, stands = self.listing(far), self.levels(far)
        levels = tuple(_level(sku, 7, was) for sku, was in stands.items())
        outcomes = self.run(far, far.adapter.set_stock(listing, levels), key="set")
        assert [outcome.value for outcome in outcomes] == list(levels)
        assert set(self.levels(far).values()) == {7}

    def test_a_stale_quantity_is_refused_and_left_alone(self) -> None:
        far = self.far()
        listing, stands = self.listing(far), self.levels(far)
        sku, actual = next(iter(stands.items()))
        stale = (_level(sku, 1, actual + 5),)
        (outcome,) = self.run(far, far.adapter.set_stock(listing, stale), key="stale")
        assert isinstance(outcome, Refused), outcome
        assert outcome.codes == ("stale",)
        assert self.levels(far)[sku] == actual

    def test_one_bad_level_does_not_hide_the_others(self) -> None:
        far = self.far()
        listing, stands = self.listing(far), self.levels(far)
        first, second = list(stands)[:2]
        levels = (
            _level(first, 3, stands[first]),
            _level("no-such-sku", 1, None),
            _level(second, 4, stands[second]),
        )
        outcomes = self.run(far, far.adapter.set_stock(listing, levels), key="mixed")
        assert [isinstance(outcome, Done) for outcome in outcomes] == [True, False, True]


def _level(sku: str, quantity: int, was: int | None) -> StockLevel:
    return StockLevel(SkuId(sku), quantity, was)
