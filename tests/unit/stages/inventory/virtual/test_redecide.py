from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.decision import Decision, recording
from crossborder.model.ids import OfferId, OrderId, ProductId, SkuId, SupplierId
from crossborder.model.money import Money, Price
from crossborder.model.supply import OfferLine, Supplier, SupplierOffer
from crossborder.replay import replay, to_record
from crossborder.stages.inventory.virtual import (
    Candidate,
    Cover,
    CoverKind,
    LeadTime,
    OpenLine,
    redecide,
    standing_alarms,
)

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SKUS = (SkuId("s1"), SkuId("s2"))
SHIP_BY = NOW + 6 * DAY


def candidate(
    name: str,
    available: int | None = 100,
    *,
    days: int = 1,
    price: str = "10",
    match: str = "1",
    skus: tuple[SkuId, ...] = SKUS,
    **terms: Any,
) -> Candidate:
    lines = tuple(OfferLine(sku, available, Price(Decimal(price), "CNY")) for sku in skus)
    offer = SupplierOffer(
        OfferId(name),
        Supplier(SupplierId(name)),
        ProductId("p"),
        lines,
        "CNY",
        terms.pop("observed_at", NOW),
        **terms,
    )
    return Candidate(offer, LeadTime.stated(days * DAY, DAY), match=Decimal(match))


def line(name: str = "1", quantity: int = 2, **changes: Any) -> OpenLine:
    stated: dict[str, Any] = {"offer_id": OfferId("o0"), "ship_by": SHIP_BY, **changes}
    return OpenLine(OrderId("1001"), name, stated.pop("sku", SKUS[0]), quantity, **stated)


def again(
    lines: tuple[OpenLine, ...], *candidates: Candidate, **changes: Any
) -> Decision[tuple[Cover, ...]]:
    return redecide(lines, candidates, **{"now": NOW, **changes})


CANDIDATES = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(0, 12)),
        st.integers(0, 6),
        st.integers(5, 20),
        st.sampled_from(["1", "0.5"]),
        st.sampled_from([{}, {"moq": 3}, {"multiple": 2}, {"orderable": False}]),
        st.sampled_from([SKUS, SKUS[:1]]),
    ),
    max_size=4,
).map(
    lambda made: tuple(
        candidate(f"o{at}", pieces, days=days, price=str(price), match=match, skus=skus, **terms)
        for at, (pieces, days, price, match, terms, skus) in enumerate(made)
    )
)
LINES = st.lists(
    st.builds(
        lambda quantity, offer, hours, sku, limit, bought: line(
            "x",
            quantity,
            offer_id=OfferId(offer),
            ship_by=NOW + hours * HOUR,
            sku=sku,
            max_unit_price=limit,
            **({"part": "handling", "since": NOW} if bought else {}),
        ),
        st.integers(1, 6),
        st.sampled_from(["o0", "o1", "o9"]),
        st.integers(0, 200),
        st.sampled_from(SKUS),
        st.sampled_from([None, Price("12", "CNY")]),
        st.sampled_from([False, False, True]),
    ),
    max_size=6,
).map(lambda made: tuple(evolve(one, line_id=str(at)) for at, one in enumerate(made)))


@given(LINES, CANDIDATES)
def test_no_accepted_line_is_left_uncovered_without_an_alarm(
    lines: tuple[OpenLine, ...], candidates: tuple[Candidate, ...]
) -> None:
    decision = again(lines, *candidates)
    assert [cover.line_id for cover in decision.value] == [one.line_id for one in lines]
    told = {(event.name.split(".")[1], event.facts["line"]) for event in decision.events}
    expected = set()
    for cover in decision.value:
        if cover.kind is CoverKind.UNCOVERED:
            expected.add(("line_uncovered", cover.line_id))
        if cover.kind is CoverKind.SWITCHED:
            expected.add(("supplier_switched", cover.line_id))
    assert told == expected
    assert len(decision.events) == len(expected)


