"""The suite for stock ledgers: what yours must do so that nothing is sold twice or forgotten."""

from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from threading import Event

import pytest
from attrs import evolve

from crossborder.errors import InvalidValue
from crossborder.model.ids import SkuId
from crossborder.model.stock import StockAccount, StockMove
from crossborder.protocols.storage import Appended, Conflict, StockLedger

__all__ = ["StockLedgerContract"]

_NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
_CUP, _POT = SkuId("CUP"), SkuId("POT 壶")


def _move(command: str, sku_id: SkuId = _CUP, quantity: int = 1) -> StockMove:
    return StockMove(command, sku_id, StockAccount.ON_HAND, quantity, _NOW, "home", "sellable")


class StockLedgerContract(ABC):
    """`StockLedger`: give an empty one."""

    @abstractmethod
    def ledger(self) -> StockLedger:
        """An empty ledger."""

    def test_an_empty_ledger_has_no_moves(self) -> None:
        ledger = self.ledger()
        assert list(ledger.load((_CUP,))) == []
        assert list(ledger.since(0)) == []

    def test_moves_come_back_as_they_were_kept_field_by_field(self) -> None:
        ledger = self.ledger()
        full = StockMove(
            "c 1 ’",
            _POT,
            StockAccount.HELD,
            -3,
            _NOW.astimezone(timezone(timedelta(hours=8))),
            warehouse_id="home",
            condition="opened",
            offer_id="offer",
            ref="hold",
            line_id="line",
            since=_NOW,
            until=_NOW + timedelta(days=1, microseconds=1),
            confidence=Decimal("0.9050"),
            reason="a reason\nin two lines",
            stamp="0af3",
        )
        moves = (full, _move("c 1 ’"))
        assert ledger.append(moves, expected_version={_CUP: 0, _POT: 0}) == Appended(1)
        assert list(ledger.load((_POT,))) == [full]
        assert str(next(iter(ledger.load((_POT,)))).confidence) == "0.9050"
        assert [tuple(entry.moves) for entry in ledger.since(0)] == [moves]

    def test_a_sku_is_at_the_version_of_the_commands_that_moved_it(self) -> None:
        ledger = self.ledger()
        first = (_move("a"), _move("a"), _move("a", _POT))
        assert isinstance(ledger.append(first, expected_version={_CUP: 0, _POT: 0}), Appended)
        assert isinstance(ledger.append((_move("b"),), expected_version={_CUP: 1}), Appended)
        conflict = ledger.append((_move("c"),), expected_version={_CUP: 1, _POT: 1})
        assert isinstance(conflict, Conflict)
        assert dict(conflict.versions) == {_CUP: 2}

    def test_a_wrong_version_of_a_sku_that_is_only_read_keeps_nothing(self) -> None:
        ledger = self.ledger()
        ledger.append((_move("a", _POT),), expected_version={_POT: 0})
        conflict = ledger.append((_move("b"),), expected_version={_CUP: 0, _POT: 0})
        assert isinstance(conflict, Conflict)
        assert dict(conflict.versions) == {_POT: 1}
        assert list(ledger.load((_CUP,))) == []
        assert len(ledger.since(0)) == 1

    def test_a_version_that_is_ahead_is_a_conflict_too(self) -> None:
        ledger = self.ledger()
        conflict = ledger.append((_move("a"),), expected_version={_CUP: 1})
        assert isinstance(conflict, Conflict)
        assert (dict(conflict.versions), conflict.repeated) == ({_CUP: 0}, False)
        assert list(ledger.load((_CUP,))) == []

    def test_a_command_is_kept_once_even_at_the_right_version(self) -> None:
        ledger = self.ledger()
        ledger.append((_move("a"),), expected_version={_CUP: 0})
        again = ledger.append((_move("a"),), expected_version={_CUP: 1})
        elsewhere = ledger.append((_move("a", _POT),), expected_version={_POT: 0})
        assert isinstance(again, Conflict)
        assert isinstance(elsewhere, Conflict)
        assert (again.repeated, elsewhere.repeated) == (True, True)
        assert (dict(again.versions), dict(elsewhere.versions)) == ({}, {})
        assert len(ledger.since(0)) == 1

    def test_what_was_loaded_before_is_left_out(self) -> None:
        ledger = self.ledger()
        for at, name in enumerate("abc"):
            moves = (_move(name), _move(name, quantity=2))
            ledger.append(moves, expected_version={_CUP: at})
        ledger.append((_move("d", _POT),), expected_version={_POT: 0})
        later = ledger.load((_POT, _CUP), after={_CUP: 2})
        assert [move.id for move in later] == ["c", "c", "d"]
        assert [move.quantity for move in later if move.id == "c"] == [1, 2]
        assert list(ledger.load((_CUP,), after={_CUP: 3})) == []

    def test_a_sku_asked_for_twice_is_loaded_once(self) -> None:
        ledger = self.ledger()
        ledger.append((_move("a"),), expected_version={_CUP: 0})
        assert len(ledger.load((_CUP, _CUP))) == 1

    def test_commands_are_told_in_order_and_in_parts(self) -> None:
        ledger = self.ledger()
        for at, name in enumerate("abcde"):
            ledger.append((_move(name),), expected_version={_CUP: at})
        told = [entry.moves[0].id for entry in ledger.since(0, limit=2)]
        last = ledger.since(0, limit=2)[-1].position
        told += [entry.moves[0].id for entry in ledger.since(last)]
        assert told == list("abcde")
        assert list(ledger.since(ledger.since(0)[-1].position)) == []

    def test_of_many_who_expect_one_version_exactly_one_is_kept(self) -> None:
        ledger = self.ledger()

        def keep(number: int) -> Appended | Conflict:
            return ledger.append((_move(f"c{number}"),), expected_version={_CUP: 0})

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(keep, range(24)))
        assert sum(isinstance(answer, Appended) for answer in answers) == 1
        assert len(ledger.load((_CUP,))) == 1
        assert len(ledger.since(0)) == 1

    def test_many_at_once_on_other_skus_are_all_kept(self) -> None:
        ledger = self.ledger()

        def keep(number: int) -> Appended | Conflict:
            sku = SkuId(f"S{number}")
            return ledger.append((_move(f"c{number}", sku),), expected_version={sku: 0})

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(keep, range(24)))
        assert all(isinstance(answer, Appended) for answer in answers)
        assert {entry.moves[0].id for entry in ledger.since(0)} == {f"c{n}" for n in range(24)}
        positions = [entry.position for entry in ledger.since(0)]
        assert positions == sorted(set(positions))

    def test_moves_are_kept_one_by_one_also_equal_ones_and_ones_of_nothing(self) -> None:
        ledger = self.ledger()
        equal = (_move("a"), _move("a"), _move("a", quantity=0))
        ledger.append(equal, expected_version={_CUP: 0})
        ledger.append((_move("b", quantity=0),), expected_version={_CUP: 1})
        assert [move.quantity for move in ledger.load((_CUP,))] == [1, 1, 0, 0]
        assert tuple(ledger.since(0)[0].moves) == equal

    def test_what_to_leave_out_is_said_by_version_not_by_position(self) -> None:
        ledger = self.ledger()
        for at, name in enumerate("pqr"):
            ledger.append((_move(name, _POT),), expected_version={_POT: at})
        for at, name in enumerate("ab"):
            ledger.append((_move(name),), expected_version={_CUP: at})
        assert [move.id for move in ledger.load((_CUP,), after={_CUP: 1})] == ["b"]
        assert list(ledger.load((_CUP,), after={_CUP: 9})) == []

    def test_a_part_is_so_many_commands_with_all_their_moves(self) -> None:
        ledger = self.ledger()
        for at, name in enumerate("abcd"):
            moves = (_move(name), _move(name, quantity=2))
            ledger.append(moves, expected_version={_CUP: at})
        assert [len(entry.moves) for entry in ledger.since(0, limit=3)] == [2, 2, 2]

    def test_of_many_commands_of_one_id_at_once_exactly_one_is_kept(self) -> None:
        ledger = self.ledger()

        def keep(number: int) -> Appended | Conflict:
            sku = SkuId(f"S{number}")
            return ledger.append((_move("same", sku),), expected_version={sku: 0})

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(keep, range(24)))
        assert sum(isinstance(answer, Appended) for answer in answers) == 1
        assert len(ledger.since(0)) == 1

    def test_ids_that_look_alike_are_not_the_same(self) -> None:
        ledger = self.ledger()
        for at, name in enumerate(("a", "A", "a ", "a\u0301", "\u00e1")):
            answer = ledger.append((_move(name),), expected_version={_CUP: at})
            assert isinstance(answer, Appended), name

    def test_long_texts_and_large_numbers_are_not_cut(self) -> None:
        ledger = self.ledger()
        long = evolve(_move("i" * 200, quantity=10**12), reason="r" * 2000, ref="f" * 200)
        ledger.append((long,), expected_version={_CUP: 0})
        assert list(ledger.load((_CUP,))) == [long]

    def test_many_moves_and_many_skus_are_loaded_at_once(self) -> None:
        ledger = self.ledger()
        many = tuple(_move("a", quantity=number + 1) for number in range(2500))
        ledger.append(many, expected_version={_CUP: 0})
        assert tuple(ledger.load((_CUP,))) == many
        others = [SkuId(f"S{number}") for number in range(5000)]
        assert len(ledger.load((_CUP, *others))) == 2500

    def test_whoever_reads_meanwhile_sees_whole_commands_and_misses_none(self) -> None:
        ledger, seen = self.ledger(), list[str]()
        done = Event()

        def follow() -> None:
            at = 0
            while True:
                last = done.is_set()
                for entry in ledger.since(at):
                    assert len(entry.moves) == 20
                    seen.append(entry.moves[0].id)
                    at = entry.position
                assert len(ledger.load((_CUP,))) % 20 == 0
                if last:
                    return

        def keep(number: int) -> None:
            sku = _CUP if number % 2 else SkuId(f"S{number}")
            while True:
                known = len({move.id for move in ledger.load((sku,))})
                moves = tuple(_move(f"c{number}", sku, n + 1) for n in range(20))
                if isinstance(ledger.append(moves, expected_version={sku: known}), Appended):
                    return

        with ThreadPoolExecutor(5) as pool:
            following = pool.submit(follow)
            for keeping in [pool.submit(keep, number) for number in range(40)]:
                keeping.result()
            done.set()
            following.result()
        assert sorted(seen) == sorted(f"c{number}" for number in range(40))

    def test_what_is_no_single_command_is_refused(self) -> None:
        ledger = self.ledger()
        for moves, versions in (
            ((), {_CUP: 0}),
            ((_move("a"), _move("b")), {_CUP: 0}),
            ((_move("a"),), {}),
        ):
            with pytest.raises(InvalidValue):
                ledger.append(moves, expected_version=versions)
        assert list(ledger.since(0)) == []

    def test_two_commands_on_the_same_two_skus_never_block_each_other_for_good(self) -> None:
        ledger = self.ledger()

        def keep(number: int) -> int:
            tries = 0
            while True:
                skus = (_CUP, _POT) if number % 2 else (_POT, _CUP)
                known: dict[SkuId, set[str]] = {sku: set() for sku in skus}
                for move in ledger.load(skus):
                    known[move.sku_id].add(move.id)
                expected = {sku: len(known[sku]) for sku in skus}
                moves = tuple(_move(f"c{number}", sku) for sku in skus)
                tries += 1
                if isinstance(ledger.append(moves, expected_version=expected), Appended):
                    return tries

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(keep, range(12)))
        assert {move.id for move in ledger.load((_CUP,))} == {f"c{n}" for n in range(12)}
        assert {move.id for move in ledger.load((_POT,))} == {f"c{n}" for n in range(12)}
