"""The pretend fulfilment centre."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crossborder.errors import InvalidValue
from crossborder.model.extra import Extra
from crossborder.protocols import supports
from crossborder.protocols.inventory import HeldStock, WarehouseFeed

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def _held(number: int, **changed: Any) -> HeldStock:
    at = NOW - timedelta(hours=number)
    given: dict[str, Any] = {"counts": Extra({"sellable": number}), "updated_at": at}
    return HeldStock(f"s{number}", **(given | changed))


def test_what_is_held_comes_page_by_page(talk: Any) -> None:
    assert supports(talk.memory, WarehouseFeed)
    for number in range(7):
        talk.state.store(_held(number))
    pages = talk.pages(talk.memory.held())
    assert [len(page.items) for page in pages] == [5, 2]
    assert [item for page in pages for item in page.items] == [_held(n) for n in range(7)]
    again = talk.pages(talk.memory.held(cursor=pages[0].cursor))
    assert [page.items for page in again] == [pages[1].items]


def test_only_what_changed_since_or_may_have_is_told(talk: Any) -> None:
    for number in range(4):
        talk.state.store(_held(number))
    undated = _held(9, updated_at=None)
    talk.state.store(undated)
    (page,) = talk.pages(talk.memory.held(since=NOW - timedelta(hours=2)))
    assert page.items == (_held(0), _held(1), undated)


def test_of_a_sku_the_last_word_counts(talk: Any) -> None:
    talk.state.store(_held(1))
    emptied = _held(1, counts=Extra({"sellable": 0}))
    talk.state.store(emptied)
    (page,) = talk.pages(talk.memory.held())
    assert page.items == (emptied,)


@pytest.mark.parametrize("pieces", ["5", True, None, (5,)])
def test_a_count_is_a_whole_number_also_one_below_zero(pieces: Any) -> None:
    assert HeldStock("s1", Extra({"lost": -1})).counts["lost"] == -1
    with pytest.raises(InvalidValue) as caught:
        HeldStock("s1", Extra({"lost": pieces}))
    assert (caught.value.field, caught.value.value) == ("counts.lost", pieces)
