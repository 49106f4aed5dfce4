"""Suites for journals and token stores: what yours must do."""

from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from crossborder.conversation import Reply, Token
from crossborder.errors import KeyReused
from crossborder.protocols.storage import Begun, Journal, New, Recorded, TokenStore
from crossborder.secret import Secret

__all__ = ["JournalContract", "TokenStoreContract"]

_NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
_LATER = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
_REPLY = Reply(201, {"Content-Type": "application/json"}, b'{"id":"p1"}')


class JournalContract(ABC):
    """`Journal`: give an empty one."""

    @abstractmethod
    def journal(self) -> Journal:
        """An empty journal."""

    def test_an_unknown_key_is_new(self) -> None:
        assert self.journal().begin("a", "1", _NOW) == New()

    def test_a_begun_key_stays_begun_since_its_first_time(self) -> None:
        journal = self.journal()
        journal.begin("a", "1", _NOW)
        assert journal.begin("a", "1", _LATER) == Begun(_NOW)
        assert journal.begin("a", "1", _LATER) == Begun(_NOW)

    def test_a_finished_key_gives_back_its_answer(self) -> None:
        journal = self.journal()
        journal.begin("a", "1", _NOW)
        journal.finish("a", _REPLY)
        assert journal.begin("a", "1", _LATER) == Recorded(_REPLY)

    def test_a_forgotten_key_is_new_again(self) -> None:
        journal = self.journal()
        journal.begin("a", "1", _NOW)
        journal.forget("a")
        assert journal.begin("a", "2", _LATER) == New()

    def test_forgetting_what_is_not_there_is_no_error(self) -> None:
        journal = self.journal()
        journal.forget("a")
        assert journal.begin("a", "1", _NOW) == New()

    def test_another_request_under_a_key_is_refused(self) -> None:
        journal = self.journal()
        journal.begin("a", "1", _NOW)
        with pytest.raises(KeyReused):
            journal.begin("a", "2", _NOW)
        journal.finish("a", _REPLY)
        with pytest.raises(KeyReused):
            journal.begin("a", "2", _NOW)

    def test_unfinished_keys_are_told_oldest_first(self) -> None:
        journal = self.journal()
        for name in ("a", "b", "c"):
            journal.begin(name, "1", _NOW)
        journal.finish("b", _REPLY)
        assert list(journal.unfinished()) == ["a", "c"]

    def test_of_many_at_once_only_one_begins(self) -> None:
        journal = self.journal()
        with ThreadPoolExecutor(8) as pool:
            known = list(pool.map(lambda _: journal.begin("a", "1", _NOW), range(32)))
        assert known.count(New()) == 1
        assert known.count(Begun(_NOW)) == 31


class TokenStoreContract(ABC):
    """`TokenStore`: give an empty one."""

    @abstractmethod
    def store(self) -> TokenStore:
        """An empty store."""

    def test_an_unknown_account_has_no_token(self) -> None:
        assert self.store().load("shop", "a") is None

    def test_a_token_is_kept_for_its_account_alone(self) -> None:
        store, token = self.store(), Token(Secret("t1"), _LATER, Secret("r1"))
        assert store.swap("shop", "a", None, token) == token
        assert store.load("shop", "a") == token
        assert store.load("shop", "b") is None

    def test_the_one_who_swaps_an_old_token_wins_once(self) -> None:
        store = self.store()
        first, second, third = (Token(Secret(name), _LATER) for name in ("t1", "t2", "t3"))
        store.swap("shop", "a", None, first)
        assert store.swap("shop", "a", first, second) == second
        assert store.swap("shop", "a", first, third) == second
        assert store.load("shop", "a") == second