@given(LINES, CANDIDATES)
def test_no_piece_is_counted_twice_and_no_cover_breaks_the_promise(
    lines: tuple[OpenLine, ...], candidates: tuple[Candidate, ...]
) -> None:
    by_offer = {one.offer.id: one for one in candidates}
    bought: dict[tuple[OfferId, SkuId], int] = {}
    wanted: dict[tuple[OfferId, SkuId], int] = {}
    for one, cover in zip(lines, again(lines, *candidates).value, strict=True):
        assert (cover.kind is CoverKind.BOUGHT) is bool(one.part)
        if cover.stock is None:
            continue
        assert cover.offer_id is not None
        assert cover.stock.order_by > NOW
        assert cover.stock.confidence >= Decimal("0.9")
        assert (cover.offer_id == one.offer_id) is (cover.kind is CoverKind.KEPT)
        if one.max_unit_price is not None:
            assert cover.unit_cost is not None
            assert cover.unit_cost <= one.max_unit_price
        if cover.kind is CoverKind.SWITCHED:
            assert by_offer[cover.offer_id].match == 1
        key = cover.offer_id, one.sku_id
        bought[key] = bought.get(key, 0) + cover.buy
        wanted[key] = wanted.get(key, 0) + one.quantity
    for key, pieces in wanted.items():
        assert pieces <= bought[key]
    for (offer_id, sku_id), pieces in bought.items():
        available = by_offer[offer_id].offer.line(sku_id).available
        assert pieces <= (500 if available is None else available)


@given(LINES, CANDIDATES, st.integers(0, 12))
def test_a_drop_of_stock_alarms_for_every_line_it_uncovers(
    lines: tuple[OpenLine, ...], candidates: tuple[Candidate, ...], left: int
) -> None:
    """Run before and after the drop, with the alarms of before: none is missing, none is twice."""
    first = again(lines, *candidates)
    raised = frozenset(event.facts["key"] for event in first.events if "key" in event.facts)
    dropped = tuple(
        evolve(
            one,
            offer=evolve(
                one.offer,
                lines=tuple(
                    evolve(sold, available=min(left, sold.available or 0))
                    for sold in one.offer.lines
                ),
            ),
        )
        for one in candidates
    )
    after = again(lines, *dropped, raised=raised)
    alarmed = {event.facts["line"] for event in (*first.events, *after.events)}
    uncovered = {one.line_id for one in after.value if one.kind is CoverKind.UNCOVERED}
    assert uncovered <= alarmed
    keys = [event.facts["key"] for event in after.events if "key" in event.facts]
    assert raised.isdisjoint(keys)


@given(LINES, CANDIDATES, st.randoms(use_true_random=False))
def test_the_order_of_lines_and_offers_does_not_matter(
    lines: tuple[OpenLine, ...], candidates: tuple[Candidate, ...], chance: Any
) -> None:
    mixed_lines, mixed = list(lines), list(candidates)
    chance.shuffle(mixed_lines)
    chance.shuffle(mixed)
    one = {cover.line_id: cover for cover in again(lines, *candidates).value}
    other = {cover.line_id: cover for cover in again(tuple(mixed_lines), *mixed).value}
    assert one == other


@given(LINES, CANDIDATES)
def test_a_decision_made_again_is_the_same(
    lines: tuple[OpenLine, ...], candidates: tuple[Candidate, ...]
) -> None:
    with recording():
        first = again(lines, *candidates)
    assert replay(to_record(first)) == evolve(first, inputs=None)


def kinds(decision: Decision[tuple[Cover, ...]]) -> list[str]:
    return [cover.kind.value for cover in decision.value]


def test_what_its_supplier_can_still_deliver_is_kept() -> None:
    decision = again((line(),), candidate("o0"), candidate("o1", price="1"))
    assert kinds(decision) == ["kept"]
    assert decision.events == ()
    assert decision.reasons == ()


def test_the_first_to_leave_are_served_first() -> None:
    lines = (line("1", 3, ship_by=SHIP_BY + DAY), line("2", 3))
    decision = again(lines, candidate("o0", 4))
    assert kinds(decision) == ["uncovered", "kept"]
    (event,) = decision.events
    assert event.name == "inventory.line_uncovered"
    assert (event.facts["cause"], event.facts["key"]) == (
        "too_few",
        "line_uncovered/1001/1/too_few",
    )


def test_a_sold_out_supplier_is_replaced_by_the_cheapest_who_keeps_the_promise() -> None:
    decision = again(
        (line(),),
        candidate("o0", 0),
        candidate("o1", price="12"),
        candidate("o2", price="11"),
        candidate("o3", price="1", days=9),
        candidate("o4", price="2", match="0.9"),
    )
    (cover,) = decision.value
    assert (cover.kind, cover.offer_id) == (CoverKind.SWITCHED, "o2")
    assert cover.unit_cost == Money("11", "CNY")
    (event,) = decision.events
    assert event.name == "inventory.supplier_switched"
    facts = event.facts
    assert (facts["from"], facts["to"], facts["why"]) == ("o0", "o2", "sold_out")
    assert cover.stock is not None
    assert facts["order_by"] == cover.stock.order_by.isoformat()


