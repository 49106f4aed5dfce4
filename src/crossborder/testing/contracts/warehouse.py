"""The suite for warehouses run by others that tell what they hold of ours."""

import asyncio
from abc import abstractmethod
from datetime import timedelta

from crossborder.clients import AsyncClient
from crossborder.conversation import Page
from crossborder.protocols.inventory import HeldStock
from crossborder.testing.clock import VirtualClock
from crossborder.testing.contracts.once import Far, OnceContract

__all__ = ["WarehouseFeedContract"]


class WarehouseFeedContract(OnceContract):
    """`WarehouseFeed`: the far end holds stock over at least two pages.

    Of one SKU it states a count and a field that are not in its documentation.
    """

    @abstractmethod
    def expected(self) -> tuple[HeldStock, ...]:
        """What is held, in the order of the list."""

    @abstractmethod
    def unknown(self) -> tuple[str, str, str]:
        """A SKU, and the undocumented count and field that it is told with."""

    def _pages(self, far: Far) -> list[Page[HeldStock]]:
        return list(self._client(far, far.transport, None).pages(far.adapter.held()))

    def _odd(self, far: Far) -> HeldStock:
        sku, _, _ = self.unknown()
        return next(item for page in self._pages(far) for item in page.items if item.sku == sku)

    def test_all_that_is_held_comes_once_over_all_pages(self) -> None:
        pages = self._pages(self.far())
        assert len(pages) > 1, "the far end must hold more than one page"
        held = [item for page in pages for item in page.items]
        assert [item.sku for item in held] == [item.sku for item in self.expected()]

    def test_every_count_and_every_time_is_told_as_it_stands(self) -> None:
        name = self.unknown()[1]
        for page in self._pages(self.far()):
            for item in page.items:
                wanted = next(one for one in self.expected() if one.sku == item.sku)
                plain = {key: pieces for key, pieces in item.counts.items() if key != name}
                assert plain == {key: n for key, n in wanted.counts.items() if key != name}
                assert (item.place, item.updated_at) == (wanted.place, wanted.updated_at)

    def test_a_count_that_nobody_knows_keeps_its_name_and_its_pieces(self) -> None:
        sku, name, _ = self.unknown()
        wanted = next(item for item in self.expected() if item.sku == sku)
        assert self._odd(self.far()).counts.get(name) == wanted.counts[name]

    def test_a_field_that_nobody_knows_is_kept(self) -> None:
        assert self.unknown()[2] in self._odd(self.far()).extra

    def test_a_saved_cursor_starts_behind_its_page(self) -> None:
        far = self.far()
        first, *others = self._pages(far)
        again = self.run(far, far.adapter.held(cursor=first.cursor))
        assert again.items == others[0].items

    def test_stock_that_did_not_change_since_stays_away(self) -> None:
        far = self.far()
        page = self.run(far, far.adapter.held(since=far.now + timedelta(days=400)))
        assert (page.items, page.next) == ((), None)

    def test_both_colours_see_the_same_stock(self) -> None:
        far = self.far()

        async def ask() -> list[HeldStock]:
            async with AsyncClient(http=far.transport, clock=VirtualClock(far.now)) as client:
                return [item async for item in client.items(far.adapter.held())]

        held = [item for page in self._pages(self.far()) for item in page.items]
        assert asyncio.run(ask()) == held
