from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import CurrencyMismatch, InvalidValue, NaiveTime
from crossborder.model.decision import recording
from crossborder.model.ids import SkuId, WarehouseId
from crossborder.model.money import Money, Price, total
from crossborder.replay import replay, to_record
from crossborder.stages.inventory.valuation import (
    Disposal,
    Exits,
    Layer,
    Liquidation,
    Receipt,
    SalePlan,
    ShipBack,
    StorageFees,
    StorageTier,
    Way,
    ageing,
    capital_tied,
    carrying_cost,
    days_on_hand,
    disposal,
)

NOW = datetime(2026, 11, 2, tzinfo=UTC)
DAY = timedelta(days=1)
SKU, FAR = SkuId("s1"), WarehouseId("far")


def usd(amount: Any) -> Money:
    return Money(amount, "USD")


def price(amount: Any) -> Price:
    return Price(amount, "USD")


def layer(age: int, quantity: int, cost: Any = 5, landed: Any = 0, name: str = "") -> Layer:
    at, ref = NOW - age * DAY, name or f"r{age}"
    made = Receipt(ref, SKU, FAR, max(quantity, 1), usd(cost), at)
    return Layer(made, FAR, usd(cost), usd(landed), quantity)


CENTS = st.integers(0, 2000).map(lambda n: Decimal(n).scaleb(-2))
LAYERS = st.lists(
    st.builds(layer, st.integers(0, 400), st.integers(1, 15), CENTS, CENTS),
    min_size=1,
    max_size=4,
    unique_by=lambda made: made.receipt.id,
).map(tuple)
TIERS = st.dictionaries(st.integers(0, 400), CENTS, max_size=3).map(
    lambda held: tuple(StorageTier(day, price(held[day] / 100)) for day in sorted(held))
)
FEES = st.builds(StorageFees, TIERS, TIERS)
RATES = st.integers(0, 30).map(lambda n: Decimal(n) / 100)
PLANS = st.builds(
    SalePlan,
    st.just("plan"),
    st.integers(-300, 3000).map(lambda n: usd(Decimal(n).scaleb(-2))),
    st.integers(0, 40).map(lambda n: Decimal(n) / 10),
)
EXITS = st.builds(
    Exits,
    st.one_of(st.none(), st.builds(ShipBack, CENTS.map(usd), CENTS.map(price))),
    st.one_of(
        st.none(),
        st.builds(Liquidation, CENTS.map(price), RATES, st.just(price("0.25"))),
    ),
    CENTS.map(price),
)


def fee(tiers: tuple[StorageTier, ...], age: int) -> Decimal:
    reached = [tier.per_piece_day.amount for tier in tiers if tier.from_day <= age]
    return reached[-1] if reached else Decimal(0)


def piece_by_piece(
    layers: tuple[Layer, ...], plan: SalePlan, horizon: int, fees: StorageFees, rate: Decimal
) -> tuple[int, Fraction, Fraction]:
    """Pieces sold, revenue and carrying cost, following each piece until it is gone."""
    pieces = [
        ((NOW - item.receipt.at).days, Fraction(item.value.amount) / item.quantity)
        for item in sorted(layers, key=lambda item: item.receipt.at)
        for _ in range(item.quantity)
    ]
    sold, cost = 0, Fraction(0)
    for place, (age, value) in enumerate(pieces, 1):
        gone = ceil(Fraction(place) / Fraction(plan.per_day)) if plan.per_day else horizon + 1
        sold += gone <= horizon
        stays = min(gone, horizon)
        for day in range(stays):
            cost += Fraction(fee(fees.tiers, age + day)) + Fraction(fee(fees.surcharges, age + day))
        cost += value * Fraction(rate) * stays / 365
    return sold, sold * Fraction(plan.unit_net.amount), cost


