import json
from decimal import Decimal
from itertools import product
from math import inf, isclose
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import CurrencyMismatch, InvalidValue
from crossborder.model.decision import Decision, recording
from crossborder.model.measure import Weight
from crossborder.model.money import Money, Price
from crossborder.predict.quantiles import Distribution
from crossborder.replay import replay, to_record
from crossborder.stages.inventory.planning import Arrival, Forecast, Mode, ModeSplit, split_modes
from crossborder.stages.inventory.planning.demand import probabilities
from crossborder.stages.inventory.planning.path import Path
from unit.stages.inventory.planning.stuff import NOW, coming, usd

AIR = Mode("air", Distribution((5.0, 8.0), (3.0, 1.0)), usd("4"))
SEA = Mode("sea", Distribution((30.0, 35.0, 45.0), (1.0, 2.0, 1.0)), usd("0.5"))
SOLD = Forecast((2.0,), 1.5)


def split(
    modes: tuple[Mode, ...] = (AIR, SEA), quantity: int = 100, **changes: Any
) -> Decision[ModeSplit]:
    given: dict[str, Any] = {
        "now": NOW,
        "stock": 20,
        "forecast": SOLD,
        "margin": usd(9),
        "holding": usd("0.01"),
    }
    return split_modes(modes, quantity, **{**given, **changes})


def walked(
    arrivals: list[tuple[float, int]], end: float, stock: int, forecast: Forecast
) -> tuple[float, float]:
    """Lost pieces and kept piece-days by listing every demand of every span."""
    courses = [(stock, 1.0)]
    lost = kept = begun = 0.0
    for day, pieces in [*sorted(a for a in arrivals if a[0] < end), (end, 0)]:
        law = probabilities(forecast.by(day) - forecast.by(begun), forecast.dispersion)
        after: dict[int, float] = {}
        before = left = 0.0
        for have, weight in courses:
            for asked, p in enumerate(law):
                served = min(have, asked)
                lost += weight * p * (asked - served)
                before += weight * p * have
                left += weight * p * (have - served)
                now = have - served + pieces
                after[now] = after.get(now, 0.0) + weight * p
        kept += (day - begun) * (before + left) / 2
        courses, begun = list(after.items()), day
    return lost, kept


def cheapest(
    modes: tuple[Mode, ...], quantity: int, stock: int, forecast: Forecast, **costs: float
) -> tuple[float, tuple[int, ...]]:
    """Every allocation, every course of lead times, every demand."""
    end = max(mode.lead.values[-1] for mode in modes)
    best: tuple[float, tuple[int, ...]] = (inf, ())
    for parts in product(range(quantity + 1), repeat=len(modes)):
        if sum(parts) != quantity:
            continue
        cost = sum(
            n * float(m.per_piece.amount) for n, m in zip(parts, modes, strict=True) if m.per_piece
        )
        for chosen in product(*(range(len(mode.lead.values)) for mode in modes)):
            days = [mode.lead.values[i] for mode, i in zip(modes, chosen, strict=True)]
            weight = 1.0
            for mode, i in zip(modes, chosen, strict=True):
                weight *= mode.lead.weights[i] / mode.lead.evidence
            sent = list(zip(days, parts, strict=True))
            lost, kept = walked(sent, end, stock, forecast)
            cost += weight * (costs["margin"] * lost + costs["holding"] * kept)
        best = min(best, (cost, parts))
    return best


@given(
    st.integers(0, 5),
    st.integers(0, 5),
    st.floats(0, 1),
    st.sampled_from(["0.5", "2", "6"]),
    st.sampled_from([0.0, 0.05]),
)
@settings(max_examples=12, deadline=None)
def test_two_modes_are_split_as_trying_every_split_would(
    quantity: int, stock: int, rate: float, freight: str, holding: float
) -> None:
    modes = (
        Mode("air", Distribution((1.0, 4.0), (2.0, 1.0)), usd(freight)),
        Mode("sea", Distribution((3.0, 6.0), (1.0, 1.0)), usd("0.5")),
    )
    forecast = Forecast((rate,), 1.3)
    found = split(
        modes,
        quantity,
        stock=stock,
        forecast=forecast,
        margin=usd(5),
        holding=usd(str(holding)),
    ).value
    cost, _ = cheapest(modes, quantity, stock, forecast, margin=5.0, holding=holding)
    assert sum(found.pieces) == quantity
    assert isclose(float(found.cost.amount), cost, rel_tol=1e-6, abs_tol=1e-3)


@pytest.mark.parametrize("stock", [0, 2])
@pytest.mark.parametrize("freights", [("3", "1.5", "0.5"), ("2", "1", "0.1"), ("1", "1", "1")])
def test_three_modes_are_split_as_trying_every_split_would(
    freights: tuple[str, str, str], stock: int
) -> None:
    days = ((1.0, 2.0), (3.0,), (6.0, 8.0))
    modes = tuple(
        Mode(f"m{i}", Distribution(days[i], (1.0,) * len(days[i])), usd(freights[i]))
        for i in range(3)
    )
    forecast = Forecast((0.8,), 1.2)
    given = {"stock": stock, "forecast": forecast, "margin": usd(4), "holding": usd("0.02")}
    found = split(modes, 6, **given).value
    cost, _ = cheapest(modes, 6, stock, forecast, margin=4.0, holding=0.02)
    assert isclose(float(found.cost.amount), cost, rel_tol=1e-6, abs_tol=1e-3)


