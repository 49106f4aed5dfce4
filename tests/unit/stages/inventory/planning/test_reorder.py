import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import CurrencyMismatch, InvalidValue
from crossborder.model.decision import Decision, recording
from crossborder.model.money import Money, Price
from crossborder.model.supply import PriceTier
from crossborder.predict.quantiles import Distribution
from crossborder.replay import replay, to_record
from crossborder.stages.inventory.planning import (
    Arrival,
    Forecast,
    ReorderItem,
    ReorderProposal,
    propose,
)
from crossborder.stages.inventory.planning.demand import Cumulative, reorder_level
from unit.stages.inventory.planning.stuff import DAY, NOW, coming, item, usd


def proposed(made: ReorderItem, cash: Money | None = None) -> ReorderProposal:
    return propose(made, now=NOW, cash=cash).value


ITEMS = st.builds(
    item,
    on_hand=st.integers(0, 120),
    allocated=st.integers(0, 40),
    incoming=st.lists(st.builds(coming, st.integers(1, 60), st.integers(0, 60)), max_size=3).map(
        tuple
    ),
    forecast=st.builds(
        Forecast, st.lists(st.floats(0, 4), min_size=1, max_size=3).map(tuple), st.floats(1, 4)
    ),
    service=st.decimals("0.5", "0.99", places=2),
    moq=st.integers(1, 30),
    multiple=st.integers(1, 12),
)


def test_an_order_due_in_90_days_does_not_mask_a_stock_out_in_10() -> None:
    thin = item(on_hand=20, forecast=Forecast((2.0,)), lead=Distribution.point(9))
    masked = evolve(thin, incoming=(coming(500, 90),))
    found = proposed(masked)
    assert found.quantity == proposed(thin).quantity > 0
    assert found.order_at == NOW
    assert found.risk_without > Decimal("0.9")


def test_an_order_due_before_this_one_could_arrive_counts() -> None:
    thin = item(on_hand=20, incoming=(coming(100, 5),))
    found = propose(thin, now=NOW)
    assert found.value.quantity == 0
    assert "covered" in found.codes


def test_a_stock_out_before_something_comes_in_is_covered_although_the_window_ends_well() -> None:
    # Free 20, 500 more on day 13; an order arrives on day 9: days 9 to 13 are short.
    gap = item(on_hand=20, lead=Distribution.point(9), incoming=(coming(500, 13),))
    found = proposed(gap)
    assert 0 < found.quantity < proposed(evolve(gap, incoming=())).quantity


def test_what_no_order_can_mend_is_said() -> None:
    late = propose(item(on_hand=3), now=NOW)
    assert late.value.risk_before > Decimal("0.99")
    assert "before_arrival" in late.codes
    assert "before_arrival" not in propose(item(on_hand=400), now=NOW).codes


def test_an_overdue_order_is_counted_on_no_sooner_than_an_order_placed_now() -> None:
    found = propose(item(on_hand=10, incoming=(coming(15, -3),)), now=NOW)
    bare = proposed(item(on_hand=10))
    assert found.value.need == bare.need - 15
    assert found.value.risk_before == bare.risk_before
    assert "overdue" in found.codes


def test_without_incoming_the_need_is_the_reorder_level_less_what_is_free() -> None:
    made = item(on_hand=10, allocated=4)
    level = reorder_level(2.0, 1.0, made.lead, 0.95, review=7.0)
    assert proposed(made).need == level - 6


def test_more_promised_than_there_is_adds_to_the_need() -> None:
    assert proposed(item(on_hand=0, allocated=9)).need == proposed(item(on_hand=0)).need + 9


@given(ITEMS)
@settings(max_examples=60, deadline=None)
def test_the_need_is_the_fewest_pieces_that_keep_the_service_at_the_worst_moment(
    made: ReorderItem,
) -> None:
    found = proposed(made)

    def risk(extra: int) -> float:
        total = 0.0
        for days, weight in zip(made.lead.values, made.lead.weights, strict=True):
            end = days + 7
            moments = [
                (one.due - NOW) / DAY for one in made.incoming if days < (one.due - NOW) / DAY < end
            ]
            worst = 0.0
            for moment in [*moments, end]:
                supply = made.on_hand - made.allocated + extra
                supply += sum(o.pieces for o in made.incoming if (o.due - NOW) / DAY < moment)
                law = Cumulative(made.forecast.by(moment), made.forecast.dispersion)
                worst = max(worst, 1 - law.at(supply))
            total += weight / made.lead.evidence * worst
        return total

    assert made.service is not None
    allowed = 1 - float(made.service)
    assert risk(found.need) <= allowed + 1e-9
    assert found.need == 0 or risk(found.need - 1) > allowed - 1e-9
    assert abs(float(found.risk_without) - risk(0)) < 1e-6
    assert abs(float(found.risk_with) - risk(found.quantity)) < 1e-6


