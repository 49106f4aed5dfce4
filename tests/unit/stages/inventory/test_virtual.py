from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.ids import OfferId, ProductId, SkuId, SupplierId
from crossborder.model.money import Price
from crossborder.model.stock import VirtualStock
from crossborder.model.supply import MixRule, OfferLine, Supplier, SupplierOffer
from crossborder.model.time import Window
from crossborder.stages.inventory import LeadTime, virtual_stock

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SKU = SkuId("s1")
LEAD = LeadTime(DAY, 2 * DAY, 12 * HOUR, 12 * HOUR)
TRANSIT = (5 * DAY, 9 * DAY)
SHIP_BY = NOW + 6 * DAY


def offer(available: int | None = 100, **fields: Any) -> SupplierOffer:
    line = OfferLine(SKU, available, Price(Decimal(10), "CNY"))
    observed = fields.pop("observed_at", NOW)
    return SupplierOffer(
        OfferId("o1"),
        Supplier(SupplierId("m")),
        ProductId("p"),
        (line,),
        "CNY",
        observed,
        **fields,
    )


def stock(made: SupplierOffer, **changes: Any) -> VirtualStock | None:
    arguments = {"now": NOW, "ship_by": SHIP_BY, "lead": LEAD, "transit": TRANSIT, **changes}
    return virtual_stock(made, SKU, **arguments).value


def codes(made: SupplierOffer, **changes: Any) -> tuple[str, ...]:
    arguments = {"now": NOW, "ship_by": SHIP_BY, "lead": LEAD, "transit": TRANSIT, **changes}
    return virtual_stock(made, SKU, **arguments).codes


def promisable(made: SupplierOffer, now: datetime, **changes: Any) -> int:
    found = stock(made, now=now, **changes)
    return 0 if found is None else found.promisable(now)


OFFERS = st.builds(
    lambda available, multiple, moq, one_piece, handling, until: offer(
        available,
        multiple=multiple,
        moq=moq,
        one_piece=one_piece,
        handling=handling,
        valid_until=until,
    ),
    st.one_of(st.none(), st.integers(0, 200)),
    st.integers(1, 6),
    st.integers(1, 20),
    st.booleans(),
    st.sampled_from([None, HOUR, 3 * DAY]),
    st.sampled_from([None, NOW + 3 * HOUR, NOW + 30 * DAY]),
)
HOURS = st.integers(0, 200).map(lambda hours: hours * HOUR)


@given(OFFERS, HOURS, HOURS)
def test_passing_time_never_raises_what_may_be_promised(
    made: SupplierOffer, one: timedelta, other: timedelta
) -> None:
    early, late = NOW + min(one, other), NOW + max(one, other)
    assert promisable(made, late) <= promisable(made, early)


@given(OFFERS, HOURS, HOURS)
def test_a_later_ship_by_never_lowers_what_may_be_promised(
    made: SupplierOffer, one: timedelta, other: timedelta
) -> None:
    early, late = NOW + min(one, other), NOW + max(one, other)
    assert promisable(made, NOW, ship_by=early) <= promisable(made, NOW, ship_by=late)


@given(OFFERS, st.integers(0, 200), st.integers(0, 200), st.integers(0, 30))
def test_a_drop_of_supply_never_raises_what_may_be_promised(
    made: SupplierOffer, one: int, other: int, age: int
) -> None:
    few = evolve(made, lines=(OfferLine(SKU, min(one, other)),))
    many = evolve(made, lines=(OfferLine(SKU, max(one, other)),))
    now = NOW + age * HOUR
    assert promisable(few, now) <= promisable(many, now)


@given(OFFERS, HOURS, st.integers(0, 80))
def test_a_promise_holds_its_bounds(made: SupplierOffer, age: timedelta, cap: int) -> None:
    now = NOW + age
    found = stock(made, now=now, cap=cap)
    if found is None:
        return
    available = made.line(SKU).available
    assert 0 < found.sellable <= cap
    assert available is None or found.sellable <= available
    assert found.sellable % made.multiple == 0
    assert now < found.sellable_until <= found.order_by <= SHIP_BY - LEAD.total
    assert Decimal("0.5") <= found.confidence < 1
    assert found.promise.latest == SHIP_BY + TRANSIT[1]


