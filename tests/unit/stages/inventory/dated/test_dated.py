from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.decision import recording
from crossborder.model.ids import SkuId, WarehouseId
from crossborder.replay import replay, to_record
from crossborder.stages.inventory.dated import (
    Band,
    Incoming,
    PlannedDemand,
    Position,
    SoftHold,
    available_to_promise,
    earliest_for,
    forecast,
    profile,
    uncommitted,
)

NOW = datetime(2026, 11, 2, tzinfo=UTC)
DAY = timedelta(days=1)
SKU, HOME = SkuId("s1"), WarehouseId("w1")
LEVEL = Decimal("0.9")


def incoming(
    quantity: int, days: tuple[int, int, int], confidence: str = "1", **fields: Any
) -> Incoming:
    earliest, expected, latest = (NOW + day * DAY for day in sorted(days))
    ref, sku = fields.pop("ref", "p1"), fields.pop("sku_id", SKU)
    return Incoming(ref, sku, HOME, quantity, earliest, expected, latest, Decimal(confidence))


DAYS = st.integers(-4, 12)
INCOMING = st.builds(
    incoming, st.integers(0, 9), st.tuples(DAYS, DAYS, DAYS), st.sampled_from(["0.5", "0.9", "1"])
)
HOLDS = st.builds(lambda n, day: SoftHold("c", n, NOW + day * DAY), st.integers(0, 9), DAYS)
PLANNED = st.builds(lambda n, day: PlannedDemand("d", n, NOW + day * DAY), st.integers(0, 9), DAYS)


def some(kind: Any) -> Any:
    return st.lists(kind, max_size=4).map(tuple)


POSITIONS = st.builds(
    Position,
    st.just(SKU),
    st.integers(0, 30),
    st.integers(0, 30),
    some(HOLDS),
    some(INCOMING),
    some(PLANNED),
)
LATER = st.integers(0, 12).map(lambda day: NOW + day * DAY)
BANDS = st.sampled_from(list(Band))


def by_hand(position: Position, at: datetime, band: Band) -> int:
    """The forecast, counted piece by piece from the words of its definition."""
    level = position.on_hand - position.allocated
    level -= sum(hold.quantity for hold in position.holds if hold.until > NOW)
    level -= sum(demand.quantity for demand in position.planned if demand.at <= at)
    for item in position.incoming:
        if band is Band.LOW:
            date = item.latest
        elif band is Band.EXPECTED:
            date = item.expected if item.expected >= NOW else item.latest
        elif item.earliest >= NOW:
            date = item.earliest
        else:
            date = item.expected if item.expected >= NOW else item.latest
        sure = band is Band.HIGH or item.confidence >= LEVEL
        level += item.quantity if sure and NOW <= date <= at else 0
    return level


@given(POSITIONS, LATER, BANDS)
def test_the_promise_is_the_least_of_all_forecasts_from_the_date_on(
    position: Position, at: datetime, band: Band
) -> None:
    assert forecast(position, at, now=NOW, band=band) == by_hand(position, at, band)
    dates = [at + day * DAY for day in range(20)]
    least = min(by_hand(position, date, band) for date in dates)
    assert uncommitted(position, at, now=NOW, band=band) == least
    decision = available_to_promise(position, at, now=NOW, band=band)
    assert decision.value == max(0, least)
    bound = decision.reasons[-1]
    assert bound.code == ("shortage" if least < 0 else "bound_by")
    assert by_hand(position, datetime.fromisoformat(bound.facts["at"]), band) == least


@given(POSITIONS, LATER, PLANNED, HOLDS, INCOMING, BANDS)
def test_demand_never_raises_the_promise_and_supply_never_lowers_it(
    position: Position,
    at: datetime,
    demand: PlannedDemand,
    hold: SoftHold,
    supply: Incoming,
    band: Band,
) -> None:
    def promised(**changes: Any) -> int:
        return available_to_promise(evolve(position, **changes), at, now=NOW, band=band).value

    assert promised(planned=(*position.planned, demand)) <= promised()
    assert promised(holds=(*position.holds, hold)) <= promised()
    assert promised(allocated=position.allocated + 1) <= promised()
    assert promised(incoming=(*position.incoming, supply)) >= promised()
    assert promised(on_hand=position.on_hand + 1) >= promised()


@given(POSITIONS, LATER, LATER)
def test_a_later_date_and_a_bolder_band_never_promise_less(
    position: Position, one: datetime, other: datetime
) -> None:
    at = {
        (date, band): available_to_promise(position, date, now=NOW, band=band).value
        for date in (one, other)
        for band in Band
    }
    assert at[max(one, other), Band.LOW] >= at[min(one, other), Band.LOW]
    assert at[one, Band.LOW] <= at[one, Band.EXPECTED] <= at[one, Band.HIGH]


@given(POSITIONS, DAYS.filter(lambda day: day >= 0))
def test_an_expired_hold_counts_nothing_at_any_moment(position: Position, day: int) -> None:
    now = NOW + day * DAY
    living = tuple(hold for hold in position.holds if hold.until > now)
    swept = evolve(position, holds=living)
    assert profile(position, now=now) == profile(swept, now=now)