def test_a_substitute_that_breaks_the_promise_or_the_price_is_not_taken() -> None:
    limit = Price("10.50", "CNY")
    decision = again(
        (line(max_unit_price=limit),),
        candidate("o0", price="11"),
        candidate("o1", price="12"),
        candidate("o2", days=9),
    )
    assert kinds(decision) == ["uncovered"]
    (event,) = decision.events
    assert event.facts["cause"] == "too_dear"
    assert event.facts["passed"] == ("o1: too_dear", "o2: deadline_passed")
    assert decision.reasons[0].facts["offer"] == "o0"


def test_a_supplier_serves_his_own_lines_before_he_steps_in() -> None:
    lines = (line("1"), line("2", offer_id=OfferId("o1"), ship_by=SHIP_BY + DAY))
    decision = again(lines, candidate("o0", 0), candidate("o1", 3))
    assert kinds(decision) == ["uncovered", "kept"]


def test_an_offer_that_is_gone_is_said_so() -> None:
    decision = again((line(),), candidate("o1"))
    assert kinds(decision) == ["switched"]
    assert decision.codes == ("offer_gone",)


def test_what_is_bought_is_left_alone() -> None:
    decision = again((line(part="domestic", since=NOW),), candidate("o0", 0))
    assert decision.value == (Cover(OrderId("1001"), "1", CoverKind.BOUGHT, OfferId("o0")),)
    assert decision.events == ()


def test_an_alarm_is_not_raised_twice_for_one_cause() -> None:
    first = again((line(),), candidate("o0", 0))
    raised = frozenset(event.facts["key"] for event in first.events)
    assert again((line(),), candidate("o0", 0), raised=raised).events == ()
    other = again((line(),), candidate("o0", orderable=False), raised=raised)
    assert [event.facts["cause"] for event in other.events] == ["not_orderable"]


def test_what_one_line_must_buy_too_much_serves_the_next() -> None:
    lines = tuple(line(str(at), 1) for at in range(12))
    decision = again(lines, candidate("o0", 10, moq=10, price="1"))
    assert sorted(kinds(decision)) == [*["kept"] * 10, *["uncovered"] * 2]
    bought = [cover for cover in decision.value if cover.buy]
    assert [(cover.buy, cover.unit_cost) for cover in bought] == [(10, Money("10", "CNY"))]
    spare = [cover for cover in decision.value if cover.kind is CoverKind.KEPT and not cover.buy]
    assert {cover.unit_cost for cover in spare} == {Money(0, "CNY")}


def test_what_was_bought_since_the_figure_was_read_is_taken_off_it() -> None:
    made = candidate("o0", 5, observed_at=NOW - HOUR)
    for since, kind in (
        (NOW - HOUR / 2, "uncovered"),
        (NOW - HOUR, "uncovered"),
        (NOW - DAY, "kept"),
    ):
        bought = line("1", 5, part="handling", since=since)
        decision = again((bought, line("2", 4)), evolve(made, credible=5))
        assert kinds(decision) == ["bought", kind]


def test_a_line_covered_again_may_alarm_again() -> None:
    gone, back = candidate("o0", 0), candidate("o0")
    raised: frozenset[str] = frozenset()
    told = []
    for offered in (gone, gone, back, back, gone):
        decision = again((line(),), offered, raised=raised)
        raised = standing_alarms(raised, decision.events)
        told.append([event.name.removeprefix("inventory.") for event in decision.events])
    assert told == [["line_uncovered"], [], ["line_covered"], [], ["line_uncovered"]]
    assert raised == {"line_uncovered/1001/1/sold_out"}


def test_substitutes_in_another_currency_lose_no_line() -> None:
    foreign = candidate("o2")
    line_of = tuple(evolve(one, unit_price=Price("1", "USD")) for one in foreign.offer.lines)
    foreign = evolve(foreign, offer=evolve(foreign.offer, lines=line_of, currency="USD"))
    decision = again((line("1"), line("2")), candidate("o0", 0), candidate("o1", 2), foreign)
    assert sorted(cover.offer_id or "" for cover in decision.value) == ["o1", "o2"]


def test_without_a_promised_date_only_the_hand_over_binds() -> None:
    """As `outlook` sees it: a slow line to the buyer is no reason to switch."""
    slow = candidate("o0")
    slow = evolve(slow, lead=slow.lead.carried(3 * DAY, 90 * DAY))
    late = SHIP_BY - 4 * DAY
    assert kinds(again((line(ship_by=late + 2 * DAY),), slow)) == ["kept"]


def test_one_line_stands_there_once() -> None:
    with pytest.raises(InvalidValue, match="one line twice"):
        again((line(), line()), candidate("o0"))
    with pytest.raises(InvalidValue, match="two of one offer"):
        again((line(),), candidate("o0"), candidate("o0"))