def test_air_bridges_until_the_sea_freight_arrives_and_sea_carries_the_rest() -> None:
    found = split()
    air, sea = found.value.pieces
    assert 20 < air < 70
    assert air + sea == 100
    assert found.codes[0] == "bridge"
    assert found.value.freight == Money(4 * air, "USD") + Money(Decimal(sea) / 2, "USD")


@given(st.integers(50, 1500), st.integers(0, 500), st.integers(0, 80))
@settings(max_examples=15, deadline=None)
def test_a_dearer_air_freight_never_sends_more_by_air(cents: int, more: int, stock: int) -> None:
    prices = [Decimal(cents).scaleb(-2), Decimal(cents + more).scaleb(-2)]
    pieces = [
        split((evolve(AIR, per_piece=Price(price, "USD")), SEA), stock=stock).value.pieces[0]
        for price in prices
    ]
    assert pieces[0] >= pieces[1]


def test_nothing_goes_by_air_when_there_is_enough_or_a_lost_sale_costs_less() -> None:
    enough = split(stock=400)
    assert enough.value.pieces == (0, 100)
    assert enough.codes[0] == "cheapest"
    assert split(margin=usd(3)).value.pieces == (0, 100)


def test_what_comes_in_in_time_is_not_bridged_again() -> None:
    bridged = split().value.pieces[0]
    assert split(incoming=(coming(60, 8),)).value.pieces[0] < bridged
    assert split(incoming=(coming(60, 60),)).value.pieces[0] == bridged
    assert split(incoming=(coming(60, -1),)).value.pieces[0] == bridged


def test_pieces_are_moved_by_the_carton() -> None:
    air = split(multiple=12).value.pieces[0]
    assert air % 12 == 0
    assert abs(air - split().value.pieces[0]) < 12


def test_many_pieces_are_split_in_the_same_proportion() -> None:
    few = split(quantity=90, stock=30, forecast=Forecast((2.0,)))
    many = split(quantity=9000, stock=3000, forecast=Forecast((200.0,), 100.0))
    assert abs(many.value.pieces[0] / 100 - few.value.pieces[0]) < 2
    assert sum(many.value.pieces) == 9000


@given(st.integers(0, 40), st.integers(0, 60), st.integers(2, 7), st.floats(0.2, 3))
@settings(max_examples=25, deadline=None)
def test_counting_in_grains_misses_little(stock: int, pieces: int, grain: int, rate: float) -> None:
    arrivals = ((4.0, pieces), (9.0, 5))
    exact = Path(stock, rate.__mul__, 1.5).run(arrivals, 20.0)
    near = Path(stock, rate.__mul__, 1.5, grain).run(arrivals, 20.0)
    assert abs(near[0] - exact[0]) < grain
    assert near[0] >= exact[0] - 1e-9


def test_the_order_of_the_modes_does_not_matter() -> None:
    assert split((SEA, AIR)).value.pieces == tuple(reversed(split().value.pieces))


def test_freight_by_weight_counts_the_weight_of_a_piece() -> None:
    by_kg = evolve(AIR, per_piece=usd("1"), per_kg=usd("6"))
    assert by_kg.freight(Weight.kg("0.5")) == Money("4", "USD")
    assert split((by_kg, SEA), weight=Weight.kg("0.5")).value == split().value
    only = Mode("air", AIR.lead, per_kg=usd(8))
    assert only.freight(Weight.kg("0.5")) == Money("4", "USD")
    with pytest.raises(InvalidValue) as caught:
        split((by_kg, SEA))
    assert caught.value.field == "weight"


def test_one_mode_takes_everything() -> None:
    found = split((SEA,)).value
    assert (found.codes, found.pieces) == (("sea",), (100,))
    assert found.cost == found.freight + found.lost + found.holding


@pytest.mark.parametrize("modes", [(AIR, SEA), (AIR, evolve(SEA, per_kg=usd(1)))])
def test_a_split_is_made_again_from_its_record(modes: tuple[Mode, ...]) -> None:
    with recording():
        first = split(modes, 40, weight=Weight.kg("0.2"), incoming=(Arrival(2, NOW),))
    assert replay(json.dumps(to_record(first))) == evolve(first, inputs=None)


@pytest.mark.parametrize(
    ("modes", "changes", "name"),
    [
        ((), {}, "modes"),
        ((AIR,), {"quantity": -1}, "quantity"),
        ((AIR,), {"stock": -1}, "stock"),
        ((AIR,), {"multiple": 0}, "multiple"),
    ],
)
def test_what_cannot_be_split_is_refused(
    modes: tuple[Mode, ...], changes: dict[str, Any], name: str
) -> None:
    with pytest.raises(InvalidValue) as caught:
        split(modes, **changes)
    assert caught.value.field == name


def test_two_modes_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidValue) as caught:
        split((AIR, AIR))
    assert caught.value.field == "modes"


def test_freight_in_another_currency_is_refused_by_its_mode() -> None:
    with pytest.raises(CurrencyMismatch) as caught:
        split((AIR, evolve(SEA, per_piece=Price(Decimal(1), "EUR"))))
    assert caught.value.field == "sea"


def test_a_mode_without_freight_or_with_a_negative_time_is_refused() -> None:
    with pytest.raises(InvalidValue) as caught:
        Mode("air", AIR.lead)
    assert caught.value.field == "per_piece"
    with pytest.raises(InvalidValue) as caught:
        Mode("air", Distribution((-1.0,), (1.0,)), usd(1))
    assert caught.value.field == "lead"
