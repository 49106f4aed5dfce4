"""Faults put into the stock ledger on purpose, each found by a test that is named beside it."""

import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any

import pytest

from crossborder.stages.inventory.ledger import (
    book,
    claims,
    goods,
    leaving,
    lines,
    obey,
    supply,
    taking,
)
from crossborder.stages.inventory.ledger.marks import Mark
from crossborder.stages.inventory.ledger.shelf import Shelf
from unit.stages.inventory.ledger import test_kernel as tests

Mutant = tuple[str, Any, str, str, Callable[[], None]]

MUTANTS: tuple[Mutant, ...] = (
    (
        "a flag hides earlier allocations (Saleor)",
        claims._room,
        "shelf.free(place, now),",
        "shelf.free(place, now) + shelf.allocated(place),",
        tests.test_using_a_hold_never_makes_allocated_pieces_free,
    ),
    (
        "each place gives as much as is wanted, not the rest (Vendure)",
        taking.taken,
        "pieces -= some",
        "pieces -= some if place == places[-1] else 0",
        tests.test_thirteen_of_ten_and_fifteen_takes_thirteen,
    ),
    (
        "two lines of one item are checked apart (Medusa)",
        taking.taken,
        "left[place] -= some",
        "pass",
        tests.test_two_lines_of_one_item_are_not_checked_apart,
    ),
    (
        "expired holds count until somebody sweeps",
        Shelf.held,
        "self._live[key[1], key[3]] -= self.counts.get(key, 0)",
        "pass",
        tests.test_a_hold_ends_by_itself_at_its_time,
    ),
    (
        "a hold still counts at the moment of its end",
        Shelf.held,
        "self._ends[0][0] <= now",
        "self._ends[0][0] < now",
        tests.test_a_hold_ends_by_itself_at_its_time,
    ),
    (
        "the clock of a question stays in the book",
        Shelf.held,
        "self._gone and self._gone[-1][0] > now",
        "False",
        tests.test_a_question_about_an_earlier_time_sees_the_hold_again,
    ),
    (
        "an allocated hold is not let go",
        claims.allocate,
        'work.at(sku, key, -pieces, "allocated")',
        "pass",
        tests.test_held_pieces_that_are_allocated_are_counted_once,
    ),
    (
        "a hold is used after its end",
        Shelf.held_by,
        "return None if over else found",
        "return found",
        tests.test_an_expired_hold_cannot_be_allocated,
    ),
    (
        "the lines that fit are kept when others do not",
        obey.obey,
        "work.moves.clear()",
        "work.problems.clear()",
        tests.test_a_refused_order_leaves_no_trace,
    ),
    (
        "whether lines fit depends on their order",
        taking._shift,
        "while lacking.get(line):",
        "while False:",
        tests.test_lines_that_can_go_elsewhere_make_room_for_those_that_cannot,
    ),
    (
        "a bundle takes one of each part",
        lines.StockLine.needs,
        "pieces * self.quantity",
        "self.quantity",
        tests.test_bundles_share_their_parts_with_other_lines_of_the_cart,
    ),
    (
        "more is freed than was allocated",
        leaving.given,
        "if pieces:\n",
        "if False:\n",
        tests.test_freeing_more_than_was_allocated_is_refused,
    ),
    (
        "cancelling gives back one place only",
        claims.cancel,
        "if account is StockAccount.ORDERED:",
        "break\n                if account is StockAccount.ORDERED:",
        tests.test_a_cancelled_order_gives_back_all_its_pieces_once,
    ),
    (
        "shipped pieces stay promised",
        leaving._leave,
        'work.at(sku, key, -some, "shipped")',
        "pass",
        tests.test_shipped_pieces_leave_the_shelf_and_the_promise,
    ),
    (
        "what is not there is shipped",
        leaving._leave,
        "min(left, there, on_hand)",
        "min(left, there)",
        tests.test_what_was_promised_and_is_not_there_is_not_shipped,
    ),
    (
        "returned pieces can come back again",
        leaving.return_,
        'work.at(sku, key, -pieces, "returned")',
        "pass",
        tests.test_no_more_pieces_come_back_than_went,
    ),
    (
        "whatever comes back is sellable",
        leaving.return_,
        "condition=command.condition",
        "condition=SELLABLE",
        tests.test_opened_pieces_that_come_back_are_not_sellable,
    ),
    (
        "what arrives beyond a delivery is forgotten",
        goods.receive,
        'command.quantity, "received")',
        'command.quantity - (left if command.expected_id else 0), "received")',
        tests.test_a_short_delivery_is_told_when_it_is_closed_and_a_long_one_at_once,
    ),
    (
        "a count is added to the figure",
        goods.count,
        "command.counted - booked",
        "command.counted",
        tests.test_a_count_sets_the_figure_and_tells_of_promises_beyond_it,
    ),
    (
        "a command without effect is not remembered",
        obey.obey,
        "_sign(work, shelves)",
        "pass",
        tests.test_a_count_that_finds_no_difference_is_not_applied_later,
    ),
    (
        "promised pieces are sent away",
        goods._spare,
        'min(there, shelf.free((where, ""), work.now)) if condition == SELLABLE else there',
        "there",
        tests.test_promised_and_held_pieces_are_not_written_off_regraded_or_sent_away,
    ),
    (
        "pieces on the way are there already",
        goods.transfer,
        '-n, "sent")',
        '-n, "sent"); _on_hand(work, sku, command.destination, "sellable", n, "sent")',
        tests.test_pieces_on_the_way_are_ours_and_at_no_warehouse,
    ),
    (
        "lost pieces vanish from the books",
        goods.close,
        'work.move(sku, StockAccount.LOST, pieces, ref=command.ref, reason="lost")',
        "pass",
        tests.test_pieces_on_the_way_are_ours_and_at_no_warehouse,
    ),
    (
        "an offer is sold after its end",
        Shelf.there,
        "or now >= reading.until",
        "",
        tests.test_an_offer_is_promised_until_its_end_and_no_further,
    ),
    (
        "an older reading replaces a newer one",
        supply.announce,
        "not mine.newer(known)",
        "False",
        tests.test_an_older_reading_of_an_offer_changes_nothing,
    ),
    (
        "promises an offer no longer covers are not told",
        supply.announce,
        "promised > covered",
        "False",
        tests.test_promises_that_an_offer_no_longer_covers_raise_an_alarm,
    ),
    (
        "bought pieces are offered again",
        Shelf.offered,
        "stated - sum(self.counts[key] for key in self.taken(offer_id))",
        "stated",
        tests.test_what_was_bought_is_neither_promised_twice_nor_offered_again,
    ),
    (
        "pieces bought before a reading are taken off it for ever",
        supply.announce,
        "bought_at < stock.observed_at",
        "False",
        tests.test_what_was_bought_is_neither_promised_twice_nor_offered_again,
    ),
    (
        "a reading worked out anew counts as older",
        Mark.newer,
        "return (self.at, self.by) >= (other.at, other.by)",
        "return False",
        tests.test_a_reading_worked_out_anew_replaces_the_same_reading,
    ),
    (
        "a lost piece blocks every cart",
        claims._room,
        "return max(0, spare) + min(held, max(0, unpromised))",
        "return spare + held",
        tests.test_a_lost_piece_does_not_block_those_who_hold_the_others,
    ),
    (
        "whoever waits may ship what others were promised",
        claims._await,
        "StockAccount.AWAITED, missing",
        "StockAccount.ALLOCATED, missing",
        tests.test_whoever_waits_takes_nothing_that_others_were_promised_or_hold,
    ),
    (
        "the last to wait is served first",
        Shelf.awaited,
        "sorted(found)",
        "sorted(found, reverse=True)",
        tests.test_what_becomes_free_by_itself_goes_to_the_longest_wait_first,
    ),
    (
        "pieces that orders wait for are sold to others",
        Shelf._add,
        "if account is _ALLOCATED or account is _AWAITED:",
        "if account is _ALLOCATED:",
        tests.test_what_becomes_free_by_itself_goes_to_the_longest_wait_first,
    ),
    (
        "the end of a hold that was over makes room",
        Shelf.lives,
        "return until is not None and until > now",
        "return True",
        tests.test_letting_go_of_a_hold_that_is_over_makes_no_room_for_those_who_wait,
    ),
    (
        "a transfer is received like a delivery",
        goods.receive,
        "if shelf.of(StockAccount.IN_TRANSIT, command.expected_id):",
        "if False:",
        tests.test_a_transfer_is_landed_and_never_received,
    ),
    (
        "a changed hold keeps the old pieces too",
        claims.hold,
        'work.at(sku, key, -pieces, "replaced")',
        "pass",
        tests.test_a_hold_is_changed_in_one_step,
    ),
    (
        "pieces bought for an order arrive for anybody",
        goods._arrived,
        "*(sku, StockAccount.ALLOCATED, some)",
        "*(sku, StockAccount.LOST, some)",
        tests.test_pieces_bought_for_an_order_arrive_for_that_order,
    ),
    (
        "a repeated command is obeyed again",
        obey.obey,
        "if known:\n",
        "if False:\n",
        tests.test_a_repeated_command_changes_nothing_and_another_use_of_its_id_is_refused,
    ),
    (
        "an id used for another command counts as a repeat",
        obey.obey,
        "if known != {mark}:",
        "if False:",
        tests.test_a_repeated_command_changes_nothing_and_another_use_of_its_id_is_refused,
    ),
    (
        "moves that come twice are counted twice",
        book.StockBook.add,
        "elif (command, sku) not in begun:",
        "elif False:",
        tests.test_moves_that_come_twice_are_counted_once,
    ),
)


@contextmanager
def broken(target: Any, old: str, new: str) -> Iterator[None]:
    """The function with a part of its text replaced, wherever it is used, for a while."""
    function = target.fget if isinstance(target, property) else target
    assert isinstance(function, FunctionType)
    text = textwrap.dedent(inspect.getsource(function))
    assert old in text, f"{old!r} is not there"
    space: dict[str, Any] = {}
    lines = text.replace(old, new).splitlines()
    while lines[0].startswith("@"):
        lines.pop(0)
    exec("\n".join(lines), function.__globals__, space)
    kept = function.__code__
    function.__code__ = space[function.__name__].__code__
    try:
        yield
    finally:
        function.__code__ = kept


@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant[0] for mutant in MUTANTS])
def test_a_fault_is_found_by_its_test(mutant: Mutant) -> None:
    _, target, old, new, killer = mutant
    killer()
    with broken(target, old, new), pytest.raises((AssertionError, LookupError)):
        killer()
    killer()


def test_there_are_at_least_fifteen_faults_with_names_of_their_own() -> None:
    names = [mutant[0] for mutant in MUTANTS]
    assert len(set(names)) == len(names) >= 15
