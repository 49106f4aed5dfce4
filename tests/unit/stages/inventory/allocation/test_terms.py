"""What the terms of an allocation mean, case by case."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from crossborder.errors import CurrencyMismatch, InvalidValue
from crossborder.model.ids import SkuId, WarehouseId
from crossborder.model.measure import Weight
from crossborder.model.money import Money, Price
from crossborder.model.stock import RealStock, WarehouseKind
from crossborder.stages.inventory.allocation import (
    DemandLine,
    DutyTreatment,
    Goods,
    Lane,
    ReturnRule,
    Short,
    allocate,
)
from unit.stages.inventory.allocation.build import (
    DAY,
    NOW,
    demand,
    goods,
    house,
    lane,
    stocked,
    taken,
    usd,
)


def test_thirteen_over_ten_and_fifteen_are_exactly_thirteen() -> None:
    lanes = (lane("a", "20", "1"), lane("b", "20", "2"))
    stock = stocked(x=(10, 15))
    made = allocate(demand(("l", "x", 13)), stock, lanes, goods("x"), now=NOW).value
    assert taken(made) == {("b", "l", "x"): 13}
    dearer = (lane("a", "5", "1"), lane("b", "5", "9"))
    made = allocate(demand(("l", "x", 13)), stock, dearer, goods("x"), now=NOW).value
    assert taken(made) == {("a", "l", "x"): 10, ("b", "l", "x"): 3}


def test_a_near_and_a_far_warehouse_make_two_promises_and_two_duties_of_one_sku() -> None:
    abroad = lane("a", "6", days=4)
    home = lane(
        "b",
        "2",
        days=20,
        earliest=9 * DAY,
        warehouse=house("b", WarehouseKind.DOMESTIC, "CN"),
        duty_rate=Decimal("0.1"),
    )
    want = demand(("l", "x", 1))
    made = [
        allocate(want, stocked(x=counts), (abroad, home), goods("x"), now=NOW).value.parcels[0]
        for counts in ((1, 0), (0, 1))
    ]
    near, far = made
    assert (near.promise.latest, far.promise.latest) == (NOW + 4 * DAY, NOW + 20 * DAY)
    assert far.promise.earliest == NOW + 9 * DAY
    assert (near.duty, far.duty) == (DutyTreatment.CLEARED, DutyTreatment.SELLER)
    assert (near.costs.duty, far.costs.duty) == (usd(0), usd(1))
    assert (near.returns, far.returns) == (ReturnRule.WAREHOUSE, ReturnRule.REFUND_ONLY)
    assert (near.kind, far.kind) == (WarehouseKind.OVERSEAS, WarehouseKind.DOMESTIC)


def test_a_late_parcel_costs_each_begun_day_and_so_the_fast_warehouse_wins() -> None:
    lanes = (lane("a", "2", days=9), lane("b", "5", days=2))
    stock = stocked(x=(1, 1))
    patient = demand(("l", "x", 1), deliver_by=NOW + 8 * DAY, late_per_day=usd(2))
    made = allocate(patient, stock, lanes, goods("x"), now=NOW).value
    assert [(one.warehouse_id, one.costs.lateness) for one in made.parcels] == [("a", usd(2))]
    hurried = evolve(patient, deliver_by=NOW + 7 * DAY - timedelta(seconds=1))
    made = allocate(hurried, stock, lanes, goods("x"), now=NOW).value
    assert [(one.warehouse_id, one.costs.lateness) for one in made.parcels] == [("b", usd(0))]


def test_duty_inside_one_country_and_where_the_buyer_pays_is_no_cost_of_ours() -> None:
    rate = Decimal("0.5")
    here = lane("a", duty_rate=rate, warehouse=house("a", WarehouseKind.DOMESTIC, "US"))
    there = house("a", WarehouseKind.SUPPLIER, "CN")
    buyer = lane("a", duty_rate=rate, warehouse=there, duty=DutyTreatment.BUYER)
    seller = lane("a", duty_rate=rate, warehouse=there, returns=ReturnRule.WAREHOUSE)
    duties = []
    for one in (here, buyer, seller):
        made = allocate(demand(("l", "x", 2)), stocked(x=(2,)), (one,), goods("x"), now=NOW).value
        duties.append((made.parcels[0].duty, made.parcels[0].costs.duty))
    assert duties == [
        (DutyTreatment.CLEARED, Money("0", "USD")),
        (DutyTreatment.BUYER, Money("0", "USD")),
        (DutyTreatment.SELLER, Money("10", "USD")),
    ]
    assert seller.return_rule is ReturnRule.WAREHOUSE


def test_an_order_that_cannot_be_covered_is_refused_whole_and_says_what_is_missing() -> None:
    want = demand(("l1", "x", 3), ("l2", "x", 3), ("l3", "y", 1), ("l4", "z", 2))
    stock = stocked(x=(2, 2), y=(1, 1))
    decision = allocate(want, stock, (lane("a"), lane("b")), goods("x", "y", "z"), now=NOW)
    made = decision.value
    assert not made.served
    assert (made.cost, made.bound, made.gap, made.exact) == (usd(0), None, None, False)
    assert made.short == (
        Short("l2", SkuId("x"), 2),
        Short("l4", SkuId("z"), 2),
    )
    assert decision.codes == ("short", "short")
    assert decision.reasons[0].facts["missing"] == 2
    assert decision.events[0].name == "inventory.not_allocated"
    assert decision.events[0].facts["short"][1] == {"line": "l4", "sku": "z", "missing": 2}


def test_an_order_that_may_not_be_split_comes_in_one_parcel_or_not_at_all() -> None:
    lanes = (lane("a", "1"), lane("b", "1"), lane("c", "50"))
    want = demand(("l1", "x", 2), ("l2", "y", 1), split_allowed=False)
    whole = allocate(want, stocked(x=(2, 2, 2), y=(0, 0, 1)), lanes, goods("x", "y"), now=NOW)
    assert [one.warehouse_id for one in whole.value.parcels] == ["c"]
    none = allocate(want, stocked(x=(2, 1, 0), y=(0, 1, 1)), lanes, goods("x", "y"), now=NOW)
    assert none.codes == ("not_in_one_warehouse",)
    assert none.value.short == (Short("l2", SkuId("y"), 1, elsewhere=True),)
    nowhere = allocate(want, stocked(x=(2, 1, 0), y=(0, 0, 0)), lanes, goods("x", "y"), now=NOW)
    assert nowhere.codes == ("short",)
    assert nowhere.value.short == (Short("l2", SkuId("y"), 1),)


def test_a_destination_without_lanes_is_said_to_be_so() -> None:
    want = evolve(demand(("l", "x", 2)), destination="BR")
    decision = allocate(want, stocked(x=(5,)), (lane("a"),), goods("x"), now=NOW)
    assert decision.codes == ("no_lane",)
    assert not decision.value.served
    assert decision.value.short == ()
    assert decision.events[0].facts == {"short": (), "reachable": False}
    whole = allocate(evolve(want, split_allowed=False), (), (lane("a"),), goods("x"), now=NOW)
    assert whole.codes == ("no_lane",)


@pytest.mark.parametrize("condition", ["sellable", "damaged"])
def test_two_rows_of_the_same_stock_are_refused(condition: str) -> None:
    row = RealStock(SkuId("x"), WarehouseId("a"), 2, condition=condition)
    other = evolve(row, warehouse_id=WarehouseId("b"))
    with pytest.raises(InvalidValue, match="two rows of one SKU") as caught:
        allocate(demand(("l", "x", 1)), (row, other, row), (lane("a"),), goods("x"), now=NOW)
    assert (caught.value.field, caught.value.value) == ("stock", ("x", "a", condition))


def test_claimed_and_damaged_pieces_are_not_given_again() -> None:
    rows = (
        RealStock(SkuId("x"), WarehouseId("a"), 5, allocated=3, held=1),
        RealStock(SkuId("x"), WarehouseId("a"), 5, condition="damaged"),
        RealStock(SkuId("x"), WarehouseId("elsewhere"), 5),
    )
    assert allocate(demand(("l", "x", 1)), rows, (lane("a"),), goods("x"), now=NOW).value.served
    made = allocate(demand(("l", "x", 2)), rows, (lane("a"),), goods("x"), now=NOW).value
    assert made.short == (Short("l", SkuId("x"), 1),)


def test_the_parts_of_a_bundle_stand_under_one_line_and_share_stock_with_the_rest() -> None:
    want = demand(("bundle", "x", 2), ("bundle", "y", 1), ("single", "x", 1))
    lanes = (lane("a", per_kg="1"), lane("b", per_kg="2"))
    made = allocate(want, stocked(x=(2, 1), y=(1, 0)), lanes, goods("x", "y"), now=NOW).value
    assert taken(made) == {
        ("a", "bundle", "x"): 2,
        ("a", "bundle", "y"): 1,
        ("b", "single", "x"): 1,
    }


def test_equal_costs_go_to_fewer_parcels_and_then_to_the_first_warehouse() -> None:
    want = demand(("l1", "x", 1), ("l2", "y", 1))
    lanes = (lane("c", "2"), lane("b", "1"), lane("a", "1"))
    split = stocked(x=(1, 0, 1), y=(0, 1, 1))
    made = allocate(want, split, lanes, goods("x", "y"), now=NOW).value
    assert [one.warehouse_id for one in made.parcels] == ["c"]
    made = allocate(want, stocked(x=(1, 1, 1), y=(1, 1, 1)), lanes, goods("x", "y"), now=NOW).value
    assert [one.warehouse_id for one in made.parcels] == ["a"]


def test_amounts_are_exact_to_the_last_place() -> None:
    item = Goods(SkuId("x"), Weight(1), usd("0.3333"))
    far = lane(
        "a",
        "0.01",
        "0.007",
        warehouse=house("a", WarehouseKind.DOMESTIC, "CN"),
        duty_rate=Decimal("0.035"),
        handling=usd("0.2"),
    )
    made = allocate(demand(("l", "x", 3)), stocked(x=(3,)), (far,), (item,), now=NOW).value
    parts = made.parcels[0].costs
    assert parts.freight == usd("0.010021")
    assert parts.duty == usd("0.03499650")
    assert str(parts.handling) == "0.20 USD"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"lanes": ()}, r"allocate\.lanes must hold at least one lane"),
        ({"lanes": (lane("a", "1"), lane("a", "2"))}, r"allocate\.lanes is stated twice"),
        ({"goods": goods("y")}, r"allocate\.goods is wanted, but not described"),
    ],
)
def test_terms_that_do_not_fit_are_refused(fields: dict[str, Any], text: str) -> None:
    terms: dict[str, Any] = {"lanes": (lane("a"),), "goods": goods("x"), **fields}
    with pytest.raises(InvalidValue, match=text):
        allocate(demand(("l", "x", 1)), stocked(x=(1,)), terms["lanes"], terms["goods"], now=NOW)


def test_one_lane_may_be_stated_twice_in_the_same_words() -> None:
    made = allocate(demand(("l", "x", 1)), stocked(x=(1,)), (lane("a"),) * 2, goods("x"), now=NOW)
    assert made.value.served


def test_currencies_never_mix() -> None:
    euro = Price("1", "EUR")
    other = Lane(house("b"), "US", euro, euro, DAY, DAY)
    late = demand(("l", "x", 1), late_per_day=euro)
    item = (Goods(SkuId("x"), Weight(1), euro),)
    for want, lanes, sold in (
        (demand(("l", "x", 1)), (lane("a"), other), goods("x")),
        (late, (lane("a"),), goods("x")),
        (demand(("l", "x", 1)), (lane("a"),), item),
    ):
        with pytest.raises(CurrencyMismatch):
            allocate(want, stocked(x=(1,)), lanes, sold, now=NOW)
    with pytest.raises(CurrencyMismatch):
        lane("a", handling=euro)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: DemandLine("l", SkuId("x"), 0), "must be at least 1"),
        (lambda: demand(), "must hold at least one line"),
        (lambda: demand(("l", "x", 1), ("l", "x", 2)), "has one SKU twice in a line"),
        (lambda: lane("a", days=0), "must be from zero to the latest"),
        (lambda: lane("a", earliest=-DAY), "must be from zero to the latest"),
    ],
)
def test_terms_check_themselves(make: Any, text: str) -> None:
    with pytest.raises(InvalidValue, match=text):
        make()