@given(ITEMS)
@settings(max_examples=60, deadline=None)
def test_quantities_keep_the_moq_and_the_multiple_and_never_harm(made: ReorderItem) -> None:
    found = proposed(made)
    assert found.risk_with <= found.risk_without
    assert (found.quantity > 0) is (found.need > 0)
    if found.quantity:
        assert found.quantity >= max(found.need, made.moq)
        assert found.quantity % made.multiple == 0
        assert found.order_at == NOW
        smaller = found.quantity - made.multiple
        assert smaller < found.need or smaller < made.moq


@given(ITEMS, st.integers(1, 50))
@settings(max_examples=60, deadline=None)
def test_more_stock_or_less_service_never_asks_for_more(made: ReorderItem, more: int) -> None:
    assert made.service is not None
    found = proposed(made)
    assert proposed(evolve(made, on_hand=made.on_hand + more)).need <= found.need
    assert proposed(evolve(made, service=made.service / 2)).need <= found.need
    assert proposed(evolve(made, incoming=(*made.incoming, coming(more, 3)))).need <= found.need


def test_an_uncertain_lead_time_asks_for_more_than_its_mean() -> None:
    sure = item(lead=Distribution.point(20))
    spread = item(lead=Distribution((10.0, 30.0), (1.0, 1.0)))
    assert proposed(spread).need > proposed(sure).need


def test_when_nothing_is_needed_the_time_of_the_next_order_is_told() -> None:
    found = proposed(item(on_hand=100))
    assert found.quantity == 0
    assert found.order_at is not None
    assert found.order_at > NOW
    # Served by demand alone, the stock is at its reorder level about then.
    days = (found.order_at - NOW) / DAY
    assert proposed(item(on_hand=round(100 - 2 * (days - 7)))).quantity == 0
    assert proposed(item(on_hand=round(100 - 2 * days))).quantity > 0


def test_what_is_never_sold_is_never_ordered() -> None:
    found = proposed(item(on_hand=1, forecast=Forecast((0.0,)), review=timedelta(0)))
    assert (found.quantity, found.order_at) == (0, None)


def test_the_service_follows_from_the_costs() -> None:
    priced = item(service=None, unit_cost=usd(10), shortage_cost=usd(3), on_hand=0)
    dear = evolve(priced, shortage_cost=usd(30))
    assert 0 < proposed(priced).need < proposed(dear).need
    # Keeping one piece for a week costs 10 * 0.25 * 7 / 365, so the service is:
    wanted = Decimal(f"{3 / (3 + 10 * 0.25 * 7 / 365):.6f}")
    stated = propose(priced, now=NOW).reasons[0].facts["service"]
    assert stated == wanted
    worthless = proposed(evolve(priced, shortage_cost=usd(0)))
    assert worthless.need < proposed(priced).need


def test_the_economic_lot_is_ordered_at_least() -> None:
    made = item(on_hand=10, unit_cost=usd(10), order_cost=usd(50))
    # sqrt(2 * 50 * 730 / 2.5) = 170.9
    found = propose(made, now=NOW)
    assert found.value.quantity == 171
    assert found.value.cost == Money("1760", "USD")
    assert "rounded" in found.codes
    assert proposed(evolve(made, holding=Decimal(0))).quantity < 171


TIERS = (
    PriceTier(1, usd("10")),
    PriceTier(100, usd("8")),
    PriceTier(5000, usd("7.99")),
)


def test_a_tier_is_reached_for_when_a_piece_then_costs_less_in_all() -> None:
    made = item(on_hand=0, tiers=TIERS, multiple=6)
    found = propose(made, now=NOW)
    assert found.value.quantity == 102
    assert found.value.cost == Money("816", "USD")
    assert "tier" in found.codes
    plain = proposed(evolve(made, tiers=TIERS[:1]))
    assert plain.quantity < 100
    dear = proposed(evolve(made, holding=Decimal(50)))
    assert dear.quantity == plain.quantity


def test_no_tier_is_reached_for_when_nothing_is_sold() -> None:
    made = item(on_hand=0, allocated=5, tiers=TIERS, forecast=Forecast((0.0,)))
    assert proposed(made).quantity == 5