def test_virtual_stock_states_its_deadline_its_promise_and_its_confidence() -> None:
    decision = virtual_stock(offer(), SKU, now=NOW, ship_by=SHIP_BY, lead=LEAD, transit=TRANSIT)
    assert decision.value == VirtualStock(
        SKU,
        OfferId("o1"),
        50,
        NOW + 2 * DAY,
        NOW + DAY,
        Window(NOW + 3 * DAY + 12 * HOUR + 5 * DAY, NOW + 15 * DAY),
        # Spare: two days of slack and half a day of margin, beside three and a half of work.
        Decimal("0.70"),
        NOW,
    )
    assert decision.codes == ("order_by", "counted", "confidence")
    assert decision.reasons[-1].text == "evidence: none yet"


@pytest.mark.parametrize(
    ("age", "sellable"), [(0, 40), (6, 35), (12, 30), (23, 20), (24, 0), (30, 0)]
)
def test_the_suppliers_figure_is_trusted_less_as_it_grows_old(age: int, sellable: int) -> None:
    made = offer(40, observed_at=NOW - age * HOUR)
    assert promisable(made, NOW) == sellable


def test_a_figure_from_the_future_is_not_trusted_more_than_a_fresh_one() -> None:
    assert promisable(offer(40, observed_at=NOW + HOUR), NOW) == 40


def test_stock_that_is_not_counted_is_promised_up_to_half_the_cap() -> None:
    assert promisable(offer(None), NOW, cap=50) == 25
    assert promisable(offer(None, multiple=6), NOW, cap=50) == 24
    assert codes(offer(None))[1] == "uncounted"


def test_the_longer_handling_time_counts() -> None:
    slow, quick = stock(offer(handling=2 * DAY)), stock(offer(handling=HOUR))
    assert slow is not None
    assert quick is not None
    assert slow.order_by == NOW + DAY
    assert quick.order_by == NOW + 2 * DAY


def test_the_promise_ends_with_the_offer() -> None:
    found = stock(offer(valid_until=NOW + 2 * HOUR))
    assert found is not None
    assert found.sellable_until == NOW + 2 * HOUR


@pytest.mark.parametrize(
    ("made", "changes", "code"),
    [
        (offer(), {"ship_by": NOW + LEAD.total}, "deadline_passed"),
        (offer(orderable=False), {}, "not_orderable"),
        (offer(valid_until=NOW), {}, "expired"),
        (offer(valid_from=NOW + HOUR), {}, "not_begun"),
        (offer(0), {}, "sold_out"),
        (offer(5, moq=6), {}, "below_moq"),
        (offer(observed_at=NOW - DAY), {}, "stale"),
        (offer(2, multiple=3), {}, "nothing_left"),
        (offer(), {"cap": 0}, "nothing_left"),
    ],
)
def test_what_cannot_be_bought_in_time_is_not_promised(
    made: SupplierOffer, changes: dict[str, Any], code: str
) -> None:
    assert stock(made, **changes) is None
    assert codes(made, **changes) == (code,)


def test_an_offer_without_the_sku_promises_nothing() -> None:
    decision = virtual_stock(
        offer(), SkuId("s2"), now=NOW, ship_by=SHIP_BY, lead=LEAD, transit=TRANSIT
    )
    assert (decision.value, decision.codes) == (None, ("sku_not_offered",))


@pytest.mark.parametrize("terms", [{"mix": MixRule(min_pieces=2)}])
def test_few_pieces_may_be_promised_where_few_may_be_bought(terms: dict[str, Any]) -> None:
    assert promisable(offer(5, moq=6, **terms), NOW) == 5


def test_more_slack_means_more_confidence_but_never_certainty() -> None:
    near, far = stock(offer()), stock(offer(), ship_by=NOW + 5000 * DAY)
    assert near is not None
    assert far is not None
    assert near.confidence < far.confidence == Decimal("0.99")
    sure = stock(offer(), lead=LeadTime(timedelta(0), timedelta(0)))
    assert sure is not None
    assert sure.confidence == Decimal("0.99")


@pytest.mark.parametrize(
    "changes",
    [{"cap": -1}, {"fresh_for": timedelta(0)}, {"transit": (DAY, HOUR)}, {"transit": (-DAY, DAY)}],
)
def test_arguments_that_cannot_be_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue, match=f"virtual_stock.{next(iter(changes))}"):
        stock(offer(), **changes)


@pytest.mark.parametrize("name", ["handling", "to_us", "check", "margin"])
def test_a_lead_time_has_no_negative_part(name: str) -> None:
    with pytest.raises(InvalidValue, match=f"LeadTime.{name} must not be negative"):
        evolve(LEAD, **{name: -HOUR})
