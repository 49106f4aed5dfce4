from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.carriage import Line, Parcel, ServiceClass
from crossborder.model.decision import Decision
from crossborder.model.ids import ShipmentId
from crossborder.model.measure import Size, Weight
from crossborder.model.money import Money, Price
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import ParcelState, Stage, TrackingEvent
from crossborder.stages.logistics import billable, choose
from crossborder.stages.logistics.scorecard import CarrierBook, LaneScore

NOW = datetime(2026, 11, 2, tzinfo=UTC)


def line(name: str, cost: str, fast: int = 5, slow: int = 9, **more: Any) -> Line:
    price = Price(Decimal(cost), "CNY")
    transit = (timedelta(days=fast), timedelta(days=slow))
    return Line(name, "yunexpress", name, ServiceClass.DEDICATED_LINE, price, transit, **more)


def pick(*lines: Line, cargo: str = "general", **terms: Any) -> Decision[Line | None]:
    parcel = Parcel(Weight.g(500), cargo=cargo)
    given_terms: dict[str, Any] = {"country": "US", "now": NOW} | terms
    return choose(lines, parcel, **given_terms)


lines = st.lists(
    st.builds(
        lambda name, cost, fast, more, tracked, loss, countries: line(
            name,
            str(cost),
            fast,
            fast + more,
            tracked=tracked,
            loss=loss,
            countries=frozenset(countries),
        ),
        st.sampled_from("abcdef"),
        st.integers(1, 5),
        st.integers(1, 4),
        st.integers(0, 4),
        st.booleans(),
        st.integers(0, 2),
        st.sets(st.sampled_from(["US", "DE"])),
    ),
    max_size=5,
    unique_by=lambda item: item.id,
)


@given(
    lines.flatmap(lambda x: st.tuples(st.just(x), st.permutations(x))),
    st.none() | st.integers(0, 3),
    st.none() | st.integers(1, 8),
)
def test_the_choice_is_possible_undominated_cheapest_and_hangs_on_no_order(
    pair: tuple[list[Line], list[Line]], worth: int | None, days: int | None
) -> None:
    value = Money(Decimal(worth), "CNY") if worth is not None else None
    due = NOW + timedelta(days=days) if days is not None else None
    one, other = (pick(*item, day_value=value, deliver_by=due) for item in pair)
    assert one == other
    fit = [
        item
        for item in pair[0]
        if (not item.countries or "US" in item.countries)
        and (due is None or NOW + item.transit[1] <= due)
    ]
    assert (one.value is None) == (not fit)
    if one.value is None:
        return

    def total(item: Line) -> Decimal:
        expected = sum(item.transit, timedelta()) / 2
        return item.cost.amount + Decimal(worth or 0) * Decimal(expected / timedelta(days=1))

    def traits(item: Line) -> tuple[Any, ...]:
        return item.cost, *item.transit, item.loss, not item.tracked

    assert one.value in fit
    assert total(one.value) == min(map(total, fit))
    for item in fit:
        better = all(a <= b for a, b in zip(traits(item), traits(one.value), strict=True))
        assert not better or traits(item) == traits(one.value)


@pytest.mark.parametrize(
    ("refused", "terms", "code"),
    [
        (line("a", "1", countries=frozenset({"DE"})), {}, "other_country"),
        (line("a", "1", max_weight=Weight.g(499)), {}, "too_heavy"),
        (line("a", "1"), {"cargo": "battery"}, "cargo_refused"),
        (line("a", "1"), {"deliver_by": NOW + timedelta(days=8)}, "too_slow"),
    ],
)
def test_a_line_that_cannot_carry_it_is_left_out(
    refused: Line, terms: dict[str, Any], code: str
) -> None:
    decision = pick(refused, **terms)
    assert (decision.value, decision.codes) == (None, (code, "no_line"))
    assert decision.events[0].name == "logistics.no_line"


def test_the_value_of_a_day_decides_between_cheap_and_fast() -> None:
    slow, fast = line("slow", "10", 10, 20), line("fast", "40", 3, 5)
    assert pick(slow, fast).value == slow
    assert pick(slow, fast, day_value=Money(Decimal(3), "CNY")).value == fast
    assert pick(slow, fast).codes == ("chosen", "beaten")


def test_a_dominated_line_says_by_which() -> None:
    decision = pick(line("a", "10"), line("b", "11"))
    assert decision.reasons[0].facts["better"] == "a"
    assert decision.codes == ("dominated", "chosen")


def test_two_lines_of_one_id_are_refused() -> None:
    with pytest.raises(InvalidValue):
        pick(line("a", "1"), line("a", "2"))


def test_the_heavier_of_real_and_volumetric_weight_is_billed() -> None:
    box = Size.cm(40, 30, 20)
    assert billable(Weight.kg("1.2"), box, divisor=6000) == Weight.kg(4)
    assert billable(Weight.kg("5"), box, divisor=6000) == Weight.kg(5)
    assert billable(Weight.kg("1.2"), None, divisor=6000) == Weight.kg("1.2")


@given(lines, st.integers(0, 500), st.none() | st.integers(0, 3))
def test_what_a_loss_costs_is_weighed_beside_cost_and_time(
    drawn: list[Line], stake: int, worth: int | None
) -> None:
    value = Money(Decimal(worth), "CNY") if worth is not None else None
    risky = [evolve(item, loss=item.loss * 20) for item in drawn]
    found = pick(*risky, day_value=value, at_stake=Money(Decimal(stake), "CNY")).value
    if found is None:
        return

    def total(item: Line) -> Decimal:
        expected = sum(item.transit, timedelta()) / 2
        days = Decimal(worth or 0) * Decimal(expected / timedelta(days=1))
        return item.cost.amount + days + Decimal(stake * item.loss) / 1000

    fit = [item for item in risky if not item.countries or "US" in item.countries]
    assert total(found) == min(map(total, fit))


def _shown(origin: str, days: int) -> LaneScore:
    book = CarrierBook()
    for number in range(200):
        handed = NOW - timedelta(days=60) + timedelta(hours=number)
        came = handed + timedelta(days=days)
        parcel = Shipment(
            ShipmentId(str(number)),
            "yunexpress",
            str(number),
            handed,
            events=(TrackingEvent("y", "OK", stage=Stage.DELIVERED, at=came),),
            state=ParcelState(Stage.DELIVERED),
        )
        book.observe(parcel, known_at=came, now=NOW, lane=(origin, "US"))
    return book.score("yunexpress", origin, "US", now=NOW)


def test_what_a_line_has_shown_from_elsewhere_says_nothing_of_it_from_here() -> None:
    scores = (_shown("CN", 25), _shown("DE", 4))

    def slowest(*known: LaneScore, **told: str) -> int:
        found = pick(line("A", "1"), scores=known, **told)
        assert found.value is not None
        assert ("origin_not_told" in found.codes) == (len(known) > 1 and not told)
        return found.value.transit[1].days

    assert slowest(*scores, origin="CN") == slowest(scores[0]) == 25
    assert slowest(*scores, origin="DE") == slowest(scores[1]) < 9
    assert slowest(*scores) == slowest(*scores, origin="FR") == 9
