"""Suites for sourcing platforms."""

from abc import abstractmethod

import pytest
from attrs import evolve

from crossborder.errors import NotFound
from crossborder.model.ids import Ref
from crossborder.model.outcome import Done, Pending, Refused
from crossborder.model.place import Address
from crossborder.model.purchase import Purchase, PurchaseStatus
from crossborder.testing.contracts.once import Deed, Far, OnceContract

__all__ = ["OfferSourceContract", "PurchaseTracerContract", "PurchasingContract"]


class OfferSourceContract(OnceContract):
    """`OfferSource`: the far end holds an offer and a search of at least two pages."""

    @abstractmethod
    def ref(self) -> Ref:
        """An offer that exists."""

    @abstractmethod
    def missing_ref(self) -> Ref:
        """An offer that does not."""

    @abstractmethod
    def keyword(self) -> str:
        """A word with hits over at least two pages."""

    def test_an_offer_and_its_product_belong_together(self) -> None:
        far = self.far()
        found = self.run(far, far.adapter.offer(self.ref(), language="en", now=far.now))
        assert found.offer.product_id == found.product.id
        assert {line.sku_id for line in found.offer.lines} == {sku.id for sku in found.product.skus}

    def test_an_offer_carries_the_time_it_was_seen(self) -> None:
        far = self.far()
        found = self.run(far, far.adapter.offer(self.ref(), language="en", now=far.now))
        assert found.offer.observed_at == far.now

    def test_an_offer_that_does_not_exist_is_not_found(self) -> None:
        far = self.far()
        with pytest.raises(NotFound):
            self.run(far, far.adapter.offer(self.missing_ref(), language="en", now=far.now))

    def test_a_search_ends_and_shows_each_offer_once(self) -> None:
        far = self.far()
        client = self._client(far, far.transport, None)
        pages = list(client.pages(far.adapter.search(self.keyword(), language="en")))
        refs = [hit.ref for page in pages for hit in page.items]
        assert len(pages) > 1, "the far end must hold more than one page"
        assert len(refs) == len(set(refs)) > 0


class PurchasingContract(OnceContract):
    """`Purchasing`: give a purchase that is accepted and one that is refused.

    The far end counts a placed purchase as the effect `purchase`.
    """

    @abstractmethod
    def purchase(self) -> Purchase:
        """A purchase the market accepts."""

    @abstractmethod
    def refused_purchase(self) -> Purchase:
        """A purchase the market refuses."""

    def ship_to(self) -> Address:
        """Our warehouse."""
        return Address(
            "Warehouse",
            "CN",
            ("网商路699号",),
            "杭州市",
            "浙江省",
            "310000",
            "滨江区",
            phone="13800138000",
        )

    def deeds(self) -> tuple[Deed, ...]:
        """A purchase must be placed once."""
        return (
            Deed(
                "place",
                lambda far: far.adapter.place(self.purchase(), ship_to=self.ship_to()),
                "purchase",
            ),
        )

    def _placed(self, far: Far) -> Purchase:
        flow = far.adapter.place(self.purchase(), ship_to=self.ship_to())
        outcome = self.run(far, flow, key="place")
        assert isinstance(outcome, Done), outcome
        purchase: Purchase = outcome.value
        return purchase

    def test_a_preview_tells_the_cost_and_places_nothing(self) -> None:
        far = self.far()
        flow = far.adapter.preview(self.purchase(), ship_to=self.ship_to())
        outcome = self.run(far, flow)
        assert isinstance(outcome, Done), outcome
        assert outcome.value.total == outcome.value.goods + outcome.value.freight
        assert far.effects().get("purchase", 0) == 0

    def test_a_placed_purchase_keeps_our_id_and_gets_the_markets(self) -> None:
        placed = self._placed(self.far())
        assert placed.id == self.purchase().id
        assert placed.refs
        assert placed.status is PurchaseStatus.PLACED

    def test_a_refused_purchase_is_a_refusal_and_nothing_is_placed(self) -> None:
        far = self.far()
        flow = far.adapter.place(self.refused_purchase(), ship_to=self.ship_to())
        outcome = self.run(far, flow)
        assert isinstance(outcome, Refused), outcome
        assert outcome.problems
        assert far.effects().get("purchase", 0) == 0

    def test_a_paid_purchase_is_paid_or_names_where_a_person_pays(self) -> None:
        far = self.far()
        outcome = self.run(far, far.adapter.pay_purchase(self._placed(far)), key="pay")
        assert isinstance(outcome, Done | Pending), outcome
        assert outcome.value.status is PurchaseStatus.PAID or outcome.value.pay_url

    def test_a_purchase_read_back_has_the_lines_that_were_placed(self) -> None:
        far = self.far()
        placed = self._placed(far)
        seen = self.run(far, far.adapter.purchase(placed))
        assert seen.id == placed.id
        assert seen.refs == placed.refs
        wanted = sorted((line.sku_id, line.quantity) for line in placed.lines)
        assert sorted((line.sku_id, line.quantity) for line in seen.lines) == wanted


class PurchaseTracerContract(OnceContract):
    """`PurchaseTracer`: give a purchase that is on its way, and one that is not sent yet."""

    @abstractmethod
    def sent(self, far: Far) -> Purchase:
        """A purchase with scans."""

    def test_scans_have_a_time_each(self) -> None:
        far = self.far()
        events = self.run(far, far.adapter.trace(self.sent(far)))
        assert events
        assert all(event.at is not None or event.local for event in events)

    def test_a_purchase_that_was_not_sent_has_no_scans(self) -> None:
        far = self.far()
        unsent = evolve(self.sent(far), refs=self.unsent_refs(far))
        assert self.run(far, far.adapter.trace(unsent)) == ()

    @abstractmethod
    def unsent_refs(self, far: Far) -> tuple[Ref, ...]:
        """The market's ids of a purchase that was not sent yet."""
