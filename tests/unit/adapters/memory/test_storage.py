import asyncio
import inspect
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crossborder.adapters.memory import (
    AsyncMemoryJournal,
    AsyncMemoryTokenStore,
    MemoryJournal,
    MemoryTokenStore,
)
from crossborder.conversation import Reply, Token
from crossborder.errors import KeyReused
from crossborder.protocols.storage import Begun, New, Recorded
from crossborder.secret import Secret

AT = datetime(2026, 11, 2, tzinfo=UTC)
REPLY = Reply(201, {"Content-Type": "application/json"}, b'{"id":"1"}')


class _Called:
    """Calls a store of either kind the same way."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        def call(*args: Any) -> Any:
            answer = method(*args)
            return asyncio.run(_awaited(answer)) if inspect.isawaitable(answer) else answer

        return call


async def _awaited(answer: Any) -> Any:
    return await answer


@pytest.fixture(params=[MemoryJournal, AsyncMemoryJournal])
def journal(request: pytest.FixtureRequest) -> Any:
    return _Called(request.param())


@pytest.fixture(params=[MemoryTokenStore, AsyncMemoryTokenStore])
def store(request: pytest.FixtureRequest) -> Any:
    return _Called(request.param())


def test_a_key_is_new_once_then_begun_then_recorded(journal: Any) -> None:
    assert journal.begin("a", "digest", AT) == New()
    assert journal.begin("a", "digest", AT + timedelta(hours=1)) == Begun(AT)
    assert journal.unfinished() == ("a",)
    journal.finish("a", REPLY)
    assert journal.begin("a", "digest", AT) == Recorded(REPLY)
    assert journal.unfinished() == ()


@pytest.mark.parametrize("finished", [False, True])
def test_a_key_is_not_used_for_two_requests(journal: Any, finished: bool) -> None:
    journal.begin("a", "digest", AT)
    if finished:
        journal.finish("a", REPLY)
    with pytest.raises(KeyReused) as caught:
        journal.begin("a", "another", AT)
    assert caught.value.name == "a"
    journal.begin("a", "digest", AT)


def test_a_forgotten_key_is_new_again_for_any_request(journal: Any) -> None:
    journal.begin("a", "digest", AT)
    journal.begin("b", "digest", AT)
    journal.forget("a")
    journal.forget("never begun")
    assert journal.unfinished() == ("b",)
    assert journal.begin("a", "another", AT) == New()


def test_of_many_threads_with_one_key_one_gets_new() -> None:
    journal = MemoryJournal()
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda _: journal.begin("a", "digest", AT), range(200)))
    assert got.count(New()) == 1
    assert got.count(Begun(AT)) == 199


def _token(name: str) -> Token:
    return Token(Secret(name), AT)


def test_a_token_is_kept_for_its_vendor_and_account(store: Any) -> None:
    assert store.load("shopify", "demo") is None
    assert store.swap("shopify", "demo", None, _token("one")) == _token("one")
    assert store.load("shopify", "demo") == _token("one")
    assert store.load("shopify", "other") is None
    assert store.load("stripe", "demo") is None


def test_a_swap_against_a_token_that_no_longer_stands_changes_nothing(store: Any) -> None:
    store.swap("shopify", "demo", None, _token("one"))
    assert store.swap("shopify", "demo", None, _token("late")) == _token("one")
    assert store.swap("shopify", "demo", _token("one"), _token("two")) == _token("two")
    assert store.swap("shopify", "demo", _token("one"), _token("three")) == _token("two")
    assert store.load("shopify", "demo") == _token("two")


def test_of_many_threads_that_swap_one_wins() -> None:
    store = MemoryTokenStore()
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda n: store.swap("v", "a", None, _token(str(n))), range(100)))
    assert len(set(kept)) == 1
    assert store.load("v", "a") == kept[0]
