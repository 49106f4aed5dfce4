"""FBA stock: each piece in one bucket, residues against the totals, unknown names quarantined."""

from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.decision import Decision, recording
from crossborder.model.extra import Extra
from crossborder.model.ids import OrderId, SkuId, WarehouseId
from crossborder.model.stock import RealStock, StockAccount
from crossborder.replay import replay, to_record
from crossborder.stages.inventory.available import available
from crossborder.stages.inventory.fba import (
    FbaBucket,
    FbaCounts,
    FbaStock,
    FbaUse,
    counted,
    fba_stock,
    real_stock,
)
from crossborder.stages.inventory.fba.buckets import BUCKETS, OVERLAPS, TOTALS
from crossborder.stages.inventory.ledger import Allocate, Count, StockBook, StockLine

NOW = datetime(2026, 11, 2, tzinfo=UTC)
SKU, FBA = SkuId("cup"), WarehouseId("fba-us")
# The names of the interface; the notification names the same buckets in other words.
NAMES = {bucket: name for name, bucket in reversed(list(BUCKETS.items()))}
GROUPS = ("reserved", "researching", "unfulfillable")
PARENTS = (
    "",
    "reservedQuantity.",
    "researchingQuantity.",
    "unfulfillableQuantity.",
    "newQuantity.",
)


def decided(counts: dict[str, Any]) -> Decision[FbaStock]:
    return fba_stock(FbaCounts("CUP-1", Extra(counts), NOW), now=NOW)


def stock(counts: dict[str, Any]) -> FbaStock:
    return decided(counts).value


def named(**pieces: int) -> dict[str, Any]:
    """Counts by our names of the buckets."""
    return {NAMES[FbaBucket(name)]: quantity for name, quantity in pieces.items()}


few = st.integers(0, 20)
buckets = st.dictionaries(st.sampled_from(sorted(NAMES.values())), few)
strange = st.dictionaries(
    st.builds(
        "{}{}".format, st.sampled_from(PARENTS), st.text("abcdefghij", min_size=1, max_size=8)
    ),
    few,
    max_size=4,
)
totals = st.dictionaries(st.sampled_from(sorted(TOTALS)[2:]), st.integers(0, 200))
overlaps = st.dictionaries(st.sampled_from(sorted(OVERLAPS)), few)
everything = st.builds(
    lambda *parts: {k: v for p in parts for k, v in p.items()}, buckets, strange, totals, overlaps
)


@given(everything, st.integers(0, 500))
def test_buckets_quarantined_pieces_and_residue_add_up_to_the_total(
    counts: dict[str, Any], total: int
) -> None:
    found = stock({**counts, "totalQuantity": total})
    pieces = sum(one.quantity for one in found.pieces) + sum(found.quarantined.values())
    assert pieces + found.residue() == total
    assert sum(found.total(use) for use in FbaUse) == sum(one.quantity for one in found.pieces)


@given(everything)
def test_the_same_holds_for_each_groups_total(counts: dict[str, Any]) -> None:
    found = stock(counts)
    for residue in found.residues:
        if residue.group in GROUPS:
            mine = sum(one.quantity for one in found.pieces if one.bucket.group == residue.group)
            odd = sum(
                n
                for name, n in found.quarantined.items()
                if name.startswith(f"{residue.group}Quantity.")
            )
            assert mine + odd + residue.quantity == residue.stated


@given(everything, st.randoms())
def test_the_order_of_the_names_changes_nothing(counts: dict[str, Any], chance: Any) -> None:
    shuffled = list(counts.items())
    chance.shuffle(shuffled)
    assert decided(dict(shuffled)) == decided(counts)


@given(everything)
def test_every_stated_count_is_in_exactly_one_place(counts: dict[str, Any]) -> None:
    found = stock(counts)
    told = {NAMES[one.bucket]: one.quantity for one in found.pieces if NAMES[one.bucket] in counts}
    summed = {name for name in counts if name in TOTALS}
    parts = [set(told), set(found.quarantined), set(found.overlapping), summed]
    assert sum(len(part) for part in parts) == len(counts)
    assert {**told, **found.quarantined, **found.overlapping}.items() <= counts.items()
    assert all(one.quantity == 0 for one in found.pieces if NAMES[one.bucket] not in counts)