@given(
    LAYERS, EXITS, PLANS, st.lists(PLANS, max_size=3).map(tuple), st.integers(0, 60), FEES, RATES
)
@settings(max_examples=150)
def test_the_best_way_is_the_best_of_all_ways_followed_piece_by_piece(
    layers: tuple[Layer, ...],
    exits: Exits,
    keep: SalePlan,
    markdowns: tuple[SalePlan, ...],
    horizon: int,
    fees: StorageFees,
    rate: Decimal,
) -> None:
    decision = disposal(
        layers,
        exits,
        keep=keep,
        markdowns=markdowns,
        now=NOW,
        horizon=horizon,
        fees=fees,
        capital_rate=rate,
    )
    count = sum(item.quantity for item in layers)
    ways = [(-exits.dispose_fee).amount if exits.dispose_fee is not None else Decimal("-Infinity")]
    if exits.ship_back is not None:
        ways.append(exits.ship_back.worth.amount - exits.ship_back.freight.amount)
    if exits.liquidate is not None:
        off = exits.liquidate
        ways.append(off.price.amount * off.recovery - off.fee.amount)
    nets = []
    for plan in (keep, *markdowns):
        sold, revenue, cost = piece_by_piece(layers, plan, horizon, fees, rate)
        nets.append(revenue - cost + (count - sold) * Fraction(max(ways)))
    found = decision.value.alternatives
    assert [item.way for item in found[: len(nets)]] == [Way.KEEP] + [Way.MARKDOWN] * len(markdowns)
    # Capital is rounded to six places, once for each layer.
    near = Fraction(len(layers), 10**6)
    for item, net in zip(found, nets, strict=False):
        assert abs(Fraction(item.net.amount) - net) <= near
    outs = sorted(Fraction(item.net.amount) for item in found[len(nets) :])
    assert outs == sorted(Fraction(way) * count for way in ways)
    best = decision.value.best
    assert abs(Fraction(best.net.amount) - max(*nets, *outs)) <= near
    assert best == next(item for item in found if item.net == max(item.net for item in found))
    assert decision.codes == tuple(item.way.value for item in found)
    assert [reason.facts["net"] for reason in decision.reasons] == [str(a.net) for a in found]


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(NaiveTime) as caught:
        ageing((), now=naive, currency="USD")
    assert (caught.value.source, caught.value.field) == ("ageing", "now")
    with pytest.raises(NaiveTime) as caught:
        days_on_hand(layer(3, 1), naive)
    assert (caught.value.source, caught.value.field) == ("days_on_hand", "now")


@given(LAYERS, st.integers(0, 50), FEES, RATES)
def test_keeping_costs_what_each_piece_costs_on_each_day(
    layers: tuple[Layer, ...], days: int, fees: StorageFees, rate: Decimal
) -> None:
    terms: dict[str, Any] = {"now": NOW, "fees": fees, "capital_rate": rate, "currency": "USD"}
    cost = carrying_cost(layers, days=days, **terms)
    still = SalePlan("none", usd(0), Decimal(0))
    *_, exact = piece_by_piece(layers, still, days, fees, rate)
    assert abs(Fraction(cost.total.amount) - exact) <= Fraction(len(layers), 10**6)
    assert cost.piece_days == days * sum(item.quantity for item in layers)
    later = carrying_cost(layers, days=1, **{**terms, "now": NOW + days * DAY})
    more = carrying_cost(layers, days=days + 1, **terms)
    assert more.storage == cost.storage + later.storage
    assert more.surcharge == cost.surcharge + later.surcharge


@given(LAYERS, st.sets(st.integers(1, 500), max_size=5))
def test_every_piece_and_all_the_money_stand_in_one_bucket(
    layers: tuple[Layer, ...], bounds: set[int]
) -> None:
    table = ageing(layers, now=NOW, currency="USD", bounds=tuple(sorted(bounds)))
    assert sum(bucket.pieces for bucket in table.buckets) == sum(i.quantity for i in layers)
    assert total((bucket.value for bucket in table.buckets), "USD") == capital_tied(layers, "USD")
    for bucket in table.buckets:
        end = 10**6 if bucket.before_day is None else bucket.before_day
        inside = [i for i in layers if bucket.from_day <= days_on_hand(i, NOW) < end]
        assert bucket.pieces == sum(i.quantity for i in inside)


FBA = StorageFees(
    (StorageTier(0, price("0.01")),),
    (StorageTier(181, price("0.02")), StorageTier(271, price("0.05"))),
    source="a fee table",
    effective=date(2026, 1, 1),
)
OUT = Exits(
    ShipBack(usd(4), price("3.50")), Liquidation(price(20), Decimal("0.1"), price(1)), price(2)
)
KEEP = SalePlan("now", usd(6), Decimal("0.5"))


def decided(**changes: Any) -> Disposal:
    layers = changes.pop("layers", (layer(250, 30), layer(10, 30)))
    terms = {"keep": KEEP, "now": NOW, "horizon": 90, "fees": FBA, "capital_rate": Decimal("0.1")}
    return disposal(layers, changes.pop("exits", OUT), **{**terms, **changes}).value