def test_cash_limits_the_pieces_to_what_it_pays_for() -> None:
    made = item(on_hand=0, tiers=TIERS[:1], multiple=4, moq=8)
    found = propose(made, now=NOW, cash=Money("175", "USD"))
    assert found.value.quantity == 16
    assert "cash" in found.codes
    assert proposed(made, Money("79", "USD")).quantity == 0
    assert proposed(made, Money("100000", "USD")).quantity == proposed(made).quantity
    assert proposed(evolve(made, tiers=()), Money("1", "USD")).quantity > 0


def test_cash_below_a_tier_pays_the_price_before_it() -> None:
    made = item(on_hand=0, tiers=TIERS)
    found = proposed(made, Money("799", "USD"))
    assert found.quantity == 79
    assert found.cost == Money("790", "USD")


def test_an_order_for_nothing_can_be_made_without_cash() -> None:
    free = item(on_hand=0, unit_cost=usd(0), order_cost=usd(5))
    assert proposed(free, Money("4", "USD")).quantity == 0
    assert proposed(free, Money("5", "USD")).quantity > 0


def test_cash_in_another_currency_is_refused() -> None:
    with pytest.raises(CurrencyMismatch):
        propose(item(on_hand=0, unit_cost=usd(1)), now=NOW, cash=Money("1", "EUR"))


def test_what_an_order_saves_is_told_in_pieces_and_in_money() -> None:
    found = proposed(item(on_hand=0, unit_cost=usd(10), shortage_cost=usd(4)))
    assert found.benefit == Money(found.saved * 4, "USD")
    # Nothing there and about 35 pieces asked for in the window.
    assert 30 < found.saved < 36
    assert proposed(item(on_hand=500, shortage_cost=usd(4))).benefit == Money("0", "USD")


def test_an_order_is_an_event_and_none_is_none() -> None:
    made = propose(item(on_hand=0), now=NOW)
    assert [event.name for event in made.events] == ["inventory.reorder_proposed"]
    assert propose(item(on_hand=500), now=NOW).events == ()


@pytest.mark.parametrize(
    "made",
    [
        item(),
        item(on_hand=0, incoming=(coming(3, 4), coming(5, -4)), tiers=TIERS, order_cost=usd(9)),
        item(service=None, unit_cost=usd(4), shortage_cost=usd(3), forecast=Forecast((1, 2), 2, 7)),
    ],
)
def test_a_proposal_is_made_again_from_its_record(made: ReorderItem) -> None:
    with recording():
        first: Decision[Any] = propose(made, now=NOW, cash=Money("500", "USD"))
    assert replay(json.dumps(to_record(first))) == evolve(first, inputs=None)


def test_a_forecast_of_nothing_or_of_less_spread_than_chance_is_poisson() -> None:
    assert Forecast.of(Decimal(0), Decimal(0), 7).dispersion == 1
    assert Forecast.of(Decimal(9), Decimal(3), 7).dispersion == 1


def test_a_forecast_goes_on_as_its_last_period() -> None:
    made = Forecast((7.0, 14.0), period=7.0)
    assert [made.by(days) for days in (0, 3.5, 7, 10.5, 14, 28)] == [0, 3.5, 7, 14, 21, 49]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"means": ()}, "means"),
        ({"means": (-1.0,)}, "means"),
        ({"means": (float("nan"),)}, "means"),
        ({"means": "12"}, "means"),
        ({"means": (1,), "dispersion": 0.9}, "dispersion"),
        ({"means": (1,), "dispersion": float("inf")}, "dispersion"),
        ({"means": (1,), "period": 0}, "period"),
    ],
)
def test_a_forecast_that_cannot_be_is_refused(fields: dict[str, Any], name: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        Forecast(**fields)
    assert caught.value.field == name


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"moq": 0}, "moq"),
        ({"multiple": 0}, "multiple"),
        ({"review": timedelta(days=-1)}, "review"),
        ({"lead": Distribution((-1.0,), (1.0,))}, "lead"),
        ({"service": Decimal(1)}, "service"),
        ({"service": Decimal(0)}, "service"),
        ({"service": None}, "service"),
        ({"service": None, "shortage_cost": usd(1)}, "service"),
        ({"on_hand": -1}, "on_hand"),
        ({"unit_cost": usd(1), "order_cost": Price(Decimal(1), "EUR")}, "order_cost"),
        (
            {"tiers": (PriceTier(1, usd(2)), PriceTier(9, Price(Decimal(1), "EUR")))},
            "tiers.1",
        ),
    ],
)
def test_an_item_that_cannot_be_is_refused(fields: dict[str, Any], name: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        item(**fields)
    assert caught.value.field == name


def test_negative_incoming_is_refused() -> None:
    with pytest.raises(InvalidValue):
        Arrival(-1, NOW)