@given(POSITIONS, st.randoms(use_true_random=False), LATER)
def test_the_order_of_what_is_known_does_not_matter(
    position: Position, chance: Any, at: datetime
) -> None:
    def mixed(items: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(chance.sample(items, len(items)))

    other = evolve(
        position,
        holds=mixed(position.holds),
        incoming=mixed(position.incoming),
        planned=mixed(position.planned),
    )
    one, two = (available_to_promise(each, at, now=NOW) for each in (position, other))
    assert one == two
    assert profile(position, now=NOW) == profile(other, now=NOW)


@given(POSITIONS, LATER)
def test_the_profile_holds_every_forecast_and_promise(position: Position, at: datetime) -> None:
    step = profile(position, now=NOW).at(at)
    levels = [forecast(position, at, now=NOW, band=band) for band in Band]
    assert [step.low, step.expected, step.high] == levels
    assert step.available == available_to_promise(position, at, now=NOW).value


@given(POSITIONS, st.integers(1, 20))
def test_the_earliest_date_is_the_first_for_which_so_much_may_be_promised(
    position: Position, quantity: int
) -> None:
    dates = [NOW + day * DAY for day in range(20)]
    fit = (d for d in dates if available_to_promise(position, d, now=NOW).value >= quantity)
    assert earliest_for(position, quantity, now=NOW) == next(fit, None)


@given(POSITIONS, LATER, BANDS)
def test_the_decision_can_be_made_again(position: Position, at: datetime, band: Band) -> None:
    with recording():
        decision = available_to_promise(position, at, now=NOW, band=band)
    assert replay(to_record(decision)) == evolve(decision, inputs=None)


def test_a_list_of_moves_gives_the_exact_stock_on_each_day() -> None:
    position = Position(
        SKU,
        10,
        allocated=3,
        incoming=(incoming(20, (3, 5, 7)), incoming(8, (4, 4, 4), "0.6", ref="p2")),
        planned=(PlannedDemand("sale", 12, NOW + 6 * DAY),),
        holds=(SoftHold("cart", 2, NOW + DAY),),
    )
    shown = [
        ((step.at - NOW).days, step.low, step.expected, step.high, step.available)
        for step in profile(position, now=NOW).steps
    ]
    assert shown == [
        (0, 5, 5, 5, 0),
        (3, 5, 5, 25, 0),
        (4, 5, 5, 33, 0),
        (5, 5, 25, 33, 0),
        (6, -7, 13, 21, 0),
        (7, 13, 13, 21, 13),
    ]
    decision = available_to_promise(position, NOW, now=NOW)
    assert decision.codes == ("there", "incoming", "not_confident", "shortage")
    assert decision.reasons[-1].facts == {"at": (NOW + 6 * DAY).isoformat(), "pieces": -7}


def test_a_delivery_whose_last_date_has_passed_counts_no_more() -> None:
    position = Position(SKU, 1, incoming=(incoming(5, (1, 2, 3)),))
    assert available_to_promise(position, NOW + 3 * DAY, now=NOW + 3 * DAY).value == 6
    late = NOW + 4 * DAY
    decision = available_to_promise(position, late, now=late, band=Band.HIGH)
    assert decision.value == 1
    assert decision.codes == ("there", "incoming", "overdue", "bound_by")


def test_the_profile_is_a_table_of_twenty_escaped_rows() -> None:
    planned = tuple(PlannedDemand("d", 1, NOW + day * DAY) for day in range(1, 31))
    shown = profile(Position(SkuId("<s>"), 40, planned=planned), now=NOW)._repr_html_()
    assert "&lt;s&gt;" in shown
    assert "<s>" not in shown
    assert "… 11 more" in shown


@pytest.mark.parametrize("ask", [forecast, uncommitted, available_to_promise])
def test_the_past_is_refused(ask: Any) -> None:
    with pytest.raises(InvalidValue, match="is before now"):
        ask(Position(SKU, 1), NOW - DAY, now=NOW)
    with pytest.raises(InvalidValue, match="is before now"):
        profile(Position(SKU, 1), now=NOW).at(NOW - DAY)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidValue, match=r"Position\.incoming is not s2"):
        Position(SkuId("s2"), 1, incoming=(incoming(1, (1, 1, 1)),))
    with pytest.raises(InvalidValue, match=r"Position\.incoming is not w2"):
        Position(SKU, 1, incoming=(incoming(1, (1, 1, 1)),), warehouse_id=WarehouseId("w2"))
    assert Position(SKU, 1, incoming=(incoming(1, (1, 1, 1)),), warehouse_id=HOME).on_hand == 1
    with pytest.raises(InvalidValue, match="between earliest and latest"):
        Incoming("p", SKU, HOME, 1, NOW, NOW + DAY, NOW)
    with pytest.raises(InvalidValue, match="must not be above 1"):
        incoming(1, (1, 1, 1), "1.1")
    with pytest.raises(InvalidValue, match="must be at least 1"):
        earliest_for(Position(SKU, 1), 0, now=NOW)