def test_dearer_keeping_and_slower_sales_lead_from_keeping_to_giving_up() -> None:
    cut = SalePlan("-20 %", usd(5), Decimal(4))
    slow = SalePlan("now", usd(3), Decimal("0.01"))
    dear = StorageFees((StorageTier(0, price("0.5")),))
    assert decided(keep=SalePlan("now", usd(6), Decimal(4))).best.way is Way.KEEP
    assert decided(markdowns=(cut,)).best.plan == "-20 %"
    assert decided(keep=slow, fees=dear).best.way is Way.LIQUIDATE
    home = Exits(ShipBack(usd(9), price(2)), None, price(2))
    assert decided(keep=slow, fees=dear, exits=home).best.way is Way.SHIP_BACK
    assert decided(keep=slow, fees=dear, exits=Exits(None, None, price(0))).best.way is Way.DISPOSE


def test_what_is_left_at_the_horizon_goes_by_the_best_way_out() -> None:
    kept = decided().alternatives[0]
    assert (kept.sold, kept.left, kept.days) == (45, 15, 90)
    assert (kept.revenue, kept.exit) == (usd(270), usd(15))
    assert decided(horizon=0).alternatives[0].net == usd(60)
    sold_out = decided(keep=SalePlan("now", usd(6), Decimal(30))).alternatives[0]
    assert (sold_out.sold, sold_out.left, sold_out.days) == (60, 0, 2)


def test_surcharges_begin_on_their_day() -> None:
    terms: dict[str, Any] = {"fees": FBA, "capital_rate": Decimal(0), "currency": "USD"}
    cost = carrying_cost((layer(179, 10),), now=NOW, days=4, **terms)
    assert (cost.storage, cost.surcharge, cost.total) == (usd("0.4"), usd("0.4"), usd("0.8"))
    late = StorageFees((StorageTier(5, price(1)),))
    free = carrying_cost((layer(0, 1),), now=NOW, days=5, **{**terms, "fees": late})
    assert free.total == usd(0)


def test_days_on_hand_are_whole_days_and_never_below_nought() -> None:
    assert days_on_hand(layer(3, 1), NOW + timedelta(hours=23)) == 3
    assert days_on_hand(layer(-2, 1), NOW) == 0


def test_the_decision_can_be_made_again() -> None:
    with recording():
        decision = disposal(
            (layer(250, 30),),
            OUT,
            keep=KEEP,
            markdowns=(KEEP,),
            now=NOW,
            horizon=30,
            fees=FBA,
            capital_rate=Decimal("0.1"),
        )
    assert replay(to_record(decision)) == evolve(decision, inputs=None)


def test_tables_are_escaped() -> None:
    shown = decided(keep=evolve(KEEP, name="<b>"))._repr_html_()
    assert "&lt;b&gt;" in shown
    assert "liquidate" in shown
    table = ageing((layer(35, 2),), now=NOW, currency="USD")._repr_html_()
    assert "<td>30</td><td>60</td><td>2</td><td>10 USD</td>" in table


@pytest.mark.parametrize(
    "changes",
    [
        {"horizon": -1},
        {"capital_rate": Decimal("-0.1")},
        {"layers": (layer(1, 0),)},
        {
            "layers": (
                layer(1, 1),
                evolve(layer(2, 1), receipt=Receipt("x", SkuId("s2"), FAR, 1, usd(1), NOW)),
            )
        },
    ],
)
def test_what_cannot_be_decided_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue):
        decided(**changes)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidValue, match="another way out"):
        Exits()
    with pytest.raises(InvalidValue, match="must not be above 1"):
        Liquidation(price(1), Decimal("1.1"), price(0))
    with pytest.raises(InvalidValue, match=r"surcharges must rise"):
        StorageFees((), (StorageTier(2, price(1)), StorageTier(2, price(1))))
    with pytest.raises(InvalidValue, match="must rise from at least 1"):
        ageing((), now=NOW, currency="USD", bounds=(0, 3))
    terms: dict[str, Any] = {"now": NOW, "fees": FBA, "capital_rate": Decimal(0)}
    with pytest.raises(InvalidValue, match="must not be negative"):
        carrying_cost((), days=-1, currency="USD", **terms)
    with pytest.raises(CurrencyMismatch):
        carrying_cost((layer(1, 1),), days=1, currency="EUR", **terms)
