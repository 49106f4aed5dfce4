"""Suites for channels that feed orders and are told of them."""

from abc import abstractmethod
from datetime import datetime, timedelta
from typing import Any

from crossborder.conversation import Flow, Page
from crossborder.model.money import Price
from crossborder.model.order import Fulfilment, Order
from crossborder.model.outcome import Done
from crossborder.testing.contracts.once import Deed, Far, OnceContract

__all__ = ["DispatchReporterContract", "OrderFeedContract", "OrderRefunderContract"]


class OrderFeedContract(OnceContract):
    """`OrderFeed`: the far end holds orders over at least two pages."""

    @abstractmethod
    def since(self) -> datetime:
        """A time before the first order changed."""

    @abstractmethod
    def expected(self) -> tuple[str, ...]:
        """The refs of all orders, oldest change first."""

    def _pages(self, far: Far) -> list[Page[Order]]:
        client = self._client(far, far.transport, None)
        return list(client.pages(far.adapter.orders(since=self.since())))

    def test_every_order_comes_once_over_all_pages(self) -> None:
        pages = self._pages(self.far())
        assert len(pages) > 1, "the far end must hold more than one page"
        found = [order.ref.value for page in pages for order in page.items]
        assert found == list(self.expected())

    def test_a_saved_cursor_starts_behind_its_page(self) -> None:
        far = self.far()
        first, *others = self._pages(far)
        again = self.run(far, far.adapter.orders(since=self.since(), cursor=first.cursor))
        assert again.items == others[0].items

    def test_orders_before_the_asked_time_stay_away(self) -> None:
        far = self.far()
        late = far.now + timedelta(days=400)
        page = self.run(far, far.adapter.orders(since=late))
        assert (page.items, page.next) == ((), None)

    def test_one_order_read_alone_is_the_order_of_the_list(self) -> None:
        far = self.far()
        listed = self._pages(far)[0].items[0]
        alone = self.run(far, far.adapter.order(listed.ref))
        assert (alone.id, alone.lines, alone.total) == (listed.id, listed.lines, listed.total)

    def test_the_platforms_own_words_are_kept(self) -> None:
        for page in self._pages(self.far()):
            for order in page.items:
                assert order.reported.native, f"{order.ref} has lost its native status"


class DispatchReporterContract(OnceContract):
    """`DispatchReporter`: give an order with something left to send, and what is sent.

    The far end counts a dispatch as the effect `dispatch`.
    """

    @abstractmethod
    def order(self, far: Far) -> Order:
        """An order with something left to send."""

    @abstractmethod
    def fulfilment(self, order: Order) -> Fulfilment:
        """What is sent, with a tracking number."""

    def deeds(self) -> tuple[Deed, ...]:
        """A dispatch must be reported once."""
        return (Deed("dispatch", self._flow, "dispatch"),)

    def _flow(self, far: Far) -> Flow[Any]:
        order = self.order(far)
        flow: Flow[Any] = far.adapter.dispatch(order, self.fulfilment(order))
        return flow

    def test_a_reported_dispatch_has_the_channels_ref_and_its_numbers(self) -> None:
        far = self.far()
        order = self.order(far)
        wanted = self.fulfilment(order)
        outcome = self.run(far, far.adapter.dispatch(order, wanted))
        assert isinstance(outcome, Done), outcome
        assert outcome.value.ref is not None
        assert outcome.value.numbers == wanted.numbers


class OrderRefunderContract(OnceContract):
    """`OrderRefunder`: give an order that was paid.

    The far end counts a refund as the effect `refund`.
    """

    @abstractmethod
    def order(self, far: Far) -> Order:
        """A paid order."""

    def money(self, order: Order) -> Price:
        """What is given back; one whole unit of the order's currency."""
        return Price(1, order.currency)

    def deeds(self) -> tuple[Deed, ...]:
        """A refund must be made once."""
        return (Deed("refund", self._flow, "refund"),)

    def _flow(self, far: Far) -> Flow[Any]:
        order = self.order(far)
        flow: Flow[Any] = far.adapter.refund_order(
            order, self.money(order), now=far.now, reason="damaged"
        )
        return flow

    def test_a_refund_says_how_much_went_back(self) -> None:
        far = self.far()
        outcome = self.run(far, self._flow(far))
        assert isinstance(outcome, Done), outcome
        assert outcome.value.money == self.money(self.order(far))