@given(everything, strange)
def test_an_unknown_name_is_never_sold_from_and_always_told(
    counts: dict[str, Any], odd: dict[str, Any]
) -> None:
    known = {name: n for name, n in counts.items() if name in BUCKETS}
    found = decided({**known, **odd})
    assert found.value.quarantined == odd
    assert real_stock(found.value, SKU, FBA) == real_stock(stock(known), SKU, FBA)
    events = {e.facts["bucket"]: e.facts["pieces"] for e in found.events}
    assert events == odd
    assert all(event.name == "inventory.fba_bucket_quarantined" for event in found.events)


@given(everything)
def test_only_what_is_fulfillable_is_offered(counts: dict[str, Any]) -> None:
    found = stock(counts)
    offered = available(real_stock(found, SKU, FBA), (), SKU, now=NOW).value
    assert offered == counts.get("fulfillableQuantity", 0)


@given(everything, everything)
def test_the_ledger_holds_what_was_observed_last_and_a_repeat_changes_nothing(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    book = StockBook([FBA])
    for number, counts in enumerate((first, second, second)):
        observed = counted(stock(counts), SKU, FBA, observation_id=f"run-{min(number, 1)}")
        before = book.stock(SKU)
        for command in observed:
            assert not book.obey(command, NOW).problems
        if number == 2:
            assert book.stock(SKU) == before
        for command in observed:
            there = {one.condition: one.on_hand for one in book.real(SKU, NOW)}
            assert there.get(command.condition, 0) == command.counted


@given(buckets, few)
def test_counting_neither_loses_nor_makes_pieces(counts: dict[str, Any], ours: int) -> None:
    found = stock(counts)
    commands = counted(found, SKU, FBA, observation_id="run", ours=ours)
    there = sum(one.quantity for one in found.pieces if one.bucket.account is StockAccount.ON_HAND)
    assert sum(command.counted for command in commands) == there
    assert len({command.id for command in commands}) == len(commands)


@given(everything)
def test_a_decision_can_be_made_again(counts: dict[str, Any]) -> None:
    with recording():
        first = decided(counts)
    assert replay(to_record(first)) == evolve(first, inputs=None)


def test_a_published_answer_counts_researched_pieces_outside_of_its_total() -> None:
    """https://amazon-doc-tr.readme.io/reference/fba-envanter-api-örneği"""
    counts = {
        **dict.fromkeys(NAMES.values(), 0),
        **named(fulfillable=8, inbound_shipped=50, researching_short=2),
        "reservedQuantity.totalReservedQuantity": 0,
        "researchingQuantity.totalResearchingQuantity": 2,
        "unfulfillableQuantity.totalUnfulfillableQuantity": 0,
        "futureSupplyQuantity.reservedFutureSupplyQuantity": 0,
        "futureSupplyQuantity.futureSupplyBuyableQuantity": 0,
        "totalQuantity": 58,
    }
    found = decided(counts)
    assert found.value.residue() == -2
    assert [found.value.residue(group) for group in GROUPS] == [0, 0, 0]
    (event,) = found.events
    assert (event.name, event.subject, event.at) == ("inventory.fba_residue", "CUP-1", NOW)
    assert event.facts == {
        "group": "total",
        "stated": 58,
        "found": 60,
        "residue": -2,
        "outside": ("researching",),
    }
    assert found.codes == ("buckets", "residue:total")
    assert found.value.quarantined == {}


@pytest.mark.parametrize(
    ("pieces", "total", "outside"),
    [
        (named(fulfillable=5, unfulfillable_expired=3), 5, ("unfulfillable",)),
        (named(fulfillable=5, inbound_working=1, researching_mid=2), 5, ("inbound", "researching")),
        ({**named(fulfillable=5), "reservedQuantity.staging": 4}, 5, ("reservedQuantity.staging",)),
        (named(fulfillable=5, inbound_working=2, researching_mid=2), 7, ()),
        (named(fulfillable=5, inbound_working=4), 6, ()),
        (named(fulfillable=5), 9, ()),
        (named(fulfillable=5), 5, ()),
    ],
)
def test_what_a_total_leaves_out_is_named_where_one_guess_alone_fits(
    pieces: dict[str, Any], total: int, outside: tuple[str, ...]
) -> None:
    (residue,) = stock({**pieces, "totalQuantity": total}).residues
    assert residue.outside == outside


def test_a_total_without_its_buckets_is_a_residue_and_no_bucket() -> None:
    found = decided({"Fulfillable": 5, "Unfulfillable": 3, "Researching": 0})
    assert found.value.residue("unfulfillable") == 3
    assert found.value.total(FbaUse.SPOILED) == 0
    assert [event.facts["group"] for event in found.events] == ["unfulfillable"]
    # Nothing is researched, so its three buckets are known to be empty.
    assert [one.bucket.group for one in found.value.pieces] == ["fulfillable", *["researching"] * 3]


def test_pieces_that_buyers_order_early_are_not_counted_twice() -> None:
    name = "futureSupplyQuantity.futureSupplyBuyableQuantity"
    found = decided({**named(inbound_shipped=30), name: 30, "totalQuantity": 30})
    assert (found.value.residue(), found.value.overlapping, found.events) == (0, {name: 30}, ())
    assert found.codes == ("buckets", "overlapping")


@pytest.mark.parametrize("pieces", [-1, True, "5", None])
def test_a_count_that_is_none_is_refused_with_its_name(pieces: Any) -> None:
    name = NAMES[FbaBucket.RESERVED_FC_PROCESSING]
    with pytest.raises(InvalidValue) as caught:
        decided({name: pieces})
    error = caught.value
    assert (error.field, error.value, error.source) == (name, pieces, "FBA stock of CUP-1")


def test_a_bucket_that_is_stated_in_both_spellings_is_refused() -> None:
    with pytest.raises(InvalidValue, match="states fulfillable a second time"):
        decided({"fulfillableQuantity": 5, "Fulfillable": 5})


def test_each_bucket_says_what_its_pieces_are_to_us() -> None:
    uses = {use: [one.value for one in FbaBucket if one.use is use] for use in FbaUse}
    assert len(FbaBucket) == 16
    assert uses[FbaUse.SELLABLE] == ["fulfillable"]
    assert uses[FbaUse.PROMISED] == ["reserved_customer_order"]
    assert uses[FbaUse.WITH_US] == ["inbound_working"]
    assert uses[FbaUse.COMING] == ["inbound_shipped", "inbound_receiving"]
    assert uses[FbaUse.BUSY] == ["reserved_transshipment", "reserved_fc_processing"]
    assert [len(uses[use]) for use in (FbaUse.SEARCHED, FbaUse.SPOILED)] == [3, 6]
    conditions = {one.condition for one in FbaBucket if one.account is StockAccount.ON_HAND}
    assert len(conditions) == 13
    assert FbaBucket.FULFILLABLE.condition == "sellable"


def test_sold_pieces_are_on_hand_and_promised_and_others_have_their_own_condition() -> None:
    found = stock(named(fulfillable=5, reserved_customer_order=2, unfulfillable_defective=1))
    assert real_stock(found, SKU, FBA) == (
        RealStock(SKU, FBA, 7, allocated=2),
        RealStock(SKU, FBA, 1, condition="unfulfillable_defective"),
    )


def test_announced_and_travelling_pieces_are_left_to_the_warehouse_and_the_transfer() -> None:
    found = stock(named(fulfillable=5, inbound_working=40, inbound_shipped=50))
    (command,) = counted(found, SKU, FBA, observation_id="run")
    assert (command.counted, command.condition) == (5, "sellable")


def test_a_bucket_that_was_emptied_is_emptied_in_the_ledger() -> None:
    book = StockBook([FBA])
    for number, pieces in enumerate((3, 0)):
        observed = stock(named(fulfillable=5, unfulfillable_expired=pieces))
        for command in counted(observed, SKU, FBA, observation_id=f"run-{number}"):
            book.obey(command, NOW)
    assert [(one.condition, one.on_hand) for one in book.real(SKU, NOW)] == [("sellable", 5)]


def test_pieces_reserved_for_our_own_orders_are_promised_once() -> None:
    book = StockBook([FBA])
    book.obey(Count("c0", SKU, FBA, 10), NOW)
    book.obey(Allocate("a1", OrderId("o1"), (StockLine("1", SKU, 4),)), NOW)
    # Amazon has set four aside for our order, and two for a buyer of its own.
    observed = stock(named(fulfillable=4, reserved_customer_order=6))
    for command in counted(observed, SKU, FBA, observation_id="run", ours=4):
        book.obey(command, NOW)
    assert book.free(SKU, NOW) == 4
    with pytest.raises(InvalidValue, match="must not be negative"):
        counted(observed, SKU, FBA, observation_id="run", ours=-1)
